//! `/templates/drafts/{id}`: a file that waits, with what is wrong about it, what it changes, and how it looks.

use super::tried::{self, TryOn};
use crate::errors::{PageError, PageResult, status};
use crate::extract::{AdminSigned, CsrfForm, CsrfUpload, Id, PageQuery, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::pages::documents::ask::Ask;
use crate::pages::documents::preview::framed;
use crate::pages::documents::typed::Typed;
use crate::pages::documents::words;
use crate::routes::templates as at;
use crate::{presenters, ui};
use app::App;
use app::documents::Preview;
use app::templates::{DraftView, Found, Offered};
use askama::Template;
use axum::extract::State;
use domain::ErrorKind::{Gone, NotFound, Unauthenticated};
use domain::{DraftId, Error, Result};
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "templates/draft.html")]
pub(crate) struct Draft {
    page: Page,
    file_name: String,
    size: String,
    sent: String,
    /// In a word: `error`, `warning` or blank.
    worst: &'static str,
    /// What will be published: a sentence.
    lead: String,
    findings: Vec<(Found, String)>,
    differences: Vec<String>,
    compared: bool,
    faults: Faults,
    limit: String,
    preview: String,
    download: String,
    publish: String,
    /// The name of the template whose new version it may be, and where it is made that; blank for none.
    same: String,
    revise: String,
    replace: String,
    tags: String,
    discard: Ask,
    try_on: TryOn,
}

/// The page.
pub(crate) async fn show(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    PageQuery(typed): PageQuery<Typed>,
) -> PageResult {
    page::show(&load(&app, &signed, id, typed, Faults::none()).await?)
}

async fn load(
    app: &App,
    signed: &Signed,
    id: DraftId,
    mut typed: Typed,
    faults: Faults,
) -> Result<Draft, PageError> {
    let view = app.templates().draft(&signed.ctx, id).await?;
    let anchors = app.templates().draft_marks(&signed.ctx, id, &view.findings).await;
    let mut try_on = TryOn::load(app, signed, &mut typed).await?;
    try_on.action = at::draft(id);
    try_on.back = at::draft(id);
    try_on.download = at::draft_tried(id, &typed.about());
    let (name, href) = super::crumb();
    let mut page =
        Page::new(signed, format!("Draft for “{}”", view.name)).nav(Nav::Templates).crumb(name, href).wide();
    if let Some(template) = &view.template {
        page = page.crumb(template.properties.name.clone(), at::show(template.id));
    }
    let preview = at::draft_preview(id, &typed.about());
    let mut shown = assemble(page, view, anchors);
    shown.limit = presenters::size(app.settings().max_template);
    (shown.preview, shown.try_on, shown.faults) = (preview, try_on, faults);
    Ok(shown)
}

fn assemble(page: Page, view: DraftView, anchors: Vec<Option<String>>) -> Draft {
    let id = view.draft.id;
    let worst = if view.has_errors() {
        "error"
    } else if view.has_warnings() {
        "warning"
    } else {
        ""
    };
    let what = match &view.template {
        None => "a new template".to_owned(),
        Some(_) => words::language(&view.draft.language).to_lowercase(),
    };
    let lead = match worst {
        "error" => "It is not published: documents made from it would be wrong. Correct the places below in the file and send it again; what is in use stays in use.".to_owned(),
        "warning" => format!("It is not published yet, because something is perhaps not as meant. Look at it, then publish it as {what}, or send a corrected file."),
        _ => format!("Nothing is wrong with it. It is not in use yet; try it on a record, then publish it as {what}."),
    };
    let preview = at::draft_preview(id, &crate::routes::documents::About::default());
    let link = |anchor: Option<String>| anchor.map(|a| format!("{preview}#{a}")).unwrap_or_default();
    let compared = view.differences.is_some();
    Draft {
        file_name: view.draft.file_name.clone(),
        size: presenters::size(view.draft.size),
        sent: format!("sent by {}, {}", view.by_name, page.when(&view.draft.created)),
        worst,
        lead,
        findings: view.findings.into_iter().zip(anchors.into_iter().map(link)).collect(),
        differences: view.differences.unwrap_or_default(),
        compared,
        faults: Faults::none(),
        limit: String::new(),
        preview: preview.clone(),
        download: at::draft_content(id),
        publish: at::publish_draft(id),
        same: view.same.map(|template| template.properties.name).unwrap_or_default(),
        revise: at::revise_draft(id),
        replace: at::replace_draft(id),
        tags: at::tags(),
        discard: discard_question(id, &view.draft.file_name, view.template.map(|t| t.id)).on(&page),
        try_on: TryOn::default(),
        page,
    }
}

fn discard_question(id: DraftId, file_name: &str, template: Option<domain::TemplateId>) -> Ask {
    let text = "The file is gone then, unless you have it elsewhere. What is in use stays in use.";
    let back = template.map_or_else(at::list, at::show);
    Ask::new("discard", format!("Throw “{file_name}” away?"), text, "Throw away")
        .at(at::discard_draft(id), back)
        .danger()
}

/// `GET …/discard`
pub(crate) async fn ask_discard(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
) -> PageResult {
    let view = app.templates().draft(&signed.ctx, id).await?;
    discard_question(id, &view.draft.file_name, view.draft.template).show(
        &signed,
        Nav::Templates,
        super::crumb(),
    )
}

/// `POST …/discard`
pub(crate) async fn discard(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    CsrfForm(_): CsrfForm<super::headings::Nothing>,
) -> PageResult {
    let draft = app.templates().discard_draft(&signed.ctx, id).await?;
    let back = draft.template.map_or_else(at::list, at::show);
    page::go_with(&back, Flash::done(format!("“{}” was thrown away.", draft.file_name)))
}

/// `POST …/revise`
pub(crate) async fn revise(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    CsrfForm(_): CsrfForm<super::headings::Nothing>,
) -> PageResult {
    match app.templates().revise(&signed.ctx, id).await? {
        Offered::Published(view) => {
            let text = "It is the newest version now. The version before is kept.";
            page::go_with(&at::show(view.template.id), Flash::done(text))
        }
        Offered::Kept(id) => {
            page::go_with(&at::draft(id), Flash::done("It waits as a new version. Look at it first."))
        }
    }
}

/// Whether it is to be published in spite of warnings.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Publish {
    anyway: String,
}

/// `POST …/publish`
pub(crate) async fn publish(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    CsrfForm(ask): CsrfForm<Publish>,
) -> PageResult {
    match app.templates().publish_draft(&signed.ctx, id, !ask.anyway.is_empty()).await {
        Ok(view) => published(view.template.id),
        Err(error) => again(&app, &signed, id, error).await,
    }
}

/// Where somebody is led after a file was published.
pub(crate) fn published(id: domain::TemplateId) -> PageResult {
    page::go_with(&at::show(id), Flash::done("The file is in place. New documents are made from it."))
}

async fn again(app: &App, signed: &Signed, id: DraftId, error: Error) -> PageResult {
    match Faults::of(&error) {
        Some(faults) => {
            let shown = load(app, signed, id, Typed::default(), faults).await?;
            page::show_with(status(error.kind()), &shown)
        }
        None => Err(error.into()),
    }
}

/// `POST …/file`: a corrected file takes the draft's place.
pub(crate) async fn replace(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    mut form: CsrfUpload,
) -> PageResult {
    let offered = match form.require_file().await {
        Ok(file) => {
            let name = file.name.clone();
            match file.bytes(app.settings().max_template).await {
                Ok(bytes) => app.templates().replace_draft(&signed.ctx, id, &name, bytes).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    match offered {
        Ok(Offered::Published(view)) => published(view.template.id),
        Ok(Offered::Kept(id)) => Ok(page::go(&at::draft(id))),
        Err(error) => again(&app, &signed, id, error).await,
    }
}

/// `GET …/content`
pub(crate) async fn content(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
) -> PageResult {
    let (name, bytes) = app.templates().draft_content(&signed.ctx, id).await?;
    Ok(tried::download(name, bytes))
}

/// `GET …/preview`: the draft with its marks, or tried on a record.
pub(crate) async fn preview(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    PageQuery(typed): PageQuery<Typed>,
) -> PageResult {
    if let Some(trial) = tried::trial(&typed.about()) {
        return tried::shown(app.templates().try_draft(&signed.ctx, id, trial).await);
    }
    let preview = match app.templates().draft_preview(&signed.ctx, id).await {
        Err(error) if !matches!(error.kind(), NotFound | Gone | Unauthenticated) => {
            Preview::NotAvailable(error.public().to_owned())
        }
        other => other?,
    };
    Ok(framed(preview)?)
}

/// `GET …/tried`: the document that would be made, for downloading.
pub(crate) async fn tried_document(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    PageQuery(typed): PageQuery<Typed>,
) -> PageResult {
    let on = tried::trial(&typed.about()).unwrap_or_default();
    let tried = app.templates().try_draft(&signed.ctx, id, on).await?;
    Ok(tried::download(tried.file_name, tried.bytes))
}

impl Draft {
    fn file_field(&self) -> ui::Field {
        ui::file("file", "Corrected file")
            .required()
            .hint(format!("It takes the draft’s place. At most {}.", self.limit))
            .fault(&self.faults)
    }
}

#[cfg(test)]
impl Draft {
    pub fn samples() -> Vec<Self> {
        use crate::pages::documents::samples::page;
        let view = |findings: Vec<Found>, new: bool| {
            let template = super::samples::template_view().template;
            DraftView {
                draft: app::templates::Draft {
                    id: DraftId(4),
                    template: (!new).then_some(template.id),
                    language: if new { String::new() } else { "nb-NO".into() },
                    file_name: "Offer <2>.docx".into(),
                    about: String::new(),
                    size: 48_000,
                    by: domain::AssociateId(1),
                    created: jiff::Timestamp::UNIX_EPOCH,
                },
                name: template.properties.name.clone(),
                template: (!new).then_some(template),
                by_name: "Ada <b>".into(),
                findings,
                differences: (!new).then(|| vec!["“a <b>” was added.".into()]),
                same: new.then(|| super::samples::template_view().template),
            }
        };
        let mut bad = assemble(
            page("Draft"),
            view(super::samples::findings(), false),
            vec![Some("mark-1".into()), None],
        );
        bad.faults = Faults::at("file", "It is <broken>.");
        bad.try_on.pickers = Pickers::sample();
        bad.try_on.on = "Fjord & <Fisk>".into();
        (bad.try_on.action, bad.try_on.back, bad.try_on.download) =
            ("/templates/drafts/4".into(), "/templates/drafts/4".into(), "/templates/drafts/4/tried".into());
        let mut good = assemble(page("Draft"), view(Vec::new(), true), Vec::new());
        good.try_on.action = "/templates/drafts/4".into();
        vec![bad, good]
    }
}

#[cfg(test)]
use crate::pages::documents::subjects::Pickers;
