//! What lies in SharePoint: sites, libraries and the items in them.
//!
//! Items stand in one arena and are named by their place in it. Ids, GUIDs and web addresses are computed from that
//! place and a seed, so an item costs a few hundred bytes and no index of ids.

use crate::core::blobs::Blob;
use crate::core::random::Random;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

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
    #[serde(skip)]
    pub sessions: BTreeMap<String, super::files::session::Session>,
    #[serde(skip)]
    pub downloads: HashMap<String, Download>,
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
    /// How many items have permissions of their own.
    pub unique_scopes: u32,
    /// How many items there are.
    pub count: u32,
    /// Bytes of all current contents and versions.
    pub used: u64,
    /// Versions kept of a file; older ones are trimmed.
    pub version_limit: u32,
    pub grants: BTreeMap<String, Grant>,
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

/// What few items have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct More {
    pub description: Option<String>,
    pub checkout: Option<Checkout>,
    pub lock: Option<Lock>,
    /// Values of the list's columns.
    pub fields: BTreeMap<String, Value>,
    /// Permissions of its own, when inheritance is broken or somebody was added.
    pub permissions: Vec<Permission>,
    /// Whether what the parents grant holds here as well.
    pub inheritance_broken: bool,
    /// `createdDateTime` and `lastModifiedDateTime` as a client set them, in microseconds.
    pub file_system: Option<(i64, i64)>,
    pub malware: bool,
    /// The GUID of a move to another library; ids change there.
    pub moved_from: Option<ItemKey>,
}

/// A check-out by the holder's own request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkout {
    /// The holder's object id; empty for an application.
    pub user: String,
    pub by: u32,
    pub at: i64,
    /// What the holder has written since; others read the last version.
    pub draft: Option<Version>,
}

/// A lock by an office program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lock {
    /// The holder's object id, when it is known.
    pub user: Option<String>,
    /// In microseconds.
    pub until: i64,
}

/// A permission on an item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Permission {
    pub id: String,
    pub roles: Vec<String>,
    pub to: Grantee,
    /// In microseconds.
    pub expires: Option<i64>,
}

/// Whom a permission is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grantee {
    User(String),
    Group(String),
    /// An address outside, not redeemed yet.
    Invited(String),
    Application(String),
    /// A sharing link: its kind (`view`, `edit`), its scope (`anonymous`, `organization`, `users`), its word, and for
    /// `users` who may use it.
    Link {
        kind: String,
        scope: String,
        word: String,
        users: Vec<String>,
    },
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

/// Something that happens at its time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Later {
    /// SharePoint writes properties into an office file (M-11); the second number is the content's count it was
    /// scheduled for.
    Promote(ItemKey, u32),
    /// A copy is finished, by its monitor's name.
    Copy(String),
}

/// A copy that goes on behind the scenes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Monitor {
    pub source: ItemKey,
    pub target: ItemKey,
    pub name: String,
    pub conflict: String,
    pub with_versions: bool,
    pub children_only: bool,
    pub by: u32,
    pub began: i64,
    pub ends: i64,
    /// The copy's id, or why it failed.
    pub outcome: Option<Result<String, String>>,
}

/// A download that needs no token.
#[derive(Debug, Clone)]
pub struct Download {
    pub content: Blob,
    pub media_type: String,
    pub name: String,
    pub expires: i64,
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

    /// The library or list of an item.
    pub fn list_of(&self, key: ItemKey) -> &List {
        &self.lists[self.item(key).list as usize]
    }

    /// The site of an item.
    pub fn site_of(&self, key: ItemKey) -> &Site {
        &self.sites[self.list_of(key).site as usize]
    }

    /// The id of an item: `01` and 32 letters and digits.
    pub fn id(&self, key: ItemKey) -> String {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&(key ^ self.seed as u32).to_be_bytes());
        bytes[4..12].copy_from_slice(&mix(self.seed ^ u64::from(key)).to_be_bytes());
        bytes[12..].copy_from_slice(&mix(self.seed.rotate_left(17) ^ u64::from(key)).to_be_bytes());
        format!("01{}", base32(&bytes))
    }

    /// The item of an id; ids are compared with regard to case.
    pub fn find(&self, id: &str) -> Option<ItemKey> {
        let first = id.strip_prefix("01")?.get(..7)?;
        let number =
            first.bytes().try_fold(0_u64, |sum, letter| Some(sum << 5 | u64::from(digit(letter)?)))?;
        let key = (number >> 3) as u32 ^ self.seed as u32;
        ((key as usize) < self.items.len() && self.id(key) == id).then_some(key)
    }

    /// The GUID of an item, upper case as in tags.
    pub fn guid(&self, key: ItemKey) -> String {
        let pair = (mix(self.seed ^ (u64::from(key) << 20)), mix(!self.seed ^ u64::from(key)));
        uuid::Builder::from_u128(u128::from(pair.0) << 64 | u128::from(pair.1))
            .with_variant(uuid::Variant::RFC4122)
            .with_version(uuid::Version::Random)
            .into_uuid()
            .hyphenated()
            .to_string()
            .to_uppercase()
    }

    /// The id of a library as a drive: `b!` and letters.
    pub fn drive_id(&self, list: ListKey) -> String {
        use base64::Engine as _;
        let mut bytes = [0; 48];
        for (part, number) in bytes.chunks_mut(8).zip(0_u64..) {
            part.copy_from_slice(&mix(self.seed ^ u64::from(list) << 8 ^ number).to_be_bytes());
        }
        format!("b!{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The library of a drive's id.
    pub fn find_drive(&self, id: &str) -> Option<ListKey> {
        (0..self.lists.len() as ListKey)
            .find(|list| self.lists[*list as usize].library && self.drive_id(*list) == id)
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
}

impl Site {
    /// The composite id: host, site collection, web.
    pub fn id(&self) -> String {
        format!("{},{},{}", self.host, self.collection, self.web)
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
            list.site == site && named(list)
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

/// The finaliser of `SplitMix64`.
fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base 32 (RFC 4648, section 6) of 20 bytes.
fn base32(bytes: &[u8; 20]) -> String {
    let mut out = String::with_capacity(32);
    for group in bytes.chunks(5) {
        let number = group.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            out.push(char::from(LETTERS[(number >> (place * 5) & 31) as usize]));
        }
    }
    out
}

fn digit(letter: u8) -> Option<u8> {
    LETTERS.iter().position(|known| *known == letter).map(|at| at as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_item_and_nothing_else_does() {
        let mut content = Content::new(&Random::seeded(3));
        content.items = vec![
            Item {
                list: 0,
                parent: None,
                name: "root".into(),
                kind: Kind::Folder,
                created: 0,
                modified: 0,
                created_by: 0,
                modified_by: 0,
                changes: 1,
                content_changes: 0,
                number: 0,
                place: Place::Here,
                more: None,
            };
            300
        ];
        for key in [0, 1, 31, 32, 299] {
            let id = content.id(key);
            assert_eq!(id.len(), 34);
            assert_eq!(content.find(&id), Some(key));
            assert_eq!(content.find(&id.to_lowercase()), None);
        }
        for nonsense in ["", "01", "01AAAAAAA", "01ÄÄÄÄÄÄÄÄÄ", "root"] {
            assert_eq!(content.find(nonsense), None, "{nonsense}");
        }
        assert_ne!(content.guid(1), content.guid(2));
    }
}
