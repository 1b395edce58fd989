//! Who somebody is at a provider, and which associate that makes them.
//!
//! Identities are keyed by what a provider never gives to anybody else: issuer and subject, or tenant id and object id.
//! An e-mail address is looked at once, for the first sign-in, and never again.

mod decide;
mod domains;
mod plugin;
mod spelling;

pub use decide::{Admissible, Bound, Decision, Found, How, Invited, Refusal, Rules, decide};
pub use domains::{Realm, Registration, realm_of, registrable};
pub use plugin::{
    AuthenticationPlugin, AuthenticationPluginInfo, Directory, Evidence, Opinion, Resolution, Token,
    TokenKind, Verdict,
};
pub use spelling::{Address, fold_address, skeleton};

use crate::connections::Provider;
use serde::{Deserialize, Serialize};

/// The key of an identity. Two people never share one, and a provider never gives one away again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdentityKey {
    /// Whose identity it is.
    pub provider: Provider,
    /// Microsoft: the tenant id. Google and others: the issuer.
    pub realm: String,
    /// Microsoft: the object id. Google and others: the subject.
    pub subject: String,
}

/// What the login page says about somebody who has signed in at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The key.
    pub key: IdentityKey,
    /// The mail address or sign-in name, as the provider has it. Says nothing about who it is unless `trust` does.
    pub address: Option<String>,
    /// Whether the provider vouches for the address.
    pub trust: AddressTrust,
    /// The name people read; display only.
    pub name: String,
    /// Google: the Workspace domain of the account, if it has one.
    pub workspace: Option<String>,
}

/// Whether a provider vouches for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressTrust {
    /// The provider has verified that the domain's owner gave this address to this account: Google with
    /// `email_verified` and `hd`, Microsoft with `xms_edov`, or a sign-in name in a verified domain of the tenant.
    Vouched,
    /// Anybody could have put it there.
    Claimed,
}
