//! Functions and files that are too long to hold in mind.
//!
//! Counted are lines that hold code: a rule that counted comments would be a rule against them.
//! `docs/ratchets/long-functions.txt` lists the ones that are longer for now. The list may only shrink:
//! an entry that is no longer needed, or that grew, is a finding, and so is a longer list.

use std::collections::BTreeMap;

use super::tree::{File, Tree};
use super::{Finding, lexer};

const FUNCTION: usize = 80;
const FILE: usize = 450;
const LIST: &str = "docs/ratchets/long-functions.txt";

/// How many entries the list may have. Lower it when one is gone; it is never raised.
const ENTRIES: usize = 0;

/// What is measured, as it is written in the list, and how many lines it has.
type Lengths = BTreeMap<String, usize>;

/// Compares what is too long with the list.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let measured: Lengths = tree.files.iter().filter(|file| file.is_product()).flat_map(too_long).collect();
    let list = tree.get(LIST).map(|file| file.text.as_str()).unwrap_or_default();
    compare(&measured, list, ENTRIES)
}

fn compare(measured: &Lengths, list: &str, entries: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut listed = Lengths::new();
    for line in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.rsplit_once(' ').map(|(what, length)| (what, length.parse())) {
            Some((what, Ok(length))) => drop(listed.insert(what.to_owned(), length)),
            _ => findings.push(Finding::new(LIST, format!("`{line}` is not an entry and a number of lines"))),
        }
    }
    if listed.len() > entries {
        findings.push(Finding::new(
            LIST,
            format!("the list has {} entries and may have {entries}", listed.len()),
        ));
    }
    for (what, length) in measured {
        let limit = if what.starts_with("file ") { FILE } else { FUNCTION };
        match listed.get(what) {
            None => findings.push(Finding::new(
                what.clone(),
                format!("{length} lines; {limit} are the most. Give a part of it a name of its own"),
            )),
            Some(allowed) if length > allowed => findings.push(Finding::new(
                what.clone(),
                format!("grew from {allowed} to {length} lines; it may only shrink"),
            )),
            Some(_) => {}
        }
    }
    for what in listed.keys().filter(|what| !measured.contains_key(*what)) {
        findings.push(Finding::new(LIST, format!("`{what}` is short enough now: delete its line")));
    }
    findings
}

fn too_long(file: &File) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let code = &file.views.code;
    let tests: usize = file.views.tests.iter().map(|item| lines(&code[item.clone()])).sum();
    let length = lines(code).saturating_sub(tests);
    if length > FILE {
        found.push((format!("file {}", file.path), length));
    }
    for (name, length) in functions(file) {
        if length > FUNCTION {
            found.push((format!("function {} {name}", file.path), length));
        }
    }
    found
}

/// Every function with a body outside test modules, with its lines of code from `fn` to the closing brace.
fn functions(file: &File) -> Vec<(String, usize)> {
    let code = &file.views.code;
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts_word =
            !code[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_');
        let in_test = file.views.tests.iter().any(|item| item.contains(&at));
        let name: String = code[at + 3..]
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        if !starts_word || in_test || name.is_empty() {
            continue;
        }
        let end = lexer::item_end(code, at);
        found.push((name, lines(&code[at..end])));
    }
    found
}

/// Lines that hold code.
fn lines(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        let mut tree = Tree::default();
        tree.add("crates/x/src/a.rs".to_owned(), text.to_owned());
        tree
    }

    fn long_function(name: &str) -> String {
        format!("fn {name}() {{\n{}}}\n", "    step();\n".repeat(FUNCTION))
    }

    #[test]
    fn a_long_function_is_found_and_one_in_a_test_module_is_not() {
        let text = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            long_function("outside"),
            long_function("inside")
        );
        let findings = check(&tree(&text));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "function crates/x/src/a.rs outside");
        assert!(findings[0].says.starts_with("82 lines"));
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_and_comments_do_not_count() {
        let test = "#[cfg(test)]\nmod tests {\n    use super::*;\n}\n";
        let of = |lines| format!("{}{test}", "/// Why.\nconst A: u8 = 1;\n\n".repeat(lines));
        assert_eq!(check(&tree(&of(FILE))).len(), 0);
        assert_eq!(check(&tree(&of(FILE + 1))).len(), 1);
    }

    #[test]
    fn the_list_may_only_shrink() {
        let measured: Lengths = [("function a.rs f".to_owned(), 90)].into();
        assert_eq!(compare(&measured, "# why\nfunction a.rs f 90\n", 1), []);
        assert!(compare(&measured, "function a.rs f 85\n", 1)[0].says.starts_with("grew from 85 to 90"));
        assert!(compare(&Lengths::new(), "function a.rs f 90\n", 1)[0].says.contains("delete its line"));
        assert!(compare(&measured, "function a.rs f 90\n", 0)[0].says.contains("may have 0"));
        assert!(compare(&measured, "function a.rs f 90\nnonsense", 1)[0].says.contains("`nonsense`"));
    }
}
