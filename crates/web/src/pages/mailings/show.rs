//! `/mailings/{id}`: how far it is, what became of each record, and what can be done.

use crate::errors::PageResult;
use crate::extract::{CsrfForm, Id, Signed};
use crate::page::{self, Flash, Nav, Page};
use crate::pages::documents::ask::Ask;
use crate::routes;
use crate::routes::mailings as at;
use app::App;
use app::mailings::{MailingRecord, MailingView};
use askama::Template;
use axum::extract::State;
use domain::mailings::{Addressee, MailingState, RecordState};
use domain::{CompanyId, ContactId, MailingId, Result};
use serde::Deserialize;

/// A mail merge in the list.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    href: String,
    name: String,
    template: String,
    by: String,
    begun: String,
    state: &'static str,
    tone: &'static str,
    done: String,
}

#[derive(Debug, Template)]
#[template(path = "mailings/list.html")]
pub(crate) struct List {
    page: Page,
    rows: Vec<Line>,
    new: String,
}

/// `GET /mailings`
pub(crate) async fn list(signed: Signed, State(app): State<App>) -> PageResult {
    let views = app.mailings().list(&signed.ctx).await?;
    let page = Page::new(&signed, "Mail merges").nav(Nav::Documents);
    let page = page.crumb("Documents", routes::documents::list()).wide();
    let rows = views.iter().map(|view| line(&page, view)).collect();
    page::show(&List { page, rows, new: at::new("contact", "") })
}

fn line(page: &Page, view: &MailingView) -> Line {
    let (state, tone) = state(view);
    Line {
        href: at::show(view.mailing.id),
        name: view.mailing.name.clone(),
        template: view.template_name.clone(),
        by: view.by_name.clone(),
        begun: page.when_short(&view.mailing.created),
        state,
        tone,
        done: format!("{} of {}", view.tally.done, view.tally.all() - view.tally.left_out),
    }
}

/// The state in a word, and its tone.
fn state(view: &MailingView) -> (&'static str, &'static str) {
    match view.mailing.state {
        MailingState::Running => ("Running", "accent"),
        MailingState::Paused => ("Paused", "warn"),
        MailingState::Stopped => ("Stopped", "warn"),
        MailingState::Finished if view.tally.failed > 0 => ("Finished, some failed", "warn"),
        MailingState::Finished => ("Finished", "good"),
    }
}

/// A record without a document.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    href: String,
    label: String,
    reason: String,
}

#[derive(Debug, Template)]
#[template(path = "mailings/show.html")]
pub(crate) struct Show {
    page: Page,
    state: &'static str,
    tone: &'static str,
    running: bool,
    reason: String,
    lead: String,
    done: u64,
    waiting: u64,
    failed_count: u64,
    left_out_count: u64,
    all: u64,
    failed: Vec<Row>,
    left_out: Vec<Row>,
    documents: String,
    report: String,
    pause: String,
    resume: String,
    retry: String,
    again: String,
    stop: Option<Ask>,
    paused: bool,
    retriable: bool,
}

/// The page.
pub(crate) async fn show(signed: Signed, State(app): State<App>, Id(id): Id<MailingId>) -> PageResult {
    let mailings = app.mailings();
    let view = mailings.get(&signed.ctx, id).await?;
    let failed = mailings.records(&signed.ctx, id, Some(RecordState::Failed), 0).await?;
    let left_out = mailings.records(&signed.ctx, id, Some(RecordState::LeftOut), 0).await?;
    let (name, href) = super::crumb();
    let page = Page::new(&signed, view.mailing.name.clone()).nav(Nav::Documents).crumb(name, href);
    page::show(&assemble(page, view, failed, left_out))
}

fn assemble(page: Page, view: MailingView, failed: Vec<MailingRecord>, left_out: Vec<MailingRecord>) -> Show {
    let (word, tone) = state(&view);
    let (mailing, tally) = (&view.mailing, view.tally);
    let id = mailing.id;
    let what = if mailing.joined { "One document of all" } else { "One document for each record" };
    let documents = match mailing.document {
        Some(document) => routes::documents::show(document),
        None if mailing.joined => String::new(),
        None => routes::documents::list_with(&[("template", mailing.template.to_string())]),
    };
    let open = matches!(mailing.state, MailingState::Running | MailingState::Paused);
    Show {
        state: word,
        tone,
        running: mailing.state == MailingState::Running,
        paused: mailing.state == MailingState::Paused,
        reason: mailing.reason.clone(),
        lead: format!(
            "{what}, from “{}”. Begun by {}, {}.",
            view.template_name,
            view.by_name,
            page.when(&mailing.created)
        ),
        done: tally.done,
        waiting: tally.waiting,
        failed_count: tally.failed,
        left_out_count: tally.left_out,
        all: tally.all() - tally.left_out,
        failed: failed.into_iter().map(row).collect(),
        left_out: left_out.into_iter().map(row).collect(),
        documents,
        report: at::report(id),
        pause: at::pause(id),
        resume: at::resume(id),
        retry: at::retry(id),
        again: at::show(id),
        stop: open.then(|| stop_question(id, &mailing.name).on(&page)),
        retriable: mailing.state == MailingState::Finished
            && tally.failed > 0
            && !(mailing.joined && mailing.document.is_some()),
        page,
    }
}

fn row(record: MailingRecord) -> Row {
    let href = match record.kind {
        Addressee::Company => routes::records::company(CompanyId(record.record)),
        Addressee::Contact => routes::records::contact(ContactId(record.record)),
    };
    Row { href, label: record.label, reason: record.reason }
}

/// A form that only proves where it comes from.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Nothing {}

fn stop_question(id: MailingId, name: &str) -> Ask {
    let text = "The documents that are made stay. The rest is not made; a stopped mail merge does not go on.";
    Ask::new("stop", format!("Stop “{name}”?"), text, "Stop").at(at::stop(id), at::show(id)).danger()
}

/// `GET …/stop`
pub(crate) async fn ask_stop(signed: Signed, State(app): State<App>, Id(id): Id<MailingId>) -> PageResult {
    let view = app.mailings().get(&signed.ctx, id).await?;
    stop_question(id, &view.mailing.name).show(&signed, Nav::Documents, super::crumb())
}

fn changed(id: MailingId, done: Result<MailingView>, said: &str) -> PageResult {
    match done {
        Ok(_) => page::go_with(&at::show(id), Flash::done(said)),
        Err(error) if error.kind() == domain::ErrorKind::Conflict => {
            page::go_with(&at::show(id), Flash::failed(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST …/pause`
pub(crate) async fn pause(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<MailingId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    changed(id, app.mailings().pause(&signed.ctx, id).await, "It is paused. What was being made is finished.")
}

/// `POST …/resume`
pub(crate) async fn resume(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<MailingId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    changed(id, app.mailings().resume(&signed.ctx, id).await, "It goes on.")
}

/// `POST …/stop`
pub(crate) async fn stop(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<MailingId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    changed(id, app.mailings().stop(&signed.ctx, id).await, "It is stopped. What was made stays.")
}

/// `POST …/retry`
pub(crate) async fn retry(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<MailingId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    changed(id, app.mailings().retry(&signed.ctx, id).await, "Those that failed get another turn.")
}

/// `GET …/report`: what became of each record, as CSV.
pub(crate) async fn report(signed: Signed, State(app): State<App>, Id(id): Id<MailingId>) -> PageResult {
    let report = app.mailings().report(&signed.ctx, id).await?;
    Ok(crate::pages::templates::download(format!("Mail merge {id}.csv"), report))
}

#[cfg(test)]
impl List {
    pub fn samples() -> Vec<Self> {
        let page = || crate::pages::documents::samples::page("Mail merges");
        let full = page();
        let rows =
            vec![line(&full, &sample(MailingState::Running)), line(&full, &sample(MailingState::Stopped))];
        vec![
            Self { page: page(), rows: Vec::new(), new: at::new("contact", "") },
            Self { page: full, rows, new: at::new("contact", "") },
        ]
    }
}

#[cfg(test)]
fn sample(state: MailingState) -> MailingView {
    MailingView {
        mailing: app::mailings::Mailing {
            id: MailingId(3),
            template: domain::TemplateId(1),
            name: "Invitation <b>".into(),
            joined: false,
            ask: String::new(),
            state,
            reason: "The place does not <answer>.".into(),
            round: 1,
            document: None,
            seed: 1,
            by: domain::AssociateId(1),
            created: jiff::Timestamp::UNIX_EPOCH,
            updated: jiff::Timestamp::UNIX_EPOCH,
            finished: None,
            fence: 1,
        },
        tally: app::mailings::Tally { waiting: 3, done: 5, failed: 1, left_out: 1 },
        template_name: "Offer & <letter>".into(),
        by_name: "Ada <L>".into(),
    }
}

#[cfg(test)]
impl Show {
    pub fn samples() -> Vec<Self> {
        let page = || crate::pages::documents::samples::page("Invitation <b>");
        let record = |state| MailingRecord {
            position: 1,
            kind: Addressee::Contact,
            record: 7,
            label: "Kari <Nord>".into(),
            state,
            reason: "A value is <missing>.".into(),
            tries: 0,
            document: None,
        };
        let (failed, out) = (record(RecordState::Failed), record(RecordState::LeftOut));
        MailingState::ALL
            .into_iter()
            .map(|state| assemble(page(), sample(state), vec![failed.clone()], vec![out.clone()]))
            .collect()
    }
}
