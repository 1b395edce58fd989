//! Finding codes in a part, however Word has cut them up.
//!
//! Word splits `{name}` over runs for a spelling mark, a change of font, a bookmark or an editing session. The text
//! elements of a paragraph are therefore read as one text; the value goes where the opening bracket stands, and takes
//! that run's formatting, while the other pieces of the code are emptied. What a person sees as something between two
//! characters (a break, a picture, a note, the edge of a field) interrupts a code; what they do not see does not.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;

use super::data::{attribute, broken_code};
use super::fields::{Ended, Fields};
use crate::blocks::{Fillers, Kind, Structure};
use crate::code::{Brackets, Found, Matcher};
use crate::codes::Codes;
use crate::escape::Place;
use crate::finding::{Finding, FindingKind, Severity};
use crate::program::{Edit, What, add, feed};
use crate::xml::{Ns, Open, Scanner, Token, XML_SPACE, split_name, unescape};
use crate::{Limits, Refused};

/// The start tag of the text element a character belongs to.
type Tag = Range<usize>;

/// Which vocabulary the paragraphs of a part are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// WordprocessingML.
    Word,
    /// DrawingML: slides, shapes, charts, diagrams.
    Drawing,
    /// SpreadsheetML: the strings of a sheet, and comments.
    Sheet,
}

impl Dialect {
    const fn ns(self) -> Ns {
        match self {
            Self::Word => Ns::Word,
            Self::Drawing => Ns::Drawing,
            Self::Sheet => Ns::Sheet,
        }
    }

    /// What an element is to loops.
    fn kind(self, ns: Ns, local: &str) -> Kind {
        if ns != self.ns() && !(self == Self::Drawing && local == "txBody") {
            return Kind::Other;
        }
        match local {
            "is" | "text" if self == Self::Sheet => Kind::Para,
            "p" => Kind::Para,
            "tbl" | "sheetData" => Kind::Table,
            "tr" | "row" => Kind::Row,
            "tc" | "c" => Kind::Cell,
            "body" | "hdr" | "ftr" | "footnote" | "endnote" | "comment" | "txbxContent" | "txBody" => {
                Kind::Body
            }
            _ => Kind::Other,
        }
    }
}

/// The edits of a part with paragraphs.
pub(super) fn story(
    text: &str,
    dialect: Dialect,
    codes: &mut Codes,
    limits: &Limits,
) -> Result<Vec<Edit>, Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut reader = StoryReader::new(text, dialect, codes);
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) => reader.open(open, &range, &scanner)?,
            Token::Close { ns, local } => reader.close(ns, local, &range)?,
            Token::Text(piece) => reader.text(piece, range.start)?,
            Token::Char(c) => reader.char(c, range)?,
            // Word writes no CDATA; a value could not be escaped inside it.
            Token::CData(_) => reader.interrupt(),
            Token::Aside => {}
        }
    }
    Ok(reader.finish())
}

struct StoryReader<'t, 'c> {
    source: &'t str,
    dialect: Dialect,
    codes: &'c mut Codes,
    edits: Vec<Edit>,
    structure: Structure<'t>,
    /// One for each open paragraph: a text box holds paragraphs inside a paragraph.
    paragraphs: Vec<Matcher<Tag>>,
    stories: Vec<Fields<'t>>,
    /// The text element being read, and the prefix of its name.
    tag: Option<(Tag, &'t str)>,
    /// Text elements that get a value, by their place.
    touched: BTreeMap<usize, Tag>,
    /// The prefix of the paragraphs' own vocabulary.
    prefix: &'t str,
    /// In DrawingML, the properties of the run being read: the start of the run, then the whole element.
    run: Range<usize>,
    /// The words about the picture being read: the code they are, if they are one, and whether there are any.
    described: Option<(Option<u32>, bool)>,
}

impl<'t, 'c> StoryReader<'t, 'c> {
    fn new(source: &'t str, dialect: Dialect, codes: &'c mut Codes) -> Self {
        Self {
            source,
            dialect,
            codes,
            edits: Vec::new(),
            structure: Structure::default(),
            paragraphs: Vec::new(),
            stories: vec![Fields::default()],
            tag: None,
            touched: BTreeMap::new(),
            prefix: "",
            run: 0..0,
            described: None,
        }
    }

    fn open(&mut self, open: Open<'t>, range: &Range<usize>, scanner: &Scanner<'t>) -> Result<(), Refused> {
        // Nothing belongs inside a text element; a value there, with its own end and start tags, would break it.
        if self.tag.take().is_some() {
            self.interrupt();
        }
        let kind = self.dialect.kind(open.ns, open.local);
        if !open.empty {
            self.structure.open(kind, open.name, range.start);
        }
        let own = open.ns == self.dialect.ns();
        let prefix_len = open.name.len() - split_name(open.name).1.len();
        let prefix = open.name.get(..prefix_len).unwrap_or_default();
        match open.local {
            "p" | "is" | "text" if kind == Kind::Para && !open.empty => {
                self.prefix = prefix;
                self.paragraphs.push(Matcher::new(Brackets::CurlyAndAngle));
            }
            "t" if own && !open.empty => self.tag = Some((range.clone(), prefix)),
            "r" if own => self.run = 0..0,
            "rPr" if own && self.dialect == Dialect::Drawing => {
                self.run = range.start..if open.empty { range.end } else { 0 };
            }
            "fldChar" if own => {
                self.interrupt();
                self.structure.bracket(range.start);
                let kind = scanner.attr("fldCharType").unwrap_or_default();
                let ended = self.stories.last_mut().and_then(|fields| fields.mark(kind, range, open.empty));
                if let Some(ended) = ended {
                    self.field(ended)?;
                }
            }
            "instrText" if own && !open.empty => {
                if let Some(fields) = self.stories.last_mut() {
                    fields.instruction_opens(range);
                }
            }
            "fldSimple" if own && !open.empty => {
                self.structure.bracket(range.start);
                let instruction = unescape(scanner.attr("instr").unwrap_or_default());
                let depth = self.structure.depth();
                if let Some(fields) = self.stories.last_mut() {
                    fields.simple(&instruction, range, depth);
                }
            }
            "txbxContent" | "footnote" | "endnote" | "comment" if own && !open.empty => {
                self.stories.push(Fields::default());
            }
            "docPr" | "cNvPr" => self.words_about_a_picture(scanner)?,
            "blip" => self.picture(scanner),
            local if interrupts(open.ns, local) => {
                self.interrupt();
                self.structure.count(1);
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, ns: Ns, local: &str, at: &Range<usize>) -> Result<(), Refused> {
        let end = at.end;
        let own = ns == self.dialect.ns();
        match local {
            "p" | "is" | "text" if self.dialect.kind(ns, local) == Kind::Para => {
                if let Some(broken) = self.paragraphs.pop().and_then(Matcher::unfinished) {
                    self.codes.note(broken_code(&broken, "It is not closed in its paragraph."));
                }
            }
            "t" if own => self.tag = None,
            "rPr" if own && self.run.end == 0 && self.run.start > 0 => self.run.end = end,
            "txbxContent" | "footnote" | "endnote" | "comment" if own => {
                self.stories.pop();
            }
            "fldSimple" if own => {
                let depth = self.structure.depth();
                let ended = self.stories.last_mut().and_then(|fields| fields.simple_ends(depth, at));
                if let Some(ended) = ended {
                    self.structure.close(end);
                    return self.field(ended);
                }
            }
            local if interrupts(ns, local) => self.interrupt(),
            _ => {}
        }
        if own
            && matches!(local, "instrText" | "fldChar")
            && let Some(fields) = self.stories.last_mut()
        {
            fields.element_ends(end);
        }
        self.structure.close(end);
        Ok(())
    }

    fn interrupt(&mut self) {
        let broken = self.paragraphs.last_mut().and_then(Matcher::interrupt);
        if let Some(broken) = broken {
            let why = "Something else stands between its letters (a break, a tab, a picture or a field).";
            self.codes.note(broken_code(&broken, why));
        }
    }

    /// Text inside a field's instruction is the instruction, even when it is a nested field's result: a value there
    /// could become a command.
    fn in_instruction(&self) -> bool {
        self.stories.last().is_some_and(Fields::in_instruction)
    }

    fn text(&mut self, piece: &'t str, start: usize) -> Result<(), Refused> {
        let Some((tag, prefix)) = self.tag.clone() else {
            if let Some(fields) = self.stories.last_mut() {
                fields.instruction_text(piece);
            }
            // A row with numbers or formulas holds more than tags.
            if self.dialect == Dialect::Sheet {
                self.structure.content(piece);
            }
            return Ok(());
        };
        if self.in_instruction() {
            self.interrupt();
            return Ok(());
        }
        if memchr(b'{', piece.as_bytes()).is_some() {
            self.structure.bracket(tag.start);
        }
        let merging =
            self.stories.last_mut().is_some_and(|fields| fields.result(&tag, start..start + piece.len()));
        let mut counted = if merging { start + piece.len() } else { start };
        let Some(matcher) = self.paragraphs.last_mut() else { return Ok(()) };
        let place = place(self.dialect, prefix, self.source, &self.run);
        let (codes, edits, touched) = (&mut *self.codes, &mut self.edits, &mut self.touched);
        let (structure, source) = (&mut self.structure, self.source);
        feed(matcher, piece, start, &tag, |found| {
            structure.content_to(source, &mut counted, found.end());
            word(found, &place, codes, edits, touched, structure)
        })?;
        structure.content_to(source, &mut counted, start + piece.len());
        Ok(())
    }

    fn char(&mut self, c: char, range: Range<usize>) -> Result<(), Refused> {
        let Some((tag, prefix)) = self.tag.clone() else {
            if let Some(fields) = self.stories.last_mut() {
                fields.instruction_text(c.encode_utf8(&mut [0; 4]));
            }
            return Ok(());
        };
        if self.in_instruction() {
            self.interrupt();
            return Ok(());
        }
        if c == '{' {
            self.structure.bracket(tag.start);
        }
        let merging = self.stories.last_mut().is_some_and(|fields| fields.result(&tag, range.clone()));
        if !merging {
            self.structure.content(c.encode_utf8(&mut [0; 4]));
        }
        let Some(matcher) = self.paragraphs.last_mut() else { return Ok(()) };
        match matcher.feed(c, range, &tag) {
            None => Ok(()),
            Some(found) => {
                let place = place(self.dialect, prefix, self.source, &self.run);
                word(found, &place, self.codes, &mut self.edits, &mut self.touched, &mut self.structure)
            }
        }
    }

    /// A merge field is a code in other clothes: its marks and instruction disappear with it.
    fn field(&mut self, field: Ended) -> Result<(), Refused> {
        if self.paragraphs.is_empty() {
            return Ok(());
        }
        let Ended { inside, result, marks, start } = field;
        let mut spans: Vec<(Range<usize>, ())> = marks.into_iter().map(|mark| (mark, ())).collect();
        let first = result.first().cloned();
        spans.extend(result.iter().skip(1).map(|(_, text)| (text.clone(), ())));
        let place = Place::Word(self.prefix.into());
        let mut edits = Vec::new();
        let slot = first.as_ref().map(|(_, text)| (text.clone(), ()));
        let control = add(
            Found { inside, spans: slot.into_iter().chain(spans).collect() },
            place,
            self.codes,
            &mut edits,
        )?;
        match control {
            Some(mut control) => {
                control.spans.sort_by_key(|span| span.start);
                self.structure.hidden_tag(control, start);
            }
            // Without a text to stand in, a field stays what it is.
            None if first.is_none() => return Ok(()),
            None => {}
        }
        for (tag, _) in &result {
            self.touched.insert(tag.start, tag.clone());
        }
        self.edits.append(&mut edits);
        Ok(())
    }

    /// Codes in the words about a picture are filled; words that are one code stand for the picture in that field.
    fn words_about_a_picture(&mut self, scanner: &Scanner<'t>) -> Result<(), Refused> {
        let words = scanner.attr("descr").or_else(|| scanner.attr("title")).unwrap_or_default();
        let words = unescape(words);
        if self.described.is_none_or(|(code, any)| code.is_none() && !any) {
            self.described = Some((None, !words.trim().is_empty()));
        }
        for name in ["descr", "title"] {
            let Some(at) = scanner.value_range(name) else { continue };
            let raw = self.source.get(at.clone()).unwrap_or_default();
            let before = self.edits.len();
            let control = attribute(raw, at.start, &Place::Xml, self.codes, &mut self.edits)?;
            for tag in control {
                self.codes.note(broken_code(
                    &tag.inside,
                    "A loop or condition cannot stand in a picture's description.",
                ));
            }
            if let (Some(Edit { at: whole, what: What::Slot { code, .. }, .. }), None) =
                (self.edits.get(before), self.edits.get(before + 1))
                && *whole == at
            {
                self.described = Some((Some(*code), true));
            }
        }
        Ok(())
    }

    fn picture(&mut self, scanner: &Scanner<'t>) {
        let Some((code, any)) = self.described.take() else { return };
        if !any {
            let sentence = "A picture has no alternative text. Describe it (in Word: Picture, Alt Text), so that everybody \
                can read the document.";
            let finding = Finding::new(Severity::Warning, FindingKind::NoAlternativeText, "", sentence);
            self.codes.note(finding);
        }
        if let (Some(code), Some(at)) = (code, scanner.value_range("embed")) {
            self.edits.push(Edit::new(at, What::Slot { code, place: Place::PictureId }));
        }
    }

    fn finish(mut self) -> Vec<Edit> {
        if self.dialect != Dialect::Drawing {
            for tag in std::mem::take(&mut self.touched).into_values() {
                preserve_space(self.source, &tag, &mut self.edits);
            }
        }
        let prefix = self.prefix;
        self.structure.sheet = self.dialect == Dialect::Sheet;
        self.structure.inline_only = self.dialect == Dialect::Sheet;
        let fillers = Fillers {
            para: if self.dialect == Dialect::Sheet { String::new() } else { format!("<{prefix}p/>") },
            row: match self.dialect {
                Dialect::Word => format!("<{prefix}tr><{prefix}tc><{prefix}p/></{prefix}tc></{prefix}tr>"),
                Dialect::Drawing | Dialect::Sheet => String::new(),
            },
        };
        self.structure.finish(self.codes, &fillers, &mut self.edits);
        self.edits
    }
}

/// How a value is written in the text element being read.
fn place(dialect: Dialect, prefix: &str, source: &str, run: &Range<usize>) -> Place {
    match dialect {
        Dialect::Word => Place::Word(prefix.into()),
        Dialect::Sheet => Place::CellText,
        Dialect::Drawing => {
            let run = source.get(run.clone()).unwrap_or_default().into();
            Place::Drawing { prefix: prefix.into(), run }
        }
    }
}

/// A code of a paragraph: its edits, and the text elements they touch.
fn word(
    found: Found<Tag>,
    place: &Place,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
    touched: &mut BTreeMap<usize, Tag>,
    structure: &mut Structure<'_>,
) -> Result<(), Refused> {
    let owner = found.spans.first().map_or(0, |(_, tag)| tag.start);
    for (_, tag) in &found.spans {
        touched.insert(tag.start, tag.clone());
    }
    if let Some(control) = add(found, place.clone(), codes, edits)? {
        structure.tag(control, owner);
    }
    Ok(())
}

/// Elements that stand between two characters for the reader, or that hold text of another kind.
fn interrupts(ns: Ns, local: &str) -> bool {
    match ns {
        Ns::Word => matches!(
            local,
            "br" | "tab"
                | "cr"
                | "ptab"
                | "sym"
                | "noBreakHyphen"
                | "softHyphen"
                | "drawing"
                | "pict"
                | "object"
                | "footnoteReference"
                | "endnoteReference"
                | "ruby"
                | "rt"
                | "rubyBase"
                | "moveFrom"
                | "pgNum"
        ),
        Ns::Compat => local == "AlternateContent",
        Ns::Math => matches!(local, "oMath" | "oMathPara"),
        Ns::Drawing => matches!(local, "br" | "fld"),
        Ns::Sheet => local == "rPh",
        _ => false,
    }
}

/// Makes a text element keep the spaces a value may begin or end with. The element's own outer spaces did not count
/// without the mark, so they are taken out with the same stroke.
fn preserve_space(source: &str, tag: &Tag, edits: &mut Vec<Edit>) {
    let Some(text) = source.get(tag.clone()) else { return };
    if let Some(at) = text.find("xml:space") {
        let marked = text.get(at..).unwrap_or_default();
        if let Some(value) = marked.find("default").filter(|_| !marked.contains("preserve")) {
            let start = tag.start + at + value;
            edits.push(Edit::put(start..start + "default".len(), "preserve"));
        } else {
            return;
        }
    } else {
        edits.push(Edit::put(tag.end - 1..tag.end - 1, " xml:space=\"preserve\""));
    }
    let Some(rest) = source.get(tag.end..) else { return };
    let content = memchr(b'<', rest.as_bytes()).and_then(|end| rest.get(..end)).unwrap_or_default();
    let lead = content.len() - content.trim_start_matches(XML_SPACE).len();
    if lead > 0 {
        edits.push(Edit::drop(tag.end..tag.end + lead));
    }
    let kept = content.trim_end_matches(XML_SPACE).len();
    if kept < content.len() && rest.get(content.len()..).is_some_and(|after| after.starts_with("</")) {
        edits.push(Edit::drop(tag.end + kept..tag.end + content.len()));
    }
}
