//! `GET /documents/{id}/access`: who can open a document, and why; and having the rights at its place put in order.

use super::refused;
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Id, Signed};
use crate::page::{self, Flash, Nav, Page};
use crate::routes::documents as at;
use app::App;
use app::documents::{Opener, Openers};
use askama::Template;
use axum::extract::State;
use domain::DocumentId;
use domain::openers::{Reason, There, Verdict};
use domain::plugin::{Grantee, PlaceRight, Way};
use serde::Deserialize;

/// One person, here and there.
#[derive(Debug, Clone)]
struct Row {
    name: String,
    you: bool,
    here: bool,
    why_here: String,
    /// Yes, no, or perhaps.
    there: (&'static str, &'static str),
    why_there: String,
    /// What the difference means and who can mend it; blank where there is none.
    advice: String,
    /// How the advice looks.
    tone: &'static str,
}

/// One right at the place.
#[derive(Debug, Clone)]
struct Right {
    name: String,
    kind: &'static str,
    right: &'static str,
    from: String,
    by_hand: bool,
}

#[derive(Debug, Template)]
#[template(path = "documents/openers.html")]
pub(crate) struct Shown {
    page: Page,
    id: DocumentId,
    place: String,
    visible_for: String,
    rows: Vec<Row>,
    /// Nothing where the place has no rights of its own.
    rights: Option<Vec<Right>>,
    untold: String,
    may_settle: bool,
    differ: usize,
    by_hand: usize,
    misplaced: bool,
    /// Of how many people only the place can tell.
    untold_people: usize,
}

/// The page.
pub(crate) async fn show(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let found = app.documents().openers(&signed.ctx, id).await?;
    let page = Page::new(&signed, "Who can open this?")
        .nav(Nav::Documents)
        .crumb("Documents", at::list())
        .crumb(found.view.document.properties.heading.clone(), at::show(id))
        .wide();
    page::show(&assemble(page, &found))
}

/// Nothing but the token of the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settle {}

/// Puts the rights at the place in order.
pub(crate) async fn settle(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(_): CsrfForm<Settle>,
) -> PageResult {
    match app.documents().settle_access(&signed.ctx, id).await {
        Ok(settled) => {
            let place = &settled.view.plugin_name;
            let flash = match settled.still {
                Some(differs) => Flash::mind(differs),
                None => Flash::done(format!("Who can open it in {place} is as it is here now.")),
            };
            page::go_with(&at::access(id), flash)
        }
        Err(error) => refused(id, error),
    }
}

fn assemble(page: Page, found: &Openers) -> Shown {
    let place = &found.view.plugin_name;
    let ways = found.access.as_ref().map(|access| access.ways.as_slice());
    let rows: Vec<Row> = found.people.iter().map(|person| row(person, found, place)).collect();
    let differ =
        found.people.iter().filter(|p| matches!(p.verdict, Verdict::Beyond | Verdict::ShutOut)).count();
    Shown {
        id: found.view.document.id,
        visible_for: super::show::visible_for(&found.view),
        rights: ways.map(|ways| ways.iter().map(right).collect()),
        by_hand: ways.unwrap_or_default().iter().filter(|way| !way.expected).count(),
        misplaced: found.access.as_ref().is_some_and(|access| access.misplaced),
        untold: found.untold.clone(),
        untold_people: found.people.iter().filter(|p| p.verdict == Verdict::Untold).count(),
        may_settle: found.may_settle,
        place: place.clone(),
        differ,
        rows,
        page,
    }
}

fn row(person: &Opener, found: &Openers, place: &str) -> Row {
    let ways = found.access.as_ref().map(|access| access.ways.as_slice()).unwrap_or_default();
    let (there, why_there) = match person.there {
        _ if !found.untold.is_empty() => (("Not known", ""), format!("{place} was not asked.")),
        There::ThroughHost => {
            ((if person.here { "Yes" } else { "No" }, ""), "Through this page only.".into())
        }
        There::Yes(n) => (("Yes", "good"), ways.get(n).map(why).unwrap_or_default()),
        There::Asked => (("Yes", "good"), format!("{place} lets you in.")),
        There::Perhaps(n) => (("Perhaps", "warn"), ways.get(n).map(perhaps).unwrap_or_default()),
        There::No => (("No", ""), "Nothing there lets them in.".into()),
    };
    let (advice, tone) = advice(person, ways, place);
    Row {
        name: person.name.clone(),
        you: person.you,
        here: person.here,
        why_here: reason(person.reason, found),
        there,
        why_there,
        advice,
        tone,
    }
}

fn reason(reason: Reason, found: &Openers) -> String {
    let group =
        |id| found.groups.get(&id).map_or_else(|| "a group that is gone".to_owned(), |g| format!("“{g}”"));
    match reason {
        Reason::Everybody => "Everybody may see it.".into(),
        Reason::Owner => "Its owner.".into(),
        Reason::Member(id) => format!("In the group {}.", group(id)),
        Reason::Drafting => "Holds the draft.".into(),
        Reason::Draft => "It is a draft that somebody else holds.".into(),
        Reason::Private => "It is private to its owner.".into(),
        Reason::Stranger(id) => format!("Not in the group {}.", group(id)),
    }
}

fn why(way: &Way) -> String {
    let by = match &way.to {
        Grantee::Person(_) => "By name".to_owned(),
        Grantee::Group(_) => format!("In “{}”", way.name),
        Grantee::Organisation => "As somebody of the organisation".to_owned(),
        Grantee::Keepers => format!("As one of “{}”", way.name),
        Grantee::Link(_) => format!("By a link ({})", way.name.to_lowercase()),
    };
    let from = if way.folder.is_empty() {
        "on the file itself".to_owned()
    } else {
        format!("from “{}”", way.folder)
    };
    let hand = if way.expected { "" } else { ", given by hand" };
    format!("{by}, {from}{hand}.")
}

fn perhaps(way: &Way) -> String {
    match &way.to {
        Grantee::Group(_) => format!("If they are in “{}”; who is in it is not told.", way.name),
        Grantee::Organisation => "If they belong to the organisation.".into(),
        Grantee::Person(_) | Grantee::Keepers | Grantee::Link(_) => {
            format!("If they have the link ({}).", way.name.to_lowercase())
        }
    }
}

fn advice(person: &Opener, ways: &[Way], place: &str) -> (String, &'static str) {
    match person.verdict {
        Verdict::Beyond => (format!("Can open it in {place} although it is not for them."), "bad"),
        Verdict::ShutOut => {
            let group = ways.iter().find(|way| way.expected && matches!(way.to, Grantee::Group(_)));
            let text = match group {
                Some(group) => format!(
                    "Sees it here and cannot open it in {place}. Whoever looks after “{}” there can add them; if they have \
                     never connected, they do that under Settings, Your accounts.",
                    group.name
                ),
                None => format!(
                    "Sees it here and cannot open it in {place}. If they have never connected, they do that under Settings, \
                     Your accounts; then put the rights in order."
                ),
            };
            (text, "warn")
        }
        Verdict::Untold | Verdict::Agreed => (String::new(), ""),
    }
}

fn right(way: &Way) -> Right {
    Right {
        name: way.name.clone(),
        kind: match &way.to {
            Grantee::Person(Some(_)) => "Person",
            Grantee::Person(None) => "Somebody outside",
            Grantee::Group(_) => "Group",
            Grantee::Organisation => "Organisation",
            Grantee::Keepers => "Runs the place, can open everything there",
            Grantee::Link(_) => "Link",
        },
        right: match way.right {
            PlaceRight::Read => "May read",
            PlaceRight::Write => "May change",
            PlaceRight::Manage => "Decides who may",
        },
        from: if way.folder.is_empty() { "The file itself".into() } else { way.folder.clone() },
        by_hand: !way.expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use app::documents::Openers;
    use domain::AssociateId;
    use domain::plugin::Access;
    use std::collections::BTreeMap;

    fn way(to: Grantee, name: &str, folder: &str, expected: bool) -> Way {
        Way { to, name: name.into(), right: PlaceRight::Write, folder: folder.into(), expected }
    }

    fn person(n: i64, here: bool, there: There, verdict: Verdict) -> Opener {
        let reason = if here { Reason::Owner } else { Reason::Stranger(domain::GroupId(4)) };
        Opener {
            associate: AssociateId(n),
            name: format!("Ada <{n}>"),
            you: n == 1,
            here,
            reason,
            there,
            verdict,
        }
    }

    fn found(access: Option<Access>, untold: &str) -> Openers {
        let there = |there| if access.is_some() { there } else { There::ThroughHost };
        Openers {
            view: super::super::samples::document_view(),
            people: vec![
                person(1, false, there(There::Yes(1)), Verdict::Beyond),
                person(2, true, there(There::No), Verdict::ShutOut),
                person(3, true, there(There::Perhaps(0)), Verdict::Untold),
                person(4, true, there(There::Yes(0)), Verdict::Agreed),
            ],
            groups: BTreeMap::from([(domain::GroupId(4), "Sales & <co>".into())]),
            may_settle: access.is_some(),
            access,
            untold: untold.into(),
        }
    }

    #[test]
    fn the_page_is_whole_with_and_without_rights_at_the_place() {
        let ways = vec![
            way(Grantee::Group(None), "CRM <Members>", "the site", true),
            way(Grantee::Link(None), "Link for anybody", "", false),
            way(Grantee::Person(None), "x@y", "A & B", false),
        ];
        let access = Access { ways, yours: Some(true), misplaced: true };
        for found in [found(Some(access), ""), found(None, ""), found(None, "It does not <answer>.")] {
            let html = assemble(check::page("Who can open this?"), &found).render().unwrap();
            check::whole_page(&html);
        }
    }

    #[test]
    fn why_and_what_to_do_are_said_in_whole_sentences() {
        let group = way(Grantee::Group(None), "Sales", "Sales [3]", true);
        let link = way(Grantee::Link(None), "Link for anybody", "", false);
        assert_eq!(why(&group), "In “Sales”, from “Sales [3]”.");
        assert_eq!(why(&link), "By a link (link for anybody), on the file itself, given by hand.");
        assert_eq!(perhaps(&group), "If they are in “Sales”; who is in it is not told.");
        let shut = person(2, true, There::No, Verdict::ShutOut);
        assert!(advice(&shut, &[group], "SharePoint").0.contains("Whoever looks after “Sales”"));
        assert!(advice(&shut, &[], "SharePoint").0.contains("put the rights in order"));
    }
}
