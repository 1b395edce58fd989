//! Known faults of the original, by their ids, that this product does not have: failed saves, foreign check-ins,
//! drafts seen too early, metadata, names, completed documents.

use crate::acceptance_common::{
    breaking_after, call, ending_early, kind, listed, read, text, upload, upload_of,
};
use app::documents::{CheckIn, ListDocuments, ReplaceContent, Upload};
use domain::documents::{DocumentState, Properties, Status};
use domain::locking::LockSemantics;
use domain::operations::OperationState;
use domain::plugin::{Body, Which};
use domain::{ErrorKind, PluginId};
use std::collections::{BTreeMap, HashSet};
use testkit::house::{House, heading};

#[tokio::test]
async fn t25_an_upload_that_breaks_off_leaves_nothing() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let long = vec![b'x'; 300_000];
    for (name, body) in [
        ("short and broken", breaking_after(b"abc".to_vec())),
        ("long and broken", breaking_after(long.clone())),
        ("short and ending early", ending_early(b"abc".to_vec())),
        ("long and ending early", ending_early(long.clone())),
    ] {
        let uploaded = house.app.documents().upload(&bo, upload_of(name, LockSemantics::None), body).await;
        assert!(uploaded.is_err(), "{name}");
    }
    assert!(listed(&house.app, &bo, "").await.is_empty());
    let i = house.installation.id;
    let counts = house.app.store().read(move |tx| {
        let documents = tx.documents(i);
        let operations = tx.operations(i);
        Ok([
            documents.count(DocumentState::Creating)?,
            documents.count(DocumentState::Ready)?,
            operations.count(OperationState::Intended)?,
            operations.count(OperationState::Parked)?,
        ])
    });
    assert_eq!(counts.await.unwrap(), [0; 4], "no row waits for content that will not come");
    // The names they would have had are free.
    let view = upload(&house.app, &bo, "long and broken", "whole").await;
    assert_eq!(view.document.file_name, "long and broken.txt");
}

#[tokio::test]
async fn t25_a_save_that_breaks_off_leaves_what_was_there() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let documents = house.app.documents();
    for semantics in [LockSemantics::None, LockSemantics::Locking, LockSemantics::Versioning] {
        let ask = upload_of("Offer", semantics);
        let before = documents.upload(&bo, ask, Body::from_bytes("what was there")).await.unwrap().document;
        let versions = documents.versions(&bo, before.id).await.unwrap();
        for body in [
            breaking_after(b"half of".to_vec()),
            breaking_after(vec![b'x'; 300_000]),
            ending_early(b"almost all".to_vec()),
            ending_early(vec![b'x'; 300_000]),
        ] {
            assert!(documents.replace(&bo, before.id, ReplaceContent::default(), body).await.is_err());
            let after = documents.get(&bo, before.id).await.unwrap().document;
            assert_eq!(after, before, "{semantics:?}: not even the lock was taken");
            assert_eq!(text(&house.app, &bo, before.id).await, "what was there");
            assert_eq!(documents.versions(&bo, before.id).await.unwrap(), versions);
        }
    }
}

#[tokio::test]
async fn t26_a_foreign_check_in_or_undo_fails_without_change() {
    let house = House::new().await;
    let (ada, bo, cy) = (house.as_("ada").await, house.as_("bo").await, house.as_("cy").await);
    let documents = house.app.documents();
    let id = upload(&house.app, &bo, "Offer", "first").await.document.id;
    documents.check_out(&bo, id).await.unwrap();
    documents.replace(&bo, id, ReplaceContent::default(), Body::from_bytes("bo's work")).await.unwrap();
    let before = documents.get(&bo, id).await.unwrap().document;

    assert_eq!(kind(documents.check_in(&cy, id, CheckIn::default()).await), ErrorKind::Conflict);
    assert_eq!(kind(documents.undo_check_out(&cy, id, false).await), ErrorKind::Conflict);
    assert_eq!(kind(documents.undo_check_out(&cy, id, true).await), ErrorKind::Forbidden);
    assert_eq!(kind(documents.check_out(&cy, id).await), ErrorKind::Conflict);
    let body = Body::from_bytes("cy's work");
    assert_eq!(kind(documents.replace(&cy, id, ReplaceContent::default(), body).await), ErrorKind::Conflict);

    assert_eq!(documents.get(&bo, id).await.unwrap().document, before);
    assert_eq!(documents.versions(&bo, id).await.unwrap().len(), 1);
    assert_eq!(text(&house.app, &bo, id).await, "bo's work");
    assert_eq!(text(&house.app, &cy, id).await, "first");

    let undone = documents.undo_check_out(&ada, id, true).await.unwrap();
    assert_eq!(undone.view.document.held_by, None, "by right it can be forced");
    assert_eq!(text(&house.app, &bo, id).await, "first");
}

#[tokio::test]
async fn t27_before_the_first_check_in_only_its_holder_knows_of_a_document() {
    let house = House::new().await;
    let (bo, cy) = (house.as_("bo").await, house.as_("cy").await);
    let (company, _) = house.solsiden().await;
    let documents = house.app.documents();
    let properties = Properties { company: Some(company), ..heading("Zebra offer") };
    let ask = Upload { properties, keep_checked_out: true, ..upload_of("Zebra", LockSemantics::Versioning) };
    let id = documents.upload(&bo, ask, Body::from_bytes("draft")).await.unwrap().document.id;

    for nosy in [&cy, &house.as_("ada").await] {
        assert!(
            listed(&house.app, nosy, "").await.is_empty()
                && listed(&house.app, nosy, "zebra").await.is_empty()
        );
        let about = ListDocuments { company: Some(company), ..ListDocuments::default() };
        assert!(documents.list(nosy, about).await.unwrap().items.is_empty());
        assert!(house.app.records().search(nosy, "zebra", 20).await.unwrap().is_empty());
        let answers = [
            kind(documents.get(nosy, id).await),
            kind(read(&house.app, nosy, id).await),
            kind(documents.preview(nosy, id, &Which::Latest).await),
            kind(documents.versions(nosy, id).await),
            kind(documents.check_out(nosy, id).await),
            kind(documents.check_in(nosy, id, CheckIn::default()).await),
            kind(documents.undo_check_out(nosy, id, true).await),
            kind(documents.copy(nosy, id, None).await),
            kind(documents.trash(nosy, id).await),
        ];
        assert_eq!(answers, [ErrorKind::NotFound; 9]);
    }
    assert_eq!(listed(&house.app, &bo, "zebra").await, ["Zebra offer"]);
    assert_eq!(text(&house.app, &bo, id).await, "draft");
    assert!(documents.versions(&bo, id).await.unwrap().is_empty());

    documents.check_in(&bo, id, CheckIn { description: "ready".into(), ..CheckIn::default() }).await.unwrap();
    assert_eq!(listed(&house.app, &cy, "zebra").await, ["Zebra offer"]);
    assert_eq!(text(&house.app, &cy, id).await, "draft");
    let versions = documents.versions(&cy, id).await.unwrap();
    assert_eq!((versions.len(), versions[0].number), (1, 1));
}

#[tokio::test]
async fn t27_undoing_the_first_check_out_leaves_an_empty_draft_to_its_holder() {
    let house = House::new().await;
    let (bo, cy) = (house.as_("bo").await, house.as_("cy").await);
    let documents = house.app.documents();
    let ask = Upload { keep_checked_out: true, ..upload_of("Draft", LockSemantics::Versioning) };
    let id = documents.upload(&bo, ask, Body::from_bytes("first try")).await.unwrap().document.id;
    let undone =
        documents.undo_check_out(&bo, id, false).await.expect("it was undone and can still be shown");
    assert_eq!(undone.view.document.held_by, bo.associate_id(), "or nobody could ever see it again");
    assert_eq!(read(&house.app, &bo, id).await.unwrap(), b"");
    assert_eq!(kind(documents.get(&cy, id).await), ErrorKind::NotFound);
    documents.replace(&bo, id, ReplaceContent::default(), Body::from_bytes("second try")).await.unwrap();
    documents.check_in(&bo, id, CheckIn::default()).await.unwrap();
    assert_eq!(text(&house.app, &cy, id).await, "second try");
}

#[tokio::test]
async fn t28_unknown_metadata_is_ignored_and_absent_metadata_unchanged() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let reference = upload(&house.app, &bo, "Offer", "x").await.document.reference.unwrap();
    let plugin = house.app.plugins().get(PluginId::ARCHIVE).unwrap();
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let first = map(&[("archive.shelf", "blue"), ("archive.row", "3")]);
    plugin.set_metadata(&call(&bo), &reference, &first).await.unwrap();
    let second = map(&[("archive.row", "4"), ("somebody.elses", "value"), ("nonsense", "")]);
    plugin.set_metadata(&call(&bo), &reference, &second).await.unwrap();
    let kept = plugin.metadata(&call(&bo), &reference).await.unwrap();
    assert_eq!(kept, map(&[("archive.row", "4"), ("archive.shelf", "blue")]));
}

#[tokio::test]
async fn t29_names_that_clash_or_cannot_be_are_amended_and_the_answer_says_so() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let documents = house.app.documents();
    let long = format!("{}.txt", "long ".repeat(60));
    let mut given = HashSet::new();
    for asked in [
        "Offer.txt",
        "Offer.txt",
        "OFFER.TXT",
        "a:b*c?<d>|e.txt",
        "../../etc/passwd",
        "CON.txt",
        "....",
        "",
        "  .txt",
        &long,
        &long,
        "tab\there.txt",
        "~$lock.txt",
        "name. . .",
    ] {
        let ask = Upload { file_name: asked.to_owned(), ..upload_of("Same heading", LockSemantics::None) };
        let view = documents.upload(&bo, ask, Body::from_bytes("x")).await.unwrap();
        let name = view.document.file_name;
        assert!(!name.is_empty() && name.chars().count() <= 254, "{asked:?} became {name:?}");
        assert!(
            !name.contains(['/', '\\', ':', '*', '?', '<', '>', '|', '"', '\t']),
            "{asked:?} became {name:?}"
        );
        assert!(given.insert(name.to_lowercase()), "{asked:?} became {name:?}, which is taken");
        assert_eq!(view.document.properties.heading, "Same heading", "the heading stays as it was written");
    }
    let free = upload(&house.app, &bo, "Free", "x").await.document.id;
    for (asked, expected) in
        [("Offer.txt", "Offer (4).txt"), ("Offer 2027", "Offer 2027.txt"), ("a:b", "a_b.txt")]
    {
        let view = documents.rename(&bo, free, None, asked).await.unwrap();
        assert_eq!(view.document.file_name, expected, "{asked}");
        let shown = documents.get(&bo, free).await.unwrap();
        assert_eq!(shown.document.file_name, expected, "the answer and the record agree");
    }
    let view = documents.rename(&bo, free, None, "???").await.unwrap();
    assert!(!view.document.file_name.is_empty());
}

#[tokio::test]
async fn t34_a_completed_document_refuses_new_content() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let documents = house.app.documents();
    let id = upload(&house.app, &bo, "Offer", "final words").await.document.id;
    let version = documents.versions(&bo, id).await.unwrap()[0].id.clone();
    let open = documents.get(&bo, id).await.unwrap().document.properties;
    let done = Properties { status: Status::Completed, ..open.clone() };
    let before = documents.update(&bo, id, None, done).await.unwrap();
    assert!(!before.may.change_content && !before.may.check_out && !before.may.rename);
    assert!(before.may.read_only_because.contains("completed"));

    for who in [&bo, &ada] {
        let body = Body::from_bytes("other words");
        let answers = [
            kind(documents.replace(who, id, ReplaceContent::default(), body).await),
            kind(documents.check_out(who, id).await),
            kind(documents.rename(who, id, None, "Other").await),
            kind(documents.restore_version(who, id, version.clone()).await),
        ];
        assert_eq!(answers, [ErrorKind::Conflict; 4]);
    }
    assert_eq!(documents.get(&bo, id).await.unwrap().document, before.document);
    assert_eq!(text(&house.app, &bo, id).await, "final words");

    let copy = documents.copy(&bo, id, None).await.unwrap();
    assert_eq!(copy.document.properties.status, Status::Started, "a copy can be worked on");
    documents.update(&bo, id, None, open).await.unwrap();
    documents.replace(&bo, id, ReplaceContent::default(), Body::from_bytes("afterthought")).await.unwrap();
    let done = documents.check_in(&bo, id, CheckIn { complete: true, ..CheckIn::default() }).await.unwrap();
    assert_eq!(
        done.view.document.properties.status,
        Status::Completed,
        "a check-in can set the mark as well"
    );
    assert_eq!(kind(documents.check_out(&bo, id).await), ErrorKind::Conflict);
    assert_eq!(text(&house.app, &ada, id).await, "afterthought");
}
