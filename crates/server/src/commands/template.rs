//! Templates on the command line: checked, filled, and asked for their fields.

mod data;

use super::say;
use crate::cli::Template as Ask;
use domain::{Error, Result};
use merge::{Culture, Finding, FindingKind, Format, Limits, Schema, Severity, Template};
use serde_json::json;
use std::path::Path;

/// Runs a command; false when it found something that is not as it should be.
pub fn run(ask: Ask) -> Result<bool> {
    match ask {
        Ask::Check { file, data, since, json } => check(&file, data.as_deref(), since.as_deref(), json),
        Ask::Fill { file, data, out, culture, allow_unknown } => {
            fill(&file, &data, &out, &culture, allow_unknown).map(|()| true)
        }
        Ask::Fields { file, json } => fields(&file, json).map(|()| true),
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|e| Error::invalid(format!("{} cannot be read: {e}.", file.display())))
}

fn compile(file: &Path, schema: &Schema) -> Result<Template> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let Some(format) = Format::of(&name) else {
        let known: Vec<_> = Format::ALL.iter().map(|format| format.extension()).collect();
        return Err(Error::invalid(format!(
            "{} is not a kind of file that can be a template. Those are: {}.",
            file.display(),
            known.join(", ")
        )));
    };
    Template::compile_for(format, read(file)?, &Limits::default(), schema).map_err(|e| refused(file, &e))
}

fn refused(file: &Path, e: &merge::Refused) -> Error {
    let part = e.part.as_ref().map(|part| format!(" ({part})")).unwrap_or_default();
    Error::invalid(format!("{}{part}: {e}", file.display()))
}

fn check(file: &Path, data: Option<&Path>, since: Option<&Path>, as_json: bool) -> Result<bool> {
    let schema = match data {
        Some(data) => data::schema(&data::record(data)?),
        None => app::templates::schema(),
    };
    let template = compile(file, &schema)?;
    let found = template.check(&schema);
    let changes = match since {
        Some(older) => merge::differences(&compile(older, &schema)?, &template),
        None => Vec::new(),
    };
    if as_json {
        let findings: Vec<_> = found.iter().map(as_value).collect();
        say(json!({ "findings": findings, "changes": changes }));
    } else {
        for finding in &found {
            say(line(finding));
        }
        for change in &changes {
            say(format!("changed: {change}"));
        }
        if found.is_empty() {
            say("Nothing is wrong with it.");
        }
    }
    Ok(found.iter().all(|finding| finding.severity != Severity::Error))
}

fn line(finding: &Finding) -> String {
    let place = [finding.part.as_deref().unwrap_or_default(), &finding.place];
    let place: Vec<_> = place.into_iter().filter(|place| !place.is_empty()).collect();
    let place = if place.is_empty() { String::new() } else { format!(" [{}]", place.join(" ")) };
    format!("{}{place}: {}", finding.severity.label(), finding.sentence)
}

fn as_value(finding: &Finding) -> serde_json::Value {
    json!({
        "severity": finding.severity.label(),
        "part": finding.part,
        "place": finding.place,
        "sentence": finding.sentence,
    })
}

fn fill(file: &Path, data: &Path, out: &Path, culture: &str, allow_unknown: bool) -> Result<()> {
    let record = data::record(data)?;
    let schema = data::schema(&record);
    let template = compile(file, &schema)?;
    let blocks = [FindingKind::UnknownCode, FindingKind::UnknownRelation];
    let unknown: Vec<_> =
        template.check(&schema).into_iter().filter(|finding| blocks.contains(&finding.kind)).collect();
    if let (Some(first), false) = (unknown.first(), allow_unknown) {
        let more = if unknown.len() > 1 { format!(" ({} in all)", unknown.len()) } else { String::new() };
        return Err(Error::invalid(format!(
            "{}{more}. Add it to the data, or give --allow-unknown to leave it as it stands.",
            first.sentence.trim_end_matches('.')
        )));
    }
    let same = |a: &Path, b: &Path| a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    if same(file, out) {
        return Err(Error::invalid(
            "The document would overwrite its template. Give another name with --out.",
        ));
    }
    let partial = out.with_extension("partial");
    let write = |e: std::io::Error| Error::invalid(format!("{} cannot be written: {e}.", out.display()));
    let mut sink = std::io::BufWriter::new(std::fs::File::create(&partial).map_err(write)?);
    let filled = template.fill_to(&record, &Culture::for_tag(culture), &mut sink);
    let flushed = std::io::Write::flush(&mut sink);
    drop(sink);
    let done = filled.map_err(|e| refused(file, &e)).and_then(|()| flushed.map_err(write));
    let done = done.and_then(|()| std::fs::rename(&partial, out).map_err(write));
    if done.is_err() {
        // What is left of it is no document; that it cannot be removed changes nothing about the failure.
        let _ = std::fs::remove_file(&partial);
    }
    done
}

fn fields(file: &Path, as_json: bool) -> Result<()> {
    let template = compile(file, &Schema::default())?;
    let (codes, relations): (Vec<_>, _) = (template.codes().collect(), template.relations());
    if as_json {
        say(json!({ "format": template.format().extension(), "codes": codes, "relations": relations }));
        return Ok(());
    }
    for code in codes {
        let label =
            domain::codes::find(code).map(|info| format!("  {}: {}", info.entity.label(), info.label));
        say(format!("{{{code}}}{}", label.unwrap_or_default()));
    }
    for relation in relations {
        say(format!("{{#each {relation}}}"));
    }
    Ok(())
}
