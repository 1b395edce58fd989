//! The last step: everything is switched on, then tried with a document of its own, in the open.

use super::Google;
use crate::documents::Upload;
use crate::templates::{NewTemplate, Source, TemplateView};
use domain::documents::{DocumentState, Properties};
use domain::google::Draft;
use domain::plugin::{Body, DocumentPlugin, Finding, OpenAs, Severity};
use domain::{Ctx, DocumentId, Error, ErrorKind, PluginId, Result, TemplateId};

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
    fn passes(&self) -> bool {
        self.how != Severity::Problem
    }
}

fn line(what: &str, outcome: Result<String>) -> TrialLine {
    match outcome {
        Ok(detail) => TrialLine { what: what.to_owned(), how: Severity::Good, detail },
        Err(e) => TrialLine { what: what.to_owned(), how: Severity::Problem, detail: e.public().to_owned() },
    }
}

impl Google<'_> {
    /// Switches Google Drive on and tries it: folders and permissions, a document that is made, opened, renamed and
    /// removed, then the templates. Stops at the first thing that does not work; what was done stays. When not even the
    /// folders can be made, what was in use before is in use again.
    /// # Errors
    /// `Conflict` while an earlier step is open.
    pub async fn try_out(&self, ctx: &Ctx) -> Result<Vec<TrialLine>> {
        let who = self.system_user(ctx).await?;
        let draft = self.draft(ctx.installation).await?;
        if draft.access.is_none() || !draft.templates {
            return Err(Error::conflict("An earlier step is still open. Finish it first."));
        }
        let number = self.drive()?.plugin;
        let plugin = self.app.plugins().get(number)?;
        let before = self.active(ctx.installation).await?;
        self.switch_on(ctx, &draft, who).await?;
        let mut lines =
            vec![line("Make the folders and give the permissions", self.provision(ctx, &*plugin).await)];
        if lines.iter().all(TrialLine::passes) {
            lines.extend(self.probe(ctx, &draft, number).await?);
        } else {
            self.keep_active(ctx.installation, before.as_ref()).await?;
        }
        if lines.iter().all(TrialLine::passes) {
            lines.extend(self.apply_templates(ctx, &draft, number).await);
        }
        if lines.iter().all(TrialLine::passes) {
            self.decide(ctx, "tried", |draft| {
                draft.tried = true;
                draft.copy.clear();
            })
            .await?;
        }
        Ok(lines)
    }

    async fn provision(&self, ctx: &Ctx, plugin: &dyn DocumentPlugin) -> Result<String> {
        let call = crate::registry::call(ctx, Some(ctx.new_operation()));
        let findings = plugin.provision(&call).await?;
        if let Some(bad) = findings.iter().find(|f: &&Finding| f.severity == Severity::Problem) {
            return Err(Error::conflict(bad.detail.clone()));
        }
        Ok(findings.into_iter().map(|f| f.detail).collect::<Vec<_>>().join(" "))
    }

    /// A document that is made, opened, renamed and removed, as every document is. One that a run before this has left is
    /// removed first.
    async fn probe(&self, ctx: &Ctx, draft: &Draft, number: PluginId) -> Result<Vec<TrialLine>> {
        let documents = self.app.documents();
        if let Some(left) = draft.probe {
            // What is left of it may be anything, or nothing.
            drop(self.remove_probe(ctx, left).await);
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
        self.decide(ctx, "trial begun", move |draft| draft.probe = Some(id)).await?;
        let mut lines = vec![line("Make a document", Ok("“Chancery trial.txt” is there.".into()))];
        lines.push(opened(documents.open(ctx, id, OpenAs { desktop: false, write: false }).await));
        let renamed = documents.rename(ctx, id, None, "Chancery trial, renamed.txt").await;
        lines.push(line(
            "Rename it",
            renamed.map(|now| format!("It is called “{}”.", now.document.file_name)),
        ));
        let removed = self.remove_probe(ctx, id).await;
        if removed.is_ok() {
            self.decide(ctx, "trial ended", |draft| draft.probe = None).await?;
        }
        lines.push(line("Remove it", removed.map(|()| "It is gone; nothing of the trial is left.".into())));
        Ok(lines)
    }

    async fn remove_probe(&self, ctx: &Ctx, id: DocumentId) -> Result<()> {
        let documents = self.app.documents();
        if documents.get(ctx, id).await?.document.state == DocumentState::Ready {
            documents.trash(ctx, id).await?;
        }
        documents.destroy(ctx, id).await
    }

    async fn apply_templates(&self, ctx: &Ctx, draft: &Draft, number: PluginId) -> Vec<TrialLine> {
        let mut lines = Vec::new();
        for id in &draft.copy {
            lines.push(line("Copy a template to Google", self.copy_template(ctx, *id, number).await));
        }
        for id in &draft.produce {
            lines.push(line("Send a template's documents to Google", self.produce(ctx, *id, number).await));
        }
        lines
    }

    async fn copy_template(&self, ctx: &Ctx, id: TemplateId, number: PluginId) -> Result<String> {
        let view = self.app.templates().get(ctx, id).await?;
        let mut properties = view.template.properties.clone();
        properties.stored_in = number;
        let name = properties.name.clone();
        // A run that was cut off right after the copy was made has left it.
        let there = |t: &TemplateView| t.template.kept_in == number && t.template.properties.name == name;
        if self.each_template(ctx).await?.iter().any(there) {
            self.decide(ctx, "template copied", move |draft| draft.copy.retain(|other| *other != id)).await?;
            return Ok(format!("A template “{name}” is at Google already."));
        }
        let new = NewTemplate { properties, kept_in: number, source: Source::Copy(id) };
        self.app.templates().create(ctx, new).await?;
        // A run that is cut off goes on with the rest.
        self.decide(ctx, "template copied", move |draft| draft.copy.retain(|other| *other != id)).await?;
        Ok(format!("“{name}” was copied with all its languages. The original stays where it is."))
    }

    async fn produce(&self, ctx: &Ctx, id: TemplateId, number: PluginId) -> Result<String> {
        let view = self.app.templates().get(ctx, id).await?;
        let mut properties = view.template.properties.clone();
        let name = properties.name.clone();
        if properties.stored_in != number {
            properties.stored_in = number;
            self.app.templates().update(ctx, id, None, properties).await?;
        }
        Ok(format!("New documents from “{name}” are stored in Google Drive; the template stays where it is."))
    }
}

/// How opening went. Whoever may not open it at Google by the administrator's own choice is no fault of the connection.
fn opened(opened: Result<Option<String>>) -> TrialLine {
    let what = "Open it";
    match opened {
        Ok(Some(_)) => line(what, Ok("It has an address at Google, and Google lets you in.".into())),
        Ok(None) => line(what, Err(Error::conflict("Google gave no address for it. Try again in a minute."))),
        Err(e) if e.kind() == ErrorKind::Forbidden => {
            TrialLine { what: what.to_owned(), how: Severity::Warning, detail: e.public().to_owned() }
        }
        Err(e) => line(what, Err(e)),
    }
}
