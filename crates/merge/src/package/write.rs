//! The writer of packages: entries in order, every size known before its header is written.

use std::io::Write;

use super::deflate::{Engine, Packed, Stream, hand_on};
use super::{Entry, Package};
use crate::Refused;

const DEFLATED: u16 = 8;
/// What survives of the flags: that the name is UTF-8.
const FLAG_UTF8: u16 = 0x0800;
/// Extracting needs version 2.0 of the format (deflate, folders).
const NEEDS: u16 = 20;
/// The first day a DOS stamp can express, 1 January 1980: the stamp of parts without a history.
const FIRST_DAY: [u8; 4] = [0, 0, 0x21, 0];

/// What both headers of an entry say.
struct Header<'a> {
    name: &'a [u8],
    flags: u16,
    method: u16,
    stamp: [u8; 4],
    crc: u32,
    packed: usize,
    size: usize,
    made_by: u16,
    internal: u16,
    external: u32,
}

/// A package being written. Equal calls give equal bytes.
#[derive(Default)]
pub(crate) struct Writer<'s> {
    out: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
    /// Takes what is ready, when the package is not to be held as a whole.
    sink: Option<&'s mut dyn Write>,
    passed_on: usize,
}

/// Sizes follow the data instead of standing in the local header.
const FLAG_DESCRIPTOR: u16 = 0x0008;
/// A package that is handed on as it is made may be larger, as far as its headers can say.
const LARGEST: usize = u32::MAX as usize - 1024 * 1024;

impl<'s> Writer<'s> {
    /// A writer that expects about so many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// A writer that hands on what is ready.
    pub(crate) fn to_sink(sink: &'s mut dyn Write) -> Self {
        Self { sink: Some(sink), ..Self::default() }
    }

    /// Whether what is ready is handed on.
    pub(crate) fn streams(&self) -> bool {
        self.sink.is_some()
    }

    /// The bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.passed_on + self.out.len() + self.directory.len()
    }

    /// Copies an entry as it is: the same packed bytes, method, name and stamp.
    pub(crate) fn copy(&mut self, package: &Package, entry: &Entry) -> Result<(), Refused> {
        let header = Header { method: entry.method, crc: entry.crc, ..Self::like(package, entry) };
        let data = package.packed(entry);
        self.entry(&Header { packed: data.len(), size: entry.size, ..header }, data)
    }

    /// Writes new content in the place of an entry.
    pub(crate) fn replace(
        &mut self,
        package: &Package,
        entry: &Entry,
        packed: &Packed,
    ) -> Result<(), Refused> {
        let header = Self::like(package, entry);
        let sizes = Header { crc: packed.crc, packed: packed.deflated.len(), size: packed.len, ..header };
        self.entry(&sizes, &packed.deflated)
    }

    /// Writes new content in the place of an entry while it is made: its sizes follow it.
    pub(crate) fn streamed(
        &mut self,
        package: &Package,
        entry: &Entry,
        engine: &mut Engine,
        make: impl FnOnce(&mut Stream<'_>) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        self.hand_on()?;
        let mut header = Self::like(package, entry);
        header.flags |= FLAG_DESCRIPTOR;
        let offset = self.passed_on;
        self.out.extend_from_slice(b"PK\x03\x04");
        common(&mut self.out, &header);
        self.out.extend_from_slice(header.name);
        self.hand_on()?;
        let Some(sink) = &mut self.sink else { return Ok(()) };
        let mut stream = Stream::new(engine, LARGEST).into_sink(&mut **sink);
        make(&mut stream).map_err(|refused| refused.at(&entry.name))?;
        let sizes = stream.finish_sink()?;
        self.passed_on += sizes.packed;
        (header.crc, header.packed, header.size) = (sizes.crc, sizes.packed, sizes.len);
        self.out.extend_from_slice(b"PK\x07\x08");
        self.out.extend_from_slice(&sizes.crc.to_le_bytes());
        self.out.extend_from_slice(&(sizes.packed as u32).to_le_bytes());
        self.out.extend_from_slice(&(sizes.len as u32).to_le_bytes());
        self.listed(&header, offset as u32);
        self.hand_on()
    }

    fn hand_on(&mut self) -> Result<(), Refused> {
        let Some(sink) = &mut self.sink else { return Ok(()) };
        if self.passed_on + self.out.len() > LARGEST {
            return Err(crate::program::output_too_large(LARGEST));
        }
        hand_on(&mut **sink, &self.out)?;
        self.passed_on += self.out.len();
        self.out.clear();
        Ok(())
    }

    /// Writes an entry that has no original.
    pub(crate) fn add(&mut self, name: &str, packed: &Packed) -> Result<(), Refused> {
        let header = Header {
            name: name.as_bytes(),
            flags: if name.is_ascii() { 0 } else { FLAG_UTF8 },
            method: DEFLATED,
            stamp: FIRST_DAY,
            crc: packed.crc,
            packed: packed.deflated.len(),
            size: packed.len,
            made_by: NEEDS,
            internal: 0,
            external: 0,
        };
        self.entry(&header, &packed.deflated)
    }

    fn like<'a>(package: &'a Package, entry: &Entry) -> Header<'a> {
        Header {
            name: package.bytes.get(entry.raw_name.clone()).unwrap_or_default(),
            flags: entry.flags & FLAG_UTF8,
            method: DEFLATED,
            stamp: entry.stamp,
            crc: 0,
            packed: 0,
            size: 0,
            made_by: entry.made_by,
            internal: entry.internal,
            external: entry.external,
        }
    }

    fn entry(&mut self, header: &Header<'_>, data: &[u8]) -> Result<(), Refused> {
        let offset = (self.passed_on + self.out.len()) as u32;
        self.out.extend_from_slice(b"PK\x03\x04");
        common(&mut self.out, header);
        self.out.extend_from_slice(header.name);
        self.out.extend_from_slice(data);
        self.listed(header, offset);
        self.hand_on()
    }

    /// Adds an entry to the directory.
    fn listed(&mut self, header: &Header<'_>, offset: u32) {
        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&header.made_by.to_le_bytes());
        common(&mut self.directory, header);
        // Comment length and disk number are zero.
        self.directory.extend_from_slice(&[0; 4]);
        self.directory.extend_from_slice(&header.internal.to_le_bytes());
        self.directory.extend_from_slice(&header.external.to_le_bytes());
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(header.name);
        self.count += 1;
    }

    /// Ends the package with its directory; what was handed on is not answered.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Refused> {
        let start = (self.passed_on + self.out.len()) as u32;
        self.out.append(&mut self.directory);
        let size = (self.passed_on + self.out.len()) as u32 - start;
        self.out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.out.extend_from_slice(&self.count.to_le_bytes());
        self.out.extend_from_slice(&self.count.to_le_bytes());
        self.out.extend_from_slice(&size.to_le_bytes());
        self.out.extend_from_slice(&start.to_le_bytes());
        self.out.extend_from_slice(&[0; 2]);
        self.hand_on()?;
        Ok(self.out)
    }
}

/// The fields both headers share, from the version needed to the length of the extra field (none).
fn common(out: &mut Vec<u8>, header: &Header<'_>) {
    out.extend_from_slice(&NEEDS.to_le_bytes());
    out.extend_from_slice(&header.flags.to_le_bytes());
    out.extend_from_slice(&header.method.to_le_bytes());
    out.extend_from_slice(&header.stamp);
    out.extend_from_slice(&header.crc.to_le_bytes());
    // Caps keep every size far below 32 bits.
    out.extend_from_slice(&(header.packed as u32).to_le_bytes());
    out.extend_from_slice(&(header.size as u32).to_le_bytes());
    out.extend_from_slice(&(header.name.len() as u16).to_le_bytes());
    out.extend_from_slice(&[0; 2]);
}
