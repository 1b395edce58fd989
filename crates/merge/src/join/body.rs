//! The body of one document: where it lies, and what has to change before it can follow another.

use std::ops::Range;

use crate::xml::{Ns, Scanner, Token, split_name, unescape};
use crate::{Limits, Refused, RefusedKind};

/// What must stand before `type` in a section's properties.
const BEFORE_TYPE: [&str; 4] = ["headerReference", "footerReference", "footnotePr", "endnotePr"];
/// What must stand after `pgNumType` in a section's properties.
const AFTER_NUMBERING: [&str; 11] = [
    "cols",
    "formProt",
    "vAlign",
    "noEndnote",
    "titlePg",
    "textDirection",
    "bidi",
    "rtlGutter",
    "docGrid",
    "printerSettings",
    "sectPrChange",
];

/// A value somewhere in the text, with what it means.
#[derive(Debug)]
pub(super) struct Place {
    pub range: Range<usize>,
    pub value: String,
}

/// What lies where in the text of a main part.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// Between the tags of the body.
    pub inside: Range<usize>,
    /// The properties of the last section, which stand at the end of the body.
    pub last_section: Option<Range<usize>>,
    /// The prefix of the vocabulary, with its colon: `w:`.
    pub prefix: String,
    /// Relationship ids.
    pub relations: Vec<Place>,
    /// Numbers of lists.
    pub lists: Vec<Place>,
    /// Ids of bookmarks, of their beginnings and their ends.
    pub bookmarks: Vec<Place>,
    /// Names of bookmarks, and the links to them.
    pub names: Vec<Place>,
    /// Ids of footnotes, endnotes and comments that are referred to, with the kind.
    pub notes: Vec<(&'static str, Place)>,
    /// What makes its first section begin on a page of its own, with page 1.
    pub fresh: Vec<(Range<usize>, String)>,
    /// It has the properties of a section somewhere.
    sectioned: bool,
}

/// Reads a main part.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Body, Refused> {
    let mut body = Body::default();
    let mut scanner = Scanner::new(text, limits)?;
    let (mut depth, mut inside_at, mut section) = (0_usize, None, None::<Section>);
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) => {
                depth += usize::from(!open.empty);
                if open.ns == Ns::Word && open.local == "body" && inside_at.is_none() {
                    inside_at = Some(depth);
                    body.inside = range.end..range.end;
                    let prefix = split_name(open.name).0;
                    body.prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}:") };
                    continue;
                }
                let Some(at) = inside_at else { continue };
                values(&scanner, open.ns, open.local, &mut body);
                let level = depth - usize::from(!open.empty);
                match &mut section {
                    Some(section) if level == section.level + 1 => {
                        section.child(&scanner, open.local, &range);
                    }
                    None if open.ns == Ns::Word && open.local == "sectPr" => {
                        // The last one stands directly in the body, as its last element.
                        body.last_section = (level == at).then_some(range.clone());
                        if open.empty {
                            if !body.sectioned {
                                body.fresh = Section::whole(&range, &body.prefix);
                            }
                            body.sectioned = true;
                        } else {
                            section = Some(Section::begin(level));
                        }
                    }
                    None if level == at => body.last_section = None,
                    _ => {}
                }
            }
            Token::Close { ns, local } => {
                if ns == Ns::Word && local == "body" && inside_at == Some(depth) {
                    body.inside.end = range.start;
                }
                depth = depth.saturating_sub(1);
                if let Some(ended) = section.take_if(|section| section.level == depth) {
                    if let Some(last) = &mut body.last_section {
                        last.end = range.end;
                    }
                    if !body.sectioned {
                        body.fresh = ended.edits(range.start, &body.prefix);
                    }
                    body.sectioned = true;
                }
            }
            _ => {}
        }
    }
    if inside_at.is_none() {
        return Err(Refused::new(RefusedKind::Damaged, "The document has no body."));
    }
    Ok(body)
}

/// The properties of a section that are being read.
#[derive(Debug)]
struct Section {
    level: usize,
    /// Where `type` goes, unless there is one.
    type_at: Option<usize>,
    kind: Option<Range<usize>>,
    /// Where `pgNumType` goes, unless there is one.
    numbering_at: Option<usize>,
    numbering: Option<(Range<usize>, Option<Range<usize>>)>,
}

impl Section {
    const fn begin(level: usize) -> Self {
        Self { level, type_at: None, kind: None, numbering_at: None, numbering: None }
    }

    /// Empty properties, replaced by full ones.
    fn whole(range: &Range<usize>, prefix: &str) -> Vec<(Range<usize>, String)> {
        vec![(range.clone(), blank(prefix))]
    }

    fn child(&mut self, scanner: &Scanner<'_>, local: &str, range: &Range<usize>) {
        if local == "type" {
            self.kind = scanner.value_range("val");
        }
        if !BEFORE_TYPE.contains(&local) {
            self.type_at = self.type_at.or(Some(range.start));
        }
        if local == "pgNumType" {
            let end = range.end.saturating_sub(2);
            self.numbering = Some((end..end, scanner.value_range("start")));
        }
        if AFTER_NUMBERING.contains(&local) {
            self.numbering_at = self.numbering_at.or(Some(range.start));
        }
    }

    fn edits(self, end: usize, prefix: &str) -> Vec<(Range<usize>, String)> {
        let mut edits = Vec::new();
        if let Some(value) = self.kind {
            // Odd and even pages are begun where somebody wanted them.
            edits.push((value, "nextPage".to_owned()));
        } else {
            let at = self.type_at.unwrap_or(end);
            edits.push((at..at, format!("<{prefix}type {prefix}val=\"nextPage\"/>")));
        }
        match self.numbering {
            Some((_, Some(start))) => edits.push((start, "1".to_owned())),
            Some((at, None)) => edits.push((at, format!(" {prefix}start=\"1\""))),
            None => {
                let at = self.numbering_at.unwrap_or(end);
                edits.push((at..at, format!("<{prefix}pgNumType {prefix}start=\"1\"/>")));
            }
        }
        edits
    }
}

/// Properties of a section that has none.
pub(super) fn blank(prefix: &str) -> String {
    format!(
        "<{prefix}sectPr><{prefix}type {prefix}val=\"nextPage\"/><{prefix}pgNumType {prefix}start=\"1\"/></{prefix}sectPr>"
    )
}

/// Notes the values of an element that are counted for the whole document.
fn values(scanner: &Scanner<'_>, ns: Ns, local: &str, body: &mut Body) {
    for attr in scanner.attrs() {
        if scanner.attr_ns(attr) == Ns::Relation {
            body.relations.push(Place { range: attr.value(), value: unescape(attr.raw).into_owned() });
        }
    }
    if ns != Ns::Word {
        return;
    }
    let place = |name: &str| {
        let range = scanner.value_range(name)?;
        Some(Place { range, value: unescape(scanner.attr(name)?).into_owned() })
    };
    match local {
        "numId" => body.lists.extend(place("val").filter(|place| place.value != "0")),
        "bookmarkStart" | "bookmarkEnd" => {
            body.bookmarks.extend(place("id"));
            body.names.extend(place("name"));
        }
        "hyperlink" => body.names.extend(place("anchor")),
        "footnoteReference" => body.notes.extend(place("id").map(|place| ("footnotes", place))),
        "endnoteReference" => body.notes.extend(place("id").map(|place| ("endnotes", place))),
        "commentReference" | "commentRangeStart" | "commentRangeEnd" => {
            body.notes.extend(place("id").map(|place| ("comments", place)));
        }
        _ => {}
    }
}

/// A part of a text with changes made to it. The changes do not overlap; those outside the part are passed over.
pub(super) fn edited(text: &str, part: Range<usize>, edits: &mut [(Range<usize>, String)]) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(part.len() + edits.len() * 16);
    let mut done = part.start;
    for (range, new) in edits.iter() {
        if range.start < done || range.end > part.end {
            continue;
        }
        out.push_str(text.get(done..range.start).unwrap_or_default());
        out.push_str(new);
        done = range.end;
    }
    out.push_str(text.get(done..part.end).unwrap_or_default());
    out
}
