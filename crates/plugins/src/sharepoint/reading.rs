//! Reading content: what the caller reads now, or a committed version.

use super::client::{Line, Trouble};
use super::desk::{Desk, Thing};
use super::download::{self, REPLACED, Source};
use super::fault;
use super::wire::EMPTY_HASH;
use domain::plugin::{ByteRange, Content, ExternalRef, Revision, VersionId, Which};
use domain::{Error, Result};

/// How often what was replaced meanwhile is looked at anew.
const TRIES: u32 = 4;

/// Content that can be opened.
pub(crate) struct Readable {
    pub revision: Revision,
    pub source: Source,
    line: Line,
}

impl Desk<'_> {
    pub async fn load(
        &self,
        reference: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content> {
        let mut tried = 0;
        loop {
            let thing = Box::pin(self.find_open(reference)).await?;
            let readable = Box::pin(self.content_of(&thing, version_of(which))).await?;
            let size = readable.source.size;
            let span = match range {
                Some(range) if size > 0 => range.resolve(size).ok_or_else(|| fault::unsatisfiable(size))?,
                _ => 0..size,
            };
            let stream = match download::open(&readable.line, readable.source, span.clone()).await {
                // Replaced between the look and the download: look again.
                Err(Trouble::Unsure(error)) if was_replaced(&error) && tried < TRIES => {
                    tried += 1;
                    continue;
                }
                other => other?,
            };
            let (media_type, revision) = (thing.record.media_type.clone(), readable.revision);
            return Ok(Content { size, span, media_type, revision, stream });
        }
    }

    pub async fn length(&self, reference: &ExternalRef, which: &Which) -> Result<u64> {
        let thing = Box::pin(self.find_open(reference)).await?;
        Ok(Box::pin(self.content_of(&thing, version_of(which))).await?.source.size)
    }

    /// What a caller reads of a file, or a version of it.
    pub async fn content_of(&self, thing: &Thing, version: Option<&VersionId>) -> Result<Readable> {
        let source = |version: Option<String>, size, hash: &str| Source {
            drive: thing.record.drive.clone(),
            item: thing.record.item.clone(),
            version,
            size,
            hash: Some(hash.to_owned()).filter(|hash| !hash.starts_with("tag ")),
        };
        let Some(id) = version else {
            let source = source(None, thing.item.size, &thing.item.hash());
            return Ok(Readable { revision: thing.revision(), source, line: self.way(thing).clone() });
        };
        let version = thing.record.version(id)?;
        let content = &version.content;
        let revision = Revision(content.revision.clone());
        // What is public now has no address as a version; the holder of a draft reads it as the application.
        let current = version.id == thing.item.version();
        let line = if current && thing.is_own() { &self.app } else { self.way(thing) };
        let (size, hash) = if current && !thing.is_own() && thing.item.hash() != content.hash {
            (thing.item.size, thing.item.hash())
        } else {
            (content.size, content.hash.clone())
        };
        let mut source = source((!current).then(|| version.id.clone()), size, &hash);
        // The bytes of an office file may have been rewritten after they were noted.
        if content.print.is_some() && !current {
            source.hash = None;
            source.size = line.version_size(thing.at(), &version.id).await?;
        }
        if content.hash == EMPTY_HASH {
            source.size = 0;
        }
        Ok(Readable { revision, source, line: line.clone() })
    }

    /// All of what a caller reads, as a body.
    pub async fn body_of(&self, readable: Readable) -> Result<domain::plugin::Body> {
        let length = readable.source.size;
        let stream = download::open(&readable.line, readable.source, 0..length).await?;
        Ok(domain::plugin::Body { length: Some(length), stream })
    }
}

fn was_replaced(error: &Error) -> bool {
    error.context().iter().any(|(name, _)| *name == REPLACED)
}

/// The version that is asked for; a blank one means the latest (contract section d.2).
pub(crate) fn version_of(which: &Which) -> Option<&VersionId> {
    match which {
        Which::Version(id) if !id.0.is_empty() => Some(id),
        Which::Version(_) | Which::Latest => None,
    }
}
