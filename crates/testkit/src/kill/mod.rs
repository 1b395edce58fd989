//! The kill test: every document operation, ended by SIGKILL at every step boundary, in a process of its own.
//!
//! The parent prepares a house with documents in every state. For each operation and each n it copies the house,
//! starts the child, and the child kills itself at the n-th boundary. The parent then opens what is left, lets the
//! reconciler run, and compares: every document is as it was before or as it is after, nothing in between.

mod operations;
mod picture;
mod steps;

pub use operations::{
    MAIL_MERGE, MAIL_MERGE_JOINED, OPERATIONS, WRITTEN_TO, has_key, prepare, prepare_mail_merge, run,
};
pub use picture::{Picture, picture};
pub use steps::KillAt;
