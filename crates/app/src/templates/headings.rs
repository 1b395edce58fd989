//! Headings group templates.

use super::Templates;
use domain::audit::Entry;
use domain::templates::Heading;
use domain::{Ctx, Error, HeadingId, Result, text};
use store::NewAudit;

impl Templates<'_> {
    /// All headings, in their order.
    pub async fn headings(&self, ctx: &Ctx) -> Result<Vec<Heading>> {
        let installation = ctx.installation;
        self.app.store().read(move |tx| tx.headings(installation).list()).await
    }

    /// Makes a heading, or changes one.
    pub async fn save_heading(
        &self,
        ctx: &Ctx,
        id: Option<HeadingId>,
        name: &str,
        rank: i64,
    ) -> Result<Heading> {
        ctx.require_administrator()?;
        let name = text::required_line("name", name, 60)?;
        let installation = ctx.installation;
        let audit = NewAudit::of(ctx, Entry::done("heading.saved", name.clone()));
        self.app
            .store()
            .write(move |tx| {
                let headings = tx.headings(installation);
                let id = match id {
                    Some(id) => {
                        headings.get(id)?.ok_or_else(|| Error::not_found("heading"))?;
                        headings.update(&Heading { id, name: name.clone(), rank })?;
                        id
                    }
                    None => headings.insert(&name, rank)?,
                };
                tx.audit(installation).record(&audit)?;
                Ok(Heading { id, name, rank })
            })
            .await
    }

    /// Removes a heading that no template stands under.
    /// # Errors
    /// `Conflict` while templates stand under it.
    pub async fn remove_heading(&self, ctx: &Ctx, id: HeadingId) -> Result<()> {
        ctx.require_administrator()?;
        let installation = ctx.installation;
        let audit = NewAudit::of(ctx, Entry::done("heading.removed", format!("heading:{id}")));
        self.app
            .store()
            .write(move |tx| {
                tx.headings(installation).get(id)?.ok_or_else(|| Error::not_found("heading"))?;
                tx.headings(installation).delete(id)?;
                tx.audit(installation).record(&audit)?;
                Ok(())
            })
            .await
    }
}
