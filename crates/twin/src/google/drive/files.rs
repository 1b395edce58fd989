//! The routes of files.

use super::routes::{Caller, FILE, Handler, Outcome, line, reach_file};
use super::view;
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::Method;

pub(super) fn lines() -> Vec<Route<Handler>> {
    vec![line(Method::GET, "/files/{fileId}", "files.get", 5, (get, "File", FILE))]
}

pub(super) fn upload_lines() -> Vec<Route<Handler>> {
    Vec::new()
}

fn get(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach_file(google, env, caller)?;
    Ok(view::file(&google.directory, &google.drive, caller, key, &caller.mask).into())
}
