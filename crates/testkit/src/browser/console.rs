//! What the browser complained about: errors of scripts, refused resources, violations of the security policy.

use std::sync::PoisonError;

use super::{Browser, BrowserError, Result};

#[derive(Debug, Default)]
pub(super) struct Console {
    complaints: Vec<String>,
    tolerated: Vec<String>,
}

impl Browser {
    /// Lets complaints with this text pass: a page that shows a refusal has one in its console.
    pub fn tolerate(&self, text: &str) {
        self.with_console(|console| console.tolerated.push(text.to_owned()));
    }

    /// Every complaint since the start that is not tolerated.
    pub async fn console_problems(&self) -> Result<Vec<String>> {
        // The driver hands out each line once.
        let fresh = self.session.get_log("browser").await?;
        Ok(self.with_console(|console| {
            console
                .complaints
                .extend(fresh.into_iter().map(|line| format!("{}: {}", line.level, line.message)));
            let Console { complaints, tolerated } = console;
            complaints
                .iter()
                .filter(|line| !tolerated.iter().any(|text| line.contains(text)))
                .cloned()
                .collect()
        }))
    }

    /// Fails when there are such complaints.
    pub async fn expect_quiet_console(&self) -> Result<()> {
        let problems = self.console_problems().await?;
        if problems.is_empty() {
            return Ok(());
        }
        Err(BrowserError::new(format!("the browser's console says:\n  {}", problems.join("\n  "))))
    }

    fn with_console<T>(&self, work: impl FnOnce(&mut Console) -> T) -> T {
        work(&mut self.console.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
