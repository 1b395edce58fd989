//! Pages of documents: the list, new ones, the document itself and everything that is done to it.

pub(crate) mod ask;
mod choose;
mod content;
pub(crate) mod fields;
mod lifecycle;
mod list;
mod locking;
mod new;
pub(crate) mod open;
mod openers;
pub(crate) mod outside;
pub(crate) mod preview;
mod properties;
mod questions;
mod show;
pub(crate) mod subjects;
pub(crate) mod typed;
mod upload;
mod versions;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod samples;

use crate::errors::PageResult;
use crate::page::{self, Flash};
use crate::route::Kind;
use crate::{Routes, Who, routes as at};
use app::documents::Changed;
use domain::plugin::Answer;
use domain::{DocumentId, Error, ErrorKind};

/// The routes of the document pages.
pub(crate) fn routes() -> Routes {
    use Who::Associate;
    Routes::new(Kind::Page)
        .get("/documents", Associate, list::list)
        .get("/documents/new", Associate, choose::choose)
        .get("/documents/new/{id}", Associate, new::form)
        .post("/documents/new/{id}", Associate, new::create)
        .get("/documents/new/{id}/destination", Associate, new::destination)
        .get("/documents/new/{id}/contact", Associate, new::contact)
        .get("/documents/upload", Associate, upload::form)
        .post("/documents/upload", Associate, upload::upload)
        .post("/documents/upload/find", Associate, upload::find)
        .get("/documents/pick/{kind}", Associate, subjects::pick)
        .get("/documents/{id}", Associate, show::show)
        .get("/documents/{id}/open", Associate, open::open)
        .get("/documents/{id}/access", Associate, openers::show)
        .post("/documents/{id}/access", Associate, openers::settle)
        .get("/documents/{id}/content", Associate, content::content)
        .post("/documents/{id}/content", Associate, content::replace)
        .get("/documents/{id}/preview", Associate, preview::preview)
        .get("/documents/{id}/pdf", Associate, preview::pdf)
        .get("/documents/{id}/properties", Associate, properties::form)
        .post("/documents/{id}/properties", Associate, properties::save)
        .get("/documents/{id}/rename", Associate, lifecycle::ask_rename)
        .post("/documents/{id}/rename", Associate, lifecycle::rename)
        .get("/documents/{id}/copy", Associate, lifecycle::ask_copy)
        .post("/documents/{id}/copy", Associate, lifecycle::copy)
        .post("/documents/{id}/status", Associate, lifecycle::status)
        .post("/documents/{id}/check-out", Associate, locking::check_out)
        .get("/documents/{id}/check-in", Associate, locking::ask_check_in)
        .post("/documents/{id}/check-in", Associate, locking::check_in)
        .get("/documents/{id}/undo-check-out", Associate, locking::ask_undo)
        .post("/documents/{id}/undo-check-out", Associate, locking::undo)
        .post("/documents/{id}/restore-version", Associate, versions::restore)
        .post("/documents/{id}/command", Associate, versions::command)
        .get("/documents/{id}/trash", Associate, lifecycle::ask_trash)
        .post("/documents/{id}/trash", Associate, lifecycle::trash)
        .post("/documents/{id}/restore", Associate, lifecycle::restore)
        .get("/documents/{id}/destroy", Associate, lifecycle::ask_destroy)
        .post("/documents/{id}/destroy", Associate, lifecycle::destroy)
}

/// The link back to the list.
fn crumb() -> (&'static str, String) {
    ("Documents", at::documents::list())
}

/// The trash.
fn trash_list() -> String {
    at::documents::list_with(&[("view", "trash")])
}

/// Leads to the document, saying what was done and what the plugin adds to it.
fn said(changed: &Changed, text: &str) -> PageResult {
    let text = match &changed.answer {
        Answer::Message(more) => format!("{text} {more}"),
        Answer::Url(url) => format!("{text} Go on at {url}"),
        _ => text.to_owned(),
    };
    page::go_with(&at::documents::show(changed.view.document.id), Flash::done(text))
}

/// Leads to the document, saying why it was not done. What is no matter of the document's state is an error page.
fn refused(id: DocumentId, error: Error) -> PageResult {
    use ErrorKind::{Conflict, Invalid, Stale, TooLarge, Unavailable, Unsupported, UnsupportedMedia};
    match error.kind() {
        Conflict | Invalid | Stale | TooLarge | Unavailable | Unsupported | UnsupportedMedia => {
            page::go_with(&at::documents::show(id), Flash::failed(&error))
        }
        _ => Err(error.into()),
    }
}
