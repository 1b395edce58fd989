//! What the acceptance tests share: making documents and templates, reading them, bodies that fail.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "test code: a failed expectation is a failed test"
)]
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod elsewhere;

use app::App;
use app::documents::{DocumentView, FromTemplate, ListDocuments, Upload};
use app::templates::{NewTemplate, Source, TemplateView};
use bytes::Bytes;
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::plugin::{Body, Call, Which};
use domain::templates::TemplateProperties;
use domain::visibility::VisibleFor;
use domain::{Ctx, DocumentId, Error, ErrorKind, PluginId, Result, TemplateId};
use futures_util::StreamExt as _;
use std::path::Path;
use testkit::house::heading;

/// Uploads a text document of this heading with versions, published at once.
pub async fn upload(app: &App, ctx: &Ctx, name: &str, content: &str) -> DocumentView {
    let ask = upload_of(name, LockSemantics::Versioning);
    app.documents().upload(ctx, ask, Body::from_bytes(content.to_owned())).await.expect("it can be uploaded")
}

/// Uploads a text document that these people see.
pub async fn upload_for(app: &App, ctx: &Ctx, name: &str, visible_for: VisibleFor) -> DocumentView {
    let properties = Properties { visible_for, ..heading(name) };
    let ask = Upload { properties, ..upload_of(name, LockSemantics::Versioning) };
    app.documents().upload(ctx, ask, Body::from_bytes("confidential")).await.expect("it can be uploaded")
}

/// What to upload for a text document of this heading.
pub fn upload_of(name: &str, semantics: LockSemantics) -> Upload {
    Upload { properties: heading(name), file_name: format!("{name}.txt"), semantics, ..Upload::default() }
}

/// A text template that everybody sees, kept and filled in the archive.
pub async fn template(app: &App, ada: &Ctx, name: &str, content: &str) -> TemplateId {
    make_template(app, ada, named(name), &format!("{name}.txt"), content.to_owned().into()).await.template.id
}

/// A template with these properties and this file, kept in the archive.
pub async fn make_template(
    app: &App,
    ada: &Ctx,
    properties: TemplateProperties,
    file_name: &str,
    bytes: Bytes,
) -> TemplateView {
    let source = Source::Upload { file_name: file_name.to_owned(), bytes };
    let new = NewTemplate { properties, kept_in: PluginId::ARCHIVE, source };
    app.templates().create(ada, new).await.expect("a template can be made")
}

/// Properties of a template with this name and versions.
pub fn named(name: &str) -> TemplateProperties {
    TemplateProperties {
        name: name.to_owned(),
        semantics: LockSemantics::Versioning,
        ..TemplateProperties::default()
    }
}

/// What to ask for a document from a template.
pub fn from(template: TemplateId, properties: Properties) -> FromTemplate {
    FromTemplate { template, properties, ..FromTemplate::default() }
}

/// A document from a template.
pub async fn create(app: &App, ctx: &Ctx, ask: FromTemplate) -> DocumentView {
    app.documents().create_from_template(ctx, ask).await.expect("a document can be made")
}

/// What somebody reads in a document.
pub async fn read(app: &App, ctx: &Ctx, id: DocumentId) -> Result<Vec<u8>> {
    collect(app.documents().read(ctx, id, &Which::Latest, None).await?.content.stream).await
}

/// What somebody reads in a text document.
pub async fn text(app: &App, ctx: &Ctx, id: DocumentId) -> String {
    String::from_utf8(read(app, ctx, id).await.expect("it can be read")).expect("it is text")
}

/// All bytes of a stream.
pub async fn collect(mut stream: domain::plugin::ByteStream) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(all)
}

/// The headings of what somebody's list holds for this text; blank lists all.
pub async fn listed(app: &App, ctx: &Ctx, words: &str) -> Vec<String> {
    let ask = ListDocuments { text: words.to_owned(), ..ListDocuments::default() };
    let page = app.documents().list(ctx, ask).await.expect("there is a list");
    page.items.into_iter().map(|row| row.document.properties.heading).collect()
}

/// The kind of failure of something that must fail.
pub fn kind<T>(result: Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("this must fail"),
        Err(e) => e.kind(),
    }
}

/// A body that breaks off with an error after these bytes.
pub fn breaking_after(bytes: Vec<u8>) -> Body {
    let broken: Result<Bytes> = Err(Error::invalid("The connection broke off. Send it again."));
    let chunks: Vec<Result<Bytes>> = bytes.chunks(16 << 10).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    let stream = futures_util::stream::iter(chunks.into_iter().chain([broken]));
    Body { length: None, stream: Box::pin(stream) }
}

/// A body that announces more than it brings.
pub fn ending_early(bytes: Vec<u8>) -> Body {
    Body { length: Some(bytes.len() as u64 + 1), ..Body::from_bytes(bytes) }
}

/// A call of a plugin for somebody, with an operation of its own.
pub fn call(ctx: &Ctx) -> Call {
    Call {
        installation: ctx.installation,
        associate: ctx.associate_id(),
        name: "somebody".into(),
        operation: Some(ctx.new_operation()),
        now: ctx.now,
        accepts: Vec::new(),
    }
}

/// Whether these bytes stand in any file below a folder.
pub fn stands_on_disk(folder: &Path, needle: &str) -> bool {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    entries.map(|entry| entry.expect("an entry can be read").path()).any(|path| {
        if path.is_symlink() {
            return false;
        }
        if path.is_dir() {
            return stands_on_disk(&path, needle);
        }
        let bytes = std::fs::read(&path).expect("a file can be read");
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}
