//! A document's versions.

use super::super::query::{At, Word};
use super::super::refusals::{Ranged, Refusals};
use super::super::wire::Version;
use super::wire::ChangedDocument;
use crate::content_response::deliver;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::DocumentId;
use domain::plugin::{VersionId, Which};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// The versions of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The committed versions, oldest first.
    pub items: Vec<Version>,
}

/// List a document's versions
///
/// Oldest first. Work in progress is not among them; empty without versioning.
#[utoipa::path(get, path = "/api/v1/documents/{id}/versions", tag = "versions", operation_id = "list_versions",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = Versions), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Json<Versions>, Problem> {
    let versions = app.documents().versions(&caller.ctx, id).await?;
    Ok(Json(Versions { items: versions.into_iter().map(Version::from).collect() }))
}

/// Download a version's content
#[utoipa::path(get, path = "/api/v1/documents/{id}/versions/{version}/content", tag = "versions",
    operation_id = "get_version_content",
    params(("id" = i64, Path, description = "The document's id", example = 1),
        ("version" = String, Path, description = "The version's id", example = "1"),
        ("Range" = Option<String>, Header, description = "The bytes wanted", example = "bytes=0-1023")),
    responses((status = 200, description = "The content", content_type = "application/octet-stream", body = [u8]),
        (status = 206, description = "The bytes asked for", content_type = "application/octet-stream", body = [u8]),
        (status = 304, description = "The content still has the ETag given"), Refusals, Ranged))]
pub(crate) async fn content(
    State(app): State<App>,
    caller: Caller,
    At((id, version)): At<(DocumentId, Word)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let which = Which::Version(VersionId(version.0));
    let read = move |range| {
        let (app, ctx, which) = (app.clone(), caller.ctx.clone(), which.clone());
        async move { app.documents().read(&ctx, id, &which, range).await }
    };
    Ok(deliver(&headers, read).await?)
}

/// Restore a version
///
/// Makes the content of an earlier version the newest version. Nothing is removed.
#[utoipa::path(post, path = "/api/v1/documents/{id}/versions/{version}/restore", tag = "versions",
    operation_id = "restore_version",
    params(("id" = i64, Path, description = "The document's id", example = 1),
        ("version" = String, Path, description = "The version's id", example = "1")),
    responses((status = 200, body = ChangedDocument), Refusals))]
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    At((id, version)): At<(DocumentId, Word)>,
) -> Result<Response, Problem> {
    Ok(super::changed(app.documents().restore_version(&caller.ctx, id, VersionId(version.0)).await?))
}
