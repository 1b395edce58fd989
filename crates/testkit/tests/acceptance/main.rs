//! Use cases over a whole application without a browser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod acceptance_access;
mod acceptance_bundles;
#[path = "../acceptance_common/mod.rs"]
mod acceptance_common;
mod acceptance_faults;
mod acceptance_faults_daily;
mod acceptance_idempotency;
mod acceptance_imports;
mod acceptance_mailings;
mod acceptance_numbering;
mod acceptance_publishing;
mod acceptance_reconciler;
mod acceptance_templates;
mod acceptance_visibility;
