//! The notebook that document plugins are handed: their notes, kept beside the host's own rows.

use async_trait::async_trait;
use domain::plugin::Notebook;
use domain::{InstallationId, PluginId, Result};
use store::Store;

/// A notebook in the database.
#[derive(Debug, Clone)]
pub struct StoreNotebook(Store);

impl StoreNotebook {
    /// The notebook of this store.
    pub fn new(store: Store) -> Self {
        Self(store)
    }
}

#[async_trait]
impl Notebook for StoreNotebook {
    async fn read(
        &self,
        installation: InstallationId,
        plugin: PluginId,
        name: &str,
    ) -> Result<Option<String>> {
        let name = name.to_owned();
        self.0.read(move |tx| tx.plugin_notes(installation).get(plugin, &name)).await
    }

    async fn swap(
        &self,
        installation: InstallationId,
        plugin: PluginId,
        name: &str,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<Option<String>> {
        let (name, expected, new) = (name.to_owned(), expected.map(str::to_owned), new.map(str::to_owned));
        let swap = move |tx: &store::Tx<'_>| {
            tx.plugin_notes(installation).swap(plugin, &name, expected.as_deref(), new.as_deref())
        };
        self.0.write(swap).await
    }
}
