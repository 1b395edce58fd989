//! `/api/v1/templates` and `/api/v1/headings`

pub(super) mod bundle;
pub(super) mod create;
pub(super) mod files;
pub(super) mod headings;
pub(super) mod list;
pub(super) mod one;
mod wire;
