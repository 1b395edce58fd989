//! What several repositories need.

use domain::records::Address;
use domain::{Error, Result};
use platform::sql::{Columns, constraint};

/// A change must have found its row.
pub(crate) fn found(rows: u64, what: &'static str) -> Result<()> {
    if rows == 0 { Err(Error::not_found(what)) } else { Ok(()) }
}

/// A statement with `RETURNING` that always returns has returned nothing: a defect of ours.
pub(crate) fn returned<T>(row: Option<T>) -> Result<T> {
    row.ok_or_else(|| Error::internal("a statement that returns its row returned none"))
}

/// Gives a broken constraint the sentence that belongs to it, on the input field it is about.
pub(crate) fn explain<T>(
    result: Result<T>,
    sentences: &[(&'static str, &'static str, &'static str)],
) -> Result<T> {
    result.map_err(|e| {
        let broken = sentences.iter().find(|(name, ..)| constraint(&e) == Some(*name));
        match broken {
            Some((name, field, sentence)) => {
                Error::conflict(*sentence).field(*field).with("constraint", *name).caused_by(e)
            }
            None => e,
        }
    })
}

/// An address as stored.
pub(crate) fn address_text(address: &Address) -> Result<String> {
    serde_json::to_string(address).map_err(|e| Error::internal("an address cannot be written").caused_by(e))
}

/// The next column, an address.
pub(crate) fn take_address(columns: &mut Columns<'_>) -> Result<Address> {
    let text: String = columns.take()?;
    serde_json::from_str(&text).map_err(|e| Error::internal("a stored address cannot be read").caused_by(e))
}
