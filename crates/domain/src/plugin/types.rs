//! What goes into a document plugin and what comes out.

use crate::locking::{CheckoutState, LockSemantics};
use crate::visibility::VisibleFor;
use crate::{
    AssociateId, CompanyId, Error, GroupId, InstallationId, OperationId, PluginId, ProjectId, Result,
};
use bytes::Bytes;
use futures_core::Stream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// An opaque key made and understood by one plugin only. Nobody else interprets it (T24).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExternalRef(pub String);

impl fmt::Debug for ExternalRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ref:{}", self.0)
    }
}

/// A mark that changes whenever the content the caller would read changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub String);

/// The plugin's name for a committed version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(pub String);

/// Bytes as they arrive.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// Content on its way to a plugin.
pub struct Body {
    /// The number of bytes announced, when known. A body that differs from it fails.
    pub length: Option<u64>,
    /// The bytes. An error item aborts the call that reads it.
    pub stream: ByteStream,
}

impl Body {
    /// A body of bytes that are already in memory.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { length: Some(bytes.len() as u64), stream: Box::pin(Once(Some(bytes))) }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("length", &self.length).finish_non_exhaustive()
    }
}

struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes>;
    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(Ok))
    }
}

/// Who calls, on whose behalf, for which recorded operation.
#[derive(Debug, Clone)]
pub struct Call {
    /// The installation whose place is meant.
    pub installation: InstallationId,
    /// The person on whose behalf; `None` for the product itself.
    pub associate: Option<AssociateId>,
    /// That person's display name, for version lists and locks.
    pub name: Arc<str>,
    /// The recorded operation. Present on every changing call.
    pub operation: Option<OperationId>,
    /// The instant of the request.
    pub now: Timestamp,
    /// The kinds of answer the caller can handle. Empty means no limit.
    pub accepts: Vec<AnswerKind>,
}

impl Call {
    /// The operation of a changing call.
    /// # Errors
    /// `Internal` when the host forgot to record one: a defect.
    pub fn recorded(&self) -> Result<OperationId> {
        self.operation.ok_or_else(|| Error::internal("a changing plugin call carries no operation"))
    }

    /// The answer if the caller can handle its kind, and [`Answer::Nothing`] otherwise.
    pub fn answer(&self, answer: Answer) -> Answer {
        if self.accepts.is_empty() || self.accepts.contains(&answer.kind()) {
            answer
        } else {
            Answer::Nothing
        }
    }
}

/// The plugin's number, name and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginInfo {
    /// The number stored on documents and templates. `0` is the archive.
    pub id: PluginId,
    /// The name people read: "Archive".
    pub name: String,
    /// A stable word for logs and metrics: `archive`, `google_drive`, `sharepoint`.
    pub kind: &'static str,
}

/// What a plugin can do, as data. A claim is tested in both directions by the conformance suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Capabilities {
    /// The highest level of locking.
    pub locking: LockSemantics,
    /// Templates can be kept here.
    pub templates: bool,
    /// Blank templates can be made here.
    pub blank_templates: bool,
    /// There is a trash: [`Removal::Trash`] and `restore`.
    pub trash: bool,
    /// `copy`.
    pub copy: bool,
    /// `place`.
    pub place: bool,
    /// `open_url`.
    pub open_url: bool,
    /// `open_url` also for a desktop application.
    pub open_desktop: bool,
    /// `metadata`, `set_metadata`.
    pub metadata: bool,
    /// `set_version_note`, `restore_version`.
    pub version_notes: bool,
    /// `set_facts` shows something.
    pub facts: bool,
    /// `set_audience`, `audience`.
    pub audience: bool,
    /// `changes`.
    pub changes: bool,
    /// `watch`, `unwatch`.
    pub watch: bool,
    /// `commands`, `execute`.
    pub commands: bool,
    /// `resolve_path`.
    pub paths: bool,
    /// A listing may ask `checkout_state` for each row.
    pub fast_lock_status: bool,
    /// A listing may ask `versions` for each row.
    pub fast_version_list: bool,
    /// A listing may ask `stat` for each row.
    pub fast_exists: bool,
    /// The largest content in bytes.
    pub max_content: u64,
}

impl Capabilities {
    /// Whether people come to items at the place itself, by rights that it keeps.
    pub fn rights(&self) -> bool {
        self.audience && self.open_url
    }
}

/// Which of the plugin's two sets an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// Documents.
    Documents,
    /// Template files.
    Templates,
}

/// A folder that documents can be filed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderPart {
    /// The owner's primary user group.
    Group,
    /// The owner.
    Owner,
    /// The template.
    Template,
    /// The company.
    Company,
    /// The project.
    Project,
    /// The year.
    Year,
}

impl FolderPart {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Group, Self::Owner, Self::Template, Self::Company, Self::Project, Self::Year];

    /// Its word in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Owner => "owner",
            Self::Template => "template",
            Self::Company => "company",
            Self::Project => "project",
            Self::Year => "year",
        }
    }
}

/// The facts from which a place decides the folder of an item. All optional; they never decide whether an item
/// can be found again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Placement {
    /// The owner's name.
    pub owner: Option<String>,
    /// The owner's primary user group.
    pub group: Option<String>,
    /// The company's name.
    pub company: Option<String>,
    /// The company's id.
    pub company_id: Option<CompanyId>,
    /// The project's name.
    pub project: Option<String>,
    /// The project's id.
    pub project_id: Option<ProjectId>,
    /// The template's name.
    pub template: Option<String>,
    /// The document's year.
    pub year: Option<i16>,
    /// The folders that documents are filed under, outermost first; blank for company, project and year.
    pub order: Vec<FolderPart>,
    /// The template has been taken out of use (T03).
    pub retired: bool,
}

/// An item to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Documents or templates.
    pub shelf: Shelf,
    /// The suggested file name, amended where needed.
    pub name: String,
    /// The media type, as decided by the host.
    pub media_type: String,
    /// The level of locking asked for.
    pub semantics: LockSemantics,
    /// Publish at once: the first check-in happens in the same step, with this note.
    pub check_in: Option<VersionNote>,
    /// The language of a template variant (BCP 47), a hint for the name or folder.
    pub language: Option<String>,
    /// Where it belongs.
    pub place: Placement,
    /// Metadata to keep with it; unknown names are ignored.
    pub metadata: BTreeMap<String, String>,
    /// Who may open it at the place, from its first moment. A place without audiences passes it over.
    pub audience: Audience,
}

impl NewItem {
    /// A document without locking, for the common case and for tests.
    pub fn document(name: impl Into<String>, media_type: impl Into<String>) -> Self {
        Self {
            shelf: Shelf::Documents,
            name: name.into(),
            media_type: media_type.into(),
            semantics: LockSemantics::None,
            check_in: None,
            language: None,
            place: Placement::default(),
            metadata: BTreeMap::new(),
            audience: Audience::Inherited,
        }
    }
}

/// An item as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its key.
    pub reference: ExternalRef,
    /// Its file name, amended where needed.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// The revision of the content the caller would read.
    pub revision: Revision,
    /// The size in bytes of the content the caller would read.
    pub size: u64,
    /// The SHA-256 of that content in lower-case hexadecimal, when the place knows it.
    pub sha256: Option<String>,
    /// The level of locking in force.
    pub semantics: LockSemantics,
    /// Whether a first check-in has happened; always true without locking.
    pub published: bool,
    /// Who holds it.
    pub checkout: CheckoutState,
    /// The newest committed version, where versioning is in force.
    pub version: Option<VersionId>,
    /// Whether it lies in the trash.
    pub trashed: bool,
    /// When its content or name last changed.
    pub modified: Timestamp,
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was done; the item as it is now.
    Applied(Box<Item>),
    /// It was not done.
    NotApplied,
    /// The item it was about does not exist (any more).
    Gone,
}

/// The content asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Which {
    /// What the caller would read now.
    #[default]
    Latest,
    /// A committed version.
    Version(VersionId),
}

/// A range of bytes (RFC 9110 section 14.1.2), before the size is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From this offset, to this last offset inclusive or the end.
    From {
        /// First offset, from 0.
        first: u64,
        /// Last offset, inclusive; `None` for the end.
        last: Option<u64>,
    },
    /// The last so many bytes.
    Suffix(u64),
}

impl ByteRange {
    /// The half-open span of this range in content of `size` bytes, or `None` when it cannot be satisfied.
    pub fn resolve(self, size: u64) -> Option<std::ops::Range<u64>> {
        match self {
            Self::From { first, last } => {
                let end = last.map_or(size, |l| l.saturating_add(1)).min(size);
                (first < size && first < end).then_some(first..end)
            }
            Self::Suffix(0) => None,
            Self::Suffix(n) => (size > 0).then(|| size.saturating_sub(n)..size),
        }
    }
}

/// Content being read.
pub struct Content {
    /// The size of the whole content in bytes.
    pub size: u64,
    /// The span delivered, half open; the whole content without a range.
    pub span: std::ops::Range<u64>,
    /// The media type.
    pub media_type: String,
    /// The revision read.
    pub revision: Revision,
    /// The bytes of the span.
    pub stream: ByteStream,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("size", &self.size).field("span", &self.span).finish_non_exhaustive()
    }
}

/// What a version is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VersionNote {
    /// A sentence by the person.
    pub description: String,
    /// Extra fields.
    pub extra: BTreeMap<String, String>,
}

impl VersionNote {
    /// A note without extra fields.
    pub fn text(description: impl Into<String>) -> Self {
        Self { description: description.into(), extra: BTreeMap::new() }
    }
}

/// A committed version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionInfo {
    /// The plugin's name for it.
    pub id: VersionId,
    /// Its number, counted from 1.
    pub number: u32,
    /// When it was checked in.
    pub at: Timestamp,
    /// Who checked it in, when that is a CRM user.
    pub by: Option<AssociateId>,
    /// That person's name.
    pub by_name: String,
    /// What it is about.
    pub note: VersionNote,
    /// A short text for a menu: "2 · second draft".
    pub display: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hexadecimal, when the place knows it.
    pub sha256: Option<String>,
}

/// How an item is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// To the place's trash, from which it can be restored.
    Trash,
    /// For good, with all versions and metadata.
    Destroy,
}

/// How somebody wants to open an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenAs {
    /// In a desktop application instead of the browser.
    pub desktop: bool,
    /// For writing.
    pub write: bool,
}

/// The kinds of answer a call can carry besides success (contract section d.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Nothing to do.
    Nothing,
    /// Show a text.
    Message,
    /// Go to a place inside the CRM.
    Navigate,
    /// Open a dialog of the plugin's own.
    CustomGui,
    /// Needs a client component.
    Other,
    /// Open an address in a new window.
    Url,
}

/// What a successful call wants the caller to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Answer {
    /// Nothing to do.
    Nothing,
    /// Show this text.
    Message(String),
    /// Go to this place inside the CRM.
    Navigate(String),
    /// Open this dialog of the plugin's own.
    CustomGui(String),
    /// For a client component.
    Other(String),
    /// Open this address in a new window.
    Url(String),
}

impl Answer {
    /// Its kind.
    pub fn kind(&self) -> AnswerKind {
        match self {
            Self::Nothing => AnswerKind::Nothing,
            Self::Message(_) => AnswerKind::Message,
            Self::Navigate(_) => AnswerKind::Navigate,
            Self::CustomGui(_) => AnswerKind::CustomGui,
            Self::Other(_) => AnswerKind::Other,
            Self::Url(_) => AnswerKind::Url,
        }
    }
}

/// A change that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The item afterwards; `None` when it was destroyed.
    pub item: Option<Item>,
    /// What to do next.
    pub answer: Answer,
}

impl Done {
    /// Success with nothing more to do.
    pub fn with(item: Item) -> Self {
        Self { item: Some(item), answer: Answer::Nothing }
    }

    /// The item afterwards.
    /// # Errors
    /// `Internal` when the plugin answered without one: a defect of the plugin.
    pub fn item(self) -> Result<Item> {
        self.item.ok_or_else(|| Error::internal("the plugin answered without an item"))
    }
}

/// Who may open an item at the place itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Audience {
    /// Whoever the folder allows.
    #[default]
    Inherited,
    /// One person.
    Person {
        /// That person.
        associate: AssociateId,
    },
    /// A user group and the owner.
    Group {
        /// The group.
        group: GroupId,
        /// The owner.
        owner: AssociateId,
    },
}

impl Audience {
    /// The audience at the place of a document that these people see in the host.
    pub fn of(visible_for: VisibleFor, owner: AssociateId) -> Self {
        match visible_for {
            VisibleFor::Everyone => Self::Inherited,
            VisibleFor::Owner => Self::Person { associate: owner },
            VisibleFor::Group(group) => Self::Group { group, owner },
        }
    }
}

/// A place in the plugin's stream of changes, opaque.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One thing that changed outside the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The item.
    pub item: ExternalRef,
    /// The item now, as the product itself sees it. `None` when it is gone; with `as_left`, when the place did not look.
    pub now: Option<Item>,
    /// It is as the product left it: it was the product that changed it, or somebody has put it back as it was.
    pub as_left: bool,
    /// Who may open it has changed; the place may leave this out.
    pub sharing: bool,
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePage {
    /// The changes, in the order they happened where the place knows it.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub next: Cursor,
    /// Whether more is waiting now.
    pub more: bool,
    /// Something happened that concerns items the page does not name, such as a folder in the trash: everything is to be
    /// compared.
    pub compare: bool,
}

/// A page of all items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// The items, as the product itself sees them; those in the trash are among them.
    pub items: Vec<Item>,
    /// Where to go on; `None` after the last.
    pub next: Option<Cursor>,
}

/// How asking a place goes: what is left of what it allows, and who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meter {
    /// How long the place is left in peace, because it failed again and again.
    pub resting: Option<Duration>,
    /// One request is under way to see whether it works again.
    pub trying: bool,
    /// How long the installation's account is left in peace, because it asked too often.
    pub pause: Duration,
    /// Units the installation's account can spend at once.
    pub units: u64,
    /// How much of the usual flow it uses, in hundredths; less than 100 after refusals.
    pub flow: u32,
    /// Requests that wait for their turn, of everybody who shares the project: with a person waiting.
    pub people_waiting: usize,
    /// The same, in the background.
    pub background_waiting: usize,
    /// Units spent since the start of the service, by everybody who shares the project.
    pub spent: u64,
    /// Refusals for asking too often since then.
    pub refusals: u64,
    /// Units the installation's account has spent in the last 24 hours, since the start of the service.
    pub today: u64,
    /// Units its account may spend in 24 hours, where the place limits that.
    pub today_most: Option<u64>,
}

/// What a place sent to the address of a watch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// Its headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Bytes,
}

/// What a notice says about a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Told {
    /// Something has changed.
    Changed,
    /// The watch ends unless it is prolonged.
    Prolong,
    /// Something may not have been told: everything is to be compared.
    Missed,
    /// The watch has ended.
    Ended,
}

/// Names of [`DocumentPlugin::properties`](super::DocumentPlugin::properties) that pages understand, whatever the place.
/// A place leaves out what it does not know.
pub mod property {
    /// Where the item lies, as a person would write it: folders and name, with slashes between.
    pub const PATH: &str = "Path";
    /// `true` when somebody has moved it out of the folder in which it was filed.
    pub const MOVED: &str = "MovedOutside";
    /// Who changed it last at the place itself; blank when it was the product.
    pub const LAST_EDITOR: &str = "LastEditor";
    /// When it was last changed there (RFC 3339).
    pub const LAST_MODIFIED: &str = "LastModified";
    /// Who can open it because somebody gave them a right by hand, as a person reads it; blank when nobody did.
    pub const SHARED: &str = "SharedByHand";
    /// Where a browser shows it.
    pub const ADDRESS: &str = "Address";
    /// Why it opens in the desktop program only, as a person reads it; absent where a browser opens it as well.
    pub const OPENING: &str = "Opening";
    /// When it was last found open in a program of somebody's (RFC 3339); absent where that was not, or is long ago.
    pub const FOUND_OPEN: &str = "FoundOpen";
}

/// A running request to be told of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The place's name for it.
    pub id: String,
    /// When it ends unless renewed.
    pub until: Timestamp,
}

/// A command a plugin offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandInfo {
    /// Its name, prefixed with the plugin's kind: `archive.verify`.
    pub name: String,
    /// The text of the button.
    pub label: String,
    /// What it does, in a sentence.
    pub tooltip: String,
    /// A hint for the icon, may be blank.
    pub icon: String,
    /// The kind of answer it gives.
    pub answers: AnswerKind,
    /// It changes nothing, wherever it is interrupted and however often it is repeated. Any other command is recorded
    /// as an operation before it runs.
    pub reads_only: bool,
}

/// A kind of blank template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlankType {
    /// A stable key: `docx`.
    pub key: String,
    /// What people read: "Word document".
    pub label: String,
    /// The extension with its dot: `.docx`.
    pub extension: String,
    /// The media type.
    pub media_type: String,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Good,
    /// Works, and somebody should look at it.
    Warning,
    /// Does not work.
    Problem,
}

/// One line of a check: what was looked at, how it is, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at: "Archive folder is writable".
    pub what: String,
    /// How it came out.
    pub severity: Severity,
    /// What was found, and what to do where it is not good.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_ranges_resolve_by_the_table() {
        let from = |first, last| ByteRange::From { first, last };
        let table = [
            (from(0, None), 10, Some(0..10)),
            (from(3, Some(5)), 10, Some(3..6)),
            (from(3, Some(99)), 10, Some(3..10)),
            (from(3, Some(u64::MAX)), 10, Some(3..10)),
            (from(9, Some(9)), 10, Some(9..10)),
            (from(10, None), 10, None),
            (from(5, Some(3)), 10, None),
            (from(0, None), 0, None),
            (ByteRange::Suffix(4), 10, Some(6..10)),
            (ByteRange::Suffix(40), 10, Some(0..10)),
            (ByteRange::Suffix(0), 10, None),
            (ByteRange::Suffix(4), 0, None),
        ];
        for (range, size, expected) in table {
            assert_eq!(range.resolve(size), expected, "{range:?} of {size}");
        }
    }

    #[test]
    fn an_answer_the_caller_cannot_handle_becomes_nothing() {
        let mut call = Call {
            installation: InstallationId(1),
            associate: None,
            name: "".into(),
            operation: None,
            now: Timestamp::UNIX_EPOCH,
            accepts: vec![AnswerKind::Url],
        };
        assert_eq!(call.answer(Answer::Message("hi".into())), Answer::Nothing);
        call.accepts.clear();
        assert_eq!(call.answer(Answer::Message("hi".into())), Answer::Message("hi".into()));
    }
}
