//! The set-ups of Google and SharePoint, all the way round: the CRM, the login page and the providers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod google_setup;
#[path = "../setup_common/mod.rs"]
mod setup_common;
mod sharepoint_changes;
mod sharepoint_setup;
mod two_halves;
