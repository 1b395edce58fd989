//! Files in Drive: what clients do with them, and what they meet.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

#[path = "../common/drive.rs"]
mod drive;

mod changing;
mod creating;
mod listing;
mod many;
mod reading;
mod resumable;
mod revisions;
mod shared;
