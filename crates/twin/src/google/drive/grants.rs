//! Who has what on a file: its own permissions and those of the folders above, as the interface shows them.

use super::Drive;
use super::access::is_limited;
use super::state::{File, Grantee, Key, Permission, Role, When};
use super::view::permission_id;
use crate::google::directory::Directory;
use serde_json::{Value, json};

/// What one grantee has on a file, from wherever.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub grantee: Grantee,
    pub id: String,
    /// The strongest.
    pub role: Role,
    pub expires: Option<When>,
    pub discoverable: bool,
    pub pending_owner: bool,
    /// Each with the folder that it comes from; none for the file itself.
    pub parts: Vec<(Role, Option<Key>)>,
}

impl Grant {
    /// Whether nothing of it was given on the file itself.
    pub fn is_inherited(&self) -> bool {
        self.parts.iter().all(|(_, from)| from.is_some())
    }
}

/// Everything in force on a file, the owner first.
pub(super) fn all(drive: &Drive, now: When, key: Key) -> Vec<Grant> {
    let mut grants = Vec::new();
    let Some(file) = drive.files.get(key) else { return grants };
    owner(drive, &mut grants, file, Role::Owner, None);
    own(&mut grants, file, now, None, false);
    let mut limited = is_limited(file);
    for (folder_key, folder) in drive.files.above(key) {
        if folder.owner != file.owner {
            owner(drive, &mut grants, folder, Role::Writer, Some(folder_key));
        }
        own(&mut grants, folder, now, Some(folder_key), limited);
        limited |= is_limited(folder);
    }
    grants
}

fn owner(drive: &Drive, grants: &mut Vec<Grant>, file: &File, role: Role, from: Option<Key>) {
    let Some(owner) = file.owner else { return };
    let permission = Permission {
        id: permission_id(drive.user_id(owner)).into(),
        grantee: Grantee::User(owner),
        role,
        expires: None,
        discoverable: false,
        given: When::default(),
        pending_owner: false,
    };
    add(grants, &permission, from);
}

fn own(grants: &mut Vec<Grant>, file: &File, now: When, from: Option<Key>, limited: bool) {
    let in_force = |one: &&Permission| one.expires.is_none_or(|at| at > now);
    let passes = |one: &&Permission| !limited || one.role >= Role::Organizer;
    for permission in file.permissions.iter().filter(in_force).filter(passes) {
        add(grants, permission, from);
    }
}

fn add(grants: &mut Vec<Grant>, permission: &Permission, from: Option<Key>) {
    match grants.iter_mut().find(|grant| grant.grantee == permission.grantee) {
        Some(grant) => {
            grant.role = grant.role.max(permission.role);
            grant.parts.push((permission.role, from));
        }
        None => grants.push(Grant {
            grantee: permission.grantee.clone(),
            id: permission.id.to_string(),
            role: permission.role,
            expires: permission.expires,
            discoverable: permission.discoverable,
            pending_owner: permission.pending_owner,
            parts: vec![(permission.role, from)],
        }),
    }
}

/// All grants of a file as the interface shows them.
pub(super) fn shown_all(directory: &Directory, drive: &Drive, now: When, key: Key) -> Vec<Value> {
    all(drive, now, key).iter().map(|grant| shown(directory, drive, key, grant)).collect()
}

/// A grant as the interface shows it.
pub(super) fn shown(directory: &Directory, drive: &Drive, key: Key, grant: &Grant) -> Value {
    let mut value = json!({ "kind": "drive#permission", "id": grant.id, "role": grant.role.name() });
    match &grant.grantee {
        Grantee::User(person) => {
            let id = drive.user_id(*person);
            value["type"] = json!("user");
            value["pendingOwner"] = json!(grant.pending_owner);
            let user = directory.users.get(id);
            // Who was invited without an account is known by the address alone.
            value["deleted"] = json!(user.is_none() && !id.contains('@'));
            if let Some(user) = user {
                value["emailAddress"] = json!(user.email);
                value["displayName"] = json!(user.name());
            } else if id.contains('@') {
                value["emailAddress"] = json!(id);
                value["displayName"] = json!(id);
            }
        }
        Grantee::Group(email) => {
            value["type"] = json!("group");
            value["emailAddress"] = json!(email);
            let group = directory.groups.get(&**email);
            value["deleted"] = json!(group.is_none());
            value["displayName"] = json!(group.map_or(&**email, |group| group.name.as_str()));
        }
        Grantee::Domain(name) => {
            value["type"] = json!("domain");
            value["domain"] = json!(name);
            value["displayName"] = json!(name);
            value["allowFileDiscovery"] = json!(grant.discoverable);
        }
        Grantee::Anyone => {
            value["type"] = json!("anyone");
            value["allowFileDiscovery"] = json!(grant.discoverable);
        }
    }
    if let Some(at) = grant.expires {
        value["expirationTime"] = json!(at.to_string());
    }
    let shared_drive = drive.files.get(key).and_then(|file| drive.shared_drive_of(file));
    value["permissionDetails"] = details(drive, key, grant, shared_drive.map(|(root, _)| root));
    if shared_drive.is_some() {
        let mut older = value["permissionDetails"].clone();
        for part in older.as_array_mut().into_iter().flatten() {
            if let Some(map) = part.as_object_mut()
                && let Some(kind) = map.remove("permissionType")
            {
                map.insert("teamDrivePermissionType".to_owned(), kind);
            }
        }
        value["teamDrivePermissionDetails"] = older;
    }
    value
}

fn details(drive: &Drive, key: Key, grant: &Grant, shared_drive: Option<Key>) -> Value {
    let one = |(role, from): &(Role, Option<Key>)| {
        let member = shared_drive.is_some_and(|root| from.unwrap_or(key) == root);
        let mut shown = json!({
            "permissionType": if member { "member" } else { "file" },
            "role": role.name(),
            "inherited": from.is_some(),
        });
        if let Some(folder) = from.filter(|_| shared_drive.is_some()).and_then(|from| drive.files.get(from)) {
            shown["inheritedFrom"] = json!(folder.id);
        }
        shown
    };
    grant.parts.iter().map(one).collect()
}
