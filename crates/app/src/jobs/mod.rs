//! Long works over everything that a place keeps: bringing files to where they belong, and looking who can open them. They
//! show how far they are, can be paused and stopped, and go on after a kill: what was settled is written down, and
//! settling a file again changes nothing.

mod facts;
mod follow;
mod relocate;
mod rights;
mod work;

pub use crate::mailings::Left;
pub use store::Job;

use crate::App;
use domain::audit::Entry;
use domain::jobs::{JobKind, JobState, seconds_left};
use domain::{Ctx, DocumentId, Error, ErrorKind, JobId, PluginId, Result, TemplateId};
use store::{NewAudit, NewJob, Tx, Viewer};

/// How many of its findings are shown.
const SHOWN: u32 = 200;

/// Use cases of jobs.
#[derive(Debug, Clone, Copy)]
pub struct Jobs<'a> {
    pub(crate) app: &'a App,
}

/// What a job found about a file.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The document, where the caller may see it.
    pub document: Option<DocumentId>,
    /// The template.
    pub template: Option<TemplateId>,
    /// Its heading or name; blank for a document that the caller may not see.
    pub label: String,
    /// It could not be done; otherwise something differs.
    pub failed: bool,
    /// What.
    pub detail: String,
}

/// A job with how far it is and what it found.
#[derive(Debug, Clone)]
pub struct JobView {
    /// The job.
    pub job: Job,
    /// Who began it; blank when it began by itself.
    pub by_name: String,
    /// How long the rest takes at the pace so far, in seconds, while it runs.
    pub seconds_left: Option<u64>,
    /// What it found, the first first; not more than 200.
    pub findings: Vec<Finding>,
}

impl Jobs<'_> {
    /// Begins a job on a place.
    /// # Errors
    /// `Forbidden` for who is no administrator; `Conflict` while another one of the place is not at its end;
    /// `Unsupported` for what the place cannot do.
    pub async fn begin(&self, ctx: &Ctx, kind: JobKind, plugin: PluginId) -> Result<JobId> {
        ctx.require_administrator()?;
        let used = self.app.usable_plugins(ctx.installation).await?;
        let place = used.iter().find(|place| place.info().id == plugin);
        let can = place.ok_or_else(|| Error::not_found("place"))?.capabilities();
        if !kind.is_possible(&can) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "This place has no folders, columns or rights of its own. There is nothing to do.",
            ));
        }
        let (of, now, by) = (ctx.installation, ctx.now, ctx.associate_id());
        let ctx = ctx.clone();
        let id = self
            .app
            .store()
            .write(move |tx| {
                let id = insert(tx, &ctx, kind, plugin, by, now)?;
                tx.audit(of).record(&NewAudit::of(&ctx, Entry::done(begun(kind), object(id))))?;
                Ok(id)
            })
            .await?;
        self.app.0.jobs_wake.notify_one();
        Ok(id)
    }

    /// The newest job of a place.
    pub async fn last(&self, ctx: &Ctx, plugin: PluginId) -> Result<Option<JobView>> {
        ctx.require_administrator()?;
        let viewer = Viewer::of(ctx.associate()?);
        let of = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let Some(job) = tx.jobs(of).of_place(plugin, 1)?.pop() else { return Ok(None) };
                let by = job.by.map(|by| tx.associates(of).get(by)).transpose()?.flatten();
                let found = tx.jobs(of).findings(job.id, SHOWN)?;
                let findings =
                    found.into_iter().map(|one| shown(tx, of, &viewer, one)).collect::<Result<_>>()?;
                let so_far = job.updated.as_second().saturating_sub(job.created.as_second());
                let so_far = u64::try_from(so_far).unwrap_or_default();
                let runs = job.state == JobState::Running;
                Ok(Some(JobView {
                    seconds_left: seconds_left(job.done, job.total, so_far).filter(|_| runs),
                    by_name: by.map(|who| who.full_name()).unwrap_or_default(),
                    findings,
                    job,
                }))
            })
            .await
    }

    /// Stops one for a while. What is being done now is still finished.
    pub async fn pause(&self, ctx: &Ctx, id: JobId) -> Result<()> {
        self.set(ctx, id, JobState::Paused, "job.paused").await
    }

    /// Lets a paused one go on where it was.
    pub async fn resume(&self, ctx: &Ctx, id: JobId) -> Result<()> {
        self.set(ctx, id, JobState::Running, "job.resumed").await
    }

    /// Ends one. What was done stays.
    pub async fn stop(&self, ctx: &Ctx, id: JobId) -> Result<()> {
        self.set(ctx, id, JobState::Stopped, "job.stopped").await
    }

    async fn set(&self, ctx: &Ctx, id: JobId, state: JobState, action: &'static str) -> Result<()> {
        ctx.require_administrator()?;
        let (of, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done(action, object(id)));
        self.app
            .store()
            .write(move |tx| {
                let job = tx.jobs(of).get(id)?.ok_or_else(|| Error::not_found("work"))?;
                if job.state == state {
                    return Ok(());
                }
                tx.jobs(of).set_state(id, state, "", now)?;
                tx.audit(of).record(&audit).map(drop)
            })
            .await?;
        self.app.0.jobs_wake.notify_one();
        Ok(())
    }
}

fn insert(
    tx: &Tx<'_>,
    ctx: &Ctx,
    kind: JobKind,
    plugin: PluginId,
    by: Option<domain::AssociateId>,
    now: jiff::Timestamp,
) -> Result<JobId> {
    let of = ctx.installation;
    let templates = if kind.takes_templates() { tx.templates(of).references(plugin)?.len() } else { 0 };
    let total = tx.documents(of).count_at(plugin)? + templates as u64;
    tx.jobs(of).insert(&NewJob { kind, plugin, total, by }, now)
}

/// A document that the caller may not see is counted and not named.
fn shown(
    tx: &Tx<'_>,
    of: domain::InstallationId,
    viewer: &Viewer,
    found: store::JobFinding,
) -> Result<Finding> {
    let document = found.document.map(|id| tx.documents(of).get_visible(id, viewer)).transpose()?.flatten();
    let template = found.template.map(|id| tx.templates(of).get(id)).transpose()?.flatten();
    let label = match (&document, &template) {
        (Some(document), _) => document.properties.heading.clone(),
        (None, Some(template)) => template.properties.name.clone(),
        (None, None) => String::new(),
    };
    Ok(Finding {
        document: document.map(|document| document.id),
        template: template.map(|template| template.id),
        label,
        failed: found.failed,
        detail: found.detail,
    })
}

fn begun(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Relocate => "job.relocate_begun",
        JobKind::CheckRights => "job.check_rights_begun",
        JobKind::SettleRights => "job.settle_rights_begun",
        JobKind::ShowFacts => "job.show_facts_begun",
    }
}

/// A job as the audit log names it.
fn object(id: JobId) -> String {
    format!("job:{id}")
}
