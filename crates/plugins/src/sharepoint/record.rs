//! What is written down about a file: which one it is, what it is for us, what we left it as, and what is being done to
//! it. Kept in the notebook.

use super::Shared;
use super::ids::mark;
use crate::notes;
use crate::versions::display;
use domain::locking::LockSemantics;
use domain::plugin::{Audience, Call, Placement, Shelf, VersionId, VersionInfo, VersionNote};
use domain::sharepoint::Facts;
use domain::{AssociateId, Error, InstallationId, OperationId, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What every metadata name we keep begins with.
const OURS: &str = "sharepoint.";
/// How many operations are remembered.
const REMEMBERED: usize = 64;

/// The record of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    /// Graph's ids; no item while it is being made.
    pub drive: String,
    pub item: String,
    /// Removed for good: it is not made again.
    pub gone: bool,
    pub template: bool,
    pub level: LockSemantics,
    pub published: bool,
    /// The library takes changes of checked-out files only.
    pub strict: bool,
    pub media_type: String,
    /// Name and folder as we left them.
    pub name: String,
    pub folder: String,
    /// The folder it lay in before it went to the trash.
    pub trashed_from: Option<String>,
    pub language: Option<String>,
    pub place: Placement,
    /// What is true of the document since, where that is not what it was filed by: what its columns show.
    pub facts: Option<Placement>,
    /// The columns do not show it yet.
    pub facts_wait: bool,
    /// The facts that its columns were written for last.
    pub shown: Facts,
    pub metadata: BTreeMap<String, String>,
    pub audience: Audience,
    pub holder: Option<Holder>,
    /// What everybody reads, and what the holder does.
    pub public: Known,
    pub draft: Option<Known>,
    pub versions: Vec<Version>,
    /// Marks of operations that were applied, the newest last.
    pub applied: Vec<String>,
    pub pending: Option<Pending>,
    /// When a change was refused because somebody had it open in an office program.
    pub found_open: Option<Timestamp>,
}

/// Who holds a file, as they took it here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Holder {
    pub associate: Option<AssociateId>,
    pub name: String,
    /// The object id; blank for the application.
    pub object: String,
}

/// Content as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Known {
    /// `quickXorHash` as SharePoint tells it now.
    pub hash: String,
    /// Its fingerprint, for office files.
    pub print: Option<String>,
    /// The revision that callers see: it stays when SharePoint rewrites an office file.
    pub revision: String,
    pub size: u64,
    pub modified: Option<Timestamp>,
}

/// A committed version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub number: u32,
    /// SharePoint's name of it: `3.0`.
    pub id: String,
    pub content: Known,
    pub at: Timestamp,
    pub by: Option<AssociateId>,
    pub by_name: String,
    pub note: VersionNote,
}

/// What is being done: written before anything is asked of Graph, taken away when it is known what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub mark: String,
    /// On whose behalf, and when.
    pub by: Option<AssociateId>,
    pub by_name: String,
    pub at: Timestamp,
    pub deed: Deed,
    /// An upload that goes on in pieces: its address, which is its own right for a day. It is taken away with this.
    #[serde(default)]
    pub session: Option<String>,
}

/// See [`Pending`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
    /// A file under a name of its own, to be renamed when it is whole.
    Create {
        /// Whether all content is there.
        whole: bool,
        /// What the first version is about.
        note: Option<VersionNote>,
        after: Option<Known>,
    },
    Save {
        before: String,
        /// SharePoint's name of the last version before.
        version: String,
        after: Option<Known>,
        /// Whether the lock was taken for it.
        took: bool,
        draft: bool,
    },
    CheckOut,
    CheckIn {
        version: String,
        note: VersionNote,
    },
    Undo {
        version: String,
    },
    Rename {
        name: String,
    },
    Move {
        folder: String,
        name: String,
        place: Option<Placement>,
        audience: Option<Audience>,
        trash: Option<Trash>,
    },
    /// By a copy: to another library, or to be free of permissions that it was given by hand. The copy is another item.
    Carry {
        /// The item before, which is removed when the copy is there.
        #[serde(default)]
        old: (String, String),
        drive: String,
        folder: String,
        /// A folder of this file's own, in which the copy arrives.
        landing: String,
        name: String,
        place: Placement,
        /// For whom it is from then on; nothing when that stays.
        #[serde(default)]
        audience: Option<Audience>,
        /// The hash of what is copied. The original goes only while it still has this content.
        #[serde(default)]
        source: String,
        /// Where SharePoint tells how far the copy is, from when it was asked for.
        #[serde(default)]
        monitor: Option<String>,
    },
    Restore {
        number: u32,
        version: String,
        draft: bool,
    },
    /// Nothing at Graph: notes, audiences of templates.
    Nothing {
        audience: Option<Audience>,
    },
}

/// Into the trash from a folder, or out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trash {
    Into { from: String },
    Out,
}

impl Record {
    pub fn knows(&self, operation: OperationId) -> bool {
        self.applied.contains(&mark(operation))
    }

    /// Remembers that something was done.
    pub fn remember(&mut self, mark: &str) {
        self.applied.retain(|known| known != mark);
        self.applied.push(mark.to_owned());
        let over = self.applied.len().saturating_sub(REMEMBERED);
        self.applied.drain(..over);
    }

    pub fn shelf(&self) -> Shelf {
        if self.template { Shelf::Templates } else { Shelf::Documents }
    }

    /// A committed version.
    /// # Errors
    /// `NotFound` when there is none of this id.
    pub fn version(&self, id: &VersionId) -> Result<&Version> {
        let found = |version: &&Version| version.number.to_string() == id.0;
        self.versions.iter().find(found).ok_or_else(|| Error::not_found("version"))
    }

    /// The number of the next version.
    pub fn next(&self) -> u32 {
        self.versions.last().map_or(1, |last| last.number + 1)
    }

    /// Takes over the metadata that we keep: names with our prefix.
    pub fn keep(&mut self, values: BTreeMap<String, String>) {
        let ours = |name: &String| name.starts_with(OURS) && name.len() > OURS.len();
        self.metadata.extend(values.into_iter().filter(|(name, _)| ours(name)));
    }

    /// What the holder of a draft reads, or everybody.
    pub fn known(&self, own: bool) -> &Known {
        self.draft.as_ref().filter(|_| own).unwrap_or(&self.public)
    }
}

impl Pending {
    pub fn new(call: &Call, operation: OperationId, deed: Deed) -> Self {
        let (by, by_name) = (call.associate, call.name.to_string());
        Self { mark: mark(operation), by, by_name, at: call.now, deed, session: None }
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
            size: self.content.size,
            sha256: None,
        }
    }
}

fn name(reference: &str) -> String {
    format!("item/{reference}")
}

/// Where the reference of a Graph item stands.
fn place_of(item: &str) -> String {
    format!("at/{item}")
}

impl Shared {
    /// The record of a reference; nothing when there is none.
    pub(crate) async fn record(
        &self,
        installation: InstallationId,
        reference: &str,
    ) -> Result<Option<Record>> {
        notes::read(self.notebook.as_ref(), (installation, self.id), &name(reference)).await
    }

    /// Changes the record of a reference, whoever else changes it at the same time.
    pub(crate) async fn note(
        &self,
        installation: InstallationId,
        reference: &str,
        change: impl Fn(&mut Record) + Send + Sync,
    ) -> Result<Record> {
        notes::change(self.notebook.as_ref(), (installation, self.id), &name(reference), change).await
    }

    /// Forgets what was never made.
    pub(crate) async fn forget(&self, installation: InstallationId, reference: &str) -> Result<()> {
        notes::forget(self.notebook.as_ref(), (installation, self.id), &name(reference)).await
    }

    /// Writes down whose an item of Graph's is.
    pub(crate) async fn point(
        &self,
        installation: InstallationId,
        item: &str,
        reference: &str,
    ) -> Result<()> {
        let set = |known: &mut String| reference.clone_into(known);
        let of = (installation, self.id);
        notes::change::<String>(self.notebook.as_ref(), of, &place_of(item), set).await.map(drop)
    }

    /// Whose an item of Graph's is; nothing when it is none of ours.
    pub(crate) async fn pointed(&self, installation: InstallationId, item: &str) -> Result<Option<String>> {
        notes::read(self.notebook.as_ref(), (installation, self.id), &place_of(item)).await
    }

    /// Takes away whose an item of Graph's was.
    pub(crate) async fn unpoint(&self, installation: InstallationId, item: &str) -> Result<()> {
        notes::forget(self.notebook.as_ref(), (installation, self.id), &place_of(item)).await
    }
}
