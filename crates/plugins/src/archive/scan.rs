//! Walking over what is stored, for the check and the sweep.

use super::area::{Area, read_item};
use super::disk::{EntryKind, Folder};
use super::fault;
use super::manifest::{ItemId, Manifest};
use domain::Result;
use std::path::PathBuf;

/// Something found among the items.
pub(crate) enum Found {
    Item(ItemId, Box<Manifest>),
    /// An item's file that cannot be read, and why.
    Damaged(ItemId, PathBuf, String),
    /// The trace of a destroyed item.
    Tombstone(ItemId, Folder, String),
    /// Something that is not the archive's.
    Foreign(PathBuf),
}

/// The entries of the 256 folders below `parent`. What is not such a folder is handed to `foreign`.
pub(crate) fn fans(parent: &Folder, foreign: &mut dyn FnMut(PathBuf)) -> Result<Vec<Folder>> {
    let mut folders = Vec::with_capacity(256);
    for (name, kind) in entries(parent)? {
        let ours = name.len() == 2 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if ours && kind == EntryKind::Folder {
            folders.push(
                parent
                    .open(&name)
                    .map_err(|e| fault::disk(e, "opening a folder", &parent.path().join(&name)))?,
            );
        } else {
            foreign(parent.path().join(name));
        }
    }
    Ok(folders)
}

pub(crate) fn entries(folder: &Folder) -> Result<Vec<(String, EntryKind)>> {
    folder.entries().map_err(|e| fault::disk(e, "listing a folder", folder.path()))
}

/// Hands every item, readable or not, to `each`, one at a time.
pub(crate) fn items(area: &Area, each: &mut dyn FnMut(Found) -> Result<()>) -> Result<()> {
    let mut strange = Vec::new();
    let folders = fans(&area.items, &mut |path| strange.push(path))?;
    for path in strange {
        each(Found::Foreign(path))?;
    }
    for folder in folders {
        let fan = folder.path().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        for (name, kind) in entries(&folder)? {
            each(classify(&folder, &fan, name, kind))?;
        }
    }
    Ok(())
}

fn classify(folder: &Folder, fan: &str, name: String, kind: EntryKind) -> Found {
    let path = folder.path().join(&name);
    let (stem, ending) = name.split_once('.').unwrap_or((&name, ""));
    let id = ItemId::parse(stem).filter(|id| id.fan() == fan);
    let Some(id) = id else { return Found::Foreign(path) };
    match ending {
        "gone" if kind == EntryKind::File => Found::Tombstone(id, folder.clone(), name),
        "json" if kind == EntryKind::File => match read_item(folder, id) {
            // Removed since it was listed: its trace is what is left.
            Ok(None) => Found::Tombstone(id, folder.clone(), id.tombstone()),
            Ok(Some(Ok(item))) => Found::Item(id, Box::new(item)),
            Ok(Some(Err(why))) => Found::Damaged(id, path, why),
            Err(e) => Found::Damaged(id, path, e.to_string()),
        },
        "json" => Found::Damaged(id, path, "it is a link or a folder".into()),
        _ => Found::Foreign(path),
    }
}
