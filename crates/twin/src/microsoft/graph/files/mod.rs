//! Drive items: what is done to them, by whomever. Graph's handlers, the library's pages and the control door all
//! come through the functions here, so that versions, delta and notifications are right whoever changes something.

pub mod checkout;
pub mod content;
pub mod copy;
pub mod delta;
pub mod drives;
pub mod folder;
pub mod follow;
pub mod item;
pub mod remove;
pub mod search;
pub mod session;
pub mod special;
pub mod versions;

pub use remove::{bin, destroy, restore};

use super::names;
use super::notify;
use super::seed;
use super::state::{Checkout, ItemKey, Kind, Later, Lock, Past, Version, micros};
use crate::core::blobs::Blob;
use crate::core::env::House;
use crate::core::faults::Subject;
use crate::core::surfaces::Surface;
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who does something, and when.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The number of [`super::state::Content::actor`].
    pub by: u32,
    /// The object id; empty for an application.
    pub user: &'a str,
    pub now: Timestamp,
}

/// What happens when a name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conflict {
    Fail,
    Replace,
    Rename,
}

impl Conflict {
    /// Reads `@microsoft.graph.conflictBehavior`.
    /// # Errors
    /// `invalidRequest` when it is none of the three words.
    pub fn read(text: Option<&str>, default: Self) -> Result<Self, Refusal> {
        match text {
            None => Ok(default),
            Some("fail") => Ok(Self::Fail),
            Some("replace") => Ok(Self::Replace),
            Some("rename") => Ok(Self::Rename),
            Some(other) => Err(Refusal::invalid(format!("Invalid conflict behavior: {other}"))),
        }
    }
}

/// The refusal of a name that is taken.
pub fn taken() -> Refusal {
    Refusal::new(409, "nameAlreadyExists", "The specified item name already exists.")
}

/// Refuses to change an item that somebody else has checked out, or that an office program holds (M-13, M-14).
pub fn free_to_change(state: &Microsoft, item: ItemKey, author: Author<'_>) -> Result<(), Refusal> {
    let at = state.graph.content.item(item);
    if at.checkout().is_some_and(|checkout| checkout.user != author.user) {
        return Err(Refusal::new(
            423,
            "accessDenied",
            "The file is currently checked out or locked for editing by another user.",
        ));
    }
    match at.more.as_ref().and_then(|more| more.lock.as_ref()) {
        Some(lock) if lock.until > micros(author.now) && lock.user.as_deref() != Some(author.user) => {
            Err(locked())
        }
        _ => Ok(()),
    }
}

/// 423 as seen while a document is open.
pub fn locked() -> Refusal {
    Refusal::new(423, "notAllowed", "The resource you are attempting to access is locked")
        .inner("resourceLocked")
}

/// A free name for a new item, as the conflict behaviour says; or the item to be replaced.
pub fn place_for(
    state: &Microsoft,
    parent: ItemKey,
    name: &str,
    folder: bool,
    conflict: Conflict,
) -> Result<Result<String, ItemKey>, Refusal> {
    let content = &state.graph.content;
    names::check(name, folder, content.item(parent).parent.is_none())?;
    let site = content.site_of(parent).path.trim_matches('/').split('/');
    let library = content.list_of(parent).name.as_str();
    names::check_path(site.chain([library]).chain(content.path(parent)).chain([name]))?;
    let Some(known) = content.child(parent, name) else { return Ok(Ok(name.to_owned())) };
    match conflict {
        Conflict::Fail => Err(taken()),
        Conflict::Replace if content.item(known).is_folder() || folder => {
            if folder && content.item(known).is_folder() { Ok(Err(known)) } else { Err(taken()) }
        }
        Conflict::Replace => Ok(Err(known)),
        Conflict::Rename => {
            let free = (1..100_000)
                .map(|number| names::numbered(name, number))
                .find(|other| content.child(parent, other).is_none());
            free.map(Ok).ok_or_else(taken)
        }
    }
}

/// Makes a folder under a free name.
pub fn make_folder(
    state: &mut Microsoft,
    house: &House,
    parent: ItemKey,
    name: &str,
    author: Author<'_>,
) -> ItemKey {
    let key = seed::put(&mut state.graph.content, parent, name, Kind::Folder, author.by, micros(author.now));
    notify::changed(state, house, key, author.now);
    key
}

/// Makes a file under a free name. Where check-out is required it stays with its author until the first check-in.
/// # Errors
/// `quotaLimitReached` when the site is full.
pub fn make_file(
    state: &mut Microsoft,
    house: &House,
    parent: ItemKey,
    name: &str,
    blob: Blob,
    author: Author<'_>,
) -> Result<ItemKey, Refusal> {
    room_for(state, parent, blob.size())?;
    let at = micros(author.now);
    let content = &mut state.graph.content;
    let version = seed::first_version(blob, at, author.by);
    let hidden = content.list_of(parent).requires_checkout;
    let versions = if hidden { Vec::new() } else { vec![version.clone()] };
    let key = seed::put(content, parent, name, Kind::File(versions), author.by, at);
    if hidden {
        let checkout = Checkout { user: author.user.to_owned(), by: author.by, at, draft: Some(version) };
        content.more_mut(key).checkout = Some(checkout);
    }
    promote_later(state, house, key, author);
    notify::changed(state, house, key, author.now);
    Ok(key)
}

/// Gives a file new content: a draft for who has it checked out, a new version otherwise.
/// # Errors
/// 423 when somebody else holds it; `quotaLimitReached`.
pub fn put_content(
    state: &mut Microsoft,
    house: &House,
    item: ItemKey,
    blob: Blob,
    author: Author<'_>,
) -> Result<(), Refusal> {
    free_to_change(state, item, author)?;
    room_for(state, item, blob.size())?;
    let at = micros(author.now);
    let content = &mut state.graph.content;
    let checked_out = content.item(item).checkout().is_some();
    if !checked_out && content.list_of(item).requires_checkout {
        return Err(Refusal::new(423, "notAllowed", "The file must be checked out before it is changed.")
            .inner("resourceCheckoutRequired"));
    }
    let version = next_version(content.item(item).versions(), blob, at, author.by);
    content.item_mut(item).content_changes += 1;
    if checked_out {
        if let Some(checkout) = content.more_mut(item).checkout.as_mut() {
            checkout.draft = Some(version);
        }
    } else {
        add_version(state, item, version);
    }
    state.graph.content.touch(item, author.by, at);
    promote_later(state, house, item, author);
    notify::changed(state, house, item, author.now);
    Ok(())
}

/// The version that follows.
pub fn next_version(known: &[Version], content: Blob, at: i64, by: u32) -> Version {
    let major = known.last().map_or(0, |version| version.major) + 1;
    Version { major, minor: 0, content, at, by, comment: None }
}

/// Adds a version and trims what the library keeps no longer.
pub fn add_version(state: &mut Microsoft, item: ItemKey, version: Version) {
    let content = &mut state.graph.content;
    let list = content.item(item).list as usize;
    let limit = content.lists[list].version_limit as usize;
    content.lists[list].used += version.content.size();
    let mut trimmed = 0;
    if let Kind::File(versions) = &mut content.item_mut(item).kind {
        versions.push(version);
        let over = versions.len().saturating_sub(limit.max(1));
        trimmed = versions.drain(..over).map(|gone| gone.content.size()).sum();
    }
    content.lists[list].used = content.lists[list].used.saturating_sub(trimmed);
}

fn room_for(state: &Microsoft, item: ItemKey, size: u64) -> Result<(), Refusal> {
    let content = &state.graph.content;
    let full = content.site_of(item).quota.is_some_and(|quota| content.list_of(item).used + size > quota);
    if full { Err(Refusal::new(507, "quotaLimitReached", "Insufficient Space Available")) } else { Ok(()) }
}

/// Renames and moves an item inside its library.
/// # Errors
/// `nameAlreadyExists`, or what is wrong with the name; 423 when it is held.
pub fn relocate(
    state: &mut Microsoft,
    house: &House,
    item: ItemKey,
    parent: ItemKey,
    name: &str,
    author: Author<'_>,
) -> Result<(), Refusal> {
    free_to_change(state, item, author)?;
    let content = &state.graph.content;
    if content.is_within(parent, item) {
        return Err(Refusal::invalid("A folder cannot be moved into itself."));
    }
    let same = content.child(parent, name) == Some(item);
    if same {
        names::check(name, content.item(item).is_folder(), content.item(parent).parent.is_none())?;
    } else {
        let folder = content.item(item).is_folder();
        match place_for(state, parent, name, folder, Conflict::Fail)? {
            Ok(_) => {}
            Err(_) => return Err(taken()),
        }
    }
    let content = &mut state.graph.content;
    content.detach(item);
    content.attach(item, parent, name);
    content.touch(item, author.by, micros(author.now));
    notify::changed(state, house, item, author.now);
    Ok(())
}

/// Locks a file as an office program does, or lets go of it. For the control door and the pages.
pub fn lock(state: &mut Microsoft, item: ItemKey, user: Option<String>, until: Option<Timestamp>) {
    let lock = until.map(|until| Lock { user, until: micros(until) });
    state.graph.content.more_mut(item).lock = lock;
}

/// Sets values of the list's columns without looking at them.
pub fn set_fields(
    state: &mut Microsoft,
    house: &House,
    item: ItemKey,
    fields: impl IntoIterator<Item = (String, Value)>,
    author: Author<'_>,
) {
    let content = &mut state.graph.content;
    let at = content.item(item);
    let (major, modified, by) = (super::rows::versions::major(at), at.modified, at.modified_by);
    let limit = content.list_of(item).version_limit as usize;
    let more = content.more_mut(item);
    if more.past.last().is_none_or(|past| past.major < major) {
        more.past.push(Past { major, at: modified, by, fields: more.fields.clone() });
        let over = more.past.len().saturating_sub(limit.max(1));
        more.past.drain(..over);
    }
    more.fields.extend(fields);
    content.touch(item, author.by, micros(author.now));
    notify::changed(state, house, item, author.now);
}

/// SharePoint writes its own properties into office files some time after they arrive (M-11): up to half a minute,
/// by chance. The order `no-office-rewrite` leaves them alone.
fn promote_later(state: &mut Microsoft, house: &House, item: ItemKey, author: Author<'_>) {
    let content = &state.graph.content;
    let at = content.item(item);
    if !names::is_office(&at.name) {
        return;
    }
    let subject = Subject {
        surface: Some(Surface::Graph),
        operation: "sharepoint.rewrite",
        tenant: &content.site_of(item).tenant,
        user: author.user,
        app: content.actor_of(author.by).map_or("", |actor| &actor.app),
        ..Subject::default()
    };
    if house.faults.take("no-office-rewrite", subject, &house.random).is_some() {
        return;
    }
    let count = at.content_changes;
    let due = micros(author.now) + house.random.below(30_000_000) as i64;
    state.graph.content.later.entry(due).or_default().push(Later::Promote(item, count));
}

/// Does what is due.
pub fn settle(state: &mut Microsoft, house: &House, now: Timestamp) {
    let until = micros(now);
    while let Some(entry) = state.graph.content.later.first_entry() {
        if *entry.key() > until {
            return;
        }
        for later in entry.remove() {
            match later {
                Later::Promote(item, count) => content::promote(state, item, count),
                Later::Copy(monitor) => copy::finish(state, house, &monitor, now),
            }
        }
    }
}
