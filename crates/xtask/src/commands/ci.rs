//! `cargo xtask ci`: what the server runs, in the same order. Every step runs, so one push shows every fault.

use crate::commands::{demo, generate, test};
use crate::report::Report;
use crate::workspace::Workspace;
use crate::{Result, deny, environment, process, room, tidy};

/// Runs every check.
pub fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let mut report = Report::of(&workspace.root);
    report.step("format", || process::run(environment::cargo().args(["fmt", "--all", "--check"])));
    report.step("deny", deny::run);
    report.step("tidy", tidy::run);
    report.step("clippy", || {
        process::run(environment::cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    });
    report.step("doc", || {
        process::run(
            environment::cargo()
                .args(["doc", "--workspace", "--no-deps", "--all-features", "--locked"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    });
    report.step("fuzz targets", fuzz_targets);
    report.step("test", || test::run(test::Options::default()));
    report.step("demo", || room::for_release(&workspace).and_then(|()| demo::run()));
    report.step("generated", || generate::run(true));
    report.close()
}

/// The fuzz targets stand outside the workspace; this keeps them compiling.
fn fuzz_targets() -> Result<()> {
    let workspace = Workspace::load()?;
    let manifest = workspace.path("fuzz/Cargo.toml");
    let mut command = environment::cargo();
    command.arg("check").arg("--manifest-path").arg(manifest);
    process::run(command.arg("--target-dir").arg(workspace.target.join("fuzz")))
}
