//! A run of several steps, each timed, and the table that closes it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::{Result, room};

/// The steps done so far.
#[derive(Debug, Default)]
pub struct Report {
    steps: Vec<Step>,
    /// Where it is told how much room is left.
    disk: Option<PathBuf>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
    /// What the disk has left after it, in MiB.
    free: Option<u64>,
}

impl Report {
    /// A report that tells how much room the disk of `path` has left after each step.
    pub fn of(path: &std::path::Path) -> Self {
        Self { disk: Some(path.to_owned()), ..Self::default() }
    }

    /// Does one step and remembers how it went; a failed step does not stop the next.
    pub fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) {
        println!("\n== {name}");
        let start = Instant::now();
        let failure = work().err();
        if let Some(message) = &failure {
            eprintln!("xtask: {message}");
        }
        let free = self.disk.as_deref().and_then(room::free);
        self.steps.push(Step { name, took: start.elapsed(), failure, free });
    }

    /// Prints the table; fails when a step failed.
    pub fn close(self) -> Result<()> {
        println!("\n{:<14} {:>9}  {:>10}  result", "step", "time", "disk left");
        for step in &self.steps {
            let result = step.failure.as_deref().and_then(|text| text.lines().next()).unwrap_or("ok");
            let free = step.free.map_or_else(String::new, |mib| format!("{mib} MiB"));
            println!("{:<14} {:>7.1} s  {free:>10}  {result}", step.name, step.took.as_secs_f64());
        }
        let failed: Vec<&str> =
            self.steps.iter().filter(|step| step.failure.is_some()).map(|step| step.name).collect();
        if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
    }
}

/// Rows as a Markdown table with aligned columns; the first row is the heading.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.extend(["| ", &cells.join(" | "), " |\n"]);
        if number == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            text.extend(["| ", &rule.join(" | "), " |\n"]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_fails_the_run_and_the_others_still_run() {
        let mut report = Report::default();
        let mut ran = false;
        report.step("first", || Err("it broke".to_owned()));
        report.step("second", || {
            ran = true;
            Ok(())
        });
        assert!(ran);
        assert_eq!(report.close().unwrap_err(), "failed: first");
    }

    #[test]
    fn a_table_is_markdown_with_aligned_columns() {
        let rows = [vec!["what".to_owned(), "time".to_owned()], vec!["a".to_owned(), "12 ms".to_owned()]];
        assert_eq!(table(&rows), "| what | time  |\n| ---- | ----- |\n| a    | 12 ms |\n");
    }
}
