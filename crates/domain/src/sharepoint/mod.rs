//! SharePoint for an installation: where files lie, who may open them, and the way to there.

mod licences;
mod place;
mod setup;

pub use licences::{Allowed, Licences};
pub use place::{Library, Place};
pub use setup::{Draft, Fit, LibraryFound, Site, Step, next_step, order_in};

use crate::plugin::{Call, Finding, FolderPart};
use crate::{GroupId, Result};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// The consent of a tenant: as whom the application itself reaches a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The Entra tenant.
    pub tenant: String,
    /// The application's connection at the login page.
    pub connection: String,
}

/// Where documents, or templates, are to lie: a library and the name of a folder in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The library's drive.
    pub drive: String,
    /// The folder's name.
    pub folder: String,
}

/// What the set-up asks of SharePoint before there is a place for the plugin to work in.
#[async_trait]
pub trait Ground: Debug + Send + Sync {
    /// The site at an address, with its libraries.
    /// # Errors
    /// `Invalid` for an address that is no site's; as Microsoft refuses otherwise.
    async fn site(&self, call: &Call, consent: &Consent, address: &str) -> Result<Site>;

    /// Makes a folder for documents and one for templates. Repeating it with the same names gives the same folders.
    /// # Errors
    /// As Microsoft refuses: no right to put folders there, or no such library.
    async fn found(
        &self,
        call: &Call,
        consent: &Consent,
        site: &str,
        documents: &Wish,
        templates: &Wish,
    ) -> Result<Place>;

    /// Tests a place without using it, as the caller and as the application.
    async fn examine(&self, call: &Call, consent: &Consent, place: &Place) -> Vec<Finding>;
}

/// An installation's SharePoint that works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    /// Where files lie.
    pub place: Place,
    /// The application's connection at the login page.
    pub connection: String,
    /// Microsoft 365 and security groups that stand for user groups, by object id.
    #[serde(default)]
    pub groups: BTreeMap<GroupId, String>,
    /// The folders that documents are filed under, outermost first; blank for the usual ones.
    #[serde(default)]
    pub order: Vec<FolderPart>,
}
