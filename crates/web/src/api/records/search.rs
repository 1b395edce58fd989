//! `/api/v1/search`

use super::super::query::Query;
use super::super::refusals::Refusals;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::Json;
use axum::extract::State;
use domain::Error;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Looking {
    /// Every word must begin a word of what is found.
    #[param(example = "ber")]
    q: String,
    /// How many of each kind, 1 to 20; 5 when left out.
    limit: Option<u32>,
}

/// The kinds of thing that are found.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HitKind {
    /// A company.
    Company,
    /// A contact.
    Contact,
    /// A project.
    Project,
    /// A sale.
    Sale,
    /// A document.
    Document,
}

/// Something found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hit {
    /// What it is.
    kind: HitKind,
    /// Its id.
    id: i64,
    /// What people call it.
    title: String,
    /// What tells it from others of the same name.
    subtitle: String,
}

impl From<app::records::Hit> for Hit {
    fn from(hit: app::records::Hit) -> Self {
        let kind = match hit.kind {
            app::records::HitKind::Company => HitKind::Company,
            app::records::HitKind::Contact => HitKind::Contact,
            app::records::HitKind::Project => HitKind::Project,
            app::records::HitKind::Sale => HitKind::Sale,
            app::records::HitKind::Document => HitKind::Document,
        };
        Self { kind, id: hit.id, title: hit.title, subtitle: hit.subtitle }
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hits {
    /// Kind by kind, the best first.
    items: Vec<Hit>,
}

/// Search as you type
///
/// Companies, contacts, projects, sales, and the documents the caller may see.
#[utoipa::path(get, path = "/api/v1/search", tag = "records", operation_id = "search",
    params(Looking), responses((status = 200, body = Hits), Refusals))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    query: Query<Looking>,
) -> Result<Json<Hits>, Problem> {
    let limit = query.ask.limit.unwrap_or(5);
    if !(1..=20).contains(&limit) {
        return Err(Error::invalid("A search gives 1 to 20 of each kind. Ask for fewer.")
            .field("limit")
            .into());
    }
    let hits = app.records().search(&caller.ctx, &query.ask.q, limit).await?;
    Ok(Json(Hits { items: hits.into_iter().map(Hit::from).collect() }))
}
