//! `/invited/{token}`: what an invitation leads to.

use crate::errors::PageResult;
use crate::extract::Arrival;
use crate::page::{self, Page};
use crate::{State, routes};
use askama::Template;
use axum::extract::{Path, Request};

#[derive(Debug, Template)]
#[template(path = "entrance/invited.html")]
pub(super) struct Invited {
    page: Page,
    name: String,
    installation: String,
    start: String,
}

/// Shows for whom it is, with the way to the login page. Looking at it uses nothing up.
pub(super) async fn show(
    axum::extract::State(state): axum::extract::State<State>,
    Path(token): Path<String>,
    request: Request,
) -> PageResult {
    let (mut parts, _) = request.into_parts();
    let arrival = Arrival::of(&mut parts, || (state.settings.now)());
    let (name, installation) = state.app.sign_in().invited(&token, arrival.now).await?;
    let start = routes::Query::at(routes::sign_in_start()).and("invitation", &token).into();
    page::show(&Invited { page: Page::outside("Welcome"), name, installation, start })
}

#[cfg(test)]
impl Invited {
    pub(super) fn sample() -> Self {
        Self {
            page: Page::outside("Welcome"),
            name: "Ada <L>".into(),
            installation: "A & B".into(),
            start: "/sign-in/start?invitation=abc".into(),
        }
    }
}
