//! Mail merges: a template over a selection of companies or contacts, as a work that can be paused, and that goes on
//! after a kill.
//!
//! Invariant: a record's operation id follows from the mail merge, the record's place and how often its operation was
//! withdrawn; so a record that is taken up again finds what was made for it, and nothing is made twice.

mod joined;
mod selection;
mod work;

pub use selection::{Forecast, MailingAsk, Selection};
pub use store::{Mailing, MailingRecord, Tally};
pub use work::Left;

use crate::App;
use domain::audit::Entry;
use domain::mailings::{MailingState, RecordState};
use domain::{Ctx, Error, MailingId, Result};
use store::NewAudit;

/// Use cases of mail merges.
#[derive(Debug, Clone, Copy)]
pub struct Mailings<'a> {
    pub(crate) app: &'a App,
}

/// A mail merge with how far it is.
#[derive(Debug, Clone)]
pub struct MailingView {
    /// The mail merge.
    pub mailing: Mailing,
    /// How many records are in each state.
    pub tally: Tally,
    /// The name of its template.
    pub template_name: String,
    /// On whose behalf.
    pub by_name: String,
}

impl Mailings<'_> {
    /// The mail merges the caller has begun; administrators see everybody's. The newest first, at most 100.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<MailingView>> {
        let who = ctx.associate()?;
        let by = (!who.administrator).then_some(who.id);
        let i = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let found = tx.mailings(i).list(by, 100)?;
                found.into_iter().map(|mailing| view(tx, i, mailing)).collect()
            })
            .await
    }

    /// One mail merge.
    /// # Errors
    /// `NotFound` for one that does not exist or that somebody else has begun.
    pub async fn get(&self, ctx: &Ctx, id: MailingId) -> Result<MailingView> {
        let mailing = self.own(ctx, id).await?;
        let i = ctx.installation;
        self.app.store().read(move |tx| view(tx, i, mailing)).await
    }

    /// Records of one, after a position, at most 200.
    pub async fn records(
        &self,
        ctx: &Ctx,
        id: MailingId,
        state: Option<RecordState>,
        after: i64,
    ) -> Result<Vec<MailingRecord>> {
        self.own(ctx, id).await?;
        let i = ctx.installation;
        self.app.store().read(move |tx| tx.mailings(i).records(id, state, after, 200)).await
    }

    /// What became of each record, as CSV: kind, id, name, state, reason, document.
    pub async fn report(&self, ctx: &Ctx, id: MailingId) -> Result<Vec<u8>> {
        let wrong = |e: csv::Error| Error::internal("a report could not be written").caused_by(e);
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(["kind", "id", "name", "state", "reason", "document"]).map_err(wrong)?;
        let mut after = 0;
        loop {
            let page = self.records(ctx, id, None, after).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for record in page {
                let line = [
                    record.kind.as_str().to_owned(),
                    record.record.to_string(),
                    harmless(record.label),
                    record.state.as_str().to_owned(),
                    harmless(record.reason),
                    record.document.map(|id| id.to_string()).unwrap_or_default(),
                ];
                out.write_record(line).map_err(wrong)?;
            }
        }
        out.into_inner().map_err(|e| {
            Error::internal("a report could not be written").with("cause", e.error().to_string())
        })
    }

    /// Stops one for a while. What is being made now is still finished.
    pub async fn pause(&self, ctx: &Ctx, id: MailingId) -> Result<MailingView> {
        self.set(ctx, id, MailingState::Paused, "mailing.paused").await
    }

    /// Lets a paused one go on.
    pub async fn resume(&self, ctx: &Ctx, id: MailingId) -> Result<MailingView> {
        self.set(ctx, id, MailingState::Running, "mailing.resumed").await
    }

    /// Ends one. What was made stays; the rest is not made.
    pub async fn stop(&self, ctx: &Ctx, id: MailingId) -> Result<MailingView> {
        self.set(ctx, id, MailingState::Stopped, "mailing.stopped").await
    }

    /// Gives the failed records of a finished one another turn.
    /// # Errors
    /// `Conflict` when none has failed, or it is not finished.
    pub async fn retry(&self, ctx: &Ctx, id: MailingId) -> Result<MailingView> {
        let mailing = self.own(ctx, id).await?;
        if mailing.joined && mailing.document.is_some() {
            return Err(Error::conflict(
                "The joined document is made and does not change any more. Begin a new mail merge for the records \
                 that failed.",
            ));
        }
        let (i, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done("mailing.retried", object(id)));
        self.app
            .store()
            .write(move |tx| {
                tx.mailings(i).retry(id, now)?;
                tx.audit(i).record(&audit)
            })
            .await?;
        self.app.0.mailings_wake.notify_one();
        self.get(ctx, id).await
    }

    async fn set(
        &self,
        ctx: &Ctx,
        id: MailingId,
        state: MailingState,
        action: &'static str,
    ) -> Result<MailingView> {
        let mailing = self.own(ctx, id).await?;
        let (i, now) = (ctx.installation, ctx.now);
        if mailing.state == state {
            return self.get(ctx, id).await;
        }
        let audit = NewAudit::of(ctx, Entry::done(action, object(id)));
        self.app
            .store()
            .write(move |tx| {
                tx.mailings(i).set_state(id, state, "", now)?;
                tx.audit(i).record(&audit)
            })
            .await?;
        self.app.0.mailings_wake.notify_one();
        self.get(ctx, id).await
    }

    /// One that the caller may see: their own, or anybody's for administrators.
    async fn own(&self, ctx: &Ctx, id: MailingId) -> Result<Mailing> {
        let (who, i) = (ctx.associate()?, ctx.installation);
        let found = self.app.store().read(move |tx| tx.mailings(i).get(id)).await?;
        found
            .filter(|mailing| mailing.by == who.id || who.administrator)
            .ok_or_else(|| Error::not_found("mail merge"))
    }
}

fn view(tx: &store::Tx<'_>, i: domain::InstallationId, mailing: Mailing) -> Result<MailingView> {
    let template = tx.templates(i).get(mailing.template)?;
    let by = tx.associates(i).get(mailing.by)?;
    Ok(MailingView {
        tally: tx.mailings(i).tally(mailing.id)?,
        template_name: template.map(|t| t.properties.name).unwrap_or_default(),
        by_name: by.map(|who| who.full_name()).unwrap_or_default(),
        mailing,
    })
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

/// A mail merge as the audit log names it.
pub(crate) fn object(id: MailingId) -> String {
    format!("mailing:{id}")
}
