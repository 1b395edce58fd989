//! Google Drive for an installation: setting it up step by step, trying it, taking it back.
//!
//! What was decided is kept after every step. Nothing at Google is changed before *Review* but the making of two folders,
//! and nothing that exists is ever removed.

mod kept;
mod setup;
mod trial;

pub use kept::{ACTIVE, DRAFT};
pub use setup::{PersonFit, Setup, WherePlaced};
pub use trial::TrialLine;

use crate::App;
use domain::google::Ground;
use domain::plugin::DocumentPlugin;
use domain::{Error, ErrorKind, InstallationId, PluginId, Result};
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

    /// The document plugins an installation can use: all of this process but a Google Drive it has not set up.
    pub async fn usable_plugins(&self, of: InstallationId) -> Result<Vec<Arc<dyn DocumentPlugin>>> {
        let without = match self.app.0.drive.get() {
            Some(drive) if self.active(of).await?.is_none() => Some(drive.plugin),
            _ => None,
        };
        Ok(self.app.plugins().all().iter().filter(|p| Some(p.info().id) != without).cloned().collect())
    }

    /// The plugin with this number, for somebody who chose it in a form.
    /// # Errors
    /// `Invalid`, naming the field.
    pub(crate) async fn chosen(
        &self,
        of: InstallationId,
        id: PluginId,
        field: &'static str,
    ) -> Result<Arc<dyn DocumentPlugin>> {
        let plugin = self.app.plugins().chosen(id, field)?;
        if self.usable_plugins(of).await?.iter().any(|p| p.info().id == id) {
            return Ok(plugin);
        }
        let words = "Google Drive is not set up here. Set it up under Settings, Google Drive, or choose another place.";
        Err(Error::invalid(words).field(field))
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
