//! Work that is killed at every step boundary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod kill_mailings;
mod kill_operations;
