//! Graph v1.0, and the SharePoint hosts that it sends a client to.

use super::Microsoft;
use super::directory::Directory;
use super::error::Refusal;
use super::world::MicrosoftWorld;
use crate::core::budget::Meter;
use crate::core::call::Call;
use crate::core::env::{Env, House, Note, Reply};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Sites, libraries, items and what belongs to them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    meter: Meter,
}

impl Graph {
    /// Makes what lies in SharePoint at the beginning.
    /// # Errors
    /// When a site or file names what does not exist.
    pub fn seed(_world: &MicrosoftWorld, _directory: &Directory, _house: &House) -> crate::Result<Self> {
        Ok(Self::default())
    }

    /// Books the units of a call that was refused before it was looked at.
    pub fn charge(&mut self, _note: &Note, _now: Timestamp) {
        let _ = &self.meter;
    }
}

/// The operation of a call and its cost; nothing when Graph has no such route.
pub(crate) fn operation(_call: &Call) -> Option<(&'static str, u32)> {
    None
}

/// Handles a call to Graph or to a SharePoint host.
pub(crate) fn serve(_state: &mut Microsoft, env: &mut Env<'_>) -> Reply<Microsoft> {
    Refusal::no_item().answer(env.call).into()
}
