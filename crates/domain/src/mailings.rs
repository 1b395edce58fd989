//! Mail merges: one template, many records, and what became of each.

use serde::{Deserialize, Serialize};

/// The most records of one mail merge.
pub const MOST_RECORDS: usize = 20_000;
/// The most records whose documents are joined into one.
pub const MOST_JOINED: usize = 1_000;

/// Where a mail merge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailingState {
    /// Documents are being made.
    Running,
    /// Somebody has stopped it for a while, or it cannot go on.
    Paused,
    /// Somebody has ended it; what was made stays.
    Stopped,
    /// Every record was looked at.
    Finished,
}

impl MailingState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Stopped, Self::Finished];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Finished => "finished",
        }
    }

    /// The state with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The table of allowed edges. A finished one runs again for the records that failed; a stopped one never.
    pub fn may_become(self, next: Self) -> bool {
        use MailingState::{Finished, Paused, Running, Stopped};
        matches!(
            (self, next),
            (Running, Paused | Stopped | Finished) | (Paused, Running | Stopped) | (Finished, Running)
        )
    }
}

/// What became of one record of a mail merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// Its turn has not come.
    Waiting,
    /// Its document is there.
    Done,
    /// It has no document, and the reason is kept.
    Failed,
    /// It was never meant to get one, and the reason is kept.
    LeftOut,
}

impl RecordState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Done, Self::Failed, Self::LeftOut];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::LeftOut => "left_out",
        }
    }

    /// The state with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What kind of record a document is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// A company; the document is to nobody in particular there.
    Company,
    /// A contact, at their company.
    Contact,
}

impl Addressee {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Contact => "contact",
        }
    }

    /// The kind with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Company, Self::Contact].into_iter().find(|kind| kind.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for state in MailingState::ALL {
            assert_eq!(MailingState::from_word(state.as_str()), Some(state));
        }
        for state in RecordState::ALL {
            assert_eq!(RecordState::from_word(state.as_str()), Some(state));
        }
        for kind in [Addressee::Company, Addressee::Contact] {
            assert_eq!(Addressee::from_word(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn a_stopped_one_never_runs_again_and_a_finished_one_only_runs() {
        for next in MailingState::ALL {
            assert!(!MailingState::Stopped.may_become(next));
            assert_eq!(MailingState::Finished.may_become(next), next == MailingState::Running);
        }
    }
}
