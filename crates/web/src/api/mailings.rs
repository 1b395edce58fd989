//! `/api/v1/mailings`: a template over a selection of companies or contacts.

use super::json::Json;
use super::once::{Made, Once};
use super::query::{At, Query};
use super::refusals::{Refusals, Writing};
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::mailings::{self, MailingAsk, MailingView, Selection};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::mailings::{Addressee, RecordState};
use domain::{Error, MailingId, TemplateId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What kind of record is written to.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Companies.
    Company,
    /// Contacts, at their companies.
    Contact,
}

impl From<Kind> for Addressee {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Company => Self::Company,
            Kind::Contact => Self::Contact,
        }
    }
}

/// A mail merge to look at, or to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "template": 1, "kind": "contact", "heading": "Invitation" }))]
pub(crate) struct NewMailing {
    /// The template's id.
    template: i64,
    /// What kind of record is written to.
    kind: Kind,
    /// The ids of the records, in their order. Left out, all whose words begin with `words`.
    #[serde(default)]
    #[schema(nullable = false)]
    ids: Option<Vec<i64>>,
    /// Every word must begin a word of the record; blank for every record.
    #[serde(default)]
    words: String,
    /// One document of all, instead of one for each record.
    #[serde(default)]
    joined: bool,
    /// The heading of the documents; blank takes the template's name.
    #[serde(default)]
    heading: String,
    /// The language; left out, the caller's own where the template has it.
    #[serde(default)]
    #[schema(nullable = false)]
    language: Option<String>,
    /// The date of the documents; left out, the day each is made.
    #[serde(default)]
    #[schema(nullable = false, value_type = Option<String>, format = Date)]
    date: Option<Date>,
    /// Custom tags.
    #[serde(default)]
    codes: BTreeMap<String, String>,
}

impl From<NewMailing> for MailingAsk {
    fn from(new: NewMailing) -> Self {
        let kind = new.kind.into();
        let selection = match new.ids {
            Some(ids) => Selection::Records(ids.into_iter().map(|id| (kind, id)).collect()),
            None => Selection::All { kind, words: new.words },
        };
        Self {
            template: TemplateId(new.template),
            selection,
            joined: new.joined,
            heading: new.heading,
            language: new.language,
            visible_for: None,
            date: new.date,
            custom: new.codes,
        }
    }
}

/// A record that gets no document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Without {
    /// Its name.
    name: String,
    /// Why.
    reason: String,
}

/// What a mail merge would make.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailingForecast {
    /// How many documents.
    documents: u64,
    /// How many records they are written to.
    records: u64,
    /// How many records get none.
    left_out: u64,
    /// Those left out, at most 100.
    left_out_records: Vec<Without>,
    /// The name of the place the documents go to.
    stored_in: String,
    /// About how large all of them are, in bytes; 0 when it is not known.
    bytes: u64,
    /// About how long it takes, in seconds.
    seconds: u64,
    /// Of the first three records, those whose documents cannot be made.
    would_fail: Vec<Without>,
}

impl From<mailings::Forecast> for MailingForecast {
    fn from(f: mailings::Forecast) -> Self {
        let without = |(name, reason)| Without { name, reason };
        Self {
            documents: f.documents,
            records: f.records,
            left_out: f.left_out_count,
            left_out_records: f.left_out.into_iter().map(without).collect(),
            stored_in: f.destination,
            bytes: f.bytes,
            seconds: f.seconds,
            would_fail: f.tried.into_iter().filter(|(_, why)| !why.is_empty()).map(without).collect(),
        }
    }
}

/// A mail merge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mailing {
    /// Its id.
    id: i64,
    /// What people call it.
    name: String,
    /// The template's id.
    template: i64,
    /// One document of all, instead of one for each record.
    joined: bool,
    /// `running`, `paused`, `stopped` or `finished`.
    state: String,
    /// Why it does not go on just now; blank when it does.
    reason: String,
    /// Records whose turn has not come.
    waiting: u64,
    /// Records whose documents are there.
    done: u64,
    /// Records whose documents could not be made.
    failed: u64,
    /// Records that were never meant to get one.
    left_out: u64,
    /// The one document of all.
    #[schema(required)]
    document: Option<i64>,
    /// When it began.
    created_at: String,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<String>,
}

impl From<MailingView> for Mailing {
    fn from(view: MailingView) -> Self {
        let (m, t) = (view.mailing, view.tally);
        Self {
            id: m.id.0,
            name: m.name,
            template: m.template.0,
            joined: m.joined,
            state: m.state.as_str().to_owned(),
            reason: m.reason,
            waiting: t.waiting,
            done: t.done,
            failed: t.failed,
            left_out: t.left_out,
            document: m.document.map(|id| id.0),
            created_at: m.created.to_string(),
            finished_at: m.finished.map(|at| at.to_string()),
        }
    }
}

/// The mail merges of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mailings {
    /// The newest first, at most 100.
    items: Vec<Mailing>,
}

/// List mail merges
///
/// The caller's own; administrators see everybody's.
#[utoipa::path(get, path = "/api/v1/mailings", tag = "mail merges", operation_id = "list_mailings",
    responses((status = 200, body = Mailings), Refusals))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<Mailings>, Problem> {
    let items = app.mailings().list(&caller.ctx).await?.into_iter().map(Mailing::from).collect();
    Ok(axum::Json(Mailings { items }))
}

/// Forecast a mail merge
///
/// What it would make, where, and who would be left out. The first three records are tried; nothing is kept.
#[utoipa::path(post, path = "/api/v1/mailings/forecast", tag = "mail merges", operation_id = "forecast_mailing",
    request_body = NewMailing, responses((status = 200, body = MailingForecast), Refusals, Writing))]
pub(crate) async fn forecast(
    State(app): State<App>,
    caller: Caller,
    body: Json<NewMailing>,
) -> Result<axum::Json<MailingForecast>, Problem> {
    let ask = body.ask.into();
    Ok(axum::Json(app.mailings().forecast(&caller.ctx, &ask).await?.into()))
}

/// Begin a mail merge
///
/// It runs on its own from now on, also after a restart; no record gets two documents.
#[utoipa::path(post, path = "/api/v1/mailings", tag = "mail merges", operation_id = "create_mailing",
    request_body = NewMailing, responses((status = 201, body = Mailing), Refusals, Writing))]
pub(crate) async fn start(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    body: Json<NewMailing>,
) -> Result<Response, Problem> {
    let (work, ctx, ask) = (app.clone(), caller.ctx.clone(), body.ask.into());
    let made = async move {
        let view = work.mailings().start(&ctx, ask).await?;
        Made::at(super::links::mailing(view.mailing.id), &Mailing::from(view))
    };
    Ok(once.run(&app, &caller.ctx, "create_mailing", &body.bytes, made).await?.into_response())
}

/// Read a mail merge
#[utoipa::path(get, path = "/api/v1/mailings/{id}", tag = "mail merges", operation_id = "get_mailing",
    params(("id" = i64, Path, description = "The mail merge's id", example = 1)),
    responses((status = 200, body = Mailing), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(MailingId,)>,
) -> Result<axum::Json<Mailing>, Problem> {
    Ok(axum::Json(app.mailings().get(&caller.ctx, id).await?.into()))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only those in this state: `waiting`, `done`, `failed` or `left_out`.
    state: Option<String>,
    /// The position of the last record seen.
    after: Option<i64>,
}

/// A record of a mail merge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailingRecord {
    /// Its place, from 1.
    position: i64,
    /// `company` or `contact`.
    kind: String,
    /// The record's id.
    record: i64,
    /// Its name.
    name: String,
    /// `waiting`, `done`, `failed` or `left_out`.
    state: String,
    /// Why it failed or was left out.
    reason: String,
    /// Its document.
    #[schema(required)]
    document: Option<i64>,
}

/// Records of a mail merge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailingRecords {
    /// In their order, at most 200.
    items: Vec<MailingRecord>,
}

/// List the records of a mail merge
///
/// With what became of each. Go on with `after`, the position of the last one.
#[utoipa::path(get, path = "/api/v1/mailings/{id}/records", tag = "mail merges", operation_id = "list_mailing_records",
    params(("id" = i64, Path, description = "The mail merge's id", example = 1), Which),
    responses((status = 200, body = MailingRecords), Refusals))]
pub(crate) async fn records(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(MailingId,)>,
    query: Query<Which>,
) -> Result<axum::Json<MailingRecords>, Problem> {
    let state = match query.ask.state.as_deref() {
        None => None,
        Some(word) => Some(RecordState::from_word(word).ok_or_else(|| {
            Error::invalid("The state of a record is waiting, done, failed or left_out.").field("state")
        })?),
    };
    let found = app.mailings().records(&caller.ctx, id, state, query.ask.after.unwrap_or(0)).await?;
    let items = found.into_iter().map(|record| MailingRecord {
        position: record.position,
        kind: record.kind.as_str().to_owned(),
        record: record.record,
        name: record.label,
        state: record.state.as_str().to_owned(),
        reason: record.reason,
        document: record.document.map(|id| id.0),
    });
    Ok(axum::Json(MailingRecords { items: items.collect() }))
}

/// Pause a mail merge
///
/// What is being made now is still finished.
#[utoipa::path(post, path = "/api/v1/mailings/{id}/pause", tag = "mail merges", operation_id = "pause_mailing",
    params(("id" = i64, Path, description = "The mail merge's id", example = 1)),
    responses((status = 200, body = Mailing), Refusals))]
pub(crate) async fn pause(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(MailingId,)>,
) -> Result<axum::Json<Mailing>, Problem> {
    Ok(axum::Json(app.mailings().pause(&caller.ctx, id).await?.into()))
}

/// Resume a mail merge
#[utoipa::path(post, path = "/api/v1/mailings/{id}/resume", tag = "mail merges", operation_id = "resume_mailing",
    params(("id" = i64, Path, description = "The mail merge's id", example = 1)),
    responses((status = 200, body = Mailing), Refusals))]
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(MailingId,)>,
) -> Result<axum::Json<Mailing>, Problem> {
    Ok(axum::Json(app.mailings().resume(&caller.ctx, id).await?.into()))
}

/// Stop a mail merge
///
/// What was made stays; the rest is not made.
#[utoipa::path(post, path = "/api/v1/mailings/{id}/stop", tag = "mail merges", operation_id = "stop_mailing",
    params(("id" = i64, Path, description = "The mail merge's id", example = 1)),
    responses((status = 200, body = Mailing), Refusals))]
pub(crate) async fn stop(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(MailingId,)>,
) -> Result<axum::Json<Mailing>, Problem> {
    Ok(axum::Json(app.mailings().stop(&caller.ctx, id).await?.into()))
}

/// Try the failed records of a mail merge again
#[utoipa::path(post, path = "/api/v1/mailings/{id}/retry", tag = "mail merges", operation_id = "retry_mailing",
    params(("id" = i64, Path, description = "The mail merge's id", example = 1)),
    responses((status = 200, body = Mailing), Refusals))]
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(MailingId,)>,
) -> Result<axum::Json<Mailing>, Problem> {
    Ok(axum::Json(app.mailings().retry(&caller.ctx, id).await?.into()))
}
