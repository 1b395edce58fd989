//! The demo: an installation somebody might really have.

mod letters;
mod load;
mod outside;
mod plan;
mod run;
pub mod sample;

pub use run::run;
