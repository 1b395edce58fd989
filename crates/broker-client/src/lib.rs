//! How the CRM side talks to the login page: as an OpenID Connect client with a key of its own.
//!
//! It knows the protocol and nothing of the login page's inside. Requests go through a
//! [`Transport`](platform::outbound::Transport): over the network, or in one process into the same router.
//!
//! Invariant: what arrives is verified in full, also when it comes from the same process.
//! Invariant: nothing here ever holds a client secret, a refresh token or a password; there is no place for one.

mod calls;
mod keys;
mod manage;
mod statement;
mod tokens;

pub use calls::{BrokerClient, Pushed, SignInAsk};
pub use keys::{ClientKey, ClientKeys, FolderKeys};
pub use manage::{AuditLine, AuditPage, Connection, ConsentLink, Overview, ProviderName, Verification};
pub use statement::{Ended, Linked, Statement};
pub use tokens::{InstallationTokens, NoToken};
