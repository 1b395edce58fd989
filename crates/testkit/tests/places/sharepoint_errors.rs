//! Refusals of Graph where they really come (microsoft.md 2.16): too large at the upload, out of order at its pieces, out of
//! date at the list of changes; and what a batch would answer, which nobody asks for.

use crate::sharepoint_common::{ANNA, BRUNO, Stage, read};
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, DocumentPlugin, ExternalRef, Fate, NewItem, Placement, Removal, VersionNote,
};
use domain::{AssociateId, ErrorKind};
use plugins::sharepoint::{Class, REFUSALS, classify};
use serde_json::json;
use twin::core::faults::{Effect, Rule};

fn refused(status: u16, code: &str) -> Effect {
    Effect::Answer { status, headers: Vec::new(), body: json!({ "error": { "code": code, "message": "m" } }) }
}

fn order(stage: &Stage, rule: Rule) {
    stage.twin.house().faults.order(rule);
}

fn new(name: &str) -> NewItem {
    NewItem::document(name, "application/octet-stream")
}

fn long(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

async fn made(stage: &Stage, text: &'static str) -> ExternalRef {
    let body = Some(Body::from_bytes(text));
    stage.plugin.create(&stage.a(), new("Letter.txt"), body).await.unwrap().reference
}

#[tokio::test]
async fn a_file_that_is_too_large_is_told_at_once_and_leaves_what_was_there() {
    // 413, where a small file arrives and where a long one is announced.
    let stage = Stage::new().await;
    let item = made(&stage, "one").await;
    for (operation, bytes) in
        [("driveItem.content.put", long(1000)), ("driveItem.createUploadSession", long(9_000_000))]
    {
        for code in ["", "requestEntityTooLarge"] {
            let what = format!("{operation} {code}");
            stage.fault(refused(413, code), operation, 9);
            let (call, end) = (stage.a(), stage.journal_end());
            let body = || Body::from_bytes(bytes.clone());
            let error = stage.plugin.create(&call, new("Film.bin"), Some(body())).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{what}: {error:?}");
            assert!(error.public().contains("larger than SharePoint takes"), "{what}: {error:?}");
            assert!(error.public().contains("Choose a smaller one"), "{what}: {error:?}");
            let tries = stage.journal(end).iter().filter(|entry| entry.operation == operation).count();
            assert_eq!(tries, 1, "{what}: sending it again does not make it smaller");
            let error = stage.plugin.save(&stage.a(), &item, None, body()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{what}: {error:?}");
            stage.calm();
            let fate = stage.plugin.fate(&stage.a(), call.operation.unwrap(), None).await.unwrap();
            assert_eq!(fate, Fate::NotApplied, "{what}");
            assert_eq!(read(&stage, &stage.b(), &item).await, b"one", "{what}");
        }
    }
}

#[tokio::test]
async fn a_piece_that_is_refused_as_out_of_order_is_sent_from_where_the_session_stands() {
    // 416, with every code of the table and without one (M-10).
    let stage = Stage::new().await;
    let bytes = long(17_000_000);
    let codes: Vec<_> = REFUSALS.iter().filter(|line| line.status == 416).map(|line| line.code).collect();
    assert_eq!(codes.len(), 3, "{codes:?}");
    for code in codes.into_iter().chain([""]) {
        assert_eq!(classify(416, code).class, Class::Range, "{code}");
        // The second piece is refused, and nothing of it was taken.
        order(&stage, Rule { skip: 1, ..Rule::new(refused(416, code)).at("sharepoint.upload").times(1) });
        let body = Some(Body::from_bytes(bytes.clone()));
        let item = stage.plugin.create(&stage.a(), new("Film.bin"), body).await;
        let item = item.unwrap_or_else(|e| panic!("{code}: {e:?}"));
        assert!(read(&stage, &stage.a(), &item.reference).await == bytes, "{code}");
        stage.calm();
    }
    // It never ends: told, what was there is there.
    let item = made(&stage, "one").await;
    order(&stage, Rule { skip: 1, ..Rule::new(refused(416, "invalidRange")).at("sharepoint.upload") });
    let error =
        stage.plugin.save(&stage.a(), &item, None, Body::from_bytes(bytes.clone())).await.unwrap_err();
    assert!(error.public().contains("send the file again") || error.public().contains("Send the file again"));
    stage.calm();
    assert_eq!(read(&stage, &stage.b(), &item).await, b"one");
}

#[tokio::test]
async fn a_list_of_changes_that_is_out_of_date_asks_for_a_new_beginning_whatever_its_code() {
    // 410, at the list itself (M-18).
    let stage = Stage::new().await;
    made(&stage, "one").await;
    let cursor = stage.plugin.changes(&stage.system(), None).await.unwrap().next;
    let codes: Vec<_> = REFUSALS.iter().filter(|line| line.status == 410).map(|line| line.code).collect();
    assert_eq!(codes.len(), 4, "{codes:?}");
    for code in codes.into_iter().chain([""]) {
        assert_eq!(classify(410, code).class, Class::OutOfDate, "{code}");
        let end = stage.journal_end();
        stage.fault(refused(410, code), "driveItem.delta", 9);
        let error = stage.plugin.changes(&stage.system(), Some(&cursor)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Gone, "{code}: {error:?}");
        assert_eq!(stage.journal(end).len(), 1, "{code}: asking again changes nothing");
        stage.calm();
        // The new beginning is there for whoever asks without a place.
        stage.plugin.changes(&stage.system(), None).await.unwrap();
    }
}

/// One document through everything that is done with documents.
async fn whole_life(stage: &Stage) {
    let (p, a) = (&stage.plugin, || stage.a());
    let versioned = NewItem {
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("first")),
        ..new("Offer.txt")
    };
    let item = p.create(&a(), versioned, Some(Body::from_bytes("one"))).await.unwrap().reference;
    p.check_out(&a(), &item).await.unwrap();
    p.save(&a(), &item, None, Body::from_bytes("two")).await.unwrap();
    p.check_in(&a(), &item, &VersionNote::text("second")).await.unwrap();
    p.versions(&a(), &item).await.unwrap();
    p.rename(&a(), &item, "Offer 2.txt").await.unwrap();
    let fjord = Placement { company: Some("Fjord A/S".into()), ..Placement::default() };
    p.place(&a(), &item, &fjord).await.unwrap();
    p.set_audience(&a(), &item, &Audience::Person { associate: AssociateId(ANNA) }).await.unwrap();
    p.access(&a(), &item).await.unwrap();
    p.remove(&a(), &item, Removal::Trash).await.unwrap();
    p.restore(&a(), &item).await.unwrap();
    let cursor = p.changes(&stage.system(), None).await.unwrap().next;
    p.set_audience(&a(), &item, &Audience::Inherited).await.unwrap();
    stage.edit(BRUNO, &item, "by Bruno").await;
    p.changes(&stage.system(), Some(&cursor)).await.unwrap();
    p.inventory(&stage.system(), None).await.unwrap();
    p.check(&a()).await.unwrap();
    p.remove(&a(), &item, Removal::Destroy).await.unwrap();
}

#[tokio::test]
async fn m_21_nothing_is_asked_in_batches_and_what_a_part_would_answer_is_told_once_and_does_nothing() {
    let stage = Stage::new().await;
    let end = stage.journal_end();
    whole_life(&stage).await;
    let journal = stage.journal(end);
    let batches = journal.iter().filter(|e| e.operation == "batch" || e.path.contains("$batch")).count();
    assert_eq!((batches, journal.len() > 30), (0, true), "decision 0015");
    // 424 belongs to a part that depends on another. Should it come alone, it is told, and nobody asks again and again.
    let item = made(&stage, "one").await;
    let line = classify(424, "failedDependency");
    assert_eq!((line.class, classify(424, "").class), (Class::Dependency, Class::Dependency));
    for operation in ["driveItem.content.put", "driveItem.update"] {
        stage.fault(refused(424, "failedDependency"), operation, 9);
        let (call, end) = (stage.a(), stage.journal_end());
        let error = match operation {
            "driveItem.update" => stage.plugin.rename(&call, &item, "Other.txt").await.map(drop),
            _ => stage.plugin.save(&call, &item, None, Body::from_bytes("two")).await.map(drop),
        };
        assert_eq!(error.unwrap_err().public(), line.sentence, "{operation}");
        assert_eq!(stage.journal(end).iter().filter(|e| e.operation == operation).count(), 1, "{operation}");
        stage.calm();
        let fate = stage.plugin.fate(&stage.a(), call.operation.unwrap(), Some(&item)).await.unwrap();
        assert_eq!(fate, Fate::NotApplied, "{operation}");
    }
    assert_eq!(read(&stage, &stage.b(), &item).await, b"one");
}
