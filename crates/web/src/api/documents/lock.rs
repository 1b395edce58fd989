//! A document's lock: look, check out, check in, undo.

use super::super::json::JsonOrNothing;
use super::super::query::{At, Query};
use super::super::refusals::{Refusals, Writing};
use super::super::wire::{Named, named};
use super::wire::ChangedDocument;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::documents::CheckIn;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::DocumentId;
use domain::locking::CheckoutState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Who holds a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Lock {
    /// How it stands, seen by the caller.
    state: LockState,
    /// Who holds it; null when it is free, or held by somebody who is no associate.
    #[schema(required)]
    holder: Option<Named>,
}

/// How a lock stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LockState {
    /// Free.
    NotCheckedOut,
    /// Held by the caller.
    Own,
    /// Held by somebody else.
    Other,
    /// The document has no locks.
    LockingNotSupported,
}

/// Read a document's lock
#[utoipa::path(get, path = "/api/v1/documents/{id}/lock", tag = "lock", operation_id = "get_lock",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = Lock), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Json<Lock>, Problem> {
    let view = app.documents().get(&caller.ctx, id).await?;
    let (state, holder) = match view.checkout {
        CheckoutState::NotCheckedOut => (LockState::NotCheckedOut, None),
        CheckoutState::LockingNotSupported => (LockState::LockingNotSupported, None),
        CheckoutState::Own => {
            (LockState::Own, named(view.document.held_by.map(|a| a.0), view.holder_name.unwrap_or_default()))
        }
        CheckoutState::Other { associate, name } => (LockState::Other, named(associate.map(|a| a.0), name)),
    };
    Ok(Json(Lock { state, holder }))
}

/// Check a document out
///
/// Takes the lock. Taking one's own again changes nothing.
#[utoipa::path(post, path = "/api/v1/documents/{id}/lock", tag = "lock", operation_id = "check_out",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = ChangedDocument), Refusals))]
pub(crate) async fn check_out(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Response, Problem> {
    Ok(super::changed(app.documents().check_out(&caller.ctx, id).await?))
}

/// A check-in.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "comment": "Prices of December", "complete": false, "keep": false }))]
pub(crate) struct CheckingIn {
    /// What this version is about, at most 500 characters.
    comment: String,
    /// Extra fields kept with the version.
    extra: BTreeMap<String, String>,
    /// Mark the document as completed as well.
    complete: bool,
    /// Check out again at once.
    keep: bool,
}

/// Check a document in
///
/// Publishes the caller's work, keeps a version, and releases the lock. The body may be left out.
#[utoipa::path(put, path = "/api/v1/documents/{id}/lock", tag = "lock", operation_id = "check_in",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    request_body(content = Option<CheckingIn>),
    responses((status = 200, body = ChangedDocument), Refusals, Writing))]
pub(crate) async fn check_in(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    body: JsonOrNothing<CheckingIn>,
) -> Result<Response, Problem> {
    let ask = body.ask;
    let ask = CheckIn { description: ask.comment, extra: ask.extra, complete: ask.complete, keep: ask.keep };
    Ok(super::changed(app.documents().check_in(&caller.ctx, id, ask).await?))
}

/// How a check-out is undone.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Undoing {
    /// Discard somebody else's work. Needs the right to do so.
    #[serde(default)]
    force: bool,
}

/// Undo a check-out
///
/// Discards the work since check-out and releases the lock.
#[utoipa::path(delete, path = "/api/v1/documents/{id}/lock", tag = "lock", operation_id = "undo_check_out",
    params(("id" = i64, Path, description = "The document's id", example = 1), Undoing),
    responses((status = 200, body = ChangedDocument), Refusals))]
pub(crate) async fn undo(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    query: Query<Undoing>,
) -> Result<Response, Problem> {
    Ok(super::changed(app.documents().undo_check_out(&caller.ctx, id, query.ask.force).await?))
}
