//! Every operation the kill test interrupts, and the house it happens in.

use crate::house::{House, heading};
use app::documents::{CheckIn, FromTemplate, ReplaceContent, Upload};
use app::templates::{NewTemplate, Source};
use domain::locking::LockSemantics;
use domain::plugin::{Body, VersionId};
use domain::templates::TemplateProperties;
use domain::visibility::VisibleFor;
use domain::{Ctx, DocumentId, PluginId, Result, TemplateId};

/// The operations, by name.
pub const OPERATIONS: [&str; 23] = [
    "create from template",
    "upload",
    "upload, kept checked out",
    "replace content without locking",
    "replace content of a held document",
    "check out",
    "check in",
    "undo check-out",
    "forced undo",
    "restore a version",
    "rename",
    "copy",
    "change who sees it",
    "move to the trash",
    "restore from the trash",
    "remove for good",
    "create a template",
    "replace a template's file",
    "remove a template's language",
    "create from template, with a key",
    "upload, with a key",
    "copy, with a key",
    "create a template, with a key",
];

/// A mail merge to [`WRITTEN_TO`] contacts, with a document for each.
pub const MAIL_MERGE: &str = "mail merge";
/// The same with one document of all.
pub const MAIL_MERGE_JOINED: &str = "mail merge into one document";
/// How many contacts a mail merge is for; one of them has left.
pub const WRITTEN_TO: usize = 3;

/// How the name of an operation ends that is asked for with a key, as the API does it.
const KEYED: &str = ", with a key";

// The documents `prepare` makes, in order.
const PLAIN: DocumentId = DocumentId(1);
const FREE: DocumentId = DocumentId(2);
const HELD: DocumentId = DocumentId(3);
const HELD_BY_CY: DocumentId = DocumentId(4);
const TRASHED: DocumentId = DocumentId(5);
const LETTER: TemplateId = TemplateId(1);

/// Fills a house with documents in every state.
pub async fn prepare(house: &House) -> Result<()> {
    let (ada, bo, cy) = (house.as_("ada").await, house.as_("bo").await, house.as_("cy").await);
    template(house, &ada, "Letter").await?;
    house.app.templates().put_file(&ada, LETTER, "nb-NO", "Brev.txt", "Hei {attn}".into()).await?;
    for (ctx, name, semantics) in [
        (&bo, "plain", LockSemantics::None),
        (&bo, "free", LockSemantics::Versioning),
        (&bo, "held", LockSemantics::Versioning),
        (&cy, "held by cy", LockSemantics::Versioning),
        (&bo, "trashed", LockSemantics::Versioning),
    ] {
        upload(house, ctx, name, semantics, false).await?;
    }
    let documents = house.app.documents();
    for (ctx, id) in [(&bo, FREE), (&bo, HELD), (&cy, HELD_BY_CY)] {
        documents.replace(ctx, id, ReplaceContent::default(), Body::from_bytes("second version")).await?;
        documents.check_in(ctx, id, CheckIn { description: "second".into(), ..CheckIn::default() }).await?;
    }
    for (ctx, id) in [(&bo, HELD), (&cy, HELD_BY_CY)] {
        documents.replace(ctx, id, ReplaceContent::default(), Body::from_bytes("work in progress")).await?;
    }
    documents.trash(&bo, TRASHED).await?;
    Ok(())
}

/// Whether asking for this operation again must not do it again.
pub fn has_key(operation: &str) -> bool {
    operation.ends_with(KEYED)
}

/// Runs one operation of [`OPERATIONS`].
pub async fn run(house: &House, operation: &str) -> Result<()> {
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let Some(keyed) = operation.strip_suffix(KEYED) else { return run_as(house, &ada, &bo, operation).await };
    let who = if keyed == "create a template" { &ada } else { &bo };
    let hash = platform::digest::sha256(keyed.as_bytes());
    let work = || async { run_as(house, &ada, &bo, keyed).await.map(|()| (201, "made".to_owned())) };
    let again = |_| async { Ok((201, "made".to_owned())) };
    house.app.idempotency().run(who, "POST /", "key", hash, work, again).await.map(drop)
}

async fn run_as(house: &House, ada: &Ctx, bo: &Ctx, operation: &str) -> Result<()> {
    let documents = house.app.documents();
    let body = || Body::from_bytes("new content");
    match operation {
        "create from template" => {
            let ask =
                FromTemplate { template: LETTER, properties: heading("Made"), ..FromTemplate::default() };
            documents.create_from_template(bo, ask).await.map(drop)
        }
        "upload" => upload(house, bo, "uploaded", LockSemantics::Versioning, false).await,
        "upload, kept checked out" => upload(house, bo, "uploaded", LockSemantics::Versioning, true).await,
        "replace content without locking" => {
            documents.replace(bo, PLAIN, ReplaceContent::default(), body()).await.map(drop)
        }
        "replace content of a held document" => {
            documents.replace(bo, HELD, ReplaceContent::default(), body()).await.map(drop)
        }
        "check out" => documents.check_out(bo, FREE).await.map(drop),
        "check in" => documents.check_in(bo, HELD, CheckIn::default()).await.map(drop),
        "undo check-out" => documents.undo_check_out(bo, HELD, false).await.map(drop),
        "forced undo" => documents.undo_check_out(ada, HELD_BY_CY, true).await.map(drop),
        "restore a version" => {
            let versions = documents.versions(bo, FREE).await?;
            let first = versions.first().map_or_else(|| VersionId("1".into()), |v| v.id.clone());
            documents.restore_version(bo, FREE, first).await.map(drop)
        }
        "rename" => documents.rename(bo, FREE, None, "Another name.txt").await.map(drop),
        "copy" => documents.copy(bo, FREE, None).await.map(drop),
        "change who sees it" => {
            let mut properties = documents.get(bo, FREE).await?.document.properties;
            properties.visible_for = VisibleFor::Owner;
            documents.update(bo, FREE, None, properties).await.map(drop)
        }
        "move to the trash" => documents.trash(bo, FREE).await.map(drop),
        "restore from the trash" => documents.restore(bo, TRASHED).await.map(drop),
        "remove for good" => documents.destroy(bo, TRASHED).await,
        MAIL_MERGE | MAIL_MERGE_JOINED => mail_merge(house, bo, operation == MAIL_MERGE_JOINED).await,
        "create a template" => template(house, ada, "Another").await,
        "replace a template's file" => house
            .app
            .templates()
            .put_file(ada, LETTER, "", "Letter.txt", "Dear {attn}, again".into())
            .await
            .map(drop),
        _ => house.app.templates().remove_variant(ada, LETTER, "nb-NO").await.map(drop),
    }
}

/// Fills a house with contacts to write to, one of whom has left, and a template.
pub async fn prepare_mail_merge(house: &House) -> Result<()> {
    let ada = house.as_("ada").await;
    template(house, &ada, "Letter").await?;
    let (i, now) = (house.installation.id, house.now());
    house
        .app
        .store()
        .write(move |tx| {
            for n in 0..=WRITTEN_TO {
                let contact = domain::records::Contact {
                    first_name: format!("Reader {n}"),
                    last_name: "Lie".into(),
                    retired: n == WRITTEN_TO,
                    ..domain::records::Contact::default()
                };
                tx.contacts(i).insert(&contact, now)?;
            }
            Ok(())
        })
        .await
}

/// Begins a mail merge unless one is there, and works until nothing is left.
async fn mail_merge(house: &House, bo: &Ctx, joined: bool) -> Result<()> {
    let mailings = house.app.mailings();
    if mailings.list(bo).await?.is_empty() {
        let ask = app::mailings::MailingAsk {
            template: LETTER,
            selection: app::mailings::Selection::All {
                kind: domain::mailings::Addressee::Contact,
                words: "reader".into(),
            },
            joined,
            heading: "Dear reader".into(),
            language: None,
            visible_for: None,
            date: None,
            custom: std::collections::BTreeMap::new(),
        };
        mailings.start(bo, ask).await?;
    }
    while mailings.work(house.now()).await? == app::mailings::Left::More {}
    Ok(())
}

async fn upload(house: &House, ctx: &Ctx, name: &str, semantics: LockSemantics, keep: bool) -> Result<()> {
    let ask = Upload {
        properties: heading(name),
        file_name: format!("{name}.txt"),
        semantics,
        keep_checked_out: keep,
        ..Upload::default()
    };
    house.app.documents().upload(ctx, ask, Body::from_bytes(format!("content of {name}"))).await.map(drop)
}

async fn template(house: &House, ada: &Ctx, name: &str) -> Result<()> {
    let properties = TemplateProperties {
        name: name.to_owned(),
        semantics: LockSemantics::Versioning,
        ..TemplateProperties::default()
    };
    let source = Source::Upload { file_name: format!("{name}.txt"), bytes: "Dear {attn}".into() };
    let new = NewTemplate { properties, kept_in: PluginId::ARCHIVE, source };
    house.app.templates().create(ada, new).await.map(drop)
}
