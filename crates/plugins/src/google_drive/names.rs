//! Names in a folder. Google lets two files of one folder have one name (G-01); people do not like it, so we do not
//! make any.
//!
//! The names of a folder are listed once and kept up to date with what we do, so making a file costs no listing.
//! What others do meanwhile is seen after an hour: until then a name may be given twice, which overwrites nothing,
//! because files are told apart by their ids.

use super::desk::Desk;
use domain::{Result, names};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// How long a listing is believed.
const LIFE: Duration = Duration::from_hours(1);
/// How many folders are remembered.
const FOLDERS: usize = 1024;
/// How many pages of a thousand are listed. Beyond, names may be given twice.
const PAGES: usize = 20;

type Slot = Arc<AsyncMutex<Listing>>;

/// The names of folders, by the folder's id.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<HashMap<String, Slot>>);

#[derive(Debug, Default)]
struct Listing {
    /// When it was listed; nothing before.
    at: Option<Duration>,
    /// The files of a name, folded.
    taken: HashMap<String, HashSet<String>>,
}

impl Listing {
    fn give(&mut self, name: &str, id: &str) {
        self.taken.entry(names::folded(name)).or_default().insert(id.to_owned());
    }

    fn free(&mut self, name: &str, id: &str) {
        let folded = names::folded(name);
        if let Some(files) = self.taken.get_mut(&folded) {
            files.remove(id);
            if files.is_empty() {
                self.taken.remove(&folded);
            }
        }
    }
}

impl Names {
    async fn slot(&self, folder: &str) -> OwnedMutexGuard<Listing> {
        let slot = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= FOLDERS && !all.contains_key(folder) {
                all.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
            Arc::clone(all.entry(folder.to_owned()).or_default())
        };
        slot.lock_owned().await
    }

    /// A file has given up its name.
    pub async fn release(&self, folder: &str, name: &str, id: &str) {
        self.slot(folder).await.free(name, id);
    }
}

impl Desk<'_> {
    /// Gives a file a name of its own in a folder: the suggested one, or the same with a counter.
    pub async fn reserve(&self, folder: &str, suggested: &str, id: &str) -> Result<String> {
        let mut listing = self.listed(folder).await?;
        let others =
            |folded: &str| listing.taken.get(folded).is_some_and(|files| files.iter().any(|file| file != id));
        let name = names::free_name(suggested, others);
        listing.give(&name, id);
        Ok(name)
    }

    /// The files with a name in a folder.
    pub async fn named(&self, folder: &str, name: &str) -> Result<Vec<String>> {
        let listing = self.listed(folder).await?;
        let found = listing.taken.get(&names::folded(name));
        Ok(found.map(|files| files.iter().cloned().collect()).unwrap_or_default())
    }

    async fn listed(&self, folder: &str) -> Result<OwnedMutexGuard<Listing>> {
        let mut listing = self.shared.names.slot(folder).await;
        let now = self.shared.client.pace.now();
        if listing.at.is_some_and(|at| now.saturating_sub(at) < LIFE) {
            return Ok(listing);
        }
        let query = format!("'{folder}' in parents");
        let mut fresh = Listing { at: Some(now), taken: HashMap::new() };
        let mut page = None;
        for _ in 0..PAGES {
            // Also what is in the trash: it comes back under its name.
            let list = self.line.list(&query, "id,name", page.as_deref()).await?;
            list.files.iter().for_each(|file| fresh.give(&file.name, &file.id));
            page = list.next_page_token;
            if page.is_none() {
                break;
            }
        }
        *listing = fresh;
        Ok(listing)
    }
}
