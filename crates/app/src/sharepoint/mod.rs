//! SharePoint for an installation: setting it up step by step, trying it, preferring it, taking it back.
//!
//! What was decided is kept after every step. Nothing at Microsoft is changed before *Review* but what a step makes when it
//! is asked to: a site, a library, two folders. Nothing that exists is ever removed.

mod kept;
mod people;
mod plan;
mod preview;
mod rooms;
mod setup;
mod site;
mod trial;

pub use kept::{ACTIVE, DRAFT, licences};
pub use people::{Domains, GroupLine, PersonFit};
pub use plan::{Planned, Todo};
pub use preview::{Manner, Preview};
pub use setup::{Chosen, Setup};
pub use site::Progress;

use crate::App;
use domain::sharepoint::Ground;
use domain::{Error, ErrorKind, PluginId, Result};
use std::sync::Arc;

/// SharePoint in this process.
#[derive(Debug)]
pub struct Sites {
    /// The plugin's number.
    pub plugin: PluginId,
    /// What the set-up asks of Microsoft.
    pub ground: Arc<dyn Ground>,
}

/// Use cases of setting up SharePoint.
#[derive(Debug, Clone, Copy)]
pub struct SharePoint<'a> {
    pub(crate) app: &'a App,
}

impl SharePoint<'_> {
    /// Whether SharePoint can be set up in this service.
    pub fn is_possible(&self) -> bool {
        self.app.0.sharepoint.get().is_some() && self.app.sign_in().is_connected()
    }

    pub(crate) fn site(&self) -> Result<&Sites> {
        self.app.0.sharepoint.get().ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "This service cannot reach SharePoint. Whoever runs it can configure a login page with Microsoft.",
            )
        })
    }
}
