//! `GET` and `POST /documents/upload`: files as new documents, one or several.

use super::fields::Fields;
use super::new::today;
use super::typed::Typed;
use crate::errors::{PageError, PageResult, Problem, status};
use crate::extract::{CsrfForm, CsrfUpload, PageQuery, Signed};
use crate::forms::Faults;
use crate::incoming::IncomingFile;
use crate::page::{self, Flash, Nav, Page};
use crate::presenters;
use crate::routes::documents::About;
use crate::{State as Doors, routes};
use app::App;
use app::documents::{DocumentView, Prepare, Upload as Ask};
use askama::Template;
use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::{CompanyId, ContactId, Ctx, PluginId, ProjectId, Result, SaleId};
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};

/// A file that was not kept, and why.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    name: String,
    sentence: String,
}

/// A file that was kept.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    heading: String,
    href: String,
}

#[derive(Debug, Template)]
#[template(path = "documents/upload.html")]
pub(crate) struct Upload {
    page: Page,
    action: String,
    choose: String,
    fields: Fields,
    destination: String,
    max_upload: u64,
    limit: String,
    kept: Vec<Kept>,
    refused: Vec<Refused>,
    /// The page is shown again because a record was looked for.
    found: bool,
}

/// The form.
pub(crate) async fn form(
    signed: Signed,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Typed>,
) -> PageResult {
    let about = asked.about();
    let ask = Prepare {
        template: None,
        company: about.company.map(CompanyId),
        contact: about.contact.map(ContactId),
        project: about.project.map(ProjectId),
        sale: about.sale.map(SaleId),
        visible_for: None,
    };
    let prepared = app.documents().prepare(&signed.ctx, ask).await?;
    let typed = Typed {
        date: today(&signed).to_string(),
        attention: String::new(),
        ..Typed::of(&prepared.properties)
    };
    page::show(&load(&app, &signed, typed, Faults::none()).await?)
}

/// `POST /documents/upload/find`: the form again, with records found by name.
pub(crate) async fn find(
    signed: Signed,
    State(app): State<App>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    let mut shown = load(&app, &signed, typed, Faults::none()).await?;
    shown.found = true;
    page::show(&shown)
}

/// Keeps each file as a document. Our script sends one file at a time and wants JSON; a plain form sends all at once.
pub(crate) async fn upload(signed: Signed, State(doors): State<Doors>, request: Request) -> Response {
    if wants_json(request.headers()) {
        match one(&signed, &doors, request).await {
            Ok(view) => (StatusCode::CREATED, Json(told(&view))).into_response(),
            Err(error) => Problem(error).into_response(),
        }
    } else {
        several(&signed, &doors, request).await.unwrap_or_else(axum::response::IntoResponse::into_response)
    }
}

/// Whether our script asks.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|v| v.as_bytes().starts_with(b"application/json"))
}

/// What our script is told about a document it has sent.
pub(crate) fn told(view: &DocumentView) -> serde_json::Value {
    serde_json::json!({
        "id": view.document.id.0,
        "url": routes::documents::show(view.document.id),
        "heading": view.document.properties.heading,
        "note": format!("{} · {}", presenters::size(view.document.size), view.plugin_name),
    })
}

async fn one(signed: &Signed, doors: &Doors, request: Request) -> Result<DocumentView> {
    let mut form = CsrfUpload::from_request(request, doors).await.map_err(|PageError(error)| error)?;
    let file = form.require_file().await?;
    let typed = Typed::from_fields(form.fields());
    keep(&doors.app, &signed.ctx, &typed, file).await
}

async fn several(signed: &Signed, doors: &Doors, request: Request) -> PageResult {
    let app = &doors.app;
    let mut form = CsrfUpload::from_request(request, doors).await?;
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    let mut wrong = None;
    let mut typed = Typed::default();
    let mut next = form.next_file().await;
    while let Ok(Some(file)) = next {
        typed = Typed::from_fields(form.fields());
        if !kept.is_empty() || !refused.is_empty() {
            // A heading is for one file; those after it are named after themselves.
            typed.heading.clear();
        }
        let name = file.name.clone();
        match keep(app, &signed.ctx, &typed, file).await {
            Ok(view) => kept.push(view),
            Err(error) => {
                refused.push(Refused { name, sentence: error.public().to_owned() });
                wrong = wrong.or_else(|| Faults::of(&error).map(|f| (f, status(error.kind()))));
            }
        }
        next = form.next_file().await;
    }
    if let Err(error) = next {
        return Err(error.into());
    }
    if kept.is_empty() && refused.is_empty() {
        typed = Typed::from_fields(form.fields());
        let faults = Faults::at("file", "No file was chosen. Choose one or more, then press Upload.");
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &load(app, signed, typed, faults).await?);
    }
    if refused.is_empty() {
        return done(&kept);
    }
    let (faults, status) = wrong.unwrap_or((Faults::none(), StatusCode::UNPROCESSABLE_ENTITY));
    let mut shown = load(app, signed, typed, faults).await?;
    shown.refused = refused;
    shown.kept = kept
        .into_iter()
        .map(|v| Kept {
            href: routes::documents::show(v.document.id),
            heading: v.document.properties.heading,
        })
        .collect();
    page::show_with(status, &shown)
}

fn done(kept: &[DocumentView]) -> PageResult {
    match kept {
        [one] => {
            let said = format!("“{}” is kept in {}.", one.document.properties.heading, one.plugin_name);
            page::go_with(&routes::documents::show(one.document.id), Flash::done(said))
        }
        many => page::go_with(
            &routes::documents::list(),
            Flash::done(format!("{} documents were added.", many.len())),
        ),
    }
}

async fn keep(app: &App, ctx: &Ctx, typed: &Typed, file: IncomingFile) -> Result<DocumentView> {
    let ask = Ask {
        properties: typed.properties(Properties::default())?,
        file_name: file.name.clone(),
        date: typed.date()?,
        semantics: LockSemantics::Versioning,
        keep_checked_out: typed.keep_checked_out(),
        stored_in: PluginId::ARCHIVE,
    };
    app.documents().upload(ctx, ask, file.stream()).await
}

async fn load(app: &App, signed: &Signed, typed: Typed, faults: Faults) -> Result<Upload, PageError> {
    let mut fields = Fields::load(app, &signed.ctx, typed, faults).await?;
    fields.find_at(&routes::documents::upload_find());
    let max_upload = app.settings().max_upload;
    Ok(Upload {
        page: Page::new(signed, "Upload files")
            .nav(Nav::Documents)
            .crumb("Documents", routes::documents::list()),
        action: routes::documents::upload(&About::default()),
        choose: routes::documents::choose(&fields.typed.about()),
        destination: app.plugins().name(PluginId::ARCHIVE),
        limit: presenters::size(max_upload),
        max_upload,
        fields,
        kept: Vec::new(),
        refused: Vec::new(),
        found: false,
    })
}

impl Upload {
    fn kept_count(&self) -> String {
        presenters::count(self.kept.len() as u64, "file was", "files were")
    }

    fn refused_count(&self) -> String {
        presenters::count(self.refused.len() as u64, "file was", "files were")
    }

    fn limit_hint(&self) -> String {
        format!("At most {} each.", self.limit)
    }
}

#[cfg(test)]
impl Upload {
    pub fn samples() -> Vec<Self> {
        let sample = |kept, refused, faults| Self {
            page: super::samples::page("Upload files"),
            action: "/documents/upload".into(),
            choose: "/documents/new".into(),
            fields: Fields { faults, ..Fields::sample() },
            destination: "Archive".into(),
            max_upload: 1 << 30,
            limit: "1.0 GB".into(),
            kept,
            refused,
            found: true,
        };
        let kept = vec![Kept { heading: "A <b>".into(), href: "/documents/1".into() }];
        let refused = vec![Refused { name: "x&y.pdf".into(), sentence: "Too <large>.".into() }];
        vec![
            sample(Vec::new(), Vec::new(), Faults::none()),
            sample(kept, refused, Faults::at("heading", "The heading is too long.")),
        ]
    }
}
