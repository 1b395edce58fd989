//! `POST /documents/{id}/restore-version` and `POST /documents/{id}/command`.

use super::{refused, said};
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Id, Signed};
use app::App;
use axum::extract::State;
use axum::response::IntoResponse as _;
use domain::plugin::{Answer, VersionId};
use domain::{DocumentId, Error};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The version to bring back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Version {
    version: String,
    number: String,
}

/// Makes an earlier version the newest one.
pub(crate) async fn restore(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(ask): CsrfForm<Version>,
) -> PageResult {
    if ask.version.is_empty() {
        return refused(id, Error::invalid("No version was named. Use the buttons beside the versions."));
    }
    match app.documents().restore_version(&signed.ctx, id, VersionId(ask.version)).await {
        Ok(changed) => {
            let number = ask.number.parse::<u32>().map_or("The version".into(), |n| format!("Version {n}"));
            said(&changed, &format!("{number} is the newest now. The versions between are kept."))
        }
        Err(error) => refused(id, error),
    }
}

/// The command to run.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Command {
    command: String,
}

/// Runs a command of the plugin, and does what it wants done.
pub(crate) async fn command(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    CsrfForm(ask): CsrfForm<Command>,
) -> PageResult {
    match app.documents().execute(&signed.ctx, id, &ask.command, &BTreeMap::new()).await {
        Ok(changed) => match &changed.answer {
            // Only our own paths: a plugin does not send people elsewhere by itself.
            Answer::Navigate(path)
                if path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') =>
            {
                Ok(crate::page::go(path).into_response())
            }
            _ => said(&changed, "Done."),
        },
        Err(error) => refused(id, error),
    }
}
