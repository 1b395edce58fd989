//! `/api/v1/plugins`

use super::super::query::At;
use super::super::refusals::Refusals;
use super::super::wire::Locking;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use app::admin::PluginView;
use axum::Json;
use axum::extract::State;
use domain::plugin::Severity as Found;
use domain::{Error, PluginId};
use serde::Serialize;
use std::str::FromStr;
use utoipa::ToSchema;

/// A document plugin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Plugin {
    /// Its number. `0` is the archive.
    id: i64,
    /// The name people read.
    name: String,
    /// A stable word: `archive`.
    kind: String,
    /// What it can do.
    capabilities: Capabilities,
    /// How it is.
    findings: Vec<Finding>,
}

/// What a plugin can do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Capabilities {
    /// The highest level of locking.
    locking: Locking,
    /// Templates can be kept here.
    templates: bool,
    /// Blank templates can be made here.
    blank_templates: bool,
    /// There is a trash.
    trash: bool,
    /// Items can be copied.
    copy: bool,
    /// Items can be moved to where they belong.
    place: bool,
    /// Items have an address at which they open.
    open_url: bool,
    /// Metadata is kept.
    metadata: bool,
    /// Versions can be described and restored.
    version_notes: bool,
    /// It shows what a document is about beside its file.
    facts: bool,
    /// It knows who may open an item.
    audience: bool,
    /// It tells what changed outside.
    changes: bool,
    /// It tells when something changed outside.
    watch: bool,
    /// It offers commands.
    commands: bool,
    /// Items can be found by path.
    paths: bool,
    /// The largest content in bytes.
    max_content: u64,
}

/// One line of a check.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// What was looked at.
    what: String,
    /// How it came out.
    severity: Severity,
    /// What was found, and what to do where it is not good.
    detail: String,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    /// As it should be.
    Good,
    /// Works, and somebody should look at it.
    Warning,
    /// Does not work.
    Problem,
}

impl From<PluginView> for Plugin {
    fn from(view: PluginView) -> Self {
        let c = view.capabilities;
        Self {
            id: view.info.id.0,
            name: view.info.name,
            kind: view.info.kind.to_owned(),
            capabilities: Capabilities {
                locking: c.locking.into(),
                templates: c.templates,
                blank_templates: c.blank_templates,
                trash: c.trash,
                copy: c.copy,
                place: c.place,
                open_url: c.open_url,
                metadata: c.metadata,
                version_notes: c.version_notes,
                facts: c.facts,
                audience: c.audience,
                changes: c.changes,
                watch: c.watch,
                commands: c.commands,
                paths: c.paths,
                max_content: c.max_content,
            },
            findings: view
                .findings
                .into_iter()
                .map(|f| Finding { what: f.what, severity: severity(f.severity), detail: f.detail })
                .collect(),
        }
    }
}

fn severity(found: Found) -> Severity {
    match found {
        Found::Good => Severity::Good,
        Found::Warning => Severity::Warning,
        Found::Problem => Severity::Problem,
    }
}

/// All document plugins.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Plugins {
    /// By number.
    items: Vec<Plugin>,
}

/// List document plugins
///
/// What each can do and how it is. For administrators.
#[utoipa::path(get, path = "/api/v1/plugins", tag = "administration", operation_id = "list_plugins",
    responses((status = 200, body = Plugins), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
) -> Result<Json<Plugins>, Problem> {
    let plugins = app.admin().plugins(&caller.ctx).await?;
    Ok(Json(Plugins { items: plugins.into_iter().map(Plugin::from).collect() }))
}

/// A kind of blank template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlankType {
    /// The word to ask for it: `docx`.
    key: String,
    /// What people read.
    label: String,
    /// The extension with its dot.
    extension: String,
    /// The media type.
    media_type: String,
}

/// The kinds of blank template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlankTypes {
    /// In the plugin's order. Empty when it makes none.
    items: Vec<BlankType>,
}

/// A plugin's number in a path; 0 is one.
#[derive(Debug)]
pub(crate) struct PluginNumber(PluginId);

impl FromStr for PluginNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong =
            || Error::invalid("The id of a document plugin is a whole number. Check the address you used.");
        text.parse::<i64>().ok().filter(|n| *n >= 0).map(|n| Self(PluginId(n))).ok_or_else(wrong)
    }
}

/// List the blank templates a plugin can make
///
/// For administrators.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/blank-types", tag = "administration",
    operation_id = "list_blank_types",
    params(("id" = i64, Path, description = "The plugin's number", example = 0)),
    responses((status = 200, body = BlankTypes), Refusals))]
pub(crate) async fn blank_types(
    State(app): State<App>,
    AdminCaller(_): AdminCaller,
    At((PluginNumber(id),)): At<(PluginNumber,)>,
) -> Result<Json<BlankTypes>, Problem> {
    app.plugins().list().iter().find(|p| p.id == id).ok_or_else(|| Error::not_found("document plugin"))?;
    let types = app.templates().blank_types(id)?;
    let items = types
        .into_iter()
        .map(|t| BlankType { key: t.key, label: t.label, extension: t.extension, media_type: t.media_type })
        .collect();
    Ok(Json(BlankTypes { items }))
}
