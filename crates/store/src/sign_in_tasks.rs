//! Sign-ins that were refused and that an administrator has to look at.

use domain::identity::{Identity, IdentityKey};
use domain::{AssociateId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx, counters};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "id, reason, associate_id, provider, realm, subject, handle, address, name, times, first_at, last_at, resolved_at,
         resolved_by, resolution"
    };
}

statements! {
    /// A new task.
    INSERT = "INSERT INTO sign_in_tasks (installation_id, id, reason, associate_id, provider, realm, subject, handle,
        address, name, times, first_at, last_at, resolved_at, resolved_by, resolution)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11, NULL, '', '')";
    /// It has happened again.
    AGAIN = "UPDATE sign_in_tasks SET times = times + 1, last_at = $6, address = $7, name = $8
        WHERE installation_id = $1 AND reason = $2 AND provider = $3 AND realm = $4 AND subject = $5
        AND resolved_at IS NULL";
    /// One task.
    GET = concat!("SELECT ", columns!(), " FROM sign_in_tasks WHERE installation_id = $1 AND id = $2");
    /// Open tasks, the latest first.
    OPEN = concat!("SELECT ", columns!(), " FROM sign_in_tasks WHERE installation_id = $1 AND resolved_at IS NULL
        ORDER BY last_at DESC, id DESC LIMIT $2");
    /// A task is resolved.
    RESOLVE = "UPDATE sign_in_tasks SET resolved_at = $3, resolved_by = $4, resolution = $5
        WHERE installation_id = $1 AND id = $2 AND resolved_at IS NULL";
    /// Tasks about a key are resolved with it.
    RESOLVE_KEY = "UPDATE sign_in_tasks SET resolved_at = $5, resolved_by = $6, resolution = $7
        WHERE installation_id = $1 AND provider = $2 AND realm = $3 AND subject = $4 AND resolved_at IS NULL";
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInTask {
    /// Its number.
    pub id: i64,
    /// Why somebody was refused: a code of `domain::identity::Refusal`.
    pub reason: String,
    /// Whom they may be.
    pub associate: Option<AssociateId>,
    /// Their key.
    pub key: IdentityKey,
    /// What the login page calls them.
    pub handle: String,
    /// Their address, as the provider has it.
    pub address: String,
    /// Their name, as the provider has it.
    pub name: String,
    /// How often.
    pub times: i64,
    /// First.
    pub first: Timestamp,
    /// Last.
    pub last: Timestamp,
    /// When it was resolved, if it was.
    pub resolved: Option<Timestamp>,
    /// By whom.
    pub resolved_by: String,
    /// How: `bound`, `dismissed`.
    pub resolution: String,
}

/// The tasks of an installation.
#[derive(Debug, Clone, Copy)]
pub struct SignInTasks<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl SignInTasks<'_> {
    /// Notes a refusal: a new task, or the open one once more.
    pub fn note(
        &self,
        reason: &str,
        associate: Option<AssociateId>,
        identity: &Identity,
        handle: &str,
        now: Timestamp,
    ) -> Result<()> {
        let IdentityKey { provider, realm, subject } = &identity.key;
        let address = identity.address.as_deref().unwrap_or_default();
        let again = params![
            self.installation,
            reason,
            provider.as_str(),
            realm,
            subject,
            now,
            address,
            &identity.name
        ];
        if self.tx.execute(&AGAIN, again)? > 0 {
            return Ok(());
        }
        let id = counters::next(self.tx, self.installation, "sign_in_task")?;
        let values = params![
            self.installation,
            id,
            reason,
            associate,
            provider.as_str(),
            realm,
            subject,
            handle,
            address,
            &identity.name,
            now
        ];
        self.tx.execute(&INSERT, values).map(drop)
    }

    /// One task.
    pub fn get(&self, id: i64) -> Result<Option<SignInTask>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// Open tasks, the latest first.
    pub fn open(&self, limit: u32) -> Result<Vec<SignInTask>> {
        self.tx.all(&OPEN, params![self.installation, limit.clamp(1, 200)], read)
    }

    /// Resolves a task. Gives whether it was open.
    pub fn resolve(&self, id: i64, by: &str, how: &str, now: Timestamp) -> Result<bool> {
        Ok(self.tx.execute(&RESOLVE, params![self.installation, id, now, by, how])? == 1)
    }

    /// Resolves every open task about a key.
    pub fn resolve_key(&self, key: &IdentityKey, by: &str, how: &str, now: Timestamp) -> Result<()> {
        let values =
            params![self.installation, key.provider.as_str(), &key.realm, &key.subject, now, by, how];
        self.tx.execute(&RESOLVE_KEY, values).map(drop)
    }
}

fn read(row: &Row<'_>) -> Result<SignInTask> {
    let mut c = row.columns();
    Ok(SignInTask {
        id: c.take()?,
        reason: c.take()?,
        associate: c.take()?,
        key: IdentityKey { provider: c.word(|w| w.parse().ok())?, realm: c.take()?, subject: c.take()? },
        handle: c.take()?,
        address: c.take()?,
        name: c.take()?,
        times: c.take()?,
        first: c.take()?,
        last: c.take()?,
        resolved: c.take()?,
        resolved_by: c.take()?,
        resolution: c.take()?,
    })
}
