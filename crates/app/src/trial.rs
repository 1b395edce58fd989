//! Trying a place: made ready, then a document that is made, opened, renamed and removed, as every document is.

use crate::App;
use crate::documents::Upload;
use domain::documents::{DocumentState, Properties};
use domain::plugin::{Body, DocumentPlugin, Finding, OpenAs, Severity};
use domain::{Ctx, DocumentId, Error, ErrorKind, InstallationId, PluginId, Result};

/// A line of the trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLine {
    /// What was done.
    pub what: String,
    /// How it went.
    pub how: Severity,
    /// What came of it, or what to do.
    pub detail: String,
}

impl TrialLine {
    /// Whether it goes on after this.
    pub(crate) fn passes(&self) -> bool {
        self.how != Severity::Problem
    }
}

pub(crate) fn line(what: &str, outcome: Result<String>) -> TrialLine {
    match outcome {
        Ok(detail) => TrialLine { what: what.to_owned(), how: Severity::Good, detail },
        Err(e) => TrialLine { what: what.to_owned(), how: Severity::Problem, detail: e.public().to_owned() },
    }
}

/// Makes what a place needs; what was done, in words.
pub(crate) async fn provision(ctx: &Ctx, plugin: &dyn DocumentPlugin) -> Result<String> {
    let call = crate::registry::call(ctx, Some(ctx.new_operation()));
    let findings = plugin.provision(&call).await?;
    if let Some(bad) = findings.iter().find(|f: &&Finding| f.severity == Severity::Problem) {
        return Err(Error::conflict(bad.detail.clone()));
    }
    Ok(findings.into_iter().map(|f| f.detail).collect::<Vec<_>>().join(" "))
}

/// Makes what a place needs; what was done, line by line.
pub(crate) async fn provision_each(ctx: &Ctx, plugin: &dyn DocumentPlugin) -> Vec<TrialLine> {
    let call = crate::registry::call(ctx, Some(ctx.new_operation()));
    match plugin.provision(&call).await {
        Ok(findings) => {
            let one = |Finding { what, severity, detail }| TrialLine { what, how: severity, detail };
            findings.into_iter().map(one).collect()
        }
        Err(e) => vec![line("Folders and permissions", Err(e))],
    }
}

/// The setting that holds the document of a trial that has not come to its end.
fn setting(number: PluginId) -> String {
    format!("trial.{number}")
}

/// Writes down which document there is, or that there is none.
async fn keep(app: &App, of: InstallationId, number: PluginId, id: Option<DocumentId>) -> Result<()> {
    let name = setting(number);
    app.store()
        .write(move |tx| match id {
            Some(id) => tx.settings(of).put(&name, &id.to_string()),
            None => tx.settings(of).remove(&name).map(drop),
        })
        .await
}

/// A document that is made, opened, renamed and removed, with every operation recorded. One that a run before this has
/// left is removed first.
pub(crate) async fn probe(app: &App, ctx: &Ctx, number: PluginId) -> Result<Vec<TrialLine>> {
    let (documents, of, name) = (app.documents(), ctx.installation, setting(number));
    let left = app.store().read(move |tx| tx.settings(of).get(&name)).await?;
    if let Some(left) = left.and_then(|text| text.parse().ok()).map(DocumentId) {
        // What is left of it may be anything, or nothing.
        drop(remove(app, ctx, left).await);
    }
    let ask = Upload {
        properties: Properties { heading: "Chancery trial".into(), ..Properties::default() },
        file_name: "Chancery trial.txt".into(),
        stored_in: number,
        ..Upload::default()
    };
    let text = "This file was made to try the connection. It is removed at the end of the trial.\n";
    let id = match documents.upload(ctx, ask, Body::from_bytes(text)).await {
        Ok(made) => made.document.id,
        Err(e) => return Ok(vec![line("Make a document", Err(e))]),
    };
    keep(app, of, number, Some(id)).await?;
    let mut lines = vec![line("Make a document", Ok("“Chancery trial.txt” is there.".into()))];
    let place = app.plugins().name(number);
    lines.push(opened(&place, documents.open(ctx, id, OpenAs { desktop: false, write: false }).await));
    let renamed = documents.rename(ctx, id, None, "Chancery trial, renamed.txt").await;
    lines.push(line("Rename it", renamed.map(|now| format!("It is called “{}”.", now.document.file_name))));
    let removed = remove(app, ctx, id).await;
    if removed.is_ok() {
        keep(app, of, number, None).await?;
    }
    lines.push(line("Remove it", removed.map(|()| "It is gone; nothing of the trial is left.".into())));
    Ok(lines)
}

async fn remove(app: &App, ctx: &Ctx, id: DocumentId) -> Result<()> {
    let documents = app.documents();
    if documents.get(ctx, id).await?.document.state == DocumentState::Ready {
        documents.trash(ctx, id).await?;
    }
    documents.destroy(ctx, id).await
}

/// How opening went. Whoever may not open it there by the administrator's own choice is no fault of the connection.
fn opened(place: &str, opened: Result<Option<String>>) -> TrialLine {
    let what = "Open it";
    match opened {
        Ok(Some(_)) => line(what, Ok(format!("It has an address, and {place} lets you in."))),
        Ok(None) => line(
            what,
            Err(Error::conflict(format!("{place} gave no address for it. Try again in a minute."))),
        ),
        Err(e) if e.kind() == ErrorKind::Forbidden => {
            TrialLine { what: what.to_owned(), how: Severity::Warning, detail: e.public().to_owned() }
        }
        Err(e) => line(what, Err(e)),
    }
}
