//! The one place that reads the wall clock. Everything else receives the time as a value.

use jiff::Timestamp;

/// The present instant in whole microseconds, the precision the database keeps: an instant that has been stored
/// and read back equals the one that was taken here.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    // Dropping digits cannot leave the range of instants; the exact instant is as good if it ever did.
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_advances_and_has_no_nanoseconds() {
        let (a, b) = (now(), now());
        assert!(b >= a && a > Timestamp::UNIX_EPOCH);
        assert_eq!(a.as_nanosecond() % 1000, 0);
    }
}
