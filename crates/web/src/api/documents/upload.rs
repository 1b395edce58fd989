//! `POST /api/v1/documents/upload`

use super::super::content::{Described, drain, hashed};
use super::super::once::{Once, other_content};
use super::super::refusals::{Receiving, Refusals};
use super::asks::NewUpload;
use super::wire::Document;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::documents::Upload;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::PluginId;
use domain::documents::Properties;
use domain::locking::LockSemantics;
use std::sync::{Arc, Mutex};
use utoipa::ToSchema;

/// The two parts of an upload, in this order.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the request; Described reads it")]
pub(crate) struct UploadForm {
    /// What is written about the document.
    properties: NewUpload,
    /// The content, with its file name.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Upload a document
///
/// Keeps a file as a document. The file is streamed, so it may be large; nothing is kept of one that breaks off.
/// With an `Idempotency-Key`, a repetition is compared by its content as well.
#[utoipa::path(post, path = "/api/v1/documents/upload", tag = "documents", operation_id = "upload_document",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Document, headers(
        ("Location" = String, description = "The document's address"),
        ("ETag" = String, description = "For If-Match on changes"))), Refusals, Receiving))]
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    form: Described<NewUpload>,
) -> Result<Response, Problem> {
    let Described { ask, bytes, file_name, content } = form;
    let mut properties = Properties::default();
    ask.apply(&mut properties)?;
    let upload = Upload {
        properties,
        file_name: file_name.clone(),
        date: ask.date,
        semantics: ask.locking.map_or(LockSemantics::default(), Into::into),
        keep_checked_out: ask.keep_checked_out,
        stored_in: PluginId(ask.stored_in.unwrap_or(0)),
    };
    let mut fingerprint = bytes.to_vec();
    fingerprint.push(0);
    fingerprint.extend_from_slice(file_name.as_bytes());
    let (content, passed) = hashed(content);
    // The content waits here until the work takes it; when an earlier request did the work, it is still here and is
    // compared with what came then.
    let waiting = Arc::new(Mutex::new(Some(content)));
    let take = {
        let waiting = Arc::clone(&waiting);
        move || waiting.lock().ok().and_then(|mut slot| slot.take())
    };
    let (work, ctx, told, taken) = (app.clone(), caller.ctx.clone(), passed.clone(), take.clone());
    let made = Box::pin(async move {
        let content =
            taken().ok_or_else(|| domain::Error::internal("an upload's content was taken twice"))?;
        let mut made = super::made(work.documents().upload(&ctx, upload, content).await?)?;
        made.content = told.sha256();
        Ok(made)
    });
    let again = super::made_before(&app, &caller.ctx);
    let outcome =
        Box::pin(once.run_or(&app, &caller.ctx, "upload_document", &fingerprint, made, again)).await?;
    if outcome.replayed
        && let Some(content) = take()
    {
        drain(content).await?;
        // What an interrupted request kept was not compared; its key and its description are the same.
        if outcome.made.content.is_some() && passed.sha256() != outcome.made.content {
            return Err(other_content().into());
        }
    }
    Ok(outcome.into_response())
}
