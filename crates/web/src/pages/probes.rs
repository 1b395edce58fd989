//! What machines ask: is it alive, is it ready, how is it doing.

use crate::errors::PageResult;
use crate::extract::Arrival;
use crate::state::State;
use crate::{Kind, Routes, Who};
use axum::extract::Extension;
use axum::response::IntoResponse as _;
use domain::Error;
use domain::plugin::Severity;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// For how long an answer about readiness holds, so that asking often costs little.
const HOLDS_SECONDS: i64 = 2;

/// The last answer about readiness.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness(Arc<Mutex<Option<(Timestamp, Answer)>>>);

/// What is told to everybody: what was looked at and how it is, without details.
#[derive(Debug, Clone, Serialize)]
struct Answer {
    ready: bool,
    unfinished_operations: i64,
    checks: Vec<Check>,
}

#[derive(Debug, Clone, Serialize)]
struct Check {
    what: String,
    good: bool,
}

pub(super) fn routes() -> Routes {
    Routes::new(Kind::Plain).get("/healthz", Who::Anonymous, alive).get("/readyz", Who::Anonymous, ready).get(
        "/metrics",
        Who::Anonymous,
        metrics,
    )
}

/// The process answers.
async fn alive() -> &'static str {
    "ok\n"
}

/// The database and the places of documents answer, too.
async fn ready(
    axum::extract::State(state): axum::extract::State<State>,
    Extension(readiness): Extension<Readiness>,
    Extension(arrival): Extension<Arrival>,
) -> PageResult {
    let now = arrival.now;
    let held = readiness.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let answer = match held {
        Some((at, answer)) if now.duration_since(at).as_secs().abs() < HOLDS_SECONDS => answer,
        _ => {
            let health = state.app.admin().health(now).await;
            let checks = health
                .findings
                .iter()
                .map(|f| Check { what: f.what.clone(), good: f.severity != Severity::Problem });
            let answer = Answer {
                ready: health.is_good(),
                unfinished_operations: health.unfinished,
                checks: checks.collect(),
            };
            *readiness.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, answer.clone()));
            answer
        }
    };
    let status = if answer.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, axum::Json(answer)).into_response())
}

/// The numbers, where the listener is private. Elsewhere there is nothing at this address.
async fn metrics(axum::extract::State(state): axum::extract::State<State>) -> PageResult {
    if !state.settings.open_metrics {
        return Err(Error::not_found("page").into());
    }
    let text = (state.settings.metrics)();
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
