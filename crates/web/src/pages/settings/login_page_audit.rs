//! `/settings/audit/login-page`: what the login page wrote down about this installation.

use super::audit::{Thing, Verdict, outcome, thing, verdict};
use super::{page, tabs};
use crate::errors::PageResult;
use crate::extract::{AdminSigned, PageQuery};
use crate::page::{Page, show as answer};
use crate::routes::settings as at;
use crate::ui::{Badge, Tab};
use app::App;
use app::admin::Chain;
use app::sign_in::AuditLine;
use askama::Template;
use axum::extract::State;
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/login_page_audit.html")]
struct LoginPageAudit {
    page: Page,
    tabs: Vec<Tab>,
    connected: bool,
    trouble: String,
    verdict: Option<Verdict>,
    rows: Vec<Row>,
    next: String,
}

#[derive(Debug)]
struct Row {
    number: i64,
    at: String,
    actor: Thing,
    action: String,
    object: Thing,
    outcome: Badge,
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    before: Option<i64>,
    /// Anything: check the whole chain.
    check: Option<String>,
}

/// Shows it; checks its chain when asked.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let sign_in = app.sign_in();
    let page = page(&signed, "At the login page").crumb("Audit log", at::audit(None));
    let mut view = LoginPageAudit {
        tabs: tabs(&page, "Audit log"),
        connected: sign_in.is_connected(),
        trouble: String::new(),
        verdict: None,
        rows: Vec::new(),
        next: String::new(),
        page,
    };
    if view.connected {
        let found = async {
            let chain = match asked.check {
                Some(_) => Some(sign_in.login_page_chain(&signed.ctx).await?),
                None => None,
            };
            Ok::<_, domain::Error>((chain, sign_in.login_page_audit(&signed.ctx, asked.before).await?))
        };
        match found.await {
            Ok((chain, found)) => {
                view.verdict = chain.map(|c| {
                    verdict(&match c.first_bad {
                        None => Chain::Intact { records: c.records, head: c.head },
                        Some(seq) => Chain::Broken { seq },
                    })
                });
                view.rows = found.records.into_iter().map(|r| row(r, &view.page)).collect();
                view.next = found.next.map(|b| at::login_page_audit(Some(b))).unwrap_or_default();
            }
            Err(e) => e.public().clone_into(&mut view.trouble),
        }
    }
    answer(&view)
}

fn row(line: AuditLine, page: &Page) -> Row {
    Row {
        number: line.seq,
        at: page.when(&line.at),
        // The login page's associates and documents are none of ours; its other words are the same.
        actor: Thing { label: line.actor, href: String::new() },
        object: thing(&line.object),
        action: line.action,
        outcome: outcome(&line.outcome),
        reason: line.reason,
    }
}

impl LoginPageAudit {
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn check(&self) -> String {
        crate::routes::Query::at(at::login_page_audit(None)).and("check", "1").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use crate::ui;

    #[test]
    fn each_page_is_well_formed() {
        for (connected, trouble, full) in
            [(false, "", false), (true, "It <does> not answer.", false), (true, "", false), (true, "", true)]
        {
            let page = check::page("At the login page");
            let row = || Row {
                number: 1,
                at: "now".into(),
                actor: Thing { label: "client <1>".into(), href: String::new() },
                action: "domain.registered".into(),
                object: Thing { label: "domain:a&b".into(), href: String::new() },
                outcome: ui::badge("Done").good(),
                reason: if full { "a<b".into() } else { String::new() },
            };
            let sample = LoginPageAudit {
                tabs: tabs(&page, "Audit log"),
                connected,
                trouble: trouble.into(),
                verdict: full.then(|| Verdict { intact: true, sentence: "It is intact.".into() }),
                rows: if full { vec![row()] } else { Vec::new() },
                next: if full { at::login_page_audit(Some(7)) } else { String::new() },
                page,
            };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
