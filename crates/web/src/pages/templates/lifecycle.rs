//! Taking a template out of use, and putting it back.

use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm, Id};
use crate::page::{self, Flash, Nav};
use crate::pages::documents::ask::Ask;
use crate::routes::templates as at;
use app::App;
use axum::extract::State;
use domain::TemplateId;
use domain::templates::Template as Stored;
use serde::Deserialize;

/// A form that only proves where it comes from.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Nothing {}

/// The question before a template is taken out of use.
pub(crate) fn retire_question(template: &Stored) -> Ask {
    let title = format!("Retire “{}”?", template.properties.name);
    let text = "Nobody can make documents from it any more. Its files and the documents made from it stay, and it \
                can be put back into use.";
    Ask::new("retire", title, text, "Retire").at(at::retire(template.id), at::show(template.id)).danger()
}

/// `GET /templates/{id}/retire`
pub(crate) async fn ask_retire(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
) -> PageResult {
    let view = app.templates().get(&signed.ctx, id).await?;
    retire_question(&view.template).show(&signed, Nav::Templates, super::crumb())
}

/// `POST /templates/{id}/retire`
pub(crate) async fn retire(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    match app.templates().retire(&signed.ctx, id).await {
        Ok(_) => {
            page::go_with(&at::show(id), Flash::done("The template is retired. Documents made from it stay."))
        }
        Err(error) => super::refused(id, error),
    }
}

/// `POST /templates/{id}/bring-back`
pub(crate) async fn bring_back(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    match app.templates().bring_back(&signed.ctx, id).await {
        Ok(_) => page::go_with(&at::show(id), Flash::done("The template is in use again.")),
        Err(error) => super::refused(id, error),
    }
}
