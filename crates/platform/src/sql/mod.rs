//! SQL: units of work as plain closures on database threads, over an engine that is named in one file.
//!
//! Statements are written once, in the SQL that SQLite and PostgreSQL both speak: `$1` markers, `RETURNING`,
//! `ON CONFLICT .. DO UPDATE`, ids as whole numbers, instants as whole microseconds, dates, decimals and JSON as
//! text. [`statements!`](crate::statements) registers each text, so that a test can prepare every one.

pub mod counters;
mod database;
mod engine;
mod migrate;
mod queue;
mod value;

pub use database::{Database, SqlSettings};
pub use engine::{Row, Tx};
pub use migrate::{Applied, Migration, migrate, migrations};
pub use value::{Cell, Columns, FromCell, Value};

use domain::Error;

/// A registered piece of SQL.
#[derive(Debug)]
pub struct Statement {
    /// Module and name, for messages: `store::companies::GET`.
    pub name: &'static str,
    /// The text, the same for every engine.
    pub sql: &'static str,
}

/// Declares statements and the list `ALL` of the module they stand in.
///
/// ```
/// platform::statements! {
///     /// The name of one thing.
///     NAME = "SELECT name FROM things WHERE id = $1";
/// }
/// assert_eq!(ALL.len(), 1);
/// assert!(NAME.name.ends_with("NAME"));
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* pub(crate) static $name: $crate::sql::Statement = $crate::sql::Statement {
            name: concat!(module_path!(), "::", stringify!($name)),
            sql: $sql,
        };)*
        /// Every statement of this module.
        pub(crate) static ALL: &[&$crate::sql::Statement] = &[$(&$name),*];
    };
}

/// The parameters of a statement: `params![id, &name]` is an array of [`Value`]s.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] as &[$crate::sql::Value<'_>] };
}

/// The statements of this module itself, for the test that prepares every one.
pub fn statements() -> Vec<&'static Statement> {
    [migrate::ALL, counters::ALL, crate::audit::ALL].concat()
}

/// Which constraint an error is about: `unique companies.external_id`, `foreign key`, `check name`,
/// `not null companies.name`. The installation's column is left out.
pub fn constraint(error: &Error) -> Option<&str> {
    error.context().iter().find(|(name, _)| *name == "constraint").map(|(_, value)| value.as_str())
}
