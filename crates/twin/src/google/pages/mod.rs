//! Drive as a person sees it: folders, files, the trash, and what can be done with them by hand. All goes the way of
//! [`super::drive::actions`], so revisions, changes and notifications are what they are for an application.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

mod deeds;
mod show;

use super::Google;
use super::drive::access;
use super::drive::routes::Caller;
use super::drive::state::Key;
use super::error::Refusal;
use crate::core::answer::Answer;
use crate::core::browse::{self, Frame};
use crate::core::call::Call;
use crate::core::env::{Env, Reply};
use crate::core::routes::{Met, Route, Table};
use crate::core::visit::Visit;
use http::{Method, StatusCode};
use std::sync::LazyLock;

const PRODUCT: &str = "Google Drive";
const COOKIE: &str = "google_drive_person";

/// A handler of somebody who was chosen.
type Handler = fn(&mut Google, &mut Env<'_>, &Caller<'_>, &Frame<'_>) -> Result<Answer, Refusal>;

static ROUTES: LazyLock<Table<Handler>> = LazyLock::new(|| {
    fn get(template: &'static str, handler: Handler) -> Route<Handler> {
        Route { method: Method::GET, template, operation: "drivePage.show", units: 0, handler }
    }
    fn post(template: &'static str, operation: &'static str, handler: Handler) -> Route<Handler> {
        Route { method: Method::POST, template, operation, units: 0, handler }
    }
    Table::new(vec![
        get("/", show::my_drive),
        get("/drive/my-drive", show::my_drive),
        get("/drive/shared-with-me", show::shared_with_me),
        get("/drive/trash", show::trash),
        get("/drive/folders/{id}", show::folder),
        get("/file/d/{id}/view", show::file),
        get("/document/d/{id}/edit", show::file),
        get("/spreadsheets/d/{id}/edit", show::file),
        get("/presentation/d/{id}/edit", show::file),
        get("/drawings/d/{id}/edit", show::file),
        get("/forms/d/{id}/edit", show::file),
        get("/open", show::open),
        get("/uc", show::download),
        get("/file/d/{id}/revision/{revision}", show::download),
        post("/drive/folders/{id}/upload", "drivePage.create", deeds::upload),
        post("/drive/folders/{id}/new", "drivePage.createFolder", deeds::new_folder),
        post("/file/d/{id}/content", "drivePage.content", deeds::content),
        post("/file/d/{id}/rename", "drivePage.rename", deeds::rename),
        post("/file/d/{id}/move", "drivePage.move", deeds::move_to),
        post("/file/d/{id}/trash", "drivePage.trash", deeds::trash),
        post("/file/d/{id}/restore", "drivePage.restore", deeds::restore),
        post("/file/d/{id}/delete", "drivePage.delete", deeds::delete),
    ])
});

fn find(call: &Call) -> Met<'static, Handler> {
    let method = if call.method == Method::HEAD { &Method::GET } else { &call.method };
    ROUTES.find(method, &call.path)
}

/// The operation of a call.
pub(crate) fn operation(call: &Call) -> Option<(&'static str, u32)> {
    match find(call) {
        Met::Route(route, _) => Some((route.operation, 0)),
        _ => None,
    }
}

/// Handles a call that a browser makes to Drive's own host.
pub(crate) fn serve(state: &mut Google, env: &mut Env<'_>) -> Reply<Google> {
    let mut visit = Visit::of(env.call, env.house, COOKIE);
    if env.call.path == "/account" {
        return account(state, env, &mut visit).into();
    }
    let known = state.directory.users.get(&visit.person).filter(|user| !user.suspended).cloned();
    let Some(user) = known else { return choose(state, env, &visit, &here(env.call)).into() };
    env.note.user.clone_from(&user.id);
    env.note.tenant = user.domain.clone().unwrap_or_default();
    let frame = Frame {
        product: PRODUCT,
        visit: &visit,
        who: format!("{} ({})", user.name(), user.email),
        account: format!("/account?next={}", here(env.call).replace('&', "%26")),
        places: [
            ("My Drive", "/drive/my-drive"),
            ("Shared with me", "/drive/shared-with-me"),
            ("Trash", "/drive/trash"),
        ]
        .map(|(name, to)| (name.to_owned(), to.to_owned()))
        .into(),
    };
    let (handler, params) = match find(env.call) {
        Met::Route(route, params) => (route.handler, params),
        _ => {
            return frame
                .refuse(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.")
                .into();
        }
    };
    env.params = params;
    super::drive::actions::tick(state, env.house);
    let caller = Caller::person(state, env.house, &user.id);
    let answer = handler(state, env, &caller, &frame);
    answer.unwrap_or_else(|refusal| refused(&frame, &refusal)).into()
}

fn here(call: &Call) -> String {
    if call.method == Method::POST {
        return "/".to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(call.query.0.iter()).finish();
    if query.is_empty() { call.path.clone() } else { format!("{}?{query}", call.path) }
}

fn refused(frame: &Frame<'_>, refusal: &Refusal) -> Answer {
    let title = match refusal.status {
        StatusCode::NOT_FOUND => "You have no access to this",
        _ => "That is not possible",
    };
    frame.refuse(refusal.status, title, &refusal.message)
}

fn choose(state: &Google, env: &Env<'_>, visit: &Visit, next: &str) -> Answer {
    let users = state.directory.users.values().filter(|user| !user.suspended);
    let people: Vec<_> =
        users.map(|user| (user.name(), user.email.clone(), user.id.clone())).take(50).collect();
    let answer = browse::people(PRODUCT, visit, "/account", next, &people);
    visit.keep(answer, &env.house.surfaces.google_drive)
}

/// `/account`: another person looks.
fn account(state: &Google, env: &Env<'_>, visit: &mut Visit) -> Answer {
    let form = if env.call.method == Method::POST { visit.form(env.call, env.house) } else { None };
    let Some(form) = form else {
        let next = env.call.query.get("next").unwrap_or("/").to_owned();
        return choose(state, env, visit, &next);
    };
    let next = browse::inside(form.get("next")).to_owned();
    match state.directory.user(form.get("person").trim()).filter(|user| !user.suspended) {
        None => choose(state, env, visit, &next),
        Some(user) => {
            visit.person.clone_from(&user.id);
            visit.keep(Answer::see_other(&next), &env.house.surfaces.google_drive)
        }
    }
}

/// The file of a route, when the person may know of it.
fn reach(state: &Google, env: &Env<'_>, caller: &Caller<'_>) -> Result<Key, Refusal> {
    let id = match env.param("id") {
        "" => env.call.query.get("id").unwrap_or_default(),
        id => id,
    };
    access::reach(&state.directory, &state.drive, caller, id)
}
