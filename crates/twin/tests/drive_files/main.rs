//! Files in Drive: what clients do with them, and what they meet.

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
