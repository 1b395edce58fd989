//! The reader of packages. Nothing is expanded before every claim of the directory has been checked.

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use super::deflate;
use crate::refused::shown;
use crate::{Limits, Refused, RefusedKind, Sniffed, probe};

const END: [u8; 4] = *b"PK\x05\x06";
const END_LEN: usize = 22;
const END64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
const END64: [u8; 4] = *b"PK\x06\x06";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const CENTRAL_LEN: usize = 46;
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const LOCAL_LEN: usize = 30;
/// Encrypted, strongly encrypted, or with a masked directory.
const FLAGS_ENCRYPTED: u16 = 0x0001 | 0x0040 | 0x2000;
/// Sizes follow the data instead of standing in the local header.
const FLAG_DESCRIPTOR: u16 = 0x0008;

/// One file of a package, as its directory describes it (and as has been checked against the rest).
#[derive(Debug)]
pub(crate) struct Entry {
    /// The name for comparing and showing; bytes that are not UTF-8 are replaced.
    pub(crate) name: String,
    /// The name as it stands, to be written out again.
    pub(crate) raw_name: Range<usize>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    /// DOS time and date as they stand.
    pub(crate) stamp: [u8; 4],
    pub(crate) crc: u32,
    /// Expanded size.
    pub(crate) size: usize,
    /// Where the packed bytes lie.
    pub(crate) data: Range<usize>,
    pub(crate) made_by: u16,
    pub(crate) internal: u16,
    pub(crate) external: u32,
}

/// A package whose directory has been found sound. The content of its parts is checked as they are read.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) bytes: Vec<u8>,
    pub(crate) entries: Vec<Entry>,
}

impl Package {
    /// Reads and checks the directory.
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refused> {
        if bytes.len() > limits.package {
            let mb = limits.package / (1024 * 1024);
            return Err(Refused::new(RefusedKind::TooLarge, format!("The file is larger than {mb} MB.")));
        }
        let directory = Directory::find(&bytes)?;
        if directory.count > limits.entries {
            let what =
                format!("The package claims {} entries; {} are allowed.", directory.count, limits.entries);
            return Err(Refused::new(RefusedKind::TooManyEntries, what));
        }
        let entries = directory.entries(&bytes, limits)?;
        no_two_alike(&entries)?;
        no_overlap(&entries, directory.start)?;
        Ok(Self { bytes, entries })
    }

    /// The index of an entry, by name, ignoring ASCII case as packages do.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The packed bytes of an entry.
    pub(crate) fn packed(&self, entry: &Entry) -> &[u8] {
        self.bytes.get(entry.data.clone()).unwrap_or_default()
    }

    /// The expanded bytes of an entry, its size and checksum proved.
    pub(crate) fn read(&self, entry: &Entry) -> Result<Vec<u8>, Refused> {
        let packed = self.packed(entry);
        let bytes =
            if entry.method == 0 { Some(packed.to_vec()) } else { deflate::inflate(packed, entry.size) };
        match bytes {
            Some(bytes) if crc32fast::hash(&bytes) == entry.crc => Ok(bytes),
            _ => Err(Refused::new(RefusedKind::Damaged, "A part of the file is damaged.").at(&entry.name)),
        }
    }
}

/// Where the directory lies.
struct Directory {
    start: usize,
    end: usize,
    count: usize,
}

impl Directory {
    fn find(bytes: &[u8]) -> Result<Self, Refused> {
        let tail = bytes.len().saturating_sub(END_LEN + 0xFFFF);
        let window = bytes.get(tail..).unwrap_or_default();
        // The last end record whose comment reaches exactly to the end of the file.
        let end = memmem::rfind_iter(window, &END).map(|at| tail + at).find(|&at| {
            u16_at(bytes, at + 20).is_some_and(|comment| at + END_LEN + usize::from(comment) == bytes.len())
        });
        let Some(end) = end else { return Err(not_a_package(bytes)) };
        Self::read(bytes, end).ok_or_else(|| {
            Refused::new(RefusedKind::HeaderMismatch, "The directory of the package contradicts itself.")
        })
    }

    fn read(bytes: &[u8], end: usize) -> Option<Self> {
        let disks = (u16_at(bytes, end + 4)?, u16_at(bytes, end + 6)?);
        let counts = (u16_at(bytes, end + 8)?, u16_at(bytes, end + 10)?);
        let (size, start) = (u32_at(bytes, end + 12)?, u32_at(bytes, end + 16)?);
        let found = if counts.1 == u16::MAX || size == u32::MAX || start == u32::MAX {
            Self::read64(bytes, end)?
        } else {
            if disks != (0, 0) || counts.0 != counts.1 {
                return None;
            }
            let start = start as usize;
            Self { start, end: start.checked_add(size as usize)?, count: usize::from(counts.1) }
        };
        (found.start <= found.end && found.end <= end).then_some(found)
    }

    fn read64(bytes: &[u8], end: usize) -> Option<Self> {
        let locator = end.checked_sub(20)?;
        if !starts(bytes, locator, END64_LOCATOR) || u32_at(bytes, locator + 4)? != 0 {
            return None;
        }
        let at = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
        let fixed = at.checked_add(56)?;
        if fixed > locator || !starts(bytes, at, END64) || u64_at(bytes, at + 16)? != 0 {
            return None;
        }
        let counts = (u64_at(bytes, at + 24)?, u64_at(bytes, at + 32)?);
        let size = usize::try_from(u64_at(bytes, at + 40)?).ok()?;
        let start = usize::try_from(u64_at(bytes, at + 48)?).ok()?;
        let end = start.checked_add(size)?;
        (counts.0 == counts.1 && end <= at).then_some(Self {
            start,
            end,
            count: usize::try_from(counts.1).ok()?,
        })
    }

    fn entries(&self, bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>, Refused> {
        let mut entries = Vec::with_capacity(self.count);
        let (mut at, mut sum) = (self.start, 0_usize);
        for _ in 0..self.count {
            let (entry, next) = read_entry(bytes, at, self.end).ok_or_else(|| {
                Refused::new(RefusedKind::HeaderMismatch, "The directory of the package is not readable.")
            })?;
            let (entry, offset) = entry;
            check_entry(&entry, limits)?;
            sum = sum.saturating_add(entry.size);
            if sum > limits.sum {
                let what =
                    format!("The parts of the file expand to more than {} MB.", limits.sum / (1024 * 1024));
                return Err(Refused::new(RefusedKind::TooLarge, what));
            }
            entries.push(locate(bytes, entry, offset, self.start)?);
            at = next;
        }
        if at != self.end {
            return Err(Refused::new(
                RefusedKind::HeaderMismatch,
                "The directory of the package has a false length.",
            ));
        }
        Ok(entries)
    }
}

/// One record of the directory: the entry (its data range holding only the packed length yet), the place of its
/// local header, and where the next record starts.
fn read_entry(bytes: &[u8], at: usize, end: usize) -> Option<((Entry, usize), usize)> {
    if !starts(bytes, at, CENTRAL) || at + CENTRAL_LEN > end {
        return None;
    }
    let name_len = usize::from(u16_at(bytes, at + 28)?);
    let extra_len = usize::from(u16_at(bytes, at + 30)?);
    let comment_len = usize::from(u16_at(bytes, at + 32)?);
    let raw_name = at + CENTRAL_LEN..at + CENTRAL_LEN + name_len;
    let extra = raw_name.end..raw_name.end + extra_len;
    let next = extra.end + comment_len;
    if next > end {
        return None;
    }
    let mut wide = Wide(zip64_extra(bytes.get(extra)?));
    let size = wide.take(u32_at(bytes, at + 24)?)?;
    let packed = wide.take(u32_at(bytes, at + 20)?)?;
    let offset = wide.take(u32_at(bytes, at + 42)?)?;
    if u16_at(bytes, at + 34)? != 0 {
        return None;
    }
    let entry = Entry {
        name: String::from_utf8_lossy(bytes.get(raw_name.clone())?).into_owned(),
        raw_name,
        flags: u16_at(bytes, at + 8)?,
        method: u16_at(bytes, at + 10)?,
        stamp: *bytes.get(at + 12..)?.first_chunk()?,
        crc: u32_at(bytes, at + 16)?,
        size,
        data: 0..packed,
        made_by: u16_at(bytes, at + 4)?,
        internal: u16_at(bytes, at + 36)?,
        external: u32_at(bytes, at + 38)?,
    };
    Some(((entry, offset), next))
}

/// The 64-bit fields of an entry, taken in order by those 32-bit fields that are full.
struct Wide<'a>(&'a [u8]);

impl Wide<'_> {
    fn take(&mut self, narrow: u32) -> Option<usize> {
        if narrow != u32::MAX {
            return Some(narrow as usize);
        }
        let value = u64_at(self.0, 0)?;
        self.0 = self.0.get(8..)?;
        usize::try_from(value).ok()
    }
}

/// The content of the zip64 extra field, empty where there is none.
fn zip64_extra(mut extra: &[u8]) -> &[u8] {
    while let (Some(id), Some(len)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(len);
        if id == 1 {
            return extra.get(4..end).unwrap_or_default();
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    &[]
}

/// The checks that need only the directory's own record.
fn check_entry(entry: &Entry, limits: &Limits) -> Result<(), Refused> {
    let refuse = |kind, what: &str| Err(Refused::new(kind, what).at(&entry.name));
    if !good_name(&entry.name) {
        let what =
            format!("The package holds an entry with a name that is not allowed: {:?}.", shown(&entry.name));
        return Err(Refused::new(RefusedKind::BadEntryName, what).at(&entry.name));
    }
    if entry.flags & FLAGS_ENCRYPTED != 0 {
        return refuse(RefusedKind::Encrypted, "A part of the file is protected by a password.");
    }
    if !matches!(entry.method, 0 | 8) {
        return refuse(
            RefusedKind::UnsupportedCompression,
            "A part is compressed by a method Office does not use.",
        );
    }
    if entry.size > limits.part {
        return refuse(RefusedKind::TooLarge, "A part of the file is too large when expanded.");
    }
    let packed = entry.data.end;
    if entry.size > limits.ratio_after && entry.size / limits.ratio > packed {
        return refuse(RefusedKind::RatioTooHigh, "A part of the file expands implausibly.");
    }
    if entry.method == 0 && entry.size != packed {
        return refuse(RefusedKind::HeaderMismatch, "A part of the file has two sizes.");
    }
    Ok(())
}

/// A relative name with forward slashes that stays below its folder.
fn good_name(name: &str) -> bool {
    let path = name.strip_suffix('/').unwrap_or(name);
    !path.is_empty()
        && name.len() <= 1024
        && !name.contains(['\\', ':'])
        && !name.chars().any(char::is_control)
        && path.split('/').all(|step| !matches!(step, "" | "." | ".."))
}

/// Finds the data of an entry and compares its local header with the directory.
fn locate(bytes: &[u8], mut entry: Entry, offset: usize, limit: usize) -> Result<Entry, Refused> {
    match compare_local(bytes, &entry, offset) {
        Some(start) if start.checked_add(entry.data.end).is_some_and(|end| end <= limit) => {
            entry.data = start..start + entry.data.end;
            Ok(entry)
        }
        _ => {
            let what = "The two descriptions of a part inside the package contradict each other.";
            Err(Refused::new(RefusedKind::HeaderMismatch, what).at(&entry.name))
        }
    }
}

/// Where the data of an entry starts, when its local header says the same as the directory.
fn compare_local(bytes: &[u8], entry: &Entry, at: usize) -> Option<usize> {
    let header = bytes.get(at..at.checked_add(LOCAL_LEN)?)?;
    let flags = u16_at(header, 6)?;
    let name_start = at + LOCAL_LEN;
    let name_end = name_start + usize::from(u16_at(header, 26)?);
    let start = name_end + usize::from(u16_at(header, 28)?);
    let same_name = bytes.get(name_start..name_end)? == bytes.get(entry.raw_name.clone())?;
    if !starts(header, 0, LOCAL) || !same_name || u16_at(header, 8)? != entry.method {
        return None;
    }
    let mut wide = Wide(zip64_extra(bytes.get(name_end..start)?));
    let size = wide.take(u32_at(header, 22)?);
    let packed = wide.take(u32_at(header, 18)?);
    // Sizes that follow the data may be absent (zero, or full for 64 bits) here, but never different.
    let later = flags & FLAG_DESCRIPTOR != 0;
    let agrees = |local: Option<usize>, central: usize| match local {
        Some(0) | None if later => true,
        local => local == Some(central),
    };
    let crc = u32_at(header, 14)?;
    let sound = flags & FLAGS_ENCRYPTED == 0
        && agrees(size, entry.size)
        && agrees(packed, entry.data.end)
        && (crc == entry.crc || (later && crc == 0));
    sound.then_some(start)
}

/// No name twice, not even in another case.
fn no_two_alike(entries: &[Entry]) -> Result<(), Refused> {
    let mut seen = HashSet::with_capacity(entries.len());
    for entry in entries {
        if !seen.insert(entry.name.trim_end_matches('/').to_lowercase()) {
            let what = "The package holds two entries with the same name.";
            return Err(Refused::new(RefusedKind::BadEntryName, what).at(&entry.name));
        }
    }
    Ok(())
}

/// No two entries share bytes, and none reaches into the directory.
fn no_overlap(entries: &[Entry], directory: usize) -> Result<(), Refused> {
    let mut order: Vec<&Entry> = entries.iter().collect();
    order.sort_by_key(|entry| (entry.data.start, entry.data.end));
    let mut free_from = 0;
    for entry in order {
        // The local header before the data belongs to the entry as well.
        let header = entry.data.start.saturating_sub(LOCAL_LEN + entry.raw_name.len());
        if header < free_from || entry.data.end > directory {
            let what = "Two parts of the package lie over each other.";
            return Err(Refused::new(RefusedKind::OverlappingEntries, what).at(&entry.name));
        }
        free_from = entry.data.end;
    }
    Ok(())
}

/// What the bytes are instead of a package.
fn not_a_package(bytes: &[u8]) -> Refused {
    match probe(bytes) {
        Sniffed::Zip | Sniffed::OfficeOpenXml | Sniffed::OpenDocument => {
            Refused::new(RefusedKind::Damaged, "The file is cut short or its directory is missing.")
        }
        Sniffed::OleCompound => {
            let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            if memmem::find(bytes, &name).is_some() {
                Refused::new(RefusedKind::Encrypted, "The file is protected by a password.")
            } else {
                Refused::new(
                    RefusedKind::OldFormat,
                    "The file is in the binary format of Office 2003 and older.",
                )
            }
        }
        Sniffed::Empty => Refused::new(RefusedKind::NotAPackage, "The file is empty."),
        other => {
            let what = format!("The file is not an Office document; it looks like {}.", other.label());
            Refused::new(RefusedKind::NotAPackage, what)
        }
    }
}

fn starts(bytes: &[u8], at: usize, signature: [u8; 4]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(&signature))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}
