//! How a change reaches a plugin: the intent is recorded, the plugin is called, the result is recorded.

use crate::App;
use domain::audit::Entry;
use domain::documents::{Document, Properties};
use domain::locking::CheckoutState;
use domain::operations::{OperationKind, OperationState, Verdict, decide};
use domain::plugin::{Call, DocumentPlugin, Done, ExternalRef, Fate, Item};
use domain::visibility::VisibleFor;
use domain::{Ctx, DocumentId, Error, ErrorKind, InstallationId, OperationId, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use store::{ItemFacts, NewAudit, NewOperation, Tx};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// A change to an existing document's item.
pub(crate) struct Change<'a> {
    pub kind: OperationKind,
    pub document: &'a Document,
    /// The audit record's action.
    pub action: &'static str,
    /// What the reconciler and the log may want to know. Never content.
    pub payload: serde_json::Value,
}

type Turns = HashMap<(InstallationId, DocumentId), Weak<AsyncMutex<()>>>;

/// The operations and documents this process is working on now.
///
/// One change at a time for each document, so that results are recorded in the order they happened; and the
/// reconciler leaves alone what is still running here.
#[derive(Debug, Default)]
pub(crate) struct Running {
    documents: Mutex<Turns>,
    /// Each with its fence: how often the reconciler has taken it up while it was running.
    operations: Arc<Mutex<HashMap<OperationId, i64>>>,
}

impl Running {
    /// Waits for the turn of this document.
    pub async fn turn(&self, installation: InstallationId, document: DocumentId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut all = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() > 1024 {
                all.retain(|_, lock| lock.strong_count() > 0);
            }
            let slot = all.entry((installation, document)).or_default();
            slot.upgrade().unwrap_or_else(|| {
                let fresh = Arc::new(AsyncMutex::new(()));
                *slot = Arc::downgrade(&fresh);
                fresh
            })
        };
        lock.lock_owned().await
    }

    /// Marks an operation as running until the mark is dropped.
    pub fn mark(&self, id: OperationId) -> Mark {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).insert(id, 0);
        Mark { id, operations: Arc::clone(&self.operations) }
    }

    /// Hears that the reconciler has taken up an operation and its fence is now this. Whether this process is
    /// still working on it; the reconciler then leaves it alone.
    ///
    /// Called inside the transaction that takes it up, as [`Running::fence`] is called inside the one that
    /// finishes it, so that the two agree.
    pub fn taken_up(&self, id: OperationId, fence: i64) -> bool {
        let mut all = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        all.get_mut(&id).map(|known| *known = fence).is_some()
    }

    /// The fence of an operation that this process works on.
    pub fn fence(&self, id: OperationId) -> i64 {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied().unwrap_or(0)
    }

    /// How many operations this process is working on.
    pub fn count(&self) -> usize {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// An operation in progress in this process.
#[derive(Debug)]
pub(crate) struct Mark {
    id: OperationId,
    operations: Arc<Mutex<HashMap<OperationId, i64>>>,
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl App {
    /// Waits until no operation is running here, at most for the time given. True when none is left.
    pub async fn drain(&self, at_most: std::time::Duration) -> bool {
        let quiet = async {
            while self.0.running.count() > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(at_most, quiet).await.is_ok()
    }

    /// Runs a change of an existing document through intent, call and result.
    ///
    /// The caller holds the document's turn. When the call fails, the plugin is asked what became of it: a change
    /// that happened after all is recorded as done, one that did not is withdrawn, and silence is left to the
    /// reconciler.
    pub(crate) async fn change<F, Fut>(
        &self,
        ctx: &Ctx,
        change: Change<'_>,
        call: F,
    ) -> Result<(Document, Done)>
    where
        F: FnOnce(Arc<dyn DocumentPlugin>, Call, ExternalRef) -> Fut,
        Fut: Future<Output = Result<Done>>,
    {
        let document = change.document;
        let reference = document.reference()?.clone();
        let plugin = self.plugins().get(document.plugin)?;
        let operation = ctx.new_operation();
        let _mark = self.0.running.mark(operation);
        self.intend(ctx, operation, &change).await?;
        self.reached("operation.intended");
        let result =
            call(Arc::clone(&plugin), crate::registry::call(ctx, Some(operation)), reference.clone()).await;
        self.reached("operation.called");
        let done = match result {
            Ok(done) => done,
            Err(e) => self.after_failure(ctx, operation, &change, plugin.as_ref(), &reference, e).await?,
        };
        let again = crate::registry::call(ctx, Some(ctx.new_operation()));
        let done = keep_draft(plugin.as_ref(), &again, change.kind, done).await?;
        let recorded = self.record(ctx, operation, &change, done.item.as_ref()).await?;
        self.reached("operation.recorded");
        Ok((recorded, done))
    }

    async fn intend(&self, ctx: &Ctx, operation: OperationId, change: &Change<'_>) -> Result<()> {
        let new = NewOperation {
            id: operation,
            kind: change.kind,
            plugin: change.document.plugin,
            document: Some(change.document.id),
            template: None,
            language: String::new(),
            payload: change.payload.clone(),
        };
        let (installation, now) = (ctx.installation, ctx.now);
        self.store().write(move |tx| tx.operations(installation).insert(&new, now)).await
    }

    /// Decides what a failed call means; see [`App::change`].
    async fn after_failure(
        &self,
        ctx: &Ctx,
        operation: OperationId,
        change: &Change<'_>,
        plugin: &dyn DocumentPlugin,
        reference: &ExternalRef,
        error: Error,
    ) -> Result<Done> {
        let call = crate::registry::call(ctx, Some(operation));
        let fate = plugin.fate(&call, operation, Some(reference)).await.ok();
        match decide(change.kind, fate.as_ref()) {
            Verdict::Complete => Ok(Done {
                item: match fate {
                    Some(Fate::Applied(item)) => Some(*item),
                    _ => None,
                },
                answer: domain::plugin::Answer::Nothing,
            }),
            Verdict::Withdraw => {
                self.withdraw(ctx, operation, change, &error).await?;
                Err(error)
            }
            Verdict::Park => Err(error),
        }
    }

    async fn withdraw(
        &self,
        ctx: &Ctx,
        operation: OperationId,
        change: &Change<'_>,
        why: &Error,
    ) -> Result<()> {
        let (installation, now) = (ctx.installation, ctx.now);
        let reason = format!("{:?}", why.kind());
        let audit =
            NewAudit::of(ctx, Entry::refused(change.action, object(change.document.id), reason.clone()));
        let app = self.clone();
        self.store()
            .write(move |tx| {
                app.withdrawn(tx, installation, operation, &reason, now)?;
                tx.audit(installation).record(&audit)?;
                Ok(())
            })
            .await
    }

    async fn record(
        &self,
        ctx: &Ctx,
        operation: OperationId,
        change: &Change<'_>,
        item: Option<&Item>,
    ) -> Result<Document> {
        let (installation, now, by) = (ctx.installation, ctx.now, ctx.associate_id());
        let (id, kind) = (change.document.id, change.kind);
        let outcome = Outcome {
            document: id,
            kind,
            payload: change.payload.clone(),
            facts: item.map(|item| ItemFacts::of(item, by)),
            by,
        };
        let audit = NewAudit::of(ctx, Entry::done(change.action, object(id)));
        let app = self.clone();
        self.store()
            .write(move |tx| {
                let document = apply(tx, installation, &outcome, now)?;
                app.completed(tx, installation, operation, now)?;
                tx.audit(installation).record(&audit)?;
                Ok(document)
            })
            .await
    }

    /// Completes an operation that this process works on.
    /// # Errors
    /// As [`finish`].
    pub(crate) fn completed(
        &self,
        tx: &Tx<'_>,
        installation: InstallationId,
        operation: OperationId,
        now: jiff::Timestamp,
    ) -> Result<()> {
        finish(tx, installation, operation, self.0.running.fence(operation), now)
    }

    /// Withdraws an operation that this process works on, unless somebody else has taken it in the meantime.
    pub(crate) fn withdrawn(
        &self,
        tx: &Tx<'_>,
        installation: InstallationId,
        operation: OperationId,
        reason: &str,
        now: jiff::Timestamp,
    ) -> Result<()> {
        let fence = self.0.running.fence(operation);
        tx.operations(installation).finish(operation, fence, OperationState::Withdrawn, reason, now).map(drop)
    }
}

/// A document that was never checked in is seen by whoever holds it and nobody else. So that undoing its first
/// check-out does not hide it from everybody for good, whoever undid it holds the empty draft.
pub(crate) async fn keep_draft(
    plugin: &dyn DocumentPlugin,
    again: &Call,
    kind: OperationKind,
    done: Done,
) -> Result<Done> {
    match &done.item {
        Some(item)
            if kind == OperationKind::UndoCheckOut
                && !item.published
                && item.checkout == CheckoutState::NotCheckedOut =>
        {
            let held = plugin.check_out(again, &item.reference).await?;
            Ok(Done { item: held.item, answer: done.answer })
        }
        _ => Ok(done),
    }
}

/// What an operation did.
pub(crate) struct Outcome {
    pub document: DocumentId,
    pub kind: OperationKind,
    /// As recorded with the intent.
    pub payload: serde_json::Value,
    /// The item afterwards.
    pub facts: Option<ItemFacts>,
    pub by: Option<domain::AssociateId>,
}

/// Writes what an operation did into the document's row. Used by the request and by the reconciler.
pub(crate) fn apply(
    tx: &Tx<'_>,
    installation: InstallationId,
    outcome: &Outcome,
    now: jiff::Timestamp,
) -> Result<Document> {
    use domain::documents::DocumentState::{Destroyed, Ready, Trashed};
    let documents = tx.documents(installation);
    let (id, facts, by) = (outcome.document, outcome.facts.as_ref(), outcome.by);
    match outcome.kind {
        OperationKind::Trash => documents.set_state(id, Ready, Trashed, by, now),
        OperationKind::Restore => {
            if let Some(facts) = facts {
                documents.record_item(id, facts, by, now)?;
            }
            documents.set_state(id, Trashed, Ready, by, now)
        }
        OperationKind::Destroy => documents.set_state(id, Trashed, Destroyed, by, now),
        OperationKind::Create | OperationKind::Copy => {
            let facts = facts.ok_or_else(|| Error::internal("an item was made without facts"))?;
            documents.mark_ready(id, facts, by, now)
        }
        // A command may leave the item as it is and answer without it.
        OperationKind::Command if facts.is_none() => {
            documents.get(id)?.ok_or_else(|| Error::internal("a command ran on a document that is gone"))
        }
        kind => {
            let facts = facts.ok_or_else(|| Error::internal("a change answered without an item"))?;
            let document = documents.record_item(id, facts, by, now)?;
            // Who sees it here and who may open it there change together.
            match visibility(&outcome.payload) {
                Some(visible_for) if kind == OperationKind::SetAudience => {
                    let properties = Properties { visible_for, ..document.properties };
                    documents.update_properties(id, document.row_version, &properties, by, now)
                }
                _ => Ok(document),
            }
        }
    }
}

/// The payload of a change of who may open an item at its place.
pub(crate) fn audience_payload(visible_for: VisibleFor) -> serde_json::Value {
    serde_json::json!({ "visible_for": visible_for })
}

fn visibility(payload: &serde_json::Value) -> Option<VisibleFor> {
    payload.get("visible_for").and_then(|v| serde_json::from_value(v.clone()).ok())
}

/// Completes an operation, unless somebody else has taken it in the meantime.
pub(crate) fn finish(
    tx: &Tx<'_>,
    installation: InstallationId,
    operation: OperationId,
    fence: i64,
    now: jiff::Timestamp,
) -> Result<()> {
    if tx.operations(installation).finish(operation, fence, OperationState::Completed, "", now)? {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        "This change took so long that it was taken over by the clean-up. Look at the document, then try again.",
    )
    .with("operation", operation.to_string()))
}

/// A document as the audit log names it.
pub(crate) fn object(id: DocumentId) -> String {
    format!("document:{id}")
}
