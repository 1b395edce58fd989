//! What a browser test fails with.

use std::fmt;

/// The result of everything a browser does.
pub type Result<T> = std::result::Result<T, BrowserError>;

/// A sentence that says what did not happen, and where the browser stood.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserError(String);

impl BrowserError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

// A test that returns an error prints it with `Debug`: the message is meant to be read, so it is not quoted.
impl fmt::Debug for BrowserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BrowserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BrowserError {}

impl From<thirtyfour::error::WebDriverError> for BrowserError {
    fn from(error: thirtyfour::error::WebDriverError) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for BrowserError {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}
