//! Several finished documents as one, each beginning on a page of its own.
//!
//! The documents come from one template: what is alike in all of them (styles, fonts, settings) is taken from the first,
//! and what differs (headers, pictures, notes) comes along under names of its own.

mod body;
mod carry;
mod word;

use crate::{Format, Limits, Refused, RefusedKind};

/// Whether documents of a format can follow each other in one.
pub const fn can_join(format: Format) -> bool {
    matches!(format, Format::Docx | Format::Docm | Format::Text)
}

/// Joins documents that were made from one template, in their order.
///
/// In Word documents each begins on a new page in a section of its own: it keeps its margins, headers and footers, its
/// page numbers and numbered lists begin anew, and its notes follow on. The count of pages that `NUMPAGES` shows is the one
/// of the whole; `SECTIONPAGES` shows the one of the part. Texts are divided by a form feed.
/// # Errors
/// [`RefusedKind::WrongKind`] for formats that cannot be joined; whatever is wrong with a document.
pub fn join(format: Format, documents: Vec<Vec<u8>>, limits: &Limits) -> Result<Vec<u8>, Refused> {
    match format {
        Format::Docx | Format::Docm => word::join(format, documents, limits),
        Format::Text => Ok(documents.join(&b"\n\x0c\n"[..])),
        _ => {
            let what = format!("Documents of the kind {} cannot be joined into one.", format.label());
            Err(Refused { kind: RefusedKind::WrongKind, message: what, part: None })
        }
    }
}
