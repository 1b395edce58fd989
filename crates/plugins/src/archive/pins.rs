//! What running calls are using, so that the sweep leaves it alone.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Content and temporary files in use, and, while a sweep runs, everything that was in use since it began.
///
/// A call pins content before it relies on it and keeps the pin until an item refers to it. The sweep begins
/// by starting to remember pins, then reads all items, then removes what neither an item nor a remembered pin
/// names. Whichever way a call and a sweep overlap, one of the two knows of the content.
#[derive(Debug, Default)]
pub(crate) struct Pins(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    content: HashMap<String, usize>,
    temps: HashSet<String>,
    since_sweep: Option<HashSet<String>>,
}

impl Pins {
    fn table(&self) -> MutexGuard<'_, Table> {
        // A thread that panicked here left a table that is whole: every change is one insertion or removal.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps content from being swept while the pin lives.
    pub fn pin(self: &Arc<Self>, sha256: &str) -> Pin {
        let mut table = self.table();
        *table.content.entry(sha256.to_owned()).or_default() += 1;
        if let Some(since) = &mut table.since_sweep {
            since.insert(sha256.to_owned());
        }
        Pin { pins: Arc::clone(self), sha256: sha256.to_owned() }
    }

    /// Marks a temporary file as in use.
    pub fn begin_temp(&self, name: &str) {
        self.table().temps.insert(name.to_owned());
    }

    /// A temporary file is no longer in use.
    pub fn end_temp(&self, name: &str) {
        self.table().temps.remove(name);
    }

    /// Whether a temporary file is in use.
    pub fn is_temp_live(&self, name: &str) -> bool {
        self.table().temps.contains(name)
    }

    /// Begins to remember pins for a sweep; `false` when a sweep is running already.
    pub fn begin_sweep(&self) -> bool {
        let mut table = self.table();
        if table.since_sweep.is_some() {
            return false;
        }
        table.since_sweep = Some(table.content.keys().cloned().collect());
        true
    }

    /// Runs `remove` unless the content has been pinned since the sweep began. No pin can begin meanwhile.
    pub fn unless_pinned<T>(&self, sha256: &str, remove: impl FnOnce() -> T) -> Option<T> {
        let table = self.table();
        let pinned = table.since_sweep.as_ref().is_none_or(|since| since.contains(sha256));
        (!pinned).then(remove)
    }

    /// Ends a sweep.
    pub fn end_sweep(&self) {
        self.table().since_sweep = None;
    }
}

/// Content in use.
#[derive(Debug)]
pub(crate) struct Pin {
    pins: Arc<Pins>,
    sha256: String,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut table = self.pins.table();
        if let Some(count) = table.content.get_mut(&self.sha256) {
            *count -= 1;
            if *count == 0 {
                table.content.remove(&self.sha256);
            }
        }
    }
}
