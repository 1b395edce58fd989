//! The twin held to the providers' own descriptions of their interfaces.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

#[path = "../common/graph.rs"]
mod graph;

#[path = "../common/browser.rs"]
mod browser;
#[allow(dead_code, reason = "each test binary uses its own part")]
#[path = "../common/drive.rs"]
mod drive;

mod discovery;
mod errors;
mod replay;

use serde_json::{Value, json};
use std::path::PathBuf;
use twin::Surface;
use twin::contracts::Contracts;
use twin::core::answer::Answer;
use twin::core::call::{Call, Pairs, Received};
use twin::core::env::Note;

#[expect(clippy::disallowed_methods, reason = "only tests read these variables")]
fn contracts() -> PathBuf {
    std::env::var_os("CHANCERY_CONTRACTS")
        .map(PathBuf::from)
        .expect("CHANCERY_CONTRACTS names the folder of the contracts; `cargo xtask test` sets it")
}

#[test]
fn the_page_of_what_is_covered_is_current() {
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/twin-coverage.md");
    let committed = std::fs::read_to_string(committed).unwrap_or_default();
    let page = Contracts::load(&contracts()).unwrap().coverage_page();
    assert!(committed.trim_end() == page.trim_end(), "run `cargo xtask generate` and commit what it writes");
}

#[test]
fn an_answer_that_does_not_fit_is_found() {
    let contracts = Contracts::load(&contracts()).unwrap();
    let call = |surface, path: &str| Call {
        surface,
        method: http::Method::GET,
        path: path.to_owned(),
        query: Pairs::default(),
        headers: http::HeaderMap::new(),
        body: Received::default(),
        at: "2026-06-01T12:00:00Z".parse().unwrap(),
    };
    let graph = call(Surface::Graph, "/v1.0/me/drive/root/children");
    let listing = Note { operation: "driveItem.children.list", ..Note::default() };
    let judge = |call: &Call, note: &Note, body: Value| contracts.judge(call, note, &Answer::ok(&body)).len();
    assert_eq!(judge(&graph, &listing, json!({ "value": [{ "id": "01A", "size": 5 }] })), 0);
    assert_eq!(judge(&graph, &listing, json!({ "value": [{ "id": "01A", "size": "5" }] })), 1);
    assert_eq!(judge(&graph, &listing, json!({ "value": [], "colour": "red" })), 1);
    let drive = call(Surface::GoogleApis, "/drive/v3/files/1");
    let file = Note { operation: "files.get", ..Note::default() };
    assert_eq!(judge(&drive, &file, json!({ "id": "1", "size": "5" })), 0);
    assert_eq!(judge(&drive, &file, json!({ "id": "1", "size": 5 })), 1);
    let refusal = Answer::json(http::StatusCode::NOT_FOUND, &json!({ "message": "no" }));
    assert!(!contracts.judge(&drive, &file, &refusal).is_empty());
}
