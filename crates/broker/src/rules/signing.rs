//! When our own signing keys are published, sign, and go.

use jiff::{SignedDuration, Timestamp};

/// How long a key is published before it signs: readers have it by then.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// How long one key signs.
pub const SIGNS: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long a key is published after it has signed: longer than anything it signed and every cache lives.
pub const AFTER: SignedDuration = SignedDuration::from_hours(48);

/// A signing key, as the schedule sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// When it begins to sign.
    pub from: Timestamp,
    /// When it is published no more, if that was decided.
    pub until: Option<Timestamp>,
}

/// What is to be done with the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plan {
    /// A new key is to be made, to sign from then on.
    pub make: Option<Timestamp>,
    /// The key of this index signs.
    pub signs: Option<usize>,
}

/// Looks at the keys, the oldest first.
pub fn plan(keys: &[Dates], now: Timestamp) -> Plan {
    let live = |k: &Dates| k.until.is_none_or(|until| now < until);
    let signs = keys.iter().rposition(|k| live(k) && k.from <= now);
    let coming = keys.iter().any(|k| live(k) && k.from > now);
    let make = match signs {
        _ if coming => None,
        None => Some(now),
        Some(i) => {
            let next = keys.get(i).map_or(now, |k| k.from + SIGNS);
            (next - AHEAD <= now).then_some(next.max(now + AHEAD))
        }
    };
    Plan { make, signs }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap()
    }

    fn from(hours: i64) -> Dates {
        Dates { from: at(hours), until: None }
    }

    #[test]
    fn a_key_is_published_a_day_before_it_signs() {
        assert_eq!(plan(&[], at(0)), Plan { make: Some(at(0)), signs: None });
        assert_eq!(plan(&[from(0)], at(0)), Plan { make: None, signs: Some(0) });
        assert_eq!(plan(&[from(0)], at(24 * 29 - 1)), Plan { make: None, signs: Some(0) });
        assert_eq!(plan(&[from(0)], at(24 * 29)), Plan { make: Some(at(24 * 30)), signs: Some(0) });
        assert_eq!(plan(&[from(0), from(720)], at(24 * 29)), Plan { make: None, signs: Some(0) });
        assert_eq!(plan(&[from(0), from(720)], at(720)), Plan { make: None, signs: Some(1) });
    }

    #[test]
    fn after_a_long_stop_the_old_key_signs_on_until_the_next_is_known() {
        let plan = plan(&[from(0)], at(24 * 90));
        assert_eq!(plan, Plan { make: Some(at(24 * 91)), signs: Some(0) });
    }

    #[test]
    fn a_key_that_was_withdrawn_neither_signs_nor_waits() {
        let gone = Dates { until: Some(at(5)), ..from(0) };
        assert_eq!(plan(&[gone], at(6)), Plan { make: Some(at(6)), signs: None });
    }
}
