//! Google Drive as an installation sets it up: where files lie, who may open them, and the way to there.

mod place;
mod setup;

pub use place::{Access, DriveKind, Folder, Place, id_in, picked_ids};
pub use setup::{Draft, Fit, Step, fits, next_step};

use crate::Result;
use crate::plugin::{Call, Finding};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// The account that keeps everybody's documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemUser {
    /// Its connection at the login page.
    pub connection: String,
    /// Its address.
    pub account: String,
}

/// What the set-up asks of Google before there is a place for the plugin to work in.
#[async_trait]
pub trait Ground: Debug + Send + Sync {
    /// Makes a folder for documents and one for templates. Repeating it with the same names gives the same folders.
    /// # Errors
    /// As Google refuses: no right to put folders there, or no such drive.
    async fn found(
        &self,
        call: &Call,
        who: &SystemUser,
        drive: DriveKind,
        documents: &str,
        templates: &str,
    ) -> Result<Place>;

    /// A folder that the application was given; `None` when the account does not reach it, or it is no folder.
    async fn folder(&self, call: &Call, who: &SystemUser, id: &str) -> Result<Option<Folder>>;

    /// Tests a place without using it.
    async fn examine(&self, call: &Call, who: &SystemUser, place: &Place) -> Vec<Finding>;
}

/// An installation's Drive that works: where, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    /// Where files lie and who may open them.
    pub place: Place,
    /// The system user's connection at the login page.
    pub connection: String,
    /// Its address.
    pub account: String,
}
