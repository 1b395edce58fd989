//! What can be done with files, each with its permissions, versions and changes. Handlers, pages and the control
//! door all go this way.

use crate::core::env::House;
use crate::google::Google;

/// Does what is due: the trash and old revisions are emptied.
pub fn tick(_google: &mut Google, _house: &House) {}
