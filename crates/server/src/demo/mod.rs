//! The demo: an installation somebody might really have.

mod letters;
mod load;
mod plan;
mod run;
pub mod sample;

pub use run::run;
