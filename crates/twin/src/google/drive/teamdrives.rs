//! `teamdrives.*`: the deprecated names of shared drives. They do what [`super::drives`] does and answer in the old
//! words.

use super::drives;
use super::routes::{Caller, Handler, Outcome, Run, line};
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::Method;
use serde_json::{Value, json};

const SHOWN: &str = "kind,id,name";
const LIST_SHOWN: &str = "kind,nextPageToken,teamDrives(kind,id,name)";

/// New words and old ones.
const WORDS: &[(&str, &str)] = &[
    ("canChangeDriveBackground", "canChangeTeamDriveBackground"),
    ("canChangeDriveMembersOnlyRestriction", "canChangeTeamMembersOnlyRestriction"),
    ("canDeleteDrive", "canDeleteTeamDrive"),
    ("canRenameDrive", "canRenameTeamDrive"),
    ("canResetDriveRestrictions", "canResetTeamDriveRestrictions"),
    ("driveMembersOnly", "teamMembersOnly"),
];

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    const ONE: &str = "/teamdrives/{teamDriveId}";
    vec![
        line(Method::GET, "/teamdrives", "teamdrives.list", 100, (list, "TeamDriveList", LIST_SHOWN)),
        line(Method::POST, "/teamdrives", "teamdrives.create", 50, (create, "TeamDrive", SHOWN)),
        line(Method::GET, ONE, "teamdrives.get", 5, (get, "TeamDrive", SHOWN)),
        line(Method::PATCH, ONE, "teamdrives.update", 50, (update, "TeamDrive", SHOWN)),
        line(Method::DELETE, ONE, "teamdrives.delete", 50, (drives::delete, "", "")),
    ]
}

fn renamed(members: &mut Value) {
    let Some(members) = members.as_object_mut() else { return };
    for (new, old) in WORDS {
        if let Some(value) = members.remove(*new) {
            members.insert((*old).to_owned(), value);
        }
    }
}

/// A shared drive in the old words.
pub(super) fn old(mut drive: Value) -> Value {
    drive["kind"] = json!("drive#teamDrive");
    renamed(&mut drive["capabilities"]);
    renamed(&mut drive["restrictions"]);
    let removes = drive["capabilities"]["canDeleteChildren"].clone();
    drive["capabilities"]["canRemoveChildren"] = removes;
    if let Some(members) = drive.as_object_mut() {
        members.remove("hidden");
    }
    drive
}

fn in_old_words(
    run: Run,
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    Ok(match run(google, env, caller)? {
        Outcome::Shown(value) => Outcome::Shown(old(value)),
        plain @ Outcome::Plain(_) => plain,
    })
}

fn get(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    in_old_words(drives::get, google, env, caller)
}

fn create(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    in_old_words(drives::create, google, env, caller)
}

fn update(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    in_old_words(drives::update, google, env, caller)
}

fn list(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let Outcome::Shown(mut value) = drives::list(google, env, caller)? else {
        return Ok(json!({ "kind": "drive#teamDriveList", "teamDrives": [] }).into());
    };
    let mut answer = json!({ "kind": "drive#teamDriveList" });
    let drives = value["drives"].as_array_mut().map(std::mem::take).unwrap_or_default();
    answer["teamDrives"] = drives.into_iter().map(old).collect();
    if let Some(next) = value.get("nextPageToken") {
        answer["nextPageToken"] = next.clone();
    }
    Ok(answer.into())
}
