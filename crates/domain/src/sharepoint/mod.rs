//! SharePoint for an installation: where files lie, who may open them, and the way to there.

mod facts;
mod library;
mod licences;
mod naming;
mod place;
mod remind;
mod setup;
mod site;

pub use facts::{Fact, Facts};
pub use library::{LibraryFound, library_name};
pub use licences::{Allowed, Licences};
pub use naming::{AudienceFolder, LONGEST_PATH, Named, Naming, folder_name, settle_clashes};
pub use place::{Library, Place, is_guid};
pub use remind::{Fit, Reminder};
pub use setup::{Draft, Site, Step, Switched, next_step, order_in};
pub use site::{NewSite, SiteAt, SiteFound, Stage};

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

/// Columns that a library does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The library's drive.
    pub drive: String,
    /// What people would read above them.
    pub titles: Vec<String>,
}

/// What is known of a group in the tenant's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupFound {
    /// It is there and is called so.
    Called(String),
    /// There is no such group.
    Missing,
    /// The application may not read groups.
    Unreadable,
}

/// What the set-up asks of SharePoint before there is a place for the plugin to work in.
#[async_trait]
pub trait Ground: Debug + Send + Sync {
    /// The site at an address, with its libraries; or where it is, when the caller sees it and the application has not
    /// been given it.
    /// # Errors
    /// `Invalid` for an address that is no site's; as Microsoft refuses otherwise.
    async fn site(&self, call: &Call, consent: &Consent, address: &str) -> Result<SiteFound>;

    /// The group of the tenant's directory that has this object id.
    /// # Errors
    /// As Microsoft refuses, but for a group that is not there or may not be read.
    async fn directory_group(&self, call: &Call, consent: &Consent, object: &str) -> Result<GroupFound>;

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

    /// The Microsoft 365 group of a new site, by its object id: the one that bears its mark, or else a new one with the
    /// caller as its owner. Repeating it makes no second group.
    /// # Errors
    /// `Conflict`, naming `site_alias`, when somebody else has the alias; `Forbidden`, with the right that is missing and
    /// who can give it; `Unavailable` when it is not known whether the group was made: asking again finds out.
    async fn group(&self, call: &Call, consent: &Consent, wish: &NewSite) -> Result<String>;

    /// The site of a group, as the caller; nothing until Microsoft has made it ready.
    /// # Errors
    /// As Microsoft refuses.
    async fn site_of(&self, call: &Call, consent: &Consent, group: &str) -> Result<Option<SiteAt>>;

    /// A library of this name in a site: the one there is, or a new one.
    /// # Errors
    /// `Conflict` when something else has the name; as Microsoft refuses otherwise.
    async fn library(&self, call: &Call, consent: &Consent, site: &str, name: &str) -> Result<LibraryFound>;

    /// The columns of a library that must be filled in before a file can be published, as people read them.
    /// # Errors
    /// As Microsoft refuses.
    async fn required(&self, call: &Call, consent: &Consent, drive: &str) -> Result<Vec<String>>;

    /// Whether a library keeps new files checked out. Graph does not tell: an empty file is made in the folder, looked at,
    /// and removed for good.
    /// # Errors
    /// As Microsoft refuses.
    async fn keeps_checked_out(&self, call: &Call, consent: &Consent, library: &Library) -> Result<bool>;

    /// The columns that a place still needs, for each library by its drive.
    /// # Errors
    /// As Microsoft refuses.
    async fn missing_columns(&self, call: &Call, consent: &Consent, place: &Place) -> Result<Vec<Missing>>;

    /// Makes the columns that a place still needs; what was made, as people read it.
    /// # Errors
    /// As Microsoft refuses.
    async fn make_columns(&self, call: &Call, consent: &Consent, place: &Place) -> Result<Vec<String>>;

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
    /// What files are called.
    #[serde(default)]
    pub naming: Naming,
}
