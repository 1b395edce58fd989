//! Codes in the addresses of hyperlinks, however the program wrote the brackets.

use std::ops::Range;

use crate::Refused;
use crate::codes::{Codes, Said};
use crate::escape::Place;
use crate::html::address_place;
use crate::program::{Edit, What};

/// The edits of an address in an attribute: `https://a.no/{code}` or `https://a.no/%7Bcode%7D`.
pub(super) fn address(
    text: &str,
    at: Range<usize>,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
) -> Result<(), Refused> {
    let Some(raw) = text.get(at.clone()) else { return Ok(()) };
    let lower = raw.to_ascii_lowercase();
    let mut from = 0;
    while let Some((open, inside)) = opening(&lower, from) {
        let Some((close, end)) = closing(&lower, inside) else { return Ok(()) };
        let name = raw.get(inside..close).unwrap_or_default();
        from = end;
        if !name.starts_with(|c: char| c.is_ascii_alphabetic())
            || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '?' | '#' | ':'))
        {
            continue;
        }
        let before = raw.get(..open).unwrap_or_default();
        let Some(Place::HtmlAddress { leads }) = address_place(before) else { continue };
        if let Some(Said::Slot(code)) = codes.take(name)? {
            let what = What::Slot { code, place: Place::XmlAddress { leads } };
            edits.push(Edit::new(at.start + open..at.start + end, what));
        }
    }
    Ok(())
}

/// The next opening bracket: where it begins and where it ends.
fn opening(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let plain = rest.find('{').map(|at| (from + at, from + at + 1));
    let coded = rest.find("%7b").map(|at| (from + at, from + at + 3));
    match (plain, coded) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn closing(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let plain = rest.find('}').map(|at| (from + at, from + at + 1));
    let coded = rest.find("%7d").map(|at| (from + at, from + at + 3));
    match (plain, coded) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
