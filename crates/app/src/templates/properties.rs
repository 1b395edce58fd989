//! Changing what people write about a template; taking it out of use.

use super::{TemplateView, Templates, object};
use domain::audit::Entry;
use domain::templates::TemplateProperties;
use domain::{Ctx, Error, ErrorKind, PluginId, Result, TemplateId};
use store::NewAudit;

impl Templates<'_> {
    /// Changes properties. Changing *Document stored in* moves neither the template nor existing documents.
    /// # Errors
    /// `Stale` when `expected` is not the row's version; `Invalid`, naming the field.
    pub async fn update(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        expected: Option<i64>,
        properties: TemplateProperties,
    ) -> Result<TemplateView> {
        let template = self.maintained(ctx, id).await?;
        let row_version = expected.unwrap_or(template.row_version);
        if row_version != template.row_version {
            return Err(Error::new(
                ErrorKind::Stale,
                "Somebody has changed this template since you opened it. Look at it again, then make your change.",
            ));
        }
        let properties = self.checked(ctx, properties).await?;
        // What was chosen before stays, also while its place is not connected.
        if properties.stored_in != template.properties.stored_in {
            self.app.chosen(ctx.installation, properties.stored_in, "document stored in").await?;
        }
        let (installation, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done("template.changed", object(id)));
        self.app
            .store()
            .write(move |tx| {
                tx.templates(installation).update_properties(id, row_version, &properties, now)?;
                tx.audit(installation).record(&audit)
            })
            .await?;
        self.get(ctx, id).await
    }

    /// Takes a template out of use. Its files go to the folder *Retired* where its place has folders (T03); the documents
    /// made from it stay.
    pub async fn retire(&self, ctx: &Ctx, id: TemplateId) -> Result<TemplateView> {
        self.set_retired(ctx, id, true, "template.retired").await
    }

    /// Puts a retired template back into use; its files come back to where they were.
    pub async fn bring_back(&self, ctx: &Ctx, id: TemplateId) -> Result<TemplateView> {
        let template = self.maintained(ctx, id).await?;
        template.variant("")?;
        self.set_retired(ctx, id, false, "template.brought_back").await
    }

    async fn set_retired(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        retired: bool,
        action: &'static str,
    ) -> Result<TemplateView> {
        let before = self.maintained(ctx, id).await?;
        let (installation, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done(action, object(id)));
        self.app
            .store()
            .write(move |tx| {
                tx.templates(installation).set_retired(id, retired, now)?;
                tx.audit(installation).record(&audit)
            })
            .await?;
        self.put_away(ctx, &domain::templates::Template { retired, ..before }).await;
        self.get(ctx, id).await
    }

    /// The blank types of a plugin.
    pub fn blank_types(&self, plugin: PluginId) -> Result<Vec<domain::plugin::BlankType>> {
        Ok(self.app.plugins().chosen(plugin, "store template in")?.blank_types())
    }

    /// Properties whose texts, plugin, headings and groups are all in order.
    pub(crate) async fn checked(
        &self,
        ctx: &Ctx,
        properties: TemplateProperties,
    ) -> Result<TemplateProperties> {
        let properties = properties.checked()?;
        self.app.plugins().chosen(properties.stored_in, "document stored in")?;
        let (installation, wanted) = (ctx.installation, properties.clone());
        self.app
            .store()
            .read(move |tx| {
                let headings = tx.headings(installation).list()?;
                let groups = tx.groups(installation).list()?;
                if wanted.headings.iter().any(|h| !headings.iter().any(|known| known.id == *h)) {
                    return Err(Error::invalid("There is no such heading. Choose one from the list.")
                        .field("headings"));
                }
                if wanted.groups.iter().any(|g| !groups.iter().any(|known| known.id == *g)) {
                    return Err(Error::invalid("There is no such user group. Choose one from the list.")
                        .field("groups"));
                }
                Ok(())
            })
            .await?;
        Ok(properties)
    }
}
