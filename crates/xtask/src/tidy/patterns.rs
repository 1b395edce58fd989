//! Text that must not stand in a source file, and text that must.

use super::Finding;
use super::tree::{File, Tree, has_extension, line_of};

/// The part of a file a pattern is looked for in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    /// Rust without comments and string contents.
    Code,
    /// The file as it stands.
    Text,
}

/// Text that must not stand in some files.
struct Forbidden {
    text: &'static str,
    view: View,
    /// Beginnings of paths; empty means everywhere.
    under: &'static [&'static str],
    extension: &'static str,
    /// Files that may hold it.
    except: &'static [&'static str],
    reason: &'static str,
}

/// What stands alone in a sandboxed frame has a policy of its own, which lets inline styles in and nothing else; its body is
/// markup the template engine has made and escaped.
const FRAMED: &[&str] =
    &["crates/web/templates/documents/no_preview.html", "crates/web/templates/documents/preview.html"];

/// A lesson a lint cannot hold goes here.
const FORBIDDEN: &[Forbidden] = &[
    rust("dbg!", "debug output is taken out before a commit"),
    page("<style", "styles stand in the style sheet; the content security policy refuses inline ones"),
    page(" style=\"", "styles stand in the style sheet; the content security policy refuses inline ones"),
    page(" onclick=", "the content security policy refuses inline handlers; listen in a module"),
    page(" onchange=", "the content security policy refuses inline handlers; listen in a module"),
    page(" onsubmit=", "the content security policy refuses inline handlers; listen in a module"),
    page(" oninput=", "the content security policy refuses inline handlers; listen in a module"),
    page("javascript:", "the content security policy refuses it; listen in a module"),
    page("src=\"http", "a page loads nothing from elsewhere"),
    page("|safe", "text is escaped; markup is made by a template"),
    script("console.log(", "debug output is taken out before a commit"),
    script("debugger;", "debug output is taken out before a commit"),
    script("eval(", "the content security policy refuses it"),
    script("document.write(", "it stops the page while it is read"),
    style("@import", "one style sheet, one request"),
    style("url(http", "a page loads nothing from elsewhere"),
];

const fn rust(text: &'static str, reason: &'static str) -> Forbidden {
    Forbidden { text, view: View::Code, under: &[], extension: "rs", except: &[], reason }
}

const fn page(text: &'static str, reason: &'static str) -> Forbidden {
    Forbidden { text, view: View::Text, under: &["crates/web/"], extension: "html", except: FRAMED, reason }
}

const fn script(text: &'static str, reason: &'static str) -> Forbidden {
    Forbidden { text, view: View::Text, under: &["crates/web/"], extension: "js", except: &[], reason }
}

const fn style(text: &'static str, reason: &'static str) -> Forbidden {
    Forbidden { text, view: View::Text, under: &["crates/web/"], extension: "css", except: &[], reason }
}

/// Looks at every file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        forbidden(file, &mut findings);
        unfinished(file, &mut findings);
        if file.is_rust() {
            exceptions_without_reason(file, &mut findings);
            module_documentation(file, &mut findings);
        }
    }
    findings
}

fn forbidden(file: &File, findings: &mut Vec<Finding>) {
    for rule in FORBIDDEN.iter().filter(|rule| has_extension(&file.path, rule.extension)) {
        let elsewhere =
            !rule.under.is_empty() && !rule.under.iter().any(|folder| file.path.starts_with(folder));
        if elsewhere || rule.except.contains(&file.path.as_str()) {
            continue;
        }
        let text = if rule.view == View::Code { &file.views.code } else { &file.text };
        for (at, found) in text.match_indices(rule.text) {
            let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            if found.starts_with(word) && text[..at].ends_with(word) {
                // `medieval(` is not `eval(`.
                continue;
            }
            findings.push(Finding::new(place(file, at), format!("`{}`: {}", found.trim(), rule.reason)));
        }
    }
}

/// Unfinished work is an issue; the mark in the source names it.
fn unfinished(file: &File, findings: &mut Vec<Finding>) {
    const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let text = if file.is_rust() { &file.views.comments } else { &file.text };
    // This page may speak of the marks; the others carry them.
    if has_extension(&file.path, "md") {
        return;
    }
    for mark in MARKS {
        for (at, _) in text.match_indices(mark) {
            let (before, after) = (&text[..at], &text[at + mark.len()..]);
            let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let named = after
                .strip_prefix("(#")
                .is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
            if !before.ends_with(word) && !after.starts_with(word) && !named {
                findings.push(Finding::new(
                    place(file, at),
                    format!("`{mark}` without an issue: write {mark}(#12)"),
                ));
            }
        }
    }
}

/// In the product an exception is an `expect`, which reports itself when it no longer applies.
/// Test files share modules, and an exception one of them does not need would be reported there.
fn exceptions_without_reason(file: &File, findings: &mut Vec<Finding>) {
    let code = &file.views.code;
    for start in ["#[expect(", "#![expect(", "#[allow(", "#![allow("] {
        for (at, _) in code.match_indices(start) {
            let end = code[at..].find(")]").map_or(code.len(), |end| at + end);
            if file.is_product() && start.contains("allow") {
                findings.push(Finding::new(
                    place(file, at),
                    "write #[expect(lint, reason = \"…\")] instead of allow",
                ));
            } else if !code[at..end].contains("reason") {
                findings.push(Finding::new(place(file, at), "an exception without its reason"));
            }
        }
    }
}

fn module_documentation(file: &File, findings: &mut Vec<Finding>) {
    if !file.path.starts_with("crates/") || !file.path.contains("/src/") || file.is_test_module() {
        return;
    }
    if !file.text.starts_with("//!") {
        findings
            .push(Finding::new(file.path.clone(), "starts with no `//!` sentence that says what it is for"));
    } else if file.path.ends_with("/src/lib.rs") && !file.text.contains("//! Invariant: ") {
        findings.push(Finding::new(
            file.path.clone(),
            "a crate states what is deliberately absent: `//! Invariant: …`",
        ));
    }
}

fn place(file: &File, at: usize) -> String {
    format!("{}:{}", file.path, line_of(&file.text, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(path: &str, text: &str) -> Vec<String> {
        let mut tree = Tree::default();
        tree.add(path.to_owned(), text.to_owned());
        check(&tree).into_iter().map(|finding| format!("{}: {}", finding.place, finding.says)).collect()
    }

    #[test]
    fn debug_output_is_found_in_code_and_not_in_a_comment_or_string() {
        let mark = concat!("db", "g!");
        let path = "crates/x/src/a.rs";
        assert_eq!(says(path, &format!("//! A.\nfn f() {{ {mark}(1); }}\n")).len(), 1);
        assert_eq!(says(path, &format!("//! A.\n// {mark}\nconst A: &str = \"{mark}\";\n")).len(), 0);
    }

    #[test]
    fn unfinished_work_names_its_issue() {
        let mark = concat!("TO", "DO");
        assert!(
            says("crates/x/src/a.rs", &format!("//! A.\n\n// {mark} later\n"))[0]
                .starts_with("crates/x/src/a.rs:3: ")
        );
        assert_eq!(says("crates/x/src/a.rs", &format!("//! A.\n// {mark}(#12) later\n")).len(), 0);
        assert_eq!(says("crates/x/src/a.rs", &format!("//! A.\nconst AUTO{mark}S: u8 = 1;\n")).len(), 0);
    }

    #[test]
    fn a_file_says_what_it_is_for_and_a_crate_what_it_never_does() {
        assert!(says("crates/x/src/a.rs", "fn f() {}\n")[0].contains("says what it is for"));
        assert!(says("crates/x/src/lib.rs", "//! A crate.\n")[0].contains("deliberately absent"));
        assert_eq!(says("crates/x/src/lib.rs", "//! A crate.\n//!\n//! Invariant: no I/O.\n").len(), 0);
        assert_eq!(says("crates/x/tests/a.rs", "fn f() {}\n").len(), 0);
    }

    #[test]
    fn an_exception_gives_its_reason_and_reports_itself_when_it_is_over() {
        let with = |kind: &str, inside: &str| format!("//! A.\n#[{kind}({inside})]\nfn f() {{}}\n");
        let (bare, reasoned) = ("clippy::x", "clippy::x, reason = \"y\"");
        assert_eq!(says("crates/x/src/a.rs", &with("expect", bare)).len(), 1);
        assert_eq!(says("crates/x/src/a.rs", &with("expect", reasoned)).len(), 0);
        assert_eq!(says("crates/x/src/a.rs", &with("allow", reasoned)).len(), 1);
        assert_eq!(says("crates/x/tests/a.rs", &with("allow", bare)).len(), 1);
        assert_eq!(says("crates/x/tests/a.rs", &with("allow", reasoned)).len(), 0);
    }

    #[test]
    fn what_the_security_policy_refuses_is_found_before_a_browser_refuses_it() {
        assert_eq!(
            says("crates/web/templates/a.html", "<p style=\"color: red\">\n<button onclick=\"x()\">").len(),
            2
        );
        assert_eq!(says("crates/web/static/a.js", "eval('x'); medieval('x');").len(), 1);
    }
}
