//! Who can open an item at its place, as the place itself tells it.

use crate::AssociateId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who can open an item at its place now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// Every right there is, nearest to the item first. Rights of the product itself are left out.
    pub ways: Vec<Way>,
    /// Whether the place lets the caller themselves in, where it was asked as them.
    pub yours: Option<bool>,
    /// Whether it does not lie where items of its audience belong: somebody has moved it, or its owner has joined or left
    /// the group it is for.
    pub misplaced: bool,
}

/// A right at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Whom it lets in.
    pub to: Grantee,
    /// What people read: a name, an address, the kind of link.
    pub name: String,
    /// What it lets them do.
    pub right: PlaceRight,
    /// The folder it was given on, as a person reads it; blank when it was given on the item itself.
    pub folder: String,
    /// Whether the product gave it, or it comes with the place. What somebody has given by hand is not expected.
    pub expected: bool,
}

/// Whom a right lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// One person; as whom the installation knows them.
    Person(Option<AssociateId>),
    /// The members of a group at the place; `None` when the place does not tell who they are.
    Group(Option<BTreeSet<AssociateId>>),
    /// Whoever runs the place, such as the owners of a site: they can open everything there, whoever they are.
    Keepers,
    /// Everybody of the organisation.
    Organisation,
    /// Whoever has a link; those it was sent to, where it is for certain people only.
    Link(Option<BTreeSet<AssociateId>>),
}

/// What a right at a place allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceRight {
    /// Looking at it.
    Read,
    /// Changing it.
    Write,
    /// Deciding who may do what.
    Manage,
}

impl PlaceRight {
    /// Its word on pages and in the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
        }
    }
}

impl Access {
    /// Whether the rights are not what the product leaves.
    pub fn needs_order(&self) -> bool {
        self.misplaced || self.by_hand().next().is_some()
    }

    /// What was given by hand.
    pub fn by_hand(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| !way.expected)
    }

    /// Whom it lets in by what was given by hand, each once, as a person reads it, with the folder where it was given on one;
    /// blank for nobody.
    pub fn names_by_hand(&self) -> String {
        let name = |way: &Way| match way.folder.as_str() {
            "" => way.name.clone(),
            folder => format!("{} (folder “{folder}”)", way.name),
        };
        let names: BTreeSet<String> = self.by_hand().map(name).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }
}
