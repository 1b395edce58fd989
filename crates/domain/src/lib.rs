//! The vocabulary, the rules, and the seams others implement.
//!
//! Invariant: nothing here performs I/O. This crate knows no HTTP, no SQL, no runtime.
//! Invariant: time and randomness arrive as values; nothing here reads a clock or a random source.
//! Invariant: nothing here speaks a provider's language; what a document plugin can do is data in
//! [`plugin::Capabilities`], and a provider is a name in [`connections::Provider`].

pub mod audit;
pub mod codes;
pub mod connections;
pub mod ctx;
pub mod documents;
pub mod error;
pub mod google;
pub mod identity;
pub mod ids;
pub mod imports;
pub mod jobs;
pub mod living;
pub mod locking;
pub mod mailings;
pub mod names;
pub mod openers;
pub mod opening;
pub mod operations;
pub mod plugin;
pub mod records;
pub mod rights;
pub mod sharepoint;
pub mod steps;
pub mod templates;
pub mod text;
pub mod visibility;

pub use ctx::{Actor, Ctx};
pub use error::{Error, ErrorKind, Result, Retry};
pub use ids::*;
