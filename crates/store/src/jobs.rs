//! Works over everything that a place keeps, and what they found.

use domain::jobs::{JobKind, JobState, Position};
use domain::{AssociateId, DocumentId, Error, InstallationId, JobId, PluginId, Result, TemplateId};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "id, kind, plugin, state, reason, position, total, done, changed, failed, created_by, created_at,
         updated_at, finished_at, fence, waits"
    };
}

statements! {
    /// A job begins.
    INSERT = "INSERT INTO jobs (installation_id, id, kind, plugin, position, total, created_by, created_at, updated_at,
        state, reason, done, changed, failed, fence)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 'running', '', 0, 0, 0, 0)";
    /// One job.
    GET = concat!("SELECT ", columns!(), " FROM jobs WHERE installation_id = $1 AND id = $2");
    /// The newest jobs of a place.
    OF_PLACE = concat!("SELECT ", columns!(), " FROM jobs WHERE installation_id = $1 AND plugin = $2
        ORDER BY id DESC LIMIT $3");
    /// Another state, from the one that was seen.
    SET_STATE = "UPDATE jobs SET state = $4, reason = $5, updated_at = $6, lease_until = NULL,
        finished_at = CASE WHEN $4 IN ('finished', 'stopped') THEN $6 ELSE NULL END
        WHERE installation_id = $1 AND id = $2 AND state = $3";
    /// Some files were settled.
    ADVANCE = "UPDATE jobs SET position = $4, done = done + $5, changed = changed + $6, failed = failed + $7,
        waits = 0, reason = '', updated_at = $8
        WHERE installation_id = $1 AND id = $2 AND fence = $3";
    /// Something was found about a file.
    ADD_FINDING = "INSERT INTO job_findings (installation_id, job_id, number, document_id, template_id, failed, detail)
        SELECT $1, $2, 1 + coalesce(max(number), 0), $3, $4, $5, $6 FROM job_findings
        WHERE installation_id = $1 AND job_id = $2";
    /// What was found, the first first.
    FINDINGS = "SELECT document_id, template_id, failed, detail FROM job_findings
        WHERE installation_id = $1 AND job_id = $2 ORDER BY number LIMIT $3";
    /// Takes one that runs and that nobody holds.
    LEASE = concat!("UPDATE jobs SET lease_until = $2, fence = fence + 1, updated_at = $1
        WHERE (installation_id, id) IN (SELECT installation_id, id FROM jobs
            WHERE state = 'running' AND (lease_until IS NULL OR lease_until <= $1) ORDER BY updated_at LIMIT 1)
        RETURNING installation_id, ", columns!());
    /// Holds on to one, and says why it waits.
    RENEW = "UPDATE jobs SET lease_until = $4, reason = $5, updated_at = $6,
        waits = CASE WHEN $5 = '' THEN waits ELSE waits + 1 END
        WHERE installation_id = $1 AND id = $2 AND fence = $3 AND state = 'running'";
    /// What a process that is gone held is free again.
    RELEASE = "UPDATE jobs SET lease_until = NULL WHERE state = 'running' AND lease_until IS NOT NULL";
}

/// A job to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// The place.
    pub plugin: PluginId,
    /// How many files there are.
    pub total: u64,
    /// Who began it; `None` when it began by itself.
    pub by: Option<AssociateId>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// The place.
    pub plugin: PluginId,
    /// Where it stands.
    pub state: JobState,
    /// Why it waits; blank when it goes on.
    pub reason: String,
    /// The last file that was settled.
    pub position: Position,
    /// How many files there were when it began.
    pub total: u64,
    /// How many have been settled.
    pub done: u64,
    /// How many of them were changed, or differ.
    pub changed: u64,
    /// How many could not be done.
    pub failed: u64,
    /// Who began it; `None` when it began by itself.
    pub by: Option<AssociateId>,
    /// Begun at.
    pub created: Timestamp,
    /// Last touched at.
    pub updated: Timestamp,
    /// Ended at.
    pub finished: Option<Timestamp>,
    /// How often it has been taken up: the fence of whoever holds it.
    pub fence: i64,
    /// How often in a row the next file could not be settled.
    pub waits: u64,
}

/// What a job found about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFinding {
    /// The document.
    pub document: Option<DocumentId>,
    /// Or the template.
    pub template: Option<TemplateId>,
    /// It could not be done; otherwise something differs.
    pub failed: bool,
    /// What.
    pub detail: String,
}

/// Files that were settled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// The last of them.
    pub position: Position,
    /// How many.
    pub done: u64,
    /// How many were changed, or differ.
    pub changed: u64,
    /// What was found.
    pub findings: Vec<JobFinding>,
}

/// The jobs of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Jobs<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Jobs<'_> {
    /// Begins one. It runs from now on.
    /// # Errors
    /// `Conflict` when one of the place is not at its end.
    pub fn insert(&self, new: &NewJob, now: Timestamp) -> Result<JobId> {
        let last = self.of_place(new.plugin, 1)?;
        if last.iter().any(|job| matches!(job.state, JobState::Running | JobState::Paused)) {
            return Err(Error::conflict(
                "A work on this place is not at its end. Let it end, or stop it; then begin another.",
            ));
        }
        let id = JobId(counters::next(self.tx, self.installation, "job")?);
        let position = written(&Position::default())?;
        let values =
            params![self.installation, id, new.kind.as_str(), new.plugin, position, new.total, new.by, now];
        self.tx.execute(&INSERT, values)?;
        Ok(id)
    }

    /// One job.
    pub fn get(&self, id: JobId) -> Result<Option<Job>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// The newest jobs of a place.
    pub fn of_place(&self, plugin: PluginId, limit: u32) -> Result<Vec<Job>> {
        self.tx.all(&OF_PLACE, params![self.installation, plugin, limit.clamp(1, 100)], read)
    }

    /// Another state.
    /// # Errors
    /// `Conflict` when it is in none from which this can be reached, or somebody has changed it meanwhile.
    pub fn set_state(&self, id: JobId, to: JobState, reason: &str, now: Timestamp) -> Result<()> {
        let job = self.get(id)?.ok_or_else(|| Error::not_found("work"))?;
        let values = params![self.installation, id, job.state.as_str(), to.as_str(), reason, now];
        // What has ended begins anew as another one.
        let allowed = job.state != JobState::Finished && job.state.may_become(to);
        if !allowed || self.tx.execute(&SET_STATE, values)? == 0 {
            let state = job.state.as_str();
            return Err(Error::conflict(format!("This work is {state}. Look at it again, then decide.")));
        }
        Ok(())
    }

    /// Writes down what was settled. Gives `false` when somebody else has taken the job up meanwhile: then nothing was.
    pub fn advance(&self, id: JobId, fence: i64, settled: &Settled, now: Timestamp) -> Result<bool> {
        let failed = settled.findings.iter().filter(|finding| finding.failed).count() as u64;
        let values = params![
            self.installation,
            id,
            fence,
            written(&settled.position)?,
            settled.done,
            settled.changed,
            failed,
            now
        ];
        if self.tx.execute(&ADVANCE, values)? == 0 {
            return Ok(false);
        }
        for finding in &settled.findings {
            let values = params![
                self.installation,
                id,
                finding.document,
                finding.template,
                finding.failed,
                &finding.detail
            ];
            self.tx.execute(&ADD_FINDING, values)?;
        }
        Ok(true)
    }

    /// What a job found, the first first.
    pub fn findings(&self, id: JobId, limit: u32) -> Result<Vec<JobFinding>> {
        self.tx.all(&FINDINGS, params![self.installation, id, limit.clamp(1, 1000)], |row| {
            let mut c = row.columns();
            Ok(JobFinding { document: c.take()?, template: c.take()?, failed: c.take()?, detail: c.take()? })
        })
    }

    /// Holds on to one that was leased, saying why it waits. Gives `false` when it is somebody else's, or runs no more.
    pub fn renew(&self, id: JobId, fence: i64, until: Timestamp, why: &str, now: Timestamp) -> Result<bool> {
        Ok(self.tx.execute(&RENEW, params![self.installation, id, fence, until, why, now])? == 1)
    }
}

fn written(position: &Position) -> Result<String> {
    serde_json::to_string(position).map_err(|e| Error::internal("a job's position has no form").caused_by(e))
}

/// Takes one, of whatever installation, that runs and that nobody holds at `now`; holds it until `until`.
pub(crate) fn lease(tx: Tx<'_>, now: Timestamp, until: Timestamp) -> Result<Option<(InstallationId, Job)>> {
    let mut taken = tx.all(&LEASE, params![now, until], |row| {
        let mut c = row.columns();
        Ok((c.take()?, read_columns(&mut c)?))
    })?;
    Ok(taken.pop())
}

/// Frees every one that is held.
pub(crate) fn release(tx: Tx<'_>) -> Result<u64> {
    tx.execute(&RELEASE, params![])
}

fn read(row: &Row<'_>) -> Result<Job> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Job> {
    Ok(Job {
        id: c.take()?,
        kind: c.word(JobKind::from_word)?,
        plugin: c.take()?,
        state: c.word(JobState::from_word)?,
        reason: c.take()?,
        position: {
            let text: String = c.take()?;
            serde_json::from_str(&text)
                .map_err(|e| Error::internal("a job's position cannot be read").caused_by(e))?
        },
        total: c.take()?,
        done: c.take()?,
        changed: c.take()?,
        failed: c.take()?,
        by: c.take()?,
        created: c.take()?,
        updated: c.take()?,
        finished: c.take()?,
        fence: c.take()?,
        waits: c.take()?,
    })
}
