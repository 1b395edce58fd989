use crate::desk;
use crate::drive::{BEN, CLEO, FILE, FULL};
use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

#[tokio::test]
async fn a_lock_stops_new_content_and_names_but_not_moves_sharing_and_the_trash() {
    // G-17
    let desk = desk();
    let (file, folder) = (desk.text("a", "root", "x").await, desk.folder("f", "root").await);
    let path = format!("/files/{file}");
    let lock = json!({ "contentRestrictions": [{ "readOnly": true, "reason": "checked out" }] });
    let locked = desk.patch(&format!("{path}?fields=contentRestrictions"), lock).await.ok();
    assert_eq!(locked["contentRestrictions"][0]["type"], "globalContentRestriction");
    let upload = desk
        .multipart(Method::PATCH, &format!("{path}?uploadType=multipart"), json!({}), "text/plain", b"y")
        .await;
    assert_eq!(upload.reason(), (403, "contentRestricted".into()));
    assert_eq!(desk.patch(&path, json!({ "name": "b" })).await.reason().0, 403);
    desk.patch(&format!("{path}?addParents={folder}&removeParents=root"), json!({})).await.ok();
    let share = json!({ "type": "user", "role": "writer", "emailAddress": "ben@example.com" });
    desk.post(&format!("{path}/permissions"), share).await.ok();
    desk.patch(&path, json!({ "trashed": true })).await.ok();
    desk.patch(&path, json!({ "trashed": false })).await.ok();
    desk.as_user(BEN, FULL)
        .patch(&path, json!({ "contentRestrictions": [{ "readOnly": false }] }))
        .await
        .ok();
    desk.patch(&path, json!({ "name": "b" })).await.ok();
}

#[tokio::test]
async fn a_lock_that_only_owners_may_change_is_not_taken_away_by_writers() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let path = format!("/files/{file}");
    let share = json!({ "type": "user", "role": "writer", "emailAddress": "ben@example.com" });
    desk.post(&format!("{path}/permissions"), share).await.ok();
    let lock = json!({ "contentRestrictions": [{ "readOnly": true, "ownerRestricted": true }] });
    let open = json!({ "contentRestrictions": [{ "readOnly": false }] });
    let ben = desk.as_user(BEN, FULL);
    assert_eq!(ben.patch(&path, lock.clone()).await.reason().0, 403);
    desk.patch(&path, lock).await.ok();
    assert_eq!(ben.patch(&path, open.clone()).await.reason(), (403, "cannotModifyContentRestriction".into()));
    desk.patch(&path, open).await.ok();
}

#[tokio::test]
async fn an_account_tells_its_storage_as_texts_and_needs_to_be_told_what_to_show() {
    // G-21
    let desk = desk();
    assert_eq!(desk.get("/about").await.reason(), (400, "required".into()));
    let file = desk.text("a", "root", "12345").await;
    desk.patch(&format!("/files/{file}"), json!({ "trashed": true })).await.ok();
    let about = desk.get("/about?fields=*").await.ok();
    assert_eq!(about["storageQuota"], json!({ "usage": "5", "usageInDrive": "5", "usageInDriveTrash": "5" }));
    assert_eq!(
        (&about["canCreateDrives"], &about["user"]["emailAddress"]),
        (&json!(true), &json!("ada@example.com"))
    );
    let cleo = desk.as_user(CLEO, FULL).get("/about?fields=storageQuota(limit)").await.ok();
    assert_eq!(cleo, json!({ "storageQuota": { "limit": "1000" } }));
}

#[tokio::test]
async fn who_spends_more_units_than_there_are_is_refused_until_the_minute_is_over() {
    // G-04
    let mut desk = desk();
    desk.twin.google(|google, _| {
        let project = google.directory.projects.get_mut("700000000001").unwrap();
        (project.units_per_minute_and_user, project.units_per_minute) = (12, 1000);
    });
    desk.get("/files/root").await.ok();
    desk.get("/files/root").await.ok();
    assert_eq!(desk.get("/files/root").await.reason(), (403, "userRateLimitExceeded".into()));
    desk.as_user(BEN, FULL).get("/files/root").await.ok();
    desk.behave("throttle-429", Value::Null, Some(1));
    assert_eq!(desk.get("/files/root").await.reason(), (429, "rateLimitExceeded".into()));
    desk.later(SignedDuration::from_secs(61));
    desk.get("/files/root").await.ok();
    desk.twin.google(|google, _| {
        google.directory.projects.get_mut("700000000001").unwrap().units_per_minute = 7;
    });
    assert_eq!(desk.as_user(BEN, FULL).get("/files/root").await.reason(), (403, "rateLimitExceeded".into()));
}

#[tokio::test]
async fn calls_in_a_batch_have_answers_of_their_own() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let part = |id: &str, call: &str| {
        format!("--b\r\nContent-Type: application/http\r\nContent-ID: <{id}>\r\n\r\n{call}\r\n")
    };
    let body = [
        part("1", &format!("GET /drive/v3/files/{file}?fields=name HTTP/1.1\r\n\r\n")),
        part("2", "POST https://www.googleapis.com/drive/v3/files HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"name\":\"made\"}"),
        part("3", "GET /drive/v3/files/nothing\r\n\r\n"),
        part("4", &format!("GET /drive/v3/files/{file}?alt=media\r\n\r\n")),
    ]
    .concat();
    let send = |body: String| {
        let kind = [("content-type", "multipart/mixed; boundary=b")];
        let desk = &desk;
        async move { desk.send(Method::POST, "/batch/drive/v3", &kind, body.into_bytes()).await }
    };
    let got = send(format!("{body}--b--\r\n")).await;
    let text = String::from_utf8(got.body).unwrap();
    assert_eq!(got.status, 200);
    let statuses: Vec<&str> = text.lines().filter(|line| line.starts_with("HTTP/1.1")).collect();
    assert_eq!(
        statuses,
        ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 400 Bad Request"]
    );
    assert!(text.contains("Content-ID: <response-2>") && text.contains("\"a\""));
    assert_eq!(desk.names("name = 'made'").await, ["made"]);
    let many: String =
        (0..101).map(|number| part(&number.to_string(), "GET /drive/v3/files/root\r\n\r\n")).collect();
    assert_eq!(send(format!("{many}--b--\r\n")).await.status, 400);
    assert_eq!(send("nothing".to_owned()).await.status, 400);
}

#[tokio::test]
async fn under_drive_file_only_what_the_application_made_or_was_opened_with_is_there() {
    let desk = desk();
    let own = desk.as_user(crate::drive::ADA, FILE);
    let made = own.text("made", "root", "x").await;
    let other =
        desk.through("client-two", "700000000002", crate::drive::ADA, FULL).text("other", "root", "x").await;
    own.get(&format!("/files/{made}")).await.ok();
    assert_eq!(own.get(&format!("/files/{other}")).await.reason(), (403, "appNotAuthorizedToFile".into()));
    desk.twin.google(|google, _| {
        let app = google.drive.app("700000000001");
        let key = google.drive.files.find(&other).unwrap();
        google.drive.files.edit(key, |file| file.extra_mut().opened_with.insert(app));
    });
    own.get(&format!("/files/{other}")).await.ok();
    let share = json!({ "type": "user", "role": "reader", "emailAddress": "ben@example.com" });
    desk.post(&format!("/files/{made}/permissions"), share).await.ok();
    let ben = desk.as_user(BEN, FILE);
    assert_eq!(ben.get(&format!("/files/{made}")).await.reason(), (403, "appNotAuthorizedToFile".into()));
}
