//! A copy on the disk: its bytes in one file, and beside it what it is of and the hash of every piece.

use super::Key;
use bytes::Bytes;
use domain::plugin::ExternalRef;
use domain::{InstallationId, PluginId};
use jiff::Timestamp;
use platform::digest::{hex, sha256};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

/// The size of a piece in bytes.
pub(super) const PIECE: usize = 256 * 1024;

/// What is known of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sums {
    installation: i64,
    plugin: i64,
    item: String,
    content: String,
    pub media_type: String,
    pub revision: String,
    pub size: u64,
    pub made: Timestamp,
    /// The SHA-256 of every piece, in hexadecimal.
    pieces: Vec<String>,
}

impl Sums {
    /// What a copy is of.
    pub fn key(&self) -> Key {
        Key {
            installation: InstallationId(self.installation),
            plugin: PluginId(self.plugin),
            item: ExternalRef(self.item.clone()),
            content: self.content.clone(),
        }
    }

    /// The sums in a file; nothing when they cannot be read.
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// The piece that holds a byte, checked: its first byte's position and its bytes.
    pub fn piece(&self, file: &File, at: u64) -> io::Result<(u64, Bytes)> {
        let piece = PIECE as u64;
        let begin = at - at % piece;
        let length = usize::try_from((self.size - begin).min(piece)).unwrap_or(PIECE);
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, begin)?;
        let expected = usize::try_from(begin / piece).ok().and_then(|n| self.pieces.get(n));
        if expected != Some(&hex(&sha256(&bytes))) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a piece does not match its hash"));
        }
        Ok((begin, bytes.into()))
    }
}

/// A copy being written. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub(super) struct Draft {
    file: File,
    path: std::path::PathBuf,
    piece: Vec<u8>,
    pieces: Vec<String>,
    size: u64,
    finished: bool,
}

impl Draft {
    /// Begins a copy at a path of its own.
    pub fn begin(path: std::path::PathBuf) -> io::Result<Self> {
        let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Self { file, path, piece: Vec::new(), pieces: Vec::new(), size: 0, finished: false })
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        let mut left = bytes;
        while !left.is_empty() {
            let room = (PIECE - self.piece.len()).min(left.len());
            let (now, later) = left.split_at(room);
            self.piece.extend_from_slice(now);
            left = later;
            if self.piece.len() == PIECE {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.piece.is_empty() {
            self.file.write_all(&self.piece)?;
            self.pieces.push(hex(&sha256(&self.piece)));
            self.piece.clear();
        }
        Ok(())
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Puts the copy in its place, then its sums: from then on it is one.
    pub fn finish(
        mut self,
        key: &Key,
        (media_type, revision): (String, String),
        made: Timestamp,
        (data, sums): (&Path, &Path),
    ) -> io::Result<Sums> {
        self.flush()?;
        let all = Sums {
            installation: key.installation.0,
            plugin: key.plugin.0,
            item: key.item.0.clone(),
            content: key.content.clone(),
            media_type,
            revision,
            size: self.size,
            made,
            pieces: std::mem::take(&mut self.pieces),
        };
        let text = serde_json::to_vec(&all)?;
        let beside = self.path.with_extension("part-sums");
        std::fs::write(&beside, text)?;
        std::fs::rename(&self.path, data)?;
        self.finished = true;
        std::fs::rename(&beside, sums)?;
        Ok(all)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            let _ = std::fs::remove_file(&self.path);
            let _ = std::fs::remove_file(self.path.with_extension("part-sums"));
        }
    }
}
