//! Data keys: one or more for each installation, unwrapped once and kept in memory.

use crate::settings::MasterSource;
use crate::tables::keys::{self, DataKeyRow};
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use platform::seal::{Key, MasterKeys, Place, number_of};
use platform::sql::Tx;
use platform::{Secret, random};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// The data keys of all installations. Clones share one cache.
#[derive(Debug, Clone)]
pub(crate) struct DataKeys {
    source: Arc<dyn MasterSource>,
    /// As they were read last.
    master: Arc<RwLock<Arc<MasterKeys>>>,
    /// By installation: its keys, the newest last.
    unwrapped: Arc<RwLock<HashMap<InstallationId, Vec<Key>>>>,
}

impl DataKeys {
    /// # Errors
    /// `Invalid` when the master keys cannot be read.
    pub fn of(source: Arc<dyn MasterSource>) -> Result<Self> {
        let master = Arc::new(RwLock::new(Arc::new(source.load()?)));
        Ok(Self { source, master, unwrapped: Arc::default() })
    }

    /// The master keys as they were read last.
    pub fn master(&self) -> Arc<MasterKeys> {
        Arc::clone(&self.master.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the master keys anew. They are used only when every stored data key opens under them; otherwise those that
    /// were read before stay in use. Gives the number of the key that wraps when they have changed.
    /// # Errors
    /// `Invalid` when they cannot be read, `Damaged` when a key that is needed is not among them.
    pub fn reload(&self, tx: Tx<'_>) -> Result<Option<u32>> {
        let fresh = self.source.load()?;
        if fresh.same_as(&self.master()) {
            return Ok(None);
        }
        check(tx, &fresh)?;
        let current = fresh.current();
        *self.master.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(Some(current))
    }

    /// Unwraps a data key. Another process may have wrapped it under a master key that was added a moment ago.
    fn unwrap(&self, tx: Tx<'_>, row: &DataKeyRow) -> Result<Key> {
        let with = |master: &MasterKeys| master.unwrap(row.installation.0, row.number, &row.wrapped);
        with(&self.master()).or_else(|e| match self.reload(tx) {
            Ok(Some(_)) => with(&self.master()),
            Ok(None) | Err(_) => Err(e),
        })
    }

    /// Refuses to go on when a data key that is stored cannot be unwrapped: better no start than secrets nobody can open.
    pub fn check_all(&self, tx: Tx<'_>) -> Result<()> {
        check(tx, &self.master())
    }

    /// Seals for a place of an installation, under its newest key; its first key is made when it has none.
    pub fn seal(&self, tx: Tx<'_>, place: Place<'_>, plain: &[u8], now: Timestamp) -> Result<Vec<u8>> {
        let of = InstallationId(place.installation);
        // What is in memory may be older than the table: another node, or a reader that looked just before, does not
        // know of the newest key. A value sealed under an old key during a rotation would be lost with that key.
        let Some(newest) = keys::newest(tx, of)? else { return self.add(tx, of, now)?.seal(place, plain) };
        let find = |all: &[Key]| all.iter().find(|k| k.number() == newest).cloned();
        let mut key = self.with(tx, of, find)?;
        if key.is_none() {
            self.forget(of);
            key = self.with(tx, of, find)?;
        }
        key.ok_or_else(|| Error::internal("a data key has gone while it was used"))?.seal(place, plain)
    }

    /// Seals a secret.
    pub fn seal_secret(
        &self,
        tx: Tx<'_>,
        place: Place<'_>,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        self.seal(tx, place, secret.reveal().as_bytes(), now)
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, tx: Tx<'_>, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let number = number_of(sealed)?;
        let of = InstallationId(place.installation);
        let find = |all: &[Key]| all.iter().find(|k| k.number() == number).cloned();
        let mut key = self.with(tx, of, find)?;
        if key.is_none() {
            // Another node may have made it since.
            self.forget(of);
            key = self.with(tx, of, find)?;
        }
        let key = key.ok_or_else(|| {
            Error::new(
                domain::ErrorKind::Damaged,
                "A stored secret was sealed by a key that is not here. Restore a backup that has it.",
            )
            .with("data_key", number.to_string())
        })?;
        key.open(place, sealed)
    }

    /// Opens a secret.
    pub fn open_secret(&self, tx: Tx<'_>, place: Place<'_>, sealed: &[u8]) -> Result<Secret> {
        let plain = self.open(tx, place, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| Error::internal("a sealed secret is no text"))?;
        Ok(Secret::new(text))
    }

    /// Makes a new key for an installation; what is sealed from now on uses it.
    pub fn add(&self, tx: Tx<'_>, of: InstallationId, now: Timestamp) -> Result<Key> {
        let number = keys::data_keys(tx, of)?.last().map_or(0, |k| k.number) + 1;
        let key = Key::generate(number)?;
        let wrapped = self.master().wrap(of.0, &key)?;
        keys::add_data_key(tx, &DataKeyRow { installation: of, number, wrapped }, now)?;
        // Kept only once it is stored: whoever reads it later finds it in the table.
        self.forget(of);
        Ok(key)
    }

    /// Forgets what was unwrapped for an installation.
    pub fn forget(&self, of: InstallationId) {
        self.unwrapped.write().unwrap_or_else(PoisonError::into_inner).remove(&of);
    }

    fn with<T>(&self, tx: Tx<'_>, of: InstallationId, look: impl Fn(&[Key]) -> T) -> Result<T> {
        if let Some(known) = self.unwrapped.read().unwrap_or_else(PoisonError::into_inner).get(&of) {
            return Ok(look(known));
        }
        let mut all = Vec::new();
        for row in keys::data_keys(tx, of)? {
            all.push(self.unwrap(tx, &row)?);
        }
        let seen = look(&all);
        if !all.is_empty() {
            self.unwrapped.write().unwrap_or_else(PoisonError::into_inner).insert(of, all);
        }
        Ok(seen)
    }
}

fn check(tx: Tx<'_>, master: &MasterKeys) -> Result<()> {
    for row in keys::all_data_keys(tx)? {
        master.unwrap(row.installation.0, row.number, &row.wrapped)?;
    }
    Ok(())
}

/// A fresh unguessable word of 256 bits.
pub(crate) fn word() -> Result<String> {
    random::token()
}
