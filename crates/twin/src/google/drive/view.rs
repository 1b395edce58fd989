//! Files, revisions and people as a caller sees them.

use super::access;
use super::mask::Mask;
use super::routes::Caller;
use super::state::{App, File, Key, Mime, Mine, Person, Revision, When};
use super::{Drive, native, rights};
use crate::core::digest::sha256;
use crate::google::directory::Directory;
use serde_json::{Map, Value, json};

/// The beginning of 2018.
const YEAR_2018: When = When(1_514_764_800_000);

/// The members that a mask wants.
pub(super) struct Members<'m> {
    pub mask: &'m Mask,
    made: Map<String, Value>,
}

impl Members<'_> {
    pub fn put<T: Into<Value>>(&mut self, name: &str, value: impl FnOnce() -> T) {
        if self.mask.wants(name) {
            self.made.insert(name.to_owned(), value().into());
        }
    }

    fn put_some<T: Into<Value>>(&mut self, name: &str, value: impl FnOnce() -> Option<T>) {
        if self.mask.wants(name)
            && let Some(value) = value()
        {
            self.made.insert(name.to_owned(), value.into());
        }
    }
}

/// A file. Members that the mask does not want are not made; inside members everything is there.
pub fn file(directory: &Directory, drive: &Drive, caller: &Caller<'_>, key: Key, mask: &Mask) -> Value {
    let Some(file) = drive.files.get(key) else { return Value::Null };
    let mut members = Members { mask, made: Map::new() };
    let scene = Scene { directory, drive, caller, key, file };
    basics(&scene, &mut members);
    content(&scene, &mut members);
    people(&scene, &mut members);
    links(&scene, &mut members);
    rights::put(&scene, &mut members);
    Value::Object(members.made)
}

pub(super) struct Scene<'s> {
    pub directory: &'s Directory,
    pub drive: &'s Drive,
    pub caller: &'s Caller<'s>,
    pub key: Key,
    pub file: &'s File,
}

impl Scene<'_> {
    fn mine(&self) -> Mine {
        self.drive.mine.get(&(self.key, self.caller.person)).copied().unwrap_or_default()
    }

    pub fn shared_drive(&self) -> Option<Key> {
        self.drive.shared_drive_of(self.file).map(|(root, _)| root)
    }

    fn drive_id(&self) -> Option<String> {
        let root = self.drive.files.get(self.shared_drive()?)?;
        Some(root.id.to_string())
    }

    fn user(&self, person: Person) -> Value {
        user(self.directory, self.drive, self.caller, person)
    }
}

fn basics(scene: &Scene<'_>, members: &mut Members<'_>) {
    let Scene { drive, caller, key, file, .. } = scene;
    members.put("kind", || "drive#file");
    members.put("id", || file.id.to_string());
    members.put("name", || &*file.name);
    members.put("mimeType", || file.mime.as_str());
    members.put_some("driveId", || scene.drive_id());
    members.put_some("teamDriveId", || scene.drive_id());
    members.put_some("parents", || parents(scene));
    members.put("spaces", || json!(["drive"]));
    members.put("version", || file.version.to_string());
    members.put("createdTime", || file.created.to_string());
    members.put("modifiedTime", || file.modified.to_string());
    members.put("trashed", || drive.files.is_trashed(*key));
    members.put("explicitlyTrashed", || file.is_explicitly_trashed());
    members.put("starred", || scene.mine().starred);
    members.put("viewedByMe", || scene.mine().viewed.is_some());
    members.put_some("viewedByMeTime", || scene.mine().viewed.map(|at| at.to_string()));
    let modified = scene.mine().modified.or((file.modified_by == caller.person).then_some(file.modified));
    members.put("modifiedByMe", || modified.is_some());
    members.put_some("modifiedByMeTime", || modified.map(|at| at.to_string()));
    if file.mime.is_folder() {
        let color = file.extra.as_ref().and_then(|extra| extra.folder_color.as_deref());
        members.put("folderColorRgb", || color.unwrap_or("#8f8f8f"));
    }
    let Some(extra) = &file.extra else { return };
    members.put_some("description", || extra.description.as_deref());
    if !extra.properties.is_empty() {
        members.put("properties", || json!(extra.properties));
    }
    let own = extra.app_properties.get(&caller.app).filter(|map| caller.app != App::NONE && !map.is_empty());
    members.put_some("appProperties", || own.map(|map| json!(map)));
    if let (Some(trash), Some(_)) = (extra.trash, scene.shared_drive()) {
        members.put("trashedTime", || trash.at.to_string());
        members.put("trashingUser", || scene.user(trash.by));
    }
    if let Some(shortcut) = &extra.shortcut {
        members.put(
            "shortcutDetails",
            || json!({ "targetId": shortcut.target, "targetMimeType": shortcut.target_mime }),
        );
    }
    if !extra.restrictions.is_empty() {
        members.put("contentRestrictions", || restrictions(scene));
    }
}

fn parents(scene: &Scene<'_>) -> Option<Value> {
    let parent = scene.file.parent?;
    // Whoever does not reach the folder does not learn of it.
    access::role(scene.directory, scene.drive, scene.caller, parent)?;
    Some(json!([scene.drive.files.get(parent)?.id]))
}

fn restrictions(scene: &Scene<'_>) -> Value {
    let one = |lock: &super::state::ContentRestriction| {
        let mut shown = json!({
            "readOnly": true,
            "ownerRestricted": lock.owner_restricted,
            "restrictingUser": scene.user(lock.by),
            "restrictionTime": lock.at.to_string(),
            "type": "globalContentRestriction",
        });
        if let Some(reason) = &lock.reason {
            shown["reason"] = json!(reason);
        }
        if lock.system_restricted {
            shown["systemRestricted"] = json!(true);
        }
        shown
    };
    scene.file.restrictions().iter().map(one).collect()
}

fn content(scene: &Scene<'_>, members: &mut Members<'_>) {
    let file = scene.file;
    members.put("quotaBytesUsed", || file.quota_bytes().to_string());
    members.put("hasThumbnail", || has_thumbnail(file));
    members
        .put("thumbnailVersion", || if has_thumbnail(file) { file.revisions.len() } else { 0 }.to_string());
    let Some(head) = file.head().filter(|_| file.is_blob()) else { return };
    members.put_some("size", || file.size().map(|size| size.to_string()));
    members.put("headRevisionId", || head.id.to_string());
    members.put("md5Checksum", || head.content.digests().md5_hex());
    // Files older than 2018 often have none but MD5 (google.md 4).
    if head.modified >= YEAR_2018 {
        members.put("sha1Checksum", || head.content.digests().sha1_hex());
        members.put("sha256Checksum", || head.content.digests().sha256_hex());
    }
    members.put("originalFilename", || original_filename(file));
    members.put_some("fileExtension", || extension(&file.name));
    members.put_some("fullFileExtension", || {
        let kept = file.extra.as_ref().and_then(|extra| extra.full_extension.as_deref());
        full_extension(&file.name).or(kept)
    });
}

fn original_filename(file: &File) -> &str {
    let kept = file.extra.as_ref().and_then(|extra| extra.original_filename.as_deref());
    kept.unwrap_or(&file.name)
}

/// What follows the last dot of a name.
pub fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, end)| end).filter(|end| !end.is_empty() && end.len() <= 16)
}

/// The same with the dot before it: `tar.gz`.
pub fn full_extension(name: &str) -> Option<&str> {
    let short = extension(name)?;
    match name[..name.len() - short.len() - 1].rsplit_once('.') {
        Some((_, "tar")) => Some(&name[name.len() - short.len() - 4..]),
        _ => Some(short),
    }
}

fn people(scene: &Scene<'_>, members: &mut Members<'_>) {
    let Scene { directory, drive, caller, key, file } = scene;
    members.put("ownedByMe", || file.owner == Some(caller.person));
    members.put_some("owners", || file.owner.map(|owner| json!([scene.user(owner)])));
    members.put("lastModifyingUser", || scene.user(file.modified_by));
    members.put("shared", || scene.shared_drive().is_some() || access::is_shared(drive, *key));
    members.put_some("sharedWithMeTime", || scene.mine().shared_with_me.map(|at| at.to_string()));
    members.put_some("sharingUser", || scene.mine().shared_by.map(|person| scene.user(person)));
    if members.mask.wants("permissions") || members.mask.wants("permissionIds") {
        let shown = access::permissions_shown(directory, drive, caller, *key);
        let ids = |shown: &Vec<Value>| shown.iter().map(|one| one["id"].clone()).collect::<Value>();
        members.put_some("permissionIds", || shown.as_ref().map(ids));
        if scene.shared_drive().is_none() {
            members.put_some("permissions", || shown);
        }
    }
}

fn links(scene: &Scene<'_>, members: &mut Members<'_>) {
    let Scene { caller, file, .. } = scene;
    let base = &caller.house.surfaces.google_drive;
    members.put("webViewLink", || web_view_link(base, file, scene.drive.user_id(caller.person)));
    members.put("iconLink", || format!("{base}/16/type/{}", file.mime.as_str()));
    if file.is_blob() {
        members.put("webContentLink", || format!("{base}/uc?id={}&export=download", file.id));
    }
    if has_thumbnail(file) {
        // It lives for hours only: the hour stands in it.
        let hour = caller.now.0 / 3_600_000;
        members.put("thumbnailLink", || format!("{base}/drive-storage/{}-{hour}=s220", file.id));
    }
    let exports = native::export_types(file);
    if !exports.is_empty() {
        members.put("exportLinks", || {
            let one = |mime: &&str| {
                let query = form_urlencoded::byte_serialize(mime.as_bytes()).collect::<String>();
                ((*mime).to_owned(), json!(format!("{base}/export?id={}&mimeType={query}", file.id)))
            };
            Value::Object(exports.iter().map(one).collect())
        });
    }
}

fn has_thumbnail(file: &File) -> bool {
    let mime = file.mime.as_str();
    mime.starts_with("image/")
        || mime == "application/pdf"
        || native::has_content(&file.mime)
        || office(&file.mime).is_some()
}

/// The editor in which an Office file opens: `document`, `spreadsheets` or `presentation`.
fn office(mime: &Mime) -> Option<&'static str> {
    const PREFIX: &str = "application/vnd.openxmlformats-officedocument.";
    match mime.as_str().strip_prefix(PREFIX) {
        Some("wordprocessingml.document") => Some("document"),
        Some("spreadsheetml.sheet") => Some("spreadsheets"),
        Some("presentationml.presentation") => Some("presentation"),
        Some(_) => None,
        None => match mime.as_str() {
            "application/msword" => Some("document"),
            "application/vnd.ms-excel" => Some("spreadsheets"),
            "application/vnd.ms-powerpoint" => Some("presentation"),
            _ => None,
        },
    }
}

/// Where a person opens a file (google.md 2.13).
pub fn web_view_link(base: &str, file: &File, user_id: &str) -> String {
    let id = file.id;
    if file.mime.is_folder() {
        return format!("{base}/drive/folders/{id}");
    }
    if let Some(editor) = office(&file.mime) {
        return format!("{base}/{editor}/d/{id}/edit?usp=drivesdk&ouid={user_id}&rtpof=true&sd=true");
    }
    let editor = match file.mime.as_str().strip_prefix(super::state::NATIVE) {
        Some("document") => "document",
        Some("spreadsheet") => "spreadsheets",
        Some("presentation") => "presentation",
        Some("drawing") => "drawings",
        Some("form") => "forms",
        _ => return format!("{base}/file/d/{id}/view?usp=drivesdk"),
    };
    format!("{base}/{editor}/d/{id}/edit?usp=drivesdk")
}

/// An account as files show it.
pub fn user(directory: &Directory, drive: &Drive, caller: &Caller<'_>, person: Person) -> Value {
    let id = drive.user_id(person);
    match directory.users.get(id) {
        Some(user) => json!({
            "kind": "drive#user",
            "displayName": user.name(),
            "me": person == caller.person,
            "permissionId": permission_id(id),
            "emailAddress": user.email,
        }),
        None => json!({ "kind": "drive#user", "displayName": "Deleted user", "me": false }),
    }
}

/// The id that permissions for a grantee have everywhere: 20 digits made from the account's id or an address.
pub fn permission_id(grantee: &str) -> String {
    let digest = sha256(grantee.as_bytes());
    let digits = digest.iter().take(18).fold(String::new(), |mut text, byte| {
        text.push(char::from(b'0' + byte % 10));
        text
    });
    format!("1{}{digits}", digest[31] % 10)
}

/// A revision.
pub fn revision(
    directory: &Directory,
    drive: &Drive,
    caller: &Caller<'_>,
    file: &File,
    revision: &Revision,
    mask: &Mask,
) -> Value {
    let mut members = Members { mask, made: Map::new() };
    members.put("kind", || "drive#revision");
    members.put("id", || revision.id.to_string());
    members.put("mimeType", || revision.mime.as_str());
    members.put("modifiedTime", || revision.modified.to_string());
    members.put("lastModifyingUser", || user(directory, drive, caller, revision.by));
    if file.mime.is_native() {
        members.put("published", || false);
    } else {
        members.put("keepForever", || revision.keep_forever);
        members.put("published", || false);
        members.put("size", || revision.content.size().to_string());
        members.put("md5Checksum", || revision.content.digests().md5_hex());
        members.put("originalFilename", || revision.original_filename.as_deref().unwrap_or(&file.name));
    }
    Value::Object(members.made)
}
