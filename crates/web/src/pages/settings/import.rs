//! `/settings/import`: records from a CSV or JSON file, reported line by line.

use super::{page, tabs};
use crate::errors::PageResult;
use crate::extract::{AdminSigned, CsrfUpload, Signed};
use crate::forms::Faults;
use crate::page::{Page, show as answer, show_with};
use crate::ui::{self, Badge, Tab};
use app::App;
use app::imports::{Format, Imports};
use askama::Template;
use axum::extract::State;
use domain::imports::{LineResult, Report};
use domain::records::RecordKind;
use domain::{Error, Result};
use http::StatusCode;

/// The largest file accepted, in bytes. Imports are held in memory while they run.
const MAX_FILE: u64 = 32 * 1024 * 1024;
/// How many lines of a report are shown.
const SHOWN: usize = 1000;

#[derive(Debug, Template)]
#[template(path = "settings/import.html")]
struct Import {
    page: Page,
    tabs: Vec<Tab>,
    kinds: Vec<Kind>,
    chosen: String,
    report: Option<Outcome>,
    faults: Faults,
}

#[derive(Debug)]
struct Kind {
    word: &'static str,
    label: &'static str,
    columns: &'static [&'static str],
}

/// What became of a file.
#[derive(Debug)]
struct Outcome {
    file: String,
    new: u64,
    changed: u64,
    unchanged: u64,
    refused: u64,
    lines: Vec<Line>,
    left_out: usize,
}

#[derive(Debug)]
struct Line {
    number: u64,
    external_id: String,
    result: Badge,
    detail: String,
}

/// Shows the form.
pub(super) async fn show(AdminSigned(signed): AdminSigned) -> PageResult {
    answer(&present(&signed, String::new(), None, Faults::none()))
}

/// Takes the file and shows what became of each line.
pub(super) async fn run(
    AdminSigned(signed): AdminSigned,
    State(app): State<App>,
    mut form: CsrfUpload,
) -> PageResult {
    let done = take(&signed, &app, &mut form).await;
    let chosen = form.field("kind").to_owned();
    match done {
        Ok(outcome) => answer(&present(&signed, chosen, Some(outcome), Faults::none())),
        Err(error) => match Faults::of(&error) {
            Some(faults) => {
                show_with(StatusCode::UNPROCESSABLE_ENTITY, &present(&signed, chosen, None, faults))
            }
            None => Err(error.into()),
        },
    }
}

async fn take(signed: &Signed, app: &App, form: &mut CsrfUpload) -> Result<Outcome> {
    let file = form.require_file().await?;
    let kind = RecordKind::from_word(form.field("kind"))
        .ok_or_else(|| Error::invalid("Choose what the file contains.").field("kind"))?;
    let name = file.name.clone();
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    let format: Format = extension.parse().map_err(|_: Error| {
        Error::invalid("The name of the file ends neither in .csv nor in .json. Save it as one of the two.")
            .field("file")
    })?;
    let bytes = file.bytes(MAX_FILE).await?;
    let report = app.imports().run(&signed.ctx, kind, format, &bytes, &mut |_| {}).await?;
    Ok(outcome(name, &report))
}

/// What to look at comes first: refused, then changed, then new. Unchanged lines are counted only.
fn outcome(file: String, report: &Report) -> Outcome {
    let rank = |result: &LineResult| match result {
        LineResult::Refused { .. } => 0,
        LineResult::Changed { .. } => 1,
        LineResult::New => 2,
        LineResult::Unchanged => 3,
    };
    let mut lines: Vec<_> = report.lines.iter().filter(|l| l.result != LineResult::Unchanged).collect();
    lines.sort_by_key(|l| (rank(&l.result), l.line));
    let left_out = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    Outcome {
        file,
        new: report.new,
        changed: report.changed,
        unchanged: report.unchanged,
        refused: report.refused,
        lines: lines.into_iter().map(line).collect(),
        left_out,
    }
}

fn line(line: &domain::imports::Line) -> Line {
    let (result, detail) = match &line.result {
        LineResult::New => (ui::badge("New").good(), String::new()),
        LineResult::Changed { fields } => (ui::badge("Changed").accent(), fields.join(", ")),
        LineResult::Unchanged => (ui::badge("Unchanged"), String::new()),
        LineResult::Refused { reason } => (ui::badge("Refused").bad(), reason.clone()),
    };
    Line { number: line.line, external_id: line.external_id.clone(), result, detail }
}

fn present(signed: &Signed, chosen: String, report: Option<Outcome>, faults: Faults) -> Import {
    fill(page(signed, "Import"), chosen, report, faults)
}

fn fill(page: Page, chosen: String, report: Option<Outcome>, faults: Faults) -> Import {
    let kinds = RecordKind::ALL.into_iter().map(|kind| Kind {
        word: kind.as_str(),
        label: match kind {
            RecordKind::Associate => "Associates",
            RecordKind::Company => "Companies",
            RecordKind::Contact => "Contacts",
            RecordKind::Project => "Projects",
            RecordKind::Sale => "Sales",
        },
        columns: Imports::columns(kind),
    });
    Import { tabs: tabs(&page, "Import"), kinds: kinds.collect(), chosen, report, faults, page }
}

impl Import {
    /// The choice of what the file contains.
    fn choice(&self) -> ui::Field {
        let start = ui::select("kind", "The file contains").required().fault(&self.faults);
        let start = start.choice("", "Choose", self.chosen.is_empty());
        self.kinds
            .iter()
            .fold(start, |field, kind| field.choice(kind.word, kind.label, kind.word == self.chosen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_page_is_well_formed() {
        let mut report = Report::new(RecordKind::Company);
        for (n, result) in [
            LineResult::New,
            LineResult::Unchanged,
            LineResult::Changed { fields: vec!["name".into()] },
            LineResult::Refused { reason: "The <name> is missing.".into() },
        ]
        .into_iter()
        .enumerate()
        {
            report.push(domain::imports::Line { line: n as u64 + 2, external_id: "c-<1>".into(), result });
        }
        let outcome = outcome("a<b>.csv".into(), &report);
        let order: Vec<u64> = outcome.lines.iter().map(|l| l.number).collect();
        assert_eq!(order, [5, 4, 2], "what to look at comes first");
        let fault = Faults::at("kind", "Choose what the file contains.");
        for (report, faults) in [(None, Faults::none()), (None, fault), (Some(outcome), Faults::none())] {
            check::whole_page(
                &fill(check::page("Import"), "company".into(), report, faults).render().unwrap(),
            );
        }
    }
}
