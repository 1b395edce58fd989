//! The audit log of any installation, and of the login page itself: searched, verified, exported.

use crate::house::{House, Who};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::audit::Entry;
use domain::{InstallationId, Result};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use platform::audit::{Audit, AuditRecord, Chain};
use serde::Serialize;
use std::sync::Arc;

/// Records in one answer.
pub(super) const PAGE: u32 = 100;
/// Records read at once for an export.
const BATCH: u32 = 1000;

/// A record as it is shown.
#[derive(Debug, Serialize)]
pub(crate) struct RecordView {
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub outcome: String,
    pub reason: String,
    pub ip: String,
    pub hash: String,
}

/// Records, the newest first, and the number before which they go on.
#[derive(Debug, Serialize)]
pub(crate) struct RecordList {
    pub records: Vec<RecordView>,
    pub next: Option<i64>,
}

/// Whether a log is as it was written.
#[derive(Debug, Serialize)]
pub(crate) struct Verified {
    pub intact: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_bad: Option<i64>,
}

impl House {
    /// Records of an installation whose action begins with `action`, those before `before` when it is given.
    pub(super) async fn records(
        &self,
        of: InstallationId,
        action: &str,
        before: Option<i64>,
    ) -> Result<RecordList> {
        let action = action.trim().to_owned();
        let rows = self
            .db
            .read(move |tx| match action.as_str() {
                "" => Audit::of(tx, of).list(before, PAGE),
                action => Audit::of(tx, of).search(action, before, PAGE),
            })
            .await?;
        let next = (rows.len() == PAGE as usize).then(|| rows.last().map(|r| r.seq)).flatten();
        Ok(RecordList { records: rows.into_iter().map(view).collect(), next })
    }

    /// Checks the chain of an installation's log.
    pub(super) async fn verify_log(&self, of: InstallationId) -> Result<Verified> {
        let chain = self.db.read(move |tx| Audit::of(tx, of).verify_chain()).await?;
        Ok(match chain {
            Chain::Intact { records, head } => {
                Verified { intact: true, records: Some(records), head: Some(head), first_bad: None }
            }
            Chain::Broken { seq } => {
                Verified { intact: false, records: None, head: None, first_bad: Some(seq) }
            }
        })
    }

    /// The whole log of an installation, one record a line (NDJSON), with everything that went into the hashes. It is
    /// read a thousand records at a time while it is sent.
    pub(super) async fn export_log(
        self: &Arc<Self>,
        of: InstallationId,
        key: &str,
        who: Who,
    ) -> Result<Response> {
        let (object, now) = (format!("installation:{key}"), self.now());
        self.db
            .write(move |tx| who.note(tx, InstallationId(0), Entry::done("audit.exported", object), now))
            .await?;
        let house = Arc::clone(self);
        let lines = stream::try_unfold(0_i64, move |after| {
            let house = Arc::clone(&house);
            async move {
                let rows = house.db.read(move |tx| Audit::of(tx, of).export(after, BATCH)).await?;
                let Some(last) = rows.last().map(|(record, _)| record.seq) else { return Ok(None) };
                let text: String = rows.iter().map(|(record, before)| line(of, record, before)).collect();
                Ok::<_, domain::Error>(Some((Bytes::from(text), last)))
            }
        });
        let name = if key.is_empty() { "login-page" } else { key };
        let headers = [
            (CONTENT_TYPE, "application/x-ndjson".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"audit-{name}.ndjson\"")),
        ];
        Ok((headers, Body::from_stream(lines)).into_response())
    }
}

fn view(r: AuditRecord) -> RecordView {
    let AuditRecord { seq, at, actor, action, object, outcome, reason, ip, hash, .. } = r;
    RecordView { seq, at, actor, action, object, outcome, reason, ip, hash }
}

fn line(of: InstallationId, record: &AuditRecord, before: &str) -> String {
    format!("{}\n", record.exported(of, before))
}
