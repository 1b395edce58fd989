//! What Google does when it does not do what it should, by the numbers of the fault list and of google.md section 5.

use crate::drive_common::{Meddler, SYSTEM, Scene, Stage, read, read_all};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{
    Answer, Body, DocumentPlugin, ExternalRef, NewItem, Placement, Revision, Severity, VersionNote, Which,
};
use domain::{CompanyId, Error, ErrorKind, Retry};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use jiff::SignedDuration;
use plugins::budget::Pace as _;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;
use twin::core::faults::{Effect, RetryAfter};

const TEXT: &str = "text/plain";

async fn made(stage: &Stage, level: LockSemantics, text: &str) -> ExternalRef {
    let new = NewItem {
        semantics: level,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Letter.txt", TEXT)
    };
    let body = Body::from_bytes(text.to_owned());
    stage.plugin.create(&stage.a(), new, Some(body)).await.unwrap().reference
}

fn long(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

async fn revisions(stage: &Stage, item: &ExternalRef) -> Vec<Value> {
    let path = format!("/drive/v3/files/{}/revisions?fields=*", item.0);
    stage.as_person(SYSTEM, "GET", &path, Value::Null).await.1["revisions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn flt_05_a_chunk_of_which_less_is_kept_is_sent_again_from_there() {
    for kept in [json!(0), json!(262_144), json!(2_000_000)] {
        let stage = Stage::new().await;
        stage.behave("upload-keeps-less", kept, Some(3));
        let bytes = long(11_000_003);
        let new = NewItem::document("Film.bin", "application/octet-stream");
        let body = Body { length: None, ..Body::from_bytes(bytes.clone()) };
        let item = stage.plugin.create(&stage.a(), new, Some(body)).await.unwrap();
        assert_eq!(item.size, bytes.len() as u64);
        assert!(read(&stage, &stage.b(), &item.reference).await == bytes);
    }
}

#[tokio::test]
async fn flt_05_an_upload_goes_on_where_the_connection_broke() {
    for (effect, times) in [
        (Effect::CutUpload { after: 1_500_000 }, 2),
        (Effect::LostResponse, 3),
        (Effect::BadGateway, 2),
        (Effect::Malformed, 1),
    ] {
        let stage = Stage::new().await;
        stage.fault(effect.clone(), "files.upload", times);
        let bytes = long(13_000_000);
        let new = NewItem::document("Film.bin", "application/octet-stream");
        let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(bytes.clone()))).await;
        let item = item.unwrap_or_else(|e| panic!("{effect:?}: {e:?}"));
        assert!(read(&stage, &stage.b(), &item.reference).await == bytes, "{effect:?}");
    }
}

#[tokio::test]
async fn flt_06_a_session_that_is_lost_leaves_what_was_there_and_the_same_operation_makes_one_file() {
    let stage = Stage::new().await;
    stage.behave("upload-session-lost", Value::Null, Some(1));
    let bytes = long(9_000_000);
    let call = stage.a();
    let new = || NewItem::document("Film.bin", "application/octet-stream");
    let lost = stage.plugin.create(&call, new(), Some(Body::from_bytes(bytes.clone()))).await.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::Unavailable);
    let item = stage.plugin.create(&call, new(), Some(Body::from_bytes(bytes.clone()))).await.unwrap();
    assert_eq!(item.name, "Film.bin");
    assert!(read(&stage, &stage.b(), &item.reference).await == bytes);
}

#[tokio::test]
async fn flt_07_a_long_source_that_fails_midway_leaves_nothing_at_google() {
    let stage = Stage::new().await;
    let pieces = long(9_000_000);
    let parts: Vec<_> = pieces
        .chunks(1_000_000)
        .map(|piece| Ok(bytes::Bytes::copy_from_slice(piece)))
        .chain([Err(Error::new(ErrorKind::Unavailable, "The connection was lost. Send the file again."))])
        .collect();
    let item = made(&stage, LockSemantics::None, "what was there").await;
    for new in [true, false] {
        let parts = parts.iter().map(|part| match part {
            Ok(bytes) => Ok(bytes.clone()),
            Err(_) => {
                Err(Error::new(ErrorKind::Unavailable, "The connection was lost. Send the file again."))
            }
        });
        let body =
            Body { length: None, stream: Box::pin(futures_util::stream::iter(parts.collect::<Vec<_>>())) };
        let outcome = if new {
            let new = NewItem::document("Film.bin", "application/octet-stream");
            stage.plugin.create(&stage.a(), new, Some(body)).await.map(drop)
        } else {
            stage.plugin.save(&stage.a(), &item, None, body).await.map(drop)
        };
        outcome.unwrap_err();
    }
    assert_eq!(read(&stage, &stage.b(), &item).await, b"what was there");
    let (_, list) = stage.as_person(SYSTEM, "GET", "/drive/v3/files?q=name%3D'Film.bin'", Value::Null).await;
    assert_eq!(list["files"].as_array().unwrap().len(), 0, "{list}");
}

#[tokio::test]
async fn flt_08_a_download_that_breaks_goes_on_and_is_compared_at_its_end() {
    let stage = Stage::new().await;
    let bytes = long(6_000_000);
    let new = NewItem::document("Film.bin", "application/octet-stream");
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(bytes.clone()))).await.unwrap();
    for after in [0, 1, 3_000_000] {
        stage.fault(Effect::CutBody { after }, "revisions.get.media", 2);
        assert!(read(&stage, &stage.b(), &item.reference).await == bytes, "cut after {after}");
    }
}

#[tokio::test]
async fn flt_08_content_that_does_not_match_its_checksum_is_never_delivered_whole() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "the right text").await;
    for (wrong, kind) in
        [("the wrong text", ErrorKind::Damaged), ("a text that is longer", ErrorKind::Damaged)]
    {
        let headers = Vec::new();
        let answer = Effect::Answer { status: 200, headers, body: json!(wrong) };
        stage.fault(answer, "revisions.get.media", 1);
        let content = stage.plugin.load(&stage.a(), &item, &Which::Latest, None).await.unwrap();
        assert_eq!(read_all(content).await.unwrap_err().kind(), kind, "{wrong}");
    }
    // 200 for a part that was asked for.
    let answer = Effect::Answer { status: 200, headers: Vec::new(), body: json!("the right text") };
    stage.fault(answer, "revisions.get.media", 1);
    let range = Some(domain::plugin::ByteRange::From { first: 4, last: None });
    let outcome = stage.plugin.load(&stage.a(), &item, &Which::Latest, range).await.unwrap_err();
    assert_eq!(outcome.kind(), ErrorKind::Unavailable);
    assert_eq!(read(&stage, &stage.a(), &item).await, b"the right text");
}

#[tokio::test]
async fn flt_12_an_edit_at_google_between_look_and_write_is_kept_for_good_and_told() {
    for shared in [false, true] {
        let stage = Scene { shared, ..Scene::default() }.build().await;
        let item = made(&stage, LockSemantics::None, "base").await;
        *stage.wire.meddler.lock().unwrap() = Some(Meddler {
            method: "PATCH",
            path: "/upload/drive/v3/files/",
            user: SYSTEM,
            file: item.0.clone(),
            text: "theirs",
        });
        let done = stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("ours")).await.unwrap();
        let Answer::Message(text) = done.answer else { panic!("it is told: {:?}", done.answer) };
        assert!(text.contains("edited “Letter.txt” at Google") && text.contains("version history"), "{text}");
        assert_eq!(read(&stage, &stage.b(), &item).await, b"ours");
        let kept: Vec<bool> = revisions(&stage, &item)
            .await
            .iter()
            .map(|revision| revision["keepForever"].as_bool().unwrap_or(false))
            .collect();
        assert_eq!(kept, [true, true, false], "the base and theirs are kept for good");
    }
}

#[tokio::test]
async fn flt_12_an_edit_at_google_during_a_check_out_is_never_overwritten() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::Versioning, "public").await;
    let p = &stage.plugin;
    p.check_out(&stage.a(), &item).await.unwrap();
    p.save(&stage.a(), &item, None, Body::from_bytes("mine")).await.unwrap();
    stage.edit(SYSTEM, &item.0, "theirs").await;
    let refused = p.save(&stage.a(), &item, None, Body::from_bytes("mine again")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Stale);
    assert!(refused.public().contains("edited at Google"), "{}", refused.public());
    assert_eq!(read(&stage, &stage.a(), &item).await, b"theirs", "the holder reads what is there");
    assert_eq!(read(&stage, &stage.b(), &item).await, b"public");
    // Who has seen it may go on.
    let seen = p.stat(&stage.a(), &item).await.unwrap().unwrap().revision;
    p.save(&stage.a(), &item, Some(&seen), Body::from_bytes("both together")).await.unwrap();
    p.check_in(&stage.a(), &item, &VersionNote::text("two")).await.unwrap();
    assert_eq!(read(&stage, &stage.b(), &item).await, b"both together");
}

#[tokio::test]
async fn flt_12_undoing_a_check_out_keeps_what_others_wrote_at_google() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::Locking, "public").await;
    stage.plugin.check_out(&stage.a(), &item).await.unwrap();
    stage.edit(SYSTEM, &item.0, "theirs").await;
    stage.plugin.undo_check_out(&stage.a(), &item, false).await.unwrap();
    assert_eq!(read(&stage, &stage.b(), &item).await, b"public");
    let all = revisions(&stage, &item).await;
    let theirs = all.iter().find(|r| r["size"] == "6" && r["md5Checksum"] != all[0]["md5Checksum"]).unwrap();
    assert_eq!(theirs["keepForever"], json!(true), "{all:#?}");
}

#[tokio::test]
async fn flt_13_every_form_of_throttling_is_waited_out_and_nobody_sees_it() {
    let reasons = [
        (403, Some("userRateLimitExceeded")),
        (403, Some("rateLimitExceeded")),
        (403, Some("sharingRateLimitExceeded")),
        (429, Some("rateLimitExceeded")),
        (429, None),
    ];
    let waits = [
        RetryAfter::Absent,
        RetryAfter::Seconds(0),
        RetryAfter::Seconds(7),
        RetryAfter::Fraction(2.5),
        RetryAfter::Date(9),
        RetryAfter::Text("soon".into()),
    ];
    for (status, reason) in reasons {
        for retry_after in &waits {
            let stage = Stage::new().await;
            let reason = reason.map(str::to_owned);
            let effect = Effect::Throttle { status, retry_after: retry_after.clone(), reason };
            stage.fault(effect.clone(), "*", 3);
            let item = made(&stage, LockSemantics::None, "patient").await;
            assert_eq!(read(&stage, &stage.b(), &item).await, b"patient", "{effect:?}");
            assert_eq!(stage.budget.picture().refusals, 3, "{effect:?}");
        }
    }
}

#[tokio::test]
async fn flt_13_an_absurd_wait_is_handed_on_instead_of_being_waited_out() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "x").await;
    let retry_after = RetryAfter::Seconds(86_400);
    stage.fault(Effect::Throttle { status: 429, retry_after, reason: None }, "files.get", 1);
    let error = stage.plugin.stat(&stage.a(), &item).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.retry_hint(), Retry::After(Duration::from_hours(1)));
}

#[tokio::test]
async fn flt_14_every_reason_of_the_table_is_met_as_its_class_says() {
    use plugins::google_drive::{Class, REFUSALS};
    for line in REFUSALS {
        let stage = Stage::new().await;
        let item = made(&stage, LockSemantics::None, "x").await;
        let detail = json!({ "domain": "global", "reason": line.reason, "message": "as the table says" });
        let error =
            json!({ "error": { "code": line.status, "message": "as the table says", "errors": [detail] } });
        let answer = Effect::Answer { status: line.status, headers: Vec::new(), body: error };
        stage.fault(answer, "files.get", 1);
        let end = stage.journal_end();
        let outcome = stage.plugin.checkout_state(&stage.a(), &item).await;
        let asked = stage.journal(end).len();
        match line.class {
            Class::Throttle | Class::Passing | Class::Token => {
                assert_eq!(asked, 2, "{line:?} is asked again");
                outcome.unwrap_or_else(|e| panic!("{line:?}: {e:?}"));
            }
            _ => {
                assert_eq!(asked, 1, "{line:?} is not repeated");
                let error = outcome.unwrap_err();
                if line.class != Class::Missing {
                    assert_eq!(error.public(), line.sentence, "{line:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn flt_17_a_google_that_fails_again_and_again_is_left_in_peace_and_taken_up_again() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "x").await;
    stage.fault(Effect::BadGateway, "*", 1000);
    for _ in 0..2 {
        let error = stage.plugin.stat(&stage.a(), &item).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    }
    let end = stage.journal_end();
    let error = stage.plugin.stat(&stage.a(), &item).await.unwrap_err();
    assert!(matches!(error.retry_hint(), Retry::After(_)), "{error:?}");
    assert_eq!(stage.journal(end).len(), 0, "nothing is sent");
    stage.calm();
    stage.pace.sleep(Duration::from_secs(31)).await;
    assert!(stage.plugin.stat(&stage.a(), &item).await.unwrap().is_some());
}

#[tokio::test]
async fn flt_18_many_calls_with_a_token_that_has_ended_ask_for_one_new_token() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "x").await;
    stage.twin.house().clock.advance(SignedDuration::from_hours(2));
    let before = stage.tokens.asked.load(Ordering::SeqCst);
    let calls = join_all((0..200).map(|_| {
        let (call, item, plugin) = (stage.b(), item.clone(), &stage.plugin);
        async move { plugin.length(&call, &item, &Which::Latest).await }
    }));
    for length in calls.await {
        assert_eq!(length.unwrap(), 1);
    }
    assert_eq!(stage.tokens.asked.load(Ordering::SeqCst) - before, 1);
}

fn company() -> Placement {
    Placement { company: Some("Fjord A/S".into()), company_id: Some(CompanyId(1)), ..Placement::default() }
}

#[tokio::test]
async fn flt_32_fifty_documents_at_once_make_one_folder_also_while_lists_lag() {
    let stage = Stage::new().await;
    stage.behave("list-lag", json!(300), None);
    let made = join_all((0..50).map(|n| {
        let stage = stage.clone();
        async move {
            // Half of them in another process.
            let stage = if n % 2 == 0 { stage.clone() } else { stage.restarted() };
            let new = NewItem { place: company(), ..NewItem::document("Deal.txt", TEXT) };
            stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.unwrap().reference
        }
    }));
    let made = made.await;
    stage.calm();
    let mut folders = Vec::new();
    for item in &made {
        folders.push(stage.file(&item.0).await["parents"][0].as_str().unwrap().to_owned());
    }
    folders.sort();
    folders.dedup();
    assert_eq!(folders.len(), 1, "{folders:?}");
}

#[tokio::test]
async fn flt_41_a_folder_that_google_does_not_know_yet_is_waited_for() {
    let stage = Stage::new().await;
    stage.behave("fresh-folder-unknown", json!(4), None);
    stage.behave("list-lag", json!(300), None);
    let new = NewItem { place: company(), ..NewItem::document("Deal.txt", TEXT) };
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.unwrap();
    assert_eq!(item.name, "Deal.txt");
}

#[tokio::test]
async fn a_folder_that_people_remove_is_made_anew() {
    let stage = Stage::new().await;
    let create = async |stage: &Stage| {
        let new = NewItem { place: company(), ..NewItem::document("Deal.txt", TEXT) };
        stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.map(|item| item.reference)
    };
    let first = create(&stage).await.unwrap();
    let folder = stage.file(&first.0).await["parents"][0].as_str().unwrap().to_owned();
    stage.as_person(SYSTEM, "DELETE", &format!("/drive/v3/files/{folder}"), Value::Null).await;
    let refused = create(&stage).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    let second = create(&stage).await.unwrap();
    assert_ne!(stage.file(&second.0).await["parents"][0].as_str().unwrap(), folder);
}

#[tokio::test]
async fn flt_44_a_full_account_is_told_at_once_and_leaves_nothing_behind() {
    let stage = Stage::new().await;
    let detail = json!({ "domain": "global", "reason": "storageQuotaExceeded", "message": "full" });
    let body = json!({ "error": { "code": 403, "message": "full", "errors": [detail] } });
    let full = Effect::Answer { status: 403, headers: Vec::new(), body };
    for (operation, bytes) in [("files.create", long(10)), ("files.upload", long(9_000_000))] {
        stage.fault(full.clone(), operation, 1);
        let new = NewItem::document("Film.bin", "application/octet-stream");
        let end = stage.journal_end();
        let error = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(bytes))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.public().contains("is full"), "{}", error.public());
        let tried = stage.journal(end).iter().filter(|e| e.operation == operation).count();
        assert_eq!(tried, 1, "it is not repeated");
    }
    let new = NewItem::document("Film.bin", "application/octet-stream");
    let made = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.unwrap();
    assert_eq!(made.name, "Film.bin", "the failed ones keep no name");
}

#[tokio::test]
async fn two_processes_that_take_a_lock_at_the_same_moment_have_one_winner() {
    for round in 0..8 {
        let stage = Stage::new().await;
        let item = made(&stage, LockSemantics::Locking, "public").await;
        let other = stage.restarted();
        let (mine, theirs) = (stage.a(), other.b());
        let (first, second) = futures_util::future::join(
            stage.plugin.check_out(&mine, &item),
            other.plugin.check_out(&theirs, &item),
        )
        .await;
        assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1, "round {round}");
        let winner = if first.is_ok() { &mine } else { &theirs };
        let state = stage.plugin.checkout_state(winner, &item).await.unwrap();
        assert_eq!(state, CheckoutState::Own);
    }
}

#[tokio::test]
async fn bad_20_a_document_of_googles_own_is_opened_and_exported_and_never_overwritten() {
    let access = plugins::google_drive::Access::Domain { domain: "example.com".into() };
    let stage = Scene { access, ..Scene::default() }.build().await;
    let item = made(&stage, LockSemantics::None, "x").await;
    let file = stage.file(&item.0).await;
    let (marks, parent) = (file["appProperties"].clone(), file["parents"][0].clone());
    let native = json!({
        "name": "Native", "mimeType": "application/vnd.google-apps.document",
        "parents": [parent], "appProperties": marks,
    });
    let (status, made) = stage.as_person(SYSTEM, "POST", "/drive/v3/files", native).await;
    assert_eq!(status, 200, "{made}");
    let native = ExternalRef(made["id"].as_str().unwrap().to_owned());
    let p = &stage.plugin;
    let open = domain::plugin::OpenAs { desktop: false, write: true };
    let url = p.open_url(&stage.a(), &native, &Which::Latest, open).await.unwrap().unwrap();
    assert!(url.contains("/document/d/"), "{url}");
    let content = p.load(&stage.a(), &native, &Which::Latest, None).await.unwrap();
    assert!(content.media_type.ends_with("wordprocessingml.document"));
    assert!(read_all(content).await.unwrap().starts_with(b"PK"));
    let refused = p.save(&stage.a(), &native, None, Body::from_bytes("no")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    assert!(refused.public().contains("document of Google's own"), "{}", refused.public());
    // G-12
    stage.behave("export-too-large", Value::Null, Some(1));
    let refused = p.load(&stage.a(), &native, &Which::Latest, None).await.unwrap_err();
    assert!(refused.public().contains("10 MB"), "{}", refused.public());
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn bad_23_while_disconnected_documents_are_unavailable_and_afterwards_everything_is_there() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "safe").await;
    let connected = stage.workspace.connected(7);
    stage.disconnect();
    let error = stage.plugin.stat(&stage.a(), &item).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    stage.workspace.connect(7, connected);
    assert_eq!(read(&stage, &stage.b(), &item).await, b"safe");
}

#[tokio::test]
async fn att_45_a_file_without_the_installations_mark_is_never_reached() {
    let stage = Stage::new().await;
    let place = stage.place();
    let plain = json!({ "name": "Plain.txt", "parents": [place.documents] });
    let (_, made) = stage.as_person(SYSTEM, "POST", "/drive/v3/files", plain).await;
    let plain = ExternalRef(made["id"].as_str().unwrap().to_owned());
    for reference in [plain, ExternalRef(place.documents), ExternalRef(place.templates)] {
        assert_eq!(stage.plugin.stat(&stage.a(), &reference).await.unwrap(), None);
        let refused = stage.plugin.load(&stage.a(), &reference, &Which::Latest, None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn g_17_a_check_out_is_shown_at_google_and_taken_away_at_check_in() {
    let stage = Scene { show_check_out: true, ..Scene::in_shared_drive() }.build().await;
    let item = made(&stage, LockSemantics::Locking, "public").await;
    let p = &stage.plugin;
    p.check_out(&stage.a(), &item).await.unwrap();
    let shown = stage.file(&item.0).await["contentRestrictions"].clone();
    assert_eq!(shown[0]["reason"], json!("Checked out by Anna Berg"), "{shown}");
    let path = format!("/upload/drive/v3/files/{}?uploadType=media&supportsAllDrives=true", item.0);
    let (status, _) = stage.as_person(SYSTEM, "PATCH", &path, json!("theirs")).await;
    assert_eq!(status, 403, "people cannot edit meanwhile");
    p.save(&stage.a(), &item, None, Body::from_bytes("mine")).await.unwrap();
    p.rename(&stage.a(), &item, "Renamed.txt").await.unwrap();
    assert_eq!(stage.file(&item.0).await["contentRestrictions"][0]["readOnly"], json!(true));
    p.check_in(&stage.a(), &item, &VersionNote::default()).await.unwrap();
    let shown = stage.file(&item.0).await["contentRestrictions"].clone();
    assert!(shown.as_array().is_none_or(Vec::is_empty), "{shown}");
}

#[tokio::test]
async fn a_lock_that_a_person_set_at_google_is_respected_and_named() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "x").await;
    let lock = json!({ "contentRestrictions": [{ "readOnly": true, "reason": "Final" }] });
    let (status, _) = stage.as_person(SYSTEM, "PATCH", &format!("/drive/v3/files/{}", item.0), lock).await;
    assert_eq!(status, 200);
    let refused = stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("y")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert!(refused.public().contains("locked at Google"), "{}", refused.public());
}

#[tokio::test]
async fn two_hundred_versions_are_kept_and_the_next_is_refused_with_the_reason() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::Versioning, "0").await;
    let p = &stage.plugin;
    for n in 1..200 {
        p.save(&stage.a(), &item, None, Body::from_bytes(n.to_string())).await.unwrap();
        p.check_in(&stage.a(), &item, &VersionNote::default()).await.unwrap();
    }
    assert_eq!(p.versions(&stage.b(), &item).await.unwrap().len(), 200);
    p.save(&stage.a(), &item, None, Body::from_bytes("one too many")).await.unwrap();
    let refused = p.check_in(&stage.a(), &item, &VersionNote::default()).await.unwrap_err();
    assert!(refused.public().contains("200 versions"), "{}", refused.public());
    stage.twin.house().clock.advance(SignedDuration::from_hours(24 * 60));
    let which = Which::Version(domain::plugin::VersionId("1".into()));
    let content = p.load(&stage.b(), &item, &which, None).await.unwrap();
    assert_eq!(read_all(content).await.unwrap(), b"0", "after two months the first is still there");
}

#[tokio::test]
async fn the_check_says_each_step_and_what_is_wrong() {
    let stage = Stage::new().await;
    let problems = async |stage: &Stage| {
        let findings = stage.plugin.check(&stage.a()).await.unwrap();
        findings.into_iter().filter(|f| f.severity == Severity::Problem).map(|f| f.what).collect::<Vec<_>>()
    };
    assert_eq!(stage.plugin.check(&stage.a()).await.unwrap().len(), 6);
    assert!(problems(&stage).await.is_empty());
    stage.behave("domain-policy", Value::Null, Some(1));
    assert_eq!(problems(&stage).await, ["Rights of the connection"]);
    let folder = stage.place().documents;
    let path = format!("/drive/v3/files/{folder}");
    stage.as_person(SYSTEM, "PATCH", &path, json!({ "trashed": true })).await;
    assert_eq!(problems(&stage).await, ["Folder of the documents"]);
    stage.as_person(SYSTEM, "DELETE", &path, Value::Null).await;
    assert_eq!(problems(&stage).await, ["Folder of the documents"]);
    let refused = stage.plugin.create(&stage.a(), NewItem::document("X.txt", TEXT), None).await.unwrap_err();
    assert!(refused.public().contains("choose another place in Settings"), "{}", refused.public());
}

#[tokio::test]
async fn a_stream_that_nobody_reads_to_its_end_leaves_the_place_usable() {
    let stage = Stage::new().await;
    let item = made(&stage, LockSemantics::None, "left unread").await;
    for _ in 0..20 {
        let mut content = stage.plugin.load(&stage.a(), &item, &Which::Latest, None).await.unwrap();
        let _ = content.stream.next().await;
    }
    assert_eq!(read(&stage, &stage.a(), &item).await, b"left unread");
    let nonsense = Revision("nonsense".into());
    let stale = stage.plugin.save(&stage.a(), &item, Some(&nonsense), Body::from_bytes("y")).await;
    assert_eq!(stale.unwrap_err().kind(), ErrorKind::Stale);
}
