//! The document plugins: one suite for all of them, and what each place does in its own way. One program, because
//! each program brings the whole service with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../acceptance_common/mod.rs"]
mod acceptance_common;
mod archive_conformance;
mod drive_app;
mod drive_breaks;
mod drive_budget;
mod drive_calls;
mod drive_common;
mod drive_conformance;
mod drive_copies;
mod drive_faults;
mod drive_large;
mod drive_living;
mod drive_outside;
mod drive_random;
mod sharepoint_access;
mod sharepoint_app;
mod sharepoint_asking;
mod sharepoint_breaks;
mod sharepoint_budget;
mod sharepoint_calls;
mod sharepoint_carry;
mod sharepoint_columns;
mod sharepoint_common;
mod sharepoint_conformance;
mod sharepoint_errors;
mod sharepoint_faults;
mod sharepoint_jobs;
mod sharepoint_large;
mod sharepoint_lessons;
mod sharepoint_listing;
mod sharepoint_others;
mod sharepoint_outside;
mod sharepoint_sites;
mod twin_common;
