//! First pages of a large installation, and durable commits under many writers.
//!
//! `cargo bench -p store --features bench-support [-- DOCUMENTS]`, one million documents unless told otherwise.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a benchmark reports what it measured"
)]

use domain::audit::Entry;
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::operations::{OperationKind, OperationState};
use domain::plugin::{ExternalRef, Revision};
use domain::{Actor, AssociateId, Ctx, DocumentId, GroupId, InstallationId, PluginId, Result, TemplateId};
use jiff::civil::date;
use platform::clock;
use platform::sql::{Database, SqlSettings};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use store::bulk::{Amounts, fill_documents};
use store::{DocumentCursor, DocumentFilter, ItemFacts, NewAudit, NewDocument, NewOperation, Store, Viewer};

const WRITERS: usize = 32;

#[tokio::main]
async fn main() -> ExitCode {
    let documents = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1_000_000);
    match run(documents).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e:?}");
            ExitCode::FAILURE
        }
    }
}

async fn run(documents: i64) -> Result<()> {
    let dir = tempfile::tempdir().map_err(|e| domain::Error::internal("no folder").caused_by(e))?;
    let path = dir.path().join("bench.db");
    let store = Store::open(Database::open(&SqlSettings::at(&path))?, clock::now()).await?;
    let begun = Instant::now();
    let amounts = Amounts { documents, of_first_company: (documents / 100).max(1), companies: 2000 };
    let filled = fill_documents(&store, amounts, clock::now()).await?;
    let size = std::fs::metadata(&path).map_or(0, |m| m.len()) / (1 << 20);
    println!("filled {documents} documents in {:.1?}, {size} MiB", begun.elapsed());
    if std::env::args().any(|a| a == "--plans") {
        plans(&store, filled.installation, filled.first_company).await?;
    }
    lists(&store, filled.installation, filled.first_company).await?;
    let commits = commits(&store, filled.installation).await?;
    println!("{:<58} {commits:>10.0} /s", format!("durable one-row commits, {WRITERS} writers"));
    let made = documents_made(&store, filled.installation).await?;
    println!("{:<58} {made:>10.0} /s", format!("documents (two durable commits each), {WRITERS} writers"));
    println!("peak memory of this process: {}", memory());
    Ok(())
}

async fn lists(store: &Store, installation: InstallationId, company: domain::CompanyId) -> Result<()> {
    let all = DocumentFilter::default();
    let of = DocumentFilter { company: Some(company), ..all.clone() };
    let with = |query: &str| DocumentFilter { query: query.into(), ..of.clone() };
    let deep = DocumentCursor { date: date(2018, 6, 1), id: DocumentId(i64::MAX) };
    let table = [
        ("company, first page", of.clone(), None),
        ("company, page from the middle", of.clone(), Some(deep)),
        ("company, a word few have", with("nosbagri"), None),
        ("company, a word many have", with("contract"), None),
        ("company, a word all have", with("document"), None),
        ("company, two words many have", with("contract ma"), None),
        ("company, two words never together", with("contract offer"), None),
        ("company, trash", DocumentFilter { trashed: true, ..of.clone() }, None),
        ("company and owner", DocumentFilter { owner: Some(AssociateId(7)), ..of.clone() }, None),
        ("all, first page", all.clone(), None),
        ("all, page from the middle", all.clone(), Some(deep)),
        ("all, a word few have", DocumentFilter { query: "nosbagri".into(), ..all.clone() }, None),
        ("all, a word many have", DocumentFilter { query: "contract".into(), ..all.clone() }, None),
        ("all, two words many have", DocumentFilter { query: "contract ma".into(), ..all.clone() }, None),
        ("owner, first page", DocumentFilter { owner: Some(AssociateId(7)), ..all.clone() }, None),
        ("template, first page", DocumentFilter { template: Some(TemplateId(3)), ..all }, None),
    ];
    for (name, filter, after) in table {
        let mut times = Vec::new();
        let mut rows = 0;
        for _ in 0..40 {
            let (filter, viewer) =
                (filter.clone(), Viewer { associate: AssociateId(3), groups: vec![GroupId(3)] });
            let begun = Instant::now();
            let page = store
                .read(move |tx| tx.documents(installation).list(&viewer, &filter, after.as_ref(), 50))
                .await?;
            times.push(begun.elapsed());
            rows = page.items.len();
        }
        times.sort();
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        println!("{name:<58} {rows:>3} rows  median {:>9.2?}  95% {:>9.2?}", at(50), at(95));
    }
    Ok(())
}

/// The engine's plans of the company's list: without words, and with a word that many have.
async fn plans(store: &Store, installation: InstallationId, company: domain::CompanyId) -> Result<()> {
    for query in ["", "contract", "nosbagri", "nosbagri contract"] {
        let filter =
            DocumentFilter { company: Some(company), query: query.into(), ..DocumentFilter::default() };
        let viewer = Viewer { associate: AssociateId(3), groups: vec![GroupId(3)] };
        let plan = store.read(move |tx| tx.documents(installation).plan(&viewer, &filter, None)).await?;
        println!("{query:?}\n  {}", plan.join("\n  "));
    }
    Ok(())
}

async fn commits(store: &Store, installation: InstallationId) -> Result<f64> {
    let (time, mut done) = (Duration::from_secs(3), 0_u64);
    let begun = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let (name, mut n) = (format!("writer {writer}"), 0_u64);
                while begun.elapsed() < time {
                    let (name, value) = (name.clone(), n.to_string());
                    store.write(move |tx| tx.settings(installation).put(&name, &value)).await?;
                    n += 1;
                }
                Ok::<u64, domain::Error>(n)
            })
        })
        .collect();
    for writer in writers {
        done += writer.await.map_err(|e| domain::Error::internal("a writer").caused_by(e))??;
    }
    Ok(done as f64 / begun.elapsed().as_secs_f64())
}

/// What creating a document writes: row, words, operation, audit; then the result of each.
async fn documents_made(store: &Store, installation: InstallationId) -> Result<f64> {
    let (time, mut done) = (Duration::from_secs(3), 0_u64);
    let begun = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = store.clone();
            let seed = writer as u64;
            let ctx = Ctx::new(installation, Actor::System, clock::now(), uuid::Uuid::nil(), seed);
            tokio::spawn(async move {
                let mut n = 0_u64;
                while begun.elapsed() < time {
                    one_document(&store, &ctx).await?;
                    n += 1;
                }
                Ok::<u64, domain::Error>(n)
            })
        })
        .collect();
    for writer in writers {
        done += writer.await.map_err(|e| domain::Error::internal("a writer").caused_by(e))??;
    }
    Ok(done as f64 / begun.elapsed().as_secs_f64())
}

async fn one_document(store: &Store, ctx: &Ctx) -> Result<()> {
    let (ctx, made_by) = (ctx.clone(), ctx.new_operation());
    let (now, installation) = (ctx.now, ctx.installation);
    let id = store
        .write(move |tx| {
            let new = NewDocument {
                properties: Properties {
                    heading: "Offer of pumps and valves".into(),
                    our_ref: "OF-17".into(),
                    company: Some(domain::CompanyId(5)),
                    ..Properties::default()
                },
                file_name: "Offer of pumps and valves.docx".into(),
                media_type: "application/octet-stream".into(),
                date: date(2026, 3, 31),
                template: Some(TemplateId(1)),
                language: String::new(),
                snum: Some(tx_number(tx, installation)?),
                owner: AssociateId(1),
                plugin: PluginId::ARCHIVE,
                semantics: LockSemantics::None,
                made_by,
                created_by: Some(AssociateId(1)),
            };
            let id = tx.documents(installation).insert_creating(&new, now)?;
            let operation = NewOperation {
                id: made_by,
                kind: OperationKind::Create,
                plugin: PluginId::ARCHIVE,
                document: Some(id),
                template: None,
                language: String::new(),
                payload: serde_json::Value::Null,
            };
            tx.operations(installation).insert(&operation, now)?;
            Ok(id)
        })
        .await?;
    store
        .write(move |tx| {
            let facts = ItemFacts {
                reference: ExternalRef(made_by.to_string()),
                file_name: "Offer of pumps and valves.docx".into(),
                media_type: "application/octet-stream".into(),
                size: 20_000,
                revision: Revision("1".into()),
                semantics: LockSemantics::None,
                published: true,
                held_by: None,
            };
            tx.documents(installation).mark_ready(id, &facts, None, now)?;
            tx.operations(installation).finish(made_by, 0, OperationState::Completed, "", now)?;
            tx.audit(installation)
                .record(&NewAudit::of(&ctx, Entry::done("document.created", format!("document:{id}"))))
        })
        .await?;
    Ok(())
}

/// The counter that templates share here, as a stand-in for one that counts.
fn tx_number(tx: &store::Tx<'_>, installation: InstallationId) -> Result<i64> {
    tx.settings(installation).get("writer 0").map(|v| v.and_then(|v| v.parse().ok()).unwrap_or(1))
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("unknown");
    line.trim().to_owned()
}
