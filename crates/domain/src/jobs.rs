//! Long works over everything that a place keeps: bringing files to where they belong, and looking who can open them.

use crate::{DocumentId, TemplateId};
use serde::{Deserialize, Serialize};

pub use crate::mailings::MailingState as JobState;

/// How often the rights of a place are looked at by themselves, in days.
pub const RIGHTS_EVERY_DAYS: i64 = 7;

/// What a job does with each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Brings it to where files of its facts belong now (T11, T31). Links stay.
    Relocate,
    /// Looks whether its place lets in whom the rule lets in, and says where that differs.
    CheckRights,
    /// The same, and puts in order what differs.
    SettleRights,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Relocate, Self::CheckRights, Self::SettleRights];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relocate => "relocate",
            Self::CheckRights => "check_rights",
            Self::SettleRights => "settle_rights",
        }
    }

    /// The kind with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether template files are among what it goes through. Who may open those is nobody's business but the host's.
    pub fn takes_templates(self) -> bool {
        self == Self::Relocate
    }
}

/// Where a job is: the last file that has been settled. Documents come first, in the order of their ids, then template
/// files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum Position {
    /// Among the documents.
    Document {
        /// The last one.
        id: DocumentId,
    },
    /// Among the template files.
    Template {
        /// The last one's template; 0 for before the first.
        id: TemplateId,
        /// Its language.
        language: String,
    },
}

impl Default for Position {
    fn default() -> Self {
        Self::Document { id: DocumentId(0) }
    }
}

impl Position {
    /// Before the first template file.
    pub fn templates() -> Self {
        Self::Template { id: TemplateId(0), language: String::new() }
    }
}

/// Whether a file that has to wait is passed over and told as failed, so that it does not hold the others up for good:
/// soon where others behind it could be settled, and after a while where nothing else tells whether the place works.
/// `waits`: how often in a row it has waited before.
pub fn is_passed_over(waits: u64, others_went: bool) -> bool {
    waits >= if others_went { 3 } else { 40 }
}

/// How long the rest takes, in seconds, at the pace so far; `None` before anything was done.
pub fn seconds_left(done: u64, all: u64, seconds_so_far: u64) -> Option<u64> {
    if done == 0 {
        return None;
    }
    let left = u128::from(all.saturating_sub(done));
    u64::try_from(left * u128::from(seconds_so_far) / u128::from(done)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_as_they_were_written() {
        for kind in JobKind::ALL {
            assert_eq!(JobKind::from_word(kind.as_str()), Some(kind));
        }
        assert_eq!(JobKind::from_word("else"), None);
    }

    #[test]
    fn documents_come_before_templates_and_a_position_is_read_back() {
        let table = [
            Position::default(),
            Position::Document { id: DocumentId(7) },
            Position::templates(),
            Position::Template { id: TemplateId(1), language: String::new() },
            Position::Template { id: TemplateId(1), language: "nb".into() },
        ];
        for pair in table.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
        for position in table {
            let text = serde_json::to_string(&position).unwrap();
            assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
        }
    }

    #[test]
    fn a_file_that_waits_alone_is_passed_over_soon_and_a_place_that_is_away_is_waited_for() {
        let table =
            [(0, true, false), (2, true, false), (3, true, true), (3, false, false), (40, false, true)];
        for (waits, others_went, expected) in table {
            assert_eq!(is_passed_over(waits, others_went), expected, "{waits} {others_went}");
        }
    }

    #[test]
    fn the_rest_takes_as_long_as_what_was_done_took() {
        let table = [
            (0, 100, 50, None),
            (50, 100, 50, Some(50)),
            (100, 100, 50, Some(0)),
            (200, 100, 50, Some(0)),
            (1, u64::MAX, 1, Some(u64::MAX - 1)),
            (1, u64::MAX, 2, None),
        ];
        for (done, all, so_far, expected) in table {
            assert_eq!(seconds_left(done, all, so_far), expected, "{done} of {all}");
        }
    }
}
