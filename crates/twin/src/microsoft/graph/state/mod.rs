//! What lies in SharePoint: sites, libraries and the items in them.
//!
//! Items stand in one arena and are named by their place in it. Ids, GUIDs and web addresses are computed from that
//! place and a seed, so an item costs a few hundred bytes and no index of ids.

mod ids;
mod kinds;
mod tree;

pub use kinds::*;

use crate::core::blobs::Blob;
use crate::core::random::Random;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An item's place in the arena.
pub type ItemKey = u32;
/// A library's or list's place.
pub type ListKey = u32;
/// A site's place.
pub type SiteKey = u32;

/// Everything in SharePoint, of all tenants.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Content {
    pub sites: Vec<Site>,
    pub lists: Vec<List>,
    items: Vec<Item>,
    /// Children of a folder by their folded name, which is unique in it.
    children: HashMap<ItemKey, BTreeMap<Box<str>, ItemKey>>,
    /// Items of each list by their number, which counts from 1.
    numbers: Vec<Vec<ItemKey>>,
    /// Who has done something, so that an item names them in four bytes.
    actors: Vec<Actor>,
    /// What computed ids are mixed with.
    seed: u64,
    /// What happens later: by instant in microseconds.
    pub later: BTreeMap<i64, Vec<Later>>,
    pub monitors: BTreeMap<String, Monitor>,
    #[serde(default)]
    pub sessions: BTreeMap<String, super::files::session::Session>,
    #[serde(default)]
    pub downloads: HashMap<String, Download>,
    /// Items by the word of a sharing link on them.
    #[serde(default)]
    pub links: BTreeMap<String, ItemKey>,
    /// What was shared with somebody by name, by object id.
    #[serde(default)]
    pub shared: BTreeMap<String, BTreeSet<ItemKey>>,
    /// What somebody follows, by object id.
    #[serde(default)]
    pub followed: BTreeMap<String, BTreeSet<ItemKey>>,
    #[serde(default)]
    pub followed_sites: BTreeMap<String, BTreeSet<SiteKey>>,
}

/// A site.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Site {
    pub tenant: String,
    pub host: String,
    /// Server-relative, `/sites/sales`; empty for the root site.
    pub path: String,
    pub title: String,
    /// The site collection's GUID and the web's.
    pub collection: String,
    pub web: String,
    pub created: i64,
    /// The Microsoft 365 group behind it.
    pub group: Option<String>,
    /// Whose personal site it is.
    pub personal: Option<String>,
    /// Object ids of users and groups.
    pub owners: BTreeSet<String>,
    pub members: BTreeSet<String>,
    pub visitors: BTreeSet<String>,
    /// What applications were granted on this site, by client id.
    pub grants: BTreeMap<String, Grant>,
    /// The recycle bin: what was deleted, newest last.
    pub bin: Vec<Binned>,
    /// In bytes; absent is a terabyte.
    pub quota: Option<u64>,
    /// Whether only reading is allowed.
    pub read_only: bool,
}

/// An application's grant on a site or list (`Sites.Selected`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: String,
    pub name: String,
    /// `read`, `write`, `owner` or `fullcontrol`.
    pub roles: Vec<String>,
}

/// A list; a library when it has files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    pub site: SiteKey,
    /// The list's GUID.
    pub id: String,
    pub name: String,
    pub title: String,
    pub library: bool,
    /// The root folder of a library, the hidden root of other lists.
    pub root: ItemKey,
    pub created: i64,
    pub modified: i64,
    /// Whether new files stay checked out until they are checked in.
    pub requires_checkout: bool,
    pub columns: Vec<Column>,
    /// What changed, oldest first: items by their key. The place in it is delta's cursor.
    pub changes: Vec<ItemKey>,
    /// Places in `changes` at which nothing but permissions changed.
    #[serde(default)]
    pub sharing: BTreeSet<usize>,
    /// How many items have permissions of their own.
    pub unique_scopes: u32,
    /// How many items there are.
    pub count: u32,
    /// Bytes of all current contents and versions.
    pub used: u64,
    /// Versions kept of a file; older ones are trimmed.
    pub version_limit: u32,
    pub grants: BTreeMap<String, Grant>,
    /// Whose list it is; the number of [`Content::actor`].
    #[serde(default)]
    pub created_by: u32,
    #[serde(default)]
    pub description: String,
    /// Deleted: nobody finds it any more.
    #[serde(default)]
    pub removed: bool,
}

/// A column of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Column {
    pub id: String,
    pub name: String,
    pub title: String,
    /// `text`, `number`, `choice`, `dateTime`, `boolean`, `personOrGroup`, `lookup`.
    pub kind: String,
    /// The facet as it was given: `{"maxLength": 255}`.
    pub facet: Value,
    pub indexed: bool,
    pub hidden: bool,
    pub required: bool,
    pub read_only: bool,
}

/// A folder, file or list item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    pub list: ListKey,
    /// Absent for a root.
    pub parent: Option<ItemKey>,
    pub name: Box<str>,
    pub kind: Kind,
    pub created: i64,
    pub modified: i64,
    pub created_by: u32,
    pub modified_by: u32,
    /// Counts every change; the number in `eTag`.
    pub changes: u32,
    /// Counts changes of the content; the number in `cTag`.
    pub content_changes: u32,
    /// The list item's number.
    pub number: u32,
    pub place: Place,
    /// What few items have.
    pub more: Option<Box<More>>,
}

/// What an item is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Kind {
    Folder,
    /// Versions, oldest first; empty while a first check-out lasts.
    File(Vec<Version>),
    /// A row of a list that is no library.
    Row,
}

/// Where an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    Here,
    /// In the recycle bin; its children are, too.
    Bin,
    Gone,
}

/// A version of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub content: Blob,
    pub at: i64,
    pub by: u32,
    pub comment: Option<Box<str>>,
}

/// Something in a recycle bin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Binned {
    pub item: ItemKey,
    pub at: i64,
    pub by: u32,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub tenant: String,
    /// The object id; empty for an application.
    pub user: String,
    pub app: String,
}

impl List {
    /// Whether it is a library that is there.
    pub fn is_library(&self) -> bool {
        self.library && !self.removed
    }
}

/// How names are compared: without regard to case.
pub fn fold(name: &str) -> Box<str> {
    name.to_lowercase().into_boxed_str()
}

/// An instant in microseconds.
pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

impl Content {
    /// Nothing, with ids by chance.
    pub fn new(random: &Random) -> Self {
        Self { seed: random.bits(), ..Self::default() }
    }

    /// An item that is here or in a bin.
    pub fn item(&self, key: ItemKey) -> &Item {
        &self.items[key as usize]
    }

    /// An item, to be changed.
    pub fn item_mut(&mut self, key: ItemKey) -> &mut Item {
        &mut self.items[key as usize]
    }

    /// What few items have; made when it is first asked for.
    pub fn more_mut(&mut self, key: ItemKey) -> &mut More {
        self.items[key as usize].more.get_or_insert_default()
    }

    /// How many items the arena has, those that are gone included.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The number of somebody who does something.
    pub fn actor(&mut self, actor: &Actor) -> u32 {
        // A world has few actors, and the last ones are asked for most.
        if let Some(at) = self.actors.iter().rposition(|known| known == actor) {
            return at as u32;
        }
        self.actors.push(actor.clone());
        (self.actors.len() - 1) as u32
    }

    /// Who has a number.
    pub fn actor_of(&self, number: u32) -> Option<&Actor> {
        self.actors.get(number as usize)
    }

    /// Adds an item under a parent. The caller has seen to it that the name is free.
    pub fn add(&mut self, mut item: Item) -> ItemKey {
        let key = self.items.len() as ItemKey;
        if item.parent.is_some() {
            item.number = self.number(item.list, key);
        }
        if let Some(parent) = item.parent {
            self.children.entry(parent).or_default().insert(fold(&item.name), key);
        }
        let list = &mut self.lists[item.list as usize];
        list.count += 1;
        self.items.push(item);
        key
    }

    /// The next number of a list, for an item.
    pub fn number(&mut self, list: ListKey, key: ItemKey) -> u32 {
        if self.numbers.len() <= list as usize {
            self.numbers.resize(list as usize + 1, Vec::new());
        }
        let numbers = &mut self.numbers[list as usize];
        numbers.push(key);
        numbers.len() as u32
    }

    /// The library or list of an item.
    pub fn list_of(&self, key: ItemKey) -> &List {
        &self.lists[self.item(key).list as usize]
    }

    /// The site of an item.
    pub fn site_of(&self, key: ItemKey) -> &Site {
        &self.sites[self.list_of(key).site as usize]
    }

    /// Writes down that an item changed: its tags count on, and delta will show it.
    pub fn touch(&mut self, key: ItemKey, by: u32, at: i64) {
        let item = &mut self.items[key as usize];
        item.changes += 1;
        item.modified = at;
        item.modified_by = by;
        let list = item.list as usize;
        self.lists[list].changes.push(key);
        self.lists[list].modified = at;
    }

    /// Who may use an item has changed, and nothing else.
    pub fn touch_sharing(&mut self, key: ItemKey) {
        let list = &mut self.lists[self.items[key as usize].list as usize];
        list.sharing.insert(list.changes.len());
        list.changes.push(key);
    }
}
