//! `/api/v1/companies`

use super::super::paging::{Paged, paged};
use super::super::query::{At, Query};
use super::super::refusals::Refusals;
use super::super::wire::{Address, Named, named};
use super::Words;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::records::{CompanyRow, CompanyView};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::CompanyId;
use serde::Serialize;
use utoipa::ToSchema;

/// A company.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Company {
    /// Its id.
    id: i64,
    /// The key of the system it was imported from.
    #[schema(required)]
    external_id: Option<String>,
    /// Name.
    name: String,
    /// Department.
    department: String,
    /// Customer number.
    number: String,
    /// Code.
    code: String,
    /// Organization number.
    org_number: String,
    /// Line of business.
    business: String,
    /// Category: customer, supplier, partner.
    category: String,
    /// The associate who looks after it.
    #[schema(required)]
    our_contact: Option<Named>,
    /// Postal address.
    postal: Address,
    /// Street address.
    street: Address,
    /// ISO 3166-1 alpha-2 country.
    country: String,
    /// Telephone.
    phone: String,
    /// Fax.
    fax: String,
    /// E-mail address.
    email: String,
    /// Web address.
    web: String,
}

impl From<CompanyRow> for Company {
    fn from(row: CompanyRow) -> Self {
        let c = row.company;
        Self {
            id: c.id.0,
            external_id: c.external_id,
            name: c.name,
            department: c.department,
            number: c.number,
            code: c.code,
            org_number: c.org_number,
            business: c.business,
            category: c.category,
            our_contact: named(c.our_contact.map(|a| a.0), row.our_contact_name),
            postal: c.postal.into(),
            street: c.street.into(),
            country: c.country,
            phone: c.phone,
            fax: c.fax,
            email: c.email,
            web: c.web,
        }
    }
}

impl From<CompanyView> for Company {
    fn from(view: CompanyView) -> Self {
        CompanyRow { company: view.company, our_contact_name: view.our_contact_name }.into()
    }
}

/// List companies
///
/// By name.
#[utoipa::path(get, path = "/api/v1/companies", tag = "records", operation_id = "list_companies",
    params(Words), responses((status = 200, body = Paged<Company>), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<Words>,
) -> Result<Response, Problem> {
    let page = app.records().companies(&caller.ctx, query.ask.browse()?).await?;
    Ok(paged(&query.address, page, Company::from))
}

/// Read a company
///
/// Its contacts, projects, sales and documents are in their own lists with `company`.
#[utoipa::path(get, path = "/api/v1/companies/{id}", tag = "records", operation_id = "get_company",
    params(("id" = i64, Path, description = "The company's id", example = 1)),
    responses((status = 200, body = Company), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(CompanyId,)>,
) -> Result<Json<Company>, Problem> {
    Ok(Json(app.records().company(&caller.ctx, id).await?.into()))
}
