//! The log of changes (google.md 2.12). Every mutation of a file calls [`record`] after it, or before when the file
//! goes away. A file stands in it once, with its latest change.

use super::channels::{self, Channels};
use super::routes::{Caller, FILE, Handler, Outcome, line};
use super::state::{App, Id, Key, Person, When};
use super::{Drive, access, drives, view};
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::directory::Directory;
use crate::google::error::Refusal;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What happened so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// The number of the last entry.
    last: u64,
    log: BTreeMap<u64, Entry>,
    #[serde(with = "super::pairs")]
    latest: BTreeMap<Id, u64>,
    pub channels: Channels,
}

/// The latest change of a file, or of a shared drive itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    /// Of the file, or the shared drive.
    id: Id,
    is_drive: bool,
    at: When,
    space: Option<Key>,
    app: App,
    /// Who reached it before and does not any more, and the number of the change by which they lost it.
    lost: BTreeMap<Person, u64>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Created,
    /// Name, description, properties and the like.
    Metadata,
    Content,
    /// Into another folder; the old one.
    Moved {
        from: Option<Key>,
    },
    Trashed,
    Untrashed,
    /// About to be deleted for good: the file is still there.
    Deleting,
    Permissions,
}

/// Writes down that something happened to a file.
pub fn record(drive: &mut Drive, directory: &Directory, caller: &Caller<'_>, key: Key, what: What) {
    let lost = match what {
        What::Deleting => audience(directory, drive, caller.now, key),
        What::Moved { from: Some(from) } => {
            let before = audience(directory, drive, caller.now, from);
            let below = drive.files.below(key);
            for below in below {
                lose(drive, directory, caller, below, What::Moved { from: None }, &before);
            }
            before
        }
        _ => BTreeSet::new(),
    };
    if what == What::Deleting {
        enter(drive, directory, caller, key, what, lost);
    } else {
        lose(drive, directory, caller, key, what, &lost);
    }
}

/// Writes down a change after which those of `before` who do not reach the file any more have lost it.
fn lose(
    drive: &mut Drive,
    directory: &Directory,
    caller: &Caller<'_>,
    key: Key,
    what: What,
    before: &BTreeSet<Person>,
) {
    let lost = if before.is_empty() {
        BTreeSet::new()
    } else {
        let now = audience(directory, drive, caller.now, key);
        before.difference(&now).copied().collect()
    };
    enter(drive, directory, caller, key, what, lost);
}

/// Writes down that other people reach a file and what lies below it than `before`.
pub fn access_changed(google: &mut Google, caller: &Caller<'_>, key: Key, before: &BTreeSet<Person>) {
    for key in google.drive.files.below(key).into_iter().chain([key]) {
        if let Some(file) = google.drive.files.get_mut(key) {
            file.version += 1;
        }
        lose(&mut google.drive, &google.directory, caller, key, What::Permissions, before);
    }
}

/// Writes down that a shared drive itself changed; `lost` are those who lost it.
pub(super) fn drive_changed(google: &mut Google, caller: &Caller<'_>, root: Key, lost: BTreeSet<Person>) {
    let Some(file) = google.drive.files.get(root) else { return };
    let id = file.id;
    let entry = Entry {
        id,
        is_drive: true,
        at: caller.now,
        space: Some(root),
        app: App::NONE,
        lost: BTreeMap::new(),
    };
    google.drive.changes.put(entry, &lost);
    channels::drive_changed(&mut google.drive, &google.directory, caller, root);
}

/// All accounts that reach a file.
pub fn audience(directory: &Directory, drive: &Drive, now: When, key: Key) -> BTreeSet<Person> {
    let reaches = |user: &crate::google::directory::User| {
        let person = Person(drive.people.known(&user.id)?);
        access::role_of(directory, drive, (person, user.domain.as_deref()), now, key).map(|_| person)
    };
    directory.users.values().filter_map(reaches).collect()
}

fn enter(
    drive: &mut Drive,
    directory: &Directory,
    caller: &Caller<'_>,
    key: Key,
    what: What,
    lost: BTreeSet<Person>,
) {
    let Some(file) = drive.files.get(key) else { return };
    let entry = Entry {
        id: file.id,
        is_drive: false,
        at: caller.now,
        space: file.space.filter(|space| *space != key),
        app: file.app,
        lost: BTreeMap::new(),
    };
    drive.changes.put(entry, &lost);
    channels::notify(drive, directory, caller, key, what, &lost);
}

impl Changes {
    fn put(&mut self, mut entry: Entry, lost: &BTreeSet<Person>) {
        self.last += 1;
        entry.lost = lost.iter().map(|person| (*person, self.last)).collect();
        if let Some(before) = self.latest.insert(entry.id, self.last)
            && let Some(older) = self.log.remove(&before)
            && older.is_drive == entry.is_drive
        {
            for (person, number) in older.lost {
                entry.lost.entry(person).or_insert(number);
            }
        }
        self.log.insert(self.last, entry);
    }

    /// The token from which only later changes are listed.
    pub fn start_token(&self) -> String {
        (self.last + 1).to_string()
    }
}

const LIST_SHOWN: &str = "kind,nextPageToken,newStartPageToken,changes(kind,removed,fileId,time,type,changeType,driveId,teamDriveId,drive(kind,id,name),teamDrive(kind,id,name),file(kind,id,name,mimeType,resourceKey,driveId,teamDriveId))";

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    debug_assert!(LIST_SHOWN.contains(FILE));
    vec![
        line(
            Method::GET,
            "/changes/startPageToken",
            "changes.getStartPageToken",
            5,
            (start, "StartPageToken", ""),
        ),
        line(Method::GET, "/changes", "changes.list", 100, (list, "ChangeList", LIST_SHOWN)),
    ]
}

/// The shared drive that a call names.
/// # Errors
/// 404 when there is none that the caller reaches; 403 when the call does not say `supportsAllDrives`.
pub(super) fn named_drive(
    google: &Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
) -> Result<Option<Key>, Refusal> {
    let query = &env.call.query;
    let Some(id) = query.filled("driveId").or_else(|| query.filled("teamDriveId")) else { return Ok(None) };
    if !caller.all_drives {
        let message = "The supportsAllDrives parameter must be true to use the driveId parameter.";
        return Err(Refusal::new(403, "teamDrivesParameterRequired", message).about("supportsAllDrives"));
    }
    drives::reach(google, caller, id).map(Some)
}

fn start(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    named_drive(google, env, caller)?;
    let until = visible_until(google, env, caller);
    Ok(json!({ "kind": "drive#startPageToken", "startPageToken": (until + 1).to_string() }).into())
}

/// The number of the last entry that shows; by order the log lags.
fn visible_until(google: &Google, env: &Env<'_>, caller: &Caller<'_>) -> u64 {
    let changes = &google.drive.changes;
    let Some(seconds) = env.behaves("changes-lag") else { return changes.last };
    let limit = caller.now.plus(-1000 * seconds.as_i64().unwrap_or(60));
    let first_hidden = changes.log.iter().find(|(_, entry)| entry.at > limit).map(|(number, _)| *number);
    first_hidden.map_or(changes.last, |number| number - 1)
}

/// The number that a page token stands for.
pub(super) fn token(google: &Google, env: &Env<'_>) -> Result<u64, Refusal> {
    let Some(text) = env.call.query.filled("pageToken") else {
        return Err(Refusal::new(400, "required", "Required parameter: pageToken").about("pageToken"));
    };
    let number = text.strip_prefix("~!!~").unwrap_or(text).parse::<u64>().ok();
    number
        .filter(|number| (1..=google.drive.changes.last + 1).contains(number))
        .filter(|_| env.behaves("changes-token-rejected").is_none())
        .ok_or_else(|| Refusal::invalid("pageToken"))
}

struct Asked {
    from: u64,
    size: usize,
    drive: Option<Key>,
    all_drives: bool,
    removed: bool,
    only_mine: bool,
}

fn list(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let from = token(google, env)?;
    let query = &env.call.query;
    let size = match query.filled("pageSize") {
        None => 100,
        Some(text) => text.parse().ok().filter(|size| (1..=1000).contains(size)).ok_or_else(|| {
            let message = format!("Invalid value '{text}'. Values must be within the range: [1, 1000]");
            Refusal::new(400, "invalidParameter", message).about("pageSize")
        })?,
    };
    let include = query.flag("includeItemsFromAllDrives") || query.flag("includeTeamDriveItems");
    if include && !caller.all_drives {
        let message = "The supportsAllDrives parameter must be true to include items from all drives.";
        return Err(Refusal::new(403, "teamDrivesParameterRequired", message).about("supportsAllDrives"));
    }
    let asked = Asked {
        from,
        size,
        drive: named_drive(google, env, caller)?,
        all_drives: include,
        removed: query.get("includeRemoved").is_none_or(|value| value != "false"),
        only_mine: query.flag("restrictToMyDrive"),
    };
    let until = visible_until(google, env, caller);
    let mut found = Vec::new();
    let mut next = None;
    let log = &google.drive.changes.log;
    let range = (from <= until).then(|| log.range(from..=until));
    for (number, entry) in range.into_iter().flatten() {
        let Some(change) = change(google, caller, &asked, entry) else { continue };
        if found.len() == asked.size {
            next = Some(*number);
            break;
        }
        found.push(change);
    }
    if env.behaves("changes-repeated").is_some()
        && let Some(last) = found.last().cloned()
    {
        found.push(last);
    }
    let mut answer = json!({ "kind": "drive#changeList", "changes": found });
    match next {
        Some(number) => answer["nextPageToken"] = json!(format!("~!!~{number}")),
        None => answer["newStartPageToken"] = json!((until.max(from - 1) + 1).to_string()),
    }
    Ok(answer.into())
}

/// An entry as a caller sees it; nothing when it does not concern the caller.
fn change(google: &Google, caller: &Caller<'_>, asked: &Asked, entry: &Entry) -> Option<Value> {
    let drive = &google.drive;
    let in_shared = entry.space.filter(|space| drive.shared_drives.contains_key(space));
    // What lay in a shared drive that is gone has a space that nobody has.
    match asked.drive {
        Some(root) if entry.space != Some(root) => return None,
        None if !asked.all_drives && (entry.is_drive || in_shared.is_some()) => return None,
        _ => {}
    }
    if asked.only_mine && (entry.is_drive || entry.space != drive.roots.get(&caller.person).copied()) {
        return None;
    }
    let live = drive.files.find(entry.id.as_str());
    let seen = live.filter(|key| access::may_see(&google.directory, drive, caller, *key));
    let removed = seen.is_none();
    if removed {
        let of_app = caller.scopes.everything() || entry.app == caller.app;
        if !asked.removed || entry.lost.get(&caller.person).is_none_or(|lost| *lost < asked.from) || !of_app {
            return None;
        }
    }
    let kind = if entry.is_drive { "drive" } else { "file" };
    let mut change = json!({
        "kind": "drive#change",
        "changeType": kind,
        "type": if entry.is_drive { "teamDrive" } else { "file" },
        "time": entry.at.to_string(),
        "removed": removed,
    });
    if entry.is_drive {
        change["driveId"] = json!(entry.id);
        change["teamDriveId"] = json!(entry.id);
        if let Some(root) = seen {
            change["drive"] = drives::view(google, caller, root);
        }
    } else {
        change["fileId"] = json!(entry.id);
        let mask = caller.mask.inside("changes").and_then(|changes| changes.inside("file"));
        if let (Some(key), Some(mask)) = (seen, mask) {
            change["file"] = view::file(&google.directory, drive, caller, key, mask);
        }
    }
    Some(change)
}
