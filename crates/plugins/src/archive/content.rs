//! Content on its way into the archive: temporary file, running hash, then its place for ever.

use super::area::{Area, fan_of};
use super::core::Core;
use super::disk::{Durable, Folder, NewFile};
use super::fault;
use super::manifest::Stored;
use super::pins::{Pin, Pins};
use domain::Result;
use platform::digest::{Sha256, hex, sha256};
use std::io;
use std::sync::Arc;

/// The unit in which long content is checked on its way out, in bytes.
pub(crate) const CHUNK: usize = 256 * 1024;
/// Content up to this many bytes is checked as a whole and has no list of chunk hashes.
pub(crate) const WHOLE: u64 = 1024 * 1024;
/// How often the free space is looked at while content arrives, in bytes.
const LOOK_EVERY: u64 = 64 * 1024 * 1024;

/// The name of the list of chunk hashes beside some content.
pub(crate) fn chunks_file(sha256: &str) -> String {
    format!("{sha256}.chunks")
}

/// A file on its way. Dropped before it has found its place, it is removed.
#[derive(Debug)]
pub(crate) struct Temp {
    folder: Folder,
    name: String,
    file: Option<NewFile>,
    pins: Arc<Pins>,
}

impl Temp {
    pub fn new(core: &Core, area: &Area) -> Result<Self> {
        let name = core.temp_name();
        core.pins.begin_temp(&name);
        let folder = area.tmp.clone();
        let mut temp = Self { folder, name, file: None, pins: Arc::clone(&core.pins) };
        let file = temp.folder.create(&temp.name).map_err(|e| temp.fault(e, "making a temporary file"))?;
        temp.file = Some(file);
        Ok(temp)
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write(bytes).map_err(|e| self.fault(e, "writing a temporary file"))
    }

    fn fault(&self, error: io::Error, what: &'static str) -> domain::Error {
        fault::disk(error, what, &self.folder.path().join(&self.name))
    }

    /// Moves the file to its place. Without `replace`, gives itself back when the place is taken or the file
    /// system cannot tell.
    pub fn shift(mut self, to: &Folder, name: &str, replace: bool) -> Result<Result<NewFile, Self>> {
        match self.folder.shift(&self.name, to, name, replace) {
            Ok(()) => match self.file.take() {
                Some(file) => Ok(Ok(file)),
                None => Err(domain::Error::internal("a temporary file was moved twice")),
            },
            Err(e)
                if !replace
                    && matches!(e.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::Unsupported) =>
            {
                Ok(Err(self))
            }
            Err(e) => Err(fault::disk(e, "moving a file to its place", &to.path().join(name))),
        }
    }
}

impl Durable for Temp {
    fn make_durable(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), Durable::make_durable)
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if self.file.take().is_some()
            && let Err(error) = self.folder.remove(&self.name)
        {
            tracing::warn!(name = self.name, %error, "a temporary file was left for the sweep");
        }
        self.pins.end_temp(&self.name);
    }
}

/// Content that is arriving.
#[derive(Debug)]
pub(crate) struct Incoming {
    temp: Temp,
    whole: Sha256,
    chunks: Vec<u8>,
    size: u64,
    next_look: u64,
}

impl Incoming {
    pub fn start(core: &Core, area: &Area) -> Result<Self> {
        core.require_space(0)?;
        let temp = Temp::new(core, area)?;
        Ok(Self { temp, whole: Sha256::default(), chunks: Vec::new(), size: 0, next_look: LOOK_EVERY })
    }

    /// Adds a chunk: [`CHUNK`] bytes, fewer only the last time.
    pub fn add(&mut self, core: &Core, chunk: &[u8]) -> Result<()> {
        if self.size >= self.next_look {
            core.require_space(chunk.len() as u64)?;
            self.next_look += LOOK_EVERY;
        }
        self.temp.write(chunk)?;
        self.whole.update(chunk);
        self.chunks.extend_from_slice(&sha256(chunk));
        self.size += chunk.len() as u64;
        Ok(())
    }

    /// Everything has arrived.
    pub fn finish(self, core: &Core, area: &Area) -> Result<Arrived> {
        let mut stored = Stored { sha256: self.whole.finish_hex(), size: self.size, chunks: None };
        let mut list = None;
        if self.size > WHOLE {
            stored.chunks = Some(hex(&sha256(&self.chunks)));
            let mut temp = Temp::new(core, area)?;
            temp.write(&self.chunks)?;
            list = Some(temp);
        }
        core.reached("archive.content.written");
        Ok(Arrived { temp: self.temp, list, stored })
    }
}

/// Content that has arrived and has no place yet.
#[derive(Debug)]
pub(crate) struct Arrived {
    temp: Temp,
    list: Option<Temp>,
    pub stored: Stored,
}

impl Arrived {
    /// Waits for long content to be durable before anything is locked for it.
    pub fn settle(&self) -> Result<()> {
        if self.stored.size <= WHOLE {
            return Ok(());
        }
        self.temp.make_durable().map_err(|e| self.temp.fault(e, "making content durable"))
    }

    /// Moves the content to its place. It is durable once [`Placed::pending`] is.
    ///
    /// A place that is taken is taken over with a copy that is durable already: what lay there may be damaged,
    /// or not yet durable itself. Readers that have the old file open go on reading it.
    pub fn place(self, core: &Core, area: &Area) -> Result<Placed> {
        let Self { temp, list, stored } = self;
        let pin = core.pins.pin(&stored.sha256);
        let folder = core.fans.open(&area.content, fan_of(&stored.sha256))?;
        let mut files = Vec::new();
        let names = [(Some(temp), stored.sha256.clone()), (list, chunks_file(&stored.sha256))];
        for (temp, name) in names {
            let Some(temp) = temp else { continue };
            match temp.shift(&folder, &name, false)? {
                Ok(file) => files.push(file),
                Err(temp) => {
                    temp.make_durable().map_err(|e| temp.fault(e, "making content durable"))?;
                    // Its place existed or could not be asked about; a file that cannot come back is a defect.
                    drop(temp.shift(&folder, &name, true)?);
                }
            }
        }
        core.reached("archive.content.placed");
        Ok(Placed { stored, files, folder: Some(folder), _pin: Some(pin) })
    }
}

/// Content in its place, kept from the sweep until an item refers to it.
#[derive(Debug)]
pub(crate) struct Placed {
    pub stored: Stored,
    files: Vec<NewFile>,
    folder: Option<Folder>,
    _pin: Option<Pin>,
}

impl Placed {
    /// No bytes: nothing to place.
    pub fn empty() -> Self {
        Self { stored: Stored::empty(), files: Vec::new(), folder: None, _pin: None }
    }

    /// Content that is in its place already, kept from the sweep from now on. `None` when it is not there (any
    /// more): it may have been swept in the meantime.
    pub fn existing(core: &Core, area: &Area, stored: &Stored) -> Result<Option<Self>> {
        if stored.size == 0 {
            return Ok(Some(Self::empty()));
        }
        let pin = core.pins.pin(&stored.sha256);
        let there = area.has_content(&stored.sha256)?;
        let stored = stored.clone();
        Ok(there.then(|| Self { stored, files: Vec::new(), folder: None, _pin: Some(pin) }))
    }

    /// What must become durable before an item may refer to this content.
    pub fn pending(&self) -> impl Iterator<Item = &dyn Durable> {
        let files = self.files.iter().map(|f| f as &dyn Durable);
        files.chain(self.folder.iter().map(|f| f as &dyn Durable))
    }
}
