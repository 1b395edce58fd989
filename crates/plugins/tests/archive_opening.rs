//! Opening, sharing, isolation, names and blanks of the archive.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{INSTALLATION, a, b, bytes, call, files, folder, open, public, read, settings};
use domain::locking::LockSemantics;
use domain::plugin::{Call, DocumentPlugin, NewItem, Placement, Severity, Shelf};
use domain::{ErrorKind, InstallationId};
use plugins::archive::{ArchivePlugin, Known, verify};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

#[tokio::test]
async fn a_second_opening_of_the_same_folder_is_refused() {
    let place = folder();
    let root = place.path().join("archive");
    let first = open(&root);
    let clone = first.clone();
    let refused = ArchivePlugin::open(settings(&root)).expect_err("the folder is in use");
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert!(
        refused.public().contains(&root.display().to_string()) && refused.public().contains("Stop it first")
    );
    verify(&root, INSTALLATION, &Known::NotAsked, &mut |_| {}).expect("the check needs no lock");
    drop(first);
    ArchivePlugin::open(settings(&root)).expect_err("a clone still holds it");
    drop(clone);
    open(&root);
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let place = folder();
    let file = place.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    let error = ArchivePlugin::open(settings(&file)).expect_err("a file is no folder");
    assert!(format!("{error:?}").contains("file"), "{error:?}");
}

#[tokio::test]
async fn what_was_stored_is_found_after_reopening() {
    let place = folder();
    let root = place.path().join("archive");
    let item = public(&open(&root), 1, LockSemantics::Versioning, b"kept").await;
    let plugin = open(&root);
    assert_eq!(plugin.stat(&b(), &item.reference).await.unwrap().as_ref().map(|i| &i.name), Some(&item.name));
    assert_eq!(read(&plugin, &b(), &item.reference).await.unwrap(), b"kept");
    let second = public(&plugin, 2, LockSemantics::None, b"").await;
    assert_eq!(second.name, "Letter (2).txt", "names are remembered as well");
}

#[tokio::test]
async fn installations_share_no_file_and_no_name() {
    let place = folder();
    let root = place.path().join("archive");
    let plugin = open(&root);
    let elsewhere = |n| Call { installation: InstallationId(2), ..call(n, 1) };
    let ours = public(&plugin, 1, LockSemantics::None, b"the same bytes").await;
    let new = NewItem::document("Letter.txt", "text/plain");
    let theirs = plugin.create(&elsewhere(1), new, Some(bytes(b"the same bytes"))).await.unwrap();
    assert_eq!(theirs.name, "Letter.txt");
    assert_ne!(theirs.reference, ours.reference, "one operation number, two installations");
    assert_eq!(plugin.stat(&b(), &theirs.reference).await.unwrap(), None);
    assert_eq!(plugin.stat(&elsewhere(9), &ours.reference).await.unwrap(), None);
    std::fs::remove_dir_all(root.join("2")).unwrap();
    assert_eq!(read(&plugin, &b(), &ours.reference).await.unwrap(), b"the same bytes");
}

#[tokio::test]
async fn files_and_folders_are_for_their_owner_only() {
    let place = folder();
    let root = place.path().join("archive");
    let plugin = open(&root);
    public(&plugin, 1, LockSemantics::None, &common::noise(1_200_000, 1)).await;
    for file in files(&root).into_iter().filter(|f| !f.is_symlink()) {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
    assert_eq!(root.join("1").metadata().unwrap().permissions().mode() & 0o077, 0);
}

#[tokio::test]
async fn a_layout_of_a_later_version_is_not_touched() {
    let place = folder();
    let root = place.path().join("archive");
    public(&open(&root), 1, LockSemantics::None, b"x").await;
    std::fs::write(root.join("1/layout.json"), b"{\"archive\":2}\n").unwrap();
    let made = open(&root).create(&a(2), NewItem::document("X.txt", "text/plain"), None).await;
    let error = made.expect_err("not ours to write");
    assert!(error.public().contains("not of this version"), "{error:?}");
}

#[tokio::test]
async fn the_check_tells_what_is_there_and_provisioning_makes_it() {
    let place = folder();
    let root = place.path().join("archive");
    let plugin = open(&root);
    let findings = plugin.check(&a(1)).await.unwrap();
    assert!(
        findings.iter().any(|f| f.severity == Severity::Warning && f.detail.contains("does not exist yet"))
    );
    assert!(!root.join("1").exists(), "looking changes nothing");
    let findings = plugin.provision(&a(1)).await.unwrap();
    assert!(findings.iter().all(|f| f.severity == Severity::Good), "{findings:?}");
    assert!(root.join("1/layout.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_documents_of_one_name_stay_distinct_and_quick() {
    let place = folder();
    let plugin = open(&place.path().join("archive"));
    let mut seen = BTreeSet::new();
    for n in 0..1000 {
        let new = NewItem::document("Offer.docx", "application/octet-stream");
        let name = plugin.create(&a(n), new, None).await.unwrap().name;
        assert!(seen.insert(name.clone()), "{name} twice");
    }
    assert!(seen.contains("Offer.docx") && seen.contains("Offer (1000).docx"), "counters have no gaps");
}

#[tokio::test]
async fn documents_lie_under_their_company_project_and_year() {
    let place = folder();
    let plugin = open(&place.path().join("archive"));
    let facts = Placement {
        company: Some("Fjord A/S".into()),
        project: Some("New quay: phase 2".into()),
        year: Some(2026),
        ..Placement::default()
    };
    let folder = plugin.folder_of(Shelf::Documents, &facts);
    assert_eq!(folder, ["Fjord A_S", "New quay_ phase 2", "2026"]);
    assert_eq!(plugin.folder_of(Shelf::Documents, &Placement::default()), ["General"]);
    let new = NewItem { place: facts, ..NewItem::document("Offer.txt", "text/plain") };
    let item = plugin.create(&a(1), new, None).await.unwrap();
    let path = plugin.properties(&a(2), &item.reference, &["Path".into()]).await.unwrap();
    assert_eq!(path["Path"], "Fjord A_S/New quay_ phase 2/2026/Offer.txt");
    let found =
        plugin.resolve_path(&a(3), Shelf::Documents, "fjord a_s\\new quay_ phase 2\\2026\\OFFER.TXT").await;
    assert_eq!(found.unwrap(), Some(item.reference));
}

#[test]
fn the_blank_word_document_is_a_package_of_the_right_parts() {
    let place = folder();
    let content = open(&place.path().join("archive")).blank("docx").expect("a blank document");
    // The names of a package's parts stand uncompressed in its directory.
    let text = String::from_utf8_lossy(&content);
    for part in ["[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml"] {
        assert!(text.contains(part), "{part} is missing");
    }
    assert!(content.starts_with(b"PK\x03\x04") && content.len() < 10_000);
    let mut none = Vec::new();
    open(&place.path().join("other")).blank("txt").unwrap().as_slice().read_to_end(&mut none).unwrap();
    assert!(none.is_empty());
}
