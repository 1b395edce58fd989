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

use std::collections::HashMap;
use std::ops::Range;

use crate::codes::Codes;
use crate::finding::{Finding, FindingKind};
use crate::lang::Per;
use crate::program::{Control, ControlSaid, Edit, What};

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

/// A block's tags, as places in the list of tags.
struct Pair {
    block: u32,
    per: Option<Per>,
    open: usize,
    middle: Option<usize>,
    close: usize,
}

/// Finds which tag ends which.
fn pair(tags: &[Placed], codes: &mut Codes) -> Vec<Pair> {
    let mut open: Vec<Pair> = Vec::new();
    let mut done = Vec::new();
    for (at, tag) in tags.iter().enumerate() {
        let inside = &tag.control.inside;
        match &tag.control.said {
            ControlSaid::Open(block, per) => {
                open.push(Pair { block: *block, per: *per, open: at, middle: None, close: 0 });
            }
            ControlSaid::Else => match open.last_mut().filter(|pair| pair.middle.is_none()) {
                Some(pair) => pair.middle = Some(at),
                None => {
                    let sentence = "There is no {#if …} or {#each …} before this {#else}.";
                    codes.note(Finding::error(FindingKind::NotClosed, inside, sentence));
                }
            },
            ControlSaid::End(word) => {
                let ends =
                    |pair: &Pair| codes.blocks.get(pair.block as usize).is_some_and(|b| b.ends_with(word));
                let Some(found) = open.iter().rposition(ends) else {
                    let sentence =
                        format!("Nothing before it begins what {{{inside}}} ends. Add the beginning or remove it.");
                    codes.note(Finding::error(FindingKind::NotClosed, inside, sentence));
                    continue;
                };
                for lost in open.drain(found + 1..) {
                    unclosed(&lost, tags, codes);
                }
                if let Some(mut pair) = open.pop() {
                    pair.close = at;
                    done.push(pair);
                }
            }
        }
    }
    for lost in open {
        unclosed(&lost, tags, codes);
    }
    done.sort_by_key(|pair| pair.open);
    done
}

fn unclosed(lost: &Pair, tags: &[Placed], codes: &mut Codes) {
    let Some(tag) = tags.get(lost.open) else { return };
    let word = match codes.blocks.get(lost.block as usize) {
        Some(block) => block.label().split(' ').next().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let sentence = format!("{{{}}} has no end. Write {{/{word}}} where it ends.", tag.control.inside);
    codes.note(Finding::error(FindingKind::NotClosed, &tag.control.inside, sentence));
}

/// Where a tag's words go, and where its half of the block begins or ends.
struct Edge {
    at: usize,
    markers: Vec<(Range<usize>, u32)>,
}

/// The range of a block.
struct Region {
    block: u32,
    open: usize,
    close: usize,
    middle_tag: usize,
    begin: Edge,
    middle: Option<Edge>,
    end: Edge,
    filler: Option<String>,
}

impl Structure<'_> {
    fn region(&self, pair: &Pair, fillers: &Fillers) -> Result<Region, &'static str> {
        let (Some(open), Some(close)) = (self.tags.get(pair.open), self.tags.get(pair.close)) else {
            return Err("The tag has no place.");
        };
        let middle = pair.middle.and_then(|at| self.tags.get(at));
        let common = self.common(open.last, close.last).ok_or("The two ends are in different parts.")?;
        let found = match pair.per {
            Some(Per::Row) => self.by_row(open, close, middle, fillers),
            Some(Per::Inline) => self.inline(open, close, middle),
            _ => match self.structural(common) {
                (Kind::Para, para) => self.in_para(para, open, close, middle, pair.per, fillers),
                (Kind::Row, _) => self.by_row(open, close, middle, fillers),
                (_, container) => self.side_by_side(container, open, close, middle, fillers),
            },
        };
        let (begin, middle, end, filler) = match found {
            Err(_) if self.free => between(open, close, middle),
            found => found?,
        };
        Ok(Region {
            block: pair.block,
            open: pair.open,
            close: pair.close,
            middle_tag: pair.middle.unwrap_or_default(),
            begin,
            middle,
            end,
            filler,
        })
    }

    fn up(&self, from: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(from), |&at| self.nodes.get(at)?.parent)
    }

    fn common(&self, a: usize, b: usize) -> Option<usize> {
        let above: Vec<usize> = self.up(a).collect();
        self.up(b).find(|node| above.contains(node))
    }

    /// The nearest element at or above one that means something to loops.
    fn structural(&self, at: usize) -> (Kind, usize) {
        let kind = |at: usize| self.nodes.get(at).map_or(Kind::Other, |node| node.kind);
        // Something between paragraphs (a content control, a section) is as good as a body.
        let found = self.up(at).find(|&node| kind(node) != Kind::Other).unwrap_or(at);
        match kind(found) {
            Kind::Para => (Kind::Para, found),
            _ if kind(at) == Kind::Other => (Kind::Body, at),
            other => (other, found),
        }
    }

    fn child(&self, of: usize, below: usize) -> Option<usize> {
        self.up(below).find(|&node| self.nodes.get(node).is_some_and(|n| n.parent == Some(of)))
    }

    fn after(&self, para: usize, tag: &Placed) -> u32 {
        self.nodes.get(para).map_or(0, |node| node.content.saturating_sub(tag.before))
    }

    /// Both ends in one paragraph.
    fn in_para(
        &self,
        para: usize,
        open: &Placed,
        close: &Placed,
        middle: Option<&Placed>,
        per: Option<Per>,
        fillers: &Fillers,
    ) -> Result<Found, &'static str> {
        let Some(node) = self.nodes.get(para) else { return Err("The paragraph has no place.") };
        let whole = open.before == 0 && self.after(para, close) == 0;
        let parent = node.parent.and_then(|parent| self.nodes.get(parent));
        let alone = parent.is_none_or(|parent| parent.children <= 1);
        let item = parent.filter(|parent| parent.kind == Kind::Item && alone);
        let taken = whole && middle.is_none() && !self.inline_only;
        if per != Some(Per::Paragraph) && !taken || self.inline_only {
            return self.inline(open, close, middle);
        }
        if middle.is_some() {
            return Err("{#else} cannot stand in the middle of a paragraph that is repeated as a whole.");
        }
        let range = item.map_or(&node.range, |item| &item.range);
        let begin = Edge { at: range.start, markers: spans(open) };
        let end = Edge { at: range.end, markers: spans(close) };
        let filler = (alone && item.is_none() && !fillers.para.is_empty()).then(|| fillers.para.clone());
        Ok((begin, None, end, filler))
    }

    /// The words between two tags. What is between must end as deep in the same elements as it begins.
    fn inline(&self, open: &Placed, close: &Placed, middle: Option<&Placed>) -> Result<Found, &'static str> {
        let path = |node: usize, top: usize| -> Vec<&str> {
            let below = self.up(node).take_while(|&at| at != top);
            below.filter_map(|at| self.nodes.get(at)).map(|node| node.name).collect()
        };
        let crossing = "It begins and ends in different places of the structure (a hyperlink, a text box, a paragraph). \
            Move the two tags side by side.";
        let top = self.common(open.first, close.last).ok_or(crossing)?;
        let wanted = path(open.first, top);
        let middle_fits = middle.is_none_or(|middle| {
            self.common(open.first, middle.first).is_some_and(|other| {
                let top = if self.up(top).any(|at| at == other) { other } else { top };
                path(middle.first, top) == path(open.first, top)
            })
        });
        if path(close.last, top) != wanted || !middle_fits {
            return Err(crossing);
        }
        Ok(between(open, close, middle))
    }

    /// The row both ends stand in, or the rows from one to the other.
    fn by_row(
        &self,
        open: &Placed,
        close: &Placed,
        middle: Option<&Placed>,
        fillers: &Fillers,
    ) -> Result<Found, &'static str> {
        let row = |tag: &Placed| {
            self.up(tag.last).find(|&at| self.nodes.get(at).is_some_and(|node| node.kind == Kind::Row))
        };
        let outside = "`per row` needs both tags in a table.";
        let (first, last) = (row(open).ok_or(outside)?, row(close).ok_or(outside)?);
        if first != last {
            let table = self.common(first, last).ok_or(outside)?;
            return self.side_by_side(table, open, close, middle, fillers);
        }
        if middle.is_some() {
            return Err("{#else} needs rows of its own when rows are repeated: put it into a row between the two tags.");
        }
        let Some(node) = self.nodes.get(first) else { return Err(outside) };
        let only = node.parent.and_then(|table| self.nodes.get(table)).is_some_and(|table| table.children <= 1);
        let filler = (only && !fillers.row.is_empty()).then(|| fillers.row.clone());
        let begin = Edge { at: node.range.start, markers: spans(open) };
        let end = Edge { at: node.range.end, markers: spans(close) };
        Ok((begin, None, end, filler))
    }

    /// From the child of a container with the one end to the child with the other.
    fn side_by_side(
        &self,
        container: usize,
        open: &Placed,
        close: &Placed,
        middle: Option<&Placed>,
        fillers: &Fillers,
    ) -> Result<Found, &'static str> {
        let holder = self.nodes.get(container).ok_or("The tag has no place.")?;
        if open.last == container && close.last == container {
            return self.inline(open, close, middle);
        }
        let wanted = if holder.kind == Kind::Table { Kind::Row } else { Kind::Para };
        let child = |tag: &Placed| {
            let at = self.child(container, tag.last)?;
            self.nodes.get(at).filter(|node| node.kind == wanted || node.kind == Kind::Item).map(|node| (at, node))
        };
        let crossing = "It begins inside a table (or box) and ends outside of it, or in another one. Put both tags into the \
            same table, or both outside.";
        let ((_, first), (last_at, last)) = (child(open).ok_or(crossing)?, child(close).ok_or(crossing)?);
        let rows = u32::from(self.sheet && wanted == Kind::Row);
        let begin = if first.content == 0 {
            Edge { at: first.range.start, markers: vec![(first.range.clone(), rows)] }
        } else if wanted == Kind::Row || open.before == 0 {
            Edge { at: first.range.start, markers: spans(open) }
        } else {
            return Err("It begins in the middle of one paragraph and ends in another. Put each tag into a paragraph of its own.");
        };
        let end = if last.content == 0 {
            Edge { at: last.range.end, markers: vec![(last.range.clone(), rows)] }
        } else if wanted == Kind::Row || self.after(last_at, close) == 0 {
            Edge { at: last.range.end, markers: spans(close) }
        } else {
            return Err("It begins in one paragraph and ends in the middle of another. Put each tag into a paragraph of its own.");
        };
        let middle = match middle {
            None => None,
            Some(tag) => {
                let (_, node) = child(tag).ok_or(crossing)?;
                if node.content == 0 {
                    Some(Edge { at: node.range.start, markers: vec![(node.range.clone(), rows)] })
                } else if wanted == Kind::Row || tag.before == 0 {
                    Some(Edge { at: node.range.start, markers: spans(tag) })
                } else {
                    return Err("{#else} needs a paragraph or row of its own here.");
                }
            }
        };
        let all = first.ordinal == 0 && last.ordinal + 1 >= holder.children;
        let filler = if wanted == Kind::Row { &fillers.row } else { &fillers.para };
        let filler = (all && middle.is_none() && !filler.is_empty()).then(|| filler.clone());
        Ok((begin, middle, end, filler))
    }
}

type Found = (Edge, Option<Edge>, Edge, Option<String>);

/// From the beginning of the one tag to the end of the other.
fn between(open: &Placed, close: &Placed, middle: Option<&Placed>) -> Found {
    let start = |tag: &Placed| tag.control.spans.first().map_or(0, |span| span.start);
    let end = close.control.spans.last().map_or(0, |span| span.end);
    let begin = Edge { at: start(open), markers: spans(open) };
    let middle = middle.map(|tag| Edge { at: start(tag), markers: spans(tag) });
    (begin, middle, Edge { at: end, markers: spans(close) }, None)
}

fn spans(tag: &Placed) -> Vec<(Range<usize>, u32)> {
    tag.control.spans.iter().map(|span| (span.clone(), 0)).collect()
}

/// The regions that lie one inside another or side by side; others are reported.
fn nested(mut regions: Vec<Region>, tags: &[Placed], codes: &mut Codes) -> Vec<Region> {
    regions.sort_by_key(|region| (region.begin.at, region.open));
    let mut good: Vec<Region> = Vec::new();
    let mut stack: Vec<usize> = Vec::new();
    for region in regions {
        while stack.last().is_some_and(|&top| good[top].end.at <= region.begin.at && good[top].close < region.open) {
            stack.pop();
        }
        let fits = stack.last().is_none_or(|&top| {
            let outer = &good[top];
            let inside = region.end.at <= outer.end.at && outer.open < region.open && region.close < outer.close;
            let divides = outer.middle.as_ref().is_some_and(|middle| {
                let half = |tag: usize| tag < outer.middle_tag;
                half(region.open) != half(region.close)
                    || region.begin.at < middle.at && middle.at < region.end.at
            });
            inside && !divides
        });
        if fits {
            stack.push(good.len());
            good.push(region);
        } else if let Some(tag) = tags.get(region.open) {
            let sentence = "It overlaps another loop or condition. Let one of them end before the other begins.";
            codes.note(Finding::error(FindingKind::Crossing, &tag.control.inside, sentence));
        }
    }
    good
}

impl Region {
    fn edits(self, edits: &mut Vec<Edit>) {
        let block = self.block;
        let order = |tag: usize, step: u32| (tag as u32).saturating_mul(4) + step;
        let mut add = |at: Range<usize>, what: What, order: u32| edits.push(Edit { at, what, order });
        add(self.begin.at..self.begin.at, What::Begin { block }, order(self.open, 0));
        for (span, rows) in self.begin.markers {
            add(span, What::Marker { block, rows }, order(self.open, 1));
        }
        if let Some(middle) = self.middle {
            add(middle.at..middle.at, What::Else { block }, order(self.middle_tag, 0));
            for (span, rows) in middle.markers {
                add(span, What::Marker { block, rows }, order(self.middle_tag, 1));
            }
        }
        for (span, rows) in self.end.markers {
            add(span, What::Marker { block, rows }, order(self.close, 0));
        }
        let end = self.end.at..self.end.at;
        if let Some(filler) = self.filler {
            add(end.clone(), What::Else { block }, order(self.close, 1));
            add(end.clone(), What::Put(filler.into()), order(self.close, 2));
        }
        add(end, What::End { block }, order(self.close, 3));
    }
}
