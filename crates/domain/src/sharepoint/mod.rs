//! SharePoint for an installation: where files lie, who may open them, and the way to there.

mod place;

pub use place::{Library, Place};
