//! Wrapped data keys and our own signing keys.

use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// The data keys of an installation, the newest last.
    DATA_KEYS = "SELECT installation_id, number, wrapped FROM data_keys WHERE installation_id = $1 ORDER BY number";
    /// The number of an installation's newest data key.
    NEWEST_DATA_KEY = "SELECT MAX(number) FROM data_keys WHERE installation_id = $1";
    /// Every data key.
    ALL_DATA_KEYS = "SELECT installation_id, number, wrapped FROM data_keys ORDER BY installation_id, number";
    /// A new data key.
    ADD_DATA_KEY = "INSERT INTO data_keys (installation_id, number, wrapped, created_at) VALUES ($1, $2, $3, $4)";
    /// A data key wrapped anew.
    REWRAP = "UPDATE data_keys SET wrapped = $3 WHERE installation_id = $1 AND number = $2";
    /// A data key that seals nothing any more.
    DROP_DATA_KEY = "DELETE FROM data_keys WHERE installation_id = $1 AND number = $2";
    /// Signing keys, the oldest first.
    SIGNING_KEYS = "SELECT kid, public_jwk, private_key, signs_from, listed_until FROM signing_keys
        ORDER BY signs_from, kid";
    /// A new signing key.
    ADD_SIGNING_KEY = "INSERT INTO signing_keys (kid, public_jwk, private_key, created_at, signs_from, listed_until)
        VALUES ($1, $2, $3, $4, $5, NULL)";
    /// Until when a signing key is published.
    LIST_UNTIL = "UPDATE signing_keys SET listed_until = $2 WHERE kid = $1";
    /// A signing key sealed anew.
    RESEAL_SIGNING_KEY = "UPDATE signing_keys SET private_key = $2 WHERE kid = $1";
    /// A signing key that is published no more.
    DROP_SIGNING_KEY = "DELETE FROM signing_keys WHERE kid = $1";
}

/// A wrapped data key.
#[derive(Debug, Clone)]
pub(crate) struct DataKeyRow {
    pub installation: InstallationId,
    pub number: u32,
    pub wrapped: Vec<u8>,
}

/// A signing key.
#[derive(Debug, Clone)]
pub(crate) struct SigningKeyRow {
    pub kid: String,
    pub public_jwk: String,
    pub private_key: Vec<u8>,
    pub signs_from: Timestamp,
    pub listed_until: Option<Timestamp>,
}

pub(crate) fn data_keys(tx: Tx<'_>, of: InstallationId) -> Result<Vec<DataKeyRow>> {
    tx.all(&DATA_KEYS, params![of], read_data_key)
}

pub(crate) fn newest(tx: Tx<'_>, of: InstallationId) -> Result<Option<u32>> {
    let number = tx.one(&NEWEST_DATA_KEY, params![of], |row| row.get::<Option<i64>>(0))?.flatten();
    Ok(number.and_then(|n| u32::try_from(n).ok()))
}

pub(crate) fn all_data_keys(tx: Tx<'_>) -> Result<Vec<DataKeyRow>> {
    tx.all(&ALL_DATA_KEYS, params![], read_data_key)
}

pub(crate) fn add_data_key(tx: Tx<'_>, key: &DataKeyRow, now: Timestamp) -> Result<()> {
    tx.execute(&ADD_DATA_KEY, params![key.installation, key.number, key.wrapped.as_slice(), now]).map(drop)
}

pub(crate) fn rewrap(tx: Tx<'_>, key: &DataKeyRow) -> Result<()> {
    tx.execute(&REWRAP, params![key.installation, key.number, key.wrapped.as_slice()]).map(drop)
}

pub(crate) fn drop_data_key(tx: Tx<'_>, of: InstallationId, number: u32) -> Result<()> {
    tx.execute(&DROP_DATA_KEY, params![of, number]).map(drop)
}

pub(crate) fn signing_keys(tx: Tx<'_>) -> Result<Vec<SigningKeyRow>> {
    tx.all(&SIGNING_KEYS, params![], |row| {
        let mut c = row.columns();
        Ok(SigningKeyRow {
            kid: c.take()?,
            public_jwk: c.take()?,
            private_key: c.take()?,
            signs_from: c.take()?,
            listed_until: c.take()?,
        })
    })
}

pub(crate) fn add_signing_key(tx: Tx<'_>, key: &SigningKeyRow, now: Timestamp) -> Result<()> {
    let values = params![&key.kid, &key.public_jwk, key.private_key.as_slice(), now, key.signs_from];
    tx.execute(&ADD_SIGNING_KEY, values).map(drop)
}

pub(crate) fn list_until(tx: Tx<'_>, kid: &str, until: Timestamp) -> Result<()> {
    tx.execute(&LIST_UNTIL, params![kid, until]).map(drop)
}

pub(crate) fn reseal_signing_key(tx: Tx<'_>, kid: &str, sealed: &[u8]) -> Result<()> {
    tx.execute(&RESEAL_SIGNING_KEY, params![kid, sealed]).map(drop)
}

pub(crate) fn drop_signing_key(tx: Tx<'_>, kid: &str) -> Result<()> {
    tx.execute(&DROP_SIGNING_KEY, params![kid]).map(drop)
}

fn read_data_key(row: &Row<'_>) -> Result<DataKeyRow> {
    let number: u64 = row.get(1)?;
    Ok(DataKeyRow { installation: row.get(0)?, number: number as u32, wrapped: row.get(2)? })
}
