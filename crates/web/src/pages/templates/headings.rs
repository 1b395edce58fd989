//! The headings that group templates.

use super::refused_at;
use super::typed::whole;
use crate::errors::{PageError, PageResult, status};
use crate::extract::{AdminSigned, CsrfForm, Id, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::routes::templates as at;
use crate::ui;
use app::App;
use askama::Template;
use axum::extract::State;
use domain::templates::Heading;
use domain::{HeadingId, Result};
use serde::Deserialize;

/// One heading with its form.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    id: i64,
    name: String,
    rank: String,
    save: String,
    remove: String,
}

#[derive(Debug, Template)]
#[template(path = "templates/headings.html")]
pub(crate) struct Headings {
    page: Page,
    action: String,
    back: String,
    rows: Vec<Row>,
    typed: Typed,
    faults: Faults,
}

/// The fields of a heading.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    name: String,
    rank: String,
}

/// `GET /templates/headings`
pub(crate) async fn list(AdminSigned(signed): AdminSigned, State(app): State<App>) -> PageResult {
    page::show(&load(&app, &signed, Typed::default(), Faults::none()).await?)
}

/// `POST /templates/headings`
pub(crate) async fn add(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    match keep(&app, &signed, None, &typed).await {
        Ok(heading) => {
            page::go_with(&at::headings(), Flash::done(format!("The heading “{}” was added.", heading.name)))
        }
        Err(error) => match Faults::of(&error) {
            Some(faults) => page::show_with(status(error.kind()), &load(&app, &signed, typed, faults).await?),
            None => Err(error.into()),
        },
    }
}

/// `POST /templates/headings/{id}`
pub(crate) async fn save(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<HeadingId>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    match keep(&app, &signed, Some(id), &typed).await {
        Ok(heading) => {
            page::go_with(&at::headings(), Flash::done(format!("The heading “{}” was saved.", heading.name)))
        }
        Err(error) => refused_at(&at::headings(), error),
    }
}

/// A form that only proves where it comes from.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Nothing {}

/// `POST /templates/headings/{id}/remove`
pub(crate) async fn remove(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<HeadingId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    match app.templates().remove_heading(&signed.ctx, id).await {
        Ok(()) => page::go_with(&at::headings(), Flash::done("The heading was removed.")),
        Err(error) => refused_at(&at::headings(), error),
    }
}

async fn keep(app: &App, signed: &Signed, id: Option<HeadingId>, typed: &Typed) -> Result<Heading> {
    let rank = whole("rank", &typed.rank, 0)?;
    app.templates().save_heading(&signed.ctx, id, &typed.name, rank).await
}

async fn load(app: &App, signed: &Signed, typed: Typed, faults: Faults) -> Result<Headings, PageError> {
    let headings = app.templates().headings(&signed.ctx).await?;
    let (name, href) = super::crumb();
    Ok(assemble(Page::new(signed, "Headings").nav(Nav::Templates).crumb(name, href), headings, typed, faults))
}

fn assemble(page: Page, headings: Vec<Heading>, typed: Typed, faults: Faults) -> Headings {
    let row = |h: Heading| Row {
        id: h.id.0,
        name: h.name,
        rank: h.rank.to_string(),
        save: at::heading(h.id),
        remove: at::remove_heading(h.id),
    };
    let next = headings.iter().map(|h| h.rank).max().map_or(1, |rank| rank.saturating_add(1));
    let rank = if typed.rank.is_empty() { next.to_string() } else { typed.rank.clone() };
    Headings {
        page,
        action: at::headings(),
        back: at::list(),
        rows: headings.into_iter().map(row).collect(),
        typed: Typed { rank, ..typed },
        faults,
    }
}

impl Headings {
    #[expect(clippy::unused_self, reason = "templates call methods of their page")]
    fn question(&self, row: &Row) -> String {
        format!("Remove the heading “{}”?", row.name)
    }
}

impl Row {
    fn name_field(&self) -> ui::Field {
        ui::text("name", format!("Name of {}", self.name), &self.name)
            .id(format!("f-name-{}", self.id))
            .required()
            .max(60)
    }

    fn rank_field(&self) -> ui::Field {
        ui::number("rank", format!("Order of {}", self.name), &self.rank).id(format!("f-rank-{}", self.id))
    }
}

#[cfg(test)]
impl Headings {
    pub fn samples() -> Vec<Self> {
        use crate::pages::documents::samples::page;
        let heading = Heading { id: HeadingId(3), name: "Letters & <such>".into(), rank: 2 };
        vec![
            assemble(page("Headings"), Vec::new(), Typed::default(), Faults::none()),
            assemble(
                page("Headings"),
                vec![heading],
                Typed::default(),
                Faults::at("name", "It is <missing>."),
            ),
        ]
    }
}
