//! `cargo xtask bench`: every benchmark, one table.
//!
//! Measured are the `[[bench]]` targets of all crates and the binaries of `testkit` named `bench_…`.
//! A criterion bench leaves its medians in cargo's target folder. Any other prints its results, one a line:
//! a name, at least two spaces, and a result that begins with a digit; or a JSON object
//! `{"name": …, "value": …, "unit": …, "aim": …}`. Its other lines are shown and otherwise ignored.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::workspace::Workspace;
use crate::{Result, environment, process, report};

/// What results are held against, by the start of their name, where the benchmark does not say so itself.
const AIMS: &[(&str, &str)] = &[
    ("letter/fill", "under 1 ms, warm"),
    ("company, first page", "under 10 ms at the server, flat as it grows"),
    ("documents (two durable commits each)", "the disk's own commit rate"),
];

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    what: String,
    result: String,
    aim: String,
}

/// Runs the benchmarks; with `write` renews `docs/benchmarks.md`.
pub fn run(write: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    let criterion = workspace.target.join("criterion");
    if criterion.exists() {
        std::fs::remove_dir_all(&criterion).map_err(|error| format!("{}: {error}", criterion.display()))?;
    }
    let mut rows = Vec::new();
    for member in workspace.members() {
        for target in &member.targets {
            let (verb, kind) = match target.kinds.first().map(String::as_str) {
                Some("bench") => ("bench", "--bench"),
                Some("bin") if member.name == "testkit" && target.name.starts_with("bench_") => {
                    ("run", "--bin")
                }
                _ => continue,
            };
            let mut command = environment::cargo();
            command.args([verb, "--all-features", "-p", &member.name, kind, &target.name]);
            if verb == "run" {
                command.arg("--release");
            }
            rows.extend(measure(&mut command)?);
        }
    }
    let mut found = BTreeSet::new();
    estimates(&criterion, &mut found);
    for file in &found {
        rows.push(criterion_row(file)?);
    }
    if rows.is_empty() {
        return Err("no benchmark reported a result".to_owned());
    }
    let table = table(rows);
    println!("\n{table}");
    if write {
        // What stands about other engines was measured by another run and stays.
        let beside = split(&std::fs::read_to_string(page_path(&workspace)).unwrap_or_default()).1;
        write_page(&workspace, &format!("{}{beside}", page(&table)?))?;
    }
    Ok(())
}

/// The heading of the part that `bench --peers` writes.
const BESIDE: &str = "\n## Beside other template engines\n";

/// Runs only the comparison with other template engines; with `write` renews its part of `docs/benchmarks.md`.
pub fn run_peers(write: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    let table = table(super::peers::rows(&workspace)?);
    println!("\n{table}");
    if write {
        let ours = split(&std::fs::read_to_string(page_path(&workspace)).unwrap_or_default()).0;
        let commit = process::output(Command::new("git").args(["describe", "--always", "--dirty"]))?;
        let text = format!(
            "{}{BESIDE}\nWritten by `cargo xtask bench --peers --write`: the same letter and data, one after another on the same machine, \
             each engine on one core and warm.\nMeasured at commit {} on {}. Times are medians.\n\n{table}",
            ours.trim_end_matches('\n').to_owned() + "\n",
            commit.trim(),
            machine()
        );
        write_page(&workspace, &text)?;
    }
    Ok(())
}

fn table(rows: Vec<Row>) -> String {
    let mut cells = vec![["what", "result", "aim"].map(str::to_owned).to_vec()];
    cells.extend(rows.into_iter().map(|row| vec![row.what, row.result, row.aim]));
    report::table(&cells)
}

fn page_path(workspace: &Workspace) -> PathBuf {
    workspace.path("docs/benchmarks.md")
}

fn write_page(workspace: &Workspace, text: &str) -> Result<()> {
    let path = page_path(workspace);
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{} written", path.display());
    Ok(())
}

/// The page cut before the part about other engines.
fn split(page: &str) -> (String, String) {
    let at = page.find(BESIDE).unwrap_or(page.len());
    (page[..at].to_owned(), page[at..].to_owned())
}

/// Runs one benchmark and reads its lines.
pub fn measure(command: &mut Command) -> Result<Vec<Row>> {
    let watched = process::watch(command)?;
    if !watched.success {
        return Err(format!("the benchmark failed: {}", process::line(command)));
    }
    Ok(watched.lines.iter().filter_map(|line| json_row(line).or_else(|| plain_row(line))).collect())
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
    Ok(Row { aim: aim(&what), what, result: duration(median) })
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

fn json_row(line: &str) -> Option<Row> {
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

fn plain_row(line: &str) -> Option<Row> {
    let (what, rest) = line.split_once("  ")?;
    let result = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_result = !what.is_empty() && result.starts_with(|first: char| first.is_ascii_digit());
    is_result.then(|| Row { what: what.to_owned(), result, aim: aim(what) })
}

fn aim(what: &str) -> String {
    AIMS.iter().find(|(name, _)| what.starts_with(name)).map_or("", |(_, aim)| aim).to_owned()
}

fn page(table: &str) -> Result<String> {
    let commit = process::output(Command::new("git").args(["describe", "--always", "--dirty"]))?;
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
        let row = json_row(r#"{"name": "list", "value": 3.25, "unit": "ms", "aim": "under 10 ms"}"#);
        let wanted = Row { what: "list".into(), result: "3.25 ms".into(), aim: "under 10 ms".into() };
        assert_eq!(row, Some(wanted));
        assert_eq!(json_row("warming up"), None);
    }

    #[test]
    fn a_plain_line_becomes_a_row_when_its_result_is_a_number() {
        let row = plain_row("company, first page         50 rows  median    1.20ms");
        let aim = "under 10 ms at the server, flat as it grows".to_owned();
        assert_eq!(
            row,
            Some(Row { what: "company, first page".into(), result: "50 rows median 1.20ms".into(), aim })
        );
        assert_eq!(plain_row("letter/fill             time:   [1.2 ms 1.3 ms 1.4 ms]"), None);
        assert_eq!(plain_row("  3 (3.00%) high mild"), None);
    }

    #[test]
    fn durations_are_read_in_their_natural_unit() {
        let read = [812.0, 51_300.0, 870_000.0, 4_120_000.0, 2.5e9].map(duration);
        assert_eq!(read, ["812 ns", "51.3 µs", "870.0 µs", "4.12 ms", "2.50 s"]);
    }
}
