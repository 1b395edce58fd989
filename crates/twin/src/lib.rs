//! Google and Microsoft in a box: an offline, stateful double of sign-in, Drive and SharePoint.
//!
//! It answers as the providers do, including where that is inconvenient, so that a client which works against it
//! has met what it will meet outside. Anything it shows carries the notice "simulation".
//!
//! - A [`Twin`] is one world with its own clock, chance, faults and log; several live in one process.
//! - Each provider's host is a [`Surface`] with an origin of its own.
//! - Handlers are plain functions over a request and a state; sockets, bodies and faults are the front's work.
//!
//! ```no_run
//! # async fn demo() -> Result<(), twin::Error> {
//! let running = twin::start(twin::Options::default()).await?;
//! println!("{}", running.surfaces().graph);
//! # Ok(()) }
//! ```
//!
//! Invariant: it knows no other crate of this workspace, and no product depends on it.

#[cfg(feature = "contracts")]
pub mod contracts;
pub mod control;
pub mod core;
mod front;
pub mod google;
mod listen;
pub mod microsoft;
mod outward;
mod tls;
mod twin;
pub mod world;

pub use core::surfaces::{Surface, Surfaces};
pub use front::Broken;
pub use listen::{Options, Running, start};
pub use outward::Outward;
pub use tls::Authority;
pub use twin::Twin;
pub use world::World;

use std::sync::{Mutex, MutexGuard};

/// Why a twin could not be made or started, in a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub String);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The result of making or starting a twin.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Locks; what a panicking holder left is still a state that some request asked for.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
