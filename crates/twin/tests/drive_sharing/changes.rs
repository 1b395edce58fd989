use crate::desk;
use crate::drive::{ADA, BEN, Desk, FILE, FULL};
use jiff::SignedDuration;
use serde_json::{Value, json};

async fn start(desk: &Desk) -> String {
    let start = desk.get("/changes/startPageToken").await.ok();
    start["startPageToken"].as_str().unwrap().to_owned()
}

async fn since(desk: &Desk, token: &str) -> Value {
    desk.get(&format!(
        "/changes?pageToken={token}&fields=*&supportsAllDrives=true&includeItemsFromAllDrives=true"
    ))
    .await
    .ok()
}

/// File ids and whether they were removed.
fn seen(list: &Value) -> Vec<(String, bool)> {
    let changes = list["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|one| (one["fileId"].as_str().unwrap_or_default().to_owned(), one["removed"].as_bool().unwrap()))
        .collect()
}

#[tokio::test]
async fn the_log_tells_own_writes_once_each_oldest_first_and_pages() {
    // G-15
    let desk = desk();
    let token = start(&desk).await;
    let (one, two) = (desk.text("one", "root", "1").await, desk.text("two", "root", "2").await);
    desk.patch(&format!("/files/{one}"), json!({ "name": "one more" })).await.ok();
    let list = since(&desk, &token).await;
    assert_eq!(seen(&list), [(two.clone(), false), (one.clone(), false)]);
    assert_eq!(list["changes"][1]["file"]["name"], "one more");
    let page = desk.get(&format!("/changes?pageToken={token}&pageSize=1")).await.ok();
    assert!(page.get("newStartPageToken").is_none());
    let rest = since(&desk, page["nextPageToken"].as_str().unwrap()).await;
    assert_eq!(seen(&rest), [(one, false)]);
    let next = rest["newStartPageToken"].as_str().unwrap();
    let none = since(&desk, next).await;
    assert_eq!((seen(&none).len(), none["newStartPageToken"].as_str()), (0, Some(next)));
}

#[tokio::test]
async fn a_deleted_file_and_one_that_is_no_longer_shared_are_removed_for_those_who_had_them() {
    // G-15
    let desk = desk();
    let ben = desk.as_user(BEN, FULL);
    let folder = desk.folder("f", "root").await;
    let file = desk.text("a", &folder, "x").await;
    let token = start(&desk).await;
    let given = json!({ "type": "user", "role": "reader", "emailAddress": "ben@example.com" });
    let given = desk.post(&format!("/files/{folder}/permissions"), given).await.ok();
    let mut both = vec![(file.clone(), false), (folder.clone(), false)];
    assert_eq!(seen(&since(&ben, &token).await), both);
    let token = start(&desk).await;
    desk.delete(&format!("/files/{folder}/permissions/{}", given["id"].as_str().unwrap())).await;
    for one in &mut both {
        one.1 = true;
    }
    let lost = since(&ben, &token).await;
    assert_eq!(seen(&lost), both);
    assert!(lost["changes"][0].get("file").is_none());
    let hidden = ben.get(&format!("/changes?pageToken={token}&includeRemoved=false")).await.ok();
    assert_eq!(hidden["changes"], json!([]));
    let token = start(&desk).await;
    desk.delete(&format!("/files/{file}")).await;
    assert_eq!(seen(&since(&desk, &token).await), [(file, true)]);
    assert_eq!(seen(&since(&ben, &token).await), []);
}

#[tokio::test]
async fn trash_is_a_change_and_a_token_that_is_none_is_refused() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let token = start(&desk).await;
    desk.patch(&format!("/files/{file}"), json!({ "trashed": true })).await.ok();
    assert_eq!(since(&desk, &token).await["changes"][0]["file"]["trashed"], true);
    assert_eq!(desk.get("/changes").await.reason(), (400, "required".into()));
    for wrong in ["x", "0", "99999", "-1"] {
        assert_eq!(desk.get(&format!("/changes?pageToken={wrong}")).await.reason(), (400, "invalid".into()));
    }
    assert_eq!(seen(&since(&desk.as_user(BEN, FULL), &token).await), []);
    let other = desk.through("client-two", "700000000002", ADA, FILE);
    assert_eq!(seen(&since(&other, &token).await), []);
}

#[tokio::test]
async fn a_shared_drive_has_a_log_of_its_own() {
    let desk = desk();
    let drive = desk.post("/drives?requestId=1", json!({ "name": "Sales" })).await.ok();
    let drive = drive["id"].as_str().unwrap();
    let token = start(&desk).await;
    let mine = desk.text("mine", "root", "x").await;
    let made =
        desk.post("/files?supportsAllDrives=true", json!({ "name": "a", "parents": [drive] })).await.ok();
    let made = made["id"].as_str().unwrap().to_owned();
    let only = desk.get(&format!("/changes?pageToken={token}&fields=*&driveId={drive}&supportsAllDrives=true&includeItemsFromAllDrives=true")).await.ok();
    assert_eq!(seen(&only), [(made.clone(), false)]);
    let without = desk.get(&format!("/changes?pageToken={token}&fields=*")).await.ok();
    assert_eq!(seen(&without), [(mine.clone(), false)]);
    assert_eq!(seen(&since(&desk, &token).await), [(mine, false), (made, false)]);
    let unsaid = desk.get(&format!("/changes?pageToken={token}&driveId={drive}")).await;
    assert_eq!(unsaid.status, 403);
    desk.patch(&format!("/drives/{drive}"), json!({ "name": "Sales 2" })).await.ok();
    let list = since(&desk, &token).await;
    let last = list["changes"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["changeType"], &last["drive"]["name"]), (&json!("drive"), &json!("Sales 2")));
}

fn sent(desk: &Desk) -> Vec<(String, String)> {
    let house = desk.twin.house();
    let header = |delivery: &twin::core::outbox::Delivery, name: &str| {
        let found = delivery.request.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    std::iter::from_fn(|| house.outbox.take())
        .map(|one| {
            assert!(one.request.body.is_empty());
            let state =
                format!("{} {}", header(&one, "X-Goog-Resource-State"), header(&one, "X-Goog-Changed"));
            (
                state.trim().to_owned(),
                format!("{} {}", header(&one, "X-Goog-Message-Number"), header(&one, "X-Goog-Channel-Token")),
            )
        })
        .collect()
}

fn channel(id: &str) -> Value {
    json!({ "id": id, "type": "web_hook", "address": "https://127.0.0.1:9/hook", "token": "secret" })
}

#[tokio::test]
async fn a_channel_says_sync_and_then_that_something_changed() {
    // G-16
    let desk = desk();
    let token = start(&desk).await;
    let made = desk.post(&format!("/changes/watch?pageToken={token}"), channel("one")).await.ok();
    assert_eq!(made["expiration"], (desk.twin.house().clock.now().as_millisecond() + 3_600_000).to_string());
    let file = desk.text("a", "root", "x").await;
    let both = [("sync", "1 secret"), ("change", "2 secret")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(sent(&desk), both);
    desk.behave("notification-twice", Value::Null, Some(1));
    desk.behave("notification-wrong-token", Value::Null, Some(1));
    desk.patch(&format!("/files/{file}"), json!({ "name": "b" })).await.ok();
    let wrong = ("change".to_owned(), "3 secret-wrong".to_owned());
    assert_eq!(sent(&desk), [wrong.clone(), wrong]);
    let stop = json!({ "id": "one", "resourceId": made["resourceId"] });
    assert_eq!(desk.post("/channels/stop", stop.clone()).await.status, 204);
    assert_eq!(desk.post("/channels/stop", stop).await.reason().0, 404);
    desk.patch(&format!("/files/{file}"), json!({ "name": "c" })).await.ok();
    assert_eq!(sent(&desk), []);
}

#[tokio::test]
async fn a_channel_for_a_file_tells_what_happened_to_it_until_it_expires() {
    let mut desk = desk();
    let file = desk.text("a", "root", "x").await;
    let mut wish = channel("one");
    wish["expiration"] = json!("99999999999999");
    let made = desk.post(&format!("/files/{file}/watch"), wish).await.ok();
    assert_eq!(made["expiration"], (desk.twin.house().clock.now().as_millisecond() + 86_400_000).to_string());
    desk.patch(&format!("/files/{file}"), json!({ "name": "b" })).await.ok();
    desk.patch(&format!("/files/{file}"), json!({ "trashed": true })).await.ok();
    let states: Vec<String> = sent(&desk).into_iter().map(|(state, _)| state).collect();
    assert_eq!(states, ["sync", "update properties", "trash"]);
    desk.later(SignedDuration::from_hours(25));
    desk.patch(&format!("/files/{file}"), json!({ "trashed": false })).await.ok();
    assert_eq!(sent(&desk), []);
    desk.behave("notification-after-expiry", Value::Null, Some(1));
    desk.delete(&format!("/files/{file}")).await;
    assert_eq!(sent(&desk).len(), 1);
}

#[tokio::test]
async fn a_channel_needs_a_fresh_id_and_a_secure_address() {
    let desk = desk();
    let path = format!("/changes/watch?pageToken={}", start(&desk).await);
    desk.post(&path, channel("one")).await.ok();
    assert_eq!(desk.post(&path, channel("one")).await.reason(), (400, "channelIdNotUnique".into()));
    let mut plain = channel("two");
    plain["address"] = json!("http://127.0.0.1/hook");
    assert_eq!(desk.post(&path, plain.clone()).await.reason(), (400, "push.webhookUrlNotHttps".into()));
    desk.behave("plain-http-channel", Value::Null, Some(1));
    desk.post(&path, plain).await.ok();
    for (member, value) in [("type", json!("mail")), ("id", json!("")), ("expiration", json!(1))] {
        let mut wrong = channel("three");
        wrong[member] = value;
        assert_eq!(desk.post(&path, wrong).await.reason().0, 400, "{member}");
    }
}

#[tokio::test]
async fn the_log_lags_and_repeats_by_order() {
    let mut desk = desk();
    let token = start(&desk).await;
    let file = desk.text("a", "root", "x").await;
    desk.behave("changes-lag", json!(30), Some(1));
    let list = since(&desk, &token).await;
    assert_eq!((seen(&list).len(), &list["newStartPageToken"]), (0, &json!(token)));
    desk.later(SignedDuration::from_secs(31));
    desk.behave("changes-repeated", Value::Null, Some(1));
    assert_eq!(seen(&since(&desk, &token).await), [(file.clone(), false), (file, false)]);
    desk.behave("changes-token-rejected", Value::Null, Some(1));
    assert_eq!(desk.get(&format!("/changes?pageToken={token}")).await.reason().0, 400);
}
