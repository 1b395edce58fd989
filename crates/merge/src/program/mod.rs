//! A part compiled: what never changes, ready to be copied, and the places where values go.

mod build;
mod each;
mod filling;
mod run;

use std::ops::Range;

use memchr::memchr;

use crate::code::{Found, Matcher};
use crate::codes::{Codes, Said};
use crate::escape::Place;
use crate::lang::Per;
use crate::package::deflate::Frozen;
use crate::{Refused, RefusedKind};

pub(crate) use filling::{Filling, Scope};
pub(crate) use run::{Measure, Run};

/// A change at a place of a part's text.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) at: Range<usize>,
    pub(crate) what: What,
    /// The number of its tag, for edits that belong to the structure: they come before others at the same place, in
    /// the order of their tags.
    pub(crate) order: u32,
}

/// What stands at the place instead.
#[derive(Debug)]
pub(crate) enum What {
    /// The value of a code. An unknown code leaves the text that stands there.
    Slot { code: u32, place: Place },
    /// Nothing if the code is known: the further pieces of a code that is cut up.
    Tail { code: u32 },
    /// This, always.
    Put(Box<str>),
    /// Several things in the place of one.
    Parts(Vec<Part>),
    /// A block begins here.
    Begin { block: u32 },
    /// A block begins here that repeats a whole page or sheet: it moves no rows.
    BeginWhole { block: u32 },
    /// What stands here instead when there is nothing to repeat, or the condition fails.
    Else { block: u32 },
    /// A block ends here.
    End { block: u32 },
    /// The tag of a block, shown only when the block asks for something unknown; it may be a whole paragraph, or so
    /// many rows of a sheet.
    Marker { block: u32, rows: u32 },
    /// The rows of the next sheet follow, and the references are seen from it.
    SheetStart(u16),
    /// A row number of a sheet: moves with what is repeated above it. Silent where the format counts for itself.
    RowNumber { row: u32, silent: bool },
    /// The row, counted from 0, a drawing is anchored at.
    Anchor,
    /// References into sheets (a formula, a range): what they point at may have moved.
    Reference { sheet: u16 },
    /// A merged range of a sheet, the whole element: written once for every time its rows were.
    Merged,
}

/// One of several things in the place of one.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) original: Box<str>,
    pub(crate) what: What,
}

impl Edit {
    pub(crate) fn new(at: Range<usize>, what: What) -> Self {
        Self { at, what, order: u32::MAX }
    }

    /// Takes a range out.
    pub(crate) fn drop(at: Range<usize>) -> Self {
        Self::new(at, What::Put("".into()))
    }

    /// Puts text at a position.
    pub(crate) fn put(at: Range<usize>, text: impl Into<Box<str>>) -> Self {
        Self::new(at, What::Put(text.into()))
    }
}

/// Feeds a piece of text, skipping to the next bracket while no code is begun.
pub(crate) fn feed<O: Clone + PartialEq>(
    matcher: &mut Matcher<O>,
    text: &str,
    start: usize,
    owner: &O,
    mut found: impl FnMut(Found<O>) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let mut from = 0;
    while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        if !matcher.is_open() {
            // An angle bracket cannot stand in character data; it comes as a reference.
            let Some(skip) = memchr(b'{', rest.as_bytes()) else { return Ok(()) };
            from += skip;
        }
        let Some(c) = text.get(from..).and_then(|rest| rest.chars().next()) else { return Ok(()) };
        let at = start + from;
        if let Some(code) = matcher.feed(c, at..at + c.len_utf8(), owner) {
            found(code)?;
        }
        from += c.len_utf8();
    }
    Ok(())
}

/// A tag that opens, divides or ends a block, with the places it covers.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) said: ControlSaid,
    /// As written between the braces.
    pub(crate) inside: String,
    pub(crate) spans: Vec<Range<usize>>,
}

#[derive(Debug)]
pub(crate) enum ControlSaid {
    Open(u32, Option<Per>),
    Else,
    End(String),
}

/// Turns a found code into the edits that put a value at its first place and nothing at the others; a tag of a block
/// is handed back.
pub(crate) fn add<O>(
    found: Found<O>,
    place: Place,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
) -> Result<Option<Control>, Refused> {
    let said = match codes.take(&found.inside)? {
        None => return Ok(None),
        Some(Said::Nothing) => {
            edits.extend(found.spans.into_iter().map(|(at, _)| Edit::drop(at)));
            return Ok(None);
        }
        Some(Said::Whole(block)) => {
            let at = found.spans.first().map_or(0, |(at, _)| at.start);
            codes.whole.push((block, found.inside, at));
            edits.extend(found.spans.into_iter().map(|(at, _)| Edit::drop(at)));
            return Ok(None);
        }
        Some(Said::Slot(code)) => {
            let mut spans = found.spans.into_iter().map(|(at, _)| at);
            if let Some(at) = spans.next() {
                edits.push(Edit::new(at, What::Slot { code, place }));
            }
            edits.extend(spans.map(|at| Edit::new(at, What::Tail { code })));
            return Ok(None);
        }
        Some(Said::Open(block, per)) => ControlSaid::Open(block, per),
        Some(Said::Else) => ControlSaid::Else,
        Some(Said::End(word)) => ControlSaid::End(word),
    };
    let spans = found.spans.into_iter().map(|(at, _)| at).collect();
    Ok(Some(Control { said, inside: found.inside, spans }))
}

#[derive(Debug)]
pub(crate) enum Piece {
    Frozen(Frozen),
    /// A range of the pool.
    Literal(Range<u32>),
    Slot {
        code: u32,
        original: Range<u32>,
        place: Place,
    },
    Tail {
        code: u32,
        original: Range<u32>,
    },
    Begin(Box<Span>),
    Else,
    End,
    Marker {
        block: u32,
        rows: u32,
        original: Range<u32>,
    },
    SheetStart(u16),
    RowNumber {
        row: u32,
        silent: bool,
    },
    Anchor(Range<u32>),
    Reference {
        sheet: u16,
        original: Range<u32>,
    },
    Merged(Range<u32>),
}

/// Where a block lies among the pieces.
#[derive(Debug, Default)]
pub(crate) struct Span {
    pub(crate) block: u32,
    /// The piece that divides it, if one does, and the piece that ends it.
    pub(crate) middle: Option<usize>,
    pub(crate) end: usize,
    /// In a sheet, the first row and how many rows each half covers; zero for blocks inside a cell.
    pub(crate) first_row: u32,
    pub(crate) rows: u32,
    pub(crate) else_rows: u32,
    /// It repeats a whole page or sheet.
    pub(crate) whole: bool,
}

/// A compiled part.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) pieces: Vec<Piece>,
    pool: String,
    /// Differs from its original even when every code is unknown.
    pub(crate) edited: bool,
    /// Whether anything may be repeated.
    pub(crate) repeats: bool,
}

impl Program {
    fn pooled(&self, range: &Range<u32>) -> &str {
        self.pool.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// Whether anything of this part is known to `filling`, or has to be asked of related records.
    pub(crate) fn touched(&self, filling: &Filling<'_>) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Slot { code, .. } => filling.knows(*code),
            Piece::Begin(_) => true,
            _ => false,
        })
    }

    /// The template's rows, each with its sheet, seen from a part that belongs to `sheet`.
    pub(crate) fn sheet_rows(&self, mut sheet: u16) -> impl Iterator<Item = (u16, u32)> {
        self.pieces.iter().filter_map(move |piece| match piece {
            Piece::SheetStart(next) => {
                sheet = *next;
                None
            }
            Piece::RowNumber { row, .. } => Some((sheet, *row)),
            _ => None,
        })
    }

    /// The merged ranges of a sheet, as elements.
    pub(crate) fn merges(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Merged(original) => Some(self.pooled(original)),
            _ => None,
        })
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        let frozen = self.pieces.iter().map(|piece| match piece {
            Piece::Frozen(frozen) => frozen.deflated.len(),
            Piece::Begin(_) => size_of::<Span>(),
            _ => 0,
        });
        frozen.sum::<usize>() + self.pieces.len() * size_of::<Piece>() + self.pool.len()
    }
}

/// The refusal of a document that would grow beyond its cap.
pub(crate) fn output_too_large(cap: usize) -> Refused {
    let what = format!("The finished document would be larger than {} MB.", cap / (1024 * 1024));
    Refused::new(RefusedKind::OutputTooLarge, what)
}
