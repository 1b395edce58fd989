//! Folders: where files lie, how deep, how many, and what moves.

use super::Drive;
use super::access::{self, Act};
use super::changes::{self, What};
use super::routes::Caller;
use super::state::{Key, Person, Role};
use crate::google::Google;
use crate::google::error::Refusal;

/// The folder of a new file: the one that is named, or the caller's root.
pub(super) fn new_parent(
    google: &Google,
    caller: &Caller<'_>,
    named: Option<&[String]>,
    is_folder: bool,
) -> Result<Key, Refusal> {
    let root = google.drive.roots.get(&caller.person).copied().ok_or_else(|| Refusal::no_file("root"));
    let parent = match named {
        None | Some([]) => root?,
        Some([one]) => usable(google, caller, one)?,
        Some(_) => return Err(too_many_parents()),
    };
    need_place(google, parent, usize::from(is_folder))?;
    Ok(parent)
}

/// Who owns what comes into a folder, and the space it then lies in.
pub(super) fn belongs_to(drive: &Drive, caller: &Caller<'_>, parent: Key) -> (Option<Person>, Option<Key>) {
    let space = drive.files.get(parent).and_then(|parent| parent.space);
    let shared = space.is_some_and(|space| drive.shared_drives.contains_key(&space));
    ((!shared).then_some(caller.person), space)
}

/// A folder that a caller may put something into.
fn usable(google: &Google, caller: &Caller<'_>, id: &str) -> Result<Key, Refusal> {
    let key = access::reach(&google.directory, &google.drive, caller, id)?;
    if !google.drive.files.get(key).is_some_and(|folder| folder.mime.is_folder()) {
        return Err(Refusal::new(403, "parentNotAFolder", "The specified parent is not a folder."));
    }
    access::need(&google.directory, &google.drive, caller, key, Act::AddChild)?;
    Ok(key)
}

fn too_many_parents() -> Refusal {
    Refusal::new(403, "cannotAddParent", "Increasing the number of parents is not allowed")
}

/// Refuses what goes too deep or makes a folder too full. `height` is how many levels of folders come with it.
fn need_place(google: &Google, parent: Key, height: usize) -> Result<(), Refusal> {
    let (drive, limits) = (&google.drive, google.drive.limits);
    let space = drive.files.get(parent).and_then(|parent| parent.space);
    let shared = space.filter(|space| drive.shared_drives.contains_key(space));
    // Folders above, the root not counted.
    let deep = drive.files.above(parent).count() + height > limits.levels;
    if let Some(root) = shared {
        if deep {
            return Err(limit(
                "teamDriveHierarchyTooDeep",
                "The shared drive hierarchy depth has been exceeded.",
            ));
        }
        if drive.files.space_count(root) >= limits.shared_drive_items {
            return Err(limit(
                "teamDriveFileLimitExceeded",
                "The file limit for this shared drive has been exceeded.",
            ));
        }
        return Ok(());
    }
    if deep {
        let message = "Your My Drive can't contain more than 100 levels of folders. For details, see https://developers.google.com/workspace/drive/api/guides/handle-errors#nested-folder-levels.";
        return Err(limit("myDriveHierarchyDepthLimitExceeded", message));
    }
    if drive.files.child_count(parent) >= limits.children && !drive.is_root(parent) {
        return Err(limit(
            "numChildrenInNonRootLimitExceeded",
            "The limit for this folder's number of children (files and folders) has been exceeded.",
        ));
    }
    Ok(())
}

fn limit(reason: &str, message: &str) -> Refusal {
    Refusal::new(403, reason, message)
}

/// Where something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    to: Option<Key>,
}

/// Checks `addParents` and `removeParents`: a file has one folder, and a folder does not lie in itself.
pub(super) fn plan(
    google: &Google,
    caller: &Caller<'_>,
    key: Key,
    add: &[String],
    remove: &[String],
) -> Result<Option<Plan>, Refusal> {
    let drive = &google.drive;
    let Some(file) = drive.files.get(key) else { return Err(Refusal::no_file("")) };
    let root = drive.roots.get(&caller.person).copied();
    let resolve = |id: &String| if id == "root" { root } else { drive.files.find(id) };
    let removed = file.parent.is_some() && remove.iter().any(|id| resolve(id) == file.parent);
    let mut added = Vec::new();
    for id in add {
        let folder = usable(google, caller, id)?;
        if Some(folder) != file.parent && !added.contains(&folder) {
            added.push(folder);
        }
    }
    let shared = drive.shared_drive_of(file).is_some();
    match added.as_slice() {
        [] if removed && add.is_empty() => {
            if shared {
                let message = "A shared drive item must have exactly one parent.";
                return Err(Refusal::new(403, "teamDrivesParentLimit", message));
            }
            Ok(Some(Plan { to: None }))
        }
        [] => Ok(None),
        [to] if removed || file.parent.is_none() => {
            check_move(google, caller, key, *to)?;
            Ok(Some(Plan { to: Some(*to) }))
        }
        _ => Err(too_many_parents()),
    }
}

fn check_move(google: &Google, caller: &Caller<'_>, key: Key, to: Key) -> Result<(), Refusal> {
    let drive = &google.drive;
    if to == key || drive.files.above(to).any(|(folder, _)| folder == key) {
        return Err(Refusal::new(
            400,
            "invalid",
            "A folder cannot be moved into itself or its own descendant.",
        ));
    }
    let Some(file) = drive.files.get(key) else { return Err(Refusal::no_file("")) };
    let height = if file.mime.is_folder() { height(drive, key) + 1 } else { 0 };
    need_place(google, to, height)?;
    let from_shared = drive.shared_drive_of(file).map(|(root, _)| root);
    let to_shared =
        drive.files.get(to).and_then(|folder| drive.shared_drive_of(folder)).map(|(root, _)| root);
    if from_shared == to_shared {
        return Ok(());
    }
    if file.mime.is_folder() {
        let message = "Moving folders into shared drives is not supported.";
        return Err(Refusal::new(403, "teamDrivesFolderMoveInNotSupported", message));
    }
    let role = access::role(&google.directory, drive, caller, key);
    let least = if from_shared.is_some() { Role::Organizer } else { Role::Owner };
    if role < Some(least) {
        return Err(access::insufficient(file.id.as_str()));
    }
    Ok(())
}

fn height(drive: &Drive, key: Key) -> usize {
    let mut deepest = 0;
    let mut level: Vec<Key> = vec![key];
    while !level.is_empty() && deepest < 200 {
        level = level
            .iter()
            .flat_map(|key| drive.files.children_of(*key, None))
            .filter(|key| drive.files.get(*key).is_some_and(|file| file.mime.is_folder()))
            .collect();
        deepest += usize::from(!level.is_empty());
    }
    deepest
}

/// Moves; in another kind of drive the file gets another owner, or none.
pub(super) fn carry_out(google: &mut Google, caller: &Caller<'_>, key: Key, plan: Plan) {
    let drive = &mut google.drive;
    let from = drive.files.get(key).and_then(|file| file.parent);
    let before = drive.files.get(key).map(|file| (file.owner, file.quota_bytes()));
    let was_shared = drive.files.get(key).is_some_and(|file| drive.shared_drive_of(file).is_some());
    drive.files.set_parent(key, plan.to);
    let is_shared = drive.files.get(key).is_some_and(|file| drive.shared_drive_of(file).is_some());
    if was_shared != is_shared {
        drive.files.set_owner(key, (!is_shared).then_some(caller.person));
        let after = drive.files.get(key).map(|file| (file.owner, file.quota_bytes()));
        drive.account(before, after);
    }
    if let Some(file) = drive.files.get_mut(key) {
        file.version += 1;
    }
    changes::record(&mut google.drive, &google.directory, caller, key, What::Moved { from });
}
