//! The demo: two installations somebody might really have.

mod letters;
mod load;
mod outside;
mod plan;
mod run;
pub mod sample;
mod second;

pub use run::run;
