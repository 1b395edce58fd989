//! Folders and what is in them; lists and their numbers.

use super::{Checkout, Content, Item, ItemKey, Kind, List, ListKey, Place, SiteKey, Version, fold};
use std::collections::BTreeMap;
use std::ops::Bound;

impl Content {
    /// A child by its name, without regard to case.
    pub fn child(&self, parent: ItemKey, name: &str) -> Option<ItemKey> {
        self.children.get(&parent)?.get(&fold(name)).copied()
    }

    /// How many children a folder has.
    pub fn child_count(&self, parent: ItemKey) -> usize {
        self.children.get(&parent).map_or(0, BTreeMap::len)
    }

    /// Children in the order of their names, from behind a folded name.
    pub fn children(&self, parent: ItemKey, after: Option<&str>) -> impl Iterator<Item = (&str, ItemKey)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let all = self.children.get(&parent).into_iter();
        all.flat_map(move |map| {
            map.range::<str, _>((from, Bound::Unbounded)).map(|(name, key)| (&**name, *key))
        })
    }

    /// Takes an item from under its parent, to be put elsewhere, into a bin or away.
    pub fn detach(&mut self, key: ItemKey) {
        let item = &self.items[key as usize];
        let (parent, name) = (item.parent, fold(&item.name));
        if let Some(children) = parent.and_then(|parent| self.children.get_mut(&parent))
            && children.get(&name) == Some(&key)
        {
            children.remove(&name);
        }
    }

    /// Puts an item under a parent with a name.
    pub fn attach(&mut self, key: ItemKey, parent: ItemKey, name: &str) {
        let item = &mut self.items[key as usize];
        item.parent = Some(parent);
        item.name = name.into();
        self.children.entry(parent).or_default().insert(fold(name), key);
    }

    /// An item and all below it, the item first.
    pub fn tree(&self, key: ItemKey) -> Vec<ItemKey> {
        let mut all = vec![key];
        let mut at = 0;
        while at < all.len() {
            let next = all[at];
            all.extend(self.children(next, None).map(|(_, child)| child));
            at += 1;
        }
        all
    }

    /// Whether an item is in another, or is it.
    pub fn is_within(&self, key: ItemKey, folder: ItemKey) -> bool {
        let mut next = Some(key);
        while let Some(here) = next {
            if here == folder {
                return true;
            }
            next = self.item(here).parent;
        }
        false
    }

    /// Names from below the root down to the item.
    pub fn path(&self, key: ItemKey) -> Vec<&str> {
        let mut names = Vec::new();
        let mut next = key;
        while let Some(parent) = self.item(next).parent {
            names.push(&*self.item(next).name);
            next = parent;
        }
        names.reverse();
        names
    }
}

impl Content {
    /// A list of a site by its id, name or title.
    pub fn find_list(&self, site: SiteKey, name: &str) -> Option<ListKey> {
        let named = |list: &List| {
            list.id.eq_ignore_ascii_case(name)
                || list.name.eq_ignore_ascii_case(name)
                || list.title.eq_ignore_ascii_case(name)
        };
        (0..self.lists.len() as ListKey).find(|at| {
            let list = &self.lists[*at as usize];
            list.site == site && !list.removed && named(list)
        })
    }

    /// The item that was given a number: nothing when the number was never given, an empty inside when the item
    /// belongs to another list now.
    pub fn numbered(&self, list: ListKey, number: u32) -> Option<Option<ItemKey>> {
        let key = *self.numbers.get(list as usize)?.get(number.checked_sub(1)? as usize)?;
        Some((self.item(key).list == list).then_some(key))
    }

    /// An item of a list by its number.
    pub fn find_number(&self, list: ListKey, number: u32) -> Option<ItemKey> {
        let key = *self.numbers.get(list as usize)?.get(number.checked_sub(1)? as usize)?;
        (self.item(key).place == Place::Here && self.item(key).list == list).then_some(key)
    }
}

impl Item {
    /// Versions of a file, oldest first.
    pub fn versions(&self) -> &[Version] {
        match &self.kind {
            Kind::File(versions) => versions,
            _ => &[],
        }
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        matches!(self.kind, Kind::Folder)
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File(_))
    }

    /// Its check-out.
    pub fn checkout(&self) -> Option<&Checkout> {
        self.more.as_ref()?.checkout.as_ref()
    }

    /// What somebody reads: the holder their draft, others the last version. Nothing before a first check-in.
    pub fn content_for(&self, user: &str) -> Option<&Version> {
        let own = self.checkout().filter(|checkout| checkout.user == user);
        own.and_then(|checkout| checkout.draft.as_ref()).or_else(|| self.versions().last())
    }
}
