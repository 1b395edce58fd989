//! Forward-only, checksummed migrations.

use super::Database;
use super::engine::Tx;
use crate::{digest, params, statements};
use domain::{Error, Result};
use jiff::Timestamp;

/// One step of the schema. Never changed once released; what follows is a new step.
#[derive(Debug)]
pub struct Migration {
    /// Its number: 1, 2, 3 and so on without gaps.
    pub version: i64,
    /// What it does: `first_schema`.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

/// A step as a database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// When it was applied; `None` while it has not been.
    pub at: Option<Timestamp>,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

statements! {
    /// The migrations that have run.
    LIST = "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version";
    /// A migration has run.
    ADD = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
}

/// Brings the database to the newest step of `list`. Gives the number of steps applied.
///
/// Each step runs in a transaction of its own and looks again at what has been applied, so two processes that start
/// together take turns, and a process that is killed leaves whole steps only.
/// # Errors
/// `Conflict` when the database is newer than `list`, or a released step has been changed.
pub async fn migrate(db: &Database, list: &'static [Migration], now: Timestamp) -> Result<usize> {
    let mut applied = 0;
    for migration in list {
        let done = db
            .write(move |tx| {
                tx.script(TABLE)?;
                if compare(&history(tx)?, list)?
                    .get(migration.version as usize - 1)
                    .is_some_and(|a| a.at.is_some())
                {
                    return Ok(false);
                }
                tx.script(migration.sql).map_err(|e| e.with("migration", migration.name))?;
                let checksum = digest::sha256_hex(migration.sql.as_bytes());
                tx.execute(&ADD, params![migration.version, migration.name, checksum, now])?;
                Ok(true)
            })
            .await?;
        applied += usize::from(done);
    }
    Ok(applied)
}

/// Which steps of `list` the database has. Changes nothing.
/// # Errors
/// As [`migrate`].
pub async fn migrations(db: &Database, list: &'static [Migration]) -> Result<Vec<Applied>> {
    db.read(move |tx| {
        // A new database has no history to read.
        let any = tx.check(LIST.sql).is_ok();
        compare(&if any { history(tx)? } else { Vec::new() }, list)
    })
    .await
}

struct Past {
    version: i64,
    name: String,
    checksum: String,
    at: Timestamp,
}

fn history(tx: Tx<'_>) -> Result<Vec<Past>> {
    tx.all(&LIST, &[], |row| {
        Ok(Past { version: row.get(0)?, name: row.get(1)?, checksum: row.get(2)?, at: row.get(3)? })
    })
}

fn compare(history: &[Past], list: &'static [Migration]) -> Result<Vec<Applied>> {
    let newest = list.last().map_or(0, |m| m.version);
    for past in history {
        let Some(known) = list.iter().find(|m| m.version == past.version) else {
            return Err(Error::conflict(format!(
                "This database was written by a newer release (schema {}; this release knows {newest}). \
                 Start the newer release, or restore a backup made before the upgrade.",
                past.version
            )));
        };
        if digest::sha256_hex(known.sql.as_bytes()) != past.checksum {
            return Err(Error::conflict(format!(
                "Step {} ({}) of this database's schema is not the one this release contains. \
                 Use the release that wrote the database, or restore a backup.",
                past.version, past.name
            )));
        }
    }
    Ok(list
        .iter()
        .map(|m| Applied {
            version: m.version,
            name: m.name.to_owned(),
            at: history.iter().find(|p| p.version == m.version).map(|p| p.at),
        })
        .collect())
}
