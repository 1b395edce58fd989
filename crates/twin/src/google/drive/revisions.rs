//! Revisions of a file's content (google.md 2.11).

use super::access::{self, Act};
use super::changes::What;
use super::content::REVISION_LIFE;
use super::mask::Mask;
use super::routes::{Caller, Handler, Outcome, line, reach_file};
use super::state::{File, Id, Key, Revision};
use super::{actions, content, media, view};
use crate::core::answer::Answer;
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// So many revisions of a file may be kept forever.
const KEPT_FOREVER: usize = 200;
const ONE: &str = "kind,id,mimeType,modifiedTime";
const MANY: &str = "kind,nextPageToken,revisions(kind,id,mimeType,modifiedTime)";

pub(super) fn lines() -> Vec<Route<Handler>> {
    const PATH: &str = "/files/{fileId}/revisions/{revisionId}";
    vec![
        line(Method::GET, "/files/{fileId}/revisions", "revisions.list", 100, (list, "RevisionList", MANY)),
        line(Method::GET, PATH, "revisions.get", 5, (get, "Revision", ONE)),
        line(Method::PATCH, PATH, "revisions.update", 50, (update, "Revision", ONE)),
        line(Method::DELETE, PATH, "revisions.delete", 50, (delete, "", "")),
    ]
}

/// The file of a route, when the caller may read its revisions.
fn reach(google: &Google, env: &Env<'_>, caller: &Caller<'_>) -> Result<Key, Refusal> {
    // These methods know no `supportsAllDrives`: shared drives are always reached.
    let everywhere = Caller { all_drives: true, ..caller.clone() };
    let key = reach_file(google, env, &everywhere)?;
    access::need(&google.directory, &google.drive, caller, key, Act::ReadRevisions)?;
    let folder =
        google.drive.files.get(key).is_some_and(|file| file.mime.is_folder() || file.mime.is_shortcut());
    if folder {
        let message = "The file does not support revisions.";
        return Err(Refusal::new(403, "revisionsNotSupported", message));
    }
    Ok(key)
}

fn missing(id: &str) -> Refusal {
    Refusal::new(404, "notFound", format!("Revision not found: {id}.")).about("revisionId")
}

fn found<'g>(google: &'g Google, env: &Env<'_>, key: Key) -> Result<(&'g File, &'g Revision), Refusal> {
    let id = env.param("revisionId");
    let file = google.drive.files.get(key).ok_or_else(|| Refusal::no_file(env.param("fileId")))?;
    let revision = content::revision(file, id).ok_or_else(|| missing(id))?;
    Ok((file, revision))
}

fn shown(google: &Google, caller: &Caller<'_>, file: &File, revision: &Revision, mask: &Mask) -> Value {
    view::revision(&google.directory, &google.drive, caller, file, revision, mask)
}

fn list(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach(google, env, caller)?;
    let query = &env.call.query;
    let size = match query.filled("pageSize") {
        None => 200,
        Some(text) => {
            text.parse::<usize>().ok().filter(|size| *size > 0).ok_or_else(|| Refusal::invalid("pageSize"))?
        }
    };
    let start = match query.filled("pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("rev-")
            .and_then(|at| at.parse::<usize>().ok())
            .ok_or_else(|| Refusal::invalid("pageToken"))?,
    };
    let Some(file) = google.drive.files.get(key) else { return Err(Refusal::no_file("")) };
    let end = start.saturating_add(size.min(1000)).min(file.revisions.len());
    let page = file.revisions.get(start..end).unwrap_or_default();
    let mask = caller.mask.inside("revisions");
    let one = |revision: &Revision| shown(google, caller, file, revision, mask.unwrap_or(&Mask::All));
    let revisions: Vec<Value> = if mask.is_some() { page.iter().map(one).collect() } else { Vec::new() };
    let mut answer = json!({ "kind": "drive#revisionList", "revisions": revisions });
    if end < file.revisions.len() {
        answer["nextPageToken"] = json!(format!("rev-{end}"));
    }
    Ok(answer.into())
}

fn get(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach(google, env, caller)?;
    let (file, revision) = found(google, env, key)?;
    if env.call.query.get("alt") == Some("media") {
        media::need(google, env, caller, key, file)?;
        return Ok(media::content(env, revision).into());
    }
    Ok(shown(google, caller, file, revision, &caller.mask).into())
}

fn update(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach(google, env, caller)?;
    let (file, revision) = found(google, env, key)?;
    let (id, kept) = (revision.id, revision.keep_forever);
    let wanted: Value = env.call.body.json().map_err(|_| Refusal::new(400, "parseError", "Parse Error"))?;
    if let Some(keep) = wanted["keepForever"].as_bool().filter(|keep| *keep != kept) {
        access::need(&google.directory, &google.drive, caller, key, Act::Edit)?;
        if file.mime.is_native() {
            let message = "Revisions of Docs Editors files cannot be kept forever.";
            return Err(Refusal::new(403, "revisionNotPinnable", message));
        }
        let count = file.revisions.iter().filter(|revision| revision.keep_forever).count();
        if keep && count >= KEPT_FOREVER {
            let message = "The file has reached its limit of 200 revisions that are kept forever.";
            return Err(Refusal::new(403, "keepForeverLimitExceeded", message));
        }
        keep_forever(google, caller, key, id, keep);
    }
    let (file, revision) = found(google, env, key)?;
    Ok(shown(google, caller, file, revision, &caller.mask).into())
}

fn keep_forever(google: &mut Google, caller: &Caller<'_>, key: Key, id: Id, keep: bool) {
    let due = google.drive.edit(key, |file| {
        let revision = file.revisions.iter_mut().find(|revision| revision.id == id)?;
        revision.keep_forever = keep;
        revision.replaced.filter(|_| !keep)
    });
    if let Some(Some(replaced)) = due {
        // Nobody keeps it any more: its 30 days count from when it was replaced.
        google.drive.replaced.insert((replaced.plus(REVISION_LIFE), key));
    }
    actions::touch(google, caller, key, What::Metadata);
}

fn delete(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach(google, env, caller)?;
    let (file, revision) = found(google, env, key)?;
    let id = revision.id;
    access::need(&google.directory, &google.drive, caller, key, Act::EditContent)?;
    if file.mime.is_native() {
        let message = "Revisions of Docs Editors files cannot be deleted.";
        return Err(Refusal::new(403, "revisionDeletionNotSupported", message));
    }
    // "The last revision" is the only one left, and the newest: both readings are refused.
    if file.head().is_some_and(|head| head.id == id) {
        let message = "The last revision of a file cannot be deleted.";
        return Err(Refusal::new(403, "cannotDeleteLastRevision", message));
    }
    google.drive.edit(key, |file| file.revisions.retain(|revision| revision.id != id));
    actions::touch(google, caller, key, What::Metadata);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
