//! Who gets in and what the installation may do at providers: domains, people's identities, refused sign-ins,
//! connections, the installation's key.

pub(super) mod connections;
pub(super) mod domains;
pub(super) mod identities;
pub(super) mod log;
pub(super) mod own;
pub(super) mod settings;
pub(super) mod tasks;
