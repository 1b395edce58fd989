//! Downloads as long-running operations: `files.download` and `operations.get` (google.md 2.5).

use super::access::{self, Act};
use super::routes::{Caller, Handler, Outcome, insufficient_scopes, line, reach_file};
use super::state::{Id, Person, When};
use super::{content, native};
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How long an operation can be asked about, in milliseconds: 24 hours.
const LIFE: i64 = 86_400_000;
/// How long it takes, in milliseconds. The first answer is never the last.
const TAKES: i64 = 1_000;

/// Operations by name.
pub type Operations = BTreeMap<String, Operation>;

/// A download that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Operation {
    person: Person,
    began: When,
    file: Id,
    revision: Option<Id>,
    mime: Option<String>,
}

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    vec![
        line(Method::POST, "/files/{fileId}/download", "files.download", 200, (download, "Operation", "")),
        line(Method::GET, "/operations/{name}", "operations.get", 5, (get, "Operation", "")),
    ]
}

/// Begins a download: of the content, of a revision, or of an export for Google's own types.
fn download(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    if !caller.scopes.reads_content() {
        return Err(insufficient_scopes());
    }
    let all = Caller { all_drives: true, ..caller.clone() };
    let key = reach_file(google, env, &all)?;
    access::need(&google.directory, &google.drive, &all, key, Act::Download)?;
    let file = google.drive.files.get(key).ok_or_else(|| Refusal::no_file(""))?;
    let mime = env.call.query.filled("mimeType");
    let exports = native::export_types(file);
    if !file.is_blob() && exports.is_empty() {
        let message = "The file cannot be downloaded.";
        return Err(Refusal::new(403, "fileNotDownloadable", message));
    }
    let fits = match mime {
        Some(mime) => exports.contains(&mime),
        None => true,
    };
    if !fits {
        let message = "The requested conversion is not supported.";
        return Err(Refusal::new(400, "badRequest", message).about("mimeType"));
    }
    let revision = match env.call.query.filled("revisionId") {
        None => None,
        Some(id) => {
            access::need(&google.directory, &google.drive, &all, key, Act::ReadRevisions)?;
            let missing =
                || Refusal::new(404, "notFound", format!("Revision not found: {id}.")).about("revisionId");
            Some(content::revision(file, id).ok_or_else(missing)?.id)
        }
    };
    let mime = mime.map(str::to_owned).or_else(|| exports.first().map(|first| (*first).to_owned()));
    let made = Operation { person: caller.person, began: caller.now, file: file.id, revision, mime };
    let name = env.house.random.token(48);
    let shown = shown(env, caller, &name, &made);
    google.drive.operations.retain(|_, known| known.began.plus(LIFE) > caller.now);
    google.drive.operations.insert(name, made);
    Ok(shown.into())
}

fn get(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let name = env.param("name");
    let known = google
        .drive
        .operations
        .get(name)
        .filter(|known| known.person == caller.person && known.began.plus(LIFE) > caller.now);
    match known {
        Some(known) => Ok(shown(env, caller, name, known).into()),
        None => Err(Refusal::new(404, "notFound", format!("Operation not found: {name}.")).about("name")),
    }
}

/// The address asks for the token, as every other of Drive.
fn shown(env: &Env<'_>, caller: &Caller<'_>, name: &str, of: &Operation) -> Value {
    let done = of.began.plus(TAKES) <= caller.now;
    let mut answer = json!({
        "name": name,
        "done": done,
        "metadata": { "@type": "type.googleapis.com/google.apps.drive.v3.DownloadFileMetadata" },
    });
    if done {
        let base = format!("{}/drive/v3/files/{}", env.house.surfaces.google_apis, of.file);
        let address = match (&of.mime, &of.revision) {
            (Some(mime), _) => {
                let mime: String = form_urlencoded::byte_serialize(mime.as_bytes()).collect();
                format!("{base}/export?mimeType={mime}")
            }
            (None, Some(revision)) => format!("{base}/revisions/{revision}?alt=media"),
            (None, None) => format!("{base}?alt=media&supportsAllDrives=true"),
        };
        answer["response"] = json!({
            "@type": "type.googleapis.com/google.apps.drive.v3.DownloadFileResponse",
            "downloadUri": address,
            "partialDownloadAllowed": of.mime.is_none(),
        });
    }
    answer
}
