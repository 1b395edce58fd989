//! `/api/v1/documents`

pub(super) mod access;
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
use app::App;
use app::documents::{Changed, DocumentView};
use app::idempotency::Thing;
use axum::response::Response;
use domain::{Ctx, Error, Result};
use http::StatusCode;
use std::pin::Pin;

/// A document that has just been made.
fn made(view: DocumentView) -> Result<Made> {
    let (id, version) = (view.document.id, view.document.row_version);
    Ok(Made::at(super::links::document(id), &wire::Document::from(view))?.tagged(version))
}

/// The answer for a document that an interrupted request has made.
fn made_before(app: &App, ctx: &Ctx) -> impl FnOnce(Thing) -> Looking + Send + 'static {
    let (app, ctx) = (app.clone(), ctx.clone());
    move |thing| {
        Box::pin(async move {
            let Thing::Document(id) = thing else {
                return Err(Error::internal("a request for a document has made something else"));
            };
            made(app.documents().get(&ctx, id).await?)
        })
    }
}

type Looking = Pin<Box<dyn Future<Output = Result<Made>> + Send>>;

/// A document after a change, with its entity tag.
fn changed(changed: Changed) -> Response {
    let version = changed.view.document.row_version;
    tagged(StatusCode::OK, version, &wire::ChangedDocument::from(changed))
}
