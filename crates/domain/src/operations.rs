//! Operations: recorded intents to change something at a plugin.
//!
//! Written before the call, completed after it. What a crash leaves in between, the reconciler completes when
//! the plugin knows the operation and withdraws when it does not.

use crate::plugin::Fate;
use serde::{Deserialize, Serialize};

/// What an operation does at the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Make an item with its content.
    Create,
    /// Make an item from another item's content.
    Copy,
    /// Replace content.
    Save,
    /// Take the lock.
    CheckOut,
    /// Publish the work copy and release the lock.
    CheckIn,
    /// Discard the work copy and release the lock.
    UndoCheckOut,
    /// Change the file name.
    Rename,
    /// Move to the trash.
    Trash,
    /// Bring back from the trash.
    Restore,
    /// Remove for good, with all versions and metadata.
    Destroy,
    /// Make an earlier version the current content.
    RestoreVersion,
    /// Change who may open it at the plugin.
    SetAudience,
    /// Bring it to where items of its facts belong.
    Place,
    /// Run a command of the plugin's own.
    Command,
}

impl OperationKind {
    /// Every kind, for tables and tests.
    pub const ALL: [Self; 14] = [
        Self::Create,
        Self::Copy,
        Self::Save,
        Self::CheckOut,
        Self::CheckIn,
        Self::UndoCheckOut,
        Self::Rename,
        Self::Trash,
        Self::Restore,
        Self::Destroy,
        Self::RestoreVersion,
        Self::SetAudience,
        Self::Place,
        Self::Command,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Copy => "copy",
            Self::Save => "save",
            Self::CheckOut => "check_out",
            Self::CheckIn => "check_in",
            Self::UndoCheckOut => "undo_check_out",
            Self::Rename => "rename",
            Self::Trash => "trash",
            Self::Restore => "restore",
            Self::Destroy => "destroy",
            Self::RestoreVersion => "restore_version",
            Self::SetAudience => "set_audience",
            Self::Place => "place",
            Self::Command => "command",
        }
    }

    /// The kind with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == word)
    }

    /// Whether the operation makes an item that did not exist before.
    pub fn makes_an_item(self) -> bool {
        matches!(self, Self::Create | Self::Copy)
    }
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Recorded; the plugin may or may not have been called.
    Intended,
    /// The plugin did it and the result is recorded.
    Completed,
    /// The plugin did not do it; nothing has changed.
    Withdrawn,
    /// It cannot be decided now (the plugin does not answer); tried again later.
    Parked,
}

impl OperationState {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Completed => "completed",
            Self::Withdrawn => "withdrawn",
            Self::Parked => "parked",
        }
    }

    /// The state with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Intended, Self::Completed, Self::Withdrawn, Self::Parked]
            .into_iter()
            .find(|s| s.as_str() == word)
    }

    /// The table of allowed edges. Completed and withdrawn are final.
    pub fn may_become(self, next: Self) -> bool {
        use OperationState::{Completed, Intended, Parked, Withdrawn};
        matches!((self, next), (Intended | Parked, Completed | Withdrawn | Parked))
    }
}

/// What the reconciler does with an operation that was left unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The plugin did it: record the result.
    Complete,
    /// The plugin did not do it: undo the intent.
    Withdraw,
    /// The plugin could not say: try later.
    Park,
}

/// Decides from what the plugin says became of the operation; `None` when it cannot say.
///
/// An item that is gone completes its destruction and withdraws everything else.
pub fn decide(kind: OperationKind, fate: Option<&Fate>) -> Verdict {
    match fate {
        Some(Fate::Applied(_)) => Verdict::Complete,
        Some(Fate::Gone) if kind == OperationKind::Destroy => Verdict::Complete,
        Some(Fate::Gone | Fate::NotApplied) => Verdict::Withdraw,
        None => Verdict::Park,
    }
}

#[cfg(test)]
mod tests {
    use super::OperationState::{Completed, Intended, Parked, Withdrawn};
    use super::*;

    #[test]
    fn words_round_trip() {
        for kind in OperationKind::ALL {
            assert_eq!(OperationKind::from_word(kind.as_str()), Some(kind));
        }
        for state in [Intended, Completed, Withdrawn, Parked] {
            assert_eq!(OperationState::from_word(state.as_str()), Some(state));
        }
    }

    #[test]
    fn a_finished_operation_never_changes_again() {
        for next in [Intended, Completed, Withdrawn, Parked] {
            assert!(!Completed.may_become(next) && !Withdrawn.may_become(next));
            assert!(!Intended.may_become(Intended));
        }
        assert!(Parked.may_become(Completed) && Parked.may_become(Withdrawn));
    }

    #[test]
    fn silence_of_a_plugin_decides_nothing() {
        for kind in OperationKind::ALL {
            assert_eq!(decide(kind, None), Verdict::Park);
            assert_eq!(decide(kind, Some(&Fate::NotApplied)), Verdict::Withdraw);
        }
        assert_eq!(decide(OperationKind::Destroy, Some(&Fate::Gone)), Verdict::Complete);
        assert_eq!(decide(OperationKind::Save, Some(&Fate::Gone)), Verdict::Withdraw);
    }
}
