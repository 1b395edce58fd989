//! What a handler is given beside its provider's state.

use super::answer::Answer;
use super::blobs::Blobs;
use super::call::Call;
use super::clock::Clock;
use super::faults::{Faults, Subject};
use super::journal::Journal;
use super::outbox::{Delivered, Outbound, Outbox};
use super::random::Random;
use super::routes::Params;
use super::surfaces::Surfaces;
use jiff::Timestamp;
use serde_json::Value;

/// What all of one twin's handlers share. Nothing in it is shared with another twin.
#[derive(Debug)]
pub struct House {
    pub clock: Clock,
    pub random: Random,
    pub blobs: Blobs,
    pub faults: Faults,
    pub journal: Journal,
    pub outbox: Outbox,
    pub surfaces: Surfaces,
}

/// One request's surroundings. Handlers are plain functions of the state and this: they read no clock and wait for
/// nothing, so a handler's whole effect happens at once.
#[derive(Debug)]
pub struct Env<'a> {
    pub call: &'a Call,
    pub params: Params,
    pub now: Timestamp,
    pub house: &'a House,
    pub note: Note,
}

/// What the log will say of a request; filled in as it becomes known.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// The operation's name; empty while no route was met.
    pub operation: &'static str,
    pub tenant: String,
    pub user: String,
    pub app: String,
    pub units: u32,
}

impl<'a> Env<'a> {
    /// The surroundings of a call.
    pub fn new(call: &'a Call, house: &'a House) -> Self {
        Self { call, params: Params::default(), now: call.at, house, note: Note::default() }
    }

    /// Whether a named behaviour is ordered for this call, with its value; counted as a hit.
    pub fn behaves(&self, name: &str) -> Option<Value> {
        let subject = Subject {
            surface: Some(self.call.surface),
            method: self.call.method.as_str(),
            path: &self.call.path,
            operation: self.note.operation,
            tenant: &self.note.tenant,
            user: &self.note.user,
            app: &self.note.app,
        };
        self.house.faults.take(name, subject, &self.house.random)
    }

    /// A parameter of the route.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name)
    }
}

/// What a handler wants done.
pub enum Reply<S: ?Sized> {
    /// This is the answer.
    Now(Answer),
    /// Ask these addresses first, then go on. The state is not locked meanwhile.
    Ask(Vec<Outbound>, Then<S>),
}

/// How a handler goes on when its questions were answered, in their order.
pub type Then<S> = Box<dyn FnOnce(&mut S, &mut Env<'_>, Vec<Delivered>) -> Answer + Send>;

impl<S: ?Sized> std::fmt::Debug for Reply<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Now(answer) => f.debug_tuple("Now").field(answer).finish(),
            Self::Ask(requests, _) => f.debug_tuple("Ask").field(requests).finish(),
        }
    }
}

impl<S: ?Sized> From<Answer> for Reply<S> {
    fn from(answer: Answer) -> Self {
        Self::Now(answer)
    }
}
