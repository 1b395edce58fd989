//! Looking at content without opening it.

use super::Documents;
use crate::App;
use domain::plugin::{ExternalRef, Which};
use domain::{Ctx, DocumentId, Error, ErrorKind, PluginId, Result};
use futures_util::StreamExt as _;
use platform::office::Office;

/// The largest content that is previewed, in bytes.
const MAX_PREVIEW: u64 = 16 << 20;
/// The largest content that is turned into PDF, in bytes.
const MAX_PDF: u64 = 64 << 20;

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

impl Documents<'_> {
    /// Whether documents of this name can be had as PDF here.
    pub fn has_pdf(&self, file_name: &str) -> bool {
        self.app.0.office.get().is_some() && Office::takes(ending(file_name).as_str())
    }

    /// A document as PDF, with the name to offer.
    /// # Errors
    /// `NotFound` for one the caller may not see; `Conflict` without an office program; what the conversion says.
    pub async fn pdf(&self, ctx: &Ctx, id: DocumentId, which: &Which) -> Result<(String, Vec<u8>)> {
        let document = self.find(ctx, id).await?;
        document.must_be_ready()?;
        let Some(office) = self.app.0.office.get() else {
            return Err(Error::conflict(
                "No PDF can be made here: LibreOffice is not installed beside the service. Open the document in its own \
                 program and print it.",
            ));
        };
        let reference = document.reference()?;
        let read = read_small(self.app, ctx, document.plugin, reference, which, MAX_PDF).await?;
        let Some(bytes) = read else {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "The document is too large to be turned into PDF here. Open it in its own program and print it.",
            ));
        };
        let pdf = office.pdf(&ending(&document.file_name), bytes).await?;
        let stem = domain::names::split(&document.file_name).0;
        Ok((format!("{stem}.pdf"), pdf))
    }
}

/// The ending of a file name, without its dot and in lower case.
fn ending(file_name: &str) -> String {
    domain::names::extension(file_name).trim_start_matches('.').to_lowercase()
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
