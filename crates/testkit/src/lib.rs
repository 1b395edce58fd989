//! Worlds, browsers, and the suites every plugin passes.
//!
//! Invariant: a dev-dependency only; nothing of the product depends on it.

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "world")]
pub mod world;

pub mod house;
pub mod kill;
pub mod plugin_suite;
