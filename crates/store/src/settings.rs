//! Settings of an installation: a name and a text.

use domain::{InstallationId, Result};
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// One setting.
    GET = "SELECT value FROM settings WHERE installation_id = $1 AND name = $2";
    /// A setting, new or changed.
    PUT = "INSERT INTO settings (installation_id, name, value) VALUES ($1, $2, $3)
        ON CONFLICT (installation_id, name) DO UPDATE SET value = excluded.value";
    /// A setting is no more.
    REMOVE = "DELETE FROM settings WHERE installation_id = $1 AND name = $2";
    /// Every setting.
    LIST = "SELECT name, value FROM settings WHERE installation_id = $1 ORDER BY name";
}

/// The settings of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Settings<'_> {
    /// One setting.
    pub fn get(&self, name: &str) -> Result<Option<String>> {
        self.tx.one(&GET, params![self.installation, name], |row| row.get(0))
    }

    /// Sets a setting.
    pub fn put(&self, name: &str, value: &str) -> Result<()> {
        self.tx.execute(&PUT, params![self.installation, name, value]).map(drop)
    }

    /// Removes a setting. Gives whether there was one.
    pub fn remove(&self, name: &str) -> Result<bool> {
        Ok(self.tx.execute(&REMOVE, params![self.installation, name])? == 1)
    }

    /// Every setting, by name.
    pub fn all(&self) -> Result<Vec<(String, String)>> {
        self.tx.all(&LIST, params![self.installation], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}
