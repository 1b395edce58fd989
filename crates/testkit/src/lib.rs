//! Worlds, browsers, and the suites every plugin passes.
//!
//! Invariant: a dev-dependency only; nothing of the product depends on it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "this crate is test code: a failed expectation is a failed test"
)]
#![allow(clippy::print_stdout, reason = "and its output is read by people")]

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "login")]
pub mod login;
#[cfg(feature = "world")]
pub mod world;

pub mod clock;
pub mod house;
pub mod kill;
pub mod plugin_suite;
