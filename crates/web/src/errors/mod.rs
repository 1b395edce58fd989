//! From what happened to what is answered: one table of statuses, and two presenters.
//!
//! A handler only marks its answer with the error. The middleware around all routes logs it once and writes the
//! page, the fragment or the problem document, because only there the request id and the reader are known.

mod page;
mod problem;
mod status;

pub use status::status;

use crate::extract::Arrival;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use domain::{Error, ErrorKind, Retry};
use http::header::{HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use std::sync::Arc;

/// What a handler of pages answers.
pub type PageResult = Result<Response, PageError>;

/// An error that a person reads as a page, or as a piece of the page they have open.
#[derive(Debug)]
pub struct PageError(pub Error);

/// An error that a program reads as problem+json (RFC 9457).
#[derive(Debug)]
pub struct Problem(pub Error);

/// The header with which our scripts ask for a piece of a page instead of a whole one.
pub const FRAGMENT: &str = "x-fragment";

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        mark(self.0, Form::Page)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        mark(self.0, Form::Problem)
    }
}

/// How an error is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Problem,
}

/// The mark on an answer that is not written yet.
#[derive(Debug, Clone)]
struct Failure {
    error: Arc<Error>,
    form: Form,
    status: StatusCode,
}

fn mark(error: Error, form: Form) -> Response {
    let status = status(error.kind());
    marked(Failure { error: Arc::new(error), form, status })
}

fn marked(failure: Failure) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = failure.status;
    response.extensions_mut().insert(failure);
    response
}

/// An error at an address that no handler serves: written as the door behind the address writes them.
pub fn at(path: &str, error: Error) -> Response {
    mark(error, form_at(path))
}

/// The answer to a method that the address does not know.
pub fn wrong_method(path: &str) -> Response {
    let sentence = "This address does not work that way. Go back and use the buttons of the page.";
    let error = Arc::new(Error::new(ErrorKind::Invalid, sentence));
    marked(Failure { error, form: form_at(path), status: StatusCode::METHOD_NOT_ALLOWED })
}

/// The answer after a handler has panicked: a defect, presented like any other.
pub(crate) fn after_panic(path: &str) -> Response {
    at(path, Error::internal("a handler panicked"))
}

fn form_at(path: &str) -> Form {
    if path.starts_with("/api/") { Form::Problem } else { Form::Page }
}

/// Writes the error an answer is marked with; any other answer passes unchanged.
pub(crate) fn present(mut response: Response, asked: &HeaderMap, arrival: &Arrival) -> Response {
    let Some(failure) = response.extensions_mut().remove::<Failure>() else {
        return response;
    };
    log(&failure);
    let mut written = match failure.form {
        Form::Problem => problem::write(&failure.error, failure.status, arrival.request),
        Form::Page if asked.contains_key(FRAGMENT) => {
            page::fragment(&failure.error, failure.status, arrival.request)
        }
        Form::Page if failure.error.kind() == ErrorKind::Unauthenticated => page::to_sign_in(),
        Form::Page => page::whole(&failure.error, failure.status, arrival),
    };
    if let Some(wait) = retry_after(&failure.error) {
        written.headers_mut().insert(RETRY_AFTER, wait);
    }
    // What the handler has set besides (cookies, `Allow`) stays.
    for (name, value) in response.headers() {
        written.headers_mut().append(name, value.clone());
    }
    written
}

fn retry_after(error: &Error) -> Option<HeaderValue> {
    match error.retry_hint() {
        Retry::Never => None,
        Retry::Later => Some(HeaderValue::from_static("30")),
        Retry::After(wait) => Some(HeaderValue::from(wait.as_secs().clamp(1, 3600))),
    }
}

/// Writes the error to the log, once. Debug output of an error escapes control characters (ATT-52).
fn log(failure: &Failure) {
    if failure.status.is_server_error() {
        tracing::error!(http.status = failure.status.as_u16(), error = ?failure.error, "request failed");
    } else {
        tracing::debug!(http.status = failure.status.as_u16(), error = ?failure.error, "request refused");
    }
}
