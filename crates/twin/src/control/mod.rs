//! The control door: seeds, reads and moves the world, and orders faults.
//!
//! It listens on a port of its own and asks for its token as `Authorization: Bearer`. It speaks JSON; an error is
//! `{"error": "a sentence"}`. Each address is a thin door to a method of [`Twin`], so that tests inside the process
//! do the same without HTTP.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

mod orders;
mod state_file;

pub use orders::{GoogleOrder, MicrosoftOrder, TokenOrder};

use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::faults::{RetryAfter, Rule};
use crate::core::journal::Query;
use crate::core::routes::{Met, Route, Table};
use crate::core::surfaces::Surface;
use crate::google::Google;
use crate::microsoft::Microsoft;
use crate::{Error, Result, Twin, World};
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

type Handler = fn(&Twin, &Call, &str) -> Result<Answer>;

static TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| {
    let line = |method, template, handler: Handler| Route {
        method,
        template,
        operation: "control",
        units: 0,
        handler,
    };
    Table::new(vec![
        line(Method::GET, "/", overview),
        line(Method::PUT, "/world", put_world),
        line(Method::GET, "/state", state),
        line(Method::GET, "/state/{part}", state),
        line(Method::POST, "/save", save),
        line(Method::POST, "/load", load),
        line(Method::GET, "/clock", clock),
        line(Method::POST, "/clock", move_clock),
        line(Method::GET, "/faults", faults),
        line(Method::POST, "/faults", order_fault),
        line(Method::DELETE, "/faults", clear_faults),
        line(Method::DELETE, "/faults/{id}", withdraw_fault),
        line(Method::GET, "/log", log),
        line(Method::DELETE, "/log", clear_log),
        line(Method::GET, "/log/units", units),
        line(Method::GET, "/log/authorization", authorization),
        line(Method::GET, "/outbox", outbox),
        line(Method::POST, "/tokens", token),
        line(Method::POST, "/google", google_order),
        line(Method::POST, "/microsoft", microsoft_order),
    ])
});

/// Serves a request to the control door.
pub(crate) fn serve(twin: &Twin, call: &Call) -> Answer {
    if call.bearer() != Some(twin.0.control_token.as_str()) {
        return refuse(StatusCode::UNAUTHORIZED, "Send the control token as Authorization: Bearer.");
    }
    match TABLE.find(&call.method, &call.path) {
        Met::Route(route, params) => {
            let parameter = params.get("part").to_owned() + params.get("id");
            (route.handler)(twin, call, &parameter)
                .unwrap_or_else(|error| refuse(StatusCode::BAD_REQUEST, &error.0))
        }
        Met::WrongMethod => refuse(StatusCode::METHOD_NOT_ALLOWED, "This address knows other methods."),
        Met::Nothing => {
            let known: Vec<String> =
                TABLE.routes().map(|route| format!("{} {}", route.method, route.template)).collect();
            refuse(
                StatusCode::NOT_FOUND,
                &format!("There is no such address. There are: {}.", known.join(", ")),
            )
        }
    }
}

fn refuse(status: StatusCode, why: &str) -> Answer {
    Answer::json(status, &json!({ "error": why }))
}

fn done() -> Answer {
    Answer::empty(StatusCode::NO_CONTENT)
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T> {
    call.body.json().map_err(Error)
}

/// Where everything is, and how much has happened.
fn overview(twin: &Twin, _: &Call, _: &str) -> Result<Answer> {
    let house = twin.house();
    Ok(Answer::ok(&json!({
        "surfaces": house.surfaces,
        "now": house.clock.now(),
        "requests": house.journal.count(),
        "unknownRoutes": house.journal.unknown(),
        "faults": house.faults.list().len(),
        "notificationsUnderWay": house.outbox.under_way(),
    })))
}

/// Begins again with another world: JSON, or TOML when the body says so.
fn put_world(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    let text = String::from_utf8_lossy(&call.body.small()).into_owned();
    let toml = call.media_type() == "application/toml";
    let world =
        if toml { World::from_toml(&text, "the world") } else { World::from_json(&text, "the world") }?;
    twin.reseed(&world)?;
    Ok(done())
}

/// The state as JSON. It is written piece by piece, to a file when it is large, and sent from there: a world of a
/// million files is not held a second time.
fn state(twin: &Twin, _: &Call, part: &str) -> Result<Answer> {
    let failed = |error: &dyn std::fmt::Display| Error(format!("the state cannot be shown: {error}"));
    let mut out = std::io::BufWriter::with_capacity(64 << 10, twin.house().blobs.writer());
    let written = match part {
        "" => twin.google(|google, _| {
            twin.microsoft(|microsoft, _| serde_json::to_writer(&mut out, &Both { google, microsoft }))
        }),
        "google" => twin.google(|google, _| serde_json::to_writer(&mut out, google)),
        "microsoft" => twin.microsoft(|microsoft, _| serde_json::to_writer(&mut out, microsoft)),
        other => return Err(Error(format!("the state has no part {other}; there are google and microsoft"))),
    };
    written.map_err(|error| failed(&error))?;
    let blob = out.into_inner().map_err(|error| failed(&error))?.finish().map_err(|error| failed(&error))?;
    Ok(Answer::content(blob, "application/json; charset=utf-8", None))
}

#[derive(Serialize)]
struct Both<'a> {
    google: &'a Google,
    microsoft: &'a Microsoft,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileName {
    file: PathBuf,
}

fn save(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    twin.save(&body::<FileName>(call)?.file)?;
    Ok(done())
}

fn load(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    twin.load(&body::<FileName>(call)?.file)?;
    Ok(done())
}

fn clock(twin: &Twin, _: &Call, _: &str) -> Result<Answer> {
    let clock = &twin.house().clock;
    Ok(Answer::ok(&json!({ "now": clock.now(), "aheadSeconds": clock.ahead().as_secs() })))
}

/// How the time is to move.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum ClockOrder {
    AdvanceSeconds(i64),
    StopAt(Timestamp),
    FollowMachine,
}

fn move_clock(twin: &Twin, call: &Call, parameter: &str) -> Result<Answer> {
    let house = twin.house();
    match body::<ClockOrder>(call)? {
        ClockOrder::AdvanceSeconds(seconds) => house.clock.advance(SignedDuration::from_secs(seconds)),
        ClockOrder::StopAt(at) => house.clock.stop_at(at),
        ClockOrder::FollowMachine => house.clock.follow_machine(),
    }
    clock(twin, call, parameter)
}

fn faults(twin: &Twin, _: &Call, _: &str) -> Result<Answer> {
    Ok(Answer::ok(&twin.house().faults.list()))
}

fn order_fault(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    let id = twin.house().faults.order(body::<Rule>(call)?);
    Ok(Answer::json(StatusCode::CREATED, &json!({ "id": id })))
}

fn clear_faults(twin: &Twin, _: &Call, _: &str) -> Result<Answer> {
    twin.house().faults.clear();
    Ok(done())
}

fn withdraw_fault(twin: &Twin, _: &Call, id: &str) -> Result<Answer> {
    let id: u64 = id.parse().map_err(|_| Error(format!("{id} is no order's number")))?;
    if twin.house().faults.withdraw(id) { Ok(done()) } else { Err(Error(format!("there is no order {id}"))) }
}

fn query(call: &Call) -> Result<Query> {
    let text = |name: &str| call.query.filled(name).map(str::to_owned);
    let surface = |name: &str| -> Result<Option<Surface>> {
        let Some(word) = text(name) else { return Ok(None) };
        let known = || Surface::ALL.map(Surface::name).join(", ");
        serde_json::from_value(Value::String(word.clone()))
            .map(Some)
            .map_err(|_| Error(format!("{word} is no surface; there are {}", known())))
    };
    let instant = |name: &str| -> Result<Option<Timestamp>> {
        let parsed =
            text(name).map(|word| word.parse().map_err(|_| Error(format!("{name} is no instant: {word}"))));
        parsed.transpose()
    };
    let number =
        text("after").map(|word| word.parse().map_err(|_| Error(format!("after is no number: {word}"))));
    let mut query = Query {
        after_number: number.transpose()?,
        surface: surface("surface")?,
        tenant: text("tenant"),
        user: text("user"),
        app: text("app"),
        operation: text("operation"),
        from: instant("from")?,
        until: instant("until")?,
    };
    if let Some(minute) = instant("minute")? {
        let whole = Query::minute(minute);
        (query.from, query.until) = (whole.from, whole.until);
    }
    Ok(query)
}

fn log(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    Ok(Answer::ok(&twin.house().journal.find(&query(call)?)))
}

fn clear_log(twin: &Twin, _: &Call, _: &str) -> Result<Answer> {
    twin.house().journal.clear();
    Ok(done())
}

/// How many units the requests cost that fit the query: `?tenant=…&minute=2026-06-01T12:00:00Z`.
fn units(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    Ok(Answer::ok(&json!({ "units": twin.house().journal.units(&query(call)?) })))
}

/// Whether an `Authorization` header ever reached a surface: `?surface=sharepoint`.
fn authorization(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    let surface = query(call)?.surface.ok_or_else(|| Error("name a surface: ?surface=sharepoint".into()))?;
    Ok(Answer::ok(&json!({ "reached": twin.house().journal.authorization_reached(surface) })))
}

fn outbox(twin: &Twin, _: &Call, _: &str) -> Result<Answer> {
    let outbox = &twin.house().outbox;
    Ok(Answer::ok(&json!({ "underWay": outbox.under_way(), "sent": outbox.records() })))
}

fn token(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    Ok(Answer::ok(&json!({ "accessToken": twin.mint(&body::<TokenOrder>(call)?)? })))
}

fn google_order(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    twin.order_google(&body::<GoogleOrder>(call)?).map(|value| Answer::ok(&value))
}

fn microsoft_order(twin: &Twin, call: &Call, _: &str) -> Result<Answer> {
    twin.order_microsoft(&body::<MicrosoftOrder>(call)?).map(|value| Answer::ok(&value))
}

impl Twin {
    /// Begins again with another world. Faults and log are cleared, handles to this twin stay good.
    /// # Errors
    /// When the world contradicts itself; then nothing has changed.
    pub fn reseed(&self, world: &World) -> Result<()> {
        let house = self.house();
        let before = house.random.position();
        house.random.resume(world.seed);
        let made = Google::seed(&world.google, house)
            .and_then(|google| Ok((google, Microsoft::seed(&world.microsoft, house)?)));
        let (google, microsoft) = made.inspect_err(|_| house.random.resume(before))?;
        match world.stopped_at {
            Some(at) => house.clock.stop_at(at),
            None => house.clock.follow_machine(),
        }
        self.google(|state, _| *state = google);
        self.microsoft(|state, _| *state = microsoft);
        house.faults.clear();
        house.journal.clear();
        Ok(())
    }

    /// Waits until no notification is waiting or on its way.
    pub async fn idle(&self) {
        while self.house().outbox.under_way() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// An instant as HTTP writes it.
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The value of a `Retry-After` header in the form that was ordered.
pub(crate) fn retry_after_text(form: &RetryAfter, now: Timestamp) -> Option<String> {
    match form {
        RetryAfter::Absent => None,
        RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
        RetryAfter::Fraction(seconds) => Some(seconds.to_string()),
        RetryAfter::Date(ahead) => {
            let at = now.checked_add(SignedDuration::from_secs(*ahead as i64)).unwrap_or(now);
            Some(http_date(at))
        }
        RetryAfter::Text(text) => Some(text.clone()),
    }
}
