//! Addresses of the document pages.

use super::with_query;
use domain::opening::OpensIn;
use domain::{DocumentId, TemplateId};
use serde::Serialize;

/// What a new document is about, carried from page to page in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct About {
    /// The company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<i64>,
    /// The contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<i64>,
    /// The project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<i64>,
    /// The sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale: Option<i64>,
}

/// The list.
pub fn list() -> String {
    "/documents".into()
}

/// The list with what is asked for in the query.
pub fn list_with<Q: Serialize>(query: &Q) -> String {
    with_query(&list(), query)
}

/// Choosing a template for a new document.
pub fn choose(about: &About) -> String {
    with_query("/documents/new", about)
}

/// The form for a new document from a template.
pub fn new(template: TemplateId, about: &About) -> String {
    with_query(&format!("/documents/new/{template}"), about)
}

/// Where a new document from a template would be stored, as a fragment.
pub fn destination(template: TemplateId) -> String {
    format!("/documents/new/{template}/destination")
}

/// Whom a new document from a template could be to at a company, as JSON.
pub fn suggested_contact(template: TemplateId) -> String {
    format!("/documents/new/{template}/contact")
}

/// Uploading files as new documents.
pub fn upload(about: &About) -> String {
    with_query("/documents/upload", about)
}

/// The upload form again, with records found by name.
pub fn upload_find() -> String {
    "/documents/upload/find".into()
}

/// Records to choose from, as JSON. `kind` is `company`, `contact`, `project` or `sale`.
pub fn pick(kind: &str) -> String {
    format!("/documents/pick/{kind}")
}

/// A document's page.
pub fn show(id: DocumentId) -> String {
    format!("/documents/{id}")
}

/// Who can open a document, and why.
pub fn access(id: DocumentId) -> String {
    format!("/documents/{id}/access")
}

/// Having the rights at a document's place put in order.
pub fn settle_access(id: DocumentId) -> String {
    access(id)
}

/// Opening a document at its place.
pub fn open(id: DocumentId) -> String {
    format!("/documents/{id}/open")
}

/// Opening a document in one way, whatever the person prefers.
pub fn open_in(id: DocumentId, way: OpensIn) -> String {
    with_query(&open(id), &[("in", way.as_str())])
}

/// A document's content: GET delivers it, POST replaces it.
pub fn content(id: DocumentId) -> String {
    format!("/documents/{id}/content")
}

/// The content of a version.
pub fn version(id: DocumentId, version: &str) -> String {
    with_query(&content(id), &[("version", version)])
}

/// The document as PDF.
pub fn pdf(id: DocumentId) -> String {
    format!("/documents/{id}/pdf")
}

/// A preview, shown in a frame.
pub fn preview(id: DocumentId) -> String {
    format!("/documents/{id}/preview")
}

/// Editing properties.
pub fn properties(id: DocumentId) -> String {
    format!("/documents/{id}/properties")
}

/// Renaming the file.
pub fn rename(id: DocumentId) -> String {
    format!("/documents/{id}/rename")
}

/// Making a copy.
pub fn copy(id: DocumentId) -> String {
    format!("/documents/{id}/copy")
}

/// Taking the lock.
pub fn check_out(id: DocumentId) -> String {
    format!("/documents/{id}/check-out")
}

/// Publishing one's work.
pub fn check_in(id: DocumentId) -> String {
    format!("/documents/{id}/check-in")
}

/// Discarding work.
pub fn undo_check_out(id: DocumentId) -> String {
    format!("/documents/{id}/undo-check-out")
}

/// Setting or taking away *Completed*.
pub fn status(id: DocumentId) -> String {
    format!("/documents/{id}/status")
}

/// Bringing back an earlier version.
pub fn restore_version(id: DocumentId) -> String {
    format!("/documents/{id}/restore-version")
}

/// Moving to the trash.
pub fn trash(id: DocumentId) -> String {
    format!("/documents/{id}/trash")
}

/// Bringing back from the trash.
pub fn restore(id: DocumentId) -> String {
    format!("/documents/{id}/restore")
}

/// Removing for good.
pub fn destroy(id: DocumentId) -> String {
    format!("/documents/{id}/destroy")
}

/// Running a command of the plugin.
pub fn command(id: DocumentId) -> String {
    format!("/documents/{id}/command")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_is_about_travels_in_the_query() {
        let about = About { company: Some(5), sale: Some(7), ..About::default() };
        assert_eq!(new(TemplateId(3), &about), "/documents/new/3?company=5&sale=7");
        assert_eq!(choose(&About::default()), "/documents/new");
        assert_eq!(version(DocumentId(1), "a b&c"), "/documents/1/content?version=a+b%26c");
    }
}
