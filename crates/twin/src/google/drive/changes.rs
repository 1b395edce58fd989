//! The log of changes. Every mutation of a file calls [`record`] after it, or before when the file goes away.

use super::Drive;
use super::routes::Caller;
use super::state::Key;
use crate::google::directory::Directory;
use serde::{Deserialize, Serialize};

/// What happened so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Changes {}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Created,
    /// Name, description, properties and the like.
    Metadata,
    Content,
    /// Into another folder; the old one.
    Moved {
        from: Option<Key>,
    },
    Trashed,
    Untrashed,
    /// About to be deleted for good: the file is still there.
    Deleting,
    Permissions,
}

/// Writes down that something happened to a file.
pub fn record(_drive: &mut Drive, _directory: &Directory, _caller: &Caller<'_>, _key: Key, _what: What) {}
