//! `GET /api/v1/documents`

use super::super::paging::{Paged, limit, paged};
use super::super::query::Query;
use super::super::refusals::Refusals;
use super::wire::DocumentSummary;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::documents::ListDocuments;
use axum::extract::State;
use axum::response::Response;
use domain::{AssociateId, CompanyId, ContactId, ProjectId, SaleId, TemplateId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which documents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Every word must begin a word of the heading, file name, references, description or names.
    #[serde(default)]
    #[param(example = "offer salmon")]
    q: String,
    /// Of this company.
    company: Option<i64>,
    /// To this contact.
    contact: Option<i64>,
    /// Of this project.
    project: Option<i64>,
    /// Of this sale.
    sale: Option<i64>,
    /// Owned by this associate.
    owner: Option<i64>,
    /// Made from this template.
    template: Option<i64>,
    /// Dated on or after this day.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// Dated on or before this day.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    /// Those in the trash instead of the others.
    #[serde(default)]
    trashed: bool,
    /// Those the caller has checked out.
    #[serde(default)]
    checked_out_by_me: bool,
    /// The cursor of the page before, from `next`.
    after: Option<String>,
    /// How many, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// List documents
///
/// The documents the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/documents", tag = "documents", operation_id = "list_documents",
    params(Filter), responses((status = 200, body = Paged<DocumentSummary>), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<Filter>,
) -> Result<Response, Problem> {
    let f = query.ask;
    let ask = ListDocuments {
        company: f.company.map(CompanyId),
        contact: f.contact.map(ContactId),
        project: f.project.map(ProjectId),
        sale: f.sale.map(SaleId),
        owner: f.owner.map(AssociateId),
        template: f.template.map(TemplateId),
        from: f.from,
        to: f.to,
        text: f.q,
        trashed: f.trashed,
        mine_checked_out: f.checked_out_by_me,
        after: f.after,
        limit: limit(f.limit)?,
    };
    let page = app.documents().list(&caller.ctx, ask).await?;
    Ok(paged(&query.address, page, DocumentSummary::from))
}
