//! Character references of HTML.

use std::ops::Range;

/// Named references worth knowing: those of HTML 4 for Latin-1 and the common punctuation.
const PUNCTUATION: [(&str, char); 20] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("lbrace", '{'),
    ("lcub", '{'),
    ("rbrace", '}'),
    ("rcub", '}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bull", '•'),
    ("hellip", '…'),
    ("euro", '€'),
    ("trade", '™'),
    ("minus", '−'),
];

/// The names of U+00A0 to U+00FF in order.
const LATIN1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo",
    "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot",
    "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
    "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute",
    "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash",
    "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde",
    "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc",
    "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave",
    "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// The characters of a range, each with its place and whether it is written as itself.
pub(super) fn characters(
    text: &str,
    range: Range<usize>,
) -> impl Iterator<Item = (Range<usize>, char, bool)> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let rest = text.get(at..range.end)?;
        let c = rest.chars().next()?;
        let (c, len, literal) = match reference(rest) {
            Some((meant, len)) => (meant, len, false),
            None => (c, c.len_utf8(), true),
        };
        let place = at..at + len;
        at += len;
        Some((place, c, literal))
    })
}

/// The reference at the start of `text`, with its length. Only those closed by a semicolon count.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let len = body.bytes().take(32).position(|b| b == b';')?;
    let name = body.get(..len)?;
    let c = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
            None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
            _ => return None,
        };
        char::from_u32(code).filter(|&c| c != '\0')?
    } else if let Some(index) = LATIN1.iter().position(|&known| known == name) {
        char::from_u32(0xA0 + index as u32)?
    } else {
        PUNCTUATION.iter().find(|(known, _)| *known == name)?.1
    };
    Some((c, len + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_and_look_alikes_left() {
        assert_eq!(reference("&aring;x"), Some(('å', 7)));
        assert_eq!(reference("&yuml;"), Some(('ÿ', 6)));
        assert_eq!(reference("&#xE5;"), Some(('å', 6)));
        assert_eq!(reference("&#229;"), Some(('å', 6)));
        for text in ["&", "&;", "&x y;", "&#;", "&#x;", "&#xD800;", "&#99999999999;", "&nothing;", "&#+5;"] {
            assert_eq!(reference(text), None, "{text}");
        }
    }
}
