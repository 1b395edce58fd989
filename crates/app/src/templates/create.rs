//! New templates: blank, from a file, or as a copy of another, also in another plugin.

use super::weigh::must_be_sound;
use super::{TemplateView, Templates, object};
use crate::documents::read_small;
use crate::limits::in_words;
use bytes::Bytes;
use domain::audit::Entry;
use domain::operations::OperationKind;
use domain::plugin::{Audience, Body, DocumentPlugin, Item, NewItem, Placement, Shelf, VersionNote, Which};
use domain::templates::{Template, TemplateProperties, Variant};
use domain::{Ctx, Error, ErrorKind, PluginId, Result, TemplateId, names};
use std::collections::BTreeMap;
use store::{NewAudit, NewOperation};

/// A template to be made.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// What people write about it.
    pub properties: TemplateProperties,
    /// *Store template in*.
    pub kept_in: PluginId,
    /// Where its file comes from.
    pub source: Source,
}

/// Where a template's file comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A blank of one of the plugin's types.
    Blank(String),
    /// A file.
    Upload {
        /// Its name.
        file_name: String,
        /// Its content.
        bytes: Bytes,
    },
    /// Another template, with all its languages. This is how a template moves between plugins.
    Copy(TemplateId),
}

/// A file of a template on its way to the plugin.
pub(crate) struct File {
    pub language: String,
    pub name: String,
    pub media_type: String,
    pub bytes: Bytes,
}

impl Templates<'_> {
    /// Makes a template.
    /// # Errors
    /// `Invalid`, naming the field: an unknown plugin or blank type, a file that cannot be a template or in which
    /// errors are found. Warnings are no matter here: whoever calls this has seen them, see [`Templates::weigh`].
    pub async fn create(&self, ctx: &Ctx, new: NewTemplate) -> Result<TemplateView> {
        ctx.require_administrator()?;
        let properties = self.checked(ctx, new.properties).await?;
        self.app.chosen(ctx.installation, properties.stored_in, "document stored in").await?;
        let plugin = self.app.chosen(ctx.installation, new.kept_in, "store template in").await?;
        if !plugin.capabilities().templates {
            return Err(Error::invalid(format!(
                "{} cannot keep templates. Choose another place under Store template in.",
                plugin.info().name
            ))
            .field("store template in"));
        }
        let files = self.files_of(ctx, new.source, plugin.as_ref()).await?;
        self.made_of(ctx, properties, new.kept_in, files).await
    }

    /// Makes a template of properties and files that have been checked.
    pub(crate) async fn made_of(
        &self,
        ctx: &Ctx,
        properties: TemplateProperties,
        kept_in: PluginId,
        files: Vec<File>,
    ) -> Result<TemplateView> {
        let (installation, now) = (ctx.installation, ctx.now);
        // Retired while its files are on the way, so that nobody picks a template without a file.
        let id = self
            .app
            .store()
            .write(move |tx| {
                let id = tx.templates(installation).insert(&properties, kept_in, now)?;
                tx.templates(installation).set_retired(id, true, now)?;
                Ok(id)
            })
            .await?;
        self.app.reached("template.inserted");
        for file in files {
            self.place_new_file(ctx, id, kept_in, file).await?;
        }
        let audit = NewAudit::of(ctx, Entry::done("template.created", object(id)));
        self.app
            .store()
            .write(move |tx| {
                tx.templates(installation).set_retired(id, false, now)?;
                tx.audit(installation).record(&audit)
            })
            .await?;
        self.app.reached("template.created");
        self.get(ctx, id).await
    }

    /// Makes a new file of a template at its plugin: intent, call, result.
    pub(crate) async fn place_new_file(
        &self,
        ctx: &Ctx,
        id: TemplateId,
        kept_in: PluginId,
        file: File,
    ) -> Result<Template> {
        let plugin = self.app.plugins().get(kept_in)?;
        let operation = ctx.new_operation();
        let _mark = self.app.0.running.mark(operation);
        self.intend_file(ctx, operation, OperationKind::Create, id, kept_in, &file.language).await?;
        self.app.reached("template_file.intended");
        let item = NewItem {
            shelf: Shelf::Templates,
            name: file.name,
            media_type: file.media_type,
            semantics: domain::locking::LockSemantics::Versioning,
            check_in: Some(VersionNote::text("Added")),
            language: Some(file.language.clone()).filter(|l| !l.is_empty()),
            place: Placement::default(),
            metadata: BTreeMap::new(),
            audience: Audience::Inherited,
        };
        let call = crate::registry::call(ctx, Some(operation));
        let made = plugin.create(&call, item, Some(Body::from_bytes(file.bytes))).await;
        self.app.reached("template_file.called");
        match made {
            Ok(item) => self.record_file(ctx, operation, id, file.language, &item).await,
            Err(e) => self.withdraw_file(ctx, operation, e).await,
        }
    }

    pub(crate) async fn intend_file(
        &self,
        ctx: &Ctx,
        operation: domain::OperationId,
        kind: OperationKind,
        id: TemplateId,
        plugin: PluginId,
        language: &str,
    ) -> Result<()> {
        let (installation, now) = (ctx.installation, ctx.now);
        let new = NewOperation {
            id: operation,
            kind,
            plugin,
            document: None,
            template: Some(id),
            language: language.to_owned(),
            payload: serde_json::Value::Null,
        };
        self.app.store().write(move |tx| tx.operations(installation).insert(&new, now)).await
    }

    pub(crate) async fn record_file(
        &self,
        ctx: &Ctx,
        operation: domain::OperationId,
        id: TemplateId,
        language: String,
        item: &Item,
    ) -> Result<Template> {
        let variant = variant_of(item, language, ctx.now);
        self.record_variant(ctx, operation, id, variant, "template.file_saved").await
    }

    /// Writes down what was done to a file, with the word of the audit log for it.
    pub(crate) async fn record_variant(
        &self,
        ctx: &Ctx,
        operation: domain::OperationId,
        id: TemplateId,
        variant: Variant,
        action: &'static str,
    ) -> Result<Template> {
        let (installation, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done(action, object(id)));
        let app = self.app.clone();
        let template = self
            .app
            .store()
            .write(move |tx| {
                let template = tx.templates(installation).put_variant(id, &variant, now)?;
                app.completed(tx, installation, operation, now)?;
                tx.audit(installation).record(&audit)?;
                Ok(template)
            })
            .await?;
        self.app.reached("template_file.recorded");
        Ok(template)
    }

    pub(crate) async fn withdraw_file<T>(
        &self,
        ctx: &Ctx,
        operation: domain::OperationId,
        e: Error,
    ) -> Result<T> {
        if e.kind() == ErrorKind::Unavailable {
            return Err(e);
        }
        let (installation, now) = (ctx.installation, ctx.now);
        let reason = format!("{:?}", e.kind());
        let app = self.app.clone();
        self.app.store().write(move |tx| app.withdrawn(tx, installation, operation, &reason, now)).await?;
        Err(e)
    }

    async fn files_of(&self, ctx: &Ctx, source: Source, plugin: &dyn DocumentPlugin) -> Result<Vec<File>> {
        match source {
            Source::Blank(key) => {
                let types = plugin.blank_types();
                let blank = types.iter().find(|t| t.key == key).zip(plugin.blank(&key));
                let Some((kind, bytes)) = blank else {
                    let known: Vec<_> = types.iter().map(|t| t.key.as_str()).collect();
                    return Err(Error::invalid(format!(
                        "There is no blank template of type {key:?}. Choose one of: {}.",
                        known.join(", ")
                    ))
                    .field("type"));
                };
                Ok(vec![File {
                    language: String::new(),
                    name: format!("Template{}", kind.extension),
                    media_type: kind.media_type.clone(),
                    bytes: bytes.into(),
                }])
            }
            Source::Upload { file_name, bytes } => {
                Ok(vec![self.checked_file(ctx, None, "", &file_name, bytes).await?])
            }
            Source::Copy(id) => self.copied_files(ctx, id).await,
        }
    }

    async fn copied_files(&self, ctx: &Ctx, id: TemplateId) -> Result<Vec<File>> {
        let source = self.maintained(ctx, id).await?;
        let mut files = Vec::new();
        for variant in &source.variants {
            let max = self.app.settings().max_template;
            let bytes = read_small(self.app, ctx, source.kept_in, &variant.reference, &Which::Latest, max)
                .await?
                .ok_or_else(|| {
                    Error::conflict("The template to copy has a file that is too large to copy.")
                })?;
            files.push(File {
                language: variant.language.clone(),
                name: variant.file_name.clone(),
                media_type: variant.media_type.clone(),
                bytes: bytes.into(),
            });
        }
        if files.is_empty() {
            return Err(
                Error::conflict("The template to copy has no file. Choose another one.").field("copy of")
            );
        }
        Ok(files)
    }

    /// A file that can be a template: not too large, of a format we may keep, and without errors when it holds codes.
    pub(crate) async fn checked_file(
        &self,
        ctx: &Ctx,
        template: Option<&Template>,
        language: &str,
        file_name: &str,
        bytes: Bytes,
    ) -> Result<File> {
        let name = checked_name(file_name, bytes.len() as u64, self.app.settings().max_template)?;
        let filling = self.looked_at(&name, bytes.clone()).await?;
        must_be_sound(&self.weighed(ctx, template, language, &filling).await?)?;
        let media_type = crate::documents::media_type(&name, &bytes[..bytes.len().min(4096)]);
        Ok(File { language: language.to_owned(), name, media_type, bytes })
    }
}

/// The name of a file that can be a template: not too large, and of a format we may keep.
pub(crate) fn checked_name(file_name: &str, size: u64, max: u64) -> Result<String> {
    if size > max {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!(
                "A template file may be at most {} large. Make it smaller, for example its pictures.",
                in_words(max)
            ),
        )
        .field("file"));
    }
    let name = names::amend(file_name, "Template");
    refuse_template_formats(&name)?;
    Ok(name)
}

/// Word's own template formats make documents that remember their template; they must be saved as documents
/// (contract section f.5).
fn refuse_template_formats(name: &str) -> Result<()> {
    let ordinary = match names::extension(name).as_str() {
        ".dot" | ".dotx" => ".docx",
        ".dotm" => ".docm",
        ".pot" | ".potx" => ".pptx",
        ".xlt" | ".xltx" => ".xlsx",
        _ => return Ok(()),
    };
    Err(Error::invalid(format!(
        "{name} is saved in Office's template format. Open it, save it as an ordinary {ordinary} file, \
         and upload that."
    ))
    .field("file"))
}

/// The row of a template's file for a plugin's item, whose content is from `updated`.
pub(crate) fn variant_of(item: &Item, language: String, updated: jiff::Timestamp) -> Variant {
    Variant {
        language,
        reference: item.reference.clone(),
        file_name: item.name.clone(),
        media_type: item.media_type.clone(),
        size: item.size,
        sha256: item.sha256.clone(),
        updated,
    }
}
