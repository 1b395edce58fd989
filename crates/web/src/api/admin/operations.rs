//! `/api/v1/operations`

use super::super::paging::limit;
use super::super::query::Query;
use super::super::refusals::Refusals;
use super::super::wire::instant;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HowMany {
    /// How many, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// A recorded intent to change something at a plugin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Operation {
    /// Its id.
    id: String,
    /// What it does: `create`, `save`, `check_in`.
    kind: String,
    /// Where it stands: intended, completed, withdrawn or parked.
    state: String,
    /// The plugin's id.
    plugin: i64,
    /// The document's id.
    #[schema(required)]
    document: Option<i64>,
    /// The template's id.
    #[schema(required)]
    template: Option<i64>,
    /// Recorded at.
    #[schema(format = DateTime)]
    created: String,
    /// Last changed at.
    #[schema(format = DateTime)]
    updated: String,
    /// How often it has been taken up after the request that made it.
    attempts: i64,
    /// Why it stands where it stands, blank when there is nothing to say.
    reason: String,
}

/// Operations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Operations {
    /// Newest first.
    items: Vec<Operation>,
}

/// List operations
///
/// The newest recorded changes at plugins, finished or not. For administrators.
#[utoipa::path(get, path = "/api/v1/operations", tag = "administration", operation_id = "list_operations",
    params(HowMany), responses((status = 200, body = Operations), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    query: Query<HowMany>,
) -> Result<Json<Operations>, Problem> {
    let operations = app.admin().operations(&caller.ctx, limit(query.ask.limit)?).await?;
    let items = operations
        .into_iter()
        .map(|o| Operation {
            id: o.id.to_string(),
            kind: o.kind.as_str().to_owned(),
            state: o.state.as_str().to_owned(),
            plugin: o.plugin.0,
            document: o.document.map(|d| d.0),
            template: o.template.map(|t| t.0),
            created: instant(o.created),
            updated: instant(o.updated),
            attempts: o.attempts,
            reason: o.reason,
        })
        .collect();
    Ok(Json(Operations { items }))
}
