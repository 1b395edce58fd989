//! Changing what people write about a document, and its file name.

use super::{DocumentView, Documents};
use crate::operations::Change;
use crate::subjects::no_such;
use domain::audit::Entry;
use domain::documents::{Properties, Status};
use domain::operations::OperationKind;
use domain::plugin::{Audience, Done};
use domain::rights::may_set_visibility;
use domain::visibility::VisibleFor;
use domain::{Ctx, DocumentId, Error, ErrorKind, Result, names};
use store::NewAudit;

impl Documents<'_> {
    /// Changes properties: heading, references, subjects, *Completed*, visible for.
    /// # Errors
    /// `Stale` when `expected` is not the row's version; `Forbidden` for a visibility the caller may not set;
    /// `Invalid`, naming the field.
    pub async fn update(
        &self,
        ctx: &Ctx,
        id: DocumentId,
        expected: Option<i64>,
        properties: Properties,
    ) -> Result<DocumentView> {
        let properties = properties.checked()?;
        let (document, _turn) = self.take(ctx, id).await?;
        document.must_be_ready()?;
        let row_version = expected.unwrap_or(document.row_version);
        if row_version != document.row_version {
            return Err(stale());
        }
        let who = ctx.associate()?;
        let before = document.properties.clone();
        if properties.visible_for != before.visible_for {
            self.allow(ctx, &document, |m| m.change_visibility, "change who sees it").await?;
            may_set_visibility(properties.visible_for, document.owner == who.id, who)?;
        }
        if (properties.status == Status::Completed) != (before.status == Status::Completed) {
            self.allow_completion(ctx, &document).await?;
        }
        self.check_subjects(ctx, &properties).await?;
        if properties.visible_for != before.visible_for {
            self.follow_audience(ctx, &document, properties.visible_for).await?;
        }
        let (installation, now, by) = (ctx.installation, ctx.now, ctx.associate_id());
        let row_version = self.find(ctx, id).await?.row_version;
        let audit = NewAudit::of(ctx, Entry::done("document.changed", crate::operations::object(id)));
        let about = properties.clone();
        self.app
            .store()
            .write(move |tx| {
                tx.documents(installation).update_properties(id, row_version, &properties, by, now)?;
                tx.audit(installation).record(&audit)
            })
            .await?;
        if (about.company, about.project) != (before.company, before.project)
            && let Err(error) = self.follow_facts(ctx, &document, &about).await
        {
            // What people wrote is kept; the place shows it with the next change.
            tracing::warn!(document = %id, ?error, "the place does not show what the document is about yet");
        }
        self.get(ctx, id).await
    }

    /// Changes the file name; the plugin amends it where needed, and the view carries the name in use (T29). The
    /// extension stays.
    pub async fn rename(
        &self,
        ctx: &Ctx,
        id: DocumentId,
        expected: Option<i64>,
        name: &str,
    ) -> Result<DocumentView> {
        let (document, _turn) = self.take(ctx, id).await?;
        document.must_be_ready()?;
        if expected.is_some_and(|v| v != document.row_version) {
            return Err(stale());
        }
        self.allow(ctx, &document, |m| m.rename, "rename it").await?;
        let (_, extension) = names::split(&document.file_name);
        let (stem, typed) = names::split(name.trim());
        let suggested = if typed.eq_ignore_ascii_case(extension) {
            format!("{stem}{extension}")
        } else {
            format!("{name}{extension}")
        };
        let change = Change {
            kind: OperationKind::Rename,
            document: &document,
            action: "document.renamed",
            payload: serde_json::Value::Null,
        };
        self.app
            .change(ctx, change, |plugin, call, item| async move {
                plugin.rename(&call, &item, &suggested).await.map(Done::with)
            })
            .await?;
        self.get(ctx, id).await
    }

    async fn allow_completion(&self, ctx: &Ctx, document: &domain::documents::Document) -> Result<()> {
        if document.held_by == ctx.associate_id() && document.held_by.is_some() {
            return Err(Error::conflict(
                "You have this document checked out. Check it in first; you can mark it as completed there.",
            ));
        }
        self.allow(ctx, document, |m| m.complete, "mark it as completed").await
    }

    /// Tells the plugin who may open the item, where it keeps that.
    pub(crate) async fn follow_audience(
        &self,
        ctx: &Ctx,
        document: &domain::documents::Document,
        visible_for: VisibleFor,
    ) -> Result<()> {
        let plugin = self.app.plugins().get(document.plugin)?;
        if !plugin.capabilities().audience {
            return Ok(());
        }
        let audience = Audience::of(visible_for, document.owner);
        let change = Change {
            kind: OperationKind::SetAudience,
            document,
            action: "document.audience_changed",
            payload: crate::operations::audience_payload(visible_for),
        };
        self.app
            .change(ctx, change, |plugin, call, item| async move {
                plugin.set_audience(&call, &item, &audience).await?;
                let now = plugin.stat(&call, &item).await?.ok_or_else(|| Error::not_found("document"))?;
                Ok(Done::with(now))
            })
            .await?;
        Ok(())
    }

    /// Tells the plugin what the document is about now, where it shows that beside the file. Where the file lies stays.
    async fn follow_facts(
        &self,
        ctx: &Ctx,
        document: &domain::documents::Document,
        about: &Properties,
    ) -> Result<()> {
        let (material, template) = self.about_copy(ctx, about, document.template).await?;
        let (of, owner) = (ctx.installation, document.owner);
        let owner = self.app.store().read(move |tx| tx.associates(of).get(owner)).await?;
        let owner = owner.ok_or_else(|| Error::not_found("associate"))?;
        let facts = material.placement(&owner, template, document.created);
        let plugin = self.app.plugins().get(document.plugin)?;
        let call = crate::registry::call(ctx, Some(ctx.new_operation()));
        plugin.set_facts(&call, document.reference()?, &facts).await
    }

    /// Refuses subjects that do not exist in this installation.
    pub(crate) async fn check_subjects(&self, ctx: &Ctx, properties: &Properties) -> Result<()> {
        let (company, contact, project, sale) =
            (properties.company, properties.contact, properties.project, properties.sale);
        if company.is_none() && contact.is_none() && project.is_none() && sale.is_none() {
            return Ok(());
        }
        let installation = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                if let Some(id) = company {
                    tx.companies(installation).get(id)?.ok_or_else(|| no_such("company"))?;
                }
                if let Some(id) = contact {
                    tx.contacts(installation).get(id)?.ok_or_else(|| no_such("contact"))?;
                }
                if let Some(id) = project {
                    tx.projects(installation).get(id)?.ok_or_else(|| no_such("project"))?;
                }
                if let Some(id) = sale {
                    tx.sales(installation).get(id)?.ok_or_else(|| no_such("sale"))?;
                }
                Ok(())
            })
            .await
    }
}

fn stale() -> Error {
    Error::new(
        ErrorKind::Stale,
        "Somebody has changed this document since you opened it. Look at it again, then make your change.",
    )
}
