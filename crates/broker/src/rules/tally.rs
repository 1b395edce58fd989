//! Refusals that come again and again are counted: the first of a minute is written down at once, the others as one
//! record with their number. Whoever knocks a million times writes a few records and not a million.

use jiff::{SignedDuration, Timestamp};

/// How long others of the same kind are only counted.
pub const SPAN: SignedDuration = SignedDuration::from_secs(60);

/// Refusals of one client for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// When one was last written down.
    since: Timestamp,
    /// How many came after it.
    more: u64,
}

/// What to do with a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Write it down; and before it, in one record, so many that were only counted. 0 for none.
    Write(u64),
    /// It was counted.
    Counted,
}

/// Meets a refusal.
pub fn meet(tally: &mut Option<Tally>, now: Timestamp) -> Met {
    match tally {
        Some(known) if now < known.since + SPAN => {
            known.more = known.more.saturating_add(1);
            Met::Counted
        }
        _ => {
            let missed = tally.map_or(0, |known| known.more);
            *tally = Some(Tally { since: now, more: 0 });
            Met::Write(missed)
        }
    }
}

/// How many are to be written down now that the minute is over; `None` while it lasts.
pub fn over(tally: Tally, now: Timestamp) -> Option<u64> {
    (tally.since + SPAN <= now).then_some(tally.more)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn the_first_of_a_minute_is_written_and_the_others_are_counted() {
        let mut tally = None;
        assert_eq!(meet(&mut tally, at(0)), Met::Write(0));
        for second in [0, 1, 59] {
            assert_eq!(meet(&mut tally, at(second)), Met::Counted, "{second}");
        }
        assert_eq!(over(tally.unwrap(), at(59)), None);
        assert_eq!(over(tally.unwrap(), at(60)), Some(3));
        assert_eq!(meet(&mut tally, at(60)), Met::Write(3));
        assert_eq!(meet(&mut tally, at(119)), Met::Counted);
        assert_eq!(meet(&mut tally, at(500)), Met::Write(1));
        assert_eq!(over(tally.unwrap(), at(560)), Some(0));
    }
}
