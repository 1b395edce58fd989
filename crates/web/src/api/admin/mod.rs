//! What belongs to an installation as a whole: its settings, its log, its operations, its plugins, imports; and who
//! may get in.

pub(super) mod audit;
pub(super) mod imports;
pub(super) mod installation;
pub(super) mod operations;
pub(super) mod plugins;
pub(super) mod sessions;
pub(super) mod tokens;
