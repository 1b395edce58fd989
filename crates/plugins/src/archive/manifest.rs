//! What the archive knows of one item, and the form in which it is kept.

use domain::locking::LockSemantics;
use domain::plugin::{Audience, ExternalRef, Placement, Shelf, VersionNote};
use domain::{AssociateId, InstallationId, OperationId};
use jiff::Timestamp;
use platform::digest::{hex, sha256, sha256_hex};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// The version of the form below.
pub(crate) const FORMAT: u32 = 1;
/// How many applied operations an item remembers.
const REMEMBERED: usize = 64;
/// The SHA-256 of no bytes. Empty content has no file.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// What every reference begins with.
const REFERENCE: &str = "arc1-";

/// The archive's key of an item: derived from the operation that makes it, so that repeating the operation
/// finds the item instead of making another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ItemId(pub u128);

impl ItemId {
    pub fn made_by(installation: InstallationId, operation: OperationId) -> Self {
        let digest = sha256(format!("item of {installation} by {operation}").as_bytes());
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(u128::from_be_bytes(half))
    }

    /// Exactly 32 lower-case hexadecimal digits; nothing else names an item.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        digits.then(|| u128::from_str_radix(text, 16).ok().map(Self)).flatten()
    }

    pub fn from_reference(reference: &ExternalRef) -> Option<Self> {
        Self::parse(reference.0.strip_prefix(REFERENCE)?)
    }

    pub fn reference(self) -> ExternalRef {
        ExternalRef(format!("{REFERENCE}{self}"))
    }

    /// The folder it lies in, among 256.
    pub fn fan(self) -> String {
        format!("{:02x}", self.0 >> 120)
    }

    pub fn file(self) -> String {
        format!("{self}.json")
    }

    /// The empty file that stays for a while after the item was destroyed.
    pub fn tombstone(self) -> String {
        format!("{self}.gone")
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Content as stored: immutable bytes under their own hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub sha256: String,
    pub size: u64,
    /// The SHA-256 of the list of chunk hashes, for content long enough to have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunks: Option<String>,
}

impl Stored {
    pub fn empty() -> Self {
        Self { sha256: EMPTY.into(), size: 0, chunks: None }
    }

    fn is_well_formed(&self) -> bool {
        is_digest(&self.sha256)
            && self.chunks.as_deref().is_none_or(is_digest)
            && (self.size == 0) == (self.sha256 == EMPTY)
    }
}

/// Whether the text is a SHA-256 in lower-case hexadecimal.
pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Content saved since check-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    pub content: Stored,
    pub at: Timestamp,
}

/// Who has checked the item out. No associate: the product itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub associate: Option<AssociateId>,
    pub name: String,
    pub since: Timestamp,
}

/// A committed version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub number: u32,
    pub content: Stored,
    pub at: Timestamp,
    pub by: Option<AssociateId>,
    pub by_name: String,
    pub note: VersionNote,
}

/// Everything the archive knows of one item: one file, replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub format: u32,
    pub id: String,
    pub shelf: Shelf,
    pub name: String,
    pub media_type: String,
    pub semantics: LockSemantics,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    pub place: Placement,
    /// What is public.
    pub head: Stored,
    pub published: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    #[serde(default)]
    pub versions: Vec<Version>,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    #[serde(default)]
    pub audience: Audience,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trashed: Option<Timestamp>,
    pub modified: Timestamp,
    pub made_by: OperationId,
    /// The last operations applied, oldest first.
    #[serde(default)]
    pub applied: VecDeque<OperationId>,
}

/// The wrapping around the data: `{"sha256":"…","item":` data `}` and a line end. Fixed, so that the checksum
/// covers exactly the bytes between.
const BEFORE: &str = "{\"sha256\":\"";
const BETWEEN: &str = "\",\"item\":";
const AFTER: &str = "}\n";

impl Manifest {
    pub fn item_id(&self) -> Option<ItemId> {
        ItemId::parse(&self.id)
    }

    /// The file's bytes, with their checksum.
    pub fn encode(&self) -> domain::Result<Vec<u8>> {
        let data = serde_json::to_vec(self)
            .map_err(|e| domain::Error::internal("an item could not be written as JSON").caused_by(e))?;
        let mut file = Vec::with_capacity(data.len() + 96);
        file.extend_from_slice(BEFORE.as_bytes());
        file.extend_from_slice(sha256_hex(&data).as_bytes());
        file.extend_from_slice(BETWEEN.as_bytes());
        file.extend_from_slice(&data);
        file.extend_from_slice(AFTER.as_bytes());
        Ok(file)
    }

    /// The item in a file's bytes, or what is wrong with them.
    pub fn decode(id: ItemId, file: &[u8]) -> Result<Self, String> {
        let (digest, data) = unwrap(file).ok_or("it is cut short or not in the form of the archive")?;
        if hex(&sha256(data)).as_bytes() != digest {
            return Err("its bytes do not match its checksum".into());
        }
        let item: Self = serde_json::from_slice(data).map_err(|e| format!("it cannot be read: {e}"))?;
        if item.format > FORMAT {
            return Err(format!("it was written by a newer version (form {})", item.format));
        }
        if item.item_id() != Some(id) {
            return Err(format!("it describes the item {}", item.id));
        }
        if !item.contents().all(|(_, c)| c.is_well_formed()) {
            return Err("it names content that cannot exist".into());
        }
        Ok(item)
    }

    /// All content this item needs, with a word for each.
    pub fn contents(&self) -> impl Iterator<Item = (String, &Stored)> {
        let work = self.work.iter().map(|w| ("the work copy".to_owned(), &w.content));
        let versions = self.versions.iter().map(|v| (format!("version {}", v.number), &v.content));
        std::iter::once(("the current content".to_owned(), &self.head)).chain(work).chain(versions)
    }

    pub fn knows(&self, operation: OperationId) -> bool {
        self.made_by == operation || self.applied.contains(&operation)
    }

    pub fn remember(&mut self, operation: OperationId) {
        if self.applied.len() >= REMEMBERED {
            self.applied.pop_front();
        }
        self.applied.push_back(operation);
    }
}

fn unwrap(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = file.strip_prefix(BEFORE.as_bytes())?;
    let (digest, rest) = rest.split_at_checked(64)?;
    let data = rest.strip_prefix(BETWEEN.as_bytes())?.strip_suffix(AFTER.as_bytes())?;
    Some((digest, data))
}
