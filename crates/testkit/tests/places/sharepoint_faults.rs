//! What goes wrong on the way to SharePoint, and at SharePoint: the cases of the reliability list that name Graph, and the
//! behaviours M-09 to M-28 that a client sees.

use crate::sharepoint_common::{ANNA, BRUNO, Meddler, OLGA, Scene, Stage, read, read_all};
use bytes::Bytes;
use domain::locking::LockSemantics;
use domain::plugin::{
    Body, Call, DocumentPlugin, ExternalRef, Fate, Item, NewItem, Placement, Removal, Severity, VersionNote,
    Which,
};
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use plugins::budget::BreakerState;
use plugins::sharepoint::{REFUSALS, classify};
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::Duration;
use twin::core::faults::{Effect, RetryAfter, Rule};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

async fn create(stage: &Stage, name: &str, level: LockSemantics, bytes: impl Into<Bytes>) -> Item {
    let check_in = Some(VersionNote::text("first"));
    let new = NewItem { semantics: level, check_in, ..NewItem::document(name, "text/plain") };
    stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(bytes))).await.unwrap()
}

async fn made(stage: &Stage, level: LockSemantics, text: &'static str) -> ExternalRef {
    create(stage, "Letter.txt", level, text).await.reference
}

fn long(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// An office file: a package with a part that says something.
fn package(text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [("[Content_Types].xml", "<Types/>"), ("word/document.xml", text)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn versions_there(stage: &Stage, item: &ExternalRef) -> usize {
    let path = format!("{}/versions", stage.at(item).await);
    stage.as_person(OLGA, "GET", &path, Value::Null).await.1["value"].as_array().unwrap().len()
}

#[tokio::test]
async fn flt_03_the_last_piece_whose_answer_is_lost_makes_one_file() {
    let stage = Stage::new().await;
    stage
        .twin
        .house()
        .faults
        .order(Rule { skip: 1, ..Rule::new(Effect::LostResponse).at("sharepoint.upload").times(1) });
    let bytes = long(9_000_000);
    let new = NewItem::document("Film.bin", "application/octet-stream");
    let call = stage.a();
    let outcome = stage.plugin.create(&call, new.clone(), Some(Body::from_bytes(bytes.clone()))).await;
    let item = match outcome {
        Ok(item) => item,
        Err(_) => stage.plugin.create(&call, new, Some(Body::from_bytes(bytes.clone()))).await.unwrap(),
    };
    assert_eq!(item.name, "Film.bin", "no second one with a number");
    assert!(read(&stage, &stage.a(), &item.reference).await == bytes);
}

/// A process that dies in the middle of a long upload; another one goes on, where it was.
#[tokio::test]
async fn flt_04_a_long_upload_goes_on_after_a_restart_and_sends_nothing_twice() {
    let stage = Stage::new().await;
    let bytes = long(22_000_000);
    let new = || NewItem::document("Film.bin", "application/octet-stream");
    let call = stage.a();
    // Two pieces arrive, then nothing answers any more.
    stage.twin.house().faults.order(Rule { skip: 2, ..Rule::new(Effect::Refused).at("sharepoint.upload") });
    let broken = stage.plugin.create(&call, new(), Some(Body::from_bytes(bytes.clone()))).await;
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::Unavailable);
    stage.calm();
    let stage = stage.restarted();
    let fate = stage.plugin.fate(&stage.a(), call.operation.unwrap(), None).await.unwrap();
    assert_eq!(fate, Fate::NotApplied);
    stage.take_sent();
    let item = stage.plugin.create(&call, new(), Some(Body::from_bytes(bytes.clone()))).await.unwrap();
    let sent: usize = stage.take_sent().iter().filter(|s| s.method == "PUT").map(|s| s.body.len()).sum();
    assert!(sent < 12_000_000, "{sent} bytes for the rest");
    assert!(read(&stage, &stage.a(), &item.reference).await == bytes);
}

#[tokio::test]
async fn flt_04_a_name_that_a_lost_session_blocks_is_not_ours() {
    // M-10: whoever forgot the session blocks a name of its own, not the document's.
    let stage = Stage::new().await;
    stage.twin.house().faults.order(Rule { skip: 1, ..Rule::new(Effect::Refused).at("sharepoint.upload") });
    let new = || NewItem::document("Film.bin", "application/octet-stream");
    assert!(stage.plugin.create(&stage.a(), new(), Some(Body::from_bytes(long(9_000_000)))).await.is_err());
    stage.calm();
    let other =
        stage.plugin.create(&stage.a(), new(), Some(Body::from_bytes(long(9_000_000)))).await.unwrap();
    assert!(other.name.starts_with("Film"), "{}", other.name);
}

#[tokio::test]
async fn flt_05_a_piece_that_arrived_before_is_skipped_and_a_cut_one_is_sent_again() {
    let stage = Stage::new().await;
    let bytes = long(17_000_000);
    for effect in
        [Effect::LostResponse, Effect::CutUpload { after: 1_000_000 }, Effect::BadGateway, Effect::Malformed]
    {
        stage
            .twin
            .house()
            .faults
            .order(Rule { skip: 1, ..Rule::new(effect.clone()).at("sharepoint.upload").times(1) });
        let new = NewItem::document("Film.bin", "application/octet-stream");
        let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(bytes.clone()))).await;
        let item = item.unwrap_or_else(|e| panic!("{effect:?}: {e:?}"));
        assert!(read(&stage, &stage.a(), &item.reference).await == bytes, "{effect:?}");
        stage.calm();
    }
}

#[tokio::test]
async fn flt_06_a_session_that_ended_leaves_what_was_there_and_the_same_operation_makes_one_file() {
    // M-10: 15 minutes without a piece.
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "what was there").await;
    let bytes = long(9_000_000);
    stage.twin.house().faults.order(Rule { skip: 1, ..Rule::new(Effect::Refused).at("sharepoint.upload") });
    let call = stage.a();
    assert!(stage.plugin.save(&call, &item, None, Body::from_bytes(bytes.clone())).await.is_err());
    stage.calm();
    assert_eq!(read(&stage, &stage.b(), &item).await, b"what was there");
    stage.pass(3600);
    stage.plugin.save(&call, &item, None, Body::from_bytes(bytes.clone())).await.unwrap();
    assert!(read(&stage, &stage.b(), &item).await == bytes);
}

#[tokio::test]
async fn flt_07_a_long_source_that_fails_midway_leaves_nothing() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::Versioning, "what was there").await;
    let parts = || {
        let lost = Error::new(ErrorKind::Unavailable, "The connection was lost. Send the file again.");
        let parts: Vec<Result<Bytes>> = vec![Ok(long(7_000_000).into()), Err(lost)];
        Body { length: Some(14_000_000), stream: Box::pin(futures_util::stream::iter(parts)) }
    };
    let call = stage.a();
    let new = NewItem::document("Film.bin", "application/octet-stream");
    assert!(stage.plugin.create(&call, new, Some(parts())).await.is_err());
    assert_eq!(stage.plugin.fate(&stage.a(), call.operation.unwrap(), None).await.unwrap(), Fate::NotApplied);
    assert!(stage.plugin.save(&stage.a(), &item, None, parts()).await.is_err());
    let now = stage.plugin.stat(&stage.a(), &item).await.unwrap().unwrap();
    assert_eq!(now.checkout, domain::locking::CheckoutState::NotCheckedOut, "the lock is given back");
    assert_eq!(read(&stage, &stage.a(), &item).await, b"what was there");
}

#[tokio::test]
async fn flt_08_a_download_that_breaks_goes_on_and_is_compared_at_its_end() {
    // M-12
    let stage = Stage::new().await;
    let bytes = long(3_000_000);
    let item = create(&stage, "Film.bin", LockSemantics::None, bytes.clone()).await.reference;
    stage.fault(Effect::CutBody { after: 700_000 }, "sharepoint.download", 3);
    assert!(read(&stage, &stage.b(), &item).await == bytes);
    stage.fault(
        Effect::Answer {
            status: 206,
            headers: vec![("content-range".into(), "bytes 0-2999999/3000000".into())],
            body: Value::Null,
        },
        "sharepoint.download",
        9,
    );
    let content = stage.plugin.load(&stage.b(), &item, &Which::Latest, None).await.unwrap();
    assert!(read_all(content).await.is_err(), "what is not the file is never delivered whole");
}

#[tokio::test]
async fn flt_09_an_office_file_that_sharepoint_rewrites_is_the_same_document() {
    // M-11
    let stage = Stage::new().await;
    let new = NewItem::document("Offer.docx", WORD);
    let body = || Some(Body::from_bytes(package("one")));
    let item = stage.plugin.create(&stage.a(), new, body()).await.unwrap();
    let (_, before) = stage.file(ANNA, &item.reference).await;
    stage.pass(60);
    let (_, after) = stage.file(ANNA, &item.reference).await;
    assert_ne!(
        (&before["size"], &before["cTag"]),
        (&after["size"], &after["cTag"]),
        "the twin has rewritten it"
    );
    let now = stage.plugin.stat(&stage.b(), &item.reference).await.unwrap().unwrap();
    assert_eq!((now.revision.clone(), now.modified), (item.revision.clone(), item.modified));
    // Whoever opened it before saves without a conflict.
    let call = stage.a();
    stage
        .plugin
        .save(&call, &item.reference, Some(&item.revision), Body::from_bytes(package("two")))
        .await
        .unwrap();
    stage.pass(60);
    assert!(matches!(
        stage.plugin.fate(&stage.a(), call.operation.unwrap(), Some(&item.reference)).await.unwrap(),
        Fate::Applied(_)
    ));
    // Delta tells of the rewriting, and it is nobody's change.
    let cursor = stage.plugin.changes(&stage.system(), None).await.unwrap().next;
    stage.plugin.save(&stage.a(), &item.reference, None, Body::from_bytes(package("three"))).await.unwrap();
    stage.pass(60);
    let page = stage.plugin.changes(&stage.system(), Some(&cursor)).await.unwrap();
    assert!(page.changes.iter().all(|change| change.as_left), "{:?}", page.changes);
    // A real edit is one.
    let path = format!("{}/content", stage.at(&item.reference).await);
    let other = String::from_utf8_lossy(b"PK not a package").into_owned();
    stage.as_person(BRUNO, "PUT", &path, json!(other)).await;
    let page = stage.plugin.changes(&stage.system(), Some(&page.next)).await.unwrap();
    assert_eq!(page.changes.iter().filter(|change| !change.as_left).count(), 1);
}

#[tokio::test]
async fn flt_09_versions_of_rewritten_office_files_are_read_and_restored() {
    let stage = Stage::new().await;
    let check_in = Some(VersionNote::text("first"));
    let new =
        NewItem { semantics: LockSemantics::Versioning, check_in, ..NewItem::document("Offer.docx", WORD) };
    let item =
        stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(package("one")))).await.unwrap().reference;
    stage.pass(60);
    stage.plugin.save(&stage.a(), &item, None, Body::from_bytes(package("two"))).await.unwrap();
    stage.pass(60);
    stage.plugin.check_in(&stage.a(), &item, &VersionNote::text("second")).await.unwrap();
    let versions = stage.plugin.versions(&stage.a(), &item).await.unwrap();
    assert_eq!(versions.len(), 2);
    for version in &versions {
        let which = Which::Version(version.id.clone());
        let content = stage.plugin.load(&stage.b(), &item, &which, None).await.unwrap();
        assert!(read_all(content).await.unwrap().starts_with(b"PK"));
    }
    stage.plugin.restore_version(&stage.a(), &item, &versions[0].id).await.unwrap();
    let content = read(&stage, &stage.b(), &item).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(content)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("word/document.xml").unwrap(), &mut text).unwrap();
    assert_eq!(text, "one");
}

#[tokio::test]
async fn flt_10_a_tag_that_changed_for_nothing_is_looked_at_again_and_a_real_change_is_a_conflict() {
    // M-15
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    let seen = stage.plugin.stat(&stage.a(), &item).await.unwrap().unwrap().revision;
    stage.behave("spurious-412", Value::Null, Some(2));
    stage.plugin.save(&stage.a(), &item, Some(&seen), Body::from_bytes("two")).await.unwrap();
    assert_eq!(read(&stage, &stage.b(), &item).await, b"two");
    // Bruno writes between our look and our write.
    let meddle = async |text: &'static str| {
        let at = stage.at(&item).await;
        let meddler = Meddler { method: "PUT", path: "/content", who: BRUNO, at, text };
        *stage.wire.meddler.lock().unwrap() = Some(meddler);
    };
    let seen = stage.plugin.stat(&stage.a(), &item).await.unwrap().unwrap().revision;
    meddle("by Bruno").await;
    let refused = stage.plugin.save(&stage.a(), &item, Some(&seen), Body::from_bytes("mine")).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Stale);
    assert_eq!(read(&stage, &stage.a(), &item).await, b"by Bruno", "nobody is overwritten");
    // Without an expectation the save goes on, theirs is kept as a version, and it is told.
    let before = versions_there(&stage, &item).await;
    meddle("by Bruno again").await;
    let done = stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("mine")).await.unwrap();
    assert!(format!("{:?}", done.answer).contains("Bruno Keller"), "{:?}", done.answer);
    assert_eq!(versions_there(&stage, &item).await, before + 2);
}

#[tokio::test]
async fn flt_11_a_locked_file_is_told_at_once_to_people_and_waited_for_in_the_background() {
    // M-14
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    for shape in [Value::Null, json!("plain"), json!("token")] {
        stage.behave("locked", shape.clone(), Some(1));
        let end = stage.journal_end();
        let refused = stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("x")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{shape}");
        assert!(refused.public().contains("open or checked out"), "{refused:?}");
        let puts = stage.journal(end).iter().filter(|e| e.operation == "driveItem.content.put").count();
        assert_eq!(puts, 1, "a person is told at once");
        stage.calm();
        assert_eq!(read(&stage, &stage.a(), &item).await, b"one");
        stage.behave("locked", shape.clone(), Some(3));
        stage.plugin.save(&stage.system(), &item, None, Body::from_bytes("one")).await.unwrap();
        stage.calm();
    }
    // Held by Word, by somebody Graph does not name.
    let at = stage.at(&item).await;
    let id = at.rsplit('/').next().unwrap().to_owned();
    stage.twin.microsoft(|microsoft, house| {
        let key = microsoft.graph.content.find(&id).unwrap();
        let until = house.clock.now() + jiff::SignedDuration::from_mins(10);
        twin::microsoft::graph::files::lock(microsoft, key, None, Some(until));
    });
    let refused = stage.plugin.rename(&stage.a(), &item, "Other.txt").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let end = stage.journal_end();
    assert!(stage.plugin.rename(&stage.system(), &item, "Other.txt").await.is_err(), "still locked");
    let deleted = stage.journal(end).iter().any(|e| e.operation.contains("elete"));
    assert!(!deleted, "never by deleting and making anew");
    stage.pass(900);
    stage.plugin.rename(&stage.a(), &item, "Other.txt").await.unwrap();
}

#[tokio::test]
async fn flt_13_every_form_of_throttling_is_waited_out_and_nobody_sees_it() {
    // M-20
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    let forms = [
        RetryAfter::Absent,
        RetryAfter::Seconds(0),
        RetryAfter::Seconds(7),
        RetryAfter::Fraction(2.128),
        RetryAfter::Text("soon".into()),
    ];
    for (n, retry_after) in forms.into_iter().enumerate() {
        for status in [429, 503] {
            let effect = Effect::Throttle { status, retry_after: retry_after.clone(), reason: None };
            stage.fault(effect, "driveItem.content.put", 1);
            let done = stage.plugin.save(&stage.a(), &item, None, Body::from_bytes(format!("{n}"))).await;
            done.unwrap_or_else(|e| panic!("{retry_after:?} {status}: {e:?}"));
            stage.calm();
        }
    }
    stage.behave("too-many-requests", Value::Null, Some(2));
    assert_eq!(read(&stage, &stage.b(), &item).await, b"4");
    let picture = stage.tenants.picture();
    assert!(picture.refusals > 5 && picture.breaker == BreakerState::Closed, "{picture:?}");
}

#[tokio::test]
async fn flt_14_every_code_of_the_table_is_met_as_its_class_says() {
    use plugins::sharepoint::Class;
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    // Out of date, out of order and dependencies come elsewhere: `sharepoint_errors`.
    for line in REFUSALS.iter().filter(|line| ![410, 416, 424].contains(&line.status)) {
        let body =
            json!({ "error": { "code": line.code, "message": "m", "innerError": { "request-id": "r" } } });
        stage.fault(Effect::Answer { status: line.status, headers: Vec::new(), body }, "driveItem.update", 1);
        let end = stage.journal_end();
        let outcome = stage.plugin.rename(&stage.a(), &item, &format!("{}.txt", line.code)).await;
        let tries = stage.journal(end).iter().filter(|entry| entry.operation == "driveItem.update").count();
        let expected = match line.class {
            // A fresh token, a moment of peace, another name: the person sees nothing.
            Class::Token | Class::Throttle | Class::Passing | Class::Taken => 2,
            _ => 1,
        };
        assert_eq!(tries, expected, "{line:?}: {outcome:?}");
        if expected == 1 {
            assert_eq!(outcome.unwrap_err().public(), line.sentence, "{line:?}");
        }
        assert_eq!(classify(line.status, line.code).class, line.class);
        stage.calm();
    }
}

#[tokio::test]
async fn flt_16_two_installations_of_one_tenant_stay_within_one_bucket() {
    // The smallest tenant there is, and a twin that refuses whoever exceeds it.
    let scene = Scene { allowance: (1_250, 600), licences: 50, ..Scene::default() };
    let stage = scene.build().await;
    stage.pass(120);
    let end = stage.journal_end();
    let work = futures_util::stream::iter(0..300).map(|n| {
        let stage = stage.clone();
        async move {
            let installation = domain::InstallationId(7 + n % 2);
            let call = Call { installation, ..stage.system() };
            let new = NewItem::document(format!("Letter {n}.txt"), "text/plain");
            stage.plugin.create(&call, new, Some(Body::from_bytes("x"))).await
        }
    });
    let made: Vec<_> = work.buffer_unordered(8).collect().await;
    let failed: Vec<_> = made.iter().filter_map(|made| made.as_ref().err()).collect();
    assert!(failed.is_empty(), "{} failed: {:?}", failed.len(), failed.first());
    let refused = stage.journal(end).iter().filter(|e| matches!(e.status, 429 | 503)).count();
    assert_eq!(refused, 0, "nothing was refused");
    assert_eq!(stage.tenants.picture().accounts.len(), 1, "one tenant, one bucket");
}

#[tokio::test]
async fn flt_17_a_sharepoint_that_fails_again_and_again_is_left_in_peace_and_taken_up_again() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    // Block mode (M-20): 503 without a word about when.
    stage.behave("blocked", Value::Null, Some(1));
    let mut last = None;
    for _ in 0..6 {
        last = stage.plugin.stat(&stage.a(), &item).await.err();
    }
    assert_eq!(last.unwrap().kind(), ErrorKind::Unavailable);
    assert_ne!(stage.tenants.picture().breaker, BreakerState::Closed);
    let end = stage.journal_end();
    assert!(stage.plugin.stat(&stage.a(), &item).await.is_err());
    assert_eq!(stage.journal_end(), end, "nothing is asked");
    stage.twin.microsoft(|microsoft, _| microsoft.graph.blocked.clear());
    plugins::budget::Pace::sleep(stage.pace.as_ref(), Duration::from_mins(10)).await;
    assert_eq!(read(&stage, &stage.a(), &item).await, b"one");
}

#[tokio::test]
async fn flt_18_many_calls_with_a_token_that_has_ended_ask_for_one_new_token() {
    // M-07: the challenge is met with a fresh token.
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    let asked = || stage.tokens.asked.load(std::sync::atomic::Ordering::SeqCst);
    let before = asked();
    stage.pass(2 * 3600);
    let calls = (0..40).map(|_| {
        let (stage, item) = (stage.clone(), item.clone());
        async move { stage.plugin.stat(&stage.a(), &item).await }
    });
    for outcome in futures_util::future::join_all(calls).await {
        outcome.unwrap();
    }
    assert!(asked() - before <= 2, "{} tokens", asked() - before);
}

#[tokio::test]
async fn flt_32_thirty_documents_at_once_make_one_folder() {
    let stage = Stage::new().await;
    let work = futures_util::stream::iter(0..30).map(|n| {
        let stage = stage.clone();
        async move {
            let place = Placement { company: Some("Fjord A/S".into()), ..Placement::default() };
            let new = NewItem { place, ..NewItem::document(format!("{n}.txt"), "text/plain") };
            stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.unwrap()
        }
    });
    let made: Vec<Item> = work.buffer_unordered(10).collect().await;
    let mut parents = std::collections::BTreeSet::new();
    for item in &made {
        parents.insert(stage.file(OLGA, &item.reference).await.1["parentReference"]["id"].to_string());
    }
    assert_eq!(parents.len(), 1);
}

#[tokio::test]
async fn m_25_what_was_made_a_moment_ago_and_is_not_found_yet_is_waited_for() {
    let stage = Scene { columns: true, ..Scene::default() }.build().await;
    stage.behave("fresh-item-404", Value::Null, None);
    stage.behave("fresh-list-item-404", Value::Null, None);
    let item = made(&stage, LockSemantics::Versioning, "one").await;
    assert_eq!(stage.plugin.versions(&stage.a(), &item).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_folder_that_people_remove_is_made_anew() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    let (_, file) = stage.file(OLGA, &item).await;
    let parent = &file["parentReference"];
    let path =
        format!("/drives/{}/items/{}", parent["driveId"].as_str().unwrap(), parent["id"].as_str().unwrap());
    assert_eq!(stage.as_person(OLGA, "DELETE", &path, Value::Null).await.0, 204);
    let stage = stage.restarted();
    let again = made(&stage, LockSemantics::None, "two").await;
    assert_eq!(read(&stage, &stage.b(), &again).await, b"two");
    assert_eq!(stage.plugin.stat(&stage.a(), &item).await.unwrap(), None);
}

#[tokio::test]
async fn m_26_a_full_site_malware_and_a_read_only_site_are_told_and_leave_nothing() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    let create = async || {
        let call = stage.a();
        let new = NewItem::document("New.txt", "text/plain");
        let refused = stage.plugin.create(&call, new, Some(Body::from_bytes("x"))).await.unwrap_err();
        let fate = stage.plugin.fate(&stage.a(), call.operation.unwrap(), None).await.unwrap();
        assert_eq!(fate, Fate::NotApplied);
        refused
    };
    stage.behave("malware", Value::Null, Some(1));
    assert!(create().await.public().contains("malware"));
    let set = |quota: Option<u64>, read_only: bool| {
        stage.twin.microsoft(|microsoft, _| {
            let site =
                microsoft.graph.content.sites.iter_mut().find(|site| site.path == "/sites/crm").unwrap();
            (site.quota, site.read_only) = (quota, read_only);
        });
    };
    set(Some(0), false);
    assert!(create().await.public().contains("full"));
    let findings = stage.plugin.check(&stage.a()).await.unwrap();
    assert!(
        findings.iter().any(|f| f.severity == Severity::Problem && f.what.contains("Room")),
        "{findings:?}"
    );
    set(None, true);
    let refused = create().await;
    assert!(refused.public().contains("only be read"), "{refused:?}");
    set(None, false);
    assert_eq!(read(&stage, &stage.b(), &item).await, b"one");
}

#[tokio::test]
async fn m_22_names_that_sharepoint_refuses_are_amended_and_a_path_that_is_too_long_is_shortened() {
    let stage = Stage::new().await;
    let deep = Placement {
        company: Some("A company with a very long name ".repeat(4)),
        project: Some("A project with a very long name ".repeat(4)),
        year: Some(2026),
        ..Placement::default()
    };
    for name in ["forms", "_vti_.txt", "~$x.docx", "CON", "100% #1.docx", &"long ".repeat(60)] {
        let new = NewItem { place: deep.clone(), ..NewItem::document(name, "text/plain") };
        let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await;
        let item = item.unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert_eq!(stage.file(ANNA, &item.reference).await.1["name"], json!(item.name));
        assert!(!name.contains('#') || item.name == name, "taken as it is: {}", item.name);
    }
    // Somebody has a name that we do not know of: the next one is taken.
    let first = made(&stage, LockSemantics::None, "x").await;
    let (_, file) = stage.file(OLGA, &first).await;
    let parent = &file["parentReference"];
    let path = format!(
        "/drives/{}/items/{}:/Taken.txt:/content",
        parent["driveId"].as_str().unwrap(),
        parent["id"].as_str().unwrap()
    );
    assert_eq!(stage.as_person(BRUNO, "PUT", &path, json!("theirs")).await.0, 201);
    let item = create(&stage, "TAKEN.txt", LockSemantics::None, "ours").await;
    assert_eq!(item.name, "TAKEN (2).txt");
}

#[tokio::test]
async fn m_24_an_application_without_the_site_is_told_who_can_grant_it() {
    let stage = Stage::new().await;
    made(&stage, LockSemantics::None, "one").await;
    let grants = stage.twin.microsoft(|microsoft, _| {
        let site = microsoft.graph.content.sites.iter_mut().find(|site| site.path == "/sites/crm").unwrap();
        std::mem::take(&mut site.grants)
    });
    let findings = stage.plugin.check(&stage.a()).await.unwrap();
    let bad: Vec<_> = findings.iter().filter(|f| f.severity == Severity::Problem).collect();
    assert!(
        !bad.is_empty() && bad.iter().any(|f| f.detail.contains("administrator of Microsoft 365")),
        "{findings:?}"
    );
    let address = "https://kaffehuset.sharepoint.example/sites/crm";
    let refused = stage.plugin.site(&stage.system(), stage.founder(), address).await.unwrap_err();
    assert!(
        refused.public().contains("Sites.Selected") || refused.public().contains("given it"),
        "{refused:?}"
    );
    stage.twin.microsoft(|microsoft, _| {
        let site = microsoft.graph.content.sites.iter_mut().find(|site| site.path == "/sites/crm").unwrap();
        site.grants = grants;
    });
    assert!(stage.plugin.check(&stage.a()).await.unwrap().iter().all(|f| f.severity == Severity::Good));
}

#[tokio::test]
async fn bad_25_a_library_that_wants_columns_filled_in_is_found_by_the_check_and_told_by_name() {
    // M-13
    let stage = Scene { requires_checkout: true, ..Scene::default() }.build().await;
    let item = made(&stage, LockSemantics::Versioning, "one").await;
    let (_, file) = stage.file(BRUNO, &item).await;
    assert_eq!(file["name"], "Letter.txt", "what is published is seen by others");
    let drive = stage.place().documents.drive;
    let column = json!({ "name": "CaseNumber", "displayName": "Case number", "required": true, "text": {} });
    let path = format!("/drives/{drive}/list/columns");
    assert_eq!(stage.as_person(OLGA, "POST", &path, column).await.0, 201);
    let findings = stage.plugin.check(&stage.a()).await.unwrap();
    assert!(
        findings.iter().any(|f| f.severity == Severity::Problem && f.detail.contains("Case number")),
        "{findings:?}"
    );
    let call = stage.a();
    let check_in = Some(VersionNote::default());
    let new = NewItem {
        semantics: LockSemantics::Versioning,
        check_in,
        ..NewItem::document("New.txt", "text/plain")
    };
    let refused = stage.plugin.create(&call, new, Some(Body::from_bytes("x"))).await.unwrap_err();
    assert!(refused.public().contains("column of the library"), "{refused:?}");
}

#[tokio::test]
async fn t04_zero_bytes_are_a_document_and_get_their_content_later() {
    let stage = Stage::new().await;
    let new =
        NewItem { semantics: LockSemantics::Versioning, ..NewItem::document("Scan.pdf", "application/pdf") };
    let item = stage.plugin.create(&stage.a(), new, None).await.unwrap();
    assert_eq!(item.size, 0);
    stage.plugin.save(&stage.a(), &item.reference, None, Body::from_bytes("%PDF")).await.unwrap();
    stage.plugin.check_in(&stage.a(), &item.reference, &VersionNote::text("scanned")).await.unwrap();
    assert_eq!(read(&stage, &stage.b(), &item.reference).await, b"%PDF");
}

#[tokio::test]
async fn att_45_a_file_that_is_not_the_installations_is_never_reached() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "one").await;
    let elsewhere = Call { installation: domain::InstallationId(8), ..stage.a() };
    assert_eq!(stage.plugin.stat(&elsewhere, &item).await.unwrap(), None);
    let id = stage.at(&item).await.rsplit('/').next().unwrap().to_owned();
    for foreign in [id, "root".into(), "../../me/drive".into()] {
        assert_eq!(stage.plugin.stat(&stage.a(), &ExternalRef(foreign)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_document_removed_for_good_stays_removed_when_its_creation_arrives_late() {
    let stage = Stage::new().await;
    let call = stage.a();
    let new = || NewItem::document("Short.txt", "text/plain");
    let item = stage.plugin.create(&call, new(), Some(Body::from_bytes("x"))).await.unwrap().reference;
    stage.plugin.remove(&stage.a(), &item, Removal::Destroy).await.unwrap();
    let late = stage.plugin.create(&call, new(), Some(Body::from_bytes("x"))).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Gone);
}

#[tokio::test]
async fn flt_01_what_a_person_left_half_done_is_settled_by_the_product_itself() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::Versioning, "one").await;
    let call = stage.a();
    // The check-out arrives, the content does not, and the process ends.
    stage.twin.house().faults.order(Rule { skip: 2, ..Rule::new(Effect::Refused) });
    assert!(stage.plugin.save(&call, &item, None, Body::from_bytes("two")).await.is_err());
    stage.calm();
    let stage = stage.restarted();
    let fate = stage.plugin.fate(&stage.system(), call.operation.unwrap(), Some(&item)).await.unwrap();
    assert_eq!(fate, Fate::NotApplied);
    let now = stage.plugin.stat(&stage.b(), &item).await.unwrap().unwrap();
    assert_eq!(now.checkout, domain::locking::CheckoutState::NotCheckedOut, "the lock is given back");
}
