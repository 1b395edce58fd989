//! Time that passes, and chance, for who waits and tries again.

use async_trait::async_trait;
use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Durations and chance. No instants: nothing here is compared with a clock on the wall.
#[async_trait]
pub trait Pace: Debug + Send + Sync {
    /// How long it is since some fixed moment. Never goes back.
    fn now(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, time: Duration);

    /// A number from 0 to `below`, not included; 0 when `below` is 0.
    fn chance(&self, below: u64) -> u64;
}

/// The machine's own.
#[derive(Debug)]
pub struct RealPace {
    began: Instant,
}

impl Default for RealPace {
    fn default() -> Self {
        Self { began: Instant::now() }
    }
}

#[async_trait]
impl Pace for RealPace {
    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn chance(&self, below: u64) -> u64 {
        // Without randomness everybody waits equally long, which is worse and not wrong.
        platform::random::seed().unwrap_or(0).checked_rem(below).unwrap_or(0)
    }
}

/// How long to wait before try number `tried + 1`: two to the power of the tries in seconds plus up to a second by
/// chance, at most 64 seconds (google.md 3.4).
pub fn backoff(pace: &dyn Pace, tried: u32) -> Duration {
    let seconds = 1_u64 << tried.min(6);
    let wait = Duration::from_secs(seconds) + Duration::from_millis(pace.chance(1001));
    wait.min(Duration::from_secs(64))
}
