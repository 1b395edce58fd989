//! The login page's tables: typed rows over registered statements.
//!
//! Invariant: what is secret enters sealed or hashed; no function here sees it in the open.

pub(crate) mod codes;
pub(crate) mod connections;
pub(crate) mod installations;
pub(crate) mod keys;
pub(crate) mod operators;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod requests;
pub(crate) mod sessions;

use domain::Result;
use jiff::Timestamp;
use platform::sql::{Database, Migration, Statement, Tx, migrate};
use platform::{digest, params, statements};

/// The steps of the schema, oldest first.
pub static MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "first_schema", sql: include_str!("../migrations/0001_first_schema.sql") },
    Migration { version: 2, name: "operator", sql: include_str!("../migrations/0002_operator.sql") },
];

statements! {
    /// Requests nobody will come back to.
    OLD_REQUESTS = "DELETE FROM requests WHERE expires_at < $1";
    /// Attempts nobody will come back to.
    OLD_ATTEMPTS = "DELETE FROM attempts WHERE expires_at < $1";
    /// Codes that can no longer be redeemed.
    OLD_CODES = "DELETE FROM codes WHERE expires_at < $1";
    /// Assertions that have expired, and need not be remembered.
    OLD_ASSERTIONS = "DELETE FROM assertions WHERE expires_at < $1";
    /// Visits of sessions that are over.
    OLD_VISITS = "DELETE FROM session_visits WHERE session IN (SELECT token_hash FROM sessions WHERE expires_at < $1)";
    /// People of sessions that are over.
    OLD_SESSION_PEOPLE = "DELETE FROM session_people WHERE session IN
        (SELECT token_hash FROM sessions WHERE expires_at < $1)";
    /// Sessions that are over.
    OLD_SESSIONS = "DELETE FROM sessions WHERE expires_at < $1";
    /// Links that can no longer be used.
    OLD_LINKS = "DELETE FROM consent_links WHERE expires_at < $1";
    /// Trips of an installation that are under way.
    END_ATTEMPTS = "DELETE FROM attempts WHERE installation_id = $1 AND used_at IS NULL AND created_at <= $2";
    /// Addresses in the audit log that are no longer needed.
    OLD_ADDRESSES = "UPDATE audit SET ip = '' WHERE at < $1 AND ip <> ''";
}

/// Every registered statement, for the test that prepares each.
pub fn statements() -> Vec<&'static Statement> {
    [
        ALL,
        codes::ALL,
        connections::ALL,
        installations::ALL,
        keys::ALL,
        operators::ALL,
        overview::ALL,
        people::ALL,
        requests::ALL,
        sessions::ALL,
    ]
    .concat()
}

/// Brings the schema to the newest step.
pub(crate) async fn prepare(db: &Database, now: Timestamp) -> Result<()> {
    migrate(db, MIGRATIONS, now).await.map(drop)
}

/// Removes what has expired: what was short-lived a week after, addresses of callers after thirty days.
pub(crate) fn clean_up(tx: Tx<'_>, now: Timestamp) -> Result<()> {
    const DAY: i64 = 24 * 3600;
    let days = |n: i64| now.saturating_sub(jiff::SignedDuration::from_secs(n * DAY)).unwrap_or(now);
    for statement in [&OLD_REQUESTS, &OLD_ATTEMPTS, &OLD_CODES, &OLD_LINKS] {
        tx.execute(statement, params![days(7)])?;
    }
    for statement in [&OLD_ASSERTIONS, &OLD_VISITS, &OLD_SESSION_PEOPLE, &OLD_SESSIONS] {
        tx.execute(statement, params![now])?;
    }
    operators::clean_up(tx, now, days(30))?;
    tx.execute(&OLD_ADDRESSES, params![days(30)]).map(drop)
}

/// Ends the trips of an installation that are under way; their people begin again.
pub(crate) fn end_attempts(tx: Tx<'_>, of: domain::InstallationId, now: Timestamp) -> Result<()> {
    tx.execute(&END_ATTEMPTS, params![of, now]).map(drop)
}

/// How a token is stored.
pub(crate) fn hash(token: &str) -> String {
    digest::sha256_hex(token.as_bytes())
}
