//! Notebooks of document plugins: a name and a text.

use domain::{InstallationId, PluginId, Result};
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// One note.
    GET = "SELECT value FROM plugin_notes WHERE installation_id = $1 AND plugin = $2 AND name = $3";
    /// A note where there is none.
    ADD = "INSERT INTO plugin_notes (installation_id, plugin, name, value) VALUES ($1, $2, $3, $4)
        ON CONFLICT (installation_id, plugin, name) DO NOTHING";
    /// Another text in the place of the expected one.
    CHANGE = "UPDATE plugin_notes SET value = $5
        WHERE installation_id = $1 AND plugin = $2 AND name = $3 AND value = $4";
    /// The expected text goes.
    REMOVE = "DELETE FROM plugin_notes WHERE installation_id = $1 AND plugin = $2 AND name = $3 AND value = $4";
}

/// The notebooks of an installation's plugins.
#[derive(Debug, Clone, Copy)]
pub struct PluginNotes<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl PluginNotes<'_> {
    /// One note.
    pub fn get(&self, plugin: PluginId, name: &str) -> Result<Option<String>> {
        self.tx.one(&GET, params![self.installation, plugin, name], |row| row.get(0))
    }

    /// Puts `new` in the place of `expected`, when that is what stands there. Answers what stands afterwards.
    pub fn swap(
        &self,
        plugin: PluginId,
        name: &str,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<Option<String>> {
        let at = self.installation;
        match (expected, new) {
            (None, Some(new)) => self.tx.execute(&ADD, params![at, plugin, name, new])?,
            (Some(old), Some(new)) => self.tx.execute(&CHANGE, params![at, plugin, name, old, new])?,
            (Some(old), None) => self.tx.execute(&REMOVE, params![at, plugin, name, old])?,
            (None, None) => 0,
        };
        self.get(plugin, name)
    }
}
