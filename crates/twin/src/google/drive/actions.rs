//! What can be done with files, each with its permissions, versions and changes. Handlers, pages and the control
//! door all go this way; the short forms for the latter two are in `simple.rs` beside this file.

use super::access::{self, Act};
use super::changes::{self, What};
use super::content::{self, Upload};
use super::meta::Meta;
use super::rare::{check_properties, set_rare};
use super::routes::Caller;
use super::state::{File, Key, Mime, Shortcut};
use super::{ids, moving, native, new_id, restrictions, trash};
use crate::core::blobs::Blob;
use crate::core::env::House;
use crate::google::Google;
use crate::google::error::Refusal;

/// Does what is due by the clock: the trash and old revisions are emptied.
pub fn tick(google: &mut Google, house: &House) {
    let now = super::state::When::from(house.clock.now());
    content::purge_revisions(&mut google.drive, now);
    trash::purge(google, house, now);
}

/// Makes a file, folder, shortcut or document.
/// # Errors
/// 404 for an unknown folder, 400 and 409 for ids, 403 for missing rights, limits and room.
pub fn create(
    google: &mut Google,
    caller: &Caller<'_>,
    meta: &Meta,
    upload: Option<&Upload>,
) -> Result<Key, Refusal> {
    let parent = moving::new_parent(
        google,
        caller,
        meta.parents.as_deref(),
        meta.mime.as_deref() == Some(super::state::FOLDER),
    )?;
    let name = meta.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| "Untitled".to_owned());
    let mime = match (&meta.mime, upload) {
        (stated, Some(upload)) => content::type_of(stated.as_deref(), upload, &name),
        (Some(stated), None) => Mime::new(stated),
        (None, None) if meta.shortcut_target.is_some() => Mime::new(super::state::SHORTCUT),
        (None, None) => Mime::new("application/octet-stream"),
    };
    let id = ids::claim(google, caller, meta.id.as_deref(), &mime)?;
    let shortcut = shortcut(google, caller, meta, &mime)?;
    let (owner, space) = moving::belongs_to(&google.drive, caller, parent);
    let content = match upload {
        Some(_) if mime.is_folder() || mime.is_shortcut() => {
            return Err(Refusal::new(400, "badRequest", "A folder or shortcut cannot have content."));
        }
        Some(upload) => Some(content::kept(upload, &name, &mime)?),
        None if mime.is_folder() || mime.is_shortcut() => None,
        None if native::has_content(&mime) => Some(native::blank(&mime)),
        None => Some(Blob::default()),
    };
    let bytes = content.as_ref().filter(|_| !mime.is_native()).map_or(0, Blob::size);
    content::need_room(google, caller, owner, bytes, 0)?;
    let keep = upload.is_some_and(|upload| upload.keep_forever);
    let revision = content.map(|content| {
        let mut revision = content::new_revision(caller.house, &mime, content, caller.person, caller.now);
        revision.keep_forever = keep;
        revision
    });
    let file = File {
        id: id.unwrap_or_else(|| new_id(caller.house)),
        name: name.into(),
        mime,
        parent: Some(parent),
        space,
        owner,
        created: meta.created.unwrap_or(caller.now),
        modified: meta.modified.unwrap_or(caller.now),
        named: caller.now,
        version: 1,
        modified_by: caller.person,
        app: caller.app,
        revisions: revision.into_iter().collect(),
        permissions: Vec::new(),
        extra: shortcut
            .map(|shortcut| Box::new(super::state::Extra { shortcut: Some(shortcut), ..Default::default() })),
    };
    check_properties(&mut file.clone_rare(), caller.app, meta)?;
    let bytes = file.quota_bytes();
    if let Some(id) = id {
        ids::use_up(google, id);
    }
    let key = google.drive.files.insert(file);
    google.drive.account(None, Some((owner, bytes)));
    google.drive.edit(key, |file| set_rare(file, caller.app, meta)).transpose()?;
    set_mine(google, caller, key, meta);
    if let Some(wanted) = &meta.restrictions {
        restrictions::apply(google, caller, key, wanted)?;
    }
    changes::record(&mut google.drive, &google.directory, caller, key, What::Created);
    Ok(key)
}

fn shortcut(
    google: &Google,
    caller: &Caller<'_>,
    meta: &Meta,
    mime: &Mime,
) -> Result<Option<Shortcut>, Refusal> {
    if !mime.is_shortcut() {
        return Ok(None);
    }
    let Some(target) = &meta.shortcut_target else {
        return Err(Refusal::new(400, "invalid", "Invalid value for: shortcutDetails.targetId"));
    };
    let key = access::reach(&google.directory, &google.drive, caller, target)?;
    let file = google.drive.files.get(key).ok_or_else(|| Refusal::no_file(target))?;
    if file.mime.is_shortcut() {
        return Err(Refusal::new(403, "shortcutTargetInvalid", "The shortcut target is invalid."));
    }
    Ok(Some(Shortcut { target: file.id, target_mime: file.mime.clone() }))
}

/// A change to a file: metadata, folders, content.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub meta: Meta,
    pub add_parents: Vec<String>,
    pub remove_parents: Vec<String>,
    pub upload: Option<Upload>,
}

/// Changes a file. Everything is checked before anything is changed.
/// # Errors
/// 403 for missing rights, locks, limits and room; 400 for what cannot be.
pub fn update(google: &mut Google, caller: &Caller<'_>, key: Key, change: &Change) -> Result<(), Refusal> {
    let Change { meta, upload, .. } = change;
    need_rights(google, caller, key, change)?;
    let destination = moving::plan(google, caller, key, &change.add_parents, &change.remove_parents)?;
    let content = upload.as_ref().map(|upload| new_content(google, caller, key, meta, upload)).transpose()?;
    if let Some(file) = google.drive.files.get(key) {
        check_properties(&mut file.clone_rare(), caller.app, meta)?;
        if content.is_none() && meta.mime.as_ref().is_some_and(|mime| *mime != file.mime.as_str()) {
            let keeps = file.mime.is_folder()
                || file.mime.is_native()
                || meta.mime.as_deref().is_some_and(|mime| Mime::new(mime).is_native());
            if keeps {
                return Err(Refusal::new(400, "invalid", "Invalid MIME type provided for the file.")
                    .about("mimeType"));
            }
        }
    }
    if let Some(wanted) = &meta.restrictions {
        restrictions::apply(google, caller, key, wanted)?;
        touch(google, caller, key, What::Metadata);
    }
    if let Some((revision, mime)) = content {
        content::add_revision(&mut google.drive, key, revision, mime);
        changes::record(&mut google.drive, &google.directory, caller, key, What::Content);
    }
    if let Some(plan) = destination {
        moving::carry_out(google, caller, key, plan);
    }
    change_metadata(google, caller, key, meta)?;
    if let Some(trashed) = meta.trashed {
        trash::set(google, caller, key, trashed);
    }
    Ok(())
}

fn need_rights(google: &Google, caller: &Caller<'_>, key: Key, change: &Change) -> Result<(), Refusal> {
    let Change { meta, upload, add_parents, remove_parents } = change;
    let need = |act: Act| access::need(&google.directory, &google.drive, caller, key, act);
    if upload.is_some() {
        need(Act::EditContent)?;
    }
    let name = google.drive.files.get(key).map(|file| file.name.clone());
    if meta.name.as_deref().is_some_and(|new| Some(new) != name.as_deref()) {
        need(Act::Rename)?;
    }
    if !add_parents.is_empty() || !remove_parents.is_empty() {
        need(Act::Move)?;
    }
    match meta.trashed {
        Some(true) => need(Act::Trash)?,
        Some(false) => need(Act::Untrash)?,
        None => {}
    }
    if changes_metadata(meta) {
        need(Act::Edit)?;
    }
    if meta.restrictions.is_some() {
        need(Act::Restrict)?;
    }
    Ok(())
}

/// Whether anything is changed that others see.
fn changes_metadata(meta: &Meta) -> bool {
    let bare = Meta { starred: None, viewed: None, trashed: None, restrictions: None, ..meta.clone() };
    bare != Meta::default()
}

fn new_content(
    google: &mut Google,
    caller: &Caller<'_>,
    key: Key,
    meta: &Meta,
    upload: &Upload,
) -> Result<(super::state::Revision, Mime), Refusal> {
    let Some(file) = google.drive.files.get(key) else { return Err(Refusal::no_file("")) };
    if file.mime.is_folder() || file.mime.is_shortcut() {
        return Err(Refusal::new(403, "fileNotWritable", "A folder or shortcut cannot have content."));
    }
    let name = meta.name.clone().unwrap_or_else(|| file.name.to_string());
    let mime = if file.mime.is_native() {
        file.mime.clone()
    } else {
        content::type_of(meta.mime.as_deref(), upload, &name)
    };
    let (owner, replaced) = (file.owner, file.size().unwrap_or(0));
    let kept = content::kept(upload, &name, &mime)?;
    let bytes = if mime.is_native() { 0 } else { kept.size() };
    content::need_room(google, caller, owner, bytes, replaced)?;
    let mut revision = content::new_revision(caller.house, &mime, kept, caller.person, caller.now);
    revision.keep_forever = upload.keep_forever;
    Ok((revision, mime))
}

fn change_metadata(google: &mut Google, caller: &Caller<'_>, key: Key, meta: &Meta) -> Result<(), Refusal> {
    set_mine(google, caller, key, meta);
    if !changes_metadata(meta) {
        return Ok(());
    }
    google
        .drive
        .edit(key, |file| {
            if let Some(name) = meta.name.as_deref().filter(|name| **name != *file.name) {
                rename_in(file, name, caller);
            }
            if let Some(mime) = &meta.mime {
                file.mime = Mime::new(mime);
            }
            if let Some(modified) = meta.modified {
                file.modified = modified;
                file.modified_by = caller.person;
            } else if meta.name.is_some() || meta.description.is_some() {
                file.modified = caller.now;
                file.modified_by = caller.person;
            }
            file.version += 1;
            set_rare(file, caller.app, meta)
        })
        .transpose()?;
    let root = google.drive.is_root(key);
    if let Some(drive) = google.drive.shared_drives.get_mut(&key).filter(|_| root)
        && let Some(name) = &meta.name
    {
        drive.name = name.as_str().into();
    }
    changes::record(&mut google.drive, &google.directory, caller, key, What::Metadata);
    Ok(())
}

fn rename_in(file: &mut File, name: &str, caller: &Caller<'_>) {
    let before = super::view::full_extension(&file.name).map(Box::from);
    if super::view::full_extension(name).is_none() && before.is_some() {
        file.extra_mut().full_extension = before;
    }
    if file.is_blob() && file.extra.as_ref().is_none_or(|extra| extra.original_filename.is_none()) {
        let original = file.name.clone();
        file.extra_mut().original_filename = Some(original);
    }
    file.name = name.into();
    file.named = caller.now;
}

fn set_mine(google: &mut Google, caller: &Caller<'_>, key: Key, meta: &Meta) {
    let mine = &mut google.drive.mine;
    if let Some(starred) = meta.starred {
        mine.entry((key, caller.person)).or_default().starred = starred;
        touch(google, caller, key, What::Metadata);
    }
    if let Some(viewed) = meta.viewed {
        google.drive.mine.entry((key, caller.person)).or_default().viewed = Some(viewed);
    }
}

/// Counts a change that shows nowhere else.
pub(super) fn touch(google: &mut Google, caller: &Caller<'_>, key: Key, what: What) {
    if let Some(file) = google.drive.files.get_mut(key) {
        file.version += 1;
    }
    changes::record(&mut google.drive, &google.directory, caller, key, what);
}

pub use super::copying::copy;
pub use super::simple::{
    create_file, create_folder, delete, edit_content, list_children, move_to, put_content, rename,
    set_trashed,
};
