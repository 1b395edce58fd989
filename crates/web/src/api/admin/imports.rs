//! `POST /api/v1/imports/{kind}`

use super::super::json::{read, require_plain};
use super::super::query::{At, Query, Word};
use super::super::refusals::{Receiving, Refusals};
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use app::imports::Format;
use axum::Json;
use axum::extract::{Request, State};
use domain::imports::LineResult;
use domain::records::RecordKind;
use domain::{Error, ErrorKind};
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The largest file that is imported at once, in bytes.
const MAX_FILE: usize = 32 << 20;

/// How the file is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Written {
    /// `csv` or `json`; left out, the content type says it.
    #[param(example = "csv")]
    format: Option<String>,
}

/// What happened to a line.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineOutcome {
    /// A record was made.
    New,
    /// A record was changed.
    Changed,
    /// Everything was as it is.
    Unchanged,
    /// The line was not taken; nothing of it was stored.
    Refused,
}

/// One line of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportLine {
    /// The line in the file with the header as line 1 (CSV), or the position from 1 (JSON).
    line: u64,
    /// The external id on the line, blank when it could not be read.
    external_id: String,
    /// What happened.
    #[schema(inline)]
    result: LineOutcome,
    /// The fields that differ now.
    fields: Vec<String>,
    /// What is wrong and what to do, when the line was refused.
    #[schema(required)]
    reason: Option<String>,
}

/// The report of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// What was imported.
    kind: String,
    /// How many were made.
    new: u64,
    /// How many were changed.
    changed: u64,
    /// How many were as they are.
    unchanged: u64,
    /// How many lines were refused.
    refused: u64,
    /// Every line that was read.
    lines: Vec<ImportLine>,
}

impl From<domain::imports::Report> for ImportReport {
    fn from(report: domain::imports::Report) -> Self {
        let lines = report
            .lines
            .into_iter()
            .map(|line| {
                let (result, fields, reason) = match line.result {
                    LineResult::New => (LineOutcome::New, Vec::new(), None),
                    LineResult::Changed { fields } => (LineOutcome::Changed, fields, None),
                    LineResult::Unchanged => (LineOutcome::Unchanged, Vec::new(), None),
                    LineResult::Refused { reason } => (LineOutcome::Refused, Vec::new(), Some(reason)),
                };
                ImportLine { line: line.line, external_id: line.external_id, result, fields, reason }
            })
            .collect();
        Self {
            kind: report.kind.as_str().to_owned(),
            new: report.new,
            changed: report.changed,
            unchanged: report.unchanged,
            refused: report.refused,
            lines,
        }
    }
}

/// Import records
///
/// Companies, contacts, projects, sales or associates, by their external ids: a second import of the same file changes
/// nothing. Columns that are absent leave stored values as they are; blank cells clear them. Every line is taken or
/// refused by itself. For administrators.
#[utoipa::path(post, path = "/api/v1/imports/{kind}", tag = "administration", operation_id = "import_records",
    params(("kind" = String, Path, description = "companies, contacts, projects, sales or associates",
        example = "companies"), Written),
    request_body(description = "The file", content((String = "text/csv", example = json!("external_id,name,postal_city\nC-1,Fjordland Seafood AS,Bergen\n")),
        (Vec<serde_json::Map<String, serde_json::Value>> = "application/json",
            example = json!([{ "external_id": "C-1", "name": "Fjordland Seafood AS" }])))),
    responses((status = 200, body = ImportReport), Refusals, Receiving))]
pub(crate) async fn run(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((kind,)): At<(Word,)>,
    query: Query<Written>,
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    let kind = RecordKind::ALL
        .into_iter()
        .find(|k| k.plural() == kind.0)
        .ok_or_else(|| Error::new(ErrorKind::NotFound, unknown_kind(&kind.0)))?;
    require_plain(request.headers())?;
    let format = match &query.ask.format {
        Some(word) => word.parse()?,
        None => by_content_type(&request)?,
    };
    let bytes = read(request, MAX_FILE).await?;
    let report = app.imports().run(&caller.ctx, kind, format, &bytes, &mut |_| {}).await?;
    Ok(Json(report.into()))
}

fn unknown_kind(word: &str) -> String {
    let known: Vec<_> = RecordKind::ALL.iter().map(|k| k.plural()).collect();
    format!("{word:?} cannot be imported. Known are: {}.", known.join(", "))
}

fn by_content_type(request: &Request) -> domain::Result<Format> {
    let given = request
        .headers()
        .get(CONTENT_TYPE)
        .map_or("nothing", |v| v.to_str().unwrap_or("something unreadable"));
    match given.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
        "text/csv" => Ok(Format::Csv),
        "application/json" => Ok(Format::Json),
        _ => Err(Error::new(
            ErrorKind::UnsupportedMedia,
            format!(
                "An import takes text/csv or application/json and was sent {given}. Set Content-Type, or format."
            ),
        )),
    }
}
