//! `/api/v1/groups`

use super::super::json::Json;
use super::super::once::{Made, Once};
use super::super::query::At;
use super::super::refusals::{Refusals, Writing};
use crate::errors::Problem;
use crate::extract::{AdminCaller, Caller};
use app::App;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Error, GroupId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A user group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Group {
    /// Its id.
    id: i64,
    /// The key of the system it was imported from.
    #[schema(required)]
    external_id: Option<String>,
    /// Its name.
    name: String,
}

impl From<domain::records::Group> for Group {
    fn from(g: domain::records::Group) -> Self {
        Self { id: g.id.0, external_id: g.external_id, name: g.name }
    }
}

/// All user groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Groups {
    /// By name.
    items: Vec<Group>,
}

/// List user groups
#[utoipa::path(get, path = "/api/v1/groups", tag = "records", operation_id = "list_groups",
    responses((status = 200, body = Groups), Refusals))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<Groups>, Problem> {
    let groups = app.records().groups(&caller.ctx).await?;
    Ok(axum::Json(Groups { items: groups.into_iter().map(Group::from).collect() }))
}

/// Read a user group
#[utoipa::path(get, path = "/api/v1/groups/{id}", tag = "records", operation_id = "get_group",
    params(("id" = i64, Path, description = "The user group's id", example = 1)),
    responses((status = 200, body = Group), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(GroupId,)>,
) -> Result<axum::Json<Group>, Problem> {
    let groups = app.records().groups(&caller.ctx).await?;
    let group = groups.into_iter().find(|g| g.id == id).ok_or_else(|| Error::not_found("user group"))?;
    Ok(axum::Json(group.into()))
}

/// A user group to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Export sales" }))]
pub(crate) struct NewGroup {
    /// Its name, at most 80 characters.
    name: String,
    /// The key of the system it comes from.
    #[serde(default)]
    external_id: Option<String>,
}

/// Create a user group
///
/// For administrators.
#[utoipa::path(post, path = "/api/v1/groups", tag = "records", operation_id = "create_group",
    request_body = NewGroup, responses((status = 201, body = Group), Refusals, Writing))]
pub(crate) async fn create(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    once: Once,
    body: Json<NewGroup>,
) -> Result<Response, Problem> {
    let (work, ctx, ask) = (app.clone(), caller.ctx.clone(), body.ask);
    let made = async move {
        let group = work.records().add_group(&ctx, &ask.name, ask.external_id).await?;
        Made::at(super::super::links::group(group.id), &Group::from(group))
    };
    Ok(once.run(&app, &caller.ctx, "create_group", &body.bytes, made).await?.into_response())
}
