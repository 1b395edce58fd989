//! What a plugin offers for a document beyond the common ground, and its preview.

use super::super::json::JsonOrNothing;
use super::super::query::{At, Query, Word};
use super::super::refusals::{Refusals, Writing};
use super::super::wire::{AnswerKind, Preview};
use super::wire::ChangedDocument;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::DocumentId;
use domain::plugin::{CommandInfo, Which};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Preview a document
#[utoipa::path(get, path = "/api/v1/documents/{id}/preview", tag = "content", operation_id = "preview_document",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = Preview), Refusals))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Json<Preview>, Problem> {
    Ok(Json(app.documents().preview(&caller.ctx, id, &Which::Latest).await?.into()))
}

/// Read a document as PDF
///
/// Made by LibreOffice, where it is installed beside the service; 409 where it is not, and 415 for kinds of files it
/// does not take.
#[utoipa::path(get, path = "/api/v1/documents/{id}/pdf", tag = "content", operation_id = "get_document_pdf",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, description = "The PDF", content_type = "application/octet-stream", body = [u8]),
        Refusals))]
pub(crate) async fn pdf(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Response, Problem> {
    let (name, bytes) = app.documents().pdf(&caller.ctx, id, &Which::Latest).await?;
    Ok(crate::pages::templates::download(name, bytes))
}

/// Which properties.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Names {
    /// The names wanted, separated by commas; left out, all.
    #[serde(default)]
    names: String,
}

/// A plugin's properties of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginProperties {
    /// Name and value. Names the plugin does not know are left out.
    properties: BTreeMap<String, String>,
}

/// Read the plugin's properties of a document
#[utoipa::path(get, path = "/api/v1/documents/{id}/properties", tag = "content", operation_id = "plugin_properties",
    params(("id" = i64, Path, description = "The document's id", example = 1), Names),
    responses((status = 200, body = PluginProperties), Refusals))]
pub(crate) async fn properties(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
    query: Query<Names>,
) -> Result<Json<PluginProperties>, Problem> {
    let names: Vec<String> =
        query.ask.names.split(',').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect();
    let properties = app.documents().plugin_properties(&caller.ctx, id, &names).await?;
    Ok(Json(PluginProperties { properties }))
}

/// A command a plugin offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Command {
    /// Its name.
    name: String,
    /// The text of a button.
    label: String,
    /// What it does, in a sentence.
    tooltip: String,
    /// A hint for the icon, may be blank.
    icon: String,
    /// The kind of answer it gives.
    answers: AnswerKind,
}

impl From<CommandInfo> for Command {
    fn from(c: CommandInfo) -> Self {
        Self { name: c.name, label: c.label, tooltip: c.tooltip, icon: c.icon, answers: c.answers.into() }
    }
}

/// The commands of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Commands {
    /// What the plugin offers now.
    items: Vec<Command>,
}

/// List a document's commands
///
/// What the plugin offers for this document now. Ask each time a menu is shown.
#[utoipa::path(get, path = "/api/v1/documents/{id}/commands", tag = "content", operation_id = "list_commands",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = Commands), Refusals))]
pub(crate) async fn commands(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Json<Commands>, Problem> {
    let commands = app.documents().commands(&caller.ctx, id).await?;
    Ok(Json(Commands { items: commands.into_iter().map(Command::from).collect() }))
}

/// What a command is given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "arguments": {} }))]
pub(crate) struct Execution {
    /// Name and value.
    arguments: BTreeMap<String, String>,
}

/// Run a command of the plugin
#[utoipa::path(post, path = "/api/v1/documents/{id}/commands/{command}", tag = "content",
    operation_id = "execute_command",
    params(("id" = i64, Path, description = "The document's id", example = 1),
        ("command" = String, Path, description = "The command's name", example = "archive.verify")),
    request_body(content = Option<Execution>),
    responses((status = 200, body = ChangedDocument), Refusals, Writing))]
pub(crate) async fn execute(
    State(app): State<App>,
    caller: Caller,
    At((id, command)): At<(DocumentId, Word)>,
    body: JsonOrNothing<Execution>,
) -> Result<Response, Problem> {
    Ok(super::changed(app.documents().execute(&caller.ctx, id, &command.0, &body.ask.arguments).await?))
}
