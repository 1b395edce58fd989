//! Tokens for the API, kept as their hash.

use domain::{AssociateId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Row, Tx};
use platform::{params, statements};
use std::fmt;

macro_rules! columns {
    () => {
        "installation_id, id, name, associate_id, created_at, expires_at, last_used_at, revoked_at, made_by"
    };
}

statements! {
    /// A token.
    INSERT = "INSERT INTO api_tokens (installation_id, id, name, token_hash, associate_id, created_at, expires_at,
        last_used_at, revoked_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, $8)";
    /// The token with a hash; this is how the installation is learned.
    BY_HASH = concat!("SELECT ", columns!(), " FROM api_tokens WHERE token_hash = $1");
    /// A token was used.
    TOUCH = "UPDATE api_tokens SET last_used_at = $3 WHERE installation_id = $1 AND id = $2";
    /// A token is good no more.
    REVOKE = "UPDATE api_tokens SET revoked_at = $3 WHERE installation_id = $1 AND id = $2 AND revoked_at IS NULL";
    /// Every token, the newest first.
    LIST = concat!("SELECT ", columns!(), " FROM api_tokens WHERE installation_id = $1 ORDER BY id DESC");
}

/// A token's number within its installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ApiTokenId(pub i64);

impl fmt::Display for ApiTokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A token to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiToken {
    /// What it is for, in the words of whoever made it.
    pub name: String,
    /// The SHA-256 of the token, 64 hexadecimal digits.
    pub token_hash: String,
    /// Who it acts as.
    pub associate: AssociateId,
    /// Good until; `None` for no end.
    pub expires: Option<Timestamp>,
    /// Who made it.
    pub made_by: AssociateId,
}

/// A token as recorded. The token itself is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Whose it is.
    pub installation: InstallationId,
    /// Its number.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// Who it acts as.
    pub associate: AssociateId,
    /// Made at.
    pub created: Timestamp,
    /// Good until; `None` for no end.
    pub expires: Option<Timestamp>,
    /// Last used at.
    pub last_used: Option<Timestamp>,
    /// Withdrawn at.
    pub revoked: Option<Timestamp>,
    /// Who made it.
    pub made_by: AssociateId,
}

impl ApiToken {
    /// Whether it is good at an instant.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }
}

/// All tokens for the API.
#[derive(Debug, Clone, Copy)]
pub struct ApiTokens<'c> {
    pub(crate) tx: Tx<'c>,
}

impl ApiTokens<'_> {
    /// Adds a token and gives its number.
    pub fn insert(
        &self,
        installation: InstallationId,
        new: &NewApiToken,
        now: Timestamp,
    ) -> Result<ApiTokenId> {
        let id = counters::next(self.tx, installation, "api_token")?;
        let NewApiToken { name, token_hash, associate, expires, made_by } = new;
        let values = params![installation, id, name, token_hash, *associate, now, *expires, *made_by];
        self.tx.execute(&INSERT, values)?;
        Ok(ApiTokenId(id))
    }

    /// The token with this hash, also one that is good no more: ask [`ApiToken::is_live`].
    pub fn by_hash(&self, token_hash: &str) -> Result<Option<ApiToken>> {
        self.tx.one(&BY_HASH, params![token_hash], read)
    }

    /// Notes that a token was used.
    pub fn touch(&self, installation: InstallationId, id: ApiTokenId, now: Timestamp) -> Result<()> {
        self.tx.execute(&TOUCH, params![installation, id.0, now]).map(drop)
    }

    /// Every token of an installation, the newest first.
    pub fn list(&self, installation: InstallationId) -> Result<Vec<ApiToken>> {
        self.tx.all(&LIST, params![installation], read)
    }

    /// Withdraws a token. Gives whether it was in force.
    pub fn revoke(&self, installation: InstallationId, id: ApiTokenId, now: Timestamp) -> Result<bool> {
        Ok(self.tx.execute(&REVOKE, params![installation, id.0, now])? == 1)
    }
}

fn read(row: &Row<'_>) -> Result<ApiToken> {
    let mut c = row.columns();
    Ok(ApiToken {
        installation: c.take()?,
        id: ApiTokenId(c.take()?),
        name: c.take()?,
        associate: c.take()?,
        created: c.take()?,
        expires: c.take()?,
        last_used: c.take()?,
        revoked: c.take()?,
        made_by: c.take()?,
    })
}
