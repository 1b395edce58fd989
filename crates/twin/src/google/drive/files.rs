//! The routes of files.

use super::actions::{self, Change};
use super::meta::{Meta, Purpose};
use super::routes::{Caller, FILE, FILE_LIST, Handler, Outcome, line, reach_file};
use super::state::Key;
use super::{access, ids, list, media, resumable, revisions, trash, upload, view};
use crate::core::answer::Answer;
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    let mut lines = vec![
        line(Method::GET, "/files/generateIds", "files.generateIds", 5, (ids::generate, "GeneratedIds", "")),
        line(Method::DELETE, "/files/trash", "files.emptyTrash", 5, (empty_trash, "", "")),
        line(Method::GET, "/files", "files.list", 100, (list::list, "FileList", FILE_LIST)),
        line(Method::POST, "/files", "files.create", 50, (create, "File", FILE)),
        line(Method::GET, "/files/{fileId}", "files.get", 5, (get, "File", FILE)),
        line(Method::PATCH, "/files/{fileId}", "files.update", 50, (update, "File", FILE)),
        line(Method::DELETE, "/files/{fileId}", "files.delete", 50, (delete, "", "")),
        line(Method::POST, "/files/{fileId}/copy", "files.copy", 50, (copy, "File", FILE)),
    ];
    lines.extend(revisions::lines());
    lines
}

/// Routes below `/upload/drive/v3`.
pub(super) fn upload_lines() -> Vec<Route<Handler>> {
    let resume = |method, template| {
        line(method, template, resumable::OPERATION, 0, (resumable::refused, "File", FILE))
    };
    vec![
        line(Method::POST, "/files", "files.create", 50, (upload::create, "File", FILE)),
        line(Method::PATCH, "/files/{fileId}", "files.update", 50, (upload::update, "File", FILE)),
        resume(Method::PUT, "/files"),
        resume(Method::PUT, "/files/{fileId}"),
        resume(Method::POST, "/files/{fileId}"),
        resume(Method::DELETE, "/files"),
        resume(Method::DELETE, "/files/{fileId}"),
    ]
}

/// A file as the answer to a call.
pub(super) fn shown(google: &Google, caller: &Caller<'_>, key: Key) -> Outcome {
    view::file(&google.directory, &google.drive, caller, key, &caller.mask).into()
}

fn get(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach_file(google, env, caller)?;
    match env.call.query.get("alt") {
        Some("media") => media::file(google, env, caller, key),
        None | Some("json" | "") => Ok(shown(google, caller, key)),
        Some(_) => Err(Refusal::invalid("alt")),
    }
}

fn create(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let meta = Meta::read(&env.call.body.small(), Purpose::Create)?;
    upload::fresh_parents(google, env, caller, &meta)?;
    let key = actions::create(google, caller, &meta, None)?;
    Ok(shown(google, caller, key))
}

/// The folders of a query parameter, separated by commas.
fn folders(env: &Env<'_>, name: &str) -> Vec<String> {
    let text = env.call.query.filled(name).unwrap_or_default();
    text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// The change that a PATCH asks for, apart from content.
pub(super) fn change(env: &Env<'_>, meta: Meta) -> Change {
    Change {
        meta,
        add_parents: folders(env, "addParents"),
        remove_parents: folders(env, "removeParents"),
        upload: None,
    }
}

fn update(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach_file(google, env, caller)?;
    let meta = Meta::read(&env.call.body.small(), Purpose::Update)?;
    let change = change(env, meta);
    actions::update(google, caller, key, &change)?;
    Ok(shown(google, caller, key))
}

fn copy(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach_file(google, env, caller)?;
    let meta = Meta::read(&env.call.body.small(), Purpose::Copy)?;
    if !caller.scopes.reads_content() {
        return Err(super::routes::insufficient_scopes());
    }
    let copy = actions::copy(google, caller, key, &meta, env.call.query.flag("keepRevisionForever"))?;
    Ok(shown(google, caller, copy))
}

fn delete(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach_file(google, env, caller)?;
    actions::delete(google, caller, key)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

fn empty_trash(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let shared_drive = match env.call.query.filled("driveId") {
        None => None,
        Some(id) => {
            let caller = Caller { all_drives: true, ..caller.clone() };
            let root = access::reach(&google.directory, &google.drive, &caller, id)?;
            Some(root)
                .filter(|root| google.drive.shared_drives.contains_key(root))
                .ok_or_else(|| Refusal::no_file(id))?
                .into()
        }
    };
    trash::empty(google, caller, shared_drive)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
