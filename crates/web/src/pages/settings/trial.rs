//! The lines of a trial, as pages show them.

use crate::ui::{self, Badge};
use app::TrialLine;
use domain::plugin::Severity;

/// A line of a trial.
#[derive(Debug)]
pub(super) struct Tried {
    pub what: String,
    pub how: Badge,
    pub detail: String,
}

/// The lines of a trial.
pub(super) fn tried(lines: Vec<TrialLine>) -> Vec<Tried> {
    let one = |line: TrialLine| {
        let how = match line.how {
            Severity::Good => ui::badge("Works").good(),
            Severity::Warning => ui::badge("To be known").warn(),
            Severity::Problem => ui::badge("Does not work").bad(),
        };
        Tried { what: line.what, how, detail: line.detail }
    };
    lines.into_iter().map(one).collect()
}

/// One line of each kind.
#[cfg(test)]
pub(super) fn samples() -> Vec<Tried> {
    let line = |how| TrialLine { what: "Open it".into(), how, detail: "<ok>".into() };
    tried([Severity::Good, Severity::Warning, Severity::Problem].map(line).into())
}
