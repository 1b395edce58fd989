//! Taking out what a part would load from outside: an attached template, a linked picture, an OLE link, a frame.

use std::collections::HashMap;

use crate::package::opc::{Cut, leaves};
use crate::program::Edit;
use crate::refused::shown;
use crate::xml::{Attr, Ns, Open, Scanner, Token, unescape};
use crate::{Limits, Refused, RefusedKind};

/// The references taken out of a part's relationships, by id.
#[derive(Debug, Default)]
pub(super) struct Cuts(HashMap<String, Cut>);

impl Cuts {
    pub(super) fn add(&mut self, id: String, cut: Cut) {
        self.0.insert(id, cut);
    }
}

/// Elements that make no sense without what they refer to. Those that only show a picture keep their place.
const DROPPED: [&str; 13] = [
    "attachedTemplate",
    "OLEObject",
    "subDoc",
    "altChunk",
    "sourceFileName",
    "saveThroughXslt",
    "videoFile",
    "audioFile",
    "wavAudioFile",
    "quickTimeFile",
    "control",
    "linkedToFile",
    "objectLink",
];

/// Elements that live on when their link is dropped.
const EMPTIED: [&str; 5] = ["blip", "imagedata", "fill", "stroke", "imgLayer"];

/// An element being dropped: the depth outside it and where it starts.
struct Dropping {
    depth: usize,
    start: usize,
}

/// The edits that remove every use of the references cut, and pictures that VML names by address.
pub(super) fn edits(text: &str, cuts: Option<&Cuts>, limits: &Limits) -> Result<Vec<Edit>, Refused> {
    let mut edits = Vec::new();
    // Most parts refer to nothing outside and hold no VML.
    if cuts.is_none() && !text.contains("urn:schemas-microsoft-com:vml") {
        return Ok(edits);
    }
    let mut scanner = Scanner::new(text, limits)?;
    let mut dropping: Option<Dropping> = None;
    let merges = cuts.is_some_and(|cuts| cuts.0.values().any(|&cut| cut == Cut::MailMerge));
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if dropping.is_none() => {
                let whole = merges && open.ns == Ns::Word && open.local == "mailMerge";
                let fate = if whole { Fate::Drop } else { fate(&open, &scanner, cuts, &mut edits)? };
                if fate == Fate::Drop && open.empty {
                    edits.push(Edit::drop(range));
                } else if fate == Fate::Drop {
                    dropping = Some(Dropping { depth: scanner.depth() - 1, start: range.start });
                }
            }
            Token::Close { .. } => {
                if let Some(drop) = dropping.take_if(|drop| drop.depth == scanner.depth()) {
                    edits.push(Edit::drop(drop.start..range.end));
                }
            }
            _ => {}
        }
    }
    Ok(edits)
}

#[derive(PartialEq, Eq)]
enum Fate {
    Keep,
    Drop,
}

/// What happens to an element; attributes to be dropped are noted.
fn fate(
    open: &Open<'_>,
    scanner: &Scanner<'_>,
    cuts: Option<&Cuts>,
    edits: &mut Vec<Edit>,
) -> Result<Fate, Refused> {
    for attr in scanner.attrs() {
        let cut =
            cuts.filter(|_| refers(attr, scanner)).and_then(|cuts| cuts.0.get(unescape(attr.raw).as_ref()));
        match cut {
            None if by_address(open, attr, scanner) => edits.push(Edit::drop(attr.range.clone())),
            None | Some(Cut::Keep) => {}
            Some(_) if DROPPED.contains(&open.local) => return Ok(Fate::Drop),
            Some(Cut::Attribute) if EMPTIED.contains(&open.local) => {
                edits.push(Edit::drop(attr.range.clone()));
            }
            Some(_) => {
                let what = format!("The document uses something from outside in {:?}.", shown(open.local));
                return Err(Refused::new(RefusedKind::ExternalLink, what));
            }
        }
    }
    Ok(Fate::Keep)
}

/// Whether an attribute holds a relationship id.
fn refers(attr: &Attr<'_>, scanner: &Scanner<'_>) -> bool {
    scanner.attr_ns(attr) == Ns::Relation || attr.name.ends_with(":relid")
}

/// A VML picture named by address instead of by relationship.
fn by_address(open: &Open<'_>, attr: &Attr<'_>, scanner: &Scanner<'_>) -> bool {
    let local = attr.name.rsplit(':').next().unwrap_or_default();
    open.ns == Ns::Vml
        && matches!(open.local, "imagedata" | "fill" | "stroke")
        && matches!(local, "src" | "href" | "althref")
        && scanner.attr_ns(attr) != Ns::Relation
        && leaves(&unescape(attr.raw))
}

/// A range of text, for the tests below.
#[cfg(test)]
fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.at.start);
    let (mut out, mut done) = (String::new(), 0);
    for edit in edits {
        let at: std::ops::Range<usize> = edit.at;
        out.push_str(&text[done..at.start]);
        done = at.end;
    }
    out + &text[done..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACES: &str = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
        xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' \
        xmlns:v='urn:schemas-microsoft-com:vml' xmlns:o='o' xmlns:a='a'";

    fn cut(inside: &str, kind: Cut) -> Result<String, RefusedKind> {
        let text = format!("<w:x {SPACES}>{inside}</w:x>");
        let mut cuts = Cuts::default();
        cuts.add("rId1".into(), kind);
        let edits = edits(&text, Some(&cuts), &Limits::default()).map_err(|refused| refused.kind)?;
        let whole = apply(&text, edits);
        Ok(whole[format!("<w:x {SPACES}>").len()..whole.len() - "</w:x>".len()].to_owned())
    }

    #[test]
    fn a_linked_picture_loses_its_link_only() {
        let blip = "<a:blip r:embed='rId2' r:link='rId1'><a:x/></a:blip>";
        assert_eq!(cut(blip, Cut::Attribute).as_deref(), Ok("<a:blip r:embed='rId2'><a:x/></a:blip>"));
        let vml = "<v:imagedata src='http://x/y.png' r:id='rId2' o:href='file:///c' o:title='t'/>";
        assert_eq!(cut(vml, Cut::Attribute).as_deref(), Ok("<v:imagedata r:id='rId2' o:title='t'/>"));
    }

    #[test]
    fn an_element_that_is_its_link_goes_with_all_it_holds() {
        let ole = "<w:object><v:shape/><o:OLEObject r:id='rId1'><o:LinkType>x</o:LinkType></o:OLEObject></w:object>";
        assert_eq!(cut(ole, Cut::Element).as_deref(), Ok("<w:object><v:shape/></w:object>"));
        assert_eq!(cut("<w:attachedTemplate r:id='rId1'/><w:y/>", Cut::Element).as_deref(), Ok("<w:y/>"));
        let merge = "<w:mailMerge><w:dataSource r:id='rId1'/></w:mailMerge><w:y/>";
        assert_eq!(cut(merge, Cut::MailMerge).as_deref(), Ok("<w:y/>"));
    }

    #[test]
    fn an_unknown_use_is_refused() {
        assert_eq!(cut("<w:strange r:id='rId1'/>", Cut::Element), Err(RefusedKind::ExternalLink));
        assert_eq!(cut("<w:strange r:id='rId7'/>", Cut::Element).as_deref(), Ok("<w:strange r:id='rId7'/>"));
    }
}
