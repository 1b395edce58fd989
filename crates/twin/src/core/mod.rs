//! What both doubles stand on: requests and answers as values, content, time, chance, faults, the log.
//!
//! Invariant: nothing here knows Google or Microsoft.

pub mod answer;
pub mod blobs;
pub mod browse;
pub mod budget;
pub mod call;
pub mod clock;
pub mod digest;
pub mod env;
pub mod faults;
pub mod journal;
pub mod keys;
pub mod outbox;
pub mod page;
pub mod random;
pub mod routes;
pub mod surfaces;
pub mod visit;
