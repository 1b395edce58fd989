//! `POST /notices/{installation}/{plugin}`: where places tell that something has changed.
//!
//! Anybody may send anything here. What a notice says is not believed: it only makes us read the place's own list, and
//! only when it carries the secret of a watch we asked for.

use crate::extract::Arrival;
use crate::state::State;
use crate::{Kind, Routes, Who};
use axum::body::Bytes;
use axum::extract::{Extension, Path};
use domain::plugin::Notice;
use domain::{InstallationId, PluginId};
use http::{HeaderMap, StatusCode};
use std::str::FromStr;

/// The largest notice that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// The route of notices.
pub(crate) fn routes() -> Routes {
    Routes::new(Kind::Plain).post("/notices/{installation}/{plugin}", Who::Anonymous, hear)
}

async fn hear(
    axum::extract::State(state): axum::extract::State<State>,
    Extension(arrival): Extension<Arrival>,
    Path((installation, plugin)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let ids = i64::from_str(&installation).ok().zip(i64::from_str(&plugin).ok());
    let Some((installation, plugin)) = ids.filter(|_| body.len() <= LARGEST) else {
        return StatusCode::NOT_FOUND;
    };
    let notice = Notice { headers: plain(&headers), body };
    let (of, plugin) = (InstallationId(installation), PluginId(plugin));
    match state.app.living().hear(of, plugin, &notice, arrival.now).await {
        Ok(true) => StatusCode::NO_CONTENT,
        Ok(false) => StatusCode::NOT_FOUND,
        Err(error) => {
            tracing::warn!(error = ?error, "a notice could not be noted");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn plain(headers: &HeaderMap) -> std::collections::BTreeMap<String, String> {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}
