//! Lists in pages: a cursor in, rows and the next cursor out.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{Error, Result};
use http::HeaderValue;
use http::header::LINK;
use serde::Serialize;
use std::fmt::Write as _;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Pass back as `after` for the next page; null on the last. Opaque: do not take it apart.
    #[schema(required)]
    pub next: Option<String>,
}

/// A page of `app` as one on the wire, with a `Link` header to the next one.
pub(super) fn paged<A, T>(address: &str, page: app::Page<A>, row: impl Fn(A) -> T) -> Response
where
    T: Serialize,
{
    let link = page.next.as_deref().and_then(|next| HeaderValue::try_from(next_link(address, next)).ok());
    let body = Paged { items: page.items.into_iter().map(row).collect(), next: page.next };
    let mut response = Json(body).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    response
}

/// The number of rows asked for, 50 when nothing was said.
/// # Errors
/// `Invalid` for anything but 1 to 200.
pub(super) fn limit(asked: Option<u32>) -> Result<u32> {
    match asked {
        None => Ok(50),
        Some(n @ 1..=200) => Ok(n),
        Some(n) => Err(Error::invalid(format!(
            "A page has 1 to 200 rows, and {n} were asked for. Ask for fewer and follow \"next\"."
        ))
        .field("limit")),
    }
}

/// The value of the `Link` header (RFC 8288): the same address with another cursor.
fn next_link(address: &str, next: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut link = format!("<{path}?");
    for pair in query.split('&').filter(|p| !p.is_empty() && !p.starts_with("after=")) {
        link.push_str(pair);
        link.push('&');
    }
    link.push_str("after=");
    for byte in next.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            let _ = write!(link, "%{byte:02X}");
        }
    }
    link.push_str(">; rel=\"next\"");
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_keeps_the_query_and_replaces_the_cursor() {
        assert_eq!(
            next_link("/api/v1/companies?q=a&after=old&limit=2", "Ås|7"),
            "</api/v1/companies?q=a&limit=2&after=%C3%85s%7C7>; rel=\"next\""
        );
        assert_eq!(next_link("/x", "7"), "</x?after=7>; rel=\"next\"");
    }

    #[test]
    fn a_page_is_never_empty_or_endless_by_request() {
        assert_eq!(limit(None).unwrap(), 50);
        assert!(limit(Some(0)).is_err() && limit(Some(201)).is_err() && limit(Some(200)).is_ok());
    }
}
