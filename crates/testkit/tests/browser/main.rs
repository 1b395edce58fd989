//! What people see and do, in a real browser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod browser_google;
mod browser_harness;
mod browser_login;
mod browser_main_job;
mod browser_operator;
mod browser_places;
mod browser_sharepoint;
mod browser_templates;
mod browser_twin;
#[path = "../setup_common/mod.rs"]
mod setup_common;
#[allow(dead_code, reason = "shared with the other tests of the login page")]
#[path = "../login/steps.rs"]
mod steps;
