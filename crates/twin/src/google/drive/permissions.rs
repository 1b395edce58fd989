//! Permissions of files and members of shared drives (google.md 2.10).

use super::access::{self, Act};
use super::changes;
use super::grants::{self, Grant};
use super::routes::{Caller, Handler, Outcome, insufficient_scopes, line};
use super::sharing::{self, Wish};
use super::state::{Grantee, Key, Permission, Role};
use crate::core::answer::Answer;
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};
use serde_json::{Value, json};

const SHOWN: &str = "kind,id,type,role";
const LIST_SHOWN: &str = "kind,nextPageToken,permissions(kind,id,type,role)";

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    const ALL: &str = "/files/{fileId}/permissions";
    const ONE: &str = "/files/{fileId}/permissions/{permissionId}";
    vec![
        line(Method::GET, ALL, "permissions.list", 100, (list, "PermissionList", LIST_SHOWN)),
        line(Method::POST, ALL, "permissions.create", 50, (create, "Permission", SHOWN)),
        line(Method::GET, ONE, "permissions.get", 5, (get, "Permission", SHOWN)),
        line(Method::PATCH, ONE, "permissions.update", 50, (update, "Permission", SHOWN)),
        line(Method::DELETE, ONE, "permissions.delete", 50, (delete, "", "")),
    ]
}

/// The file, and the caller as it counts here: with `useDomainAdminAccess` an administrator manages every shared
/// drive of its domain.
fn reach<'h>(
    google: &Google,
    env: &Env<'_>,
    caller: &Caller<'h>,
) -> Result<(Key, Caller<'h>, bool), Refusal> {
    let id = env.param("fileId");
    if env.call.query.flag("useDomainAdminAccess") {
        let root = google.drive.files.find(id).filter(|key| google.drive.shared_drives.contains_key(key));
        let root = root.filter(|root| super::drives::administers(google, caller, *root));
        return match root {
            Some(root) => Ok((root, caller.clone(), true)),
            None => Err(Refusal::no_file(id)),
        };
    }
    let key = access::reach(&google.directory, &google.drive, caller, id)?;
    Ok((key, caller.clone(), false))
}

fn need_share(google: &Google, caller: &Caller<'_>, key: Key, administrator: bool) -> Result<(), Refusal> {
    if administrator {
        return Ok(());
    }
    access::need(&google.directory, &google.drive, caller, key, Act::Share)
}

/// Who may share sees who has what; members of a shared drive see it from writers upwards.
fn need_look(google: &Google, caller: &Caller<'_>, key: Key, administrator: bool) -> Result<(), Refusal> {
    let file = google.drive.files.get(key);
    let shared = file.is_some_and(|file| google.drive.shared_drive_of(file).is_some());
    let writes = access::role(&google.directory, &google.drive, caller, key) >= Some(Role::Writer);
    if shared && writes { Ok(()) } else { need_share(google, caller, key, administrator) }
}

fn find(google: &Google, env: &Env<'_>, caller: &Caller<'_>, key: Key) -> Result<Grant, Refusal> {
    let id = env.param("permissionId");
    grants::all(&google.drive, caller.now, key).into_iter().find(|grant| grant.id == id).ok_or_else(|| {
        Refusal::new(404, "notFound", format!("Permission not found: {id}.")).about("permissionId")
    })
}

fn shown(google: &Google, caller: &Caller<'_>, key: Key, id: &str) -> Outcome {
    let all = grants::all(&google.drive, caller.now, key);
    let found = all.iter().find(|grant| grant.id == id);
    found.map_or(Value::Null, |grant| grants::shown(&google.directory, &google.drive, key, grant)).into()
}

fn list(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (key, caller, administrator) = reach(google, env, caller)?;
    need_look(google, &caller, key, administrator)?;
    let all = grants::shown_all(&google.directory, &google.drive, caller.now, key);
    let shared = google.drive.files.get(key).is_some_and(|file| google.drive.shared_drive_of(file).is_some());
    let size = match env.call.query.filled("pageSize") {
        None => {
            if shared {
                100
            } else {
                all.len().max(1)
            }
        }
        Some(text) => text.parse().ok().filter(|size| (1..=100).contains(size)).ok_or_else(|| {
            let message = format!("Invalid value '{text}'. Values must be within the range: [1, 100]");
            Refusal::new(400, "invalidParameter", message).about("pageSize")
        })?,
    };
    let from = match env.call.query.filled("pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("~!!~")
            .and_then(|place| place.parse::<usize>().ok())
            .filter(|place| *place < all.len())
            .ok_or_else(|| Refusal::invalid("pageToken"))?,
    };
    let page: Vec<Value> = all.iter().skip(from).take(size).cloned().collect();
    let mut answer = json!({ "kind": "drive#permissionList", "permissions": page });
    if from + size < all.len() {
        answer["nextPageToken"] = json!(format!("~!!~{}", from + size));
    }
    Ok(answer.into())
}

fn get(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (key, caller, administrator) = reach(google, env, caller)?;
    let grant = find(google, env, &caller, key)?;
    if grant.grantee != Grantee::User(caller.person) {
        need_look(google, &caller, key, administrator)?;
    }
    Ok(shown(google, &caller, key, &grant.id))
}

fn create(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (key, caller, administrator) = reach(google, env, caller)?;
    let wish = Wish::read(env)?;
    if wish.role == Role::Owner {
        let owner = transfer(google, env, &caller, key, &wish)?;
        return Ok(shown(google, &caller, key, &owner));
    }
    need_share(google, &caller, key, administrator)?;
    let grantee = sharing::grantee(google, env, &caller, key, &wish)?;
    sharing::need_role(google, key, &wish)?;
    sharing::need_policy(google, &caller, key, &grantee)?;
    let expires = sharing::expiry(google, &caller, key, &wish)?;
    let id = sharing::id_of(&google.drive, &grantee, wish.discoverable);
    let permission = Permission {
        id: id.as_str().into(),
        grantee,
        role: wish.role,
        expires,
        discoverable: wish.discoverable,
        given: caller.now,
        pending_owner: false,
    };
    give(google, &caller, key, permission);
    let told = matches!(wish.kind.as_str(), "user" | "group")
        && env.call.query.get("sendNotificationEmail") != Some("false");
    if told && env.behaves("sharing-mail-fails").is_some() {
        let to = wish.email.unwrap_or_default();
        let message = format!(
            "Bad Request. User message: \"Sorry, the items were successfully shared but emails could not be sent to {to}.\""
        );
        return Err(Refusal::new(400, "invalidSharingRequest", message));
    }
    Ok(shown(google, &caller, key, &id))
}

/// Gives a permission on a file, in place of one that its grantee has there.
pub fn give(google: &mut Google, caller: &Caller<'_>, key: Key, permission: Permission) {
    let before = changes::audience(&google.directory, &google.drive, caller.now, key);
    sharing::note_shared_with(google, caller, key, &permission.grantee);
    let mut all = google.drive.files.get(key).map(|file| file.permissions.clone()).unwrap_or_default();
    match all.iter_mut().find(|one| one.grantee == permission.grantee) {
        Some(one) => *one = permission,
        None => all.push(permission),
    }
    google.drive.files.set_permissions(key, all);
    changes::access_changed(google, caller, key, &before);
}

/// Takes a permission from a file.
pub fn take(google: &mut Google, caller: &Caller<'_>, key: Key, grantee: &Grantee) {
    let before = changes::audience(&google.directory, &google.drive, caller.now, key);
    let mut all = google.drive.files.get(key).map(|file| file.permissions.clone()).unwrap_or_default();
    all.retain(|one| one.grantee != *grantee);
    google.drive.files.set_permissions(key, all);
    changes::access_changed(google, caller, key, &before);
}

/// Makes somebody else the owner; the owner of before stays a writer. Gives the new owner's permission id.
fn transfer(
    google: &mut Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
    key: Key,
    wish: &Wish,
) -> Result<String, Refusal> {
    if !env.call.query.flag("transferOwnership") {
        let message = "The transferOwnership parameter must be enabled when the permission role is 'owner'.";
        return Err(Refusal::new(403, "forbidden", message).about("transferOwnership"));
    }
    if env.call.query.get("sendNotificationEmail") == Some("false") {
        let message = "Notification emails cannot be disabled for ownership transfers.";
        return Err(Refusal::new(400, "invalid", message).about("sendNotificationEmail"));
    }
    let Grantee::User(new) = sharing::grantee(google, env, caller, key, wish)? else {
        return Err(Refusal::new(403, "invalidOwnershipTransfer", "Only a user can own a file."));
    };
    hand_over(google, caller, key, new)
}

/// The same without parameters, for an update too.
fn hand_over(
    google: &mut Google,
    caller: &Caller<'_>,
    key: Key,
    new: super::state::Person,
) -> Result<String, Refusal> {
    let Some(file) = google.drive.files.get(key) else { return Err(Refusal::no_file("")) };
    let id = file.id.to_string();
    let Some(old) = file.owner.filter(|owner| *owner == caller.person) else {
        return Err(access::insufficient(&id));
    };
    let domain = google.directory.users.get(google.drive.user_id(new)).map(|user| user.domain.clone());
    if domain != Some(caller.domain.clone()) || domain == Some(None) {
        let message = "Ownership can only be transferred to another user in the same organization as the current owner.";
        return Err(Refusal::new(403, "invalidOwnershipTransfer", message));
    }
    let before = changes::audience(&google.directory, &google.drive, caller.now, key);
    let bytes = google.drive.files.get(key).map_or(0, super::state::File::quota_bytes);
    let mut all = google.drive.files.get(key).map(|file| file.permissions.clone()).unwrap_or_default();
    all.retain(|one| one.grantee != Grantee::User(new) && one.grantee != Grantee::User(old));
    if old != new {
        let id = sharing::id_of(&google.drive, &Grantee::User(old), false);
        all.push(Permission {
            id: id.into(),
            grantee: Grantee::User(old),
            role: Role::Writer,
            expires: None,
            discoverable: false,
            given: caller.now,
            pending_owner: false,
        });
    }
    google.drive.files.set_permissions(key, all);
    google.drive.files.set_owner(key, Some(new));
    google.drive.account(Some((Some(old), bytes)), Some((Some(new), bytes)));
    changes::access_changed(google, caller, key, &before);
    Ok(sharing::id_of(&google.drive, &Grantee::User(new), false))
}

fn need_own(google: &Google, key: Key, grant: &Grant) -> Result<(), Refusal> {
    if !grant.is_inherited() {
        return Ok(());
    }
    let shared = google.drive.files.get(key).is_some_and(|file| google.drive.shared_drive_of(file).is_some());
    let reason =
        if shared { "cannotModifyInheritedTeamDrivePermission" } else { "cannotModifyInheritedPermission" };
    Err(Refusal::new(403, reason, "Cannot update or delete an inherited permission on an item."))
}

fn update(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (key, caller, administrator) = reach(google, env, caller)?;
    let grant = find(google, env, &caller, key)?;
    let wish = Wish::read_update(env, &grant)?;
    if wish.role == Role::Owner && grant.role != Role::Owner {
        if !env.call.query.flag("transferOwnership") {
            let message =
                "The transferOwnership parameter must be enabled when the permission role is 'owner'.";
            return Err(Refusal::new(403, "forbidden", message).about("transferOwnership"));
        }
        let Grantee::User(new) = grant.grantee else {
            return Err(Refusal::new(403, "invalidOwnershipTransfer", "Only a user can own a file."));
        };
        let id = hand_over(google, &caller, key, new)?;
        return Ok(shown(google, &caller, key, &id));
    }
    need_share(google, &caller, key, administrator)?;
    need_own(google, key, &grant)?;
    if grant.role == Role::Owner {
        return Err(access::insufficient(env.param("fileId")));
    }
    sharing::need_role(google, key, &wish)?;
    need_manager_left(google, key, &grant, Some(wish.role))?;
    let expires = match sharing::expiry(google, &caller, key, &wish)? {
        Some(at) => Some(at),
        None if env.call.query.flag("removeExpiration") => None,
        None => grant.expires,
    };
    let own = google
        .drive
        .files
        .get(key)
        .and_then(|file| file.permissions.iter().find(|one| one.grantee == grant.grantee).cloned());
    if let Some(mut permission) = own {
        permission.role = wish.role;
        permission.expires = expires;
        give(google, &caller, key, permission);
    }
    Ok(shown(google, &caller, key, &grant.id))
}

/// A shared drive keeps a manager.
fn need_manager_left(google: &Google, key: Key, grant: &Grant, new: Option<Role>) -> Result<(), Refusal> {
    let root = google.drive.shared_drives.contains_key(&key);
    if !root || grant.role != Role::Organizer || new == Some(Role::Organizer) {
        return Ok(());
    }
    let managers = google
        .drive
        .files
        .get(key)
        .map_or(0, |file| file.permissions.iter().filter(|one| one.role == Role::Organizer).count());
    if managers > 1 {
        return Ok(());
    }
    let message = "A shared drive must have at least one organizer.";
    Err(Refusal::new(403, "cannotRemoveLastOrganizer", message))
}

fn delete(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    if !caller.scopes.writes() {
        return Err(insufficient_scopes());
    }
    let (key, caller, administrator) = reach(google, env, caller)?;
    let grant = find(google, env, &caller, key)?;
    // Everybody may give up what was given to them.
    if grant.grantee != Grantee::User(caller.person) {
        need_share(google, &caller, key, administrator)?;
    }
    need_own(google, key, &grant)?;
    if grant.role == Role::Owner {
        return Err(access::insufficient(env.param("fileId")));
    }
    need_manager_left(google, key, &grant, None)?;
    take(google, &caller, key, &grant.grantee);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
