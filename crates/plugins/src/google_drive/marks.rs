//! What we write on a file at Google: properties that only our application sees.
//!
//! They travel with every change of the file, in the same request, so a change and its mark are there together or
//! not at all. Google allows 30 properties of 124 bytes, name and value together (google.md 2.8); entries are merged
//! by name, and a name without a value goes.
//!
//! | name | value |
//! |---|---|
//! | `chi` | the installation |
//! | `cho` | the operation that made the file |
//! | `chs` | shelf (`d`, `t`), level of locking, whether it was published: `d21` |
//! | `cha0`…`cha3` | the last operations applied, ten in each |
//! | `chl.…` | who holds it, named by the operation that took it |
//! | `chp`, `chq` | while it is held: the revision everybody else reads, and its MD5, size and time |
//! | `chw` | MD5 of the content we wrote last |
//! | `chb` | MD5 of the content its holder has seen |
//! | `chn` | name, folder and trash as we left them |
//! | `chu` | the audience: `p1`, `g3.1` |
//! | `chv` | how many versions are committed |

use super::ids::{mark, short};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Audience, Call, Shelf};
use domain::{AssociateId, GroupId, InstallationId, OperationId};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Operations in one property.
const IN_ONE: usize = 10;
/// Properties with operations.
const RINGS: usize = 4;
/// Letters of an operation's mark.
const LETTERS: usize = 12;
/// Room for a holder's name, in bytes.
const NAME: usize = 60;

/// Who holds a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lease {
    /// The mark of the operation that took it.
    pub taken_by: String,
    pub associate: Option<AssociateId>,
    /// In milliseconds since 1970.
    pub since: i64,
    pub name: String,
}

/// The content everybody but the holder reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Public {
    pub revision: String,
    pub md5: String,
    pub size: u64,
    pub modified: Timestamp,
}

/// How the lock of a file looks to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    Free,
    Own,
    Other,
}

/// What is written on a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    pub installation: InstallationId,
    pub made_by: String,
    pub shelf: Shelf,
    pub semantics: LockSemantics,
    pub published: bool,
    rings: [String; RINGS],
    /// The first of them holds it.
    pub leases: Vec<Lease>,
    pub public: Option<Public>,
    pub written: Option<String>,
    pub base: Option<String>,
    picture: [String; 3],
    pub audience: Audience,
    pub versions: u32,
}

impl Marks {
    /// The marks of a new file.
    pub fn new(call: &Call, operation: OperationId, shelf: Shelf, semantics: LockSemantics) -> Self {
        Self {
            installation: call.installation,
            made_by: operation.0.simple().to_string(),
            shelf,
            semantics,
            published: false,
            rings: Default::default(),
            leases: Vec::new(),
            public: None,
            written: None,
            base: None,
            picture: Default::default(),
            audience: Audience::Inherited,
            versions: 0,
        }
    }

    /// Reads the properties of a file; nothing when they are not ours.
    pub fn read(properties: &BTreeMap<String, String>) -> Option<Self> {
        let get = |name: &str| properties.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let state = get("chs")?.as_bytes();
        let [shelf, level, published] = state else { return None };
        let rings = std::array::from_fn(|n| get(&format!("cha{n}")).unwrap_or_default().to_owned());
        let mut leases: Vec<Lease> = properties.iter().filter_map(|(n, v)| Lease::read(n, v)).collect();
        leases.sort_by(|a, b| (a.since, &a.taken_by).cmp(&(b.since, &b.taken_by)));
        let mut picture = get("chn").unwrap_or_default().split('.').map(str::to_owned);
        Some(Self {
            installation: InstallationId(get("chi")?.parse().ok()?),
            made_by: get("cho")?.to_owned(),
            shelf: if *shelf == b't' { Shelf::Templates } else { Shelf::Documents },
            semantics: LockSemantics::from_number(i64::from(level.checked_sub(b'0')?))?,
            published: *published == b'1',
            rings,
            leases,
            public: get("chp").zip(get("chq")).and_then(|(revision, facts)| Public::read(revision, facts)),
            written: get("chw").map(str::to_owned),
            base: get("chb").map(str::to_owned),
            picture: std::array::from_fn(|_| picture.next().unwrap_or_default()),
            audience: get("chu").map_or(Audience::Inherited, audience),
            versions: get("chv").and_then(|n| n.parse().ok()).unwrap_or(0),
        })
    }

    /// All of them, as properties.
    pub fn write(&self) -> Map<String, Value> {
        let shelf = if self.shelf == Shelf::Templates { 't' } else { 'd' };
        let state = format!("{shelf}{}{}", self.semantics.number(), u8::from(self.published));
        let mut all = Map::new();
        all.insert("chi".into(), json!(self.installation.to_string()));
        all.insert("cho".into(), json!(self.made_by));
        all.insert("chs".into(), json!(state));
        let mut optional = |name: String, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                all.insert(name, json!(value));
            }
        };
        for (n, ring) in self.rings.iter().enumerate() {
            optional(format!("cha{n}"), Some(ring.clone()));
        }
        for lease in &self.leases {
            optional(format!("chl.{}", lease.taken_by), Some(lease.write()));
        }
        optional("chp".into(), self.public.as_ref().map(|public| public.revision.clone()));
        optional("chq".into(), self.public.as_ref().map(Public::facts));
        optional("chw".into(), self.written.clone());
        optional("chb".into(), self.base.clone());
        let seen = self.picture.iter().any(|part| !part.is_empty());
        optional("chn".into(), seen.then(|| self.picture.join(".")));
        optional("chu".into(), audience_text(&self.audience));
        optional("chv".into(), (self.versions > 0).then(|| self.versions.to_string()));
        all
    }

    /// The properties that turn `before` into this: those that differ, and nothing for those that go.
    pub fn since(&self, before: &Self) -> Map<String, Value> {
        let (old, mut new) = (before.write(), self.write());
        new.retain(|name, value| old.get(name) != Some(value));
        for name in old.keys().filter(|name| !self.write().contains_key(*name)) {
            new.insert(name.clone(), Value::Null);
        }
        new
    }

    /// The properties of a copy: these, and blanks for what the original has besides.
    pub fn over(&self, original: &BTreeMap<String, String>) -> Map<String, Value> {
        let mut all = self.write();
        for name in original.keys().filter(|name| name.starts_with("ch")) {
            all.entry(name.clone()).or_insert_with(|| json!(""));
        }
        all
    }

    /// Whether this operation has been applied, or made the file.
    pub fn knows(&self, operation: OperationId) -> bool {
        let mark = mark(operation);
        self.made_by == operation.0.simple().to_string()
            || self.rings.iter().any(|ring| ring.as_bytes().chunks(LETTERS).any(|m| m == mark.as_bytes()))
    }

    /// Whether this operation has taken the lock, which is the first part of a save.
    pub fn is_begun(&self, operation: OperationId) -> bool {
        self.leases.first().is_some_and(|lease| lease.taken_by == mark(operation))
    }

    /// Remembers an operation; at least the last thirty are known.
    pub fn remember(&mut self, operation: OperationId) {
        let full = IN_ONE * LETTERS;
        // One of them is always there to go on with: begun and not full, or blank.
        let begun = self.rings.iter().position(|ring| !ring.is_empty() && ring.len() < full);
        let place = begun.or_else(|| self.rings.iter().position(String::is_empty)).unwrap_or(0);
        self.rings[place].push_str(&mark(operation));
        if self.rings[place].len() >= full {
            // The oldest make room.
            self.rings[(place + 1) % RINGS].clear();
        }
    }

    /// How the lock looks to somebody.
    pub fn holding(&self, who: Option<AssociateId>) -> Holding {
        match self.leases.first() {
            None => Holding::Free,
            Some(lease) if lease.associate == who => Holding::Own,
            Some(_) => Holding::Other,
        }
    }

    pub fn checkout_state(&self, who: Option<AssociateId>) -> CheckoutState {
        match self.leases.first() {
            None => CheckoutState::NotCheckedOut,
            Some(lease) if lease.associate == who => CheckoutState::Own,
            Some(lease) => CheckoutState::Other { associate: lease.associate, name: lease.name.clone() },
        }
    }

    /// Takes the lock for a caller, in the name of an operation.
    pub fn take(&mut self, call: &Call, operation: OperationId) {
        self.leases = vec![Lease {
            taken_by: mark(operation),
            associate: call.associate,
            since: call.now.as_millisecond(),
            name: cut(&call.name, NAME),
        }];
    }

    /// Gives the lock back.
    pub fn release(&mut self) {
        self.leases.clear();
        self.public = None;
        self.base = None;
    }

    /// Content we are about to write. Without its MD5 nobody can tell it from somebody else's for a moment.
    pub fn wrote(&mut self, md5: Option<String>) {
        self.base = self.leases.first().and(md5.clone());
        self.written = md5;
    }

    /// How we leave the file: its name, its folder, whether it is in the trash.
    pub fn leave(&mut self, name: &str, folder: &str, trashed: bool) {
        self.picture = [short(name), short(folder), u8::from(trashed).to_string()];
    }

    /// The same, for its name alone.
    pub fn leave_name(&mut self, name: &str) {
        self.picture[0] = short(name);
    }

    /// The same, for the trash alone.
    pub fn leave_trash(&mut self, trashed: bool) {
        self.picture[2] = u8::from(trashed).to_string();
    }

    /// Whether the file lies in another folder than the one in which we left it.
    pub fn is_moved(&self, folder: &str) -> bool {
        self.picture[1] != short(folder)
    }

    /// Whether somebody else has changed the file since we wrote it last.
    pub fn is_foreign(&self, name: &str, folder: &str, trashed: bool, md5: &str) -> bool {
        let now = [short(name), short(folder), u8::from(trashed).to_string()];
        now != self.picture || self.written.as_deref() != Some(md5)
    }
}

impl Public {
    fn read(revision: &str, facts: &str) -> Option<Self> {
        let mut parts = facts.split('|');
        let (md5, size, modified) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            revision: revision.to_owned(),
            md5: md5.to_owned(),
            size: size.parse().ok()?,
            modified: Timestamp::from_millisecond(modified.parse().ok()?).ok()?,
        })
    }

    fn facts(&self) -> String {
        format!("{}|{}|{}", self.md5, self.size, self.modified.as_millisecond())
    }
}

impl Lease {
    fn read(name: &str, value: &str) -> Option<Self> {
        let taken_by = name.strip_prefix("chl.")?.to_owned();
        let mut parts = value.splitn(3, '|');
        let (associate, since, name) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            taken_by,
            associate: associate.parse().ok().map(AssociateId),
            since: since.parse().ok()?,
            name: name.to_owned(),
        })
    }

    fn write(&self) -> String {
        let associate = self.associate.map(|id| id.0.to_string()).unwrap_or_default();
        format!("{associate}|{}|{}", self.since, self.name)
    }
}

fn audience(text: &str) -> Audience {
    let person = |text: &str| text.parse().ok().map(AssociateId);
    let read = match text.split_at_checked(1) {
        Some(("p", who)) => person(who).map(|associate| Audience::Person { associate }),
        Some(("g", both)) => both.split_once('.').and_then(|(group, owner)| {
            let group = group.parse().ok().map(GroupId)?;
            Some(Audience::Group { group, owner: person(owner)? })
        }),
        _ => None,
    };
    read.unwrap_or_default()
}

fn audience_text(audience: &Audience) -> Option<String> {
    match audience {
        Audience::Inherited => None,
        Audience::Person { associate } => Some(format!("p{associate}")),
        Audience::Group { group, owner } => Some(format!("g{group}.{owner}")),
    }
}

/// The beginning of a text that fits into so many bytes.
fn cut(text: &str, bytes: usize) -> String {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn call(associate: Option<i64>) -> Call {
        Call {
            installation: InstallationId(7),
            associate: associate.map(AssociateId),
            name: "Ånna | Berg 漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢".into(),
            operation: Some(operation(1)),
            now: Timestamp::from_second(1_767_225_600).unwrap(),
            accepts: Vec::new(),
        }
    }

    fn operation(n: u128) -> OperationId {
        OperationId(Uuid::from_u128(n))
    }

    fn full() -> Marks {
        let mut marks = Marks::new(&call(Some(1)), operation(1), Shelf::Templates, LockSemantics::Versioning);
        marks.take(&call(Some(i64::MAX)), operation(2));
        marks.published = true;
        marks.public = Some(Public {
            revision: "0B".to_owned() + &"x".repeat(70),
            md5: "d41d8cd98f00b204e9800998ecf8427e".into(),
            size: 5 << 40,
            modified: Timestamp::from_millisecond(1_767_225_600_123).unwrap(),
        });
        marks.wrote(Some("d41d8cd98f00b204e9800998ecf8427e".into()));
        marks.leave("Name", "Folder", false);
        marks.audience = Audience::Group { group: GroupId(i64::MAX), owner: AssociateId(i64::MAX) };
        marks.versions = u32::MAX;
        (0..100).for_each(|n| marks.remember(operation(100 + n)));
        marks
    }

    fn texts(map: Map<String, Value>) -> BTreeMap<String, String> {
        map.into_iter().filter_map(|(n, v)| Some((n, v.as_str()?.to_owned()))).collect()
    }

    #[test]
    fn marks_are_read_as_they_were_written_and_fit_into_what_google_allows() {
        for marks in [full(), Marks::new(&call(None), operation(9), Shelf::Documents, LockSemantics::None)] {
            let written = texts(marks.write());
            assert!(written.len() <= 24, "{}", written.len());
            assert!(written.iter().all(|(n, v)| n.len() + v.len() <= 124), "{written:?}");
            assert_eq!(Marks::read(&written), Some(marks));
        }
    }

    #[test]
    fn at_least_the_last_thirty_operations_are_known() {
        let mut marks = full();
        for n in 0..500_u128 {
            marks.remember(operation(1000 + n));
            for back in 0..n.min(30) {
                assert!(marks.knows(operation(1000 + n - back)), "{back} before {n}");
            }
            assert!(!marks.knows(operation(1001 + n)));
        }
        assert!(marks.knows(operation(1)), "the one that made it");
    }

    #[test]
    fn a_change_names_what_differs_and_what_goes() {
        let before = full();
        let mut after = before.clone();
        after.release();
        after.audience = Audience::Inherited;
        let change = after.since(&before);
        let mut gone: Vec<_> = change.iter().filter(|(_, v)| v.is_null()).map(|(n, _)| n.as_str()).collect();
        gone.sort_unstable();
        assert_eq!(gone, ["chb", &format!("chl.{}", mark(operation(2))), "chp", "chq", "chu"]);
        assert_eq!(change.len(), gone.len());
        assert!(before.since(&before).is_empty());
    }

    #[test]
    fn a_copy_keeps_nothing_of_the_originals_state() {
        let fresh = Marks::new(&call(Some(1)), operation(5), Shelf::Documents, LockSemantics::None);
        let mut copied = texts(full().write());
        copied.extend(texts(fresh.over(&copied)));
        assert_eq!(Marks::read(&copied), Some(fresh));
    }

    #[test]
    fn what_others_did_is_told_from_what_we_did() {
        let mut marks = full();
        marks.leave("Name", "Folder", false);
        let md5 = "d41d8cd98f00b204e9800998ecf8427e";
        assert!(!marks.is_foreign("Name", "Folder", false, md5));
        assert!(marks.is_foreign("Other", "Folder", false, md5));
        assert!(marks.is_foreign("Name", "Elsewhere", false, md5));
        assert!(marks.is_foreign("Name", "Folder", true, md5));
        assert!(marks.is_foreign("Name", "Folder", false, "another"));
    }

    #[test]
    fn properties_that_are_not_ours_are_nobodys_marks() {
        for (name, value) in [("chs", "d0"), ("chs", "d91"), ("chi", "x"), ("cho", "")] {
            let mut wrong = texts(full().write());
            wrong.insert(name.into(), value.into());
            assert_eq!(Marks::read(&wrong), None, "{name}={value}");
        }
        assert_eq!(Marks::read(&BTreeMap::new()), None);
    }
}
