//! Reading and replacing content.

use super::{DocumentView, Documents};
use crate::App;
use crate::limits::within;
use crate::operations::Change;
use domain::documents::Document;
use domain::opening::OpensIn;
use domain::operations::OperationKind;
use domain::plugin::{Body, ByteRange, Content, DocumentPlugin, ExternalRef, OpenAs, Revision, Which};
use domain::{Ctx, DocumentId, Error, Result, names};

/// Content on its way to the reader.
#[derive(Debug)]
pub struct Reading {
    /// The file name to offer.
    pub file_name: String,
    /// The content.
    pub content: Content,
}

/// New content for a document.
#[derive(Debug, Clone, Default)]
pub struct ReplaceContent {
    /// The revision the caller has seen. Without one, whatever is there is replaced.
    pub expected: Option<Revision>,
    /// The name of the file that was chosen. Only its extension counts: it must be the document's own.
    pub file_name: Option<String>,
}

impl Documents<'_> {
    /// Opens content for reading.
    /// # Errors
    /// `NotFound` when the caller may not see the document; `Damaged` when the stored bytes are not what was
    /// stored; `RangeNotSatisfiable`.
    pub async fn read(
        &self,
        ctx: &Ctx,
        id: DocumentId,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Reading> {
        let document = self.find(ctx, id).await?;
        document.must_be_ready()?;
        let plugin = self.app.plugins().get(document.plugin)?;
        let call = crate::registry::call(ctx, None);
        let mut content = plugin.load(&call, document.reference()?, which, range).await?;
        content.media_type.clone_from(&document.media_type);
        Ok(Reading { file_name: document.file_name, content })
    }

    /// Where the caller opens a document at its place; `None` where it has no address for that, so that it is downloaded.
    /// The place makes sure first that the person gets in.
    /// # Errors
    /// `Forbidden` when the place would not let them in, with who can help.
    pub async fn open(&self, ctx: &Ctx, id: DocumentId, open: OpenAs) -> Result<Option<String>> {
        let document = self.find(ctx, id).await?;
        document.must_be_ready()?;
        let plugin = self.app.plugins().get(document.plugin)?;
        if !plugin.capabilities().open_url {
            return Ok(None);
        }
        let call = crate::registry::call(ctx, None);
        plugin.open_url(&call, document.reference()?, &Which::Latest, open).await
    }

    /// Where a document opens for the caller: as `wanted`, or as they prefer, and otherwise the next best way its place
    /// has. `None` when a copy is to be downloaded.
    /// # Errors
    /// `Forbidden` when the place would not let them in, with the sentence that says who can help (T01).
    pub async fn opens_at(
        &self,
        ctx: &Ctx,
        id: DocumentId,
        wanted: Option<OpensIn>,
    ) -> Result<Option<String>> {
        let document = self.find(ctx, id).await?;
        document.must_be_ready()?;
        let plugin = self.app.plugins().get(document.plugin)?;
        opening_address(self.app, ctx, plugin.as_ref(), document.reference()?, wanted).await
    }

    /// Replaces a document's content. With locking the caller's work copy is replaced, and the lock is taken when
    /// the document is free.
    /// # Errors
    /// `Conflict` when the document is completed or somebody else holds it; `Stale` when `expected` is not what
    /// is there; `Invalid` for a file of another type.
    pub async fn replace(
        &self,
        ctx: &Ctx,
        id: DocumentId,
        ask: ReplaceContent,
        body: Body,
    ) -> Result<DocumentView> {
        let (document, _turn) = self.take(ctx, id).await?;
        document.may_change_content()?;
        self.allow(ctx, &document, |m| m.change_content, "replace its content").await?;
        if let Some(name) = &ask.file_name {
            same_type(&document, name)?;
        }
        let body = within(body, self.app.settings().max_upload)?;
        let change = Change {
            kind: OperationKind::Save,
            document: &document,
            action: "document.saved",
            payload: serde_json::json!({ "length": body.length }),
        };
        let expected = ask.expected;
        self.app
            .change(ctx, change, |plugin, call, item| async move {
                plugin.save(&call, &item, expected.as_ref(), body).await
            })
            .await?;
        self.get(ctx, id).await
    }
}

/// Refuses a file whose extension is not the document's: a letter does not become a picture by accident.
fn same_type(document: &Document, chosen: &str) -> Result<()> {
    let (ours, theirs) = (names::extension(&document.file_name), names::extension(chosen));
    if ours == theirs || ours.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "This document is a {ours} file and the file you chose is {}. \
         Choose a {ours} file, or upload yours as a new document.",
        if theirs.is_empty() { "of no known type".to_owned() } else { format!("a {theirs} file") }
    ))
    .field("file"))
}

/// The media type for a file, decided by its extension and its first bytes, never by what the sender claims
/// (BAD-10). Where the two disagree, the safe type of plain bytes is used.
pub(crate) fn media_type(file_name: &str, first_bytes: &[u8]) -> String {
    const PLAIN: &str = "application/octet-stream";
    let by_name = mime_guess::from_path(file_name).first_raw().unwrap_or(PLAIN);
    if first_bytes.is_empty() {
        return by_name.to_owned();
    }
    let extension = names::extension(file_name);
    let extension = extension.trim_start_matches('.');
    let seen = merge::probe(first_bytes);
    // The first bytes may show that it is a package and not yet which kind.
    let package = seen == merge::Sniffed::Zip
        && [merge::Sniffed::OfficeOpenXml, merge::Sniffed::OpenDocument]
            .iter()
            .any(|k| k.agrees_with(extension));
    // What cannot be recognised may be text in an old encoding, but no text holds a zero byte.
    let binary = seen == merge::Sniffed::Unknown && by_name.starts_with("text/") && first_bytes.contains(&0);
    let agrees = !binary && (package || seen.agrees_with(extension));
    if agrees { by_name.to_owned() } else { PLAIN.to_owned() }
}

/// Where an item opens for the caller: as `wanted`, or as they prefer, and otherwise the next best way its place has.
/// `None` when a copy is to be downloaded.
pub(crate) async fn opening_address(
    app: &App,
    ctx: &Ctx,
    plugin: &dyn DocumentPlugin,
    item: &ExternalRef,
    wanted: Option<OpensIn>,
) -> Result<Option<String>> {
    if !plugin.capabilities().open_url {
        return Ok(None);
    }
    let wanted = match wanted {
        Some(wanted) => wanted,
        None => app.preferences().opens_in(ctx).await?,
    };
    let call = crate::registry::call(ctx, None);
    for way in wanted.in_turn() {
        let open = match way {
            OpensIn::Browser => OpenAs { desktop: false, write: true },
            OpensIn::Desktop => OpenAs { desktop: true, write: true },
            OpensIn::Download => return Ok(None),
        };
        if let Some(address) = plugin.open_url(&call, item, &Which::Latest, open).await? {
            return Ok(Some(address));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn the_media_type_needs_name_and_bytes_to_agree() {
        const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        let table: [(&str, &[u8], &str); 9] = [
            ("a.docx", b"PK\x03\x04rest", DOCX),
            ("a.DOCX", b"PK\x03\x04rest", DOCX),
            ("a.docx", b"<html>", "application/octet-stream"),
            ("a.docx", b"", DOCX),
            ("a.pdf", b"%PDF-1.7", "application/pdf"),
            ("a.pdf", b"MZ\x90", "application/octet-stream"),
            ("a.txt", b"hello", "text/plain"),
            ("a.txt", b"he\0lo", "application/octet-stream"),
            ("noextension", b"hello", "application/octet-stream"),
        ];
        for (name, bytes, expected) in table {
            assert_eq!(media_type(name, bytes), expected, "{name} {bytes:?}");
        }
    }
}
