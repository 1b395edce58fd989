//! `GET /api/v1/templates`

use super::super::precondition::tagged;
use super::super::query::{At, Query};
use super::super::refusals::Refusals;
use super::wire::{Section, Template};
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::{Error, TemplateId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which templates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Choice {
    /// All templates, also those the caller's groups do not see. For administrators.
    #[serde(default)]
    all: bool,
    /// Retired ones as well; with `all` only.
    #[serde(default)]
    retired: bool,
}

/// Templates under their headings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sections {
    /// In the order of the headings.
    items: Vec<Section>,
}

/// List templates
///
/// What the caller may use, grouped by heading, with where documents made from each will be kept.
#[utoipa::path(get, path = "/api/v1/templates", tag = "templates", operation_id = "list_templates",
    params(Choice), responses((status = 200, body = Sections), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<Choice>,
) -> Result<Json<Sections>, Problem> {
    let Choice { all, retired } = query.ask;
    if retired && !all {
        return Err(Error::invalid("Retired templates are listed with all=true only.")
            .field("retired")
            .into());
    }
    let groups = if all {
        app.templates().all(&caller.ctx, retired).await?
    } else {
        app.templates().choose(&caller.ctx).await?
    };
    Ok(Json(Sections { items: groups.into_iter().map(Section::from).collect() }))
}

/// Read a template
#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "templates", operation_id = "get_template",
    params(("id" = i64, Path, description = "The template's id", example = 1)),
    responses((status = 200, body = Template, headers(("ETag" = String, description = "For If-Match on changes"))),
        Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(TemplateId,)>,
) -> Result<Response, Problem> {
    let template = Template::from(app.templates().get(&caller.ctx, id).await?);
    Ok(tagged(StatusCode::OK, template.row_version, &template))
}
