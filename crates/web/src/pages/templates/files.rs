//! What is done to the files of a template: put in, delivered, previewed, brought back, removed.

use super::file::Which as Asked;
use super::{refused_at, show, tried};
use crate::content_response::content_response;
use crate::errors::{PageResult, status};
use crate::extract::{AdminSigned, CsrfForm, CsrfUpload, Id, PageQuery};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav};
use crate::pages::documents::ask::Ask;
use crate::pages::documents::preview::framed;
use crate::pages::documents::typed::Typed;
use crate::pages::documents::words;
use crate::routes::templates as at;
use app::App;
use app::documents::Preview;
use app::templates::Offered;
use axum::extract::State;
use domain::ErrorKind::{Gone, NotFound, Unauthenticated};
use domain::plugin::{VersionId, Which};
use domain::templates::Template as Stored;
use domain::{Error, TemplateId};
use http::HeaderMap;
use serde::Deserialize;

/// `POST /templates/{id}/files`: adds a language, or replaces a file and keeps the version that was there (T06).
pub(crate) async fn put(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    mut form: CsrfUpload,
) -> PageResult {
    let file = form.next_file().await?;
    let (language, replaced) = (form.field("language").to_owned(), form.field("replace").to_owned());
    let try_first = !form.field("try_first").is_empty();
    let stored = match file {
        None => Err(Error::invalid("No file was chosen. Choose one and try again.").field("file")),
        Some(file) => {
            let name = file.name.clone();
            match file.bytes(app.settings().max_template).await {
                Ok(bytes) => {
                    app.templates().offer_file(&signed.ctx, id, &language, &name, bytes, try_first).await
                }
                Err(error) => Err(error),
            }
        }
    };
    match stored {
        Ok(Offered::Kept(draft)) => Ok(page::go(&at::draft(draft))),
        Ok(Offered::Published(_)) if !replaced.is_empty() => page::go_with(
            &at::file(id, &language),
            Flash::done("The file was replaced. The version before is kept."),
        ),
        Ok(Offered::Published(_)) => super::draft::published(id),
        Err(error) => match Faults::of(&error) {
            Some(faults) if !replaced.is_empty() => {
                let shown = super::file::load(&app, &signed, id, &language, Typed::default(), faults).await?;
                page::show_with(status(error.kind()), &shown)
            }
            Some(faults) => {
                let shown = show::load(&app, &signed, id, language, faults).await?;
                page::show_with(status(error.kind()), &shown)
            }
            None => Err(error.into()),
        },
    }
}

/// `GET /templates/{id}/content`
pub(crate) async fn content(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let which =
        if asked.version.is_empty() { Which::Latest } else { Which::Version(VersionId(asked.version)) };
    let reading = app.templates().read(&signed.ctx, id, &asked.language, &which).await?;
    // Template files are small and always delivered whole.
    Ok(content_response(reading, &HeaderMap::new()))
}

/// `GET /templates/{id}/preview`
pub(crate) async fn preview(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    if let Some(trial) = tried::trial(&asked.about()) {
        return tried::shown(app.templates().try_file(&signed.ctx, id, &asked.language, trial).await);
    }
    let preview = match app.templates().checked_preview(&signed.ctx, id, &asked.language).await {
        Ok(preview) => preview,
        Err(error) if matches!(error.kind(), NotFound | Gone | Unauthenticated) => return Err(error.into()),
        Err(error) => Preview::NotAvailable(error.public().to_owned()),
    };
    Ok(framed(preview)?)
}

/// The version to bring back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Restore {
    language: String,
    version: String,
}

/// `POST /templates/{id}/restore-version`
pub(crate) async fn restore_version(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    CsrfForm(ask): CsrfForm<Restore>,
) -> PageResult {
    let back = at::file(id, &ask.language);
    match app.templates().restore_version(&signed.ctx, id, &ask.language, VersionId(ask.version)).await {
        Ok(_) => page::go_with(
            &back,
            Flash::done("That version is the newest now. The versions between are kept."),
        ),
        Err(error) => refused_at(&back, error),
    }
}

/// The question before a language is removed.
pub(crate) fn remove_question(template: &Stored, language: &str) -> Ask {
    let title = format!("Remove {} from “{}”?", words::language(language), template.properties.name);
    let text =
        "Documents that were made from it stay. New ones in this language are made from the neutral file.";
    Ask::new("remove-file", title, text, "Remove")
        .at(at::remove_file(template.id), at::file(template.id, language))
        .asked_at(at::ask_remove_file(template.id, language))
        .danger()
        .carrying("language", language)
}

/// `GET /templates/{id}/remove-file`
pub(crate) async fn ask_remove(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let view = app.templates().get(&signed.ctx, id).await?;
    remove_question(&view.template, &asked.language).show(&signed, Nav::Templates, super::crumb())
}

/// `POST /templates/{id}/remove-file`
pub(crate) async fn remove(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    CsrfForm(ask): CsrfForm<Asked>,
) -> PageResult {
    match app.templates().remove_variant(&signed.ctx, id, &ask.language).await {
        Ok(_) => {
            let said = format!("{} was removed.", words::language(&ask.language));
            page::go_with(&at::show(id), Flash::done(said))
        }
        Err(error) => super::refused(id, error),
    }
}
