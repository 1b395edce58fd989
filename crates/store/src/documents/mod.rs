//! Documents: the rows. Their bytes live in a document plugin.

mod changes;
mod list;
mod rows;

pub(crate) use changes::ALL as CHANGES;
pub use changes::{ItemFacts, NewDocument};
pub use list::{DocumentFilter, Viewer};
pub use rows::DocumentRow;

use domain::documents::{Document, DocumentState};
use domain::plugin::ExternalRef;
use domain::visibility::may_see;
use domain::{DocumentId, InstallationId, PluginId, Result};
use platform::sql::Tx;
use platform::{params, statements};
use rows::{document_columns, name_columns, name_joins};

statements! {
    /// One document.
    GET = concat!("SELECT ", document_columns!("d."), " FROM documents d WHERE d.installation_id = $1 AND d.id = $2");
    /// One document with the names of what it refers to.
    ROW = concat!("SELECT ", document_columns!("d."), ", ", name_columns!(), " FROM documents d", name_joins!(),
        " WHERE d.installation_id = $1 AND d.id = $2");
    /// The document with a plugin's key.
    BY_REFERENCE = concat!("SELECT ", document_columns!("d."), " FROM documents d
        WHERE d.installation_id = $1 AND d.plugin_id = $2 AND d.reference = $3");
    /// The keys that rows hold at a plugin, a page at a time.
    REFERENCES = "SELECT id, reference FROM documents WHERE installation_id = $1 AND id > $3 AND plugin_id = $2
        AND reference IS NOT NULL AND state IN ('creating', 'ready', 'trashed') ORDER BY id LIMIT $4";
    /// How many documents can be used at a plugin.
    READY_AT = "SELECT count(*) FROM documents WHERE installation_id = $1 AND plugin_id = $2 AND state = 'ready'";
    /// The documents that can be used at a plugin, a page at a time.
    PAGE_AT = concat!("SELECT ", document_columns!("d."), " FROM documents d WHERE d.installation_id = $1
        AND d.plugin_id = $2 AND d.state = 'ready' AND d.id > $3 ORDER BY d.id LIMIT $4");
    /// How many documents are in a state.
    COUNT = "SELECT count(*) FROM documents WHERE installation_id = $1 AND state = $2";
}

/// The documents of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Documents<'_> {
    /// One document in any state, for use cases that decide themselves.
    pub fn get(&self, id: DocumentId) -> Result<Option<Document>> {
        self.tx.one(&GET, params![self.installation, id], |row| rows::read(&mut row.columns()))
    }

    /// One document that is ready or in the trash, if the viewer may see it.
    pub fn get_visible(&self, id: DocumentId, viewer: &Viewer) -> Result<Option<Document>> {
        Ok(self.get(id)?.filter(|d| is_visible(d, viewer)))
    }

    /// The same with the names of what it refers to.
    pub fn row_visible(&self, id: DocumentId, viewer: &Viewer) -> Result<Option<DocumentRow>> {
        let row =
            self.tx.one(&ROW, params![self.installation, id], |row| rows::read_row(&mut row.columns()))?;
        Ok(row.filter(|r| is_visible(&r.document, viewer)))
    }

    /// The document whose bytes a plugin keeps under this key.
    pub fn by_reference(&self, plugin: PluginId, reference: &ExternalRef) -> Result<Option<Document>> {
        let values = params![self.installation, plugin, reference];
        self.tx.one(&BY_REFERENCE, values, |row| rows::read(&mut row.columns()))
    }

    /// The keys of documents at a plugin that are being created, ready or in the trash, by id, after `after`.
    pub fn references(
        &self,
        plugin: PluginId,
        after: Option<DocumentId>,
        limit: u32,
    ) -> Result<Vec<(DocumentId, ExternalRef)>> {
        let values = params![self.installation, plugin, after.unwrap_or_default(), limit];
        self.tx.all(&REFERENCES, values, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The documents that can be used at a plugin, by id, after `after`.
    pub fn ready_at(&self, plugin: PluginId, after: DocumentId, limit: u32) -> Result<Vec<Document>> {
        let values = params![self.installation, plugin, after, limit.clamp(1, 1000)];
        self.tx.all(&PAGE_AT, values, |row| rows::read(&mut row.columns()))
    }

    /// How many documents can be used at a plugin.
    pub fn count_at(&self, plugin: PluginId) -> Result<u64> {
        let count = self.tx.one(&READY_AT, params![self.installation, plugin], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }

    /// How many documents are in a state.
    pub fn count(&self, state: DocumentState) -> Result<i64> {
        let count = self.tx.one(&COUNT, params![self.installation, state.as_str()], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }
}

fn is_visible(document: &Document, viewer: &Viewer) -> bool {
    matches!(document.state, DocumentState::Ready | DocumentState::Trashed)
        && may_see(document.seen(), viewer.associate, &viewer.groups)
}
