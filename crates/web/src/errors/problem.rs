//! Errors as programs read them: problem+json (RFC 9457).

use super::status::{title, word};
use axum::body::Body;
use axum::response::Response;
use domain::Error;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    request_id: String,
}

/// The answer for a program.
pub(super) fn write(error: &Error, status: StatusCode, request: Uuid) -> Response {
    let document = Document {
        r#type: format!("urn:chancery:problem:{}", word(error.kind())),
        title: title(error.kind()),
        status: status.as_u16(),
        detail: error.public(),
        field: error.field_name(),
        request_id: request.hyphenated().to_string(),
    };
    // Serializing strings and numbers cannot fail; an empty object would still carry the status.
    let body = serde_json::to_vec(&document).unwrap_or_else(|_| b"{}".to_vec());
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Chancery API\""));
    }
    response
}
