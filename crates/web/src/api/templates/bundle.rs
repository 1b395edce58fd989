//! Templates from one installation to another.

use super::super::content::{Raw, whole};
use super::super::query::Query;
use super::super::refusals::{Receiving, Refusals};
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use app::templates::{BundlePlan, Change};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The largest bundle accepted, in bytes.
const LARGEST: u64 = 64 << 20;

/// Export templates
///
/// All templates in use with their properties, languages and headings, as one zip file. For administrators.
#[utoipa::path(get, path = "/api/v1/templates/bundle", tag = "templates", operation_id = "export_templates",
    responses((status = 200, description = "The bundle", content_type = "application/octet-stream", body = [u8]),
        Refusals))]
pub(crate) async fn export(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
) -> Result<Response, Problem> {
    let bytes = app.templates().export_bundle(&caller.ctx, &[]).await?;
    Ok(crate::pages::templates::download("Templates.zip".to_owned(), bytes))
}

/// Whether the plan is carried out.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Manner {
    /// Carry the plan out; otherwise it is only told.
    #[serde(default)]
    #[param(required = false)]
    apply: bool,
}

/// What an import does with a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlannedTemplate {
    /// Its name.
    name: String,
    /// `new`, `changed`, `same`, or `clash` for one that is left out.
    change: String,
    /// What changes, or why it is left out.
    details: Vec<String>,
}

/// What an import does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportPlan {
    /// Headings that are made.
    headings: Vec<String>,
    /// The templates of the bundle.
    templates: Vec<PlannedTemplate>,
}

impl From<BundlePlan> for ImportPlan {
    fn from(plan: BundlePlan) -> Self {
        let word = |change| match change {
            Change::New => "new",
            Change::Changed => "changed",
            Change::Same => "same",
            Change::Clash => "clash",
        };
        let templates = plan.templates.into_iter().map(|t| PlannedTemplate {
            name: t.name,
            change: word(t.change).to_owned(),
            details: t.details,
        });
        Self { headings: plan.headings, templates: templates.collect() }
    }
}

/// Import templates
///
/// Tells what a bundle would change, or changes it. Interrupted, it is finished by sending the same bundle again. For
/// administrators.
#[utoipa::path(put, path = "/api/v1/templates/bundle", tag = "templates", operation_id = "import_templates",
    params(Manner), request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = ImportPlan), Refusals, Receiving))]
pub(crate) async fn import(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    query: Query<Manner>,
    Raw(content): Raw,
) -> Result<Json<ImportPlan>, Problem> {
    let bytes = whole(content, LARGEST).await?;
    let plan = if query.ask.apply {
        app.templates().import_bundle(&caller.ctx, bytes).await?
    } else {
        app.templates().plan_bundle(&caller.ctx, bytes).await?
    };
    Ok(Json(plan.into()))
}
