//! Comments and replies, downloads as operations, the deprecated names of shared drives, what the world has none of,
//! and the control door's orders about files.

use crate::desk;
use crate::drive::{ADA, BEN, CLEO, Desk, FILE, FULL};
use jiff::SignedDuration;
use serde_json::{Value, json};
use twin::control::GoogleOrder;

async fn share(desk: &Desk, file: &str, email: &str, role: &str) {
    let grant = json!({ "type": "user", "role": role, "emailAddress": email });
    desk.post(&format!("/files/{file}/permissions"), grant).await.ok();
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn people_comment_reply_and_resolve() {
    let desk = desk();
    let file = desk.text("a.txt", "root", "one").await;
    share(&desk, &file, "ben@example.com", "commenter").await;
    share(&desk, &file, "cleo@example.com", "reader").await;
    let ben = desk.as_user(BEN, FULL);
    let all = format!("/files/{file}/comments?fields=*");
    assert_eq!(desk.get(&format!("/files/{file}/comments")).await.reason(), (400, "required".into()));
    let said = json!({ "content": "Is <this> right?", "quotedFileContent": { "value": "one" } });
    let made = ben.post(&all, said).await.ok();
    assert_eq!(made["htmlContent"], "Is &lt;this&gt; right?");
    assert_eq!(made["quotedFileContent"], json!({ "mimeType": "text/plain", "value": "one" }));
    assert!(made["author"]["me"] == true && made["author"].get("emailAddress").is_none());
    let one = format!("/files/{file}/comments/{}", text(&made["id"]));
    let replies = format!("{one}/replies?fields=*");
    assert_eq!(desk.post(&replies, json!({})).await.reason(), (400, "required".into()));
    let reply = desk.post(&replies, json!({ "content": "Yes.", "action": "resolve" })).await.ok();
    let shown = ben.get(&format!("{one}?fields=*")).await.ok();
    assert!(shown["resolved"] == true && shown["replies"][0]["content"] == "Yes.");
    // Nobody changes what another said; a reader says nothing.
    let refused = (403, "insufficientFilePermissions".to_owned());
    assert_eq!(desk.patch(&format!("{one}?fields=*"), json!({ "content": "x" })).await.reason(), refused);
    let cleo = desk.as_user(CLEO, FULL);
    assert_eq!(cleo.post(&all, json!({ "content": "x" })).await.reason(), refused);
    assert_eq!(cleo.get(&all).await.ok()["comments"].as_array().unwrap().len(), 1);
    let reply = format!("{one}/replies/{}", text(&reply["id"]));
    assert_eq!(ben.delete(&reply).await.reason(), refused);
    desk.patch(&format!("{reply}?fields=*"), json!({ "content": "No." })).await.ok();
    assert_eq!(ben.get(&format!("{replies}&pageSize=1")).await.ok()["replies"][0]["content"], "No.");
    assert_eq!(desk.delete(&reply).await.status, 204);
    assert_eq!(desk.get(&format!("{reply}?fields=*")).await.reason().0, 404);
    let kept = desk.get(&format!("{reply}?fields=*&includeDeleted=true")).await.ok();
    assert!(kept["deleted"] == true && kept.get("content").is_none());
    // The owner of the file deletes the comment of another.
    assert_eq!(desk.delete(&one).await.status, 204);
    assert_eq!(desk.get(&all).await.ok()["comments"], json!([]));
    let kept = desk.get(&format!("{all}&includeDeleted=true")).await.ok();
    assert!(kept["comments"][0]["deleted"] == true && kept["comments"][0].get("content").is_none());
}

#[tokio::test]
async fn comments_are_listed_page_by_page_and_go_with_their_file() {
    let mut desk = desk();
    let file = desk.text("a.txt", "root", "one").await;
    let all = format!("/files/{file}/comments?fields=*");
    for number in 0..5 {
        desk.post(&all, json!({ "content": format!("{number}") })).await.ok();
        desk.later(SignedDuration::from_secs(60));
    }
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("{all}&pageSize=2&pageToken={token}")).await.ok();
        let page_of = page["comments"].as_array().unwrap();
        seen.extend(page_of.iter().map(|comment| text(&comment["content"]).to_owned()));
        let Some(next) = page["nextPageToken"].as_str() else { break };
        next.clone_into(&mut token);
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"], "the newest first");
    let late = desk.get(&format!("{all}&startModifiedTime=2026-06-01T12:02:30Z")).await.ok();
    assert_eq!(late["comments"].as_array().unwrap().len(), 2);
    for bad in ["pageSize=0", "pageToken=x", "pageToken=~c99", "startModifiedTime=yesterday"] {
        assert_eq!(desk.get(&format!("{all}&{bad}")).await.status, 400, "{bad}");
    }
    let lock = json!({ "contentRestrictions": [{ "readOnly": true }] });
    desk.patch(&format!("/files/{file}"), lock).await.ok();
    assert_eq!(desk.post(&all, json!({ "content": "x" })).await.reason().1, "contentRestricted");
    desk.delete(&format!("/files/{file}")).await;
    assert_eq!(desk.get(&all).await.reason(), (404, "notFound".into()));
    desk.twin.google(|google, _| assert!(google.drive.comments.is_empty()));
}

#[tokio::test]
async fn a_download_is_an_operation_that_is_done_later() {
    let mut desk = desk();
    let file = desk.text("a.txt", "root", "one").await;
    let sheet = json!({ "name": "s", "mimeType": "application/vnd.google-apps.spreadsheet" });
    let sheet = text(&desk.upload(sheet, "text/csv", b"a,b").await.ok()["id"]).to_owned();
    let folder = desk.folder("f", "root").await;
    let begun = desk.post(&format!("/files/{file}/download"), json!({})).await.ok();
    let csv = desk.post(&format!("/files/{sheet}/download?mimeType=text/csv"), json!({})).await.ok();
    assert!(begun["done"] == false && begun.get("response").is_none());
    let refused = [
        (format!("/files/{folder}/download"), 403),
        (format!("/files/{file}/download?mimeType=text/csv"), 400),
        (format!("/files/{sheet}/download?mimeType=image/gif"), 400),
        (format!("/files/{file}/download?revisionId=none"), 404),
    ];
    for (path, status) in refused {
        assert_eq!(desk.post(&path, json!({})).await.status, status, "{path}");
    }
    let operation = |begun: &Value| format!("/operations/{}", text(&begun["name"]));
    assert_eq!(desk.as_user(BEN, FULL).get(&operation(&begun)).await.reason().0, 404);
    desk.later(SignedDuration::from_secs(2));
    for (begun, content) in [(&begun, "one"), (&csv, "a,b")] {
        let done = desk.get(&operation(begun)).await.ok();
        assert_eq!(done["done"], true);
        let address = text(&done["response"]["downloadUri"]);
        let path = address.strip_prefix("http://google-apis.test/drive/v3").unwrap();
        assert_eq!(desk.get(path).await.body, content.as_bytes());
    }
    desk.later(SignedDuration::from_hours(25));
    assert_eq!(desk.get(&operation(&begun)).await.reason().0, 404);
}

#[tokio::test]
async fn shared_drives_answer_to_their_old_name() {
    let desk = desk();
    let made = desk.post("/teamdrives?requestId=1&fields=*", json!({ "name": "Old" })).await.ok();
    assert!(made["kind"] == "drive#teamDrive" && made["capabilities"]["canDeleteTeamDrive"] == true);
    let id = text(&made["id"]);
    assert_eq!(desk.get(&format!("/drives/{id}")).await.ok()["name"], "Old");
    let change = json!({ "name": "Older", "restrictions": { "teamMembersOnly": true } });
    let changed = desk.patch(&format!("/teamdrives/{id}?fields=*"), change).await.ok();
    assert!(changed["name"] == "Older" && changed["restrictions"]["teamMembersOnly"] == true);
    let list = desk.get("/teamdrives?fields=*").await.ok();
    assert_eq!(list["teamDrives"][0]["id"], id);
    assert_eq!(desk.delete(&format!("/teamdrives/{id}")).await.status, 204);
    assert_eq!(desk.get(&format!("/teamdrives/{id}")).await.reason(), (404, "notFound".into()));
}

#[tokio::test]
async fn what_the_world_has_none_of_is_empty_and_not_found() {
    let desk = desk();
    let file = desk.text("a.txt", "root", "one").await;
    share(&desk, &file, "cleo@example.com", "reader").await;
    let at = |rest: &str| format!("/files/{file}/{rest}");
    assert_eq!(desk.get(&at("accessproposals")).await.ok()["accessProposals"], json!([]));
    assert_eq!(desk.get(&at("approvals")).await.ok()["items"], json!([]));
    assert_eq!(desk.get(&at("listLabels")).await.ok()["labels"], json!([]));
    let none = json!({ "labelModifications": [] });
    assert_eq!(desk.post(&at("modifyLabels"), none).await.ok()["modifiedLabels"], json!([]));
    let one = json!({ "labelModifications": [{ "labelId": "x" }] });
    assert_eq!(desk.post(&at("modifyLabels"), one).await.status, 403);
    for missing in ["accessproposals/x", "approvals/x"] {
        assert_eq!(desk.get(&at(missing)).await.reason(), (404, "notFound".into()), "{missing}");
    }
    for missing in ["accessproposals/x:resolve", "approvals/x:approve", "approvals/x:reassign"] {
        assert_eq!(desk.post(&at(missing), json!({})).await.status, 404, "{missing}");
    }
    assert_eq!(desk.post(&at("approvals:start"), json!({})).await.status, 403);
    assert_eq!(desk.as_user(CLEO, FULL).get(&at("accessproposals")).await.status, 403);
}

#[tokio::test]
async fn an_account_sees_the_applications_it_let_in() {
    let desk = desk();
    assert_eq!(desk.get("/apps").await.reason(), (403, "insufficientPermissions".into()));
    assert_eq!(desk.get("/apps/700000000001").await.ok()["name"], "Trial");
    assert_eq!(desk.get("/apps/700000000002").await.reason(), (404, "notFound".into()));
    let lister = desk.as_user(ADA, "https://www.googleapis.com/auth/drive.apps.readonly");
    assert_eq!(lister.get("/apps").await.ok()["items"][0]["id"], "700000000001");
    assert_eq!(lister.get("/files?fields=files/id").await.ok()["files"], json!([]));
}

#[tokio::test]
async fn the_control_door_opens_a_file_with_an_application_and_locks_it() {
    let desk = desk();
    let file = desk.text("a.txt", "root", "one").await;
    let other = desk.through("client-two", "700000000002", ADA, FILE);
    let path = format!("/files/{file}?fields=id,contentRestrictions");
    assert_eq!(other.get(&path).await.reason().1, "appNotAuthorizedToFile");
    let opened =
        |opened: bool| GoogleOrder::OpenedWith { file: file.clone(), project: "700000000002".into(), opened };
    desk.twin.order_google(&opened(true)).unwrap();
    other.get(&path).await.ok();
    desk.twin.order_google(&opened(false)).unwrap();
    assert_eq!(other.get(&path).await.status, 403);
    let lock =
        |locked: bool| GoogleOrder::SystemLock { file: file.clone(), reason: Some("Signed".into()), locked };
    desk.twin.order_google(&lock(true)).unwrap();
    let held = &desk.get(&path).await.ok()["contentRestrictions"][0];
    assert!(held["systemRestricted"] == true && held["reason"] == "Signed");
    let free = json!({ "contentRestrictions": [{ "readOnly": false }] });
    assert_eq!(desk.patch(&path, free).await.reason().1, "cannotModifyContentRestriction");
    assert_eq!(desk.patch(&path, json!({ "name": "b" })).await.reason().1, "contentRestricted");
    desk.twin.order_google(&lock(false)).unwrap();
    desk.patch(&path, json!({ "name": "b" })).await.ok();
    let order = GoogleOrder::SystemLock { file: "none".into(), reason: None, locked: true };
    assert_eq!(desk.twin.order_google(&order).unwrap_err().0, "Google has no file none");
}

#[tokio::test]
async fn every_export_that_is_named_is_made() {
    let desk = desk();
    let formats = desk.get("/about?fields=exportFormats").await.ok()["exportFormats"].clone();
    for (kind, types) in formats.as_object().unwrap() {
        let from = if kind.ends_with("spreadsheet") { "text/csv" } else { "text/plain" };
        let made = match kind.rsplit('.').next().unwrap() {
            "document" | "spreadsheet" => {
                desk.upload(json!({ "name": "n", "mimeType": kind }), from, b"one").await.ok()
            }
            _ => desk.post("/files", json!({ "name": "n", "mimeType": kind })).await.ok(),
        };
        for mime in types.as_array().unwrap() {
            let mime: String = form_urlencoded::byte_serialize(text(mime).as_bytes()).collect();
            let got = desk.get(&format!("/files/{}/export?mimeType={mime}", text(&made["id"]))).await;
            assert_eq!(got.status, 200, "{kind} {mime}");
            let begins: &[u8] = match mime.as_str() {
                "image%2Fpng" => b"\x89PNG\r\n",
                "image%2Fjpeg" => b"\xff\xd8\xff",
                "application%2Fpdf" => b"%PDF-",
                _ => b"",
            };
            assert!(got.body.starts_with(begins), "{kind} {mime}");
        }
    }
}
