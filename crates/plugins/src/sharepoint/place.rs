//! Where an installation's files lie in SharePoint and as whom they are reached. What an administrator chooses is
//! [`domain::sharepoint::Place`].

use crate::budget::Share;
use async_trait::async_trait;
use domain::connections::TokenSource;
use domain::{AssociateId, GroupId, InstallationId, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

pub use domain::sharepoint::{Library, Place};

/// An installation's connection: where its files lie, and the application's own access.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Where.
    pub place: Place,
    /// The connection of the application itself, for what a person cannot do.
    pub app: String,
    /// Gives access tokens of connections.
    pub tokens: Arc<dyn TokenSource>,
    /// What the application is allowed in the tenant; `None` for what the budget allows of its own accord.
    pub share: Option<Share>,
}

/// Knows the connections of installations.
#[async_trait]
pub trait Places: Debug + Send + Sync {
    /// The connection of an installation. Asked with every call; whoever answers keeps what is still good.
    /// # Errors
    /// `Unavailable` when it is not connected, with the sentence for the person.
    async fn of(&self, installation: InstallationId) -> Result<Connected>;
}

/// A person as Microsoft knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The name people read.
    pub name: String,
    /// Their object id in the tenant; `None` when they have never signed in with an account of it.
    pub object: Option<String>,
    /// Their own connection; `None` when they have not connected Microsoft 365.
    pub connection: Option<String>,
    /// They have left: nothing lets them in any more.
    pub retired: bool,
}

/// A user group as Microsoft knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name people read.
    pub name: String,
    /// The object id of a Microsoft 365 or security group that stands for it; `None` when its members are named one by
    /// one.
    pub object: Option<String>,
    /// Its members.
    pub members: Vec<AssociateId>,
}

/// Knows who an installation's people and groups are in a tenant at Microsoft. An account of another tenant is nobody there.
#[async_trait]
pub trait People: Debug + Send + Sync {
    /// A person; `None` when there is none.
    async fn person(
        &self,
        installation: InstallationId,
        tenant: &str,
        who: AssociateId,
    ) -> Result<Option<Person>>;

    /// Who has each of these object ids; those of nobody here are left out.
    async fn by_objects(
        &self,
        installation: InstallationId,
        tenant: &str,
        objects: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, AssociateId>>;

    /// A user group; `None` when there is none.
    async fn group(&self, installation: InstallationId, group: GroupId) -> Result<Option<Group>>;

    /// Everybody who may use templates and has signed in with an account of the tenant: their object id, and whether they
    /// may change templates.
    async fn of_templates(
        &self,
        installation: InstallationId,
        tenant: &str,
    ) -> Result<BTreeMap<String, bool>>;
}
