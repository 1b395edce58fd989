//! The addresses the API hands out in `Location`.

use domain::{DocumentId, GroupId, HeadingId, TemplateId};

/// A document.
pub(super) fn document(id: DocumentId) -> String {
    format!("/api/v1/documents/{id}")
}

/// A template.
pub(super) fn template(id: TemplateId) -> String {
    format!("/api/v1/templates/{id}")
}

/// A heading.
pub(super) fn heading(id: HeadingId) -> String {
    format!("/api/v1/headings/{id}")
}

/// A user group.
pub(super) fn group(id: GroupId) -> String {
    format!("/api/v1/groups/{id}")
}

/// A token of the API.
pub(super) fn token(id: i64) -> String {
    format!("/api/v1/tokens/{id}")
}

/// A mail merge.
pub(super) fn mailing(id: domain::MailingId) -> String {
    format!("/api/v1/mailings/{id}")
}
