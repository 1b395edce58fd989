//! Check-out, check-in, undo, and versions.

use super::{DocumentView, Documents};
use crate::operations::Change;
use domain::documents::{Document, Status};
use domain::operations::OperationKind;
use domain::plugin::{Answer, Done, VersionId, VersionInfo, VersionNote};
use domain::rights::require;
use domain::{Ctx, DocumentId, Result, text};
use std::collections::BTreeMap;

/// A document after a change, with what the plugin wants said.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The document afterwards.
    pub view: DocumentView,
    /// What to do next.
    pub answer: Answer,
}

/// A check-in.
#[derive(Debug, Clone, Default)]
pub struct CheckIn {
    /// What this version is about, at most 500 characters.
    pub description: String,
    /// Extra fields kept with the version.
    pub extra: BTreeMap<String, String>,
    /// Mark the document as completed as well.
    pub complete: bool,
    /// Check out again at once.
    pub keep: bool,
}

impl Documents<'_> {
    /// Takes the lock. Taking one's own again, or one of a document without locking, changes nothing.
    /// # Errors
    /// `Conflict` when somebody else holds it or the document is completed.
    pub async fn check_out(&self, ctx: &Ctx, id: DocumentId) -> Result<Changed> {
        let (document, _turn) = self.take(ctx, id).await?;
        document.may_change_content()?;
        let done = self.take_lock(ctx, &document).await?;
        self.changed(ctx, id, done).await
    }

    /// Publishes the caller's work, keeps a version, and releases the lock.
    /// # Errors
    /// `Conflict`, without change, when the caller does not hold it.
    pub async fn check_in(&self, ctx: &Ctx, id: DocumentId, ask: CheckIn) -> Result<Changed> {
        let note =
            VersionNote { description: text::line("comment", &ask.description, 500)?, extra: ask.extra };
        let (document, _turn) = self.take(ctx, id).await?;
        document.must_be_ready()?;
        let change = Change {
            kind: OperationKind::CheckIn,
            document: &document,
            action: "document.checked_in",
            payload: serde_json::Value::Null,
        };
        let (recorded, done) =
            self.app
                .change(ctx, change, |plugin, call, item| async move {
                    plugin.check_in(&call, &item, &note).await
                })
                .await?;
        if ask.complete {
            self.complete(ctx, &recorded).await?;
        } else if ask.keep {
            self.take_lock(ctx, &recorded).await?;
        }
        self.changed(ctx, id, done).await
    }

    /// Discards the caller's work, or with `force` somebody else's, and releases the lock.
    ///
    /// A document that was never checked in becomes an empty draft of whoever holds it.
    /// # Errors
    /// `Conflict` when somebody else holds it; `Forbidden` for `force` without the right.
    pub async fn undo_check_out(&self, ctx: &Ctx, id: DocumentId, force: bool) -> Result<Changed> {
        let (document, _turn) = self.take(ctx, id).await?;
        document.must_be_ready()?;
        let who = ctx.associate()?;
        let mut forced = false;
        if document.held_by.is_some() && document.held_by != Some(who.id) {
            let view = self.get(ctx, id).await?;
            if force {
                if !view.may.force_undo {
                    return Err(domain::Error::forbidden(
                        "You may not discard somebody else's work. Ask the person who holds the document, \
                         or an administrator.",
                    ));
                }
                forced = true;
            } else {
                require(view.may.undo, &view.may, "undo the check-out")?;
            }
        }
        let change = Change {
            kind: OperationKind::UndoCheckOut,
            document: &document,
            action: if forced { "document.check_out_undone_by_force" } else { "document.check_out_undone" },
            payload: serde_json::json!({ "forced": forced }),
        };
        let (_, done) = self
            .app
            .change(ctx, change, |plugin, call, item| async move {
                plugin.undo_check_out(&call, &item, forced).await
            })
            .await?;
        self.changed(ctx, id, done).await
    }

    /// The committed versions, oldest first.
    pub async fn versions(&self, ctx: &Ctx, id: DocumentId) -> Result<Vec<VersionInfo>> {
        let document = self.find(ctx, id).await?;
        let plugin = self.app.plugins().get(document.plugin)?;
        plugin.versions(&crate::registry::call(ctx, None), document.reference()?).await
    }

    /// Makes an earlier version the newest one.
    /// # Errors
    /// `Conflict` when the document is completed or somebody else holds it; `NotFound` for an unknown version.
    pub async fn restore_version(&self, ctx: &Ctx, id: DocumentId, version: VersionId) -> Result<Changed> {
        let (document, _turn) = self.take(ctx, id).await?;
        document.may_change_content()?;
        self.allow(ctx, &document, |m| m.change_content, "bring back a version").await?;
        let change = Change {
            kind: OperationKind::RestoreVersion,
            document: &document,
            action: "document.version_restored",
            payload: serde_json::json!({ "version": version.0 }),
        };
        let (_, done) = self
            .app
            .change(ctx, change, |plugin, call, item| async move {
                plugin.restore_version(&call, &item, &version).await
            })
            .await?;
        self.changed(ctx, id, done).await
    }

    async fn take_lock(&self, ctx: &Ctx, document: &Document) -> Result<Done> {
        let change = Change {
            kind: OperationKind::CheckOut,
            document,
            action: "document.checked_out",
            payload: serde_json::Value::Null,
        };
        let call = |plugin: std::sync::Arc<dyn domain::plugin::DocumentPlugin>, call, item| async move {
            plugin.check_out(&call, &item).await
        };
        self.app.change(ctx, change, call).await.map(|(_, done)| done)
    }

    async fn complete(&self, ctx: &Ctx, document: &Document) -> Result<()> {
        let properties =
            domain::documents::Properties { status: Status::Completed, ..document.properties.clone() };
        let (installation, now, by) = (ctx.installation, ctx.now, ctx.associate_id());
        let (id, row_version) = (document.id, document.row_version);
        self.app
            .store()
            .write(move |tx| {
                tx.documents(installation).update_properties(id, row_version, &properties, by, now)
            })
            .await?;
        Ok(())
    }

    pub(crate) async fn changed(&self, ctx: &Ctx, id: DocumentId, done: Done) -> Result<Changed> {
        Ok(Changed { view: self.get(ctx, id).await?, answer: done.answer })
    }
}
