//! Addresses of the template pages.

use super::documents::About;
use super::with_query;
use domain::{DraftId, HeadingId, TemplateId};
use serde::Serialize;

/// The list of those in use.
pub fn list() -> String {
    "/templates".into()
}

/// The list with retired ones.
pub fn list_with_retired() -> String {
    with_query(&list(), &[("retired", "yes")])
}

/// Making a template.
pub fn new() -> String {
    "/templates/new".into()
}

/// Making a template as a copy of another.
pub fn new_copy_of(id: TemplateId) -> String {
    with_query(&new(), &[("copy_of", id)])
}

/// A template's page.
pub fn show(id: TemplateId) -> String {
    format!("/templates/{id}")
}

/// Editing properties.
pub fn properties(id: TemplateId) -> String {
    format!("/templates/{id}/properties")
}

/// Adding a language, or replacing a file.
pub fn files(id: TemplateId) -> String {
    format!("/templates/{id}/files")
}

/// One file: its versions, codes and preview.
pub fn file(id: TemplateId, language: &str) -> String {
    with_query(&format!("/templates/{id}/file"), &[("language", language)])
}

/// One file, with its language in a form.
pub fn file_page(id: TemplateId) -> String {
    format!("/templates/{id}/file")
}

/// Opening a file at its place.
pub fn open_file(id: TemplateId, language: &str) -> String {
    with_query(&format!("/templates/{id}/open"), &[("language", language)])
}

/// A file's content.
pub fn content(id: TemplateId, language: &str) -> String {
    with_query(&format!("/templates/{id}/content"), &[("language", language)])
}

/// The content of a version of a file.
pub fn version(id: TemplateId, language: &str, version: &str) -> String {
    with_query(&format!("/templates/{id}/content"), &[("language", language), ("version", version)])
}

/// What a version of a file changed.
pub fn changes(id: TemplateId, language: &str, version: &str) -> String {
    with_query(&format!("/templates/{id}/changes"), &[("language", language), ("version", version)])
}

/// A preview of a file, shown in a frame.
pub fn preview(id: TemplateId, language: &str) -> String {
    with_query(&format!("/templates/{id}/preview"), &[("language", language)])
}

/// A preview of a file, tried on a record.
pub fn tried_preview(id: TemplateId, language: &str, about: &About) -> String {
    with_query(&format!("/templates/{id}/preview"), &Tried { language, about: *about })
}

/// The document a file would make for a record.
pub fn tried(id: TemplateId, language: &str, about: &About) -> String {
    with_query(&format!("/templates/{id}/tried"), &Tried { language, about: *about })
}

#[derive(Serialize)]
struct Tried<'a> {
    language: &'a str,
    #[serde(flatten)]
    about: About,
}

/// A draft.
pub fn draft(id: DraftId) -> String {
    format!("/templates/drafts/{id}")
}

/// The content of a draft.
pub fn draft_content(id: DraftId) -> String {
    format!("/templates/drafts/{id}/content")
}

/// A preview of a draft, tried on a record where one is chosen.
pub fn draft_preview(id: DraftId, about: &About) -> String {
    with_query(&format!("/templates/drafts/{id}/preview"), about)
}

/// The document a draft would make for a record.
pub fn draft_tried(id: DraftId, about: &About) -> String {
    with_query(&format!("/templates/drafts/{id}/tried"), about)
}

/// Publishing a draft.
pub fn publish_draft(id: DraftId) -> String {
    format!("/templates/drafts/{id}/publish")
}

/// Making a draft a new version of the template whose file has its name.
pub fn revise_draft(id: DraftId) -> String {
    format!("/templates/drafts/{id}/revise")
}

/// Sending a corrected file for a draft.
pub fn replace_draft(id: DraftId) -> String {
    format!("/templates/drafts/{id}/file")
}

/// Throwing a draft away.
pub fn discard_draft(id: DraftId) -> String {
    format!("/templates/drafts/{id}/discard")
}

/// Exporting and importing.
pub fn bundle() -> String {
    "/templates/bundle".into()
}

/// The bundle of templates that were ticked, or of all.
pub fn export_bundle() -> String {
    "/templates/bundle/export".into()
}

/// What an import would do.
pub fn bundle_plan(id: DraftId) -> String {
    format!("/templates/bundle/{id}")
}

/// Importing.
pub fn apply_bundle(id: DraftId) -> String {
    format!("/templates/bundle/{id}/apply")
}

/// Not importing.
pub fn discard_bundle(id: DraftId) -> String {
    format!("/templates/bundle/{id}/discard")
}

/// Codes of the installation's own.
pub fn tags() -> String {
    "/templates/custom-tags".into()
}

/// Removing a language. The language stands in the query (GET) or in the form (POST).
pub fn remove_file(id: TemplateId) -> String {
    format!("/templates/{id}/remove-file")
}

/// The question before a language is removed.
pub fn ask_remove_file(id: TemplateId, language: &str) -> String {
    with_query(&remove_file(id), &[("language", language)])
}

/// Bringing back an earlier version of a file.
pub fn restore_version(id: TemplateId) -> String {
    format!("/templates/{id}/restore-version")
}

/// Taking out of use.
pub fn retire(id: TemplateId) -> String {
    format!("/templates/{id}/retire")
}

/// Putting back into use.
pub fn bring_back(id: TemplateId) -> String {
    format!("/templates/{id}/bring-back")
}

/// The headings.
pub fn headings() -> String {
    "/templates/headings".into()
}

/// Changing a heading.
pub fn heading(id: HeadingId) -> String {
    format!("/templates/headings/{id}")
}

/// Removing a heading.
pub fn remove_heading(id: HeadingId) -> String {
    format!("/templates/headings/{id}/remove")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_part_of_the_query() {
        assert_eq!(content(TemplateId(2), "nb-NO"), "/templates/2/content?language=nb-NO");
        assert_eq!(content(TemplateId(2), ""), "/templates/2/content?language=");
    }
}
