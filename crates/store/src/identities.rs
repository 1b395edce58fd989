//! Identities of associates: each key belongs to at most one of them.

use crate::support::explain;
use domain::identity::{Identity, IdentityKey};
use domain::{AssociateId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "provider, realm, subject, associate_id, handle, address, name, bound_by, bound_at, last_sign_in"
    };
}

statements! {
    /// A key is bound.
    INSERT = "INSERT INTO identities (installation_id, provider, realm, subject, associate_id, handle, address, name,
        bound_by, bound_at, last_sign_in) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)";
    /// Whose a key is.
    GET = concat!("SELECT ", columns!(), " FROM identities
        WHERE installation_id = $1 AND provider = $2 AND realm = $3 AND subject = $4");
    /// The identities of an associate.
    OF_ASSOCIATE = concat!("SELECT ", columns!(), " FROM identities WHERE installation_id = $1 AND associate_id = $2
        ORDER BY provider, bound_at, subject");
    /// Every identity.
    LIST = concat!("SELECT ", columns!(), " FROM identities WHERE installation_id = $1
        ORDER BY associate_id, provider, bound_at, subject");
    /// A key is bound no more.
    REMOVE = "DELETE FROM identities WHERE installation_id = $1 AND provider = $2 AND realm = $3 AND subject = $4";
    /// Somebody signs in; their facts of today.
    SEEN = "UPDATE identities SET last_sign_in = $5, address = $6, name = $7, handle = $8
        WHERE installation_id = $1 AND provider = $2 AND realm = $3 AND subject = $4";
}

/// A key that is bound to an associate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundIdentity {
    /// The key.
    pub key: IdentityKey,
    /// Whose it is.
    pub associate: AssociateId,
    /// What the login page calls them.
    pub handle: String,
    /// The address, as it was at the last sign-in; display only.
    pub address: String,
    /// The name; display only.
    pub name: String,
    /// How it came to be bound: `address`, `invitation`, `associate:3`.
    pub bound_by: String,
    /// When it was bound.
    pub bound: Timestamp,
    /// When it last signed in.
    pub last_sign_in: Option<Timestamp>,
}

/// The identities of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Identities<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Identities<'_> {
    /// Binds a key.
    /// # Errors
    /// `Conflict` when it is bound already.
    pub fn bind(
        &self,
        to: AssociateId,
        identity: &Identity,
        handle: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        let IdentityKey { provider, realm, subject } = &identity.key;
        let address = identity.address.as_deref().unwrap_or_default();
        let values = params![
            self.installation,
            provider.as_str(),
            realm,
            subject,
            to,
            handle,
            address,
            &identity.name,
            by,
            now
        ];
        explain(self.tx.execute(&INSERT, values), SENTENCES).map(drop)
    }

    /// Whose a key is.
    pub fn get(&self, key: &IdentityKey) -> Result<Option<BoundIdentity>> {
        self.tx.one(&GET, params![self.installation, key.provider.as_str(), &key.realm, &key.subject], read)
    }

    /// The identities of an associate.
    pub fn of(&self, associate: AssociateId) -> Result<Vec<BoundIdentity>> {
        self.tx.all(&OF_ASSOCIATE, params![self.installation, associate], read)
    }

    /// Every identity, by associate.
    pub fn all(&self) -> Result<Vec<BoundIdentity>> {
        self.tx.all(&LIST, params![self.installation], read)
    }

    /// Unbinds a key. Gives whether it was bound.
    pub fn unbind(&self, key: &IdentityKey) -> Result<bool> {
        let values = params![self.installation, key.provider.as_str(), &key.realm, &key.subject];
        Ok(self.tx.execute(&REMOVE, values)? == 1)
    }

    /// Notes a sign-in.
    pub fn seen(&self, identity: &Identity, handle: &str, now: Timestamp) -> Result<()> {
        let IdentityKey { provider, realm, subject } = &identity.key;
        let address = identity.address.as_deref().unwrap_or_default();
        let values = params![
            self.installation,
            provider.as_str(),
            realm,
            subject,
            now,
            address,
            &identity.name,
            handle
        ];
        self.tx.execute(&SEEN, values).map(drop)
    }
}

const SENTENCES: &[(&str, &str, &str)] = &[(
    "unique identities.provider",
    "identity",
    "This account belongs to an associate here already. Take it from them first.",
)];

fn read(row: &Row<'_>) -> Result<BoundIdentity> {
    let mut c = row.columns();
    Ok(BoundIdentity {
        key: IdentityKey { provider: c.word(|w| w.parse().ok())?, realm: c.take()?, subject: c.take()? },
        associate: c.take()?,
        handle: c.take()?,
        address: c.take()?,
        name: c.take()?,
        bound_by: c.take()?,
        bound: c.take()?,
        last_sign_in: c.take()?,
    })
}
