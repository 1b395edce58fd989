//! `/enter/{token}`: a sign-in link. Opening it only shows a button, because programs that look ahead at links
//! (mail filters, chat previews, browsers) open them too; pressing the button uses it up.

use super::Attempts;
use crate::cookies;
use crate::errors::{self, PageError, PageResult};
use crate::extract::{Arrival, Client, OwnForm, Signed};
use crate::page::{self, Page};
use crate::{State, routes};
use askama::Template;
use axum::extract::{Extension, FromRequest, Path, Request};
use domain::{Error, ErrorKind};
use serde::Deserialize;

/// The page with the button.
#[derive(Debug, Template)]
#[template(path = "entrance/enter.html")]
pub(super) struct Enter {
    pub page: Page,
    pub action: String,
}

/// The page that says why a link did not work.
#[derive(Debug, Template)]
#[template(path = "entrance/no_entry.html")]
pub(super) struct NoEntry {
    pub page: Page,
    pub sentence: String,
    /// Where to begin again as somebody else; blank where that is no way out.
    pub again: String,
}

#[derive(Debug, Deserialize)]
struct Nothing {}

/// Shows the button.
pub(super) async fn ask(Path(token): Path<String>) -> PageResult {
    page::show(&Enter { page: Page::outside("Enter Chancery"), action: routes::enter(&token) })
}

/// Uses the link up and begins a session. A session this browser had before ends: ids change at every step that
/// gives more rights (ATT-18).
pub(super) async fn enter(
    axum::extract::State(state): axum::extract::State<State>,
    Extension(attempts): Extension<Attempts>,
    client: Client,
    Path(token): Path<String>,
    request: Request,
) -> PageResult {
    let (mut parts, body) = request.into_parts();
    let arrival = Arrival::of(&mut parts, || (state.settings.now)());
    // Two cookies of our name, or a dead one: there is no session to end, and a new one is just what is needed.
    let before = Signed::find(&mut parts, &state).await.ok().flatten();
    let _: OwnForm<Nothing> = OwnForm::from_request(Request::from_parts(parts, body), &state).await?;
    attempts.admit(&client.ip, arrival.now)?;
    let entered =
        state.app.access().enter(&token, arrival.now, arrival.request, &client.user_agent, &client.ip).await;
    let new = match entered {
        Ok(new) => new,
        Err(error) => return refused(error, &attempts, &client, &arrival),
    };
    if let Some(before) = before {
        state.app.access().end_session(&before.ctx, &before.session.id).await?;
    }
    let mut response = page::go(&routes::home());
    let base = &state.settings.base;
    cookies::set(response.headers_mut(), base, &cookies::session_name(base), &new.token, None);
    Ok(response)
}

fn refused(error: Error, attempts: &Attempts, client: &Client, arrival: &Arrival) -> PageResult {
    if error.kind() != ErrorKind::Unauthenticated {
        return Err(PageError(error));
    }
    attempts.failed(&client.ip, arrival.now);
    let page = NoEntry {
        page: Page::outside("This link does not work"),
        sentence: error.public().to_owned(),
        again: String::new(),
    };
    page::show_with(errors::status(ErrorKind::Forbidden), &page)
}

#[cfg(test)]
impl Enter {
    pub(super) fn samples() -> Vec<Self> {
        vec![Self { page: Page::outside("Enter"), action: routes::enter("a\"b/c") }]
    }
}

#[cfg(test)]
impl NoEntry {
    pub(super) fn samples() -> Vec<Self> {
        ["", "/sign-in/start?again=true"]
            .map(|again| Self {
                page: Page::outside("No"),
                sentence: "This <link> is too old.".into(),
                again: again.into(),
            })
            .into()
    }
}
