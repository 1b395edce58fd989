//! Downloads: `alt=media` of files and revisions.

use super::access::{self, Act};
use super::routes::{Caller, Outcome, insufficient_scopes};
use super::state::{File, Key, Revision, Role};
use crate::core::answer::Answer;
use crate::core::env::Env;
use crate::google::Google;
use crate::google::error::Refusal;

/// The head's content, or the part that `Range` asks for.
pub(super) fn file(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    key: Key,
) -> Result<Outcome, Refusal> {
    let Some(file) = google.drive.files.get(key) else { return Err(Refusal::no_file("")) };
    need(google, env, caller, key, file)?;
    let head = file.head().ok_or_else(not_downloadable)?;
    Ok(content(env, head).into())
}

/// Refuses what has no bytes, what may not be downloaded, and what is flagged (google.md 2.5).
pub(super) fn need(
    google: &Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
    key: Key,
    file: &File,
) -> Result<(), Refusal> {
    if !file.is_blob() {
        return Err(not_downloadable());
    }
    if !caller.scopes.reads_content() {
        return Err(insufficient_scopes());
    }
    access::need(&google.directory, &google.drive, caller, key, Act::Download)?;
    if env.behaves("download-quota-exceeded").is_some() {
        let message = "The download quota for this file has been exceeded.";
        return Err(Refusal::new(403, "downloadQuotaExceeded", message));
    }
    let flagged = file.extra.as_ref().is_some_and(|extra| extra.abusive);
    let acknowledged = env.call.query.flag("acknowledgeAbuse")
        && access::role(&google.directory, &google.drive, caller, key) >= Some(Role::Organizer);
    if flagged && !acknowledged {
        let message = "This file has been identified as malware or spam and cannot be downloaded.";
        return Err(Refusal::new(403, "cannotDownloadAbusiveFile", message));
    }
    Ok(())
}

/// A revision's content as an answer.
pub(super) fn content(env: &Env<'_>, revision: &Revision) -> Answer {
    Answer::content(revision.content.clone(), revision.mime.as_str(), env.call.header("range"))
        .with("content-disposition", "attachment")
        .with("cache-control", "private, max-age=0, must-revalidate")
}

fn not_downloadable() -> Refusal {
    let message = "Only files with binary content can be downloaded. Use Export with Docs Editors files.";
    Refusal::new(403, "fileNotDownloadable", message).about("alt")
}
