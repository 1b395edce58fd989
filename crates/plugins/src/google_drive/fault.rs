//! What goes wrong without Google's doing.

use domain::{Error, ErrorKind};

pub(crate) fn held_by(name: &str, holder: &str) -> Error {
    let holder = if holder.is_empty() { "somebody else" } else { holder };
    Error::conflict(format!(
        "“{name}” is checked out by {holder}. Ask them to check it in, or read it without changing it."
    ))
}

pub(crate) fn not_held(name: &str) -> Error {
    Error::conflict(format!("“{name}” is not checked out. Check it out before checking it in."))
}

pub(crate) fn stale(name: &str) -> Error {
    Error::new(
        ErrorKind::Stale,
        format!("“{name}” has been changed since you opened it. Open it again and repeat your change."),
    )
}

/// Somebody has edited the file at Google since its holder saw it last.
pub(crate) fn edited_outside(name: &str, by: Option<&str>) -> Error {
    let by = by.filter(|by| !by.is_empty()).map(|by| format!(" by {by}")).unwrap_or_default();
    Error::new(
        ErrorKind::Stale,
        format!(
            "“{name}” was edited at Google{by} while you had it checked out. Nothing was overwritten; open it again, \
             bring both together, and save."
        ),
    )
}

pub(crate) fn in_trash(name: &str) -> Error {
    Error::new(ErrorKind::Gone, format!("“{name}” is in the trash. Restore it first."))
}

pub(crate) fn removed() -> Error {
    Error::new(ErrorKind::Gone, "This file was made before and has been removed for good. Make a new one.")
}

pub(crate) fn native(name: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "“{name}” is a document of Google's own: it has no file that could be replaced. Edit it at Google, or store \
             your file as a new document."
        ),
    )
}

pub(crate) fn no_versions() -> Error {
    Error::new(ErrorKind::Unsupported, "This place is set up without versions. Ask your administrator.")
}

pub(crate) fn unsatisfiable(size: u64) -> Error {
    Error::new(
        ErrorKind::RangeNotSatisfiable,
        format!(
            "The range begins beyond the end: the content has {size} bytes. Ask for a range within them."
        ),
    )
}
