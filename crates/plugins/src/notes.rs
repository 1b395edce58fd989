//! Notes of a plugin in the host's notebook, changed whoever else changes them at the same time.

use domain::plugin::Notebook;
use domain::{Error, InstallationId, PluginId, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How often a change is tried that meets others.
const TRIES: u32 = 20;

/// A note of this kind; nothing when there is none.
pub(crate) async fn read<T: DeserializeOwned>(
    notebook: &dyn Notebook,
    (installation, plugin): (InstallationId, PluginId),
    name: &str,
) -> Result<Option<T>> {
    let text = notebook.read(installation, plugin, name).await?;
    text.as_deref().map(parse).transpose()
}

/// Changes a note; one that is not there begins blank.
pub(crate) async fn change<T: Serialize + DeserializeOwned + Default>(
    notebook: &dyn Notebook,
    (installation, plugin): (InstallationId, PluginId),
    name: &str,
    change: impl Fn(&mut T) + Send + Sync,
) -> Result<T> {
    let mut standing = notebook.read(installation, plugin, name).await?;
    for _ in 0..TRIES {
        let mut note: T = standing.as_deref().map_or_else(|| Ok(T::default()), parse)?;
        change(&mut note);
        let text = serde_json::to_string(&note)
            .map_err(|e| Error::internal("a record cannot be written").caused_by(e))?;
        if standing.as_deref() == Some(&text) {
            return Ok(note);
        }
        let after = notebook.swap(installation, plugin, name, standing.as_deref(), Some(&text)).await?;
        if after.as_deref() == Some(&text) {
            return Ok(note);
        }
        standing = after;
    }
    Err(Error::conflict("Too many people change this file at the same moment. Try again."))
}

/// Takes a note away.
pub(crate) async fn forget(
    notebook: &dyn Notebook,
    (installation, plugin): (InstallationId, PluginId),
    name: &str,
) -> Result<()> {
    let mut standing = notebook.read(installation, plugin, name).await?;
    while let Some(text) = standing {
        standing = notebook.swap(installation, plugin, name, Some(&text), None).await?;
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::internal("a record is damaged").caused_by(e))
}
