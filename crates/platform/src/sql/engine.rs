//! SQLite through rusqlite: the only file that names a driver.
//!
//! Where another engine must be told something differently, it is told here: opening, transactions, parameter
//! markers, and what a failure means.

use super::Statement;
use super::database::SqlSettings;
use super::value::{Cell, Columns, FromCell, Value};
use domain::{Error, ErrorKind, Result};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, OpenFlags};
use std::fmt;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The one that changes things.
    Writer,
    /// One of those that only look.
    Reader,
}

/// A connection to the database.
pub(super) struct Connection(rusqlite::Connection);

/// Statements kept prepared on each connection: all of the store's, and its lists in their usual shapes.
const STATEMENTS: usize = 400;
/// Pages kept in memory, in KiB. The operating system caches the file as well, so these stay small.
const WRITER_CACHE: i64 = 8 * 1024;
const READER_CACHE: i64 = 4 * 1024;

impl Connection {
    /// Opens the database file, making it when it is missing, readable by its owner only.
    pub(super) fn open(settings: &SqlSettings, role: Role) -> Result<Self> {
        let fault = |e| failure(e).with("path", settings.path.display().to_string());
        if role == Role::Writer {
            make_private(settings)?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let raw = rusqlite::Connection::open_with_flags(&settings.path, flags).map_err(fault)?;
        raw.set_prepared_statement_cache_capacity(STATEMENTS);
        raw.execute_batch(&pragmas(settings.durable, role)).map_err(fault)?;
        Ok(Self(raw))
    }

    pub(super) fn tx(&self) -> Tx<'_> {
        Tx(&self.0)
    }

    /// Begins a transaction: at once for a writer, so that two processes queue instead of clashing later.
    pub(super) fn begin(&self, role: Role) -> Result<()> {
        self.run(match role {
            Role::Writer => "BEGIN IMMEDIATE",
            Role::Reader => "BEGIN DEFERRED",
        })
    }

    pub(super) fn commit(&self) -> Result<()> {
        self.run("COMMIT")
    }

    pub(super) fn roll_back(&self) -> Result<()> {
        self.run("ROLLBACK")
    }

    pub(super) fn savepoint(&self) -> Result<()> {
        self.run("SAVEPOINT closure")
    }

    pub(super) fn release(&self) -> Result<()> {
        self.run("RELEASE closure")
    }

    pub(super) fn roll_back_to_savepoint(&self) -> Result<()> {
        self.run("ROLLBACK TO closure")?;
        self.release()
    }

    /// Whether a transaction is open. A full disk or a failed write ends one on its own.
    pub(super) fn in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.0.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map(drop).map_err(failure)
    }
}

/// No memory mapping: a read error of the disk would then be a signal that ends the process, not an error.
fn pragmas(durable: bool, role: Role) -> String {
    let (cache, synchronous) = match role {
        Role::Writer => (WRITER_CACHE, if durable { "FULL" } else { "OFF" }),
        Role::Reader => (READER_CACHE, "FULL"),
    };
    let mut all = format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -{cache}; PRAGMA mmap_size = 0; \
         PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;"
    );
    if role == Role::Reader {
        all.push_str(" PRAGMA query_only = ON;");
    }
    all
}

/// Makes the file with the owner's rights only; what SQLite puts beside it inherits them.
fn make_private(settings: &SqlSettings) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&settings.path).map(drop).map_err(|e| {
        Error::new(
            ErrorKind::Unavailable,
            format!(
                "The database file {} cannot be opened. Check that its folder exists and that Chancery may write in it.",
                settings.path.display()
            ),
        )
        .caused_by(e)
    })
}

/// The statements of one closure: all of them take effect, or none.
#[derive(Clone, Copy)]
pub struct Tx<'c>(&'c rusqlite::Connection);

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

impl<'c> Tx<'c> {
    /// Runs a statement that answers no rows. Gives the number of rows it changed.
    /// # Errors
    /// `Conflict` when a unique or foreign key forbids it, see [`super::constraint`]; `Unavailable` when the disk
    /// or the database does not answer.
    pub fn execute(self, statement: &Statement, params: &[Value<'_>]) -> Result<u64> {
        let explain = |e: Error| e.with("statement", statement.name);
        let mut prepared = self.prepare(statement.sql).map_err(explain)?;
        bind(&mut prepared, params).map_err(explain)?;
        prepared.raw_execute().map(|n| n as u64).map_err(|e| explain(failure(e)))
    }

    /// The first row, or `None`.
    pub fn one<T>(
        self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.rows(statement.sql, params, 1, read)
            .map(|mut rows| rows.pop())
            .map_err(|e| e.with("statement", statement.name))
    }

    /// Every row.
    pub fn all<T>(
        self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.rows(statement.sql, params, usize::MAX, read).map_err(|e| e.with("statement", statement.name))
    }

    /// Every row of a text put together from constant fragments: lists with optional filters. Values never
    /// become part of the text.
    pub fn all_dynamic<T>(
        self,
        sql: &str,
        params: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.rows(sql, params, usize::MAX, read).map_err(|e| e.with("sql", sql))
    }

    /// Prepares a text without running it, for the test that every statement fits the schema. Gives the number
    /// of parameters.
    pub fn check(self, sql: &str) -> Result<usize> {
        self.prepare(sql).map(|s| s.parameter_count())
    }

    /// The engine's plan for a text, one line a step, for tests of the indexes.
    pub fn plan(self, sql: &str, params: &[Value<'_>]) -> Result<Vec<String>> {
        self.rows(&format!("EXPLAIN QUERY PLAN {sql}"), params, usize::MAX, |row| row.get(3))
    }

    /// Runs several statements without parameters: migrations.
    pub fn script(self, sql: &str) -> Result<()> {
        self.0.execute_batch(sql).map_err(failure)
    }

    fn prepare(self, sql: &str) -> Result<CachedStatement<'c>> {
        self.0.prepare_cached(sql).map_err(failure)
    }

    fn rows<T>(
        self,
        sql: &str,
        params: &[Value<'_>],
        at_most: usize,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut prepared = self.prepare(sql)?;
        bind(&mut prepared, params)?;
        let mut cursor = prepared.raw_query();
        let mut out = Vec::new();
        while let Some(raw) = cursor.next().map_err(failure)? {
            // A statement with RETURNING has done all its work by the first row, so stopping early is safe.
            if out.len() < at_most {
                out.push(read(&Row(raw))?);
            } else {
                break;
            }
        }
        Ok(out)
    }
}

/// Binds by marker: to SQLite `$2` is a name, numbered by its first appearance, so order in the text must not matter.
fn bind(prepared: &mut CachedStatement<'_>, params: &[Value<'_>]) -> Result<()> {
    for index in 1..=prepared.parameter_count() {
        let number = prepared
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|digits| digits.parse::<usize>().ok())
            .unwrap_or(0);
        let value = number.checked_sub(1).and_then(|i| params.get(i)).ok_or_else(|| {
            Error::internal(format!("parameter {index} of the statement has no value among {}", params.len()))
        })?;
        prepared.raw_bind_parameter(index, value).map_err(failure)?;
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(s) => ValueRef::Text(s.as_bytes()),
            Self::Blob(b) => ValueRef::Blob(b),
        }))
    }
}

/// A row of an answer.
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Row")
    }
}

impl Row<'_> {
    /// The value in the column with this position, from 0.
    /// # Errors
    /// `Internal` when it holds something else, or there is no such column.
    pub fn get<T: FromCell>(&self, column: usize) -> Result<T> {
        let cell = match self.0.get_ref(column).map_err(failure)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(n) => Cell::Int(n),
            ValueRef::Text(bytes) => Cell::Text(
                std::str::from_utf8(bytes)
                    .map_err(|e| Error::internal(format!("column {column} is no UTF-8")).caused_by(e))?,
            ),
            ValueRef::Blob(bytes) => Cell::Blob(bytes),
            ValueRef::Real(_) => {
                return Err(Error::internal(format!("column {column} holds a floating number")));
            }
        };
        T::from_cell(cell).ok_or_else(|| {
            let name = self.0.as_ref().column_name(column).unwrap_or("?").to_owned();
            Error::internal(format!(
                "column {column} ({name}) cannot be read as {}",
                std::any::type_name::<T>()
            ))
        })
    }

    /// Reads the columns one after the other.
    pub fn columns(&self) -> Columns<'_> {
        Columns::of(self)
    }
}

/// What a failure of the engine means.
fn failure(e: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    let rusqlite::Error::SqliteFailure(code, message) = &e else {
        return Error::internal("a statement cannot be run").caused_by(e);
    };
    match code.code {
        Code::ConstraintViolation => {
            let named = message.as_deref().map_or("unknown".into(), constraint_name);
            constraint_failure(&named).with("constraint", named).caused_by(e)
        }
        Code::DatabaseBusy | Code::DatabaseLocked | Code::OperationInterrupted => {
            unavailable("The database is busy. Nothing was changed; try again in a moment.").caused_by(e)
        }
        Code::DiskFull => unavailable(
            "The disk that holds the database is full. Nothing was changed; free some space and try again.",
        )
        .caused_by(e),
        Code::SystemIoFailure
        | Code::CannotOpen
        | Code::ReadOnly
        | Code::PermissionDenied
        | Code::OutOfMemory => {
            unavailable("The database cannot be reached. Nothing was changed; try again in a moment.")
                .caused_by(e)
        }
        Code::DatabaseCorrupt | Code::NotADatabase => Error::new(
            ErrorKind::Damaged,
            "The database file is damaged or is no database. Stop Chancery and restore a backup.",
        )
        .caused_by(e),
        _ => Error::internal("a statement failed").caused_by(e),
    }
}

fn unavailable(public: &'static str) -> Error {
    Error::new(ErrorKind::Unavailable, public)
}

fn constraint_failure(named: &str) -> Error {
    if named.starts_with("unique") {
        Error::conflict(
            "Something with the same name or key exists already. Choose another one and try again.",
        )
    } else if named.starts_with("foreign key") {
        Error::conflict(
            "Something this refers to does not exist, or something else still refers to it. Check what you chose.",
        )
    } else {
        Error::internal("a rule of the database was broken")
    }
}

/// "UNIQUE constraint failed: a.installation_id, a.b" becomes "unique a.b".
fn constraint_name(message: &str) -> String {
    let Some((kind, columns)) = message.split_once(" constraint failed") else { return message.to_owned() };
    let columns: Vec<&str> = columns
        .trim_start_matches(':')
        .split(',')
        .map(str::trim)
        .filter(|c| !c.is_empty() && !c.ends_with(".installation_id"))
        .collect();
    format!("{} {}", kind.to_lowercase(), columns.join(",")).trim_end().to_owned()
}
