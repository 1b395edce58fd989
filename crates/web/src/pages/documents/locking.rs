//! Check-out, check-in, undo.

use super::{questions, said};
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Id, Signed};
use crate::page::{self, Flash, Nav};
use crate::routes::documents as at;
use app::App;
use app::documents::CheckIn;
use axum::extract::State;
use domain::DocumentId;
use serde::Deserialize;

/// A form that only proves where it comes from.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Nothing {}

/// `POST /documents/{id}/check-out`
pub(crate) async fn check_out(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    match app.documents().check_out(&signed.ctx, id).await {
        Ok(changed) => said(
            &changed,
            "It is checked out to you. Open it, change it, put the changed file back here, then check it in.",
        ),
        Err(error) => super::refused(id, error),
    }
}

/// What is typed at a check-in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Note {
    comment: String,
    complete: String,
    keep: String,
}

/// `GET /documents/{id}/check-in`
pub(crate) async fn ask_check_in(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    questions::check_in(&view, "", false, false).show(&signed, Nav::Documents, super::crumb())
}

/// `POST /documents/{id}/check-in`
pub(crate) async fn check_in(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(note): CsrfForm<Note>,
) -> PageResult {
    let (complete, keep) = (!note.complete.is_empty(), !note.keep.is_empty());
    let ask = CheckIn {
        description: note.comment.clone(),
        complete,
        keep: keep && !complete,
        ..CheckIn::default()
    };
    match app.documents().check_in(&signed.ctx, id, ask).await {
        Ok(changed) => {
            let done = match (complete, keep) {
                (true, _) => "It is checked in and marked as completed.",
                (false, true) => "It is checked in, and stays checked out to you.",
                (false, false) => "It is checked in. Others see your work and can change it now.",
            };
            said(&changed, done)
        }
        Err(error) => {
            let view = app.documents().get(&signed.ctx, id).await?;
            questions::check_in(&view, &note.comment, complete, keep).again(&signed, Nav::Documents, error)
        }
    }
}

/// Whether somebody else's work is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Force {
    force: String,
}

/// `GET /documents/{id}/undo-check-out`
pub(crate) async fn ask_undo(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    let view = app.documents().get(&signed.ctx, id).await?;
    if !view.may.undo && !view.may.force_undo {
        let said = Flash::mind("There is no check-out of yours to undo.");
        return page::go_with(&at::show(id), said);
    }
    questions::undo(&view).show(&signed, Nav::Documents, super::crumb())
}

/// `POST /documents/{id}/undo-check-out`
pub(crate) async fn undo(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(ask): CsrfForm<Force>,
) -> PageResult {
    let force = !ask.force.is_empty();
    match app.documents().undo_check_out(&signed.ctx, id, force).await {
        Ok(changed) if force => said(&changed, "Their check-out is undone. The document is free."),
        Ok(changed) => said(&changed, "Your check-out is undone. The document is as it was before."),
        Err(error) => super::refused(id, error),
    }
}
