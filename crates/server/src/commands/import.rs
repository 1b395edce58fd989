//! Imports from the command line.

use super::say;
use crate::cli::Import;
use crate::config::Config;
use crate::wiring;
use app::imports::Format;
use domain::imports::{LineResult, Report};
use domain::records::RecordKind;
use domain::{Error, Result};

/// Imports a file and prints what happened to each line that was not as it is. True when no line was refused.
pub async fn run(ask: Import) -> Result<bool> {
    let kind = RecordKind::from_word(&ask.kind).ok_or_else(|| {
        let kinds: Vec<_> = RecordKind::ALL.iter().map(|k| k.plural()).collect();
        Error::invalid(format!("{:?} cannot be imported. Choose one of: {}.", ask.kind, kinds.join(", ")))
    })?;
    let format = match &ask.format {
        Some(word) => word.parse()?,
        None => format_of(&ask.file)?,
    };
    let bytes = std::fs::read(&ask.file)
        .map_err(|e| Error::invalid(format!("{} cannot be read: {e}.", ask.file.display())))?;
    let app = wiring::wire_tables(&Config::load(&ask.at)?).await?;
    let installation = wiring::installation(&app, ask.installation.as_deref()).await?;
    let ctx = wiring::system(&installation)?;
    let mut progress = |lines: u64| progress_line(lines);
    let report = app.imports().run(&ctx, kind, format, &bytes, &mut progress).await?;
    if ask.json {
        let json =
            serde_json::to_string_pretty(&report).map_err(|e| Error::internal("the report").caused_by(e))?;
        say(json);
    } else {
        print(&report);
    }
    Ok(report.refused == 0)
}

fn format_of(file: &std::path::Path) -> Result<Format> {
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
    extension.parse().map_err(|_| {
        Error::invalid(format!(
            "What {} holds cannot be told from its name. Add --format csv or json.",
            file.display()
        ))
    })
}

fn print(report: &Report) {
    for line in &report.lines {
        match &line.result {
            LineResult::Refused { reason } => {
                say(format!("line {}: refused {}: {reason}", line.line, line.external_id));
            }
            LineResult::Changed { fields } => {
                say(format!("line {}: changed {}: {}", line.line, line.external_id, fields.join(", ")));
            }
            LineResult::New | LineResult::Unchanged => {}
        }
    }
    say(format!(
        "{}: {} new, {} changed, {} unchanged, {} refused",
        report.kind.plural(),
        report.new,
        report.changed,
        report.unchanged,
        report.refused
    ));
}

#[expect(clippy::print_stderr, reason = "progress goes beside the command's output")]
fn progress_line(lines: u64) {
    use std::io::IsTerminal as _;
    if std::io::stderr().is_terminal() {
        eprint!("\r{lines} lines");
    }
}
