//! "Visible for": who may see a document at all.

use crate::{AssociateId, GroupId};
use serde::{Deserialize, Serialize};

/// Who may see a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case", tag = "kind", content = "group")]
pub enum VisibleFor {
    /// Everybody in the installation.
    #[default]
    Everyone,
    /// Its owner only.
    Owner,
    /// The members of one user group, and the owner.
    Group(GroupId),
}

impl VisibleFor {
    /// The stored pair: kind (0 everyone, 1 owner, 2 group) and group.
    pub fn numbers(self) -> (i64, Option<GroupId>) {
        match self {
            Self::Everyone => (0, None),
            Self::Owner => (1, None),
            Self::Group(g) => (2, Some(g)),
        }
    }

    /// The value with this stored pair. A group kind without a group means the owner only: fail closed.
    pub fn from_numbers(kind: i64, group: Option<GroupId>) -> Self {
        match (kind, group) {
            (0, _) => Self::Everyone,
            (2, Some(g)) => Self::Group(g),
            _ => Self::Owner,
        }
    }
}

/// What decides whether a document may be seen.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The setting on the document.
    pub visible_for: VisibleFor,
    /// Its owner.
    pub owner: AssociateId,
    /// Whether a first check-in has happened (always true without locking).
    pub published: bool,
    /// Who has it checked out.
    pub held_by: Option<AssociateId>,
}

/// Whether `who`, a member of `groups`, may see the document.
///
/// Before the first check-in only the person who holds it sees it (contract section d.4, T27).
/// Administrators get no exception: a private letter stays private.
pub fn may_see(doc: Seen, who: AssociateId, groups: &[GroupId]) -> bool {
    if !doc.published {
        return doc.held_by == Some(who);
    }
    match doc.visible_for {
        VisibleFor::Everyone => true,
        VisibleFor::Owner => doc.owner == who,
        VisibleFor::Group(g) => doc.owner == who || groups.contains(&g),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: AssociateId = AssociateId(1);
    const OTHER: AssociateId = AssociateId(2);
    const MINE: GroupId = GroupId(10);
    const THEIRS: GroupId = GroupId(11);

    #[test]
    fn visibility_follows_the_table() {
        let doc = |visible_for, owner, published, held_by| Seen { visible_for, owner, published, held_by };
        let table = [
            ("everyone's document", doc(VisibleFor::Everyone, OTHER, true, None), true),
            ("my private one", doc(VisibleFor::Owner, ME, true, None), true),
            ("their private one", doc(VisibleFor::Owner, OTHER, true, None), false),
            ("my group's", doc(VisibleFor::Group(MINE), OTHER, true, None), true),
            ("their group's", doc(VisibleFor::Group(THEIRS), OTHER, true, None), false),
            ("mine, for their group", doc(VisibleFor::Group(THEIRS), ME, true, None), true),
            ("unpublished, held by me", doc(VisibleFor::Everyone, OTHER, false, Some(ME)), true),
            ("unpublished, held by another", doc(VisibleFor::Everyone, ME, false, Some(OTHER)), false),
            ("their private one that I hold", doc(VisibleFor::Owner, OTHER, true, Some(ME)), false),
        ];
        for (name, seen, expected) in table {
            assert_eq!(may_see(seen, ME, &[MINE]), expected, "{name}");
        }
    }

    #[test]
    fn a_torn_group_setting_falls_back_to_the_owner_only() {
        assert_eq!(VisibleFor::from_numbers(2, None), VisibleFor::Owner);
        assert_eq!(VisibleFor::from_numbers(9, Some(MINE)), VisibleFor::Owner);
    }
}
