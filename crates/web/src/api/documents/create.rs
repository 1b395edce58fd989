//! `POST /api/v1/documents` and what a form shows before it.

use super::super::field::Field;
use super::super::json::Json;
use super::super::once::Once;
use super::super::query::Query;
use super::super::refusals::{Refusals, Writing};
use super::super::wire::{Locking, Named};
use super::asks::NewDocument;
use super::wire::Document;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::documents::{FromTemplate, Prepare, Prepared};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::documents::Properties;
use domain::{CompanyId, ContactId, ProjectId, SaleId, TemplateId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Create a document from a template
///
/// Fills the template with the CRM's data and keeps the result in the template's *Document stored in*. The answer
/// carries the name in use and *our reference* with its number.
#[utoipa::path(post, path = "/api/v1/documents", tag = "documents", operation_id = "create_document",
    request_body = NewDocument, responses((status = 201, body = Document, headers(
        ("Location" = String, description = "The document's address"),
        ("ETag" = String, description = "For If-Match on changes"))), Refusals, Writing))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    body: Json<NewDocument>,
) -> Result<Response, Problem> {
    let ask = from_template(body.ask)?;
    let (work, ctx) = (app.clone(), caller.ctx.clone());
    let made = Box::pin(async move { super::made(work.documents().create_from_template(&ctx, ask).await?) });
    let again = super::made_before(&app, &caller.ctx);
    let outcome =
        Box::pin(once.run_or(&app, &caller.ctx, "create_document", &body.bytes, made, again)).await?;
    Ok(outcome.into_response())
}

fn from_template(ask: NewDocument) -> domain::Result<FromTemplate> {
    let mut properties = Properties::default();
    ask.apply(&mut properties)?;
    let reference_asked = !matches!(ask.our_reference, Field::Keep);
    let visible_for = ask.visible_for.given().map(TryInto::try_into).transpose()?;
    Ok(FromTemplate {
        template: TemplateId(ask.template),
        language: ask.language,
        properties,
        visible_for,
        date: ask.date,
        file_name: ask.file_name,
        keep_checked_out: ask.keep_checked_out,
        reference_asked,
        custom: ask.codes,
    })
}

/// What the document will be about.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct About {
    /// The template's id; left out for an upload.
    template: Option<i64>,
    /// The company's id.
    company: Option<i64>,
    /// The contact's id.
    contact: Option<i64>,
    /// The project's id.
    project: Option<i64>,
    /// The sale's id.
    sale: Option<i64>,
}

/// What a new document would get where nothing is said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Defaults {
    /// The visible name.
    heading: String,
    /// The recipient's name or salutation line.
    attention: String,
    /// Our reference, with `{snum}` where the number will be.
    our_reference: String,
    /// Whether our reference may be changed.
    our_reference_read_only: bool,
    /// The company's id.
    #[schema(required)]
    company: Option<i64>,
    /// The contact's id.
    #[schema(required)]
    contact: Option<i64>,
    /// The project's id.
    #[schema(required)]
    project: Option<i64>,
    /// The sale's id.
    #[schema(required)]
    sale: Option<i64>,
    /// Who would see it.
    visible_for: super::super::wire::VisibleFor,
    /// The languages the template has files for, without the neutral one.
    languages: Vec<String>,
    /// The language that would be used, blank for the neutral file.
    language: String,
    /// The plugin it would be kept in.
    stored_in: Named,
    /// The folders it would be filed under, outermost first.
    folder: Vec<String>,
    /// The file name it would get.
    file_name: String,
    /// How strictly it would be locked and versioned.
    locking: Locking,
}

impl From<Prepared> for Defaults {
    fn from(p: Prepared) -> Self {
        Self {
            heading: p.properties.heading,
            attention: p.properties.attention,
            our_reference: p.properties.our_ref,
            our_reference_read_only: p.numbering.read_only,
            company: p.properties.company.map(|c| c.0),
            contact: p.properties.contact.map(|c| c.0),
            project: p.properties.project.map(|c| c.0),
            sale: p.properties.sale.map(|c| c.0),
            visible_for: p.properties.visible_for.into(),
            languages: p.languages,
            language: p.suggested_language,
            stored_in: Named { id: p.destination.plugin.0, name: p.destination.plugin_name },
            folder: p.destination.path,
            file_name: p.file_name,
            locking: p.semantics.into(),
        }
    }
}

/// Defaults of a new document
///
/// What a new document would get, and where it would be kept, before anything is made. A contact brings their
/// company, a sale its company, contact and project.
#[utoipa::path(get, path = "/api/v1/documents/defaults", tag = "documents", operation_id = "document_defaults",
    params(About), responses((status = 200, body = Defaults), Refusals))]
pub(crate) async fn defaults(
    State(app): State<App>,
    caller: Caller,
    query: Query<About>,
) -> Result<axum::Json<Defaults>, Problem> {
    let about = query.ask;
    let ask = Prepare {
        template: about.template.map(TemplateId),
        company: about.company.map(CompanyId),
        contact: about.contact.map(ContactId),
        project: about.project.map(ProjectId),
        sale: about.sale.map(SaleId),
        visible_for: None,
    };
    Ok(axum::Json(app.documents().prepare(&caller.ctx, ask).await?.into()))
}
