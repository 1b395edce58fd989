//! Drive items of Graph, as a client meets them. Each test names the behaviour of reference/microsoft.md it shows.

#[path = "../common/graph.rs"]
mod graph;

mod changes;
mod contents;
mod items;
