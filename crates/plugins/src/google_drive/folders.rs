//! Folders, found or made: one for each audience below the place's folder, and companies, projects and years in it.
//!
//! A folder's id is written into the notebook before the folder is made, so there is one of each, whatever breaks. A
//! folder is believed to be there for ten minutes; then it is looked at again, and made anew when somebody has removed
//! it.

use super::audience::Scope;
use super::client::{Asked, Trouble};
use super::desk::Desk;
use super::ids::short;
use super::refusals::Class;
use super::wire::{FOLDER, File};
use crate::filing;
use domain::plugin::{Audience, Placement, Shelf};
use domain::{Error, ErrorKind, Result, names};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a folder is believed to be there.
const LIFE: Duration = Duration::from_mins(10);
/// A folder younger than this may be unknown to a part of Google (google.md 4).
const FRESH: Duration = Duration::from_mins(1);
/// How often it is tried then.
const TRIES: u32 = 5;
/// How many folders' names are remembered.
const NAMED: usize = 4096;
/// How many folders a path is followed upwards. Google allows a hundred; people do not read that many.
const DEEPEST: usize = 20;

/// Folders that were there a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Folders(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// By what they are called in the notebook; with when they were seen.
    known: HashMap<String, (String, Duration)>,
    /// By id: when they were made.
    made: HashMap<String, Duration>,
    /// Permissions that were put in order, by folder: with what they are.
    settled: HashMap<String, String>,
    /// By id: name and parent, with when they were seen.
    named: HashMap<String, (String, String, Duration)>,
}

/// A folder that is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub parent: &'a str,
    pub name: String,
    /// What it is, whatever its name: a scope, or the folded name.
    pub mark: String,
    /// Whether people whom a folder above lets in stay out.
    pub closed: bool,
}

impl Wanted<'_> {
    fn key(&self) -> String {
        format!("folder/{}/{}", self.parent, self.mark)
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
            state.named.clear();
        });
    }

    /// Whether this is a folder that was there a moment ago.
    pub fn is_known(&self, id: &str) -> bool {
        self.with(|state| state.known.values().any(|(known, _)| known == id) || state.named.contains_key(id))
    }

    fn named(&self, id: &str, now: Duration) -> Option<(String, String)> {
        let seen = self.with(|state| state.named.get(id).cloned());
        seen.filter(|(.., at)| now.saturating_sub(*at) < LIFE).map(|(name, parent, _)| (name, parent))
    }

    fn name(&self, id: &str, name: &str, parent: &str, now: Duration) {
        self.with(|state| {
            if state.named.len() >= NAMED {
                state.named.clear();
            }
            state.named.insert(id.to_owned(), (name.to_owned(), parent.to_owned(), now));
        });
    }

    pub fn settled(&self, folder: &str) -> Option<String> {
        self.with(|state| state.settled.get(folder).cloned())
    }

    pub fn settle(&self, folder: &str, as_what: &str) {
        self.with(|state| state.settled.insert(folder.to_owned(), as_what.to_owned()));
    }

    fn known(&self, key: &str, now: Duration) -> Option<String> {
        let seen = self.with(|state| state.known.get(key).cloned());
        seen.filter(|(_, at)| now.saturating_sub(*at) < LIFE).map(|(id, _)| id)
    }

    fn is_fresh(&self, id: &str, now: Duration) -> bool {
        self.with(|state| {
            state.made.retain(|_, at| now.saturating_sub(*at) < FRESH);
            state.made.contains_key(id)
        })
    }
}

impl Desk<'_> {
    /// The folder of a shelf.
    pub fn root(&self, shelf: Shelf) -> &str {
        match shelf {
            Shelf::Documents => &self.line.connected.place.documents,
            Shelf::Templates => &self.line.connected.place.templates,
        }
    }

    /// The folder an item belongs into, made where it is missing.
    pub async fn folder_for(
        &self,
        shelf: Shelf,
        audience: &Audience,
        place: &Placement,
        language: Option<&str>,
    ) -> Result<String> {
        let mut folder = match shelf {
            Shelf::Templates => self.root(shelf).to_owned(),
            Shelf::Documents => self.scope(&Scope::of(audience)).await?,
        };
        for part in filing::folder(shelf, language, place) {
            let mark = short(&names::folded(&part));
            let wanted = Wanted { parent: &folder, name: part, mark, closed: false };
            folder = self.child(&wanted).await?;
        }
        Ok(folder)
    }

    /// The names of the folders above a file, outermost first: from the place's own folder on, or, when people have moved
    /// it out of there, as far as the account sees.
    pub async fn folders_above(&self, file: &File) -> Result<Vec<String>> {
        let (now, folders) = (self.shared.client.pace.now(), &self.shared.folders);
        let mut above = Vec::new();
        let mut at = file.parent().to_owned();
        while !at.is_empty() && above.len() < DEEPEST {
            let (name, parent) = if let Some(known) = folders.named(&at, now) {
                known
            } else {
                let Some(folder) = self.line.file(&at).await? else { break };
                folders.name(&at, &folder.name, folder.parent(), now);
                (folder.name.clone(), folder.parent().to_owned())
            };
            above.push(name);
            let root = [Shelf::Documents, Shelf::Templates].into_iter().any(|shelf| self.root(shelf) == at);
            at = if root { String::new() } else { parent };
        }
        above.reverse();
        Ok(above)
    }

    /// A folder in a folder.
    pub async fn child(&self, wanted: &Wanted<'_>) -> Result<String> {
        let (key, folders) = (wanted.key(), &self.shared.folders);
        // One looks, the others wait and then know.
        let now = self.shared.client.pace.now();
        if let Some(id) = folders.known(&key, now) {
            return Ok(id);
        }
        let _turn = self.shared.turn(&key).await;
        if let Some(id) = folders.known(&key, now) {
            return Ok(id);
        }
        let id = self.find_or_make(&key, wanted).await?;
        folders.with(|state| state.known.insert(key, (id.clone(), now)));
        Ok(id)
    }

    /// A folder that is there already; nothing is made.
    pub async fn existing_child(&self, wanted: &Wanted<'_>) -> Result<Option<String>> {
        let key = wanted.key();
        let now = self.shared.client.pace.now();
        if let Some(id) = self.shared.folders.known(&key, now) {
            return Ok(Some(id));
        }
        let noted = self.shared.notebook.read(self.call.installation, self.shared.id, &key).await?;
        let Some(id) = noted else { return Ok(None) };
        Ok(self.line.file(&id).await?.filter(is_usable).map(|folder| folder.id))
    }

    async fn find_or_make(&self, key: &str, wanted: &Wanted<'_>) -> Result<String> {
        let (installation, plugin) = (self.call.installation, self.shared.id);
        let notebook = &self.shared.notebook;
        let mut standing = notebook.read(installation, plugin, key).await?;
        for _ in 0..4 {
            if let Some(id) = &standing {
                match self.line.file(id).await? {
                    Some(folder) if is_usable(&folder) => return Ok(folder.id),
                    // Written down, and not made before something broke.
                    None => match self.make_folder(id, wanted).await {
                        Ok(folder) => return Ok(folder.id),
                        // It was made, and removed for good since, or it is the id of another account: another one.
                        Err(trouble) if trouble.is(Class::Done) || trouble.is(Class::Bug) => {}
                        Err(trouble) => return Err(self.missing_parent(trouble, wanted)),
                    },
                    // In the trash: people have put it away.
                    Some(_) => {}
                }
            }
            let next = match self.stray(wanted).await? {
                Some(id) if standing.as_ref() != Some(&id) => id,
                _ => self.shared.fresh_id(&self.line).await?,
            };
            standing = notebook.swap(installation, plugin, key, standing.as_deref(), Some(&next)).await?;
        }
        Err(Error::new(
            ErrorKind::Unavailable,
            "A folder at Google is removed as fast as it is made. Nothing was changed; ask your administrator to look at \
             the place in Settings.",
        ))
    }

    /// A folder that was made and is not in the notebook, because that was restored from a backup.
    async fn stray(&self, wanted: &Wanted<'_>) -> Result<Option<String>> {
        let query = format!(
            "'{}' in parents and trashed = false and mimeType = '{FOLDER}' and appProperties has {{ key='chf' and value='{}' }}",
            wanted.parent, wanted.mark
        );
        let list = self.line.list(&query, "id,appProperties", None).await;
        let list = list.map_err(|trouble| self.missing_parent(trouble, wanted))?;
        let own = self.call.installation.to_string();
        let of_us = |file: &File| file.app_properties.get("chi") == Some(&own);
        Ok(list.files.into_iter().find(of_us).map(|file| file.id))
    }

    async fn make_folder(&self, id: &str, wanted: &Wanted<'_>) -> Asked<File> {
        let mut meta = json!({
            "id": id,
            "name": wanted.name,
            "mimeType": FOLDER,
            "parents": [wanted.parent],
            "appProperties": { "chi": self.call.installation.to_string(), "chf": wanted.mark },
        });
        if wanted.closed {
            meta["inheritedPermissionsDisabled"] = json!(true);
        }
        let made = self.patiently(wanted.parent, || self.line.create(&meta)).await;
        let made = match made {
            // An answer was lost and this is the second try: it is there.
            Err(trouble) if trouble.is(Class::Done) => self.line.file(id).await?.ok_or(trouble),
            other => other,
        }?;
        let now = self.shared.client.pace.now();
        self.shared.folders.with(|state| state.made.insert(made.id.clone(), now));
        Ok(made)
    }

    /// Tries again while a folder is so young that a part of Google does not know it yet.
    pub async fn patiently<T, F>(&self, folder: &str, mut work: impl FnMut() -> F) -> Asked<T>
    where
        F: Future<Output = Asked<T>>,
    {
        let mut tried = 0;
        loop {
            let done = work().await;
            let now = self.shared.client.pace.now();
            let unknown = matches!(&done, Err(trouble) if trouble.is(Class::Missing));
            if !unknown || tried == TRIES || !self.shared.folders.is_fresh(folder, now) {
                return done;
            }
            self.line.pause(tried).await;
            tried += 1;
        }
    }

    /// A folder that is missing is the place's own, when nothing else is known of it.
    fn missing_parent(&self, trouble: Trouble, wanted: &Wanted<'_>) -> Error {
        if !trouble.is(Class::Missing) {
            return trouble.into();
        }
        self.shared.folders.forget();
        place_is_gone().with("folder", wanted.parent.to_owned())
    }
}

/// Whether a folder can be filed into.
fn is_usable(folder: &File) -> bool {
    folder.mime_type == FOLDER && !folder.trashed
}

/// The place's folder cannot be reached.
pub(crate) fn place_is_gone() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The folder at Google in which documents are kept cannot be found. Nothing was changed; ask your administrator to \
         restore it, or to choose another place in Settings.",
    )
}
