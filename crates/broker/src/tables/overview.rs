//! What the operator's pages count: installations found by a word, connections by state, what is sealed under which key.

use super::installations::{Installation, read};
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::sql::Tx;
use platform::{params, statements};
use std::collections::BTreeMap;

statements! {
    /// Installations whose key or name has a word in it.
    FIND = "SELECT id, key, name, public_keys, redirects, start_url, logout_url, enabled, created_at FROM installations
        WHERE (key LIKE $1 ESCAPE '\\' OR lower(name) LIKE $1 ESCAPE '\\') AND key > $2 ORDER BY key LIMIT $3";
    /// How many installations there are, and how many of them are cut off.
    INSTALLATIONS = "SELECT COUNT(*), COALESCE(SUM(1 - enabled), 0) FROM installations";
    /// How many domains an installation has.
    DOMAINS = "SELECT COUNT(*) FROM domains WHERE installation_id = $1";
    /// Its connections by state.
    STATES = "SELECT state, COUNT(*) FROM connections WHERE installation_id = $1 GROUP BY state";
    /// All connections by state.
    ALL_STATES = "SELECT state, COUNT(*) FROM connections GROUP BY state";
    /// Installations with connections in a state.
    IN_STATE = "SELECT i.key, i.name, n.count FROM (SELECT installation_id, COUNT(*) AS count FROM connections
        WHERE state = $1 GROUP BY installation_id) n JOIN installations i ON i.id = n.installation_id
        ORDER BY n.count DESC, i.key LIMIT $2";
    /// Idle grants that are due to be used.
    DUE = "SELECT COUNT(*) FROM connections WHERE keep_alive_at IS NOT NULL AND keep_alive_at <= $1";
    /// Grants that wait because a provider did not answer well.
    COOLING = "SELECT COUNT(*) FROM connections WHERE cooling_until IS NOT NULL AND cooling_until > $1
        AND state = 'active'";
    /// When a key was used.
    USED = "INSERT INTO client_keys (installation_id, kid, last_used_at) VALUES ($1, $2, $3)
        ON CONFLICT (installation_id, kid) DO UPDATE SET last_used_at = excluded.last_used_at
        WHERE client_keys.last_used_at < excluded.last_used_at - 60000000";
    /// When each key was used.
    KEYS = "SELECT kid, last_used_at FROM client_keys WHERE installation_id = $1";
    /// Refresh tokens by the number of the key they are sealed under.
    SEALED_REFRESH = "SELECT substr(refresh_token, 2, 4), COUNT(*) FROM connections
        WHERE installation_id = $1 AND refresh_token IS NOT NULL GROUP BY 1";
    /// Refresh tokens that are kept once more, likewise.
    SEALED_PREVIOUS = "SELECT substr(previous_token, 2, 4), COUNT(*) FROM connections
        WHERE installation_id = $1 AND previous_token IS NOT NULL GROUP BY 1";
    /// Access tokens, likewise.
    SEALED_ACCESS = "SELECT substr(a.token, 2, 4), COUNT(*) FROM access_tokens a JOIN connections c
        ON c.id = a.connection WHERE c.installation_id = $1 GROUP BY 1";
    /// Our own signing keys, likewise.
    SEALED_SIGNING = "SELECT substr(private_key, 2, 4), COUNT(*) FROM signing_keys GROUP BY 1";
}

/// How many connections are in which state.
pub(crate) type Counts = BTreeMap<String, i64>;

/// Installations that have this pattern (lower case, of `LIKE`) in key or name, behind the key `after`.
pub(crate) fn find(tx: Tx<'_>, pattern: &str, after: &str, limit: u32) -> Result<Vec<Installation>> {
    tx.all(&FIND, params![pattern, after, limit], read)
}

/// All installations, and those cut off.
pub(crate) fn installations(tx: Tx<'_>) -> Result<(i64, i64)> {
    Ok(tx.one(&INSTALLATIONS, params![], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or_default())
}

pub(crate) fn domains(tx: Tx<'_>, of: InstallationId) -> Result<i64> {
    Ok(tx.one(&DOMAINS, params![of], |row| row.get(0))?.unwrap_or_default())
}

/// Connections by state, of one installation or of all.
pub(crate) fn states(tx: Tx<'_>, of: Option<InstallationId>) -> Result<Counts> {
    let read = |row: &platform::sql::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let rows: Vec<(String, i64)> = match of {
        Some(of) => tx.all(&STATES, params![of], read)?,
        None => tx.all(&ALL_STATES, params![], read)?,
    };
    Ok(rows.into_iter().collect())
}

/// Installations with connections in this state, those with the most first: key, name, how many.
pub(crate) fn in_state(tx: Tx<'_>, state: &str, limit: u32) -> Result<Vec<(String, String, i64)>> {
    tx.all(&IN_STATE, params![state, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Idle grants that are due to be used, and grants that wait for a provider.
pub(crate) fn waiting(tx: Tx<'_>, now: Timestamp) -> Result<(i64, i64)> {
    let count = |statement| Ok(tx.one(statement, params![now], |row| row.get(0))?.unwrap_or_default());
    Ok((count(&DUE)?, count(&COOLING)?))
}

/// Notes that a key was used, to the minute.
pub(crate) fn used(tx: Tx<'_>, of: InstallationId, kid: &str, now: Timestamp) -> Result<()> {
    tx.execute(&USED, params![of, kid, now]).map(drop)
}

/// When each key was last used.
pub(crate) fn keys(tx: Tx<'_>, of: InstallationId) -> Result<BTreeMap<String, Timestamp>> {
    let rows = tx.all(&KEYS, params![of], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

/// How many values of an installation are sealed under which of its data keys; of installation 0, our own signing keys.
pub(crate) fn sealed(tx: Tx<'_>, of: InstallationId) -> Result<BTreeMap<u32, i64>> {
    let mut all = BTreeMap::new();
    let statements: &[_] = if of == InstallationId(0) {
        &[&SEALED_SIGNING]
    } else {
        &[&SEALED_REFRESH, &SEALED_PREVIOUS, &SEALED_ACCESS]
    };
    for statement in statements {
        let values = if of == InstallationId(0) { params![] } else { params![of] };
        let rows: Vec<(Vec<u8>, i64)> = tx.all(statement, values, |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (number, count) in rows {
            let number = <[u8; 4]>::try_from(number.as_slice()).map_or(0, u32::from_be_bytes);
            *all.entry(number).or_insert(0) += count;
        }
    }
    Ok(all)
}
