//! `cargo xtask deny`: licences, banned crates, duplicates and sources, by cargo-deny on `deny.toml`.
//!
//! Advisories are left to `cargo deny check advisories`: they need a database from the network
//! and may fail a commit that changed nothing.

use std::path::PathBuf;
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Result, environment, process};

/// The version the configuration is written for; about two minutes to compile on two cores.
const VERSION: &str = "0.20.2";

/// Installs cargo-deny below the build folder when the system has none, and runs it.
pub fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let tool = tool(&workspace)?;
    let mut command = Command::new(tool);
    command.args([
        "--all-features",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    process::run(command.current_dir(&workspace.root))
}

fn tool(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(found) = environment::find_program("cargo-deny") {
        return Ok(found);
    }
    let folder = workspace.target.join("xtask").join("tools");
    let tool = folder.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if !tool.is_file() {
        let mut command = environment::cargo();
        command.args(["install", "--locked", "--version", VERSION, "cargo-deny", "--root"]).arg(&folder);
        process::run(&mut command)?;
    }
    Ok(tool)
}
