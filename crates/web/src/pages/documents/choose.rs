//! `GET /documents/new`: choosing the template of a new document.

use super::subjects::{Pickers, pickers};
use super::typed::Typed;
use crate::errors::PageResult;
use crate::extract::{PageQuery, Signed};
use crate::page::{self, Nav, Page};
use crate::routes;
use crate::routes::documents::About;
use app::App;
use app::templates::HeadingGroup;
use askama::Template;
use axum::extract::State;

/// A template to choose.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    href: String,
    name: String,
    description: String,
    languages: Vec<String>,
    stored_in: String,
}

/// Templates under one heading.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    heading: String,
    cards: Vec<Card>,
}

#[derive(Debug, Template)]
#[template(path = "documents/choose.html")]
pub(crate) struct Choose {
    page: Page,
    shelves: Vec<Shelf>,
    /// What the document will be about: kind and name.
    subjects: Vec<(&'static str, String)>,
    upload: String,
    administrator: bool,
}

/// The page.
pub(crate) async fn choose(
    signed: Signed,
    State(app): State<App>,
    PageQuery(mut typed): PageQuery<Typed>,
) -> PageResult {
    let groups = app.templates().choose(&signed.ctx).await?;
    let subjects = pickers(&app, &signed.ctx, &mut typed).await?;
    let about = typed.about();
    page::show(&Choose {
        page: Page::new(&signed, "New document")
            .nav(Nav::Documents)
            .crumb("Documents", routes::documents::list())
            .wide(),
        shelves: groups.into_iter().map(|g| shelf(g, &about)).collect(),
        subjects: named(&subjects),
        upload: routes::documents::upload(&about),
        administrator: signed.session.associate.administrator,
    })
}

fn named(pickers: &Pickers) -> Vec<(&'static str, String)> {
    pickers.0.iter().filter_map(|p| p.chosen.as_ref().map(|c| (p.label, c.title.clone()))).collect()
}

fn shelf(group: HeadingGroup, about: &About) -> Shelf {
    let card = |view: app::templates::TemplateView| Card {
        href: routes::documents::new(view.template.id, about),
        languages: view.template.languages().into_iter().map(super::words::language_name).collect(),
        name: view.template.properties.name,
        description: view.template.properties.description,
        stored_in: view.stored_in_name,
    };
    Shelf {
        heading: group.heading.map_or_else(|| "Other templates".to_owned(), |h| h.name),
        cards: group.templates.into_iter().map(card).collect(),
    }
}

#[cfg(test)]
impl Choose {
    pub fn samples() -> Vec<Self> {
        let card = Card {
            href: "/documents/new/1".into(),
            name: "Standard <letter>".into(),
            description: "One page & a signature".into(),
            languages: vec!["Norwegian (Norway)".into()],
            stored_in: "Archive".into(),
        };
        let empty = Self {
            page: super::samples::page("New document"),
            shelves: Vec::new(),
            subjects: Vec::new(),
            upload: routes::documents::upload(&About::default()),
            administrator: true,
        };
        let full = Self {
            page: super::samples::page("New document"),
            shelves: vec![Shelf { heading: "Letters & such".into(), cards: vec![card] }],
            subjects: vec![("Company", "Fjord & Fisk <AS>".into())],
            upload: routes::documents::upload(&About::default()),
            administrator: false,
        };
        vec![empty, full]
    }
}
