//! Long works over everything that a place keeps: bringing files to where they belong, and looking who can open them.

use crate::plugin::Capabilities;
use crate::{DocumentId, TemplateId};
use jiff::{SignedDuration, Timestamp};
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
    /// Shows beside it what its document is about, where that is not shown yet.
    ShowFacts,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Relocate, Self::ShowFacts, Self::CheckRights, Self::SettleRights];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relocate => "relocate",
            Self::CheckRights => "check_rights",
            Self::SettleRights => "settle_rights",
            Self::ShowFacts => "show_facts",
        }
    }

    /// The kind with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether a place that can do this has anything of the kind to do.
    pub fn is_possible(self, can: &Capabilities) -> bool {
        match self {
            Self::Relocate => can.place,
            Self::CheckRights | Self::SettleRights => can.rights(),
            Self::ShowFacts => can.facts,
        }
    }

    /// Whether it is about who can open what.
    pub fn is_about_rights(self) -> bool {
        matches!(self, Self::CheckRights | Self::SettleRights)
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

/// Whether the rights of a place are to be looked at by themselves now.
/// `jobs`: those of the place, each with its state and when it was begun, the newest first.
pub fn rights_are_due(jobs: &[(JobKind, JobState, Timestamp)], documents: u64, now: Timestamp) -> bool {
    let busy = jobs.iter().any(|(_, state, _)| matches!(state, JobState::Running | JobState::Paused));
    let last = jobs.iter().find(|(kind, ..)| kind.is_about_rights()).map(|(.., begun)| *begun);
    let every = SignedDuration::from_hours(24 * RIGHTS_EVERY_DAYS);
    documents > 0 && !busy && last.is_none_or(|last| now.duration_since(last) >= every)
}

/// What was true about people when the rights of a place were made to follow it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Followed {
    digest: String,
    /// How often in a row it did not work.
    fails: u32,
    /// Not before.
    next: Timestamp,
}

impl Followed {
    /// Whether the rights have to follow what is true now.
    pub fn is_due(&self, digest: &str, now: Timestamp) -> bool {
        self.digest != digest && now >= self.next
    }

    /// How often in a row it did not work.
    pub fn fails(&self) -> u32 {
        self.fails
    }

    /// They do.
    #[must_use]
    pub fn done(&self, digest: String) -> Self {
        Self { digest, ..Self::default() }
    }

    /// They did not: tried again after a minute, then two, then four, and never more than an hour.
    #[must_use]
    pub fn failed(&self, now: Timestamp) -> Self {
        let wait = SignedDuration::from_mins((1 << self.fails.min(6)).min(60));
        Self { digest: self.digest.clone(), fails: self.fails.saturating_add(1), next: now + wait }
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
    fn rights_are_due_a_week_after_they_were_looked_at_and_never_beside_another_work() {
        let day = |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n);
        let job = |kind, state, begun| (kind, state, day(begun));
        let (check, settle) = (JobKind::CheckRights, JobKind::SettleRights);
        let table = [
            (vec![], 0, false),
            (vec![], 1, true),
            (vec![job(check, JobState::Finished, 4)], 1, false),
            (vec![job(check, JobState::Finished, 3)], 1, true),
            (vec![job(settle, JobState::Stopped, 4), job(check, JobState::Finished, 1)], 1, false),
            (vec![job(JobKind::Relocate, JobState::Finished, 9), job(check, JobState::Finished, 3)], 1, true),
            (vec![job(JobKind::ShowFacts, JobState::Paused, 9)], 1, false),
            (vec![job(JobKind::Relocate, JobState::Running, 9)], 1, false),
        ];
        for (jobs, documents, expected) in table {
            assert_eq!(rights_are_due(&jobs, documents, day(10)), expected, "{jobs:?}");
        }
    }

    #[test]
    fn a_work_is_offered_where_the_place_has_something_to_do() {
        let able = Capabilities { facts: true, place: true, ..Capabilities::default() };
        let possible =
            |can: &Capabilities| JobKind::ALL.into_iter().filter(|k| k.is_possible(can)).collect::<Vec<_>>();
        assert_eq!(possible(&able), [JobKind::Relocate, JobKind::ShowFacts]);
        let watched = Capabilities { audience: true, open_url: true, ..Capabilities::default() };
        assert_eq!(possible(&watched), [JobKind::CheckRights, JobKind::SettleRights]);
        assert!(possible(&Capabilities { audience: true, ..Capabilities::default() }).is_empty());
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
    fn rights_follow_people_when_something_has_changed_and_a_place_that_is_away_is_left_in_peace() {
        let minute = |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(n);
        let new = Followed::default();
        assert!(new.is_due("a", minute(0)), "never done");
        let done = new.done("a".into());
        assert!(!done.is_due("a", minute(9)) && done.is_due("b", minute(9)));
        let mut failed = done;
        for (n, wait) in [1, 2, 4, 8, 16, 32, 60, 60].into_iter().enumerate() {
            failed = failed.failed(minute(0));
            assert!(!failed.is_due("b", minute(wait - 1)) && failed.is_due("b", minute(wait)), "try {n}");
        }
        assert_eq!(failed.fails(), 8);
        let text = serde_json::to_string(&failed).unwrap();
        assert_eq!(serde_json::from_str::<Followed>(&text).unwrap(), failed);
        assert_eq!(failed.done("b".into()).fails(), 0);
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
