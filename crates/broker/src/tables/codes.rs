//! One-time codes, and client assertions that have been used.

use domain::connections::Purpose;
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// A new code.
    INSERT = "INSERT INTO codes (code_hash, installation_id, purpose, redirect_uri, challenge, nonce, handle,
        signed_in_at, sid, connection, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    /// A code.
    GET = "SELECT code_hash, installation_id, purpose, redirect_uri, challenge, nonce, handle, signed_in_at, sid,
        connection, expires_at, used_at FROM codes WHERE code_hash = $1";
    /// A code is burnt, however it was presented.
    USE = "UPDATE codes SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL";
    /// An assertion is used, once.
    USE_ASSERTION = "INSERT INTO assertions (installation_id, id_hash, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (installation_id, id_hash) DO NOTHING";
}

/// A one-time code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodeRow {
    pub code_hash: String,
    pub installation: InstallationId,
    pub purpose: Purpose,
    pub redirect_uri: String,
    pub challenge: String,
    pub nonce: String,
    pub handle: String,
    pub signed_in: Timestamp,
    pub sid: String,
    pub connection: Option<String>,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
}

pub(crate) fn insert(tx: Tx<'_>, new: &CodeRow, now: Timestamp) -> Result<()> {
    let values = params![
        &new.code_hash,
        new.installation,
        new.purpose.as_str(),
        &new.redirect_uri,
        &new.challenge,
        &new.nonce,
        &new.handle,
        new.signed_in,
        &new.sid,
        new.connection.as_deref(),
        now,
        new.expires
    ];
    tx.execute(&INSERT, values).map(drop)
}

/// Burns a code and gives what it stood for, with the instant it had been burnt before, if it had.
pub(crate) fn burn(tx: Tx<'_>, code_hash: &str, now: Timestamp) -> Result<Option<CodeRow>> {
    let code = tx.one(&GET, params![code_hash], |row| {
        let mut c = row.columns();
        Ok(CodeRow {
            code_hash: c.take()?,
            installation: c.take()?,
            purpose: c.word(|w| w.parse().ok())?,
            redirect_uri: c.take()?,
            challenge: c.take()?,
            nonce: c.take()?,
            handle: c.take()?,
            signed_in: c.take()?,
            sid: c.take()?,
            connection: c.take()?,
            expires: c.take()?,
            used: c.take()?,
        })
    })?;
    if code.is_some() {
        tx.execute(&USE, params![code_hash, now])?;
    }
    Ok(code)
}

/// Notes an assertion. `false` when it was used before.
pub(crate) fn use_assertion(tx: Tx<'_>, of: InstallationId, id: &str, until: Timestamp) -> Result<bool> {
    Ok(tx.execute(&USE_ASSERTION, params![of, super::hash(id), until])? == 1)
}
