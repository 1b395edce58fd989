//! What a caller may do with a file, as the file shows it: `capabilities` and what goes with them.

use super::access::{self, Act};
use super::state::{App, File, Role};
use super::view::{Members, Scene};
use serde_json::{Value, json};

/// The members about rights.
pub(super) fn put(scene: &Scene<'_>, members: &mut Members<'_>) {
    let Scene { drive, caller, key, file, .. } = scene;
    let extra = file.extra.as_deref();
    members.put("isAppAuthorized", || {
        caller.app != App::NONE && access::is_authorized(file, caller.app, caller.person)
    });
    let download_for_writers = extra.is_some_and(|extra| extra.copy_requires_writer_permission);
    members.put("copyRequiresWriterPermission", || download_for_writers);
    members.put("viewersCanCopyContent", || !download_for_writers);
    members.put("writersCanShare", || !extra.is_some_and(|extra| extra.writers_cannot_share));
    if file.mime.is_folder() {
        members.put("inheritedPermissionsDisabled", || {
            extra.is_some_and(|extra| extra.inherited_permissions_disabled)
        });
    }
    if scene.shared_drive().is_some() {
        members.put("hasAugmentedPermissions", || !file.permissions.is_empty() && !drive.is_root(*key));
    }
    members.put("capabilities", || capabilities(scene));
}

/// All members of `capabilities` that apply.
fn capabilities(scene: &Scene<'_>) -> Value {
    let Scene { directory, drive, caller, key, file } = scene;
    let may = |act: Act| access::allows(directory, drive, caller, *key, act);
    let folder = file.mime.is_folder();
    let root = drive.is_root(*key);
    let shared_drive = scene.shared_drive().is_some();
    let role = access::role(directory, drive, caller, *key);
    let owner = role >= Some(Role::Owner) || (role == Some(Role::Organizer) && shared_drive);
    let (add, edit, share, moves) =
        (folder && may(Act::AddChild), may(Act::Edit), may(Act::Share), !root && may(Act::Move));
    let restrict = may(Act::Restrict) && file.is_blob_or_document();
    let locked = !file.restrictions().is_empty();
    let mut shown = json!({
        "canAccessViaGenAi": false,
        "canAddChildren": add,
        "canAcceptOwnership": false,
        "canAddMyDriveParent": false,
        "canChangeCopyRequiresWriterPermission": edit && !folder,
        "canChangeItemDownloadRestriction": owner && !folder,
        "canChangeSecurityUpdateEnabled": false,
        "canChangeViewersCanCopyContent": edit && !folder,
        "canComment": may(Act::Comment) && !root,
        "canCopy": !folder && may(Act::Copy),
        "canDelete": !root && may(Act::Delete),
        "canDisableInheritedPermissions": folder && !root && share && !is_inheritance_off(file),
        "canDownload": !folder && may(Act::Download),
        "canEdit": edit,
        "canEnableInheritedPermissions": folder && !root && share && is_inheritance_off(file),
        "canListChildren": folder,
        "canModifyContent": may(Act::EditContent),
        "canModifyContentRestriction": restrict,
        "canModifyEditorContentRestriction": restrict,
        "canModifyOwnerContentRestriction": restrict && owner,
        "canModifyLabels": false,
        "canMoveChildrenWithinDrive": add,
        "canMoveItemOutOfDrive": moves && (owner || !shared_drive),
        "canMoveItemWithinDrive": moves,
        "canMoveItemIntoTeamDrive": moves && (owner || !shared_drive),
        "canStartApproval": false,
        "canReadLabels": false,
        "canReadRevisions": !folder && may(Act::ReadRevisions),
        "canRemoveChildren": folder && edit && !shared_drive,
        "canRemoveContentRestriction": restrict && locked,
        "canRemoveMyDriveParent": !shared_drive && moves,
        "canRename": (!root || shared_drive) && may(Act::Rename),
        "canShare": (shared_drive || !root) && share,
        "canTrash": !root && may(Act::Trash),
        "canUntrash": !root && may(Act::Untrash),
    });
    if shared_drive {
        let moves = moves && owner;
        put_of_shared_drives(&mut shown, &Reach { folder, add, moves, item: !root && may(Act::Move), role });
    }
    shown
}

/// What a caller may do with something in a shared drive.
struct Reach {
    folder: bool,
    add: bool,
    /// Out of the drive.
    moves: bool,
    /// Inside the drive.
    item: bool,
    role: Option<Role>,
}

/// The members that only things in shared drives have; those that only things in My Drives have are taken away.
fn put_of_shared_drives(shown: &mut Value, reach: &Reach) {
    let manager = reach.folder && reach.role >= Some(Role::Organizer);
    let only_in_shared_drives = [
        ("canAddFolderFromAnotherDrive", manager),
        ("canDeleteChildren", manager),
        ("canMoveChildrenOutOfDrive", manager),
        ("canReadDrive", reach.role.is_some()),
        ("canReadTeamDrive", reach.role.is_some()),
        ("canMoveChildrenOutOfTeamDrive", manager),
        ("canMoveChildrenWithinTeamDrive", reach.add),
        ("canMoveItemOutOfTeamDrive", reach.moves),
        ("canMoveItemWithinTeamDrive", reach.item),
        ("canMoveTeamDriveItem", reach.item),
        ("canTrashChildren", reach.folder && reach.role >= Some(Role::FileOrganizer)),
    ];
    let Some(members) = shown.as_object_mut() else { return };
    for (name, value) in only_in_shared_drives {
        members.insert(name.to_owned(), json!(value));
    }
    for name in ["canAcceptOwnership", "canAddMyDriveParent", "canRemoveMyDriveParent"] {
        members.remove(name);
    }
}

fn is_inheritance_off(file: &File) -> bool {
    file.extra.as_ref().is_some_and(|extra| extra.inherited_permissions_disabled)
}

impl File {
    fn is_blob_or_document(&self) -> bool {
        !self.mime.is_folder() && !self.mime.is_shortcut()
    }
}
