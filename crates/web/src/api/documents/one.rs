//! One document: read, change, delete, restore, rename, copy.

use super::super::json::{Json, JsonOrNothing};
use super::super::once::Once;
use super::super::precondition::{RowMatch, tagged};
use super::super::query::{At, Query};
use super::super::refusals::{Guarded, Refusals, Writing};
use super::asks::DocumentPatch;
use super::wire::{ChangedDocument, Document};
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::DocumentId;
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Read a document
#[utoipa::path(get, path = "/api/v1/documents/{id}", tag = "documents", operation_id = "get_document",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = Document, headers(("ETag" = String, description = "For If-Match on changes"))),
        Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Response, Problem> {
    Ok(answer(app.documents().get(&caller.ctx, id).await?))
}

/// Change a document's properties
///
/// A merge patch (RFC 7396): what is left out stays, `null` clears. Includes *Completed* and who may see it.
#[utoipa::path(patch, path = "/api/v1/documents/{id}", tag = "documents", operation_id = "change_document",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    request_body = DocumentPatch,
    responses((status = 200, body = Document, headers(("ETag" = String, description = "For the next change"))),
        Refusals, Writing, Guarded))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    RowMatch(expected): RowMatch,
    body: Json<DocumentPatch>,
) -> Result<Response, Problem> {
    let before = app.documents().get(&caller.ctx, id).await?.document;
    let mut properties = before.properties;
    body.ask.apply(&mut properties)?;
    let expected = expected.unwrap_or(before.row_version);
    Ok(answer(app.documents().update(&caller.ctx, id, Some(expected), properties).await?))
}

/// How a document is deleted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Deletion {
    /// Remove it for good, with all versions. It must lie in the trash.
    #[serde(default)]
    permanent: bool,
}

/// Delete a document
///
/// Moves it to the trash, or removes it from there for good.
#[utoipa::path(delete, path = "/api/v1/documents/{id}", tag = "documents", operation_id = "delete_document",
    params(("id" = i64, Path, description = "The document's id", example = 1), Deletion),
    responses((status = 200, body = ChangedDocument, description = "It lies in the trash."),
        (status = 204, description = "It has been removed for good."), Refusals))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    query: Query<Deletion>,
) -> Result<Response, Problem> {
    if query.ask.permanent {
        app.documents().destroy(&caller.ctx, id).await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(super::changed(app.documents().trash(&caller.ctx, id).await?))
}

/// Restore a document from the trash
#[utoipa::path(post, path = "/api/v1/documents/{id}/restore", tag = "documents", operation_id = "restore_document",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = ChangedDocument), Refusals))]
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Response, Problem> {
    Ok(super::changed(app.documents().restore(&caller.ctx, id).await?))
}

/// A new file name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "file_name": "Offer to Fjordland" }))]
pub(crate) struct Renaming {
    /// The name, with or without the extension, which stays.
    file_name: String,
}

/// Rename a document's file
///
/// Names are amended where they have to be; the answer carries the name in use.
#[utoipa::path(post, path = "/api/v1/documents/{id}/rename", tag = "documents", operation_id = "rename_document",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    request_body = Renaming,
    responses((status = 200, body = Document, headers(("ETag" = String, description = "For the next change"))),
        Refusals, Writing, Guarded))]
pub(crate) async fn rename(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    RowMatch(expected): RowMatch,
    body: Json<Renaming>,
) -> Result<Response, Problem> {
    Ok(answer(app.documents().rename(&caller.ctx, id, expected, &body.ask.file_name).await?))
}

/// A copy to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "heading": "Offer, for Bergen" }))]
pub(crate) struct Copying {
    /// The copy's heading; left out, one is made from the original's.
    #[serde(default)]
    heading: Option<String>,
}

/// Copy a document
///
/// Copies what the caller would read, in the same plugin; the copy belongs to the caller.
#[utoipa::path(post, path = "/api/v1/documents/{id}/copy", tag = "documents", operation_id = "copy_document",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    request_body(content = Option<Copying>),
    responses((status = 201, body = Document, headers(
        ("Location" = String, description = "The copy's address"),
        ("ETag" = String, description = "For If-Match on changes"))), Refusals, Writing))]
pub(crate) async fn copy(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    once: Once,
    body: JsonOrNothing<Copying>,
) -> Result<Response, Problem> {
    let (work, ctx, heading) = (app.clone(), caller.ctx.clone(), body.ask.heading);
    let made = Box::pin(async move { super::made(work.documents().copy(&ctx, id, heading).await?) });
    let again = super::made_before(&app, &caller.ctx);
    let outcome = Box::pin(once.run_or(&app, &caller.ctx, "copy_document", &body.bytes, made, again)).await?;
    Ok(outcome.into_response())
}

fn answer(view: app::documents::DocumentView) -> Response {
    let version = view.document.row_version;
    tagged(StatusCode::OK, version, &Document::from(view))
}
