//! File names: amended, never refused (contract section d.6; BAD-07, BAD-08, T29).
//!
//! One rule for every store, strict enough for SharePoint, Drive and a file system, so that a document can
//! move between them and keep its name. The visible heading is kept separately and never changed.

use unicode_normalization::UnicodeNormalization;

/// The longest file name we make, in characters, extension included.
pub const MAX_CHARS: usize = 120;
/// The longest file name we make, in bytes of UTF-8: file systems stop at 255.
pub const MAX_BYTES: usize = 240;
/// The longest extension kept, in characters, dot included. Longer tails are part of the name.
const MAX_EXTENSION: usize = 12;

/// A valid file name for what was suggested. Always succeeds; equal to its input when that is valid already.
///
/// Path parts are stripped, text is composed (NFC), control and direction characters are dropped, characters
/// some store forbids become `_`, reserved words get a `_`, and the length is cut keeping the extension.
/// `fallback` (without path, for example `Document`) is used when nothing is left.
pub fn amend(suggested: &str, fallback: &str) -> String {
    let last = suggested.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or("");
    let cleaned: String = last.nfc().filter(|c| !is_dropped(*c)).map(replace_forbidden).collect();
    let cleaned = trim(&cleaned);
    let cleaned = if cleaned.chars().all(|c| c == '.' || c == '_' || c == ' ') { "" } else { cleaned };
    let cleaned = cleaned.strip_prefix("~$").map_or_else(|| cleaned.to_owned(), |rest| format!("_{rest}"));
    let (stem, extension) = if is_extension(&cleaned) { ("", cleaned.as_str()) } else { split(&cleaned) };
    let stem = trim(stem);
    let stem = if stem.is_empty() { fallback } else { stem };
    let stem = if is_reserved(stem) || is_reserved(&format!("{stem}{extension}")) {
        format!("{stem}_")
    } else {
        stem.to_owned()
    };
    fit(&without_vti(&stem), "", extension)
}

/// The name with a counter before the extension: `Offer.docx` and 2 give `Offer (2).docx`.
/// The length limits hold; the stem gives way.
pub fn with_suffix(name: &str, n: u32) -> String {
    let (stem, extension) = split(name);
    fit(stem, &format!(" ({n})"), extension)
}

/// The first of `name`, `name (2)`, `name (3)`, … that `taken` does not know.
/// Names are compared by [`folded`], so two names that differ in case or composition count as equal.
pub fn free_name(name: &str, mut taken: impl FnMut(&str) -> bool) -> String {
    if !taken(&folded(name)) {
        return name.to_owned();
    }
    let mut n = 2;
    loop {
        let candidate = with_suffix(name, n);
        if !taken(&folded(&candidate)) || n == u32::MAX {
            return candidate;
        }
        n += 1;
    }
}

/// The form in which names are compared: composed, compatibility-folded, lower case.
pub fn folded(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// Splits a name into stem and extension, dot included: `("Offer", ".docx")`. No extension gives `""`.
pub fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && is_extension(&name[at..]) => name.split_at(at),
        _ => (name, ""),
    }
}

/// The extension in lower case, with its dot: `.docx`; blank when there is none.
pub fn extension(name: &str) -> String {
    split(name).1.to_lowercase()
}

fn is_extension(tail: &str) -> bool {
    let chars = tail.chars().count();
    tail.starts_with('.')
        && (2..=MAX_EXTENSION).contains(&chars)
        && tail.chars().skip(1).all(char::is_alphanumeric)
}

/// Control characters, direction overrides and isolates, zero-width marks, byte order mark, private use,
/// and code points without a character.
fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
        || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Characters that SharePoint, Drive's desktop client or Windows refuse. `#` and `%` are taken today (microsoft.md 2.17).
fn replace_forbidden(c: char) -> char {
    match c {
        '"' | '*' | ':' | '<' | '>' | '?' | '/' | '\\' | '|' => '_',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn trim(name: &str) -> &str {
    name.trim_start_matches(' ').trim_end_matches([' ', '.'])
}

/// Names that Windows or SharePoint keep for themselves, with or without extension.
fn is_reserved(name: &str) -> bool {
    let lower = name.to_lowercase();
    let stem = lower.split('.').next().unwrap_or(&lower).trim_end();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| n.chars().count() == 1 && n.chars().all(is_device_digit))
    };
    matches!(stem, "con" | "prn" | "aux" | "nul")
        || numbered("com")
        || numbered("lpt")
        || matches!(lower.as_str(), "desktop.ini" | "thumbs.db" | ".lock" | "_vti_" | "forms")
}

/// SharePoint takes no name with `_vti_` in it, in capitals or not.
fn without_vti(stem: &str) -> String {
    let mut out = stem.to_owned();
    while let Some(at) = out.to_ascii_lowercase().find("_vti_") {
        out.replace_range(at + 4..at + 5, "-");
    }
    out
}

/// Windows reserves the superscript digits as well.
fn is_device_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '¹' | '²' | '³')
}

/// Stem, tail and extension together within the limits; only the stem gives way.
fn fit(stem: &str, tail: &str, extension: &str) -> String {
    let chars = MAX_CHARS - tail.chars().count() - extension.chars().count();
    let bytes = MAX_BYTES - tail.len() - extension.len();
    let mut used = 0;
    let kept: String = stem
        .chars()
        .take(chars)
        .take_while(|c| {
            used += c.len_utf8();
            used <= bytes
        })
        .collect();
    let kept = kept.trim_end_matches([' ', '.']);
    format!("{kept}{tail}{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_amended_by_the_table() {
        let table = [
            ("Offer.docx", "Offer.docx"),
            ("  Offer .docx", "Offer.docx"),
            ("a/b\\c/Offer.docx", "Offer.docx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\x.txt", "x.txt"),
            ("What? \"now\" <or> never|.docx", "What_ _now_ _or_ never_.docx"),
            ("CON", "CON_"),
            ("con.txt", "con_.txt"),
            ("LPT1.docx", "LPT1_.docx"),
            ("COM¹.txt", "COM¹_.txt"),
            ("desktop.ini", "desktop_.ini"),
            ("~$Offer.docx", "_Offer.docx"),
            ("my_vti_file.txt", "my_vti-file.txt"),
            ("trailing...", "trailing"),
            ("...", "Document"),
            ("", "Document"),
            (" ", "Document"),
            ("\u{202E}fdp.exe", "fdp.exe"),
            ("nul\0l.txt", "null.txt"),
            ("cafe\u{301}.txt", "caf\u{e9}.txt"),
            ("a\tb\nc.txt", "abc.txt"),
            (".docx", "Document.docx"),
            ("archive.tar.gz", "archive.tar.gz"),
            ("No extension. Really not", "No extension. Really not"),
            ("100% #1.txt", "100% #1.txt"),
        ];
        for (suggested, expected) in table {
            assert_eq!(amend(suggested, "Document"), expected, "from {suggested:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_keeps_its_extension() {
        let name = amend(&format!("{}.docx", "å".repeat(300)), "Document");
        assert!(extension(&name) == ".docx" && name.chars().count() <= MAX_CHARS && name.len() <= MAX_BYTES);
    }

    #[test]
    fn equal_names_get_a_deliberate_suffix() {
        let taken = [folded("Offer.docx"), folded("offer (2).DOCX")];
        assert_eq!(free_name("OFFER.docx", |n| taken.contains(&n.to_owned())), "OFFER (3).docx");
        assert_eq!(folded("Café"), folded("CAFE\u{301}"));
    }

    fn is_valid(name: &str) -> bool {
        !name.is_empty()
            && name.chars().count() <= MAX_CHARS
            && name.len() <= MAX_BYTES
            && !name.chars().any(|c| is_dropped(c) || "\"*:<>?/\\|".contains(c))
            && !name.ends_with([' ', '.'])
            && !name.starts_with([' '])
            && !name.starts_with("~$")
            && !is_reserved(name)
    }

    proptest! {
        #[test]
        fn every_amended_name_is_valid_for_every_store(name in "\\PC{0,300}|[\\x00-\\x20./\\\\:*?\"<>|~$]{0,40}|(con|nul|com1|lpt9)[. ]?(txt)?") {
            let got = amend(&name, "Document");
            prop_assert!(is_valid(&got), "{name:?} gave {got:?}");
        }

        #[test]
        fn amending_twice_changes_nothing_more(name in "\\PC{0,300}") {
            let once = amend(&name, "Document");
            prop_assert_eq!(amend(&once, "Document"), once);
        }

        #[test]
        fn a_suffix_keeps_a_name_valid(name in "\\PC{1,300}", n in 2u32..100_000) {
            let got = with_suffix(&amend(&name, "Document"), n);
            prop_assert!(is_valid(&got), "{got:?}");
        }
    }
}
