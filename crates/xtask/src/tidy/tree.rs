//! The files the rules look at, read once.

use std::path::Path;

use super::lexer::{self, Views};
use crate::Result;

/// Folders nobody wrote.
const SKIPPED: &[&str] = &["target", "node_modules", ".git", "corpus", "artifacts", "images"];

/// What is read: everything a person writes.
const EXTENSIONS: &[&str] = &["rs", "md", "toml", "js", "mjs", "css", "html", "txt", "sql"];

/// All source files below a root, sorted by path.
#[derive(Debug, Default)]
pub struct Tree {
    pub files: Vec<File>,
}

/// One file.
#[derive(Debug)]
pub struct File {
    /// Relative to the root, with `/` on every system.
    pub path: String,
    pub text: String,
    /// Code and comments apart; empty for anything that is not Rust.
    pub views: Views,
}

impl Tree {
    /// Reads every source file below `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.descend(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn descend(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                self.descend(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() && EXTENSIONS.iter().any(|extension| has_extension(&name, extension)) {
                // A file that is not text is test data under a text's name: no rule is about it.
                if let Ok(text) = std::fs::read_to_string(entry.path()) {
                    self.add(path, text);
                }
            }
        }
        Ok(())
    }

    /// Adds one file.
    pub fn add(&mut self, path: String, text: String) {
        let views = if has_extension(&path, "rs") { lexer::views(&text) } else { Views::default() };
        self.files.push(File { path, text, views });
    }

    /// The file with this path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or a folder stands at this path.
    pub fn exists(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
    }
}

impl File {
    pub fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    /// Code that ships: below a crate's `src`, but not in the crate that exists for tests.
    pub fn is_product(&self) -> bool {
        self.is_rust()
            && self.path.starts_with("crates/")
            && self.path.contains("/src/")
            && !self.path.starts_with("crates/testkit/")
            && !self.is_test_module()
    }

    /// A test module with a file of its own, declared under `#[cfg(test)]`.
    pub fn is_test_module(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

/// The number of the line on which the byte at `at` stands, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

pub fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
}
