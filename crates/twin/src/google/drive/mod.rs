//! Drive v3.

mod about;
mod absent;
pub mod access;
pub mod actions;
pub mod arena;
mod batch;
pub mod budget;
pub mod changes;
pub mod channels;
pub mod comments;
pub mod content;
mod copying;
mod drives;
pub mod files;
mod grants;
pub mod ids;
pub mod list;
pub mod mask;
mod matching;
mod media;
pub mod meta;
mod moving;
pub mod native;
mod office;
pub mod operations;
mod order;
mod orders;
mod packages;
pub mod permissions;
pub mod query;
mod rare;
pub mod restrictions;
pub mod resumable;
mod revisions;
mod rights;
pub mod routes;
mod schema;
pub mod seed;
mod sharing;
mod simple;
mod slides;
pub mod state;
mod teamdrives;
pub mod trash;
mod upload;
pub mod view;

use super::directory::Directory;
use super::world::GoogleWorld;
use crate::core::budget::Meter;
use crate::core::env::{House, Note};
use arena::Files;
use jiff::Timestamp;
pub(crate) use routes::{is_drive, operation, serve};
use serde::{Deserialize, Serialize};
use state::{App, File, Id, Key, Mime, Mine, Person, SharedDrive, When, Words};
use std::collections::{BTreeMap, BTreeSet};

/// Files and what belongs to them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Drive {
    pub meter: Meter,
    /// Accounts' ids.
    pub people: Words,
    /// Projects' numbers.
    pub apps: Words,
    pub files: Files,
    /// The root folder of each account's My Drive.
    pub roots: BTreeMap<Person, Key>,
    /// By their root folder.
    pub shared_drives: BTreeMap<Key, SharedDrive>,
    /// What one person has with one file: stars and the like. As a list in JSON.
    #[serde(with = "pairs")]
    pub mine: BTreeMap<(Key, Person), Mine>,
    /// Bytes that count for each account.
    pub used: BTreeMap<Person, u64>,
    pub changes: changes::Changes,
    /// When replaced revisions may go, by the file.
    pub replaced: BTreeSet<(When, Key)>,
    /// Ids handed out and not used yet.
    #[serde(with = "pairs")]
    pub generated: BTreeMap<Id, ids::Generated>,
    /// Ids handed out and used.
    pub used_ids: BTreeSet<Id>,
    /// Requests for shared drives that were carried out: the person and the id it gave.
    #[serde(default)]
    pub drive_requests: BTreeSet<String>,
    #[serde(default)]
    pub comments: comments::Comments,
    #[serde(default)]
    pub operations: operations::Operations,
    pub limits: Limits,
    /// Uploads under way; a restart loses them, as sessions may be lost.
    #[serde(skip)]
    pub sessions: resumable::Sessions,
    /// Listings under way, by page token.
    #[serde(skip)]
    pub cursors: list::Cursors,
}

/// Limits of Drive (google.md 3.2), lower in tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Folders above a file, the root left out.
    pub levels: usize,
    /// Children of a folder that is no root.
    pub children: usize,
    /// Everything in a shared drive.
    pub shared_drive_items: usize,
    /// Bytes that a person may upload or copy in 24 hours.
    pub upload_per_day: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { levels: 100, children: 500_000, shared_drive_items: 500_000, upload_per_day: 750 << 30 }
    }
}

/// Maps with keys that JSON cannot have, as lists of pairs.
pub(crate) mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map.iter())
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl Drive {
    /// Makes what lies in Drive at the beginning.
    /// # Errors
    /// When a file names an owner or a folder that does not exist.
    pub fn seed(world: &GoogleWorld, directory: &Directory, house: &House) -> crate::Result<Self> {
        let mut drive = Self::default();
        for user in directory.users.keys() {
            let person = drive.person(user);
            drive.root_of(person, house);
        }
        seed::shared_drives(&mut drive, world, directory, house)?;
        seed::files(&mut drive, &world.files, directory, house)?;
        Ok(drive)
    }

    /// Books the units of a call that was refused before it was looked at.
    pub fn charge(&mut self, directory: &Directory, note: &Note, now: Timestamp) {
        budget::charge(self, directory, note, now);
    }

    /// The number of an account's id.
    pub fn person(&mut self, user_id: &str) -> Person {
        Person(self.people.number(user_id))
    }

    /// The number of a project.
    pub fn app(&mut self, project: &str) -> App {
        App(self.apps.number(project))
    }

    /// An account's id.
    pub fn user_id(&self, person: Person) -> &str {
        self.people.text(person.0)
    }

    /// The root folder of an account's My Drive, made when it is first asked for.
    pub fn root_of(&mut self, person: Person, house: &House) -> Key {
        if let Some(root) = self.roots.get(&person) {
            return *root;
        }
        let now = When::from(house.clock.now());
        let id = new_root_id(house);
        let root = self.files.insert(root_folder(id, "My Drive", Some(person), now));
        self.files.edit(root, |file| file.space = Some(root));
        self.roots.insert(person, root);
        root
    }

    /// The shared drive that a file lies in.
    pub fn shared_drive_of(&self, file: &File) -> Option<(Key, &SharedDrive)> {
        let space = file.space?;
        self.shared_drives.get(&space).map(|drive| (space, drive))
    }

    /// Whether a key is a root, of a My Drive or a shared drive.
    pub fn is_root(&self, key: Key) -> bool {
        self.files.get(key).is_some_and(|file| file.space == Some(key))
    }

    /// Bytes that an account uses.
    pub fn used_by(&self, person: Person) -> u64 {
        self.used.get(&person).copied().unwrap_or(0)
    }

    /// Changes a file and keeps the account of its owner's storage.
    pub fn edit<T>(&mut self, key: Key, change: impl FnOnce(&mut File) -> T) -> Option<T> {
        let before = self.files.get(key).map(|file| (file.owner, file.quota_bytes()));
        let result = self.files.edit(key, change);
        let after = self.files.get(key).map(|file| (file.owner, file.quota_bytes()));
        self.account(before, after);
        result
    }

    /// Books what a file took before and takes now.
    pub(crate) fn account(
        &mut self,
        before: Option<(Option<Person>, u64)>,
        after: Option<(Option<Person>, u64)>,
    ) {
        if let Some((Some(owner), bytes)) = before {
            let used = self.used.entry(owner).or_default();
            *used = used.saturating_sub(bytes);
        }
        if let Some((Some(owner), bytes)) = after {
            *self.used.entry(owner).or_default() += bytes;
        }
    }
}

/// A root folder, still without its space.
pub(crate) fn root_folder(id: Id, name: &str, owner: Option<Person>, now: When) -> File {
    File {
        id,
        name: name.into(),
        mime: Mime::new(state::FOLDER),
        parent: None,
        space: None,
        owner,
        created: now,
        modified: now,
        named: now,
        version: 1,
        modified_by: owner.unwrap_or_default(),
        app: App::NONE,
        revisions: Vec::new(),
        permissions: Vec::new(),
        extra: None,
    }
}

fn made(text: &str) -> Id {
    Id::new(text).unwrap_or_else(|| made("x"))
}

/// A new file's id: 33 characters.
pub(crate) fn new_id(house: &House) -> Id {
    made(&format!("1{}", house.random.token(32)))
}

/// A new root's or shared drive's id: 19 characters.
pub(crate) fn new_root_id(house: &House) -> Id {
    made(&format!("0A{}Uk9PVA", house.random.token(10)))
}

/// A new revision's id.
pub(crate) fn new_revision_id(house: &House) -> Id {
    made(&format!("0B{}Q", house.random.token(49 - 6)))
}
