//! `cargo xtask tidy`: rules about the source that no compiler checks.

mod arrows;
mod documents;
mod lengths;
mod lexer;
mod patterns;
mod tree;

use crate::Result;
use crate::workspace::Workspace;
use tree::Tree;

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, with its line where there is one.
    pub place: String,
    /// What is wrong, and what to do.
    pub says: String,
}

impl Finding {
    fn new(place: impl Into<String>, says: impl Into<String>) -> Self {
        Self { place: place.into(), says: says.into() }
    }
}

/// Prints every finding; fails when there is one.
pub fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let tree = Tree::read(&workspace.root)?;
    let findings = findings(&tree, &workspace);
    for finding in &findings {
        println!("{}: {}", finding.place, finding.says);
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files, nothing to say", tree.files.len());
            Ok(())
        }
        1 => Err("1 finding".to_owned()),
        count => Err(format!("{count} findings")),
    }
}

fn findings(tree: &Tree, workspace: &Workspace) -> Vec<Finding> {
    let mut findings = arrows::check(workspace);
    findings.extend(patterns::check(tree));
    findings.extend(lengths::check(tree));
    findings.extend(documents::check(tree, workspace));
    findings.sort();
    findings.dedup();
    findings
}
