//! The pages of SharePoint.

use super::Microsoft;
use super::graph::sharepoint::plain;
use crate::core::env::{Env, Reply};
use http::StatusCode;

/// Handles a call that a browser makes.
pub(crate) fn serve(_state: &mut Microsoft, _env: &mut Env<'_>) -> Reply<Microsoft> {
    plain(StatusCode::NOT_FOUND, "There is nothing at this address.").into()
}
