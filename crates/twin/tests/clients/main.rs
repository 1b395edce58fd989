//! The providers' own client libraries against the twin, unmodified but for the base address and the trusted
//! authority. Every answer they are given is held to the contracts as well, where those are there.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "test code: a failed expectation is a failed test"
)]

use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::process::Command;
use twin::contracts::{Contracts, Findings};
use twin::{Options, World};

/// Runs one script against a twin of its own.
async fn run(script: &str) {
    let clients = variable("CHANCERY_CLIENTS")
        .expect("CHANCERY_CLIENTS names the folder with the libraries; `cargo xtask test` sets it");
    let running = twin::start(Options { world: World::ready().unwrap(), tls: true, ..Options::default() })
        .await
        .unwrap();
    let findings = watch(running.twin());
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, running.certificate_pem().unwrap()).unwrap();
    let twin = json!({ "surfaces": running.surfaces(), "controlToken": running.control_token() });
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script))
        .env("TWIN", twin.to_string())
        .env("CLIENTS", clients)
        .env("NODE_EXTRA_CA_CERTS", &authority)
        .output()
        .await
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{out}{err}");
    assert!(output.status.success(), "{script} ended with {}", output.status);
    let found = findings.list();
    println!("{} answers were held to their contracts", findings.judged());
    assert!(found.is_empty(), "answers that do not fit their contracts:\n{}", list(&found));
}

fn list(found: &[twin::contracts::Finding]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn watch(twin: &twin::Twin) -> Findings {
    match variable("CHANCERY_CONTRACTS") {
        Some(folder) => Arc::new(Contracts::load(&folder).unwrap()).watch(twin),
        None => Findings::default(),
    }
}

#[expect(clippy::disallowed_methods, reason = "only tests read these variables")]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn googles_drive_library_works_unmodified() {
    run("drive.mjs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn microsofts_graph_library_works_unmodified() {
    run("graph.mjs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certified_openid_client_signs_in_at_both() {
    run("openid.mjs").await;
}
