//! What goes on after the world was saved and loaded, and what can be ordered of a whole site.

use crate::graph::{APP, House};
use http::{Method, StatusCode};
use serde_json::json;
use std::io::Write as _;
use twin::control::MicrosoftOrder;

#[tokio::test]
async fn an_upload_session_and_a_download_outlive_a_restart() {
    // M-10, M-12
    let before = House::new();
    let (solveig, drive) = (before.solveig(), before.library().await);
    let made = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"to be read later").await.ok();
    let download = made["@microsoft.graph.downloadUrl"].as_str().unwrap().to_owned();
    let path = format!("{drive}/root:/large.bin:/createUploadSession");
    let session = solveig.post(&path, json!({ "item": { "fileSize": 400_000 } })).await.ok();
    let url = session["uploadUrl"].as_str().unwrap();
    let content: Vec<u8> = (0..400_000_u32).map(|n| (n % 253) as u8).collect();
    let first = [("content-range", "bytes 0-327679/400000")];
    before.plain(Method::PUT, url, &first, &content[..327_680]).await.ok();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.zip");
    before.twin.save(&file).unwrap();

    let after = House::new();
    after.twin.load(&file).unwrap();
    after.twin.house().clock.stop_at("2026-06-01T12:05:00Z".parse().unwrap());
    let progress = after.plain(Method::GET, url, &[], b"").await.ok();
    assert_eq!(progress["nextExpectedRanges"], json!(["327680-"]));
    let rest = [("content-range", "bytes 327680-399999/400000")];
    let item = after.plain(Method::PUT, url, &rest, &content[327_680..]).await.ok();
    assert_eq!(item["size"], 400_000);
    let read = after
        .plain(Method::GET, item["@microsoft.graph.downloadUrl"].as_str().unwrap_or(&download), &[], b"")
        .await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(after.plain(Method::GET, &download, &[], b"").await.bytes, b"to be read later");
    let item = format!("{drive}/items/{}", item["id"].as_str().unwrap());
    assert_eq!(after.solveig().read(&item).await, content);
}

#[tokio::test]
async fn an_office_file_is_left_alone_by_order() {
    // M-11
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let mut package = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    package.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    package.write_all(b"<document/>").unwrap();
    let sent = package.finish().unwrap().into_inner();
    house.once("no-office-rewrite", json!(null));
    let file = solveig.put(&format!("{drive}/root:/a.docx:/content"), &sent).await.ok();
    house.pass(31);
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    assert_eq!(solveig.get(&item).await.ok()["cTag"], file["cTag"]);
    assert_eq!(solveig.read(&item).await, sent);
}

#[tokio::test]
async fn a_site_is_read_only_while_it_is_ordered() {
    // M-26
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let order = |read_only| MicrosoftOrder::ReadOnly {
        tenant: "kaffehuset.example".into(),
        site: "/sites/sales".into(),
        read_only,
    };
    let path = format!("{drive}/root:/a.txt:/content");
    solveig.put(&path, b"one").await.ok();
    house.twin.order_microsoft(&order(true)).unwrap();
    let refused = solveig.put(&path, b"two").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "serviceReadOnly".into()));
    solveig.get(&format!("{drive}/root/children")).await.ok();
    house.twin.order_microsoft(&order(false)).unwrap();
    solveig.put(&path, b"two").await.ok();
    let nowhere =
        MicrosoftOrder::ReadOnly { tenant: APP.into(), site: "/sites/sales".into(), read_only: true };
    assert!(house.twin.order_microsoft(&nowhere).is_err());
}

#[tokio::test]
async fn what_is_followed_is_listed_and_a_special_folder_is_made_on_demand() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let made = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"one").await.ok();
    let item = format!("{drive}/items/{}", made["id"].as_str().unwrap());
    solveig.post(&format!("{item}/follow"), json!({})).await.ok();
    assert_eq!(solveig.get("/me/drive/following").await.ok()["value"][0]["id"], made["id"]);
    assert_eq!(solveig.post(&format!("{item}/unfollow"), json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(solveig.get("/me/drive/following").await.ok()["value"], json!([]));
    let reader = house.caller(Some("solveig"), &["Files.Read.All"]);
    assert_eq!(reader.get("/me/drive/special/photos").await.status, StatusCode::NOT_FOUND);
    let photos = solveig.get("/me/drive/special/photos").await.ok();
    assert_eq!((&photos["name"], &photos["specialFolder"]["name"]), (&json!("Pictures"), &json!("photos")));
    let own = solveig.get("/me/drive/special/approot").await.ok();
    assert_eq!((&own["name"], &own["specialFolder"]["name"]), (&json!("Cloud documents"), &json!("approot")));
    assert_eq!(solveig.get(&format!("{drive}/special/photos")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_child_is_named_by_its_own_id_below_its_folder_and_content_can_be_emptied() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let folder = solveig.folder(&drive, "F").await;
    let made = solveig.put(&format!("{drive}/root:/F/a.txt:/content"), b"one").await.ok();
    let (folder, id) = (folder["id"].as_str().unwrap(), made["id"].as_str().unwrap());
    let child = format!("{drive}/items/{folder}/children/{id}");
    assert_eq!(solveig.get(&child).await.ok()["name"], "a.txt");
    assert_eq!(solveig.get(&format!("{drive}/root/children/{id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(solveig.read(&child).await, b"one");
    assert_eq!(solveig.delete(&format!("{child}/content")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(solveig.get(&child).await.ok()["size"], 0);
    assert_eq!(solveig.delete(&format!("{child}/versions/1.0")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(solveig.get(&format!("{child}/versions")).await.ok()["value"].as_array().unwrap().len(), 1);
    let current = solveig.delete(&format!("{child}/versions/2.0")).await;
    assert_eq!(current.status, StatusCode::BAD_REQUEST, "the current version stays");
}
