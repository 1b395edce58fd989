//! Metering in fixed windows, as the providers do it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was spent, by whoever spends it and for each window.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Meter {
    spent: BTreeMap<String, Window>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Window {
    began: Timestamp,
    units: u64,
}

/// How much there may be in how much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub units: u64,
    /// The window's length in seconds.
    pub seconds: u64,
}

/// What is left in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub limit: u64,
    pub spent: u64,
    /// Seconds until the window ends; at least 1.
    pub resets_in: u64,
}

impl Standing {
    /// Whether more was spent than there is.
    pub fn is_over(&self) -> bool {
        self.spent > self.limit
    }

    /// Units left.
    pub fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.spent)
    }
}

impl Meter {
    /// Spends units, also beyond the limit: a refused call counts as well.
    pub fn spend(&mut self, who: &str, units: u64, limit: Limit, now: Timestamp) -> Standing {
        let length = SignedDuration::from_secs(limit.seconds as i64);
        let window = self.spent.entry(who.to_owned()).or_insert(Window { began: now, units: 0 });
        let age = now.duration_since(window.began);
        if age >= length || age.is_negative() {
            *window = Window { began: now, units: 0 };
        }
        window.units += units;
        let left = length - now.duration_since(window.began);
        Standing { limit: limit.units, spent: window.units, resets_in: (left.as_secs() as u64).max(1) }
    }

    /// Forgets windows that ended more than a day ago.
    pub fn forget_old(&mut self, now: Timestamp) {
        self.spent.retain(|_, window| now.duration_since(window.began) < SignedDuration::from_hours(24));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_up_and_begins_again() {
        let mut meter = Meter::default();
        let limit = Limit { units: 10, seconds: 60 };
        let at: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        assert_eq!(meter.spend("a", 8, limit, at).remaining(), 2);
        let over = meter.spend("a", 8, limit, at + SignedDuration::from_secs(20));
        assert!(over.is_over() && over.resets_in == 40);
        assert!(!meter.spend("b", 8, limit, at).is_over());
        assert!(!meter.spend("a", 8, limit, at + SignedDuration::from_secs(60)).is_over());
    }
}
