//! `GET /sign-in`: how to get in.

use crate::State;
use crate::errors::{PageError, PageResult};
use crate::extract::Signed;
use crate::page::{self, Page};
use crate::routes;
use askama::Template;
use axum::extract::Request;

#[derive(Debug, Template)]
#[template(path = "entrance/sign_in.html")]
pub(super) struct SignIn {
    pub page: Page,
}

/// Tells how to get in. Whoever is in already goes home.
pub(super) async fn show(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
) -> PageResult {
    let (mut parts, _) = request.into_parts();
    match Signed::find(&mut parts, &state).await {
        Ok(Some(_)) => Ok(page::go(&routes::home())),
        Ok(None) => page::show(&SignIn { page: Page::outside("Sign in") }),
        Err(e) => Err(PageError(e)),
    }
}
