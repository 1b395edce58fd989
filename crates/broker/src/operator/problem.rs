//! Refusals as programs read them: problem+json (RFC 9457).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use domain::{Error, ErrorKind, Retry};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::json;

/// An error on its way to a program.
#[derive(Debug)]
pub(crate) struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(e: Error) -> Self {
        Self(e)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let e = self.0;
        let (status, word, title) = meaning(e.kind());
        let number = platform::random::id().map(|id| id.hyphenated().to_string()).unwrap_or_default();
        if status.is_server_error() {
            tracing::error!(error = ?e, %number, "a program could not be answered");
        } else {
            tracing::info!(error = ?e, %number, "a program was refused");
        }
        let mut body = json!({"type": format!("urn:chancery:problem:{word}"), "title": title,
            "status": status.as_u16(), "detail": e.public(), "request_id": number});
        if let Some(field) = e.field_name() {
            body["field"] = json!(field);
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let seconds = match e.retry_hint() {
            Retry::After(d) => Some(d.as_secs().max(1)),
            Retry::Later => Some(30),
            Retry::Never => None,
        };
        if let Some(seconds) = seconds {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn meaning(kind: ErrorKind) -> (StatusCode, &'static str, &'static str) {
    match kind {
        ErrorKind::Invalid => (StatusCode::BAD_REQUEST, "invalid", "Something that was sent is not right"),
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "A token is needed"),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "That is not possible"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "conflict", "The present state forbids it"),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "That is too long"),
        ErrorKind::UnsupportedMedia => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media", "This is not taken here")
        }
        ErrorKind::Throttled => (StatusCode::TOO_MANY_REQUESTS, "throttled", "That was too often"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not at the moment"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong"),
    }
}

/// A JSON body. What cannot be read is a problem that names the place.
#[derive(Debug)]
pub(crate) struct Sent<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let plain = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !plain.starts_with("application/json") {
            return Err(Error::new(ErrorKind::UnsupportedMedia, "Send JSON, as application/json.").into());
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Error::new(ErrorKind::TooLarge, "The body is too long."))?;
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|e| {
            // What serde says names members and places; values are never in it, but for words of ours.
            Error::invalid(format!("The body cannot be read at line {}, column {}.", e.line(), e.column()))
                .caused_by(e)
                .into()
        })
    }
}
