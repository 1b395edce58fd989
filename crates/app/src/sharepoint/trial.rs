//! The last step: everything is switched on, then tried with a document of its own, as the administrator, in the open.
//! And the choice that SharePoint is where documents go.

use super::SharePoint;
use crate::trial::{TrialLine, line, probe, provision_each};
use domain::sharepoint::{Consent, Draft};
use domain::{Ctx, Error, PluginId, Result, TemplateId};

impl SharePoint<'_> {
    /// Switches SharePoint on and tries it: columns, folders and permissions, then a document that is made, opened, renamed
    /// and removed, as whoever asks. Stops at the first thing that does not work; what was done stays, and it can be run
    /// again.
    /// # Errors
    /// `Conflict` while an earlier step is open.
    pub async fn try_out(&self, ctx: &Ctx) -> Result<Vec<TrialLine>> {
        let consent = self.consent(ctx).await?;
        let draft = self.draft(ctx.installation).await?;
        if draft.placed().is_none() || draft.columns.is_none() || draft.visible_for.is_none() {
            return Err(Error::conflict("An earlier step is still open. Finish it first."));
        }
        let mut lines = Vec::new();
        // Before it comes into use, so that no document meets a column that is not there.
        let columns = self.make_columns(ctx, &draft, &consent).await;
        if let Some(outcome) = columns {
            lines.push(line("Make the columns", outcome));
        }
        if lines.iter().all(TrialLine::passes) {
            let on = self.switch_on(ctx, &draft, consent).await;
            lines.push(line("Switch SharePoint on", on.map(|()| "It is in use.".to_owned())));
        }
        let plugin = self.app.plugins().get(self.site()?.plugin)?;
        if lines.iter().all(TrialLine::passes) {
            lines.extend(provision_each(ctx, &*plugin).await);
        }
        if lines.iter().all(TrialLine::passes) {
            lines.extend(probe(self.app, ctx, plugin.info().id).await?);
        }
        if lines.iter().all(TrialLine::passes) {
            self.decide(ctx, "tried", |draft| draft.tried = true).await?;
        }
        Ok(lines)
    }

    /// Makes the columns that were chosen and are missing; nothing when none was chosen.
    async fn make_columns(&self, ctx: &Ctx, draft: &Draft, consent: &Consent) -> Option<Result<String>> {
        let place = draft.place.as_ref().filter(|place| !place.columns.is_empty())?;
        let call = crate::registry::call(ctx, None);
        let made = match self.site() {
            Ok(site) => site.ground.make_columns(&call, consent, place).await,
            Err(e) => Err(e),
        };
        Some(made.map(|made| match made.as_slice() {
            [] => "All are there.".to_owned(),
            made => format!("Made: {}.", made.join(", ")),
        }))
    }

    /// Makes SharePoint the preferred place: *Document stored in* of every template, at once. No document that exists is
    /// touched, and it can be undone. How many templates changed.
    /// # Errors
    /// `Conflict` before SharePoint works.
    pub async fn prefer(&self, ctx: &Ctx) -> Result<usize> {
        ctx.require_administrator()?;
        let number = self.site()?.plugin;
        if self.active(ctx.installation).await?.is_none() || !self.draft(ctx.installation).await?.tried {
            return Err(Error::conflict("SharePoint does not work yet. Finish the trial first."));
        }
        let all = self.templates(ctx).await?;
        let elsewhere: Vec<_> = all.into_iter().filter(|(_, stored_in)| *stored_in != number).collect();
        // Written down first: a run that is cut off can be undone as well. What was noted before stays.
        let noted = elsewhere.clone();
        self.decide(ctx, "preferred", move |draft| {
            let before = draft.before.get_or_insert_default();
            let known: Vec<TemplateId> = before.iter().map(|(id, _)| *id).collect();
            before.extend(noted.into_iter().filter(|(id, _)| !known.contains(id)));
        })
        .await?;
        for (id, _) in &elsewhere {
            self.send_to(ctx, *id, number).await?;
        }
        Ok(elsewhere.len())
    }

    /// Takes the preference back: every template sends its documents where it did before, unless it was changed since. How
    /// many templates changed.
    /// # Errors
    /// `Conflict` when there is nothing to take back.
    pub async fn prefer_no_more(&self, ctx: &Ctx) -> Result<usize> {
        ctx.require_administrator()?;
        let number = self.site()?.plugin;
        let before = self.draft(ctx.installation).await?.before;
        let before =
            before.ok_or_else(|| Error::conflict("SharePoint was not made the preferred place here."))?;
        let now = self.templates(ctx).await?;
        let mut changed = 0;
        for (id, place) in before {
            if now.contains(&(id, number)) {
                self.send_to(ctx, id, place).await?;
                changed += 1;
            }
        }
        self.decide(ctx, "preferred no more", |draft| draft.before = None).await?;
        Ok(changed)
    }

    async fn send_to(&self, ctx: &Ctx, id: TemplateId, place: PluginId) -> Result<()> {
        let mut properties = self.app.templates().get(ctx, id).await?.template.properties;
        properties.stored_in = place;
        self.app.templates().update(ctx, id, None, properties).await.map(drop)
    }
}
