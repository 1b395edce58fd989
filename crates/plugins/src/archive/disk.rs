//! Files and folders below an open folder: no links are followed, every effect can be watched.
//!
//! Everything is addressed relative to an open folder handle, so a link planted in the middle of a path is
//! refused and not followed.

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One effect on the disk. A file is named by the path under which it was made, also after it was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A folder is made.
    MakeFolder(PathBuf),
    /// An empty file is made.
    CreateFile(PathBuf),
    /// So many bytes are added to a file.
    Write(PathBuf, u64),
    /// A file's bytes are made durable.
    SyncFile(PathBuf),
    /// A folder's entries are made durable.
    SyncFolder(PathBuf),
    /// An entry is moved, replacing what was there.
    Move(PathBuf, PathBuf),
    /// A mark is made: a link that is read and never followed.
    Mark(PathBuf, String),
    /// An entry is removed.
    Remove(PathBuf),
}

/// Sees every effect on the disk, before and after, and may make it fail. Production has none; the tests
/// inject full disks, failing synchronisation and power cuts with it.
pub trait DiskWatch: Debug + Send + Sync {
    /// The effect is about to happen; an error makes it fail without happening.
    fn before(&self, effect: &Effect) -> io::Result<()>;
    /// The effect has happened.
    fn after(&self, effect: &Effect);
}

/// An open folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    fd: Arc<OwnedFd>,
    path: Arc<Path>,
    watch: Option<Arc<dyn DiskWatch>>,
}

/// A file being written.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: File,
    path: PathBuf,
    watch: Option<Arc<dyn DiskWatch>>,
}

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Folder,
    Mark,
    Other,
}

/// Size in bytes and time of last change in seconds since 1970 (the disk's own clock).
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntryFacts {
    pub kind: EntryKind,
    pub size: u64,
    pub changed: i64,
}

fn watched<T>(
    watch: Option<&Arc<dyn DiskWatch>>,
    effect: impl FnOnce() -> Effect,
    act: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    let Some(watch) = watch else { return act() };
    let effect = effect();
    watch.before(&effect)?;
    let done = act()?;
    watch.after(&effect);
    Ok(done)
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens the outermost folder. Only here is a link followed: an administrator may have placed one.
    pub fn root(path: &Path, watch: Option<Arc<dyn DiskWatch>>) -> io::Result<Self> {
        let fd = rustix::fs::open(path, FOLDER, Mode::empty())?;
        Ok(Self { fd: Arc::new(fd), path: path.into(), watch })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a folder in this one.
    pub fn open(&self, name: &str) -> io::Result<Self> {
        let fd = rustix::fs::openat(&*self.fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?;
        Ok(Self { fd: Arc::new(fd), path: self.path.join(name).into(), watch: self.watch.clone() })
    }

    /// Makes a folder in this one unless it is there.
    pub fn make(&self, name: &str) -> io::Result<()> {
        let act = || match rustix::fs::mkdirat(&*self.fd, name, Mode::RWXU) {
            Err(Errno::EXIST) | Ok(()) => Ok(()),
            Err(e) => Err(e.into()),
        };
        watched(self.watch.as_ref(), || Effect::MakeFolder(self.path.join(name)), act)
    }

    /// Makes a new file, readable and writable by its owner only.
    pub fn create(&self, name: &str) -> io::Result<NewFile> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let act = || Ok(rustix::fs::openat(&*self.fd, name, flags, Mode::RUSR | Mode::WUSR)?);
        let fd = watched(self.watch.as_ref(), || Effect::CreateFile(self.path.join(name)), act)?;
        Ok(NewFile { file: File::from(fd), path: self.path.join(name), watch: self.watch.clone() })
    }

    /// Opens a regular file for reading, with its size in bytes. Anything else in its place is an error.
    pub fn read(&self, name: &str) -> io::Result<(File, u64)> {
        // NONBLOCK: a planted pipe must not stop us.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = File::from(rustix::fs::openat(&*self.fd, name, flags, Mode::empty())?);
        let facts = file.metadata()?;
        if !facts.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"));
        }
        Ok((file, facts.len()))
    }

    /// Moves an entry into another folder. Without `replace` an entry that is there already is an error
    /// (`AlreadyExists`), and a file system that cannot promise this answers `Unsupported`.
    pub fn shift(&self, name: &str, to: &Self, new: &str, replace: bool) -> io::Result<()> {
        let act = || {
            if replace {
                return Ok(rustix::fs::renameat(&*self.fd, name, &*to.fd, new)?);
            }
            match rustix::fs::renameat_with(&*self.fd, name, &*to.fd, new, RenameFlags::NOREPLACE) {
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Err(io::ErrorKind::Unsupported.into()),
                other => Ok(other?),
            }
        };
        watched(self.watch.as_ref(), || Effect::Move(self.path.join(name), to.path.join(new)), act)
    }

    /// Removes an entry that is not a folder. One that is gone already is no error.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let act = || match rustix::fs::unlinkat(&*self.fd, name, AtFlags::empty()) {
            Err(Errno::NOENT) | Ok(()) => Ok(()),
            Err(e) => Err(e.into()),
        };
        watched(self.watch.as_ref(), || Effect::Remove(self.path.join(name)), act)
    }

    /// Makes a mark: a symbolic link whose target is `text`. Its name and text appear in one step and are
    /// durable with the folder, which a file with content is not. Never followed.
    pub fn mark(&self, name: &str, text: &str) -> io::Result<()> {
        let act = || Ok(rustix::fs::symlinkat(text, &*self.fd, name)?);
        watched(self.watch.as_ref(), || Effect::Mark(self.path.join(name), text.to_owned()), act)
    }

    /// The text of a mark; `None` when there is none or something else has its name.
    pub fn marked(&self, name: &str) -> io::Result<Option<String>> {
        match rustix::fs::readlinkat(&*self.fd, name, Vec::new()) {
            Ok(text) => Ok(text.into_string().ok()),
            Err(Errno::NOENT | Errno::INVAL) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// What is known of an entry; `None` when there is none.
    pub fn facts(&self, name: &str) -> io::Result<Option<EntryFacts>> {
        match rustix::fs::statat(&*self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(EntryFacts {
                kind: kind_of(FileType::from_raw_mode(stat.st_mode)),
                size: u64::try_from(stat.st_size).unwrap_or(0),
                changed: stat.st_mtime,
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// The names in this folder, sorted. A name that is not UTF-8 is shown with replacement characters.
    pub fn entries(&self) -> io::Result<Vec<(String, EntryKind)>> {
        let mut found = Vec::new();
        for entry in Dir::read_from(&*self.fd)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => self.facts(&name)?.map_or(EntryKind::Other, |f| f.kind),
                known => kind_of(known),
            };
            found.push((name, kind));
        }
        found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// Makes the entries of this folder durable.
    pub fn sync(&self) -> io::Result<()> {
        let act = || Ok(rustix::fs::fsync(&*self.fd)?);
        watched(self.watch.as_ref(), || Effect::SyncFolder(self.path.to_path_buf()), act)
    }

    /// Bytes free for us on the disk of this folder.
    pub fn free(&self) -> io::Result<u64> {
        let facts = rustix::fs::fstatvfs(&*self.fd)?;
        Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
    }

    /// Whether entries can be made in this folder, by its permissions.
    pub fn writable(&self) -> bool {
        use rustix::fs::Access;
        rustix::fs::accessat(&*self.fd, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::empty()).is_ok()
    }
}

fn kind_of(kind: FileType) -> EntryKind {
    match kind {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Folder,
        FileType::Symlink => EntryKind::Mark,
        _ => EntryKind::Other,
    }
}

impl NewFile {
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Self { file, path, watch } = self;
        let act = || file.write_all(bytes);
        watched(watch.as_ref(), || Effect::Write(path.clone(), bytes.len() as u64), act)
    }
}

/// Something whose durability can be waited for.
pub(crate) trait Durable: Sync {
    /// Waits until it is durable. After an error the data counts as lost: it is never tried again.
    fn make_durable(&self) -> io::Result<()>;
}

impl Durable for NewFile {
    fn make_durable(&self) -> io::Result<()> {
        let act = || self.file.sync_all();
        watched(self.watch.as_ref(), || Effect::SyncFile(self.path.clone()), act)
    }
}

impl Durable for Folder {
    fn make_durable(&self) -> io::Result<()> {
        self.sync()
    }
}

/// Makes several things durable at the same time, so that they share the disk's own commit.
pub(crate) fn durable_together(things: &[&dyn Durable]) -> io::Result<()> {
    let Some((first, rest)) = things.split_first() else { return Ok(()) };
    std::thread::scope(|scope| {
        let others: Vec<_> = rest
            .iter()
            .map(|thing| {
                let start = std::thread::Builder::new().stack_size(128 * 1024);
                (thing, start.spawn_scoped(scope, || thing.make_durable()))
            })
            .collect();
        let mut outcome = first.make_durable();
        for (thing, thread) in others {
            let one = match thread {
                Ok(thread) => thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread ended early"))),
                // No thread to be had: wait here instead.
                Err(_) => thing.make_durable(),
            };
            outcome = outcome.and(one);
        }
        outcome
    })
}
