//! Locking and versioning levels (contract section d.4).

use crate::AssociateId;
use serde::{Deserialize, Serialize};

/// How strictly a document is locked and versioned. Fixed at creation, never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum LockSemantics {
    /// Each save replaces the content at once; there is no check-out.
    #[default]
    None = 0,
    /// One person at a time; a save becomes public at check-in.
    Locking = 1,
    /// Locking, and each check-in keeps a version.
    Versioning = 2,
}

impl LockSemantics {
    /// The level in force: the lower of what was asked for and what the plugin supports.
    pub fn effective(asked: Self, supported: Self) -> Self {
        asked.min(supported)
    }

    /// Whether there is anything to check out.
    pub fn locks(self) -> bool {
        self >= Self::Locking
    }

    /// Whether check-ins keep versions.
    pub fn versions(self) -> bool {
        self == Self::Versioning
    }

    /// The stored number: 0, 1 or 2.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The level with this stored number.
    pub fn from_number(n: i64) -> Option<Self> {
        match n {
            0 => Some(Self::None),
            1 => Some(Self::Locking),
            2 => Some(Self::Versioning),
            _ => None,
        }
    }
}

/// Who holds a document, seen by the caller (contract section d.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum CheckoutState {
    /// Free.
    NotCheckedOut,
    /// Held by the caller.
    Own,
    /// Held by somebody else.
    Other {
        /// The holder, absent when it is not a CRM user.
        associate: Option<AssociateId>,
        /// The holder's name, may be blank.
        name: String,
    },
    /// The document has no locks; rights may still forbid writing.
    LockingNotSupported,
}

#[cfg(test)]
mod tests {
    use super::LockSemantics::{Locking, None, Versioning};
    use super::*;

    #[test]
    fn the_effective_level_is_the_lower_of_asked_and_supported() {
        let table = [
            (None, Versioning, None),
            (Locking, Versioning, Locking),
            (Versioning, Versioning, Versioning),
            (Versioning, Locking, Locking),
            (Versioning, None, None),
            (Locking, None, None),
        ];
        for (asked, supported, effective) in table {
            assert_eq!(LockSemantics::effective(asked, supported), effective, "{asked:?} of {supported:?}");
        }
    }

    #[test]
    fn stored_numbers_round_trip() {
        for level in [None, Locking, Versioning] {
            assert_eq!(LockSemantics::from_number(level.number()), Some(level));
        }
        assert_eq!(LockSemantics::from_number(3), Option::None);
    }
}
