//! Imports of records from CSV and JSON: idempotent, by external id, reported line by line.

mod fields;
mod people;
mod read;
mod things;

pub use read::Format;

use crate::App;
use domain::audit::Entry;
use domain::imports::{Line, LineResult, Report};
use domain::records::{Associate, Company, Contact, Project, RecordKind, Sale};
use domain::{Ctx, Error, InstallationId, Result};
use jiff::Timestamp;
use read::{Record, Source};
use std::collections::HashMap;
use store::{NewAudit, Tx};

/// How many lines are written in one transaction.
const BATCH: usize = 200;

/// Use cases of importing.
#[derive(Debug, Clone, Copy)]
pub struct Imports<'a> {
    pub(crate) app: &'a App,
}

/// A kind of record that can be imported.
trait Importable: Default + Clone + PartialEq + Send + 'static {
    /// The columns, `external_id` first.
    const COLUMNS: &'static [&'static str];

    /// Sets one field from text. The column is one of [`Importable::COLUMNS`] except `external_id`.
    fn set(&mut self, column: &'static str, text: &str, refs: &Refs<'_, '_>) -> Result<()>;
    /// Refuses a record that lacks what every such record needs.
    fn check(&self) -> Result<()>;
    /// The stored record with an external id.
    fn find(tx: &Tx<'_>, i: InstallationId, external_id: &str) -> Result<Option<Self>>;
    /// A fresh record with an external id.
    fn fresh(external_id: &str) -> Self;
    /// Stores a new record.
    fn insert(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()>;
    /// Stores a changed record.
    fn update(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()>;
}

/// Looks up the records that a line refers to by external id.
struct Refs<'t, 'c> {
    tx: &'t Tx<'c>,
    installation: InstallationId,
}

impl Imports<'_> {
    /// Imports records of one kind. Every line is taken or refused by itself; a refused line stores nothing.
    /// `progress` hears how many lines are done.
    ///
    /// Columns that are absent leave stored values as they are; blank cells clear them.
    /// # Errors
    /// `Invalid` when the file as a whole cannot be read: wrong encoding, no header, unknown column.
    pub async fn run(
        &self,
        ctx: &Ctx,
        kind: RecordKind,
        format: Format,
        bytes: &[u8],
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Report> {
        ctx.require_administrator()?;
        match kind {
            RecordKind::Company => self.import::<Company>(ctx, kind, format, bytes, progress).await,
            RecordKind::Contact => self.import::<Contact>(ctx, kind, format, bytes, progress).await,
            RecordKind::Project => self.import::<Project>(ctx, kind, format, bytes, progress).await,
            RecordKind::Sale => self.import::<Sale>(ctx, kind, format, bytes, progress).await,
            RecordKind::Associate => self.import::<Associate>(ctx, kind, format, bytes, progress).await,
        }
    }

    /// The columns of a kind of record, `external_id` first.
    pub fn columns(kind: RecordKind) -> &'static [&'static str] {
        match kind {
            RecordKind::Company => Company::COLUMNS,
            RecordKind::Contact => Contact::COLUMNS,
            RecordKind::Project => Project::COLUMNS,
            RecordKind::Sale => Sale::COLUMNS,
            RecordKind::Associate => Associate::COLUMNS,
        }
    }

    async fn import<T: Importable>(
        &self,
        ctx: &Ctx,
        kind: RecordKind,
        format: Format,
        bytes: &[u8],
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Report> {
        let mut source = Source::open(format, bytes, T::COLUMNS)?;
        let mut report = Report::new(kind);
        let mut seen = HashMap::new();
        loop {
            let batch: Vec<_> = std::iter::from_fn(|| source.next()).take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            let fresh: Vec<_> = batch.into_iter().map(|record| once(record, &mut seen)).collect();
            let (installation, now) = (ctx.installation, ctx.now);
            let lines = self
                .app
                .store()
                .write(move |tx| {
                    Ok(fresh.into_iter().map(|r| take::<T>(tx, installation, now, r)).collect::<Vec<_>>())
                })
                .await?;
            for line in lines {
                report.push(line);
            }
            progress(report.lines.len() as u64);
        }
        self.audit(ctx, &report).await?;
        Ok(report)
    }

    async fn audit(&self, ctx: &Ctx, report: &Report) -> Result<()> {
        let installation = ctx.installation;
        let counts = format!(
            "new {} changed {} unchanged {} refused {}",
            report.new, report.changed, report.unchanged, report.refused
        );
        let mut entry = Entry::done("records.imported", report.kind.plural());
        entry.reason = counts;
        let audit = NewAudit::of(ctx, entry);
        self.app.store().write(move |tx| tx.audit(installation).record(&audit).map(|_| ())).await
    }
}

/// Refuses the second line with the same external id: it is not clear which one is meant.
fn once(mut record: Record, seen: &mut HashMap<String, u64>) -> Record {
    if record.refused.is_none() && !record.external_id.is_empty() {
        if let Some(first) = seen.get(&record.external_id) {
            record.refused = Some(Error::invalid(format!(
                "The external id {:?} stands on line {first} already. Keep one of the two lines.",
                record.external_id
            )));
        } else {
            seen.insert(record.external_id.clone(), record.line);
        }
    }
    record
}

/// Takes one line, or says why not.
fn take<T: Importable>(tx: &Tx<'_>, i: InstallationId, now: Timestamp, record: Record) -> Line {
    let (line, external_id) = (record.line, record.external_id.clone());
    let result = apply::<T>(tx, i, now, record)
        .unwrap_or_else(|e| LineResult::Refused { reason: e.public().to_owned() });
    Line { line, external_id, result }
}

fn apply<T: Importable>(
    tx: &Tx<'_>,
    i: InstallationId,
    now: Timestamp,
    record: Record,
) -> Result<LineResult> {
    if let Some(refused) = record.refused {
        return Err(refused);
    }
    if record.external_id.is_empty() {
        return Err(Error::invalid("The external_id is missing. Give every line one that stays the same."));
    }
    let refs = Refs { tx, installation: i };
    let before = T::find(tx, i, &record.external_id)?;
    let mut after = before.clone().unwrap_or_else(|| T::fresh(&record.external_id));
    let mut changed = Vec::new();
    for (column, text) in &record.fields {
        let was = after.clone();
        after.set(column, text, &refs)?;
        if was != after {
            changed.push((*column).to_owned());
        }
    }
    after.check()?;
    match before {
        None => {
            after.insert(tx, i, now)?;
            Ok(LineResult::New)
        }
        Some(_) if changed.is_empty() => Ok(LineResult::Unchanged),
        Some(_) => {
            after.update(tx, i, now)?;
            Ok(LineResult::Changed { fields: changed })
        }
    }
}
