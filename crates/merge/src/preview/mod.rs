//! What a finished document says: as text for search, and as a safe page for looking at it.

mod word;
mod writer;

use crate::wml::{self, Document};
use crate::{Format, Limits, Refused, escape, flat, html};

/// The visible text of a document, a paragraph a line, cut at `limits.text`.
pub fn document_text(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<String, Refused> {
    match format {
        Format::Docx => wml::text::text(&Document::open(bytes, limits)?, limits),
        Format::Html => Ok(html::visible(&flat::read(bytes, limits)?, limits.text)),
        Format::Text => Ok(cut(&flat::read(bytes, limits)?, limits.text).to_owned()),
    }
}

/// A document as a fragment of plain HTML: headings, paragraphs, lists, tables, bold, italic and underlined text.
///
/// Everything is escaped and balanced; the fragment runs nothing, loads nothing, links nowhere and carries no attribute
/// but `colspan`, `rowspan` and the classes `preview-header`, `preview-footer`, `preview-notes` and `preview-box`.
/// Pictures are left out. It can be put into a page as it is.
pub fn preview_html(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<String, Refused> {
    match format {
        Format::Docx => word::html(&Document::open(bytes, limits)?, limits),
        Format::Html => Ok(html::reduce(&flat::read(bytes, limits)?, limits.text)),
        Format::Text => {
            let text = flat::read(bytes, limits)?;
            let mut out = String::from("<pre>");
            escape::escape_into(cut(&text, limits.text), &mut out);
            out.push_str("</pre>");
            Ok(out)
        }
    }
}

/// At most so many bytes of a text, whole characters.
pub(crate) fn cut(text: &str, cap: usize) -> &str {
    text.get(..text.floor_char_boundary(cap)).unwrap_or(text)
}
