//! Bundles: templates with their properties, languages and headings in one file, taken from one installation to
//! another with a plan of what will change.
//!
//! A template is the same one by its name. What a bundle brings is compared with what is there, so that an import that
//! was interrupted is finished by importing the bundle again.

mod shape;

use self::shape::{
    Bundle, Heading, Here, INDEX, Index, KIND, LARGEST, Packed, PackedFile, packed, properties,
    property_changes, same, unpacked,
};
use super::create::File;
use super::drafts::BUNDLE;
use super::weigh::{has_errors, must_be_sound};
use super::{Templates, object};
use crate::documents::read_small;
use bytes::Bytes;
use domain::audit::Entry;
use domain::plugin::Which;
use domain::templates::{Template, TemplateProperties, language_tag};
use domain::{Ctx, DraftId, Error, ErrorKind, PluginId, Result, TemplateId, names};
use platform::digest::sha256_hex;
use serde::Serialize;
use std::collections::HashSet;
use store::{NewAudit, NewDraft};

/// What an import does with one template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// There is none of this name: it is made.
    New,
    /// There is one, and something about it changes.
    Changed,
    /// There is one just like it: nothing is done.
    Same,
    /// It cannot be brought in; it is left out.
    Clash,
}

/// One template of a bundle, and what an import does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// What is done.
    pub change: Change,
    /// What changes, or why it cannot be brought in; a sentence each.
    pub details: Vec<String>,
}

/// What an import of a bundle does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundlePlan {
    /// Headings that are made.
    pub headings: Vec<String>,
    /// The templates, in the order of the bundle.
    pub templates: Vec<Planned>,
}

impl BundlePlan {
    /// Whether there is anything to do.
    pub fn does_something(&self) -> bool {
        !self.headings.is_empty()
            || self.templates.iter().any(|t| matches!(t.change, Change::New | Change::Changed))
    }
}

impl Templates<'_> {
    /// Packs templates into a bundle: these, or all that are in use.
    /// # Errors
    /// `NotFound` for a template that does not exist; `TooLarge` beyond 64 MB.
    pub async fn export_bundle(&self, ctx: &Ctx, ids: &[TemplateId]) -> Result<Vec<u8>> {
        ctx.require_administrator()?;
        let here = self.here(ctx).await?;
        for id in ids {
            self.maintained(ctx, *id).await?;
        }
        let wanted = here.templates.iter().filter(|t| ids.is_empty() || ids.contains(&t.id));
        let (mut templates, mut files) = (Vec::new(), Vec::new());
        let (mut total, max) = (0, self.app.settings().max_template);
        for (number, template) in wanted.enumerate() {
            let mut packed = packed(template, &here, &self.app.plugins().name(template.properties.stored_in));
            for variant in &template.variants {
                let content =
                    read_small(self.app, ctx, template.kept_in, &variant.reference, &Which::Latest, max)
                        .await?;
                let content = content.ok_or_else(|| {
                    Error::conflict(format!(
                        "A file of “{}” is too large for a bundle. Make it smaller, or leave the template out.",
                        template.properties.name
                    ))
                })?;
                total += content.len();
                if total > LARGEST {
                    return Err(Error::new(
                        ErrorKind::TooLarge,
                        "A bundle holds 64 MB at most. Export fewer templates at a time.",
                    ));
                }
                let language = if variant.language.is_empty() { "neutral" } else { &variant.language };
                let entry =
                    format!("files/{}/{language}{}", number + 1, names::extension(&variant.file_name));
                packed.files.push(PackedFile {
                    language: variant.language.clone(),
                    file_name: variant.file_name.clone(),
                    entry: entry.clone(),
                    sha256: sha256_hex(&content),
                });
                files.push((entry, content));
            }
            templates.push(packed);
        }
        let used: HashSet<&String> = templates.iter().flat_map(|t| &t.headings).collect();
        let headings = here.headings.iter().filter(|h| used.contains(&h.name));
        let headings = headings.map(|h| Heading { name: h.name.clone(), rank: h.rank }).collect();
        let index = Index { kind: KIND.into(), version: 1, headings, templates };
        let index = serde_json::to_vec_pretty(&index)
            .map_err(|e| Error::internal("a bundle has no index").caused_by(e))?;
        let all = std::iter::once((INDEX, index.as_slice()))
            .chain(files.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
        let bytes =
            merge::pack(all).map_err(|e| Error::internal(format!("a bundle cannot be packed: {e}")))?;
        Ok(bytes)
    }

    /// What an import of a bundle would do. Nothing is changed.
    /// # Errors
    /// `Invalid`, saying what is wrong with the file, for what is no bundle, is damaged or is hostile.
    pub async fn plan_bundle(&self, ctx: &Ctx, bytes: Bytes) -> Result<BundlePlan> {
        ctx.require_administrator()?;
        let bundle = unpacked(bytes).await?;
        let here = self.here(ctx).await?;
        self.planned(ctx, &bundle, &here).await
    }

    /// Brings a bundle in, as its plan says. Interrupted, it is finished by bringing the same bundle in again.
    /// # Errors
    /// As [`Templates::plan_bundle`]; whatever keeps a template from being made. What was brought in before stays.
    pub async fn import_bundle(&self, ctx: &Ctx, bytes: Bytes) -> Result<BundlePlan> {
        ctx.require_administrator()?;
        let bundle = unpacked(bytes).await?;
        let plan = self.planned(ctx, &bundle, &self.here(ctx).await?).await?;
        for heading in &bundle.index.headings {
            if plan.headings.contains(&heading.name) {
                self.save_heading(ctx, None, &heading.name, heading.rank).await?;
                self.app.reached("bundle.heading");
            }
        }
        let here = self.here(ctx).await?;
        for (packed, planned) in bundle.index.templates.iter().zip(&plan.templates) {
            match planned.change {
                Change::New => self.bring_new(ctx, packed, &bundle, &here).await?,
                Change::Changed => self.bring_changes(ctx, packed, &bundle, &here).await?,
                Change::Same | Change::Clash => continue,
            }
            self.app.reached("bundle.template");
        }
        let (installation, ctx) = (ctx.installation, ctx.clone());
        self.app
            .store()
            .write(move |tx| {
                let entry = Entry::done("template.bundle_imported", "templates".to_owned());
                tx.audit(installation).record(&NewAudit::of(&ctx, entry))
            })
            .await?;
        Ok(plan)
    }

    /// Keeps a bundle while somebody looks at its plan.
    /// # Errors
    /// As [`Templates::plan_bundle`].
    pub async fn keep_bundle(&self, ctx: &Ctx, file_name: &str, bytes: Bytes) -> Result<DraftId> {
        self.plan_bundle(ctx, bytes.clone()).await?;
        let new = NewDraft {
            template: None,
            language: BUNDLE.to_owned(),
            file_name: names::amend(file_name, "Templates"),
            about: String::new(),
            content: bytes.to_vec(),
            by: ctx.associate()?.id,
        };
        let (installation, now) = (ctx.installation, ctx.now);
        self.app.store().write(move |tx| tx.template_drafts(installation).keep(&new, now)).await
    }

    /// A bundle that was kept, with its name.
    /// # Errors
    /// `NotFound` when it was brought in or thrown away meanwhile.
    pub async fn kept_bundle(&self, ctx: &Ctx, id: DraftId) -> Result<(String, Bytes)> {
        let draft = self.kept_any(ctx, id).await?;
        let installation = ctx.installation;
        let content = self.app.store().read(move |tx| tx.template_drafts(installation).content(id)).await?;
        match content {
            Some(content) if draft.language == BUNDLE => Ok((draft.file_name, content.into())),
            _ => Err(Error::not_found("bundle")),
        }
    }

    /// Throws a kept bundle away.
    pub async fn discard_bundle(&self, ctx: &Ctx, id: DraftId) -> Result<()> {
        self.kept_bundle(ctx, id).await?;
        self.forget(ctx, id).await
    }

    async fn here(&self, ctx: &Ctx) -> Result<Here> {
        let i = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                Ok(Here {
                    headings: tx.headings(i).list()?,
                    groups: tx.groups(i).list()?,
                    templates: tx.templates(i).list_all(false)?,
                })
            })
            .await
    }

    async fn planned(&self, ctx: &Ctx, bundle: &Bundle, here: &Here) -> Result<BundlePlan> {
        let known = |name: &str| here.headings.iter().any(|h| same(&h.name, name));
        let headings = bundle.index.headings.iter().filter(|h| !known(&h.name)).map(|h| h.name.clone());
        let mut templates = Vec::new();
        let mut met: Vec<&str> = Vec::new();
        for packed in &bundle.index.templates {
            let twice = met.iter().any(|name| same(name, &packed.name));
            met.push(&packed.name);
            let (change, details) = if twice {
                (
                    Change::Clash,
                    vec!["The bundle has two templates of this name. Rename one and export again.".into()],
                )
            } else {
                self.compared(ctx, packed, bundle, here).await?
            };
            templates.push(Planned { name: packed.name.clone(), change, details });
        }
        Ok(BundlePlan { headings: headings.collect(), templates })
    }

    /// What becomes of one template, and why.
    async fn compared(
        &self,
        ctx: &Ctx,
        packed: &Packed,
        bundle: &Bundle,
        here: &Here,
    ) -> Result<(Change, Vec<String>)> {
        let clash = |why: String| Ok((Change::Clash, vec![why]));
        let own: Vec<&Template> =
            here.templates.iter().filter(|t| same(&t.properties.name, &packed.name)).collect();
        if own.len() > 1 {
            return clash("There are several templates of this name here. Rename all but one first.".into());
        }
        let own = own.first().copied();
        let mut details = Vec::new();
        for file in &packed.files {
            let content = bundle.files.get(&file.entry).cloned().unwrap_or_default();
            let filling = match self.looked_at(&file.file_name, content).await {
                Ok(filling) => filling,
                Err(e) => return clash(format!("{}: {}", file.file_name, e.public())),
            };
            let found = self.weighed(ctx, None, &file.language, &filling).await?;
            if has_errors(&found) {
                let why = must_be_sound(&found).err().map(|e| e.public().to_owned());
                return clash(format!("{}: {}", file.file_name, why.unwrap_or_default()));
            }
            let Some(own) = own else { continue };
            if let Some(sentence) = self.file_change(ctx, own, file).await? {
                details.push(sentence);
            }
        }
        let missing = packed.groups.iter().filter(|name| !here.groups.iter().any(|g| same(&g.name, name)));
        let missing: Vec<String> = missing
            .map(|name| format!("There is no user group “{name}” here; the template is not limited to it."))
            .collect();
        let Some(own) = own else {
            details.extend(missing);
            if packed.files.is_empty() {
                return clash("It has no file.".into());
            }
            if !self.app.plugins().list().iter().any(|p| same(&p.name, &packed.stored_in)) {
                details.push(format!(
                    "“{}” is not there; documents made from it go to the archive until you choose another place.",
                    packed.stored_in
                ));
            }
            return Ok((Change::New, details));
        };
        if let (Some(theirs), Some(ours)) = (packed.files.first(), own.variants.first())
            && names::extension(&theirs.file_name) != names::extension(&ours.file_name)
        {
            return clash(format!(
                "It is a {} file here and a {} file in the bundle. Rename the template here first.",
                names::extension(&ours.file_name),
                names::extension(&theirs.file_name)
            ));
        }
        let wanted = properties(packed, here, Some(own));
        details.extend(property_changes(&own.properties, &wanted, packed, here));
        if details.is_empty() {
            return Ok((Change::Same, details));
        }
        details.extend(missing);
        Ok((Change::Changed, details))
    }

    /// What changes about a file of a template that is there.
    async fn file_change(&self, ctx: &Ctx, own: &Template, file: &PackedFile) -> Result<Option<String>> {
        let language = if file.language.is_empty() { String::new() } else { language_tag(&file.language)? };
        let shown =
            if language.is_empty() { "The main file".to_owned() } else { format!("The file in {language}") };
        let present = own.variants.iter().find(|v| v.language.eq_ignore_ascii_case(&language));
        Ok(match present {
            None => Some(format!("{shown} is added.")),
            Some(variant) if self.hash_of(ctx, own, variant).await? == file.sha256 => None,
            Some(_) => Some(format!("{shown} is replaced; the version that is there is kept.")),
        })
    }

    /// The hash of a file that is there; some places do not keep it, so that the file is read.
    async fn hash_of(
        &self,
        ctx: &Ctx,
        own: &Template,
        variant: &domain::templates::Variant,
    ) -> Result<String> {
        if let Some(hash) = &variant.sha256 {
            return Ok(hash.to_lowercase());
        }
        let max = self.app.settings().max_template;
        let content = read_small(self.app, ctx, own.kept_in, &variant.reference, &Which::Latest, max).await?;
        Ok(content.map(|content| sha256_hex(&content)).unwrap_or_default())
    }

    async fn bring_new(&self, ctx: &Ctx, packed: &Packed, bundle: &Bundle, here: &Here) -> Result<()> {
        let wanted = self.checked(ctx, self.placed(properties(packed, here, None), packed)).await?;
        let mut files = Vec::new();
        for file in &packed.files {
            let language =
                if file.language.is_empty() { String::new() } else { language_tag(&file.language)? };
            let content = bundle.files.get(&file.entry).cloned().unwrap_or_default();
            let checked: File = self.checked_file(ctx, None, &language, &file.file_name, content).await?;
            files.push(checked);
        }
        files.sort_by_key(|file| !file.language.is_empty());
        self.made_of(ctx, wanted, PluginId::ARCHIVE, files).await.map(drop)
    }

    async fn bring_changes(&self, ctx: &Ctx, packed: &Packed, bundle: &Bundle, here: &Here) -> Result<()> {
        let own = here.templates.iter().find(|t| same(&t.properties.name, &packed.name));
        let own = own
            .ok_or_else(|| Error::conflict("The template was renamed meanwhile. Look at the plan again."))?;
        for file in &packed.files {
            if self.file_change(ctx, own, file).await?.is_some() {
                let content = bundle.files.get(&file.entry).cloned().unwrap_or_default();
                self.put_file(ctx, own.id, &file.language, &file.file_name, content).await?;
                self.app.reached("bundle.file");
            }
        }
        let wanted = properties(packed, here, Some(own));
        if wanted != own.properties {
            self.update(ctx, own.id, None, wanted).await?;
        }
        let (installation, id, ctx) = (ctx.installation, own.id, ctx.clone());
        let audit = move || NewAudit::of(&ctx, Entry::done("template.changed_by_bundle", object(id)));
        self.app.store().write(move |tx| tx.audit(installation).record(&audit()).map(drop)).await
    }

    /// Where documents of a new template go: to the place of the same name, or to the archive.
    fn placed(self, wanted: TemplateProperties, packed: &Packed) -> TemplateProperties {
        let place = self.app.plugins().list().into_iter().find(|p| same(&p.name, &packed.stored_in));
        TemplateProperties { stored_in: place.map_or(PluginId::ARCHIVE, |p| p.id), ..wanted }
    }
}
