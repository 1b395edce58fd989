//! What lies in Drive at the beginning: a world's file, and many files at once for measurements.

use super::content::new_revision;
use super::state::{App, File, Grantee, Id, Key, Mime, Permission, Person, Role, When};
use super::{Drive, drives, new_id, sharing};
use crate::core::blobs::Blob;
use crate::core::env::House;
use crate::google::directory::Directory;
use crate::google::world::{FileEntry, GoogleWorld, SharedDriveEntry};
use crate::{Error, Result};

/// Puts a world's files into My Drives.
/// # Errors
/// When an owner is no account, an id stands twice or is none, or a size is too large.
pub(super) fn files(
    drive: &mut Drive,
    entries: &[FileEntry],
    directory: &Directory,
    house: &House,
) -> Result<()> {
    for entry in entries {
        let named = entry.owner.as_deref().unwrap_or_default();
        let owner = directory.user(named).ok_or_else(|| {
            Error(format!("google: the file {} names the owner {named:?}, who does not exist", entry.name))
        })?;
        let person = drive.person(&owner.id);
        let root = drive.root_of(person, house);
        one(drive, entry, root, directory, house, 0)?;
    }
    Ok(())
}

/// Makes a world's shared drives, with their members and what lies in them.
/// # Errors
/// When a member is nobody, an id stands twice or is none, or a file cannot be made.
pub(super) fn shared_drives(
    drive: &mut Drive,
    world: &GoogleWorld,
    directory: &Directory,
    house: &House,
) -> Result<()> {
    for domain in &world.domains {
        for entry in &domain.shared_drives {
            shared_drive(drive, entry, &domain.name.to_lowercase(), directory, house)?;
        }
    }
    Ok(())
}

fn shared_drive(
    drive: &mut Drive,
    entry: &SharedDriveEntry,
    domain: &str,
    directory: &Directory,
    house: &House,
) -> Result<()> {
    let refuse = |what: String| Error(format!("google: the shared drive {} {what}", entry.name));
    let id = match &entry.id {
        None => None,
        Some(text) => Some(
            Id::new(text)
                .filter(|id| drive.files.find(id.as_str()).is_none())
                .ok_or_else(|| refuse(format!("has the id {text:?}, which is none or stands twice")))?,
        ),
    };
    let now = When::from(house.clock.now());
    let root = drives::make(drive, house, &entry.name, domain, now, id);
    let members = members(drive, entry, directory, now)?;
    drive.files.set_permissions(root, members);
    if let Some(shared) = drive.shared_drives.get_mut(&root) {
        shared.domain_users_only = entry.domain_users_only;
        shared.drive_members_only = entry.drive_members_only;
    }
    for file in &entry.files {
        one(drive, file, root, directory, house, 0)?;
    }
    Ok(())
}

fn members(
    drive: &mut Drive,
    entry: &SharedDriveEntry,
    directory: &Directory,
    now: When,
) -> Result<Vec<Permission>> {
    let refuse = |what: String| Error(format!("google: the shared drive {} {what}", entry.name));
    let mut members = Vec::new();
    for member in &entry.members {
        let email = member.email.to_lowercase();
        let grantee = match directory.user(&email) {
            Some(user) => Grantee::User(drive.person(&user.id)),
            None if directory.groups.contains_key(&email) => Grantee::Group(email.as_str().into()),
            None => return Err(refuse(format!("has the member {email}, who does not exist"))),
        };
        if member.role == Role::Owner {
            return Err(refuse(format!("has {email} as an owner; shared drives have none")));
        }
        members.push(Permission {
            id: sharing::id_of(drive, &grantee, false).into(),
            grantee,
            role: member.role,
            expires: None,
            discoverable: false,
            given: now,
            pending_owner: false,
        });
    }
    Ok(members)
}

/// Puts a file, or a folder with what lies in it, into a folder. The owner is the one it names, else its folder's.
/// # Errors
/// As [`files`].
pub(super) fn one(
    drive: &mut Drive,
    entry: &FileEntry,
    parent: Key,
    directory: &Directory,
    house: &House,
    depth: u32,
) -> Result<Key> {
    let refuse = |what: String| refused(entry, &what);
    if depth > 100 {
        return Err(refuse("lies deeper than 100 folders".to_owned()));
    }
    let now = When::from(house.clock.now());
    let (space, folder_owner) =
        drive.files.get(parent).map_or((None, None), |folder| (folder.space, folder.owner));
    let owner = owner_of(drive, entry, folder_owner, directory)?;
    let id = id_of(drive, entry, house)?;
    let content = content(entry, house).map_err(|error| refuse(format!("cannot be made: {error}")))?;
    let mime = type_of(entry, &content);
    if !mime.is_folder() && !entry.children.is_empty() {
        return Err(refuse("has children and is no folder".to_owned()));
    }
    let by = owner.unwrap_or_default();
    let at = entry.modified.map_or(now, When::from);
    let revision =
        (!mime.is_folder() && !mime.is_shortcut()).then(|| new_revision(house, &mime, content, by, at));
    let file = File {
        id,
        name: entry.name.as_str().into(),
        mime,
        parent: Some(parent),
        space,
        owner,
        created: at,
        modified: at,
        named: at,
        version: 1,
        modified_by: by,
        app: entry.made_by_project.as_deref().map_or(App::NONE, |project| drive.app(project)),
        revisions: revision.into_iter().collect(),
        permissions: Vec::new(),
        extra: None,
    };
    let bytes = file.quota_bytes();
    let key = drive.files.insert(file);
    drive.account(None, Some((owner, bytes)));
    for child in &entry.children {
        one(drive, child, key, directory, house, depth + 1)?;
    }
    Ok(key)
}

fn refused(entry: &FileEntry, what: &str) -> Error {
    Error(format!("google: the file {} {what}", entry.name))
}

/// The owner that an entry names where files have owners, else its folder's.
fn owner_of(
    drive: &mut Drive,
    entry: &FileEntry,
    of_folder: Option<Person>,
    directory: &Directory,
) -> Result<Option<Person>> {
    let (Some(email), Some(_)) = (&entry.owner, of_folder) else { return Ok(of_folder) };
    let user = directory.user(email);
    let user =
        user.ok_or_else(|| refused(entry, &format!("names the owner {email:?}, who does not exist")))?;
    Ok(Some(drive.person(&user.id)))
}

/// The id that an entry states, or one by chance.
fn id_of(drive: &Drive, entry: &FileEntry, house: &House) -> Result<Id> {
    let id = match &entry.id {
        None => new_id(house),
        Some(text) => {
            Id::new(text).ok_or_else(|| refused(entry, &format!("has the id {text:?}, which is none")))?
        }
    };
    if drive.files.find(id.as_str()).is_some() {
        return Err(refused(entry, &format!("has the id {id}, which stands twice")));
    }
    Ok(id)
}

/// The type that an entry states; else a folder without content, or what name and content tell.
fn type_of(entry: &FileEntry, content: &Blob) -> Mime {
    match &entry.mime_type {
        Some(mime) => Mime::new(mime),
        None if entry.text.is_none() && entry.size.is_none() => Mime::new(super::state::FOLDER),
        None => {
            let upload = super::content::Upload {
                content: content.clone(),
                media_type: String::new(),
                keep_forever: false,
            };
            super::content::type_of(None, &upload, &entry.name)
        }
    }
}

/// The text of an entry, or filling of the size it states.
fn content(entry: &FileEntry, house: &House) -> std::io::Result<Blob> {
    if let Some(text) = &entry.text {
        return Ok(Blob::from(text.clone().into_bytes()));
    }
    let mut left = entry.size.unwrap_or(0);
    if left > 1 << 40 {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "sizes go up to 1 TiB"));
    }
    let line: Vec<u8> = format!("{} (filling)\n", entry.name).into_bytes();
    let block = line.repeat((64 << 10) / line.len() + 1);
    let mut writer = house.blobs.writer();
    while left > 0 {
        let part = left.min(block.len() as u64);
        writer.append(&block[..part as usize])?;
        left -= part;
    }
    writer.finish()
}

/// Makes many small files with one content in a folder, named `file-000001.txt` and so on. They leave no changes in
/// the log: they were there before it began.
pub fn seed_many(drive: &mut Drive, house: &House, folder: Key, count: usize) -> Vec<Key> {
    let now = When::from(house.clock.now());
    let Some((space, owner)) = drive.files.get(folder).map(|folder| (folder.space, folder.owner)) else {
        return Vec::new();
    };
    let mime = Mime::new("text/plain");
    let blob = Blob::from(b"One of many.\n".to_vec());
    let by = owner.unwrap_or_default();
    let mut keys = Vec::with_capacity(count);
    for number in 1..=count {
        let revisions = vec![new_revision(house, &mime, blob.clone(), by, now)];
        keys.push(drive.files.insert(File {
            id: new_id(house),
            name: format!("file-{number:06}.txt").into(),
            mime: mime.clone(),
            parent: Some(folder),
            space,
            owner,
            created: now,
            modified: now,
            named: now,
            version: 1,
            modified_by: by,
            app: App::NONE,
            revisions,
            permissions: Vec::new(),
            extra: None,
        }));
    }
    drive.account(None, Some((owner, blob.size() * count as u64)));
    keys
}
