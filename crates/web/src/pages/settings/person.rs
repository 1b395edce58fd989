//! `/settings/people/{id}`: how one associate signs in, and everything an administrator can do about it.

use super::{page, tabs};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm, Id, Signed};
use crate::page::{Flash, Page, go_with, show as answer};
use crate::pages::parts::standing;
use crate::routes::{self, settings as at};
use crate::ui::{Badge, Tab};
use askama::Template;
use domain::identity::IdentityKey;
use domain::{AssociateId, Result};
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/person.html")]
struct Person {
    page: Page,
    tabs: Vec<Tab>,
    id: AssociateId,
    name: String,
    email: String,
    badges: Vec<Badge>,
    retired: bool,
    connected: bool,
    rows: Vec<Row>,
    invitation: String,
    link: Option<Link>,
}

#[derive(Debug)]
struct Row {
    provider: String,
    title: String,
    realm: String,
    subject: String,
    address: String,
    bound: String,
    last: String,
}

/// An invitation that has just been made, shown this once.
#[derive(Debug)]
struct Link {
    address: String,
    to: String,
    until: String,
}

/// Shows them.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    Id(id): Id<AssociateId>,
) -> PageResult {
    answer(&present(&signed, &state, id, None).await?)
}

async fn present(signed: &Signed, state: &State, id: AssociateId, link: Option<Link>) -> Result<Person> {
    let sign_in = state.app.sign_in();
    let person = sign_in.person(&signed.ctx, id).await?;
    let page = page(signed, &person.associate.full_name()).crumb("People", at::people());
    let rows = person
        .identities
        .iter()
        .map(|i| Row {
            provider: i.key.provider.to_string(),
            title: i.key.provider.title().to_owned(),
            realm: i.key.realm.clone(),
            subject: i.key.subject.clone(),
            address: i.address.clone(),
            bound: bound_by(&i.bound_by).to_owned(),
            last: i.last_sign_in.as_ref().map_or_else(|| "never".to_owned(), |at| page.when_short(at)),
        })
        .collect();
    let invitation = person
        .invitation
        .map(|(to, until)| format!("Invited at {to}, until {}.", page.when_short(&until)))
        .unwrap_or_default();
    Ok(Person {
        tabs: tabs(&page, "People"),
        id,
        name: person.associate.full_name(),
        email: person.associate.email.clone(),
        badges: standing(&person.associate),
        retired: person.associate.retired,
        connected: sign_in.is_connected(),
        rows,
        invitation,
        link,
        page,
    })
}

fn bound_by(word: &str) -> &'static str {
    match word {
        "address" => "matched by address",
        "invitation" => "by invitation",
        _ => "by an administrator",
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Invites them and shows the link.
pub(super) async fn invite(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    Id(id): Id<AssociateId>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    match state.app.sign_in().invite(&signed.ctx, id).await {
        Ok(made) => {
            let link = Link {
                address: state.settings.base.at(&routes::invited(&made.token)),
                to: made.address,
                until: page(&signed, "").when(&made.expires),
            };
            answer(&present(&signed, &state, id, Some(link)).await?)
        }
        Err(e) => go_with(&at::person(id), Flash::failed(&e)),
    }
}

/// Takes the invitation back.
pub(super) async fn uninvite(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    Id(id): Id<AssociateId>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let done = state.app.sign_in().uninvite(&signed.ctx, id).await;
    back(id, done, "The invitation is taken back.")
}

/// Which account.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    provider: String,
    realm: String,
    subject: String,
}

/// Takes an account from them.
pub(super) async fn unbind(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    Id(id): Id<AssociateId>,
    CsrfForm(which): CsrfForm<Which>,
) -> PageResult {
    let done = async {
        let key =
            IdentityKey { provider: which.provider.parse()?, realm: which.realm, subject: which.subject };
        state.app.sign_in().unbind(&signed.ctx, &key).await
    };
    back(id, done.await, "The account is theirs no more, and their sessions have ended.")
}

/// Ends their sessions.
pub(super) async fn end(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    Id(id): Id<AssociateId>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let done = state.app.sign_in().end_sessions_of(&signed.ctx, id).await.map(drop);
    back(id, done, "Their sessions have ended.")
}

/// They have left.
pub(super) async fn retire(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    Id(id): Id<AssociateId>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let done = state.app.sign_in().set_retired(&signed.ctx, id, true).await;
    back(id, done, "They have left: nobody comes in as them any more. Their documents stay.")
}

/// They are back.
pub(super) async fn come_back(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    Id(id): Id<AssociateId>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let done = state.app.sign_in().set_retired(&signed.ctx, id, false).await;
    back(id, done, "They are back and can sign in.")
}

fn back(id: AssociateId, done: Result<()>, words: &str) -> PageResult {
    let flash = match done {
        Ok(()) => Flash::done(words),
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::person(id), flash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        for full in [false, true] {
            let page = check::page("Ada");
            let row = || Row {
                provider: "google".into(),
                title: "Google".into(),
                realm: "https://a?b&c".into(),
                subject: "1\"2".into(),
                address: "a<b@x.example".into(),
                bound: "by invitation".into(),
                last: "never".into(),
            };
            let sample = Person {
                tabs: tabs(&page, "People"),
                id: AssociateId(7),
                name: "Ada <L>".into(),
                email: if full { "ada@x.example".into() } else { String::new() },
                badges: Vec::new(),
                retired: !full,
                connected: full,
                rows: if full { vec![row(), row()] } else { Vec::new() },
                invitation: if full { "Invited at a@b, until then.".into() } else { String::new() },
                link: full.then(|| Link {
                    address: "http://x/invited/1".into(),
                    to: "a@b".into(),
                    until: "then".into(),
                }),
                page,
            };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
