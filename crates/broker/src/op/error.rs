//! Errors in the form of OAuth (RFC 6749 section 5.2).

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{Error, ErrorKind, Retry};
use http::StatusCode;
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

/// An error for a client: a word of the standard, and a sentence of ours.
#[derive(Debug)]
pub(crate) struct OauthError {
    pub status: StatusCode,
    pub error: &'static str,
    pub description: String,
    pub retry: Option<u64>,
    /// Members beyond the standard's.
    pub more: serde_json::Value,
}

impl OauthError {
    pub fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into(), retry: None, more: json!({}) }
    }

    pub fn request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    pub fn grant(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", description)
    }

    /// Who asks could not be established. The same words whatever the reason; the log has it.
    pub fn client() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", "The client could not be authenticated.")
    }

    pub fn retry(mut self, seconds: u64) -> Self {
        self.retry = Some(seconds);
        self
    }

    pub fn with(mut self, more: serde_json::Value) -> Self {
        self.more = more;
        self
    }
}

impl From<Error> for OauthError {
    fn from(e: Error) -> Self {
        let seconds = match e.retry_hint() {
            Retry::After(d) => Some(d.as_secs().max(1)),
            Retry::Later => Some(5),
            Retry::Never => None,
        };
        let (status, word) = match e.kind() {
            ErrorKind::Throttled => (StatusCode::TOO_MANY_REQUESTS, "slow_down"),
            ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "invalid_target"),
            ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "invalid_token"),
            ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::TooLarge => {
                (StatusCode::BAD_REQUEST, "invalid_request")
            }
            ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "access_denied"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        };
        if status.is_server_error() {
            tracing::error!(error = ?e, "a client could not be answered");
        }
        Self { status, error: word, description: e.public().to_owned(), retry: seconds, more: json!({}) }
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let mut body = json!({"error": self.error, "error_description": self.description});
        if let (Some(body), Some(more)) = (body.as_object_mut(), self.more.as_object()) {
            body.extend(more.clone());
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
        // A challenge is for those who show a token; a client's assertion is no scheme of HTTP (RFC 6749 section 5.2).
        if self.error == "invalid_token" {
            headers.insert(WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
