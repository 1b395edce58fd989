//! What an account may spend in a day, as far as this process knows: what was spent before its start is not counted.

use super::{Budget, State};
use domain::InstallationId;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// What one account is allowed, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// In a minute.
    pub minute: u64,
    /// In 24 hours.
    pub day: u64,
}

const HOUR: u64 = 3600;
/// An hour is counted until 24 hours have passed since its end.
const HOURS: u64 = 25;
/// How much of a day is kept for people who wait, in hundredths.
const RESERVE: u64 = 10;

/// What was spent in the last day, by the hour.
#[derive(Debug, Clone, Default)]
pub(super) struct Day {
    hours: VecDeque<(u64, u64)>,
}

impl Day {
    /// Lets time pass.
    pub fn fill(&mut self, now: Duration) {
        let hour = now.as_secs() / HOUR;
        while self.hours.front().is_some_and(|(at, _)| at + HOURS <= hour) {
            self.hours.pop_front();
        }
    }

    pub fn take(&mut self, units: u64, now: Duration) {
        let hour = now.as_secs() / HOUR;
        match self.hours.back_mut().filter(|(at, _)| *at == hour) {
            Some((_, spent)) => *spent += units,
            None => self.hours.push_back((hour, units)),
        }
    }

    pub fn spent(&self) -> u64 {
        self.hours.iter().map(|(_, units)| units).sum()
    }

    /// How long until so much can be taken of what a day has; nothing when it can be now. More than a day has is lent
    /// when nothing else was spent.
    pub fn wait(&self, units: u64, of: u64, background: bool, now: Duration) -> Duration {
        let most = if background { of - of * RESERVE / 100 } else { of };
        let mut spent = self.spent();
        if spent + units <= most {
            return Duration::ZERO;
        }
        for (hour, units_then) in &self.hours {
            spent -= units_then;
            if spent + units <= most || spent == 0 {
                return Duration::from_secs((hour + HOURS) * HOUR).saturating_sub(now);
            }
        }
        Duration::ZERO
    }
}

impl Budget {
    /// An installation says what its account is allowed. Where several say something of one account, the least counts.
    pub fn allow(&self, account: &str, installation: InstallationId, share: Share) {
        let now = self.pace.now();
        let mut state = self.lock();
        let account = state.account(&Arc::from(account), self.allowance.account, now);
        if account.shares.insert(installation, share) == Some(share) {
            return;
        }
        let minute = account.shares.values().map(|share| share.minute).min();
        account.bucket.resize(minute.unwrap_or(self.allowance.account), now);
        account.most_a_day = account.shares.values().map(|share| share.day).min();
        drop(state);
        self.bell.notify_waiters();
    }
}

impl State {
    /// How long until the day of an account has enough for one who waits.
    pub(super) fn wait_of_day(&self, one: &super::Waiting, now: Duration) -> Duration {
        let account = self.accounts.get(&one.account);
        let most = account.and_then(|account| account.most_a_day.map(|most| (account, most)));
        let background = one.urgency == super::Urgency::Background;
        most.map_or(Duration::ZERO, |(account, most)| account.day.wait(one.units, most, background, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(hours: u64) -> Duration {
        Duration::from_secs(hours * HOUR + 60)
    }

    #[test]
    fn a_day_has_so_much_and_frees_up_from_hour_to_hour() {
        let mut day = Day::default();
        day.take(600, at(0));
        day.take(400, at(5));
        assert!(day.wait(0, 1000, false, at(5)).is_zero());
        // The first hour counts until 24 hours have passed since its end.
        assert_eq!(day.wait(1, 1000, false, at(5)), Duration::from_secs(20 * HOUR - 60));
        assert_eq!(day.wait(601, 1000, false, at(5)), Duration::from_secs(25 * HOUR - 60));
        day.fill(at(25));
        assert_eq!(day.spent(), 400);
        assert!(day.wait(600, 1000, false, at(25)).is_zero());
    }

    #[test]
    fn a_tenth_of_a_day_is_kept_for_people_and_one_large_request_is_lent() {
        let mut day = Day::default();
        assert!(day.wait(900, 1000, true, at(0)).is_zero());
        day.take(900, at(0));
        assert!(!day.wait(1, 1000, true, at(0)).is_zero());
        assert!(day.wait(100, 1000, false, at(0)).is_zero());
        assert!(Day::default().wait(5000, 1000, false, at(0)).is_zero());
    }
}
