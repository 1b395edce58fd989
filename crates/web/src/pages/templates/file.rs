//! `GET /templates/{id}/file`: one file of a template: its codes, its versions, its preview.

use super::show::title;
use super::tried::{self, TryOn};
use crate::errors::{PageError, PageResult};
use crate::extract::{AdminSigned, Id, PageQuery, Signed};
use crate::forms::Faults;
use crate::page::{self, Nav, Page};
use crate::pages::documents::ask::Ask;
use crate::pages::documents::open::leads_out;
use crate::pages::documents::typed::Typed;
use crate::presenters;
use crate::routes::documents::About;
use crate::routes::templates as at;
use crate::ui;
use app::App;
use app::templates::{Found, TemplateView, UsedCode};
use askama::Template;
use axum::extract::State;
use domain::plugin::VersionInfo;
use domain::{Error, ErrorKind, TemplateId};
use serde::Deserialize;

/// Which file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    pub language: String,
    pub version: String,
    #[serde(flatten)]
    pub on: Typed,
}

impl Which {
    /// The record it is tried on.
    pub fn about(&self) -> About {
        self.on.about()
    }
}

/// One row of the versions.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    number: u32,
    note: String,
    by: String,
    at: String,
    exact: String,
    size: String,
    href: String,
    /// Where it is told what it changed; blank for the first.
    changes: String,
    id: String,
    newest: bool,
}

#[derive(Debug, Template)]
#[template(path = "templates/file.html")]
pub(crate) struct File {
    page: Page,
    language: String,
    file_name: String,
    size: String,
    updated: String,
    known: Vec<(String, String)>,
    codes_missing: String,
    findings: Vec<(Found, String)>,
    /// In a word: `error`, `warning` or blank.
    worst: &'static str,
    try_on: TryOn,
    tags: String,
    versions: Vec<Version>,
    versions_missing: String,
    faults: Faults,
    limit: String,
    preview: String,
    download: String,
    /// Where it opens at its place, and what that is called; blank where it does not.
    open: String,
    place: String,
    files_action: String,
    restore: String,
    remove: Option<Ask>,
}

/// The page.
pub(crate) async fn file(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(which): PageQuery<Which>,
) -> PageResult {
    page::show(&load(&app, &signed, id, &which.language, which.on, Faults::none()).await?)
}

/// `GET /templates/{id}/open`: a file at its place, as the person prefers.
pub(crate) async fn open(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(which): PageQuery<Which>,
) -> PageResult {
    use crate::page::{Flash, go, go_with};
    match app.templates().opens_at(&signed.ctx, id, &which.language).await {
        Ok(Some(url)) if leads_out(&url) => Ok(go(&url)),
        Ok(Some(url)) => Err(Error::internal("a place gave an address that is none").with("url", url).into()),
        Ok(None) => Ok(go(&at::content(id, &which.language))),
        // Who maintains it here and is not let in there reads who can help.
        Err(e) if matches!(e.kind(), ErrorKind::Forbidden | ErrorKind::Unavailable) => {
            go_with(&at::file(id, &which.language), Flash::failed(&e))
        }
        Err(e) => Err(e.into()),
    }
}

/// The page with a fault of its form.
pub(crate) async fn load(
    app: &App,
    signed: &Signed,
    id: TemplateId,
    language: &str,
    mut typed: Typed,
    faults: Faults,
) -> Result<File, PageError> {
    let view = app.templates().get(&signed.ctx, id).await?;
    let codes = app.templates().codes(&signed.ctx, id, language).await;
    // A file that cannot be read now says so beside its codes.
    let findings = app.templates().check(&signed.ctx, id, language).await.unwrap_or_default();
    let versions = app.templates().versions(&signed.ctx, id, language).await;
    let (name, href) = super::crumb();
    let page = Page::new(signed, title(&view.template, language))
        .nav(Nav::Templates)
        .crumb(name, href)
        .crumb(view.template.properties.name.clone(), at::show(id))
        .wide();
    let mut shown = assemble(page, &view, language, codes, versions)?;
    shown.limit = presenters::size(app.settings().max_template);
    shown.faults = faults;
    if app.templates().opens_there(&view.template) {
        shown.open = at::open_file(id, language);
        shown.place = app.plugins().name(view.template.kept_in);
    }
    let anchors = app.templates().marks(&signed.ctx, id, language, &findings).await;
    shown.found(id, findings, anchors);
    shown.try_on = TryOn::load(app, signed, &mut typed).await?;
    shown.try_on.language = Some(language.to_owned());
    (shown.try_on.action, shown.try_on.back) = (at::file_page(id), at::file(id, language));
    if let Some(about) = Some(typed.about()).filter(|about| *about != About::default()) {
        shown.preview = at::tried_preview(id, language, &about);
        shown.try_on.download = at::tried(id, language, &about);
    }
    Ok(shown)
}

/// `GET /templates/{id}/tried`: the document that would be made, for downloading.
pub(crate) async fn tried_document(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(which): PageQuery<Which>,
) -> PageResult {
    let on = tried::trial(&which.about()).unwrap_or_default();
    let tried = app.templates().try_file(&signed.ctx, id, &which.language, on).await?;
    Ok(tried::download(tried.file_name, tried.bytes))
}

fn assemble(
    page: Page,
    view: &TemplateView,
    language: &str,
    codes: domain::Result<Vec<UsedCode>>,
    versions: domain::Result<Vec<VersionInfo>>,
) -> domain::Result<File> {
    let template = &view.template;
    let variant = template
        .variants
        .iter()
        .find(|v| v.language.eq_ignore_ascii_case(language))
        .ok_or_else(|| Error::not_found("file"))?;
    // The page stands even where the place that keeps the file does not answer.
    let (codes, codes_missing) =
        codes.map_or_else(|e| (Vec::new(), e.public().to_owned()), |c| (c, String::new()));
    let (versions, versions_missing) =
        versions.map_or_else(|e| (Vec::new(), e.public().to_owned()), |v| (v, String::new()));
    let id = template.id;
    Ok(File {
        language: variant.language.clone(),
        file_name: variant.file_name.clone(),
        size: presenters::size(variant.size),
        updated: page.when(&variant.updated),
        known: codes.into_iter().filter_map(|c| c.label.map(|label| (c.code, label))).collect(),
        codes_missing,
        findings: Vec::new(),
        worst: "",
        try_on: TryOn::default(),
        tags: at::tags(),
        versions: rows(&page, id, &variant.language, versions),
        versions_missing,
        faults: Faults::none(),
        limit: String::new(),
        preview: at::preview(id, &variant.language),
        download: at::content(id, &variant.language),
        open: String::new(),
        place: String::new(),
        files_action: at::files(id),
        restore: at::restore_version(id),
        remove: (!variant.language.is_empty())
            .then(|| super::files::remove_question(template, &variant.language).on(&page)),
        page,
    })
}

/// The versions, newest first.
fn rows(page: &Page, id: TemplateId, language: &str, versions: Vec<VersionInfo>) -> Vec<Version> {
    let count = versions.len();
    let rows = versions.into_iter().enumerate().map(|(n, v)| Version {
        number: v.number,
        note: v.note.description,
        by: v.by_name,
        at: page.when_short(&v.at),
        exact: page.when(&v.at),
        size: presenters::size(v.size),
        href: at::version(id, language, &v.id.0),
        changes: if n == 0 { String::new() } else { at::changes(id, language, &v.id.0) },
        id: v.id.0,
        newest: n + 1 == count,
    });
    rows.rev().collect()
}

impl File {
    fn edit_title(&self) -> String {
        format!("Opens it in {}. What you change there is used here within a minute.", self.place)
    }

    fn found(&mut self, id: TemplateId, findings: Vec<Found>, anchors: Vec<Option<String>>) {
        let preview = at::preview(id, &self.language);
        let link = |anchor: Option<String>| anchor.map(|a| format!("{preview}#{a}")).unwrap_or_default();
        self.worst = if findings.iter().any(|found| found.error) {
            "error"
        } else if findings.is_empty() {
            ""
        } else {
            "warning"
        };
        self.findings = findings.into_iter().zip(anchors.into_iter().map(link)).collect();
    }

    fn file_field(&self) -> ui::Field {
        ui::file("file", "Replace it with")
            .required()
            .hint(format!("The version that is there now is kept. At most {}.", self.limit))
            .fault(&self.faults)
    }
}

#[cfg(test)]
impl File {
    pub fn samples() -> Vec<Self> {
        use super::samples::{codes, template_view};
        use crate::pages::documents::samples::{page, version};
        let view = template_view();
        let neutral = assemble(page("Offer"), &view, "", Ok(codes()), Ok(vec![version(1), version(2)]));
        let silent = || Err(Error::new(ErrorKind::Unavailable, "The <place> does not answer."));
        let norwegian = assemble(
            page("Offer"),
            &view,
            "nb-NO",
            silent().map(|()| Vec::new()),
            silent().map(|()| Vec::new()),
        );
        let mut neutral = neutral.unwrap();
        neutral.found(view.template.id, super::samples::findings(), vec![Some("mark-1".into()), None]);
        neutral.try_on.action = "/templates/1/file".into();
        let mut norwegian = norwegian.unwrap();
        norwegian.try_on.action = "/templates/1/file".into();
        vec![neutral, norwegian]
    }
}
