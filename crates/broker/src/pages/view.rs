//! Templates, and the page of a failure.

use super::shell::FormTargets;
use crate::rules::situations::Words;
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use domain::{Error, ErrorKind, Retry};
use http::StatusCode;
use http::header::RETRY_AFTER;

#[derive(Debug)]
pub(super) struct Button {
    pub name: String,
    pub title: String,
}

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignIn {
    pub installation: Option<String>,
    pub request: String,
    pub token: String,
    pub email: String,
    pub trouble: Option<String>,
    /// Filled when the domain is registered at several providers.
    pub choices: Vec<String>,
    pub providers: Vec<Button>,
}

#[derive(Debug)]
pub(super) struct PersonRow {
    pub handle: String,
    pub title: String,
    pub places: Vec<PlaceRow>,
    pub browsers: Vec<BrowserRow>,
}

#[derive(Debug)]
pub(super) struct PlaceRow {
    pub href: String,
    pub name: String,
    pub known: bool,
}

#[derive(Debug)]
pub(super) struct BrowserRow {
    pub agent: String,
    pub begun: String,
    pub last: String,
    pub this: bool,
}

#[derive(Debug, Template)]
#[template(path = "choose.html")]
pub(super) struct Choose {
    pub installation: String,
    pub request: String,
    pub token: String,
    pub people: Vec<PersonRow>,
}

#[derive(Debug, Template)]
#[template(path = "connect.html")]
pub(super) struct Connect {
    pub title: String,
    pub words: String,
    pub lines: Vec<&'static str>,
    pub action: String,
    pub request: String,
    pub token: String,
    pub provider: String,
}

#[derive(Debug, Template)]
#[template(path = "places.html")]
pub(super) struct Places {
    pub token: String,
    pub people: Vec<PersonRow>,
}

#[derive(Debug, Template)]
#[template(path = "browser.html")]
pub(super) struct BrowserPage {
    pub token: String,
    pub people: Vec<PersonRow>,
}

#[derive(Debug, Template)]
#[template(path = "said.html")]
pub(super) struct Said {
    pub title: String,
    pub words: String,
    pub button: Option<(String, String)>,
    pub number: String,
}

/// A page, with the origins its forms may lead to.
pub(crate) fn page(template: &impl Template, targets: Vec<String>) -> Result<Response, Failure> {
    let html = template.render().map_err(|e| Error::internal("a page cannot be made").caused_by(e))?;
    let mut response = Html(html).into_response();
    response.extensions_mut().insert(FormTargets(targets));
    Ok(response)
}

/// A page about a situation.
pub(super) fn said(words: Words, again: Option<String>) -> Result<Response, Failure> {
    let button = again.filter(|_| words.again).map(|href| (href, "Begin again".to_owned()));
    let said = Said {
        title: words.title.to_owned(),
        words: words.sentence.to_owned(),
        button,
        number: String::new(),
    };
    page(&said, Vec::new())
}

/// An error on its way to a page.
#[derive(Debug)]
pub(crate) struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Self(e)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let e = self.0;
        let (status, title) = match e.kind() {
            ErrorKind::Invalid => (StatusCode::BAD_REQUEST, "That did not work"),
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "There is nothing here"),
            ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "That is not possible"),
            ErrorKind::Conflict => (StatusCode::CONFLICT, "That is not possible now"),
            ErrorKind::Throttled => (StatusCode::TOO_MANY_REQUESTS, "A little slower, please"),
            ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Not at the moment"),
            ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "That is too long"),
            ErrorKind::UnsupportedMedia => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "That did not work"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong"),
        };
        let number = platform::random::id().map(|id| id.hyphenated().to_string()).unwrap_or_default();
        if status.is_server_error() {
            tracing::error!(error = ?e, %number, "a page could not be shown");
        } else {
            tracing::info!(error = ?e, %number, "a page was refused");
        }
        let button = (status == StatusCode::BAD_REQUEST).then(|| ("/".to_owned(), "Begin again".to_owned()));
        let said = Said { title: title.to_owned(), words: e.public().to_owned(), button, number };
        let html = said.render().unwrap_or_else(|_| e.public().to_owned());
        let mut response = (status, Html(html)).into_response();
        let seconds = match e.retry_hint() {
            Retry::After(d) => Some(d.as_secs().max(1)),
            Retry::Later => Some(30),
            Retry::Never => None,
        };
        if let Some(seconds) = seconds {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// How a person is called on a page: the name and the address, or whichever there is.
pub(super) fn title(identity: &domain::identity::Identity) -> String {
    let address = identity.address.as_deref().unwrap_or_default();
    match (identity.name.is_empty(), address.is_empty()) {
        (false, false) => format!("{} ({address})", identity.name),
        (false, true) => format!("{} ({})", identity.name, identity.key.provider.title()),
        (true, false) => address.to_owned(),
        (true, true) => format!("an account at {}", identity.key.provider.title()),
    }
}
