//! Named boundaries between the steps of an operation.
//!
//! Production code calls [`Steps::reached`] between any two effects that can be separated by a crash. The
//! shipped implementation does nothing; the kill test's implementation ends the process at the n-th call.

use std::fmt::Debug;

/// Hears of every step boundary.
pub trait Steps: Debug + Send + Sync {
    /// The effect before `step` has happened, the one after it has not.
    fn reached(&self, step: &'static str);
}

/// Steps nobody listens to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Steps for Unwatched {
    fn reached(&self, _: &'static str) {}
}
