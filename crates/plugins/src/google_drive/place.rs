//! Where an installation's files lie at Google, and as whom they are reached. What an administrator chooses is
//! [`domain::google::Place`].

use async_trait::async_trait;
use domain::connections::TokenSource;
use domain::{AssociateId, GroupId, InstallationId, Result};
use std::fmt::Debug;
use std::sync::Arc;

pub use domain::google::{Access, DriveKind, Place};

/// An installation's connection: where its files lie and as whom they are reached.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Where.
    pub place: Place,
    /// The connection of the system user.
    pub connection: String,
    /// The system user's address: whose budget is spent.
    pub account: Arc<str>,
    /// Gives the connection's access tokens.
    pub tokens: Arc<dyn TokenSource>,
}

/// Knows the connections of installations.
#[async_trait]
pub trait Places: Debug + Send + Sync {
    /// The connection of an installation. Asked with every call; whoever answers keeps what is still good.
    /// # Errors
    /// `Unavailable` when it is not connected, with the sentence for the person.
    async fn of(&self, installation: InstallationId) -> Result<Connected>;
}

/// A person as Google knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name people read.
    pub name: String,
    /// The address of their Google account; `None` when they have none that is known.
    pub address: Option<String>,
}

/// A user group as Google knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name people read.
    pub name: String,
    /// The address of a Google group that stands for it; `None` when its members are named one by one.
    pub address: Option<String>,
    /// Its members.
    pub members: Vec<AssociateId>,
}

/// Knows who an installation's people and groups are at Google.
#[async_trait]
pub trait People: Debug + Send + Sync {
    /// A person; `None` when there is none.
    async fn person(&self, installation: InstallationId, who: AssociateId) -> Result<Option<Person>>;

    /// A user group; `None` when there is none.
    async fn group(&self, installation: InstallationId, group: GroupId) -> Result<Option<Group>>;

    /// Who has an address at Google; `None` when it is nobody here.
    async fn by_address(&self, installation: InstallationId, address: &str) -> Result<Option<AssociateId>>;
}
