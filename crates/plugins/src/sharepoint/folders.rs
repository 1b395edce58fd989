//! Folders, found or made: one for each audience below the place's folder, and companies, projects and years in it; and
//! the names in them.
//!
//! A folder's id is written into the notebook, so that it is found again when people rename it. SharePoint has no two
//! folders of one name, so making one twice finds the first. A folder is believed to be there for ten minutes; then it
//! is looked at again, and made anew when somebody has removed it.

use super::calls::At;
use super::client::Line;
use super::desk::Desk;
use super::ids::short;
use super::refusals::Class;
use super::wire::DriveItem;
use crate::filing;
use crate::listing::Listing;
use crate::notes;
use domain::plugin::{Audience, Placement, Shelf};
pub(crate) use domain::sharepoint::folder_name;
use domain::{Error, ErrorKind, Result, names};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// How long a folder is believed to be there.
const LIFE: Duration = Duration::from_mins(10);
/// An item younger than this may be unknown to a part of SharePoint (microsoft.md 2.21).
const FRESH: Duration = Duration::from_mins(1);
/// How many pages of names are listed. Beyond, SharePoint refuses a name that is taken and the next one is tried.
const PAGES: usize = 50;
/// The folder in a folder that keeps what was removed from it.
pub(crate) const REMOVED: &str = "Removed";

/// Folders that were there a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Folders(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// By what they are called in the notebook; with when they were seen.
    known: HashMap<String, (String, Duration)>,
    /// Items by id: when they were made.
    made: HashMap<String, Duration>,
    /// Permissions that were put in order, by folder: with what they are.
    settled: HashMap<String, String>,
}

/// A folder that is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub parent: At<'a>,
    pub name: String,
    /// What it is, whatever its name: a scope, or the folded name.
    pub mark: String,
}

impl Wanted<'_> {
    fn key(&self) -> String {
        format!("folder/{}/{}", self.parent.item, self.mark)
    }
}

impl Folders {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nothing is believed any more.
    pub fn forget(&self) {
        self.with(|state| {
            state.known.clear();
            state.settled.clear();
        });
    }

    pub fn settled(&self, folder: &str) -> Option<String> {
        self.with(|state| state.settled.get(folder).cloned())
    }

    pub fn settle(&self, folder: &str, as_what: &str) {
        self.with(|state| state.settled.insert(folder.to_owned(), as_what.to_owned()));
    }

    /// The permissions of a folder are looked at again.
    pub fn unsettle(&self, folder: &str) {
        self.with(|state| state.settled.remove(folder));
    }

    fn known(&self, key: &str, now: Duration) -> Option<String> {
        let seen = self.with(|state| state.known.get(key).cloned());
        seen.filter(|(_, at)| now.saturating_sub(*at) < LIFE).map(|(id, _)| id)
    }

    /// An item was made now.
    pub fn made(&self, id: &str, now: Duration) {
        self.with(|state| state.made.insert(id.to_owned(), now));
    }

    /// Whether an item is so young that a part of SharePoint may not know it.
    pub fn is_young(&self, id: &str, now: Duration) -> bool {
        self.with(|state| {
            state.made.retain(|_, at| now.saturating_sub(*at) < FRESH);
            state.made.contains_key(id)
        })
    }
}

impl Desk<'_> {
    /// The folder an item belongs into, made where it is missing.
    pub async fn folder_for(
        &self,
        shelf: Shelf,
        audience: &Audience,
        place: &Placement,
        language: Option<&str>,
    ) -> Result<String> {
        let root = self.root(shelf);
        let mut folder = match shelf {
            Shelf::Templates => root.item.to_owned(),
            Shelf::Documents => Box::pin(self.scope(&self.scope_of(audience))).await?,
        };
        for part in filing::folder(shelf, language, place) {
            let name = folder_name(&part);
            let mark = short(&names::folded(&name));
            let parent = At { drive: root.drive, item: &folder };
            folder = self.child(&Wanted { parent, name, mark }, &self.mine).await?;
        }
        Ok(folder)
    }

    /// The folder that keeps what was removed from a folder.
    pub async fn removed_in(&self, drive: &str, folder: &str, line: &Line) -> Result<String> {
        let parent = At { drive, item: folder };
        self.child(&Wanted { parent, name: REMOVED.into(), mark: "removed".into() }, line).await
    }

    /// A folder in a folder. Where the caller may not make one, the application does.
    pub async fn child(&self, wanted: &Wanted<'_>, line: &Line) -> Result<String> {
        let (key, folders) = (wanted.key(), &self.shared.folders);
        // One looks, the others wait and then know.
        if let Some(id) = folders.known(&key, self.now()) {
            return Ok(id);
        }
        let _turn = self.shared.turn(&key).await;
        if let Some(id) = folders.known(&key, self.now()) {
            return Ok(id);
        }
        let id = match self.existing_child(wanted).await? {
            Some(id) => id,
            None => self.make(wanted, line).await?,
        };
        let now = self.now();
        folders.with(|state| state.known.insert(key, (id.clone(), now)));
        Ok(id)
    }

    /// Removes such a folder with all that is in it. The next one of its kind is made anew.
    pub async fn remove_child(&self, wanted: &Wanted<'_>, id: &str) -> Result<()> {
        self.app.destroy(At { drive: wanted.parent.drive, item: id }).await?;
        let key = wanted.key();
        self.shared.folders.with(|state| state.known.remove(&key));
        let of = (self.call.installation, self.shared.id);
        notes::forget(self.shared.notebook.as_ref(), of, &key).await
    }

    /// A folder that is there already; nothing is made.
    pub async fn existing_child(&self, wanted: &Wanted<'_>) -> Result<Option<String>> {
        let key = wanted.key();
        if let Some(id) = self.shared.folders.known(&key, self.now()) {
            return Ok(Some(id));
        }
        let of = (self.call.installation, self.shared.id);
        let noted: Option<String> = notes::read(self.shared.notebook.as_ref(), of, &key).await?;
        let Some(id) = noted else { return Ok(None) };
        let at = At { drive: wanted.parent.drive, item: &id };
        let mut found = self.app.item(at).await?;
        for tried in 0..4 {
            if found.is_some() || !self.is_young(&id) {
                break;
            }
            self.app.pause(tried).await;
            found = self.app.item(at).await?;
        }
        Ok(found.filter(|found| found.folder.is_some()).map(|found| found.id))
    }

    async fn make(&self, wanted: &Wanted<'_>, line: &Line) -> Result<String> {
        let mut name = wanted.name.clone();
        let mut tried = 0;
        let made: DriveItem = loop {
            let made = match line.folder(wanted.parent, &name).await {
                Err(trouble) if trouble.is(Class::Permission) || trouble.is(Class::Missing) => {
                    self.app.folder(wanted.parent, &name).await
                }
                other => other,
            };
            match made {
                Ok(found) if found.folder.is_some() => break found,
                // A file, or a notebook, has this name.
                Ok(_) => {
                    tried += 1;
                    name = names::with_suffix(&wanted.name, tried + 1);
                }
                Err(trouble)
                    if trouble.is(Class::Missing) && self.is_young(wanted.parent.item) && tried < 4 =>
                {
                    self.app.pause(tried).await;
                    tried += 1;
                }
                Err(trouble) if trouble.is(Class::Missing) => {
                    return Err(self.place_is_gone(wanted.parent.item));
                }
                Err(trouble) => return Err(trouble.into()),
            }
        };
        let of = (self.call.installation, self.shared.id);
        let id = made.id.clone();
        let set = |known: &mut String| id.clone_into(known);
        notes::change::<String>(self.shared.notebook.as_ref(), of, &wanted.key(), set).await?;
        self.shared.folders.made(&made.id, self.now());
        Ok(made.id)
    }

    pub fn is_young(&self, item: &str) -> bool {
        self.shared.folders.is_young(item, self.now())
    }

    /// The place's own folder cannot be reached.
    pub fn place_is_gone(&self, folder: &str) -> Error {
        self.shared.folders.forget();
        Error::new(
            ErrorKind::Unavailable,
            "The folder in SharePoint in which documents are kept cannot be found. Nothing was changed; ask your \
             administrator to restore it, or to choose another place in Settings.",
        )
        .with("folder", folder.to_owned())
    }

    /// Gives a file a name of its own in a folder: the suggested one, or the same with a counter.
    pub async fn reserve(&self, drive: &str, folder: &str, suggested: &str, id: &str) -> Result<String> {
        Ok(self.listed(drive, folder).await?.reserve(suggested, id))
    }

    /// Somebody else has a name in a folder, seen by a refusal.
    pub async fn is_taken(&self, drive: &str, folder: &str, name: &str) -> Result<()> {
        self.listed(drive, folder).await?.give(name, "somebody else");
        Ok(())
    }

    /// The names of a folder, those of what was removed from it included: it comes back under its name.
    async fn listed(&self, drive: &str, folder: &str) -> Result<OwnedMutexGuard<Listing>> {
        let mut listing = self.shared.names.slot(folder).await;
        let now = self.now();
        if listing.is_fresh(now) {
            return Ok(listing);
        }
        let mut fresh = Listing::begun(now);
        let mut removed = None;
        for item in self.app.children(At { drive, item: folder }, PAGES).await? {
            self.give(&mut fresh, &item).await?;
            if item.folder.is_some() && item.name == REMOVED {
                removed = Some(item.id);
            }
        }
        if let Some(removed) = removed {
            for item in self.app.children(At { drive, item: &removed }, PAGES).await? {
                self.give(&mut fresh, &item).await?;
            }
        }
        *listing = fresh;
        Ok(listing)
    }

    async fn give(&self, listing: &mut Listing, item: &DriveItem) -> Result<()> {
        // Ours are told apart by our references, so that a file's own name is not taken.
        let ours = match &item.folder {
            Some(_) => None,
            None => self.shared.pointed(self.call.installation, &item.id).await?,
        };
        listing.give(&item.name, ours.as_deref().unwrap_or(&item.id));
        Ok(())
    }
}
