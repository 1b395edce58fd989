//! What Drive remembers: files, revisions, permissions, shared drives.
//!
//! A million files must fit in memory, so a file's rare members lie in a box of their own, ids need no allocation,
//! and people and projects are numbers.

use crate::core::blobs::Blob;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

/// A file's place in the arena. It is used again after the file is gone; outside the state a file is its [`Id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(NonZeroU32);

impl Key {
    pub(super) const FIRST: Self = Self(NonZeroU32::MIN);
    pub(super) const LAST: Self = Self(NonZeroU32::MAX);

    pub(super) fn from_place(place: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(u32::try_from(place).unwrap_or(u32::MAX)))
    }

    pub(super) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An account, by its number in [`super::Drive::people`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Person(pub u32);

/// A Cloud project, by its number in [`super::Drive::apps`]; [`App::NONE`] when no application is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct App(pub u32);

impl App {
    /// No application: pages, the control door, a world's file.
    pub const NONE: Self = Self(0);
}

/// Texts that occur often, each once, by number. Number 0 is the empty text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<Box<str>>", into = "Vec<Box<str>>")]
pub struct Words {
    texts: Vec<Box<str>>,
    numbers: BTreeMap<Box<str>, u32>,
}

impl Default for Words {
    fn default() -> Self {
        Self::from(vec![Box::from("")])
    }
}

impl From<Vec<Box<str>>> for Words {
    fn from(texts: Vec<Box<str>>) -> Self {
        let numbers = texts.iter().enumerate().map(|(at, text)| (text.clone(), at as u32)).collect();
        Self { texts, numbers }
    }
}

impl From<Words> for Vec<Box<str>> {
    fn from(words: Words) -> Self {
        words.texts
    }
}

impl Words {
    /// The number of a text, given when it has none.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of a text, when it has one.
    pub fn known(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number; empty when there is none.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }
}

const ID_ROOM: usize = 47;

/// An id as Drive shows it: 33 characters for files, 19 for roots and shared drives; at most 47.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    bytes: [u8; ID_ROOM],
    length: u8,
}

impl Id {
    /// An id of a text; nothing when the text is empty, longer than 47 bytes, or has other characters than letters,
    /// digits, `-` and `_`.
    pub fn new(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.is_empty() || text.len() > ID_ROOM || !text.bytes().all(plain) {
            return None;
        }
        let mut bytes = [0; ID_ROOM];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self { bytes, length: text.len() as u8 })
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no id")))
    }
}

/// An instant in milliseconds since 1970, the precision that Drive has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct When(pub i64);

impl From<Timestamp> for When {
    fn from(at: Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

impl When {
    /// The same as an instant.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or_default()
    }

    /// Milliseconds later.
    #[must_use]
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

impl std::fmt::Display for When {
    /// RFC 3339 in UTC with three digits: `2026-06-01T12:00:00.000Z`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// A media type; those that occur often take no room.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mime(Held);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Held {
    Known(u8),
    Other(Box<str>),
}

/// Folders.
pub const FOLDER: &str = "application/vnd.google-apps.folder";
/// Links to other files.
pub const SHORTCUT: &str = "application/vnd.google-apps.shortcut";
/// What every Google type begins with.
pub const NATIVE: &str = "application/vnd.google-apps.";

const KNOWN: [&str; 16] = [
    FOLDER,
    SHORTCUT,
    "application/octet-stream",
    "text/plain",
    "application/pdf",
    "application/vnd.google-apps.document",
    "application/vnd.google-apps.spreadsheet",
    "application/vnd.google-apps.presentation",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "image/png",
    "image/jpeg",
    "application/msword",
    "text/html",
    "text/csv",
];

impl Mime {
    /// A media type of a text.
    pub fn new(text: &str) -> Self {
        match KNOWN.iter().position(|known| *known == text) {
            Some(at) => Self(Held::Known(at as u8)),
            None => Self(Held::Other(text.into())),
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Known(at) => KNOWN.get(usize::from(*at)).copied().unwrap_or_default(),
            Held::Other(text) => text,
        }
    }

    /// Whether it is a folder's.
    pub fn is_folder(&self) -> bool {
        self.0 == Held::Known(0)
    }

    /// Whether it is a shortcut's.
    pub fn is_shortcut(&self) -> bool {
        self.0 == Held::Known(1)
    }

    /// Whether it is one of Google's own, folders and shortcuts included.
    pub fn is_native(&self) -> bool {
        self.as_str().starts_with(NATIVE)
    }
}

impl std::fmt::Debug for Mime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Mime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Mime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

/// A file, folder or shortcut. What an index stands on (name, parent, owner, space, permissions, properties, trash)
/// is changed through [`super::arena::Files`] only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct File {
    pub id: Id,
    pub name: Box<str>,
    pub mime: Mime,
    /// Roots have none, and files whose folder was deleted by somebody else.
    pub parent: Option<Key>,
    /// The root folder it lies under; for shared drives, the key in [`super::Drive::shared_drives`]. A file is in
    /// the space of its folder, whoever owns it. Roots stand for themselves.
    pub space: Option<Key>,
    /// Nobody in shared drives.
    pub owner: Option<Person>,
    pub created: When,
    pub modified: When,
    /// When the name that is searchable was given.
    pub named: When,
    /// Grows with every change, also invisible ones.
    pub version: u64,
    pub modified_by: Person,
    /// The project that made it.
    pub app: App,
    /// Oldest first; the last is the head. Empty for folders and shortcuts.
    pub revisions: Vec<Revision>,
    /// Those given on the file itself, without the owner's.
    pub permissions: Vec<Permission>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Box<Extra>>,
}

/// What few files have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    pub description: Option<Box<str>>,
    pub original_filename: Option<Box<str>>,
    pub folder_color: Option<Box<str>>,
    /// Visible to all applications.
    pub properties: BTreeMap<Box<str>, Box<str>>,
    /// Visible to one project only.
    pub app_properties: BTreeMap<App, BTreeMap<Box<str>, Box<str>>>,
    /// Set while it is in the trash on its own account, not because of a folder.
    pub trash: Option<Trash>,
    pub shortcut: Option<Shortcut>,
    pub restrictions: Vec<ContentRestriction>,
    /// Further projects that a person opened it with: `drive.file` reaches it.
    pub opened_with: BTreeSet<App>,
    /// Flagged as malware.
    pub abusive: bool,
    pub copy_requires_writer_permission: bool,
    pub writers_cannot_share: bool,
    pub inherited_permissions_disabled: bool,
    /// Text to be found by `fullText` besides the content.
    pub indexable_text: Option<Box<str>>,
    /// The last part of the name that was an extension.
    pub full_extension: Option<Box<str>>,
}

/// When and by whom something was trashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trash {
    pub at: When,
    pub by: Person,
}

/// Where a shortcut points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortcut {
    pub target: Id,
    /// What the target was when the shortcut was made.
    pub target_mime: Mime,
}

/// A lock against changes of name and content (google.md 2.14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentRestriction {
    pub reason: Option<Box<str>>,
    pub owner_restricted: bool,
    pub system_restricted: bool,
    pub by: Person,
    pub at: When,
}

/// A state of the content.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revision {
    pub id: Id,
    pub content: Blob,
    pub modified: When,
    pub by: Person,
    pub mime: Mime,
    pub keep_forever: bool,
    /// When newer content came; 30 days later it may be purged.
    pub replaced: Option<When>,
    pub original_filename: Option<Box<str>>,
}

/// What somebody may do, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    Reader,
    Commenter,
    Writer,
    FileOrganizer,
    Organizer,
    Owner,
}

impl Role {
    /// As the interface spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Commenter => "commenter",
            Self::Writer => "writer",
            Self::FileOrganizer => "fileOrganizer",
            Self::Organizer => "organizer",
            Self::Owner => "owner",
        }
    }

    /// A role of its spelling.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Reader, Self::Commenter, Self::Writer, Self::FileOrganizer, Self::Organizer, Self::Owner]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// Whom a permission is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Grantee {
    User(Person),
    /// By address, lower case.
    Group(Box<str>),
    /// By name, lower case.
    Domain(Box<str>),
    Anyone,
}

/// A permission on a file or, on a shared drive's root, a membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    pub id: Box<str>,
    pub grantee: Grantee,
    pub role: Role,
    pub expires: Option<When>,
    /// `allowFileDiscovery`.
    pub discoverable: bool,
    pub given: When,
    pub pending_owner: bool,
}

/// A shared drive. Its members are the permissions of its root; its id is the root's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SharedDrive {
    pub name: Box<str>,
    pub created: When,
    /// The domain it belongs to.
    pub domain: Box<str>,
    pub hidden_for: BTreeSet<Person>,
    pub domain_users_only: bool,
    pub drive_members_only: bool,
    pub copy_requires_writer_permission: bool,
    pub admin_managed_restrictions: bool,
    pub sharing_folders_requires_organizer: bool,
    pub color: Option<Box<str>>,
    pub theme: Option<Box<str>>,
}

/// What one person has with one file.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Mine {
    pub starred: bool,
    pub viewed: Option<When>,
    pub modified: Option<When>,
    pub shared_with_me: Option<When>,
    pub shared_by: Option<Person>,
}

impl File {
    /// The head revision.
    pub fn head(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// Whether it has bytes that can be downloaded.
    pub fn is_blob(&self) -> bool {
        !self.mime.is_native() && !self.revisions.is_empty()
    }

    /// Bytes of content; nothing for Google's own types.
    pub fn size(&self) -> Option<u64> {
        if self.mime.is_native() {
            return None;
        }
        self.head().map(|head| head.content.size())
    }

    /// What it takes of its owner's storage: the head and what is kept forever.
    pub fn quota_bytes(&self) -> u64 {
        let kept = self.revisions.iter().rev().skip(1).filter(|revision| revision.keep_forever);
        self.size().unwrap_or(0) + kept.map(|revision| revision.content.size()).sum::<u64>()
    }

    /// Whether it was trashed itself.
    pub fn is_explicitly_trashed(&self) -> bool {
        self.trash().is_some()
    }

    /// When and by whom it was trashed itself.
    pub fn trash(&self) -> Option<Trash> {
        self.extra.as_ref().and_then(|extra| extra.trash)
    }

    /// The rare members, made when there are none.
    pub fn extra_mut(&mut self) -> &mut Extra {
        self.extra.get_or_insert_with(Box::default)
    }

    /// The locks on it.
    pub fn restrictions(&self) -> &[ContentRestriction] {
        self.extra.as_ref().map_or(&[], |extra| &extra.restrictions)
    }
}
