use crate::drive::{ADA, Desk};
use serde_json::json;
use std::collections::BTreeMap;
use twin::google::drive::seed::seed_many;

#[tokio::test]
async fn a_page_of_a_large_folder_looks_at_a_pages_worth_of_files() {
    let desk = Desk::new();
    let (large, small) = (desk.folder("large", "root").await, desk.folder("small", "root").await);
    desk.text("one", &small, "").await;
    desk.twin.google(|google, house| {
        let folder = google.drive.files.find(&large).unwrap();
        assert_eq!(seed_many(&mut google.drive, house, folder, 20_000).len(), 20_000);
    });
    let examined = || desk.twin.google(|google, _| google.drive.cursors.examined);
    let mut token = String::new();
    for _ in 0..3 {
        let before = examined();
        let path = format!("/files?q='{large}'+in+parents+and+trashed=false&pageSize=100&pageToken={token}");
        let page = desk.get(&path).await.ok();
        assert_eq!(page["files"].as_array().unwrap().len(), 100);
        assert!(examined() - before <= 102, "{}", examined() - before);
        token = form_urlencoded::byte_serialize(page["nextPageToken"].as_str().unwrap().as_bytes()).collect();
    }
    for q in [
        format!("'{small}' in parents"),
        "name = 'file-017000.txt'".to_owned(),
        "'root' in parents".to_owned(),
    ] {
        let before = examined();
        assert!(!desk.names(&q).await.is_empty(), "{q}");
        assert!(examined() - before < 5, "{q}: {}", examined() - before);
    }
}

#[tokio::test]
async fn the_state_survives_being_written_down() {
    let desk = Desk::with_world("");
    let folder = desk.folder("f", "root").await;
    let id = desk
        .upload(
            json!({ "name": "a", "parents": [folder], "appProperties": { "k": "v" } }),
            "text/plain",
            b"x",
        )
        .await
        .ok()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.patch(&format!("/files/{id}"), json!({ "starred": true })).await.ok();
    desk.twin.google(|google, _| {
        let (text, blobs) = twin::core::blobs::gathering(BTreeMap::default(), || {
            serde_json::to_string(&google.drive).unwrap()
        });
        let (back, _) = twin::core::blobs::gathering(blobs, || serde_json::from_str(&text).unwrap());
        google.drive = back;
    });
    assert_eq!(
        desk.names(&format!(
            "'{folder}' in parents and starred = true and appProperties has {{ key='k' and value='v' }}"
        ))
        .await,
        ["a"]
    );
    assert_eq!(desk.get(&format!("/files/{id}?alt=media")).await.body, b"x");
}

#[tokio::test]
async fn a_worlds_file_fills_my_drives() {
    let desk = Desk::with_world(
        r#"
[[google.files]]
name = "Offers"
owner = "ada@example.com"
id = "offers"
[[google.files.children]]
name = "Miller"
[[google.files.children.children]]
name = "letter.txt"
text = "Dear Ms Miller"
modified = "2025-01-02T03:04:05Z"
[[google.files.children]]
name = "old.txt"
text = "old"
modified = "2017-01-02T03:04:05Z"
[[google.files.children]]
name = "big.bin"
size = 100000
id = "big"
"#,
    );
    assert_eq!(desk.names("'offers' in parents").await, ["Miller", "old.txt", "big.bin"]);
    let letter = desk
        .get("/files?q=name='letter.txt'&fields=files(size,mimeType,modifiedTime,owners/permissionId)")
        .await
        .ok();
    assert_eq!(letter["files"][0]["modifiedTime"], "2025-01-02T03:04:05.000Z");
    assert_eq!(letter["files"][0]["size"], "14");
    assert_eq!(desk.get("/files/big?alt=media").await.body.len(), 100_000);
    let used = desk.twin.google(|google, _| {
        let person = google.drive.person(ADA);
        google.drive.used_by(person)
    });
    assert_eq!(used, 100_017);
    // Content from before 2018 has an MD5 only.
    let old =
        desk.get("/files?q=name='old.txt'&fields=files(md5Checksum,sha1Checksum,sha256Checksum)").await.ok();
    assert_eq!(old["files"][0], json!({ "md5Checksum": "149603e6c03516362a8da23f624db945" }));
}
