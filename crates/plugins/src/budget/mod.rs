//! A budget of what a provider meters: units by account and by project.
//!
//! All installations of the process that use one project share one [`Budget`]. People who wait come before background
//! work, which leaves a reserve; among those who wait, installations take turns. Nothing polls: who waits sleeps until
//! there can be enough, or until somebody has gone before.
//!
//! Invariant: in any minute no more units are spent than are allowed, of an account or of the project, as long as one
//! process uses them. What another process spends shows as refusals, and the flow is halved until they stop. What an
//! account may spend in a day is counted as well, where the provider limits that.

mod breaker;
mod bucket;
mod day;
mod pace;
mod picture;

pub use breaker::BreakerState;
pub use day::Share;
pub use pace::{Pace, RealPace, backoff};
pub use picture::{AccountPicture, Picture};

use breaker::Breaker;
use bucket::Bucket;
use day::Day;
use domain::{Error, ErrorKind, InstallationId, Result, Retry};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Units a minute for all accounts together.
    pub project: u64,
    /// Units a minute for one account.
    pub account: u64,
}

impl Allowance {
    /// What Google allows projects made since May 2026 (google.md 3.1).
    pub const GOOGLE: Self = Self { project: 1_000_000, account: 325_000 };
    /// What Microsoft allows an application in the smallest tenants (microsoft.md 2.15). An account is a tenant here, and
    /// tenants do not share anything.
    pub const SHAREPOINT: Self = Self { project: u64::MAX >> 12, account: 1_250 };
    /// Requests that one person may cause: 3,000 in five minutes (microsoft.md 2.15).
    pub const SHAREPOINT_PERSON: Self = Self { project: u64::MAX >> 12, account: 600 };
}

/// Whose budget it is.
#[derive(Debug, Clone, Copy)]
struct Whose {
    name: &'static str,
    units: &'static str,
    throttled: &'static str,
}

const GOOGLE: Whose = Whose {
    name: "Google",
    units: "chancery_google_units_total",
    throttled: "chancery_google_throttled_total",
};
const MICROSOFT: Whose = Whose {
    name: "Microsoft",
    units: "chancery_microsoft_units_total",
    throttled: "chancery_microsoft_throttled_total",
};

/// How urgent a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// A person waits for it.
    Interactive,
    /// Nobody waits.
    Background,
}

/// Who spends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spender {
    /// The account at the provider.
    pub account: Arc<str>,
    /// The installation, for turns.
    pub installation: InstallationId,
    /// Whether somebody waits.
    pub urgency: Urgency,
}

/// The budget of one project.
#[derive(Debug)]
pub struct Budget {
    whose: Whose,
    allowance: Allowance,
    pace: Arc<dyn Pace>,
    state: Mutex<State>,
    bell: Notify,
}

#[derive(Debug)]
struct Account {
    bucket: Bucket,
    silent_until: Duration,
    /// What installations have said that it is allowed.
    shares: BTreeMap<InstallationId, Share>,
    day: Day,
    most_a_day: Option<u64>,
}

#[derive(Debug)]
struct Waiting {
    account: Arc<str>,
    installation: InstallationId,
    urgency: Urgency,
    units: u64,
}

#[derive(Debug)]
struct State {
    project: Bucket,
    silent_until: Duration,
    accounts: BTreeMap<Arc<str>, Account>,
    waiting: BTreeMap<u64, Waiting>,
    tickets: u64,
    /// When an installation had its last turn, counted in turns.
    turns: HashMap<InstallationId, u64>,
    turn: u64,
    breaker: Breaker,
    spent: u64,
    refusals: u64,
}

/// What somebody who waits does next.
enum Turn {
    Taken,
    /// Looks again after so long, or when the bell rings.
    Wait(Duration),
    /// The same; what a day has is spent.
    Tomorrow(Duration),
}

impl Budget {
    /// A full budget at Google.
    pub fn new(allowance: Allowance, pace: Arc<dyn Pace>) -> Self {
        Self::of(GOOGLE, allowance, pace)
    }

    /// A full budget at Microsoft, where an account is a tenant or a person.
    pub fn at_microsoft(allowance: Allowance, pace: Arc<dyn Pace>) -> Self {
        Self::of(MICROSOFT, allowance, pace)
    }

    fn of(whose: Whose, allowance: Allowance, pace: Arc<dyn Pace>) -> Self {
        let now = pace.now();
        let state = State {
            project: Bucket::new(allowance.project, now),
            silent_until: now,
            accounts: BTreeMap::new(),
            waiting: BTreeMap::new(),
            tickets: 0,
            turns: HashMap::new(),
            turn: 0,
            breaker: Breaker::default(),
            spent: 0,
            refusals: 0,
        };
        Self { whose, allowance, pace, state: Mutex::new(state), bell: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn and spends the units of one request.
    /// # Errors
    /// `Unavailable` at once while the breaker is open, and `Throttled` when it would take longer than somebody waits
    /// for a page, or background work had better come back for; both with the time to wait.
    pub async fn spend(&self, who: &Spender, units: u64) -> Result<()> {
        self.admit()?;
        let ticket = self.queue(who, units);
        loop {
            // Asked for before the look, so that a ring in between is heard.
            let bell = self.bell.notified();
            match self.look(ticket.number) {
                Turn::Taken => return Ok(()),
                Turn::Wait(time) if time > patience(who.urgency) => {
                    return Err(too_long(self.whose.name, time));
                }
                Turn::Tomorrow(time) if time > patience(who.urgency) => {
                    return Err(used_up(self.whose.name, time));
                }
                Turn::Wait(time) | Turn::Tomorrow(time) => {
                    tokio::select! {
                        () = self.pace.sleep(time) => {}
                        () = bell => {}
                    }
                }
            }
        }
    }

    fn admit(&self) -> Result<()> {
        let now = self.pace.now();
        self.lock().breaker.admit(now).map_err(|wait| {
            Error::new(
                ErrorKind::Unavailable,
                format!(
                    "{} has not answered properly several times and is left in peace for a moment. Nothing was changed; \
                     try again in a minute.",
                    self.whose.name
                ),
            )
            .retry(Retry::After(wait))
        })
    }

    fn queue(&self, who: &Spender, units: u64) -> Ticket<'_> {
        let now = self.pace.now();
        let mut state = self.lock();
        state.account(&who.account, self.allowance.account, now);
        state.tickets += 1;
        let number = state.tickets;
        let waiting = Waiting {
            account: Arc::clone(&who.account),
            installation: who.installation,
            urgency: who.urgency,
            units,
        };
        state.waiting.insert(number, waiting);
        Ticket { budget: self, number }
    }

    fn look(&self, number: u64) -> Turn {
        let now = self.pace.now();
        let mut state = self.lock();
        state.fill(now);
        let Some(mine) = state.waiting.get(&number) else { return Turn::Taken };
        let (wait, of_day) = (state.wait_of(mine, now), state.wait_of_day(mine, now));
        if !of_day.is_zero() && of_day >= wait {
            return Turn::Tomorrow(of_day);
        }
        if !wait.is_zero() {
            return Turn::Wait(wait);
        }
        if state.first(now) != Some(number) {
            // Somebody goes before and rings; the time is for one who was called off just then.
            return Turn::Wait(Duration::from_millis(100));
        }
        let units = state.take(number, now);
        drop(state);
        metrics::counter!(self.whose.units).increment(units);
        self.bell.notify_waiters();
        Turn::Taken
    }

    /// The provider refused for asking too often; `after` is how long it wants peace, as far as it says.
    /// `whole` means the project and not the account alone.
    pub fn refused(&self, who: &Spender, after: Duration, whole: bool) {
        let now = self.pace.now();
        let mut state = self.lock();
        state.refusals += 1;
        if whole {
            state.project.refused(now);
            state.silent_until = state.silent_until.max(now + after);
        }
        if let Some(account) = state.accounts.get_mut(&who.account) {
            account.bucket.refused(now);
            account.silent_until = account.silent_until.max(now + after);
        }
        metrics::counter!(self.whose.throttled).increment(1);
    }

    /// The provider says that little is left: nothing is sent for this account so long.
    pub fn rest(&self, who: &Spender, time: Duration) {
        let now = self.pace.now();
        if let Some(account) = self.lock().accounts.get_mut(&who.account) {
            account.silent_until = account.silent_until.max(now + time);
        }
    }

    /// The provider answered as it should, whatever the answer.
    pub fn answered(&self) {
        self.lock().breaker.succeeded();
    }

    /// The provider did not answer, or with a fault of its own.
    pub fn failed(&self) {
        let now = self.pace.now();
        self.lock().breaker.failed(now);
    }
}

/// How long somebody waits for one turn.
fn patience(urgency: Urgency) -> Duration {
    match urgency {
        Urgency::Interactive => Duration::from_secs(40),
        Urgency::Background => Duration::from_mins(5),
    }
}

fn too_long(name: &str, wait: Duration) -> Error {
    Error::new(
        ErrorKind::Throttled,
        format!(
            "{name} is being asked too often and wants to be left in peace for a while. Nothing was changed; try again later."
        ),
    )
    .retry(Retry::After(wait))
}

fn used_up(name: &str, wait: Duration) -> Error {
    let hours = wait.as_secs().div_ceil(3600);
    let hours = if hours == 1 { "an hour".to_owned() } else { format!("{hours} hours") };
    Error::new(
        ErrorKind::Throttled,
        format!(
            "What {name} allows your organisation in a day is used up. Nothing was changed; it frees up from hour to \
             hour, so try again in {hours}. An administrator sees it under Settings, Places."
        ),
    )
    .retry(Retry::After(wait))
}

impl State {
    fn account(&mut self, name: &Arc<str>, allowed: u64, now: Duration) -> &mut Account {
        self.accounts.entry(Arc::clone(name)).or_insert_with(|| Account {
            bucket: Bucket::new(allowed, now),
            silent_until: now,
            shares: BTreeMap::new(),
            day: Day::default(),
            most_a_day: None,
        })
    }

    fn fill(&mut self, now: Duration) {
        self.project.fill(now);
        self.accounts.values_mut().for_each(|account| {
            account.bucket.fill(now);
            account.day.fill(now);
        });
    }

    /// How long until there is enough for one who waits.
    fn wait_of(&self, one: &Waiting, now: Duration) -> Duration {
        let background = one.urgency == Urgency::Background;
        let silence = self.silent_until.saturating_sub(now);
        let of_account = self.accounts.get(&one.account).map_or(Duration::ZERO, |account| {
            let silence = account.silent_until.saturating_sub(now);
            silence.max(account.bucket.wait(one.units, background))
        });
        silence.max(of_account).max(self.project.wait(one.units, background))
    }

    /// Who goes first among those for whom there is enough: people before background work, then the installation whose
    /// last turn is longest ago, then who came first.
    fn first(&self, now: Duration) -> Option<u64> {
        self.waiting
            .iter()
            .filter(|(_, one)| self.wait_of(one, now).is_zero() && self.wait_of_day(one, now).is_zero())
            .min_by_key(|(number, one)| {
                (one.urgency, self.turns.get(&one.installation).copied().unwrap_or(0), **number)
            })
            .map(|(number, _)| *number)
    }

    fn take(&mut self, number: u64, now: Duration) -> u64 {
        let Some(one) = self.waiting.remove(&number) else { return 0 };
        self.turn += 1;
        self.turns.insert(one.installation, self.turn);
        self.project.take(one.units);
        if let Some(account) = self.accounts.get_mut(&one.account) {
            account.bucket.take(one.units);
            account.day.take(one.units, now);
        }
        self.spent += one.units;
        one.units
    }
}

/// A place in the queue, given up when whoever waits goes away.
struct Ticket<'b> {
    budget: &'b Budget,
    number: u64,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.budget.lock().waiting.remove(&self.number).is_some() {
            self.budget.bell.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
