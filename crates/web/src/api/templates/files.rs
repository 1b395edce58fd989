//! A template's files, one for each language.

use super::super::content::{Raw, whole};
use super::super::query::{At, Language, Query, Word};
use super::super::refusals::{Receiving, Refusals};
use super::super::wire::{Preview, Version};
use super::one::answer;
use super::wire::Template;
use crate::content_response::content_response;
use crate::errors::Problem;
use crate::extract::{AdminCaller, Caller};
use app::App;
use app::templates::Templates;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::TemplateId;
use domain::plugin::{VersionId, Which};
use http::HeaderMap;
use http::header::RANGE;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Download a template's file
#[utoipa::path(get, path = "/api/v1/templates/{id}/variants/{language}/content", tag = "templates",
    operation_id = "get_template_file",
    params(("id" = i64, Path, description = "The template's id", example = 1),
        ("language" = String, Path, description = "The file's language, or neutral", example = "neutral")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = [u8]),
        (status = 304, description = "The file still has the ETag given"), Refusals))]
pub(crate) async fn content(
    State(app): State<App>,
    caller: Caller,
    At((id, language)): At<(TemplateId, Language)>,
    mut headers: HeaderMap,
) -> Result<Response, Problem> {
    let reading = app.templates().read(&caller.ctx, id, &language.0, &Which::Latest).await?;
    // Template files are small and always sent whole; a range may be ignored (RFC 9110 section 14.2).
    headers.remove(RANGE);
    Ok(content_response(reading, &headers))
}

/// What is known about the new file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TemplateFile {
    /// The file's name, with its extension.
    #[param(example = "letter.docx")]
    file_name: String,
    /// Publish it although something in it is perhaps not as meant. Files with errors are refused in any case.
    #[serde(default)]
    #[param(required = false)]
    accept_warnings: bool,
}

/// How a program goes on when there are warnings.
pub(super) const ACCEPT: &str = "Send it again with accept_warnings=true when it is meant so.";

/// Put a template's file
///
/// Adds a language, or replaces its file in place and keeps the one before as a version. A file with errors is refused
/// with 422, one with warnings with 409 unless `accept_warnings` is true; the detail names each place. For
/// administrators.
#[utoipa::path(put, path = "/api/v1/templates/{id}/variants/{language}", tag = "templates",
    operation_id = "put_template_file",
    params(("id" = i64, Path, description = "The template's id", example = 1),
        ("language" = String, Path, description = "The file's language, or neutral", example = "nb-NO"),
        TemplateFile),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = Template), Refusals, Receiving))]
pub(crate) async fn put(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id, language)): At<(TemplateId, Language)>,
    query: Query<TemplateFile>,
    Raw(content): Raw,
) -> Result<Response, Problem> {
    let bytes = whole(content, app.settings().max_template).await?;
    let name = &query.ask.file_name;
    if !query.ask.accept_warnings {
        let found = app.templates().weigh(&caller.ctx, Some(id), &language.0, name, bytes.clone()).await?;
        Templates::must_be_fit(&found, ACCEPT)?;
    }
    Ok(answer(app.templates().put_file(&caller.ctx, id, &language.0, name, bytes).await?))
}

/// Remove a language of a template
///
/// For administrators.
#[utoipa::path(delete, path = "/api/v1/templates/{id}/variants/{language}", tag = "templates",
    operation_id = "delete_template_file",
    params(("id" = i64, Path, description = "The template's id", example = 1),
        ("language" = String, Path, description = "The file's language, or neutral", example = "nb-NO")),
    responses((status = 200, body = Template), Refusals))]
pub(crate) async fn remove(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id, language)): At<(TemplateId, Language)>,
) -> Result<Response, Problem> {
    Ok(answer(app.templates().remove_variant(&caller.ctx, id, &language.0).await?))
}

/// The versions of a template's file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateVersions {
    /// The committed versions, oldest first.
    items: Vec<Version>,
}

/// List the versions of a template's file
///
/// For administrators.
#[utoipa::path(get, path = "/api/v1/templates/{id}/variants/{language}/versions", tag = "templates",
    operation_id = "list_template_versions",
    params(("id" = i64, Path, description = "The template's id", example = 1),
        ("language" = String, Path, description = "The file's language, or neutral", example = "neutral")),
    responses((status = 200, body = TemplateVersions), Refusals))]
pub(crate) async fn versions(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id, language)): At<(TemplateId, Language)>,
) -> Result<Json<TemplateVersions>, Problem> {
    let versions = app.templates().versions(&caller.ctx, id, &language.0).await?;
    Ok(Json(TemplateVersions { items: versions.into_iter().map(Version::from).collect() }))
}

/// Restore a version of a template's file
///
/// Makes an earlier file the newest version. Nothing is removed. For administrators.
#[utoipa::path(post, path = "/api/v1/templates/{id}/variants/{language}/versions/{version}/restore",
    tag = "templates", operation_id = "restore_template_version",
    params(("id" = i64, Path, description = "The template's id", example = 1),
        ("language" = String, Path, description = "The file's language, or neutral", example = "neutral"),
        ("version" = String, Path, description = "The version's id", example = "1")),
    responses((status = 200, body = Template), Refusals))]
pub(crate) async fn restore_version(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id, language, version)): At<(TemplateId, Language, Word)>,
) -> Result<Response, Problem> {
    let version = VersionId(version.0);
    Ok(answer(app.templates().restore_version(&caller.ctx, id, &language.0, version).await?))
}

/// Preview a template's file
#[utoipa::path(get, path = "/api/v1/templates/{id}/variants/{language}/preview", tag = "templates",
    operation_id = "preview_template",
    params(("id" = i64, Path, description = "The template's id", example = 1),
        ("language" = String, Path, description = "The file's language, or neutral", example = "neutral")),
    responses((status = 200, body = Preview), Refusals))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    At((id, language)): At<(TemplateId, Language)>,
) -> Result<Json<Preview>, Problem> {
    Ok(Json(app.templates().preview(&caller.ctx, id, &language.0).await?.into()))
}

/// A code that a template's file uses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Code {
    /// The code, without braces.
    code: String,
    /// What it stands for; null when it is unknown and would be left as it stands.
    #[schema(required)]
    label: Option<String>,
}

/// The codes of a template's file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Codes {
    /// In the order of their first use.
    items: Vec<Code>,
}

/// List the codes of a template's file
#[utoipa::path(get, path = "/api/v1/templates/{id}/variants/{language}/codes", tag = "templates",
    operation_id = "list_template_codes",
    params(("id" = i64, Path, description = "The template's id", example = 1),
        ("language" = String, Path, description = "The file's language, or neutral", example = "neutral")),
    responses((status = 200, body = Codes), Refusals))]
pub(crate) async fn codes(
    State(app): State<App>,
    caller: Caller,
    At((id, language)): At<(TemplateId, Language)>,
) -> Result<Json<Codes>, Problem> {
    let codes = app.templates().codes(&caller.ctx, id, &language.0).await?;
    Ok(Json(Codes { items: codes.into_iter().map(|c| Code { code: c.code, label: c.label }).collect() }))
}
