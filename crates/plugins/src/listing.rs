//! The names of folders, listed once and kept up to date with what we do, so that making a file costs no listing.
//!
//! What others do meanwhile is seen after an hour.

use domain::names;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// How long a listing is believed.
const LIFE: Duration = Duration::from_hours(1);
/// How many folders are remembered.
const FOLDERS: usize = 1024;

type Slot = Arc<AsyncMutex<Listing>>;

/// The names of folders, by the folder's id.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<HashMap<String, Slot>>);

/// The names of one folder.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// When it was listed; nothing before.
    at: Option<Duration>,
    /// The files of a name, folded.
    taken: HashMap<String, HashSet<String>>,
}

impl Listing {
    /// One that is listed now.
    pub fn begun(now: Duration) -> Self {
        Self { at: Some(now), taken: HashMap::new() }
    }

    /// Whether it can be believed.
    pub fn is_fresh(&self, now: Duration) -> bool {
        self.at.is_some_and(|at| now.saturating_sub(at) < LIFE)
    }

    /// A file has a name.
    pub fn give(&mut self, name: &str, id: &str) {
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

    /// Gives a file a name of its own: the suggested one, or the same with a counter.
    pub fn reserve(&mut self, suggested: &str, id: &str) -> String {
        let others =
            |folded: &str| self.taken.get(folded).is_some_and(|files| files.iter().any(|file| file != id));
        let name = names::free_name(suggested, others);
        self.give(&name, id);
        name
    }

    /// The files with a name.
    pub fn named(&self, name: &str) -> Vec<String> {
        let found = self.taken.get(&names::folded(name));
        found.map(|files| files.iter().cloned().collect()).unwrap_or_default()
    }
}

impl Names {
    /// The names of a folder, for one at a time.
    pub async fn slot(&self, folder: &str) -> OwnedMutexGuard<Listing> {
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
