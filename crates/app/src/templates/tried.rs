//! Trying a template on a record: the document it would make, and nothing is kept.

use super::filling::Filling;
use super::{Related, Templates, Writing};
use crate::documents::{Row, preview_of};
use crate::subjects::Wanted;
use domain::documents::Properties;
use domain::templates::Template;
use domain::{CompanyId, ContactId, Ctx, DocumentId, DraftId, ProjectId, Result, SaleId, TemplateId, names};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a template is tried on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trial {
    /// The company.
    pub company: Option<CompanyId>,
    /// The contact.
    pub contact: Option<ContactId>,
    /// The project.
    pub project: Option<ProjectId>,
    /// The sale.
    pub sale: Option<SaleId>,
}

/// What is said about the document beside the record it is for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// Its heading; blank takes the template's name.
    pub heading: String,
    /// Its date; `None` for today.
    pub date: Option<jiff::civil::Date>,
    /// Custom tags.
    pub custom: BTreeMap<String, String>,
}

/// What came of it.
#[derive(Debug)]
pub struct Tried {
    /// The name the document would have.
    pub file_name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Tried {
    /// The document as it looks.
    pub fn preview(self) -> crate::documents::Preview {
        preview_of(&self.file_name, self.bytes)
    }
}

impl Templates<'_> {
    /// Tries a file of a template on a record. No number is given out and nothing is kept.
    /// # Errors
    /// `Invalid` for a subject that does not exist, or when the file cannot be filled for it.
    pub async fn try_file(&self, ctx: &Ctx, id: TemplateId, language: &str, on: Trial) -> Result<Tried> {
        self.made_up(ctx, id, language, on, Said::default()).await
    }

    /// The document that a template makes for a record, in memory; nothing is kept.
    pub(crate) async fn made_up(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        language: &str,
        on: Trial,
        said: Said,
    ) -> Result<Tried> {
        let template = self.seen(ctx, id).await?;
        let variant = template.variant(language)?;
        let filling = self.filling(ctx, &template, variant).await?;
        self.tried(ctx, Some(&template), &variant.language, &variant.file_name, filling, on, said).await
    }

    /// Tries a draft on a record, as [`Templates::try_file`].
    pub async fn try_draft(&self, ctx: &Ctx, id: DraftId, on: Trial) -> Result<Tried> {
        let view = self.draft(ctx, id).await?;
        let filling = Arc::new(self.draft_filling(ctx, &view.draft).await?);
        let draft = &view.draft;
        self.tried(
            ctx,
            view.template.as_ref(),
            &draft.language,
            &draft.file_name,
            filling,
            on,
            Said::default(),
        )
        .await
    }

    #[expect(clippy::too_many_arguments, reason = "everything a document is made of")]
    async fn tried(
        &self,
        ctx: &Ctx,
        template: Option<&Template>,
        language: &str,
        file_name: &str,
        filling: Arc<Filling>,
        on: Trial,
        said: Said,
    ) -> Result<Tried> {
        let who = ctx.associate()?.clone();
        let documents = self.app.documents();
        let mut properties = Properties {
            company: on.company,
            contact: on.contact,
            project: on.project,
            sale: on.sale,
            ..Properties::default()
        };
        documents.check_subjects(ctx, &properties).await?;
        documents.infer(ctx, &mut properties).await?;
        let material = documents.material(ctx, Wanted::of(&properties)).await?;
        let culture = if language.is_empty() { material.culture_of(&who) } else { language.to_owned() };
        let material = material.speaking(&culture);
        properties.attention = material.contact_name();
        let stem = names::split(file_name).0.to_owned();
        properties.heading = match said.heading {
            heading if !heading.trim().is_empty() => heading,
            _ => template.map_or(stem, |template| template.properties.name.clone()),
        };
        if let Some(template) = template {
            let numbering = &template.properties.numbering;
            properties.our_ref = material.expand(&numbering.pattern, &who).join(&numbering.next.to_string());
        }
        let extension = names::extension(file_name);
        let name = crate::documents::file_name(None, &properties.heading, &extension);
        let row = Row {
            id: DocumentId(0),
            file_name: name.clone(),
            media_type: String::new(),
            snum: template.filter(|t| t.properties.numbering.counts).map(|t| t.properties.numbering.next),
            semantics: domain::locking::LockSemantics::None,
            owner: who.id,
            properties,
        };
        let related = Related::of(self.app, ctx, &row.properties);
        let (date, now) = (said.date.unwrap_or_else(|| material.today(ctx.now)), ctx.now);
        let mut custom = said.custom;
        for tag in self.custom_tags(ctx).await? {
            custom.entry(tag).or_default();
        }
        let writing = Writing { filling, material, related, row, sender: who, date, now, custom };
        let bytes = writing.whole().await?;
        Ok(Tried { file_name: name, bytes })
    }
}
