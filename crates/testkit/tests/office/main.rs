//! Finished documents, opened by an office program that is not ours.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod office_formats;
mod office_opening;
mod office_package;
