//! What a loop or a condition takes hold of: the words between its tags, whole paragraphs, list items or rows.
//!
//! Readers report elements as they open and close, how much text they hold, and every tag with its place. When a part
//! has been read, tags are paired and each pair finds its range by what the two have in common:
//!
//! - the same paragraph: the words between them, or the whole paragraph when nothing else stands in it;
//! - paragraphs side by side: from one to the other; a paragraph that holds only the tag disappears;
//! - cells of one row: that row; rows of one table: those rows; a row that holds only the tag disappears.
//!
//! Anything else crosses the structure, is reported, and leaves its tags in the document as they stand.

mod pairs;
mod region;

use std::collections::HashMap;
use std::ops::Range;

use crate::codes::Codes;
use crate::finding::{Finding, FindingKind};
use crate::program::{Control, Edit};
use pairs::{nested, pair};

/// What an element is to loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Holds paragraphs and tables.
    Body,
    Table,
    Row,
    Cell,
    Para,
    /// A list item that holds paragraphs.
    Item,
    /// Anything else.
    Other,
}

/// What stands where everything was taken out and the format wants something.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fillers {
    pub(crate) para: String,
    pub(crate) row: String,
}

#[derive(Debug)]
struct Level<'t> {
    kind: Kind,
    name: &'t str,
    start: usize,
    node: Option<usize>,
    /// Characters that show, without those of tags.
    content: u32,
    /// Paragraphs or rows directly inside.
    children: u32,
    ordinal: u32,
}

#[derive(Debug)]
struct Node<'t> {
    parent: Option<usize>,
    kind: Kind,
    name: &'t str,
    range: Range<usize>,
    content: u32,
    children: u32,
    ordinal: u32,
}

#[derive(Debug)]
struct Placed {
    control: Control,
    /// The innermost elements around its first and its last character.
    first: usize,
    last: usize,
    /// Text of the paragraph before it.
    before: u32,
}

/// The elements around tags, gathered while a part is read.
#[derive(Debug, Default)]
pub(crate) struct Structure<'t> {
    levels: Vec<Level<'t>>,
    nodes: Vec<Node<'t>>,
    tags: Vec<Placed>,
    /// The element around a bracket, by the place of the text it stands in.
    brackets: HashMap<usize, usize>,
    /// Whether rows are those of a sheet, to be counted.
    pub(crate) sheet: bool,
    /// Whether a paragraph that holds nothing else is never repeated as a whole: there may be only the one.
    pub(crate) inline_only: bool,
    /// Whether any range of the text may be repeated, whatever lies in it.
    pub(crate) free: bool,
}

impl<'t> Structure<'t> {
    /// Where there is one paragraph, which is never repeated as a whole.
    pub(crate) fn single() -> Self {
        Self { inline_only: true, ..Self::default() }
    }

    /// Where any range may be repeated.
    pub(crate) fn free() -> Self {
        Self { free: true, ..Self::default() }
    }

    /// An element opens (empty elements are not reported).
    pub(crate) fn open(&mut self, kind: Kind, name: &'t str, start: usize) {
        let counted = match kind {
            Kind::Para | Kind::Item => Some([Kind::Body, Kind::Cell, Kind::Item, Kind::Other]),
            Kind::Row => Some([Kind::Table; 4]),
            _ => None,
        };
        let ordinal = match (counted, self.levels.last_mut()) {
            (Some(parents), Some(parent)) if parents.contains(&parent.kind) => {
                parent.children += 1;
                parent.children - 1
            }
            _ => 0,
        };
        self.levels.push(Level { kind, name, start, node: None, content: 0, children: 0, ordinal });
    }

    /// The innermost element closes; `end` is behind its end tag.
    pub(crate) fn close(&mut self, end: usize) {
        let Some(level) = self.levels.pop() else { return };
        if let Some(parent) = self.levels.last_mut() {
            parent.content = parent.content.saturating_add(level.content);
        }
        if let Some(node) = level.node.and_then(|at| self.nodes.get_mut(at)) {
            node.range.end = end;
            node.content = level.content;
            node.children = level.children;
        }
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.levels.len()
    }

    /// The kind of an open element, the innermost first.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (Kind, &'t str)> {
        self.levels.iter().rev().map(|level| (level.kind, level.name))
    }

    /// Something shows here: text, or a picture counting as one character.
    pub(crate) fn content(&mut self, text: &str) {
        let shows = text.chars().filter(|c| !c.is_whitespace()).count() as u32;
        self.count(shows);
    }

    /// The text from `counted` to `end` shows here; it has been counted then.
    pub(crate) fn content_to(&mut self, source: &str, counted: &mut usize, end: usize) {
        if let Some(text) = source.get(*counted..end).filter(|_| *counted < end) {
            self.content(text);
            *counted = end;
        }
    }

    /// So many characters show here.
    pub(crate) fn count(&mut self, shows: u32) {
        if let Some(level) = self.levels.last_mut() {
            level.content = level.content.saturating_add(shows);
        }
    }

    /// A bracket stands in the text that begins at `owner`.
    pub(crate) fn bracket(&mut self, owner: usize) {
        if let Some(node) = self.node() {
            self.brackets.entry(owner).or_insert(node);
        }
    }

    /// A tag, whose first character stands in the text that begins at `owner`.
    pub(crate) fn tag(&mut self, control: Control, owner: usize) {
        let Some(last) = self.node() else { return };
        let first = self.brackets.get(&owner).copied().unwrap_or(last);
        let own = control.inside.chars().filter(|c| !c.is_whitespace()).count() as u32 + 2;
        self.place(control, first, last, own);
    }

    /// A tag whose letters were not reported as content: a merge field.
    pub(crate) fn hidden_tag(&mut self, control: Control, owner: usize) {
        let Some(last) = self.node() else { return };
        let first = self.brackets.get(&owner).copied().unwrap_or(last);
        self.place(control, first, last, 0);
    }

    fn place(&mut self, control: Control, first: usize, last: usize, own: u32) {
        // The letters of the tag were counted where they stood, perhaps in runs already closed: take them from the
        // paragraph, in which all of them are.
        let mut left = own;
        let mut before = 0;
        for level in self.levels.iter_mut().rev() {
            let taken = left.min(level.content);
            level.content -= taken;
            left -= taken;
            before += level.content;
            if matches!(level.kind, Kind::Para | Kind::Cell | Kind::Body) {
                break;
            }
        }
        self.tags.push(Placed { control, first, last, before });
    }

    /// The node of the innermost element, made with those around it when it is first needed.
    fn node(&mut self) -> Option<usize> {
        let mut parent = None;
        let from = self.levels.iter().rposition(|level| level.node.is_some());
        if let Some(from) = from {
            parent = self.levels.get(from).and_then(|level| level.node);
        }
        for level in self.levels.iter_mut().skip(from.map_or(0, |from| from + 1)) {
            self.nodes.push(Node {
                parent,
                kind: level.kind,
                name: level.name,
                range: level.start..level.start,
                content: 0,
                children: 0,
                ordinal: level.ordinal,
            });
            parent = Some(self.nodes.len() - 1);
            level.node = parent;
        }
        parent
    }

    /// Pairs the tags and adds their edits.
    pub(crate) fn finish(self, codes: &mut Codes, fillers: &Fillers, edits: &mut Vec<Edit>) {
        if self.tags.is_empty() {
            return;
        }
        let mut regions = Vec::new();
        for pair in pair(&self.tags, codes) {
            match self.region(&pair, fillers) {
                Ok(region) => regions.push(region),
                Err(sentence) => {
                    let inside = self.tags.get(pair.open).map_or("", |tag| &tag.control.inside);
                    codes.note(Finding::error(FindingKind::Crossing, inside, sentence));
                }
            }
        }
        for region in nested(regions, &self.tags, codes) {
            region.edits(edits);
        }
    }
}
