//! New documents from files.

use super::create::{Making, file_name, new_item};
use super::{DocumentView, Documents, media_type};
use crate::limits::within;
use bytes::{Bytes, BytesMut};
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::operations::OperationKind;
use domain::plugin::{Body, VersionNote};
use domain::rights::may_set_visibility;
use domain::{Ctx, PluginId, Result, names, text};
use futures_util::StreamExt as _;
use jiff::civil::Date;

/// How much of a file is looked at to decide its type, in bytes.
const HEAD: usize = 4096;

/// A file on its way to becoming a document.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// What the caller wrote. A blank heading becomes the file's name without its extension.
    pub properties: Properties,
    /// The name of the file.
    pub file_name: String,
    /// The planned date; `None` for today in the installation's time zone.
    pub date: Option<Date>,
    /// The level of locking asked for.
    pub semantics: LockSemantics,
    /// Leave it checked out to the caller, invisible to others.
    pub keep_checked_out: bool,
    /// The plugin that will hold it.
    pub stored_in: PluginId,
}

impl Documents<'_> {
    /// Makes a document from a file. The file may be empty: a draft that gets its content later (T04).
    /// # Errors
    /// `TooLarge`; `Invalid`, naming the field, when the body ends early or a property is malformed. Nothing is
    /// kept then.
    pub async fn upload(&self, ctx: &Ctx, ask: Upload, body: Body) -> Result<DocumentView> {
        let who = ctx.associate()?;
        let mut properties = ask.properties;
        let given = names::amend(&ask.file_name, "Document");
        let (stem, extension) = names::split(&given);
        if properties.heading.trim().is_empty() {
            properties.heading = stem.chars().take(domain::documents::MAX_HEADING).collect();
        }
        let properties = properties.checked()?;
        may_set_visibility(properties.visible_for, true, who)?;
        self.app.chosen(ctx.installation, ask.stored_in, "stored in").await?;
        let material = self.about(ctx, &properties).await?;
        let body = within(body, self.app.settings().max_upload)?;
        let (head, body) = peek(body).await?;
        let making = Making {
            kind: OperationKind::Create,
            properties,
            file_name: file_name(Some(stem), stem, extension),
            media_type: media_type(&given, &head),
            date: ask.date.unwrap_or_else(|| material.today(ctx.now)),
            template: None,
            language: String::new(),
            snum: None,
            plugin: ask.stored_in,
            semantics: ask.semantics,
            place: self
                .app
                .filed(ctx.installation, ask.stored_in, material.placement(who, None, ctx.now))
                .await?,
            action: "document.uploaded",
        };
        let note = VersionNote::text(text::line("comment", "Uploaded", 80)?);
        let check_in = if ask.keep_checked_out { None } else { Some(note) };
        let made = self
            .make(ctx, making, |plugin, call, place, row| async move {
                plugin.create(&call, new_item(&row, place, check_in), Some(body)).await
            })
            .await?;
        self.get(ctx, made).await
    }
}

/// Reads the first bytes of a body and gives them back with the whole body.
async fn peek(body: Body) -> Result<(Bytes, Body)> {
    let Body { length, stream } = body;
    // A short body ends while its head is read; a stream must not be asked again after its end.
    let mut stream = stream.fuse();
    let mut head = BytesMut::new();
    while head.len() < HEAD {
        match stream.next().await {
            Some(chunk) => head.extend_from_slice(&chunk?),
            None => break,
        }
    }
    let head = head.freeze();
    let first = head.clone();
    let whole = futures_util::stream::once(async move { Ok(first) }).chain(stream);
    Ok((head, Body { length, stream: Box::pin(whole) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_short_body_is_not_asked_again_after_its_end() {
        // `unfold` panics when it is polled after its end.
        let once = futures_util::stream::unfold(Some("short"), |left| async move {
            left.map(|text| (Ok(Bytes::from_static(text.as_bytes())), None))
        });
        let (head, body) = peek(Body { length: None, stream: Box::pin(once) }).await.unwrap();
        assert_eq!(head, "short");
        let chunks: Vec<_> = body.stream.collect().await;
        assert_eq!(chunks.len(), 1);
    }

    #[tokio::test]
    async fn peeking_loses_no_byte() {
        for size in [0, 1, HEAD - 1, HEAD, HEAD * 3 + 7] {
            let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let chunks: Vec<Result<Bytes>> =
                bytes.chunks(1000).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
            let body =
                Body { length: Some(size as u64), stream: Box::pin(futures_util::stream::iter(chunks)) };
            let (head, body) = peek(body).await.unwrap();
            assert!(head.len() >= size.min(HEAD));
            let mut all = Vec::new();
            let mut stream = body.stream;
            while let Some(chunk) = stream.next().await {
                all.extend_from_slice(&chunk.unwrap());
            }
            assert_eq!(all, bytes);
        }
    }
}
