//! The operator's area as people see it.

mod audit;
mod entrance;
mod installations;
mod keys;
mod view;

use super::door::Desk;
use crate::house::House;
use crate::pages::{Failure, minute};
use crate::tables::overview::Counts;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

/// The places of the area: address and title.
pub(crate) const PLACES: &[(&str, &str)] = &[
    (HOME, "Overview"),
    (INSTALLATIONS, "Installations"),
    (KEYS, "Keys"),
    (PROVIDERS, "Providers"),
    (AUDIT, "Audit log"),
    (ACCESS, "Access"),
];
const HOME: &str = "/operator";
const INSTALLATIONS: &str = "/operator/installations";
const KEYS: &str = "/operator/keys";
const PROVIDERS: &str = "/operator/providers";
const AUDIT: &str = "/operator/audit";
const ACCESS: &str = "/operator/access";

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route(HOME, get(overview))
        .route("/operator/enter/{word}", get(entrance::look).post(entrance::enter))
        .route("/operator/leave", post(entrance::leave))
        .route(INSTALLATIONS, get(installations::list))
        .route("/operator/register", get(installations::new).post(installations::register))
        .route("/operator/installations/{key}", get(installations::one))
        .route("/operator/installations/{key}/change", get(installations::facts).post(installations::change))
        .route(
            "/operator/installations/{key}/switch",
            get(installations::confirm).post(installations::switch),
        )
        .route(
            "/operator/installations/{key}/keys",
            get(installations::keys).post(installations::replace_keys),
        )
        .route("/operator/installations/{key}/keys/remove", post(installations::remove_key))
        .route(KEYS, get(keys::keys))
        .route("/operator/keys/rotate", post(keys::rotate))
        .route("/operator/keys/withdraw", get(keys::confirm))
        .route(PROVIDERS, get(keys::providers))
        .route("/operator/providers/check", post(keys::check))
        .route(AUDIT, get(audit::audit))
        .route("/operator/audit/export", get(audit::export))
        .route(ACCESS, get(entrance::access))
        .route("/operator/access/withdraw", post(entrance::withdraw))
        .route("/operator/access/end-others", post(entrance::end_others))
}

/// What surrounds a page of the area.
#[derive(Debug)]
pub(super) struct Frame {
    pub name: String,
    pub form: String,
    /// The place it belongs to.
    pub here: &'static str,
    /// What has just been done.
    pub done: Option<&'static str>,
}

impl Frame {
    fn of(desk: &Desk, here: &'static str, done: &Done) -> Self {
        Self { name: desk.name.clone(), form: desk.form.clone(), here, done: done.words() }
    }

    /// Of a page that nothing was done before.
    fn plain(desk: &Desk, here: &'static str) -> Self {
        Self::of(desk, here, &Done::default())
    }
}

/// What has just been done: a word in the address, with a sentence of ours.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        Some(match self.done.as_str() {
            "registered" => "The installation is registered.",
            "changed" => "The installation is changed.",
            "off" => "The installation is cut off from this moment.",
            "on" => "The installation is let in again.",
            "keys" => "The installation's keys are changed.",
            "rotated" => {
                "A new key signs from now on. What the older ones have signed is believed until it ends."
            }
            "withdrawn" => {
                "A new key signs from now on. Nothing the older ones have signed is believed any more."
            }
            "checked" => "The providers were asked.",
            "token" => "The token is withdrawn.",
            "sessions" => "Every other session has ended.",
            _ => return None,
        })
    }
}

/// On to a page that says what has been done.
fn then(place: &str, done: &str) -> Response {
    Redirect::to(&format!("{place}?done={done}")).into_response()
}

async fn overview(
    State(house): State<Arc<House>>,
    desk: Desk,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let frame = Frame::of(&desk, HOME, &done);
    crate::pages::page(&view::Overview { frame, health: house.health().await? }, Vec::new())
}

/// An instant, however a template holds it.
pub(crate) trait Moment {
    fn at(&self) -> Timestamp;
}

impl Moment for Timestamp {
    fn at(&self) -> Timestamp {
        *self
    }
}

impl<M: Moment> Moment for &M {
    fn at(&self) -> Timestamp {
        (**self).at()
    }
}

/// An instant to the minute.
pub(crate) fn time(at: impl Moment) -> String {
    minute(at.at())
}

/// An instant to the second, in few characters.
pub(crate) fn second(at: impl Moment) -> String {
    at.at().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// When something was last used.
#[expect(clippy::ref_option, reason = "templates hand over references")]
pub(crate) fn when(at: &Option<Timestamp>) -> String {
    at.map_or_else(|| "not yet".to_owned(), minute)
}

/// Connections by state, in words.
pub(crate) fn counts(counts: &Counts) -> String {
    let all: Vec<String> =
        counts.iter().map(|(state, n)| format!("{n} {}", state.replace('_', " "))).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// How many connections there are.
pub(crate) fn total(counts: &Counts) -> i64 {
    counts.values().sum()
}

/// How many connections are in a state.
pub(crate) fn of_state(counts: &Counts, state: &str) -> i64 {
    counts.get(state).copied().unwrap_or_default()
}
