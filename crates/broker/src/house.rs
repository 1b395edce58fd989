//! Everything the login page consists of, in one value.

use crate::limits::Limiters;
use crate::providers::Upstream;
use crate::rules::tally::Tally;
use crate::settings::{MasterSource, Settings};
use crate::tables;
use crate::vault::DataKeys;
use domain::audit::Entry;
use domain::connections::Provider;
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::audit::{Audit, NewAudit};
use platform::outbound::Transport;
use platform::sql::{Database, Tx};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Reads the clock; a value, so that tests set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The login page.
pub struct House {
    /// What it was told at its start.
    pub settings: Settings,
    pub(crate) db: Database,
    pub(crate) keys: DataKeys,
    pub(crate) limits: Limiters,
    /// How installations are told that a session has ended.
    pub(crate) outward: Arc<dyn Transport>,
    upstreams: Vec<Arc<Upstream>>,
    clock: Clock,
    /// Those who wait for one connection's token stand in one line.
    lines: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
    /// Refusals of clients that are counted and not yet written down.
    pub(crate) refusals: Mutex<HashMap<(InstallationId, String), Tally>>,
}

impl fmt::Debug for House {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("House").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What the login page stands on.
pub struct Ground {
    /// Its own database.
    pub db: Database,
    /// Where the master keys come from.
    pub master: Arc<dyn MasterSource>,
    /// How providers are reached.
    pub transport: Arc<dyn Transport>,
    /// How installations are reached, to tell them that a session has ended.
    pub outward: Arc<dyn Transport>,
    /// The clock.
    pub clock: Clock,
}

impl fmt::Debug for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ground")
    }
}

impl House {
    /// Opens the login page: checks its settings, brings its schema to the newest step, and checks that every data key
    /// opens under the master keys.
    /// # Errors
    /// `Invalid` for settings nobody could sign in with; `Damaged` when a master key is missing. Nothing is changed then.
    pub async fn open(settings: Settings, ground: Ground) -> Result<Arc<Self>> {
        settings.check()?;
        let now = (ground.clock)();
        tables::prepare(&ground.db, now).await?;
        let keys = DataKeys::of(ground.master)?;
        let checked = keys.clone();
        ground.db.read(move |tx| checked.check_all(tx)).await?;
        let upstreams = settings
            .providers
            .iter()
            .map(|p| Upstream::new(p.clone(), Arc::clone(&ground.transport)).map(Arc::new))
            .collect::<Result<Vec<_>>>()?;
        let house = Arc::new(Self {
            limits: Limiters::of(settings.limits),
            settings,
            db: ground.db,
            keys,
            outward: ground.outward,
            upstreams,
            clock: ground.clock,
            lines: Mutex::default(),
            refusals: Mutex::default(),
        });
        house.tend_signing_keys().await?;
        Ok(house)
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn upstream(&self, name: &Provider) -> Option<Arc<Upstream>> {
        self.upstreams.iter().find(|u| u.settings.name == *name).cloned()
    }

    /// Our issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.settings.public_url
    }

    /// Where a provider sends people back to: one path for each, so that answers cannot be mixed up.
    pub(crate) fn callback(&self, provider: &Provider) -> String {
        format!("{}/callback/{provider}", self.settings.public_url)
    }

    /// The line of those who want a token of this connection.
    pub(crate) fn line(&self, connection: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(connection).and_then(Weak::upgrade) {
            return line;
        }
        if lines.len() > 10_000 {
            lines.retain(|_, line| line.strong_count() > 0);
        }
        let line = Arc::new(tokio::sync::Mutex::new(()));
        lines.insert(connection.to_owned(), Arc::downgrade(&line));
        line
    }

    /// What is done from time to time: published documents, credentials, signing keys, idle grants, what has expired.
    pub async fn tend(self: &Arc<Self>) -> Result<()> {
        let now = self.now();
        for upstream in &self.upstreams {
            upstream.reload();
            upstream.refresh_metadata(now).await;
        }
        self.reload_master_keys().await?;
        self.write_down_refusals().await?;
        self.tend_signing_keys().await?;
        self.keep_alive().await?;
        self.db.write(move |tx| tables::clean_up(tx, now)).await
    }

    /// Reads the master keys anew, so that one can be added or taken out without a restart. What cannot be used is
    /// reported, and what was read before stays in use.
    async fn reload_master_keys(&self) -> Result<()> {
        let (keys, now) = (self.keys.clone(), self.now());
        let reread = self
            .db
            .write(move |tx| {
                let changed = match keys.reload(tx) {
                    Ok(changed) => changed,
                    Err(e) => return Ok(Err(e)),
                };
                if let Some(number) = changed {
                    let entry = Entry::done("master_keys.read", format!("master_key:{number}"));
                    note(tx, InstallationId(0), "system", entry, now)?;
                }
                Ok(Ok(changed))
            })
            .await?;
        match reread {
            Ok(Some(number)) => tracing::info!(number, "the master keys have changed and were read anew"),
            Ok(None) => {}
            Err(e) => {
                tracing::error!(error = ?e, "the master keys cannot be used as they are now; those read before stay in use");
            }
        }
        Ok(())
    }

    pub(crate) fn upstreams(&self) -> &[Arc<Upstream>] {
        &self.upstreams
    }

    /// Whether the database answers: what readiness asks.
    pub async fn is_ready(&self) -> bool {
        self.db.read(|tx| tables::installations::list(tx).map(drop)).await.is_ok()
    }
}

/// Who does something, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    /// `operator:NAME`, `operator-token:NAME`; `operator` alone for a command.
    pub actor: String,
    /// The caller's address; blank for a command.
    pub ip: String,
}

impl Who {
    /// Whoever may run commands.
    pub fn command() -> Self {
        Self { actor: "operator".to_owned(), ip: String::new() }
    }

    /// Writes into the audit log as them.
    pub fn note(&self, tx: Tx<'_>, of: InstallationId, entry: Entry, now: Timestamp) -> Result<()> {
        note_of(tx, of, &self.actor, entry, now, &self.ip)
    }
}

/// Writes into the audit log, in the transaction of what is recorded.
pub(crate) fn note(tx: Tx<'_>, of: InstallationId, actor: &str, entry: Entry, now: Timestamp) -> Result<()> {
    note_of(tx, of, actor, entry, now, "")
}

/// As [`note`], with the caller's address.
pub(crate) fn note_of(
    tx: Tx<'_>,
    of: InstallationId,
    actor: &str,
    entry: Entry,
    now: Timestamp,
    ip: &str,
) -> Result<()> {
    let record =
        NewAudit { at: now, actor: actor.to_owned(), entry, request: uuid::Uuid::nil(), ip: ip.to_owned() };
    Audit::of(tx, of).record(&record).map(drop)
}
