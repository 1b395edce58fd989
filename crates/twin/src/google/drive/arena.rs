//! All files with the indexes over them. Whoever changes what an index stands on does it here.

use super::state::{App, Extra, File, Id, Key, Permission, Person, Trash, When};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Bound;

/// Files by key, and ordered indexes: by id, by folder, by owner, by shared drive, by name, by property, those with
/// permissions of their own, and those in the trash.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<Option<File>>")]
pub struct Files {
    slots: Vec<Option<File>>,
    free: Vec<Key>,
    by_id: BTreeMap<Id, Key>,
    children: BTreeSet<(Key, Key)>,
    owned: BTreeSet<(Person, Key)>,
    spaces: BTreeSet<(Key, Key)>,
    names: BTreeSet<(u64, Key)>,
    properties: BTreeSet<(u64, Key)>,
    shared: BTreeSet<Key>,
    trash: BTreeSet<(When, Key)>,
    child_counts: BTreeMap<Key, u32>,
    space_counts: BTreeMap<Key, u32>,
}

impl From<Vec<Option<File>>> for Files {
    fn from(slots: Vec<Option<File>>) -> Self {
        let mut files = Self { slots, ..Self::default() };
        for place in 0..files.slots.len() {
            let key = Key::from_place(place);
            match files.slots[place].take() {
                Some(file) => {
                    files.index(key, &file);
                    files.slots[place] = Some(file);
                }
                None => files.free.push(key),
            }
        }
        files
    }
}

/// One file after the other: a million of them are not copied to be saved.
impl Serialize for Files {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.slots.serialize(serializer)
    }
}

/// What a name is found by: `name = 'x'` does not tell cases apart.
pub(super) fn name_hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        letter.hash(&mut hasher);
    }
    hasher.finish()
}

/// What a property is found by; an application's own carry its number, those of all carry none.
pub(super) fn property_hash(app: Option<App>, name: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (app, name, value).hash(&mut hasher);
    hasher.finish()
}

impl Files {
    /// A file.
    pub fn get(&self, key: Key) -> Option<&File> {
        self.slots.get(key.place()).and_then(Option::as_ref)
    }

    /// A file, to change what no index stands on: not its id, name, parent, space, owner, permissions, properties
    /// or trash.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut File> {
        self.slots.get_mut(key.place()).and_then(Option::as_mut)
    }

    /// The file of an id.
    pub fn find(&self, id: &str) -> Option<Key> {
        self.by_id.get(&Id::new(id)?).copied()
    }

    /// How many there are, roots included.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = (Key, &File)> {
        let present =
            |(place, slot): (usize, &'_ Option<File>)| slot.as_ref().map(|_| Key::from_place(place));
        self.slots.iter().enumerate().filter_map(present).filter_map(|key| Some((key, self.get(key)?)))
    }

    /// Adds a file, and to its folder.
    pub fn insert(&mut self, file: File) -> Key {
        let key = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            Key::from_place(self.slots.len() - 1)
        });
        self.index(key, &file);
        self.slots[key.place()] = Some(file);
        key
    }

    /// Takes a file away. Its children, if any, lose their folder.
    pub fn remove(&mut self, key: Key) -> Option<File> {
        let children: Vec<Key> = self.children_of(key, None).collect();
        for child in children {
            self.edit(child, |child| child.parent = None);
        }
        let file = self.slots.get_mut(key.place())?.take()?;
        self.unindex(key, &file);
        self.free.push(key);
        Some(file)
    }

    /// Changes a file in any way; the indexes follow. For a new space of a folder use [`Files::set_parent`].
    pub fn edit<T>(&mut self, key: Key, change: impl FnOnce(&mut File) -> T) -> Option<T> {
        let mut file = self.slots.get_mut(key.place())?.take()?;
        self.unindex(key, &file);
        let result = change(&mut file);
        self.index(key, &file);
        self.slots[key.place()] = Some(file);
        Some(result)
    }

    /// Gives another name; by name it is found from then on.
    pub fn set_name(&mut self, key: Key, name: &str, now: When) {
        self.edit(key, |file| {
            file.name = name.into();
            file.named = now;
        });
    }

    /// Puts a file into another folder; what lies below follows it into that folder's space.
    pub fn set_parent(&mut self, key: Key, parent: Option<Key>) {
        let space = parent.and_then(|parent| self.get(parent)).and_then(|parent| parent.space);
        let before = self.get(key).and_then(|file| file.space);
        self.edit(key, |file| {
            file.parent = parent;
            file.space = space;
        });
        if space != before {
            for below in self.below(key) {
                self.edit(below, |file| file.space = space);
            }
        }
    }

    /// Gives another owner; nobody in shared drives.
    pub fn set_owner(&mut self, key: Key, owner: Option<Person>) {
        self.edit(key, |file| file.owner = owner);
    }

    /// Sets the permissions of a file's own, without the owner's.
    pub fn set_permissions(&mut self, key: Key, permissions: Vec<Permission>) {
        if permissions.is_empty() {
            self.shared.remove(&key);
        } else {
            self.shared.insert(key);
        }
        if let Some(file) = self.get_mut(key) {
            file.permissions = permissions;
        }
    }

    /// Puts a file into the trash or takes it out.
    pub fn set_trash(&mut self, key: Key, trash: Option<Trash>) {
        if trash.is_some() || self.get(key).is_some_and(File::is_explicitly_trashed) {
            self.edit(key, |file| file.extra_mut().trash = trash);
        }
    }

    /// What lies directly in a folder, oldest first, after a key.
    pub fn children_of(&self, folder: Key, after: Option<Key>) -> impl Iterator<Item = Key> + '_ {
        range(&self.children, folder, after)
    }

    /// How many lie directly in a folder.
    pub fn child_count(&self, folder: Key) -> usize {
        self.child_counts.get(&folder).map_or(0, |count| *count as usize)
    }

    /// How many lie in a shared drive, its root left out.
    pub fn space_count(&self, root: Key) -> usize {
        self.space_counts.get(&root).map_or(0, |count| *count as usize)
    }

    /// What somebody owns, after a key.
    pub fn owned_by(&self, owner: Person, after: Option<Key>) -> impl Iterator<Item = Key> + '_ {
        range(&self.owned, owner, after)
    }

    /// What lies in a space (under a root), the root left out, after a key.
    pub fn in_space(&self, root: Key, after: Option<Key>) -> impl Iterator<Item = Key> + '_ {
        range(&self.spaces, root, after)
    }

    /// Those that may have a name, cases not told apart; to be compared.
    pub fn named(&self, name: &str) -> impl Iterator<Item = Key> + '_ {
        range(&self.names, name_hash(name), None)
    }

    /// Those that may have a property; to be compared.
    pub fn with_property(&self, app: Option<App>, name: &str, value: &str) -> impl Iterator<Item = Key> + '_ {
        range(&self.properties, property_hash(app, name, value), None)
    }

    /// Those with permissions of their own.
    pub fn shared(&self) -> impl Iterator<Item = Key> + '_ {
        self.shared.iter().copied()
    }

    /// Those trashed themselves, the longest trashed first.
    pub fn trashed(&self) -> impl Iterator<Item = (When, Key)> + '_ {
        self.trash.iter().copied()
    }

    /// Everything below a folder, folders before what lies in them.
    pub fn below(&self, folder: Key) -> Vec<Key> {
        let mut found: Vec<Key> = self.children_of(folder, None).collect();
        let mut at = 0;
        while at < found.len() {
            let next = found[at];
            found.extend(self.children_of(next, None));
            at += 1;
        }
        found
    }

    /// The folders above, the nearest first.
    pub fn above(&self, key: Key) -> impl Iterator<Item = (Key, &File)> {
        let mut at = self.get(key).and_then(|file| file.parent);
        std::iter::from_fn(move || {
            let key = at?;
            let file = self.get(key)?;
            at = file.parent;
            Some((key, file))
        })
        .take(1000)
    }

    /// Whether it is in the trash, itself or with a folder.
    pub fn is_trashed(&self, key: Key) -> bool {
        self.get(key).is_some_and(File::is_explicitly_trashed)
            || self.above(key).any(|(_, folder)| folder.is_explicitly_trashed())
    }

    fn index(&mut self, key: Key, file: &File) {
        self.by_id.insert(file.id, key);
        self.names.insert((name_hash(&file.name), key));
        if let Some(parent) = file.parent {
            count(&mut self.child_counts, parent, self.children.insert((parent, key)));
        }
        if let Some(owner) = file.owner {
            self.owned.insert((owner, key));
        }
        if let Some(space) = file.space.filter(|space| *space != key && file.owner.is_none()) {
            count(&mut self.space_counts, space, self.spaces.insert((space, key)));
        }
        if !file.permissions.is_empty() {
            self.shared.insert(key);
        }
        if let Some(extra) = &file.extra {
            self.trash.extend(extra.trash.map(|trash| (trash.at, key)));
            self.properties.extend(hashes(extra).map(|hash| (hash, key)));
        }
    }

    fn unindex(&mut self, key: Key, file: &File) {
        self.by_id.remove(&file.id);
        self.names.remove(&(name_hash(&file.name), key));
        if let Some(parent) = file.parent {
            uncount(&mut self.child_counts, parent, self.children.remove(&(parent, key)));
        }
        if let Some(owner) = file.owner {
            self.owned.remove(&(owner, key));
        }
        if let Some(space) = file.space {
            uncount(&mut self.space_counts, space, self.spaces.remove(&(space, key)));
        }
        self.shared.remove(&key);
        if let Some(extra) = &file.extra {
            if let Some(trash) = extra.trash {
                self.trash.remove(&(trash.at, key));
            }
            for hash in hashes(extra) {
                self.properties.remove(&(hash, key));
            }
        }
    }
}

fn count(counts: &mut BTreeMap<Key, u32>, of: Key, added: bool) {
    if added {
        *counts.entry(of).or_default() += 1;
    }
}

fn uncount(counts: &mut BTreeMap<Key, u32>, of: Key, removed: bool) {
    if removed && let Some(count) = counts.get_mut(&of) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&of);
        }
    }
}

fn hashes(extra: &Extra) -> impl Iterator<Item = u64> + '_ {
    let all = extra.properties.iter().map(|(name, value)| property_hash(None, name, value));
    let own = extra
        .app_properties
        .iter()
        .flat_map(|(app, map)| map.iter().map(|(name, value)| property_hash(Some(*app), name, value)));
    all.chain(own)
}

fn range<T: Ord + Copy>(
    set: &BTreeSet<(T, Key)>,
    of: T,
    after: Option<Key>,
) -> impl Iterator<Item = Key> + '_ {
    let from = after.map_or(Bound::Included((of, Key::FIRST)), |after| Bound::Excluded((of, after)));
    let to = Bound::Included((of, Key::LAST));
    set.range((from, to)).map(|(_, key)| *key)
}

#[cfg(test)]
mod tests {
    use super::super::root_folder;
    use super::*;
    use crate::google::drive::state::{Grantee, Role};
    use proptest::prelude::*;

    /// What is done to which file, with a number that means something else each time.
    fn step() -> impl Strategy<Value = (u8, usize, u64)> {
        (0_u8..9, 0_usize..12, 0_u64..6)
    }

    fn pick(files: &Files, at: usize) -> Option<Key> {
        files.all().map(|(key, _)| key).nth(at)
    }

    fn take(files: &mut Files, step: (u8, usize, u64), number: usize) {
        let (what, at, value) = step;
        let when = When(value as i64);
        let Some(key) = pick(files, at).filter(|_| what > 0) else {
            let mut file = root_folder(Id::new(&format!("id{number}")).unwrap(), "new", None, when);
            file.parent = pick(files, value as usize);
            file.space = file.parent;
            file.owner = (value % 2 == 0).then_some(Person(value as u32));
            files.insert(file);
            return;
        };
        match what {
            1 => files.set_name(key, &format!("Name {value}"), when),
            2 => {
                let parent = pick(files, value as usize);
                let cycle =
                    parent.is_some_and(|to| to == key || files.above(to).any(|(folder, _)| folder == key));
                files.set_parent(key, parent.filter(|_| !cycle));
            }
            3 => files.set_owner(key, (value > 2).then_some(Person(value as u32))),
            4 => files.set_trash(key, (value > 2).then_some(Trash { at: when, by: Person(1) })),
            5 => {
                files.remove(key);
            }
            6 => {
                let given = Permission {
                    id: "1".into(),
                    grantee: Grantee::Anyone,
                    role: Role::Reader,
                    expires: None,
                    discoverable: false,
                    given: when,
                    pending_owner: false,
                };
                files.set_permissions(key, if value > 2 { vec![given] } else { Vec::new() });
            }
            _ => {
                files.edit(key, |file| {
                    let extra = file.extra_mut();
                    extra.properties.insert(format!("k{}", value % 2).into(), format!("v{value}").into());
                    extra.app_properties.entry(App(value as u32)).or_default().insert("k".into(), "v".into());
                });
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_happens_the_indexes_are_those_that_a_fresh_look_would_make(
            steps in prop::collection::vec(step(), 1..60),
        ) {
            let mut files = Files::default();
            for (number, step) in steps.into_iter().enumerate() {
                take(&mut files, step, number);
            }
            let fresh = Files::from(files.slots.clone());
            prop_assert_eq!(&files.by_id, &fresh.by_id);
            prop_assert_eq!(&files.children, &fresh.children);
            prop_assert_eq!(&files.owned, &fresh.owned);
            prop_assert_eq!(&files.spaces, &fresh.spaces);
            prop_assert_eq!(&files.names, &fresh.names);
            prop_assert_eq!(&files.properties, &fresh.properties);
            prop_assert_eq!(&files.shared, &fresh.shared);
            prop_assert_eq!(&files.trash, &fresh.trash);
            prop_assert_eq!(&files.child_counts, &fresh.child_counts);
            prop_assert_eq!(&files.space_counts, &fresh.space_counts);
        }
    }
}
