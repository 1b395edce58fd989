//! Contents: uploads, downloads, versions, what SharePoint does afterwards.

use crate::graph::{Caller, Heard, House};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Write as _;

#[tokio::test]
async fn a_small_upload_replaces_and_a_session_fails_where_a_name_is_taken() {
    // M-09
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let path = format!("{drive}/root:/a.txt:/content");
    let first = solveig.put(&path, b"one").await;
    assert_eq!(first.status, StatusCode::CREATED);
    let second = solveig.put(&path, b"two!").await;
    assert_eq!(second.status, StatusCode::OK);
    assert_eq!((&second.json()["id"], &second.json()["size"]), (&first.json()["id"], &json!(4)));
    assert_eq!(
        solveig.put(&format!("{path}?@microsoft.graph.conflictBehavior=fail"), b"x").await.status,
        StatusCode::CONFLICT
    );
    let session = solveig.post(&format!("{drive}/root:/a.txt:/createUploadSession"), json!({})).await;
    assert_eq!((session.status, session.code()), (StatusCode::CONFLICT, "nameAlreadyExists".into()));
    let folder = solveig.folder(&drive, "F").await;
    let bare = solveig
        .post(&format!("{drive}/items/{}/createUploadSession", folder["id"].as_str().unwrap()), json!({}))
        .await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
}

async fn session(solveig: &Caller, drive: &str, name: &str, body: Value) -> String {
    let made = solveig.post(&format!("{drive}/root:/{name}:/createUploadSession"), body).await.ok();
    assert_eq!(made["nextExpectedRanges"], json!(["0-"]));
    made["uploadUrl"].as_str().unwrap().to_owned()
}

async fn fragment(house: &House, url: &str, content: &[u8], from: usize, to: usize) -> Heard {
    let range = format!("bytes {from}-{}/{}", to - 1, content.len());
    house.plain(Method::PUT, url, &[("content-range", &range)], &content[from..to]).await
}

#[tokio::test]
async fn fragments_go_up_in_order_and_in_steps_of_320_kib() {
    // M-10
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let content: Vec<u8> = (0..700_000_u32).map(|n| (n % 251) as u8).collect();
    let url = session(&solveig, &drive, "large.bin", json!({ "item": { "fileSize": content.len() } })).await;
    let with_token = house
        .plain(Method::PUT, &url, &[("authorization", "Bearer x"), ("content-range", "bytes 0-0/1")], b"x")
        .await;
    assert_eq!(with_token.status, StatusCode::UNAUTHORIZED);
    assert_eq!(fragment(&house, &url, &content, 0, 1000).await.status, StatusCode::BAD_REQUEST);
    let first = fragment(&house, &url, &content, 0, 327_680).await;
    assert_eq!(
        (first.status, &first.json()["nextExpectedRanges"]),
        (StatusCode::ACCEPTED, &json!(["327680-"]))
    );
    let twice = fragment(&house, &url, &content, 0, 327_680).await;
    assert_eq!((twice.status, twice.code()), (StatusCode::RANGE_NOT_SATISFIABLE, "invalidRange".into()));
    assert_eq!(twice.json()["error"]["innererror"]["code"], "fragmentOverlap", "M-27: the other spelling");
    assert_eq!(house.plain(Method::GET, &url, &[], b"").await.ok()["nextExpectedRanges"], json!(["327680-"]));
    let blocked = solveig.put(&format!("{drive}/root:/LARGE.bin:/content"), b"x").await;
    assert_eq!(
        (blocked.status, blocked.code()),
        (StatusCode::CONFLICT, "nameAlreadyExists".into()),
        "an open session blocks the name"
    );
    fragment(&house, &url, &content, 327_680, 655_360).await.ok();
    let last = fragment(&house, &url, &content, 655_360, 700_000).await;
    assert_eq!((last.status, &last.json()["size"]), (StatusCode::CREATED, &json!(700_000)));
    let item = format!("{drive}/items/{}", last.json()["id"].as_str().unwrap());
    assert_eq!(solveig.read(&item).await, content);
    assert_eq!(house.plain(Method::GET, &url, &[], b"").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_dies_of_silence_and_after_a_day() {
    // M-10
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let content = vec![1; 327_680 * 200];
    let url = session(&solveig, &drive, "idle.bin", json!({})).await;
    house.pass(14 * 60);
    fragment(&house, &url, &content, 0, 327_680).await.ok();
    house.pass(14 * 60);
    assert!(house.plain(Method::GET, &url, &[], b"").await.status.is_success(), "each fragment extends it");
    house.pass(2 * 60);
    assert_eq!(house.plain(Method::GET, &url, &[], b"").await.status, StatusCode::NOT_FOUND);
    let url = session(&solveig, &drive, "day.bin", json!({})).await;
    for at in 0..100 {
        house.pass(14 * 60);
        fragment(&house, &url, &content, at * 327_680, (at + 1) * 327_680).await.ok();
    }
    house.pass(14 * 60 * 3);
    let late = house.plain(Method::GET, &url, &[], b"").await;
    assert_eq!(
        (late.status, &late.json()["error"]["innerError"]["code"]),
        (StatusCode::UNAUTHORIZED, &json!("expiredToken"))
    );
}

#[tokio::test]
async fn a_name_taken_meanwhile_leaves_the_session_alive() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let url = session(&solveig, &drive, "a.txt", json!({})).await;
    solveig.put(&format!("{drive}/root:/a.txt:/content"), b"first").await.ok();
    let refused = fragment(&house, &url, b"late", 0, 4).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "upload_name_conflict".into()));
    assert!(house.plain(Method::GET, &url, &[], b"").await.status.is_success());
    assert_eq!(house.plain(Method::DELETE, &url, &[], b"").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_full_site_takes_nothing_more() {
    // M-26
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    house.twin.microsoft(|microsoft, _| {
        microsoft.graph.content.sites.iter_mut().for_each(|site| site.quota = Some(10));
    });
    let early = solveig
        .post(&format!("{drive}/root:/big.bin:/createUploadSession"), json!({ "item": { "fileSize": 11 } }))
        .await;
    assert_eq!((early.status, early.code()), (StatusCode::INSUFFICIENT_STORAGE, "quotaLimitReached".into()));
    assert_eq!(
        solveig.put(&format!("{drive}/root:/b.txt:/content"), b"eleven byte").await.status,
        StatusCode::INSUFFICIENT_STORAGE
    );
    solveig.put(&format!("{drive}/root:/empty.txt:/content"), b"").await.ok();
}

#[tokio::test]
async fn a_download_is_a_redirect_to_another_host_that_wants_no_token() {
    // M-12
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"0123456789").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    let redirect = solveig.get(&format!("{item}/content")).await;
    let url = redirect.headers["location"].to_str().unwrap();
    assert!(redirect.status == StatusCode::FOUND && url.starts_with("https://sharepoint.test/"), "{url}");
    let part = house.plain(Method::GET, url, &[("range", "bytes=2-4")], b"").await;
    assert_eq!((part.status, part.bytes.as_slice()), (StatusCode::PARTIAL_CONTENT, b"234".as_slice()));
    let leaked = house.plain(Method::GET, url, &[("authorization", "Bearer x")], b"").await;
    assert_eq!(leaked.status, StatusCode::UNAUTHORIZED);
    assert!(house.twin.house().journal.authorization_reached(twin::Surface::Sharepoint));
    let tag = file["eTag"].as_str().unwrap();
    assert_eq!(
        solveig.send(Method::GET, &format!("{item}/content"), &[("if-none-match", tag)], b"").await.status,
        StatusCode::NOT_MODIFIED
    );
    house.pass(3601);
    assert_eq!(house.plain(Method::GET, url, &[], b"").await.status, StatusCode::UNAUTHORIZED);
}

fn package() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"<document/>").unwrap();
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn an_office_file_is_rewritten_after_its_upload_and_stays_the_same_document() {
    // M-11
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let sent = package();
    let file = solveig.put(&format!("{drive}/root:/a.docx:/content"), &sent).await.ok();
    assert_eq!(file["size"], sent.len());
    house.pass(31);
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    let later = solveig.get(&item).await.ok();
    for member in ["size", "cTag", "eTag"] {
        assert_ne!(later[member], file[member], "{member}");
    }
    assert_ne!(later["file"]["hashes"], file["file"]["hashes"]);
    let bytes = solveig.read(&item).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert!(zip.by_name("word/document.xml").is_ok());
    assert_eq!(solveig.get(&format!("{item}/versions")).await.ok()["value"].as_array().unwrap().len(), 1);
    let text = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"left alone").await.ok();
    house.pass(31);
    assert_eq!(
        solveig.get(&format!("{drive}/items/{}", text["id"].as_str().unwrap())).await.ok()["cTag"],
        text["cTag"]
    );
}

#[tokio::test]
async fn versions_are_kept_read_and_restored_as_new_ones() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let path = format!("{drive}/root:/a.txt:/content");
    let file = solveig.put(&path, b"one").await.ok();
    solveig.put(&path, b"two").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    let old = solveig.get(&format!("{item}/versions/1.0/content")).await;
    let url = old.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(house.plain(Method::GET, &url, &[], b"").await.bytes, b"one");
    assert_eq!(
        solveig.get(&format!("{item}/versions/2.0/content")).await.status,
        StatusCode::BAD_REQUEST,
        "the current one"
    );
    assert_eq!(
        solveig.post(&format!("{item}/versions/1.0/restoreVersion"), json!({})).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(solveig.read(&item).await, b"one");
    assert_eq!(solveig.get(&format!("{item}/versions")).await.ok()["value"][0]["id"], "3.0");
    assert_eq!(solveig.get(&format!("{item}/versions/9.0")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_copy_takes_its_time_and_leaves_fields_and_permissions_behind() {
    // M-16
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"one").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    solveig.patch(&item, json!({ "description": "mine" })).await.ok();
    house.once("copy-seconds", json!(10));
    let accepted = solveig.post(&format!("{item}/copy"), json!({ "name": "b.txt" })).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    let monitor = accepted.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(house.plain(Method::GET, &monitor, &[], b"").await.json()["status"], "notStarted");
    house.pass(5);
    let half = house.plain(Method::GET, &monitor, &[], b"").await;
    assert_eq!((half.status, &half.json()["percentageComplete"]), (StatusCode::ACCEPTED, &json!(50.0)));
    house.pass(5);
    let done = house.plain(Method::GET, &monitor, &[], b"").await.json();
    assert_eq!(done["status"], "completed");
    let made = solveig.get(&format!("{drive}/items/{}", done["resourceId"].as_str().unwrap())).await.ok();
    assert!(made["name"] == "b.txt" && made.get("description").is_none(), "{made}");
    let again = solveig.post(&format!("{item}/copy"), json!({ "name": "b.txt" })).await;
    house.pass(2);
    let url = again.headers["location"].to_str().unwrap();
    assert_eq!(house.plain(Method::GET, url, &[], b"").await.json()["status"], "failed");
}
