//! Quota units by project and by user, and the cap on uploads.

use super::Drive;
use super::routes::Caller;
use crate::core::env::Note;
use crate::google::directory::Directory;
use crate::google::error::Refusal;
use jiff::Timestamp;

/// Spends the units of a call, or refuses it.
pub fn spend(
    _drive: &mut Drive,
    _directory: &Directory,
    _caller: &Caller<'_>,
    _units: u32,
) -> Result<(), Refusal> {
    Ok(())
}

/// Books the units of a call that an ordered fault refused.
pub fn charge(_drive: &mut Drive, _note: &Note, _now: Timestamp) {}
