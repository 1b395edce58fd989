//! `cargo xtask screenshots`: the pictures of the README, taken by the browser tests.

use crate::workspace::Workspace;
use crate::{Result, environment, prerequisites, process};

/// Runs the browser tests so that they leave their pictures in `docs/images`.
pub fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let variables = prerequisites::prepare(&workspace)?;
    let images = workspace.path("docs/images");
    std::fs::create_dir_all(&images).map_err(|error| format!("{}: {error}", images.display()))?;
    process::run(environment::cargo().args(["build", "-p", "server", "--bins"]))?;
    let binary = workspace.target.join("debug").join(format!("chancery{}", std::env::consts::EXE_SUFFIX));
    let mut command = environment::cargo();
    command.args(["test", "-p", "testkit", "--all-features"]);
    for target in
        workspace.members().filter(|member| member.name == "testkit").flat_map(|member| &member.targets)
    {
        if target.name.starts_with("browser") && target.kinds.iter().any(|kind| kind == "test") {
            command.args(["--test", &target.name]);
        }
    }
    command.envs(variables).env("CHANCERY_BIN", binary).env("CHANCERY_PICTURES", &images);
    process::run(&mut command)?;
    println!("pictures are in {}", images.display());
    Ok(())
}
