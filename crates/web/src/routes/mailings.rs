//! Addresses of the pages of mail merges.

use super::Query;
use domain::MailingId;

/// The list.
pub fn list() -> String {
    "/mailings".into()
}

/// Choosing records and a template. `kind` is `company` or `contact`.
pub fn new(kind: &str, words: &str) -> String {
    Query::at("/mailings/new").and("kind", kind).and("q", words).into()
}

/// Where the choice is looked at before anything is made.
pub fn forecast() -> String {
    "/mailings/forecast".into()
}

/// One mail merge.
pub fn show(id: MailingId) -> String {
    format!("/mailings/{id}")
}

/// What became of each record, as a file.
pub fn report(id: MailingId) -> String {
    format!("/mailings/{id}/report")
}

/// Stopping for a while.
pub fn pause(id: MailingId) -> String {
    format!("/mailings/{id}/pause")
}

/// Going on.
pub fn resume(id: MailingId) -> String {
    format!("/mailings/{id}/resume")
}

/// Ending.
pub fn stop(id: MailingId) -> String {
    format!("/mailings/{id}/stop")
}

/// Another turn for those that failed.
pub fn retry(id: MailingId) -> String {
    format!("/mailings/{id}/retry")
}
