//! From a text and its edits to a program.

use std::ops::Range;

use super::{Edit, Piece, Program, Span, What};
use crate::package::deflate::Frozen;

/// A literal at least this long is deflated at compile time. Shorter ones compress better together with what follows,
/// and a flush costs some bytes.
const WORTH_FREEZING: usize = 2048;

impl Program {
    /// Compiles the text of a part with its edits, which may come in any order. Where edits overlap, the one that
    /// starts first wins. `freeze` deflates long literals now.
    pub(crate) fn build(text: &str, mut edits: Vec<Edit>, freeze: bool) -> Self {
        edits.sort_by_key(|edit| (edit.at.start, edit.order, edit.at.end));
        let mut builder = Builder {
            pieces: Vec::new(),
            pool: String::new(),
            literal: String::new(),
            freeze,
            open: Vec::new(),
            row: 0,
            edited: false,
            repeats: false,
        };
        let mut done = 0;
        for edit in edits {
            let structure = matches!(
                edit.what,
                What::Begin { .. } | What::BeginWhole { .. } | What::Else { .. } | What::End { .. }
            );
            let start = if structure { edit.at.start.max(done) } else { edit.at.start };
            let end = edit.at.end.max(start);
            let (Some(before), Some(original)) = (text.get(done..start), text.get(start..end)) else {
                continue;
            };
            builder.literal.push_str(before);
            done = end;
            builder.what(edit.what, original);
        }
        builder.literal.push_str(text.get(done..).unwrap_or_default());
        builder.settle();
        while builder.open.pop().is_some() {}
        builder.pool.shrink_to_fit();
        Self { pieces: builder.pieces, pool: builder.pool, edited: builder.edited, repeats: builder.repeats }
    }
}

struct Builder {
    pieces: Vec<Piece>,
    pool: String,
    literal: String,
    freeze: bool,
    /// The pieces that begin the blocks now open.
    open: Vec<usize>,
    /// The sheet row met last, and with it how many rows the halves of open blocks cover.
    row: u32,
    edited: bool,
    repeats: bool,
}

impl Builder {
    fn what(&mut self, what: What, original: &str) {
        match what {
            What::Put(instead) => {
                self.literal.push_str(&instead);
                self.edited = true;
            }
            What::Slot { code, place } => {
                let original = self.settle_and_keep(original);
                self.pieces.push(Piece::Slot { code, original, place });
            }
            What::Tail { code } => {
                let original = self.settle_and_keep(original);
                self.pieces.push(Piece::Tail { code, original });
            }
            What::Parts(parts) => {
                for part in parts {
                    self.what(part.what, &part.original);
                }
            }
            What::Begin { block } => {
                self.settle();
                self.repeats = true;
                self.open.push(self.pieces.len());
                self.pieces.push(Piece::Begin(Box::new(Span { block, ..Span::default() })));
            }
            What::BeginWhole { block } => {
                self.settle();
                self.repeats = true;
                self.open.push(self.pieces.len());
                let span = Span { block, whole: true, ..Span::default() };
                self.pieces.push(Piece::Begin(Box::new(span)));
            }
            What::Else { block } => {
                self.settle();
                let at = self.pieces.len();
                if let Some(span) = self.innermost().filter(|span| span.block == block) {
                    span.middle = Some(at);
                    self.pieces.push(Piece::Else);
                }
            }
            What::End { block } => self.end(block),
            What::Marker { block, rows } => {
                if rows > 0 {
                    let row = row_number(original).unwrap_or(self.row + 1);
                    self.rows(row, rows);
                    self.row = row + rows - 1;
                }
                let original = self.settle_and_keep(original);
                self.pieces.push(Piece::Marker { block, rows, original });
            }
            What::SheetStart(sheet) => {
                self.settle();
                self.literal.push_str(original);
                self.row = 0;
                self.pieces.push(Piece::SheetStart(sheet));
            }
            What::Anchor => {
                let original = self.settle_and_keep(original);
                self.pieces.push(Piece::Anchor(original));
            }
            What::RowNumber { row, silent } => {
                self.settle();
                if row != self.row {
                    self.rows(row, 1);
                }
                self.row = row;
                self.pieces.push(Piece::RowNumber { row, silent });
            }
            What::Merged => {
                let original = self.settle_and_keep(original);
                self.pieces.push(Piece::Merged(original));
            }
            What::Reference { sheet } => {
                let original = self.settle_and_keep(original);
                self.pieces.push(Piece::Reference { sheet, original });
            }
        }
    }

    fn innermost(&mut self) -> Option<&mut Span> {
        let at = *self.open.last()?;
        match self.pieces.get_mut(at) {
            Some(Piece::Begin(span)) => Some(span),
            _ => None,
        }
    }

    /// Counts rows into every open block.
    fn rows(&mut self, first: u32, rows: u32) {
        for &at in &self.open {
            if let Some(Piece::Begin(span)) = self.pieces.get_mut(at)
                && !span.whole
            {
                if span.first_row == 0 {
                    span.first_row = first;
                }
                // Rows that are not written in the file count as well: they are blank.
                let end = (first + rows).saturating_sub(span.first_row);
                if span.middle.is_some() {
                    span.else_rows = end.saturating_sub(span.rows);
                } else {
                    span.rows = end;
                }
            }
        }
    }

    fn end(&mut self, block: u32) {
        self.settle();
        let at = self.pieces.len();
        if let Some(span) = self.innermost().filter(|span| span.block == block) {
            span.end = at;
            self.open.pop();
            self.pieces.push(Piece::End);
        }
    }

    /// Ends the literal begun. What may be repeated is not frozen: the run finds it again where it stood before.
    fn settle(&mut self) {
        if self.literal.is_empty() {
            return;
        }
        if self.freeze && self.literal.len() >= WORTH_FREEZING && self.open.is_empty() {
            self.pieces.push(Piece::Frozen(Frozen::new(self.literal.as_bytes())));
            self.literal.clear();
        } else {
            let literal = std::mem::take(&mut self.literal);
            let range = self.keep(&literal);
            self.pieces.push(Piece::Literal(range));
        }
    }

    fn settle_and_keep(&mut self, original: &str) -> Range<u32> {
        self.settle();
        self.keep(original)
    }

    fn keep(&mut self, text: &str) -> Range<u32> {
        let start = self.pool.len() as u32;
        self.pool.push_str(text);
        start..self.pool.len() as u32
    }
}

/// The number a row of a sheet has in the file.
fn row_number(row: &str) -> Option<u32> {
    let tag = row.split('>').next()?;
    let at = tag.find(" r=\"")? + 4;
    tag.get(at..)?.split('"').next()?.parse().ok()
}
