//! Content on its way out: every byte is checked against its hash before it is handed on.

use super::area::Area;
use super::content::{CHUNK, WHOLE, chunks_file};
use super::disk::Folder;
use super::fault;
use super::manifest::Stored;
use bytes::Bytes;
use domain::plugin::ByteStream;
use domain::{Error, Result};
use platform::digest::{Sha256, hex, sha256};
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Opened content.
#[derive(Debug)]
pub(crate) enum Reading {
    /// Short content, checked as a whole already.
    Whole(Bytes),
    /// Long content, checked chunk by chunk.
    Chunked(Arc<Chunked>),
}

/// Long content and the hashes of its chunks.
#[derive(Debug)]
pub(crate) struct Chunked {
    file: File,
    path: PathBuf,
    size: u64,
    hashes: Vec<u8>,
}

/// Opens content. `None` when its file is missing.
/// # Errors
/// `Damaged` when the file has the wrong length, or is short and has the wrong hash.
pub(crate) fn open(area: &Area, stored: &Stored) -> Result<Option<Reading>> {
    if stored.size == 0 {
        return Ok(Some(Reading::Whole(Bytes::new())));
    }
    let Some(folder) = area.content_of(&stored.sha256)? else { return Ok(None) };
    let path = folder.path().join(&stored.sha256);
    let (mut file, size) = match folder.read(&stored.sha256) {
        Ok(opened) => opened,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fault::disk(e, "opening content", &path)),
    };
    if size != stored.size {
        return Err(damaged(&path, format!("{size} bytes instead of {}", stored.size)));
    }
    if stored.size > WHOLE {
        let hashes = match listed(&folder, stored)? {
            Some(hashes) => hashes,
            None => computed(&file, &path, stored)?,
        };
        return Ok(Some(Reading::Chunked(Arc::new(Chunked { file, path, size, hashes }))));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.read_to_end(&mut bytes).map_err(|e| fault::disk(e, "reading content", &path))?;
    if hex(&sha256(&bytes)) != stored.sha256 {
        return Err(damaged(&path, "its bytes do not match its hash".into()));
    }
    Ok(Some(Reading::Whole(bytes.into())))
}

/// The list of chunk hashes beside the content, when it is there and intact.
fn listed(folder: &Folder, stored: &Stored) -> Result<Option<Vec<u8>>> {
    let name = chunks_file(&stored.sha256);
    let path = folder.path().join(&name);
    let mut hashes = Vec::new();
    match folder.read(&name) {
        Ok((file, _)) => {
            let longest = stored.size.div_ceil(CHUNK as u64) * 32 + 1;
            file.take(longest)
                .read_to_end(&mut hashes)
                .map_err(|e| fault::disk(e, "reading chunk hashes", &path))?;
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(fault::disk(e, "opening chunk hashes", &path)),
    }
    if stored.chunks.as_deref() == Some(hex(&sha256(&hashes)).as_str()) {
        return Ok(Some(hashes));
    }
    tracing::warn!(path = %path.display(), "chunk hashes are missing or damaged; the content is checked as a whole");
    Ok(None)
}

/// Checks the content as a whole and gives its chunk hashes: the way without an intact list.
fn computed(file: &File, path: &std::path::Path, stored: &Stored) -> Result<Vec<u8>> {
    let mut whole = Sha256::default();
    let mut hashes = Vec::new();
    let mut chunk = vec![0; CHUNK];
    let mut at = 0;
    while at < stored.size {
        let part = &mut chunk[..chunk_length(stored.size, at)];
        read_at(file, path, part, at)?;
        whole.update(part);
        hashes.extend_from_slice(&sha256(part));
        at += part.len() as u64;
    }
    if whole.finish_hex() != stored.sha256 {
        return Err(damaged(path, "its bytes do not match its hash".into()));
    }
    Ok(hashes)
}

fn chunk_length(size: u64, at: u64) -> usize {
    usize::try_from(size - at).unwrap_or(CHUNK).min(CHUNK)
}

fn read_at(file: &File, path: &std::path::Path, into: &mut [u8], at: u64) -> Result<()> {
    file.read_exact_at(into, at).map_err(|e| {
        if e.kind() == io::ErrorKind::UnexpectedEof {
            damaged(path, format!("it ends before byte {}", at + into.len() as u64))
        } else {
            fault::disk(e, "reading content", path)
        }
    })
}

fn damaged(path: &std::path::Path, why: String) -> Error {
    tracing::error!(path = %path.display(), why, "content of the archive is damaged");
    fault::damaged("The stored content of this file has changed on the disk")
        .with("path", path.display().to_string())
        .with("why", why)
}

impl Chunked {
    /// The checked chunk that begins at `at`, a multiple of [`CHUNK`].
    fn chunk(&self, at: u64) -> Result<Bytes> {
        let mut bytes = vec![0; chunk_length(self.size, at)];
        read_at(&self.file, &self.path, &mut bytes, at)?;
        let nth = usize::try_from(at / CHUNK as u64).unwrap_or(usize::MAX);
        let expected = self.hashes.chunks_exact(32).nth(nth);
        if expected != Some(sha256(&bytes).as_slice()) {
            return Err(damaged(&self.path, format!("the chunk at byte {at} does not match its hash")));
        }
        Ok(bytes.into())
    }
}

impl Reading {
    /// The bytes of a span that lies within the content.
    pub fn stream(self, span: Range<u64>) -> ByteStream {
        match self {
            Self::Whole(bytes) => {
                let position = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
                let part = bytes.slice(position(span.start)..position(span.end));
                Box::pin(futures_util::stream::iter((!part.is_empty()).then_some(Ok(part))))
            }
            Self::Chunked(content) => Box::pin(futures_util::stream::unfold(Some(span), move |left| {
                let content = Arc::clone(&content);
                async move {
                    let span = left.filter(|s| !s.is_empty())?;
                    let end = span.end;
                    let read = super::core::blocking(move || next_part(&content, &span)).await;
                    match read {
                        Ok((bytes, at)) => Some((Ok(bytes), Some(at..end))),
                        Err(error) => Some((Err(error), None)),
                    }
                }
            })),
        }
    }
}

/// The next part of a span, up to the end of a chunk, and where the rest begins.
fn next_part(content: &Chunked, span: &Range<u64>) -> Result<(Bytes, u64)> {
    let begin = span.start - span.start % CHUNK as u64;
    let chunk = content.chunk(begin)?;
    let from = usize::try_from(span.start - begin).unwrap_or(0).min(chunk.len());
    let to = usize::try_from(span.end - begin).unwrap_or(usize::MAX).min(chunk.len());
    Ok((chunk.slice(from..to), begin + to as u64))
}

/// Checks content completely and says what is wrong with it, without delivering anything. `seen` hears of the
/// bytes read.
pub(crate) fn examine(
    folder: &Folder,
    sha256_hex: &str,
    size: u64,
    seen: &mut dyn FnMut(u64),
) -> io::Result<Result<Vec<u8>, String>> {
    let (mut file, length) = match folder.read(sha256_hex) {
        Ok(opened) => opened,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Err("it is missing".into())),
        Err(e) if e.kind() == io::ErrorKind::InvalidData => {
            return Ok(Err("it is not a regular file".into()));
        }
        Err(e) => return Err(e),
    };
    if length != size {
        return Ok(Err(format!("it is {length} bytes long instead of {size}")));
    }
    let mut whole = Sha256::default();
    let mut hashes = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = fill(&mut file, &mut chunk)?;
        if read == 0 {
            break;
        }
        whole.update(&chunk[..read]);
        hashes.extend_from_slice(&sha256(&chunk[..read]));
        seen(read as u64);
    }
    let found = whole.finish_hex();
    Ok(if found == sha256_hex { Ok(hashes) } else { Err(format!("its bytes hash to {found}")) })
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
