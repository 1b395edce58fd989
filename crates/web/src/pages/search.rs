//! `GET /search`: everything at once. A script asks for the hits only.

use crate::errors::{FRAGMENT, PageResult};
use crate::extract::{PageQuery, Signed};
use crate::page::{self, Page};
use crate::routes;
use app::App;
use app::records::{Hit, HitKind};
use askama::Template;
use axum::extract::State;
use domain::{CompanyId, ContactId, DocumentId, ProjectId, SaleId};
use http::HeaderMap;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

/// The whole page.
#[derive(Debug, Template)]
#[template(path = "search.html")]
struct Search {
    page: Page,
    found: Found,
}

/// What was found.
#[derive(Debug, Template)]
#[template(path = "parts/found.html")]
struct Found {
    text: String,
    groups: Vec<Group>,
    count: usize,
    all: String,
}

crate::ui::safe!(Found);

#[derive(Debug)]
struct Group {
    title: &'static str,
    icon: &'static str,
    faces: bool,
    hits: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    title: String,
    subtitle: String,
    href: String,
}

/// Looks for something.
pub(super) async fn search(
    signed: Signed,
    State(app): State<App>,
    headers: HeaderMap,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let text: String = asked.q.trim().chars().take(200).collect();
    let piece = headers.contains_key(FRAGMENT);
    let hits = app.records().search(&signed.ctx, &text, if piece { 5 } else { 20 }).await?;
    let all = if piece { routes::search(&text) } else { String::new() };
    let found = Found::of(text.clone(), hits, all);
    if piece {
        return page::fragment(&found);
    }
    let title = if text.is_empty() { "Search".to_owned() } else { format!("Search: {text}") };
    page::show(&Search { page: Page::new(&signed, title).searched(text), found })
}

impl Found {
    fn of(text: String, hits: Vec<Hit>, all: String) -> Self {
        let count = hits.len();
        let mut groups: Vec<Group> = Vec::new();
        for hit in hits {
            let (title, icon, faces) = heading(hit.kind);
            let line = Line { href: address(&hit), title: hit.title, subtitle: hit.subtitle };
            match groups.iter_mut().find(|g| g.title == title) {
                Some(group) => group.hits.push(line),
                None => groups.push(Group { title, icon, faces, hits: vec![line] }),
            }
        }
        Self { text, groups, count, all }
    }
}

fn heading(kind: HitKind) -> (&'static str, &'static str, bool) {
    match kind {
        HitKind::Company => ("Companies", "company", false),
        HitKind::Contact => ("Contacts", "contact", true),
        HitKind::Project => ("Projects", "project", false),
        HitKind::Sale => ("Sales", "sale", false),
        HitKind::Document => ("Documents", "document", false),
    }
}

fn address(hit: &Hit) -> String {
    match hit.kind {
        HitKind::Company => routes::records::company(CompanyId(hit.id)),
        HitKind::Contact => routes::records::contact(ContactId(hit.id)),
        HitKind::Project => routes::records::project(ProjectId(hit.id)),
        HitKind::Sale => routes::records::sale(SaleId(hit.id)),
        HitKind::Document => routes::documents::show(DocumentId(hit.id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn the_page_and_its_piece_are_well_formed() {
        let hit = |kind, id| Hit { kind, id, title: "Fjord <b> & co".into(), subtitle: "\"Oslo\"".into() };
        let hits = vec![
            hit(HitKind::Company, 1),
            hit(HitKind::Contact, 2),
            hit(HitKind::Company, 3),
            hit(HitKind::Document, 4),
        ];
        let found = Found::of("fjord".into(), hits, routes::search("fjord"));
        assert_eq!(found.groups.len(), 3);
        check::piece(&found.render().unwrap());
        for found in [
            found,
            Found::of("<x>".into(), Vec::new(), String::new()),
            Found::of(String::new(), Vec::new(), String::new()),
        ] {
            check::whole_page(&Search { page: check::page("Search"), found }.render().unwrap());
        }
    }
}
