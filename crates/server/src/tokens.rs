//! Access tokens of installations, asked for by one source for each installation, so that they are kept.

use app::sign_in::{BrokerClient, InstallationTokens};
use domain::{Error, InstallationId, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use store::Store;

/// The sources, once the login page is known.
#[derive(Debug)]
pub struct TokenSources {
    store: Store,
    client: OnceLock<BrokerClient>,
    known: Mutex<HashMap<InstallationId, (String, Arc<InstallationTokens>)>>,
}

impl TokenSources {
    /// None yet.
    pub fn new(store: Store) -> Self {
        Self { store, client: OnceLock::new(), known: Mutex::default() }
    }

    /// How the login page is talked to, from now on.
    pub fn connect(&self, client: BrokerClient) {
        let _ = self.client.set(client);
    }

    /// How the login page is talked to; nothing before it is known.
    pub fn client(&self) -> Option<&BrokerClient> {
        self.client.get()
    }

    /// The key of an installation at the login page, and the source of its tokens.
    /// # Errors
    /// `missing` when there is no login page, or no such installation.
    pub async fn of(
        &self,
        of: InstallationId,
        missing: impl Fn() -> Error,
    ) -> Result<(String, Arc<InstallationTokens>)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&of).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let client = self.client.get().ok_or_else(&missing)?;
        let found = self.store.read(move |tx| tx.installations().by_id(of)).await?;
        let key = found.ok_or_else(missing)?.key;
        let made = Arc::new(InstallationTokens::of(client.clone(), &key, Arc::new(platform::clock::now)));
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(all.entry(of).or_insert((key, made)).clone())
    }
}
