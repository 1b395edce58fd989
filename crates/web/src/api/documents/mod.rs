//! `/api/v1/documents`

mod asks;
pub(super) mod content;
pub(super) mod create;
pub(super) mod extras;
pub(super) mod list;
pub(super) mod lock;
pub(super) mod one;
pub(super) mod upload;
pub(super) mod versions;
mod wire;

use super::once::Made;
use super::precondition::tagged;
use app::documents::{Changed, DocumentView};
use axum::response::Response;
use domain::Result;
use http::StatusCode;

/// A document that has just been made.
fn made(view: DocumentView) -> Result<Made> {
    let (id, version) = (view.document.id, view.document.row_version);
    Ok(Made::at(super::links::document(id), &wire::Document::from(view))?.tagged(version))
}

/// A document after a change, with its entity tag.
fn changed(changed: Changed) -> Response {
    let version = changed.view.document.row_version;
    tagged(StatusCode::OK, version, &wire::ChangedDocument::from(changed))
}
