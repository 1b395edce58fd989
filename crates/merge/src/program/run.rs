//! Running a program: literals and values in order, blocks as often as there are rows.

use std::ops::Range;

use super::{Filling, Piece, Program, Scope, Span};
use crate::codes::Block;
use crate::escape::{self, Place};
use crate::grid::Grid;
use crate::lang::Test;
use crate::package::deflate::{Frozen, Stream};
use crate::pictures::Pictures;
use crate::{Refused, RefusedKind, Value};

/// Where a running program writes.
pub(crate) trait Out {
    /// Text that stands in the template; `key` names the place, so that a repetition can refer to the last time.
    fn literal(&mut self, key: usize, text: &str);
    /// A stretch deflated ahead of time.
    fn frozen(&mut self, frozen: &Frozen);
    /// Where a value is appended to.
    fn text(&mut self) -> &mut String;
    /// Repetition begins or ends.
    fn repeats(&mut self, _begins: bool) {}
    /// Refuses to go on.
    fn check(&mut self) -> Result<(), Refused>;
}

impl Out for Stream<'_> {
    fn literal(&mut self, key: usize, text: &str) {
        self.literal(key, text);
    }
    fn frozen(&mut self, frozen: &Frozen) {
        self.frozen(frozen);
    }
    fn text(&mut self) -> &mut String {
        self.fresh()
    }
    fn repeats(&mut self, begins: bool) {
        self.repeats(begins);
    }
    fn check(&mut self) -> Result<(), Refused> {
        self.check()
    }
}

/// A text of at most so many bytes.
#[derive(Debug)]
pub(crate) struct Capped {
    pub(crate) text: String,
    pub(crate) cap: usize,
}

impl Out for Capped {
    fn literal(&mut self, _key: usize, text: &str) {
        self.text.push_str(text);
    }
    fn frozen(&mut self, frozen: &Frozen) {
        self.text.push_str(&frozen.text());
    }
    fn text(&mut self) -> &mut String {
        &mut self.text
    }
    fn check(&mut self) -> Result<(), Refused> {
        if self.text.len() > self.cap { Err(super::output_too_large(self.cap)) } else { Ok(()) }
    }
}

/// Nothing is written; rows are only counted.
#[derive(Debug, Default)]
pub(crate) struct Measure(String);

impl Out for Measure {
    fn literal(&mut self, _key: usize, _text: &str) {}
    fn frozen(&mut self, _frozen: &Frozen) {}
    fn text(&mut self) -> &mut String {
        self.0.clear();
        &mut self.0
    }
    fn check(&mut self) -> Result<(), Refused> {
        Ok(())
    }
}

/// A program being run.
pub(crate) struct Run<'r> {
    program: &'r Program,
    pub(super) filling: &'r Filling<'r>,
    /// The blocks that asked for something unknown and show their tags.
    unknown: Vec<bool>,
    pub(crate) grid: Option<Grid<'r>>,
    pub(crate) pictures: Option<&'r mut Pictures>,
    /// Which part the pictures of this program belong to.
    pub(crate) part: usize,
    pub(crate) pads: bool,
    width: usize,
    depth: usize,
}

impl<'r> Run<'r> {
    pub(crate) fn new(program: &'r Program, filling: &'r Filling<'r>) -> Self {
        Self {
            program,
            filling,
            unknown: vec![false; filling.codes.blocks.len()],
            grid: None,
            pictures: None,
            part: 0,
            pads: false,
            width: 0,
            depth: 0,
        }
    }

    /// Writes the whole part.
    pub(crate) fn whole<O: Out>(&mut self, out: &mut O) -> Result<(), Refused> {
        self.pieces(0..self.program.pieces.len(), None, out)
    }

    /// Measures the part for one row, and gives the grid back.
    pub(crate) fn measured<O: Out>(
        mut self,
        scope: &Scope<'_>,
        out: &mut O,
    ) -> Result<Option<Grid<'r>>, Refused> {
        self.pieces(0..self.program.pieces.len(), Some(scope), out)?;
        Ok(self.grid.take())
    }

    /// Writes the part for one row, as text of at most `cap` bytes.
    pub(crate) fn within(mut self, scope: &Scope<'_>, cap: usize) -> Result<String, Refused> {
        let mut out = Capped { text: String::with_capacity(self.program.pool.len() + 256), cap };
        self.pieces(0..self.program.pieces.len(), Some(scope), &mut out)?;
        out.check()?;
        Ok(out.text)
    }

    /// Writes the part as text of at most `cap` bytes.
    pub(crate) fn into_text(mut self, cap: usize) -> Result<String, Refused> {
        let mut out = Capped { text: String::with_capacity(self.program.pool.len() + 256), cap };
        self.whole(&mut out)?;
        out.check()?;
        Ok(out.text)
    }

    pub(super) fn pieces<O: Out>(
        &mut self,
        range: Range<usize>,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        let program = self.program;
        let mut at = range.start;
        while at < range.end {
            match program.pieces.get(at) {
                Some(Piece::Frozen(frozen)) => out.frozen(frozen),
                Some(Piece::Literal(text)) => out.literal(at, program.pooled(text)),
                Some(Piece::Slot { code, original, place }) => {
                    self.slot(*code, place, program.pooled(original), scope, out)?;
                    out.check()?;
                }
                Some(Piece::Tail { code, original }) => {
                    if !self.knows(*code, scope) {
                        out.text().push_str(program.pooled(original));
                    }
                }
                Some(Piece::Begin(span)) => {
                    self.block(at, span, scope, out)?;
                    at = span.end;
                }
                Some(Piece::Marker { block, rows, original }) => {
                    if self.unknown.get(*block as usize) == Some(&true) {
                        out.literal(at, program.pooled(original));
                    } else if let Some(grid) = &mut self.grid {
                        grid.skip(*rows);
                    }
                }
                Some(Piece::SheetStart(sheet)) => {
                    if let Some(grid) = &mut self.grid {
                        grid.start(*sheet);
                    }
                }
                Some(Piece::RowNumber { row, silent }) => match &mut self.grid {
                    Some(grid) => grid.row(*row, *silent, out.text()),
                    None if *silent => {}
                    None => out.text().push_str(&row.to_string()),
                },
                Some(Piece::Anchor(original)) => match &mut self.grid {
                    Some(grid) => grid.anchor(program.pooled(original), out.text()),
                    None => out.text().push_str(program.pooled(original)),
                },
                Some(Piece::Merged(original)) => match &mut self.grid {
                    Some(grid) => grid.merged(program.pooled(original), out.text()),
                    None => out.text().push_str(program.pooled(original)),
                },
                Some(Piece::Reference { sheet, original }) => match &mut self.grid {
                    Some(grid) => grid.reference(*sheet, program.pooled(original), out.text()),
                    None => out.text().push_str(program.pooled(original)),
                },
                Some(Piece::Else | Piece::End) | None => {}
            }
            at += 1;
        }
        out.check()
    }

    fn knows(&self, code: u32, scope: Option<&Scope<'_>>) -> bool {
        if self.filling.knows(code) {
            return true;
        }
        let shown = self.filling.codes.shown.get(code as usize);
        scope.is_some() && shown.is_some_and(|shown| self.filling.lookup(shown.name, scope).is_some())
    }

    fn slot<O: Out>(
        &mut self,
        code: u32,
        place: &Place,
        original: &str,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        let filling = self.filling;
        let Some(shown) = filling.codes.shown.get(code as usize) else { return Ok(()) };
        if let Some(width) = filling.width(code) {
            if self.pads {
                self.width = width;
            }
            if place.is_cell() {
                escape::write("", place, out.text());
            }
            return Ok(());
        }
        // The common case first: a text of the record itself, in a place where only text counts.
        if scope.is_none() && !place.is_typed() && !filling.has_pictures() {
            match filling.root_text(code) {
                Some(text) => self.text(text, place, out.text()),
                None => out.text().push_str(original),
            }
            return Ok(());
        }
        let Some(value) = filling.lookup(shown.name, scope) else {
            out.text().push_str(original);
            return Ok(());
        };
        if let (Value::Picture(picture), Some(pictures)) = (&value, &mut self.pictures)
            && pictures.place(self.part, picture, place, original, out.text())
        {
            return Ok(());
        }
        if place.is_picture() {
            out.text().push_str(original);
            return Ok(());
        }
        if shown.format.is_none() && escape::typed(&value, place, out.text()) {
            return Ok(());
        }
        let text = filling.text(&value, shown.format.as_ref(), shown.name)?;
        if shown.format.as_ref().is_some_and(|format| format.is_for_numbers() || format.is_for_dates())
            && escape::typed(&value, place, out.text())
        {
            // A cell keeps the value and its own look.
            return Ok(());
        }
        self.text(&text, place, out.text());
        Ok(())
    }

    /// Writes a text, filled up to the width asked for.
    fn text(&self, text: &str, place: &Place, out: &mut String) {
        let start = out.len();
        escape::write(text, place, out);
        if self.width > 0 {
            let written = out.get(start..).map_or(0, |text| text.chars().count());
            out.extend(std::iter::repeat_n(' ', self.width.saturating_sub(written)));
        }
    }

    fn block<O: Out>(
        &mut self,
        at: usize,
        span: &Span,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        if self.depth >= 32 {
            return Err(Refused::new(
                RefusedKind::TooDeep,
                "The template nests more than 32 loops and conditions.",
            ));
        }
        self.depth += 1;
        let codes = self.filling.codes;
        let result = match codes.blocks.get(span.block as usize) {
            Some(Block::If(any)) => {
                let truth = self.truth(any, scope)?;
                self.choose(at, span, truth, scope, out)
            }
            Some(Block::Each { each, alias, test }) => self.each(at, span, each, alias, *test, scope, out),
            None => Ok(()),
        };
        self.depth -= 1;
        result
    }

    /// Whether a condition holds; `None` when it asks for something unknown.
    fn truth(&self, any: &[Vec<(u32, Test)>], scope: Option<&Scope<'_>>) -> Result<Option<bool>, Refused> {
        let mut holds = false;
        for all in any {
            let mut together = true;
            for (name, test) in all {
                let passes = match self.filling.lookup(*name, scope) {
                    Some(value) => test.passes(&value),
                    None => match self.filling.rows(&test.name, &[], scope)? {
                        Some(mut rows) => rows.advance()? != test.not,
                        None => return Ok(None),
                    },
                };
                together &= passes;
            }
            holds |= together;
        }
        Ok(Some(holds))
    }

    /// Writes one half of a block, or all of it with its tags.
    pub(super) fn choose<O: Out>(
        &mut self,
        at: usize,
        span: &Span,
        truth: Option<bool>,
        scope: Option<&Scope<'_>>,
        out: &mut O,
    ) -> Result<(), Refused> {
        self.mark(span.block, truth.is_none());
        let middle = span.middle.unwrap_or(span.end);
        match truth {
            None => self.pieces(at + 1..span.end, scope, out),
            Some(true) => {
                self.pieces(at + 1..middle, scope, out)?;
                self.skip(span.else_rows);
                Ok(())
            }
            Some(false) => {
                self.skip(span.rows);
                self.pieces(middle..span.end, scope, out)
            }
        }
    }

    pub(super) fn mark(&mut self, block: u32, unknown: bool) {
        if let Some(mark) = self.unknown.get_mut(block as usize) {
            *mark = unknown;
        }
    }

    pub(super) fn skip(&mut self, rows: u32) {
        if let Some(grid) = &mut self.grid {
            grid.skip(rows);
        }
    }
}
