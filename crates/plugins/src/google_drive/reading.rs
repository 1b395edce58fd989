//! Reading content: a revision of a blob, or a document of Google's own as an export.

use super::desk::{Desk, Thing, View};
use super::download::{self, Source, export_type};
use super::wire::{EMPTY_MD5, Revision as WireRevision};
use super::{fault, ids};
use bytes::Bytes;
use domain::plugin::{Body, ByteRange, Content, ExternalRef, Revision, VersionId, Which};
use domain::{Error, ErrorKind, Result};

/// Content that can be opened.
pub(crate) struct Readable {
    pub size: u64,
    pub media_type: String,
    pub revision: Revision,
    /// Where it comes from; nothing when `bytes` are all of it.
    pub source: Option<Source>,
    pub bytes: Bytes,
}

impl Desk<'_> {
    pub async fn load(
        &self,
        reference: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content> {
        // A revision that was replaced and thinned out while we looked is not missing: look again.
        let mut tried = 0;
        loop {
            let thing = self.find_usable(reference).await?;
            let readable = self.content_of(&thing, version_of(which)).await?;
            let size = readable.size;
            let span = match range {
                Some(range) if size > 0 => range.resolve(size).ok_or_else(|| fault::unsatisfiable(size))?,
                _ => 0..size,
            };
            let stream = if let Some(source) = readable.source {
                match download::open(&self.line, source, span.clone()).await {
                    Err(trouble) if trouble.is(super::Class::Missing) && tried < 3 => {
                        tried += 1;
                        continue;
                    }
                    other => other?,
                }
            } else {
                let part = readable.bytes.slice(span.start as usize..span.end as usize);
                Body::from_bytes(part).stream
            };
            let (media_type, revision) = (readable.media_type, readable.revision);
            return Ok(Content { size, span, media_type, revision, stream });
        }
    }

    pub async fn length(&self, reference: &ExternalRef, which: &Which) -> Result<u64> {
        let thing = self.find_usable(reference).await?;
        Ok(self.content_of(&thing, version_of(which)).await?.size)
    }

    /// What a caller reads of a file, or a version of it.
    pub async fn content_of(&self, thing: &Thing, version: Option<&VersionId>) -> Result<Readable> {
        if let Some(id) = version {
            return self.content_of_version(thing, id).await;
        }
        let media_type = thing.file.mime_type.clone();
        let revision = thing.revision(self.call);
        let blank = |size| Readable {
            size,
            media_type: media_type.clone(),
            revision: revision.clone(),
            source: None,
            bytes: Bytes::new(),
        };
        let source = |revision: &str, size, md5: &str| Source {
            file: thing.id().to_owned(),
            revision: revision.to_owned(),
            size,
            md5: md5.to_owned(),
        };
        Ok(match thing.view(self.call) {
            View::Nothing => blank(0),
            View::Public(public) => Readable {
                source: Some(source(&public.revision, public.size, &public.md5)),
                ..blank(public.size)
            },
            View::Head if thing.file.is_native() => self.exported(thing).await?,
            View::Head => {
                let size = thing.file.size.unwrap_or(0);
                let head = thing.file.head_revision_id.as_deref().ok_or_else(ids::missing)?;
                Readable { source: Some(source(head, size, thing.file.md5())), ..blank(size) }
            }
        })
    }

    /// A document of Google's own, as a file. Google exports up to 10 MB; more is refused with that reason.
    async fn exported(&self, thing: &Thing) -> Result<Readable> {
        let (media_type, _) = export_type(&thing.file.mime_type).ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                format!("“{}” is of a kind that Google does not export. Open it at Google.", thing.file.name),
            )
        })?;
        let bytes = self.line.export(thing.id(), media_type).await?;
        Ok(Readable {
            size: bytes.len() as u64,
            media_type: media_type.to_owned(),
            revision: thing.revision(self.call),
            source: None,
            bytes,
        })
    }

    async fn content_of_version(&self, thing: &Thing, id: &VersionId) -> Result<Readable> {
        let record = self.complete_record(thing).await?;
        let version = record.version(thing.marks.versions, id)?;
        let source = version.revision.as_ref().map(|revision| Source {
            file: thing.id().to_owned(),
            revision: revision.clone(),
            size: version.size,
            md5: version.md5.clone(),
        });
        if source.is_none() && version.md5 != EMPTY_MD5 {
            return Err(Error::not_found("version"));
        }
        Ok(Readable {
            size: version.size,
            media_type: thing.file.mime_type.clone(),
            revision: Revision(version.md5.clone()),
            source,
            bytes: Bytes::new(),
        })
    }

    /// The record of a file, with what an interruption left open filled in: a version made with the file is its first
    /// revision.
    pub async fn complete_record(&self, thing: &Thing) -> Result<super::record::Record> {
        let record = self.shared.record(self.call.installation, thing.id()).await?;
        if record.versions.first().is_none_or(|first| first.revision.is_some()) {
            return Ok(record);
        }
        let Some(first) = self.line.revisions(thing.id()).await?.into_iter().next() else {
            return Ok(record);
        };
        let WireRevision { id, size, md5_checksum, .. } = first;
        let fill = |record: &mut super::record::Record| {
            if let Some(version) = record.versions.first_mut().filter(|v| v.revision.is_none()) {
                version.revision = Some(id.clone());
                version.size = size.unwrap_or(0);
                version.md5 = md5_checksum.clone().unwrap_or_default();
            }
        };
        self.shared.note(self.call.installation, thing.id(), fill).await
    }
}

/// The version that is asked for; a blank one means the latest (contract section d.2).
fn version_of(which: &Which) -> Option<&VersionId> {
    match which {
        Which::Version(id) if !id.0.is_empty() => Some(id),
        Which::Version(_) | Which::Latest => None,
    }
}
