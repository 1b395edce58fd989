//! What is seen.

use super::super::Google;
use super::super::directory::User;
use super::super::drive::access::{self, Act};
use super::super::drive::routes::Caller;
use super::super::drive::state::{File, Key, Person, Revision};
use super::super::drive::{actions, content, view};
use super::super::error::Refusal;
use super::reach;
use crate::core::answer::{Answer, escape};
use crate::core::browse::{self, Frame, Line};
use crate::core::env::Env;
use http::StatusCode;
use std::fmt::Write as _;

fn gone() -> Refusal {
    Refusal::no_file("")
}

/// Where a file is shown, inside this host.
pub(super) fn address(state: &Google, caller: &Caller<'_>, key: Key) -> String {
    let file = state.drive.files.get(key);
    file.map(|file| view::web_view_link("", file, state.drive.user_id(caller.person))).unwrap_or_default()
}

fn name_of(state: &Google, person: Person) -> String {
    state.directory.users.get(state.drive.user_id(person)).map(User::name).unwrap_or_default()
}

fn line(state: &Google, caller: &Caller<'_>, key: Key) -> Option<Line> {
    let file = state.drive.files.get(key)?;
    Some(Line {
        name: file.name.to_string(),
        to: address(state, caller, key),
        kind: kind(file),
        size: file.size().map(browse::bytes).unwrap_or_default(),
        modified: browse::instant(file.modified.timestamp()),
        by: name_of(state, file.modified_by),
        extra: String::new(),
    })
}

fn kind(file: &File) -> String {
    browse::kind(file.mime.as_str())
}

/// `/drive/my-drive`, with the shared drives.
pub(super) fn my_drive(
    state: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    frame: &Frame<'_>,
) -> Result<Answer, Refusal> {
    let root = state.drive.root_of(caller.person, env.house);
    let roots = state
        .drive
        .shared_drives
        .keys()
        .filter(|key| access::may_see(&state.directory, &state.drive, caller, **key));
    let drives: Vec<Line> = roots.filter_map(|key| line(state, caller, *key)).collect();
    let mut body = folder_body(state, caller, frame, root);
    if !drives.is_empty() {
        body += "<h2>Shared drives</h2>";
        body += &browse::table(&drives, "");
    }
    Ok(frame.show(StatusCode::OK, "My Drive", &body))
}

/// `/drive/folders/{id}`.
pub(super) fn folder(
    state: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    frame: &Frame<'_>,
) -> Result<Answer, Refusal> {
    let key = reach(state, env, caller)?;
    let file = state.drive.files.get(key).ok_or_else(gone)?;
    if !file.mime.is_folder() {
        return Ok(Answer::redirect(&address(state, caller, key)));
    }
    let name = file.name.to_string();
    let mut body = folder_body(state, caller, frame, key);
    if !state.drive.is_root(key) {
        body += "<h2>This folder</h2>";
        body += &deeds(state, caller, frame, key);
    }
    Ok(frame.show(StatusCode::OK, &name, &body))
}

fn folder_body(state: &Google, caller: &Caller<'_>, frame: &Frame<'_>, key: Key) -> String {
    let id = state.drive.files.get(key).map(|file| file.id.to_string()).unwrap_or_default();
    let name = state.drive.files.get(key).map(|file| file.name.to_string()).unwrap_or_default();
    let children = actions::list_children(state, caller, key);
    let here = children.into_iter().filter(|child| !state.drive.files.is_trashed(*child));
    let lines: Vec<Line> = here.filter_map(|child| line(state, caller, child)).collect();
    let mut body = way(state, caller, key);
    let _ = write!(body, "<h1>{}</h1>", escape(&name));
    body += &browse::table(&lines, "The folder is empty.");
    if access::allows(&state.directory, &state.drive, caller, key, Act::AddChild) {
        body += &frame.upload(&format!("/drive/folders/{id}/upload"), "New files", true);
        body += &frame.act(
            &format!("/drive/folders/{id}/new"),
            "Make folder",
            &browse::field("New folder", "name", ""),
        );
    }
    body
}

/// The folders above, as far as the person sees them.
fn way(state: &Google, caller: &Caller<'_>, key: Key) -> String {
    let mut steps = Vec::new();
    for (above, folder) in state.drive.files.above(key) {
        if access::may_see(&state.directory, &state.drive, caller, above) {
            steps.push((folder.name.to_string(), address(state, caller, above)));
        }
    }
    steps.reverse();
    let name = state.drive.files.get(key).map(|file| file.name.to_string()).unwrap_or_default();
    steps.push((name, String::new()));
    browse::way(&steps)
}

/// `/file/d/{id}/view` and the editors' addresses.
pub(super) fn file(
    state: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    frame: &Frame<'_>,
) -> Result<Answer, Refusal> {
    let key = reach(state, env, caller)?;
    let file = state.drive.files.get(key).ok_or_else(gone)?;
    if file.mime.is_folder() {
        return Ok(Answer::redirect(&address(state, caller, key)));
    }
    let mut body = way(state, caller, key);
    let _ = write!(body, "<h1>{}</h1>", escape(&file.name));
    if state.drive.files.is_trashed(key) {
        body += "<p class=\"problem\" role=\"status\">This file is in the trash.</p>";
    }
    if !file.restrictions().is_empty() {
        body += "<p class=\"problem\" role=\"status\">This file is locked: name and content stay as they are.</p>";
    }
    let mut facts = vec![("Kind", kind(file))];
    facts.extend(file.size().map(|size| ("Size", browse::bytes(size))));
    facts.push(("Changed", browse::instant(file.modified.timestamp())));
    facts.push(("Last editor", name_of(state, file.modified_by)));
    facts.extend(file.owner.map(|owner| ("Owner", name_of(state, owner))));
    facts.push(("Version", file.version.to_string()));
    body += &browse::facts(&facts);
    if may_download(state, caller, key)
        && let Some(head) = file.head()
    {
        if file.is_blob() {
            let _ = write!(
                body,
                "<p><a class=\"button\" href=\"/uc?id={}&amp;export=download\">Download</a></p>",
                file.id
            );
        }
        body += &browse::preview(&head.content, head.mime.as_str());
    }
    let deeds = deeds(state, caller, frame, key);
    if !deeds.is_empty() {
        body += "<h2>Change it</h2>";
        body += &deeds;
    }
    if access::allows(&state.directory, &state.drive, caller, key, Act::ReadRevisions) {
        body += "<h2>Versions</h2>";
        body += &browse::versions(&versions(state, file), "There are none.");
    }
    let name = file.name.to_string();
    Ok(frame.show(StatusCode::OK, &name, &body))
}

fn may_download(state: &Google, caller: &Caller<'_>, key: Key) -> bool {
    access::allows(&state.directory, &state.drive, caller, key, Act::Download)
}

fn versions(state: &Google, file: &File) -> Vec<Line> {
    let one = |(number, revision): (usize, &Revision)| Line {
        name: format!("Version {}", number + 1),
        to: if file.is_blob() {
            format!("/file/d/{}/revision/{}", file.id, revision.id)
        } else {
            String::new()
        },
        kind: if revision.keep_forever { "kept".to_owned() } else { String::new() },
        size: browse::bytes(revision.content.size()),
        modified: browse::instant(revision.modified.timestamp()),
        by: name_of(state, revision.by),
        extra: String::new(),
    };
    file.revisions.iter().enumerate().rev().map(one).collect()
}

/// What the person may do with a file or folder.
fn deeds(state: &Google, caller: &Caller<'_>, frame: &Frame<'_>, key: Key) -> String {
    let Some(file) = state.drive.files.get(key) else { return String::new() };
    let may = |act: Act| access::allows(&state.directory, &state.drive, caller, key, act);
    let to = |deed: &str| format!("/file/d/{}/{deed}", file.id);
    let mut html = String::new();
    if state.drive.files.is_trashed(key) {
        html += "<div class=\"ends\">";
        if may(Act::Untrash) && file.is_explicitly_trashed() {
            html += &frame.act(&to("restore"), "Restore", "");
        }
        if may(Act::Delete) {
            html += &frame.act(&to("delete"), "Delete for good", "");
        }
        return html + "</div>";
    }
    if may(Act::EditContent) && file.is_blob() {
        html += &frame.upload(&to("content"), "New version", false);
    }
    if may(Act::Rename) {
        html += &frame.act(&to("rename"), "Rename", &browse::field("Name", "name", &file.name));
    }
    if may(Act::Move) {
        let folders = folders(state, caller, key);
        if !folders.is_empty() {
            html += &frame.act(&to("move"), "Move", &browse::choice("Folder", "folder", &folders));
        }
    }
    if may(Act::Trash) {
        html += &frame.act(&to("trash"), "Move to trash", "");
    }
    html
}

/// Folders that something could go into: ids and ways, the nearest first. Large drives are looked through in part.
fn folders(state: &Google, caller: &Caller<'_>, moved: Key) -> Vec<(String, String)> {
    let files = &state.drive.files;
    let own = state.drive.roots.get(&caller.person).copied();
    let shared = state.drive.shared_drives.keys().copied();
    let mut waiting: Vec<(Key, String)> =
        own.into_iter().chain(shared).map(|root| (root, String::new())).collect();
    let (mut found, mut at, mut looked) = (Vec::new(), 0, 0);
    while let Some((key, above)) = waiting.get(at).cloned() {
        at += 1;
        if key == moved || found.len() == 200 || !access::may_see(&state.directory, &state.drive, caller, key)
        {
            continue;
        }
        let Some(folder) = files.get(key) else { continue };
        let path =
            if above.is_empty() { folder.name.to_string() } else { format!("{above} / {}", folder.name) };
        let current = files.get(moved).and_then(|file| file.parent) == Some(key);
        if !current && access::allows(&state.directory, &state.drive, caller, key, Act::AddChild) {
            found.push((folder.id.to_string(), path.clone()));
        }
        for child in files.children_of(key, None).take(5000_usize.saturating_sub(looked)) {
            looked += 1;
            if files.get(child).is_some_and(|file| file.mime.is_folder() && !file.is_explicitly_trashed()) {
                waiting.push((child, path.clone()));
            }
        }
    }
    found
}

/// `/open?id=`.
pub(super) fn open(
    state: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    _: &Frame<'_>,
) -> Result<Answer, Refusal> {
    let key = reach(state, env, caller)?;
    Ok(Answer::redirect(&address(state, caller, key)))
}

/// `/uc?id=` and a revision's address: the content.
pub(super) fn download(
    state: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    _: &Frame<'_>,
) -> Result<Answer, Refusal> {
    let key = reach(state, env, caller)?;
    access::need(&state.directory, &state.drive, caller, key, Act::Download)?;
    let file = state.drive.files.get(key).ok_or_else(gone)?;
    let revision = match env.param("revision") {
        "" => file.head(),
        id => {
            access::need(&state.directory, &state.drive, caller, key, Act::ReadRevisions)?;
            content::revision(file, id)
        }
    };
    match revision.filter(|_| file.is_blob()) {
        Some(revision) => Ok(browse::download(revision.content.clone(), revision.mime.as_str(), &file.name)),
        None => Err(Refusal::new(404, "notFound", "There is no content to download.")),
    }
}

/// `/drive/trash`.
pub(super) fn trash(
    state: &mut Google,
    _: &mut Env<'_>,
    caller: &Caller<'_>,
    frame: &Frame<'_>,
) -> Result<Answer, Refusal> {
    let seen = |key: &Key| access::may_see(&state.directory, &state.drive, caller, *key);
    let keys = state.drive.files.trashed().map(|(_, key)| key).filter(seen).take(browse::LINES);
    let lines: Vec<Line> = keys
        .filter_map(|key| {
            let mut line = line(state, caller, key)?;
            let file = state.drive.files.get(key)?;
            if access::allows(&state.directory, &state.drive, caller, key, Act::Untrash) {
                line.extra = frame.act(&format!("/file/d/{}/restore", file.id), "Restore", "");
            }
            Some(line)
        })
        .collect();
    let body = format!("<h1>Trash</h1>{}", browse::table(&lines, "The trash is empty."));
    Ok(frame.show(StatusCode::OK, "Trash", &body))
}

/// `/drive/shared-with-me`.
pub(super) fn shared_with_me(
    state: &mut Google,
    _: &mut Env<'_>,
    caller: &Caller<'_>,
    frame: &Frame<'_>,
) -> Result<Answer, Refusal> {
    let drive = &state.drive;
    let seen = |key: &Key| {
        let other = drive.files.get(*key).is_some_and(|file| {
            file.owner.is_some_and(|owner| owner != caller.person) && !drive.files.is_trashed(*key)
        });
        other && access::may_see(&state.directory, drive, caller, *key)
    };
    let keys = drive.files.shared().filter(seen).take(browse::LINES);
    let lines: Vec<Line> = keys.filter_map(|key| line(state, caller, key)).collect();
    let body = format!("<h1>Shared with me</h1>{}", browse::table(&lines, "Nobody has shared anything."));
    Ok(frame.show(StatusCode::OK, "Shared with me", &body))
}
