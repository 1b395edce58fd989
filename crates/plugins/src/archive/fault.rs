//! What the archive says when the disk or its content lets it down.

use domain::{Error, ErrorKind, Retry};
use rustix::io::Errno;
use std::io;
use std::path::Path;

/// The error for a failing disk. `what` says what was being done; `path` goes to the log only.
pub(crate) fn disk(error: io::Error, what: &'static str, path: &Path) -> Error {
    let context = |e: Error| e.with("doing", what).with("path", path.display().to_string());
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return context(full()).caused_by(error);
    }
    let linked = [Errno::LOOP, Errno::NOTDIR].map(Errno::raw_os_error);
    if error.raw_os_error().is_some_and(|n| linked.contains(&n)) || error.kind() == io::ErrorKind::InvalidData
    {
        return context(damaged("A link or another foreign file lies where the archive keeps its own"))
            .caused_by(error);
    }
    let public = "The archive's disk did not do what was asked, and nothing was changed. Try again; \
                  if it persists, ask your administrator to run “chancery doctor”.";
    context(Error::new(ErrorKind::Unavailable, public).retry(Retry::Later)).caused_by(error)
}

/// The error for a disk that has no room left.
pub(crate) fn full() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The archive's disk is full, and nothing was changed. Ask your administrator to free space, then try again.",
    )
}

/// The error for content that is not what was stored. `what` is a sentence without its full stop.
pub(crate) fn damaged(what: &str) -> Error {
    metrics::counter!("chancery_archive_damaged_total").increment(1);
    Error::new(
        ErrorKind::Damaged,
        format!(
            "{what}; it is not delivered. Ask your administrator to run “chancery archive verify”, \
             which names the file, and to restore it from a backup."
        ),
    )
}

/// The error for an item in the trash.
pub(crate) fn in_trash(name: &str) -> Error {
    Error::new(ErrorKind::Gone, format!("“{name}” is in the trash. Restore it first."))
}

/// The error for an item somebody else holds.
pub(crate) fn held_by(name: &str, holder: &str) -> Error {
    let holder = if holder.trim().is_empty() { "somebody else" } else { holder };
    Error::conflict(format!(
        "“{name}” is checked out by {holder}. Wait until it is checked in, or ask {holder} to do so."
    ))
}

/// The error for a caller whose picture of the content is out of date.
pub(crate) fn stale(name: &str) -> Error {
    Error::new(
        ErrorKind::Stale,
        format!("“{name}” has changed since you opened it. Open it again and repeat your change."),
    )
}
