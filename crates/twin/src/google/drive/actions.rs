//! What can be done with files, each with its permissions, versions and changes. Handlers, pages and the control
//! door all go this way.

use super::access::{self, Act};
use super::changes::{self, What};
use super::content::{self, Upload};
use super::meta::Meta;
use super::routes::Caller;
use super::state::{App, File, Key, Mime, Shortcut};
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

/// Sets what lies in the box of rare members.
fn set_rare(file: &mut File, app: App, meta: &Meta) -> Result<(), Refusal> {
    check_properties(file, app, meta)?;
    if let Some(text) = &meta.description {
        file.extra_mut().description = text.as_deref().map(Box::from);
    }
    if let Some(name) = &meta.original_filename {
        file.extra_mut().original_filename = Some(name.as_str().into());
    }
    if let Some(color) = meta.folder_color.as_ref().filter(|_| file.mime.is_folder()) {
        file.extra_mut().folder_color = Some(color.as_str().into());
    }
    if let Some(only_writers) = meta.copy_requires_writer_permission {
        file.extra_mut().copy_requires_writer_permission = only_writers;
    }
    if let Some(may) = meta.writers_can_share {
        file.extra_mut().writers_cannot_share = !may;
    }
    if let Some(off) = meta.inherited_permissions_disabled {
        file.extra_mut().inherited_permissions_disabled = off;
    }
    if let Some(text) = &meta.indexable_text {
        file.extra_mut().indexable_text = Some(text.as_str().into());
    }
    Ok(())
}

/// Sets properties, and refuses those beyond the limits: 124 bytes each, 30 of one application, 100 in all
/// (google.md 2.8).
fn check_properties(file: &mut File, app: App, meta: &Meta) -> Result<(), Refusal> {
    if meta.properties.is_empty() && meta.app_properties.is_empty() {
        return Ok(());
    }
    let long =
        |(name, value): &&(String, Option<String>)| name.len() + value.as_ref().map_or(0, String::len) > 124;
    if meta.properties.iter().chain(&meta.app_properties).find(long).is_some() {
        let message = "The maximum length of a property (key and value) is 124 bytes.";
        return Err(Refusal::new(400, "invalid", message));
    }
    let extra = file.extra_mut();
    let put = |map: &mut std::collections::BTreeMap<Box<str>, Box<str>>,
               (name, value): &(String, Option<String>)| {
        match value {
            Some(value) => map.insert(name.as_str().into(), value.as_str().into()),
            None => map.remove(name.as_str()),
        };
    };
    meta.properties.iter().for_each(|entry| put(&mut extra.properties, entry));
    if !meta.app_properties.is_empty() {
        let own = extra.app_properties.entry(app).or_default();
        meta.app_properties.iter().for_each(|entry| put(own, entry));
    }
    extra.app_properties.retain(|_, map| !map.is_empty());
    let own = extra.app_properties.get(&app).map_or(0, std::collections::BTreeMap::len);
    let all = extra.properties.len()
        + extra.app_properties.values().map(std::collections::BTreeMap::len).sum::<usize>();
    if own > 30 || all > 100 {
        return Err(Refusal::new(
            403,
            "propertyLimitExceeded",
            "The maximum number of properties was exceeded.",
        ));
    }
    Ok(())
}

impl File {
    /// A file without content, to try changes of properties on.
    fn clone_rare(&self) -> Self {
        Self {
            revisions: Vec::new(),
            permissions: Vec::new(),
            extra: self.extra.clone(),
            name: self.name.clone(),
            mime: self.mime.clone(),
            ..*self
        }
    }
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

/// Copies a file, its head content and its properties. Folders cannot be copied.
/// # Errors
/// 403 `cannotCopyFile` for folders; what [`create`] refuses.
pub fn copy(
    google: &mut Google,
    caller: &Caller<'_>,
    source: Key,
    meta: &Meta,
    keep_forever: bool,
) -> Result<Key, Refusal> {
    access::need(&google.directory, &google.drive, caller, source, Act::Copy)?;
    let Some(file) = google.drive.files.get(source) else { return Err(Refusal::no_file("")) };
    if file.mime.is_folder() {
        return Err(Refusal::new(403, "cannotCopyFile", "This file cannot be copied by the user."));
    }
    let mut meta = meta.clone();
    meta.name.get_or_insert_with(|| format!("Copy of {}", file.name));
    meta.mime.get_or_insert_with(|| file.mime.as_str().to_owned());
    meta.shortcut_target =
        file.extra.as_ref().and_then(|extra| extra.shortcut.as_ref()).map(|to| to.target.to_string());
    if meta.parents.is_none() {
        let usable =
            |parent: &Key| access::allows(&google.directory, &google.drive, caller, *parent, Act::AddChild);
        let parent = file.parent.filter(usable).and_then(|parent| google.drive.files.get(parent));
        meta.parents = parent.map(|parent| vec![parent.id.to_string()]);
    }
    let extra = file.extra.clone();
    if let Some(extra) = &extra {
        inherit_properties(&mut meta, caller.app, extra);
    }
    let upload = file.head().map(|head| Upload {
        content: head.content.clone(),
        media_type: head.mime.as_str().to_owned(),
        keep_forever,
    });
    let key = create(google, caller, &meta, upload.as_ref())?;
    if let Some(extra) = extra.filter(|extra| extra.app_properties.keys().any(|app| *app != caller.app)) {
        google.drive.edit(key, |file| {
            for (app, map) in extra.app_properties.into_iter().filter(|(app, _)| *app != caller.app) {
                file.extra_mut().app_properties.insert(app, map);
            }
        });
    }
    Ok(key)
}

/// What the copy does not say is as with the original.
fn inherit_properties(meta: &mut Meta, app: App, extra: &super::state::Extra) {
    let said = |list: &[(String, Option<String>)], name: &str| list.iter().any(|(key, _)| key == name);
    for (name, value) in &extra.properties {
        if !said(&meta.properties, name) {
            meta.properties.push((name.to_string(), Some(value.to_string())));
        }
    }
    for (name, value) in extra.app_properties.get(&app).into_iter().flatten() {
        if !said(&meta.app_properties, name) {
            meta.app_properties.push((name.to_string(), Some(value.to_string())));
        }
    }
    if meta.description.is_none() {
        meta.description = extra.description.as_ref().map(|text| Some(text.to_string()));
    }
    meta.copy_requires_writer_permission =
        meta.copy_requires_writer_permission.or(extra.copy_requires_writer_permission.then_some(true));
}

/// Makes a file of bytes in a folder, or in the caller's root.
pub fn create_file(
    google: &mut Google,
    caller: &Caller<'_>,
    folder: Option<Key>,
    name: &str,
    content: Blob,
) -> Result<Key, Refusal> {
    let upload = Upload { content, media_type: String::new(), keep_forever: false };
    create(google, caller, &named_in(google, folder, name), Some(&upload))
}

/// Makes a folder in a folder, or in the caller's root.
pub fn create_folder(
    google: &mut Google,
    caller: &Caller<'_>,
    folder: Option<Key>,
    name: &str,
) -> Result<Key, Refusal> {
    let meta = Meta { mime: Some(super::state::FOLDER.to_owned()), ..named_in(google, folder, name) };
    create(google, caller, &meta, None)
}

fn named_in(google: &Google, folder: Option<Key>, name: &str) -> Meta {
    let parent = folder.and_then(|folder| google.drive.files.get(folder));
    Meta {
        name: Some(name.to_owned()),
        parents: parent.map(|parent| vec![parent.id.to_string()]),
        ..Meta::default()
    }
}

/// Gives a file another name.
pub fn rename(google: &mut Google, caller: &Caller<'_>, key: Key, name: &str) -> Result<(), Refusal> {
    let meta = Meta { name: Some(name.to_owned()), ..Meta::default() };
    update(google, caller, key, &Change { meta, ..Change::default() })
}

/// Puts a file into another folder.
pub fn move_to(google: &mut Google, caller: &Caller<'_>, key: Key, folder: Key) -> Result<(), Refusal> {
    let id = |key: Key| google.drive.files.get(key).map(|file| file.id.to_string());
    let parent = google.drive.files.get(key).and_then(|file| file.parent);
    let change = Change {
        add_parents: id(folder).into_iter().collect(),
        remove_parents: parent.and_then(id).into_iter().collect(),
        ..Change::default()
    };
    update(google, caller, key, &change)
}

/// Trashes a file or takes it out of the trash.
pub fn set_trashed(google: &mut Google, caller: &Caller<'_>, key: Key, trashed: bool) -> Result<(), Refusal> {
    let meta = Meta { trashed: Some(trashed), ..Meta::default() };
    update(google, caller, key, &Change { meta, ..Change::default() })
}

/// Gives a file new content, as an application or a person at a page does (G-18): version, head revision and
/// checksums change.
pub fn put_content(google: &mut Google, caller: &Caller<'_>, key: Key, content: Blob) -> Result<(), Refusal> {
    let media_type =
        google.drive.files.get(key).map(|file| file.mime.as_str().to_owned()).unwrap_or_default();
    let upload = Some(Upload { content, media_type, keep_forever: false });
    update(google, caller, key, &Change { upload, ..Change::default() })
}

/// The same in a user's name, by the file's id: an edit from outside.
pub fn edit_content(
    google: &mut Google,
    house: &House,
    id: &str,
    user_id: &str,
    content: Blob,
) -> Result<(), Refusal> {
    let caller = Caller::person(google, house, user_id);
    let key = access::reach(&google.directory, &google.drive, &caller, id)?;
    put_content(google, &caller, key, content)
}

/// What a caller sees in a folder, by name, folders first.
pub fn list_children(google: &Google, caller: &Caller<'_>, folder: Key) -> Vec<Key> {
    let drive = &google.drive;
    let seen = |key: &Key| access::may_see(&google.directory, drive, caller, *key);
    let mut keys: Vec<Key> = drive.files.children_of(folder, None).filter(seen).collect();
    keys.sort_by_cached_key(|key| {
        drive.files.get(*key).map(|file| (!file.mime.is_folder(), file.name.to_lowercase(), file.id))
    });
    keys
}

/// Deletes a file for good.
pub fn delete(google: &mut Google, caller: &Caller<'_>, key: Key) -> Result<(), Refusal> {
    trash::delete(google, caller, key)
}
