//! Google: sign-in, Workspace and Drive v3.

pub mod directory;
pub mod drive;
pub mod error;
pub mod identity;
pub(crate) mod pages;
pub mod world;

use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::{Env, House, Note, Reply};
use crate::core::surfaces::Surface;
use directory::Directory;
use drive::Drive;
use error::Refusal;
use http::StatusCode;
use identity::Identity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use world::GoogleWorld;

/// Everything Google knows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Google {
    pub directory: Directory,
    pub identity: Identity,
    pub drive: Drive,
}

impl Google {
    /// Makes the state that a world's file describes.
    /// # Errors
    /// When it contradicts itself: a member that is no user, two accounts with one address.
    pub fn seed(world: &GoogleWorld, house: &House) -> crate::Result<Self> {
        let directory = Directory::seed(world, house)?;
        let identity = Identity::new(house);
        let drive = Drive::seed(world, &directory, house)?;
        Ok(Self { directory, identity, drive })
    }
}

/// What is known of a call from its head alone: the operation, and whose token it carries.
pub(crate) fn describe(state: &Google, call: &Call) -> Note {
    let mut note = Note::default();
    if let Some(access) = call.bearer().and_then(|token| state.identity.access(token, call.at)) {
        note.user.clone_from(&access.user);
        note.app.clone_from(&access.client);
        let user = state.directory.users.get(&access.user);
        note.tenant = user.and_then(|user| user.domain.clone()).unwrap_or_default();
    }
    if let Some((operation, units)) = match call.surface {
        Surface::GoogleApis => drive::operation(call).or_else(|| identity::operation(call)),
        Surface::GoogleDrive => pages::operation(call),
        _ => identity::operation(call),
    } {
        note.operation = operation;
        note.units = units;
    }
    note
}

/// Handles a call to one of Google's hosts.
pub(crate) fn serve(state: &mut Google, env: &mut Env<'_>) -> Reply<Google> {
    env.note = describe(state, env.call);
    match env.call.surface {
        Surface::GoogleApis if drive::is_drive(env.call) => drive::serve(state, env),
        Surface::GoogleDrive => pages::serve(state, env),
        _ => identity::serve(state, env),
    }
}

/// Books the units of a call that an ordered fault refused.
pub(crate) fn charge(state: &mut Google, note: &Note, now: Timestamp) {
    state.drive.charge(&state.directory, note, now);
}

/// The answer to who asks too often: 403 or 429 with the reason in the body (google.md 3.3).
pub(crate) fn throttled(status: StatusCode, reason: Option<&str>) -> Answer {
    Refusal::throttled(status, reason.unwrap_or("userRateLimitExceeded")).into()
}
