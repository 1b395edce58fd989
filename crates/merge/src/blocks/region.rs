//! The range of a block, by what its tags have in common.

use std::ops::Range;

use super::pairs::Pair;
use super::{Fillers, Kind, Placed, Structure};
use crate::lang::Per;
use crate::program::{Edit, What};

/// Where a tag's words go, and where its half of the block begins or ends.
pub(super) struct Edge {
    pub(super) at: usize,
    pub(super) markers: Vec<(Range<usize>, u32)>,
}

/// The range of a block.
pub(super) struct Region {
    pub(super) block: u32,
    pub(super) open: usize,
    pub(super) close: usize,
    pub(super) middle_tag: usize,
    pub(super) begin: Edge,
    pub(super) middle: Option<Edge>,
    pub(super) end: Edge,
    pub(super) filler: Option<String>,
}

impl Structure<'_> {
    pub(super) fn region(&self, pair: &Pair, fillers: &Fillers) -> Result<Region, &'static str> {
        let (Some(open), Some(close)) = (self.tags.get(pair.open), self.tags.get(pair.close)) else {
            return Err("The tag has no place.");
        };
        let middle = pair.middle.and_then(|at| self.tags.get(at));
        let common = self.common(open.last, close.last).ok_or("The two ends are in different parts.")?;
        let found = match pair.per {
            Some(Per::Row) => self.by_row(open, close, middle, fillers),
            Some(Per::Inline) if self.structural(common).0 != Kind::Para => {
                Err("`inline` needs both tags in one paragraph or cell.")
            }
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
            return Err(
                "{#else} needs rows of its own when rows are repeated: put it into a row between the two tags.",
            );
        }
        let Some(node) = self.nodes.get(first) else { return Err(outside) };
        let only =
            node.parent.and_then(|table| self.nodes.get(table)).is_some_and(|table| table.children <= 1);
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
            self.nodes
                .get(at)
                .filter(|node| node.kind == wanted || node.kind == Kind::Item)
                .map(|node| (at, node))
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
            return Err(
                "It begins in the middle of one paragraph and ends in another. Put each tag into a paragraph of its own.",
            );
        };
        let end = if last.content == 0 {
            Edge { at: last.range.end, markers: vec![(last.range.clone(), rows)] }
        } else if wanted == Kind::Row || self.after(last_at, close) == 0 {
            Edge { at: last.range.end, markers: spans(close) }
        } else {
            return Err(
                "It begins in one paragraph and ends in the middle of another. Put each tag into a paragraph of its own.",
            );
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

impl Region {
    pub(super) fn edits(self, edits: &mut Vec<Edit>) {
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
