//! The audit log: append only, each record carrying the hash of the one before.
//!
//! Both halves keep one, in tables `audit` and `counters` of the same form in their own databases.

use crate::digest::Sha256;
use crate::sql::{Row, Tx, counters};
use crate::{digest, params, statements};
use domain::audit::Entry;
use domain::{Actor, Ctx, InstallationId, Result};
use jiff::Timestamp;
use uuid::Uuid;

statements! {
    /// A record.
    INSERT = "INSERT INTO audit (installation_id, seq, at, actor, action, object, outcome, reason, request_id, ip,
        prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    /// The newest record's hash.
    HEAD = "SELECT hash FROM audit WHERE installation_id = $1 ORDER BY seq DESC LIMIT 1";
    /// Records before a number, the newest first.
    LIST = "SELECT seq, at, actor, action, object, outcome, reason, request_id, ip, prev_hash, hash FROM audit
        WHERE installation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
    /// Records of some kind before a number, the newest first.
    SEARCH = "SELECT seq, at, actor, action, object, outcome, reason, request_id, ip, prev_hash, hash FROM audit
        WHERE installation_id = $1 AND seq < $2 AND action LIKE $4 ESCAPE '\\' ORDER BY seq DESC LIMIT $3";
    /// Records from a number on, the oldest first.
    CHAIN = "SELECT seq, at, actor, action, object, outcome, reason, request_id, ip, prev_hash, hash FROM audit
        WHERE installation_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3";
}

const COUNTER: &str = "audit";
/// Records read at once while the chain is checked.
const BATCH: u32 = 1000;
/// Most records given at once.
const MOST: u32 = 1000;

/// A record to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAudit {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: `associate:3`, `system`.
    pub actor: String,
    /// What was done.
    pub entry: Entry,
    /// The request it happened in.
    pub request: Uuid,
    /// The caller's address, blank when there is none.
    pub ip: String,
}

impl NewAudit {
    /// A record of something that happened in a request.
    pub fn of(ctx: &Ctx, entry: Entry) -> Self {
        let actor = match &ctx.actor {
            Actor::Associate(a) => format!("associate:{}", a.id),
            Actor::System => "system".to_owned(),
        };
        Self { at: ctx.now, actor, entry, request: ctx.request, ip: String::new() }
    }

    /// The same with the caller's address.
    pub fn ip(mut self, ip: impl Into<String>) -> Self {
        self.ip = ip.into();
        self
    }
}

/// A record as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// How it ended.
    pub outcome: String,
    /// Why it ended so.
    pub reason: String,
    /// The request it happened in.
    pub request: Uuid,
    /// The caller's address, blanked after some time.
    pub ip: String,
    /// The hash over this record and the hash before it.
    pub hash: String,
}

impl AuditRecord {
    /// The record as a line of an export, with all that went into its hash and the hash of the record before.
    pub fn exported(&self, installation: InstallationId, before: &str) -> serde_json::Value {
        serde_json::json!({
            "installation": installation.0, "seq": self.seq, "at": self.at, "at_microseconds": self.at.as_microsecond(),
            "actor": self.actor, "action": self.action, "object": self.object, "outcome": self.outcome,
            "reason": self.reason, "request": self.request.hyphenated().to_string(), "ip": self.ip,
            "previous": before, "hash": self.hash,
        })
    }
}

/// Whether the log is as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// It is.
    Intact {
        /// How many records it has.
        records: i64,
        /// The newest record's hash, to be kept elsewhere as an anchor.
        head: String,
    },
    /// It is not.
    Broken {
        /// The first record that was changed, removed or moved.
        seq: i64,
    },
}

/// The audit log of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Audit<'c> {
    tx: Tx<'c>,
    installation: InstallationId,
}

impl<'c> Audit<'c> {
    /// The log of this installation.
    pub fn of(tx: Tx<'c>, installation: InstallationId) -> Self {
        Self { tx, installation }
    }

    /// Writes a record in the transaction of what it records, and gives its number.
    pub fn record(&self, new: &NewAudit) -> Result<i64> {
        let seq = counters::next(self.tx, self.installation, COUNTER)?;
        let before = self.head()?;
        let NewAudit { at, actor, entry, request, ip } = new;
        let outcome = entry.outcome.as_str();
        let record = AuditRecord {
            seq,
            at: *at,
            actor: actor.clone(),
            action: entry.action.to_owned(),
            object: entry.object.clone(),
            outcome: outcome.to_owned(),
            reason: entry.reason.clone(),
            request: *request,
            ip: ip.clone(),
            hash: String::new(),
        };
        let hash = chained(self.installation, &record, &before);
        let values = params![
            self.installation,
            seq,
            *at,
            actor,
            entry.action,
            &entry.object,
            outcome,
            &entry.reason,
            *request,
            ip,
            before,
            hash,
        ];
        self.tx.execute(&INSERT, values)?;
        Ok(seq)
    }

    /// Records, the newest first, those before `before_seq` when it is given.
    pub fn list(&self, before_seq: Option<i64>, limit: u32) -> Result<Vec<AuditRecord>> {
        let values = params![self.installation, before_seq.unwrap_or(i64::MAX), limit.clamp(1, MOST)];
        self.tx.all(&LIST, values, |row| Ok(read(row)?.0))
    }

    /// Records behind a number, the oldest first, each with the hash of the one before: what an export is made of.
    /// With [`Audit::installation`] they hold everything that went into the hashes.
    pub fn export(&self, after_seq: i64, limit: u32) -> Result<Vec<(AuditRecord, String)>> {
        let from = after_seq.saturating_add(1);
        self.tx.all(&CHAIN, params![self.installation, from, limit.clamp(1, MOST)], read)
    }

    /// The number of the installation, which is part of every hash.
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// Records whose action begins with `action`, the newest first, those before `before_seq` when it is given.
    pub fn search(&self, action: &str, before_seq: Option<i64>, limit: u32) -> Result<Vec<AuditRecord>> {
        let plain = action.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let before = before_seq.unwrap_or(i64::MAX);
        let values = params![self.installation, before, limit.clamp(1, MOST), format!("{plain}%")];
        self.tx.all(&SEARCH, values, |row| Ok(read(row)?.0))
    }

    /// Reads the whole log and checks every record: its number, its content, and its place behind the one before.
    /// Records cut off the end show because their numbers have been given out.
    pub fn verify_chain(&self) -> Result<Chain> {
        let (mut seq, mut hash) = (1, String::new());
        loop {
            let batch = self.tx.all(&CHAIN, params![self.installation, seq, BATCH], read)?;
            if batch.is_empty() {
                break;
            }
            for (record, prev) in batch {
                let whole = record.seq == seq
                    && prev == hash
                    && chained(self.installation, &record, &prev) == record.hash;
                if !whole {
                    return Ok(Chain::Broken { seq });
                }
                hash = record.hash;
                seq += 1;
            }
        }
        if counters::peek(self.tx, self.installation, COUNTER)? == seq {
            Ok(Chain::Intact { records: seq - 1, head: hash })
        } else {
            Ok(Chain::Broken { seq })
        }
    }

    fn head(&self) -> Result<String> {
        Ok(self.tx.one(&HEAD, params![self.installation], |row| row.get(0))?.unwrap_or_default())
    }
}

/// The hash over a record and the hash before it. Each part is preceded by its length, so that no two records read
/// the same. The address is left out, because it is blanked.
fn chained(installation: InstallationId, record: &AuditRecord, before: &str) -> String {
    let mut hash = Sha256::default();
    for number in [installation.0, record.seq, record.at.as_microsecond()] {
        hash.update(&number.to_be_bytes());
    }
    let request = record.request.hyphenated().to_string();
    let AuditRecord { actor, action, object, outcome, reason, .. } = record;
    for part in [before, actor, action, object, outcome, reason, &request] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    digest::hex(&hash.finish())
}

fn read(row: &Row<'_>) -> Result<(AuditRecord, String)> {
    let mut c = row.columns();
    let mut record = AuditRecord {
        seq: c.take()?,
        at: c.take()?,
        actor: c.take()?,
        action: c.take()?,
        object: c.take()?,
        outcome: c.take()?,
        reason: c.take()?,
        request: c.take()?,
        ip: c.take()?,
        hash: String::new(),
    };
    let prev = c.take()?;
    record.hash = c.take()?;
    Ok((record, prev))
}
