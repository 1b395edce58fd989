//! The one table of Drive's routes, and the way every call takes: who asks, whether the project may, what it costs,
//! and then the handler.

use super::mask::Mask;
use super::state::{App, Person, When};
use super::{
    about, absent, access, actions, batch, budget, changes, channels, comments, drives, files, native,
    operations, permissions, resumable, teamdrives,
};
use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::{Env, House, Reply};
use crate::core::routes::{Met, Params, Route, Table};
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What a handler answers.
#[derive(Debug)]
pub enum Outcome {
    /// 200 with JSON, of which `fields` keeps a part.
    Shown(Value),
    /// As it is.
    Plain(Answer),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self::Plain(answer)
    }
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self::Shown(value)
    }
}

/// A handler.
pub type Run = fn(&mut Google, &mut Env<'_>, &Caller<'_>) -> Result<Outcome, Refusal>;

/// A handler and what it answers.
#[derive(Debug, Clone)]
pub struct Handler {
    pub run: Run,
    /// The schema of its answer; empty when it has none.
    pub answers: &'static str,
    /// The members shown when the call does not say; empty stands for all, `!` for "the call must say".
    pub shows: &'static str,
}

/// A line of a table.
pub(super) fn line(
    method: Method,
    template: &'static str,
    operation: &'static str,
    units: u32,
    handler: (Run, &'static str, &'static str),
) -> Route<Handler> {
    let (run, answers, shows) = handler;
    Route { method, template, operation, units, handler: Handler { run, answers, shows } }
}

/// What a file shows when the call does not say.
pub(super) const FILE: &str = "kind,id,name,mimeType,resourceKey,driveId,teamDriveId";
pub(super) const FILE_LIST: &str =
    "kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType,resourceKey,driveId,teamDriveId)";

/// Routes below `/drive/v3`.
pub fn routes() -> &'static Table<Handler> {
    static TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| {
        let mut lines = files::lines();
        lines.extend(native::lines());
        lines.extend(permissions::lines());
        lines.extend(changes::lines());
        lines.extend(channels::lines());
        lines.extend(drives::lines());
        lines.extend(teamdrives::lines());
        lines.extend(comments::lines());
        lines.extend(operations::lines());
        lines.extend(absent::lines());
        lines.extend(about::lines());
        Table::new(lines)
    });
    &TABLE
}

/// Routes below `/upload/drive/v3`.
pub fn upload_routes() -> &'static Table<Handler> {
    static TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| Table::new(files::upload_lines()));
    &TABLE
}

/// The Drive scopes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes {
    /// `drive`.
    pub full: bool,
    /// `drive.readonly`.
    pub read_all: bool,
    /// `drive.metadata`, or `drive.metadata.readonly`.
    pub metadata: bool,
    /// `drive.file`.
    pub own_files: bool,
    pub appdata: bool,
    /// `drive.apps.readonly`: the list of applications, and nothing else.
    pub apps: bool,
}

impl Scopes {
    /// Those of a token's scopes, in their long form.
    pub fn of(scopes: &BTreeSet<String>) -> Self {
        let has = |name: &str| scopes.contains(&format!("https://www.googleapis.com/auth/{name}"));
        Self {
            full: has("drive"),
            read_all: has("drive.readonly"),
            metadata: has("drive.metadata") || has("drive.metadata.readonly"),
            own_files: has("drive.file"),
            appdata: has("drive.appdata"),
            apps: has("drive.apps.readonly"),
        }
    }

    /// Every right, for pages and the control door.
    pub const ALL: Self =
        Self { full: true, read_all: true, metadata: true, own_files: true, appdata: true, apps: true };

    /// Whether all of a person's files are reached, whoever made them.
    pub fn everything(self) -> bool {
        self.full || self.read_all || self.metadata
    }

    /// Whether anything of Drive is granted.
    pub fn any(self) -> bool {
        self.everything() || self.own_files || self.appdata || self.apps
    }

    /// Whether something may be changed at all.
    pub fn writes(self) -> bool {
        self.full || self.own_files || self.appdata
    }

    /// Whether content may be read.
    pub fn reads_content(self) -> bool {
        self.full || self.read_all || self.own_files
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller<'h> {
    pub house: &'h House,
    pub now: When,
    pub person: Person,
    pub domain: Option<String>,
    /// The project of the application; [`App::NONE`] for a person at a page.
    pub app: App,
    pub scopes: Scopes,
    /// `supportsAllDrives`.
    pub all_drives: bool,
    pub mask: Mask,
}

impl<'h> Caller<'h> {
    /// A person at a page, or the control door in a person's name.
    pub fn person(google: &mut Google, house: &'h House, user_id: &str) -> Self {
        let domain = google.directory.users.get(user_id).and_then(|user| user.domain.clone());
        let person = google.drive.person(user_id);
        google.drive.root_of(person, house);
        Self {
            house,
            now: When::from(house.clock.now()),
            person,
            domain,
            app: App::NONE,
            scopes: Scopes::ALL,
            all_drives: true,
            mask: Mask::All,
        }
    }
}

/// Whether a call is Drive's.
pub(crate) fn is_drive(call: &Call) -> bool {
    ["/drive/v3", "/upload/drive/v3", "/batch/drive/v3", "/resumable/upload/drive/v3"]
        .iter()
        .any(|prefix| call.path.starts_with(prefix))
}

fn find(call: &Call) -> Met<'static, Handler> {
    let path = call.path.as_str();
    if let Some(rest) =
        path.strip_prefix("/upload/drive/v3").or_else(|| path.strip_prefix("/resumable/upload/drive/v3"))
    {
        upload_routes().find(&call.method, rest)
    } else if let Some(rest) = path.strip_prefix("/drive/v3") {
        routes().find(&call.method, rest)
    } else {
        Met::Nothing
    }
}

/// The operation of a call and its cost; nothing when Drive has no such route.
pub(crate) fn operation(call: &Call) -> Option<(&'static str, u32)> {
    if batch::is_batch(call) {
        // Its parts cost what they cost.
        return Some(("batch", 0));
    }
    let Met::Route(route, _) = find(call) else { return None };
    let media = call.query.get("alt") == Some("media");
    if call.query.filled("upload_id").is_some() && call.path.contains("/upload/drive/v3/") {
        return Some((resumable::OPERATION, 0));
    }
    Some(match route.operation {
        "files.get" if media => ("files.get.media", 200),
        "revisions.get" if media => ("revisions.get.media", 200),
        other => (other, route.units),
    })
}

/// Handles a call to Drive.
pub(crate) fn serve(google: &mut Google, env: &mut Env<'_>) -> Reply<Google> {
    if batch::is_batch(env.call) {
        return batch::serve(google, env).into();
    }
    answer(google, env).into()
}

/// The answer to a call to Drive; also for the parts of a batch.
pub(crate) fn answer(google: &mut Google, env: &mut Env<'_>) -> Answer {
    if let Some(id) = resumable::session_id(env) {
        return resumable::resume(google, env, id);
    }
    if !env.call.body.complete {
        // Half a body is no request; nobody waits for the answer any more.
        return Refusal::new(400, "badRequest", "Bad Request").into();
    }
    let (handler, params) = match find(env.call) {
        Met::Route(route, params) => (&route.handler, params),
        Met::WrongMethod | Met::Nothing => return unknown(),
    };
    run(google, env, handler, params).unwrap_or_else(Answer::from)
}

fn run(google: &mut Google, env: &mut Env<'_>, handler: &Handler, params: Params) -> Result<Answer, Refusal> {
    env.params = params;
    actions::tick(google, env.house);
    let caller = authenticate(google, env, handler)?;
    budget::spend(&mut google.drive, &google.directory, &caller, env.note.units)?;
    let outcome = (handler.run)(google, env, &caller).map_err(|refusal| hidden(env, refusal))?;
    Ok(match outcome {
        Outcome::Plain(answer) => answer,
        Outcome::Shown(value) => Answer::ok(&caller.mask.apply(value)),
    })
}

/// Under `drive.file` a file of another application is refused with 403; by order it is not there at all.
fn hidden(env: &Env<'_>, refusal: Refusal) -> Refusal {
    let unauthorized = refusal.reason == "appNotAuthorizedToFile";
    if unauthorized && env.behaves("unauthorized-file-is-missing").is_some() {
        return Refusal::no_file(env.param("fileId"));
    }
    refusal
}

/// Who asks, when the token is valid, grants something of Drive, and its project has Drive switched on.
fn authenticate<'h>(google: &mut Google, env: &Env<'h>, handler: &Handler) -> Result<Caller<'h>, Refusal> {
    let Some(token) = env.call.bearer() else { return Err(no_token()) };
    let Some(access) = google.identity.access(token, env.now).cloned() else {
        return Err(Refusal::unauthenticated());
    };
    let scopes = Scopes::of(&access.scopes);
    if !scopes.any() {
        return Err(insufficient_scopes());
    }
    let Some(user) = google.directory.users.get(&access.user).filter(|user| !user.suspended) else {
        return Err(Refusal::unauthenticated());
    };
    let domain = user.domain.clone();
    if let Some(project) =
        google.directory.projects.get(&access.project).filter(|project| !project.drive_api_enabled)
    {
        return Err(switched_off(&project.number));
    }
    if env.behaves("domain-policy").is_some() {
        return Err(Refusal::new(403, "domainPolicy", "The domain administrators have disabled Drive apps."));
    }
    let reads = env.call.method == Method::GET || env.call.method == Method::HEAD;
    if !reads && !scopes.writes() {
        return Err(insufficient_scopes());
    }
    let person = google.drive.person(&access.user);
    google.drive.root_of(person, env.house);
    let query = &env.call.query;
    let mask = match query.get("fields") {
        Some(text) => Mask::parse(text, handler.answers)?,
        None if handler.shows == "!" => return Err(fields_required()),
        None if handler.shows.is_empty() => Mask::All,
        None => Mask::parse(handler.shows, handler.answers)?,
    };
    Ok(Caller {
        house: env.house,
        now: When::from(env.now),
        person,
        domain,
        app: google.drive.app(&access.project),
        scopes,
        all_drives: query.flag("supportsAllDrives") || query.flag("supportsTeamDrives"),
        mask,
    })
}

fn no_token() -> Refusal {
    let mut refusal = Refusal::new(401, "required", "Login Required.");
    refusal.location = Some(("header", "Authorization".to_owned()));
    refusal
}

/// 403 because the token's scopes do not reach so far.
pub(super) fn insufficient_scopes() -> Refusal {
    Refusal::new(
        403,
        "insufficientPermissions",
        "Insufficient Permission: Request had insufficient authentication scopes.",
    )
}

fn switched_off(project: &str) -> Refusal {
    let message = format!(
        "Google Drive API has not been used in project {project} before or it is disabled. Enable it, then retry."
    );
    Refusal::new(403, "accessNotConfigured", message).within("usageLimits")
}

fn fields_required() -> Refusal {
    Refusal::new(400, "required", "The 'fields' parameter is required for this method.").about("fields")
}

/// 404 of the front end for a path that no service has: a page, not JSON.
fn unknown() -> Answer {
    let page = "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)</title><p>The requested URL was not found on this server. (simulation)</html>";
    Answer::html(StatusCode::NOT_FOUND, page.to_owned())
}

/// Reaches the file of the route's `{fileId}`.
pub(super) fn reach_file(
    google: &Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
) -> Result<super::state::Key, Refusal> {
    access::reach(&google.directory, &google.drive, caller, env.param("fileId"))
}
