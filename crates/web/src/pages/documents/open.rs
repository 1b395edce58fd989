//! `GET /documents/{id}/open`: opening a document at its place, in the browser.

use crate::errors::PageResult;
use crate::extract::{Id, Signed};
use crate::page::{self, Flash};
use crate::routes::documents as at;
use app::App;
use axum::extract::State;
use domain::plugin::OpenAs;
use domain::{DocumentId, Error, ErrorKind};

/// Leads to the document at its place; to its content where it has no address there.
pub(crate) async fn open(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let wish = OpenAs { desktop: false, write: true };
    match app.documents().open(&signed.ctx, id, wish).await {
        Ok(Some(url)) if leads_out(&url) => Ok(page::go(&url)),
        Ok(Some(url)) => Err(Error::internal("a place gave an address that is none").with("url", url).into()),
        Ok(None) => Ok(page::go(&at::content(id))),
        // Who may see it here and not there reads who can help.
        Err(e) if e.kind() == ErrorKind::Forbidden => page::go_with(&at::show(id), Flash::failed(&e)),
        Err(e) => super::refused(id, e),
    }
}

/// Whether a browser may be led to an address that a place gave.
fn leads_out(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://127.0.0.")
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn a_browser_is_led_to_pages_only() {
        for (url, expected) in [
            ("https://docs.google.com/document/d/1", true),
            ("http://127.0.0.2:4003/file/1", true),
            ("http://docs.google.com/", false),
            ("javascript:alert(1)", false),
            ("//evil.example/", false),
            ("/documents/1", false),
        ] {
            assert_eq!(leads_out(url), expected, "{url}");
        }
    }
}
