//! `POST /notices/{installation}/{plugin}`: where places tell that something has changed.
//!
//! Anybody may send anything here. What a notice says is not believed: it only makes us read the place's own list, and
//! only when it carries the secret of a watch we asked for.

use crate::extract::Arrival;
use crate::state::State;
use crate::{Kind, Routes, Who};
use axum::body::Bytes;
use axum::extract::{Extension, Path, RawQuery};
use axum::response::{IntoResponse as _, Response};
use domain::plugin::Notice;
use domain::{InstallationId, PluginId};
use http::header::CONTENT_TYPE;
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
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let ids = i64::from_str(&installation).ok().zip(i64::from_str(&plugin).ok());
    if let (Some((_, plugin)), Some(query)) = (ids, &query)
        && let Some(answer) = state.app.living().answer(PluginId(plugin), query)
    {
        // Text that came from outside, as text and as nothing else.
        return ([(CONTENT_TYPE, "text/plain; charset=utf-8")], answer).into_response();
    }
    heard(&state, &arrival, ids, &headers, body).await.into_response()
}

async fn heard(
    state: &State,
    arrival: &Arrival,
    ids: Option<(i64, i64)>,
    headers: &HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some((installation, plugin)) = ids.filter(|_| body.len() <= LARGEST) else {
        return StatusCode::NOT_FOUND;
    };
    let notice = Notice { headers: plain(headers), body };
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
