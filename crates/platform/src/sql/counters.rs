//! Whole numbers given out once, inside the caller's transaction.

use super::Tx;
use crate::{params, statements};
use domain::{Error, InstallationId, Result};

statements! {
    /// Gives out `$3` numbers and answers the first of them.
    RESERVE = "INSERT INTO counters (installation_id, name, next) VALUES ($1, $2, 1 + $3)
        ON CONFLICT (installation_id, name) DO UPDATE SET next = counters.next + $3 RETURNING next - $3";
    /// The number that would be given out next.
    PEEK = "SELECT next FROM counters WHERE installation_id = $1 AND name = $2";
}

/// The next number of a counter, from 1. Given back when the transaction is undone.
pub fn next(tx: Tx<'_>, installation: InstallationId, name: &str) -> Result<i64> {
    reserve(tx, installation, name, 1)
}

/// The first of `many` consecutive numbers.
pub fn reserve(tx: Tx<'_>, installation: InstallationId, name: &str, many: i64) -> Result<i64> {
    tx.one(&RESERVE, params![installation, name, many], |row| row.get(0))?
        .ok_or_else(|| Error::internal("a counter answered nothing"))
}

/// The number that would be given out next.
pub fn peek(tx: Tx<'_>, installation: InstallationId, name: &str) -> Result<i64> {
    Ok(tx.one(&PEEK, params![installation, name], |row| row.get(0))?.unwrap_or(1))
}
