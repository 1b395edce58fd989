//! What both halves stand on: SQL, the audit log, tokens, sealed secrets, outbound requests, digests, randomness,
//! the clock.
//!
//! Invariant: no product rule lives here; a function that would change when the product's rules change belongs
//! in `domain` or `app`.
//! Invariant: `sql/engine.rs` is the only file of the product that names a database driver.

pub mod audit;
pub mod clock;
pub mod digest;
pub mod jwt;
pub mod office;
pub mod outbound;
pub mod random;
pub mod seal;
mod secret;
pub mod sql;

pub use secret::Secret;
