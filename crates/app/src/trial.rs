//! Trying a place: made ready, then a document that is made, opened, renamed and removed.

use domain::plugin::{Body, DocumentPlugin, Finding, NewItem, OpenAs, Removal, Severity, Which};
use domain::{Ctx, Error, Result};

/// A line of the trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLine {
    /// What was done.
    pub what: String,
    /// Whether it worked.
    pub good: bool,
    /// What came of it, or what to do.
    pub detail: String,
}

pub(crate) fn line(what: &str, outcome: Result<String>) -> TrialLine {
    match outcome {
        Ok(detail) => TrialLine { what: what.to_owned(), good: true, detail },
        Err(e) => TrialLine { what: what.to_owned(), good: false, detail: e.public().to_owned() },
    }
}

/// Makes what a place needs; what was done, in words.
pub(crate) async fn provision(ctx: &Ctx, plugin: &dyn DocumentPlugin) -> Result<String> {
    let call = crate::registry::call(ctx, Some(ctx.new_operation()));
    let findings = plugin.provision(&call).await?;
    if let Some(bad) = findings.iter().find(|f: &&Finding| f.severity == Severity::Problem) {
        return Err(Error::conflict(bad.detail.clone()));
    }
    Ok(findings.into_iter().map(|f| f.detail).collect::<Vec<_>>().join(" "))
}

/// A document that is made, opened, renamed and removed.
pub(crate) async fn probe(ctx: &Ctx, plugin: &dyn DocumentPlugin, provider: &str) -> Vec<TrialLine> {
    let call = || crate::registry::call(ctx, Some(ctx.new_operation()));
    let new = NewItem::document("Chancery trial.txt", "text/plain");
    let text = "This file was made to try the connection. It is removed at the end of the trial.\n";
    let body = Body::from_bytes(bytes::Bytes::from_static(text.as_bytes()));
    let made = plugin.create(&call(), new, Some(body)).await;
    let item = match made {
        Ok(item) => item,
        Err(e) => return vec![line("Make a document", Err(e))],
    };
    let mut lines = vec![line("Make a document", Ok(format!("“{}” is there.", item.name)))];
    let open = OpenAs { desktop: false, write: false };
    let opened = plugin.open_url(&call(), &item.reference, &Which::Latest, open).await;
    lines.push(line(
        "Open it",
        opened.and_then(|url| {
            url.map(|_| format!("It has an address at {provider}.")).ok_or_else(|| {
                Error::conflict(format!("{provider} gave no address for it. Try again in a minute."))
            })
        }),
    ));
    let renamed = plugin.rename(&call(), &item.reference, "Chancery trial, renamed.txt").await;
    lines.push(line("Rename it", renamed.map(|item| format!("It is called “{}”.", item.name))));
    let removed = plugin.remove(&call(), &item.reference, Removal::Destroy).await;
    lines.push(line("Remove it", removed.map(|_| "It is gone; nothing of the trial is left.".to_owned())));
    lines
}
