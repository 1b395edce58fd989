use crate::drive::{CLEO, Desk, FULL};
use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use twin::core::faults::{Effect, Rule};

const QUANTUM: usize = 256 << 10;

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at % 251) as u8).collect()
}

async fn begin(desk: &Desk) -> String {
    desk.session(
        Method::POST,
        "/files?uploadType=resumable&fields=id,size,name",
        json!({ "name": "big.bin" }),
        &[],
    )
    .await
}

#[tokio::test]
async fn a_whole_body_without_a_range_completes_a_session() {
    let desk = Desk::new();
    let session = begin(&desk).await;
    let done = desk.chunk(&session, "", content(300_000)).await.ok();
    assert_eq!((&done["size"], &done["name"]), (&json!("300000"), &json!("big.bin")));
}

#[tokio::test]
async fn chunks_add_up_and_the_file_is_not_there_before_the_last() {
    let desk = Desk::new();
    let session = begin(&desk).await;
    let bytes = content(2 * QUANTUM + 10);
    let nothing = desk.chunk(&session, "bytes */*", Vec::new()).await;
    assert_eq!((nothing.status.as_u16(), nothing.header("range")), (308, None));
    // The total is not known yet.
    let first = desk.chunk(&session, &format!("bytes 0-{}/*", QUANTUM - 1), bytes[..QUANTUM].to_vec()).await;
    assert_eq!((first.status.as_u16(), first.header("range")), (308, Some("bytes=0-262143")));
    assert_eq!(desk.names("name = 'big.bin'").await.len(), 0);
    let total = bytes.len();
    let second = format!("bytes {QUANTUM}-{}/{total}", 2 * QUANTUM - 1);
    assert_eq!(
        desk.chunk(&session, &second, bytes[QUANTUM..2 * QUANTUM].to_vec()).await.header("range"),
        Some("bytes=0-524287")
    );
    let state = desk.chunk(&session, &format!("bytes */{total}"), Vec::new()).await;
    assert_eq!((state.status.as_u16(), state.header("range")), (308, Some("bytes=0-524287")));
    let last = format!("bytes {}-{}/{total}", 2 * QUANTUM, total - 1);
    let done = desk.chunk(&session, &last, bytes[2 * QUANTUM..].to_vec()).await.ok();
    let id = done["id"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/files/{id}?alt=media")).await.body, bytes);
    // Asked again, it is still done, and still one file.
    assert_eq!(desk.chunk(&session, &format!("bytes */{total}"), Vec::new()).await.ok()["id"], done["id"]);
    assert_eq!(desk.names("name = 'big.bin'").await.len(), 1);
}

#[tokio::test]
async fn a_lost_answer_to_the_last_chunk_is_found_by_asking() {
    // G-05
    let desk = Desk::new();
    let session = begin(&desk).await;
    let mut rule = Rule::new(Effect::LostResponse);
    rule.times = Some(1);
    desk.twin.house().faults.order(rule);
    let request =
        http::Request::put(&session).header("content-range", "bytes 0-9/10").body(content(10)).unwrap();
    assert!(desk.twin.call(twin::Surface::GoogleApis, request).await.is_err());
    assert_eq!(desk.chunk(&session, "bytes */10", Vec::new()).await.ok()["size"], "10");
}

#[tokio::test]
async fn less_may_be_kept_than_was_sent() {
    // G-05
    let desk = Desk::new();
    let session = begin(&desk).await;
    desk.behave("upload-keeps-less", json!(QUANTUM), Some(1));
    let total = 3 * QUANTUM;
    let range = format!("bytes 0-{}/{total}", 2 * QUANTUM - 1);
    let short = desk.chunk(&session, &range, content(2 * QUANTUM)).await;
    assert_eq!((short.status.as_u16(), short.header("range")), (308, Some("bytes=0-262143")));
    desk.behave("upload-keeps-less", json!(0), Some(1));
    let other = begin(&desk).await;
    let none = desk.chunk(&other, &range, content(2 * QUANTUM)).await;
    assert_eq!((none.status.as_u16(), none.header("range")), (308, None));
    let rest = desk
        .chunk(&session, &format!("bytes {QUANTUM}-{}/{total}", total - 1), content(2 * QUANTUM))
        .await
        .ok();
    assert_eq!(rest["size"], json!(total.to_string()));
}

#[tokio::test]
async fn a_cut_chunk_keeps_its_first_whole_quanta() {
    let desk = Desk::new();
    let session = begin(&desk).await;
    let mut rule = Rule::new(Effect::CutUpload { after: 300_000 });
    rule.times = Some(1);
    desk.twin.house().faults.order(rule);
    let total = 2 * QUANTUM;
    let request = http::Request::put(&session)
        .header("content-range", format!("bytes 0-{}/{total}", total - 1))
        .body(content(total))
        .unwrap();
    assert!(desk.twin.call(twin::Surface::GoogleApis, request).await.is_err());
    let state = desk.chunk(&session, &format!("bytes */{total}"), Vec::new()).await;
    assert_eq!((state.status.as_u16(), state.header("range")), (308, Some("bytes=0-262143")));
}

#[tokio::test]
async fn chunks_that_break_the_rules_are_refused_or_shortened() {
    let desk = Desk::new();
    let session = begin(&desk).await;
    assert_eq!(desk.chunk(&session, "bytes 0-99/1000000", content(100)).await.status, 400);
    assert_eq!(desk.chunk(&session, "bytes 500000-500099/1000000", content(100)).await.status, 400);
    assert_eq!(desk.chunk(&session, "bytes 0-9/1000000", content(100)).await.status, 400);
    assert_eq!(desk.chunk(&session, "letters 0-9/10", content(10)).await.status, 400);
    let odd = desk.chunk(&session, "bytes 0-299999/1000000", content(300_000)).await;
    assert_eq!((odd.status.as_u16(), odd.header("range")), (308, Some("bytes=0-262143")));
}

#[tokio::test]
async fn a_session_lives_a_week() {
    // G-06
    let mut desk = Desk::new();
    let session = begin(&desk).await;
    desk.later(SignedDuration::from_hours(6 * 24));
    assert_eq!(desk.chunk(&session, "bytes */*", Vec::new()).await.status, 308);
    desk.later(SignedDuration::from_hours(7 * 24 + 1));
    assert_eq!(desk.chunk(&session, "bytes */*", Vec::new()).await.status, 404);
    let unknown = "/upload/drive/v3/files?uploadType=resumable&upload_id=unknown";
    assert_eq!(desk.chunk(unknown, "bytes */*", Vec::new()).await.status, 404);
    let lost = begin(&desk).await;
    desk.behave("upload-session-lost", json!(null), Some(1));
    assert_eq!(desk.chunk(&lost, "bytes */*", Vec::new()).await.status, 404);
}

#[tokio::test]
async fn post_is_as_good_as_put_and_201_comes_by_order() {
    let desk = Desk::new();
    let session = begin(&desk).await;
    desk.behave("upload-created-201", json!(null), None);
    let done = desk.send(Method::POST, &session, &[("content-range", "bytes 0-9/10")], content(10)).await;
    assert_eq!(done.status, 201);
    assert_eq!(done.json()["size"], "10");
}

#[tokio::test]
async fn an_account_without_room_is_refused_when_all_is_sent() {
    // G-19
    let desk = Desk::new().as_user(CLEO, FULL);
    let headers = [("x-upload-content-length", "2000"), ("x-upload-content-type", "text/plain")];
    let session = desk.session(Method::POST, "/files?uploadType=resumable", json!({}), &headers).await;
    let full = desk.chunk(&session, "bytes 0-1999/2000", content(2000)).await;
    assert_eq!(full.reason(), (403, "storageQuotaExceeded".into()));
}

#[tokio::test]
async fn a_session_for_a_file_gives_it_new_content_and_a_used_id_shows_at_the_end() {
    let desk = Desk::new();
    let id = desk.text("a.txt", "root", "one").await;
    let path = format!("/files/{id}?uploadType=resumable&fields=id,size,mimeType");
    let session =
        desk.session(Method::PATCH, &path, json!({}), &[("x-upload-content-type", "text/plain")]).await;
    assert!(session.contains(&id));
    let done = desk.chunk(&session, "bytes 0-9/10", content(10)).await.ok();
    assert_eq!(done, json!({ "id": id, "size": "10", "mimeType": "text/plain" }));
    let ids = desk.get("/files/generateIds?count=1").await.ok();
    let meta = json!({ "id": ids["ids"][0] });
    let (one, two) = (
        desk.session(Method::POST, "/files?uploadType=resumable", meta.clone(), &[]).await,
        desk.session(Method::POST, "/files?uploadType=resumable", meta, &[]).await,
    );
    desk.chunk(&one, "", content(3)).await.ok();
    assert_eq!(desk.chunk(&two, "", content(3)).await.reason(), (409, "fileIdInUse".into()));
}

#[tokio::test]
async fn nothing_at_all_is_a_file_too() {
    let desk = Desk::new();
    let session = begin(&desk).await;
    assert_eq!(desk.chunk(&session, "bytes */0", Vec::new()).await.ok()["size"], "0");
}
