//! `GET` and `POST /templates/{id}/properties`: what is written about a template.

use super::create::plugins;
use super::typed::{Typed, directions, lockings, visibilities};
use crate::errors::{PageError, PageResult, status};
use crate::extract::{AdminSigned, CsrfForm, Id, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::pages::documents::fields::{Line, choices};
use crate::routes::templates as at;
use crate::ui;
use app::App;
use app::templates::TemplateView;
use askama::Template;
use axum::extract::State;
use domain::{ErrorKind, Result, TemplateId};

#[derive(Debug, Template)]
#[template(path = "templates/properties.html")]
pub(crate) struct Properties {
    page: Page,
    action: String,
    back: String,
    typed: Typed,
    faults: Faults,
    headings: Vec<Line>,
    groups: Vec<Line>,
    stored_in: Vec<Line>,
    kept_in: String,
    row_version: String,
    stale: bool,
}

/// The form.
pub(crate) async fn form(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
) -> PageResult {
    let view = app.templates().get(&signed.ctx, id).await?;
    let row_version = view.template.row_version.to_string();
    let typed = Typed { row_version, ..Typed::of(&view.template.properties) };
    page::show(&load(&app, &signed, &view, typed, Faults::none()).await?)
}

/// Keeps what was typed.
pub(crate) async fn save(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    let view = app.templates().get(&signed.ctx, id).await?;
    match keep(&app, &signed, id, &typed).await {
        Ok(()) => page::go_with(&at::show(id), Flash::done("The properties were saved.")),
        Err(error) if error.kind() == ErrorKind::Stale => {
            let mut shown = load(&app, &signed, &view, typed, Faults::none()).await?;
            // What was typed is kept; saving again puts it over what the other person wrote, knowingly.
            shown.row_version = view.template.row_version.to_string();
            shown.stale = true;
            page::show_with(status(error.kind()), &shown)
        }
        Err(error) => match Faults::of(&error) {
            Some(faults) => {
                page::show_with(status(error.kind()), &load(&app, &signed, &view, typed, faults).await?)
            }
            None => Err(error.into()),
        },
    }
}

async fn keep(app: &App, signed: &Signed, id: TemplateId, typed: &Typed) -> Result<()> {
    app.templates().update(&signed.ctx, id, typed.row_version(), typed.properties()?).await?;
    Ok(())
}

async fn load(
    app: &App,
    signed: &Signed,
    view: &TemplateView,
    typed: Typed,
    faults: Faults,
) -> Result<Properties, PageError> {
    let ticked = |all: &[String], id: String, name: String| {
        let here = all.contains(&id);
        Line::new(id, name, here)
    };
    let headings = app.templates().headings(&signed.ctx).await?;
    let groups = app.records().groups(&signed.ctx).await?;
    let (name, href) = super::crumb();
    let template = &view.template;
    Ok(Properties {
        page: Page::new(signed, "Properties")
            .nav(Nav::Templates)
            .crumb(name, href)
            .crumb(template.properties.name.clone(), at::show(template.id)),
        action: at::properties(template.id),
        back: at::show(template.id),
        headings: headings.into_iter().map(|h| ticked(&typed.headings, h.id.to_string(), h.name)).collect(),
        groups: groups.into_iter().map(|g| ticked(&typed.groups, g.id.to_string(), g.name)).collect(),
        stored_in: plugins(app, signed.ctx.installation, &typed.document_stored_in, false).await?,
        kept_in: view.kept_in_name.clone(),
        row_version: typed.row_version.clone(),
        stale: false,
        typed,
        faults,
    })
}

impl Properties {
    fn heading_boxes(&self) -> Vec<ui::Field> {
        boxes("headings", &self.headings)
    }

    fn group_boxes(&self) -> Vec<ui::Field> {
        boxes("groups", &self.groups)
    }

    fn stored_in_field(&self) -> ui::Field {
        choices(ui::select("document_stored_in", "Document stored in"), &self.stored_in)
            .hint("For new documents. Neither the template nor existing documents move.")
            .fault(&self.faults)
    }

    fn direction_field(&self) -> ui::Field {
        choices(ui::select("direction", "Direction"), &directions(&self.typed.direction)).fault(&self.faults)
    }

    fn visibility_field(&self) -> ui::Field {
        let lines = visibilities(&self.typed.default_visible_for);
        choices(ui::select("default_visible_for", "New documents are visible for"), &lines)
            .hint("People can choose otherwise for each document.")
            .fault(&self.faults)
    }

    fn locking_field(&self) -> ui::Field {
        choices(ui::select("locking", "Locking of new documents"), &lockings(&self.typed.locking))
            .hint("Fixed when a document is made.")
            .fault(&self.faults)
    }
}

fn boxes(name: &str, lines: &[Line]) -> Vec<ui::Field> {
    lines
        .iter()
        .map(|l| ui::checkbox(name, &l.label, l.chosen).value(&l.value).id(format!("f-{name}-{}", l.value)))
        .collect()
}

#[cfg(test)]
impl Properties {
    pub fn samples() -> Vec<Self> {
        use super::samples::template_view;
        use crate::pages::documents::samples::page;
        let sample = |stale: bool, faults| Self {
            page: page("Properties"),
            action: "/templates/1/properties".into(),
            back: "/templates/1".into(),
            typed: Typed::of(&template_view().template.properties),
            faults,
            headings: vec![Line::new("1", "Letters & <such>", true), Line::new("2", "Offers", false)],
            groups: vec![Line::new("1", "Sales <north>", false)],
            stored_in: vec![Line::new("0", "Archive", true)],
            kept_in: "Archive".into(),
            row_version: "3".into(),
            stale,
        };
        vec![sample(false, Faults::at("our_reference", "It is <wrong>.")), sample(true, Faults::none())]
    }
}
