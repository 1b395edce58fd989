//! Everybody who has signed in.

use domain::Result;
use domain::identity::{AddressTrust, Identity, IdentityKey};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// Somebody new, or their facts of today.
    PUT = "INSERT INTO people (handle, provider, realm, subject, address, vouched, name, workspace, first_seen,
        last_seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (provider, realm, subject)
        DO UPDATE SET address = excluded.address, vouched = excluded.vouched, name = excluded.name,
        workspace = excluded.workspace, last_seen = excluded.last_seen RETURNING handle";
    /// Somebody by their handle.
    GET = "SELECT handle, provider, realm, subject, address, vouched, name, workspace FROM people WHERE handle = $1";
    /// Somebody by their key.
    BY_KEY = "SELECT handle, provider, realm, subject, address, vouched, name, workspace FROM people
        WHERE provider = $1 AND realm = $2 AND subject = $3";
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// What installations know them by.
    pub handle: String,
    pub identity: Identity,
}

/// Keeps somebody; `fresh` is their handle if they are new. Gives their handle.
pub(crate) fn put(tx: Tx<'_>, identity: &Identity, fresh: &str, now: Timestamp) -> Result<String> {
    let key = &identity.key;
    let values = params![
        fresh,
        key.provider.as_str(),
        &key.realm,
        &key.subject,
        identity.address.as_deref(),
        identity.trust == AddressTrust::Vouched,
        &identity.name,
        identity.workspace.as_deref(),
        now
    ];
    tx.one(&PUT, values, |row| row.get(0))?
        .ok_or_else(|| domain::Error::internal("a person was kept and has no handle"))
}

pub(crate) fn get(tx: Tx<'_>, handle: &str) -> Result<Option<Person>> {
    tx.one(&GET, params![handle], read)
}

pub(crate) fn by_key(tx: Tx<'_>, key: &IdentityKey) -> Result<Option<Person>> {
    tx.one(&BY_KEY, params![key.provider.as_str(), &key.realm, &key.subject], read)
}

pub(crate) fn read(row: &Row<'_>) -> Result<Person> {
    let mut c = row.columns();
    Ok(Person {
        handle: c.take()?,
        identity: Identity {
            key: IdentityKey { provider: c.word(|w| w.parse().ok())?, realm: c.take()?, subject: c.take()? },
            address: c.take()?,
            trust: if c.take()? { AddressTrust::Vouched } else { AddressTrust::Claimed },
            name: c.take()?,
            workspace: c.take()?,
        },
    })
}
