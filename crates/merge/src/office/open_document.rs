//! OpenDocument text and presentations: paragraphs of mixed content.

use std::ops::Range;

use super::data::broken_code;
use super::external;
use crate::blocks::{Fillers, Kind, Structure};
use crate::code::{Brackets, Found, Matcher};
use crate::codes::Codes;
use crate::escape::Place;
use crate::finding::{Finding, FindingKind, Severity};
use crate::package::opc::leaves;
use crate::program::{Edit, What, add, feed};
use crate::xml::{Ns, Open, Scanner, Token, split_name, unescape};
use crate::{Limits, Refused};

/// The edits of a part with paragraphs.
pub(super) fn content(text: &str, codes: &mut Codes, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut reader = Reader::new(codes);
    reader.read(text, limits)?;
    let fillers = reader.fillers();
    let (structure, mut edits) = (reader.structure, reader.edits);
    structure.finish(codes, &fillers, &mut edits);
    whole_pages(text, codes, &mut edits, limits)?;
    Ok(edits)
}

/// Repeats the pages and sheets on which a tag says so: everything from the start of the element to its end.
pub(super) fn whole_pages(
    text: &str,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
    limits: &Limits,
) -> Result<(), Refused> {
    if codes.whole.is_empty() {
        return Ok(());
    }
    let mut wanted = std::mem::take(&mut codes.whole);
    let mut scanner = Scanner::new(text, limits)?;
    let (mut open, mut order): (Option<(usize, usize)>, u32) = (None, 0);
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(tag)
                if open.is_none()
                    && !tag.empty
                    && matches!((tag.ns, tag.local), (Ns::OdfDraw, "page") | (Ns::OdfTable, "table")) =>
            {
                open = Some((range.start, scanner.depth()));
            }
            Token::Close { .. } if open.is_some_and(|(_, depth)| scanner.depth() + 1 == depth) => {
                let Some((start, _)) = open.take() else { continue };
                let here: Vec<_> =
                    wanted.extract_if(.., |(.., at)| (start..range.end).contains(at)).collect();
                codes.whole.extend(here);
                let Some(block) = codes.take_whole() else { continue };
                // The end of one page comes before the beginning of the next at the same place.
                let edit = |at: usize, what, order| Edit { at: at..at, what, order };
                edits.push(edit(start, What::BeginWhole { block }, order + 1));
                edits.push(edit(range.end, What::End { block }, order + 2));
                order += 2;
            }
            _ => {}
        }
    }
    codes.whole = wanted;
    codes.nothing_whole();
    Ok(())
}

/// Reads paragraphs; what is particular to spreadsheets is added from outside.
pub(super) struct Reader<'t, 'c> {
    pub(super) codes: &'c mut Codes,
    pub(super) edits: Vec<Edit>,
    pub(super) structure: Structure<'t>,
    source: &'t str,
    paragraphs: Vec<Matcher<usize>>,
    /// Where the open elements begin: the innermost owns the text.
    starts: Vec<usize>,
    text_prefix: &'t str,
    dropping: Option<(usize, usize)>,
}

/// What an element is to loops.
fn kind(ns: Ns, local: &str) -> Kind {
    match (ns, local) {
        (Ns::OdfText, "p" | "h") => Kind::Para,
        (Ns::OdfText, "list-item") => Kind::Item,
        (Ns::OdfTable, "table" | "table-rows" | "table-row-group" | "table-header-rows") => Kind::Table,
        (Ns::OdfTable, "table-row") => Kind::Row,
        (Ns::OdfTable, "table-cell") => Kind::Cell,
        (Ns::OdfText, "note-body" | "section")
        | (Ns::OdfDraw, "text-box" | "custom-shape")
        | (Ns::OdfOffice, "text" | "annotation")
        | (
            Ns::Other,
            "header" | "footer" | "header-left" | "footer-left" | "header-first" | "footer-first",
        ) => Kind::Body,
        _ => Kind::Other,
    }
}

/// Elements that stand between two characters for the reader.
fn interrupts(ns: Ns, local: &str) -> bool {
    match ns {
        Ns::OdfText => matches!(local, "tab" | "line-break" | "note" | "ruby"),
        Ns::OdfDraw => matches!(local, "frame" | "custom-shape" | "g" | "a"),
        Ns::OdfOffice => local == "annotation",
        _ => false,
    }
}

impl<'t, 'c> Reader<'t, 'c> {
    pub(super) fn new(codes: &'c mut Codes) -> Self {
        Self {
            codes,
            edits: Vec::new(),
            structure: Structure::default(),
            source: "",
            paragraphs: Vec::new(),
            starts: Vec::new(),
            text_prefix: "",
            dropping: None,
        }
    }

    pub(super) fn fillers(&self) -> Fillers {
        Fillers { para: format!("<{}p/>", self.text_prefix), row: String::new() }
    }

    pub(super) fn read(&mut self, text: &'t str, limits: &Limits) -> Result<(), Refused> {
        let mut scanner = Scanner::new(text, limits)?;
        self.source = text;
        while let Some((range, token)) = scanner.next()? {
            match token {
                Token::Open(open) => self.open(text, open, &range, &scanner)?,
                Token::Close { ns, local } => self.close(ns, local, &range),
                Token::Text(piece) => self.text(piece, range.start)?,
                Token::Char(c) => self.char(c, range)?,
                Token::CData(_) => self.interrupt(),
                Token::Aside => {}
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        text: &'t str,
        open: Open<'t>,
        range: &Range<usize>,
        scanner: &Scanner<'t>,
    ) -> Result<(), Refused> {
        let kind = kind(open.ns, open.local);
        if kind == Kind::Para {
            let len = open.name.len() - split_name(open.name).1.len();
            self.text_prefix = open.name.get(..len).unwrap_or_default();
        }
        self.links(text, open, range, scanner)?;
        if (open.ns, open.local) == (Ns::OdfText, "s") {
            // One space, or several: inside a code they are one.
            return self.char(' ', range.clone());
        }
        if interrupts(open.ns, open.local) {
            self.interrupt();
            self.structure.count(1);
        }
        if (open.ns, open.local) == (Ns::OdfTable, "table")
            && let Some(at) = scanner.value_range("name")
        {
            let raw = text.get(at.clone()).unwrap_or_default();
            super::data::attribute(raw, at.start, &Place::SheetName, self.codes, &mut self.edits)?;
        }
        if !open.empty {
            self.starts.push(range.start);
            self.structure.open(kind, open.name, range.start);
            if kind == Kind::Para {
                self.paragraphs.push(Matcher::new(Brackets::CurlyAndAngle));
            }
        }
        Ok(())
    }

    fn close(&mut self, ns: Ns, local: &str, range: &Range<usize>) {
        self.starts.pop();
        if kind(ns, local) == Kind::Para
            && let Some(broken) = self.paragraphs.pop().and_then(Matcher::unfinished)
        {
            self.codes.note(broken_code(&broken, "It is not closed in its paragraph."));
        }
        if interrupts(ns, local) {
            self.interrupt();
        }
        self.structure.close(range.end);
        if let Some((depth, start)) = self.dropping.take_if(|(depth, _)| *depth == self.structure.depth()) {
            let _ = depth;
            self.edits.push(Edit::drop(start..range.end));
        }
    }

    /// Addresses: codes in those that are followed on a click, nothing in those that load by themselves.
    fn links(
        &mut self,
        text: &str,
        open: Open<'_>,
        range: &Range<usize>,
        scanner: &Scanner<'t>,
    ) -> Result<(), Refused> {
        let Some(attr) = scanner
            .attrs()
            .iter()
            .find(|attr| split_name(attr.name).1 == "href" && scanner.attr_ns(attr) == Ns::Link)
        else {
            return Ok(());
        };
        if matches!((open.ns, open.local), (Ns::OdfText | Ns::OdfDraw, "a")) {
            return external::address(text, attr.value(), self.codes, &mut self.edits);
        }
        let target = unescape(attr.raw);
        let target = target.trim();
        if !(leaves(target) || target.starts_with("../") || target.starts_with('/'))
            || open.ns == Ns::Other && open.local == "script"
        {
            return Ok(());
        }
        let shown = crate::refused::shown(target);
        let sentence =
            "It loads something from outside. The link is taken out of every document made from it.";
        self.codes.note(Finding::new(Severity::Warning, FindingKind::ExternalLink, &shown, sentence));
        let whole = matches!(
            (open.ns, open.local),
            (Ns::OdfText, "section-source")
                | (Ns::OdfTable, "table-source" | "cell-range-source")
                | (Ns::OdfDraw, "object" | "object-ole" | "plugin" | "floating-frame" | "applet")
        );
        if !whole {
            self.edits.push(Edit::drop(attr.range.clone()));
        } else if open.empty {
            self.edits.push(Edit::drop(range.clone()));
        } else if self.dropping.is_none() {
            self.dropping = Some((self.structure.depth(), range.start));
        }
        Ok(())
    }

    fn interrupt(&mut self) {
        let broken = self.paragraphs.last_mut().and_then(Matcher::interrupt);
        if let Some(broken) = broken {
            let why = "Something else stands between its letters (a break, a tab, a picture or a note).";
            self.codes.note(broken_code(&broken, why));
        }
    }

    fn text(&mut self, piece: &'t str, start: usize) -> Result<(), Refused> {
        let owner = self.starts.last().copied().unwrap_or_default();
        if self.paragraphs.is_empty() {
            return Ok(());
        }
        if memchr::memchr(b'{', piece.as_bytes()).is_some() {
            self.structure.bracket(owner);
        }
        let Some(matcher) = self.paragraphs.last_mut() else { return Ok(()) };
        let place = Place::Odf(self.text_prefix.into());
        let (codes, edits, structure) = (&mut *self.codes, &mut self.edits, &mut self.structure);
        let (source, mut counted) = (self.source, start);
        feed(matcher, piece, start, &owner, |found| {
            structure.content_to(source, &mut counted, found.end());
            word(found, &place, codes, edits, structure)
        })?;
        structure.content_to(source, &mut counted, start + piece.len());
        Ok(())
    }

    fn char(&mut self, c: char, range: Range<usize>) -> Result<(), Refused> {
        let owner = self.starts.last().copied().unwrap_or_default();
        if c == '{' {
            self.structure.bracket(owner);
        }
        if !self.paragraphs.is_empty() {
            self.structure.content(c.encode_utf8(&mut [0; 4]));
        }
        let Some(found) = self.paragraphs.last_mut().and_then(|matcher| matcher.feed(c, range, &owner))
        else {
            return Ok(());
        };
        let place = Place::Odf(self.text_prefix.into());
        word(found, &place, self.codes, &mut self.edits, &mut self.structure)
    }
}

fn word(
    found: Found<usize>,
    place: &Place,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
    structure: &mut Structure<'_>,
) -> Result<(), Refused> {
    let owner = found.spans.first().map_or(0, |(_, owner)| *owner);
    if let Some(control) = add(found, place.clone(), codes, edits)? {
        structure.tag(control, owner);
    }
    Ok(())
}
