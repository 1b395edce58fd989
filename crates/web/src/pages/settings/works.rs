//! Works over everything that a place keeps, on the page of the places: how far they are, what they found, and beginning,
//! pausing and stopping them.

use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm};
use crate::page::{Flash, Page, go_with};
use crate::presenters;
use crate::routes::{documents, settings as at, templates};
use app::jobs::{Finding, JobView};
use askama::Template;
use domain::jobs::{JobKind, JobState};
use domain::{Error, JobId, PluginId};
use serde::Deserialize;
use std::time::Duration;

/// A finding on the page.
#[derive(Debug)]
struct Line {
    label: String,
    href: String,
    failed: bool,
    detail: String,
}

/// The newest work.
#[derive(Debug)]
struct Last {
    id: i64,
    what: &'static str,
    state: &'static str,
    tone: &'static str,
    who: String,
    total: u64,
    done: u64,
    how_far: String,
    reason: String,
    findings: Vec<Line>,
    more: u64,
}

/// The part of a place.
#[derive(Debug, Template)]
#[template(path = "settings/works.html")]
pub(super) struct Works {
    csrf: String,
    place: i64,
    running: bool,
    paused: bool,
    state: &'static str,
    last: Option<Last>,
    /// Word, label and explanation of each that can be begun.
    choices: Vec<(&'static str, &'static str, &'static str)>,
}

/// It is rendered by a template of its own, which escapes.
impl askama::filters::HtmlSafe for Works {}

/// The part about the works of a place. `able`: those that can be begun there.
pub(super) fn works(page: &Page, place: PluginId, able: &[JobKind], last: Option<&JobView>) -> Works {
    let state = last.map(|view| view.job.state);
    Works {
        csrf: page.csrf.clone(),
        place: place.0,
        running: state == Some(JobState::Running),
        paused: state == Some(JobState::Paused),
        state: state.map_or("none", JobState::as_str),
        last: last.map(|view| shown(page, view)),
        choices: able.iter().map(|kind| choice(*kind)).collect(),
    }
}

/// The word of a work, the label of its button, and what it does.
fn choice(kind: JobKind) -> (&'static str, &'static str, &'static str) {
    let (label, why) = match kind {
        JobKind::Relocate => (
            "Bring everything to where it belongs",
            "Moves documents and templates to the folders chosen now. All links stay.",
        ),
        JobKind::ShowFacts => (
            "Fill in the columns",
            "For documents from before a column was chosen. Those that are filled in cost nothing.",
        ),
        JobKind::CheckRights => {
            ("Look who can open what", "Compares the rights there with what holds here. Changes nothing.")
        }
        JobKind::SettleRights => {
            ("Put all rights in order", "As it holds here; what was given by hand is taken back.")
        }
    };
    (kind.as_str(), label, why)
}

fn shown(page: &Page, view: &JobView) -> Last {
    let job = &view.job;
    let (state, tone) = match job.state {
        JobState::Running => ("Running", "accent"),
        JobState::Paused => ("Paused", "warn"),
        JobState::Stopped => ("Stopped", ""),
        JobState::Finished if job.failed > 0 => ("Finished, not all could be done", "warn"),
        JobState::Finished => ("Finished", "good"),
    };
    let begun = page.when(&job.created);
    Last {
        id: job.id.0,
        what: what(job.kind),
        state,
        tone,
        who: if view.by_name.is_empty() {
            format!("Begun by itself, {begun}")
        } else {
            format!("Begun by {}, {begun}", view.by_name)
        },
        total: job.total.max(job.done),
        done: job.done,
        how_far: how_far(view),
        reason: job.reason.clone(),
        more: (job.failed + differing(view)).saturating_sub(view.findings.len() as u64),
        findings: view.findings.iter().map(line).collect(),
    }
}

/// How many findings that are no failures there are at most: for a look at rights everything that differs is one.
fn differing(view: &JobView) -> u64 {
    if view.job.kind == JobKind::CheckRights { view.job.changed } else { 0 }
}

fn what(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Relocate => "Bringing everything to where it belongs",
        JobKind::CheckRights => "Looking who can open what",
        JobKind::SettleRights => "Putting all rights in order",
        JobKind::ShowFacts => "Filling in the columns",
    }
}

fn how_far(view: &JobView) -> String {
    let job = &view.job;
    let of = format!(
        "{} of {} {}",
        presenters::thousands(job.done),
        presenters::thousands(job.total.max(job.done)),
        if job.total.max(job.done) == 1 { "file" } else { "files" }
    );
    let changed = match job.kind {
        JobKind::Relocate | JobKind::ShowFacts => String::new(),
        JobKind::CheckRights => format!(", {} differ", presenters::thousands(job.changed)),
        JobKind::SettleRights => {
            format!(", {} put in order or looked into", presenters::thousands(job.changed))
        }
    };
    let failed = if job.failed > 0 {
        format!(", {} not done", presenters::thousands(job.failed))
    } else {
        String::new()
    };
    let left = view.seconds_left.map_or_else(String::new, |seconds| {
        format!(" About {} left at this pace.", super::places::lasting(Duration::from_secs(seconds)))
    });
    format!("{of}{changed}{failed}.{left}")
}

fn line(found: &Finding) -> Line {
    let (href, label) = match (found.document, found.template) {
        (Some(id), _) => (documents::access(id), found.label.clone()),
        (None, Some(id)) => (templates::show(id), found.label.clone()),
        (None, None) => (String::new(), "A document that is not for you".to_owned()),
    };
    Line { label, href, failed: found.failed, detail: found.detail.clone() }
}

#[derive(Debug, Deserialize)]
pub(super) struct Begin {
    place: i64,
    kind: String,
}

/// Begins one.
pub(super) async fn begin(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Begin>,
) -> PageResult {
    let Some(kind) = JobKind::from_word(&form.kind) else {
        return back(Err(Error::invalid("There is no such work. Use the buttons of the page.")), "");
    };
    let done = state.app.jobs().begin(&signed.ctx, kind, PluginId(form.place)).await;
    back(done.map(drop), "It runs in the background. This page shows how far it is.")
}

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    job: i64,
}

/// Pauses one.
pub(super) async fn pause(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Which>,
) -> PageResult {
    back(
        state.app.jobs().pause(&signed.ctx, JobId(form.job)).await,
        "It is paused, and goes on when you say so.",
    )
}

/// Lets a paused one go on.
pub(super) async fn resume(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Which>,
) -> PageResult {
    back(state.app.jobs().resume(&signed.ctx, JobId(form.job)).await, "It goes on where it was.")
}

/// Ends one.
pub(super) async fn stop(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Which>,
) -> PageResult {
    back(state.app.jobs().stop(&signed.ctx, JobId(form.job)).await, "It is stopped. What was done stays.")
}

fn back(done: domain::Result<()>, words: &str) -> PageResult {
    match done {
        Ok(()) => go_with(&at::places(), Flash::done(words)),
        Err(e) => go_with(&at::places(), Flash::failed(&e)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::pages::check;
    use app::jobs::Job;
    use domain::jobs::Position;
    use domain::{AssociateId, DocumentId};
    use jiff::Timestamp;

    /// A work in a state, with findings that try to break out of their place.
    pub(in super::super) fn view(kind: JobKind, state: JobState) -> JobView {
        let found = |document| Finding {
            document,
            template: None,
            label: "Offer <b>".into(),
            failed: true,
            detail: "It is <held>.".into(),
        };
        JobView {
            job: Job {
                id: JobId(3),
                kind,
                plugin: PluginId(2),
                state,
                reason: "It <waits>.".into(),
                position: Position::default(),
                total: 20_000,
                done: 1_500,
                changed: 4,
                failed: 2,
                by: Some(AssociateId(1)),
                created: Timestamp::UNIX_EPOCH,
                updated: Timestamp::UNIX_EPOCH,
                finished: None,
                fence: 1,
                waits: 0,
            },
            by_name: "Ada & co".into(),
            seconds_left: Some(4000),
            findings: vec![found(Some(DocumentId(7))), found(None)],
        }
    }

    #[test]
    fn the_part_is_well_formed_in_every_state() {
        let page = check::page("Places");
        let able = &JobKind::ALL;
        check::piece(&works(&page, PluginId(2), able, None).render().unwrap());
        for kind in JobKind::ALL {
            for state in JobState::ALL {
                let view = view(kind, state);
                check::piece(&works(&page, PluginId(2), able, Some(&view)).render().unwrap());
            }
        }
    }

    #[test]
    fn only_what_a_place_can_do_is_offered_and_nothing_while_one_runs() {
        let page = check::page("Places");
        let offered = |able, view: Option<&JobView>| {
            works(&page, PluginId(2), able, view).render().unwrap().matches("works/begin").count()
        };
        let all = &JobKind::ALL[..];
        assert_eq!(offered(all, None), 4);
        assert_eq!(offered(&[JobKind::Relocate], None), 1);
        assert_eq!(offered(all, Some(&view(JobKind::Relocate, JobState::Running))), 0);
        assert_eq!(offered(all, Some(&view(JobKind::Relocate, JobState::Stopped))), 4);
    }

    #[test]
    fn how_far_it_is_is_said_in_numbers_and_time() {
        let said = how_far(&view(JobKind::CheckRights, JobState::Running));
        assert_eq!(
            said,
            "1\u{202f}500 of 20\u{202f}000 files, 4 differ, 2 not done. About 67 minutes left at this pace."
        );
    }
}
