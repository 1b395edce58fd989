//! Text as people type it and look for it.

use crate::{Error, Result};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest search word kept, in characters.
pub const MAX_WORD: usize = 40;

/// The search words of a text: accents removed, lower case, split at everything that is no letter or digit,
/// without doubles, in order of first appearance. "Åse & Sønner AS" gives `ase`, `sonner`, `as`.
pub fn words(text: &str) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(|w| w.chars().take(MAX_WORD).collect::<String>())
        .filter(|w| seen.insert(w.clone()))
        .collect()
}

/// Lower case without accents; Nordic and German letters become their plain neighbours (ø o, æ ae, ß ss).
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ø' => out.push('o'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            'ð' | 'đ' => out.push('d'),
            'þ' => out.push_str("th"),
            'ł' => out.push('l'),
            c => out.push(c),
        }
    }
    out
}

/// The first string above every string that begins with `prefix`, for a range query on an index.
pub fn prefix_end(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

/// One line of text a person typed into `field`: trimmed, control characters refused, at most `max` characters.
pub fn line(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text: String = text.trim().nfc().collect();
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(format!(
            "The {field} contains a control character. Type it again on one line, without tabs or line breaks."
        ))
        .field(field));
    }
    limited(field, text, max)
}

/// Like [`fn@line`], but must not be blank.
pub fn required_line(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text = line(field, text, max)?;
    if text.is_empty() {
        return Err(Error::invalid(format!("The {field} is missing. Fill it in.")).field(field));
    }
    Ok(text)
}

/// Several lines of text: line breaks and tabs are kept, other control characters refused.
pub fn paragraph(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text: String = text.replace("\r\n", "\n").trim_end().nfc().collect();
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Error::invalid(format!(
            "The {field} contains a control character. Remove it and save again."
        ))
        .field(field));
    }
    limited(field, text, max)
}

fn limited(field: &'static str, text: String, max: usize) -> Result<String> {
    let length = text.chars().count();
    if length > max {
        return Err(Error::invalid(format!(
            "The {field} is {length} characters long; at most {max} are kept. Shorten it."
        ))
        .field(field));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_split() {
        assert_eq!(words("Åse & Sønner AS, åse"), ["ase", "sonner", "as"]);
        assert_eq!(words("Müller-Straße 12b"), ["muller", "strasse", "12b"]);
        assert!(words("  --- ").is_empty());
    }

    #[test]
    fn a_prefix_range_holds_exactly_what_begins_with_it() {
        let end = prefix_end("no");
        assert!("nordic" < end.as_str() && "no" < end.as_str() && "np" > end.as_str());
    }

    #[test]
    fn a_line_names_the_field_and_the_remedy_when_it_is_refused() {
        let e = required_line("heading", "   ", 100).unwrap_err();
        assert_eq!((e.public(), e.field_name()), ("The heading is missing. Fill it in.", Some("heading")));
        assert!(line("heading", "a\nb", 100).is_err());
        assert!(line("heading", &"x".repeat(101), 100).unwrap_err().public().contains("at most 100"));
        assert_eq!(paragraph("description", "a\r\nb\n", 100).unwrap(), "a\nb");
    }
}
