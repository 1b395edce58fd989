//! `GET /settings/health`: how the places of documents are, and what waits to be finished.

use super::{page, tabs};
use crate::errors::PageResult;
use crate::extract::AdminSigned;
use crate::page::{Page, show as answer};
use crate::presenters;
use crate::routes;
use crate::ui::{self, Badge, Icon, Tab};
use app::App;
use app::admin::PluginView;
use askama::Template;
use axum::extract::State;
use domain::operations::{OperationKind, OperationState};
use domain::plugin::{Finding, Severity};

/// How many operations are shown.
const SHOWN: u32 = 50;

#[derive(Debug, Template)]
#[template(path = "settings/health.html")]
struct Health {
    page: Page,
    tabs: Vec<Tab>,
    good: bool,
    unfinished: i64,
    findings: Vec<Line>,
    plugins: Vec<Plugin>,
    operations: Vec<Row>,
}

#[derive(Debug)]
struct Plugin {
    name: String,
    id: i64,
    abilities: Vec<&'static str>,
    limit: String,
    findings: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    what: String,
    detail: String,
    word: &'static str,
    icon: Icon,
    class: &'static str,
}

#[derive(Debug)]
struct Row {
    what: &'static str,
    state: Badge,
    target: String,
    href: String,
    at: String,
    attempts: i64,
    reason: String,
}

/// Shows how things are.
pub(super) async fn show(AdminSigned(signed): AdminSigned, State(app): State<App>) -> PageResult {
    let health = app.admin().health(signed.ctx.now).await;
    let plugins = app.admin().plugins(&signed.ctx).await?;
    let operations = app.admin().operations(&signed.ctx, SHOWN).await?;
    let page = page(&signed, "Health");
    let operations = operations.iter().map(|o| Row {
        what: verb(o.kind),
        state: state(o.state),
        target: match (o.document, o.template) {
            (Some(id), _) => format!("Document {id}"),
            (None, Some(id)) => format!("Template {id}"),
            (None, None) => String::new(),
        },
        href: match (o.document, o.template) {
            (Some(id), _) => routes::documents::show(id),
            (None, Some(id)) => routes::templates::show(id),
            (None, None) => String::new(),
        },
        at: page.when(&o.created),
        attempts: o.attempts,
        reason: o.reason.clone(),
    });
    answer(&Health {
        tabs: tabs(&page, "Health"),
        good: health.is_good(),
        unfinished: health.unfinished,
        findings: health.findings.iter().map(line).collect(),
        plugins: plugins.iter().map(plugin).collect(),
        operations: operations.collect(),
        page,
    })
}

fn plugin(view: &PluginView) -> Plugin {
    let c = &view.capabilities;
    let claims = [
        (c.locking.locks(), "check-out"),
        (c.locking.versions(), "versions"),
        (c.templates, "templates"),
        (c.blank_templates, "blank templates"),
        (c.trash, "trash"),
        (c.copy, "copies"),
        (c.place, "folders"),
        (c.open_url, "opens in place"),
        (c.metadata, "metadata"),
        (c.audience, "audience"),
        (c.changes, "outside changes"),
        (c.commands, "own commands"),
    ];
    Plugin {
        name: view.info.name.clone(),
        id: view.info.id.0,
        abilities: claims.into_iter().filter(|(can, _)| *can).map(|(_, word)| word).collect(),
        limit: presenters::size(c.max_content),
        findings: view.findings.iter().map(line).collect(),
    }
}

fn line(finding: &Finding) -> Line {
    let (word, icon, class) = match finding.severity {
        Severity::Good => ("Good", "check", "good"),
        Severity::Warning => ("Warning", "info", "warn"),
        Severity::Problem => ("Problem", "warning", "bad"),
    };
    Line { what: finding.what.clone(), detail: finding.detail.clone(), word, icon: ui::icon(icon), class }
}

fn verb(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Create => "Create",
        OperationKind::Copy => "Copy",
        OperationKind::Save => "Save",
        OperationKind::CheckOut => "Check out",
        OperationKind::CheckIn => "Check in",
        OperationKind::UndoCheckOut => "Undo check-out",
        OperationKind::Rename => "Rename",
        OperationKind::Trash => "Move to trash",
        OperationKind::Restore => "Restore",
        OperationKind::Destroy => "Remove for good",
        OperationKind::RestoreVersion => "Restore a version",
        OperationKind::SetAudience => "Set who may open it",
        OperationKind::Place => "Bring it to where it belongs",
        OperationKind::Command => "Run a command",
    }
}

fn state(state: OperationState) -> Badge {
    match state {
        OperationState::Intended => ui::badge("Running").accent(),
        OperationState::Completed => ui::badge("Completed").good(),
        OperationState::Withdrawn => ui::badge("Withdrawn"),
        OperationState::Parked => ui::badge("Parked").warn(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        let finding =
            |severity| Finding { what: "Folder <a>".into(), severity, detail: "Free: 3 & more".into() };
        let row = || Row {
            what: verb(OperationKind::Save),
            state: state(OperationState::Parked),
            target: "Document 3".into(),
            href: "/documents/3".into(),
            at: "then".into(),
            attempts: 2,
            reason: "<no answer>".into(),
        };
        for good in [true, false] {
            let page = check::page("Health");
            let findings: Vec<Line> =
                [Severity::Good, Severity::Warning, Severity::Problem].map(|s| line(&finding(s))).into();
            let plugin = Plugin {
                name: "Archive".into(),
                id: 0,
                abilities: vec!["trash"],
                limit: "2 GB".into(),
                findings: vec![line(&finding(Severity::Good))],
            };
            let operations = if good { Vec::new() } else { vec![row(), row()] };
            let sample = Health {
                tabs: tabs(&page, "Health"),
                good,
                unfinished: 1,
                findings,
                plugins: vec![plugin],
                operations,
                page,
            };
            check::whole_page(&sample.render().unwrap());
        }
    }
}
