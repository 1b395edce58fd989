//! Step 2 of the set-up: a site that is there or is made, its libraries, and how documents are filed and called.

use super::{Beside, Nothing, back, shown};
use crate::State;
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfForm};
use crate::page::{Flash, go_with};
use crate::routes::settings as at;
use app::sharepoint::{Manner, Progress};
use domain::Result;
use domain::sharepoint::{Naming, SiteFound, Wish, order_in};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(in super::super) struct Address {
    address: String,
}

/// Finds the site.
pub(in super::super) async fn site(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Address>,
) -> PageResult {
    let flash = match state.app.sharepoint().choose_site(&signed.ctx, &form.address).await {
        Ok(SiteFound::Open(_)) => Flash::done("The site was found. Choose its libraries."),
        Ok(SiteFound::Ungranted(_)) => Flash::mind(
            "The application has not been given this site (Sites.Selected). Send the request below to an administrator of \
             Microsoft 365; then look again.",
        ),
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::sharepoint(), flash)
}

/// Forgets the site that the application has not been given.
pub(in super::super) async fn forget(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    back(state.app.sharepoint().forget_site(&signed.ctx).await, "Forgotten. Choose a site, or have one made.")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Wished {
    site_name: String,
    site_alias: String,
}

/// Makes a site.
pub(in super::super) async fn make_site(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Wished>,
) -> PageResult {
    gone_on(state.app.sharepoint().make_site(&signed.ctx, &form.site_name, &form.site_alias).await)
}

/// Looks how far the site in the making is.
pub(in super::super) async fn go_on(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    gone_on(state.app.sharepoint().go_on(&signed.ctx).await)
}

fn gone_on(progress: Result<Progress>) -> PageResult {
    let words = match progress {
        Ok(Progress::Waiting) => {
            "The group is there. Microsoft makes its site ready; look again in a few minutes."
        }
        Ok(Progress::Ungranted) => {
            "The site is ready. An administrator of Microsoft 365 gives it to the application now."
        }
        Ok(Progress::Chosen) => "The site is ready. Choose its libraries.",
        Err(e) => return go_with(&at::sharepoint(), Flash::failed(&e)),
    };
    go_with(&at::sharepoint(), Flash::done(words))
}

/// Gives the site in the making up.
pub(in super::super) async fn give_up(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    _: CsrfForm<Nothing>,
) -> PageResult {
    let words = "Given up here. A group that Microsoft has made stays there; an administrator of Microsoft 365 can remove it.";
    back(state.app.sharepoint().give_up_site(&signed.ctx).await, words)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct NewLibrary {
    library_name: String,
}

/// Makes a library.
pub(in super::super) async fn make_library(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<NewLibrary>,
) -> PageResult {
    let flash = match state.app.sharepoint().make_library(&signed.ctx, &form.library_name).await {
        Ok(library) => match library.obstacle() {
            Some(obstacle) => Flash::mind(obstacle),
            None => Flash::done(format!("The library “{}” is there. Choose it below.", library.name)),
        },
        Err(e) => Flash::failed(&e),
    };
    go_with(&at::sharepoint(), flash)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Placed {
    pub(super) documents: String,
    pub(super) documents_folder: String,
    pub(super) templates: String,
    pub(super) templates_folder: String,
    order: Vec<String>,
    naming: String,
}

impl Placed {
    fn manner(&self) -> Result<Manner> {
        Ok(Manner {
            order: order_in(&self.order)?,
            naming: Naming::from_word(&self.naming)?,
            drive: self.documents.clone(),
            folder: self.documents_folder.clone(),
        })
    }
}

/// Chooses libraries and folders.
pub(in super::super) async fn place(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Placed>,
) -> PageResult {
    let manner = match form.manner() {
        Ok(manner) => manner,
        Err(e) => return go_with(&at::sharepoint(), Flash::failed(&e)),
    };
    let documents = Wish { drive: form.documents, folder: form.documents_folder };
    let templates = Wish { drive: form.templates, folder: form.templates_folder };
    let done = state.app.sharepoint().choose_place(&signed.ctx, documents, templates, manner).await;
    back(done.map(drop), "Both folders can be used.")
}

/// Shows what a way of filing gives; nothing is decided.
pub(in super::super) async fn look_at(
    AdminSigned(signed): AdminSigned,
    axum::extract::State(state): axum::extract::State<State>,
    CsrfForm(form): CsrfForm<Placed>,
) -> PageResult {
    match form.manner() {
        Ok(manner) => {
            let looked_at = Some((form, manner));
            shown(&signed, &state, Beside { looked_at, ..Beside::default() }).await
        }
        Err(e) => go_with(&at::sharepoint(), Flash::failed(&e)),
    }
}
