//! `chancery template`, as somebody at a terminal meets it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "test code: a failed expectation is a failed test"
)]

use std::path::Path;
use std::process::{Command, Output};

fn chancery(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chancery"));
    command.current_dir(folder).arg("template").args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "{}", out(output));
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put(
        "letter.txt",
        "Dear {contact.first_name},\n{#each lines sort by price}\n{name}: {price:0.00}\n{/each}\n{day:long}\n",
    );
    put(
        "data.json",
        r#"{"contact": {"first_name": "Kari"}, "day": "2026-12-24",
            "lines": [{"name": "Bolt", "price": 2.5}, {"name": "Nut", "price": 1}]}"#,
    );
    put("slip.txt", "Dear {contact.frist_name}, {#if company.name}x");
    folder
}

#[test]
fn a_template_is_filled_with_json_and_only_a_whole_document_is_left() {
    let folder = folder();
    let here = folder.path();
    let done = chancery(
        here,
        &["fill", "letter.txt", "--data", "data.json", "--out", "made.txt", "--culture", "nb-NO"],
    );
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let made = std::fs::read_to_string(here.join("made.txt")).unwrap();
    assert_eq!(made, "Dear Kari,\nNut: 1,00\nBolt: 2,50\n24. desember 2026\n");
    let refused = chancery(here, &["fill", "slip.txt", "--data", "data.json", "--out", "no.txt"]);
    assert!(complaint(&refused).contains("Did you mean {contact.first_name}?"));
    assert!(!here.join("no.txt").exists());
    let over = chancery(here, &["fill", "letter.txt", "--data", "data.json", "--out", "letter.txt"]);
    assert!(complaint(&over).contains("overwrite its template"));
    std::fs::write(here.join("bad.json"), "{\"a\": [1,}").unwrap();
    let bad = chancery(here, &["fill", "letter.txt", "--data", "bad.json", "--out", "no.txt"]);
    assert!(complaint(&bad).contains("line 1, column 10"));
}

#[test]
fn a_check_names_what_is_wrong_and_ends_with_one() {
    let folder = folder();
    let wrong = chancery(folder.path(), &["check", "slip.txt"]);
    assert_eq!(wrong.status.code(), Some(1));
    let said = out(&wrong);
    assert!(said.contains("Did you mean {contact.first_name}?") && said.contains("has no end"), "{said}");
    let good = chancery(folder.path(), &["check", "letter.txt", "--data", "data.json"]);
    assert!(good.status.success() && out(&good).contains("Nothing is wrong"), "{}", out(&good));
    let json = chancery(folder.path(), &["check", "slip.txt", "--since", "letter.txt", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["findings"][0]["severity"], "error");
    assert!(!json["changes"].as_array().unwrap().is_empty());
    let foreign = chancery(folder.path(), &["check", "letter.pdf"]);
    assert!(complaint(&foreign).contains("not a kind of file that can be a template"));
}

#[test]
fn the_fields_of_a_template_are_listed() {
    let folder = folder();
    let listed = out(&chancery(folder.path(), &["fields", "letter.txt"]));
    assert!(
        listed.contains("{contact.first_name}  Contact: First name") && listed.contains("{#each lines}"),
        "{listed}"
    );
}
