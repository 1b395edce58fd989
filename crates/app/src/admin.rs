//! What administrators and operators look at.

use crate::{App, Page};
use domain::operations::OperationState;
use domain::plugin::{Capabilities, Finding, PluginInfo, Severity};
use domain::records::Installation;
use domain::{Ctx, Error, Result};
use jiff::Timestamp;
pub use store::{AuditRecord, Chain, Operation};

/// Use cases of looking after an installation.
#[derive(Debug, Clone, Copy)]
pub struct Admin<'a> {
    pub(crate) app: &'a App,
}

/// A document plugin, what it can do, and how it is.
#[derive(Debug, Clone)]
pub struct PluginView {
    /// Its number, name and kind.
    pub info: PluginInfo,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How it is.
    pub findings: Vec<Finding>,
}

/// How the whole service is.
#[derive(Debug, Clone)]
pub struct Health {
    /// Each thing looked at.
    pub findings: Vec<Finding>,
    /// Operations that wait for the reconciler.
    pub unfinished: i64,
}

impl Health {
    /// Whether nothing is broken.
    pub fn is_good(&self) -> bool {
        self.findings.iter().all(|f| f.severity != Severity::Problem)
    }
}

impl Admin<'_> {
    /// The caller's installation.
    pub async fn installation(&self, ctx: &Ctx) -> Result<Installation> {
        let id = ctx.installation;
        self.app
            .store()
            .read(move |tx| tx.installations().by_id(id))
            .await?
            .ok_or_else(|| Error::not_found("installation"))
    }

    /// The audit log, newest first.
    pub async fn audit(&self, ctx: &Ctx, after: Option<&str>, limit: u32) -> Result<Page<AuditRecord>> {
        ctx.require_administrator()?;
        let before = after
            .map(|text| {
                text.parse::<i64>().map_err(|e| {
                    Error::invalid("This is no place in the audit log. Start again from the first page.")
                        .field("after")
                        .caused_by(e)
                })
            })
            .transpose()?;
        let (installation, limit) = (ctx.installation, limit.clamp(1, 200));
        let items = self.app.store().read(move |tx| tx.audit(installation).list(before, limit)).await?;
        let full = items.len() == limit as usize;
        let next = items.last().filter(|last| full && last.seq > 1).map(|last| last.seq.to_string());
        Ok(Page { items, next })
    }

    /// Whether the audit log is as it was written; the first record that is not.
    pub async fn audit_chain(&self, ctx: &Ctx) -> Result<Chain> {
        ctx.require_administrator()?;
        let installation = ctx.installation;
        self.app.store().read(move |tx| tx.audit(installation).verify_chain()).await
    }

    /// Records of the audit log behind a number, the oldest first, as lines of an export: at most 1,000.
    pub async fn audit_export(&self, ctx: &Ctx, after: i64) -> Result<Vec<serde_json::Value>> {
        ctx.require_administrator()?;
        let of = ctx.installation;
        let rows = self.app.store().read(move |tx| tx.audit(of).export(after, 1000)).await?;
        Ok(rows.iter().map(|(record, before)| record.exported(of, before)).collect())
    }

    /// The newest operations.
    pub async fn operations(&self, ctx: &Ctx, limit: u32) -> Result<Vec<Operation>> {
        ctx.require_administrator()?;
        let (installation, limit) = (ctx.installation, limit.clamp(1, 200));
        self.app.store().read(move |tx| tx.operations(installation).recent(limit)).await
    }

    /// The document plugins and how they are.
    pub async fn plugins(&self, ctx: &Ctx) -> Result<Vec<PluginView>> {
        ctx.require_administrator()?;
        let call = crate::registry::call(ctx, None);
        let mut out = Vec::new();
        for plugin in self.app.usable_plugins(ctx.installation).await? {
            let findings = match plugin.check(&call).await {
                Ok(findings) => findings,
                Err(e) => vec![problem("The place answers", e.public())],
            };
            out.push(PluginView { info: plugin.info(), capabilities: plugin.capabilities(), findings });
        }
        Ok(out)
    }

    /// How the service is, for readiness and the operator. Touches the database and every plugin.
    pub async fn health(&self, now: Timestamp) -> Health {
        let counts = self.app.store().read(|tx| tx.everywhere().operations_by_state()).await;
        let (mut findings, unfinished) = match counts {
            Ok(counts) => {
                let open =
                    |s: &OperationState| matches!(s, OperationState::Intended | OperationState::Parked);
                let unfinished = counts.iter().filter(|(s, _)| open(s)).map(|(_, n)| n).sum();
                (vec![good("Database", "It answers.")], unfinished)
            }
            Err(e) => (vec![problem("Database", e.public())], 0),
        };
        let installations = self.app.store().read(|tx| tx.installations().list()).await.unwrap_or_default();
        // Whose part of a place is looked at does not matter here; without an installation there is none.
        let Some(installation) = installations.first().map(|i| i.id) else {
            return Health { findings, unfinished };
        };
        // A cloud is an installation's own, and its trouble is no reason to take the service out of use.
        let clouds = self.app.clouds();
        for plugin in self.app.plugins().all().iter().filter(|p| !clouds.contains(&p.info().id)) {
            let call = domain::plugin::Call {
                installation,
                associate: None,
                name: "Chancery".into(),
                operation: None,
                now,
                accepts: Vec::new(),
            };
            match plugin.check(&call).await {
                Ok(found) => findings.extend(found),
                Err(e) => findings.push(problem(&plugin.info().name, e.public())),
            }
        }
        Health { findings, unfinished }
    }
}

fn good(what: &str, detail: &str) -> Finding {
    Finding { what: what.to_owned(), severity: Severity::Good, detail: detail.to_owned() }
}

fn problem(what: &str, detail: &str) -> Finding {
    Finding { what: what.to_owned(), severity: Severity::Problem, detail: detail.to_owned() }
}
