//! Waiting, always with an end.

use std::time::Duration;

use tokio::time::Instant;

use super::{Browser, BrowserError, Result};

/// How long anything may take to appear.
pub const PATIENCE: Duration = Duration::from_secs(10);

const PAUSE: Duration = Duration::from_millis(25);

impl Browser {
    /// Asks again and again until there is an answer; `what` completes the sentence "… did not come".
    ///
    /// An error of `ask` counts as "not yet": a page that is being replaced answers strangely for a moment.
    pub async fn wait_for<T>(&self, what: &str, ask: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let last = match ask().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => None,
                Err(error) => Some(error),
            };
            if Instant::now() >= deadline {
                return Err(self.failure(what, last).await);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until something holds.
    pub async fn wait_until(&self, what: &str, holds: impl AsyncFn() -> Result<bool>) -> Result<()> {
        self.wait_for(what, async || Ok(holds().await?.then_some(()))).await
    }

    /// Waits until the address contains `part`.
    pub async fn wait_for_address(&self, part: &str) -> Result<()> {
        let what = format!("an address with `{part}`");
        self.wait_until(&what, async || Ok(self.address().await?.contains(part))).await
    }

    /// Says what did not come, where the browser stood, what its console said, and leaves a picture.
    async fn failure(&self, what: &str, last: Option<BrowserError>) -> BrowserError {
        let mut message = format!("{what} did not come within {} s", PATIENCE.as_secs());
        let mut add = |name: &str, value: String| message.extend(["\n  ", name, ": ", &value]);
        add("address", self.address().await.unwrap_or_else(|error| error.to_string()));
        add("title", self.title().await.unwrap_or_else(|error| error.to_string()));
        if let Some(error) = last {
            add("last answer", error.to_string());
        }
        for problem in self.console_problems().await.unwrap_or_default() {
            add("console", problem);
        }
        if let Ok(path) = self.screenshot("failure").await {
            add("picture", path.display().to_string());
        }
        BrowserError::new(message)
    }
}
