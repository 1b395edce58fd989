//! `cargo xtask generate`: files that are committed and written by the program itself.

use crate::workspace::Workspace;
use crate::{Result, environment, prerequisites, process};

/// What the twin serves of the providers' interfaces.
const COVERAGE: &str = "docs/twin-coverage.md";

/// A committed file and the arguments of `chancery` that print it.
const FILES: &[(&str, &[&str])] =
    &[("docs/openapi.json", &["openapi"]), ("docs/configuration.md", &["config-reference"])];

/// Writes the files, or with `check` fails when one differs from what would be written.
pub fn run(check: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    let mut stale = Vec::new();
    for (file, arguments) in FILES {
        // The release build is the one the demo uses, so in most working trees it is there already.
        let mut command = environment::cargo();
        command.args(["run", "--quiet", "--release", "--package", "server", "--"]).args(*arguments);
        let mut fresh = process::output(&mut command)?;
        if !fresh.ends_with('\n') {
            fresh.push('\n');
        }
        let path = workspace.path(file);
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        if committed == fresh {
            println!("{file} is current");
        } else if check {
            println!("{file} is stale");
            stale.push(*file);
        } else {
            std::fs::write(&path, fresh).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("{file} written");
        }
    }
    if !check {
        coverage(&workspace)?;
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("stale: {}; run `cargo xtask generate` and commit what it writes", stale.join(", ")))
}

/// The page of what the twin covers. It needs the providers' contracts; a test compares the committed page.
fn coverage(workspace: &Workspace) -> Result<()> {
    let Some(contracts) = prerequisites::contracts(workspace) else {
        println!("{COVERAGE} left as it is: {}", prerequisites::NO_CONTRACTS);
        return Ok(());
    };
    let mut command = environment::cargo();
    command.args([
        "run",
        "--quiet",
        "--package",
        "twin",
        "--features",
        "contracts",
        "--example",
        "coverage",
        "--",
    ]);
    let page = process::output(command.arg(contracts))?;
    let path = workspace.path(COVERAGE);
    std::fs::write(&path, format!("{}\n", page.trim_end()))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{COVERAGE} written");
    Ok(())
}
