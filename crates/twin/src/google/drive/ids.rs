//! Ids made beforehand: the only way to create something once (google.md 2.3).

use super::routes::{Caller, Outcome};
use super::state::{Id, Mime, Person};
use super::{native, new_id};
use crate::core::env::Env;
use crate::google::Google;
use crate::google::error::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An id that was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    pub by: Person,
    pub shortcuts: bool,
}

/// The id a request asks for, when it may have it. It is used up when a file has it; nothing else takes it.
/// # Errors
/// 409 `fileIdInUse` when a file has it or had it; 400 `invalid` when it was not handed out to this person, or for
/// documents of Google's own types.
pub(super) fn claim(
    google: &mut Google,
    caller: &Caller<'_>,
    wanted: Option<&str>,
    mime: &Mime,
) -> Result<Option<Id>, Refusal> {
    let Some(wanted) = wanted else { return Ok(None) };
    let unusable = || Refusal::new(400, "invalid", "The provided file ID is not usable.").about("file.id");
    let drive = &google.drive;
    let id = Id::new(wanted).ok_or_else(unusable)?;
    if drive.files.find(wanted).is_some() || drive.used_ids.contains(&id) {
        return Err(Refusal::new(409, "fileIdInUse", "A file already exists with the provided ID."));
    }
    if native::has_content(mime) {
        let message = "Generated IDs are not supported for Docs Editors formats.";
        return Err(Refusal::new(400, "invalid", message).about("file.id"));
    }
    let fits = |made: &&Generated| made.by == caller.person && made.shortcuts == mime.is_shortcut();
    drive.generated.get(&id).filter(fits).ok_or_else(unusable)?;
    Ok(Some(id))
}

/// Writes down that an id is used up.
pub(super) fn use_up(google: &mut Google, id: Id) {
    if google.drive.generated.remove(&id).is_some() {
        google.drive.used_ids.insert(id);
    }
}

/// `files.generateIds`.
pub(super) fn generate(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    let query = &env.call.query;
    let count = match query.filled("count") {
        None => 10,
        Some(text) => {
            text.parse::<u32>().ok().filter(|count| (1..=1000).contains(count)).ok_or_else(|| {
                let message = format!("Invalid value '{text}'. Values must be within the range: [1, 1000]");
                Refusal::new(400, "invalidParameter", message).about("count")
            })?
        }
    };
    let space = query.filled("space").unwrap_or("drive");
    if !matches!(space, "drive" | "appDataFolder") {
        return Err(Refusal::invalid("space"));
    }
    let shortcuts = match query.filled("type").unwrap_or("files") {
        "files" => false,
        "shortcuts" => true,
        _ => return Err(Refusal::invalid("type")),
    };
    let mut made = Vec::new();
    for _ in 0..count {
        let id = new_id(env.house);
        google.drive.generated.insert(id, Generated { by: caller.person, shortcuts });
        made.push(id.to_string());
    }
    Ok(json!({ "kind": "drive#generatedIds", "space": space, "ids": made }).into())
}
