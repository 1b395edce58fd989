//! A breaker: when a provider fails again and again, it is left in peace for a while.

use std::time::Duration;

/// So many failures in a row open the breaker.
const MOST: u32 = 10;
/// How long it stays open.
const OPEN: Duration = Duration::from_secs(30);

/// Where the breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Requests go through.
    Closed,
    /// Requests are refused at once, for so long.
    Open(Duration),
    /// One request is under way to see whether it works again.
    Trying,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Breaker {
    failures: u32,
    open_until: Option<Duration>,
    /// Until when somebody is trying.
    trying_until: Option<Duration>,
}

impl Breaker {
    /// Whether a request may go now; otherwise how long to leave it. After the pause one may try.
    pub fn admit(&mut self, now: Duration) -> Result<(), Duration> {
        let Some(until) = self.open_until else { return Ok(()) };
        if until > now {
            return Err(until.saturating_sub(now));
        }
        match self.trying_until {
            Some(trying) if trying > now => Err(trying.saturating_sub(now)),
            _ => {
                self.trying_until = Some(now + OPEN);
                Ok(())
            }
        }
    }

    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    pub fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= MOST {
            self.open_until = Some(now + OPEN);
            self.trying_until = None;
        }
    }

    pub fn state(&self, now: Duration) -> BreakerState {
        match self.open_until {
            None => BreakerState::Closed,
            Some(until) if until > now => BreakerState::Open(until.saturating_sub(now)),
            Some(_) => BreakerState::Trying,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_success_after_the_pause_closes_it() {
        let mut breaker = Breaker::default();
        for _ in 0..MOST {
            assert_eq!(breaker.admit(at(0)), Ok(()));
            breaker.failed(at(0));
        }
        assert_eq!(breaker.state(at(1)), BreakerState::Open(at(29)));
        assert_eq!(breaker.admit(at(1)), Err(at(29)));
        assert_eq!(breaker.admit(at(30)), Ok(()), "one may try");
        assert!(breaker.admit(at(30)).is_err(), "and one only");
        breaker.succeeded();
        assert_eq!(breaker.state(at(31)), BreakerState::Closed);
    }

    #[test]
    fn a_trial_that_fails_opens_it_again() {
        let mut breaker = Breaker::default();
        (0..MOST).for_each(|_| breaker.failed(at(0)));
        breaker.admit(at(40)).unwrap();
        breaker.failed(at(41));
        assert_eq!(breaker.state(at(42)), BreakerState::Open(at(29)));
    }

    #[test]
    fn a_success_in_between_starts_the_count_again() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            (1..MOST).for_each(|_| breaker.failed(at(0)));
            breaker.succeeded();
        }
        assert_eq!(breaker.admit(at(0)), Ok(()));
    }
}
