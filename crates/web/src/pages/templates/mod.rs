//! Pages of templates, for administrators: the list, making one, its files and properties, the headings.

mod bundle;
mod changes;
mod create;
mod draft;
mod file;
mod files;
mod headings;
mod lifecycle;
mod list;
mod properties;
mod show;
mod tags;
mod tried;
mod typed;

#[cfg(test)]
pub(crate) mod samples;

use crate::errors::PageResult;
use crate::page::{self, Flash};
use crate::route::Kind;
use crate::{Routes, Who, routes as at};
use domain::{Error, ErrorKind, TemplateId};

pub(crate) use tried::download;

/// The routes of the template pages.
pub(crate) fn routes() -> Routes {
    use Who::Administrator;
    Routes::new(Kind::Page)
        .get("/templates", Administrator, list::list)
        .get("/templates/new", Administrator, create::form)
        .post("/templates/new", Administrator, create::create)
        .get("/templates/headings", Administrator, headings::list)
        .post("/templates/headings", Administrator, headings::add)
        .post("/templates/headings/{id}", Administrator, headings::save)
        .post("/templates/headings/{id}/remove", Administrator, headings::remove)
        .get("/templates/bundle", Administrator, bundle::form)
        .post("/templates/bundle", Administrator, bundle::import)
        .get("/templates/bundle/export", Administrator, bundle::export)
        .get("/templates/bundle/{id}", Administrator, bundle::plan)
        .post("/templates/bundle/{id}/apply", Administrator, bundle::apply)
        .post("/templates/bundle/{id}/discard", Administrator, bundle::discard)
        .get("/templates/custom-tags", Administrator, tags::form)
        .post("/templates/custom-tags", Administrator, tags::save)
        .get("/templates/drafts/{id}", Administrator, draft::show)
        .get("/templates/drafts/{id}/content", Administrator, draft::content)
        .get("/templates/drafts/{id}/preview", Administrator, draft::preview)
        .get("/templates/drafts/{id}/tried", Administrator, draft::tried_document)
        .post("/templates/drafts/{id}/publish", Administrator, draft::publish)
        .post("/templates/drafts/{id}/revise", Administrator, draft::revise)
        .post("/templates/drafts/{id}/file", Administrator, draft::replace)
        .get("/templates/drafts/{id}/discard", Administrator, draft::ask_discard)
        .post("/templates/drafts/{id}/discard", Administrator, draft::discard)
        .get("/templates/{id}", Administrator, show::show)
        .get("/templates/{id}/properties", Administrator, properties::form)
        .post("/templates/{id}/properties", Administrator, properties::save)
        .post("/templates/{id}/files", Administrator, files::put)
        .get("/templates/{id}/file", Administrator, file::file)
        .get("/templates/{id}/open", Administrator, file::open)
        .get("/templates/{id}/content", Administrator, files::content)
        .get("/templates/{id}/preview", Administrator, files::preview)
        .get("/templates/{id}/changes", Administrator, changes::changes)
        .get("/templates/{id}/tried", Administrator, file::tried_document)
        .post("/templates/{id}/restore-version", Administrator, files::restore_version)
        .get("/templates/{id}/remove-file", Administrator, files::ask_remove)
        .post("/templates/{id}/remove-file", Administrator, files::remove)
        .get("/templates/{id}/retire", Administrator, lifecycle::ask_retire)
        .post("/templates/{id}/retire", Administrator, lifecycle::retire)
        .post("/templates/{id}/bring-back", Administrator, lifecycle::bring_back)
}

/// The link back to the list.
fn crumb() -> (&'static str, String) {
    ("Templates", at::templates::list())
}

/// Leads to `back`, saying why it was not done. What is no matter of the template's state is an error page.
fn refused_at(back: &str, error: Error) -> PageResult {
    use ErrorKind::{Conflict, Invalid, Stale, TooLarge, Unavailable, Unsupported, UnsupportedMedia};
    match error.kind() {
        Conflict | Invalid | Stale | TooLarge | Unavailable | Unsupported | UnsupportedMedia => {
            page::go_with(back, Flash::failed(&error))
        }
        _ => Err(error.into()),
    }
}

/// Leads to the template, saying why it was not done.
fn refused(id: TemplateId, error: Error) -> PageResult {
    refused_at(&at::templates::show(id), error)
}
