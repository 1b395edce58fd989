//! `ETag` and `If-Match`: nobody overwrites what they have not seen.

use crate::content_response::entity_tag;
use crate::errors::Problem;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use domain::plugin::Revision;
use domain::{Error, ErrorKind, Result};
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

/// What `If-Match` demands of a resource whose entity tag is the number of its row version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowMatch(
    /// The version the caller has seen; `None` for `*`, whatever is there.
    pub Option<i64>,
);

impl<S: Send + Sync> FromRequestParts<S> for RowMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(match required(&parts.headers)? {
            Wanted::Any => Self(None),
            // A tag that is no number of ours matches no version; 0 is never one.
            Wanted::Tag(tag) => Self(Some(tag.trim_matches('"').parse().unwrap_or(0))),
        })
    }
}

/// What `If-Match` demands of content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentMatch(
    /// The revision the caller has seen; `None` for `*`, whatever is there.
    pub Option<Revision>,
);

impl<S: Send + Sync> FromRequestParts<S> for ContentMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(match required(&parts.headers)? {
            Wanted::Any => Self(None),
            Wanted::Tag(tag) => Self(Some(revision(&tag))),
        })
    }
}

#[derive(Debug)]
enum Wanted {
    Any,
    Tag(String),
}

fn required(headers: &HeaderMap) -> Result<Wanted> {
    let mut given = headers.get_all(IF_MATCH).iter();
    let (first, second) = (given.next(), given.next());
    let Some(first) = first else {
        return Err(Error::new(
            ErrorKind::PreconditionRequired,
            "This change needs the header If-Match with the ETag you last saw, or * to change whatever is there.",
        ));
    };
    let text = first.to_str().unwrap_or("").trim();
    let weak = text.strip_prefix("W/").is_some();
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let quoted =
        tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"') && !tag[1..tag.len() - 1].contains('"');
    match (second, text) {
        (None, "*") => Ok(Wanted::Any),
        (None, _) if quoted && weak => Err(Error::new(
            ErrorKind::Stale,
            "A weak entity tag matches no change. Send the ETag as you received it.",
        )),
        (None, _) if quoted => Ok(Wanted::Tag(tag.to_owned())),
        _ => Err(Error::invalid("If-Match holds one entity tag in quotes as you received it, or *.")
            .field("If-Match")),
    }
}

/// The revision a content's entity tag stands for: the inverse of [`entity_tag`].
fn revision(tag: &str) -> Revision {
    let plain = Revision(tag.trim_matches('"').to_owned());
    let hex = plain.0.strip_prefix("x-").filter(|h| h.len() % 2 == 0 && h.is_ascii());
    let bytes: Option<Vec<u8>> = hex
        .and_then(|h| (0..h.len()).step_by(2).map(|i| u8::from_str_radix(&h[i..i + 2], 16).ok()).collect());
    let decoded = bytes.and_then(|b| String::from_utf8(b).ok()).map(Revision);
    decoded.filter(|r| entity_tag(r) == tag).unwrap_or(plain)
}

/// A JSON answer with the entity tag of the row version.
pub(super) fn tagged<T: Serialize>(status: StatusCode, row_version: i64, body: &T) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(ETAG, row_tag(row_version));
    response
}

/// The entity tag of a row version.
pub(super) fn row_tag(row_version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{row_version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|v| (IF_MATCH, HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn a_change_without_a_precondition_is_refused_and_says_how() {
        let error = required(&headers(&[])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PreconditionRequired);
        assert!(error.public().contains("If-Match"));
    }

    #[test]
    fn preconditions_follow_the_table() {
        assert!(matches!(required(&headers(&["*"])).unwrap(), Wanted::Any));
        assert!(matches!(required(&headers(&[" \"7\" "])).unwrap(), Wanted::Tag(t) if t == "\"7\""));
        assert_eq!(required(&headers(&["W/\"7\""])).unwrap_err().kind(), ErrorKind::Stale);
        for bad in [&["7"][..], &["\"7\", \"8\""], &["\"7\"", "\"8\""], &["\""], &[""]] {
            assert_eq!(required(&headers(bad)).unwrap_err().kind(), ErrorKind::Invalid, "{bad:?}");
        }
    }

    #[test]
    fn a_revision_survives_the_way_through_its_entity_tag() {
        for text in ["3", "a7-b", "x-61", "with space", "\"", "å", "x-", "x-0", ""] {
            let original = Revision(text.to_owned());
            assert_eq!(revision(&entity_tag(&original)), original, "{text:?}");
        }
    }
}
