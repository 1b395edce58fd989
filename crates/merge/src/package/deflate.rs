//! Raw deflate streams made of independent blocks.
//!
//! A literal that never changes is deflated once, ends on a byte boundary (a full flush) and refers to nothing before
//! it, so it can be copied into any later stream. What changes between two fills is deflated in between, flushed in
//! full as well. Any sequence of such blocks, closed by an empty final one, is a valid deflate stream (RFC 1951).

use std::io::Write;

use crc32fast::Hasher;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::bits::Bits;
use crate::{Refused, RefusedKind};

/// The empty final block: fixed codes, end of block.
const FINAL_BLOCK: [u8; 2] = [0x03, 0x00];

/// Expands a raw deflate stream that must give exactly `size` bytes and end exactly where `packed` ends.
pub(crate) fn inflate(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    // One spare byte, so that a stream that goes on after `size` bytes shows itself.
    let mut out = Vec::with_capacity(size + 1);
    let mut engine = Decompress::new(false);
    loop {
        let (used, made) = (engine.total_in(), out.len());
        let rest = packed.get(usize::try_from(used).ok()?..)?;
        let status = engine.decompress_vec(rest, &mut out, FlushDecompress::Finish).ok()?;
        if status == Status::StreamEnd {
            break;
        }
        if out.len() > size || (engine.total_in() == used && out.len() == made) {
            return None;
        }
    }
    (out.len() == size && engine.total_in() == packed.len() as u64).then_some(out)
}

/// A literal deflated ahead of time.
#[derive(Debug, Clone)]
pub(crate) struct Frozen {
    pub(crate) deflated: Box<[u8]>,
    crc: Hasher,
    pub(crate) len: usize,
}

impl Frozen {
    /// Deflates a literal well, once.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut deflated = Vec::with_capacity(bytes.len() / 4 + 64);
        pack(&mut Compress::new(Compression::new(6), false), bytes, &mut deflated);
        let mut crc = Hasher::new();
        crc.update(bytes);
        Self { deflated: deflated.into_boxed_slice(), crc, len: bytes.len() }
    }

    /// The literal again.
    pub(crate) fn text(&self) -> String {
        let whole = [&self.deflated, FINAL_BLOCK.as_slice()].concat();
        inflate(&whole, self.len).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// A finished stream with what the package's headers say about it.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) deflated: Vec<u8>,
    pub(crate) crc: u32,
    pub(crate) len: usize,
}

impl Packed {
    /// Content deflated at once.
    pub(crate) fn stored_well(bytes: &[u8]) -> Self {
        let frozen = Frozen::new(bytes);
        let mut deflated = frozen.deflated.into_vec();
        deflated.extend_from_slice(&FINAL_BLOCK);
        Self { deflated, crc: frozen.crc.finalize(), len: frozen.len }
    }
}

/// The engine that deflates what changes; costly to make, cheap to use again.
pub(crate) struct Engine(Compress);

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// An engine for the fast level.
    pub(crate) fn new() -> Self {
        Self(Compress::new(Compression::fast(), false))
    }
}

/// A part being composed of frozen, fresh and repeated stretches.
///
/// Inside a repetition no engine searches for what repeats, because it is known: a literal that was written before is
/// one reference to where it stood (RFC 1951 section 3.2.5), in blocks with fixed codes.
pub(crate) struct Stream<'e> {
    engine: &'e mut Engine,
    deflated: Vec<u8>,
    fresh: String,
    crc: Hasher,
    len: usize,
    cap: usize,
    /// How many repetitions are being written, one inside another.
    repeating: usize,
    bits: Bits,
    /// Where each literal of a repetition was written last.
    last: Vec<(usize, usize)>,
    /// Takes what is ready, when the part is not to be held as a whole.
    sink: Option<&'e mut dyn Write>,
    passed_on: usize,
}

/// Ready bytes are handed on in pieces of about this size.
const CHUNK: usize = 64 * 1024;
/// How far back a reference may reach.
const WINDOW: usize = 32 * 1024;

impl<'e> Stream<'e> {
    /// A stream of at most `cap` expanded bytes.
    pub(crate) fn new(engine: &'e mut Engine, cap: usize) -> Self {
        engine.0.reset();
        Self {
            engine,
            deflated: Vec::with_capacity(16 * 1024),
            fresh: String::new(),
            crc: Hasher::new(),
            len: 0,
            cap,
            repeating: 0,
            bits: Bits::default(),
            last: Vec::new(),
            sink: None,
            passed_on: 0,
        }
    }

    /// A stream that hands on what is ready.
    pub(crate) fn into_sink(mut self, sink: &'e mut dyn Write) -> Self {
        self.sink = Some(sink);
        self
    }

    /// The text waiting to be deflated, to append to.
    pub(crate) fn fresh(&mut self) -> &mut String {
        &mut self.fresh
    }

    /// Refuses to go on when the cap is passed; hands on what is ready.
    pub(crate) fn check(&mut self) -> Result<(), Refused> {
        if self.len + self.fresh.len() > self.cap {
            return Err(crate::program::output_too_large(self.cap));
        }
        if self.fresh.len() > CHUNK && self.sink.is_some() {
            self.settle();
        }
        if self.deflated.len() > CHUNK
            && let Some(sink) = &mut self.sink
        {
            hand_on(sink, &self.deflated)?;
            self.passed_on += self.deflated.len();
            self.deflated.clear();
        }
        Ok(())
    }

    /// Adds a frozen literal.
    pub(crate) fn frozen(&mut self, frozen: &Frozen) {
        self.settle();
        self.bits.align(&mut self.deflated);
        self.deflated.extend_from_slice(&frozen.deflated);
        self.crc.combine(&frozen.crc);
        self.len += frozen.len;
    }

    /// Adds a literal of the template, known by `key`.
    pub(crate) fn literal(&mut self, key: usize, text: &str) {
        if self.repeating == 0 || text.len() < 8 {
            self.fresh.push_str(text);
            return;
        }
        self.settle();
        if self.last.len() <= key {
            self.last.resize(key + 1, (0, usize::MAX));
        }
        let place = self.len;
        let known =
            self.last.get(key).filter(|(at, len)| *len == text.len() && place - at <= WINDOW).copied();
        self.bits.begin(&mut self.deflated);
        match known {
            Some((at, _)) => self.bits.again(text.as_bytes(), place - at, &mut self.deflated),
            None => self.bits.bytes(text.as_bytes(), &mut self.deflated),
        }
        if let Some(last) = self.last.get_mut(key) {
            *last = (place, text.len());
        }
        self.crc.update(text.as_bytes());
        self.len += text.len();
    }

    /// A repetition begins or ends.
    pub(crate) fn repeats(&mut self, begins: bool) {
        self.settle();
        if begins {
            self.repeating += 1;
        } else {
            self.repeating = self.repeating.saturating_sub(1);
        }
    }

    fn settle(&mut self) {
        if self.fresh.is_empty() {
            return;
        }
        if self.repeating > 0 {
            self.bits.begin(&mut self.deflated);
            self.bits.bytes(self.fresh.as_bytes(), &mut self.deflated);
        } else {
            self.bits.align(&mut self.deflated);
            pack(&mut self.engine.0, self.fresh.as_bytes(), &mut self.deflated);
        }
        self.crc.update(self.fresh.as_bytes());
        self.len += self.fresh.len();
        self.fresh.clear();
    }

    fn close(&mut self) {
        self.settle();
        self.bits.align(&mut self.deflated);
        self.deflated.extend_from_slice(&FINAL_BLOCK);
    }

    /// Ends a stream that was held as a whole.
    pub(crate) fn finish(mut self) -> Packed {
        self.close();
        Packed { deflated: self.deflated, crc: self.crc.finalize(), len: self.len }
    }

    /// Ends a stream that was handed on, and answers its sizes.
    pub(crate) fn finish_sink(mut self) -> Result<Sizes, Refused> {
        self.close();
        if let Some(sink) = &mut self.sink {
            hand_on(sink, &self.deflated)?;
        }
        let packed = self.passed_on + self.deflated.len();
        Ok(Sizes { crc: self.crc.finalize(), packed, len: self.len })
    }
}

/// What the headers of a part that was handed on say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) crc: u32,
    pub(crate) packed: usize,
    pub(crate) len: usize,
}

/// Writes to a sink; its failure ends the filling.
pub(crate) fn hand_on(sink: &mut dyn Write, bytes: &[u8]) -> Result<(), Refused> {
    sink.write_all(bytes).map_err(|error| {
        Refused::new(RefusedKind::CannotWrite, format!("The document could not be written: {error}."))
    })
}

/// Deflates `input` to `out` as blocks that end on a byte boundary and leave no history behind.
fn pack(engine: &mut Compress, input: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = input;
    loop {
        out.reserve(rest.len() / 3 + 256);
        let before = engine.total_in();
        let status = engine.compress_vec(rest, out, FlushCompress::Full);
        let used = usize::try_from(engine.total_in() - before).unwrap_or(usize::MAX).min(rest.len());
        rest = &rest[used..];
        match status {
            // The flush is complete when room is left over.
            Ok(_) if rest.is_empty() && out.len() < out.capacity() => return,
            Ok(_) => {}
            Err(_) => break,
        }
    }
    // The engine only fails when its state is broken; stored blocks need no engine.
    out.truncate(start);
    engine.reset();
    store(input, out);
}

/// Writes `input` as stored blocks.
fn store(input: &[u8], out: &mut Vec<u8>) {
    for chunk in input.chunks(0xFFFF) {
        let len = chunk.len() as u16;
        out.push(0);
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(&(!len).to_le_bytes());
        out.extend_from_slice(chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seed: usize, len: usize) -> String {
        (0..len).map(|i| char::from(b'a' + ((i * 7 + seed + i / 13) % 23) as u8)).collect()
    }

    #[test]
    fn blocks_in_any_order_make_one_valid_stream() {
        let mut engine = Engine::new();
        for round in 0..3 {
            let (a, b) = (text(round, 70_000), text(3, 5_000));
            let frozen = [Frozen::new(a.as_bytes()), Frozen::new(b.as_bytes())];
            let mut stream = Stream::new(&mut engine, usize::MAX);
            stream.fresh().push_str("first ");
            stream.frozen(&frozen[0]);
            stream.frozen(&frozen[1]);
            stream.fresh().push_str(&b);
            stream.fresh().push_str("second, first ");
            stream.frozen(&frozen[0]);
            let packed = stream.finish();
            let want = format!("first {a}{b}{b}second, first {a}");
            assert_eq!(packed.len, want.len());
            assert_eq!(packed.crc, crc32fast::hash(want.as_bytes()));
            assert_eq!(inflate(&packed.deflated, packed.len).as_deref(), Some(want.as_bytes()));
        }
    }

    #[test]
    fn stored_blocks_are_a_valid_stream_too() {
        let want = text(1, 150_000);
        let mut out = Vec::new();
        store(want.as_bytes(), &mut out);
        out.extend_from_slice(&FINAL_BLOCK);
        assert_eq!(inflate(&out, want.len()).as_deref(), Some(want.as_bytes()));
    }

    #[test]
    fn a_stream_that_is_longer_shorter_or_trailed_is_not_accepted() {
        let mut engine = Engine::new();
        let mut stream = Stream::new(&mut engine, usize::MAX);
        stream.fresh().push_str("twelve bytes");
        let mut packed = stream.finish().deflated;
        assert!(inflate(&packed, 12).is_some());
        assert!(inflate(&packed, 11).is_none());
        assert!(inflate(&packed, 13).is_none());
        packed.push(0);
        assert!(inflate(&packed, 12).is_none());
        packed.truncate(packed.len() - 2);
        assert!(inflate(&packed, 12).is_none());
    }

    #[test]
    fn an_empty_stream_is_a_stream() {
        let packed = Stream::new(&mut Engine::new(), 10).finish();
        assert_eq!(inflate(&packed.deflated, 0), Some(Vec::new()));
    }
}
