//! How often strangers may try sign-in links.

use domain::{Error, ErrorKind, Result, Retry};
use jiff::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Failures allowed per address and minute (security reference, section 8.2).
const ALLOWED: u32 = 10;
/// How long failures count, in seconds.
const WINDOW: i64 = 60;
/// How many addresses are remembered; beyond that, the oldest windows are forgotten.
const REMEMBERED: usize = 10_000;

/// Failed attempts by address. A failure of one address never hinders another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts(Arc<Mutex<HashMap<Neighbourhood, (Timestamp, u32)>>>);

/// Who counts as one: an IPv4 address, an IPv6 /64, or all whose address nobody tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Neighbourhood {
    Four([u8; 4]),
    Six([u16; 4]),
    Unknown,
}

impl Attempts {
    /// Refuses an address that has failed too often.
    /// # Errors
    /// `Throttled`, with the time to wait.
    pub(crate) fn admit(&self, ip: &str, now: Timestamp) -> Result<()> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((since, failures)) = all.get(&neighbourhood(ip)) else {
            return Ok(());
        };
        let left = WINDOW - now.duration_since(*since).as_secs();
        if left <= 0 || *failures < ALLOWED {
            return Ok(());
        }
        let wait = Duration::from_secs(left.unsigned_abs());
        let sentence = "There were too many attempts from your address. Wait a minute, then try again.";
        Err(Error::new(ErrorKind::Throttled, sentence).retry(Retry::After(wait)))
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, ip: &str, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.retain(|_, (since, _)| now.duration_since(*since).as_secs() < WINDOW);
        }
        if all.len() >= REMEMBERED {
            all.clear();
        }
        let entry = all.entry(neighbourhood(ip)).or_insert((now, 0));
        if now.duration_since(entry.0).as_secs() >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

fn neighbourhood(ip: &str) -> Neighbourhood {
    match ip.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(four)) => Neighbourhood::Four(four.octets()),
        Ok(IpAddr::V6(six)) => {
            let [a, b, c, d, ..] = six.segments();
            Neighbourhood::Six([a, b, c, d])
        }
        Err(_) => Neighbourhood::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_too_often_waits_and_nobody_else_does() {
        let attempts = Attempts::default();
        let now = Timestamp::from_second(1000).unwrap();
        for _ in 0..ALLOWED {
            assert!(attempts.admit("2001:db8:1:2::1", now).is_ok());
            attempts.failed("2001:db8:1:2::1", now);
        }
        let refused = attempts.admit("2001:db8:1:2:ffff::9", now).unwrap_err();
        assert_eq!(refused.retry_hint(), Retry::After(Duration::from_mins(1)), "the whole /64 waits");
        assert!(attempts.admit("2001:db8:1:3::1", now).is_ok());
        assert!(attempts.admit("192.0.2.1", now).is_ok());
        assert!(attempts.admit("2001:db8:1:2::1", Timestamp::from_second(1060).unwrap()).is_ok());
    }
}
