//! The scrub: reads everything, names what is wrong, changes nothing.

use super::area::{Area, FANNED, LAYOUT, TMP};
use super::content::{WHOLE, chunks_file};
use super::disk::{EntryKind, Folder};
use super::manifest::{ItemId, Manifest, is_digest};
use super::scan::{self, Found};
use super::sweep::digest;
use super::{fault, naming, reading};
use domain::plugin::ExternalRef;
use domain::{InstallationId, Result};
use platform::digest::{hex, sha256};
use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The items the host knows of.
#[derive(Debug, Clone)]
pub enum Known {
    /// It was not asked: only the files themselves are checked.
    NotAsked,
    /// Exactly these.
    Exactly(KnownItems),
}

/// A set of references, 16 bytes each.
#[derive(Debug, Clone, Default)]
pub struct KnownItems {
    items: HashSet<ItemId>,
    foreign: Vec<ExternalRef>,
}

impl Known {
    /// These items and no others.
    pub fn exactly(references: impl IntoIterator<Item = ExternalRef>) -> Self {
        let mut known = KnownItems::default();
        for reference in references {
            match ItemId::from_reference(&reference) {
                Some(id) => drop(known.items.insert(id)),
                None => known.foreign.push(reference),
            }
        }
        Self::Exactly(known)
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlawKind {
    /// Its bytes are not what was stored. Restore it from a backup.
    Damaged,
    /// It is referred to and not there. Restore it from a backup.
    Missing,
    /// Nothing refers to it. The sweep removes content after a day; an item is for a person to decide.
    Orphaned,
    /// Left by an interrupted write. The sweep removes it.
    Stray,
    /// Not the archive's: left alone by everything.
    Foreign,
    /// A name is not held by the item that has it, or is held by nobody. Nothing is lost.
    Name,
}

impl FlawKind {
    /// Whether bytes are lost, so that somebody must act.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Damaged | Self::Missing)
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub kind: FlawKind,
    /// What was found and what it means, in a sentence.
    pub explanation: String,
    /// The item concerned, when that is known.
    pub item: Option<ExternalRef>,
}

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Items read.
    pub items: u64,
    /// Contents read.
    pub contents: u64,
    /// Contents to read; known once all items are read.
    pub contents_in_all: Option<u64>,
    /// Bytes of content read.
    pub bytes: u64,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Everything that is not as it should be, in the order it was found.
    pub flaws: Vec<Flaw>,
    /// Items read.
    pub items: u64,
    /// Contents read.
    pub contents: u64,
    /// Bytes of content read.
    pub bytes: u64,
}

impl Report {
    /// Whether no bytes are damaged or missing. Orphans and strays are no loss.
    pub fn is_intact(&self) -> bool {
        !self.flaws.iter().any(|flaw| flaw.kind.is_loss())
    }
}

/// Checks one installation's part of the archive in `root`: every item, every content, every name. Changes
/// nothing and takes no lock, so it can run beside a server; what is being written meanwhile may show up as
/// orphaned or stray.
///
/// Memory grows with the number of distinct contents, by about 100 bytes for each. Blocks: run it on a thread
/// of its own.
/// # Errors
/// When a folder of the archive cannot be read at all. An installation without an archive gives an empty
/// report, apart from what `known` misses.
pub fn verify(
    root: &Path,
    installation: InstallationId,
    known: &Known,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    let folder =
        Folder::root(root, None).map_err(|e| fault::disk(e, "opening the archive's folder", root))?;
    let area = Area::open(&folder, installation)?;
    let mut check = Check { known, progress, done: Progress::default(), flaws: Vec::new() };
    if let Some(area) = &area {
        let referenced = check.items(area)?;
        check.contents(area, referenced)?;
        check.names(area)?;
        check.temps(area)?;
        check.home(&root.join(installation.to_string()))?;
    }
    check.known_items(area.as_ref(), root)?;
    let Progress { items, contents, bytes, .. } = check.done;
    Ok(Report { flaws: check.flaws, items, contents, bytes })
}

struct Check<'a> {
    known: &'a Known,
    progress: &'a mut dyn FnMut(Progress),
    done: Progress,
    flaws: Vec<Flaw>,
}

/// Content some item refers to: its size and the first item found.
type Referenced = HashMap<[u8; 32], (u64, ItemId)>;

impl Check<'_> {
    fn flaw(&mut self, kind: FlawKind, path: PathBuf, item: Option<ItemId>, explanation: impl Into<String>) {
        let item = item.map(ItemId::reference);
        self.flaws.push(Flaw { path, kind, explanation: explanation.into(), item });
    }

    fn foreign(&mut self, path: PathBuf) {
        self.flaw(
            FlawKind::Foreign,
            path,
            None,
            "This is not a file of the archive. Look at it and move it away.",
        );
    }

    fn items(&mut self, area: &Area) -> Result<Referenced> {
        let mut referenced = Referenced::new();
        scan::items(area, &mut |found| {
            match found {
                Found::Item(id, item) => {
                    self.item(area, id, &item)?;
                    for (_, stored) in item.contents().filter(|(_, s)| s.size > 0) {
                        if let Some(key) = digest(&stored.sha256) {
                            referenced.entry(key).or_insert((stored.size, id));
                        }
                    }
                }
                Found::Damaged(id, path, why) => self.flaw(
                    FlawKind::Damaged,
                    path,
                    Some(id),
                    format!("What the archive knows of this item is damaged: {why}. Restore this file from a backup."),
                ),
                Found::Tombstone(..) => {}
                Found::Foreign(path) => self.foreign(path),
            }
            Ok(())
        })?;
        self.done.contents_in_all = Some(referenced.len() as u64);
        (self.progress)(self.done);
        Ok(referenced)
    }

    fn item(&mut self, area: &Area, id: ItemId, item: &Manifest) -> Result<()> {
        self.done.items += 1;
        (self.progress)(self.done);
        let path = || area.items.path().join(id.fan()).join(id.file());
        if let Known::Exactly(known) = self.known
            && !known.items.contains(&id)
        {
            let why = format!("No document or template refers to this item, “{}”.", item.name);
            self.flaw(FlawKind::Orphaned, path(), Some(id), why);
        }
        let key = naming::key_of(item);
        let holder = area.names_of(&key)?.and_then(|folder| folder.marked(&key).ok().flatten());
        if holder.and_then(|text| ItemId::parse(&text)) != Some(id) {
            let why = format!("The name “{}” is not held by this item; another may get the same.", item.name);
            self.flaw(FlawKind::Name, path(), Some(id), why);
        }
        Ok(())
    }

    fn contents(&mut self, area: &Area, mut referenced: Referenced) -> Result<()> {
        let mut strange = Vec::new();
        for folder in scan::fans(&area.content, &mut |path| strange.push(path))? {
            for (name, kind) in scan::entries(&folder)? {
                self.content(&folder, &name, kind, &mut referenced)?;
            }
        }
        for path in strange {
            self.foreign(path);
        }
        for (key, (_, id)) in referenced {
            let sha256 = hex(&key);
            // An item destroyed since it was read misses nothing.
            let still = area.item(id).ok().flatten();
            let still = still.is_some_and(|item| item.contents().any(|(_, c)| c.sha256 == sha256));
            if still {
                let path = area.content.path().join(&sha256[..2]).join(&sha256);
                let why =
                    "This content is missing, and at least one item refers to it. Restore it from a backup.";
                self.flaw(FlawKind::Missing, path, Some(id), why);
            }
        }
        Ok(())
    }

    fn content(
        &mut self,
        folder: &Folder,
        name: &str,
        kind: EntryKind,
        referenced: &mut Referenced,
    ) -> Result<()> {
        let path = folder.path().join(name);
        let sha256 = name.strip_suffix(".chunks").unwrap_or(name);
        let right_place =
            folder.path().file_name().is_some_and(|f| sha256.starts_with(&*f.to_string_lossy()));
        let Some(key) = digest(sha256).filter(|_| is_digest(sha256) && right_place) else {
            self.foreign(path);
            return Ok(());
        };
        if name != sha256 {
            // A list of chunk hashes is judged with its content; alone it is an orphan.
            let alone =
                folder.facts(sha256).map_err(|e| fault::disk(e, "looking for content", &path))?.is_none();
            if alone && !referenced.contains_key(&key) {
                self.flaw(
                    FlawKind::Orphaned,
                    path,
                    None,
                    "These chunk hashes belong to no content. The sweep removes them.",
                );
            }
            return Ok(());
        }
        let Some((size, id)) = referenced.remove(&key) else {
            let why = "No item refers to this content. If it is older than a day, the sweep removes it.";
            self.flaw(FlawKind::Orphaned, path, None, why);
            return Ok(());
        };
        if kind != EntryKind::File {
            self.flaw(FlawKind::Damaged, path, Some(id), "A link or folder lies where content should be.");
            return Ok(());
        }
        self.done.contents += 1;
        let (done, progress) = (&mut self.done, &mut self.progress);
        let examined = reading::examine(folder, sha256, size, &mut |bytes| {
            done.bytes += bytes;
            progress(*done);
        });
        match examined {
            Ok(Ok(hashes)) => self.chunks(folder, sha256, size, id, &hashes),
            Ok(Err(why)) => {
                let why = format!("This content is damaged: {why}. Restore it from a backup.");
                self.flaw(FlawKind::Damaged, path, Some(id), why);
            }
            Err(e) => {
                let why =
                    format!("This content cannot be read: {e}. Check the disk and restore it from a backup.");
                self.flaw(FlawKind::Damaged, path, Some(id), why);
            }
        }
        Ok(())
    }

    /// Checks the list of chunk hashes of content that is intact. Without it reading is slower, nothing more.
    fn chunks(&mut self, folder: &Folder, sha256_hex: &str, size: u64, id: ItemId, hashes: &[u8]) {
        if size <= WHOLE {
            return;
        }
        let name = chunks_file(sha256_hex);
        let read = folder.read(&name).and_then(|(file, _)| {
            let mut found = Vec::new();
            file.take(hashes.len() as u64 + 1).read_to_end(&mut found)?;
            Ok(found)
        });
        let (kind, why) = match read {
            Ok(found) if sha256(&found) == sha256(hashes) => return,
            Err(e) if e.kind() == io::ErrorKind::NotFound => (FlawKind::Missing, "are missing".to_owned()),
            Ok(_) => (FlawKind::Damaged, "do not match the content".to_owned()),
            Err(e) => (FlawKind::Damaged, format!("cannot be read: {e}")),
        };
        let why = format!(
            "The chunk hashes of this content {why}. The content itself is intact; saving the same bytes again writes them anew."
        );
        self.flaw(kind, folder.path().join(name), Some(id), why);
    }

    fn names(&mut self, area: &Area) -> Result<()> {
        let mut strange = Vec::new();
        for folder in scan::fans(&area.names, &mut |path| strange.push(path))? {
            for (key, kind) in scan::entries(&folder)? {
                let path = folder.path().join(&key);
                if kind != EntryKind::Mark || !is_digest(&key) {
                    self.foreign(path);
                    continue;
                }
                let holder = folder.marked(&key).ok().flatten();
                if !naming::is_in_force(area, &key, holder.as_deref()) {
                    let why =
                        "This mark holds a name that no item has. It is taken over when the name is wanted.";
                    self.flaw(FlawKind::Name, path, None, why);
                }
            }
        }
        for path in strange {
            self.foreign(path);
        }
        Ok(())
    }

    fn temps(&mut self, area: &Area) -> Result<()> {
        for (name, kind) in scan::entries(&area.tmp)? {
            let path = area.tmp.path().join(name);
            if kind == EntryKind::File {
                let why =
                    "Left by an interrupted write, or being written now. The sweep removes it after a day.";
                self.flaw(FlawKind::Stray, path, None, why);
            } else {
                self.foreign(path);
            }
        }
        Ok(())
    }

    fn home(&mut self, home: &Path) -> Result<()> {
        let folder =
            Folder::root(home, None).map_err(|e| fault::disk(e, "opening an installation's folder", home))?;
        for (name, _) in scan::entries(&folder)? {
            if !FANNED.contains(&name.as_str()) && name != TMP && name != LAYOUT {
                self.foreign(home.join(name));
            }
        }
        Ok(())
    }

    fn known_items(&mut self, area: Option<&Area>, root: &Path) -> Result<()> {
        let Known::Exactly(known) = self.known else { return Ok(()) };
        for reference in &known.foreign {
            let why = format!(
                "A document or template refers to {reference:?}, which is not a reference of the archive."
            );
            self.flaws.push(Flaw {
                path: root.to_path_buf(),
                kind: FlawKind::Missing,
                explanation: why,
                item: Some(reference.clone()),
            });
        }
        for id in &known.items {
            let path = match area {
                Some(area) => {
                    let facts = area.items_of(*id)?.map(|folder| folder.facts(&id.file())).transpose();
                    let there =
                        facts.map_err(|e| fault::disk(e, "looking for an item", area.items.path()))?;
                    if there.flatten().is_some() {
                        continue;
                    }
                    area.items.path().join(id.fan()).join(id.file())
                }
                None => root.to_path_buf(),
            };
            let why =
                "A document or template refers to this item, and it is not there. Restore it from a backup.";
            self.flaw(FlawKind::Missing, path, Some(*id), why);
        }
        Ok(())
    }
}
