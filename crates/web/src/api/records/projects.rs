//! `/api/v1/projects`

use super::super::paging::{Paged, paged};
use super::super::query::{At, Query};
use super::super::refusals::Refusals;
use super::super::wire::{Named, named};
use super::WordsOfCompany;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::records::{ProjectRow, ProjectView};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::ProjectId;
use serde::Serialize;
use utoipa::ToSchema;

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Project {
    /// Its id.
    id: i64,
    /// The key of the system it was imported from.
    #[schema(required)]
    external_id: Option<String>,
    /// Name.
    name: String,
    /// Number.
    number: String,
    /// Type.
    kind: String,
    /// Status.
    status: String,
    /// Project manager.
    #[schema(required)]
    leader: Option<Named>,
    /// The company it is for.
    #[schema(required)]
    company: Option<Named>,
    /// End date.
    #[schema(required, format = Date)]
    ends: Option<String>,
    /// Next milestone.
    #[schema(required, format = Date)]
    next_milestone: Option<String>,
    /// Description.
    description: String,
    /// Web address.
    web: String,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        let p = row.project;
        Self {
            id: p.id.0,
            external_id: p.external_id,
            name: p.name,
            number: p.number,
            kind: p.kind,
            status: p.status,
            leader: named(p.leader.map(|a| a.0), row.leader_name),
            company: named(p.company.map(|c| c.0), row.company_name),
            ends: p.ends.map(|d| d.to_string()),
            next_milestone: p.next_milestone.map(|d| d.to_string()),
            description: p.description,
            web: p.web,
        }
    }
}

impl From<ProjectView> for Project {
    fn from(view: ProjectView) -> Self {
        ProjectRow { project: view.project, company_name: view.company_name, leader_name: view.leader_name }
            .into()
    }
}

/// List projects
///
/// By name.
#[utoipa::path(get, path = "/api/v1/projects", tag = "records", operation_id = "list_projects",
    params(WordsOfCompany), responses((status = 200, body = Paged<Project>), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<WordsOfCompany>,
) -> Result<Response, Problem> {
    let page = app.records().projects(&caller.ctx, query.ask.browse()?).await?;
    Ok(paged(&query.address, page, Project::from))
}

/// Read a project
#[utoipa::path(get, path = "/api/v1/projects/{id}", tag = "records", operation_id = "get_project",
    params(("id" = i64, Path, description = "The project's id", example = 1)),
    responses((status = 200, body = Project), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(ProjectId,)>,
) -> Result<Json<Project>, Problem> {
    Ok(Json(app.records().project(&caller.ctx, id).await?.into()))
}
