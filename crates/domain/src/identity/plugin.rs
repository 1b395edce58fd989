//! The seam for plugins that decide who may come in.

use super::{Bound, Found, Identity, IdentityKey, Rules};
use crate::{AssociateId, Result};
use async_trait::async_trait;
use jiff::Timestamp;
use std::fmt::Debug;

/// Checks what somebody brings, and matches it to an associate.
///
/// Sign-in runs in three rounds over all registered plugins, by rank. [`examine`](Self::examine): any rejection ends it.
/// [`resolve`](Self::resolve): the first match is taken. [`confirm`](Self::confirm): a match needs at least one
/// [`Opinion::Valid`] and no rejection; a rejected one is dropped and the next resolver is asked; when all are silent the
/// match is refused.
#[async_trait]
pub trait AuthenticationPlugin: Debug + Send + Sync {
    /// Name and rank. Constant for the life of the plugin.
    fn info(&self) -> AuthenticationPluginInfo;

    /// Looks at everything that was brought. Cheap checks belong here.
    async fn examine(&self, evidence: &Evidence) -> Result<Verdict>;

    /// Finds out whom the evidence means, or answers `None` when it is not this plugin's to say.
    /// # Errors
    /// Only for what went wrong; somebody who must not come in is a [`Resolution::Refused`].
    async fn resolve(&self, evidence: &Evidence, directory: &dyn Directory) -> Result<Option<Resolution>>;

    /// Gives an opinion about a match, its own or another plugin's. Slow checks belong here.
    async fn confirm(
        &self,
        evidence: &Evidence,
        who: AssociateId,
        directory: &dyn Directory,
    ) -> Result<Opinion>;
}

/// Name and rank of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationPluginInfo {
    /// A short name for logs and lists.
    pub name: String,
    /// Lower ranks are asked first. The shipped plugin has 100.
    pub rank: i32,
}

/// What somebody brings.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The short word of the installation they want to get into.
    pub installation: String,
    /// Tokens, in the order they arrived.
    pub tokens: Vec<Token>,
    /// The value the installation gave out for this sign-in and expects back inside the token.
    pub nonce: String,
    /// The secret of the invitation link they came with, if any.
    pub invitation: Option<String>,
    /// The caller's network address, blank when it is not known.
    pub ip: String,
    /// When they came.
    pub now: Timestamp,
}

/// A token that was brought. Its text is never printed.
#[derive(Clone)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The text.
    pub text: String,
}

impl Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({:?})", self.kind)
    }
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// The login page's statement about who signed in.
    LoginPage,
    /// Something a partner's plugin understands, by its name.
    Other(String),
}

/// The first round's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing against it.
    NoObjection,
    /// It ends here; a stable reason code for the log.
    Rejected(String),
}

/// The second round's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// This associate; their key is bound already, or another rule than identities was used.
    Associate(AssociateId, Option<Identity>),
    /// This associate, whose key is to be bound now.
    Bind(AssociateId, Identity, super::How),
    /// Somebody whom an administrator has to let in first.
    Ask(AssociateId, Identity, super::Refusal),
    /// Nobody who may come in: a reason code, and who it was when that is known.
    Refused(String, Option<Identity>),
}

/// The third round's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opinion {
    /// It is right.
    Valid,
    /// It is not this plugin's to say.
    Silent,
    /// It must not be; a stable reason code for the log.
    Rejected(String),
}

/// What plugins may look up in the installation's database.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What is known about an identity: who has its key, who has its address, and the invitation it came with.
    async fn find(&self, identity: &Identity, invitation: Option<&str>) -> Result<Found>;

    /// The associate a key is bound to.
    async fn bound(&self, key: &IdentityKey) -> Result<Option<AssociateId>>;

    /// An associate with their addresses and identities.
    async fn associate(&self, id: AssociateId) -> Result<Option<Bound>>;

    /// The installation's rules.
    async fn rules(&self) -> Result<Rules>;
}
