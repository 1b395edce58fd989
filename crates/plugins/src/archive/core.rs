//! What all calls of the archive share, and the one way in which an item's file is replaced.

use super::ArchiveSettings;
use super::area::{Area, Fans};
use super::content::{Placed, Temp};
use super::disk::{Durable, Folder, durable_together};
use super::fault;
use super::manifest::{ItemId, Manifest};
use super::naming::{Naming, Reserved};
use super::pins::Pins;
use domain::plugin::{Call, ExternalRef};
use domain::{Error, ErrorKind, InstallationId, Result};
use std::collections::HashSet;
use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Items share this many locks. Two items on one lock wait for each other now and then and nothing else.
const LOCKS: usize = 1024;

/// The shared state. All of its methods block; they run on threads made for that.
#[derive(Debug)]
pub(crate) struct Core {
    pub settings: ArchiveSettings,
    pub root: Folder,
    pub pins: Arc<Pins>,
    pub naming: Naming,
    pub fans: Fans,
    locks: Vec<Mutex<()>>,
    provisioned: Mutex<HashSet<InstallationId>>,
    session: u64,
    temps: AtomicU64,
    /// Held as long as the archive is open.
    _lock: File,
}

pub(crate) use crate::blocking::blocking;

impl Core {
    pub fn open(settings: ArchiveSettings) -> Result<Self> {
        let path = settings.root.clone();
        let fault = |e, what| fault::disk(e, what, &path);
        std::fs::create_dir_all(&path).map_err(|e| fault(e, "making the archive's folder"))?;
        let root = Folder::root(&path, settings.watch.clone())
            .map_err(|e| fault(e, "opening the archive's folder"))?;
        let lock = lock(&path)?;
        Ok(Self {
            settings,
            root,
            pins: Arc::default(),
            naming: Naming::default(),
            fans: Fans::default(),
            locks: (0..LOCKS).map(|_| Mutex::default()).collect(),
            provisioned: Mutex::default(),
            session: platform::random::seed()?,
            temps: AtomicU64::new(0),
            _lock: lock,
        })
    }

    pub fn reached(&self, step: &'static str) {
        self.settings.steps.reached(step);
    }

    /// A name no other temporary file has: random per opening, counted within.
    pub fn temp_name(&self) -> String {
        format!("{:016x}-{:x}", self.session, self.temps.fetch_add(1, Ordering::Relaxed))
    }

    /// The installation's folders, made when they are missing.
    pub fn provision(&self, installation: InstallationId) -> Result<Area> {
        let mut provisioned = self.provisioned.lock().unwrap_or_else(PoisonError::into_inner);
        if !provisioned.contains(&installation) {
            Area::provision(&self.root, installation)?;
            provisioned.insert(installation);
        }
        drop(provisioned);
        Area::open(&self.root, installation)?.ok_or_else(missing_area)
    }

    /// The installation's folders, when there are any.
    pub fn area(&self, installation: InstallationId) -> Result<Option<Area>> {
        Area::open(&self.root, installation)
    }

    /// Refuses to write when less than the reserve would stay free.
    pub fn require_space(&self, more: u64) -> Result<()> {
        let free = self.root.free().map_err(|e| fault::disk(e, "asking for free space", self.root.path()))?;
        if free < self.settings.reserve_bytes.saturating_add(more) {
            return Err(fault::full().with("free", free.to_string()));
        }
        Ok(())
    }

    /// Refuses the calls about versions where the archive is set up without them.
    pub fn require_versions(&self) -> Result<()> {
        if self.settings.locking.versions() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Unsupported,
            "This archive is set up without versions. Ask your administrator.",
        ))
    }

    /// The lock under which an item's file is read and replaced.
    pub fn lock(&self, id: ItemId) -> MutexGuard<'_, ()> {
        let n = usize::try_from(id.0 % LOCKS as u128).unwrap_or(0);
        self.locks[n].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens an item for reading.
    /// # Errors
    /// `NotFound` for a reference that is not one of ours or names nothing here.
    pub fn find(&self, call: &Call, reference: &ExternalRef) -> Result<(Area, Manifest)> {
        let id = ItemId::from_reference(reference).ok_or_else(not_found)?;
        let area = self.area(call.installation)?.ok_or_else(not_found)?;
        let item = area.item(id)?.ok_or_else(not_found)?;
        Ok((area, item))
    }

    /// As [`Core::find`], and not in the trash.
    pub fn find_usable(&self, call: &Call, reference: &ExternalRef) -> Result<(Area, Manifest)> {
        let (area, item) = self.find(call, reference)?;
        if item.trashed.is_some() {
            return Err(fault::in_trash(&item.name));
        }
        Ok((area, item))
    }

    /// Reads, changes and replaces an item's file under its lock. An operation that was applied before changes
    /// nothing. `content` is placed before the item refers to it.
    pub fn change(
        &self,
        call: &Call,
        reference: &ExternalRef,
        in_trash: InTrash,
        change: impl FnOnce(&Area, &mut Manifest) -> Result<Needs>,
    ) -> Result<Manifest> {
        let operation = call.recorded()?;
        let id = ItemId::from_reference(reference).ok_or_else(not_found)?;
        let area = self.area(call.installation)?.ok_or_else(not_found)?;
        let _lock = self.lock(id);
        let before = area.item(id)?.ok_or_else(not_found)?;
        if before.knows(operation) {
            return Ok(before);
        }
        if before.trashed.is_some() && in_trash == InTrash::Refused {
            return Err(fault::in_trash(&before.name));
        }
        let mut after = before.clone();
        let needs = change(&area, &mut after)?;
        after.remember(operation);
        self.commit(&area, id, &after, Some(&before), &needs)?;
        if let Some(reserved) = needs.name {
            reserved.keep();
        }
        if let Some(former) = needs.former {
            super::naming::release(self, &area, &former, id);
            self.reached("archive.name.released");
        }
        Ok(after)
    }

    /// Makes an item's file durable in its place, after everything it refers to is durable.
    ///
    /// When the last step fails, what was there before is put back as far as the disk lets us.
    pub fn commit(
        &self,
        area: &Area,
        id: ItemId,
        item: &Manifest,
        before: Option<&Manifest>,
        needs: &Needs,
    ) -> Result<()> {
        let folder = self.fans.open(&area.items, &id.fan())?;
        let path = || folder.path().join(id.file());
        let mut temp = Temp::new(self, area)?;
        temp.write(&item.encode()?)?;
        self.reached("archive.item.staged");
        let mut pending: Vec<&dyn Durable> = needs.content.iter().flat_map(Placed::pending).collect();
        pending.push(&temp);
        pending.extend(needs.name.iter().map(|n| n.folder() as &dyn Durable));
        durable_together(&pending).map_err(|e| fault::disk(e, "making an item durable", &path()))?;
        self.reached("archive.item.durable");
        drop(temp.shift(&folder, &id.file(), true)?);
        self.reached("archive.item.placed");
        if let Err(e) = folder.sync() {
            self.put_back(area, &folder, id, before);
            return Err(fault::disk(e, "making an item's place durable", &path()));
        }
        self.reached("archive.item.kept");
        Ok(())
    }

    /// Restores what an item's file was before a change that failed late.
    pub fn put_back(&self, area: &Area, folder: &Folder, id: ItemId, before: Option<&Manifest>) {
        let restored = || -> Result<()> {
            let fault = |e| fault::disk(e, "putting an item back", &folder.path().join(id.file()));
            if let Some(before) = before {
                let mut temp = Temp::new(self, area)?;
                temp.write(&before.encode()?)?;
                temp.make_durable().map_err(fault)?;
                drop(temp.shift(folder, &id.file(), true)?);
            } else {
                folder.remove(&id.file()).map_err(fault)?;
            }
            folder.sync().map_err(fault)
        };
        if let Err(error) = restored() {
            tracing::error!(item = %id, ?error, "a failed change could not be taken back; its fate tells what is there");
        }
    }
}

/// Whether a change may happen to an item in the trash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InTrash {
    Refused,
    Allowed,
}

/// What must be there before an item's file may refer to it, and what is released afterwards.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub content: Option<Placed>,
    pub name: Option<Reserved>,
    /// The key of a name the item gives up.
    pub former: Option<String>,
}

pub(crate) fn not_found() -> Error {
    Error::not_found("file")
}

fn missing_area() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The archive's folder of this installation has gone. Ask your administrator to run “chancery doctor”.",
    )
}

/// Holds the archive's folder for this process.
fn lock(root: &std::path::Path) -> Result<File> {
    use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
    let path = root.join("lock");
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = open(&path, flags, Mode::RUSR | Mode::WUSR)
        .map_err(|e| fault::disk(e.into(), "opening the archive's lock", &path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(File::from(file)),
        Err(rustix::io::Errno::AGAIN) => Err(Error::conflict(format!(
            "Another process uses the archive in {}. Stop it first, or choose another folder.",
            root.display()
        ))),
        Err(e) => Err(fault::disk(e.into(), "locking the archive's folder", &path)),
    }
}
