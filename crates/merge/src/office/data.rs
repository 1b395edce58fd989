//! Parts without paragraphs: character data, attributes, and what is only checked.

use crate::blocks::{Fillers, Kind, Structure};
use crate::code::{Brackets, Found, Matcher};
use crate::codes::Codes;
use crate::escape::Place;
use crate::finding::{Finding, FindingKind, Severity};
use crate::program::{Control, Edit, add, feed};
use crate::xml::{Scanner, Token};
use crate::{Limits, Refused};

/// Walks a part that only has to be sound.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    while scanner.next()?.is_some() {}
    Ok(())
}

/// A bracket that opened something that looked like a code and never became one.
pub(super) fn broken_code(inside: &str, why: &str) -> Finding {
    let sentence = format!("This looks like the beginning of a code. {why} Type it again in one go.");
    Finding::new(Severity::Warning, FindingKind::BrokenCode, &format!("{{{inside}"), sentence)
}

/// The codes in the value of an attribute; tags of blocks are handed back.
pub(super) fn attribute(
    raw: &str,
    start: usize,
    place: &Place,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
) -> Result<Vec<Control>, Refused> {
    let mut matcher = Matcher::new(Brackets::Curly);
    let mut controls = Vec::new();
    feed(&mut matcher, raw, start, &(), |found| {
        controls.extend(add(found, place.clone(), codes, edits)?);
        Ok(())
    })?;
    Ok(controls)
}

/// The edits of a part whose character data is plain text: a code lies within one element.
pub(super) fn data(text: &str, codes: &mut Codes, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut matcher = Matcher::new(Brackets::CurlyAndAngle);
    let mut edits = Vec::new();
    let mut structure = Structure::single();
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Text(piece) => {
                feed(&mut matcher, piece, range.start, &(), |found| {
                    flat(found, &Place::Xml, &mut structure, codes, &mut edits)
                })?;
            }
            Token::Char(c) => {
                if let Some(found) = matcher.feed(c, range, &()) {
                    flat(found, &Place::Xml, &mut structure, codes, &mut edits)?;
                }
            }
            Token::Aside => {}
            Token::Open(open) => {
                matcher.interrupt();
                if !open.empty {
                    structure.open(Kind::Para, open.name, range.start);
                }
            }
            Token::Close { .. } => {
                matcher.interrupt();
                structure.close(range.end);
            }
            Token::CData(_) => {
                matcher.interrupt();
            }
        }
    }
    structure.finish(codes, &Fillers::default(), &mut edits);
    Ok(edits)
}

/// A code of a part without paragraphs.
fn flat(
    found: Found<()>,
    place: &Place,
    structure: &mut Structure<'_>,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
) -> Result<(), Refused> {
    if let Some(control) = add(found, place.clone(), codes, edits)? {
        structure.tag(control, 0);
    }
    Ok(())
}
