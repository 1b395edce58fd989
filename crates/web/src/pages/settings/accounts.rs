//! `/settings/accounts`: the accounts one signs in with, and one's own documents at a provider.

use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Signed};
use crate::page::{Flash, Page, go_with, leads_to, show as answer};
use crate::routes::settings as at;
use crate::ui::{self, Badge, Tab};
use app::sign_in::{Connection, OwnAccount};
use askama::Template;
use domain::connections::{Attention, ConnectionState};
use domain::opening::OpensIn;
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/accounts.html")]
struct Accounts {
    page: Page,
    tabs: Vec<Tab>,
    connected: bool,
    trouble: String,
    rows: Vec<Row>,
    opens_in: OpensIn,
}

impl Accounts {
    fn opening_field(&self) -> ui::Field {
        let all = [
            (OpensIn::Browser, "In the browser, at their place"),
            (OpensIn::Desktop, "In the desktop application, from their place"),
            (OpensIn::Download, "As a copy that is downloaded"),
        ];
        let field = ui::select("way", "“Open” leads").hint(
            "For you alone. Where a document cannot open so, the next best way is taken; a document's menu has the others.",
        );
        all.into_iter()
            .fold(field, |field, (way, words)| field.choice(way.as_str(), words, way == self.opens_in))
    }
}

/// How one's documents open.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Opening {
    way: String,
}

/// Chooses it.
pub(super) async fn opening(
    signed: Signed,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Opening>,
) -> PageResult {
    let Some(way) = OpensIn::from_word(&form.way) else {
        let error = domain::Error::invalid("Choose one of the ways in the list.");
        return go_with(&at::accounts(), Flash::failed(&error));
    };
    state.app.preferences().set_opens_in(&signed.ctx, way).await?;
    go_with(&at::accounts(), Flash::done("Your documents open like this from now on."))
}

#[derive(Debug)]
struct Row {
    title: String,
    address: String,
    last: String,
    provider: String,
    documents: Option<Documents>,
}

/// One's own documents there.
#[derive(Debug)]
struct Documents {
    badge: Badge,
    sentence: &'static str,
    /// What the button that connects them says; blank for none.
    button: &'static str,
    /// The connection that can be taken back; blank for none.
    disconnect: String,
}

/// Lists them.
pub(super) async fn show(
    signed: Signed,
    axum::extract::State(state): axum::extract::State<State>,
) -> PageResult {
    let sign_in = state.app.sign_in();
    let page = page(&signed, "Your accounts");
    let mut view = Accounts {
        tabs: tabs(&page, "Your accounts"),
        connected: sign_in.is_connected(),
        trouble: String::new(),
        rows: Vec::new(),
        opens_in: state.app.preferences().opens_in(&signed.ctx).await?,
        page,
    };
    if view.connected {
        match sign_in.accounts(&signed.ctx).await {
            Ok(accounts) => view.rows = accounts.iter().map(|a| row(a, &view.page)).collect(),
            Err(e) => e.public().clone_into(&mut view.trouble),
        }
    }
    Ok(leads_to(answer(&view)?, sign_in.origin().as_deref()))
}

fn row(account: &OwnAccount, page: &Page) -> Row {
    let identity = &account.identity;
    Row {
        title: identity.key.provider.title().to_owned(),
        address: identity.address.clone(),
        last: identity.last_sign_in.as_ref().map_or_else(|| "never".to_owned(), |at| page.when_short(at)),
        provider: identity.key.provider.to_string(),
        documents: account.can_connect.then(|| documents(account.connection.as_ref())),
    }
}

fn documents(connection: Option<&Connection>) -> Documents {
    let plain = |badge, sentence, button| Documents { badge, sentence, button, disconnect: String::new() };
    let Some(c) = connection else {
        return plain(
            ui::badge("Not connected"),
            "Connect your documents to open and edit in SharePoint as yourself.",
            "Connect my documents",
        );
    };
    match c.state {
        ConnectionState::Active => Documents {
            badge: ui::badge("Connected").good(),
            sentence: "You open and edit documents there as yourself.",
            button: "",
            disconnect: c.id.clone(),
        },
        ConnectionState::NeedsAttention => {
            let repair = c.attention.map(Attention::repair);
            Documents {
                badge: ui::badge("Needs attention").bad(),
                sentence: repair.as_ref().map_or("It does not work.", |r| r.sentence),
                button: repair.as_ref().map_or("Connect again", |r| r.button),
                disconnect: c.id.clone(),
            }
        }
        ConnectionState::WaitingForAdministrator => plain(
            ui::badge("Waiting for an administrator").warn(),
            "Somebody who may agree for your organisation has to do so first. Your administrator can send them a link.",
            "",
        ),
        ConnectionState::None | ConnectionState::Disconnected => plain(
            ui::badge("Disconnected"),
            "You cannot open documents there until you connect again. Nothing was deleted.",
            "Connect again",
        ),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    id: String,
}

/// Tries one's own connection.
pub(super) async fn check(
    signed: Signed,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(which): CsrfForm<Which>,
) -> PageResult {
    let flash = tried(state.app.sign_in().check_own(&signed.ctx, &which.id).await);
    go_with(&at::accounts(), flash)
}

/// What a check found, as a message.
pub(super) fn tried(found: domain::Result<Connection>) -> Flash {
    match found {
        Ok(c) if c.state == ConnectionState::Active => Flash::done("It works."),
        Ok(c) => Flash::mind(c.attention.map_or("It is not connected.", |a| a.repair().sentence)),
        Err(e) => Flash::failed(&e),
    }
}

/// Takes one's own connection back.
pub(super) async fn disconnect(
    signed: Signed,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(which): CsrfForm<Which>,
) -> PageResult {
    let flash = match state.app.sign_in().disconnect_own(&signed.ctx, &which.id).await {
        Ok(()) => Flash::done("Disconnected. Nothing was deleted; connecting again brings everything back."),
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::accounts(), flash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        let row = |documents| Row {
            title: "Microsoft".into(),
            address: "a&b@x.example".into(),
            last: "now".into(),
            provider: "microsoft".into(),
            documents,
        };
        let shown = |button, disconnect: &str| Documents {
            badge: ui::badge("Connected").good(),
            sentence: "You open and edit documents there as yourself.",
            button,
            disconnect: disconnect.into(),
        };
        for (connected, trouble, rows) in [
            (false, "", Vec::new()),
            (true, "It <does> not answer.", Vec::new()),
            (true, "", Vec::new()),
            (true, "", vec![row(None), row(Some(shown("Connect again", ""))), row(Some(shown("", "c\"1")))]),
        ] {
            let page = check::page("Your accounts");
            let tabs = tabs(&page, "Your accounts");
            let opens_in = OpensIn::Desktop;
            let sample = Accounts { tabs, connected, trouble: trouble.into(), rows, opens_in, page };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
