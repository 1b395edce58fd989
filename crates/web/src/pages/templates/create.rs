//! `GET` and `POST /templates/new`: a template from a blank, a file or another template.

use super::typed::plugin;
use crate::errors::{PageError, PageResult, status};
use crate::extract::{AdminSigned, CsrfUpload, PageQuery, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::pages::documents::fields::{Line, choices};
use crate::routes::templates as at;
use crate::{presenters, ui};
use app::App;
use app::templates::{NewTemplate, Offered, Source};
use askama::Template;
use axum::extract::State;
use domain::locking::LockSemantics;
use domain::templates::{Numbering, TemplateProperties};
use domain::{Ctx, Error, HeadingId, Result, TemplateId};
use serde::Deserialize;

/// The fields as they were typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub name: String,
    pub description: String,
    pub heading: String,
    pub store_template_in: String,
    pub document_stored_in: String,
    /// `blank`, `upload` or `copy`.
    pub source: String,
    pub r#type: String,
    pub copy_of: String,
}

#[derive(Debug, Template)]
#[template(path = "templates/create.html")]
pub(crate) struct Create {
    page: Page,
    action: String,
    typed: Typed,
    faults: Faults,
    headings: Vec<Line>,
    kept_in: Vec<Line>,
    stored_in: Vec<Line>,
    blanks: Vec<Line>,
    copies: Vec<Line>,
    limit: String,
}

/// The form.
pub(crate) async fn form(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    PageQuery(mut typed): PageQuery<Typed>,
) -> PageResult {
    if typed.source.is_empty() {
        typed.source = if typed.copy_of.is_empty() { "blank" } else { "copy" }.into();
    }
    if let Ok(id) = typed.copy_of.parse::<TemplateId>()
        && typed.name.is_empty()
    {
        let original = app.templates().get(&signed.ctx, id).await?.template.properties;
        typed.name = format!("Copy of {}", original.name);
        typed.description = original.description;
        typed.heading = original.headings.first().map(ToString::to_string).unwrap_or_default();
        typed.document_stored_in = original.stored_in.to_string();
    }
    page::show(&load(&app, &signed, typed, Faults::none()).await?)
}

/// Makes the template, or shows the form again.
pub(crate) async fn create(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    mut form: CsrfUpload,
) -> PageResult {
    let (typed, file) = read(&app, &mut form).await?;
    match make(&app, &signed.ctx, &typed, file).await {
        Ok(Offered::Kept(draft)) => Ok(page::go(&at::draft(draft))),
        Ok(Offered::Published(view)) => {
            let said = "The template is in use now. Set who sees it and how its documents are numbered under Properties.";
            page::go_with(&at::show(view.template.id), Flash::done(said))
        }
        Err(error) => match Faults::of(&error) {
            Some(faults) => page::show_with(status(error.kind()), &load(&app, &signed, typed, faults).await?),
            None => Err(error.into()),
        },
    }
}

type File = Result<Option<(String, bytes::Bytes)>>;

async fn read(app: &App, form: &mut CsrfUpload) -> Result<(Typed, File), PageError> {
    let file = match form.next_file().await? {
        None => Ok(None),
        Some(file) => {
            let name = file.name.clone();
            file.bytes(app.settings().max_template).await.map(|bytes| Some((name, bytes)))
        }
    };
    let get = |name: &str| form.field(name).to_owned();
    let typed = Typed {
        name: get("name"),
        description: get("description"),
        heading: get("heading"),
        store_template_in: get("store_template_in"),
        document_stored_in: get("document_stored_in"),
        source: get("source"),
        r#type: get("type"),
        copy_of: get("copy_of"),
    };
    Ok((typed, file))
}

async fn make(app: &App, ctx: &Ctx, typed: &Typed, file: File) -> Result<Offered> {
    let source = match typed.source.as_str() {
        "upload" => {
            let (file_name, bytes) =
                file?.ok_or_else(|| Error::invalid("Choose the file of the template.").field("file"))?;
            Source::Upload { file_name, bytes }
        }
        "copy" => Source::Copy(
            typed
                .copy_of
                .parse()
                .map_err(|_| Error::invalid("Choose the template to copy.").field("copy of"))?,
        ),
        _ => Source::Blank(typed.r#type.clone()),
    };
    // A copy keeps what is written about the original, but for what this form asks.
    let before = match &source {
        Source::Copy(id) => {
            let original = app.templates().get(ctx, *id).await?.template.properties;
            let numbering = Numbering { next: 1, ..original.numbering };
            TemplateProperties { numbering, ..original }
        }
        _ => TemplateProperties {
            semantics: LockSemantics::Versioning,
            numbering: Numbering { next: 1, allow_blank: true, ..Numbering::default() },
            ..TemplateProperties::default()
        },
    };
    let headings = match typed.heading.trim() {
        "" => Vec::new(),
        id => vec![
            id.parse::<HeadingId>()
                .map_err(|_| Error::invalid("Choose the heading from the list.").field("heading"))?,
        ],
    };
    let properties = TemplateProperties {
        name: typed.name.clone(),
        description: typed.description.clone(),
        headings,
        stored_in: plugin("document stored in", &typed.document_stored_in)?,
        ..before
    };
    let kept_in = plugin("store template in", &typed.store_template_in)?;
    app.templates().offer_new(ctx, NewTemplate { properties, kept_in, source }).await
}

async fn load(app: &App, signed: &Signed, typed: Typed, faults: Faults) -> Result<Create, PageError> {
    let templates = app.templates();
    let headings = templates.headings(&signed.ctx).await?;
    let mut copies: Vec<Line> = Vec::new();
    for view in templates.all(&signed.ctx, true).await?.into_iter().flat_map(|g| g.templates) {
        let id = view.template.id.to_string();
        if copies.iter().all(|l| l.value != id) {
            let here = id == typed.copy_of;
            copies.push(Line::new(
                id,
                format!("{} · {}", view.template.properties.name, view.kept_in_name),
                here,
            ));
        }
    }
    let mut blanks: Vec<Line> = Vec::new();
    for plugin in app.plugins().all().iter().filter(|p| p.capabilities().templates) {
        for blank in plugin.blank_types() {
            if blanks.iter().all(|l| l.value != blank.key) {
                let here = blank.key == typed.r#type;
                blanks.push(Line::new(blank.key, blank.label, here));
            }
        }
    }
    let (name, href) = super::crumb();
    Ok(Create {
        page: Page::new(signed, "New template").nav(Nav::Templates).crumb(name, href),
        action: at::new(),
        headings: headings
            .into_iter()
            .map(|h| Line::new(h.id.to_string(), h.name, h.id.to_string() == typed.heading))
            .collect(),
        kept_in: plugins(app, signed.ctx.installation, &typed.store_template_in, true).await?,
        stored_in: plugins(app, signed.ctx.installation, &typed.document_stored_in, false).await?,
        blanks,
        copies,
        limit: presenters::size(app.settings().max_template),
        typed,
        faults,
    })
}

/// The plugins to choose from; those only that keep templates where that is asked for.
pub(crate) async fn plugins(
    app: &App,
    of: domain::InstallationId,
    chosen: &str,
    for_templates: bool,
) -> Result<Vec<Line>> {
    let usable = app.usable_plugins(of).await?;
    // What was chosen stands there also while its place is not connected.
    let kept = app.plugins().all().iter().filter(|p| p.info().id.to_string() == chosen);
    let kept =
        kept.filter(|p| usable.iter().all(|u| u.info().id != p.info().id)).cloned().collect::<Vec<_>>();
    let usable = usable.iter().chain(&kept).filter(|p| !for_templates || p.capabilities().templates);
    Ok(usable
        .map(|p| {
            let info = p.info();
            let value = info.id.to_string();
            let here = value == chosen;
            Line::new(value, info.name, here)
        })
        .collect())
}

impl Create {
    fn is(&self, source: &str) -> bool {
        self.typed.source == source
    }

    fn heading_field(&self) -> ui::Field {
        let field = ui::select("heading", "Heading").choice("", "None", self.typed.heading.is_empty());
        choices(field, &self.headings).fault(&self.faults)
    }

    fn kept_in_field(&self) -> ui::Field {
        choices(ui::select("store_template_in", "Store template in"), &self.kept_in)
            .hint("Where the template’s own file is kept. Fixed; copying is how a template moves.")
            .fault(&self.faults)
    }

    fn stored_in_field(&self) -> ui::Field {
        choices(ui::select("document_stored_in", "Document stored in"), &self.stored_in)
            .hint("Where documents made from it are kept and opened.")
            .fault(&self.faults)
    }

    fn blank_field(&self) -> ui::Field {
        choices(ui::select("type", "Kind of file"), &self.blanks).fault(&self.faults)
    }

    fn copy_field(&self) -> ui::Field {
        let field =
            ui::select("copy_of", "Template to copy").choice("", "Choose one", self.typed.copy_of.is_empty());
        choices(field, &self.copies).hint("With all its languages.").fault(&self.faults)
    }

    fn file_field(&self) -> ui::Field {
        ui::file("file", "File")
            .hint(format!(
                "An office document, text, mail or HTML file of at most {}. It is checked before it is used.",
                self.limit
            ))
            .fault(&self.faults)
    }
}

#[cfg(test)]
impl Create {
    pub fn samples() -> Vec<Self> {
        use crate::pages::documents::samples::page;
        let sample = |source: &str, faults| Self {
            page: page("New template"),
            action: at::new(),
            typed: Typed { name: "Offer <b>".into(), source: source.into(), ..Typed::default() },
            faults,
            headings: vec![Line::new("1", "Letters & such", true)],
            kept_in: vec![Line::new("0", "Archive", true)],
            stored_in: vec![Line::new("0", "Archive", true)],
            blanks: vec![Line::new("docx", "Word <document>", true)],
            copies: vec![Line::new("1", "Offer · Archive", false)],
            limit: "32 MB".into(),
        };
        vec![sample("blank", Faults::none()), sample("upload", Faults::at("file", "It is <broken>."))]
    }
}
