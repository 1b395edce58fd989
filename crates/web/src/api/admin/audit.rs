//! `/api/v1/audit`

use super::super::paging::{Paged, limit, paged};
use super::super::query::Query;
use super::super::refusals::Refusals;
use super::super::wire::instant;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Place {
    /// The cursor of the page before, from `next`.
    after: Option<String>,
    /// How many, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// A record of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditRecord {
    /// Its number, from 1 without gaps.
    seq: i64,
    /// When it happened.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it.
    actor: String,
    /// What was done, in the past tense: `document.created`.
    action: String,
    /// To what: `document:17`.
    object: String,
    /// How it ended: done, refused or failed.
    outcome: String,
    /// Why it ended so, as a stable word.
    reason: String,
    /// The request it happened in.
    request: String,
    /// The caller's address, blanked after some time.
    ip: String,
    /// The hash over this record and the hash before it, in hexadecimal.
    hash: String,
}

/// Read the audit log
///
/// Newest first. For administrators.
#[utoipa::path(get, path = "/api/v1/audit", tag = "administration", operation_id = "list_audit",
    params(Place), responses((status = 200, body = Paged<AuditRecord>), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    query: Query<Place>,
) -> Result<Response, Problem> {
    let limit = limit(query.ask.limit)?;
    let page = app.admin().audit(&caller.ctx, query.ask.after.as_deref(), limit).await?;
    Ok(paged(&query.address, page, |r| AuditRecord {
        seq: r.seq,
        at: instant(r.at),
        actor: r.actor,
        action: r.action,
        object: r.object,
        outcome: r.outcome,
        reason: r.reason,
        request: r.request.to_string(),
        ip: r.ip,
        hash: r.hash,
    }))
}
