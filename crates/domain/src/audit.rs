//! What is written into the audit log.

use serde::{Deserialize, Serialize};

/// How an audited action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused; the reason code says why.
    Refused,
    /// It failed for a reason outside the rules.
    Failed,
}

impl Outcome {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One entry, without the fields every entry has (time, installation, actor, request id, chain).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// A stable dotted name in the past tense: `document.created`, `session.refused`.
    pub action: &'static str,
    /// What it was done to: `document:17`. Blank when there is no object.
    pub object: String,
    /// How it ended.
    pub outcome: Outcome,
    /// A stable reason code, blank when done. Never personal data, tokens or contents.
    pub reason: String,
}

impl Entry {
    /// Something that was done.
    pub fn done(action: &'static str, object: impl Into<String>) -> Self {
        Self { action, object: object.into(), outcome: Outcome::Done, reason: String::new() }
    }

    /// Something that was refused, with a stable reason code.
    pub fn refused(action: &'static str, object: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { action, object: object.into(), outcome: Outcome::Refused, reason: reason.into() }
    }
}
