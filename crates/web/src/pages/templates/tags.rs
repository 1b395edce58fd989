//! `/templates/custom-tags`: codes of the installation's own.

use crate::errors::{PageResult, status};
use crate::extract::{AdminSigned, CsrfForm, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::routes::templates as at;
use app::App;
use askama::Template;
use axum::extract::State;
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "templates/tags.html")]
pub(crate) struct Tags {
    page: Page,
    action: String,
    typed: String,
    faults: Faults,
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    tags: String,
}

/// The form.
pub(crate) async fn form(AdminSigned(signed): AdminSigned, State(app): State<App>) -> PageResult {
    let tags = app.templates().custom_tags(&signed.ctx).await?.join("\n");
    page::show(&shown(&signed, tags, Faults::none()))
}

/// Saves them.
pub(crate) async fn save(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    match app.templates().set_custom_tags(&signed.ctx, &typed.tags).await {
        Ok(_) => page::go_with(&at::tags(), Flash::done("Saved. Templates may use these codes now.")),
        Err(error) => match Faults::of(&error) {
            Some(faults) => page::show_with(status(error.kind()), &shown(&signed, typed.tags, faults)),
            None => Err(error.into()),
        },
    }
}

fn shown(signed: &Signed, typed: String, faults: Faults) -> Tags {
    let (name, href) = super::crumb();
    let page = Page::new(signed, "Custom tags").nav(Nav::Templates).crumb(name, href);
    Tags { page, action: at::tags(), typed, faults }
}

#[cfg(test)]
impl Tags {
    pub fn samples() -> Vec<Self> {
        let page = crate::pages::documents::samples::page("Custom tags");
        let faults = Faults::at("tags", "“<x>” cannot be a code.");
        vec![Self { page, action: at::tags(), typed: "acme\n<x>".into(), faults }]
    }
}
