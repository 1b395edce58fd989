//! Rename, copy, trash, restore, remove for good, completed.

use super::locking::Nothing;
use super::{questions, refused, said};
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Id, Signed};
use crate::page::{self, Flash, Nav};
use crate::routes::documents as at;
use app::App;
use axum::extract::State;
use domain::documents::{Properties, Status};
use domain::{DocumentId, Error};
use serde::Deserialize;

/// `GET /documents/{id}/rename`
pub(crate) async fn ask_rename(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    questions::rename(&view, None).show(&signed, Nav::Documents, super::crumb())
}

/// A new file name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rename {
    name: String,
    row_version: String,
}

/// `POST /documents/{id}/rename`
pub(crate) async fn rename(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(ask): CsrfForm<Rename>,
) -> PageResult {
    let blank = ask.name.trim().is_empty();
    let renamed = if blank {
        Err(Error::invalid("The file name is missing. Write one.").field("name"))
    } else {
        app.documents().rename(&signed.ctx, id, ask.row_version.parse().ok(), &ask.name).await
    };
    match renamed {
        Ok(view) => {
            let name = &view.document.file_name;
            page::go_with(&at::show(id), Flash::done(format!("The file is called “{name}” now.")))
        }
        Err(error) if error.kind() == domain::ErrorKind::Stale => refused(id, error),
        Err(error) => {
            let view = app.documents().get(&signed.ctx, id).await?;
            questions::rename(&view, Some(&ask.name)).again(&signed, Nav::Documents, error)
        }
    }
}

/// `GET /documents/{id}/copy`
pub(crate) async fn ask_copy(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    questions::copy(&view, None).show(&signed, Nav::Documents, super::crumb())
}

/// The heading of a copy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Copy {
    heading: String,
}

/// `POST /documents/{id}/copy`
pub(crate) async fn copy(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(ask): CsrfForm<Copy>,
) -> PageResult {
    let heading = Some(ask.heading.clone()).filter(|h| !h.trim().is_empty());
    match app.documents().copy(&signed.ctx, id, heading).await {
        Ok(view) => {
            page::go_with(&at::show(view.document.id), Flash::done("This is the copy. It belongs to you."))
        }
        Err(error) => {
            let view = app.documents().get(&signed.ctx, id).await?;
            questions::copy(&view, Some(&ask.heading)).again(&signed, Nav::Documents, error)
        }
    }
}

/// `GET /documents/{id}/trash`
pub(crate) async fn ask_trash(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    questions::trash(&view).show(&signed, Nav::Documents, super::crumb())
}

/// `POST /documents/{id}/trash`
pub(crate) async fn trash(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    match app.documents().trash(&signed.ctx, id).await {
        Ok(changed) => said(&changed, "It lies in the trash now."),
        Err(error) => refused(id, error),
    }
}

/// `POST /documents/{id}/restore`
pub(crate) async fn restore(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    match app.documents().restore(&signed.ctx, id).await {
        Ok(changed) => said(&changed, "It is back from the trash, as it was."),
        Err(error) => refused(id, error),
    }
}

/// `GET /documents/{id}/destroy`
pub(crate) async fn ask_destroy(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    questions::destroy(&view).show(&signed, Nav::Documents, super::crumb())
}

/// The word that confirms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Confirm {
    confirm: String,
}

/// `POST /documents/{id}/destroy`
pub(crate) async fn destroy(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(ask): CsrfForm<Confirm>,
) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    if !ask.confirm.trim().eq_ignore_ascii_case("remove") {
        let error = Error::invalid("Nothing was removed. Type the word remove to confirm.").field("confirm");
        return questions::destroy(&view).again(&signed, Nav::Documents, error);
    }
    match app.documents().destroy(&signed.ctx, id).await {
        Ok(()) => {
            let said = format!("“{}” was removed for good.", view.document.properties.heading);
            page::go_with(&super::trash_list(), Flash::done(said))
        }
        Err(error) => refused(id, error),
    }
}

/// How far the work is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewStatus {
    status: String,
}

/// `POST /documents/{id}/status`
pub(crate) async fn status(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(ask): CsrfForm<NewStatus>,
) -> PageResult {
    let Some(status) = Status::from_word(&ask.status) else {
        return refused(id, Error::invalid("There is no such status. Use the buttons of the page."));
    };
    let view = app.documents().get(&signed.ctx, id).await?;
    let properties = Properties { status, ..view.document.properties };
    match app.documents().update(&signed.ctx, id, Some(view.document.row_version), properties).await {
        Ok(_) => {
            let said = match status {
                Status::Completed => {
                    "It is marked as completed. Its content cannot be changed until the mark is taken away."
                }
                Status::NotStarted | Status::Started => {
                    "It is no longer marked as completed and can be changed again."
                }
            };
            page::go_with(&at::show(id), Flash::done(said))
        }
        Err(error) => refused(id, error),
    }
}
