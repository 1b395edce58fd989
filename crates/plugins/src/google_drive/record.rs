//! What does not fit on a file: its placement, its metadata, the notes of its versions. Kept in the notebook.

use super::Shared;
use crate::notes;
use crate::versions::display;
use domain::plugin::{Placement, VersionId, VersionInfo, VersionNote};
use domain::{AssociateId, Error, InstallationId, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What every metadata name we keep begins with.
const OURS: &str = "google_drive.";

/// The record of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    pub place: Placement,
    pub language: Option<String>,
    pub metadata: BTreeMap<String, String>,
    /// Those beyond the count on the file are not committed.
    pub versions: Vec<Version>,
}

/// A version's record. Its content is a revision that Google keeps for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub number: u32,
    /// `None` for a version made with the file, until its upload has answered: it is then the file's first revision.
    pub revision: Option<String>,
    pub md5: String,
    pub sha256: Option<String>,
    pub size: u64,
    pub at: Timestamp,
    pub by: Option<AssociateId>,
    pub by_name: String,
    pub note: VersionNote,
}

impl Record {
    /// Adds a version, in the place of one of that number that was not committed.
    pub fn add(&mut self, version: Version) {
        self.versions.retain(|known| known.number < version.number);
        self.versions.push(version);
    }

    /// A committed version.
    /// # Errors
    /// `NotFound` when there is none of this id.
    pub fn version(&self, committed: u32, id: &VersionId) -> Result<&Version> {
        let found = |version: &&Version| version.number <= committed && version.number.to_string() == id.0;
        self.versions.iter().find(found).ok_or_else(|| Error::not_found("version"))
    }

    /// Takes over the metadata that we keep: names with our prefix.
    pub fn keep(&mut self, values: BTreeMap<String, String>) {
        let ours = |name: &String| name.starts_with(OURS) && name.len() > OURS.len();
        self.metadata.extend(values.into_iter().filter(|(name, _)| ours(name)));
    }
}

impl Version {
    pub fn info(&self) -> VersionInfo {
        VersionInfo {
            id: VersionId(self.number.to_string()),
            number: self.number,
            at: self.at,
            by: self.by,
            by_name: self.by_name.clone(),
            note: self.note.clone(),
            display: display(self.number, &self.note.description),
            size: self.size,
            sha256: self.sha256.clone(),
        }
    }
}

fn name(file: &str) -> String {
    format!("item/{file}")
}

impl Shared {
    /// The record of a file; a blank one when it has none.
    pub(crate) async fn record(&self, installation: InstallationId, file: &str) -> Result<Record> {
        let found = notes::read(self.notebook.as_ref(), (installation, self.id), &name(file)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Changes the record of a file, whoever else changes it at the same time.
    pub(crate) async fn note(
        &self,
        installation: InstallationId,
        file: &str,
        change: impl Fn(&mut Record) + Send + Sync,
    ) -> Result<Record> {
        notes::change(self.notebook.as_ref(), (installation, self.id), &name(file), change).await
    }

    /// Forgets the record of a file that is gone.
    pub(crate) async fn forget(&self, installation: InstallationId, file: &str) -> Result<()> {
        notes::forget(self.notebook.as_ref(), (installation, self.id), &name(file)).await
    }
}
