//! Content: in memory while it is small, in a file of its own above 8 MiB.
//!
//! A blob is immutable and shared; its file is removed with the last who holds it.

use super::digest::{Digester, Digests};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tempfile::{NamedTempFile, TempPath};

/// Content above this many bytes goes to a file.
pub const SPILL_ABOVE: u64 = 8 << 20;
/// How much of a file is read at a time.
const PIECE: u64 = 256 << 10;

/// Immutable content.
#[derive(Clone, Default)]
pub struct Blob(Arc<Inner>);

#[derive(Default)]
struct Inner {
    held: Held,
    digests: OnceLock<Digests>,
}

enum Held {
    Memory(Bytes),
    File { file: File, size: u64, _path: TempPath },
}

impl Default for Held {
    fn default() -> Self {
        Self::Memory(Bytes::new())
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.size())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Bytes::from(bytes))
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self(Arc::new(Inner { held: Held::Memory(bytes), digests: OnceLock::new() }))
    }
}

impl Blob {
    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        match &self.0.held {
            Held::Memory(bytes) => bytes.len() as u64,
            Held::File { size, .. } => *size,
        }
    }

    /// Whether it lies in a file.
    pub fn is_spilled(&self) -> bool {
        matches!(self.0.held, Held::File { .. })
    }

    /// Part of it. A range that reaches beyond the end is an error.
    pub fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let beyond = || io::Error::new(io::ErrorKind::UnexpectedEof, "the range lies beyond the content");
        if range.start > range.end || range.end > self.size() {
            return Err(beyond());
        }
        match &self.0.held {
            Held::Memory(bytes) => Ok(bytes[range.start as usize..range.end as usize].to_vec()),
            Held::File { file, .. } => {
                let mut out = vec![0; (range.end - range.start) as usize];
                file.read_exact_at(&mut out, range.start)?;
                Ok(out)
            }
        }
    }

    /// Part of it, piece by piece.
    pub fn stream(&self, range: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let blob = self.clone();
        stream::try_unfold(range, move |left| {
            let blob = blob.clone();
            async move {
                if left.is_empty() {
                    return Ok(None);
                }
                let end = left.end.min(left.start + PIECE);
                let piece = match &blob.0.held {
                    Held::Memory(bytes) if left.end <= blob.size() => {
                        bytes.slice(left.start as usize..left.end as usize)
                    }
                    _ => Bytes::from(blob.read(left.start..end)?),
                };
                let next = left.start + piece.len() as u64..left.end;
                Ok(Some((piece, next)))
            }
        })
    }

    /// Its checksums, computed once when first asked for.
    pub fn digests(&self) -> &Digests {
        self.0.digests.get_or_init(|| {
            let mut digester = Digester::default();
            self.pieces(|piece| digester.update(piece));
            digester.finish()
        })
    }

    /// Hands over all pieces in order. A file that cannot be read any more gives none.
    pub fn pieces(&self, mut each: impl FnMut(&[u8])) {
        match &self.0.held {
            Held::Memory(bytes) => each(bytes),
            Held::File { size, .. } => {
                let mut at = 0;
                while at < *size {
                    let end = (at + PIECE).min(*size);
                    match self.read(at..end) {
                        Ok(piece) => each(&piece),
                        Err(error) => {
                            tracing::error!(%error, "spilled content cannot be read");
                            return;
                        }
                    }
                    at = end;
                }
            }
        }
    }
}

/// Makes content and knows where large content goes.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: Option<PathBuf>,
}

impl Blobs {
    /// Spills into a folder, or where the system keeps temporary files.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Begins a new content.
    pub fn writer(&self) -> BlobWriter {
        BlobWriter { folder: self.folder.clone(), held: Writing::Memory(BytesMut::new()) }
    }

    /// A new content that is an old one with more behind it.
    pub fn join(&self, parts: &[Blob]) -> io::Result<Blob> {
        let mut writer = self.writer();
        for part in parts {
            writer.append_blob(part)?;
        }
        writer.finish()
    }
}

/// Content that is still growing.
#[derive(Debug)]
pub struct BlobWriter {
    folder: Option<PathBuf>,
    held: Writing,
}

#[derive(Debug)]
enum Writing {
    Memory(BytesMut),
    File(NamedTempFile, u64),
}

impl BlobWriter {
    /// How many bytes there are so far.
    pub fn size(&self) -> u64 {
        match &self.held {
            Writing::Memory(bytes) => bytes.len() as u64,
            Writing::File(_, size) => *size,
        }
    }

    /// Adds bytes.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Writing::Memory(held) = &mut self.held {
            if (held.len() + bytes.len()) as u64 <= SPILL_ABOVE {
                held.extend_from_slice(bytes);
                return Ok(());
            }
            let mut file = open_in(self.folder.as_deref())?;
            file.write_all(held)?;
            self.held = Writing::File(file, held.len() as u64);
        }
        if let Writing::File(file, size) = &mut self.held {
            file.write_all(bytes)?;
            *size += bytes.len() as u64;
        }
        Ok(())
    }

    /// Adds another content.
    pub fn append_blob(&mut self, blob: &Blob) -> io::Result<()> {
        let mut result = Ok(());
        blob.pieces(|piece| {
            if result.is_ok() {
                result = self.append(piece);
            }
        });
        result
    }

    /// What there is so far, as content of its own.
    pub fn so_far(&self) -> io::Result<Blob> {
        match &self.held {
            Writing::Memory(bytes) => Ok(Blob::from(Bytes::copy_from_slice(bytes))),
            Writing::File(file, size) => {
                let mut copy =
                    BlobWriter { folder: self.folder.clone(), held: Writing::Memory(BytesMut::new()) };
                let mut at = 0;
                while at < *size {
                    let mut piece = vec![0; PIECE.min(*size - at) as usize];
                    file.as_file().read_exact_at(&mut piece, at)?;
                    copy.append(&piece)?;
                    at += piece.len() as u64;
                }
                copy.finish()
            }
        }
    }

    /// The finished content.
    pub fn finish(self) -> io::Result<Blob> {
        let held = match self.held {
            Writing::Memory(bytes) => Held::Memory(bytes.freeze()),
            Writing::File(file, size) => {
                let (file, path) = file.into_parts();
                Held::File { file, size, _path: path }
            }
        };
        Ok(Blob(Arc::new(Inner { held, digests: OnceLock::new() })))
    }
}

impl io::Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open_in(folder: Option<&Path>) -> io::Result<NamedTempFile> {
    match folder {
        Some(folder) => NamedTempFile::new_in(folder),
        None => NamedTempFile::new(),
    }
}

/// Blobs by the SHA-256 of their content, while a state is being saved or loaded.
pub type Gathered = BTreeMap<String, Blob>;

thread_local! {
    static GATHERED: std::cell::RefCell<Option<Gathered>> = const { std::cell::RefCell::new(None) };
}

/// Runs something that serializes or deserializes blobs. In JSON a blob is its SHA-256; its content is found in
/// the map: filled while saving, looked up while loading.
pub fn gathering<T>(known: Gathered, work: impl FnOnce() -> T) -> (T, Gathered) {
    let before = GATHERED.with(|cell| cell.replace(Some(known)));
    let result = work();
    let gathered = GATHERED.with(|cell| cell.replace(before));
    (result, gathered.unwrap_or_default())
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.digests().sha256_hex();
        GATHERED.with(|cell| {
            if let Some(map) = cell.borrow_mut().as_mut() {
                map.entry(name.clone()).or_insert_with(|| self.clone());
            }
        });
        serializer.serialize_str(&name)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = GATHERED.with(|cell| cell.borrow().as_ref().and_then(|map| map.get(&name).cloned()));
        found.ok_or_else(|| serde::de::Error::custom(format!("the content {name} is missing")))
    }
}

impl Serialize for BlobWriter {
    /// As the content that has arrived so far.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.so_far().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for BlobWriter {
    /// Goes on where the content ended. What spills from now on lies in the machine's own folder for such files.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known = Blob::deserialize(deserializer)?;
        let mut writer = Self { folder: None, held: Writing::Memory(BytesMut::new()) };
        writer.append_blob(&known).map_err(serde::de::Error::custom)?;
        Ok(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    #[tokio::test]
    async fn content_above_the_limit_lies_in_a_file_that_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(Some(folder.path().to_owned()));
        let mut writer = blobs.writer();
        for _ in 0..9 {
            writer.append(&vec![7; 1 << 20]).unwrap();
        }
        let blob = writer.finish().unwrap();
        assert!(blob.is_spilled() && blob.size() == 9 << 20);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let read: u64 = blob
            .stream(5..blob.size())
            .map(|piece| piece.unwrap().len() as u64)
            .collect::<Vec<_>>()
            .await
            .iter()
            .sum();
        assert_eq!(read, (9 << 20) - 5);
        drop(blob);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn small_content_stays_in_memory_and_joins() {
        let blobs = Blobs::new(None);
        let joined = blobs.join(&[Blob::from(b"ab".to_vec()), Blob::from(b"cd".to_vec())]).unwrap();
        assert_eq!(joined.read(1..3).unwrap(), b"bc");
        assert!(!joined.is_spilled());
        assert!(joined.read(3..9).is_err());
    }

    #[test]
    fn blobs_travel_beside_the_json_that_names_them() {
        let blob = Blob::from(b"letter".to_vec());
        let (text, gathered) = gathering(Gathered::new(), || serde_json::to_string(&blob).unwrap());
        assert_eq!(gathered.len(), 1);
        let (back, _) = gathering(gathered, || serde_json::from_str::<Blob>(&text).unwrap());
        assert_eq!(back.read(0..6).unwrap(), b"letter");
        let (missing, _) = gathering(Gathered::new(), || serde_json::from_str::<Blob>(&text));
        assert!(missing.is_err());
    }
}
