//! The trash, and deleting for good.

use super::access::{self, Act};
use super::changes::{self, What};
use super::routes::{Caller, Scopes};
use super::state::{Key, Person, Trash, When};
use crate::core::env::House;
use crate::google::Google;
use crate::google::error::Refusal;

/// How long something stays in the trash: 30 days.
const LIFE: i64 = 30 * 24 * 3_600_000;

/// Trashes or takes out; rights were checked. Doing it twice changes nothing.
pub(super) fn set(google: &mut Google, caller: &Caller<'_>, key: Key, trashed: bool) {
    let is = google.drive.files.get(key).is_some_and(super::state::File::is_explicitly_trashed);
    if is == trashed {
        return;
    }
    let entry = trashed.then_some(Trash { at: caller.now, by: caller.person });
    google.drive.files.set_trash(key, entry);
    let what = if trashed { What::Trashed } else { What::Untrashed };
    super::actions::touch(google, caller, key, what);
    // What lies below is trashed with it, which counts as a change of each.
    for below in google.drive.files.below(key) {
        super::actions::touch(google, caller, below, what);
    }
}

/// Deletes for good, with what the caller owns below it; what others own there loses its folder.
/// # Errors
/// 403 for who may not, and for roots.
pub(super) fn delete(google: &mut Google, caller: &Caller<'_>, key: Key) -> Result<(), Refusal> {
    if google.drive.is_root(key) {
        let id = google.drive.files.get(key).map(|file| file.id.to_string()).unwrap_or_default();
        return Err(access::insufficient(&id));
    }
    access::need(&google.directory, &google.drive, caller, key, Act::Delete)?;
    remove_with_descendants(google, caller, key);
    Ok(())
}

fn remove_with_descendants(google: &mut Google, caller: &Caller<'_>, key: Key) {
    let owner = google.drive.files.get(key).and_then(|file| file.owner);
    let mut going = google.drive.files.below(key);
    going.retain(|below| google.drive.files.get(*below).is_some_and(|file| file.owner == owner));
    // From the bottom up, so that nothing loses its folder that goes as well.
    for below in going.into_iter().rev().chain([key]) {
        remove(google, caller, below);
    }
}

fn remove(google: &mut Google, caller: &Caller<'_>, key: Key) {
    changes::record(&mut google.drive, &google.directory, caller, key, What::Deleting);
    let drive = &mut google.drive;
    let before = drive.files.get(key).map(|file| (file.owner, file.quota_bytes()));
    if let Some(file) = drive.files.remove(key) {
        drive.comments.remove(&file.id);
    }
    drive.account(before, None);
    let last = Person(u32::MAX);
    let mine: Vec<_> = drive.mine.range((key, Person(0))..=(key, last)).map(|(entry, _)| *entry).collect();
    for entry in mine {
        drive.mine.remove(&entry);
    }
}

/// Deletes what a caller trashed of its own, or what is in the trash of a shared drive.
pub(super) fn empty(
    google: &mut Google,
    caller: &Caller<'_>,
    shared_drive: Option<Key>,
) -> Result<(), Refusal> {
    if let Some(root) = shared_drive {
        access::need(&google.directory, &google.drive, caller, root, Act::Delete)?;
    }
    let mut going: Vec<Key> = google.drive.files.trashed().map(|(_, key)| key).collect();
    going.retain(|key| {
        google.drive.files.get(*key).is_some_and(|file| match shared_drive {
            Some(root) => file.space == Some(root) && file.owner.is_none(),
            None => file.owner == Some(caller.person),
        })
    });
    for key in going {
        // A folder before it may have taken it along.
        if google.drive.files.get(key).is_some() {
            remove_with_descendants(google, caller, key);
        }
    }
    Ok(())
}

/// Deletes what lay in the trash for 30 days.
pub(super) fn purge(google: &mut Google, house: &House, now: When) {
    loop {
        let first = google.drive.files.trashed().next();
        let Some((_, key)) = first.filter(|(at, _)| at.plus(LIFE) <= now) else { return };
        let person = google.drive.files.get(key).and_then(|file| file.owner).unwrap_or_default();
        let caller = Caller {
            house,
            now,
            person,
            domain: None,
            app: super::state::App::NONE,
            scopes: Scopes::ALL,
            all_drives: true,
            mask: super::mask::Mask::All,
        };
        remove_with_descendants(google, &caller, key);
    }
}
