//! What callers may spend (microsoft.md 2.15).

use crate::core::answer::Answer;
use crate::core::budget::{Limit, Meter, Standing};
use crate::core::env::{Env, Note};
use crate::microsoft::Microsoft;
use crate::microsoft::entra::Access;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use jiff::Timestamp;

/// Units by a tenant's licences: for one application in each minute and each day, and for all applications together in
/// five minutes.
fn limits(licences: u64) -> [Limit; 3] {
    let (minute, day, all) = match licences {
        0..=1_000 => (1_250, 1_200_000, 18_750),
        1_001..=5_000 => (2_500, 2_400_000, 37_500),
        5_001..=15_000 => (3_750, 3_600_000, 56_250),
        15_001..=50_000 => (5_000, 4_800_000, 75_000),
        _ => (6_250, 6_000_000, 93_750),
    };
    [
        Limit { units: minute, seconds: 60 },
        Limit { units: day, seconds: 24 * 3600 },
        Limit { units: all, seconds: 300 },
    ]
}

/// Requests of one user in five minutes.
const PER_USER: Limit = Limit { units: 3_000, seconds: 300 };
/// Requests of one application in one tenant that share something, in five minutes.
const SHARING: Limit = Limit { units: 300, seconds: 300 };
/// What shares something.
const SHARES: &[&str] =
    &["driveItem.invite", "driveItem.createLink", "listItem.createLink", "share.permission.grant"];
/// Who goes on asking is blocked: so many minutes' units refused in ten minutes. Microsoft publishes no number.
const PATIENCE: u64 = 10;

/// Spends a call's units.
/// # Errors
/// 429 with `Retry-After` and the rate headers when there are none left; the refused call counts as well. 503 without
/// any of them for who was blocked (M-20).
pub fn spend(state: &mut Microsoft, access: &Access, env: &Env<'_>) -> Result<Standing, Refusal> {
    let key = app_key(&access.app, &access.tenant);
    if env.behaves("blocked").is_some() {
        state.graph.blocked.insert(key.clone());
    }
    if state.graph.blocked.contains(&key) {
        return Err(Refusal::throttled(StatusCode::SERVICE_UNAVAILABLE));
    }
    if let Some(after) = env.behaves("too-many-requests") {
        return Err(too_many(after.as_str().unwrap_or("2.128")));
    }
    let licences = state.directory.tenants.get(&access.tenant).map_or(0, |tenant| tenant.licences);
    let [minute, day, all] = limits(licences);
    let units = u64::from(env.note.units);
    let meter = &mut state.graph.meter;
    let standing = meter.spend(&key, units, minute, env.now);
    let daily = meter.spend(&format!("day {key}"), units, day, env.now);
    let together = meter.spend(&format!("tenant {}", access.tenant), units, all, env.now);
    if let Some(over) = [standing, daily, together].into_iter().find(Standing::is_over) {
        let patience = Limit { units: minute.units * PATIENCE, seconds: 600 };
        if meter.spend(&format!("refused {key}"), units, patience, env.now).is_over() {
            state.graph.blocked.insert(key);
        }
        let unavailable = env.behaves("throttle-503").is_some();
        let status =
            if unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::TOO_MANY_REQUESTS };
        return Err(refusal(status, over));
    }
    if SHARES.contains(&env.note.operation) {
        let shared = meter.spend(&format!("sharing {key}"), 1, SHARING, env.now);
        if shared.is_over() {
            return Err(refusal(StatusCode::TOO_MANY_REQUESTS, shared));
        }
    }
    if let Some(user) = &access.user {
        let own = meter.spend(&format!("user {user}"), 1, PER_USER, env.now);
        if own.is_over() {
            return Err(refusal(StatusCode::TOO_MANY_REQUESTS, own));
        }
    }
    Ok(standing)
}

/// Who spends: an application in a tenant.
pub fn app_key(app: &str, tenant: &str) -> String {
    format!("app {app} {tenant}")
}

/// 429 as Graph's own gateway says it, with a fraction in `Retry-After` (learn.microsoft.com, "Microsoft Graph
/// throttling guidance").
fn too_many(after: &str) -> Refusal {
    Refusal::new(429, "TooManyRequests", "Please retry again later.")
        .inner("429")
        .telling(&[("message", "Please retry after"), ("status", "429")])
        .with("retry-after", after)
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
    let key = app_key(&note.app, &note.tenant);
    let [minute, day, all] = limits(0);
    for (who, limit) in
        [(key.clone(), minute), (format!("day {key}"), day), (format!("tenant {}", note.tenant), all)]
    {
        meter.spend(&who, u64::from(note.units), limit, now);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_follow_the_licences() {
        for (licences, minute, day, all) in [
            (1_000, 1_250, 1_200_000, 18_750),
            (1_001, 2_500, 2_400_000, 37_500),
            (60_000, 6_250, 6_000_000, 93_750),
        ] {
            assert_eq!(limits(licences).map(|limit| limit.units), [minute, day, all], "{licences}");
        }
    }
}
