//! Temporary copies of content that lies elsewhere, as the host sees them.

use super::ExternalRef;
use crate::{InstallationId, PluginId};
use jiff::Timestamp;
use std::fmt::Debug;
use std::time::Duration;

/// How much is kept for one installation at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CopiesHeld {
    /// How many copies.
    pub copies: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the oldest was made.
    pub oldest: Option<Timestamp>,
}

/// The temporary copies of a process. All of them may be lost at any time.
pub trait TemporaryCopies: Debug + Send + Sync {
    /// How much room they may take together, in bytes.
    fn most(&self) -> u64;

    /// How long a copy is kept.
    fn life(&self) -> Duration;

    /// How much is kept for an installation at a place.
    fn held(&self, installation: InstallationId, plugin: PluginId) -> CopiesHeld;

    /// Throws away every copy for an installation at a place.
    fn empty(&self, installation: InstallationId, plugin: PluginId);

    /// Throws away the copies of an item.
    fn forget(&self, installation: InstallationId, plugin: PluginId, item: &ExternalRef);

    /// Throws away what is older than it may be. Gives how many.
    fn sweep(&self, now: Timestamp) -> usize;
}
