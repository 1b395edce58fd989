//! A part compiled: what never changes, ready to be copied, and the places where values go.
//!
//! Room for later: repetition and conditions become pieces that hold a range of pieces; everything that reads a file
//! only produces [`Edit`]s and need not know.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use crate::code::{Codes, Found, Matcher, padding};
use crate::escape::{self, Place};
use crate::package::deflate::{Frozen, Stream};
use crate::{Culture, Limits, Refused, RefusedKind, Values};

/// A literal at least this long is deflated at compile time. Shorter ones compress better together with what follows,
/// and a flush costs some bytes.
const WORTH_FREEZING: usize = 2048;

/// A change at a place of a part's text.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) at: Range<usize>,
    pub(crate) what: What,
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
}

impl Edit {
    /// Takes a range out.
    pub(crate) fn drop(at: Range<usize>) -> Self {
        Self { at, what: What::Put("".into()) }
    }

    /// Puts text at a position.
    pub(crate) fn put(at: Range<usize>, text: impl Into<Box<str>>) -> Self {
        Self { at, what: What::Put(text.into()) }
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

/// The edits that put a value at the first place of a code and nothing at the others.
pub(crate) fn add<O>(
    found: Found<O>,
    place: Place,
    codes: &mut Codes,
    edits: &mut Vec<Edit>,
) -> Result<(), Refused> {
    let code = codes.place(&found.name)?;
    let mut spans = found.spans.into_iter().map(|(at, _)| at);
    if let Some(at) = spans.next() {
        edits.push(Edit { at, what: What::Slot { code, place } });
    }
    edits.extend(spans.map(|at| Edit { at, what: What::Tail { code } }));
    Ok(())
}

#[derive(Debug)]
enum Piece {
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
}

/// A compiled part.
#[derive(Debug)]
pub(crate) struct Program {
    pieces: Vec<Piece>,
    pool: String,
    /// Differs from its original even when every code is unknown.
    pub(crate) edited: bool,
}

impl Program {
    /// Compiles the text of a part with its edits, which may come in any order. Where edits overlap, the one that
    /// starts first wins. `freeze` deflates long literals now.
    pub(crate) fn build(text: &str, mut edits: Vec<Edit>, freeze: bool) -> Self {
        edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let mut builder = Builder { pieces: Vec::new(), pool: String::new(), literal: String::new(), freeze };
        let (mut done, mut edited) = (0, false);
        for edit in edits {
            let (Some(before), Some(original)) = (text.get(done..edit.at.start), text.get(edit.at.clone()))
            else {
                continue;
            };
            builder.literal.push_str(before);
            done = edit.at.end;
            match edit.what {
                What::Put(instead) => {
                    builder.literal.push_str(&instead);
                    edited = true;
                }
                What::Slot { code, place } => {
                    let original = builder.settle_and_keep(original);
                    builder.pieces.push(Piece::Slot { code, original, place });
                }
                What::Tail { code } => {
                    let original = builder.settle_and_keep(original);
                    builder.pieces.push(Piece::Tail { code, original });
                }
            }
        }
        builder.literal.push_str(text.get(done..).unwrap_or_default());
        builder.settle();
        builder.pool.shrink_to_fit();
        Self { pieces: builder.pieces, pool: builder.pool, edited }
    }

    /// Whether any code of this part is known.
    pub(crate) fn touched(&self, filling: &Filling<'_>) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Slot { code, .. } if filling.get(*code).is_some()))
    }

    /// Writes the part to a stream of a package.
    pub(crate) fn pack(&self, filling: &Filling<'_>, stream: &mut Stream<'_>) {
        for piece in &self.pieces {
            if stream.full() {
                return;
            }
            match piece {
                Piece::Frozen(frozen) => stream.frozen(frozen),
                Piece::Literal(range) => stream.fresh().push_str(self.pooled(range)),
                Piece::Slot { code, original, place } => match filling.get(*code) {
                    Some(value) => escape::write(value, place, stream.fresh()),
                    None => stream.fresh().push_str(self.pooled(original)),
                },
                Piece::Tail { code, original } => {
                    if filling.get(*code).is_none() {
                        stream.fresh().push_str(self.pooled(original));
                    }
                }
            }
        }
    }

    /// Writes the part as text of at most `cap` bytes; `None` beyond. Only here do padding codes pad.
    pub(crate) fn write(&self, filling: &Filling<'_>, pads: bool, cap: usize) -> Option<String> {
        let mut out = String::with_capacity(self.pool.len() + 256);
        let mut width = 0;
        for piece in &self.pieces {
            match piece {
                // Texts are compiled without freezing.
                Piece::Frozen(_) => {}
                Piece::Literal(range) => out.push_str(self.pooled(range)),
                Piece::Tail { code, original } => {
                    if filling.get(*code).is_none() {
                        out.push_str(self.pooled(original));
                    }
                }
                Piece::Slot { code, original, place } => match filling.get(*code) {
                    None => out.push_str(self.pooled(original)),
                    Some(_) if pads && filling.width(*code).is_some() => {
                        width = filling.width(*code).unwrap_or_default();
                    }
                    Some(value) => {
                        let start = out.len();
                        escape::write(value, place, &mut out);
                        let written = out.get(start..).map_or(0, |text| text.chars().count());
                        out.extend(std::iter::repeat_n(' ', width.saturating_sub(written)));
                    }
                },
            }
            if out.len() > cap {
                return None;
            }
        }
        Some(out)
    }

    fn pooled(&self, range: &Range<u32>) -> &str {
        self.pool.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        let frozen = self.pieces.iter().map(|piece| match piece {
            Piece::Frozen(frozen) => frozen.deflated.len(),
            _ => 0,
        });
        frozen.sum::<usize>() + self.pieces.len() * size_of::<Piece>() + self.pool.len()
    }
}

struct Builder {
    pieces: Vec<Piece>,
    pool: String,
    literal: String,
    freeze: bool,
}

impl Builder {
    /// Ends the literal begun.
    fn settle(&mut self) {
        if self.literal.is_empty() {
            return;
        }
        if self.freeze && self.literal.len() >= WORTH_FREEZING {
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

/// The values of one filling, each asked for once.
#[derive(Debug)]
pub(crate) struct Filling<'v> {
    values: Vec<(Option<Cow<'v, str>>, Option<usize>)>,
}

impl<'v> Filling<'v> {
    /// Asks for every code of a template.
    pub(crate) fn gather(
        codes: &Codes,
        values: &'v dyn Values,
        culture: Culture,
        limits: &Limits,
    ) -> Result<Self, Refused> {
        let mut gathered = Vec::with_capacity(codes.names().len());
        for name in codes.names() {
            if let Some(width) = padding(name) {
                gathered.push((Some(Cow::Borrowed("")), Some(width)));
                continue;
            }
            let text = values.get(name).map(|value| value.into_text(&culture));
            if text.as_ref().is_some_and(|text| text.len() > limits.value) {
                let what = format!("The value of {{{name}}} is longer than {} KB.", limits.value / 1024);
                return Err(Refused::new(RefusedKind::ValueTooLong, what).at(name));
            }
            gathered.push((text, None));
        }
        Ok(Self { values: gathered })
    }

    fn get(&self, code: u32) -> Option<&str> {
        self.values.get(code as usize).and_then(|(text, _)| text.as_deref())
    }

    fn width(&self, code: u32) -> Option<usize> {
        self.values.get(code as usize).and_then(|(_, width)| *width)
    }
}

/// The refusal of a document that would grow beyond its cap.
pub(crate) fn output_too_large(cap: usize) -> Refused {
    let what = format!("The finished document would be larger than {} MB.", cap / (1024 * 1024));
    Refused::new(RefusedKind::OutputTooLarge, what)
}
