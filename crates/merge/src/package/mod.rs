//! Zip packages: read with suspicion, written with care.
//!
//! The container code is our own, on flate2's raw streams, for two reasons that a general zip library does not serve:
//! the two descriptions of every entry are compared before a byte is expanded (overlaps, lying sizes, names that
//! differ), and an output part is composed of ready-deflated blocks, which is what makes filling cheap.
//! The tests read what is written here with the `zip` crate.

mod bits;
pub(crate) mod deflate;
pub(crate) mod opc;
mod read;
mod write;

pub(crate) use read::{Entry, Package};
pub(crate) use write::Writer;
