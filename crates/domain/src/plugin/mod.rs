//! The seam for places that keep documents and templates.
//!
//! A plugin owns the bytes, the names, the locks and the versions of its items, and nothing else: rights,
//! visibility and the CRM's fields are decided before a plugin is called. The contract is section (d) of the
//! product's mission contract; one suite in `testkit` holds every plugin to it.

mod access;
mod copies;
mod notebook;
mod types;

pub use access::{Access, Grantee, PlaceRight, Way};
pub use copies::{CopiesHeld, TemporaryCopies};
pub use notebook::Notebook;
pub use types::*;

use crate::{Error, ErrorKind, OperationId, Result};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// A place that keeps documents and templates: the archive, Google Drive, SharePoint, or a partner's.
///
/// # Addressing
/// Items are addressed by [`ExternalRef`], opaque to everybody but the plugin that made it. Templates are items
/// on another [`Shelf`]; a language variant of a template is an item of its own, and the host knows which
/// belongs to which.
///
/// # Behaviour common to all methods
/// - An item that does not exist answers `NotFound`, except where a method returns `Option`.
/// - An item in the trash can be inspected, restored and destroyed; every other call answers `Gone`.
/// - A method whose capability is not claimed answers `Unsupported`.
/// - Names are amended, never refused; the item returned carries the name in use.
/// - Every changing call carries [`Call::operation`]. Repeating it with the same operation changes nothing and
///   answers as the first time, which makes a lost response harmless. See [`DocumentPlugin::fate`].
/// - A failing call leaves what was there before.
/// - Cancelling a call (dropping its future) leaves either the old or the new state, never a mixture.
#[async_trait]
pub trait DocumentPlugin: Debug + Send + Sync {
    /// The plugin's number, name and kind. Constant for the life of the plugin.
    fn info(&self) -> PluginInfo;

    /// What the plugin can do. Constant for the life of the plugin; asked once.
    fn capabilities(&self) -> Capabilities;

    /// Makes an item.
    ///
    /// Without a body the item has zero-length content. With locking in force it is checked out to the caller and
    /// invisible to others, unless [`NewItem::check_in`] publishes it in the same step; the first check-in is
    /// version 1. The level in force is the lower of asked and supported and never changes afterwards.
    /// A body that ends early, or differs from its announced length, fails and leaves nothing.
    async fn create(&self, call: &Call, new: NewItem, body: Option<Body>) -> Result<Item>;

    /// What became of an operation whose answer was lost. `item` is the reference it was about; `None` for one
    /// that makes an item.
    ///
    /// An error means the plugin cannot say now; the caller tries again later and decides nothing.
    async fn fate(&self, call: &Call, operation: OperationId, item: Option<&ExternalRef>) -> Result<Fate>;

    /// Describes an item as the caller sees it, or `None` when it does not exist. Items in the trash are
    /// described, with [`Item::trashed`] set.
    async fn stat(&self, call: &Call, item: &ExternalRef) -> Result<Option<Item>>;

    /// Opens content for reading to the end. The holder of a lock reads the newest work copy, everybody else the
    /// last checked-in content, which is empty before the first check-in.
    ///
    /// Damaged content is an error (`Damaged`), before or within the stream; damaged bytes are never delivered.
    /// # Errors
    /// `RangeNotSatisfiable` when the range begins at or beyond the end of content that is not empty.
    async fn load(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content>;

    /// The number of bytes [`DocumentPlugin::load`] would deliver without a range. Cheap.
    async fn length(&self, call: &Call, item: &ExternalRef, which: &Which) -> Result<u64>;

    /// Replaces content, completely and at once; what was there survives a failure.
    ///
    /// Without locking the new content is visible immediately. With locking the caller must hold the lock and
    /// the content becomes the work copy, public at check-in. Saving a free item with locking takes the lock
    /// first, as if checked out.
    /// # Errors
    /// `Stale` when `expected` is given and is not the revision the caller would read now. `Conflict` when
    /// somebody else holds the lock.
    async fn save(
        &self,
        call: &Call,
        item: &ExternalRef,
        expected: Option<&Revision>,
        body: Body,
    ) -> Result<Done>;

    /// Makes a new item from what the caller would read of another one in the same plugin. Metadata is copied,
    /// versions and locks are not.
    async fn copy(&self, call: &Call, item: &ExternalRef, new: NewItem) -> Result<Item>;

    /// Changes the file name. The suggestion is amended where needed; a clash gets a counter.
    async fn rename(&self, call: &Call, item: &ExternalRef, suggested: &str) -> Result<Item>;

    /// The folders an item of these facts would be filed under, outermost first, as a person reads them. Shown
    /// before saving, so nobody is surprised by where a document went (T02). Constant for the same facts.
    fn folder_of(&self, shelf: Shelf, place: &Placement) -> Vec<String>;

    /// Moves an item to where documents of these facts belong. The reference stays valid.
    async fn place(&self, call: &Call, item: &ExternalRef, place: &Placement) -> Result<Item>;

    /// Moves an item to the trash, or removes it for good with all versions and metadata.
    ///
    /// Removing what is already there (trash) or gone (destroy) succeeds and changes nothing.
    /// # Errors
    /// `Conflict` when somebody other than the caller holds its lock.
    async fn remove(&self, call: &Call, item: &ExternalRef, how: Removal) -> Result<Done>;

    /// Brings an item back from the trash as it was. Restoring what is not in the trash changes nothing.
    async fn restore(&self, call: &Call, item: &ExternalRef) -> Result<Item>;

    /// An address at which the item can be opened, complete and usable as it is; `None` when this item has none.
    async fn open_url(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        open: OpenAs,
    ) -> Result<Option<String>>;

    /// One-way information about an item, cheap. Unknown names are left out. An empty list asks for all.
    async fn properties(
        &self,
        call: &Call,
        item: &ExternalRef,
        names: &[String],
    ) -> Result<BTreeMap<String, String>>;

    /// The metadata kept for an item.
    async fn metadata(&self, call: &Call, item: &ExternalRef) -> Result<BTreeMap<String, String>>;

    /// Changes metadata. Names the plugin does not keep are ignored; names that are absent keep their value.
    async fn set_metadata(
        &self,
        call: &Call,
        item: &ExternalRef,
        values: &BTreeMap<String, String>,
    ) -> Result<()>;

    /// What a document is about has changed. Where its item lies stays; a place that shows facts beside its files follows,
    /// as soon as nobody else holds the file. A place that shows none has nothing to do.
    async fn set_facts(&self, _call: &Call, _item: &ExternalRef, _facts: &Placement) -> Result<()> {
        Ok(())
    }

    /// Takes the lock. Taking one's own lock again succeeds; without locking nothing happens and it succeeds.
    /// # Errors
    /// `Conflict` when somebody else holds it.
    async fn check_out(&self, call: &Call, item: &ExternalRef) -> Result<Done>;

    /// Publishes the work copy, keeps a version where versioning is in force, and releases the lock. Without
    /// locking nothing happens and it succeeds. The note is discarded without versioning.
    /// # Errors
    /// `Conflict`, without change, when the caller does not hold the lock.
    async fn check_in(&self, call: &Call, item: &ExternalRef, note: &VersionNote) -> Result<Done>;

    /// Discards the work since check-out and releases the lock. `force` releases somebody else's lock; the host
    /// has checked the right to do so.
    /// # Errors
    /// `Conflict`, without change, when somebody else holds the lock and `force` is not set.
    async fn undo_check_out(&self, call: &Call, item: &ExternalRef, force: bool) -> Result<Done>;

    /// Who holds the item, seen by the caller.
    async fn checkout_state(&self, call: &Call, item: &ExternalRef) -> Result<crate::locking::CheckoutState>;

    /// The committed versions, oldest first. Work in progress is not among them; empty without versioning.
    async fn versions(&self, call: &Call, item: &ExternalRef) -> Result<Vec<VersionInfo>>;

    /// Changes the note of a committed version. Absent extra fields keep their value.
    async fn set_version_note(
        &self,
        call: &Call,
        item: &ExternalRef,
        version: &VersionId,
        note: &VersionNote,
    ) -> Result<VersionInfo>;

    /// Makes the content of an earlier version the newest version. Nothing is removed.
    /// # Errors
    /// `Conflict` when somebody else holds the lock.
    async fn restore_version(&self, call: &Call, item: &ExternalRef, version: &VersionId) -> Result<Done>;

    /// Sets who may open the item at the place itself, exactly: what was granted before and is not named is
    /// revoked.
    async fn set_audience(&self, call: &Call, item: &ExternalRef, audience: &Audience) -> Result<()>;

    /// Who may open the item at the place itself.
    async fn audience(&self, call: &Call, item: &ExternalRef) -> Result<Audience>;

    /// Who can open the item at the place itself, as the place tells it now: every right, also those that somebody gave by
    /// hand. `None` for a place that lets nobody in but through the host. Nothing is changed.
    async fn access(&self, _call: &Call, _item: &ExternalRef) -> Result<Option<Access>> {
        Ok(None)
    }

    /// What has changed outside the host since `cursor`; `None` starts from now and returns the first cursor.
    /// # Errors
    /// `Gone` when the place does not know the cursor any more: begin again with `None`, and compare everything.
    async fn changes(&self, call: &Call, cursor: Option<&Cursor>) -> Result<ChangePage>;

    /// All items of the installation here, a page at a time, for the host to compare with what it knows. An item that is
    /// missing from it may only be late: the host asks for it by itself before it believes that.
    /// # Errors
    /// `Unsupported` by a place that cannot list; items are then asked for one by one. `Gone` when `after` is not known
    /// any more: begin again.
    async fn inventory(&self, _call: &Call, _after: Option<&Cursor>) -> Result<Inventory> {
        Err(Error::new(ErrorKind::Unsupported, "This place does not list what it keeps."))
    }

    /// Asks to be told at `address` that something may have changed.
    async fn watch(&self, call: &Call, address: &str) -> Result<Watch>;

    /// Ends a watch. Ending one that has expired succeeds.
    async fn unwatch(&self, call: &Call, watch: &Watch) -> Result<()>;

    /// What the place wants to hear at the address of a watch before it tells anything there; `None` when `query`, what
    /// stands behind the question mark, is no such question. Nothing is asked of the place.
    fn watch_answer(&self, _query: &str) -> Option<String> {
        None
    }

    /// What a notice says about a watch; nothing when it does not belong to it. Anybody may send anything to its address,
    /// so secrets are compared in constant time. Nothing is asked of the place.
    fn told(&self, _watch: &Watch, _notice: &Notice) -> Vec<Told> {
        Vec::new()
    }

    /// Prolongs a running watch, at the address it has.
    /// # Errors
    /// `Unsupported` by a place whose watches cannot be prolonged, `NotFound` when it has ended: ask for another one.
    async fn prolong(&self, _call: &Call, _watch: &Watch) -> Result<Watch> {
        Err(Error::new(ErrorKind::Unsupported, "This place does not prolong what it was asked to tell."))
    }

    /// How asking the place goes; `None` for a place that is not metered. Nothing is asked of the place.
    async fn meter(&self, _call: &Call) -> Result<Option<Meter>> {
        Ok(None)
    }

    /// Commands the plugin offers for an item now. Asked each time a menu is shown, never kept.
    async fn commands(&self, call: &Call, item: &ExternalRef) -> Result<Vec<CommandInfo>>;

    /// Runs a command, listed or not. One that changes the item does each operation once, and `fate` tells of it as of
    /// any other change.
    /// # Errors
    /// `NotFound` for a command the plugin does not know.
    async fn execute(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        command: &str,
        arguments: &BTreeMap<String, String>,
    ) -> Result<Done>;

    /// The item at a path of this place, as a person would write it; `None` when there is none.
    async fn resolve_path(&self, call: &Call, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>>;

    /// The kinds of blank template this plugin can make. Empty when it makes none.
    fn blank_types(&self) -> Vec<BlankType>;

    /// The content of a blank template, or `None` for a key that [`DocumentPlugin::blank_types`] does not list.
    fn blank(&self, key: &str) -> Option<Vec<u8>>;

    /// Tests that the place can be used and says what to do where it cannot. Changes nothing.
    async fn check(&self, call: &Call) -> Result<Vec<Finding>>;

    /// Makes what the place needs before first use. Safe to repeat.
    async fn provision(&self, call: &Call) -> Result<Vec<Finding>>;
}
