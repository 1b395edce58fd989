//! Reading with copies: from the disk where there is one, from the place otherwise, and a copy is made on the way.

use super::file::{Draft, Sums};
use super::{Copies, Key};
use crate::blocking::blocking;
use crate::body::unsatisfiable;
use bytes::Bytes;
use domain::plugin::{
    ByteRange, ByteStream, Call, Content, DocumentPlugin, ExternalRef, Revision, TemporaryCopies as _, Which,
};
use domain::{Error, ErrorKind, Result};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// A place whose content is read with copies.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The place.
    pub place: Arc<dyn DocumentPlugin>,
    /// The copies.
    pub copies: Arc<Copies>,
}

/// A reading from a copy, and how it goes on at the place if the copy turns out to be damaged.
struct Reading {
    kept: Kept,
    name: String,
    sums: Sums,
    file: Arc<File>,
    span: Range<u64>,
    call: Call,
    item: ExternalRef,
    which: Which,
}

/// A copy being made while somebody reads.
struct Making {
    copies: Arc<Copies>,
    draft: Option<Draft>,
    key: Key,
    facts: (String, String),
    size: u64,
    now: Timestamp,
}

impl Kept {
    /// As [`DocumentPlugin::load`].
    /// # Errors
    /// As the place's.
    pub async fn load(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content> {
        let plugin = self.place.info().id;
        let seen = self.place.stat(call, item).await;
        let seen = match seen {
            Ok(Some(seen)) if !seen.trashed => seen,
            // Gone, in the trash, or nothing of ours any more: the place says it in its own words.
            Ok(_) => {
                self.copies.forget(call.installation, plugin, item);
                return self.place.load(call, item, which, range).await;
            }
            Err(e) => {
                if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Gone) {
                    self.copies.forget(call.installation, plugin, item);
                }
                return Err(e);
            }
        };
        let key = Key::of(call.installation, plugin, item, which, &seen.revision.0);
        let name = key.name();
        if self.copies.usable(&name, call.now) {
            if let Ok(content) = self.open(name, call, item, which, range).await {
                return content;
            }
            tracing::warn!("a temporary copy could not be read and was thrown away");
        }
        let content = self.place.load(call, item, which, range).await?;
        // Only what is the whole of what was asked for is worth keeping.
        let same = matches!(which, Which::Version(_)) || content.revision == seen.revision;
        let whole = content.span == (0..content.size);
        if !same || !whole || content.size == 0 || content.size > self.copies.largest() {
            return Ok(content);
        }
        Ok(self.keep(content, key, call.now).await)
    }

    /// Opens a copy. Nothing when it cannot be read: then it is thrown away.
    async fn open(
        &self,
        name: String,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Result<Content>, ()> {
        let (data, sums) = (self.copies.data(&name), self.copies.sums(&name));
        let opened = blocking(move || Ok(Sums::read(&sums).zip(File::open(&data).ok()))).await;
        let Ok(Some((sums, file))) = opened else {
            self.copies.discard(&name);
            return Err(());
        };
        let size = sums.size;
        let span = match range {
            None => 0..size,
            Some(range) => match range.resolve(size) {
                Some(span) => span,
                None => return Ok(Err(unsatisfiable(size))),
            },
        };
        metrics::counter!("chancery_copies_total", "outcome" => "used").increment(1);
        let content = Content {
            size,
            span: span.clone(),
            media_type: sums.media_type.clone(),
            revision: Revision(sums.revision.clone()),
            stream: Reading {
                kept: self.clone(),
                name,
                sums,
                file: Arc::new(file),
                span,
                call: call.clone(),
                item: item.clone(),
                which: which.clone(),
            }
            .stream(),
        };
        Ok(Ok(content))
    }

    /// The same content, of which a copy is made as it is read.
    async fn keep(&self, content: Content, key: Key, now: Timestamp) -> Content {
        metrics::counter!("chancery_copies_total", "outcome" => "made").increment(1);
        let path = match platform::random::id() {
            Ok(id) => self.copies.directory().join(format!("{}.part", id.simple())),
            Err(_) => return content,
        };
        // A disk that is full costs the copy, not the reader.
        let draft = blocking(move || Ok(Draft::begin(path).ok())).await.ok().flatten();
        let facts = (content.media_type.clone(), content.revision.0.clone());
        let making = Making { copies: Arc::clone(&self.copies), draft, key, facts, size: content.size, now };
        let inner = content.stream;
        let stream: ByteStream = Box::pin(stream::unfold(Some((inner, making)), |state| async {
            let (mut inner, mut making) = state?;
            match inner.next().await {
                Some(Ok(bytes)) => {
                    making.write(bytes.clone()).await;
                    Some((Ok(bytes), Some((inner, making))))
                }
                Some(Err(e)) => Some((Err(e), None)),
                None => {
                    making.finish().await;
                    None
                }
            }
        }));
        Content { stream, ..content }
    }
}

impl Making {
    async fn write(&mut self, bytes: Bytes) {
        let Some(mut draft) = self.draft.take() else { return };
        self.draft = blocking(move || Ok(draft.write(&bytes).is_ok().then_some(draft))).await.ok().flatten();
    }

    async fn finish(self) {
        let Self { copies, draft, key, facts, size, now } = self;
        let Some(draft) = draft.filter(|draft| draft.size() == size) else { return };
        let name = key.name();
        let kept = blocking(move || {
            let (data, sums) = (copies.data(&name), copies.sums(&name));
            match draft.finish(&key, facts, now, (&data, &sums)) {
                Ok(sums) => copies.take_in(&name, &sums),
                Err(e) => tracing::warn!(error = %e, "a temporary copy could not be kept"),
            }
            Ok(())
        });
        if let Err(e) = kept.await {
            tracing::warn!(error = ?e, "a temporary copy could not be kept");
        }
    }
}

impl Reading {
    fn stream(self) -> ByteStream {
        Box::pin(stream::unfold(State::Copy(Box::new(self)), State::next))
    }
}

/// Where a reading is.
enum State {
    Copy(Box<Reading>),
    /// The copy was damaged: the rest comes from the place.
    Place(ByteStream),
    End,
}

impl State {
    async fn next(self) -> Option<(Result<Bytes>, Self)> {
        match self {
            Self::End => None,
            Self::Place(mut rest) => rest.next().await.map(|part| (part, Self::Place(rest))),
            Self::Copy(mut reading) => {
                if reading.span.is_empty() {
                    return None;
                }
                let (file, sums, at) = (Arc::clone(&reading.file), reading.sums.clone(), reading.span.start);
                let piece = blocking(move || {
                    sums.piece(&file, at)
                        .map_err(|e| Error::internal("a piece of a copy is damaged").caused_by(e))
                });
                match piece.await {
                    Ok((begin, piece)) => {
                        let position =
                            |n: u64| usize::try_from(n - begin).unwrap_or(usize::MAX).min(piece.len());
                        let part = piece.slice(position(at)..position(reading.span.end));
                        reading.span.start += part.len() as u64;
                        Some((Ok(part), Self::Copy(reading)))
                    }
                    Err(e) => {
                        tracing::warn!(error = ?e, "a temporary copy is damaged and was thrown away");
                        reading.kept.copies.discard(&reading.name);
                        let mut rest = match reading.rest_from_the_place().await {
                            Ok(rest) => rest,
                            Err(e) => return Some((Err(e), Self::End)),
                        };
                        rest.next().await.map(|part| (part, Self::Place(rest)))
                    }
                }
            }
        }
    }
}

impl Reading {
    /// What is still to be read, from the place; it must be the same content.
    async fn rest_from_the_place(&self) -> Result<ByteStream> {
        let range = ByteRange::From { first: self.span.start, last: Some(self.span.end - 1) };
        let place = &self.kept.place;
        let content = place.load(&self.call, &self.item, &self.which, Some(range)).await?;
        if content.revision.0 != self.sums.revision || content.span != self.span {
            let text = "The file was changed while it was being read. Open it again.";
            return Err(Error::new(ErrorKind::Unavailable, text));
        }
        Ok(content.stream)
    }
}
