//! Raw deflate streams made of independent blocks.
//!
//! A literal that never changes is deflated once, ends on a byte boundary (a full flush) and refers to nothing before
//! it, so it can be copied into any later stream. What changes between two fills is deflated in between, flushed in
//! full as well. Any sequence of such blocks, closed by an empty final one, is a valid deflate stream (RFC 1951).

use crc32fast::Hasher;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

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
}

/// A finished stream with what the package's headers say about it.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) deflated: Vec<u8>,
    pub(crate) crc: u32,
    pub(crate) len: usize,
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

/// A part being composed of frozen and fresh stretches.
pub(crate) struct Stream<'e> {
    engine: &'e mut Engine,
    deflated: Vec<u8>,
    fresh: String,
    crc: Hasher,
    len: usize,
    cap: usize,
}

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
        }
    }

    /// The text waiting to be deflated, to append to.
    pub(crate) fn fresh(&mut self) -> &mut String {
        &mut self.fresh
    }

    /// True when the cap is passed; what is added from then on is lost.
    pub(crate) fn full(&self) -> bool {
        self.len + self.fresh.len() > self.cap
    }

    /// Adds a frozen literal.
    pub(crate) fn frozen(&mut self, frozen: &Frozen) {
        self.settle();
        self.deflated.extend_from_slice(&frozen.deflated);
        self.crc.combine(&frozen.crc);
        self.len += frozen.len;
    }

    fn settle(&mut self) {
        if self.fresh.is_empty() {
            return;
        }
        pack(&mut self.engine.0, self.fresh.as_bytes(), &mut self.deflated);
        self.crc.update(self.fresh.as_bytes());
        self.len += self.fresh.len();
        self.fresh.clear();
    }

    /// Ends the stream.
    pub(crate) fn finish(mut self) -> Packed {
        self.settle();
        self.deflated.extend_from_slice(&FINAL_BLOCK);
        Packed { deflated: self.deflated, crc: self.crc.finalize(), len: self.len }
    }
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
