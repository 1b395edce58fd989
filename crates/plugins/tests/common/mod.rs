//! What the archive's own tests share.
#![allow(dead_code, reason = "each test file uses a part of it")]

use domain::locking::LockSemantics;
use domain::plugin::{
    Body, ByteStream, Call, DocumentPlugin, ExternalRef, Item, NewItem, VersionNote, Which,
};
use domain::{AssociateId, InstallationId, OperationId, Result};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use plugins::archive::{ArchivePlugin, ArchiveSettings};
use std::path::{Path, PathBuf};
use uuid::Uuid;

pub const INSTALLATION: InstallationId = InstallationId(1);

/// A temporary folder, in memory where there is one: these tests make thousands of small files.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}

pub fn settings(root: &Path) -> ArchiveSettings {
    ArchiveSettings { reserve_bytes: 0, ..ArchiveSettings::new(root) }
}

pub fn open(root: &Path) -> ArchivePlugin {
    ArchivePlugin::open(settings(root)).expect("the archive opens")
}

/// The n-th call, by associate A (1) or B (2). Equal numbers are the same operation.
pub fn call(n: u64, associate: i64) -> Call {
    Call {
        installation: INSTALLATION,
        associate: Some(AssociateId(associate)),
        name: if associate == 1 { "Anna Berg".into() } else { "Bruno Keller".into() },
        operation: Some(OperationId(Uuid::from_u64_pair(0x7000, 0x8000_0000_0000_0000 | n))),
        now: Timestamp::from_second(1_767_225_600 + n as i64).expect("an instant"),
        accepts: Vec::new(),
    }
}

pub fn a(n: u64) -> Call {
    call(n, 1)
}

pub fn b() -> Call {
    call(999_999, 2)
}

pub fn bytes(content: &[u8]) -> Body {
    Body::from_bytes(content.to_vec())
}

/// A document everybody can read.
pub async fn public(plugin: &ArchivePlugin, n: u64, level: LockSemantics, content: &[u8]) -> Item {
    let new = NewItem {
        semantics: level,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Letter.txt", "text/plain")
    };
    plugin.create(&a(n), new, Some(bytes(content))).await.expect("an item is made")
}

pub async fn drain(mut stream: ByteStream) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(part) = stream.next().await {
        all.extend_from_slice(&part?);
    }
    Ok(all)
}

pub async fn read(plugin: &ArchivePlugin, call: &Call, item: &ExternalRef) -> Result<Vec<u8>> {
    drain(plugin.load(call, item, &Which::Latest, None).await?.stream).await
}

/// All files below a folder, links included and not followed, sorted.
pub fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![below.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("a type").is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// The files in one of the folders of an installation: `content`, `items`, `names`, `tmp`.
pub fn files_in(root: &Path, kind: &str) -> Vec<PathBuf> {
    files(&root.join(INSTALLATION.to_string()).join(kind))
}

/// Bytes that look random and are the same for the same seed.
pub fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
