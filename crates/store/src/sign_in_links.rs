//! Sign-in links: each opens the door once.

use domain::{AssociateId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "token_hash, installation_id, associate_id, created_at, expires_at, used_at, made_by"
    };
}

statements! {
    /// A link.
    INSERT = "INSERT INTO sign_in_links (token_hash, installation_id, associate_id, created_at, expires_at, used_at,
        made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// Uses a link, if it is good; this is how the installation is learned.
    CONSUME = concat!("UPDATE sign_in_links SET used_at = $2
        WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING ", columns!());
    /// The link of a token.
    GET = concat!("SELECT ", columns!(), " FROM sign_in_links WHERE token_hash = $1");
}

/// A sign-in link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// The SHA-256 of its token, 64 hexadecimal digits.
    pub token_hash: String,
    /// Whose it is.
    pub installation: InstallationId,
    /// Who it signs in.
    pub associate: AssociateId,
    /// Made at.
    pub created: Timestamp,
    /// Good until.
    pub expires: Timestamp,
    /// Used at.
    pub used: Option<Timestamp>,
    /// Who made it: `associate:3`, `command line`, `demo`.
    pub made_by: String,
}

/// What came of using a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkUse {
    /// It was good, and is used now.
    Consumed(SignInLink),
    /// It had been used before.
    Used(SignInLink),
    /// It is too old.
    Expired(SignInLink),
    /// There is no such link.
    Unknown,
}

/// All sign-in links.
#[derive(Debug, Clone, Copy)]
pub struct SignInLinks<'c> {
    pub(crate) tx: Tx<'c>,
}

impl SignInLinks<'_> {
    /// Adds a link.
    pub fn insert(&self, new: &SignInLink) -> Result<()> {
        let SignInLink { token_hash, installation, associate, created, expires, used, made_by } = new;
        let values = params![token_hash, *installation, *associate, *created, *expires, *used, made_by];
        self.tx.execute(&INSERT, values).map(drop)
    }

    /// Uses a link. However many try, one of them is told [`LinkUse::Consumed`].
    pub fn consume(&self, token_hash: &str, now: Timestamp) -> Result<LinkUse> {
        if let Some(link) = self.tx.one(&CONSUME, params![token_hash, now], read)? {
            return Ok(LinkUse::Consumed(link));
        }
        Ok(match self.tx.one(&GET, params![token_hash], read)? {
            Some(link) if link.used.is_some() => LinkUse::Used(link),
            Some(link) => LinkUse::Expired(link),
            None => LinkUse::Unknown,
        })
    }
}

fn read(row: &Row<'_>) -> Result<SignInLink> {
    let mut c = row.columns();
    Ok(SignInLink {
        token_hash: c.take()?,
        installation: c.take()?,
        associate: c.take()?,
        created: c.take()?,
        expires: c.take()?,
        used: c.take()?,
        made_by: c.take()?,
    })
}
