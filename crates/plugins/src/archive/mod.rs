//! The archive: documents and templates as files in a folder of our own, nothing else needed.
//!
//! Content is immutable and named by its SHA-256; an item is one small file that says which content it has. An
//! item's file is replaced as a whole, after everything it refers to is durable, so at any instant, also after
//! a power cut, the item is either as it was or as it was to become. What no item refers to is an orphan, left
//! for [`ArchivePlugin::sweep`]. All state is in these files; there is no database.
//!
//! See `area.rs` for the layout of the folder.

mod area;
mod content;
mod core;
mod disk;
mod fault;
mod findings;
mod items;
mod manifest;
mod naming;
mod pins;
mod plugin;
mod reading;
mod rules;
mod scan;
mod sweep;
mod verify;

pub use disk::{DiskWatch, Effect};
pub use sweep::Swept;
pub use verify::{Flaw, FlawKind, Known, Progress, Report, verify};

use self::core::{Core, blocking};
use domain::locking::LockSemantics;
use domain::steps::{Steps, Unwatched};
use domain::{InstallationId, Result};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// Every step boundary the archive announces, in the order of a creation followed by a rename and a removal.
pub const STEPS: [&str; 10] = [
    "archive.content.written",
    "archive.content.placed",
    "archive.name.reserved",
    "archive.item.staged",
    "archive.item.durable",
    "archive.item.placed",
    "archive.item.kept",
    "archive.name.released",
    "archive.item.marked_gone",
    "archive.item.removed",
];

/// How an archive is set up.
#[derive(Debug, Clone)]
pub struct ArchiveSettings {
    /// The folder; made when it is missing. One process at a time uses it.
    pub root: PathBuf,
    /// The highest level of locking offered.
    pub locking: LockSemantics,
    /// The largest content in bytes.
    pub max_content: u64,
    /// Writing content is refused when less than this many bytes would stay free on the disk, so that the
    /// database beside it can still commit.
    pub reserve_bytes: u64,
    /// Hears of every step boundary.
    pub steps: Arc<dyn Steps>,
    /// Sees every effect on the disk and may make it fail; `None` in production.
    pub watch: Option<Arc<dyn DiskWatch>>,
}

impl ArchiveSettings {
    /// An archive in this folder with versions, content up to 16 GiB, and 256 MiB kept free.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            locking: LockSemantics::Versioning,
            max_content: 16 * 1024 * 1024 * 1024,
            reserve_bytes: 256 * 1024 * 1024,
            steps: Arc::new(Unwatched),
            watch: None,
        }
    }
}

/// The built-in document plugin: number 0, kind `archive`.
#[derive(Debug, Clone)]
pub struct ArchivePlugin {
    core: Arc<Core>,
}

impl ArchivePlugin {
    /// Opens the archive and holds its folder for this process until the last clone is dropped. Blocks briefly.
    /// # Errors
    /// `Conflict` when another process uses the folder; `Unavailable` when it cannot be made or opened.
    pub fn open(settings: ArchiveSettings) -> Result<Self> {
        Ok(Self { core: Arc::new(Core::open(settings)?) })
    }

    /// Removes what nothing refers to and what has not changed since `cutoff`: temporary files left by a crash,
    /// content of destroyed items and abandoned saves, marks of names nobody has, and the traces of destroyed
    /// items. Safe while the archive is in use. Content is kept when an item cannot be read, since what it
    /// refers to is not known.
    ///
    /// `cutoff` is usually a day ago.
    /// # Errors
    /// `Conflict` when a sweep is running already.
    pub async fn sweep(&self, installation: InstallationId, cutoff: Timestamp) -> Result<Swept> {
        let core = Arc::clone(&self.core);
        blocking(move || sweep::sweep(&core, installation, cutoff)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Core>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = Arc::clone(&self.core);
        blocking(move || work(&core)).await
    }
}
