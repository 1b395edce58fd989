//! XML as a run of tokens with their places, under caps.
//!
//! quick-xml splits the text and proves that the tags match; this scanner adds what a hostile part calls for (no document
//! type, a depth, a size of attributes, legal characters, one root) and what editing in place calls for: the exact range
//! of every token and attribute.

use std::ops::Range;

use memchr::memchr;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use crate::{Limits, Refused, RefusedKind};

/// The vocabularies the engine tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ns {
    /// WordprocessingML, transitional or strict.
    Word,
    /// Relationship ids.
    Relation,
    /// VML, the older drawing language.
    Vml,
    /// Markup compatibility (`AlternateContent`).
    Compat,
    /// Office mathematics.
    Math,
    /// DrawingML: shapes, slides' text, charts' titles.
    Drawing,
    /// SpreadsheetML.
    Sheet,
    /// OpenDocument: text, tables, the document itself, drawings, links.
    OdfText,
    OdfTable,
    OdfOffice,
    OdfDraw,
    Link,
    /// Anything else.
    Other,
}

impl Ns {
    fn of(uri: &str) -> Self {
        match uri {
            "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            | "http://purl.oclc.org/ooxml/wordprocessingml/main" => Self::Word,
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
            | "http://purl.oclc.org/ooxml/officeDocument/relationships" => Self::Relation,
            "urn:schemas-microsoft-com:vml" => Self::Vml,
            "http://schemas.openxmlformats.org/markup-compatibility/2006" => Self::Compat,
            "http://schemas.openxmlformats.org/officeDocument/2006/math"
            | "http://purl.oclc.org/ooxml/officeDocument/math" => Self::Math,
            "http://schemas.openxmlformats.org/drawingml/2006/main"
            | "http://purl.oclc.org/ooxml/drawingml/main" => Self::Drawing,
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            | "http://purl.oclc.org/ooxml/spreadsheetml/main" => Self::Sheet,
            "urn:oasis:names:tc:opendocument:xmlns:text:1.0" => Self::OdfText,
            "urn:oasis:names:tc:opendocument:xmlns:table:1.0" => Self::OdfTable,
            "urn:oasis:names:tc:opendocument:xmlns:office:1.0" => Self::OdfOffice,
            "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" => Self::OdfDraw,
            "http://www.w3.org/1999/xlink" => Self::Link,
            _ => Self::Other,
        }
    }
}

/// One attribute of the element just met.
#[derive(Debug, Clone)]
pub(crate) struct Attr<'a> {
    pub(crate) name: &'a str,
    /// As written, references not resolved.
    pub(crate) raw: &'a str,
    /// From the white space before the name to the closing quote: what is taken out to drop the attribute.
    pub(crate) range: Range<usize>,
}

impl Attr<'_> {
    /// Where its value stands, without its quotation marks.
    pub(crate) fn value(&self) -> Range<usize> {
        let end = self.range.end - 1;
        end - self.raw.len()..end
    }
}

/// A start tag (or an empty element).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open<'a> {
    pub(crate) ns: Ns,
    pub(crate) local: &'a str,
    /// With its prefix, as written.
    pub(crate) name: &'a str,
    pub(crate) empty: bool,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Open(Open<'a>),
    Close {
        ns: Ns,
        local: &'a str,
    },
    /// Character data without references.
    Text(&'a str),
    /// A resolved reference.
    Char(char),
    /// The inside of a CDATA section.
    CData(&'a str),
    /// A comment, an instruction, the declaration.
    Aside,
}

struct Binding<'a> {
    depth: usize,
    prefix: &'a str,
    ns: Ns,
}

/// The scanner over one part.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    attrs: Vec<Attr<'a>>,
    bindings: Vec<Binding<'a>>,
    open: Vec<(Ns, &'a str)>,
    rooted: bool,
    depth_cap: usize,
    attr_cap: usize,
}

/// Attributes of one element; real documents stay below a hundred (the namespace declarations of the root).
const MOST_ATTRIBUTES: usize = 1_000;

fn bad(what: &str) -> Refused {
    Refused::new(RefusedKind::BadXml, what)
}

impl<'a> Scanner<'a> {
    /// A scanner from the start of a part.
    pub(crate) fn new(text: &'a str, limits: &Limits) -> Result<Self, Refused> {
        let stray = text.bytes().any(|b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r'));
        if stray {
            return Err(bad("A part of the file holds a character XML does not allow."));
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        Ok(Self {
            text,
            reader,
            attrs: Vec::new(),
            bindings: Vec::new(),
            open: Vec::new(),
            rooted: false,
            depth_cap: limits.depth,
            attr_cap: limits.attribute,
        })
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The attributes of the element met last.
    pub(crate) fn attrs(&self) -> &[Attr<'a>] {
        &self.attrs
    }

    /// The attribute with this local name and any prefix of the element met last, as written.
    pub(crate) fn attr(&self, local: &str) -> Option<&'a str> {
        self.attrs.iter().find(|attr| split_name(attr.name).1 == local).map(|attr| attr.raw)
    }

    /// Where the value of an attribute stands, without its quotation marks.
    pub(crate) fn value_range(&self, local: &str) -> Option<Range<usize>> {
        self.attrs.iter().find(|attr| split_name(attr.name).1 == local).map(Attr::value)
    }

    /// Which vocabulary an attribute belongs to.
    pub(crate) fn attr_ns(&self, attr: &Attr<'_>) -> Ns {
        match split_name(attr.name) {
            ("", _) => Ns::Other,
            (prefix, _) => self.resolve(prefix).unwrap_or(Ns::Other),
        }
    }

    /// The next token with its range, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(Range<usize>, Token<'a>)>, Refused> {
        // The declarations of an element that has ended; late, so that its attributes can be resolved until now.
        while self.bindings.last().is_some_and(|binding| binding.depth > self.open.len()) {
            self.bindings.pop();
        }
        let start = self.position();
        let event =
            self.reader.read_event().map_err(|_| bad("A part of the file is not well-formed XML."))?;
        let range = start..self.position();
        let token = match event {
            Event::Start(tag) => self.element(&range, tag.name().as_ref().len(), false)?,
            Event::Empty(tag) => self.element(&range, tag.name().as_ref().len(), true)?,
            Event::End(_) => self.close()?,
            Event::Text(_) => self.text(&range)?,
            Event::GeneralRef(reference) => Token::Char(Self::reference(&reference)?),
            Event::CData(_) => Token::CData(self.slice(range.start + 9, range.end.saturating_sub(3))),
            Event::DocType(_) => {
                return Err(Refused::new(RefusedKind::Dtd, "A part of the file declares a document type."));
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Token::Aside,
            Event::Eof if self.rooted && self.open.is_empty() => return Ok(None),
            Event::Eof => return Err(bad("A part of the file ends too early.")),
        };
        if self.open.is_empty() && matches!(token, Token::Char(_) | Token::CData(_)) {
            return Err(bad("A part of the file has text outside its root element."));
        }
        Ok(Some((range, token)))
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len())
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn text(&self, range: &Range<usize>) -> Result<Token<'a>, Refused> {
        let text = self.slice(range.start, range.end);
        if self.open.is_empty() && !text.trim_start_matches('\u{FEFF}').trim().is_empty() {
            return Err(bad("A part of the file has text outside its root element."));
        }
        Ok(Token::Text(text))
    }

    fn reference(reference: &BytesRef<'_>) -> Result<char, Refused> {
        let known = match reference.resolve_char_ref() {
            Ok(Some(c)) => Some(c),
            Ok(None) => match AsRef::<str>::as_ref(reference) {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                _ => None,
            },
            Err(_) => None,
        };
        known
            .filter(|&c| is_xml_char(c))
            .ok_or_else(|| bad("A part of the file holds an unknown reference (&…;)."))
    }

    fn element(&mut self, range: &Range<usize>, name_len: usize, empty: bool) -> Result<Token<'a>, Refused> {
        if self.open.is_empty() && std::mem::replace(&mut self.rooted, true) {
            return Err(bad("A part of the file has two root elements."));
        }
        if self.open.len() >= self.depth_cap {
            let what = format!("A part of the file nests more than {} elements.", self.depth_cap);
            return Err(Refused::new(RefusedKind::TooDeep, what));
        }
        let name_end = range.start + 1 + name_len;
        let name = self.slice(range.start + 1, name_end);
        let end = range.end - if empty { 2 } else { 1 };
        self.read_attrs(name_end, end)?;
        let depth = self.open.len() + 1;
        for attr in &self.attrs {
            let prefix = match attr.name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => &rest[1..],
                _ => continue,
            };
            self.bindings.push(Binding { depth, prefix, ns: Ns::of(attr.raw) });
        }
        let (prefix, local) = split_name(name);
        let ns = match self.resolve(prefix) {
            Some(ns) => ns,
            None if prefix.is_empty() || prefix == "xml" => Ns::Other,
            None => return Err(bad("A part of the file uses a namespace prefix it does not declare.")),
        };
        if !name_starts_well(prefix) && !prefix.is_empty() || !name_starts_well(local) {
            return Err(bad("A part of the file has an element without a proper name."));
        }
        if !empty {
            self.open.push((ns, local));
        }
        Ok(Token::Open(Open { ns, local, name, empty }))
    }

    fn close(&mut self) -> Result<Token<'a>, Refused> {
        self.attrs.clear();
        let Some((ns, local)) = self.open.pop() else {
            return Err(bad("A part of the file has a stray end tag."));
        };
        Ok(Token::Close { ns, local })
    }

    fn resolve(&self, prefix: &str) -> Option<Ns> {
        self.bindings.iter().rev().find(|binding| binding.prefix == prefix).map(|binding| binding.ns)
    }

    /// Splits the attributes between `at` and `end`.
    fn read_attrs(&mut self, mut at: usize, end: usize) -> Result<(), Refused> {
        self.attrs.clear();
        let malformed = || bad("A part of the file has a malformed attribute.");
        loop {
            let rest = self.slice(at, end);
            let lead = rest.len() - rest.trim_start_matches(XML_SPACE).len();
            let from = at;
            let rest = &rest[lead..];
            if rest.is_empty() {
                break;
            }
            let equals = memchr(b'=', rest.as_bytes()).ok_or_else(malformed)?;
            let name = rest[..equals].trim_end_matches(XML_SPACE);
            let after = &rest[equals + 1..];
            let quoted = after.trim_start_matches(XML_SPACE);
            let quote = quoted.bytes().next().filter(|q| matches!(q, b'"' | b'\'')).ok_or_else(malformed)?;
            let len = memchr(quote, &quoted.as_bytes()[1..]).ok_or_else(malformed)?;
            let raw = &quoted[1..=len];
            let value_start = from + lead + equals + 1 + (after.len() - quoted.len()) + 1;
            at = value_start + len + 1;
            let well = lead > 0
                && name_starts_well(name)
                && !name.contains(XML_SPACE)
                && memchr(b'<', raw.as_bytes()).is_none();
            if !well || self.attrs.len() >= MOST_ATTRIBUTES {
                return Err(malformed());
            }
            if len > self.attr_cap {
                return Err(bad("A part of the file has an attribute that is too long."));
            }
            self.attrs.push(Attr { name, raw, range: from..at });
        }
        self.no_attr_twice()
    }

    fn no_attr_twice(&self) -> Result<(), Refused> {
        let twice = if self.attrs.len() <= 8 {
            self.attrs.iter().enumerate().any(|(at, a)| self.attrs[..at].iter().any(|b| a.name == b.name))
        } else {
            let mut names: Vec<&str> = self.attrs.iter().map(|attr| attr.name).collect();
            names.sort_unstable();
            names.windows(2).any(|pair| pair[0] == pair[1])
        };
        if twice {
            Err(bad("A part of the file has an element with the same attribute twice."))
        } else {
            Ok(())
        }
    }
}

/// The white space of XML.
pub(crate) const XML_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// A name as prefix (empty without one) and local part.
pub(crate) fn split_name(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

fn name_starts_well(name: &str) -> bool {
    name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || !c.is_ascii())
}

/// Whether XML 1.0 allows the character.
pub(crate) const fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// An attribute value with its references resolved; malformed ones stay as they are.
pub(crate) fn unescape(raw: &str) -> std::borrow::Cow<'_, str> {
    quick_xml::escape::unescape(raw).unwrap_or(std::borrow::Cow::Borrowed(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(text: &str) -> Result<Vec<String>, RefusedKind> {
        let mut scanner = Scanner::new(text, &Limits::default()).map_err(|r| r.kind)?;
        let (mut seen, mut end) = (Vec::new(), 0);
        while let Some((range, _)) = scanner.next().map_err(|r| r.kind)? {
            assert_eq!(range.start, end, "tokens leave no gap");
            end = range.end;
            seen.push(text[range].to_owned());
        }
        assert_eq!(end, text.len());
        Ok(seen)
    }

    #[test]
    fn tokens_cover_the_text_exactly() {
        let text =
            "<?xml version='1.0'?>\n<a x='1' y = \"2>\" ><!--c-->t&amp;u &#x41;<b/><![CDATA[<]]></a>\n";
        let seen = walk(text).expect("well-formed");
        assert_eq!(seen.concat(), text);
        assert!(seen.contains(&"&amp;".to_owned()) && seen.contains(&"<b/>".to_owned()));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a x=1/>",
            "<a x='1' x='2'/>",
            "<a x='<'/>",
            "<a>&b;</a>",
            "<a>&#0;</a>",
            "<a>&#xFFFF;</a>",
            "<a>\u{1}</a>",
            "<a x='1'y='2'/>",
            "<p:a/>",
            "<a",
            "<1a/>",
            "<a>&</a>",
        ] {
            assert_eq!(walk(text), Err(RefusedKind::BadXml), "{text}");
        }
        assert_eq!(walk("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Err(RefusedKind::Dtd));
        assert_eq!(walk(&format!("{}{}", "<a>".repeat(300), "</a>".repeat(300))), Err(RefusedKind::TooDeep));
    }

    #[test]
    fn attributes_know_their_places_and_vocabulary() {
        let text = "<r xmlns:q='http://schemas.openxmlformats.org/officeDocument/2006/relationships' q:id='rId1'  b = '2' />";
        let mut scanner = Scanner::new(text, &Limits::default()).expect("clean");
        scanner.next().expect("well-formed");
        let id = scanner.attrs()[1].clone();
        assert_eq!((id.name, id.raw, &text[id.range.clone()]), ("q:id", "rId1", " q:id='rId1'"));
        assert_eq!(scanner.attr_ns(&id), Ns::Relation);
        assert_eq!(&text[scanner.attrs()[2].range.clone()], "  b = '2'");
    }
}
