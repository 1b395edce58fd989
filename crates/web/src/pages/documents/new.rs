//! `GET` and `POST /documents/new/{id}`: a new document from a template.

use super::fields::{Fields, Line, choices};
use super::subjects::{Choice, Subject, named, pickers};
use super::typed::Typed;
use crate::errors::{PageError, PageResult, status};
use crate::extract::{CsrfForm, Id, PageQuery, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::presenters;
use crate::routes;
use crate::ui;
use app::App;
use app::documents::{Destination, DocumentView, FromTemplate, Prepare, Prepared};
use app::templates::TemplateView;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use domain::documents::Properties;
use domain::templates::Template as Stored;
use domain::{CompanyId, ContactId, Ctx, ErrorKind, ProjectId, Result, SaleId, TemplateId};
use http::StatusCode;
use std::collections::BTreeMap;

#[derive(Debug, Template)]
#[template(path = "documents/new.html")]
pub(crate) struct New {
    page: Page,
    action: String,
    change_template: String,
    template: String,
    description: String,
    fields: Fields,
    languages: Vec<Line>,
    path: Vec<String>,
    destination: String,
    file_name: String,
    locking: &'static str,
    destination_source: String,
}

/// The form, filled with what is known.
pub(crate) async fn form(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(asked): PageQuery<Typed>,
) -> PageResult {
    let prepared = app.documents().prepare(&signed.ctx, prepare(id, &asked)).await?;
    let typed = Typed {
        language: prepared.suggested_language.clone(),
        date: today(&signed).to_string(),
        // A blank attention becomes the contact's name, whoever is chosen in the end.
        attention: String::new(),
        ..Typed::of(&prepared.properties)
    };
    let mut shown = load(&app, &signed, id, prepared, typed, Faults::none()).await?;
    shown.suggest(&app, &signed.ctx, id).await?;
    page::show(&shown)
}

/// Makes the document; or shows the form again, with a fault or with records found by name.
pub(crate) async fn create(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    if !typed.find.is_empty() {
        return again(&app, &signed, id, typed, None).await;
    }
    match make(&app, &signed.ctx, id, &typed).await {
        Ok(view) => page::go_with(&routes::documents::show(view.document.id), made(&view)),
        Err(error) => match Faults::of(&error) {
            Some(faults) => again(&app, &signed, id, typed, Some((faults, status(error.kind())))).await,
            None => Err(error.into()),
        },
    }
}

/// `GET /documents/new/{id}/destination`: where it would be stored (T02), as a fragment.
pub(crate) async fn destination(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(asked): PageQuery<Typed>,
) -> PageResult {
    let prepared = app.documents().prepare(&signed.ctx, prepare(id, &asked)).await?;
    let Destination { plugin_name, path, .. } = prepared.destination;
    page::fragment(&DestinationLine { destination: plugin_name, path })
}

/// `GET /documents/new/{id}/contact`: whom it could be to at a company, as JSON.
pub(crate) async fn contact(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(asked): PageQuery<Typed>,
) -> PageResult {
    let choice = suggestion(&app, &signed.ctx, id, &asked).await?;
    Ok(Json(serde_json::json!({ "choice": choice })).into_response())
}

async fn suggestion(app: &App, ctx: &Ctx, template: TemplateId, typed: &Typed) -> Result<Option<Choice>> {
    let company = typed.about().company.map(CompanyId);
    match app.documents().suggest_contact(ctx, template, company).await? {
        Some(contact) => named(app, ctx, Subject::Contact, contact.0).await,
        None => Ok(None),
    }
}

#[derive(Debug, Template)]
#[template(path = "documents/destination.html")]
pub(crate) struct DestinationLine {
    destination: String,
    path: Vec<String>,
}

async fn make(app: &App, ctx: &Ctx, template: TemplateId, typed: &Typed) -> Result<DocumentView> {
    let mut properties = typed.properties(Properties::default())?;
    let about_something =
        properties.contact.is_some() || properties.project.is_some() || properties.sale.is_some();
    if properties.company.is_none() && about_something {
        // A contact brings their company, and so on.
        let known = app.documents().prepare(ctx, prepare(template, typed)).await?.properties;
        properties.company = known.company;
    }
    let ask = FromTemplate {
        template,
        language: Some(typed.language.clone()),
        properties,
        visible_for: typed.visible_for()?,
        date: typed.date()?,
        file_name: Some(typed.file_name.clone()).filter(|n| !n.trim().is_empty()),
        keep_checked_out: typed.keep_checked_out(),
        reference_asked: true,
        custom: BTreeMap::new(),
    };
    app.documents().create_from_template(ctx, ask).await
}

async fn again(
    app: &App,
    signed: &Signed,
    id: TemplateId,
    typed: Typed,
    wrong: Option<(Faults, StatusCode)>,
) -> PageResult {
    let mut typed = typed;
    if !typed.find.is_empty() {
        // Where it is stored, and the rest, is shown for what was found.
        pickers(app, &signed.ctx, &mut typed).await?;
    }
    // The subjects may be what is at fault; the rest of the form does not depend on them.
    let prepared = match app.documents().prepare(&signed.ctx, prepare(id, &typed)).await {
        Err(e) if e.kind() == ErrorKind::Invalid => {
            app.documents().prepare(&signed.ctx, prepare(id, &Typed::default())).await?
        }
        other => other?,
    };
    let (faults, status) = wrong.unwrap_or((Faults::none(), StatusCode::OK));
    let company_found = typed.find == "company";
    let mut shown = load(app, signed, id, prepared, typed, faults).await?;
    if company_found {
        shown.suggest(app, &signed.ctx, id).await?;
    }
    page::show_with(status, &shown)
}

async fn load(
    app: &App,
    signed: &Signed,
    id: TemplateId,
    prepared: Prepared,
    typed: Typed,
    faults: Faults,
) -> Result<New, PageError> {
    let TemplateView { template, .. } = app.templates().get(&signed.ctx, id).await?;
    let mut fields = Fields::load(app, &signed.ctx, typed, faults).await?;
    if prepared.numbering.read_only && !prepared.numbering.pattern.is_empty() {
        // What is typed there is not read: it is shown as it will look, as far as that is known.
        fields.reference_fixed = true;
        fields.typed.our_reference = prepared.numbering.pattern.replace("{snum}", "…");
    }
    fields.reference_hint = reference_hint(&prepared);
    if let Some(contact) = fields.pickers.of_mut("contact") {
        contact.none = "Nobody in particular";
        contact.suggest_at = routes::documents::suggested_contact(id);
    }
    let about = fields.typed.about();
    Ok(New {
        page: Page::new(signed, format!("New document: {}", template.properties.name))
            .nav(Nav::Documents)
            .crumb("Documents", routes::documents::list())
            .crumb("New document", routes::documents::choose(&about)),
        action: routes::documents::new(id, &routes::documents::About::default()),
        change_template: routes::documents::choose(&about),
        languages: languages(&template, &fields.typed.language),
        template: template.properties.name.clone(),
        description: template.properties.description.clone(),
        destination: prepared.destination.plugin_name,
        path: prepared.destination.path,
        file_name: prepared.file_name,
        locking: super::words::locking(prepared.semantics),
        destination_source: routes::documents::destination(id),
        fields,
    })
}

fn prepare(template: TemplateId, typed: &Typed) -> Prepare {
    let about = typed.about();
    Prepare {
        template: Some(template),
        company: about.company.map(CompanyId),
        contact: about.contact.map(ContactId),
        project: about.project.map(ProjectId),
        sale: about.sale.map(SaleId),
        // What cannot be read is refused when the document is made.
        visible_for: typed.visible_for().ok().flatten(),
    }
}

/// The languages to choose from; none when there is no choice.
fn languages(template: &Stored, chosen: &str) -> Vec<Line> {
    if template.variants.len() < 2 {
        return Vec::new();
    }
    let line = |language: &str| Line::new(language, super::words::language(language), language == chosen);
    template.variants.iter().map(|v| line(&v.language)).collect()
}

fn reference_hint(prepared: &Prepared) -> String {
    let numbering = &prepared.numbering;
    if numbering.pattern.is_empty() {
        String::new()
    } else if numbering.counts {
        "The number is given when the document is made.".into()
    } else {
        "The codes are filled in when the document is made.".into()
    }
}

/// Today where the installation is.
pub(crate) fn today(signed: &Signed) -> jiff::civil::Date {
    signed.ctx.now.to_zoned_datetime(presenters::zone(&signed.session.installation.time_zone)).date()
}

fn made(view: &DocumentView) -> Flash {
    let name = &view.document.properties.heading;
    Flash::done(if view.document.published {
        format!("“{name}” was made and is kept in {}. Open it to read or print it.", view.plugin_name)
    } else {
        format!("“{name}” was made and is checked out to you. Others see it after you check it in.")
    })
}

impl New {
    /// Chooses somebody at the company, where nobody is chosen and the template speaks of a person.
    async fn suggest(&mut self, app: &App, ctx: &Ctx, template: TemplateId) -> Result<()> {
        if self.fields.typed.about().contact.is_some() {
            return Ok(());
        }
        if let Some(choice) = suggestion(app, ctx, template, &self.fields.typed).await? {
            self.fields.suggest_contact(choice);
        }
        Ok(())
    }

    fn language_field(&self) -> ui::Field {
        choices(ui::select("language", "Language"), &self.languages).fault(&self.fields.faults)
    }
}

#[cfg(test)]
impl New {
    pub fn samples() -> Vec<Self> {
        let sample = Self {
            page: super::samples::page("New document: Offer"),
            action: "/documents/new/1".into(),
            change_template: "/documents/new".into(),
            template: "Offer & <letter>".into(),
            description: "Two pages".into(),
            fields: Fields::sample(),
            languages: vec![
                Line::new("", "Any language", true),
                Line::new("nb-NO", "Norwegian (nb-NO)", false),
            ],
            path: vec!["2026".into(), "Fjord & Fisk <AS>".into()],
            destination: "Archive".into(),
            file_name: "Offer.docx".into(),
            locking: "Every version kept",
            destination_source: "/documents/new/1/destination".into(),
        };
        vec![sample]
    }
}
