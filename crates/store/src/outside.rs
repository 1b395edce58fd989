//! What others did to documents at their places.

use domain::living::{Happening, Outside};
use domain::{DocumentId, Error, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// How a document stands.
    GET = "SELECT missing_since, moved_to, shared FROM documents_outside WHERE installation_id = $1 AND document_id = $2";
    /// It stands otherwise now.
    PUT = "INSERT INTO documents_outside (installation_id, document_id, missing_since, moved_to, shared)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (installation_id, document_id) DO UPDATE SET missing_since = excluded.missing_since,
        moved_to = excluded.moved_to, shared = excluded.shared";
    /// How many documents at a plugin somebody gave others a right to by hand.
    SHARED = "SELECT count(*) FROM documents_outside o JOIN documents d ON d.installation_id = $1
        AND d.id = o.document_id WHERE o.installation_id = $1 AND d.plugin_id = $2 AND o.shared IS NOT NULL";
    /// It stands as it was filed.
    CLEAR = "DELETE FROM documents_outside WHERE installation_id = $1 AND document_id = $2";
    /// Something happened.
    ADD = "INSERT INTO happenings (installation_id, document_id, number, at, by_name, what)
        SELECT $1, $2, 1 + coalesce(max(number), 0), $3, $4, $5 FROM happenings
        WHERE installation_id = $1 AND document_id = $2";
    /// What happened last.
    LAST = "SELECT at, by_name, what FROM happenings WHERE installation_id = $1 AND document_id = $2
        ORDER BY number DESC LIMIT $3";
    /// How many documents cannot be found at a plugin.
    MISSING = "SELECT count(*) FROM documents_outside o JOIN documents d ON d.installation_id = $1
        AND d.id = o.document_id WHERE o.installation_id = $1 AND d.plugin_id = $2 AND o.missing_since IS NOT NULL";
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When it was seen.
    pub at: Timestamp,
    /// Who did it, as the place names them; blank when it does not tell.
    pub by: String,
    /// What.
    pub what: Happening,
}

/// What others did to the documents of an installation.
#[derive(Debug, Clone, Copy)]
pub struct OutsideOf<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl OutsideOf<'_> {
    /// How a document stands.
    pub fn get(&self, document: DocumentId) -> Result<Outside> {
        let found = self.tx.one(&GET, params![self.installation, document], |row| {
            Ok(Outside { missing: row.get(0)?, moved_to: row.get(1)?, shared: row.get(2)? })
        })?;
        Ok(found.unwrap_or_default())
    }

    /// A document stands otherwise now.
    pub fn put(&self, document: DocumentId, outside: &Outside) -> Result<()> {
        if *outside == Outside::default() {
            return self.tx.execute(&CLEAR, params![self.installation, document]).map(drop);
        }
        let values = params![
            self.installation,
            document,
            outside.missing,
            outside.moved_to.as_deref(),
            outside.shared.as_deref()
        ];
        self.tx.execute(&PUT, values).map(drop)
    }

    /// Something happened to a document.
    pub fn add(&self, document: DocumentId, happened: &Happened) -> Result<()> {
        let what = serde_json::to_string(&happened.what)
            .map_err(|e| Error::internal("a happening has no form").caused_by(e))?;
        let values = params![self.installation, document, happened.at, &happened.by, what];
        self.tx.execute(&ADD, values).map(drop)
    }

    /// What happened to a document last, the newest first.
    pub fn last(&self, document: DocumentId, limit: u32) -> Result<Vec<Happened>> {
        self.tx.all(&LAST, params![self.installation, document, limit], read)
    }

    /// How many documents cannot be found at a plugin.
    pub fn missing(&self, plugin: domain::PluginId) -> Result<i64> {
        let count = self.tx.one(&MISSING, params![self.installation, plugin], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }

    /// How many documents at a plugin somebody gave others a right to by hand.
    pub fn shared(&self, plugin: domain::PluginId) -> Result<i64> {
        let count = self.tx.one(&SHARED, params![self.installation, plugin], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }
}

fn read(row: &Row<'_>) -> Result<Happened> {
    let mut c = row.columns();
    let (at, by) = (c.take()?, c.take()?);
    let what: String = c.take()?;
    let what = serde_json::from_str(&what)
        .map_err(|e| Error::internal("a happening cannot be read").caused_by(e))?;
    Ok(Happened { at, by, what })
}
