//! Every document operation, killed at every step boundary.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use plugins::archive::{FlawKind, Known, verify};
use std::fmt::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use testkit::house::House;
use testkit::kill::{OPERATIONS, Picture, has_key, picture, prepare, run};

/// How often an operation may be interrupted before we stop believing that it ends.
const MOST_STEPS: u64 = 100;

struct Row {
    operation: &'static str,
    steps: Vec<(String, &'static str)>,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_killed_at_any_step_has_happened_or_has_not() {
    let base = tempfile::tempdir().unwrap();
    let before = {
        let mut house = House::at(base.path(), Arc::new(domain::steps::Unwatched)).await.unwrap();
        house.people().await.unwrap();
        prepare(&house).await.unwrap();
        picture(&house).await.unwrap()
    };
    let mut table = Vec::new();
    for operation in OPERATIONS {
        let after = uninterrupted(base.path(), operation).await;
        assert_ne!(before, after, "{operation} changes nothing, so its test could not fail");
        let mut row = Row { operation, steps: Vec::new() };
        for n in 1..=MOST_STEPS {
            let folder = copy_of(base.path());
            let Some(step) = killed(folder.path(), operation, n) else { break };
            assert!(n < MOST_STEPS, "{operation} never ends");
            if has_key(operation) {
                asked_again_at_once(folder.path(), operation, &step).await;
            }
            let found = what_is_left(folder.path(), operation, &step).await;
            let verdict = if found == before {
                "as before"
            } else if found == after {
                "completed"
            } else {
                panic!(
                    "{operation} killed at {step} left something in between:\n{}",
                    difference(&before, &after, &found)
                );
            };
            if has_key(operation) {
                assert_eq!(
                    asked_again(folder.path(), operation).await,
                    after,
                    "{operation} killed at {step}, and again"
                );
            }
            row.steps.push((step, verdict));
        }
        assert!(row.steps.len() >= 3, "{operation} passed only {} boundaries", row.steps.len());
        table.push(row);
    }
    publish(&table);
}

/// The house after the operation ran to its end.
async fn uninterrupted(base: &Path, operation: &str) -> Picture {
    let folder = copy_of(base);
    let house = House::at(folder.path(), Arc::new(domain::steps::Unwatched)).await.unwrap();
    run(&house, operation).await.unwrap();
    picture(&house).await.unwrap()
}

/// Runs the child; the step it died at, or `None` when it came to its end.
fn killed(folder: &Path, operation: &str, n: u64) -> Option<String> {
    let child = Command::new(env!("CARGO_BIN_EXE_kill_child"))
        .arg(folder)
        .arg(operation)
        .arg(n.to_string())
        .output()
        .expect("the child can be started");
    let said = String::from_utf8_lossy(&child.stdout).trim().to_owned();
    if child.status.success() {
        assert_eq!(said, "done");
        return None;
    }
    assert_eq!(
        child.status.signal(),
        Some(9),
        "{operation} at {n}: {}",
        String::from_utf8_lossy(&child.stderr)
    );
    Some(said)
}

/// Sends a request again before anybody looked at what became of the first one.
async fn asked_again_at_once(folder: &Path, operation: &str, step: &str) {
    let house = House::at(folder, Arc::new(domain::steps::Unwatched)).await.unwrap();
    if let Err(e) = run(&house, operation).await {
        assert_eq!(e.kind(), domain::ErrorKind::Conflict, "{operation} killed at {step}: {e:?}");
        assert!(matches!(e.retry_hint(), domain::Retry::After(_)), "{operation} killed at {step}: {e:?}");
    }
}

/// The house after the request was sent twice more: it has been done once, whatever was interrupted.
async fn asked_again(folder: &Path, operation: &str) -> Picture {
    let house = House::at(folder, Arc::new(domain::steps::Unwatched)).await.unwrap();
    run(&house, operation).await.unwrap();
    run(&house, operation).await.unwrap();
    picture(&house).await.unwrap()
}

/// Opens what the child left, reconciles, checks that nothing is unfinished, lost or damaged, and looks at it.
async fn what_is_left(folder: &Path, operation: &str, step: &str) -> Picture {
    let house = House::at(folder, Arc::new(domain::steps::Unwatched)).await.unwrap();
    house.pass(60);
    house.app.reconciler().run_at_start(house.now()).await.unwrap();
    let i = house.installation.id;
    let (open, creating, known) = house
        .app
        .store()
        .read(move |tx| {
            use domain::operations::OperationState::{Intended, Parked};
            let open = tx.operations(i).count(Intended)? + tx.operations(i).count(Parked)?;
            let creating = tx.documents(i).count(domain::documents::DocumentState::Creating)?;
            let plugin = domain::PluginId::ARCHIVE;
            let mut known: Vec<_> =
                tx.documents(i).references(plugin, None, 1000)?.into_iter().map(|(_, r)| r).collect();
            known.extend(tx.templates(i).references(plugin)?.into_iter().map(|(_, _, r)| r));
            Ok((open, creating, known))
        })
        .await
        .unwrap();
    assert_eq!((open, creating), (0, 0), "{operation} killed at {step} left something unfinished");
    let report = verify(&folder.join("archive"), i, &Known::exactly(known), &mut |_| {})
        .expect("the archive can be read");
    let bad: Vec<_> =
        report.flaws.iter().filter(|f| matches!(f.kind, FlawKind::Damaged | FlawKind::Missing)).collect();
    assert!(bad.is_empty(), "{operation} killed at {step}: {bad:?}");
    // A second run finds nothing more to do.
    let again = house.app.reconciler().run_at_start(house.now()).await.unwrap();
    assert_eq!(again, app::reconciler::ReconcileReport::default(), "{operation} killed at {step}");
    picture(&house).await.unwrap()
}

fn copy_of(base: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let status = Command::new("cp").arg("-a").arg(base.join(".")).arg(copy.path()).status().unwrap();
    assert!(status.success());
    copy
}

fn difference(before: &Picture, after: &Picture, found: &Picture) -> String {
    let mut out = String::new();
    let mut names: Vec<_> = before.keys().chain(after.keys()).chain(found.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (b, a, f) = (before.get(name), after.get(name), found.get(name));
        if f != b || f != a {
            let _ = write!(out, "{name}\n  before {b:?}\n  after  {a:?}\n  found  {f:?}\n");
        }
    }
    out
}

/// Writes the table of steps where test output is kept.
fn publish(table: &[Row]) {
    let mut out = String::from("| operation | killed at | afterwards |\n|---|---|---|\n");
    for row in table {
        for (step, verdict) in &row.steps {
            let _ = writeln!(out, "| {} | {step} | {verdict} |", row.operation);
        }
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by the environment where to leave their output"
    )]
    let folder =
        std::env::var("CHANCERY_ARTIFACTS").unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(Path::new(&folder).join("kill-steps.md"), &out).unwrap();
    println!("{out}");
}
