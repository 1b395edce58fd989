//! How often a stranger may try. An account is never locked because of what strangers do.

use crate::settings::Limits;
use domain::{Error, ErrorKind, InstallationId, Result, Retry};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// Keys remembered before the idle ones are dropped.
const REMEMBERED: usize = 100_000;

/// The limits of this node.
pub(crate) struct Limiters {
    starts: DefaultKeyedRateLimiter<u128>,
    starts_of: DefaultKeyedRateLimiter<i64>,
    failures: DefaultKeyedRateLimiter<u128>,
    tokens_of: DefaultKeyedRateLimiter<i64>,
}

impl fmt::Debug for Limiters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limiters")
    }
}

impl Limiters {
    pub fn of(limits: Limits) -> Self {
        Self {
            starts: limiter(limits.starts_per_ip),
            starts_of: limiter(limits.starts_per_installation),
            failures: limiter(limits.failures_per_ip),
            tokens_of: limiter(limits.tokens_per_installation),
        }
    }

    /// A sign-in begins.
    pub fn start(&self, ip: IpAddr, of: InstallationId) -> Result<()> {
        check(&self.starts, &network(ip))?;
        check(&self.starts_of, &of.0)
    }

    /// Whether this address may still fail.
    pub fn failure(&self, ip: IpAddr) -> Result<()> {
        check(&self.failures, &network(ip))
    }

    /// A token is handed out.
    pub fn token(&self, of: InstallationId) -> Result<()> {
        check(&self.tokens_of, &of.0)
    }
}

fn limiter<K: Hash + Eq + Clone>(per_minute: u32) -> DefaultKeyedRateLimiter<K> {
    RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN)))
}

fn check<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()> {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now()).max(Duration::from_secs(1));
        let seconds = wait.as_secs() + 1;
        Error::new(ErrorKind::Throttled, format!("That was too often. Wait {seconds} seconds and try again."))
            .retry(Retry::After(Duration::from_secs(seconds)))
    })
}

/// What one household or attacker has: an IPv4 address, or the /64 of an IPv6 address.
fn network(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6) >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_slowed_down_and_others_are_not() {
        // ATT-53
        let limits = Limiters::of(Limits { failures_per_ip: 3, ..Limits::default() });
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        let other: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        for _ in 0..3 {
            limits.failure(one).unwrap();
        }
        let e = limits.failure(neighbour).unwrap_err();
        assert!(e.kind() == ErrorKind::Throttled && matches!(e.retry_hint(), Retry::After(_)));
        limits.failure(other).unwrap();
        limits.failure("192.0.2.1".parse().unwrap()).unwrap();
    }
}
