//! Quota units by project and by user (google.md 3.1). What is refused counts as well.

use super::Drive;
use super::routes::Caller;
use crate::core::budget::Limit;
use crate::core::env::Note;
use crate::core::faults::Subject;
use crate::core::surfaces::Surface;
use crate::google::directory::Directory;
use crate::google::error::Refusal;
use http::StatusCode;
use jiff::Timestamp;

/// Units of a project in a day.
const PER_DAY: u64 = 400_000_000;

/// What a call spends: whether the user's, the project's and the day's limit hold.
fn book(
    drive: &mut Drive,
    directory: &Directory,
    (project, user): (&str, &str),
    units: u32,
    now: Timestamp,
) -> [bool; 3] {
    let known = directory.projects.get(project);
    let (whole, each) =
        known.map_or((1_000_000, 325_000), |known| (known.units_per_minute, known.units_per_minute_and_user));
    let units = u64::from(units);
    let minute = |units| Limit { units, seconds: 60 };
    let of_user = drive.meter.spend(&format!("units:{project}:{user}"), units, minute(each), now);
    let of_project = drive.meter.spend(&format!("units:{project}"), units, minute(whole), now);
    let day = Limit { units: PER_DAY, seconds: 24 * 3600 };
    let of_day = drive.meter.spend(&format!("day:{project}"), units, day, now);
    [!of_user.is_over(), !of_project.is_over(), !of_day.is_over()]
}

/// Spends the units of a call, or refuses it (G-04): 403, or 429 by order.
pub fn spend(
    drive: &mut Drive,
    directory: &Directory,
    caller: &Caller<'_>,
    units: u32,
) -> Result<(), Refusal> {
    let project = drive.apps.text(caller.app.0).to_owned();
    let user = drive.user_id(caller.person).to_owned();
    let holds = book(drive, directory, (&project, &user), units, caller.now.timestamp());
    let reason = match holds {
        [true, true, true] => return Ok(()),
        [_, _, false] => "dailyLimitExceeded",
        [_, false, _] => "rateLimitExceeded",
        [false, ..] => "userRateLimitExceeded",
    };
    let subject = Subject {
        surface: Some(Surface::GoogleApis),
        method: "",
        path: "",
        operation: "",
        tenant: "",
        user: &user,
        app: "",
    };
    if caller.house.faults.take("throttle-429", subject, &caller.house.random).is_some() {
        return Err(Refusal::throttled(StatusCode::TOO_MANY_REQUESTS, "rateLimitExceeded"));
    }
    Err(Refusal::throttled(StatusCode::FORBIDDEN, reason))
}

/// Books the units of a call that an ordered fault refused.
pub fn charge(drive: &mut Drive, directory: &Directory, note: &Note, now: Timestamp) {
    let client = directory.clients.get(&note.app);
    let project = client.map(|client| client.project.clone()).unwrap_or_default();
    if !project.is_empty() && !note.user.is_empty() {
        book(drive, directory, (&project, &note.user), note.units, now);
    }
}
