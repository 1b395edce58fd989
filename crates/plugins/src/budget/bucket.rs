//! A bucket of units that fills steadily.

use std::time::Duration;

/// Units to spend. What may be spent in any minute is at most what is allowed in one: a quarter at once, and three
/// quarters flow in over the minute.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    size: f64,
    /// Units a second.
    flow: f64,
    level: f64,
    filled: Duration,
    /// From 1.0 down to 1/16: how much of the flow is used after refusals.
    factor: f64,
    /// When the factor was changed last.
    changed: Duration,
}

/// How much of a bucket is kept for people who wait.
const RESERVE: f64 = 0.3;
/// How long without a refusal until twice as much flows again.
const QUIET: Duration = Duration::from_mins(1);

impl Bucket {
    pub fn new(per_minute: u64, now: Duration) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "units of a minute are far below 2^52")]
        let units = per_minute as f64;
        let size = units / 4.0;
        Self { size, flow: units * 0.75 / 60.0, level: size, filled: now, factor: 1.0, changed: now }
    }

    /// So much is allowed from now on. What is there stays, as far as it fits.
    pub fn resize(&mut self, per_minute: u64, now: Duration) {
        self.fill(now);
        let Self { size, flow, .. } = Self::new(per_minute, now);
        (self.size, self.flow, self.level) = (size, flow, self.level.min(size));
    }

    /// Lets time pass.
    pub fn fill(&mut self, now: Duration) {
        if self.factor < 1.0 && now.saturating_sub(self.changed) >= QUIET {
            self.factor = (self.factor * 2.0).min(1.0);
            self.changed = now;
        }
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        self.level = (self.level + passed * self.flow * self.factor).min(self.size);
        self.filled = now;
    }

    /// What must be there before so much is taken. More than there can be is lent when the bucket is full.
    fn needed(&self, units: f64, background: bool) -> f64 {
        let reserve = if background { self.size * RESERVE } else { 0.0 };
        (units + reserve).min(self.size)
    }

    /// How long until so much can be taken; nothing when it can be now.
    pub fn wait(&self, units: u64, background: bool) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "units of one call are hundreds")]
        let short = self.needed(units as f64, background) - self.level;
        if short <= 0.0 {
            return Duration::ZERO;
        }
        let flow = self.flow * self.factor;
        Duration::from_secs_f64((short / flow.max(0.001)).min(3600.0)) + Duration::from_millis(1)
    }

    pub fn take(&mut self, units: u64) {
        #[expect(clippy::cast_precision_loss, reason = "units of one call are hundreds")]
        let units = units as f64;
        self.level -= units;
    }

    /// The provider says it was too much: half as much flows from now on, and what was saved up is gone.
    pub fn refused(&mut self, now: Duration) {
        self.factor = (self.factor / 2.0).max(1.0 / 16.0);
        self.changed = now;
        self.level = self.level.min(0.0);
    }

    /// Units there now, and how much of the flow is used in hundredths.
    pub fn picture(&self) -> (u64, u32) {
        (self.level.max(0.0) as u64, (self.factor * 100.0) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_sees_more_than_a_minutes_units() {
        let mut bucket = Bucket::new(6000, Duration::ZERO);
        let mut spent: Vec<u64> = vec![0; 300];
        for step in 0..3000_u64 {
            let now = Duration::from_millis(step * 100);
            bucket.fill(now);
            while bucket.wait(50, false).is_zero() {
                bucket.take(50);
                spent[(step / 10) as usize] += 50;
            }
        }
        for minute in spent.windows(60) {
            assert!(minute.iter().sum::<u64>() <= 6000, "{minute:?}");
        }
        assert!(spent[200..260].iter().sum::<u64>() >= 4400, "and what is allowed is used");
    }

    #[test]
    fn what_is_allowed_anew_flows_from_then_on_and_nothing_is_given_at_once() {
        let mut bucket = Bucket::new(400, Duration::ZERO);
        bucket.resize(4000, Duration::ZERO);
        assert_eq!(bucket.picture().0, 100);
        bucket.fill(Duration::from_secs(2));
        assert_eq!(bucket.picture().0, 200, "50 a second");
        bucket.resize(400, Duration::from_secs(2));
        assert_eq!(bucket.picture().0, 100);
    }

    #[test]
    fn a_reserve_is_kept_from_background_work() {
        let mut bucket = Bucket::new(400, Duration::ZERO);
        while bucket.wait(10, true).is_zero() {
            bucket.take(10);
        }
        assert!(bucket.wait(10, false).is_zero(), "a person still gets through");
    }

    #[test]
    fn a_refusal_halves_the_flow_and_quiet_brings_it_back() {
        let mut bucket = Bucket::new(6000, Duration::ZERO);
        bucket.refused(Duration::ZERO);
        assert_eq!(bucket.picture(), (0, 50));
        bucket.fill(Duration::from_secs(61));
        assert_eq!(bucket.picture().1, 100);
    }
}
