//! Pages that name crates, paths and pages are held to what is there.

use super::Finding;
use super::tree::{Tree, has_extension, line_of};
use crate::workspace::Workspace;

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
const CHANGES: &str = "CHANGELOG.md";

/// Files a reader expects at the root or in `docs`.
const EXPECTED: &[&str] = &["README.md", CHANGES, ARCHITECTURE];

/// A backticked word that begins like this is a path of this repository.
const TOPS: &[&str] = &["crates/", "docs/", "fuzz/", ".ci/", ".config/"];

/// Checks the pages and the table of dependencies.
pub fn check(tree: &Tree, workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in EXPECTED {
        if tree.get(path).is_none() {
            findings.push(Finding::new(*path, "is missing"));
        }
    }
    if let Some(changes) = tree.get(CHANGES)
        && !changes.text.contains("## Unreleased")
    {
        findings.push(Finding::new(CHANGES, "has no `## Unreleased` section for what this change brings"));
    }
    crates_are_described(tree, workspace, &mut findings);
    let ignored = ignored(workspace);
    for file in tree.files.iter().filter(|file| has_extension(&file.path, "md")) {
        for (at, path) in named_paths(&file.path, &file.text) {
            // Pictures are no source and still there; what git ignores appears when somebody makes it.
            let there = tree.exists(&path) || workspace.path(&path).exists() || ignored.contains(&path);
            if !there {
                let place = format!("{}:{}", file.path, line_of(&file.text, at));
                findings.push(Finding::new(place, format!("names `{path}`, which is not there")));
            }
        }
    }
    dependencies_are_explained(tree, &mut findings);
    findings
}

/// What git ignores at a path from the root.
fn ignored(workspace: &Workspace) -> Vec<String> {
    let text = std::fs::read_to_string(workspace.path(".gitignore")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.strip_prefix('/'))
        .map(|path| path.trim_end_matches('/').to_owned())
        .collect()
}

/// Every crate of the workspace is named in the map.
fn crates_are_described(tree: &Tree, workspace: &Workspace, findings: &mut Vec<Finding>) {
    let Some(page) = tree.get(ARCHITECTURE) else { return };
    for member in workspace.members() {
        let (plain, path) = (format!("`{}`", member.name), format!("`crates/{}`", member.name));
        if !page.text.contains(&plain) && !page.text.contains(&path) {
            findings.push(Finding::new(ARCHITECTURE, format!("does not say what the crate {plain} is for")));
        }
    }
}

/// Paths of this repository that a page names, in backticks or as a link, relative to the root.
fn named_paths(page: &str, text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, span) in text.split('`').enumerate().filter(|(number, _)| number % 2 == 1) {
        let at = offset_of(text, span);
        let is_path =
            TOPS.iter().any(|top| span.starts_with(top)) && !span.contains([' ', '<', '{', '*', '…', '\n']);
        if is_path && !span.contains("NAME") && number > 0 {
            found.push((at, span.split([':', '#']).next().unwrap_or(span).trim_end_matches('/').to_owned()));
        }
    }
    for (at, _) in text.match_indices("](") {
        let target = text[at + 2..].split([')', ' ', '#']).next().unwrap_or_default();
        if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        found.push((at, resolve(page, target)));
    }
    found
}

fn offset_of(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// A link's target relative to the root.
fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A new dependency is a small decision: its line says what it is for.
fn dependencies_are_explained(tree: &Tree, findings: &mut Vec<Finding>) {
    let Some(manifest) = tree.get("Cargo.toml") else { return };
    let table = manifest
        .text
        .lines()
        .enumerate()
        .skip_while(|(_, line)| line.trim() != "[workspace.dependencies]")
        .skip(1);
    for (number, line) in table.take_while(|(_, line)| !line.starts_with('[')) {
        let is_entry = line.contains('=') && !line.trim_start().starts_with('#');
        if is_entry && !line.contains("path = ") && !line.contains(" # ") {
            let name = line.split('=').next().unwrap_or_default().trim();
            findings.push(Finding::new(
                format!("Cargo.toml:{}", number + 1),
                format!("{name} does not say what it is for"),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn check_pages(pages: &[(&str, &str)]) -> Vec<String> {
        let mut tree = Tree::default();
        for (path, text) in pages {
            tree.add((*path).to_owned(), (*text).to_owned());
        }
        let packages = vec![Package { name: "domain".to_owned(), ..Package::default() }];
        let root = "/nowhere".into();
        let workspace = Workspace { root, packages, ..Workspace::default() };
        let findings = check(&tree, &workspace);
        findings.into_iter().map(|finding| format!("{}: {}", finding.place, finding.says)).collect()
    }

    fn with_the_expected<'a>(more: &[(&'a str, &'a str)]) -> Vec<String> {
        let expected = [
            ("README.md", "Hello."),
            (CHANGES, "## Unreleased\n"),
            (ARCHITECTURE, "`domain` is the vocabulary."),
        ];
        check_pages(&expected.iter().chain(more).copied().collect::<Vec<_>>())
    }

    #[test]
    fn a_page_that_names_what_is_gone_is_found() {
        let said = with_the_expected(&[("docs/how-to/a.md", "Look at\n`crates/gone/src/lib.rs`.\n")]);
        assert_eq!(said, ["docs/how-to/a.md:2: names `crates/gone/src/lib.rs`, which is not there"]);
        assert_eq!(
            with_the_expected(&[("docs/how-to/a.md", "Add `crates/NAME/src/lib.rs` or `crates/<x>/y`.\n")])
                .len(),
            0
        );
    }

    #[test]
    fn a_link_is_followed_from_its_own_page() {
        assert_eq!(
            with_the_expected(&[(
                "docs/how-to/a.md",
                "[map](../ARCHITECTURE.md#crates) [x](https://example.org)"
            )])
            .len(),
            0
        );
        assert_eq!(with_the_expected(&[("docs/how-to/a.md", "[map](ARCHITECTURE.md)")]).len(), 1);
    }

    #[test]
    fn a_crate_nobody_describes_is_found() {
        let said = check_pages(&[("README.md", ""), (CHANGES, "## Unreleased"), (ARCHITECTURE, "Nothing.")]);
        assert_eq!(said, ["docs/ARCHITECTURE.md: does not say what the crate `domain` is for"]);
    }

    #[test]
    fn a_missing_page_is_found() {
        assert_eq!(check_pages(&[]).len(), 3);
    }

    #[test]
    fn a_dependency_says_what_it_is_for() {
        let manifest = "[workspace.dependencies]\n# ours\ndomain = { path = \"x\" }\nhttp = \"1\" # words\nzip = \"9\"\n[profile]\na = 1\n";
        assert_eq!(
            with_the_expected(&[("Cargo.toml", manifest)]),
            ["Cargo.toml:5: zip does not say what it is for"]
        );
    }
}
