//! The workspace as cargo describes it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Result, environment, process};

/// The workspace and its members.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The folder of the root manifest.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
    /// The members, sorted by name.
    pub packages: Vec<Package>,
}

/// One crate of this workspace.
#[derive(Debug, Default, Clone)]
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
    pub targets: Vec<Target>,
    /// The names of its features.
    pub features: Vec<String>,
}

/// One line of a manifest's dependencies.
#[derive(Debug, Default, Clone)]
pub struct Dependency {
    pub name: String,
    pub kind: Kind,
}

/// Which table the line stands in.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Normal,
    Dev,
    Build,
}

/// One thing cargo builds from a package.
#[derive(Debug, Default, Clone)]
pub struct Target {
    pub name: String,
    /// `lib`, `bin`, `test`, `bench`, …
    pub kinds: Vec<String>,
}

impl Workspace {
    /// The members only; resolves nothing, so it works without a network.
    pub fn load() -> Result<Self> {
        let mut command = environment::cargo();
        let text = process::output(command.args(["metadata", "--format-version=1", "--no-deps"]))?;
        let value: Value =
            serde_json::from_str(&text).map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
        let mut packages: Vec<Package> = each(&value["packages"]).map(package).collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            root: text_of(&value["workspace_root"]).into(),
            target: text_of(&value["target_directory"]).into(),
            packages,
        })
    }

    /// The crates of this workspace.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter()
    }

    /// A path below the root.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }
}

fn package(value: &Value) -> Package {
    Package {
        name: text_of(&value["name"]),
        dependencies: each(&value["dependencies"])
            .map(|line| Dependency {
                name: text_of(&line["name"]),
                kind: match line["kind"].as_str() {
                    Some("dev") => Kind::Dev,
                    Some("build") => Kind::Build,
                    _ => Kind::Normal,
                },
            })
            .collect(),
        targets: each(&value["targets"])
            .map(|target| Target {
                name: text_of(&target["name"]),
                kinds: each(&target["kind"]).map(text_of).collect(),
            })
            .collect(),
        features: value["features"].as_object().into_iter().flat_map(|table| table.keys().cloned()).collect(),
    }
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
