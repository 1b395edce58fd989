//! The twin's own time: the machine's, moved or stopped by the control door.

use jiff::{SignedDuration, Timestamp};
use std::sync::Mutex;

/// A clock that can be moved and stopped.
#[derive(Debug, Default)]
pub struct Clock {
    set: Mutex<Setting>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Setting {
    ahead: SignedDuration,
    stopped_at: Option<Timestamp>,
}

impl Clock {
    /// The present instant, in whole microseconds.
    pub fn now(&self) -> Timestamp {
        let setting = *crate::lock(&self.set);
        let now = setting.stopped_at.unwrap_or_else(machine);
        let moved = now.checked_add(setting.ahead).unwrap_or(now);
        Timestamp::from_microsecond(moved.as_microsecond()).unwrap_or(moved)
    }

    /// Moves the time on, or back when negative. Moves add up.
    pub fn advance(&self, by: SignedDuration) {
        let mut setting = crate::lock(&self.set);
        setting.ahead = setting.ahead.checked_add(by).unwrap_or(setting.ahead);
    }

    /// Stops the time at an instant; later moves still apply.
    pub fn stop_at(&self, at: Timestamp) {
        *crate::lock(&self.set) = Setting { ahead: SignedDuration::ZERO, stopped_at: Some(at) };
    }

    /// Goes back to the machine's time.
    pub fn follow_machine(&self) {
        *crate::lock(&self.set) = Setting::default();
    }

    /// How far the twin's time is ahead of the machine's; negative when behind.
    pub fn ahead(&self) -> SignedDuration {
        self.now().duration_since(machine())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the twin has a clock of its own; this is where it reads the machine's"
)]
fn machine() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_when_it_is_moved() {
        let clock = Clock::default();
        let noon: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        clock.stop_at(noon);
        assert_eq!(clock.now(), noon);
        clock.advance(SignedDuration::from_hours(24));
        assert_eq!(clock.now().to_string(), "2026-06-02T12:00:00Z");
        clock.follow_machine();
        assert!(clock.now() > noon);
    }
}
