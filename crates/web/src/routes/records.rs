//! Addresses of companies, contacts, projects, sales and associates.

use super::Query;
use domain::records::RecordKind;
use domain::{AssociateId, CompanyId, ContactId, ProjectId, SaleId};

/// The list of a kind.
pub fn list(kind: RecordKind) -> String {
    format!("/{}", kind.plural())
}

/// The list of a kind, narrowed and from a place on.
pub fn list_from(kind: RecordKind, text: &str, after: Option<&str>) -> String {
    Query::at(list(kind)).and("q", text).maybe("after", after).into()
}

/// A company.
pub fn company(id: CompanyId) -> String {
    format!("/companies/{id}")
}

/// A contact.
pub fn contact(id: ContactId) -> String {
    format!("/contacts/{id}")
}

/// A project.
pub fn project(id: ProjectId) -> String {
    format!("/projects/{id}")
}

/// A sale.
pub fn sale(id: SaleId) -> String {
    format!("/sales/{id}")
}

/// An associate.
pub fn associate(id: AssociateId) -> String {
    format!("/associates/{id}")
}
