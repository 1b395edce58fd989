//! Drafts: files that were looked at and are not published. A refused file waits here, so that nothing is lost.

use super::codes::Found;
use super::create::checked_name;
use super::filling::{Filling, compile};
use super::weigh::{has_errors, has_warnings, must_be_sound};
use super::{NewTemplate, Source, TemplateView, Templates, object};
use crate::documents::{Preview, preview_of};
use bytes::Bytes;
use domain::audit::Entry;
use domain::templates::{Template, TemplateProperties};
use domain::{Ctx, DraftId, Error, PluginId, Result, TemplateId, names};
use serde::{Deserialize, Serialize};
use store::{Draft, NewAudit, NewDraft};

/// What stands in the place of a language where a bundle waits.
pub(super) const BUNDLE: &str = "*bundle";

/// What became of a file that was sent.
#[derive(Debug)]
pub enum Offered {
    /// Nothing was wrong with it: documents are made from it now.
    Published(Box<TemplateView>),
    /// It waits as a draft.
    Kept(DraftId),
}

/// What was typed about a template that does not exist yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct About {
    properties: TemplateProperties,
    kept_in: PluginId,
}

/// A draft with what there is to say about it.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// The draft.
    pub draft: Draft,
    /// The template it is for; `None` when that does not exist yet.
    pub template: Option<Template>,
    /// The name of the template it is for, or will be.
    pub name: String,
    /// Who sent it.
    pub by_name: String,
    /// What is wrong or noteworthy, the worst first.
    pub findings: Vec<Found>,
    /// What is different from the file in use, a sentence each; `None` when there is none in use.
    pub differences: Option<Vec<String>>,
    /// A template in use with a file of this name at the same place, when it is sent as a new one: it may be meant as a
    /// new version of that (T06).
    pub same: Option<Template>,
}

impl DraftView {
    /// Whether it cannot be published as it is.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.findings)
    }

    /// Whether somebody has to say that it is to be published all the same.
    pub fn has_warnings(&self) -> bool {
        has_warnings(&self.findings)
    }
}

impl Templates<'_> {
    /// Publishes a file of a template when nothing is wrong with it, and keeps it as a draft otherwise; `try_first`
    /// keeps it in any case.
    /// # Errors
    /// `Invalid`, naming the field, for a malformed language or a file that cannot be read at all.
    pub async fn offer_file(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        language: &str,
        file_name: &str,
        bytes: Bytes,
        try_first: bool,
    ) -> Result<Offered> {
        let template = self.maintained(ctx, id).await?;
        let (language, name) = self.fitting(&template, language, file_name)?;
        let filling = self.looked_at(&name, bytes.clone()).await?;
        let found = self.weighed(ctx, Some(&template), &language, &filling).await?;
        if !try_first && !has_errors(&found) && !has_warnings(&found) {
            let view = self.put_file(ctx, id, &language, &name, bytes).await?;
            return Ok(Offered::Published(Box::new(view)));
        }
        let by = ctx.associate()?.id;
        let new = NewDraft {
            template: Some(id),
            language,
            file_name: name,
            about: String::new(),
            content: bytes.to_vec(),
            by,
        };
        self.keep(ctx, new).await
    }

    /// Makes a template when nothing is wrong with its file, and keeps file and properties as a draft otherwise.
    /// # Errors
    /// As [`Templates::create`], but for what is found in the file.
    ///
    /// A file of the name of one in use is kept as a draft in any case, so that somebody decides whether it is a new
    /// version of that (T06).
    pub async fn offer_new(&self, ctx: &Ctx, new: NewTemplate) -> Result<Offered> {
        ctx.require_administrator()?;
        let Source::Upload { file_name, bytes } = &new.source else {
            return Ok(Offered::Published(Box::new(self.create(ctx, new).await?)));
        };
        let name = checked_name(file_name, bytes.len() as u64, self.app.settings().max_template)?;
        let filling = self.looked_at(&name, bytes.clone()).await?;
        let found = self.weighed(ctx, None, "", &filling).await?;
        let same = self.same_file(ctx, &name, new.kept_in).await?;
        if same.is_none() && !has_errors(&found) && !has_warnings(&found) {
            return Ok(Offered::Published(Box::new(self.create(ctx, new).await?)));
        }
        // What was typed is checked now, so that a draft can be published.
        let properties = self.checked(ctx, new.properties).await?;
        let about = serde_json::to_string(&About { properties, kept_in: new.kept_in })
            .map_err(|e| Error::internal("the properties of a draft have no form").caused_by(e))?;
        let draft = NewDraft {
            template: None,
            language: String::new(),
            file_name: name,
            about,
            content: bytes.to_vec(),
            by: ctx.associate()?.id,
        };
        self.keep(ctx, draft).await
    }

    /// The template in use whose neutral file has this name at a place.
    async fn same_file(&self, ctx: &Ctx, file_name: &str, kept_in: PluginId) -> Result<Option<Template>> {
        let (installation, wanted) = (ctx.installation, names::folded(file_name));
        let all = self.app.store().read(move |tx| tx.templates(installation).list_all(false)).await?;
        let same = |template: &Template| {
            let neutral = template.variants.iter().find(|variant| variant.language.is_empty());
            template.kept_in == kept_in
                && neutral.is_some_and(|variant| names::folded(&variant.file_name) == wanted)
        };
        Ok(all.into_iter().find(same))
    }

    /// Makes a draft that was sent as a new template a new version of the one in use whose file has its name: published
    /// when nothing is wrong with it, and otherwise a draft for that (T06).
    /// # Errors
    /// `NotFound` when there is no such template any more.
    pub async fn revise(&self, ctx: &Ctx, id: DraftId) -> Result<Offered> {
        let view = self.draft(ctx, id).await?;
        let same = view.same.ok_or_else(|| Error::not_found("template with a file of this name"))?;
        let (file_name, content) = self.draft_content(ctx, id).await?;
        let offered = self.offer_file(ctx, same.id, "", &file_name, Bytes::from(content), false).await?;
        self.forget(ctx, id).await?;
        Ok(offered)
    }

    async fn keep(&self, ctx: &Ctx, new: NewDraft) -> Result<Offered> {
        let (installation, now) = (ctx.installation, ctx.now);
        let what = new.template.map_or_else(|| "templates".to_owned(), object);
        let audit = NewAudit::of(ctx, Entry::done("template.draft_kept", what));
        let id = self
            .app
            .store()
            .write(move |tx| {
                let id = tx.template_drafts(installation).keep(&new, now)?;
                tx.audit(installation).record(&audit)?;
                Ok(id)
            })
            .await?;
        Ok(Offered::Kept(id))
    }

    /// Takes another file for a draft, with everything else as it is: the draft is published when nothing is wrong
    /// with the new file.
    pub async fn replace_draft(
        &self,
        ctx: &Ctx,
        id: DraftId,
        file_name: &str,
        bytes: Bytes,
    ) -> Result<Offered> {
        let draft = self.kept(ctx, id).await?;
        let offered = if let Some(template) = draft.template {
            self.offer_file(ctx, template, &draft.language, file_name, bytes, false).await?
        } else {
            let About { properties, kept_in } = about(&draft)?;
            let source = Source::Upload { file_name: file_name.to_owned(), bytes };
            self.offer_new(ctx, NewTemplate { properties, kept_in, source }).await?
        };
        if !matches!(offered, Offered::Kept(new) if new == id) {
            self.forget(ctx, id).await?;
        }
        Ok(offered)
    }

    /// The drafts for a template, or for templates that do not exist yet, the newest first.
    pub async fn drafts(&self, ctx: &Ctx, template: Option<TemplateId>) -> Result<Vec<Draft>> {
        ctx.require_administrator()?;
        let installation = ctx.installation;
        let mut found =
            self.app.store().read(move |tx| tx.template_drafts(installation).of(template)).await?;
        found.retain(|draft| draft.language != BUNDLE);
        Ok(found)
    }

    /// A draft with what there is to say about it.
    pub async fn draft(&self, ctx: &Ctx, id: DraftId) -> Result<DraftView> {
        let draft = self.kept(ctx, id).await?;
        let template = match draft.template {
            Some(template) => Some(self.maintained(ctx, template).await?),
            None => None,
        };
        let filling = self.draft_filling(ctx, &draft).await?;
        let findings = self.weighed(ctx, template.as_ref(), &draft.language, &filling).await?;
        let differences = match &template {
            Some(template) => self.changes_to(ctx, template, &draft.language, &filling).await?,
            None => None,
        };
        let (name, same) = if let Some(template) = &template {
            (template.properties.name.clone(), None)
        } else {
            let About { properties, kept_in } = about(&draft)?;
            (properties.name, self.same_file(ctx, &draft.file_name, kept_in).await?)
        };
        let (installation, by) = (ctx.installation, draft.by);
        let who = self.app.store().read(move |tx| tx.associates(installation).get(by)).await?;
        let by_name = who.map(|who| who.full_name()).unwrap_or_default();
        Ok(DraftView { draft, template, name, by_name, findings, differences, same })
    }

    /// What a file would change about the one in use; `None` when there is none that codes could be compared with.
    async fn changes_to(
        &self,
        ctx: &Ctx,
        template: &Template,
        language: &str,
        filling: &Filling,
    ) -> Result<Option<Vec<String>>> {
        let used = template.variants.iter().find(|v| v.language.eq_ignore_ascii_case(language));
        let Some(used) = used else { return Ok(None) };
        // The file in use may be unreadable now; the draft can be looked at all the same.
        let Ok(before) = self.filling(ctx, template, used).await else { return Ok(None) };
        Ok(filling.differences_from(&before))
    }

    /// The content of a draft, with its name.
    pub async fn draft_content(&self, ctx: &Ctx, id: DraftId) -> Result<(String, Vec<u8>)> {
        let draft = self.kept(ctx, id).await?;
        let installation = ctx.installation;
        let bytes = self
            .app
            .store()
            .read(move |tx| tx.template_drafts(installation).content(id))
            .await?
            .ok_or_else(|| Error::not_found("draft"))?;
        Ok((draft.file_name, bytes))
    }

    /// A draft as it looks, with the places of its findings marked.
    pub async fn draft_preview(&self, ctx: &Ctx, id: DraftId) -> Result<Preview> {
        let view = self.draft(ctx, id).await?;
        let (name, bytes) = self.draft_content(ctx, id).await?;
        Ok(super::marked::marked(preview_of(&name, bytes), &view.findings).0)
    }

    /// For each finding of a draft the id of the mark in its preview; `None` where its place is not shown there.
    pub async fn draft_marks(&self, ctx: &Ctx, id: DraftId, found: &[Found]) -> Vec<Option<String>> {
        match self.draft_content(ctx, id).await {
            Ok((name, bytes)) => super::marked::marked(preview_of(&name, bytes), found).1,
            Err(_) => vec![None; found.len()],
        }
    }

    /// Publishes a draft: new documents are made from it from now on.
    /// # Errors
    /// `Invalid`, naming the findings, while it has errors; `Conflict` while it has warnings and `anyway` is not
    /// said.
    pub async fn publish_draft(&self, ctx: &Ctx, id: DraftId, anyway: bool) -> Result<TemplateView> {
        let view = self.draft(ctx, id).await?;
        must_be_sound(&view.findings)?;
        if !anyway {
            super::weigh::must_be_accepted(&view.findings, "Choose “Publish anyway” when it is meant so.")?;
        }
        let (file_name, content) = self.draft_content(ctx, id).await?;
        let bytes = Bytes::from(content);
        let published = if let Some(template) = view.draft.template {
            self.put_file(ctx, template, &view.draft.language, &file_name, bytes).await?
        } else {
            let About { properties, kept_in } = about(&view.draft)?;
            let source = Source::Upload { file_name, bytes };
            self.create(ctx, NewTemplate { properties, kept_in, source }).await?
        };
        self.forget(ctx, id).await?;
        Ok(published)
    }

    /// Throws a draft away. What is in use stays.
    pub async fn discard_draft(&self, ctx: &Ctx, id: DraftId) -> Result<Draft> {
        let draft = self.kept(ctx, id).await?;
        self.forget(ctx, id).await?;
        Ok(draft)
    }

    pub(super) async fn forget(&self, ctx: &Ctx, id: DraftId) -> Result<()> {
        let installation = ctx.installation;
        let audit = NewAudit::of(ctx, Entry::done("template.draft_removed", format!("draft:{id}")));
        self.app
            .store()
            .write(move |tx| {
                // Gone already when somebody else was quicker: what was wanted is so.
                if tx.template_drafts(installation).get(id)?.is_some() {
                    tx.template_drafts(installation).remove(id)?;
                    tx.audit(installation).record(&audit)?;
                }
                Ok(())
            })
            .await
    }

    async fn kept(&self, ctx: &Ctx, id: DraftId) -> Result<Draft> {
        let found = self.kept_any(ctx, id).await?;
        if found.language == BUNDLE { Err(Error::not_found("draft")) } else { Ok(found) }
    }

    /// A draft, or a bundle that waits.
    pub(super) async fn kept_any(&self, ctx: &Ctx, id: DraftId) -> Result<Draft> {
        ctx.require_administrator()?;
        let installation = ctx.installation;
        self.app
            .store()
            .read(move |tx| tx.template_drafts(installation).get(id))
            .await?
            .ok_or_else(|| Error::not_found("draft"))
    }

    pub(crate) async fn draft_filling(&self, ctx: &Ctx, draft: &Draft) -> Result<Filling> {
        let (name, bytes) = self.draft_content(ctx, draft.id).await?;
        self.looked_at(&name, bytes.into()).await
    }

    /// A file compiled, whatever is found in it.
    pub(crate) async fn looked_at(&self, name: &str, bytes: Bytes) -> Result<Filling> {
        let (name, content) = (name.to_owned(), bytes.to_vec());
        tokio::task::spawn_blocking(move || compile(&name, content))
            .await
            .map_err(|e| Error::internal("checking a template broke off").caused_by(e))?
    }
}

fn about(draft: &Draft) -> Result<About> {
    serde_json::from_str(&draft.about)
        .map_err(|e| Error::internal("the properties of a draft cannot be read").caused_by(e))
}
