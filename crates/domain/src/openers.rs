//! "Who can open this, and why?": the host's rule and the rights at the place, person by person, side by side.

use crate::AssociateId;
use crate::GroupId;
use crate::plugin::{Access, Grantee, Way};
use crate::visibility::{Seen, VisibleFor, may_see};

/// Why the host lets somebody see a document, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is visible for everybody.
    Everybody,
    /// They are its owner.
    Owner,
    /// They belong to the group it is visible for.
    Member(GroupId),
    /// It has not been checked in for the first time, and they hold it.
    Drafting,
    /// It has not been checked in for the first time, and somebody else holds it.
    Draft,
    /// It is private to its owner.
    Private,
    /// They do not belong to the group it is visible for.
    Stranger(GroupId),
}

/// Whether a place lets somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum There {
    /// Yes, by this right: its place in [`Access::ways`].
    Yes(usize),
    /// It asked the place as them: yes.
    Asked,
    /// By this right, if they are in a group whose members the place does not tell, or if they have the link.
    Perhaps(usize),
    /// No.
    No,
    /// The place keeps no rights of its own: people come through the host only.
    ThroughHost,
}

/// How the two go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The place lets them in, and the host does not.
    Beyond,
    /// The host lets them in, and the place does not.
    ShutOut,
    /// Only the place can tell.
    Untold,
    /// Both say the same.
    Agreed,
}

/// Somebody's standing with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the host shows it to them.
    pub here: bool,
    /// Why.
    pub reason: Reason,
    /// Whether the place lets them in.
    pub there: There,
    /// How the two go together.
    pub verdict: Verdict,
}

/// The standing of `who`, a member of `groups`. `access` is `None` for a place without rights of its own; `asked` is
/// what the place said when it was asked as them.
pub fn standing(
    document: Seen,
    who: AssociateId,
    groups: &[GroupId],
    access: Option<&Access>,
    asked: Option<bool>,
) -> Standing {
    let here = may_see(document, who, groups);
    let there = access.map_or(There::ThroughHost, |access| reaches(access, who, asked));
    let verdict = match there {
        There::ThroughHost => Verdict::Agreed,
        // Before the first check-in there is nothing to read at the place.
        _ if !document.published && !here => Verdict::Agreed,
        There::Perhaps(_) => Verdict::Untold,
        There::Yes(_) | There::Asked if here => Verdict::Agreed,
        There::Yes(_) | There::Asked => Verdict::Beyond,
        There::No if here => Verdict::ShutOut,
        There::No => Verdict::Agreed,
    };
    Standing { here, reason: reason(document, who, groups), there, verdict }
}

fn reason(document: Seen, who: AssociateId, groups: &[GroupId]) -> Reason {
    match document.visible_for {
        _ if !document.published && document.held_by == Some(who) => Reason::Drafting,
        _ if !document.published => Reason::Draft,
        VisibleFor::Everyone => Reason::Everybody,
        _ if document.owner == who => Reason::Owner,
        VisibleFor::Owner => Reason::Private,
        VisibleFor::Group(group) if groups.contains(&group) => Reason::Member(group),
        VisibleFor::Group(group) => Reason::Stranger(group),
    }
}

/// Whether a place lets somebody in. What it said when it was asked as them counts most.
pub fn reaches(access: &Access, who: AssociateId, asked: Option<bool>) -> There {
    let names = |way: &Way| match &way.to {
        Grantee::Person(person) => *person == Some(who),
        Grantee::Group(members) | Grantee::Link(members) => {
            members.as_ref().is_some_and(|members| members.contains(&who))
        }
        Grantee::Organisation | Grantee::Keepers => false,
    };
    let may_name = |way: &Way| match &way.to {
        Grantee::Group(members) | Grantee::Link(members) => members.is_none(),
        Grantee::Organisation => true,
        // They can open everything, and nothing follows for anybody in particular.
        Grantee::Person(_) | Grantee::Keepers => false,
    };
    // A right that is as it should be explains more than one given by hand.
    let best = |fits: &dyn Fn(&Way) -> bool| {
        let fitting = access.ways.iter().enumerate().filter(|(_, way)| fits(way));
        fitting.min_by_key(|(_, way)| !way.expected).map(|(n, _)| n)
    };
    let named = best(&names);
    match (asked, named.or_else(|| best(&may_name))) {
        (Some(false), _) | (None, None) => There::No,
        (Some(true), Some(way)) => There::Yes(way),
        (Some(true), None) => There::Asked,
        (None, Some(way)) if named.is_some() => There::Yes(way),
        (None, Some(way)) => There::Perhaps(way),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::PlaceRight;
    use std::collections::BTreeSet;

    const ADA: AssociateId = AssociateId(1);
    const BEN: AssociateId = AssociateId(2);
    const SALES: GroupId = GroupId(10);

    fn way(to: Grantee, expected: bool) -> Way {
        Way { to, name: "x".into(), right: PlaceRight::Write, folder: String::new(), expected }
    }

    fn doc(visible_for: VisibleFor) -> Seen {
        Seen { visible_for, owner: ADA, published: true, held_by: None }
    }

    fn access(ways: &[(Grantee, bool)]) -> Access {
        Access {
            ways: ways.iter().map(|(to, expected)| way(to.clone(), *expected)).collect(),
            yours: None,
            misplaced: false,
        }
    }

    fn only(who: AssociateId) -> BTreeSet<AssociateId> {
        [who].into()
    }

    #[test]
    fn the_place_lets_in_whom_it_names_and_perhaps_whom_it_does_not_tell() {
        use Grantee::{Group, Keepers, Link, Organisation, Person};
        let table = [
            (vec![], None, "no"),
            (vec![(Person(Some(BEN)), true)], None, "yes"),
            (vec![(Person(Some(ADA)), true)], None, "no"),
            (vec![(Person(None), true)], None, "no"),
            (vec![(Group(Some(only(BEN))), true)], None, "yes"),
            (vec![(Group(Some(only(ADA))), true)], None, "no"),
            (vec![(Group(None), true)], None, "perhaps"),
            (vec![(Group(None), true)], Some(true), "yes"),
            (vec![(Group(None), true)], Some(false), "no"),
            (vec![(Person(Some(BEN)), true)], Some(false), "no"),
            (vec![], Some(true), "asked"),
            (vec![(Organisation, false)], None, "perhaps"),
            (vec![(Keepers, true)], None, "no"),
            (vec![(Keepers, true)], Some(true), "asked"),
            (vec![(Link(Some(only(BEN))), false)], None, "yes"),
            (vec![(Link(None), false)], None, "perhaps"),
        ];
        for (n, (ways, asked, expected)) in table.into_iter().enumerate() {
            let access = access(&ways);
            let word = match reaches(&access, BEN, asked) {
                There::Yes(_) => "yes",
                There::Asked => "asked",
                There::Perhaps(_) => "perhaps",
                There::No => "no",
                There::ThroughHost => "host",
            };
            assert_eq!(word, expected, "row {n}");
        }
    }

    #[test]
    fn a_right_that_is_as_it_should_be_explains_first() {
        let access = access(&[(Grantee::Person(Some(BEN)), false), (Grantee::Group(Some(only(BEN))), true)]);
        assert!(matches!(reaches(&access, BEN, None), There::Yes(1)));
    }

    #[test]
    fn both_sides_are_told_with_their_reasons() {
        let group = doc(VisibleFor::Group(SALES));
        let private = doc(VisibleFor::Owner);
        let draft = Seen { published: false, held_by: Some(ADA), ..doc(VisibleFor::Everyone) };
        let lets = access(&[(Grantee::Person(Some(BEN)), true)]);
        let shuts = access(&[]);
        let untold = access(&[(Grantee::Group(None), true)]);
        let table = [
            (doc(VisibleFor::Everyone), &[][..], Some(&lets), true, Reason::Everybody, Verdict::Agreed),
            (doc(VisibleFor::Everyone), &[], Some(&shuts), true, Reason::Everybody, Verdict::ShutOut),
            (group, &[SALES], Some(&lets), true, Reason::Member(SALES), Verdict::Agreed),
            (group, &[SALES], Some(&shuts), true, Reason::Member(SALES), Verdict::ShutOut),
            (group, &[], Some(&lets), false, Reason::Stranger(SALES), Verdict::Beyond),
            (group, &[], Some(&shuts), false, Reason::Stranger(SALES), Verdict::Agreed),
            (group, &[], Some(&untold), false, Reason::Stranger(SALES), Verdict::Untold),
            (private, &[SALES], Some(&lets), false, Reason::Private, Verdict::Beyond),
            (private, &[], None, false, Reason::Private, Verdict::Agreed),
            (draft, &[], Some(&lets), false, Reason::Draft, Verdict::Agreed),
        ];
        for (n, (seen, groups, access, here, reason, verdict)) in table.into_iter().enumerate() {
            let found = standing(seen, BEN, groups, access, None);
            assert_eq!((found.here, found.reason, found.verdict), (here, reason, verdict), "row {n}");
        }
        assert_eq!(standing(private, ADA, &[], None, None).reason, Reason::Owner);
        assert_eq!(standing(draft, ADA, &[], None, None).reason, Reason::Drafting);
    }
}
