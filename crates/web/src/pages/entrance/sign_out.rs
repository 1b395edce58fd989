//! `POST /sign-out`: ends the session.

use crate::cookies;
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Signed};
use crate::page;
use crate::{State, routes};
use http::{HeaderName, HeaderValue};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Ends the session here and at the browser.
pub(super) async fn sign_out(
    signed: Signed,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    state.app.access().end_session(&signed.ctx, &signed.session.id).await?;
    let mut response = page::go(&routes::sign_in());
    let base = &state.settings.base;
    cookies::clear(response.headers_mut(), base, &cookies::session_name(base));
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), clear);
    Ok(response)
}
