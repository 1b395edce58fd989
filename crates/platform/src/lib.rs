//! What both halves stand on: SQL, digests, randomness, the clock.
//!
//! Invariant: no product rule lives here; a function that would change when the product's rules change belongs
//! in `domain` or `app`.
//! Invariant: `sql/engine.rs` is the only file of the product that names a database driver.

pub mod clock;
pub mod digest;
pub mod random;
pub mod sql;
