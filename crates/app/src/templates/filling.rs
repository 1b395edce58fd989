//! Compiled templates, and filling them.

use super::Templates;
use super::schema::known;
use crate::documents::read_small;
use domain::plugin::Which;
use domain::templates::{Template, Variant};
use domain::{Ctx, Error, Result};
use moka::sync::Cache;
use platform::digest::sha256;
use std::sync::Arc;

/// Compiled templates by the hash of their content, up to a weight.
pub(crate) struct Compiled {
    cache: Cache<[u8; 32], Arc<Filling>>,
    /// What a file's recorded hash was last compiled to, so that the file need not be read again.
    by_record: Cache<String, Arc<Filling>>,
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled").field("entries", &self.cache.entry_count()).finish_non_exhaustive()
    }
}

impl Compiled {
    /// A cache that holds at most `weight` bytes.
    pub fn new(weight: u64) -> Self {
        let weigh = |filling: &Arc<Filling>| u32::try_from(filling.weight()).unwrap_or(u32::MAX);
        Self {
            cache: Cache::builder().max_capacity(weight).weigher(move |_, v| weigh(v)).build(),
            by_record: Cache::builder().max_capacity(weight).weigher(move |_, v| weigh(v)).build(),
        }
    }
}

/// A template file ready to be filled.
#[derive(Debug)]
pub(crate) enum Filling {
    /// A format codes are replaced in.
    Merge(Box<merge::Template>),
    /// Any other file: copied as it is.
    Verbatim(Vec<u8>),
}

impl Filling {
    fn weight(&self) -> usize {
        match self {
            Self::Merge(template) => template.size_in_memory(),
            Self::Verbatim(bytes) => bytes.len(),
        }
    }

    /// The codes it asks.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let template = match self {
            Self::Merge(template) => Some(template),
            Self::Verbatim(_) => None,
        };
        template.into_iter().flat_map(|t| t.codes())
    }

    /// What is wrong or noteworthy about it.
    pub fn findings(&self) -> Vec<merge::Finding> {
        match self {
            Self::Merge(template) => template.check(known()),
            Self::Verbatim(_) => Vec::new(),
        }
    }

    /// What is different from an earlier file, a sentence each; `None` where one of them holds no codes.
    pub fn differences_from(&self, before: &Self) -> Option<Vec<String>> {
        match (before, self) {
            (Self::Merge(before), Self::Merge(after)) => Some(merge::differences(before, after)),
            _ => None,
        }
    }
}

/// How long a file at a place where others edit it is believed to be as it was, in seconds.
const BELIEVED: i64 = 60;

impl Templates<'_> {
    /// What a file that need not be read again is remembered by: its content where only the product changes it; for a
    /// while the file itself where others may edit it, too.
    fn record_key(self, ctx: &Ctx, template: &Template, variant: &Variant) -> Option<String> {
        let of = ctx.installation;
        let edited_by_others =
            self.app.plugins().get(template.kept_in).is_ok_and(|plugin| plugin.capabilities().changes);
        if edited_by_others {
            let (key, saved) = (&variant.reference.0, variant.updated);
            let part = ctx.now.as_second().div_euclid(BELIEVED);
            return Some(format!("{of}/{}/{key}/{saved}/{part}", template.kept_in));
        }
        variant.sha256.as_ref().map(|hash| format!("{of}/{hash}/{}", variant.file_name))
    }

    /// A variant's file, compiled; from the cache when its content has been compiled before.
    pub(crate) async fn filling(
        &self,
        ctx: &Ctx,
        template: &Template,
        variant: &Variant,
    ) -> Result<Arc<Filling>> {
        let compiled = &self.app.0.compiled;
        let record = self.record_key(ctx, template, variant);
        if let Some(hit) = record.as_ref().and_then(|r| compiled.by_record.get(r)) {
            return Ok(hit);
        }
        let max = self.app.settings().max_template;
        let bytes = read_small(self.app, ctx, template.kept_in, &variant.reference, &Which::Latest, max)
            .await?
            .ok_or_else(|| {
                Error::conflict("The template's file has grown too large. Replace it with a smaller one.")
            })?;
        let file_name = variant.file_name.clone();
        let key = sha256(&bytes);
        let filling = if let Some(hit) = compiled.cache.get(&key) {
            hit
        } else {
            let compiling = tokio::task::spawn_blocking(move || compile(&file_name, bytes));
            let filling =
                Arc::new(compiling.await.map_err(|e| Error::internal("compiling broke off").caused_by(e))??);
            compiled.cache.insert(key, Arc::clone(&filling));
            filling
        };
        if let Some(record) = record {
            compiled.by_record.insert(record, Arc::clone(&filling));
        }
        Ok(filling)
    }
}

/// Compiles a file, or keeps it as it is when its format holds no codes.
/// # Errors
/// `Invalid`, saying what is wrong with the file.
pub(crate) fn compile(file_name: &str, bytes: Vec<u8>) -> Result<Filling> {
    match merge::Format::of(file_name) {
        Some(format) if !bytes.is_empty() => {
            merge::Template::compile_for(format, bytes, &merge::Limits::default(), known())
                .map(|t| Filling::Merge(Box::new(t)))
                .map_err(|e| refused(&e))
        }
        _ => Ok(Filling::Verbatim(bytes)),
    }
}

/// What the template engine refuses, for the person who sent it.
pub(crate) fn refused(e: &merge::Refused) -> Error {
    Error::invalid(e.to_string()).field("file")
}
