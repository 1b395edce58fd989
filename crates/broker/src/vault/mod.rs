//! The vault: refresh tokens and secrets, sealed under data keys of their installation.
//!
//! Invariant: what enters is sealed before it reaches a table, and bound to its row; what leaves is an access token for
//! the installation, person and purpose that asked, with its expiry and nothing else.

mod keep_alive;
mod keys;
mod renew;
mod rotate;

pub(crate) use keep_alive::next as keep_alive_of;
pub(crate) use keys::{DataKeys, word};
pub(crate) use renew::put_access;
pub use renew::{Handed, Refused, Unfit};
pub use rotate::Rotated;

use domain::InstallationId;
use platform::seal::Place;

/// Where a connection's refresh token stands.
pub(crate) fn refresh_place(installation: InstallationId, connection: &str) -> Place<'_> {
    Place { installation: installation.0, table: "connections", column: "refresh_token", row: connection }
}

/// Where an access token stands; its row is the connection and the need.
pub(crate) fn access_place(installation: InstallationId, row: &str) -> Place<'_> {
    Place { installation: installation.0, table: "access_tokens", column: "token", row }
}

/// Where an attempt's verifier stands.
pub(crate) fn verifier_place(installation: InstallationId, state_hash: &str) -> Place<'_> {
    Place { installation: installation.0, table: "attempts", column: "verifier", row: state_hash }
}

/// Where a signing key stands.
pub(crate) fn signing_place(kid: &str) -> Place<'_> {
    Place { installation: 0, table: "signing_keys", column: "private_key", row: kid }
}
