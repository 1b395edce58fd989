//! The twin held to the providers' own descriptions of their interfaces.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

use std::path::PathBuf;
use twin::contracts::Contracts;

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
