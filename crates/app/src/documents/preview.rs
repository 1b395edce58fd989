//! Looking at content without opening it.

use super::Documents;
use crate::App;
use domain::plugin::{ExternalRef, Which};
use domain::{Ctx, DocumentId, Error, PluginId, Result};
use futures_util::StreamExt as _;

/// The largest content that is previewed, in bytes.
const MAX_PREVIEW: u64 = 16 << 20;

/// A preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preview {
    /// HTML made by us: no script, nothing loaded from elsewhere.
    Html(String),
    /// Why there is none, as a sentence.
    NotAvailable(String),
}

impl Documents<'_> {
    /// A preview of a document's content.
    pub async fn preview(&self, ctx: &Ctx, id: DocumentId, which: &Which) -> Result<Preview> {
        let document = self.find(ctx, id).await?;
        document.must_be_ready()?;
        let Some(bytes) =
            read_small(self.app, ctx, document.plugin, document.reference()?, which, MAX_PREVIEW).await?
        else {
            return Ok(Preview::NotAvailable("The file is too large to preview. Open it instead.".into()));
        };
        Ok(preview_of(&document.file_name, bytes))
    }
}

/// A preview of content with this file name.
pub(crate) fn preview_of(file_name: &str, bytes: Vec<u8>) -> Preview {
    if bytes.is_empty() {
        return Preview::NotAvailable("The file is empty so far.".into());
    }
    let Some(format) = merge::Format::of(file_name) else {
        return Preview::NotAvailable("There is no preview for this kind of file. Open it instead.".into());
    };
    match merge::preview_html(format, bytes, &merge::Limits::default()) {
        Ok(html) => Preview::Html(html),
        Err(refused) => Preview::NotAvailable(format!("There is no preview: {refused}")),
    }
}

/// Content as one piece, or `None` when it is larger than `max` bytes.
pub(crate) async fn read_small(
    app: &App,
    ctx: &Ctx,
    plugin: PluginId,
    reference: &ExternalRef,
    which: &Which,
    max: u64,
) -> Result<Option<Vec<u8>>> {
    let plugin = app.plugins().get(plugin)?;
    let call = crate::registry::call(ctx, None);
    let mut content = plugin.load(&call, reference, which, None).await?;
    if content.size > max {
        return Ok(None);
    }
    let mut out = Vec::with_capacity(content.size as usize);
    while let Some(chunk) = content.stream.next().await {
        out.extend_from_slice(&chunk?);
        if out.len() as u64 > max {
            return Err(Error::internal("content is larger than the plugin said"));
        }
    }
    Ok(Some(out))
}
