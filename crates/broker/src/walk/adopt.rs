//! Taking over a grant that was given elsewhere: by whoever runs the login page, when an installation moves here from
//! another one of theirs. Nothing of it is reachable over the network.

use crate::house::{House, note_of};
use crate::rules::flight::{self, Standing};
use crate::tables::connections::{self, ConnectionRow};
use crate::tables::installations;
use crate::vault::{self, refresh_place};
use domain::audit::Entry;
use domain::connections::{ConnectionKind, ConnectionState, Provider};
use domain::{Error, Result};
use platform::Secret;

/// A grant that was given elsewhere, to the same application at the provider.
#[derive(Debug)]
pub struct Adopted {
    /// What it is for.
    pub kind: ConnectionKind,
    /// Who gave it.
    pub provider: Provider,
    /// The account's issuer, or its tenant.
    pub realm: String,
    /// The account.
    pub subject: String,
    /// Its address.
    pub address: String,
    /// Its name.
    pub name: String,
    /// What was granted, with blanks between.
    pub scopes: String,
    /// The grant itself.
    pub refresh_token: Secret,
}

impl House {
    /// Makes a connection of a grant that was given elsewhere. Whether it still works shows the first time it is used.
    /// # Errors
    /// `NotFound` for an unknown installation.
    pub async fn adopt(&self, key: &str, grant: Adopted) -> Result<()> {
        let (keys, now, key) = (self.keys.clone(), self.now(), key.to_owned());
        let fresh = platform::random::id()?.hyphenated().to_string();
        self.db
            .write(move |tx| {
                let installation =
                    installations::by_key(tx, &key)?.ok_or_else(|| Error::not_found("installation"))?;
                let of = installation.id;
                let Adopted { kind, provider, realm, subject, address, name, scopes, refresh_token } = grant;
                let before = connections::find(tx, of, kind, &provider, &realm, &subject)?;
                let id = before.as_ref().map_or(fresh, |row| row.id.clone());
                let mut standing = before.map_or_else(begun, |row| row.standing);
                flight::reconnect(&mut standing);
                let sealed = keys.seal_secret(tx, refresh_place(of, &id), &refresh_token, now)?;
                let row = ConnectionRow {
                    id,
                    installation: of,
                    kind,
                    provider,
                    realm,
                    subject,
                    address,
                    name,
                    standing,
                    scopes,
                    refresh_token: Some(sealed),
                    previous_token: None,
                    claims: None,
                    granted: now,
                    renewed: now,
                };
                connections::put(tx, &row, vault::keep_alive_of(&row, now))?;
                let entry =
                    Entry::done("connection.adopted", format!("connection:{} {}", row.id, kind.as_str()));
                note_of(tx, of, "operator", entry, now, "")
            })
            .await
    }
}

fn begun() -> Standing {
    Standing {
        state: ConnectionState::Disconnected,
        attention: None,
        generation: 0,
        fence: 0,
        lease_until: None,
        cooling_until: None,
    }
}
