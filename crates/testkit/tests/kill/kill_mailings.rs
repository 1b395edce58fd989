//! A mail merge, killed at every step: in the end there is exactly one document for each record.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use app::documents::ListDocuments;
use domain::mailings::{MailingState, RecordState};
use plugins::archive::{FlawKind, Known, verify};
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use testkit::house::House;
use testkit::kill::{MAIL_MERGE, MAIL_MERGE_JOINED, WRITTEN_TO, prepare_mail_merge, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_merge_killed_at_any_step_makes_each_document_once() {
    let steps = killed_everywhere(MAIL_MERGE).await;
    assert!(steps.len() > 20, "it passed only {steps:?}");
    for wanted in [
        "mailing.begun",
        "mailing.taken",
        "make.intended",
        "mailing.made",
        "mailing.settled",
        "mailing.finished",
    ] {
        assert!(steps.iter().any(|step| step == wanted), "nobody was killed at {wanted}: {steps:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_joined_mail_merge_killed_at_any_step_makes_one_document() {
    let steps = killed_everywhere(MAIL_MERGE_JOINED).await;
    assert!(steps.iter().any(|step| step == "mailing.settled"), "{steps:?}");
}

/// Kills it at each step in turn, lets it go on, and looks. Gives the steps.
async fn killed_everywhere(operation: &str) -> Vec<String> {
    let base = tempfile::tempdir().unwrap();
    {
        let mut house = House::at(base.path(), Arc::new(domain::steps::Unwatched)).await.unwrap();
        house.people().await.unwrap();
        prepare_mail_merge(&house).await.unwrap();
    }
    let mut steps = Vec::new();
    for n in 1..200 {
        let folder = tempfile::tempdir().unwrap();
        let status = Command::new("cp").arg("-a").arg(base.path().join(".")).arg(folder.path()).status();
        assert!(status.unwrap().success());
        let child = Command::new(env!("CARGO_BIN_EXE_kill_child"))
            .args([folder.path().as_os_str(), operation.as_ref(), n.to_string().as_ref()])
            .output()
            .expect("the child can be started");
        let said = String::from_utf8_lossy(&child.stdout).trim().to_owned();
        let over = child.status.success();
        if !over {
            let why = String::from_utf8_lossy(&child.stderr).into_owned();
            assert_eq!(child.status.signal(), Some(9), "{operation} at {n}: {why}");
        }
        goes_on_to_the_end(folder.path(), operation, &said).await;
        if over {
            println!("{operation}: killed at {}", steps.join(", "));
            return steps;
        }
        steps.push(said);
    }
    panic!("{operation} never ends");
}

/// What a start does with what was left; then each record has its document, and nothing is left over.
async fn goes_on_to_the_end(folder: &Path, operation: &str, step: &str) {
    let house = House::at(folder, Arc::new(domain::steps::Unwatched)).await.unwrap();
    house.pass(60);
    house.app.reconciler().run_at_start(house.now()).await.unwrap();
    house.app.mailings().run_at_start().await.unwrap();
    // Begins it where it was killed before it began.
    run(&house, operation).await.unwrap();

    let bo = house.as_("bo").await;
    let all = house.app.mailings().list(&bo).await.unwrap();
    assert_eq!(all.len(), 1, "killed at {step}");
    let view = &all[0];
    assert_eq!(view.mailing.state, MailingState::Finished, "killed at {step}");
    let tally = view.tally;
    assert_eq!(
        (tally.done, tally.left_out, tally.failed, tally.waiting),
        (WRITTEN_TO as u64, 1, 0, 0),
        "killed at {step}"
    );
    let joined = operation == MAIL_MERGE_JOINED;
    let listed = house.app.documents().list(&bo, ListDocuments::default()).await.unwrap().items;
    assert_eq!(listed.len(), if joined { 1 } else { WRITTEN_TO }, "killed at {step}");
    let made = house.app.mailings().records(&bo, view.mailing.id, Some(RecordState::Done), 0).await.unwrap();
    let documents: BTreeSet<_> = made.iter().filter_map(|record| record.document).collect();
    assert_eq!(documents.len(), if joined { 0 } else { WRITTEN_TO }, "killed at {step}");
    let contacts: BTreeSet<_> = listed.iter().map(|row| row.document.properties.contact).collect();
    assert_eq!(contacts.len(), listed.len(), "killed at {step}: two documents for one record");

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
    assert_eq!((open, creating), (0, 0), "killed at {step} left something unfinished");
    let report = verify(&folder.join("archive"), i, &Known::exactly(known), &mut |_| {}).unwrap();
    let bad: Vec<_> =
        report.flaws.iter().filter(|f| matches!(f.kind, FlawKind::Damaged | FlawKind::Missing)).collect();
    assert!(bad.is_empty(), "killed at {step}: {bad:?}");
}
