//! One change at a time of a file, an operation or a folder, in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Whose turn it is, by name.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Weak<AsyncMutex<()>>>>);

impl Turns {
    /// Waits for the turn of a name. It ends when what is given back is dropped.
    pub async fn turn(&self, of: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() > 4096 {
                all.retain(|_, lock| lock.strong_count() > 0);
            }
            let slot = all.entry(of.to_owned()).or_default();
            slot.upgrade().unwrap_or_else(|| {
                let fresh = Arc::new(AsyncMutex::new(()));
                *slot = Arc::downgrade(&fresh);
                fresh
            })
        };
        lock.lock_owned().await
    }
}
