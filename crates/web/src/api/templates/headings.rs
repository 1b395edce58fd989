//! `/api/v1/headings`

use super::super::field::Field;
use super::super::json::Json;
use super::super::once::{Made, Once};
use super::super::query::At;
use super::super::refusals::{Refusals, Writing};
use super::wire::Heading;
use crate::errors::Problem;
use crate::extract::{AdminCaller, Caller};
use app::App;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Error, HeadingId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All headings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Headings {
    /// In order.
    items: Vec<Heading>,
}

/// List headings
#[utoipa::path(get, path = "/api/v1/headings", tag = "templates", operation_id = "list_headings",
    responses((status = 200, body = Headings), Refusals))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<Headings>, Problem> {
    let headings = app.templates().headings(&caller.ctx).await?;
    Ok(axum::Json(Headings { items: headings.into_iter().map(Heading::from).collect() }))
}

/// A heading to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Reports", "rank": 1 }))]
pub(crate) struct NewHeading {
    /// What people read, at most 60 characters.
    name: String,
    /// Order, ascending.
    #[serde(default)]
    rank: i64,
}

/// Create a heading
///
/// For administrators.
#[utoipa::path(post, path = "/api/v1/headings", tag = "templates", operation_id = "create_heading",
    request_body = NewHeading, responses((status = 201, body = Heading), Refusals, Writing))]
pub(crate) async fn create(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    once: Once,
    body: Json<NewHeading>,
) -> Result<Response, Problem> {
    let (work, ctx, ask) = (app.clone(), caller.ctx.clone(), body.ask);
    let made = async move {
        let heading = work.templates().save_heading(&ctx, None, &ask.name, ask.rank).await?;
        Made::at(super::super::links::heading(heading.id), &Heading::from(heading))
    };
    Ok(once.run(&app, &caller.ctx, "create_heading", &body.bytes, made).await?.into_response())
}

/// Changes to a heading, as a merge patch: what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "rank": 2 }))]
pub(crate) struct HeadingPatch {
    /// What people read, at most 60 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Field<String>,
    /// Order, ascending.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    rank: Field<i64>,
}

/// Change a heading
///
/// For administrators.
#[utoipa::path(patch, path = "/api/v1/headings/{id}", tag = "templates", operation_id = "change_heading",
    params(("id" = i64, Path, description = "The heading's id", example = 1)),
    request_body = HeadingPatch, responses((status = 200, body = Heading), Refusals, Writing))]
pub(crate) async fn change(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(HeadingId,)>,
    body: Json<HeadingPatch>,
) -> Result<axum::Json<Heading>, Problem> {
    let all = app.templates().headings(&caller.ctx).await?;
    let mut heading = all.into_iter().find(|h| h.id == id).ok_or_else(|| Error::not_found("heading"))?;
    body.ask.name.put(&mut heading.name);
    body.ask.rank.put(&mut heading.rank);
    let saved = app.templates().save_heading(&caller.ctx, Some(id), &heading.name, heading.rank).await?;
    Ok(axum::Json(saved.into()))
}

/// Remove a heading
///
/// One that no template stands under. For administrators.
#[utoipa::path(delete, path = "/api/v1/headings/{id}", tag = "templates", operation_id = "delete_heading",
    params(("id" = i64, Path, description = "The heading's id", example = 1)),
    responses((status = 204, description = "It is gone."), Refusals))]
pub(crate) async fn remove(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(HeadingId,)>,
) -> Result<StatusCode, Problem> {
    app.templates().remove_heading(&caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
