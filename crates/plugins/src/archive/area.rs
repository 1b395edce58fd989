//! One installation's part of the archive's folder.
//!
//! ```text
//! <root>/lock                                    held while an archive is open
//! <root>/<installation>/layout.json              written last: everything below is there and durable
//! <root>/<installation>/content/<aa>/<sha256>    immutable bytes; long content has <sha256>.chunks beside it
//! <root>/<installation>/items/<xx>/<item>.json   one file per item; <item>.gone after it was destroyed
//! <root>/<installation>/names/<xx>/<hash>        marks: which item has this name in its folder
//! <root>/<installation>/tmp/                     files on their way
//! ```

use super::disk::{Durable as _, Folder, durable_together};
use super::fault;
use super::manifest::{ItemId, Manifest};
use domain::{Error, ErrorKind, InstallationId, Result};
use std::collections::HashMap;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The folders that are split into 256, made when needed, by the first two digits of a name.
pub(crate) const FANNED: [&str; 3] = ["content", "items", "names"];
/// Where files on their way lie.
pub(crate) const TMP: &str = "tmp";
/// The file that says the layout is complete.
pub(crate) const LAYOUT: &str = "layout.json";
/// What it says.
const LAYOUT_1: &[u8] = b"{\"archive\":1}\n";
/// No item's file is as long as this; a longer one is not ours.
const LONGEST_ITEM: u64 = 256 * 1024 * 1024;

/// The open folders of one installation.
#[derive(Debug, Clone)]
pub(crate) struct Area {
    pub content: Folder,
    pub items: Folder,
    pub names: Folder,
    pub tmp: Folder,
}

impl Area {
    /// Opens what is there; `None` when the installation has nothing here.
    pub fn open(root: &Folder, installation: InstallationId) -> Result<Option<Self>> {
        let name = installation.to_string();
        let home = match root.open(&name) {
            Ok(home) => home,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => {
                return Err(fault::disk(e, "opening an installation's folder", &root.path().join(name)));
            }
        };
        if home.facts(LAYOUT).map_err(|e| fault::disk(e, "looking for the layout", home.path()))?.is_none() {
            return Ok(None);
        }
        let open = |name: &str| {
            home.open(name).map_err(|e| fault::disk(e, "opening a folder", &home.path().join(name)))
        };
        Ok(Some(Self {
            content: open("content")?,
            items: open("items")?,
            names: open("names")?,
            tmp: open(TMP)?,
        }))
    }

    /// Makes all folders of an installation and makes them durable. Safe to repeat and to interrupt.
    pub fn provision(root: &Folder, installation: InstallationId) -> Result<()> {
        let name = installation.to_string();
        let made = || -> io::Result<bool> {
            root.make(&name)?;
            let home = root.open(&name)?;
            if home.facts(LAYOUT)?.is_some() {
                return Ok(false);
            }
            for name in FANNED.iter().chain([&TMP]) {
                home.make(name)?;
            }
            durable_together(&[&home, root])?;
            let tmp = home.open(TMP)?;
            tmp.remove(LAYOUT)?;
            let mut layout = tmp.create(LAYOUT)?;
            layout.write(LAYOUT_1)?;
            layout.make_durable()?;
            tmp.shift(LAYOUT, &home, LAYOUT, true)?;
            home.sync()?;
            Ok(true)
        };
        let new = made()
            .map_err(|e| fault::disk(e, "making an installation's folders", &root.path().join(&name)))?;
        if new { Ok(()) } else { check_layout(root, &name) }
    }

    /// The folder an item's file lies in; `None` when nothing was ever put there.
    pub fn items_of(&self, id: ItemId) -> Result<Option<Folder>> {
        open_fan(&self.items, &id.fan())
    }

    /// The folder content with this hash lies in; `None` when nothing was ever put there.
    pub fn content_of(&self, sha256: &str) -> Result<Option<Folder>> {
        open_fan(&self.content, fan_of(sha256))
    }

    /// The folder a mark with this key lies in; `None` when nothing was ever put there.
    pub fn names_of(&self, key: &str) -> Result<Option<Folder>> {
        open_fan(&self.names, fan_of(key))
    }

    /// An item, or `None` when there is none.
    /// # Errors
    /// `Damaged` when its file does not match its checksum.
    pub fn item(&self, id: ItemId) -> Result<Option<Manifest>> {
        let Some(folder) = self.items_of(id)? else { return Ok(None) };
        match read_item(&folder, id) {
            Ok(None) => Ok(None),
            Ok(Some(Ok(item))) => Ok(Some(item)),
            Ok(Some(Err(why))) => {
                let path = folder.path().join(id.file());
                tracing::error!(path = %path.display(), why, "an item of the archive is damaged");
                Err(fault::damaged("What the archive knows of this file is damaged")
                    .with("path", path.display().to_string())
                    .with("why", why))
            }
            Err(e) => Err(fault::disk(e, "reading an item", &folder.path().join(id.file()))),
        }
    }

    /// Whether the item was here and has been destroyed, as far as that is still remembered.
    pub fn is_destroyed(&self, id: ItemId) -> Result<bool> {
        let Some(folder) = self.items_of(id)? else { return Ok(false) };
        let facts = folder.facts(&id.tombstone());
        Ok(facts.map_err(|e| fault::disk(e, "looking for an item", folder.path()))?.is_some())
    }

    /// Whether some content has a file.
    pub fn has_content(&self, sha256: &str) -> Result<bool> {
        let Some(folder) = self.content_of(sha256)? else { return Ok(false) };
        let facts = folder.facts(sha256);
        Ok(facts.map_err(|e| fault::disk(e, "looking for content", &folder.path().join(sha256)))?.is_some())
    }
}

/// The first two digits of a hash: the folder among 256.
pub(crate) fn fan_of(hash: &str) -> &str {
    hash.get(..2).unwrap_or("--")
}

/// Reads an item's file: `None` when there is none, the inner error when it is damaged.
pub(crate) fn read_item(folder: &Folder, id: ItemId) -> io::Result<Option<Result<Manifest, String>>> {
    let (mut file, size) = match folder.read(&id.file()) {
        Ok(opened) => opened,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    if size > LONGEST_ITEM {
        return Ok(Some(Err(format!("it is {size} bytes long"))));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.read_to_end(&mut bytes)?;
    Ok(Some(Manifest::decode(id, &bytes)))
}

fn open_fan(parent: &Folder, fan: &str) -> Result<Option<Folder>> {
    match parent.open(fan) {
        Ok(folder) => Ok(Some(folder)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(fault::disk(e, "opening a folder of the archive", &parent.path().join(fan))),
    }
}

/// Which of the 256 folders below each parent are known to be durable. A folder found at the first use may
/// have been made by a process that ended before its parent was made durable.
#[derive(Debug, Default)]
pub(crate) struct Fans(Mutex<HashMap<PathBuf, [u64; 4]>>);

impl Fans {
    /// Opens a folder for writing, made and durable.
    pub fn open(&self, parent: &Folder, fan: &str) -> Result<Folder> {
        let n = usize::from(u8::from_str_radix(fan, 16).unwrap_or(0));
        let known = |map: &HashMap<PathBuf, [u64; 4]>| {
            map.get(parent.path()).is_some_and(|b| b[n / 64] >> (n % 64) & 1 == 1)
        };
        let prepared = || -> io::Result<Folder> {
            if known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
                return parent.open(fan);
            }
            parent.make(fan)?;
            let folder = parent.open(fan)?;
            parent.sync()?;
            let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            map.entry(parent.path().to_path_buf()).or_default()[n / 64] |= 1 << (n % 64);
            Ok(folder)
        };
        prepared().map_err(|e| fault::disk(e, "making a folder of the archive", &parent.path().join(fan)))
    }
}

fn check_layout(root: &Folder, name: &str) -> Result<()> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        root.open(name)?.read(LAYOUT)?.0.take(4096).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let path = root.path().join(name).join(LAYOUT);
    if read().map_err(|e| fault::disk(e, "reading the layout", &path))? == LAYOUT_1 {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unavailable,
        format!("{} is not of this version. Start the version that last used this folder.", path.display()),
    ))
}
