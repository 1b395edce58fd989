//! What items have beside their names: drafts, locks, permissions.

use super::{ItemKey, Version};
use crate::core::blobs::Blob;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What few items have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct More {
    pub description: Option<String>,
    pub checkout: Option<Checkout>,
    pub lock: Option<Lock>,
    /// Values of the list's columns.
    pub fields: BTreeMap<String, Value>,
    /// Permissions of its own, when inheritance is broken or somebody was added.
    pub permissions: Vec<Permission>,
    /// Whether what the parents grant holds here as well.
    pub inheritance_broken: bool,
    /// `createdDateTime` and `lastModifiedDateTime` as a client set them, in microseconds.
    pub file_system: Option<(i64, i64)>,
    pub malware: bool,
    /// What the fields were before each change of them, oldest first.
    #[serde(default)]
    pub past: Vec<Past>,
    /// The GUID of a move to another library; ids change there.
    pub moved_from: Option<ItemKey>,
}

/// The fields of an item as they once were.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Past {
    /// The version they belonged to, `2` of `2.0`.
    pub major: u32,
    pub at: i64,
    pub by: u32,
    pub fields: BTreeMap<String, Value>,
}

/// A check-out by the holder's own request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkout {
    /// The holder's object id; empty for an application.
    pub user: String,
    pub by: u32,
    pub at: i64,
    /// What the holder has written since; others read the last version.
    pub draft: Option<Version>,
}

/// A lock by an office program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lock {
    /// The holder's object id, when it is known.
    pub user: Option<String>,
    /// In microseconds.
    pub until: i64,
}

/// A permission on an item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Permission {
    pub id: String,
    pub roles: Vec<String>,
    pub to: Grantee,
    /// In microseconds.
    pub expires: Option<i64>,
}

/// Whom a permission is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grantee {
    User(String),
    Group(String),
    /// An address outside, not redeemed yet.
    Invited(String),
    Application(String),
    /// A sharing link: its kind (`view`, `edit`), its scope (`anonymous`, `organization`, `users`), its word, and for
    /// `users` who may use it.
    Link {
        kind: String,
        scope: String,
        word: String,
        users: Vec<String>,
    },
}

/// Something that happens at its time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Later {
    /// SharePoint writes properties into an office file (M-11); the second number is the content's count it was
    /// scheduled for.
    Promote(ItemKey, u32),
    /// A copy is finished, by its monitor's name.
    Copy(String),
}

/// A copy that goes on behind the scenes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Monitor {
    pub source: ItemKey,
    pub target: ItemKey,
    pub name: String,
    pub conflict: String,
    pub with_versions: bool,
    pub children_only: bool,
    pub by: u32,
    pub began: i64,
    pub ends: i64,
    /// The copy's id, or why it failed.
    pub outcome: Option<Result<String, String>>,
}

/// A download that needs no token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Download {
    pub content: Blob,
    pub media_type: String,
    pub name: String,
    pub expires: i64,
}
