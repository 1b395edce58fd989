//! `about.get`: the account, its storage, and what can be converted (google.md 2.13, 2.15).

use super::content::{self, LARGEST_FILE};
use super::native::{self, EXPORTS, IMPORTS};
use super::routes::{Caller, Handler, Outcome, line};
use super::state::NATIVE;
use super::view;
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::Method;
use serde_json::{Value, json};

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    vec![line(Method::GET, "/about", "about.get", 5, (get, "About", "!"))]
}

#[expect(clippy::unnecessary_wraps, reason = "handlers have one signature")]
fn get(google: &mut Google, _env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let workspace = caller.domain.is_some();
    let base = &caller.house.surfaces.google_drive;
    let theme = |id: &str, color: &str| json!({ "id": id, "colorRgb": color, "backgroundImageLink": format!("{base}/backgrounds/{id}") });
    let themes = json!([theme("abacus", "#0f9d58"), theme("blueprints", "#4285f4")]);
    Ok(json!({
        "kind": "drive#about",
        "user": view::user(&google.directory, &google.drive, caller, caller.person),
        "storageQuota": storage(google, caller),
        "importFormats": formats(IMPORTS),
        "exportFormats": formats(EXPORTS),
        "maxImportSizes": {
            "application/vnd.google-apps.document": native::LARGEST_DOCUMENT.to_string(),
            "application/vnd.google-apps.spreadsheet": native::LARGEST_OTHER.to_string(),
            "application/vnd.google-apps.presentation": native::LARGEST_OTHER.to_string(),
            "application/vnd.google-apps.drawing": "2097152",
        },
        "maxUploadSize": LARGEST_FILE.to_string(),
        "appInstalled": true,
        "canCreateDrives": workspace,
        "canCreateTeamDrives": workspace,
        "folderColorPalette": ["#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765", "#4986e7", "#8f8f8f"],
        "driveThemes": themes,
        "teamDriveThemes": themes,
    })
    .into())
}

fn formats(table: &[(&str, &[&str])]) -> Value {
    let full = |name: &str| {
        if name.contains('/') { name.to_owned() } else { format!("{NATIVE}{name}") }
    };
    let one =
        |(from, to): &(&str, &[&str])| (full(from), to.iter().map(|to| json!(full(to))).collect::<Value>());
    Value::Object(table.iter().map(one).collect())
}

/// Numbers as texts (G-21); without a limit there is no `limit`. A pool's limit is the whole domain's.
fn storage(google: &Google, caller: &Caller<'_>) -> Value {
    let drive = &google.drive;
    let used = drive.used_by(caller.person);
    let of_caller = |file: &super::state::File| file.owner == Some(caller.person);
    let trashed: u64 = drive
        .files
        .trashed()
        .flat_map(|(_, key)| drive.files.below(key).into_iter().chain([key]))
        .filter_map(|key| drive.files.get(key))
        .filter(|file| of_caller(file))
        .map(super::state::File::quota_bytes)
        .sum();
    let mut shown = json!({
        "usage": used.to_string(),
        "usageInDrive": used.to_string(),
        "usageInDriveTrash": trashed.min(used).to_string(),
    });
    if let Some(room) = content::room(&google.directory, drive, caller.person) {
        shown["limit"] = json!(room.saturating_add(used).to_string());
    }
    shown
}
