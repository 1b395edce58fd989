//! The files of a template: the neutral one and its language variants, each with its versions (T06).

use super::weigh::must_be_sound;
use super::{TemplateView, Templates, object};
use crate::documents::{Preview, Reading, opening_address, preview_of, read_small};
use bytes::Bytes;
use domain::audit::Entry;
use domain::operations::OperationKind;
use domain::plugin::{
    Body, DocumentPlugin, ExternalRef, Item, Placement, VersionId, VersionInfo, VersionNote, Which,
};
use domain::templates::{Template, Variant, language_tag};
use domain::{Ctx, Error, OperationId, Result, TemplateId};
use std::sync::Arc;
use store::NewAudit;

impl Templates<'_> {
    /// Adds a language variant, or replaces a file in place, keeping the version that was there.
    /// # Errors
    /// `Invalid`, naming the field, for a malformed language or a file that cannot be a template or in which errors
    /// are found. Warnings are no matter here: whoever calls this has seen them, see [`Templates::weigh`].
    pub async fn put_file(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        language: &str,
        file_name: &str,
        bytes: Bytes,
    ) -> Result<TemplateView> {
        let template = self.maintained(ctx, id).await?;
        let (language, name) = self.fitting(&template, language, file_name)?;
        let file = self.checked_file(ctx, Some(&template), &language, &name, bytes).await?;
        let present = exact(&template, &language);
        if let Some(variant) = present {
            let body = file.bytes;
            let replace = |plugin: Arc<dyn DocumentPlugin>, ctx, operation, item| async move {
                replace_and_check_in(plugin.as_ref(), &ctx, operation, &item, body).await
            };
            self.change_file(ctx, &template, variant, OperationKind::Save, replace).await?;
        } else {
            self.place_new_file(ctx, id, template.kept_in, file).await?;
        }
        self.get(ctx, id).await
    }

    /// The language and the name of a file that fits a template.
    pub(crate) fn fitting(
        self,
        template: &Template,
        language: &str,
        file_name: &str,
    ) -> Result<(String, String)> {
        let language = optional_language(language)?;
        let name = super::create::checked_name(file_name, 0, self.app.settings().max_template)?;
        // All files of a template are of one type: a document does not change its type with its language.
        if let Some(alike) = exact(template, &language).or(template.variants.first()) {
            same_format(alike, &name)?;
        }
        Ok((language, name))
    }

    /// Removes a language variant. The neutral file stays; replace it instead.
    pub async fn remove_variant(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<TemplateView> {
        let template = self.maintained(ctx, id).await?;
        let language = optional_language(language)?;
        if language.is_empty() {
            return Err(Error::invalid(
                "The neutral file cannot be removed. Replace it, or retire the template.",
            )
            .field("language"));
        }
        let variant = exact(&template, &language).ok_or_else(|| Error::not_found("language variant"))?;
        let plugin = self.app.plugins().get(template.kept_in)?;
        let operation = ctx.new_operation();
        let _mark = self.app.0.running.mark(operation);
        self.intend_file(ctx, operation, OperationKind::Trash, id, template.kept_in, &language).await?;
        self.app.reached("template_file.intended");
        let call = crate::registry::call(ctx, Some(operation));
        let removed = plugin.remove(&call, &variant.reference, domain::plugin::Removal::Trash).await;
        self.app.reached("template_file.called");
        if let Err(e) = removed {
            return self.withdraw_file(ctx, operation, e).await;
        }
        let (installation, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done("template.variant_removed", object(id)));
        let app = self.app.clone();
        self.app
            .store()
            .write(move |tx| {
                tx.templates(installation).remove_variant(id, &language, now)?;
                app.completed(tx, installation, operation, now)?;
                tx.audit(installation).record(&audit)
            })
            .await?;
        self.get(ctx, id).await
    }

    /// The versions of a file, oldest first.
    pub async fn versions(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Vec<VersionInfo>> {
        let template = self.maintained(ctx, id).await?;
        let variant = must_exist(&template, &optional_language(language)?)?;
        let plugin = self.app.plugins().get(template.kept_in)?;
        plugin.versions(&crate::registry::call(ctx, None), &variant.reference).await
    }

    /// Makes an earlier version of a file the newest one.
    /// # Errors
    /// `Invalid`, naming the findings, when errors are found in that version.
    pub async fn restore_version(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        language: &str,
        version: VersionId,
    ) -> Result<TemplateView> {
        let template = self.maintained(ctx, id).await?;
        let variant = must_exist(&template, &optional_language(language)?)?;
        self.sound_version(ctx, &template, variant, &version).await?;
        self.change_file(
            ctx,
            &template,
            variant,
            OperationKind::RestoreVersion,
            |plugin, ctx, op, item| async move {
                plugin.restore_version(&crate::registry::call(&ctx, Some(op)), &item, &version).await?.item()
            },
        )
        .await?;
        self.get(ctx, id).await
    }

    /// Refuses to bring back a version in which errors are found: it would be published.
    async fn sound_version(
        &self,
        ctx: &Ctx,
        template: &Template,
        variant: &Variant,
        version: &VersionId,
    ) -> Result<()> {
        let (max, which) = (self.app.settings().max_template, Which::Version(version.clone()));
        let read = read_small(self.app, ctx, template.kept_in, &variant.reference, &which, max).await?;
        // What is too large to be looked at was never looked at; it comes back as it was.
        let Some(bytes) = read else { return Ok(()) };
        let filling = self.looked_at(&variant.file_name, bytes.into()).await?;
        must_be_sound(&self.weighed(ctx, Some(template), &variant.language, &filling).await?)
    }

    /// What a version of a file changed about the one before, a sentence each; `None` for the first one, and for files
    /// without codes.
    pub async fn version_changes(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        language: &str,
        version: &VersionId,
    ) -> Result<Option<Vec<String>>> {
        let template = self.maintained(ctx, id).await?;
        let variant = must_exist(&template, &optional_language(language)?)?;
        let plugin = self.app.plugins().get(template.kept_in)?;
        let all = plugin.versions(&crate::registry::call(ctx, None), &variant.reference).await?;
        let at = all.iter().position(|known| known.id == *version);
        let at = at.ok_or_else(|| Error::not_found("version"))?;
        let Some(before) = at.checked_sub(1).and_then(|at| all.get(at)) else { return Ok(None) };
        let mut compiled = Vec::new();
        for version in [&before.id, version] {
            let (max, which) = (self.app.settings().max_template, Which::Version(version.clone()));
            let bytes = read_small(self.app, ctx, template.kept_in, &variant.reference, &which, max).await?;
            let Some(bytes) = bytes else { return Ok(None) };
            compiled.push(self.looked_at(&variant.file_name, bytes.into()).await?);
        }
        Ok(match compiled.as_slice() {
            [before, after] => after.differences_from(before),
            _ => None,
        })
    }

    /// Opens a file for reading; the variant is chosen as for a document.
    pub async fn read(&self, ctx: &Ctx, id: TemplateId, language: &str, which: &Which) -> Result<Reading> {
        let template = self.seen(ctx, id).await?;
        let variant = template.variant(&optional_language(language)?)?;
        let plugin = self.app.plugins().get(template.kept_in)?;
        let call = crate::registry::call(ctx, None);
        let content = plugin.load(&call, &variant.reference, which, None).await?;
        Ok(Reading { file_name: variant.file_name.clone(), content })
    }

    /// Where a file opens at its place, for whoever maintains templates: as they prefer. What they change there is used
    /// within a minute. `None` when a copy is to be downloaded.
    /// # Errors
    /// `Forbidden` when the place would not let them in, with the sentence that says who can help.
    pub async fn opens_at(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Option<String>> {
        let template = self.maintained(ctx, id).await?;
        let variant = must_exist(&template, &optional_language(language)?)?;
        let plugin = self.app.plugins().get(template.kept_in)?;
        opening_address(self.app, ctx, plugin.as_ref(), &variant.reference, None).await
    }

    /// Whether files of a template open at their place.
    pub fn opens_there(&self, template: &Template) -> bool {
        self.app.plugins().get(template.kept_in).is_ok_and(|plugin| plugin.capabilities().open_url)
    }

    /// A preview of a file, with its codes as they stand.
    pub async fn preview(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Preview> {
        let template = self.seen(ctx, id).await?;
        let variant = template.variant(&optional_language(language)?)?;
        let max = self.app.settings().max_template;
        match read_small(self.app, ctx, template.kept_in, &variant.reference, &Which::Latest, max).await? {
            Some(bytes) => Ok(preview_of(&variant.file_name, bytes)),
            None => {
                Ok(Preview::NotAvailable("The file is too large to preview. Download it instead.".into()))
            }
        }
    }

    /// Brings a template's files to where those in use lie, or those out of use. Whether it is in use is decided by the
    /// table; a place that does not answer is tidied up later, by the next work that brings everything to where it belongs.
    pub(super) async fn put_away(&self, ctx: &Ctx, template: &Template) {
        let can = self.app.plugins().get(template.kept_in).is_ok_and(|plugin| plugin.capabilities().place);
        for variant in template.variants.iter().filter(|_| can) {
            if let Err(error) = self.bring(ctx, template, variant).await {
                tracing::warn!(
                    template = template.id.0,
                    ?error,
                    "a template's file stays where it is for now"
                );
            }
        }
    }

    /// Brings a file to where files of its template belong.
    pub(crate) async fn bring(&self, ctx: &Ctx, template: &Template, variant: &Variant) -> Result<()> {
        let place = Placement { retired: template.retired, ..Placement::default() };
        let bring = |plugin: Arc<dyn DocumentPlugin>, ctx: Ctx, operation, item: ExternalRef| async move {
            plugin.place(&crate::registry::call(&ctx, Some(operation)), &item, &place).await
        };
        self.change_file(ctx, template, variant, OperationKind::Place, bring).await.map(drop)
    }

    async fn change_file<F, Fut>(
        &self,
        ctx: &Ctx,
        template: &Template,
        variant: &Variant,
        kind: OperationKind,
        call: F,
    ) -> Result<Template>
    where
        F: FnOnce(Arc<dyn DocumentPlugin>, Ctx, OperationId, ExternalRef) -> Fut,
        Fut: Future<Output = Result<Item>>,
    {
        let plugin = self.app.plugins().get(template.kept_in)?;
        let operation = ctx.new_operation();
        let _mark = self.app.0.running.mark(operation);
        self.intend_file(ctx, operation, kind, template.id, template.kept_in, &variant.language).await?;
        self.app.reached("template_file.intended");
        let changed = call(plugin, ctx.clone(), operation, variant.reference.clone()).await;
        self.app.reached("template_file.called");
        match changed {
            Ok(item) if kind == OperationKind::Place => {
                // Its content is what it was.
                let placed = super::variant_of(&item, variant.language.clone(), variant.updated);
                self.record_variant(ctx, operation, template.id, placed, "template.file_placed").await
            }
            Ok(item) => self.record_file(ctx, operation, template.id, variant.language.clone(), &item).await,
            Err(e) => self.withdraw_file(ctx, operation, e).await,
        }
    }
}

/// Saves and publishes. The save carries the recorded operation, the check-in one of its own; what a crash leaves
/// between the two, the reconciler gives back.
async fn replace_and_check_in(
    plugin: &dyn DocumentPlugin,
    ctx: &Ctx,
    operation: OperationId,
    item: &ExternalRef,
    bytes: Bytes,
) -> Result<Item> {
    let call = crate::registry::call(ctx, Some(operation));
    let saved = plugin.save(&call, item, None, Body::from_bytes(bytes)).await?.item()?;
    if !saved.semantics.locks() {
        return Ok(saved);
    }
    let call = crate::registry::call(ctx, Some(ctx.new_operation()));
    match plugin.check_in(&call, item, &VersionNote::text("Replaced")).await {
        Ok(done) => done.item(),
        Err(e) => {
            // What is saved and not published must not keep the file locked; everybody still sees the old one.
            let call = crate::registry::call(ctx, Some(ctx.new_operation()));
            plugin.undo_check_out(&call, item, false).await?;
            Err(e)
        }
    }
}

fn exact<'a>(template: &'a Template, language: &str) -> Option<&'a Variant> {
    template.variants.iter().find(|v| v.language.eq_ignore_ascii_case(language))
}

fn must_exist<'a>(template: &'a Template, language: &str) -> Result<&'a Variant> {
    exact(template, language).ok_or_else(|| Error::not_found("language variant"))
}

fn optional_language(typed: &str) -> Result<String> {
    if typed.trim().is_empty() { Ok(String::new()) } else { language_tag(typed) }
}

fn same_format(variant: &Variant, chosen: &str) -> Result<()> {
    let (ours, theirs) = (domain::names::extension(&variant.file_name), domain::names::extension(chosen));
    if ours == theirs {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "This file of the template is a {ours} file. Choose a {ours} file, or make a new template for {chosen}."
    ))
    .field("file"))
}
