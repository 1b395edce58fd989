//! Drive items of Graph, as a client meets them. Each test names the behaviour of reference/microsoft.md it shows.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

#[path = "../common/graph.rs"]
mod graph;

mod changes;
mod contents;
mod items;
mod kept;
