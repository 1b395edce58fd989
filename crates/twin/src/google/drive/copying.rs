//! Copies of files.

use super::access::{self, Act};
use super::actions::create;
use super::content::Upload;
use super::meta::Meta;
use super::routes::Caller;
use super::state::{App, Extra, Key};
use crate::google::Google;
use crate::google::error::Refusal;

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
fn inherit_properties(meta: &mut Meta, app: App, extra: &Extra) {
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
