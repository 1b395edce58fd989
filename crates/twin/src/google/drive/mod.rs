//! Drive v3.

use super::Google;
use super::directory::Directory;
use super::error::Refusal;
use super::world::GoogleWorld;
use crate::core::answer::Answer;
use crate::core::budget::Meter;
use crate::core::call::Call;
use crate::core::env::{Env, House, Note, Reply};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Files and what belongs to them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Drive {
    meter: Meter,
}

impl Drive {
    /// Makes what lies in Drive at the beginning.
    /// # Errors
    /// When a file names an owner or a folder that does not exist.
    pub fn seed(_world: &GoogleWorld, _directory: &Directory, _house: &House) -> crate::Result<Self> {
        Ok(Self::default())
    }

    /// Books the units of a call that was refused before it was looked at.
    pub fn charge(&mut self, _note: &Note, _now: Timestamp) {
        let _ = &self.meter;
    }
}

/// Whether a call is Drive's.
pub(crate) fn is_drive(call: &Call) -> bool {
    ["/drive/v3", "/upload/drive/v3", "/batch/drive/v3"].iter().any(|prefix| call.path.starts_with(prefix))
}

/// The operation of a call and its cost; nothing when Drive has no such route.
pub(crate) fn operation(_call: &Call) -> Option<(&'static str, u32)> {
    None
}

/// Handles a call to Drive.
pub(crate) fn serve(_state: &mut Google, env: &mut Env<'_>) -> Reply<Google> {
    Answer::from(Refusal::no_file(&env.call.path)).into()
}
