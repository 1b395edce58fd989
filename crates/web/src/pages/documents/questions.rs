//! The questions about a document.

use super::ask::Ask;
use crate::routes::documents as at;
use crate::ui;
use app::documents::DocumentView;
use domain::documents::{MAX_HEADING, Status};
use domain::names;

/// Publish one's work, with a comment.
pub(crate) fn check_in(view: &DocumentView, comment: &str, complete: bool, keep: bool) -> Ask {
    let id = view.document.id;
    let what = if view.document.semantics.versions() {
        "Your work becomes the newest version, and others can change the document again."
    } else {
        "Others see your work, and can change the document again."
    };
    Ask::new("check-in", format!("Check in “{}”", view.document.properties.heading), what, "Check in")
        .at(at::check_in(id), at::show(id))
        .field(ui::text("comment", "What has changed", comment).max(500).optional().wide().autofocus())
        .field(
            ui::checkbox("complete", "Mark as completed", complete)
                .hint("Its content cannot be changed until the mark is taken away."),
        )
        .field(ui::checkbox("keep", "Keep it checked out to me", keep))
}

/// Discard work: one's own, or somebody else's by right.
pub(crate) fn undo(view: &DocumentView) -> Ask {
    let (id, heading) = (view.document.id, &view.document.properties.heading);
    let (title, text, button) = if view.may.force_undo {
        let holder = view.holder_name.as_deref().unwrap_or("somebody");
        let text = format!(
            "What {holder} has done since the check-out is discarded and cannot be brought back. \
             Speak to them first; making a copy of the document may be the better way."
        );
        (format!("Undo {holder}’s check-out of “{heading}”?"), text, "Discard their changes")
    } else {
        let text = if view.document.published {
            "What you have done since the check-out is discarded. The last version stays as it is."
        } else {
            "It was never checked in, so its content is discarded and an empty draft stays with you."
        };
        (format!("Undo your check-out of “{heading}”?"), text.to_owned(), "Discard my changes")
    };
    let ask = Ask::new("undo", title, text, button).at(at::undo_check_out(id), at::show(id)).danger();
    if view.may.force_undo { ask.carrying("force", "yes") } else { ask }
}

/// Change the file name.
pub(crate) fn rename(view: &DocumentView, typed: Option<&str>) -> Ask {
    let document = &view.document;
    let (stem, extension) = names::split(&document.file_name);
    let hint = if extension.is_empty() {
        "Characters that some places forbid are replaced.".to_owned()
    } else {
        format!("The ending {extension} stays. Characters that some places forbid are replaced.")
    };
    Ask::new("rename", "Rename the file", "The heading stays as it is; change it under Properties.", "Rename")
        .at(at::rename(document.id), at::show(document.id))
        .field(
            ui::text("name", "File name", typed.unwrap_or(stem))
                .required()
                .max(200)
                .hint(hint)
                .wide()
                .autofocus(),
        )
        .carrying("row_version", &document.row_version.to_string())
}

/// Make a copy.
pub(crate) fn copy(view: &DocumentView, typed: Option<&str>) -> Ask {
    let id = view.document.id;
    let suggested = format!("Copy of {}", view.document.properties.heading);
    Ask::new(
        "copy",
        "Make a copy",
        "The copy is yours, with the same properties and without the versions.",
        "Make the copy",
    )
    .at(at::copy(id), at::show(id))
    .field(
        ui::text("heading", "Heading of the copy", typed.unwrap_or(&suggested))
            .required()
            .max(MAX_HEADING)
            .wide()
            .autofocus(),
    )
}

/// Move to the trash.
pub(crate) fn trash(view: &DocumentView) -> Ask {
    let id = view.document.id;
    let title = format!("Move “{}” to the trash?", view.document.properties.heading);
    let mut text = "It disappears from all lists and can be restored from the trash.".to_owned();
    if view.may.undo {
        text.push_str(" You have it checked out; what you have not checked in stays with it.");
    }
    Ask::new("trash", title, text, "Move to trash").at(at::trash(id), at::show(id)).danger()
}

/// Remove for good.
pub(crate) fn destroy(view: &DocumentView) -> Ask {
    let id = view.document.id;
    let title = format!("Remove “{}” for good?", view.document.properties.heading);
    let text = "Its content and all its versions are removed. Nobody can bring them back.";
    Ask::new("destroy", title, text, "Remove for good").at(at::destroy(id), at::show(id)).danger().field(
        ui::text("confirm", "Type remove to confirm", "")
            .required()
            .max(20)
            .attribute("autocomplete", "off")
            .attribute("autocapitalize", "off")
            .wide()
            .autofocus(),
    )
}

/// Mark as completed, or take the mark away: no question, a button.
pub(crate) fn next_status(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Completed => ("started", "Take “completed” away"),
        Status::NotStarted | Status::Started => ("completed", "Mark as completed"),
    }
}
