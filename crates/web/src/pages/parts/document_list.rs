//! The list of documents, as every page shows it.

use crate::page::Page;
use crate::routes;
use crate::ui::{self, Empty};
use app::documents::DocumentRow;
use askama::Template;
use domain::AssociateId;
use domain::documents::{DocumentState, Status};
use domain::visibility::VisibleFor;

/// A list of documents, ready to be written. `{{ list }}` in a template writes it.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/document_list.html")]
pub struct DocumentList {
    rows: Vec<Row>,
    next: String,
    empty: Empty,
    label: String,
    with_company: bool,
    compact: bool,
}

crate::ui::safe!(DocumentList);

/// One document of a list.
#[derive(Debug, Clone)]
struct Row {
    href: String,
    heading: String,
    file_name: String,
    sort: Sort,
    company: Option<(String, String)>,
    contact: String,
    owner: String,
    date: String,
    updated: String,
    updated_full: String,
    badges: Vec<ui::Badge>,
}

/// What sort of file it is, for the small sign before the heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sort {
    class: &'static str,
    word: &'static str,
    label: &'static str,
}

impl DocumentList {
    /// The list of one page of rows. `more` is the address of the next page, when there is one.
    pub fn new(page: &Page, rows: &[DocumentRow], more: Option<String>) -> Self {
        let me = page.viewer.as_ref().map(|v| v.id);
        Self {
            rows: rows.iter().map(|row| Row::of(page, me, row)).collect(),
            next: more.unwrap_or_default(),
            empty: ui::empty(
                "No documents yet",
                "What is written from a template or uploaded is listed here.",
            ),
            label: "Documents".into(),
            with_company: true,
            compact: false,
        }
    }

    /// What stands in the place of the list while it is empty.
    pub fn empty(mut self, empty: Empty) -> Self {
        self.empty = empty;
        self
    }

    /// What the table is called for screen readers.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Leaves the company out, on the page of a company.
    pub fn without_company(mut self) -> Self {
        self.with_company = false;
        self
    }

    /// Leaves owner and date out, where there is little room.
    pub fn compact(mut self) -> Self {
        self.compact = true;
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows it shows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

impl Row {
    fn of(page: &Page, me: Option<AssociateId>, row: &DocumentRow) -> Self {
        let document = &row.document;
        let company =
            document.properties.company.map(|id| (row.company_name.clone(), routes::records::company(id)));
        Self {
            href: routes::documents::show(document.id),
            heading: document.properties.heading.clone(),
            file_name: document.file_name.clone(),
            sort: sort_of(&document.file_name),
            company: company.filter(|(name, _)| !name.is_empty()),
            contact: row.contact_name.clone(),
            owner: row.owner_name.clone(),
            date: crate::presenters::day(&document.date),
            updated: page.when_short(&document.updated),
            updated_full: page.when(&document.updated),
            badges: badges(me, row),
        }
    }
}

/// What is worth knowing about a document at first sight; nothing for an ordinary one.
fn badges(me: Option<AssociateId>, row: &DocumentRow) -> Vec<ui::Badge> {
    let document = &row.document;
    let mut badges = Vec::new();
    if document.state == DocumentState::Trashed {
        badges.push(ui::badge("In the trash").warn());
    }
    match document.held_by {
        Some(holder) if Some(holder) == me => badges.push(ui::badge("Checked out by you").accent()),
        Some(_) if row.holder_name.is_empty() => badges.push(ui::badge("Checked out").warn()),
        Some(_) => badges.push(ui::badge(format!("Checked out by {}", row.holder_name)).warn()),
        None => {}
    }
    if !document.published {
        badges.push(ui::badge("Draft"));
    }
    if document.properties.status == Status::Completed {
        badges.push(ui::badge("Completed").good());
    }
    match document.properties.visible_for {
        VisibleFor::Everyone => {}
        VisibleFor::Owner => badges.push(ui::badge("Private")),
        VisibleFor::Group(_) => badges.push(ui::badge("Group only")),
    }
    badges
}

/// The sort of a file by its extension. Only a sign for the eye; delivery decides types on its own.
fn sort_of(file_name: &str) -> Sort {
    let extension = file_name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    let (class, word, label) = match extension.as_str() {
        "docx" | "doc" | "docm" | "dotx" | "odt" | "rtf" => ("word", "doc", "Text document"),
        "xlsx" | "xls" | "xlsm" | "ods" | "csv" => ("excel", "xls", "Spreadsheet"),
        "pptx" | "ppt" | "odp" => ("slides", "ppt", "Presentation"),
        "pdf" => ("pdf", "pdf", "PDF"),
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "svg" | "tif" | "tiff" => ("image", "img", "Picture"),
        "eml" | "msg" => ("mail", "mail", "E-mail"),
        "html" | "htm" => ("", "htm", "Web page"),
        "txt" | "md" => ("", "txt", "Plain text"),
        "zip" => ("", "zip", "Archive of files"),
        _ => ("", "file", "File"),
    };
    Sort { class, word, label }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_follows_the_extension_in_any_case() {
        assert_eq!(sort_of("Offer.DOCX").class, "word");
        assert_eq!(sort_of("archive.tar.gz").word, "file");
        assert_eq!(sort_of("README").word, "file");
    }
}
