use crate::drive::{ADA, BEN, Desk, FULL};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn content_is_read_whole_and_in_ranges() {
    let desk = Desk::new();
    let id = desk.text("a.txt", "root", "0123456789").await;
    let whole = desk.get(&format!("/files/{id}?alt=media")).await;
    assert_eq!((whole.status.as_u16(), whole.body.as_slice()), (200, b"0123456789".as_slice()));
    assert_eq!(whole.header("content-type"), Some("text/plain"));
    let path = format!("/drive/v3/files/{id}?alt=media");
    let part = desk.send(Method::GET, &path, &[("range", "bytes=2-4")], Vec::new()).await;
    assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, b"234".as_slice()));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    assert_eq!(desk.send(Method::GET, &path, &[("range", "bytes=20-")], Vec::new()).await.status, 416);
}

#[tokio::test]
async fn what_has_no_bytes_is_not_downloadable() {
    // G-13
    let desk = Desk::new();
    let document = json!({ "mimeType": "application/vnd.google-apps.document" });
    let made = desk.post("/files?fields=*", document).await.ok();
    assert_eq!(
        (&made["size"], &made["md5Checksum"], &made["headRevisionId"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let id = made["id"].as_str().unwrap();
    let refused = desk.get(&format!("/files/{id}?alt=media")).await;
    assert_eq!(refused.reason(), (403, "fileNotDownloadable".into()));
    assert_eq!(refused.json()["error"]["errors"][0]["location"], "alt");
    let folder = desk.folder("f", "root").await;
    assert_eq!(
        desk.get(&format!("/files/{folder}?alt=media")).await.reason(),
        (403, "fileNotDownloadable".into())
    );
}

#[tokio::test]
async fn flagged_content_is_for_owners_who_acknowledge_it() {
    let desk = Desk::new();
    let id = desk.text("bad.txt", "root", "x").await;
    desk.twin.google(|google, _| {
        let key = google.drive.files.find(&id).unwrap();
        google.drive.files.get_mut(key).unwrap().extra_mut().abusive = true;
    });
    let refused = desk.get(&format!("/files/{id}?alt=media")).await;
    assert_eq!(refused.reason(), (403, "cannotDownloadAbusiveFile".into()));
    assert_eq!(desk.get(&format!("/files/{id}?alt=media&acknowledgeAbuse=true")).await.status, 200);
}

#[tokio::test]
async fn a_mask_with_an_unknown_member_is_refused() {
    let desk = Desk::new();
    let refused = desk.get("/files?fields=files(id,colour)").await;
    assert_eq!(refused.reason(), (400, "invalidParameter".into()));
    let error = &refused.json()["error"]["errors"][0];
    assert_eq!(
        (&error["location"], &error["message"]),
        (&json!("fields"), &json!("Invalid field selection colour"))
    );
}

#[tokio::test]
async fn tokens_are_asked_for_and_must_grant_drive() {
    let desk = Desk::new();
    let mut bare = desk.as_user(ADA, FULL);
    bare.token = String::new();
    assert_eq!(bare.get("/files").await.reason(), (401, "required".into()));
    bare.token = "ya29.dead".into();
    assert_eq!(bare.get("/files").await.reason(), (401, "authError".into()));
    let other = desk.as_user(ADA, "openid");
    assert_eq!(other.get("/files").await.reason(), (403, "insufficientPermissions".into()));
    let reader = desk.as_user(ADA, "https://www.googleapis.com/auth/drive.readonly");
    assert_eq!(reader.post("/files", json!({})).await.reason(), (403, "insufficientPermissions".into()));
    desk.twin.google(|google, _| {
        google.directory.projects.get_mut("700000000001").unwrap().drive_api_enabled = false;
    });
    assert_eq!(desk.get("/files").await.reason(), (403, "accessNotConfigured".into()));
}

#[tokio::test]
async fn what_others_own_is_not_there() {
    let desk = Desk::new();
    let id = desk.text("a", "root", "x").await;
    let ben = desk.as_user(BEN, FULL);
    assert_eq!(ben.get(&format!("/files/{id}")).await.reason(), (404, "notFound".into()));
    assert_eq!(ben.names("trashed = false").await.len(), 0);
    assert_eq!(ben.get("/files/root?fields=name").await.ok(), json!({ "name": "My Drive" }));
}

#[tokio::test]
async fn office_files_open_in_the_editor_and_folders_in_drive() {
    let desk = Desk::new();
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let made = desk.upload(json!({ "name": "a.docx" }), docx, b"PK").await.ok();
    let id = made["id"].as_str().unwrap();
    let expected =
        format!("http://google-drive.test/document/d/{id}/edit?usp=drivesdk&ouid={ADA}&rtpof=true&sd=true");
    assert_eq!(made["webViewLink"], expected);
    assert_eq!(made["webContentLink"], format!("http://google-drive.test/uc?id={id}&export=download"));
    let folder = desk.folder("f", "root").await;
    let seen = desk.get(&format!("/files/{folder}?fields=webViewLink,webContentLink")).await.ok();
    assert_eq!(seen, json!({ "webViewLink": format!("http://google-drive.test/drive/folders/{folder}") }));
}

#[tokio::test]
async fn nonsense_never_breaks_anything() {
    let desk = Desk::new();
    let paths = [
        "/files/%ff%fe",
        "/files/..",
        "/files/a%2Fb",
        "/nothing",
        "/files/x/y/z",
        "/files?q=%27",
        "/files?pageSize=-1",
        "/files?pageSize=99999999999999999999",
        "/files?pageToken=x",
        "/files?orderBy=colour",
        "/files?corpora=drive",
        "/files?driveId=x",
        "/files?spaces=moon",
        "/files/root?alt=csv",
        "/files/root/revisions",
        "/files?fields=((((",
        "/files/generateIds?count=x",
    ];
    for path in paths {
        let status = desk.get(path).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
}
