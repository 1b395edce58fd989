//! Checking and taking out the audit log: the installation's own, and what the login page wrote down about it.

use super::super::query::Query;
use super::super::refusals::Refusals;
use crate::errors::Problem;
use crate::export::{self, Whose};
use crate::extract::AdminCaller;
use app::App;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// `installation` when left out; `login_page` for what the login page wrote down about this installation.
    #[param(inline)]
    log: Whose,
}

/// Whether an audit log is as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditVerification {
    /// It is.
    intact: bool,
    /// How many records it has; null when it is not intact.
    #[schema(required)]
    records: Option<i64>,
    /// The newest record's hash, to be kept elsewhere as an anchor; null when it is not intact.
    #[schema(required)]
    head: Option<String>,
    /// The first record that was changed, removed or moved; null when it is intact.
    #[schema(required)]
    first_bad: Option<i64>,
}

/// Check the audit log
///
/// Reads every record and its place behind the one before.
#[utoipa::path(get, path = "/api/v1/audit/verification", tag = "administration", operation_id = "verify_audit",
    params(Which), responses((status = 200, body = AuditVerification), Refusals))]
pub(crate) async fn verify(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    query: Query<Which>,
) -> Result<Json<AuditVerification>, Problem> {
    let found = match query.ask.log {
        Whose::Installation => match app.admin().audit_chain(&caller.ctx).await? {
            app::admin::Chain::Intact { records, head } => Ok((records, head)),
            app::admin::Chain::Broken { seq } => Err(seq),
        },
        Whose::LoginPage => {
            let v = app.sign_in().login_page_chain(&caller.ctx).await?;
            if v.intact { Ok((v.records, v.head)) } else { Err(v.first_bad.unwrap_or(1)) }
        }
    };
    Ok(Json(match found {
        Ok((records, head)) => {
            AuditVerification { intact: true, records: Some(records), head: Some(head), first_bad: None }
        }
        Err(seq) => AuditVerification { intact: false, records: None, head: None, first_bad: Some(seq) },
    }))
}

/// Take the audit log out
///
/// A line of JSON for each record, the oldest first, with all that went into its hash: it can be verified elsewhere.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "administration", operation_id = "export_audit",
    params(Which),
    responses((status = 200, content_type = "application/x-ndjson", body = String), Refusals))]
pub(crate) async fn take_out(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    query: Query<Which>,
) -> Result<Response, Problem> {
    Ok(export::audit(&app, &caller.ctx, query.ask.log).await?)
}
