//! The visible text of a Word document.

use super::{Document, Role};
use crate::format::Family;
use crate::xml::{Ns, Scanner, Token};
use crate::{Limits, Refused};

/// The text of all stories, a paragraph a line, cells apart by tabs; cut at the cap.
pub(crate) fn text(document: &Document, limits: &Limits) -> Result<String, Refused> {
    let mut out = String::new();
    for (role, entry) in document.stories() {
        if role == Role::Comments {
            continue;
        }
        let decoded = document.decode(entry)?;
        story(&decoded.text, &mut out, limits).map_err(|refused| refused.at(&entry.name))?;
        if out.len() >= limits.text {
            break;
        }
    }
    Ok(out)
}

/// Tracks what is in the part but not on the page: the older twin of a text box, and the instructions of fields.
#[derive(Debug, Default)]
pub(crate) struct Unseen {
    fallbacks: usize,
    fields: Vec<bool>,
}

impl Unseen {
    /// Notes a start tag.
    pub(crate) fn open(&mut self, ns: Ns, local: &str, empty: bool, field: Option<&str>) {
        match (ns, local, field) {
            (Ns::Compat, "Fallback", _) if !empty => self.fallbacks += 1,
            (Ns::Word, "fldChar", Some("begin")) => self.fields.push(true),
            (Ns::Word, "fldChar", Some("separate")) => {
                if let Some(top) = self.fields.last_mut() {
                    *top = false;
                }
            }
            (Ns::Word, "fldChar", Some("end")) => {
                self.fields.pop();
            }
            _ => {}
        }
    }

    /// Notes an end tag.
    pub(crate) fn close(&mut self, ns: Ns, local: &str) {
        if (ns, local) == (Ns::Compat, "Fallback") {
            self.fallbacks = self.fallbacks.saturating_sub(1);
        }
    }

    /// Whether the older twin of something is being read.
    pub(crate) fn in_fallback(&self) -> bool {
        self.fallbacks > 0
    }

    /// Whether text is unseen now.
    pub(crate) fn hides(&self) -> bool {
        // Fields nest a few levels at most; a hostile depth costs what its text costs.
        self.fallbacks > 0 || self.fields.iter().rev().take(16).any(|&instruction| instruction)
    }
}

/// The text of one part.
fn story(text: &str, out: &mut String, limits: &Limits) -> Result<(), Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut unseen = Unseen::default();
    let mut in_text = false;
    while let Some((_, token)) = scanner.next()? {
        match token {
            Token::Open(open) => {
                let field = if open.local == "fldChar" { scanner.attr("fldCharType") } else { None };
                unseen.open(open.ns, open.local, open.empty, field);
                if open.ns != Ns::Word || unseen.hides() {
                    continue;
                }
                match open.local {
                    "t" => in_text = !open.empty,
                    // A tab stop of the paragraph's properties carries a position.
                    "tab" if scanner.attr("pos").is_none() => out.push('\t'),
                    "ptab" => out.push('\t'),
                    "br" | "cr" => out.push('\n'),
                    "noBreakHyphen" => out.push('\u{2011}'),
                    "p" if open.empty => out.push('\n'),
                    // A text box begins inside a paragraph.
                    "txbxContent" if !out.is_empty() && !out.ends_with('\n') => out.push('\n'),
                    _ => {}
                }
            }
            Token::Close { ns, local } => {
                unseen.close(ns, local);
                match (ns, local) {
                    (Ns::Word, "t") => in_text = false,
                    (Ns::Word, "p") if !unseen.hides() => out.push('\n'),
                    (Ns::Word, "tc") if out.ends_with('\n') && !unseen.hides() => {
                        out.pop();
                        out.push('\t');
                    }
                    (Ns::Word, "tr") if out.ends_with('\t') && !unseen.hides() => {
                        out.pop();
                        out.push('\n');
                    }
                    _ => {}
                }
            }
            Token::Text(piece) | Token::CData(piece) if in_text && !unseen.hides() => out.push_str(piece),
            Token::Char(c) if in_text && !unseen.hides() => out.push(c),
            _ => {}
        }
        if out.len() >= limits.text {
            break;
        }
    }
    Ok(())
}

/// The text of any office document.
pub(crate) fn of(document: &Document, limits: &Limits) -> Result<String, Refused> {
    match document.format.family() {
        Family::Word => text(document, limits),
        Family::PowerPoint => lines(document, &[Role::Slide], Ns::Drawing, limits),
        Family::Excel => workbook(document, limits),
        Family::OpenDocument | Family::Flat => lines(document, &[Role::Content], Ns::OdfText, limits),
    }
}

/// Paragraphs of a vocabulary, a line each; cells apart by tabs.
fn lines(document: &Document, roles: &[Role], ns: Ns, limits: &Limits) -> Result<String, Refused> {
    let mut out = String::new();
    for (_, entry) in document.parts(roles) {
        let decoded = document.decode(entry)?;
        let mut scanner = Scanner::new(&decoded.text, limits)?;
        let mut within = 0_usize;
        while let Some((_, token)) = scanner.next()? {
            let shown = |local: &str| match ns {
                Ns::OdfText => matches!(local, "p" | "h"),
                _ => local == "t",
            };
            match token {
                Token::Open(open) if open.ns == ns => match open.local {
                    "tab" => out.push('\t'),
                    "line-break" | "br" => out.push('\n'),
                    "s" => {
                        let count = scanner.attr("c").and_then(|c| c.parse().ok()).unwrap_or(1);
                        out.extend(std::iter::repeat_n(' ', usize::min(count, 100)));
                    }
                    local if shown(local) && !open.empty => within += 1,
                    _ => {}
                },
                Token::Close { ns: found, local } => {
                    if found == ns && shown(local) {
                        within = within.saturating_sub(1);
                    }
                    match (found, local) {
                        (_, "p" | "h") if found == ns => out.push('\n'),
                        (Ns::OdfTable, "table-cell") | (Ns::Drawing, "tc") => {
                            let end = out.trim_end_matches('\n').len();
                            out.truncate(end);
                            out.push('\t');
                        }
                        (Ns::OdfTable, "table-row") | (Ns::Drawing, "tr") => {
                            let end = out.trim_end_matches('\t').len();
                            out.truncate(end);
                            out.push('\n');
                        }
                        _ => {}
                    }
                }
                Token::Text(piece) | Token::CData(piece) if within > 0 => out.push_str(piece),
                Token::Char(c) if within > 0 => out.push(c),
                _ => {}
            }
            if out.len() >= limits.text {
                return Ok(out);
            }
        }
    }
    Ok(out)
}

/// The cells of all sheets, a row a line, apart by tabs.
fn workbook(document: &Document, limits: &Limits) -> Result<String, Refused> {
    let mut strings: Vec<String> = Vec::new();
    for (_, entry) in document.parts(&[Role::Strings]) {
        let decoded = document.decode(entry)?;
        let mut scanner = Scanner::new(&decoded.text, limits)?;
        let mut shows = false;
        while let Some((_, token)) = scanner.next()? {
            match token {
                Token::Open(open) if open.local == "si" => strings.push(String::new()),
                Token::Open(open) => shows = open.local == "t" && !open.empty,
                Token::Close { .. } => shows = false,
                Token::Text(piece) if shows => strings.last_mut().into_iter().for_each(|s| s.push_str(piece)),
                Token::Char(c) if shows => strings.last_mut().into_iter().for_each(|s| s.push(c)),
                _ => {}
            }
        }
    }
    let mut out = String::new();
    for (_, entry) in document.parts(&[Role::Sheet]) {
        let decoded = document.decode(entry)?;
        let mut scanner = Scanner::new(&decoded.text, limits)?;
        let (mut shared, mut shows, mut cell) = (false, false, String::new());
        while let Some((_, token)) = scanner.next()? {
            match token {
                Token::Open(open) if open.local == "c" => {
                    shared = scanner.attr("t") == Some("s");
                    cell.clear();
                }
                Token::Open(open) => shows = matches!(open.local, "t" | "v") && !open.empty,
                Token::Text(piece) if shows => cell.push_str(piece),
                Token::Char(c) if shows => cell.push(c),
                Token::Close { local: "c", .. } => {
                    let string = shared.then(|| cell.trim().parse::<usize>().ok()).flatten();
                    out.push_str(string.and_then(|at| strings.get(at)).unwrap_or(&cell));
                    out.push('\t');
                }
                Token::Close { local: "row", .. } => {
                    let end = out.trim_end_matches('\t').len();
                    out.truncate(end);
                    out.push('\n');
                }
                Token::Close { .. } => shows = false,
                _ => {}
            }
            if out.len() >= limits.text {
                return Ok(out);
            }
        }
    }
    Ok(out)
}
