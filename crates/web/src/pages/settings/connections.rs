//! `/settings/connections`: what the installation may do at providers, and in which state that is.

use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm, Signed};
use crate::page::{Flash, Page, go_with, leads_to, show as answer};
use crate::pages::entrance::{away, is_framed};
use crate::routes::settings as at;
use crate::ui::{self, Badge, Tab};
use app::sign_in::ConnectionView;
use askama::Template;
use domain::connections::{ConnectionKind, ConnectionState, Provider, Purpose};
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/connections.html")]
struct Connections {
    page: Page,
    tabs: Vec<Tab>,
    connected: bool,
    trouble: String,
    rows: Vec<Row>,
    link: Option<Link>,
    has_google: bool,
    has_microsoft: bool,
}

#[derive(Debug)]
struct Row {
    id: String,
    title: String,
    account: String,
    badge: Badge,
    sentence: String,
    since: String,
    /// What the button that repairs it says; blank for none.
    repair: String,
    purpose: &'static str,
    provider: String,
    live: bool,
    google: bool,
}

/// A link for an administrator, shown this once.
#[derive(Debug)]
struct Link {
    address: String,
    until: String,
}

/// Lists them.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
) -> PageResult {
    shown(&signed, &state, None).await
}

/// The page, whose forms may lead on to the login page.
async fn shown(signed: &Signed, state: &State, link: Option<Link>) -> PageResult {
    let answer = answer(&present(signed, state, link).await?)?;
    Ok(leads_to(answer, state.app.sign_in().origin().as_deref()))
}

async fn present(signed: &Signed, state: &State, link: Option<Link>) -> domain::Result<Connections> {
    let sign_in = state.app.sign_in();
    let page = page(signed, "Connections");
    let mut view = Connections {
        tabs: tabs(&page, "Connections"),
        connected: sign_in.is_connected(),
        trouble: String::new(),
        rows: Vec::new(),
        link,
        has_google: false,
        has_microsoft: false,
        page,
    };
    if view.connected {
        let found = async {
            let (_, providers) = sign_in.domains(&signed.ctx).await?;
            Ok::<_, domain::Error>((providers, sign_in.connections(&signed.ctx).await?))
        };
        match found.await {
            Ok((providers, connections)) => {
                view.has_google = providers.iter().any(|p| p.name.is_google());
                view.has_microsoft = providers.iter().any(|p| p.name.is_microsoft());
                view.rows = connections.iter().map(|c| row(c, &view.page)).collect();
            }
            Err(e) => e.public().clone_into(&mut view.trouble),
        }
    }
    Ok(view)
}

fn row(view: &ConnectionView, page: &Page) -> Row {
    let c = &view.connection;
    let (title, purpose) = match c.kind {
        ConnectionKind::User => (format!("{} of {}", c.provider.title(), owner(view)), "user_connect"),
        ConnectionKind::SystemUser => {
            (format!("{}: the system account", c.provider.title()), "system_user_connect")
        }
        ConnectionKind::App => (format!("{}: for the whole organisation", c.provider.title()), "ask"),
    };
    let (badge, sentence, repair) = match c.state {
        ConnectionState::Active => (ui::badge("Active").good(), String::new(), String::new()),
        ConnectionState::WaitingForAdministrator => (
            ui::badge("Waiting for an administrator").warn(),
            "The link was sent, and nobody has agreed yet. Making a new link is harmless.".to_owned(),
            "Make a new link".to_owned(),
        ),
        ConnectionState::NeedsAttention => {
            let repair = c.attention.map(domain::connections::Attention::repair);
            let words = repair.map_or("It does not work.", |r| r.sentence).to_owned();
            (
                ui::badge("Needs attention").bad(),
                words,
                repair.map_or("Connect again", |r| r.button).to_owned(),
            )
        }
        ConnectionState::None | ConnectionState::Disconnected => (
            ui::badge("Disconnected"),
            "Documents that are kept there are unavailable until it is connected again.".to_owned(),
            "Connect again".to_owned(),
        ),
    };
    Row {
        id: c.id.clone(),
        title,
        account: if c.address.is_empty() { c.realm.clone() } else { c.address.clone() },
        badge,
        sentence,
        since: page.when_short(&c.granted),
        // Only the person can repair what is theirs.
        repair: if c.kind == ConnectionKind::User { String::new() } else { repair },
        purpose,
        provider: c.provider.to_string(),
        live: matches!(c.state, ConnectionState::Active | ConnectionState::NeedsAttention),
        google: c.provider.is_google(),
    }
}

fn owner(view: &ConnectionView) -> &str {
    if view.owner.is_empty() { &view.connection.name } else { &view.owner }
}

#[derive(Debug, Deserialize)]
pub(super) struct Begin {
    purpose: Purpose,
    provider: Provider,
}

/// Sets out to connect: the system account, or one's own documents.
pub(super) async fn begin(
    signed: Signed,
    axum::extract::State(state): axum::extract::State<State>,
    headers: http::HeaderMap,
    CsrfForm(begin): CsrfForm<Begin>,
) -> PageResult {
    let target = if begin.purpose == Purpose::UserConnect { at::accounts() } else { at::connections() };
    if is_framed(&headers) {
        let words = "Google and Microsoft do not show their pages inside another site. Open the CRM in a window of its own, \
                     sign in there, and connect from its Settings.";
        return go_with(&target, Flash::mind(words));
    }
    let begun =
        state.app.sign_in().begin_connection(&signed.ctx, begin.purpose, &begin.provider, &target).await;
    match begun {
        Ok(begun) => away(&state, &begun),
        Err(e) => go_with(&target, Flash::failed(&e)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Ask {
    provider: Provider,
}

/// Makes a link for an administrator of the customer's organisation and shows it.
pub(super) async fn ask(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(ask): CsrfForm<Ask>,
) -> PageResult {
    match state.app.sign_in().consent_link(&signed.ctx, &ask.provider).await {
        Ok(made) => {
            let link = Link { address: made.url, until: page(&signed, "").when(&made.expires) };
            shown(&signed, &state, Some(link)).await
        }
        Err(e) => go_with(&at::connections(), Flash::failed(&e)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Check {
    id: String,
}

/// Tries a connection at its provider.
pub(super) async fn check(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(which): CsrfForm<Check>,
) -> PageResult {
    let found = state.app.sign_in().check_connection(&signed.ctx, &which.id).await;
    go_with(&at::connections(), super::accounts::tried(found.map(|view| view.connection)))
}

#[derive(Debug, Deserialize)]
pub(super) struct Disconnect {
    id: String,
    #[serde(default)]
    revoke: Option<String>,
}

/// Takes a connection back.
pub(super) async fn disconnect(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Disconnect>,
) -> PageResult {
    let done = state.app.sign_in().disconnect(&signed.ctx, &form.id, form.revoke.is_some()).await;
    let flash = match done {
        Ok(()) => Flash::done("Disconnected. Nothing was deleted; connecting again brings everything back."),
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::connections(), flash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        let row = |repair: &str, live, google| Row {
            id: "c-1".into(),
            title: "Microsoft of <Ada>".into(),
            account: "a&b@x.example".into(),
            badge: ui::badge("Active").good(),
            sentence: "It \"works\".".into(),
            since: "then".into(),
            repair: repair.into(),
            purpose: if repair.is_empty() { "system_user_connect" } else { "ask" },
            provider: "microsoft".into(),
            live,
            google,
        };
        for full in [false, true] {
            let page = check::page("Connections");
            let sample = Connections {
                tabs: tabs(&page, "Connections"),
                connected: full,
                trouble: if full { "It <does> not answer.".into() } else { String::new() },
                rows: if full {
                    vec![row("", true, true), row("Connect again", false, false)]
                } else {
                    Vec::new()
                },
                link: full.then(|| Link { address: "https://x/consent/1".into(), until: "soon".into() }),
                has_google: full,
                has_microsoft: full,
                page,
            };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
