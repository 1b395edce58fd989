//! Finding codes in a part, however Word has cut them up.
//!
//! Word splits `{name}` over runs for a spelling mark, a change of font, a bookmark or an editing session. The text
//! elements of a paragraph are therefore read as one text; the value goes where the opening bracket stands, and takes
//! that run's formatting, while the other pieces of the code are emptied. What a person sees as something between two
//! characters (a break, a picture, a note, the edge of a field) interrupts a code; what they do not see does not.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;

use crate::code::{Brackets, Codes, Found, Matcher};
use crate::escape::Place;
use crate::program::{Edit, add, feed};
use crate::xml::{Ns, Open, Scanner, Token, XML_SPACE, split_name};
use crate::{Limits, Refused};

/// The start tag of the text element a character belongs to.
type Tag = Range<usize>;

/// Walks a part that only has to be sound.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    while scanner.next()?.is_some() {}
    Ok(())
}

/// The edits of a part with paragraphs.
pub(super) fn story(text: &str, codes: &mut Codes, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut reader = StoryReader::new(text, codes);
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) => reader.open(open, &range, &scanner),
            Token::Close { ns, local } => reader.close(ns, local),
            Token::Text(piece) => reader.text(piece, range.start)?,
            Token::Char(c) => reader.char(c, range)?,
            // Word writes no CDATA; a value could not be escaped inside it.
            Token::CData(_) => reader.interrupt(),
            Token::Aside => {}
        }
    }
    Ok(reader.finish())
}

/// The edits of a part whose character data is plain text: a code lies within one element.
pub(super) fn data(text: &str, codes: &mut Codes, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let mut matcher = Matcher::new(Brackets::CurlyAndAngle);
    let mut edits = Vec::new();
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Text(piece) => {
                feed(&mut matcher, piece, range.start, &(), |found| {
                    add(found, Place::Xml, codes, &mut edits)
                })?;
            }
            Token::Char(c) => {
                if let Some(found) = matcher.feed(c, range, &()) {
                    add(found, Place::Xml, codes, &mut edits)?;
                }
            }
            Token::Aside => {}
            _ => matcher.interrupt(),
        }
    }
    Ok(edits)
}

/// The nesting of complex fields in one story: true while the instruction is being read.
#[derive(Default)]
struct Fields {
    stack: Vec<bool>,
    instructions: usize,
}

impl Fields {
    fn mark(&mut self, kind: &str) {
        match kind {
            "begin" => {
                self.stack.push(true);
                self.instructions += 1;
            }
            "separate" => {
                if let Some(top) = self.stack.last_mut().filter(|top| **top) {
                    *top = false;
                    self.instructions -= 1;
                }
            }
            "end" => {
                let unfinished = self.stack.pop() == Some(true);
                self.instructions -= usize::from(unfinished);
            }
            _ => {}
        }
    }
}

struct StoryReader<'t, 'c> {
    source: &'t str,
    codes: &'c mut Codes,
    edits: Vec<Edit>,
    /// One for each open paragraph: a text box holds paragraphs inside a paragraph.
    paragraphs: Vec<Matcher<Tag>>,
    stories: Vec<Fields>,
    /// The text element being read, and the prefix of its name.
    tag: Option<(Tag, &'t str)>,
    /// Text elements that get a value, by their place.
    touched: BTreeMap<usize, Tag>,
}

impl<'t, 'c> StoryReader<'t, 'c> {
    fn new(source: &'t str, codes: &'c mut Codes) -> Self {
        Self {
            source,
            codes,
            edits: Vec::new(),
            paragraphs: Vec::new(),
            stories: vec![Fields::default()],
            tag: None,
            touched: BTreeMap::new(),
        }
    }

    fn open(&mut self, open: Open<'t>, range: &Range<usize>, scanner: &Scanner<'_>) {
        // Nothing belongs inside a text element; a value there, with its own end and start tags, would break it.
        if self.tag.take().is_some() {
            self.interrupt();
        }
        match (open.ns, open.local) {
            (Ns::Word, "p") if !open.empty => self.paragraphs.push(Matcher::new(Brackets::CurlyAndAngle)),
            (Ns::Word, "t") if !open.empty => {
                let prefix_len = open.name.len() - split_name(open.name).1.len();
                self.tag = Some((range.clone(), open.name.get(..prefix_len).unwrap_or_default()));
            }
            (Ns::Word, "fldChar") => {
                self.interrupt();
                let kind = scanner.attr("fldCharType").unwrap_or_default();
                if let Some(fields) = self.stories.last_mut() {
                    fields.mark(kind);
                }
            }
            (Ns::Word, "txbxContent" | "footnote" | "endnote" | "comment") if !open.empty => {
                self.stories.push(Fields::default());
            }
            (ns, local) if interrupts(ns, local) => self.interrupt(),
            _ => {}
        }
    }

    fn close(&mut self, ns: Ns, local: &str) {
        match (ns, local) {
            (Ns::Word, "p") => {
                self.paragraphs.pop();
            }
            (Ns::Word, "t") => self.tag = None,
            (Ns::Word, "txbxContent" | "footnote" | "endnote" | "comment") => {
                self.stories.pop();
            }
            (ns, local) if interrupts(ns, local) => self.interrupt(),
            _ => {}
        }
    }

    fn interrupt(&mut self) {
        if let Some(matcher) = self.paragraphs.last_mut() {
            matcher.interrupt();
        }
    }

    /// Text inside a field's instruction is the instruction, even when it is a nested field's result: a value there
    /// could become a command.
    fn in_instruction(&self) -> bool {
        self.stories.last().is_some_and(|fields| fields.instructions > 0)
    }

    fn text(&mut self, piece: &str, start: usize) -> Result<(), Refused> {
        let Some((tag, prefix)) = self.tag.clone() else { return Ok(()) };
        if self.in_instruction() {
            self.interrupt();
            return Ok(());
        }
        let Some(matcher) = self.paragraphs.last_mut() else { return Ok(()) };
        let (codes, edits, touched) = (&mut *self.codes, &mut self.edits, &mut self.touched);
        feed(matcher, piece, start, &tag, |found| word(found, prefix, codes, edits, touched))
    }

    fn char(&mut self, c: char, range: Range<usize>) -> Result<(), Refused> {
        let Some((tag, prefix)) = self.tag.clone() else { return Ok(()) };
        if self.in_instruction() {
            self.interrupt();
            return Ok(());
        }
        let found = self.paragraphs.last_mut().and_then(|matcher| matcher.feed(c, range, &tag));
        found.map_or(Ok(()), |found| word(found, prefix, self.codes, &mut self.edits, &mut self.touched))
    }

    fn finish(mut self) -> Vec<Edit> {
        for tag in std::mem::take(&mut self.touched).into_values() {
            preserve_space(self.source, &tag, &mut self.edits);
        }
        self.edits
    }
}

/// A code of a paragraph: its edits, and the text elements they touch.
fn word(
    found: Found<Tag>,
    prefix: &str,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
    touched: &mut BTreeMap<usize, Tag>,
) -> Result<(), Refused> {
    for (_, tag) in &found.spans {
        touched.insert(tag.start, tag.clone());
    }
    add(found, Place::Word(prefix.into()), codes, edits)
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
