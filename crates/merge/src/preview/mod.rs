//! What a finished document says: as text for search, and as a safe page for looking at it.

mod marks;
mod word;
mod writer;

pub use marks::{Mark, Marked, mark_places};

use crate::format::Family;
use crate::office::{Document, text};
use crate::{Format, Limits, Refused, escape, flat, html, mail};

/// The visible text of a document, a paragraph a line, cut at `limits.text`.
pub fn document_text(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<String, Refused> {
    match format {
        Format::Html => Ok(html::visible(&flat::read(bytes, limits)?, limits.text)),
        Format::Text => Ok(cut(&flat::read(bytes, limits)?, limits.text).to_owned()),
        Format::Eml => Ok(cut(&mail::read(bytes, limits)?, limits.text).to_owned()),
        _ => text::of(&Document::open(format, bytes, limits)?, limits),
    }
}

/// A document as a fragment of plain HTML: headings, paragraphs, lists, tables, bold, italic and underlined text.
///
/// Everything is escaped and balanced; the fragment runs nothing, loads nothing, links nowhere and carries no attribute
/// but `colspan`, `rowspan` and the classes `preview-header`, `preview-footer`, `preview-notes` and `preview-box`.
/// Pictures are left out. It can be put into a page as it is. Word documents keep their structure; of other office
/// documents the text is shown, spreadsheets as a table.
pub fn preview_html(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<String, Refused> {
    match format {
        Format::Docx | Format::Docm => word::html(&Document::open(format, bytes, limits)?, limits),
        Format::Html => Ok(html::reduce(&flat::read(bytes, limits)?, limits.text)),
        Format::Text => Ok(preformatted(&flat::read(bytes, limits)?, limits)),
        Format::Eml => Ok(preformatted(&mail::read(bytes, limits)?, limits)),
        _ => {
            let document = Document::open(format, bytes, limits)?;
            let sheet = document.format.family() == Family::Excel || format == Format::Ods;
            Ok(lines(&text::of(&document, limits)?, sheet))
        }
    }
}

fn preformatted(text: &str, limits: &Limits) -> String {
    let mut out = String::from("<pre>");
    escape::escape_into(cut(text, limits.text), &mut out);
    out.push_str("</pre>");
    out
}

/// Lines as paragraphs, or as rows of a table with tabs between the cells.
fn lines(text: &str, sheet: bool) -> String {
    let mut out = String::from(if sheet { "<table>" } else { "" });
    for line in text.lines() {
        if sheet {
            out.push_str("<tr>");
            for cell in line.split('\t') {
                out.push_str("<td>");
                escape::escape_into(cell, &mut out);
                out.push_str("</td>");
            }
            out.push_str("</tr>");
        } else {
            out.push_str("<p>");
            escape::escape_into(line, &mut out);
            out.push_str("</p>");
        }
    }
    out.push_str(if sheet { "</table>" } else { "" });
    out
}

/// At most so many bytes of a text, whole characters.
pub(crate) fn cut(text: &str, cap: usize) -> &str {
    text.get(..text.floor_char_boundary(cap)).unwrap_or(text)
}
