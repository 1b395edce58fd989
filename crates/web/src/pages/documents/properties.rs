//! `GET` and `POST /documents/{id}/properties`: what is written about a document.

use super::fields::{Fields, Line, choices};
use super::typed::Typed;
use crate::errors::{PageError, PageResult, status};
use crate::extract::{CsrfForm, Id, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::presenters;
use crate::routes::documents as at;
use crate::ui;
use app::App;
use app::documents::DocumentView;
use askama::Template;
use axum::extract::State;
use domain::documents::Status;
use domain::{DocumentId, ErrorKind, Result};

#[derive(Debug, Template)]
#[template(path = "documents/properties.html")]
pub(crate) struct Properties {
    page: Page,
    action: String,
    back: String,
    fields: Fields,
    statuses: Vec<Line>,
    /// The status can be changed now.
    status_open: bool,
    /// Who sees it can be changed by this person.
    visibility_open: bool,
    row_version: String,
    date: String,
    /// Somebody else has changed it meanwhile.
    stale: bool,
}

/// The form.
pub(crate) async fn form(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    if !view.may.change_properties {
        let said =
            Flash::mind(format!("Its properties cannot be changed now. {}", view.may.read_only_because));
        return page::go_with(&at::show(id), said);
    }
    let row_version = view.document.row_version.to_string();
    let typed = Typed { row_version, ..Typed::of(&view.document.properties) };
    page::show(&load(&app, &signed, &view, typed, Faults::none()).await?)
}

/// Keeps what was typed.
pub(crate) async fn save(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    if !typed.find.is_empty() {
        return page::show(&load(&app, &signed, &view, typed, Faults::none()).await?);
    }
    match keep(&app, &signed, &view, &typed).await {
        Ok(()) => page::go_with(&at::show(id), Flash::done("The properties were saved.")),
        Err(error) if error.kind() == ErrorKind::Stale => {
            let mut shown = load(&app, &signed, &view, typed, Faults::none()).await?;
            // What was typed is kept; saving again puts it over what the other person wrote, knowingly.
            shown.row_version = view.document.row_version.to_string();
            shown.stale = true;
            page::show_with(status(error.kind()), &shown)
        }
        Err(error) => match Faults::of(&error) {
            Some(faults) => {
                let shown = load(&app, &signed, &view, typed, faults).await?;
                page::show_with(status(error.kind()), &shown)
            }
            None => Err(error.into()),
        },
    }
}

async fn keep(app: &App, signed: &Signed, view: &DocumentView, typed: &Typed) -> Result<()> {
    let properties = typed.properties(view.document.properties.clone())?;
    app.documents().update(&signed.ctx, view.document.id, typed.row_version(), properties).await?;
    Ok(())
}

async fn load(
    app: &App,
    signed: &Signed,
    view: &DocumentView,
    typed: Typed,
    faults: Faults,
) -> Result<Properties, PageError> {
    let document = &view.document;
    let row_version = typed.row_version.clone();
    let mut fields = Fields::load(app, &signed.ctx, typed, faults).await?;
    if fields.visibility.iter().all(|l| !l.chosen) {
        // A group of the owner's that the reader is not in: keep it, and say its name.
        let name = view.group_name.clone().unwrap_or_else(|| "Its user group".into());
        fields.visibility.push(Line::new(fields.typed.visible_for.clone(), name, true));
    }
    Ok(Properties {
        page: Page::new(signed, "Properties")
            .nav(Nav::Documents)
            .crumb("Documents", at::list())
            .crumb(document.properties.heading.clone(), at::show(document.id)),
        action: at::properties(document.id),
        back: at::show(document.id),
        statuses: statuses(&fields.typed.status),
        status_open: view.may.complete || document.properties.status != Status::Completed,
        visibility_open: view.may.change_visibility,
        row_version,
        date: presenters::day(&document.date),
        stale: false,
        fields,
    })
}

fn statuses(chosen: &str) -> Vec<Line> {
    [(Status::NotStarted, "Not started"), (Status::Started, "In progress"), (Status::Completed, "Completed")]
        .into_iter()
        .map(|(status, label)| Line::new(status.as_str(), label, status.as_str() == chosen))
        .collect()
}

impl Properties {
    fn status_field(&self) -> ui::Field {
        choices(ui::select("status", "Status"), &self.statuses).fault(&self.fields.faults)
    }
}

#[cfg(test)]
impl Properties {
    pub fn samples() -> Vec<Self> {
        let sample = |stale: bool, faults| Self {
            page: super::samples::page("Properties"),
            action: "/documents/1/properties".into(),
            back: "/documents/1".into(),
            fields: Fields { faults, ..Fields::sample() },
            statuses: statuses("started"),
            status_open: !stale,
            visibility_open: !stale,
            row_version: "3".into(),
            date: "23 Nov 2026".into(),
            stale,
        };
        vec![sample(false, Faults::at("heading", "It is <missing>.")), sample(true, Faults::none())]
    }
}
