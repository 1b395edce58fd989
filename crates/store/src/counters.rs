//! Whole numbers given out once, inside the caller's transaction.

use crate::support::returned;
use domain::{InstallationId, Result};
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// Gives out `$3` numbers and answers the first of them.
    RESERVE = "INSERT INTO counters (installation_id, name, next) VALUES ($1, $2, 1 + $3)
        ON CONFLICT (installation_id, name) DO UPDATE SET next = counters.next + $3 RETURNING next - $3";
    /// The number that would be given out next.
    PEEK = "SELECT next FROM counters WHERE installation_id = $1 AND name = $2";
}

/// The next number of a counter, from 1. Given back when the transaction is undone.
pub(crate) fn next(tx: Tx<'_>, installation: InstallationId, name: &str) -> Result<i64> {
    reserve(tx, installation, name, 1)
}

/// The first of `many` consecutive numbers.
pub(crate) fn reserve(tx: Tx<'_>, installation: InstallationId, name: &str, many: i64) -> Result<i64> {
    returned(tx.one(&RESERVE, params![installation, name, many], |row| row.get(0))?)
}

/// The number that would be given out next.
pub(crate) fn peek(tx: Tx<'_>, installation: InstallationId, name: &str) -> Result<i64> {
    Ok(tx.one(&PEEK, params![installation, name], |row| row.get(0))?.unwrap_or(1))
}
