//! Values on their way into a statement and out of a row.

use super::engine::Row;
use domain::plugin::{ExternalRef, Revision};
use domain::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::borrow::Cow;
use uuid::Uuid;

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A whole number, a truth value (0, 1) or an instant (microseconds since 1970 UTC).
    Int(i64),
    /// Text, a date (`2026-03-31`), a decimal number, JSON or a UUID.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<u32> for Value<'_> {
    fn from(n: u32) -> Self {
        Self::Int(n.into())
    }
}

impl From<u64> for Value<'_> {
    /// Sizes; what is beyond 2^63 - 1 bytes is stored as that.
    fn from(n: u64) -> Self {
        Self::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value<'_> {
    fn from(b: bool) -> Self {
        Self::Int(b.into())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(s: &'a str) -> Self {
        Self::Text(Cow::Borrowed(s))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(s: &'a String) -> Self {
        Self::Text(Cow::Borrowed(s))
    }
}

impl From<String> for Value<'_> {
    fn from(s: String) -> Self {
        Self::Text(Cow::Owned(s))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(b: &'a [u8]) -> Self {
        Self::Blob(Cow::Borrowed(b))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(t: Timestamp) -> Self {
        Self::Int(t.as_microsecond())
    }
}

impl From<Date> for Value<'_> {
    fn from(d: Date) -> Self {
        Self::Text(Cow::Owned(d.to_string()))
    }
}

impl From<Decimal> for Value<'_> {
    fn from(d: Decimal) -> Self {
        Self::Text(Cow::Owned(d.to_string()))
    }
}

impl From<Uuid> for Value<'_> {
    fn from(u: Uuid) -> Self {
        Self::Text(Cow::Owned(u.hyphenated().to_string()))
    }
}

impl<'a> From<&'a ExternalRef> for Value<'a> {
    fn from(r: &'a ExternalRef) -> Self {
        Self::from(r.0.as_str())
    }
}

impl<'a> From<&'a Revision> for Value<'a> {
    fn from(r: &'a Revision) -> Self {
        Self::from(r.0.as_str())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A cell of a row, borrowed from the engine.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'r> {
    /// No value.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'r str),
    /// Bytes.
    Blob(&'r [u8]),
}

/// What can be read from a cell.
pub trait FromCell: Sized {
    /// The value, or `None` when the cell holds something else.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

impl FromCell for i64 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Int(n) = cell { Some(n) } else { None }
    }
}

impl FromCell for u64 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl FromCell for u16 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl FromCell for bool {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).map(|n| n != 0)
    }
}

impl FromCell for String {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Text(s) = cell { Some(s.to_owned()) } else { None }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Blob(b) = cell { Some(b.to_owned()) } else { None }
    }
}

impl FromCell for Timestamp {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        Self::from_microsecond(i64::from_cell(cell)?).ok()
    }
}

impl FromCell for ExternalRef {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        String::from_cell(cell).map(Self)
    }
}

impl FromCell for Revision {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        String::from_cell(cell).map(Self)
    }
}

/// Values that are stored as their text.
macro_rules! parsed_text {
    ($($kind:ty),*) => {$(
        impl FromCell for $kind {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                if let Cell::Text(s) = cell { s.parse().ok() } else { None }
            }
        }
    )*};
}
parsed_text!(Date, Decimal, Uuid);

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Null = cell { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}

/// Ids are stored as their number or their text.
macro_rules! ids {
    ($($id:ident),*) => {$(
        impl From<domain::$id> for Value<'_> {
            fn from(id: domain::$id) -> Self { Self::from(id.0) }
        }
        impl FromCell for domain::$id {
            fn from_cell(cell: Cell<'_>) -> Option<Self> { FromCell::from_cell(cell).map(Self) }
        }
    )*};
}
ids!(
    InstallationId,
    AssociateId,
    GroupId,
    CompanyId,
    ContactId,
    ProjectId,
    SaleId,
    DocumentId,
    TemplateId,
    HeadingId,
    DraftId,
    JobId,
    MailingId,
    PluginId,
    OperationId
);

/// Reads the columns of a row one after the other, in the order the statement names them.
#[derive(Debug)]
pub struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(super) fn of(row: &'r Row<'r>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    /// # Errors
    /// `Internal` when the column holds something else, or there is none: the statement and its reader differ.
    pub fn take<T: FromCell>(&mut self) -> Result<T> {
        let index = self.next;
        self.next += 1;
        self.row.get(index)
    }

    /// The next column, a stored word that `read` understands.
    /// # Errors
    /// `Internal` when it does not.
    pub fn word<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        let word: String = self.take()?;
        read(&word).ok_or_else(|| Error::internal(format!("the stored word {word:?} is unknown")))
    }
}
