//! What callers may spend (microsoft.md 2.15).

use crate::core::answer::Answer;
use crate::core::budget::{Limit, Meter, Standing};
use crate::core::env::{Env, Note};
use crate::microsoft::Microsoft;
use crate::microsoft::entra::Access;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use jiff::Timestamp;

/// Units for one application in one tenant, for each minute, by the tenant's licences.
fn per_minute(licences: u64) -> u64 {
    match licences {
        0..=1_000 => 1_250,
        1_001..=5_000 => 2_500,
        5_001..=15_000 => 3_750,
        15_001..=50_000 => 5_000,
        _ => 6_250,
    }
}

/// Requests of one user in five minutes.
const PER_USER: Limit = Limit { units: 3_000, seconds: 300 };

/// Spends a call's units.
/// # Errors
/// 429 with `Retry-After` and the rate headers when there are none left; the refused call counts as well (M-20).
pub fn spend(state: &mut Microsoft, access: &Access, env: &Env<'_>) -> Result<Standing, Refusal> {
    let licences = state.directory.tenants.get(&access.tenant).map_or(0, |tenant| tenant.licences);
    let limit = Limit { units: per_minute(licences), seconds: 60 };
    let meter = &mut state.graph.meter;
    let standing =
        meter.spend(&app_key(&access.app, &access.tenant), u64::from(env.note.units), limit, env.now);
    if standing.is_over() {
        let status = if env.behaves("throttle-503").is_some() {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::TOO_MANY_REQUESTS
        };
        return Err(refusal(status, standing));
    }
    if let Some(user) = &access.user {
        let own = meter.spend(&format!("user {user}"), 1, PER_USER, env.now);
        if own.is_over() {
            return Err(refusal(StatusCode::TOO_MANY_REQUESTS, own));
        }
    }
    Ok(standing)
}

fn app_key(app: &str, tenant: &str) -> String {
    format!("app {app} {tenant}")
}

fn refusal(status: StatusCode, standing: Standing) -> Refusal {
    let seconds = standing.resets_in.to_string();
    Refusal::throttled(status)
        .with("retry-after", seconds.clone())
        .with("ratelimit-limit", standing.limit.to_string())
        .with("ratelimit-remaining", "0")
        .with("ratelimit-reset", seconds)
}

/// Books units without refusing anything.
pub fn book(meter: &mut Meter, note: &Note, now: Timestamp) {
    let limit = Limit { units: u64::MAX, seconds: 60 };
    meter.spend(&app_key(&note.app, &note.tenant), u64::from(note.units), limit, now);
}

/// Tells how much is left, from four fifths of the budget on.
pub fn announce(answer: Answer, standing: Standing) -> Answer {
    if standing.spent * 5 < standing.limit * 4 {
        return answer;
    }
    answer
        .with("ratelimit-limit", &standing.limit.to_string())
        .with("ratelimit-remaining", &standing.remaining().to_string())
        .with("ratelimit-reset", &standing.resets_in.to_string())
}
