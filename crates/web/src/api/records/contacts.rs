//! `/api/v1/contacts`

use super::super::paging::{Paged, paged};
use super::super::query::{At, Query};
use super::super::refusals::Refusals;
use super::super::wire::{Address, Named, named};
use super::WordsOfCompany;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::records::{ContactRow, ContactView};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::ContactId;
use serde::Serialize;
use utoipa::ToSchema;

/// A contact: a person at a company.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Contact {
    /// Its id.
    id: i64,
    /// The key of the system it was imported from.
    #[schema(required)]
    external_id: Option<String>,
    /// The company the person works for.
    #[schema(required)]
    company: Option<Named>,
    /// First, middle and last name.
    full_name: String,
    /// First name.
    first_name: String,
    /// Middle name.
    middle_name: String,
    /// Last name.
    last_name: String,
    /// Mr, Ms and the like.
    salutation: String,
    /// Academic title.
    academic_title: String,
    /// Title.
    title: String,
    /// Position.
    position: String,
    /// Department.
    department: String,
    /// Number.
    number: String,
    /// E-mail address.
    email: String,
    /// Direct telephone.
    phone: String,
    /// Mobile telephone.
    mobile: String,
    /// Telephone at home.
    home_phone: String,
    /// Direct fax.
    fax: String,
    /// Web address.
    web: String,
    /// Own address.
    address: Address,
    /// Country of the own address (ISO 3166-1 alpha-2).
    country: String,
    /// Letters go to the own address instead of the company's.
    use_as_postal: bool,
    /// Date of birth.
    #[schema(required, format = Date)]
    born: Option<String>,
    /// Has left the company.
    retired: bool,
}

impl From<ContactRow> for Contact {
    fn from(row: ContactRow) -> Self {
        let c = row.contact;
        Self {
            id: c.id.0,
            full_name: c.full_name(),
            external_id: c.external_id,
            company: named(c.company.map(|c| c.0), row.company_name),
            first_name: c.first_name,
            middle_name: c.middle_name,
            last_name: c.last_name,
            salutation: c.salutation,
            academic_title: c.academic_title,
            title: c.title,
            position: c.position,
            department: c.department,
            number: c.number,
            email: c.email,
            phone: c.phone,
            mobile: c.mobile,
            home_phone: c.home_phone,
            fax: c.fax,
            web: c.web,
            address: c.address.into(),
            country: c.country,
            use_as_postal: c.use_as_postal,
            born: c.born.map(|d| d.to_string()),
            retired: c.retired,
        }
    }
}

impl From<ContactView> for Contact {
    fn from(view: ContactView) -> Self {
        ContactRow { contact: view.contact, company_name: view.company_name }.into()
    }
}

/// List contacts
///
/// By name; without those who have left their company.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "records", operation_id = "list_contacts",
    params(WordsOfCompany), responses((status = 200, body = Paged<Contact>), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<WordsOfCompany>,
) -> Result<Response, Problem> {
    let page = app.records().contacts(&caller.ctx, query.ask.browse()?).await?;
    Ok(paged(&query.address, page, Contact::from))
}

/// Read a contact
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "records", operation_id = "get_contact",
    params(("id" = i64, Path, description = "The contact's id", example = 1)),
    responses((status = 200, body = Contact), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(ContactId,)>,
) -> Result<Json<Contact>, Problem> {
    Ok(Json(app.records().contact(&caller.ctx, id).await?.into()))
}
