//! Google Drive for an installation: setting it up step by step, trying it, taking it back.
//!
//! What was decided is kept after every step. Nothing at Google is changed before *Review* but the making of two folders,
//! and nothing that exists is ever removed.

mod kept;
mod setup;
mod trial;

pub use kept::{ACTIVE, DRAFT};
pub use setup::{PersonFit, Setup, WherePlaced};

use crate::App;
use domain::google::Ground;
use domain::{Error, ErrorKind, PluginId, Result};
use std::sync::Arc;

/// Google Drive in this process.
#[derive(Debug)]
pub struct Drive {
    /// The plugin's number.
    pub plugin: PluginId,
    /// What the set-up asks of Google.
    pub ground: Arc<dyn Ground>,
}

/// Use cases of setting up Google Drive.
#[derive(Debug, Clone, Copy)]
pub struct Google<'a> {
    pub(crate) app: &'a App,
}

impl Google<'_> {
    /// Whether Google Drive can be set up in this service.
    pub fn is_possible(&self) -> bool {
        self.app.0.drive.get().is_some() && self.app.sign_in().is_connected()
    }

    pub(crate) fn drive(&self) -> Result<&Drive> {
        self.app.0.drive.get().ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "This service cannot reach Google Drive. Whoever runs it can configure a login page with Google.",
            )
        })
    }
}
