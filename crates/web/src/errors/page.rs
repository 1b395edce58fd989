//! Errors as people read them.

use super::status::title;
use crate::extract::Arrival;
use crate::page::{self, Page};
use crate::routes;
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::{Error, ErrorKind};
use http::StatusCode;
use uuid::Uuid;

/// A whole page about an error.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    pub page: Page,
    pub heading: &'static str,
    pub sentence: String,
    pub request: String,
    pub ours: bool,
}

/// A piece of a page about an error, put where the answer was expected.
#[derive(Debug, Template)]
#[template(path = "parts/error.html")]
pub(crate) struct ErrorPiece {
    pub sentence: String,
    pub request: String,
    pub ours: bool,
}

/// The whole page, with navigation when it is known who asks.
pub(super) fn whole(error: &Error, status: StatusCode, arrival: &Arrival) -> Response {
    let heading = title(error.kind());
    let page = match arrival.signed() {
        Some(signed) => Page::new(signed, heading),
        None => Page::outside(heading),
    };
    let template = ErrorPage {
        page,
        heading,
        sentence: error.public().to_owned(),
        request: arrival.request.hyphenated().to_string(),
        ours: is_ours(error),
    };
    page::render(status, &template).unwrap_or_else(|_| plain(error, status))
}

/// The piece.
pub(super) fn fragment(error: &Error, status: StatusCode, request: Uuid) -> Response {
    let piece = ErrorPiece {
        sentence: error.public().to_owned(),
        request: request.hyphenated().to_string(),
        ours: is_ours(error),
    };
    page::render(status, &piece).unwrap_or_else(|_| plain(error, status))
}

/// Nobody is signed in: the page that says how to.
pub(super) fn to_sign_in() -> Response {
    page::go(&routes::sign_in())
}

/// Whether the request id helps: an administrator finds the cause with it.
fn is_ours(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Internal | ErrorKind::Damaged | ErrorKind::Unavailable)
}

fn plain(error: &Error, status: StatusCode) -> Response {
    (status, error.public().to_owned()).into_response()
}
