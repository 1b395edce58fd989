//! The work itself: some records at a time, each with an operation that is known before it is recorded.

use super::{MailingAsk, Mailings, object};
use crate::documents::FromTemplate;
use domain::audit::Entry;
use domain::documents::Properties;
use domain::mailings::{Addressee, MailingState, RecordState};
use domain::operations::OperationState;
use domain::records::Admission;
use domain::{
    Actor, CompanyId, ContactId, Ctx, DocumentId, Error, ErrorKind, InstallationId, OperationId, Result,
};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use store::{Mailing, MailingRecord, NewAudit, Outcome};
use uuid::Uuid;

/// How long a mail merge is ours once we have taken it.
pub(super) const LEASE: Duration = Duration::from_mins(2);
/// How many records are taken at a time.
const BATCH: u32 = 40;
/// How many documents are made at the same time.
const AT_ONCE: usize = 8;
/// How long it waits when nothing went on.
const WAIT: Duration = Duration::from_secs(20);

/// What is left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing runs, or what runs is waiting for something.
    Nothing,
    /// There is more: ask again.
    More,
}

/// What came of one record's turn.
enum Turn {
    Settled(Outcome),
    /// It cannot be told yet; its turn comes again.
    Later(String),
}

impl Mailings<'_> {
    /// Whatever happens first: somebody begins or resumes a mail merge, or this time passes.
    pub async fn woken(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.app.0.mailings_wake.notified()).await;
    }

    /// Frees what a process that is gone held. Only at the start of the only node, after the reconciler's run.
    pub async fn run_at_start(&self) -> Result<u64> {
        self.app.store().write(|tx| tx.everywhere().release_mailings()).await
    }

    /// Goes on with one mail merge, for some records.
    ///
    /// Safe to call at any time, and by several nodes: one that another works on is protected by its lease.
    pub async fn work(&self, now: Timestamp) -> Result<Left> {
        let taken = self.app.store().write(move |tx| tx.everywhere().lease_mailing(now, now + LEASE)).await?;
        let Some((i, mailing)) = taken else { return Ok(Left::Nothing) };
        self.app.reached("mailing.taken");
        let went_on = match Box::pin(self.go_on(i, &mailing, now)).await {
            Ok(went_on) => went_on,
            Err(error) => {
                tracing::warn!(mailing = %object(mailing.id), error = ?error, "a mail merge does not go on just now");
                Err(error.public().to_owned())
            }
        };
        let (id, fence) = (mailing.id, mailing.fence);
        self.app
            .store()
            .write(move |tx| {
                let (until, why) = match &went_on {
                    Ok(()) => (now, ""),
                    Err(why) => (now + WAIT, why.as_str()),
                };
                if tx.mailings(i).renew(id, fence, until, now)? {
                    tx.mailings(i).note(id, why, now)?;
                }
                Ok(if went_on.is_ok() { Left::More } else { Left::Nothing })
            })
            .await
    }

    /// Makes some documents; the inner error is a sentence why it waits.
    async fn go_on(
        &self,
        i: InstallationId,
        mailing: &Mailing,
        now: Timestamp,
    ) -> Result<std::result::Result<(), String>> {
        let ask: MailingAsk = serde_json::from_str(&mailing.ask)
            .map_err(|e| Error::internal("a mail merge cannot be read").caused_by(e))?;
        let ctx = match self.on_behalf(i, mailing, now).await {
            Ok(ctx) => ctx,
            Err(error) => return self.pause_itself(i, mailing, &error, now).await,
        };
        if let Err(error) = self.app.templates().usable(&ctx, mailing.template).await {
            return self.pause_itself(i, mailing, &error, now).await;
        }
        if mailing.joined {
            return self.join(&ctx, mailing, &ask).await;
        }
        let id = mailing.id;
        let waiting = RecordState::Waiting;
        let batch =
            self.app.store().read(move |tx| tx.mailings(i).records(id, Some(waiting), 0, BATCH)).await?;
        if batch.is_empty() {
            self.finish(&ctx, mailing).await?;
            return Ok(Ok(()));
        }
        let (ctx, ask) = (&ctx, &ask);
        let mut turns = futures_util::stream::iter(batch)
            .map(|record| async move {
                let turn = self.turn(ctx, mailing, ask, &record).await;
                (record, turn)
            })
            .buffer_unordered(AT_ONCE);
        let (mut settled, mut why) = (0, String::new());
        while let Some((record, turn)) = turns.next().await {
            match turn? {
                Turn::Settled(outcome) => {
                    self.settle(ctx, mailing, &record, outcome).await?;
                    settled += 1;
                }
                Turn::Later(reason) => why = reason,
            }
        }
        Ok(if settled > 0 { Ok(()) } else { Err(why) })
    }

    async fn settle(
        &self,
        ctx: &Ctx,
        mailing: &Mailing,
        record: &MailingRecord,
        outcome: Outcome,
    ) -> Result<()> {
        let (i, id, position) = (ctx.installation, mailing.id, record.position);
        self.app.store().write(move |tx| tx.mailings(i).settle(id, position, &outcome)).await?;
        self.app.reached("mailing.settled");
        Ok(())
    }

    /// One record's turn: its document, or why it has none.
    async fn turn(
        &self,
        ctx: &Ctx,
        mailing: &Mailing,
        ask: &MailingAsk,
        record: &MailingRecord,
    ) -> Result<Turn> {
        let mut tries = record.tries;
        loop {
            let piece = ctx.for_piece(mailing.created, mailing.seed_of(record.position, tries));
            let operation = piece.next_operation();
            match self.known(ctx, operation).await? {
                Known::Nothing => return self.make(&piece, operation, ask, record).await,
                Known::Made(document) => return Ok(Turn::Settled(Outcome::Done(Some(document)))),
                Known::Unsure => return Ok(Turn::Later(UNSURE.into())),
                Known::Withdrawn => {
                    let (i, id, position) = (ctx.installation, mailing.id, record.position);
                    self.app.store().write(move |tx| tx.mailings(i).again(id, position, tries)).await?;
                    tries += 1;
                }
            }
        }
    }

    async fn make(
        &self,
        piece: &Ctx,
        operation: OperationId,
        ask: &MailingAsk,
        record: &MailingRecord,
    ) -> Result<Turn> {
        let from = FromTemplate {
            template: ask.template,
            language: ask.language.clone(),
            properties: self.about(piece, ask, record).await?,
            visible_for: ask.visible_for,
            date: ask.date,
            custom: ask.custom.clone(),
            ..FromTemplate::default()
        };
        match Box::pin(self.app.documents().create_from_template(piece, from)).await {
            Ok(view) => {
                self.app.reached("mailing.made");
                Ok(Turn::Settled(Outcome::Done(Some(view.document.id))))
            }
            Err(error) => match self.known(piece, operation).await? {
                Known::Made(document) => Ok(Turn::Settled(Outcome::Done(Some(document)))),
                Known::Unsure => Ok(Turn::Later(UNSURE.into())),
                Known::Withdrawn | Known::Nothing => Ok(failed(&error)),
            },
        }
    }

    /// What a record's document is about: a contact brings their company.
    async fn about(&self, ctx: &Ctx, ask: &MailingAsk, record: &MailingRecord) -> Result<Properties> {
        let mut properties = Properties { heading: ask.heading.clone(), ..Properties::default() };
        match record.kind {
            Addressee::Company => properties.company = Some(CompanyId(record.record)),
            Addressee::Contact => properties.contact = Some(ContactId(record.record)),
        }
        self.app.documents().infer(ctx, &mut properties).await?;
        Ok(properties)
    }

    /// What is known of an operation that may have been recorded before a kill.
    pub(super) async fn known(&self, ctx: &Ctx, operation: OperationId) -> Result<Known> {
        let i = ctx.installation;
        let found = self.app.store().read(move |tx| tx.operations(i).get(operation)).await?;
        Ok(match found {
            None => Known::Nothing,
            Some(found) => match (found.state, found.document) {
                (OperationState::Completed, Some(document)) => Known::Made(document),
                (OperationState::Intended | OperationState::Parked, _) => Known::Unsure,
                _ => Known::Withdrawn,
            },
        })
    }

    /// The context of whoever began it, as they are now.
    /// # Errors
    /// `Forbidden` when they may not work here any more.
    async fn on_behalf(&self, i: InstallationId, mailing: &Mailing, now: Timestamp) -> Result<Ctx> {
        let by = mailing.by;
        let who = self.app.store().read(move |tx| tx.associates(i).get(by)).await?;
        let who = who.filter(|who| who.admission() == Admission::Admitted).ok_or_else(|| {
            Error::forbidden(
                "Whoever began it may not sign in any more. Begin it anew for the records that are left.",
            )
        })?;
        let request = Uuid::from_u64_pair(mailing.seed, mailing.fence.unsigned_abs());
        Ok(Ctx::new(i, Actor::Associate(Arc::new(who)), now, request, mailing.seed))
    }

    /// It cannot go on by itself: somebody has to look at it.
    async fn pause_itself(
        &self,
        i: InstallationId,
        mailing: &Mailing,
        why: &Error,
        now: Timestamp,
    ) -> Result<std::result::Result<(), String>> {
        if why.kind() == ErrorKind::Unavailable || why.kind() == ErrorKind::Internal {
            return Ok(Err(why.public().to_owned()));
        }
        let (id, reason) = (mailing.id, why.public().to_owned());
        self.app
            .store()
            .write(move |tx| tx.mailings(i).set_state(id, MailingState::Paused, &reason, now).map(drop))
            .await?;
        Ok(Ok(()))
    }

    /// Every record has been looked at.
    pub(super) async fn finish(&self, ctx: &Ctx, mailing: &Mailing) -> Result<()> {
        let (i, now, id) = (ctx.installation, ctx.now, mailing.id);
        let audit = NewAudit::of(ctx, Entry::done("mailing.finished", object(id)));
        self.app
            .store()
            .write(move |tx| {
                tx.mailings(i).set_state(id, MailingState::Finished, "", now)?;
                tx.audit(i).record(&audit)
            })
            .await?;
        self.app.reached("mailing.finished");
        Ok(())
    }
}

pub(super) const UNSURE: &str =
    "It is not known yet whether a document was made; it is found out in a few minutes.";

/// What is known of an operation.
pub(super) enum Known {
    Nothing,
    Made(DocumentId),
    Withdrawn,
    Unsure,
}

/// What a failure means for a record: its turn comes again when the place does not answer just now.
fn failed(error: &Error) -> Turn {
    match error.kind() {
        ErrorKind::Unavailable | ErrorKind::Throttled => Turn::Later(error.public().to_owned()),
        _ => Turn::Settled(Outcome::Failed(error.public().to_owned())),
    }
}
