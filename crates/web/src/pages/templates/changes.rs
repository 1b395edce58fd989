//! `GET /templates/{id}/changes`: what a version of a file changed about the one before.

use super::file::Which;
use super::show::title;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, Id, PageQuery};
use crate::page::{self, Nav, Page};
use crate::routes::templates as at;
use app::App;
use askama::Template;
use axum::extract::State;
use domain::TemplateId;
use domain::plugin::VersionId;

#[derive(Debug, Template)]
#[template(path = "templates/changes.html")]
pub(crate) struct Changes {
    page: Page,
    /// None for the first version, and for files without codes.
    changes: Option<Vec<String>>,
}

/// The page.
pub(crate) async fn changes(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    Id(id): Id<TemplateId>,
    PageQuery(which): PageQuery<Which>,
) -> PageResult {
    let templates = app.templates();
    let view = templates.get(&signed.ctx, id).await?;
    let version = VersionId(which.version);
    let changes = match templates.version_changes(&signed.ctx, id, &which.language, &version).await {
        Ok(changes) => changes,
        Err(error) => return super::refused_at(&at::file(id, &which.language), error),
    };
    let (name, href) = super::crumb();
    let page = Page::new(&signed, "What changed")
        .nav(Nav::Templates)
        .crumb(name, href)
        .crumb(title(&view.template, &which.language), at::file(id, &which.language));
    page::show(&Changes { page, changes })
}

#[cfg(test)]
impl Changes {
    pub fn samples() -> Vec<Self> {
        let page = || crate::pages::documents::samples::page("What changed");
        [None, Some(Vec::new()), Some(vec!["“a <b>” was added.".to_owned()])]
            .map(|changes| Self { page: page(), changes })
            .into()
    }
}
