//! What a plugin may remember outside its place.

use crate::{InstallationId, PluginId, Result};
use async_trait::async_trait;
use std::fmt::Debug;

/// A plugin's notebook: small texts by name, kept by the host beside its own rows.
///
/// A place that can neither make something once nor keep a long note needs it: the id under which an item is about to
/// be made is written down *before* the request leaves, so that a lost answer never makes a second one. What a plugin
/// can keep at its place it keeps there.
#[async_trait]
pub trait Notebook: Debug + Send + Sync {
    /// The text of this name. `name` has up to 200 bytes.
    /// # Errors
    /// `Unavailable` when the notebook cannot be read now.
    async fn read(
        &self,
        installation: InstallationId,
        plugin: PluginId,
        name: &str,
    ) -> Result<Option<String>>;

    /// Puts `new` in the place of `expected`, durably and at once; `None` stands for no text. Answers what stands
    /// afterwards: `new` when it was put, and otherwise what was there instead of `expected`, unchanged. `new` has up
    /// to 1 MiB.
    /// # Errors
    /// `Unavailable` when it cannot be written now.
    async fn swap(
        &self,
        installation: InstallationId,
        plugin: PluginId,
        name: &str,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<Option<String>>;
}
