//! Sessions, kept under the hash of their token.

use crate::support::found;
use domain::{AssociateId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "token_hash, installation_id, associate_id, csrf, created_at, last_seen_at, expires_at, user_agent, ended_at"
    };
}

statements! {
    /// A session begins.
    INSERT = "INSERT INTO sessions (token_hash, installation_id, associate_id, csrf, created_at, last_seen_at,
        expires_at, user_agent, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// The session of a token; this is how the installation is learned.
    GET = concat!("SELECT ", columns!(), " FROM sessions WHERE token_hash = $1");
    /// A session was used.
    TOUCH = "UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1 AND ended_at IS NULL AND last_seen_at < $2";
    /// A session ends.
    END = "UPDATE sessions SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL";
    /// Every session of an associate ends.
    END_ALL = "UPDATE sessions SET ended_at = $3 WHERE installation_id = $1 AND associate_id = $2 AND ended_at IS NULL";
    /// The sessions of an associate that have neither ended nor expired.
    LIVE = concat!("SELECT ", columns!(), " FROM sessions
        WHERE installation_id = $1 AND associate_id = $2 AND ended_at IS NULL AND expires_at > $3
        ORDER BY last_seen_at DESC");
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 of its token, 64 hexadecimal digits.
    pub token_hash: String,
    /// Whose it is.
    pub installation: InstallationId,
    /// Who has signed in.
    pub associate: AssociateId,
    /// The token that forms carry.
    pub csrf: String,
    /// Begun at.
    pub created: Timestamp,
    /// Last used at.
    pub last_seen: Timestamp,
    /// Ends at the latest at.
    pub expires: Timestamp,
    /// The browser's own name, for the list of sessions.
    pub user_agent: String,
    /// Ended at.
    pub ended: Option<Timestamp>,
}

/// All sessions.
#[derive(Debug, Clone, Copy)]
pub struct Sessions<'c> {
    pub(crate) tx: Tx<'c>,
}

impl Sessions<'_> {
    /// Adds a session.
    pub fn insert(&self, new: &Session) -> Result<()> {
        let Session {
            token_hash,
            installation,
            associate,
            csrf,
            created,
            last_seen,
            expires,
            user_agent,
            ended,
        } = new;
        let values = params![
            token_hash,
            *installation,
            *associate,
            csrf,
            *created,
            *last_seen,
            *expires,
            user_agent,
            *ended
        ];
        self.tx.execute(&INSERT, values).map(drop)
    }

    /// The session of a token, also one that has ended or expired: the caller decides.
    pub fn get(&self, token_hash: &str) -> Result<Option<Session>> {
        self.tx.one(&GET, params![token_hash], read)
    }

    /// Notes that a session is in use.
    pub fn touch(&self, token_hash: &str, now: Timestamp) -> Result<()> {
        self.tx.execute(&TOUCH, params![token_hash, now]).map(drop)
    }

    /// Ends a session. Gives whether it was running.
    pub fn end(&self, token_hash: &str, now: Timestamp) -> Result<bool> {
        Ok(self.tx.execute(&END, params![token_hash, now])? == 1)
    }

    /// Ends a session and begins another in the same step.
    /// # Errors
    /// `NotFound` when the old one is not running, so that one session cannot become two.
    pub fn rotate(&self, old_hash: &str, new: &Session) -> Result<()> {
        found(self.tx.execute(&END, params![old_hash, new.created])?, "session")?;
        self.insert(new)
    }

    /// Ends every session of an associate. Gives how many were running.
    pub fn end_all_of(
        &self,
        installation: InstallationId,
        associate: AssociateId,
        now: Timestamp,
    ) -> Result<u64> {
        self.tx.execute(&END_ALL, params![installation, associate, now])
    }

    /// The sessions of an associate that have neither ended nor expired, the last used first.
    pub fn live_of(
        &self,
        installation: InstallationId,
        associate: AssociateId,
        now: Timestamp,
    ) -> Result<Vec<Session>> {
        self.tx.all(&LIVE, params![installation, associate, now], read)
    }
}

fn read(row: &Row<'_>) -> Result<Session> {
    let mut c = row.columns();
    Ok(Session {
        token_hash: c.take()?,
        installation: c.take()?,
        associate: c.take()?,
        csrf: c.take()?,
        created: c.take()?,
        last_seen: c.take()?,
        expires: c.take()?,
        user_agent: c.take()?,
        ended: c.take()?,
    })
}
