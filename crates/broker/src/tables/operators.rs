//! The operator's ways in: links, sessions, tokens.

use domain::Result;
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// A new link.
    PUT_LINK = "INSERT INTO operator_links (token_hash, name, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    /// A link that still works.
    GET_LINK = "SELECT name FROM operator_links WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    /// A link is used, once.
    USE_LINK = "UPDATE operator_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
        RETURNING name";
    /// Links that are over.
    OLD_LINKS = "DELETE FROM operator_links WHERE expires_at < $1";
    /// A new session.
    PUT_SESSION = "INSERT INTO operator_sessions (token_hash, name, created_at, last_seen, expires_at, user_agent)
        VALUES ($1, $2, $3, $3, $4, $5)";
    /// A session.
    GET_SESSION = "SELECT token_hash, name, created_at, last_seen, expires_at, user_agent FROM operator_sessions
        WHERE token_hash = $1";
    /// Sessions, the latest first.
    SESSIONS = "SELECT token_hash, name, created_at, last_seen, expires_at, user_agent FROM operator_sessions
        ORDER BY last_seen DESC, token_hash LIMIT 200";
    /// A session is used.
    TOUCH_SESSION = "UPDATE operator_sessions SET last_seen = $2 WHERE token_hash = $1";
    /// A session ends.
    END_SESSION = "DELETE FROM operator_sessions WHERE token_hash = $1";
    /// Every other session ends.
    END_OTHERS = "DELETE FROM operator_sessions WHERE token_hash <> $1";
    /// Sessions that are over.
    OLD_SESSIONS = "DELETE FROM operator_sessions WHERE expires_at < $1";
    /// A new token.
    PUT_TOKEN = "INSERT INTO operator_tokens (id, token_hash, name, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    /// A token that is good.
    GET_TOKEN = "SELECT id, name, created_at, expires_at, last_used_at FROM operator_tokens
        WHERE token_hash = $1 AND expires_at > $2";
    /// Tokens, the newest first.
    TOKENS = "SELECT id, name, created_at, expires_at, last_used_at FROM operator_tokens
        ORDER BY created_at DESC, id LIMIT 500";
    /// A token is used.
    TOUCH_TOKEN = "UPDATE operator_tokens SET last_used_at = $2 WHERE id = $1";
    /// A token is withdrawn.
    WITHDRAW = "DELETE FROM operator_tokens WHERE id = $1 RETURNING name";
    /// Tokens that ended long ago.
    OLD_TOKENS = "DELETE FROM operator_tokens WHERE expires_at < $1";
}

/// A session of an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OperatorSession {
    pub token_hash: String,
    pub name: String,
    pub created: Timestamp,
    pub last_seen: Timestamp,
    pub expires: Timestamp,
    pub user_agent: String,
}

/// A token of a program, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OperatorToken {
    pub id: String,
    pub name: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
}

pub(crate) fn put_link(tx: Tx<'_>, hash: &str, name: &str, now: Timestamp, expires: Timestamp) -> Result<()> {
    tx.execute(&PUT_LINK, params![hash, name, now, expires]).map(drop)
}

/// The name a link was made for, while it works.
pub(crate) fn link(tx: Tx<'_>, hash: &str, now: Timestamp) -> Result<Option<String>> {
    tx.one(&GET_LINK, params![hash, now], |row| row.get(0))
}

/// Uses a link up. Of many who try at once, one is given the name it was made for.
pub(crate) fn use_link(tx: Tx<'_>, hash: &str, now: Timestamp) -> Result<Option<String>> {
    tx.one(&USE_LINK, params![hash, now], |row| row.get(0))
}

pub(crate) fn put_session(tx: Tx<'_>, new: &OperatorSession) -> Result<()> {
    let values = params![&new.token_hash, &new.name, new.created, new.expires, &new.user_agent];
    tx.execute(&PUT_SESSION, values).map(drop)
}

pub(crate) fn session(tx: Tx<'_>, hash: &str) -> Result<Option<OperatorSession>> {
    tx.one(&GET_SESSION, params![hash], read_session)
}

pub(crate) fn sessions(tx: Tx<'_>) -> Result<Vec<OperatorSession>> {
    tx.all(&SESSIONS, params![], read_session)
}

pub(crate) fn touch_session(tx: Tx<'_>, hash: &str, now: Timestamp) -> Result<()> {
    tx.execute(&TOUCH_SESSION, params![hash, now]).map(drop)
}

pub(crate) fn end_session(tx: Tx<'_>, hash: &str) -> Result<()> {
    tx.execute(&END_SESSION, params![hash]).map(drop)
}

/// Ends every session but one. Gives how many there were.
pub(crate) fn end_others(tx: Tx<'_>, hash: &str) -> Result<u64> {
    tx.execute(&END_OTHERS, params![hash])
}

pub(crate) fn put_token(tx: Tx<'_>, new: &OperatorToken, hash: &str) -> Result<()> {
    tx.execute(&PUT_TOKEN, params![&new.id, hash, &new.name, new.created, new.expires]).map(drop)
}

pub(crate) fn token(tx: Tx<'_>, hash: &str, now: Timestamp) -> Result<Option<OperatorToken>> {
    tx.one(&GET_TOKEN, params![hash, now], read_token)
}

pub(crate) fn tokens(tx: Tx<'_>) -> Result<Vec<OperatorToken>> {
    tx.all(&TOKENS, params![], read_token)
}

pub(crate) fn touch_token(tx: Tx<'_>, id: &str, now: Timestamp) -> Result<()> {
    tx.execute(&TOUCH_TOKEN, params![id, now]).map(drop)
}

/// Withdraws a token. Gives its name, or `None` when there is no such token.
pub(crate) fn withdraw(tx: Tx<'_>, id: &str) -> Result<Option<String>> {
    tx.one(&WITHDRAW, params![id], |row| row.get(0))
}

/// Removes what is over: links and sessions that have ended, tokens that ended before `long_ago`.
pub(crate) fn clean_up(tx: Tx<'_>, now: Timestamp, long_ago: Timestamp) -> Result<()> {
    tx.execute(&OLD_LINKS, params![now])?;
    tx.execute(&OLD_SESSIONS, params![now])?;
    tx.execute(&OLD_TOKENS, params![long_ago]).map(drop)
}

fn read_session(row: &Row<'_>) -> Result<OperatorSession> {
    let mut c = row.columns();
    Ok(OperatorSession {
        token_hash: c.take()?,
        name: c.take()?,
        created: c.take()?,
        last_seen: c.take()?,
        expires: c.take()?,
        user_agent: c.take()?,
    })
}

fn read_token(row: &Row<'_>) -> Result<OperatorToken> {
    let mut c = row.columns();
    Ok(OperatorToken {
        id: c.take()?,
        name: c.take()?,
        created: c.take()?,
        expires: c.take()?,
        used: c.take()?,
    })
}
