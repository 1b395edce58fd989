//! A document's content: `GET`, `HEAD`, `PUT`.

use super::super::content::Raw;
use super::super::precondition::{ContentMatch, tagged};
use super::super::query::{At, Query};
use super::super::refusals::{Guarded, Ranged, Receiving, Refusals};
use super::wire::Document;
use crate::content_response::deliver;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::documents::ReplaceContent;
use axum::extract::State;
use axum::response::Response;
use domain::DocumentId;
use domain::plugin::Which;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

/// Download a document's content
///
/// What the caller would read now: the holder of a lock reads the work copy, everybody else what was last checked in.
/// Understands `Range`, `If-Range` and `If-None-Match`; `HEAD` answers the headers alone.
#[utoipa::path(get, path = "/api/v1/documents/{id}/content", tag = "content", operation_id = "get_content",
    params(("id" = i64, Path, description = "The document's id", example = 1),
        ("Range" = Option<String>, Header, description = "The bytes wanted", example = "bytes=0-1023"),
        ("If-Range" = Option<String>, Header, description = "Send the range only while this ETag holds"),
        ("If-None-Match" = Option<String>, Header, description = "Send nothing while this ETag holds")),
    responses((status = 200, description = "The content", content_type = "application/octet-stream", body = [u8],
            headers(("ETag" = String, description = "For If-Match when replacing it"))),
        (status = 206, description = "The bytes asked for", content_type = "application/octet-stream", body = [u8]),
        (status = 304, description = "The content still has the ETag given"), Refusals, Ranged))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let read = move |range| {
        let (app, ctx) = (app.clone(), caller.ctx.clone());
        async move { app.documents().read(&ctx, id, &Which::Latest, range).await }
    };
    Ok(deliver(&headers, read).await?)
}

/// What is known about the new content.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Replacement {
    /// The name of the file that was chosen. Only its extension counts: it must be the document's own.
    file_name: Option<String>,
}

/// Replace a document's content
///
/// Streams the new content in, completely or not at all. With locking in force it becomes the caller's work copy,
/// public at check-in, and the lock is taken when the document is free. `If-Match` carries the content's `ETag`.
#[utoipa::path(put, path = "/api/v1/documents/{id}/content", tag = "content", operation_id = "put_content",
    params(("id" = i64, Path, description = "The document's id", example = 1), Replacement),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = Document, headers(("ETag" = String, description = "The document's"))),
        Refusals, Receiving, Guarded))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    query: Query<Replacement>,
    ContentMatch(expected): ContentMatch,
    Raw(content): Raw,
) -> Result<Response, Problem> {
    let ask = ReplaceContent { expected, file_name: query.ask.file_name };
    let view = app.documents().replace(&caller.ctx, id, ask, content).await?;
    let version = view.document.row_version;
    Ok(tagged(StatusCode::OK, version, &Document::from(view)))
}
