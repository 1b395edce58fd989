//! `GET /templates`: all templates by heading.

use crate::errors::PageResult;
use crate::extract::{AdminSigned, PageQuery};
use crate::page::{self, Nav, Page};
use crate::pages::documents::words;
use crate::routes::templates as at;
use crate::ui;
use app::App;
use app::templates::{HeadingGroup, TemplateView};
use askama::Template;
use axum::extract::State;
use serde::Deserialize;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    retired: String,
}

/// A template in the list.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    href: String,
    name: String,
    description: String,
    languages: Vec<String>,
    kept_in: String,
    stored_in: String,
    groups: String,
    retired: bool,
    no_file: bool,
}

/// Templates under one heading.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    heading: String,
    rows: Vec<Row>,
}

#[derive(Debug, Template)]
#[template(path = "templates/list.html")]
pub(crate) struct List {
    page: Page,
    shelves: Vec<Shelf>,
    with_retired: bool,
    /// Files for new templates that wait: where, and what they are.
    drafts: Vec<(String, String)>,
}

/// The page.
pub(crate) async fn list(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let with_retired = !asked.retired.is_empty();
    let groups = app.templates().all(&signed.ctx, with_retired).await?;
    let page = Page::new(&signed, "Templates").nav(Nav::Templates).wide();
    let drafts = app.templates().drafts(&signed.ctx, None).await?;
    page::show(&List {
        drafts: drafts.iter().map(|draft| super::show::waiting(&page, draft)).collect(),
        page,
        shelves: groups.into_iter().map(shelf).collect(),
        with_retired,
    })
}

fn shelf(group: HeadingGroup) -> Shelf {
    Shelf {
        heading: group.heading.map_or_else(|| "Without a heading".to_owned(), |h| h.name),
        rows: group.templates.into_iter().map(row).collect(),
    }
}

fn row(view: TemplateView) -> Row {
    Row {
        href: at::show(view.template.id),
        languages: view.template.languages().into_iter().map(words::language).collect(),
        groups: if view.group_names.is_empty() { "Everybody".into() } else { view.group_names.join(", ") },
        retired: view.template.retired,
        no_file: view.template.variants.is_empty(),
        name: view.template.properties.name,
        description: view.template.properties.description,
        kept_in: view.kept_in_name,
        stored_in: view.stored_in_name,
    }
}

impl List {
    fn view_tabs(&self) -> impl askama::filters::HtmlSafe + use<> {
        ui::tabs(&[
            ui::tab("In use", at::list(), !self.with_retired),
            ui::tab("With retired ones", at::list_with_retired(), self.with_retired),
        ])
    }
}

#[cfg(test)]
impl List {
    pub fn samples() -> Vec<Self> {
        use crate::pages::documents::samples::page;
        let rows = vec![row(super::samples::template_view())];
        let shelves = vec![Shelf { heading: "Letters & <such>".into(), rows }];
        vec![
            Self { page: page("Templates"), shelves: Vec::new(), with_retired: false, drafts: Vec::new() },
            Self {
                page: page("Templates"),
                shelves,
                with_retired: true,
                drafts: vec![("/templates/drafts/1".into(), "Offer <1>.docx".into())],
            },
        ]
    }
}
