//! One template: change, retire, bring back.

use super::super::json::Json;
use super::super::precondition::{RowMatch, tagged};
use super::super::query::At;
use super::super::refusals::{Guarded, Refusals, Writing};
use super::wire::{Template, TemplatePatch};
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use app::templates::TemplateView;
use axum::extract::State;
use axum::response::Response;
use domain::TemplateId;
use http::StatusCode;

/// Change a template's properties
///
/// A merge patch (RFC 7396): what is left out stays, `null` clears. For administrators.
#[utoipa::path(patch, path = "/api/v1/templates/{id}", tag = "templates", operation_id = "change_template",
    params(("id" = i64, Path, description = "The template's id", example = 1)),
    request_body = TemplatePatch,
    responses((status = 200, body = Template, headers(("ETag" = String, description = "For the next change"))),
        Refusals, Writing, Guarded))]
pub(crate) async fn change(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(TemplateId,)>,
    RowMatch(expected): RowMatch,
    body: Json<TemplatePatch>,
) -> Result<Response, Problem> {
    let before = app.templates().get(&caller.ctx, id).await?.template;
    let mut properties = before.properties;
    body.ask.apply(&mut properties);
    let expected = expected.unwrap_or(before.row_version);
    Ok(answer(app.templates().update(&caller.ctx, id, Some(expected), properties).await?))
}

/// Retire a template
///
/// Takes it out of use; documents made from it keep naming it. For administrators.
#[utoipa::path(delete, path = "/api/v1/templates/{id}", tag = "templates", operation_id = "retire_template",
    params(("id" = i64, Path, description = "The template's id", example = 1)),
    responses((status = 200, body = Template), Refusals))]
pub(crate) async fn retire(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(TemplateId,)>,
) -> Result<Response, Problem> {
    Ok(answer(app.templates().retire(&caller.ctx, id).await?))
}

/// Bring a retired template back
///
/// For administrators.
#[utoipa::path(post, path = "/api/v1/templates/{id}/restore", tag = "templates", operation_id = "restore_template",
    params(("id" = i64, Path, description = "The template's id", example = 1)),
    responses((status = 200, body = Template), Refusals))]
pub(crate) async fn restore(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(TemplateId,)>,
) -> Result<Response, Problem> {
    Ok(answer(app.templates().bring_back(&caller.ctx, id).await?))
}

/// A template with its entity tag.
pub(super) fn answer(view: TemplateView) -> Response {
    let template = Template::from(view);
    tagged(StatusCode::OK, template.row_version, &template)
}
