//! The places that keep documents and templates, each behind `domain::plugin::DocumentPlugin`.
//!
//! Invariant: no SQL and no HTTP server here; what a plugin must remember lives at its own place, or in the notebook
//! that the host hands to it.
//! Invariant: nothing outside a plugin's folder knows its references, its files or its provider.
//! Invariant: no wall clock is read; instants arrive in `Call::now`. Durations are measured, never compared
//! with instants.
//!
//! # Wrapping order
//! The host meets a plugin only through its wrappers, outermost first:
//!
//! guard → audit → trace → copies → budget → retry → plugin
//!
//! The guard refuses what is not claimed or malformed before anything is spent on it; audit records what was
//! asked; trace measures what the caller waits for, waiting and retries included; copies answer reading without the
//! place where they can; the budget throttles by what
//! the provider meters; retry repeats only what the plugin calls repeatable. [`guard::Guarded`] is guard, trace
//! and copies in one; budget and retry are done by request, inside the plugins that need them.

mod access;
pub mod archive;
mod blanks;
mod blocking;
pub mod body;
pub mod budget;
mod challenge;
pub mod copies;
pub mod filing;
pub mod google_drive;
pub mod guard;
mod listing;
mod notes;
pub mod sharepoint;
mod turns;
mod versions;
mod waits;
