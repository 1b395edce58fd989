//! Finishes what was interrupted: completes what the plugin did, withdraws what it did not.
//!
//! Safe to run at any time and any number of times, also beside working requests: an operation that runs in this
//! process is left alone, one that another node runs is protected by its lease.

use crate::App;
use crate::operations::{Outcome, keep_draft};
use domain::audit::Entry;
use domain::documents::DocumentState;
use domain::locking::CheckoutState;
use domain::operations::{OperationKind, OperationState, Verdict, decide};
use domain::plugin::{Call, DocumentPlugin, Done, ExternalRef, Fate, Item};
use domain::{Actor, AssociateId, Ctx, DocumentId, Error, InstallationId, Result, TemplateId};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use store::{ItemFacts, NewAudit, Operation};
use uuid::Uuid;

/// How old an operation of another process must be before it counts as interrupted.
const INTERRUPTED_AFTER: Duration = Duration::from_mins(2);
/// How long an operation is ours once we have taken it.
const LEASE: Duration = Duration::from_mins(1);
/// How many operations are taken at a time.
const BATCH: u32 = 50;

/// Finishes what was interrupted.
#[derive(Debug, Clone, Copy)]
pub struct Reconciler<'a> {
    pub(crate) app: &'a App,
}

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconcileReport {
    /// Operations the plugin had done.
    pub completed: u64,
    /// Operations the plugin had not done.
    pub withdrawn: u64,
    /// Operations that could not be decided now.
    pub parked: u64,
}

impl Reconciler<'_> {
    /// One run over what other processes left: operations older than two minutes.
    pub async fn run_once(&self, now: Timestamp) -> Result<ReconcileReport> {
        self.run_over(now - INTERRUPTED_AFTER, now).await
    }

    /// A run at the start of the only node: whatever is unfinished was interrupted, however young it is.
    pub async fn run_at_start(&self, now: Timestamp) -> Result<ReconcileReport> {
        self.app.store().write(move |tx| tx.everywhere().release_leases(now)).await?;
        self.run_over(now, now).await
    }

    async fn run_over(&self, before: Timestamp, now: Timestamp) -> Result<ReconcileReport> {
        let mut report = ReconcileReport::default();
        loop {
            let (until, app) = (now + LEASE, self.app.clone());
            let (batch, last) = self
                .app
                .store()
                .write(move |tx| {
                    let mut batch = tx.everywhere().lease_unfinished(before, now, until, BATCH)?;
                    let last = batch.len() < BATCH as usize;
                    batch.retain(|o| !app.0.running.taken_up(o.id, o.attempts));
                    Ok((batch, last))
                })
                .await?;
            for operation in batch {
                self.finish(&operation, now, &mut report).await?;
            }
            if last {
                return Ok(report);
            }
        }
    }

    async fn finish(
        &self,
        operation: &Operation,
        now: Timestamp,
        report: &mut ReconcileReport,
    ) -> Result<()> {
        let outcome = match (operation.document, operation.template) {
            (Some(document), _) => self.finish_document(operation, document, now).await,
            (None, Some(template)) => self.finish_template(operation, template, now).await,
            (None, None) => self
                .close(operation, OperationState::Withdrawn, "about nothing", now)
                .await
                .map(|()| Verdict::Withdraw),
        };
        let verdict = match outcome {
            Ok(verdict) => verdict,
            Err(e) => {
                tracing::warn!(operation.id = %operation.id, error = ?e, "an interrupted operation is parked");
                Verdict::Park
            }
        };
        tracing::info!(operation.id = %operation.id, operation.kind = operation.kind.as_str(), ?verdict, "reconciled");
        match verdict {
            Verdict::Complete => report.completed += 1,
            Verdict::Withdraw => report.withdrawn += 1,
            Verdict::Park => {
                self.park(operation, now).await?;
                report.parked += 1;
            }
        }
        Ok(())
    }

    async fn finish_document(
        &self,
        operation: &Operation,
        id: DocumentId,
        now: Timestamp,
    ) -> Result<Verdict> {
        let i = operation.installation;
        let _turn = self.app.0.running.turn(i, id).await;
        let document = self
            .app
            .store()
            .read(move |tx| tx.documents(i).get(id))
            .await?
            .ok_or_else(|| Error::internal("an operation is about a document that does not exist"))?;
        let plugin = self.app.plugins().get(operation.plugin)?;
        let by = document.held_by.or(document.created_by);
        let call = system_call(operation, by, now);
        let fate = ask(plugin.as_ref(), &call, operation, document.reference.as_ref()).await;
        let verdict = decide(operation.kind, fate.as_ref());
        let ctx = system_ctx(i, now);
        match verdict {
            Verdict::Park => {}
            Verdict::Complete => {
                let item = match fate {
                    Some(Fate::Applied(item)) => {
                        let again = Call { operation: Some(ctx.new_operation()), ..call };
                        let done = Done::with(*item);
                        keep_draft(plugin.as_ref(), &again, operation.kind, done).await?.item
                    }
                    _ => None,
                };
                self.complete_document(&ctx, operation, id, item, by).await?;
            }
            Verdict::Withdraw => self.withdraw_document(&ctx, operation, id, document.state).await?,
        }
        Ok(verdict)
    }

    async fn complete_document(
        &self,
        ctx: &Ctx,
        operation: &Operation,
        id: DocumentId,
        item: Option<Item>,
        by: Option<AssociateId>,
    ) -> Result<()> {
        let (i, now) = (ctx.installation, ctx.now);
        let (op, fence) = (operation.id, operation.attempts);
        let outcome = Outcome {
            document: id,
            kind: operation.kind,
            payload: operation.payload.clone(),
            facts: item.map(|item| ItemFacts::of(&item, by)),
            by: None,
        };
        let audit = NewAudit::of(ctx, Entry::done("operation.completed", crate::operations::object(id)));
        self.app
            .store()
            .write(move |tx| {
                crate::operations::apply(tx, i, &outcome, now)?;
                crate::operations::finish(tx, i, op, fence, now)?;
                tx.audit(i).record(&audit)?;
                Ok(())
            })
            .await
    }

    async fn withdraw_document(
        &self,
        ctx: &Ctx,
        operation: &Operation,
        id: DocumentId,
        state: DocumentState,
    ) -> Result<()> {
        let (i, now) = (ctx.installation, ctx.now);
        let (op, fence) = (operation.id, operation.attempts);
        let discard = operation.kind.makes_an_item() && state == DocumentState::Creating;
        let audit = NewAudit::of(
            ctx,
            Entry::refused("operation.withdrawn", crate::operations::object(id), "interrupted"),
        );
        self.app
            .store()
            .write(move |tx| {
                if discard {
                    tx.documents(i).withdraw(id, now)?;
                }
                tx.operations(i).finish(op, fence, OperationState::Withdrawn, "interrupted", now)?;
                tx.audit(i).record(&audit)?;
                Ok(())
            })
            .await
    }

    async fn finish_template(
        &self,
        operation: &Operation,
        id: TemplateId,
        now: Timestamp,
    ) -> Result<Verdict> {
        let i = operation.installation;
        let template = self
            .app
            .store()
            .read(move |tx| tx.templates(i).get(id))
            .await?
            .ok_or_else(|| Error::internal("an operation is about a template that does not exist"))?;
        let known = template.variants.iter().find(|v| v.language == operation.language);
        let reference = known.map(|v| v.reference.clone());
        // What was only moved has the content it had.
        let moved = known.filter(|_| operation.kind == OperationKind::Place);
        let updated = moved.map_or(now, |v| v.updated);
        let plugin = self.app.plugins().get(operation.plugin)?;
        let call = system_call(operation, None, now);
        let fate = ask(plugin.as_ref(), &call, operation, reference.as_ref()).await;
        let mut verdict = decide(operation.kind, fate.as_ref());
        if let (OperationKind::Save, Some(Fate::Applied(item))) = (operation.kind, fate.as_ref())
            && !matches!(item.checkout, CheckoutState::NotCheckedOut | CheckoutState::LockingNotSupported)
        {
            // Saved and not yet published: what everybody sees is still the old file. Give the lock back.
            let undo = system_call(operation, None, now);
            let undo = Call { operation: Some(system_ctx(i, now).new_operation()), ..undo };
            plugin.undo_check_out(&undo, &item.reference, true).await?;
            verdict = Verdict::Withdraw;
        }
        match (verdict, fate) {
            (Verdict::Park, _) => {}
            (Verdict::Complete, Some(Fate::Applied(item))) if operation.kind != OperationKind::Trash => {
                let variant = crate::templates::variant_of(&item, operation.language.clone(), updated);
                let (op, fence) = (operation.id, operation.attempts);
                self.app
                    .store()
                    .write(move |tx| {
                        tx.templates(i).put_variant(id, &variant, now)?;
                        crate::operations::finish(tx, i, op, fence, now)
                    })
                    .await?;
            }
            (Verdict::Complete, _) => {
                let (op, fence, language) = (operation.id, operation.attempts, operation.language.clone());
                self.app
                    .store()
                    .write(move |tx| {
                        tx.templates(i).remove_variant(id, &language, now)?;
                        crate::operations::finish(tx, i, op, fence, now)
                    })
                    .await?;
            }
            (Verdict::Withdraw, _) => {
                self.close(operation, OperationState::Withdrawn, "interrupted", now).await?;
            }
        }
        Ok(verdict)
    }

    async fn close(
        &self,
        operation: &Operation,
        state: OperationState,
        reason: &'static str,
        now: Timestamp,
    ) -> Result<()> {
        let (i, op, fence) = (operation.installation, operation.id, operation.attempts);
        self.app
            .store()
            .write(move |tx| tx.operations(i).finish(op, fence, state, reason, now).map(|_| ()))
            .await
    }

    async fn park(&self, operation: &Operation, now: Timestamp) -> Result<()> {
        let (i, op, fence) = (operation.installation, operation.id, operation.attempts);
        // Twice as long each time, from half a minute to an hour.
        let wait = 30_u64.saturating_mul(1 << operation.attempts.clamp(0, 7)).min(3600);
        let until = now + Duration::from_secs(wait);
        self.app
            .store()
            .write(move |tx| {
                tx.operations(i).park(op, fence, until, "the place does not answer", now).map(|_| ())
            })
            .await
    }
}

/// What the plugin says became of an operation; `None` when it cannot say.
async fn ask(
    plugin: &dyn DocumentPlugin,
    call: &Call,
    operation: &Operation,
    reference: Option<&ExternalRef>,
) -> Option<Fate> {
    let about = if operation.kind.makes_an_item() { None } else { reference };
    match plugin.fate(call, operation.id, about).await {
        Ok(fate) => Some(fate),
        Err(e) => {
            tracing::warn!(operation.id = %operation.id, error = ?e, "the plugin cannot say what became of it");
            None
        }
    }
}

fn system_call(operation: &Operation, by: Option<AssociateId>, now: Timestamp) -> Call {
    let name = Arc::from("Chancery");
    let (installation, operation) = (operation.installation, Some(operation.id));
    Call { installation, associate: by, name, operation, now, accepts: Vec::new() }
}

fn system_ctx(installation: InstallationId, now: Timestamp) -> Ctx {
    Ctx::new(installation, Actor::System, now, Uuid::nil(), now.as_microsecond().unsigned_abs())
}
