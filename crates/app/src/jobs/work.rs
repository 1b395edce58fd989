//! The work itself: some files at a time. What is settled is written down with where the job is, in one transaction.

use super::{Jobs, insert, object};
use crate::mailings::Left;
use domain::audit::Entry;
use domain::documents::{Document, DocumentState};
use domain::jobs::{JobKind, JobState, Position, is_passed_over, rights_are_due};
use domain::plugin::DocumentPlugin;
use domain::{Actor, Ctx, Error, ErrorKind, InstallationId, PluginId, Result, TemplateId};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use store::{Job, JobFinding, NewAudit, Settled};

/// How long a job is ours once we have taken it.
const LEASE: Duration = Duration::from_mins(5);
/// How many files are taken at a time.
const BATCH: u32 = 24;
/// How many are worked on at the same time. A person's request always comes first.
const AT_ONCE: usize = 4;
/// How long it waits when nothing went on.
const WAIT: Duration = Duration::from_secs(30);

/// A file whose turn it is.
#[derive(Debug)]
pub(super) enum File {
    Document(Box<Document>),
    Template(TemplateId, String),
}

/// What came of a file's turn.
#[derive(Debug)]
pub(super) enum Turn {
    /// It is as it should be.
    Fine,
    /// It was changed.
    Changed,
    /// Something differs.
    Differs(String),
    /// It could not be done.
    Failed(String),
    /// Not now: its turn comes again.
    Later(String),
}

/// What a job works with.
pub(super) struct Bench {
    pub ctx: Ctx,
    pub kind: JobKind,
    pub plugin: PluginId,
    pub place: Arc<dyn DocumentPlugin>,
}

impl Turn {
    /// What an error means for a file.
    pub fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Unavailable | ErrorKind::Throttled => Self::Later(error.public().to_owned()),
            ErrorKind::NotFound | ErrorKind::Gone => {
                Self::Failed("It cannot be found at its place.".to_owned())
            }
            _ => {
                tracing::info!(?error, "a job could not settle a file");
                Self::Failed(error.public().to_owned())
            }
        }
    }
}

impl File {
    fn position(&self) -> Position {
        match self {
            Self::Document(document) => Position::Document { id: document.id },
            Self::Template(id, language) => Position::Template { id: *id, language: language.clone() },
        }
    }

    fn finding(&self, failed: bool, detail: String) -> JobFinding {
        let (document, template) = match self {
            Self::Document(document) => (Some(document.id), None),
            Self::Template(id, ..) => (None, Some(*id)),
        };
        JobFinding { document, template, failed, detail }
    }
}

impl Jobs<'_> {
    /// Whatever happens first: somebody begins or resumes a job, or this time passes.
    pub async fn woken(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.app.0.jobs_wake.notified()).await;
    }

    /// Frees what a process that is gone held. Only at the start of the only node, after the reconciler's run.
    pub async fn run_at_start(&self) -> Result<u64> {
        self.app.store().write(|tx| tx.everywhere().release_jobs()).await
    }

    /// Begins to look at the rights of each place where that was long ago. Gives how many were begun.
    pub async fn begin_due(&self, now: Timestamp) -> Result<u64> {
        let mut begun = 0;
        for installation in self.app.store().read(|tx| tx.installations().list()).await? {
            let ctx = system(installation.id, now)?;
            for place in self.app.usable_plugins(installation.id).await? {
                let plugin = place.info().id;
                if place.capabilities().rights() && self.is_due(installation.id, plugin, now).await? {
                    let ctx = ctx.clone();
                    let insert = move |tx: &store::Tx<'_>| {
                        insert(tx, &ctx, JobKind::CheckRights, plugin, None, now).map(drop)
                    };
                    self.app.store().write(insert).await?;
                    begun += 1;
                }
            }
        }
        if begun > 0 {
            self.app.0.jobs_wake.notify_one();
        }
        Ok(begun)
    }

    async fn is_due(&self, of: InstallationId, plugin: PluginId, now: Timestamp) -> Result<bool> {
        let (jobs, documents) = self
            .app
            .store()
            .read(move |tx| Ok((tx.jobs(of).of_place(plugin, 20)?, tx.documents(of).count_at(plugin)?)))
            .await?;
        let jobs: Vec<_> = jobs.iter().map(|job| (job.kind, job.state, job.created)).collect();
        Ok(rights_are_due(&jobs, documents, now))
    }

    /// Goes on with one job, for some files.
    ///
    /// Safe to call at any time, and by several nodes: one that another works on is protected by its lease.
    pub async fn work(&self, now: Timestamp) -> Result<Left> {
        let taken = self.app.store().write(move |tx| tx.everywhere().lease_job(now, now + LEASE)).await?;
        let Some((of, job)) = taken else { return Ok(Left::Nothing) };
        self.app.reached("job.taken");
        let went_on = match Box::pin(self.go_on(of, &job, now)).await {
            Ok(went_on) => went_on,
            Err(error) => {
                tracing::warn!(job = job.id.0, ?error, "a job does not go on just now");
                Err(error.public().to_owned())
            }
        };
        let (id, fence) = (job.id, job.fence);
        self.app
            .store()
            .write(move |tx| {
                let (until, why) = match &went_on {
                    Ok(()) => (now, ""),
                    Err(why) => (now + WAIT, why.as_str()),
                };
                tx.jobs(of).renew(id, fence, until, why, now)?;
                Ok(if went_on.is_ok() { Left::More } else { Left::Nothing })
            })
            .await
    }

    /// Settles some files; the inner error is a sentence why it waits.
    async fn go_on(
        &self,
        of: InstallationId,
        job: &Job,
        now: Timestamp,
    ) -> Result<std::result::Result<(), String>> {
        let usable = self.app.usable_plugins(of).await?;
        let Some(place) = usable.into_iter().find(|place| place.info().id == job.plugin) else {
            return Ok(Err("The place is not connected. It goes on when it is again.".to_owned()));
        };
        let bench = Bench { ctx: system(of, now)?, kind: job.kind, plugin: job.plugin, place };
        let files = self.files(of, job).await?;
        if files.is_empty() {
            return self.next_part(&bench, job).await.map(Ok);
        }
        let bench = &bench;
        let people = &self.people(bench).await?;
        let turns: Vec<(File, Turn)> = futures_util::stream::iter(files)
            .map(|file| async move {
                let turn = match bench.kind {
                    JobKind::Relocate => self.relocate(bench, &file).await,
                    JobKind::ShowFacts => self.show_facts(bench, &file).await,
                    JobKind::CheckRights | JobKind::SettleRights => self.rights(bench, people, &file).await,
                };
                (file, turn.unwrap_or_else(|error| Turn::of(&error)))
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        let (settled, why) = settled(turns, job.waits);
        let went_on = settled.done > 0;
        if went_on {
            let (id, fence) = (job.id, job.fence);
            self.app.store().write(move |tx| tx.jobs(of).advance(id, fence, &settled, now)).await?;
            self.app.reached("job.settled");
        }
        Ok(if went_on { Ok(()) } else { Err(why) })
    }

    /// The next files, in their order.
    async fn files(&self, of: InstallationId, job: &Job) -> Result<Vec<File>> {
        let (plugin, position) = (job.plugin, job.position.clone());
        self.app
            .store()
            .read(move |tx| match position {
                Position::Document { id } => {
                    let found = tx.documents(of).ready_at(plugin, id, BATCH)?;
                    Ok(found.into_iter().map(|document| File::Document(Box::new(document))).collect())
                }
                Position::Template { id, language } => {
                    let all = tx.templates(of).references(plugin)?.into_iter();
                    let rest = all.filter(|(template, own, _)| (*template, own) > (id, &language));
                    Ok(rest
                        .take(BATCH as usize)
                        .map(|(id, language, _)| File::Template(id, language))
                        .collect())
                }
            })
            .await
    }

    /// A document as it is now; nothing where it went to the trash, or elsewhere, since it was listed.
    pub(super) async fn still_there(&self, bench: &Bench, listed: &Document) -> Result<Option<Document>> {
        let (of, id) = (bench.ctx.installation, listed.id);
        let found = self.app.store().read(move |tx| tx.documents(of).get(id)).await?;
        Ok(found.filter(|found| found.state == DocumentState::Ready && found.plugin == bench.plugin))
    }

    /// Nothing is left of this part: the next one, or the end.
    async fn next_part(&self, bench: &Bench, job: &Job) -> Result<()> {
        let (of, now, id, fence) = (bench.ctx.installation, bench.ctx.now, job.id, job.fence);
        let among_documents = matches!(job.position, Position::Document { .. });
        if among_documents && job.kind.takes_templates() {
            let settled = Settled { position: Position::templates(), ..Settled::default() };
            return self
                .app
                .store()
                .write(move |tx| tx.jobs(of).advance(id, fence, &settled, now))
                .await
                .map(drop);
        }
        let audit = NewAudit::of(&bench.ctx, Entry::done("job.finished", object(id)));
        self.app
            .store()
            .write(move |tx| {
                tx.jobs(of).set_state(id, JobState::Finished, "", now)?;
                tx.audit(of).record(&audit).map(drop)
            })
            .await
    }
}

/// What is written down: everything up to the first file whose turn comes again. Those behind it are done anew, which
/// changes nothing. A file that has waited long enough is told as failed. `waits`: how often the first one has waited.
fn settled(turns: Vec<(File, Turn)>, waits: u64) -> (Settled, String) {
    let others_went = turns.iter().skip(1).any(|(_, turn)| !matches!(turn, Turn::Later(_)));
    let mut settled = Settled::default();
    for (file, turn) in turns {
        match turn {
            Turn::Later(why) if settled.done > 0 || !is_passed_over(waits, others_went) => {
                return (settled, why);
            }
            Turn::Fine => {}
            Turn::Changed => settled.changed += 1,
            Turn::Differs(detail) => {
                settled.changed += 1;
                settled.findings.push(file.finding(false, detail));
            }
            Turn::Later(detail) | Turn::Failed(detail) => settled.findings.push(file.finding(true, detail)),
        }
        settled.done += 1;
        settled.position = file.position();
    }
    (settled, String::new())
}

/// The product itself, with an operation and randomness of its own.
pub(super) fn system(of: InstallationId, now: Timestamp) -> Result<Ctx> {
    Ok(Ctx::new(of, Actor::System, now, platform::random::id()?, platform::random::seed()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(n: i64) -> File {
        File::Template(TemplateId(n), String::new())
    }

    #[test]
    fn a_place_that_asks_to_wait_is_no_fault_of_the_file() {
        for kind in [ErrorKind::Unavailable, ErrorKind::Throttled] {
            assert!(matches!(Turn::of(&Error::new(kind, "later")), Turn::Later(_)), "{kind:?}");
        }
        for kind in [ErrorKind::NotFound, ErrorKind::Forbidden, ErrorKind::Conflict] {
            assert!(matches!(Turn::of(&Error::new(kind, "no")), Turn::Failed(_)), "{kind:?}");
        }
    }

    #[test]
    fn a_file_that_waits_ends_the_batch_before_it_until_it_has_waited_long_enough() {
        let later = || Turn::Later("away".into());
        let done = |turns: Vec<Turn>, waits| {
            let (settled, why) = settled((1..).map(file).zip(turns).collect(), waits);
            (settled.done, settled.findings.len(), why)
        };
        assert_eq!(done(vec![Turn::Fine, later(), Turn::Fine], 0), (1, 0, "away".into()));
        assert_eq!(done(vec![later(), Turn::Fine], 2), (0, 0, "away".into()));
        assert_eq!(done(vec![later(), Turn::Fine, Turn::Changed], 3), (3, 1, String::new()));
        assert_eq!(done(vec![later(), Turn::Fine, later()], 3), (2, 1, "away".into()), "one at a time");
        assert_eq!(done(vec![later(), later()], 3), (0, 0, "away".into()), "the place is away");
    }
}
