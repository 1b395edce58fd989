//! Temporary copies of content that lies elsewhere, so that what is read often is fetched once.
//!
//! A copy belongs to an installation, a plugin, an item and a revision. The place is asked for the revision every time
//! before a copy is used, so a copy is never older than what is there, whoever asks; and whoever has lost access is
//! refused by the place before a copy is looked for. Every piece is checked against its hash before it is given out; a
//! damaged copy is thrown away and the rest is fetched from the place, so the reader sees nothing of it.
//!
//! Everything here may be lost at any time: there is nothing in it that the place does not have.

mod file;
mod serve;

pub use serve::Kept;

use domain::plugin::{CopiesHeld, ExternalRef, TemporaryCopies, Which};
use domain::{Error, InstallationId, PluginId, Result};
use file::Sums;
use jiff::{SignedDuration, Timestamp};
use platform::digest::sha256_hex;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The largest part of the room that one copy may take.
const SHARE: u64 = 4;

/// How copies are kept.
#[derive(Debug, Clone)]
pub struct CopiesSettings {
    /// The folder they lie in. It belongs to one process.
    pub directory: PathBuf,
    /// How much room they may take together, in bytes.
    pub most: u64,
    /// How long a copy is kept.
    pub life: Duration,
}

/// What a copy is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub installation: InstallationId,
    /// Kept where.
    pub plugin: PluginId,
    /// Which item.
    pub item: ExternalRef,
    /// Which content: a revision, or a version.
    pub content: String,
}

impl Key {
    /// The key of what a caller reads.
    pub fn of(
        installation: InstallationId,
        plugin: PluginId,
        item: &ExternalRef,
        which: &Which,
        revision: &str,
    ) -> Self {
        let content = match which {
            Which::Version(id) if !id.0.is_empty() => format!("v {}", id.0),
            _ => format!("r {revision}"),
        };
        Self { installation, plugin, item: item.clone(), content }
    }

    /// The file's name: nothing of the key can be read from it.
    fn name(&self) -> String {
        let parts = [&self.installation.to_string(), &self.plugin.to_string(), &self.item.0, &self.content];
        sha256_hex(parts.map(|part| format!("{}:{part}", part.len())).join(" ").as_bytes())
    }
}

/// A copy that is there.
#[derive(Debug, Clone)]
struct Entry {
    installation: InstallationId,
    plugin: PluginId,
    item: ExternalRef,
    bytes: u64,
    made: Timestamp,
    /// Counts uses: the smallest was used longest ago.
    used: u64,
}

#[derive(Debug, Default)]
struct Index {
    entries: HashMap<String, Entry>,
    bytes: u64,
    uses: u64,
}

/// The copies of a process.
#[derive(Debug)]
pub struct Copies {
    settings: CopiesSettings,
    index: Mutex<Index>,
}

impl Copies {
    /// Takes the folder into use. Copies of before are found again; what was not finished is cleared away.
    /// # Errors
    /// `Invalid` when the folder cannot be made or read, with the folder.
    pub fn open(settings: CopiesSettings) -> Result<Self> {
        let copies = Self { settings, index: Mutex::default() };
        copies.find().map_err(|e| {
            Error::invalid(format!(
                "The folder for temporary copies {} cannot be used: {e}. Give this user the right to it, or switch \
                 copies off with copies_mib = 0.",
                copies.settings.directory.display()
            ))
        })?;
        Ok(copies)
    }

    fn find(&self) -> std::io::Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        let directory = &self.settings.directory;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let mut index = self.lock();
        for found in std::fs::read_dir(directory)? {
            let path = found?.path();
            let name = path.file_stem().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            match path.extension().and_then(|e| e.to_str()) {
                Some("sums") => {
                    let sums = Sums::read(&path);
                    let whole = sums.filter(|sums| {
                        let length = std::fs::metadata(self.data(&name)).map(|m| m.len());
                        length.is_ok_and(|length| length == sums.size) && sums.key().name() == name
                    });
                    match whole {
                        Some(sums) => index.add(name, entry(&sums)),
                        None => drop(std::fs::remove_file(&path)),
                    }
                }
                Some("copy") if self.sums(&name).exists() => {}
                // What was being written when the process ended.
                _ => drop(std::fs::remove_file(&path)),
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn data(&self, name: &str) -> PathBuf {
        self.settings.directory.join(format!("{name}.copy"))
    }

    fn sums(&self, name: &str) -> PathBuf {
        self.settings.directory.join(format!("{name}.sums"))
    }

    /// Where copies lie.
    pub fn directory(&self) -> &Path {
        &self.settings.directory
    }

    /// The largest content that is copied.
    fn largest(&self) -> u64 {
        self.settings.most / SHARE
    }

    fn is_old(&self, entry: &Entry, now: Timestamp) -> bool {
        let life = SignedDuration::try_from(self.settings.life).unwrap_or(SignedDuration::MAX);
        now.duration_since(entry.made) >= life
    }

    fn drop_where(&self, which: impl Fn(&Entry) -> bool) -> usize {
        let mut index = self.lock();
        let names: Vec<String> =
            index.entries.iter().filter(|(_, e)| which(e)).map(|(name, _)| name.clone()).collect();
        for name in &names {
            self.drop_one(&mut index, name);
        }
        names.len()
    }

    /// The sums go first: a copy without them is none.
    fn drop_one(&self, index: &mut Index, name: &str) {
        index.remove(name);
        for path in [self.sums(name), self.data(name)] {
            if let Err(e) = std::fs::remove_file(&path)
                && e.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(path = %path.display(), error = %e, "a temporary copy could not be removed");
            }
        }
    }

    /// Makes room and takes a finished copy in.
    fn take_in(&self, name: &str, sums: &Sums) {
        let mut index = self.lock();
        while index.bytes + sums.size > self.settings.most {
            let Some(oldest) = index.longest_unused() else { break };
            self.drop_one(&mut index, &oldest);
        }
        index.add(name.to_owned(), entry(sums));
    }

    /// A copy that may be used now.
    fn usable(&self, name: &str, now: Timestamp) -> bool {
        let mut index = self.lock();
        let Some(entry) = index.entries.get(name) else { return false };
        if self.is_old(entry, now) {
            self.drop_one(&mut index, name);
            return false;
        }
        index.touch(name);
        true
    }

    /// A copy that cannot be read is none.
    fn discard(&self, name: &str) {
        let mut index = self.lock();
        self.drop_one(&mut index, name);
    }
}

impl TemporaryCopies for Copies {
    fn most(&self) -> u64 {
        self.settings.most
    }

    fn life(&self) -> Duration {
        self.settings.life
    }

    fn held(&self, installation: InstallationId, plugin: PluginId) -> CopiesHeld {
        let index = self.lock();
        let ours = index.entries.values().filter(|e| e.installation == installation && e.plugin == plugin);
        ours.fold(CopiesHeld::default(), |all, e| CopiesHeld {
            copies: all.copies + 1,
            bytes: all.bytes + e.bytes,
            oldest: Some(all.oldest.map_or(e.made, |oldest| oldest.min(e.made))),
        })
    }

    fn empty(&self, installation: InstallationId, plugin: PluginId) {
        self.drop_where(|e| e.installation == installation && e.plugin == plugin);
    }

    fn forget(&self, installation: InstallationId, plugin: PluginId, item: &ExternalRef) {
        self.drop_where(|e| e.installation == installation && e.plugin == plugin && e.item == *item);
    }

    fn sweep(&self, now: Timestamp) -> usize {
        self.drop_where(|e| self.is_old(e, now))
    }
}

impl Index {
    fn add(&mut self, name: String, mut entry: Entry) {
        self.remove(&name);
        self.uses += 1;
        entry.used = self.uses;
        self.bytes += entry.bytes;
        self.entries.insert(name, entry);
    }

    fn remove(&mut self, name: &str) {
        if let Some(entry) = self.entries.remove(name) {
            self.bytes -= entry.bytes;
        }
    }

    fn touch(&mut self, name: &str) {
        self.uses += 1;
        let uses = self.uses;
        if let Some(entry) = self.entries.get_mut(name) {
            entry.used = uses;
        }
    }

    fn longest_unused(&self) -> Option<String> {
        self.entries.iter().min_by_key(|(_, e)| e.used).map(|(name, _)| name.clone())
    }
}

fn entry(sums: &Sums) -> Entry {
    let Key { installation, plugin, item, .. } = sums.key();
    Entry { installation, plugin, item, bytes: sums.size, made: sums.made, used: 0 }
}
