//! The last step: everything is switched on, then tried with a document of its own, in the open.

use super::Google;
use crate::templates::{NewTemplate, Source, TemplateView};
use crate::trial::{TrialLine, line, probe, provision};
use domain::google::Draft;
use domain::{Ctx, Error, PluginId, Result, TemplateId};

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
            vec![line("Make the folders and give the permissions", provision(ctx, &*plugin).await)];
        if lines.iter().all(TrialLine::passes) {
            lines.extend(probe(self.app, ctx, number).await?);
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
