//! Removing what nothing refers to.

use super::area::Area;
use super::content::chunks_file;
use super::core::Core;
use super::disk::{EntryKind, Folder};
use super::manifest::is_digest;
use super::naming;
use super::scan::{self, Found};
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use std::collections::HashSet;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Temporary files.
    pub temps: u64,
    /// Contents, each with its list of chunk hashes.
    pub contents: u64,
    /// The bytes of these contents.
    pub bytes: u64,
    /// Marks of names nobody has.
    pub names: u64,
    /// Traces of destroyed items.
    pub traces: u64,
    /// Items that could not be read. Unless 0, no content was removed.
    pub unreadable: u64,
}

/// Ends the sweep also when it fails.
struct Running<'a>(&'a Core);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.pins.end_sweep();
    }
}

pub(crate) fn sweep(core: &Core, installation: InstallationId, cutoff: Timestamp) -> Result<Swept> {
    let mut swept = Swept::default();
    let Some(area) = core.area(installation)? else { return Ok(swept) };
    if !core.pins.begin_sweep() {
        return Err(Error::conflict("The archive is being swept already. Wait until that has finished."));
    }
    let _running = Running(core);
    let cutoff = cutoff.as_second();
    let mut referenced = HashSet::new();
    let mut traces = Vec::new();
    scan::items(&area, &mut |found| {
        match found {
            Found::Item(_, item) => referenced.extend(item.contents().filter_map(|(_, c)| digest(&c.sha256))),
            Found::Damaged(_, path, why) => {
                tracing::error!(path = %path.display(), why, "an item cannot be read; no content is swept");
                swept.unreadable += 1;
            }
            Found::Tombstone(id, folder, name) => traces.push((id, folder, name)),
            Found::Foreign(path) => tracing::warn!(path = %path.display(), "not the archive's; left alone"),
        }
        Ok(())
    })?;
    for (_, folder, name) in traces {
        swept.traces += u64::from(remove_old(&folder, &name, cutoff));
    }
    for (name, kind) in scan::entries(&area.tmp)? {
        if kind == EntryKind::File && !core.pins.is_temp_live(&name) {
            swept.temps += u64::from(remove_old(&area.tmp, &name, cutoff));
        }
    }
    if swept.unreadable == 0 {
        sweep_content(core, &area, &referenced, cutoff, &mut swept)?;
    }
    sweep_names(core, &area, cutoff, &mut swept)?;
    Ok(swept)
}

/// A digest as 32 bytes: half the memory of its text, for a set of millions.
pub(crate) fn digest(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

fn is_old(folder: &Folder, name: &str, cutoff: i64) -> Option<u64> {
    folder.facts(name).ok().flatten().filter(|facts| facts.changed < cutoff).map(|facts| facts.size)
}

fn remove_old(folder: &Folder, name: &str, cutoff: i64) -> bool {
    is_old(folder, name, cutoff).is_some() && removed(folder, name)
}

fn removed(folder: &Folder, name: &str) -> bool {
    let outcome = folder.remove(name);
    if let Err(error) = &outcome {
        tracing::warn!(path = %folder.path().join(name).display(), %error, "could not be swept");
    }
    outcome.is_ok()
}

fn sweep_content(
    core: &Core,
    area: &Area,
    referenced: &HashSet<[u8; 32]>,
    cutoff: i64,
    swept: &mut Swept,
) -> Result<()> {
    for folder in scan::fans(&area.content, &mut |_| {})? {
        for (name, kind) in scan::entries(&folder)? {
            let sha256 = name.strip_suffix(".chunks").unwrap_or(&name);
            let wanted = !is_digest(sha256) || digest(sha256).is_none_or(|d| referenced.contains(&d));
            if wanted || kind != EntryKind::File {
                continue;
            }
            // Its age is asked for while no pin can begin: content placed anew is young again.
            let outcome = core.pins.unless_pinned(sha256, || {
                let size = is_old(&folder, &name, cutoff)?;
                removed(&folder, &name).then_some(size)
            });
            if let Some(size) = outcome.flatten()
                && name == sha256
            {
                swept.contents += 1;
                swept.bytes += size;
                let _ = core.pins.unless_pinned(sha256, || remove_old(&folder, &chunks_file(sha256), cutoff));
            }
        }
    }
    Ok(())
}

fn sweep_names(core: &Core, area: &Area, cutoff: i64, swept: &mut Swept) -> Result<()> {
    for folder in scan::fans(&area.names, &mut |_| {})? {
        for (key, kind) in scan::entries(&folder)? {
            let stale = kind == EntryKind::Mark && is_digest(&key) && is_old(&folder, &key, cutoff).is_some();
            if stale {
                match naming::forget(core, area, &folder, &key) {
                    Ok(gone) => swept.names += u64::from(gone),
                    Err(error) => tracing::warn!(key, %error, "the mark of a name could not be swept"),
                }
            }
        }
    }
    Ok(())
}
