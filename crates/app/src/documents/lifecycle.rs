//! Trash, restore, remove for good, copy.

use super::create::Making;
use super::{Changed, DocumentView, Documents};
use crate::operations::Change;
use crate::subjects::{Material, Wanted};
use domain::documents::{Document, DocumentState, Properties, Status};
use domain::operations::OperationKind;
use domain::plugin::{Audience, NewItem, Removal, Shelf, VersionNote};
use domain::rights::{May, may, require};
use domain::{Ctx, DocumentId, Error, Result, TemplateId};
use std::collections::BTreeMap;

impl Documents<'_> {
    /// Moves a document to the trash, from which it can be restored.
    /// # Errors
    /// `Forbidden` for anybody but its owner and administrators; `Conflict` when somebody else holds it.
    pub async fn trash(&self, ctx: &Ctx, id: DocumentId) -> Result<Changed> {
        let (document, _turn) = self.take(ctx, id).await?;
        document.must_be_ready()?;
        self.allow(ctx, &document, |m| m.trash, "delete it").await?;
        let done =
            self.removal(ctx, &document, OperationKind::Trash, Removal::Trash, "document.trashed").await?;
        self.changed(ctx, id, done).await
    }

    /// Brings a document back from the trash.
    pub async fn restore(&self, ctx: &Ctx, id: DocumentId) -> Result<Changed> {
        let (document, _turn) = self.take(ctx, id).await?;
        must_be_trashed(&document, "restored")?;
        self.allow(ctx, &document, |m| m.restore, "restore it").await?;
        let change = Change {
            kind: OperationKind::Restore,
            document: &document,
            action: "document.restored",
            payload: serde_json::Value::Null,
        };
        let (_, done) = self
            .app
            .change(ctx, change, |plugin, call, item| async move {
                plugin.restore(&call, &item).await.map(domain::plugin::Done::with)
            })
            .await?;
        self.changed(ctx, id, done).await
    }

    /// Removes a document in the trash for good, with all its versions.
    pub async fn destroy(&self, ctx: &Ctx, id: DocumentId) -> Result<()> {
        let (document, _turn) = self.take(ctx, id).await?;
        must_be_trashed(&document, "removed for good")?;
        self.allow(ctx, &document, |m| m.destroy, "remove it for good").await?;
        self.removal(ctx, &document, OperationKind::Destroy, Removal::Destroy, "document.destroyed").await?;
        Ok(())
    }

    /// Makes a copy of what the caller would read, owned by the caller, in the same plugin.
    pub async fn copy(&self, ctx: &Ctx, id: DocumentId, heading: Option<String>) -> Result<DocumentView> {
        let source = self.find(ctx, id).await?;
        source.must_be_ready()?;
        self.allow(ctx, &source, |m| m.copy, "copy it").await?;
        let who = ctx.associate()?;
        let mut properties = source.properties.clone();
        properties.heading = heading.unwrap_or_else(|| copy_heading(&properties.heading));
        properties.status = Status::Started;
        if let domain::visibility::VisibleFor::Group(_) = properties.visible_for
            && domain::rights::may_set_visibility(properties.visible_for, true, who).is_err()
        {
            properties.visible_for = domain::visibility::VisibleFor::Owner;
        }
        let properties = properties.checked()?;
        let (material, template) = self.about_copy(ctx, &properties, source.template).await?;
        let reference = source.reference()?.clone();
        let making = Making {
            kind: OperationKind::Copy,
            properties,
            file_name: source.file_name.clone(),
            media_type: source.media_type.clone(),
            date: material.today(ctx.now),
            template: source.template,
            language: source.language.clone(),
            snum: None,
            plugin: source.plugin,
            semantics: source.semantics,
            place: self
                .app
                .filed(ctx.installation, source.plugin, material.placement(who, template, ctx.now))
                .await?,
            action: "document.copied",
        };
        let made = self
            .make(ctx, making, |plugin, call, place, document| async move {
                let new = NewItem {
                    shelf: Shelf::Documents,
                    name: document.file_name.clone(),
                    media_type: document.media_type.clone(),
                    semantics: document.semantics,
                    check_in: Some(VersionNote::text("Copied")),
                    language: None,
                    place,
                    metadata: BTreeMap::new(),
                    audience: Audience::of(document.properties.visible_for, document.owner),
                };
                plugin.copy(&call, &reference, new).await
            })
            .await?;
        self.get(ctx, made).await
    }

    /// What a document is about, and the name of the template it comes from, in one snapshot.
    pub(super) async fn about_copy(
        &self,
        ctx: &Ctx,
        properties: &Properties,
        template: Option<TemplateId>,
    ) -> Result<(Material, Option<String>)> {
        let (installation, wanted) = (ctx.installation, Wanted::of(properties));
        self.app
            .store()
            .read(move |tx| {
                let material = Material::gather(tx, installation, &wanted)?;
                material.must_have(&wanted)?;
                let template = template.map(|id| tx.templates(installation).get(id)).transpose()?.flatten();
                Ok((material, template.map(|t| t.properties.name)))
            })
            .await
    }

    pub(crate) async fn allow(
        &self,
        ctx: &Ctx,
        document: &Document,
        which: impl FnOnce(&May) -> bool,
        action: &str,
    ) -> Result<()> {
        let holder = match document.held_by {
            Some(_) => self.get(ctx, document.id).await?.holder_name.unwrap_or_default(),
            None => String::new(),
        };
        let may = may(document, ctx.associate()?, &holder);
        require(which(&may), &may, action)
    }

    async fn removal(
        &self,
        ctx: &Ctx,
        document: &Document,
        kind: OperationKind,
        how: Removal,
        action: &'static str,
    ) -> Result<domain::plugin::Done> {
        let change = Change { kind, document, action, payload: serde_json::Value::Null };
        let (_, done) = self
            .app
            .change(ctx, change, |plugin, call, item| async move { plugin.remove(&call, &item, how).await })
            .await?;
        Ok(done)
    }
}

fn must_be_trashed(document: &Document, what: &str) -> Result<()> {
    if document.state == DocumentState::Trashed {
        return Ok(());
    }
    Err(Error::conflict(format!("Only a document in the trash can be {what}. Delete it first.")))
}

/// "Offer" becomes "Offer (copy)", within the length of a heading.
fn copy_heading(heading: &str) -> String {
    let room = domain::documents::MAX_HEADING - " (copy)".len();
    let kept: String = heading.chars().take(room).collect();
    format!("{} (copy)", kept.trim_end())
}
