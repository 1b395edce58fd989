//! What is checked of the input of every plugin.

use domain::plugin::{Call, Done, ExternalRef, VersionId, VersionNote, Which};
use domain::{Error, ErrorKind, Result};
use std::collections::BTreeMap;

/// The longest reference, path, command or address, in bytes.
const LONGEST_TEXT: usize = 4096;
/// The longest description of a version, in characters.
const LONGEST_NOTE: usize = 4000;
/// The largest map of metadata, arguments or extra fields, in bytes of all names and values.
const LARGEST_MAP: usize = 64 * 1024;

/// The word of an outcome in metrics.
pub(super) fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "invalid",
        ErrorKind::Unauthenticated => "unauthenticated",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not_found",
        ErrorKind::Gone => "gone",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Stale => "stale",
        ErrorKind::PreconditionRequired => "precondition_required",
        ErrorKind::KeyReused => "key_reused",
        ErrorKind::TooLarge => "too_large",
        ErrorKind::UnsupportedMedia => "unsupported_media",
        ErrorKind::RangeNotSatisfiable => "range_not_satisfiable",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Throttled => "throttled",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Damaged => "damaged",
        ErrorKind::Internal => "internal",
    }
}

pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_TEXT && !text.chars().any(char::is_control)
}

/// No plugin makes such a reference, so it names nothing.
pub(super) fn check_reference(item: &ExternalRef) -> Result<()> {
    if is_plain(&item.0) { Ok(()) } else { Err(Error::not_found("file")) }
}

pub(super) fn changing(call: &Call) -> Result<()> {
    call.recorded().map(drop)
}

pub(super) fn change_of(call: &Call, item: &ExternalRef) -> Result<()> {
    changing(call)?;
    check_reference(item)
}

pub(super) fn check_map(values: &BTreeMap<String, String>, what: &str) -> Result<()> {
    let size: usize = values.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > LARGEST_MAP {
        return Err(Error::invalid(format!(
            "The {what} are {size} bytes; at most {LARGEST_MAP} fit. Shorten them."
        )));
    }
    Ok(())
}

pub(super) fn check_note(note: &VersionNote) -> Result<()> {
    if note.description.chars().count() > LONGEST_NOTE {
        let text = format!("The comment is longer than {LONGEST_NOTE} characters. Shorten it.");
        return Err(Error::invalid(text).field("comment"));
    }
    check_map(&note.extra, "extra fields")
}

pub(super) fn check_version(version: &VersionId) -> Result<()> {
    if is_plain(&version.0) { Ok(()) } else { Err(Error::not_found("version")) }
}

/// A blank version means the latest (contract section d.2).
pub(super) fn settled(which: &Which) -> Which {
    match which {
        Which::Version(id) if id.0.is_empty() => Which::Latest,
        other => other.clone(),
    }
}

pub(super) fn heard(call: &Call, done: Done) -> Done {
    Done { item: done.item, answer: call.answer(done.answer) }
}
