//! The work place of one call: finding a file, who may change it now, and how it looks to the caller.

use super::client::Line;
use super::marks::{Holding, Marks, Public};
use super::wire::{EMPTY_MD5, EMPTY_SHA256, FOLDER, File};
use super::{Shared, fault, ids};
use domain::plugin::{Call, ExternalRef, Item, Revision, VersionId};
use domain::{ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What a call works with.
pub(crate) struct Desk<'a> {
    pub shared: &'a Shared,
    pub line: Line,
    pub call: &'a Call,
}

/// A file of ours.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub file: File,
    pub marks: Marks,
}

/// What a caller reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View<'t> {
    /// The newest content.
    Head,
    /// What was public before somebody took the file.
    Public(&'t Public),
    /// Nothing: it was never published.
    Nothing,
}

/// An instant in the form that Google keeps, and its precision: milliseconds.
pub(crate) fn when(at: Timestamp) -> Value {
    let rounded = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    json!(rounded.to_string())
}

impl Thing {
    /// A file with our marks of this installation; nothing for any other.
    pub fn of(file: File, call: &Call) -> Option<Self> {
        let marks = Marks::read(&file.app_properties)?;
        let ours = marks.installation == call.installation && file.mime_type != FOLDER;
        ours.then_some(Self { file, marks })
    }

    pub fn id(&self) -> &str {
        &self.file.id
    }

    pub fn holding(&self, call: &Call) -> Holding {
        self.marks.holding(call.associate)
    }

    /// What somebody reads.
    pub fn view(&self, call: &Call) -> View<'_> {
        if !self.marks.semantics.locks() {
            return View::Head;
        }
        match (self.holding(call), self.marks.published, &self.marks.public) {
            (Holding::Own, ..) | (Holding::Free, true, _) | (Holding::Other, true, None) => View::Head,
            (Holding::Other, true, Some(public)) => View::Public(public),
            (Holding::Free | Holding::Other, false, _) => View::Nothing,
        }
    }

    /// The revision somebody reads: its MD5. Documents of Google's own have none; their version stands for it.
    pub fn revision(&self, call: &Call) -> Revision {
        Revision(match self.view(call) {
            View::Nothing => EMPTY_MD5.to_owned(),
            View::Public(public) => public.md5.clone(),
            View::Head if self.file.is_native() => format!("v{}", self.file.version.unwrap_or(0)),
            View::Head => self.file.md5().to_owned(),
        })
    }

    /// The item as somebody sees it.
    pub fn seen(&self, call: &Call) -> Item {
        let modified = self.file.modified_time.unwrap_or(call.now);
        let (size, sha256, modified) = match self.view(call) {
            View::Nothing => (0, Some(EMPTY_SHA256.to_owned()), modified),
            View::Public(public) => (public.size, None, public.modified),
            View::Head => (self.file.size.unwrap_or(0), self.file.sha256_checksum.clone(), modified),
        };
        Item {
            reference: ExternalRef(self.file.id.clone()),
            name: self.file.name.clone(),
            media_type: self.file.mime_type.clone(),
            revision: self.revision(call),
            size,
            sha256,
            semantics: self.marks.semantics,
            published: self.marks.published,
            checkout: self.marks.checkout_state(call.associate),
            version: (self.marks.versions > 0).then(|| VersionId(self.marks.versions.to_string())),
            trashed: self.file.trashed,
            modified,
        }
    }

    /// Refuses when somebody else holds it.
    pub fn not_held_by_other(&self, call: &Call) -> Result<()> {
        match (self.holding(call), self.marks.leases.first()) {
            (Holding::Other, Some(lease)) => Err(fault::held_by(&self.file.name, &lease.name)),
            _ => Ok(()),
        }
    }

    /// What others read while the file is held: its head now.
    pub fn public_now(&self) -> Option<Public> {
        let revision = self.file.head_revision_id.clone()?;
        self.marks.published.then(|| Public {
            revision,
            md5: self.file.md5().to_owned(),
            size: self.file.size.unwrap_or(0),
            modified: self.file.modified_time.unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }
}

impl Desk<'_> {
    /// A file of this installation, in the trash or not; nothing when there is none.
    pub async fn look(&self, reference: &ExternalRef) -> Result<Option<Thing>> {
        let Ok(id) = ids::file_of(reference) else { return Ok(None) };
        Ok(self.line.file(id).await?.and_then(|file| Thing::of(file, self.call)))
    }

    /// A file of this installation.
    /// # Errors
    /// `NotFound` for a reference that is not one of ours or names nothing here.
    pub async fn find(&self, reference: &ExternalRef) -> Result<Thing> {
        self.look(reference).await?.ok_or_else(ids::missing)
    }

    /// As [`Desk::find`], and not in the trash.
    pub async fn find_usable(&self, reference: &ExternalRef) -> Result<Thing> {
        let thing = self.find(reference).await?;
        if thing.file.trashed {
            return Err(fault::in_trash(&thing.file.name));
        }
        Ok(thing)
    }

    /// The file to be changed by a recorded operation: `Err` with it when the operation was applied before.
    pub async fn find_to_change(&self, reference: &ExternalRef, in_trash: bool) -> Result<Found> {
        let operation = self.call.recorded()?;
        let thing = self.find(reference).await?;
        if thing.marks.knows(operation) {
            return Ok(Found::Applied(Box::new(thing)));
        }
        if thing.file.trashed && !in_trash {
            return Err(fault::in_trash(&thing.file.name));
        }
        Ok(Found::Now(Box::new(thing)))
    }

    /// Changes the marks of a file, and more with them, in one request.
    pub async fn apply(&self, thing: &Thing, next: &Marks, more: Map<String, Value>) -> Result<Thing> {
        let body = change(thing, next, more);
        let file = self.line.patch(thing.id(), &body).await?;
        self.again(file)
    }

    /// The same, into another folder.
    pub async fn apply_in(
        &self,
        thing: &Thing,
        next: &Marks,
        more: Map<String, Value>,
        folder: &str,
    ) -> Result<Thing> {
        let body = change(thing, next, more);
        let file = self.line.shift(thing.id(), thing.file.parent(), folder, &body).await?;
        self.again(file)
    }

    /// What Google shows of a file that we have just changed.
    pub fn again(&self, file: File) -> Result<Thing> {
        Thing::of(file, self.call).ok_or_else(|| {
            domain::Error::new(
                ErrorKind::Unavailable,
                "Google does not show what was just changed. Nothing is lost; try again in a minute.",
            )
        })
    }
}

/// A file to be changed.
pub(crate) enum Found {
    /// The operation was applied before.
    Applied(Box<Thing>),
    /// It is to be applied now.
    Now(Box<Thing>),
}

/// The body of a change: the marks that differ, and a time that stays as it is unless `more` says otherwise.
pub(crate) fn change(thing: &Thing, next: &Marks, mut more: Map<String, Value>) -> Value {
    let marks = next.since(&thing.marks);
    if !marks.is_empty() {
        more.insert("appProperties".into(), Value::Object(marks));
    }
    if let Some(modified) = thing.file.modified_time {
        more.entry("modifiedTime").or_insert_with(|| when(modified));
    }
    Value::Object(more)
}

/// Members of a change.
pub(crate) fn more(members: &[(&str, Value)]) -> Map<String, Value> {
    members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}
