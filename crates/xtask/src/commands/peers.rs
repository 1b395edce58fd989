//! `cargo xtask bench --peers`: the template engine beside others, with the same letter on the same machine.
//!
//! The others come from PyPI and npm, pinned in `crates/merge/benches/peers/`, into the build folder. Each is driven by
//! a script there that fills the letter for five seconds and prints rows as every benchmark here does.

use std::path::Path;
use std::process::Command;

use super::bench::{Row, measure};
use crate::workspace::Workspace;
use crate::{Result, environment, prerequisites, process};

/// Runs all of them, ours first.
pub fn rows(workspace: &Workspace) -> Result<Vec<Row>> {
    let source = workspace.path("crates/merge/benches/peers");
    let folder = workspace.target.join("xtask").join("peers");
    let inputs = folder.join("inputs");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let python = prerequisites::python(&folder.join("python"), &source.join("requirements.txt"))?;
    install_node_packages(&source, &folder)?;
    let ours = || {
        let mut command = environment::cargo();
        command.args(["bench", "--all-features", "-p", "merge", "--bench", "peers"]);
        command
    };
    process::run(ours().arg("--").arg("--write").arg(&inputs))?;
    let mut rows = measure(&mut ours())?;
    rows.extend(measure(Command::new(python).arg(source.join("docxtpl_letter.py")).arg(&inputs))?);
    for engine in ["docxtemplater", "easy-template-x"] {
        let mut command = Command::new("node");
        command.current_dir(&folder).arg(source.join("node_letter.mjs")).arg(&inputs).arg(engine);
        rows.extend(measure(&mut command)?);
    }
    Ok(rows)
}

fn install_node_packages(source: &Path, folder: &Path) -> Result<()> {
    for program in ["npm", "node"] {
        if environment::find_program(program).is_none() {
            return Err(format!("{program} is needed, to run the other engines; install Node.js with npm"));
        }
    }
    let list = folder.join("package.json");
    std::fs::copy(source.join("package.json"), &list)
        .map_err(|error| format!("{}: {error}", list.display()))?;
    process::run(
        Command::new("npm")
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(folder),
    )
}
