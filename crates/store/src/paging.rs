//! Pages and the cursors between them.
//!
//! A cursor names the last row seen, not a position, so rows that come and go in between are neither lost nor doubled.

use domain::{DocumentId, Error, Result};
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// The most rows of one page.
pub(crate) const MAX_LIMIT: u32 = 1000;

/// Some rows, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// A page from up to `limit + 1` rows: the one too many says that there is another page.
    pub(crate) fn of(mut rows: Vec<(T, C)>, limit: u32) -> Self {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let mut next = None;
        let items = rows
            .into_iter()
            .map(|(item, cursor)| {
                next = Some(cursor);
                item
            })
            .collect();
        Self { items, next: next.filter(|_| more) }
    }
}

/// The number of rows to ask for.
pub(crate) fn clamp(limit: u32) -> u32 {
    limit.clamp(1, MAX_LIMIT)
}

fn malformed() -> Error {
    Error::invalid("The page address is malformed. Go back to the first page of the list.").field("after")
}

/// A place in a list ordered by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameCursor {
    /// The folded name of the last row.
    pub sort: String,
    /// Its id.
    pub id: i64,
}

impl fmt::Display for NameCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.sort)
    }
}

impl FromStr for NameCursor {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let (id, sort) = text.split_once('.').ok_or_else(malformed)?;
        Ok(Self { id: id.parse().map_err(|_| malformed())?, sort: sort.to_owned() })
    }
}

/// A place in a list of documents, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentCursor {
    /// The date of the last row.
    pub date: Date,
    /// Its id.
    pub id: DocumentId,
}

impl fmt::Display for DocumentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.date, self.id)
    }
}

impl FromStr for DocumentCursor {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let (date, id) = text.split_once('.').ok_or_else(malformed)?;
        Ok(Self { date: date.parse().map_err(|_| malformed())?, id: id.parse().map_err(|_| malformed())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ErrorKind;

    #[test]
    fn cursors_survive_the_way_through_an_address() {
        let name = NameCursor { sort: "aker & sons. ltd".into(), id: 17 };
        assert_eq!(name.to_string().parse::<NameCursor>().unwrap(), name);
        let document = DocumentCursor { date: Date::constant(2026, 3, 31), id: DocumentId(5) };
        assert_eq!(document.to_string().parse::<DocumentCursor>().unwrap(), document);
        for bad in ["", "x", "17", "x.y", "2026-13-01.5", "2026-03-31.-1", "2026-03-31.x"] {
            assert_eq!(bad.parse::<DocumentCursor>().unwrap_err().kind(), ErrorKind::Invalid, "{bad}");
        }
        for bad in ["", "x", "17", "x.y"] {
            assert_eq!(bad.parse::<NameCursor>().unwrap_err().kind(), ErrorKind::Invalid, "{bad}");
        }
    }
}
