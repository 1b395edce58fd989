//! `GET /documents/{id}/open`: opening a document at its place, as the person prefers or as they say now.

use crate::errors::PageResult;
use crate::extract::{Id, PageQuery, Signed};
use crate::page::{self, Flash};
use crate::routes::documents as at;
use app::App;
use axum::extract::State;
use domain::opening::OpensIn;
use domain::{DocumentId, Error, ErrorKind};
use serde::Deserialize;

/// How somebody wants to open it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wish {
    /// `browser`, `desktop` or `download`; blank for what the person prefers.
    r#in: String,
}

/// Leads to the document at its place; to its content where it has no address there.
pub(crate) async fn open(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    PageQuery(wish): PageQuery<Wish>,
) -> PageResult {
    match app.documents().opens_at(&signed.ctx, id, OpensIn::from_word(&wish.r#in)).await {
        Ok(Some(url)) if leads_out(&url) => Ok(page::go(&url)),
        Ok(Some(url)) => Err(Error::internal("a place gave an address that is none").with("url", url).into()),
        Ok(None) => Ok(page::go(&at::content(id))),
        // Who may see it here and not there reads who can help.
        Err(e) if e.kind() == ErrorKind::Forbidden => page::go_with(&at::show(id), Flash::failed(&e)),
        Err(e) => super::refused(id, e),
    }
}

/// What the addresses that start an office program begin with (microsoft.md 2.19).
const PROGRAMS: [&str; 4] = ["ms-word:", "ms-excel:", "ms-powerpoint:", "ms-visio:"];

/// Whether a browser may be led to an address that a place gave: a page, or one that opens a page's file in its program.
pub(crate) fn leads_out(url: &str) -> bool {
    let page = |url: &str| url.starts_with("https://") || url.starts_with("http://127.0.0.");
    let program = PROGRAMS.iter().any(|p| url.starts_with(p));
    page(url) || (program && url.rsplit('|').next().is_some_and(page))
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn a_browser_is_led_to_pages_only() {
        for (url, expected) in [
            ("https://docs.google.com/document/d/1", true),
            ("http://127.0.0.2:4003/file/1", true),
            ("ms-word:ofe|u|https://x.sharepoint.com/a.doc", true),
            ("ms-word:ofe|u|file:///etc/passwd", false),
            ("ms-settings:x|https://x.sharepoint.com/", false),
            ("http://docs.google.com/", false),
            ("javascript:alert(1)", false),
            ("//evil.example/", false),
            ("/documents/1", false),
        ] {
            assert_eq!(leads_out(url), expected, "{url}");
        }
    }
}
