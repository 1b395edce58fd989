//! `GET /templates/{id}`: a template with its files.

use super::lifecycle;
use crate::errors::{PageError, PageResult};
use crate::extract::{AdminSigned, Id, Signed};
use crate::forms::Faults;
use crate::page::{self, Nav, Page};
use crate::pages::documents::ask::Ask;
use crate::pages::documents::words;
use crate::presenters;
use crate::routes::templates as at;
use crate::{routes, ui};
use app::App;
use app::templates::{TemplateView, UsedCode};
use askama::Template;
use axum::extract::State;
use domain::TemplateId;
use domain::templates::{DefaultVisibility, Direction, Template as Stored, Variant};

/// One file of the template.
#[derive(Debug, Clone)]
pub(crate) struct FileRow {
    language: String,
    file_name: String,
    size: String,
    updated: String,
    href: String,
    download: String,
    /// How many codes it uses.
    codes: usize,
    /// The codes nobody knows.
    unknown: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "templates/show.html")]
pub(crate) struct Show {
    page: Page,
    name: String,
    description: String,
    retired: bool,
    files: Vec<FileRow>,
    facts: Vec<(&'static str, String)>,
    /// Files that wait: where, and what they are.
    drafts: Vec<(String, String)>,
    faults: Faults,
    language: String,
    limit: String,
    preview: String,
    new_document: String,
    copy: String,
    properties: String,
    files_action: String,
    bring_back: String,
    retire: Ask,
}

/// The page.
pub(crate) async fn show(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
) -> PageResult {
    page::show(&load(&app, &signed, id, String::new(), Faults::none()).await?)
}

/// The page with a fault of the form for files.
pub(crate) async fn load(
    app: &App,
    signed: &Signed,
    id: TemplateId,
    language: String,
    faults: Faults,
) -> Result<Show, PageError> {
    let view = app.templates().get(&signed.ctx, id).await?;
    let mut codes = Vec::new();
    for variant in &view.template.variants {
        // The page stands even where a file cannot be read just now.
        codes.push(app.templates().codes(&signed.ctx, id, &variant.language).await.unwrap_or_default());
    }
    let (name, href) = super::crumb();
    let page =
        Page::new(signed, view.template.properties.name.clone()).nav(Nav::Templates).crumb(name, href).wide();
    let drafts = app.templates().drafts(&signed.ctx, Some(id)).await?;
    let mut shown = assemble(page, view, &codes);
    shown.drafts = drafts.iter().map(|draft| waiting(&shown.page, draft)).collect();
    shown.limit = presenters::size(app.settings().max_template);
    shown.language = language;
    shown.faults = faults;
    Ok(shown)
}

fn assemble(page: Page, view: TemplateView, codes: &[Vec<UsedCode>]) -> Show {
    let template = &view.template;
    let id = template.id;
    let none = Vec::new();
    let files = template.variants.iter().enumerate();
    let files = files.map(|(n, v)| row(&page, id, v, codes.get(n).unwrap_or(&none))).collect();
    Show {
        name: template.properties.name.clone(),
        description: template.properties.description.clone(),
        retired: template.retired,
        files,
        facts: facts(&page, &view),
        drafts: Vec::new(),
        faults: Faults::none(),
        language: String::new(),
        limit: String::new(),
        preview: template.variants.first().map(|v| at::preview(id, &v.language)).unwrap_or_default(),
        new_document: routes::documents::new(id, &routes::documents::About::default()),
        copy: at::new_copy_of(id),
        properties: at::properties(id),
        files_action: at::files(id),
        bring_back: at::bring_back(id),
        retire: lifecycle::retire_question(template).on(&page),
        page,
    }
}

/// A file that waits: where, and what it is.
pub(crate) fn waiting(page: &Page, draft: &app::templates::Draft) -> (String, String) {
    let what = format!(
        "{} · {} · {}",
        draft.file_name,
        words::language(&draft.language),
        page.when_short(&draft.created)
    );
    (at::draft(draft.id), what)
}

fn row(page: &Page, id: TemplateId, variant: &Variant, codes: &[UsedCode]) -> FileRow {
    FileRow {
        language: words::language(&variant.language),
        file_name: variant.file_name.clone(),
        size: presenters::size(variant.size),
        updated: page.when(&variant.updated),
        href: at::file(id, &variant.language),
        download: at::content(id, &variant.language),
        codes: codes.len(),
        unknown: codes.iter().filter(|c| c.label.is_none()).map(|c| c.code.clone()).collect(),
    }
}

fn facts(page: &Page, view: &TemplateView) -> Vec<(&'static str, String)> {
    let template = &view.template;
    let properties = &template.properties;
    let numbering = &properties.numbering;
    let or = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    let mut facts = vec![
        ("Headings", or(view.heading_names.join(", "), "None")),
        ("Seen by", or(view.group_names.join(", "), "Everybody")),
        ("Template kept in", view.kept_in_name.clone()),
        ("Documents stored in", view.stored_in_name.clone()),
    ];
    match properties.direction {
        Direction::Incoming => facts.push(("Direction", "Incoming".into())),
        Direction::Outgoing => facts.push(("Direction", "Outgoing".into())),
        Direction::Unknown => {}
    }
    facts.push(("Our reference", or(numbering.pattern.clone(), "Left to the person")));
    if numbering.counts {
        facts.push(("Next number", numbering.next.to_string()));
    }
    let seen = match properties.default_visible_for {
        DefaultVisibility::Everyone => "Everyone",
        DefaultVisibility::Owner => "Only their owner",
        DefaultVisibility::OwnersGroup => "Their owner’s user group",
    };
    facts.push(("Documents visible for", seen.into()));
    facts.push(("Locking", words::locking(properties.semantics).into()));
    facts.push(("Order", properties.rank.to_string()));
    facts.push(("Made", page.when(&template.created)));
    facts.push(("Changed", page.when(&template.updated)));
    facts
}

impl Show {
    fn language_field(&self) -> ui::Field {
        ui::text("language", "Language", &self.language)
            .hint("For example nb-NO. Blank for the standard file, which serves all other languages. A file that is there already is replaced, and its version kept.")
            .max(12)
            .attribute("list", "languages")
            .attribute("autocomplete", "off")
            .fault(&self.faults)
    }

    #[expect(clippy::unused_self, reason = "templates call methods of their page")]
    fn code_count(&self, file: &FileRow) -> String {
        presenters::count(file.codes as u64, "code, known", "codes, all known")
    }

    #[expect(clippy::unused_self, reason = "templates call methods of their page")]
    fn unknown_count(&self, file: &FileRow) -> String {
        presenters::count(file.unknown.len() as u64, "unknown code", "unknown codes")
    }

    fn file_field(&self) -> ui::Field {
        ui::file("file", "File").required().hint(format!("At most {}.", self.limit)).fault(&self.faults)
    }
}

/// The name people know a template by, for titles.
pub(crate) fn title(template: &Stored, language: &str) -> String {
    format!("{} · {}", template.properties.name, words::language(language))
}

#[cfg(test)]
impl Show {
    pub fn samples() -> Vec<Self> {
        use super::samples::{codes, template_view};
        use crate::pages::documents::samples::page;
        let full = assemble(page("Offer"), template_view(), &[codes(), Vec::new()]);
        let mut bare = template_view();
        bare.template.variants.clear();
        bare.template.retired = true;
        let mut bare = assemble(page("Offer"), bare, &[]);
        bare.drafts = vec![("/templates/drafts/4".into(), "Offer <2>.docx · today".into())];
        bare.faults = Faults::at("file", "It is <broken>.");
        vec![full, bare]
    }
}
