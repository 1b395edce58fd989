//! `GET /settings/audit`: who did what, newest first.

use super::{page, tabs};
use crate::errors::PageResult;
use crate::export::{self, Whose};
use crate::extract::{AdminSigned, PageQuery};
use crate::page::{Page, show as answer};
use crate::routes;
use crate::ui::{self, Badge, Tab};
use app::App;
use askama::Template;
use axum::extract::State;
use domain::{AssociateId, DocumentId, TemplateId};
use serde::Deserialize;

/// How many records are shown at once.
const SHOWN: u32 = 100;

#[derive(Debug, Template)]
#[template(path = "settings/audit.html")]
struct Audit {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    next: String,
    verdict: Option<Verdict>,
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
    request: String,
}

/// Somebody or something a record names, and where its page is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Thing {
    pub label: String,
    pub href: String,
}

/// The log's word for a thing (`document:12`) as people read it; what has no page stands as it was written.
pub(super) fn thing(word: &str) -> Thing {
    let known = word.split_once(':').and_then(|(kind, id)| Some((kind, id.parse::<i64>().ok()?)));
    let (name, id, href) = match known {
        Some(("associate", id)) => ("Associate", id, routes::records::associate(AssociateId(id))),
        Some(("document", id)) => ("Document", id, routes::documents::show(DocumentId(id))),
        Some(("template", id)) => ("Template", id, routes::templates::show(TemplateId(id))),
        _ => return Thing { label: word.to_owned(), href: String::new() },
    };
    Thing { label: format!("{name} {id}"), href }
}

/// Whether the log is as it was written.
#[derive(Debug)]
pub(super) struct Verdict {
    pub intact: bool,
    pub sentence: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<String>,
    /// Anything: check the whole chain.
    check: Option<String>,
}

/// Shows the log; checks its chain when asked.
pub(super) async fn show(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let found = app.admin().audit(&signed.ctx, asked.after.as_deref(), SHOWN).await?;
    let verdict = match asked.check {
        Some(_) => Some(verdict(&app.admin().audit_chain(&signed.ctx).await?)),
        None => None,
    };
    let page = page(&signed, "Audit log");
    let rows = found.items.iter().map(|record| Row {
        number: record.seq,
        at: page.when(&record.at),
        actor: thing(&record.actor),
        action: record.action.clone(),
        object: thing(&record.object),
        outcome: outcome(&record.outcome),
        reason: record.reason.clone(),
        request: record.request.hyphenated().to_string(),
    });
    answer(&Audit {
        tabs: tabs(&page, "Audit log"),
        rows: rows.collect(),
        next: found.next.map(|after| routes::settings::audit(Some(&after))).unwrap_or_default(),
        verdict,
        page,
    })
}

/// Which log to take out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TakeOut {
    log: Whose,
}

/// The log as a file.
pub(super) async fn take_out(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    PageQuery(which): PageQuery<TakeOut>,
) -> PageResult {
    Ok(export::audit(&app, &signed.ctx, which.log).await?)
}

pub(super) fn outcome(word: &str) -> Badge {
    match word {
        "done" => ui::badge("Done").good(),
        "refused" => ui::badge("Refused").warn(),
        _ => ui::badge("Failed").bad(),
    }
}

pub(super) fn verdict(chain: &app::admin::Chain) -> Verdict {
    match chain {
        app::admin::Chain::Intact { records, .. } => Verdict {
            intact: true,
            sentence: format!(
                "The log is intact: {}, each following from the one before.",
                crate::presenters::count(records, "record", "records")
            ),
        },
        app::admin::Chain::Broken { seq } => Verdict {
            intact: false,
            sentence: format!(
                "Record {seq} is not as it was written. Keep a copy of the database and find out who could change it."
            ),
        },
    }
}

impl Audit {
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn check(&self) -> String {
        routes::Query::at(routes::settings::audit(None)).and("check", "1").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn a_thing_with_a_page_is_named_and_led_to() {
        let of = |word| {
            let found = thing(word);
            (found.label, found.href)
        };
        let table = [
            ("associate:3", "Associate 3", "/associates/3"),
            ("document:12", "Document 12", "/documents/12"),
            ("template:7", "Template 7", "/templates/7"),
            ("system", "system", ""),
            ("session:ab", "session:ab", ""),
            ("document:<1>", "document:<1>", ""),
            ("", "", ""),
        ];
        for (word, label, href) in table {
            assert_eq!(of(word), (label.to_owned(), href.to_owned()), "{word}");
        }
    }

    #[test]
    fn each_page_is_well_formed() {
        let row = |n, word| Row {
            number: n,
            at: "then".into(),
            actor: thing("associate:1"),
            action: "document.created".into(),
            object: thing("document:<1>"),
            outcome: outcome(word),
            reason: String::new(),
            request: "0".into(),
        };
        for verdict in [None, Some(verdict(&app::admin::Chain::Broken { seq: 3 }))] {
            let page = check::page("Audit log");
            let rows = vec![row(3, "done"), row(2, "refused"), row(1, "failed")];
            let sample = Audit {
                tabs: tabs(&page, "Audit log"),
                rows,
                next: "/settings/audit?after=1".into(),
                verdict,
                page,
            };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
