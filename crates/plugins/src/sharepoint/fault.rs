//! What goes wrong without SharePoint's doing.

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

/// Somebody has edited the file in SharePoint since its holder saw it last.
pub(crate) fn edited_outside(name: &str, by: &str) -> Error {
    let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
    Error::new(
        ErrorKind::Stale,
        format!(
            "“{name}” was edited in SharePoint{by} since you saw it last. Nothing was overwritten; open it again, bring \
             both together, and save."
        ),
    )
}

pub(crate) fn in_trash(name: &str) -> Error {
    Error::new(ErrorKind::Gone, format!("“{name}” is in the trash. Restore it first."))
}

pub(crate) fn removed() -> Error {
    Error::new(ErrorKind::Gone, "This file was made before and has been removed for good. Make a new one.")
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

/// The person has no connection of their own.
pub(crate) fn not_connected(name: &str) -> Error {
    let who = if name.is_empty() { "You have" } else { name };
    let has = if name.is_empty() { "" } else { " has" };
    let how = if name.is_empty() { "Connect it" } else { "They connect it" };
    Error::forbidden(format!(
        "{who}{has} not connected Microsoft 365 yet, and documents in SharePoint are reached as each person. {how} \
         under Settings, Your accounts; an administrator can see who is missing under Settings, SharePoint."
    ))
}

/// The file is there and this person may not open it at SharePoint (T01).
pub(crate) fn shut_out(name: &str, whose: &str) -> Error {
    Error::forbidden(format!(
        "You may not open “{name}” in SharePoint: {whose}. An owner of the site in Microsoft 365 can let you in."
    ))
}

/// Nobody knows whether it was done, and it cannot be found out now.
pub(crate) fn unsure() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "SharePoint does not show whether the change arrived. It is looked into by itself; try again in a minute.",
    )
}
