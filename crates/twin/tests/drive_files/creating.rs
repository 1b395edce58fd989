use crate::drive::{ADA, BEN, CLEO, Desk, FILE, FOLDER, FULL};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_default_answer_is_tiny_and_the_full_one_has_numbers_as_strings() {
    let desk = Desk::new();
    let tiny = desk.post("/files", json!({ "name": "a.txt", "mimeType": "text/plain" })).await.ok();
    let mut members: Vec<&String> = tiny.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["id", "kind", "mimeType", "name"]);
    // G-21
    let full = desk.upload(json!({ "name": "b.txt" }), "text/plain", b"hello").await.ok();
    for member in ["size", "version", "quotaBytesUsed"] {
        assert!(full[member].is_string(), "{member}: {}", full[member]);
    }
    assert_eq!(full["size"], "5");
    assert_eq!(full["md5Checksum"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(full["createdTime"], "2026-06-01T12:00:00.000Z");
    assert_eq!(full["fileExtension"], "txt");
    assert_eq!(full["ownedByMe"], true);
    assert_eq!(full["capabilities"]["canEdit"], true);
    assert_eq!(full["id"].as_str().unwrap().len(), 33);
    let id = full["id"].as_str().unwrap();
    assert_eq!(full["webViewLink"], format!("http://google-drive.test/file/d/{id}/view?usp=drivesdk"));
}

#[tokio::test]
async fn two_files_of_one_name_in_one_folder_are_two_files() {
    // G-01
    let desk = Desk::new();
    let folder = desk.folder("F", "root").await;
    let (one, two) = (desk.text("same", &folder, "1").await, desk.text("same", &folder, "2").await);
    assert_ne!(one, two);
    assert_eq!(desk.names(&format!("'{folder}' in parents and name = 'same'")).await.len(), 2);
}

#[tokio::test]
async fn an_id_made_beforehand_is_good_for_one_file_of_one_person() {
    // G-02
    let desk = Desk::new();
    let made = desk.get("/files/generateIds?count=3").await.ok();
    let id = made["ids"][0].as_str().unwrap();
    desk.post("/files", json!({ "id": id, "name": "a" })).await.ok();
    let again = desk.post("/files", json!({ "id": id, "name": "a" })).await;
    assert_eq!(again.reason(), (409, "fileIdInUse".into()));
    assert_eq!(again.json()["error"]["message"], "A file already exists with the provided ID.");
    let foreign = desk.as_user(BEN, FULL).post("/files", json!({ "id": made["ids"][1] })).await;
    assert_eq!(foreign.reason(), (400, "invalid".into()));
    let invented = desk.post("/files", json!({ "id": "1AbCdEfGhIjKlMnOpQrStUvWxYz012345" })).await;
    assert_eq!(invented.reason(), (400, "invalid".into()));
    let document = json!({ "id": made["ids"][2], "mimeType": "application/vnd.google-apps.document" });
    assert_eq!(desk.post("/files", document).await.reason(), (400, "invalid".into()));
    assert_eq!(desk.get("/files/generateIds?count=1001").await.status, 400);
}

#[tokio::test]
async fn small_uploads_end_at_five_megabytes() {
    let desk = Desk::new();
    let send = |size: usize| {
        desk.send(
            Method::POST,
            "/upload/drive/v3/files?uploadType=media",
            &[("content-type", "text/plain")],
            vec![b'x'; size],
        )
    };
    let made = send(5 << 20).await.ok();
    assert_eq!(made["name"], "Untitled");
    assert_eq!(send((5 << 20) + 1).await.reason(), (413, "uploadTooLarge".into()));
    let large = desk.upload(json!({}), "text/plain", &vec![b'x'; (5 << 20) + 1]).await;
    assert_eq!(large.reason(), (413, "uploadTooLarge".into()));
}

#[tokio::test]
async fn the_type_is_sniffed_when_nobody_says_it() {
    let desk = Desk::new();
    let cases: [(&str, &str, &[u8], &str); 4] = [
        (
            "a.docx",
            "application/octet-stream",
            b"PK\x03\x04",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("scan", "application/octet-stream", b"%PDF-1.7", "application/pdf"),
        ("data", "application/octet-stream", &[0, 1, 2], "application/octet-stream"),
        ("x.bin", "image/png", b"x", "image/png"),
    ];
    for (name, sent, content, expected) in cases {
        let made = desk.upload(json!({ "name": name }), sent, content).await.ok();
        assert_eq!(made["mimeType"], expected, "{name}");
    }
}

#[tokio::test]
async fn malformed_bodies_are_refused_with_googles_words() {
    let desk = Desk::new();
    let send = |body: &'static [u8]| desk.send(Method::POST, "/drive/v3/files", &[], body.to_vec());
    assert_eq!(send(b"{\"name\": \"\xff\xfe\"}").await.reason(), (400, "parseError".into()));
    assert_eq!(send(b"[1]").await.reason(), (400, "parseError".into()));
    assert_eq!(send(b"{\"name\": 7}").await.reason(), (400, "invalid".into()));
    assert_eq!(send(b"{\"size\": \"7\"}").await.reason(), (403, "fieldNotWritable".into()));
    let half = desk
        .send(
            Method::POST,
            "/upload/drive/v3/files?uploadType=multipart",
            &[("content-type", "multipart/related; boundary=e")],
            b"--e\r\n".to_vec(),
        )
        .await;
    assert_eq!(half.status, 400);
}

#[tokio::test]
async fn a_parent_must_be_one_folder_that_is_there() {
    let desk = Desk::new();
    let file = desk.text("f", "root", "x").await;
    let (a, b) = (desk.folder("a", "root").await, desk.folder("b", "root").await);
    let missing = desk.post("/files", json!({ "parents": ["nowhere"] })).await;
    assert_eq!(missing.reason(), (404, "notFound".into()));
    assert_eq!(missing.json()["error"]["message"], "File not found: nowhere.");
    assert_eq!(desk.post("/files", json!({ "parents": [file] })).await.reason().0, 403);
    assert_eq!(
        desk.post("/files", json!({ "parents": [a, b] })).await.reason(),
        (403, "cannotAddParent".into())
    );
    desk.behave("fresh-folder-unknown", json!(5), None);
    let fresh = desk.folder("c", "root").await;
    assert_eq!(desk.post("/files", json!({ "parents": [fresh] })).await.reason(), (404, "notFound".into()));
    desk.twin.house().clock.advance(jiff::SignedDuration::from_secs(6));
    desk.post("/files", json!({ "parents": [fresh] })).await.ok();
}

#[tokio::test]
async fn folders_go_a_hundred_levels_deep_and_hold_so_many() {
    let desk = Desk::new();
    desk.twin.google(|google, _| {
        google.drive.limits.levels = 3;
        google.drive.limits.children = 2;
    });
    let mut parent = "root".to_owned();
    for _ in 0..3 {
        parent = desk.folder("deeper", &parent).await;
    }
    let deepest = json!({ "mimeType": FOLDER, "parents": [parent] });
    assert_eq!(
        desk.post("/files", deepest).await.reason(),
        (403, "myDriveHierarchyDepthLimitExceeded".into())
    );
    desk.text("1", &parent, "").await;
    desk.text("2", &parent, "").await;
    let third = desk.post("/files", json!({ "parents": [parent] })).await;
    assert_eq!(third.reason(), (403, "numChildrenInNonRootLimitExceeded".into()));
}

#[tokio::test]
async fn an_account_without_room_is_refused_at_the_end() {
    // G-19
    let desk = Desk::new().as_user(CLEO, FULL);
    desk.upload(json!({}), "text/plain", &[b'x'; 900]).await.ok();
    let full = desk.upload(json!({}), "text/plain", &[b'x'; 200]).await;
    assert_eq!(full.reason(), (403, "storageQuotaExceeded".into()));
    assert_eq!(full.json()["error"]["message"], "The user's Drive storage quota has been exceeded.");
}

#[tokio::test]
async fn a_days_uploads_have_a_cap_with_words_of_its_own() {
    let desk = Desk::new();
    desk.twin.google(|google, _| google.drive.limits.upload_per_day = 10);
    desk.text("a", "root", "1234567890").await;
    let over = desk.upload(json!({}), "text/plain", b"1").await;
    assert_eq!(over.reason(), (403, "userRateLimitExceeded".into()));
    assert_eq!(over.json()["error"]["message"], "User rate limit exceeded.");
}

#[tokio::test]
async fn drive_file_reaches_only_what_its_project_made() {
    let desk = Desk::new();
    let foreign = desk.through("client-two", "700000000002", ADA, FULL).text("x", "root", "x").await;
    let narrow = desk.as_user(ADA, FILE);
    let own = narrow.text("own", "root", "x").await;
    assert_eq!(narrow.names("trashed = false").await, ["own"]);
    narrow.get(&format!("/files/{own}")).await.ok();
    assert_eq!(
        narrow.get(&format!("/files/{foreign}")).await.reason(),
        (403, "appNotAuthorizedToFile".into())
    );
    assert_eq!(narrow.get("/files/nothing").await.reason(), (404, "notFound".into()));
    desk.behave("unauthorized-file-is-missing", json!(null), None);
    assert_eq!(narrow.get(&format!("/files/{foreign}")).await.reason(), (404, "notFound".into()));
}

#[tokio::test]
async fn app_properties_are_the_projects_own_and_limited() {
    let desk = Desk::new();
    let made = desk
        .post("/files?fields=*", json!({ "appProperties": { "doc": "1" }, "properties": { "p": "2" } }))
        .await
        .ok();
    assert_eq!(made["appProperties"], json!({ "doc": "1" }));
    let id = made["id"].as_str().unwrap();
    let other = desk.through("client-two", "700000000002", ADA, FULL);
    let seen = other.get(&format!("/files/{id}?fields=appProperties,properties")).await.ok();
    assert_eq!(seen, json!({ "properties": { "p": "2" } }));
    assert_eq!(other.names("appProperties has { key='doc' and value='1' }").await.len(), 0);
    assert_eq!(desk.names("appProperties has { key='doc' and value='1' }").await.len(), 1);
    let cleared = desk
        .patch(&format!("/files/{id}?fields=appProperties"), json!({ "appProperties": { "doc": null } }))
        .await
        .ok();
    assert_eq!(cleared, json!({}));
    let long = json!({ "appProperties": { "k": "v".repeat(124) } });
    assert_eq!(desk.patch(&format!("/files/{id}"), long).await.status, 400);
    let many: Value =
        (0..31).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    assert_eq!(desk.patch(&format!("/files/{id}"), json!({ "appProperties": many })).await.status, 403);
}
