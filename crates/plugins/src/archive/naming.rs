//! Which folder an item is shown in, and that its name is the only one there.
//!
//! A name is held by a mark named by the hash of folder and name, both folded; the mark's text is the item. The
//! item itself says which name it has, so a mark left behind by a crash is recognised and taken over.

use super::area::{Area, fan_of};
use super::core::Core;
use super::disk::Folder;
use super::fault;
use super::manifest::{ItemId, Manifest};
use crate::filing::folder;
use domain::plugin::Shelf;
use domain::{Result, names};
use platform::digest::sha256_hex;
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counters up to this one are tried one by one; beyond, the first free one is searched by halving.
const ONE_BY_ONE: u32 = 8;

/// Names being given out. Held while marks are made and removed, which takes microseconds.
#[derive(Debug, Default)]
pub(crate) struct Naming(Mutex<HashSet<String>>);

impl Naming {
    fn pending(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn folder_of(item: &Manifest) -> Vec<String> {
    folder(item.shelf, item.language.as_deref(), &item.place)
}

/// The name of a mark.
pub(crate) fn key(shelf: Shelf, folder: &[String], name: &str) -> String {
    let shelf = match shelf {
        Shelf::Documents => "documents",
        Shelf::Templates => "templates",
    };
    let mut text = String::from(shelf);
    for part in folder.iter().map(String::as_str).chain([name]) {
        text.push('/');
        text.push_str(&names::folded(part));
    }
    sha256_hex(text.as_bytes())
}

/// The mark an item should hold.
pub(crate) fn key_of(item: &Manifest) -> String {
    key(item.shelf, &folder_of(item), &item.name)
}

/// The path of an item as people read it.
pub(crate) fn path_of(item: &Manifest) -> String {
    let mut parts = folder_of(item);
    parts.push(item.name.clone());
    parts.join("/")
}

/// The key of a path as a person would write it.
pub(crate) fn key_of_path(shelf: Shelf, path: &str) -> Option<String> {
    let mut parts: Vec<String> =
        path.split(['/', '\\']).filter(|p| !p.is_empty()).map(str::to_owned).collect();
    let name = parts.pop()?;
    Some(key(shelf, &parts, &name))
}

/// A name and the mark it is held by.
#[derive(Debug)]
struct Held {
    name: String,
    folder: Folder,
    key: String,
    /// Whether the mark goes when the name is not kept.
    removable: bool,
}

impl Held {
    /// Makes the name free again.
    fn let_go(&self, pending: &mut HashSet<String>, id: ItemId) {
        pending.remove(&self.key);
        if self.removable
            && let Err(error) = remove_own(&self.folder, &self.key, id)
        {
            tracing::warn!(%error, "the mark of a name was left; it is taken over when the name is wanted");
        }
    }
}

/// A name that has been given out. Dropped before [`Reserved::keep`], it is free again.
#[derive(Debug)]
pub(crate) struct Reserved {
    held: Held,
    id: ItemId,
    core: Arc<Core>,
}

impl Reserved {
    pub fn name(&self) -> &str {
        &self.held.name
    }

    /// The folder of the mark, which must become durable.
    pub fn folder(&self) -> &Folder {
        &self.held.folder
    }

    /// The item has the name from now on.
    pub fn keep(mut self) {
        self.held.removable = false;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.held.let_go(&mut self.core.naming.pending(), self.id);
    }
}

fn remove_own(folder: &Folder, key: &str, id: ItemId) -> io::Result<()> {
    if folder.marked(key)?.as_deref() == Some(id.to_string().as_str()) {
        folder.remove(key)?;
    }
    Ok(())
}

/// Gives out the item's name, or the same with a counter when another item of the folder has it.
pub(crate) fn reserve(core: &Arc<Core>, area: &Area, item: &Manifest, id: ItemId) -> Result<Reserved> {
    let parts = folder_of(item);
    let mut pending = core.naming.pending();
    let mut tried: Vec<Held> = Vec::new();
    let found = lowest_free(|n| {
        let name = if n == 1 { item.name.clone() } else { names::with_suffix(&item.name, n) };
        let key = key(item.shelf, &parts, &name);
        let folder = core.fans.open(&area.names, fan_of(&key))?;
        let taken = take(area, &mut pending, &folder, &key, id)?;
        if taken == Taken::Other {
            return Ok(false);
        }
        tried.push(Held { name, folder, key, removable: taken == Taken::Now });
        Ok(true)
    });
    let held = if found.is_ok() { tried.pop() } else { None };
    // Before the lock is free: whoever is next must not find taken what nobody has.
    for other in tried {
        other.let_go(&mut pending, id);
    }
    drop(pending);
    found?;
    let held = held.ok_or_else(|| domain::Error::internal("a name was given out and is not there"))?;
    Ok(Reserved { held, id, core: Arc::clone(core) })
}

/// Asks `take` for counters until the last one it took has a taken one right below it.
fn lowest_free(mut take: impl FnMut(u32) -> Result<bool>) -> Result<()> {
    let mut below = 0;
    let mut n = 1;
    while !take(n)? {
        below = n;
        n = if n < ONE_BY_ONE { n + 1 } else { n.saturating_mul(2) };
        if below == u32::MAX {
            return Err(domain::Error::conflict("Too many files have this name. Choose another."));
        }
    }
    // `below` is taken and `n` is ours: halve towards a lower free counter between them.
    while n - below > 1 {
        let middle = below + (n - below) / 2;
        if take(middle)? {
            n = middle;
        } else {
            below = middle;
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Taken {
    Now,
    Already,
    Other,
}

fn take(area: &Area, pending: &mut HashSet<String>, folder: &Folder, key: &str, id: ItemId) -> Result<Taken> {
    let text = id.to_string();
    let fault = |e: io::Error| fault::disk(e, "reserving a name", &folder.path().join(key));
    if pending.contains(key) {
        return Ok(Taken::Other);
    }
    let mut taken = Taken::Now;
    match folder.mark(key, &text) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            let holder = folder.marked(key).map_err(fault)?;
            if holder.as_deref() == Some(text.as_str()) {
                taken = Taken::Already;
            } else if is_in_force(area, key, holder.as_deref()) {
                return Ok(Taken::Other);
            } else {
                folder.remove(key).and_then(|()| folder.mark(key, &text)).map_err(fault)?;
            }
        }
        Err(e) => return Err(fault(e)),
    }
    pending.insert(key.to_owned());
    Ok(taken)
}

/// Whether the item a mark names has that name. What cannot be read counts as having it.
pub(crate) fn is_in_force(area: &Area, key: &str, holder: Option<&str>) -> bool {
    let Some(id) = holder.and_then(ItemId::parse) else { return false };
    match area.item(id) {
        Ok(item) => item.is_some_and(|item| key_of(&item) == key),
        Err(_) => true,
    }
}

/// Frees the name an item had. A failure leaves a mark that is taken over when the name is wanted.
pub(crate) fn release(core: &Core, area: &Area, key: &str, id: ItemId) {
    let _naming = core.naming.pending();
    let Ok(Some(folder)) = area.names_of(key) else { return };
    if let Err(error) = remove_own(&folder, key, id) {
        tracing::warn!(%error, "the mark of a former name was left");
    }
}

/// Removes a mark that is not in force, unless it is being given out. Tells whether it did.
pub(crate) fn forget(core: &Core, area: &Area, folder: &Folder, key: &str) -> io::Result<bool> {
    let pending = core.naming.pending();
    if pending.contains(key) || is_in_force(area, key, folder.marked(key)?.as_deref()) {
        return Ok(false);
    }
    folder.remove(key)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_counter_found_is_free_and_the_one_below_it_is_taken(
            taken in proptest::collection::btree_set(1u32..200, 0..150),
        ) {
            let mut ours = Vec::new();
            lowest_free(|n| {
                let free = !taken.contains(&n);
                if free {
                    ours.push(n);
                }
                Ok(free)
            }).unwrap();
            let found = *ours.last().unwrap();
            prop_assert!(!taken.contains(&found));
            prop_assert!(found == 1 || taken.contains(&(found - 1)));
        }
    }

    #[test]
    fn when_every_counter_is_taken_another_name_is_asked_for() {
        let refused = lowest_free(|_| Ok(false)).unwrap_err();
        assert_eq!(refused.kind(), domain::ErrorKind::Conflict);
    }
}
