//! `/templates/bundle`: taking templates from one installation to another, with a plan before anything changes.

use super::tried::download;
use crate::errors::{PageError, PageResult, status};
use crate::extract::{AdminSigned, CsrfForm, CsrfUpload, Id, PageQuery, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::routes::templates as at;
use crate::ui;
use app::App;
use app::templates::{BundlePlan, Change};
use askama::Template;
use axum::extract::State;
#[cfg(test)]
use domain::Error;
use domain::{DraftId, TemplateId};
use serde::Deserialize;

/// The largest bundle accepted, in bytes.
const LARGEST: u64 = 64 << 20;

#[derive(Debug, Template)]
#[template(path = "templates/bundle.html")]
pub(crate) struct Bundles {
    page: Page,
    export: String,
    import: String,
    templates: Vec<(i64, String)>,
    faults: Faults,
}

/// The page.
pub(crate) async fn form(AdminSigned(signed): AdminSigned, State(app): State<App>) -> PageResult {
    page::show(&load(&app, &signed, Faults::none()).await?)
}

async fn load(app: &App, signed: &Signed, faults: Faults) -> Result<Bundles, PageError> {
    let mut templates: Vec<(i64, String)> = Vec::new();
    for view in app.templates().all(&signed.ctx, false).await?.into_iter().flat_map(|g| g.templates) {
        if templates.iter().all(|(id, _)| *id != view.template.id.0) {
            templates.push((view.template.id.0, view.template.properties.name));
        }
    }
    let (name, href) = super::crumb();
    let page = Page::new(signed, "Export and import").nav(Nav::Templates).crumb(name, href);
    Ok(Bundles { page, export: at::export_bundle(), import: at::bundle(), templates, faults })
}

/// Which templates.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    template: Vec<i64>,
}

/// `GET /templates/bundle/export`
pub(crate) async fn export(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    PageQuery(wanted): PageQuery<Wanted>,
) -> PageResult {
    let ids: Vec<_> = wanted.template.into_iter().map(TemplateId).collect();
    match app.templates().export_bundle(&signed.ctx, &ids).await {
        Ok(bytes) => Ok(download("Templates.zip".to_owned(), bytes)),
        Err(error) => super::refused_at(&at::bundle(), error),
    }
}

/// `POST /templates/bundle`: keeps the bundle and leads to its plan.
pub(crate) async fn import(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    mut form: CsrfUpload,
) -> PageResult {
    let kept = match form.require_file().await {
        Ok(file) => {
            let name = file.name.clone();
            match file.bytes(LARGEST).await {
                Ok(bytes) => app.templates().keep_bundle(&signed.ctx, &name, bytes).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    match kept {
        Ok(id) => Ok(page::go(&at::bundle_plan(id))),
        Err(error) => match Faults::of(&error) {
            Some(faults) => page::show_with(status(error.kind()), &load(&app, &signed, faults).await?),
            None => Err(error.into()),
        },
    }
}

/// One template of the plan.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    name: String,
    word: &'static str,
    tone: &'static str,
    details: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "templates/bundle_plan.html")]
pub(crate) struct Plan {
    page: Page,
    file_name: String,
    headings: Vec<String>,
    rows: Vec<Row>,
    does_something: bool,
    apply: String,
    discard: String,
}

/// `GET /templates/bundle/{id}`
pub(crate) async fn plan(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
) -> PageResult {
    let (file_name, bytes) = app.templates().kept_bundle(&signed.ctx, id).await?;
    let plan = app.templates().plan_bundle(&signed.ctx, bytes).await?;
    let (name, href) = super::crumb();
    let page = Page::new(&signed, "What the import does").nav(Nav::Templates).crumb(name, href);
    let page = page.crumb("Export and import", at::bundle());
    page::show(&planned(page, id, file_name, plan))
}

fn planned(page: Page, id: DraftId, file_name: String, plan: BundlePlan) -> Plan {
    let does_something = plan.does_something();
    let row = |planned: app::templates::Planned| {
        let (word, tone) = match planned.change {
            Change::New => ("New", "good"),
            Change::Changed => ("Changed", "accent"),
            Change::Same => ("Same", ""),
            Change::Clash => ("Left out", "bad"),
        };
        Row { name: planned.name, word, tone, details: planned.details }
    };
    Plan {
        page,
        file_name,
        headings: plan.headings,
        rows: plan.templates.into_iter().map(row).collect(),
        does_something,
        apply: at::apply_bundle(id),
        discard: at::discard_bundle(id),
    }
}

/// `POST /templates/bundle/{id}/apply`
pub(crate) async fn apply(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    CsrfForm(_): CsrfForm<super::headings::Nothing>,
) -> PageResult {
    let templates = app.templates();
    let (_, bytes) = templates.kept_bundle(&signed.ctx, id).await?;
    match templates.import_bundle(&signed.ctx, bytes).await {
        Ok(plan) => {
            templates.discard_bundle(&signed.ctx, id).await?;
            let many = |change| plan.templates.iter().filter(|t| t.change == change).count();
            let said = format!(
                "The bundle is in: {} new, {} changed, {} the same, {} left out.",
                many(Change::New),
                many(Change::Changed),
                many(Change::Same),
                many(Change::Clash)
            );
            page::go_with(&at::list(), Flash::done(said))
        }
        // What was brought in before stays; the plan shows what is left.
        Err(error) => super::refused_at(&at::bundle_plan(id), error),
    }
}

/// `POST /templates/bundle/{id}/discard`
pub(crate) async fn discard(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<DraftId>,
    CsrfForm(_): CsrfForm<super::headings::Nothing>,
) -> PageResult {
    app.templates().discard_bundle(&signed.ctx, id).await?;
    page::go_with(&at::bundle(), Flash::done("Nothing was imported."))
}

impl Bundles {
    fn file_field(&self) -> ui::Field {
        ui::file("file", "Bundle")
            .required()
            .hint("A file that was exported from an installation of Chancery. At most 64 MB.")
            .fault(&self.faults)
    }
}

/// A fault that stands above the form.
#[cfg(test)]
fn fault() -> Faults {
    Faults::of(&Error::invalid("The bundle is <refused>.").field("file")).unwrap()
}

#[cfg(test)]
impl Bundles {
    pub fn samples() -> Vec<Self> {
        let bundles = |templates: Vec<(i64, String)>, faults| Self {
            page: crate::pages::documents::samples::page("Export and import"),
            export: at::export_bundle(),
            import: at::bundle(),
            templates,
            faults,
        };
        vec![bundles(vec![(1, "Offer & <b>".into())], Faults::none()), bundles(Vec::new(), fault())]
    }
}

#[cfg(test)]
impl Plan {
    pub fn samples() -> Vec<Self> {
        let page = || crate::pages::documents::samples::page("What the import does");
        let template = |change| app::templates::Planned {
            name: "Offer & <b>".into(),
            change,
            details: vec!["The main file is <replaced>.".into()],
        };
        let all = [Change::New, Change::Changed, Change::Same, Change::Clash].map(template).to_vec();
        let plan = BundlePlan { headings: vec!["Letters & <such>".into()], templates: all };
        let nothing = BundlePlan { headings: Vec::new(), templates: vec![template(Change::Same)] };
        let name = || "Bundle <1>.zip".to_owned();
        vec![planned(page(), DraftId(4), name(), plan), planned(page(), DraftId(4), name(), nothing)]
    }
}
