//! Where the programs and files for browser tests are.

use std::path::PathBuf;

use super::{BrowserError, Result};

/// Paths that `cargo xtask test` hands to the tests in environment variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// `CHANCERY_CHROMEDRIVER`
    pub chromedriver: PathBuf,
    /// `CHANCERY_CHROMIUM`
    pub chromium: PathBuf,
    /// `CHANCERY_AXE`: `axe.min.js`
    pub axe: PathBuf,
    /// `CHANCERY_ARTIFACTS`: a folder for pictures and logs
    pub artifacts: PathBuf,
    /// `CHANCERY_PICTURES`: where the README's pictures go; set by `cargo xtask screenshots` only
    pub pictures: Option<PathBuf>,
}

impl Places {
    /// Reads the variables; a missing one fails the test, so that a browser test is never skipped unseen.
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            chromedriver: required("CHANCERY_CHROMEDRIVER")?,
            chromium: required("CHANCERY_CHROMIUM")?,
            axe: required("CHANCERY_AXE")?,
            artifacts: required("CHANCERY_ARTIFACTS")?,
            pictures: variable("CHANCERY_PICTURES"),
        })
    }
}

fn required(name: &str) -> Result<PathBuf> {
    variable(name).ok_or_else(|| {
        BrowserError::new(format!(
            "{name} is not set. `cargo xtask test` installs what browser tests need and sets it; \
             `cargo xtask test --fast` leaves them out."
        ))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command that runs the tests tells them where the programs are"
)]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
