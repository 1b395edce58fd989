//! What an import of records reports, line by line.

use crate::records::RecordKind;
use serde::{Deserialize, Serialize};

/// What happened to one line of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum LineResult {
    /// A record was made.
    New,
    /// A record was changed.
    Changed {
        /// The fields that differ now.
        fields: Vec<String>,
    },
    /// Everything was as it is.
    Unchanged,
    /// The line was not taken; nothing of it was stored.
    Refused {
        /// What is wrong and what to do.
        reason: String,
    },
}

/// One line of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The line in the file, from 1 with the header as line 1 (CSV), or the position from 1 (JSON).
    pub line: u64,
    /// The external id on the line, blank when it could not be read.
    pub external_id: String,
    /// What happened.
    #[serde(flatten)]
    pub result: LineResult,
}

/// The report of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What was imported.
    pub kind: RecordKind,
    /// How many were made.
    pub new: u64,
    /// How many were changed.
    pub changed: u64,
    /// How many were as they are.
    pub unchanged: u64,
    /// How many lines were refused.
    pub refused: u64,
    /// Every line that was read.
    pub lines: Vec<Line>,
}

impl Report {
    /// A report without lines.
    pub fn new(kind: RecordKind) -> Self {
        Self { kind, new: 0, changed: 0, unchanged: 0, refused: 0, lines: Vec::new() }
    }

    /// Adds a line and counts it.
    pub fn push(&mut self, line: Line) {
        match line.result {
            LineResult::New => self.new += 1,
            LineResult::Changed { .. } => self.changed += 1,
            LineResult::Unchanged => self.unchanged += 1,
            LineResult::Refused { .. } => self.refused += 1,
        }
        self.lines.push(line);
    }
}
