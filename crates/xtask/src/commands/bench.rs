//! `cargo xtask bench`: every benchmark, one table.
//!
//! Two kinds are understood. Criterion benches (`[[bench]]` targets) leave their medians in cargo's target folder.
//! A binary of `testkit` named `bench_…` prints one JSON object a line,
//! `{"name": …, "value": …, "unit": …, "aim": …}`; its other lines are shown and otherwise ignored.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::workspace::Workspace;
use crate::{Result, environment, process, report};

/// What the criterion benches are held against, by the start of their name.
const AIMS: &[(&str, &str)] = &[("standard letter", "under 1 ms warm")];

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    what: String,
    result: String,
    aim: String,
}

/// Runs the benchmarks; with `write` renews `docs/benchmarks.md`.
pub fn run(write: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    let mut rows = criterion(&workspace)?;
    rows.extend(programs(&workspace)?);
    if rows.is_empty() {
        return Err("no benchmark reported a result".to_owned());
    }
    let mut cells = vec![["what", "result", "aim"].map(str::to_owned).to_vec()];
    cells.extend(rows.into_iter().map(|row| vec![row.what, row.result, row.aim]));
    let table = report::table(&cells);
    println!("\n{table}");
    if write {
        let path = workspace.path("docs/benchmarks.md");
        std::fs::write(&path, page(&table)?).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{} written", path.display());
    }
    Ok(())
}

/// Runs each criterion bench and collects what it measured.
fn criterion(workspace: &Workspace) -> Result<Vec<Row>> {
    let results = workspace.target.join("criterion");
    if results.exists() {
        std::fs::remove_dir_all(&results).map_err(|error| format!("{}: {error}", results.display()))?;
    }
    for member in workspace.members() {
        for target in member.targets.iter().filter(|target| target.kinds.iter().any(|kind| kind == "bench")) {
            process::run(environment::cargo().args(["bench", "-p", &member.name, "--bench", &target.name]))?;
        }
    }
    let mut found = BTreeSet::new();
    estimates(&results, &mut found);
    found.iter().map(|file| criterion_row(file)).collect()
}

/// Every `new/estimates.json` below `folder`.
fn estimates(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            estimates(&path, found);
        } else if path.ends_with("new/estimates.json") {
            found.insert(path);
        }
    }
}

fn criterion_row(estimates: &Path) -> Result<Row> {
    let read = |path: &Path| -> Result<Value> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    };
    let median = read(estimates)?["median"]["point_estimate"].as_f64();
    let median = median.ok_or_else(|| format!("{} has no median", estimates.display()))?;
    let what = read(&estimates.with_file_name("benchmark.json"))?["full_id"]
        .as_str()
        .unwrap_or("unnamed")
        .to_owned();
    let aim = AIMS.iter().find(|(name, _)| what.starts_with(name)).map_or("", |(_, aim)| aim).to_owned();
    Ok(Row { what, result: duration(median), aim })
}

/// Nanoseconds in the unit a person would choose.
fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.1} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

/// Runs each benchmark program of `testkit` and reads its lines.
fn programs(workspace: &Workspace) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let targets =
        workspace.members().filter(|member| member.name == "testkit").flat_map(|member| &member.targets);
    let names = targets
        .filter(|target| target.name.starts_with("bench_") && target.kinds.iter().any(|kind| kind == "bin"));
    for target in names {
        let mut command = environment::cargo();
        command.args(["run", "--release", "-p", "testkit", "--bin", &target.name]);
        let watched = process::watch(&mut command)?;
        if !watched.success {
            return Err(format!("the benchmark {} failed", target.name));
        }
        rows.extend(watched.lines.iter().filter_map(|line| program_row(line)));
    }
    Ok(rows)
}

fn program_row(line: &str) -> Option<Row> {
    let value: Value = serde_json::from_str(line).ok()?;
    let number = match &value["value"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let unit = value["unit"].as_str().unwrap_or_default();
    Some(Row {
        what: value["name"].as_str()?.to_owned(),
        result: format!("{number} {unit}").trim_end().to_owned(),
        aim: value["aim"].as_str().unwrap_or_default().to_owned(),
    })
}

fn page(table: &str) -> Result<String> {
    let commit =
        process::output(std::process::Command::new("git").args(["describe", "--always", "--dirty"]))?;
    Ok(format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench --write`; run it to see your own machine's numbers.\n\
         Measured at commit {} on {}.\n\
         A criterion result is the median.\n\n{table}",
        commit.trim(),
        machine()
    ))
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    format!("{cores} cores of {}, {}", model.unwrap_or("an unnamed processor"), std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_benchmark_program_becomes_a_row() {
        let row = program_row(r#"{"name": "list", "value": 3.25, "unit": "ms", "aim": "under 10 ms"}"#);
        let wanted = Row { what: "list".into(), result: "3.25 ms".into(), aim: "under 10 ms".into() };
        assert_eq!(row, Some(wanted));
        assert_eq!(program_row("warming up"), None);
    }

    #[test]
    fn durations_are_read_in_their_natural_unit() {
        let read = [812.0, 51_300.0, 870_000.0, 4_120_000.0, 2.5e9].map(duration);
        assert_eq!(read, ["812 ns", "51.3 µs", "870.0 µs", "4.12 ms", "2.50 s"]);
    }
}
