//! Microsoft: Entra ID, and Graph with SharePoint behind it.

pub mod directory;
pub mod entra;
pub mod error;
pub mod graph;
pub(crate) mod pages;
pub mod world;

use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::{Env, House, Note, Reply};
use crate::core::surfaces::Surface;
use directory::Directory;
use entra::Entra;
use error::Refusal;
use graph::Graph;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use world::MicrosoftWorld;

/// Everything Microsoft knows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Microsoft {
    pub directory: Directory,
    pub entra: Entra,
    pub graph: Graph,
}

impl Microsoft {
    /// Makes the state that a world's file describes.
    /// # Errors
    /// When it contradicts itself.
    pub fn seed(world: &MicrosoftWorld, house: &House) -> crate::Result<Self> {
        let directory = Directory::seed(world, house)?;
        let entra = Entra::new();
        let graph = Graph::seed(world, &directory, house)?;
        Ok(Self { directory, entra, graph })
    }
}

/// What is known of a call from its head alone: the operation, and whose token it carries.
pub(crate) fn describe(state: &Microsoft, call: &Call) -> Note {
    let mut note = Note::default();
    if let Some(access) = call.bearer().and_then(|token| state.entra.access(token, call.at)) {
        note.tenant.clone_from(&access.tenant);
        note.user = access.user.clone().unwrap_or_default();
        note.app.clone_from(&access.app);
    }
    let found = match call.surface {
        Surface::MicrosoftLogin => entra::operation(call),
        _ => graph::operation(call),
    };
    if let Some((operation, units)) = found {
        note.operation = operation;
        note.units = units;
    }
    note
}

/// Handles a call to one of Microsoft's hosts.
pub(crate) fn serve(state: &mut Microsoft, env: &mut Env<'_>) -> Reply<Microsoft> {
    env.note = describe(state, env.call);
    match env.call.surface {
        Surface::MicrosoftLogin => entra::serve(state, env),
        _ => graph::serve(state, env),
    }
}

/// Books the units of a call that an ordered fault refused.
pub(crate) fn charge(state: &mut Microsoft, note: &Note, now: Timestamp) {
    state.graph.charge(note, now);
}

/// The answer to who asks too often: 429 or 503 (microsoft.md 2.15).
pub(crate) fn throttled(status: StatusCode, call: &Call) -> Answer {
    Refusal::throttled(status).answer(call)
}
