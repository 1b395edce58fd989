//! Shared drives (google.md 2.9).

use super::changes;
use super::routes::{Caller, Handler, Outcome, insufficient_scopes, line};
use super::state::{Grantee, Id, Key, Permission, Role, SharedDrive, When};
use super::{Drive, access, new_root_id, root_folder, sharing};
use crate::core::answer::Answer;
use crate::core::env::{Env, House};
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SHOWN: &str = "kind,id,name";
const LIST_SHOWN: &str = "kind,nextPageToken,drives(kind,id,name)";

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    const ONE: &str = "/drives/{driveId}";
    vec![
        line(Method::GET, "/drives", "drives.list", 100, (list, "DriveList", LIST_SHOWN)),
        line(Method::POST, "/drives", "drives.create", 50, (create, "Drive", SHOWN)),
        line(Method::GET, ONE, "drives.get", 5, (get, "Drive", SHOWN)),
        line(Method::PATCH, ONE, "drives.update", 50, (update, "Drive", SHOWN)),
        line(Method::DELETE, ONE, "drives.delete", 50, (delete, "", "")),
        line(Method::POST, "/drives/{driveId}/hide", "drives.hide", 5, (hide, "Drive", SHOWN)),
        line(Method::POST, "/drives/{driveId}/unhide", "drives.unhide", 5, (unhide, "Drive", SHOWN)),
    ]
}

fn unknown(id: &str) -> Refusal {
    Refusal::new(404, "notFound", format!("Shared drive not found: {id}")).about("driveId")
}

/// The shared drive of an id, for its members.
/// # Errors
/// 404.
pub(super) fn reach(google: &Google, caller: &Caller<'_>, id: &str) -> Result<Key, Refusal> {
    let found = google.drive.files.find(id).filter(|key| google.drive.shared_drives.contains_key(key));
    let member = |key: &Key| {
        let root = google.drive.files.get(*key);
        // Somebody with one file of it is no member.
        root.is_some() && access::role(&google.directory, &google.drive, caller, *key).is_some()
    };
    found.filter(member).ok_or_else(|| unknown(id))
}

/// Whether a caller is an administrator of a shared drive's domain.
pub(super) fn administers(google: &Google, caller: &Caller<'_>, root: Key) -> bool {
    let user = google.directory.users.get(google.drive.user_id(caller.person));
    let domain = google.drive.shared_drives.get(&root).map(|shared| &*shared.domain);
    user.is_some_and(|user| user.administrator && user.domain.as_deref() == domain)
}

/// The id in the route, under its name of today or the deprecated one.
fn id<'e>(env: &'e Env<'_>) -> &'e str {
    match env.param("driveId") {
        "" => env.param("teamDriveId"),
        id => id,
    }
}

/// The shared drive of the route, and whether the caller acts as an administrator.
fn named(google: &Google, env: &Env<'_>, caller: &Caller<'_>) -> Result<(Key, bool), Refusal> {
    let id = id(env);
    if env.call.query.flag("useDomainAdminAccess") {
        let root = google.drive.files.find(id).filter(|root| administers(google, caller, *root));
        return root.map(|root| (root, true)).ok_or_else(|| unknown(id));
    }
    need_everything(caller)?;
    Ok((reach(google, caller, id)?, false))
}

fn need_everything(caller: &Caller<'_>) -> Result<(), Refusal> {
    if caller.scopes.full || caller.scopes.read_all { Ok(()) } else { Err(insufficient_scopes()) }
}

/// A shared drive as a caller sees it.
pub(super) fn view(google: &Google, caller: &Caller<'_>, root: Key) -> Value {
    let (Some(shared), Some(file)) = (google.drive.shared_drives.get(&root), google.drive.files.get(root))
    else {
        return Value::Null;
    };
    let role = access::role(&google.directory, &google.drive, caller, root);
    let role = if administers(google, caller, root) { Some(Role::Organizer) } else { role };
    let at_least = |least: Role| role >= Some(least);
    let manager = at_least(Role::Organizer);
    let copy = if shared.copy_requires_writer_permission { at_least(Role::Writer) } else { role.is_some() };
    let base = &caller.house.surfaces.google_drive;
    json!({
        "kind": "drive#drive",
        "id": file.id,
        "name": shared.name,
        "colorRgb": shared.color.as_deref().unwrap_or("#0f9d58"),
        "backgroundImageLink": format!("{base}/backgrounds/{}", shared.theme.as_deref().unwrap_or("abacus")),
        "createdTime": shared.created.to_string(),
        "hidden": shared.hidden_for.contains(&caller.person),
        "restrictions": {
            "adminManagedRestrictions": shared.admin_managed_restrictions,
            "copyRequiresWriterPermission": shared.copy_requires_writer_permission,
            "domainUsersOnly": shared.domain_users_only,
            "driveMembersOnly": shared.drive_members_only,
            "sharingFoldersRequiresOrganizerPermission": shared.sharing_folders_requires_organizer,
        },
        "capabilities": {
            "canAddChildren": at_least(Role::Writer),
            "canChangeCopyRequiresWriterPermissionRestriction": manager,
            "canChangeDomainUsersOnlyRestriction": manager,
            "canChangeDriveBackground": manager,
            "canChangeDriveMembersOnlyRestriction": manager,
            "canChangeSharingFoldersRequiresOrganizerPermissionRestriction": manager,
            "canComment": at_least(Role::Commenter),
            "canCopy": copy,
            "canDeleteChildren": manager,
            "canDeleteDrive": manager && google.drive.files.space_count(root) == 0,
            "canDownload": copy,
            "canEdit": at_least(Role::Writer),
            "canListChildren": role.is_some(),
            "canManageMembers": manager,
            "canReadRevisions": at_least(Role::Writer),
            "canRename": at_least(Role::Writer),
            "canRenameDrive": manager,
            "canResetDriveRestrictions": manager,
            "canShare": manager,
            "canTrashChildren": at_least(Role::FileOrganizer),
        },
    })
}

pub(super) fn list(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let query = &env.call.query;
    let administrator = query.flag("useDomainAdminAccess");
    if !administrator {
        need_everything(caller)?;
    }
    let size: usize = match query.filled("pageSize") {
        None => 10,
        Some(text) => text.parse().ok().filter(|size| (1..=100).contains(size)).ok_or_else(|| {
            let message = format!("Invalid value '{text}'. Values must be within the range: [1, 100]");
            Refusal::new(400, "invalidParameter", message).about("pageSize")
        })?,
    };
    let wanted = query.filled("q").map(wanted_name).transpose()?;
    let from = match query.filled("pageToken") {
        None => None,
        Some(token) => Some(
            token
                .strip_prefix("~!!~")
                .and_then(|id| google.drive.files.find(id))
                .ok_or_else(|| Refusal::invalid("pageToken"))?,
        ),
    };
    let seen = |(root, shared): &(&Key, &SharedDrive)| {
        let named = wanted.as_ref().is_none_or(|name| name.fits(&shared.name));
        let reached = if administrator {
            administers(google, caller, **root)
        } else {
            access::role(&google.directory, &google.drive, caller, **root).is_some()
        };
        named && reached && from.is_none_or(|from| **root > from)
    };
    let mut found: Vec<Key> =
        google.drive.shared_drives.iter().filter(seen).map(|(root, _)| *root).take(size + 1).collect();
    let more = found.len() > size;
    found.truncate(size);
    let drives: Vec<Value> = found.iter().map(|root| view(google, caller, *root)).collect();
    let mut answer = json!({ "kind": "drive#driveList", "drives": drives });
    if more && let Some(last) = found.last().and_then(|root| google.drive.files.get(*root)) {
        answer["nextPageToken"] = json!(format!("~!!~{}", last.id));
    }
    Ok(answer.into())
}

enum Wanted {
    Equal(String),
    Contains(String),
}

impl Wanted {
    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Equal(wanted) => name.to_lowercase() == *wanted,
            Self::Contains(wanted) => {
                name.to_lowercase().split_whitespace().any(|word| word.starts_with(wanted.as_str()))
                    || name.to_lowercase().starts_with(wanted.as_str())
            }
        }
    }
}

/// Of the query language for shared drives, the terms about names.
fn wanted_name(text: &str) -> Result<Wanted, Refusal> {
    let refuse = || Refusal::invalid("q");
    let rest = text.trim().strip_prefix("name").ok_or_else(refuse)?.trim_start();
    let (equal, rest) = match rest.strip_prefix('=') {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("contains").ok_or_else(refuse)?),
    };
    let inner = rest.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).ok_or_else(refuse)?;
    let name = inner.replace("\\'", "'").replace("\\\\", "\\").to_lowercase();
    Ok(if equal { Wanted::Equal(name) } else { Wanted::Contains(name) })
}

fn body(env: &Env<'_>) -> Result<Value, Refusal> {
    let bytes = env.call.body.small();
    match serde_json::from_slice(if bytes.is_empty() { b"{}" } else { bytes.as_slice() }) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Refusal::new(400, "parseError", "Parse Error")),
    }
}

pub(super) fn create(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    if !caller.scopes.full {
        return Err(insufficient_scopes());
    }
    let Some(request) = env.call.query.filled("requestId") else {
        return Err(Refusal::new(400, "required", "Required parameter: requestId").about("requestId"));
    };
    let body = body(env)?;
    let Some(domain) = caller.domain.clone() else {
        let message = "The user cannot create shared drives.";
        return Err(Refusal::new(403, "userCannotCreateTeamDrives", message));
    };
    let Some(name) = body["name"].as_str().filter(|name| !name.trim().is_empty()) else {
        return Err(Refusal::new(400, "required", "The name of the shared drive is required.").about("name"));
    };
    let request = format!("{}:{request}", caller.person.0);
    if !google.drive.drive_requests.insert(request) {
        let message = "A shared drive has already been created for this request id.";
        return Err(Refusal::new(409, "alreadyExists", message).about("requestId"));
    }
    let now = caller.now;
    let root = make(&mut google.drive, env.house, name, &domain, now, None);
    let id = sharing::id_of(&google.drive, &Grantee::User(caller.person), false);
    google.drive.files.set_permissions(root, vec![member(caller.person, id, Role::Organizer, now)]);
    change(google, root, &body)?;
    changes::drive_changed(google, caller, root, BTreeSet::new());
    Ok(view(google, caller, root).into())
}

/// A membership.
pub(super) fn member(person: super::state::Person, id: String, role: Role, given: When) -> Permission {
    Permission {
        id: id.into(),
        grantee: Grantee::User(person),
        role,
        expires: None,
        discoverable: false,
        given,
        pending_owner: false,
    }
}

/// Makes a shared drive without members.
pub(super) fn make(
    drive: &mut Drive,
    house: &House,
    name: &str,
    domain: &str,
    now: When,
    id: Option<Id>,
) -> Key {
    let id = id.unwrap_or_else(|| new_root_id(house));
    let root = drive.files.insert(root_folder(id, name, None, now));
    drive.files.edit(root, |file| file.space = Some(root));
    let shared = SharedDrive {
        name: name.into(),
        created: now,
        domain: domain.into(),
        hidden_for: BTreeSet::new(),
        domain_users_only: false,
        drive_members_only: false,
        copy_requires_writer_permission: false,
        admin_managed_restrictions: false,
        sharing_folders_requires_organizer: false,
        color: None,
        theme: None,
    };
    drive.shared_drives.insert(root, shared);
    root
}

/// Sets name, look and restrictions.
fn change(google: &mut Google, root: Key, body: &Value) -> Result<(), Refusal> {
    let known =
        ["name", "themeId", "colorRgb", "backgroundImageFile", "restrictions", "kind", "id", "hidden"];
    if let Some(other) =
        body.as_object().and_then(|map| map.keys().find(|name| !known.contains(&name.as_str())))
    {
        let message = format!("The resource body includes fields which are not directly writable: {other}");
        return Err(Refusal::new(403, "fieldNotWritable", message));
    }
    if !body["themeId"].is_null() && (!body["colorRgb"].is_null() || !body["backgroundImageFile"].is_null()) {
        return Err(
            Refusal::new(400, "invalid", "A theme cannot be set with a colour or an image.").about("themeId")
        );
    }
    let Some(shared) = google.drive.shared_drives.get_mut(&root) else { return Ok(()) };
    if let Some(name) = body["name"].as_str().filter(|name| !name.is_empty()) {
        shared.name = name.into();
    }
    if let Some(color) = body["colorRgb"].as_str() {
        shared.color = Some(color.into());
    }
    if let Some(theme) = body["themeId"].as_str() {
        shared.theme = Some(theme.into());
    }
    let wish = &body["restrictions"];
    let set = |name: &str, member: &mut bool| {
        if let Some(value) = wish[name].as_bool() {
            *member = value;
        }
    };
    set("domainUsersOnly", &mut shared.domain_users_only);
    set("driveMembersOnly", &mut shared.drive_members_only);
    // The word of the deprecated `teamdrives`.
    set("teamMembersOnly", &mut shared.drive_members_only);
    set("copyRequiresWriterPermission", &mut shared.copy_requires_writer_permission);
    set("adminManagedRestrictions", &mut shared.admin_managed_restrictions);
    set("sharingFoldersRequiresOrganizerPermission", &mut shared.sharing_folders_requires_organizer);
    let (name, now) = (shared.name.clone(), shared.created);
    if google.drive.files.get(root).is_some_and(|file| file.name != name) {
        google.drive.files.set_name(root, &name, now);
    }
    Ok(())
}

pub(super) fn get(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (root, _) = named(google, env, caller)?;
    Ok(view(google, caller, root).into())
}

fn need_manager(google: &Google, caller: &Caller<'_>, root: Key, administrator: bool) -> Result<(), Refusal> {
    let role = access::role(&google.directory, &google.drive, caller, root);
    if administrator || role >= Some(Role::Organizer) {
        return Ok(());
    }
    let message = "The user does not have sufficient permissions for this shared drive.";
    Err(Refusal::new(403, "insufficientFilePermissions", message))
}

/// By order a new shared drive is not known everywhere for some seconds (google.md 2.9).
fn need_settled(google: &Google, env: &Env<'_>, caller: &Caller<'_>, root: Key) -> Result<(), Refusal> {
    let Some(seconds) = env.behaves("fresh-drive-unknown") else { return Ok(()) };
    let made = google.drive.shared_drives.get(&root).map_or(When::default(), |shared| shared.created);
    if caller.now.0 - made.0 < 1000 * seconds.as_i64().unwrap_or(10) {
        return Err(unknown(id(env)));
    }
    Ok(())
}

pub(super) fn update(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    let (root, administrator) = named(google, env, caller)?;
    need_settled(google, env, caller, root)?;
    need_manager(google, caller, root, administrator)?;
    let managed =
        google.drive.shared_drives.get(&root).is_some_and(|shared| shared.admin_managed_restrictions);
    let body = body(env)?;
    if managed && !administrator && !body["restrictions"].is_null() {
        let message = "Only an administrator can change the restrictions of this shared drive.";
        return Err(Refusal::new(403, "insufficientFilePermissions", message));
    }
    change(google, root, &body)?;
    changes::drive_changed(google, caller, root, BTreeSet::new());
    Ok(view(google, caller, root).into())
}

pub(super) fn delete(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    let (root, administrator) = named(google, env, caller)?;
    need_manager(google, caller, root, administrator)?;
    let items = env.call.query.flag("allowItemDeletion");
    if items && !administrator {
        let message = "The allowItemDeletion parameter needs useDomainAdminAccess.";
        return Err(Refusal::new(403, "insufficientFilePermissions", message).about("allowItemDeletion"));
    }
    let untrashed = google.drive.files.in_space(root, None).any(|key| !google.drive.files.is_trashed(key));
    if untrashed && !items {
        let message = "A shared drive cannot be deleted while it has items that are not in the trash.";
        return Err(Refusal::new(403, "teamDriveNotEmpty", message));
    }
    let before = changes::audience(&google.directory, &google.drive, caller.now, root);
    for key in google.drive.files.below(root).into_iter().rev() {
        changes::record(&mut google.drive, &google.directory, caller, key, changes::What::Deleting);
        google.drive.files.remove(key);
    }
    changes::drive_changed(google, caller, root, before);
    google.drive.shared_drives.remove(&root);
    google.drive.files.remove(root);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

fn set_hidden(
    google: &mut Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
    hidden: bool,
) -> Result<Outcome, Refusal> {
    let root = reach(google, caller, env.param("driveId"))?;
    if let Some(shared) = google.drive.shared_drives.get_mut(&root) {
        if hidden {
            shared.hidden_for.insert(caller.person);
        } else {
            shared.hidden_for.remove(&caller.person);
        }
    }
    Ok(view(google, caller, root).into())
}

fn hide(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    set_hidden(google, env, caller, true)
}

fn unhide(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    set_hidden(google, env, caller, false)
}
