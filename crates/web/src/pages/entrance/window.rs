//! `/sign-in/window`: a sign-in in a window of its own comes back, and the page that opened it goes on.

use crate::cookies;
use crate::errors::PageResult;
use crate::extract::{Arrival, OwnForm};
use crate::page::{self, Page};
use crate::surround::keep_opener;
use crate::{State, routes};
use askama::Template;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use serde::Deserialize;

/// The page of the window: it tells the page that opened it, and can go on by itself.
#[derive(Debug, Template)]
#[template(path = "entrance/window.html")]
pub(super) struct Window {
    pub page: Page,
    pub code: String,
    pub target: String,
}

/// Shows it, with the code for the session that waits.
pub(super) async fn show(state: &State, token: &str, target: &str, arrival: &Arrival) -> PageResult {
    let code = state.app.sign_in().hand_over(token, arrival.now).await?;
    let target = inner(target);
    let mut response = page::show(&Window { page: Page::outside("You are signed in"), code, target })?;
    keep_opener(&mut response);
    Ok(response)
}

/// Whether a trip began in a window.
pub(super) fn is_window(target: &str) -> bool {
    target.split('?').next() == Some(routes::sign_in_window().as_str())
}

/// Where the page that opened the window goes on.
fn inner(target: &str) -> String {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Inner {
        target: String,
    }
    let query = target.split_once('?').map(|(_, q)| q).unwrap_or_default();
    let inner: Inner = serde_html_form::from_str(query).unwrap_or_default();
    app::sign_in::inside(&inner.target)
}

#[derive(Debug, Deserialize)]
pub(super) struct TakeOver {
    code: String,
    #[serde(default)]
    target: String,
}

/// The page that opened the window goes on: the session gets its cookie where that page stands.
pub(super) async fn take_over(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
) -> PageResult {
    let (mut parts, body) = request.into_parts();
    let arrival = Arrival::of(&mut parts, || (state.settings.now)());
    let OwnForm(form): OwnForm<TakeOver> =
        OwnForm::from_request(Request::from_parts(parts, body), &state).await?;
    let token = state.app.sign_in().take_over(&form.code, arrival.now).await?;
    let mut response: Response = page::go(&app::sign_in::inside(&form.target));
    let base = &state.settings.base;
    cookies::set(response.headers_mut(), base, &cookies::session_name(base), &token, None);
    Ok(response)
}

#[cfg(test)]
impl Window {
    pub(super) fn sample() -> Self {
        let page = Page::outside("You are signed in");
        Self { page, code: "ab".repeat(32), target: "/documents?q=\"<1>".into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_that_opened_a_window_goes_on_inside() {
        let whole = |t: &str| String::from(routes::Query::at(routes::sign_in_window()).and("target", t));
        assert!(is_window(&whole("/documents/7")) && !is_window("/documents?x=/sign-in/window"));
        assert_eq!(inner(&whole("/documents/7?a=b&c")), "/documents/7?a=b&c");
        assert_eq!(inner(&whole("https://evil.test")), "/");
        assert_eq!(inner(&routes::sign_in_window()), "/");
    }
}
