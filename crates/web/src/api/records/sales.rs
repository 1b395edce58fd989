//! `/api/v1/sales`

use super::super::paging::{Paged, paged};
use super::super::query::{At, Query};
use super::super::refusals::Refusals;
use super::super::wire::{Money, Named, named};
use super::WordsOfCompany;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::records::{SaleRow, SaleView};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::SaleId;
use serde::Serialize;
use utoipa::ToSchema;

/// A sale.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sale {
    /// What a list shows as well.
    #[serde(flatten)]
    summary: SaleSummary,
    /// The project it belongs to.
    #[schema(required)]
    project: Option<Named>,
}

/// A sale in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SaleSummary {
    /// Its id.
    id: i64,
    /// The key of the system it was imported from.
    #[schema(required)]
    external_id: Option<String>,
    /// Title.
    title: String,
    /// Number.
    number: String,
    /// The company it is to.
    #[schema(required)]
    company: Option<Named>,
    /// The contact it is with.
    #[schema(required)]
    contact: Option<Named>,
    /// The associate who owns it.
    #[schema(required)]
    owner: Option<Named>,
    /// Amount.
    amount: Money,
    /// Cost.
    cost: Money,
    /// Type.
    kind: String,
    /// Stage.
    stage: String,
    /// Status: open, sold, lost.
    status: String,
    /// Probability in percent.
    probability: i64,
    /// Reason.
    reason: String,
    /// Source.
    source: String,
    /// Competitor.
    competitor: String,
    /// Credited to.
    credited_to: String,
    /// Sale date.
    #[schema(required, format = Date)]
    date: Option<String>,
    /// Next due date.
    #[schema(required, format = Date)]
    next_due: Option<String>,
}

impl From<SaleRow> for SaleSummary {
    fn from(row: SaleRow) -> Self {
        let s = row.sale;
        Self {
            id: s.id.0,
            external_id: s.external_id,
            title: s.title,
            number: s.number,
            company: named(s.company.map(|c| c.0), row.company_name),
            contact: named(s.contact.map(|c| c.0), row.contact_name),
            owner: named(s.owner.map(|a| a.0), row.owner_name),
            amount: Money { amount: s.amount.to_string(), currency: s.currency.clone() },
            cost: Money { amount: s.cost.to_string(), currency: s.currency },
            kind: s.kind,
            stage: s.stage,
            status: s.status,
            probability: s.probability,
            reason: s.reason,
            source: s.source,
            competitor: s.competitor,
            credited_to: s.credited_to,
            date: s.date.map(|d| d.to_string()),
            next_due: s.next_due.map(|d| d.to_string()),
        }
    }
}

impl From<SaleView> for Sale {
    fn from(view: SaleView) -> Self {
        let project = named(view.sale.project.map(|p| p.0), view.project_name);
        let (company_name, contact_name, owner_name) =
            (view.company_name, view.contact_name, view.owner_name);
        let summary = SaleRow { sale: view.sale, company_name, contact_name, owner_name }.into();
        Self { summary, project }
    }
}

/// List sales
///
/// By title.
#[utoipa::path(get, path = "/api/v1/sales", tag = "records", operation_id = "list_sales",
    params(WordsOfCompany), responses((status = 200, body = Paged<SaleSummary>), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<WordsOfCompany>,
) -> Result<Response, Problem> {
    let page = app.records().sales(&caller.ctx, query.ask.browse()?).await?;
    Ok(paged(&query.address, page, SaleSummary::from))
}

/// Read a sale
#[utoipa::path(get, path = "/api/v1/sales/{id}", tag = "records", operation_id = "get_sale",
    params(("id" = i64, Path, description = "The sale's id", example = 1)),
    responses((status = 200, body = Sale), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(SaleId,)>,
) -> Result<Json<Sale>, Problem> {
    Ok(Json(app.records().sale(&caller.ctx, id).await?.into()))
}
