//! Who may do what with a file.

use super::Drive;
use super::routes::Caller;
use super::state::{App, File, Grantee, Key, Permission, Person, Role, When};
use crate::google::directory::Directory;
use crate::google::error::Refusal;

/// What somebody wants to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// See its metadata.
    Read,
    Download,
    Copy,
    Comment,
    /// Change metadata.
    Edit,
    /// Upload new content.
    EditContent,
    Rename,
    /// Put it into another folder.
    Move,
    /// Put something into this folder.
    AddChild,
    Trash,
    Untrash,
    Delete,
    Share,
    ReadRevisions,
    /// Add or change content restrictions.
    Restrict,
}

impl Act {
    /// As refusals name it.
    pub fn verb(self) -> &'static str {
        if matches!(self, Self::Read | Self::Download | Self::Copy | Self::ReadRevisions) {
            "read"
        } else {
            "write"
        }
    }
}

/// The strongest role of a caller on a file, whatever application asks.
pub fn role(directory: &Directory, drive: &Drive, caller: &Caller<'_>, key: Key) -> Option<Role> {
    role_of(directory, drive, (caller.person, caller.domain.as_deref()), caller.now, key)
}

/// The strongest role of a person, of a domain or none, on a file. What folders above grant goes on downwards; below
/// a folder with limited access only managers and owners keep it (google.md 2.9).
pub fn role_of(
    directory: &Directory,
    drive: &Drive,
    who: (Person, Option<&str>),
    now: When,
    key: Key,
) -> Option<Role> {
    let file = drive.files.get(key)?;
    if file.owner == Some(who.0) {
        return Some(Role::Owner);
    }
    let mut best = strongest(directory, drive, who, now, file);
    let mut limited = is_limited(file);
    for (_, folder) in drive.files.above(key) {
        let found = strongest(directory, drive, who, now, folder);
        best = best.max(found.filter(|role| !limited || *role >= Role::Organizer));
        if folder.owner == Some(who.0) {
            best = best.max(Some(Role::Writer));
        }
        limited |= is_limited(folder);
    }
    best
}

/// Whether a folder keeps away what is granted above it.
pub fn is_limited(file: &File) -> bool {
    file.extra.as_ref().is_some_and(|extra| extra.inherited_permissions_disabled)
}

fn strongest(
    directory: &Directory,
    drive: &Drive,
    (person, domain): (Person, Option<&str>),
    now: When,
    file: &File,
) -> Option<Role> {
    if file.permissions.is_empty() {
        return None;
    }
    let email = directory.users.get(drive.user_id(person)).map(|user| user.email.as_str());
    let applies = |permission: &&Permission| match &permission.grantee {
        Grantee::User(grantee) => *grantee == person,
        Grantee::Group(group) => email.is_some_and(|email| directory.is_member(group, email)),
        Grantee::Domain(name) => domain == Some(&**name),
        Grantee::Anyone => true,
    };
    let in_force = |permission: &&Permission| permission.expires.is_none_or(|at| at > now);
    file.permissions.iter().filter(in_force).filter(applies).map(|permission| permission.role).max()
}

/// Whether the caller's application reaches a file: always under `drive`, under `drive.file` when it made the file
/// or the person opened it with it.
pub fn app_reaches(drive: &Drive, caller: &Caller<'_>, key: Key) -> bool {
    if caller.scopes.everything() {
        return true;
    }
    let Some(file) = drive.files.get(key) else { return false };
    caller.scopes.own_files && is_authorized(file, caller.app, caller.person)
}

/// Whether an application reaches a file for a person under `drive.file`: that person made it with the application,
/// or it was opened with it. What somebody else made with the same application does not count.
pub fn is_authorized(file: &File, app: App, person: Person) -> bool {
    let maker = file.revisions.first().map(|first| first.by).or(file.owner).unwrap_or(file.modified_by);
    let made = file.app == app && (maker == person || file.owner == Some(person));
    made || file.extra.as_ref().is_some_and(|extra| extra.opened_with.contains(&app))
}

/// Whether a caller sees a file in listings.
pub fn may_see(directory: &Directory, drive: &Drive, caller: &Caller<'_>, key: Key) -> bool {
    app_reaches(drive, caller, key) && role(directory, drive, caller, key).is_some()
}

/// The file of an id or of `root`.
/// # Errors
/// 404 when there is none or the caller may not know of it, or it lies in a shared drive and the call does not say
/// `supportsAllDrives`; 403 `appNotAuthorizedToFile`.
pub fn reach(directory: &Directory, drive: &Drive, caller: &Caller<'_>, id: &str) -> Result<Key, Refusal> {
    let found = if id == "root" { drive.roots.get(&caller.person).copied() } else { drive.files.find(id) };
    let Some(key) = found else { return Err(Refusal::no_file(id)) };
    if role(directory, drive, caller, key).is_none() {
        return Err(Refusal::no_file(id));
    }
    let shared = drive.files.get(key).is_some_and(|file| drive.shared_drive_of(file).is_some());
    if shared && !caller.all_drives {
        return Err(Refusal::no_file(id));
    }
    if !app_reaches(drive, caller, key) && !drive.is_root(key) {
        return Err(unauthorized(caller, drive, key, Act::Read));
    }
    Ok(key)
}

/// 403 because the person did not open the file with the application (google.md 1.8).
pub fn unauthorized(caller: &Caller<'_>, drive: &Drive, key: Key, act: Act) -> Refusal {
    let id = drive.files.get(key).map(|file| file.id.to_string()).unwrap_or_default();
    let app = drive.apps.text(caller.app.0);
    let message = format!("The user has not granted the app {app} {} access to the file {id}.", act.verb());
    let mut refusal = Refusal::new(403, "appNotAuthorizedToFile", message);
    refusal.location = Some(("header", "Authorization".to_owned()));
    refusal
}

/// Whether a caller may do something; locks are included.
pub fn allows(directory: &Directory, drive: &Drive, caller: &Caller<'_>, key: Key, act: Act) -> bool {
    need(directory, drive, caller, key, act).is_ok()
}

/// Refuses what a caller may not do with a file it sees.
pub fn need(
    directory: &Directory,
    drive: &Drive,
    caller: &Caller<'_>,
    key: Key,
    act: Act,
) -> Result<(), Refusal> {
    let Some(file) = drive.files.get(key) else { return Err(Refusal::no_file("")) };
    let role = role(directory, drive, caller, key);
    if role < Some(least(drive, key, file, act)) {
        return Err(refused(file, act, role));
    }
    let locked = !file.restrictions().is_empty();
    if locked && matches!(act, Act::EditContent | Act::Rename | Act::Comment) {
        return Err(Refusal::new(403, "contentRestricted", "The file is locked by a content restriction."));
    }
    Ok(())
}

/// The least role that an act needs.
fn least(drive: &Drive, key: Key, file: &File, act: Act) -> Role {
    let shared_drive = drive.shared_drive_of(file).map(|(_, shared)| shared);
    let extra = file.extra.as_deref();
    let for_writers = extra.is_some_and(|extra| extra.copy_requires_writer_permission)
        || shared_drive.is_some_and(|shared| shared.copy_requires_writer_permission);
    match (act, shared_drive) {
        (Act::Download | Act::Copy, _) if for_writers => Role::Writer,
        (Act::Read | Act::Download | Act::Copy, _) => Role::Reader,
        (Act::Comment, _) => Role::Commenter,
        // In shared drives nobody owns: content managers trash and move, managers delete (google.md 2.9).
        (Act::Trash | Act::Untrash | Act::Move, Some(_)) => Role::FileOrganizer,
        (Act::Delete, Some(_)) => Role::Organizer,
        (Act::Share, Some(shared))
            if drive.is_root(key) || shared.sharing_folders_requires_organizer && file.mime.is_folder() =>
        {
            Role::Organizer
        }
        (Act::Share, Some(_)) if file.mime.is_folder() => Role::FileOrganizer,
        (Act::Share, _) if extra.is_some_and(|extra| extra.writers_cannot_share) => Role::Organizer,
        (Act::Trash | Act::Untrash | Act::Delete, None) => Role::Owner,
        _ => Role::Writer,
    }
}

fn refused(file: &File, act: Act, role: Option<Role>) -> Refusal {
    match act {
        Act::Download if role.is_some() => {
            Refusal::new(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
        }
        Act::Copy if role.is_some() => {
            Refusal::new(403, "cannotCopyFile", "This file cannot be copied by the user.")
        }
        _ => insufficient(file.id.as_str()),
    }
}

/// 403 because the person's role does not suffice.
pub fn insufficient(id: &str) -> Refusal {
    let message = format!("The user does not have sufficient permissions for file {id}.");
    Refusal::new(403, "insufficientFilePermissions", message)
}

/// `permissions` of a file as a caller sees them; nothing when it may not share the file.
pub fn permissions_shown(
    directory: &Directory,
    drive: &Drive,
    caller: &Caller<'_>,
    key: Key,
) -> Option<Vec<serde_json::Value>> {
    let may = allows(directory, drive, caller, key, Act::Share);
    may.then(|| super::grants::shown_all(directory, drive, caller.now, key))
}

/// Whether anybody beside the owner reaches a file.
pub fn is_shared(drive: &Drive, key: Key) -> bool {
    let own = drive.files.get(key).is_some_and(|file| !file.permissions.is_empty());
    own || drive.files.above(key).any(|(_, folder)| !folder.permissions.is_empty())
}
