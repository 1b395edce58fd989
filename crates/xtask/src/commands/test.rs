//! `cargo xtask test`: prerequisites, then every test, then one line that says how it went.

use std::path::Path;
use std::process::Command;

use crate::prerequisites::{self, Variables};
use crate::process::{self, Watched};
use crate::workspace::Workspace;
use crate::{Result, environment};

/// Test binaries whose names start like this need a browser, an office program, or much time;
/// a feature of such a name is compiled for them only.
const SLOW: &[&str] = &["browser", "kill", "office", "clients", "contracts"];
/// Tests that need a variable which may be missing, and why it is. They are listed as skipped then.
const NEEDS: &[(&str, &str, &str)] = &[("contracts", "CHANCERY_CONTRACTS", prerequisites::NO_CONTRACTS)];

/// What to run.
#[derive(Debug, Default)]
pub struct Options {
    /// Leave out the slow tests and what they need.
    pub fast: bool,
    /// Only these crates; all when empty.
    pub packages: Vec<String>,
    /// Arguments for the test runner.
    pub rest: Vec<String>,
}

/// How many tests ended how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

/// Runs the tests.
pub fn run(options: Options) -> Result<()> {
    let workspace = Workspace::load()?;
    options.known_packages(&workspace)?;
    let variables = if options.fast { Variables::new() } else { prerequisites::prepare(&workspace)? };
    let mut variables = variables;
    if !options.fast {
        let binary = build_binary(&workspace, &options)?;
        variables.push(("CHANCERY_BIN", binary.into()));
    }
    let tests = if nextest_is_there() {
        with_nextest(&workspace, &options, &variables)
    } else {
        println!("cargo-nextest is not installed; `cargo test` runs the same tests, slower");
        with_cargo(&workspace, &options, &variables)
    }?;
    // A filter meant for tests would leave no documentation example, or be misread.
    let examples =
        if options.rest.is_empty() { doc_tests(&workspace, &options)? } else { (true, Count::default()) };
    conclude(&options, &variables, tests, examples)
}

/// Binaries that cannot run here, with the reason.
fn skipped(options: &Options, variables: &Variables) -> Vec<(&'static str, &'static str)> {
    let missing = |variable: &str| variables.iter().all(|(name, _)| *name != variable);
    let needs = NEEDS.iter().filter(|(_, variable, _)| !options.fast && missing(variable));
    needs.map(|(binary, _, reason)| (*binary, *reason)).collect()
}

fn conclude(
    options: &Options,
    variables: &Variables,
    tests: (bool, Count),
    examples: (bool, Count),
) -> Result<()> {
    let total =
        Count { passed: tests.1.passed + examples.1.passed, failed: tests.1.failed + examples.1.failed };
    if options.fast {
        println!("\nLeft out by --fast: test binaries named {}.", SLOW.join("*, ") + "*");
    }
    println!("\ntests: {} passed, {} failed", tests.1.passed, tests.1.failed);
    println!("documentation examples: {} passed, {} failed", examples.1.passed, examples.1.failed);
    let skipped = skipped(options, variables);
    for (binary, reason) in &skipped {
        println!("skipped: the tests in {binary}*: {reason}");
    }
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, skipped.len());
    if !tests.0 || !examples.0 {
        return Err("the tests failed; what failed stands above".to_owned());
    }
    if total.passed == 0 {
        return Err("no test ran".to_owned());
    }
    Ok(())
}

impl Options {
    fn known_packages(&self, workspace: &Workspace) -> Result<()> {
        for name in &self.packages {
            if !workspace.members().any(|member| member.name == *name) {
                let known: Vec<&str> = workspace.members().map(|member| member.name.as_str()).collect();
                return Err(format!("there is no crate `{name}`; there are {}", known.join(", ")));
            }
        }
        Ok(())
    }

    fn includes(&self, package: &str) -> bool {
        self.packages.is_empty() || self.packages.iter().any(|name| name == package)
    }

    /// Whether a chosen crate has a target of this kind.
    fn chooses(&self, workspace: &Workspace, kind: &str) -> bool {
        let chosen = workspace.members().filter(|member| self.includes(&member.name));
        chosen.flat_map(|member| &member.targets).any(|target| target.kinds.iter().any(|found| found == kind))
    }

    /// The crates and features to build, as cargo's arguments.
    ///
    /// Every feature is on: a test target whose feature is off would be left out in silence.
    fn selection(&self, workspace: &Workspace) -> Vec<String> {
        let mut words = Vec::new();
        if self.packages.is_empty() {
            words.push("--workspace".to_owned());
        }
        for name in &self.packages {
            words.extend(["-p".to_owned(), name.clone()]);
        }
        for member in workspace.members().filter(|member| self.includes(&member.name)) {
            for feature in
                member.features.iter().filter(|feature| !(self.fast && SLOW.contains(&feature.as_str())))
            {
                words.push(format!("--features={}/{feature}", member.name));
            }
        }
        words
    }
}

/// Builds the program itself, so that tests can start it as a process of its own.
fn build_binary(workspace: &Workspace, options: &Options) -> Result<std::path::PathBuf> {
    let mut command = environment::cargo();
    command.arg("build");
    if options.packages.is_empty() {
        // The same selection as the tests': cargo then compiles every dependency once, with one set of features.
        command.args(options.selection(workspace)).args(["--bins", "--tests"]);
    } else {
        command.args(["-p", "server", "--bins"]);
    }
    process::run(&mut command)?;
    Ok(workspace.target.join("debug").join(format!("chancery{}", std::env::consts::EXE_SUFFIX)))
}

fn nextest_is_there() -> bool {
    process::succeeds(environment::cargo().args(["nextest", "--version"]))
}

fn with_nextest(workspace: &Workspace, options: &Options, variables: &Variables) -> Result<(bool, Count)> {
    let report = workspace.target.join("nextest").join("default").join("junit.xml");
    if report.exists() {
        std::fs::remove_file(&report).map_err(|error| format!("{}: {error}", report.display()))?;
    }
    let mut command = environment::cargo();
    command.args(["nextest", "run", "--no-fail-fast"]).args(options.selection(workspace));
    let left_out = left_out(options, variables);
    if !left_out.is_empty() {
        command.args(["-E", &format!("not binary(/^({})/)", left_out.join("|"))]);
    }
    command.args(&options.rest).envs(variables.iter().map(|(name, value)| (name, value)));
    let success = process::run(&mut command).is_ok();
    Ok((success, count_junit(&report)))
}

/// Without nextest: the same binaries under `cargo test`, whose lines are counted.
fn with_cargo(workspace: &Workspace, options: &Options, variables: &Variables) -> Result<(bool, Count)> {
    let mut command = environment::cargo();
    command.args(["test", "--no-fail-fast"]).args(options.selection(workspace));
    // Cargo refuses to be asked for a kind of target that is not there.
    for (kind, argument) in [("lib", "--lib"), ("bin", "--bins")] {
        command.args(options.chooses(workspace, kind).then_some(argument));
    }
    for name in test_binaries(workspace, options, &left_out(options, variables)) {
        command.args(["--test", &name]);
    }
    command.arg("--").args(&options.rest).envs(variables.iter().map(|(name, value)| (name, value)));
    let Watched { success, lines } = process::watch(&mut command)?;
    Ok((success, count_lines(&lines)))
}

/// How the names of the binaries begin that are not run.
fn left_out(options: &Options, variables: &Variables) -> Vec<&'static str> {
    if options.fast {
        return SLOW.to_vec();
    }
    skipped(options, variables).into_iter().map(|(binary, _)| binary).collect()
}

fn test_binaries(workspace: &Workspace, options: &Options, left_out: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = workspace
        .members()
        .filter(|member| options.includes(&member.name))
        .flat_map(|member| &member.targets)
        .filter(|target| target.kinds.iter().any(|kind| kind == "test"))
        .filter(|target| !left_out.iter().any(|start| target.name.starts_with(start)))
        .map(|target| target.name.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn doc_tests(workspace: &Workspace, options: &Options) -> Result<(bool, Count)> {
    if !options.chooses(workspace, "lib") {
        return Ok((true, Count::default()));
    }
    let mut command: Command = environment::cargo();
    command.args(["test", "--doc", "--no-fail-fast"]).args(options.selection(workspace));
    let Watched { success, lines } = process::watch(&mut command)?;
    Ok((success, count_lines(&lines)))
}

/// Sums the closing lines of `cargo test`.
fn count_lines(lines: &[String]) -> Count {
    let mut count = Count::default();
    for line in lines.iter().filter(|line| line.contains("test result:")) {
        count.passed += number_before(line, " passed");
        count.failed += number_before(line, " failed");
    }
    count
}

fn number_before(line: &str, word: &str) -> u64 {
    let head = line.split(word).next().unwrap_or_default();
    head.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Reads the totals of nextest's report; nothing when no test could be started.
fn count_junit(report: &Path) -> Count {
    let text = std::fs::read_to_string(report).unwrap_or_default();
    let Some(head) = text.split("<testsuites").nth(1).and_then(|tail| tail.split('>').next()) else {
        return Count::default();
    };
    let attribute = |name: &str| -> u64 {
        let value = head.split(&format!(" {name}=\"")).nth(1).and_then(|tail| tail.split('"').next());
        value.and_then(|value| value.parse().ok()).unwrap_or(0)
    };
    let failed = attribute("failures") + attribute("errors");
    Count { passed: attribute("tests").saturating_sub(failed), failed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    #[test]
    fn closing_lines_of_cargo_test_are_summed() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        ]
        .map(str::to_owned);
        assert_eq!(count_lines(&lines), Count { passed: 15, failed: 2 });
    }

    #[test]
    fn the_totals_of_a_report_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("junit.xml");
        let head = r#"<testsuites name="all" tests="9" failures="2" errors="1" uuid="x" time="0.2">"#;
        std::fs::write(
            &report,
            format!("<?xml version=\"1.0\"?>\n{head}<testsuite tests=\"1\"/></testsuites>"),
        )
        .unwrap();
        assert_eq!(count_junit(&report), Count { passed: 6, failed: 3 });
        assert_eq!(count_junit(&folder.path().join("missing.xml")), Count::default());
    }

    #[test]
    fn every_feature_of_the_chosen_crates_is_on_and_fast_leaves_the_browser_out() {
        let member = |name: &str, features: &[&str]| Package {
            name: name.to_owned(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            ..Package::default()
        };
        let packages = vec![member("merge", &[]), member("testkit", &["browser", "world"])];
        let workspace = Workspace { packages, ..Workspace::default() };
        let of = |names: &[&str], fast| {
            let packages = names.iter().map(|name| (*name).to_owned()).collect();
            Options { fast, packages, rest: Vec::new() }.selection(&workspace).join(" ")
        };
        assert_eq!(of(&[], false), "--workspace --features=testkit/browser --features=testkit/world");
        assert_eq!(of(&[], true), "--workspace --features=testkit/world");
        assert_eq!(of(&["merge"], false), "-p merge");
        assert_eq!(of(&["testkit"], true), "-p testkit --features=testkit/world");
    }
}
