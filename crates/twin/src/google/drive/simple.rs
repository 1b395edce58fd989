//! What people do with files at pages and by the control door, in short forms of [`super::actions`].

use super::access;
use super::actions::{Change, create, update};
use super::content::Upload;
use super::meta::Meta;
use super::routes::Caller;
use super::state::Key;
use super::trash;
use crate::core::blobs::Blob;
use crate::core::env::House;
use crate::google::Google;
use crate::google::error::Refusal;

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
