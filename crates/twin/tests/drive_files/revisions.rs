use crate::drive::Desk;
use http::Method;
use jiff::SignedDuration;
use serde_json::json;

async fn put(desk: &Desk, id: &str, text: &str, query: &str) {
    let path = format!("/upload/drive/v3/files/{id}?uploadType=media{query}");
    desk.send(Method::PATCH, &path, &[("content-type", "text/plain")], text.as_bytes().to_vec()).await.ok();
}

async fn ids(desk: &Desk, id: &str) -> Vec<String> {
    let list = desk.get(&format!("/files/{id}/revisions")).await.ok();
    list["revisions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn old_content_can_be_read_and_put_back() {
    let desk = Desk::new();
    let id = desk.text("a.txt", "root", "one").await;
    put(&desk, &id, "two", "").await;
    let revisions = ids(&desk, &id).await;
    assert_eq!(revisions.len(), 2);
    let old = desk.get(&format!("/files/{id}/revisions/{}?alt=media", revisions[0])).await;
    assert_eq!(old.body, b"one");
    let shown = desk.get(&format!("/files/{id}/revisions/{}?fields=*", revisions[1])).await.ok();
    assert_eq!(
        (&shown["size"], &shown["keepForever"], &shown["originalFilename"]),
        (&json!("3"), &json!(false), &json!("a.txt"))
    );
    let head = desk.get(&format!("/files/{id}?fields=headRevisionId")).await.ok();
    assert_eq!(head["headRevisionId"], json!(revisions[1]));
    assert_eq!(desk.get(&format!("/files/{id}/revisions/none")).await.reason(), (404, "notFound".into()));
}

#[tokio::test]
async fn what_is_not_kept_goes_thirty_days_after_it_was_replaced() {
    let mut desk = Desk::new();
    let id = desk.text("a.txt", "root", "one").await;
    put(&desk, &id, "two", "").await;
    put(&desk, &id, "three", "").await;
    let before = ids(&desk, &id).await;
    desk.patch(&format!("/files/{id}/revisions/{}", before[0]), json!({ "keepForever": true })).await.ok();
    let used = desk.get(&format!("/files/{id}?fields=quotaBytesUsed")).await.ok();
    assert_eq!(used["quotaBytesUsed"], "8");
    desk.later(SignedDuration::from_hours(31 * 24));
    assert_eq!(ids(&desk, &id).await, [before[0].clone(), before[2].clone()]);
    // Nobody keeps it any more, and its time is over.
    desk.patch(&format!("/files/{id}/revisions/{}", before[0]), json!({ "keepForever": false })).await.ok();
    assert_eq!(ids(&desk, &id).await, [before[2].clone()]);
}

#[tokio::test]
async fn two_hundred_revisions_are_kept_forever_and_no_more() {
    let desk = Desk::new();
    let id = desk.text("a.txt", "root", "0").await;
    for number in 0..200 {
        put(&desk, &id, &number.to_string(), "&keepRevisionForever=true").await;
    }
    let first = ids(&desk, &id).await[0].clone();
    let refused = desk.patch(&format!("/files/{id}/revisions/{first}"), json!({ "keepForever": true })).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_hundred_revisions_stay_that_nobody_keeps() {
    let desk = Desk::new();
    let id = desk.text("a.txt", "root", "0").await;
    for number in 0..120 {
        put(&desk, &id, &number.to_string(), "").await;
    }
    assert_eq!(ids(&desk, &id).await.len(), 100);
}

#[tokio::test]
async fn the_last_revision_and_those_of_documents_are_not_deleted() {
    let desk = Desk::new();
    let id = desk.text("a.txt", "root", "one").await;
    let only = ids(&desk, &id).await[0].clone();
    assert_eq!(desk.delete(&format!("/files/{id}/revisions/{only}")).await.status, 403);
    put(&desk, &id, "two", "").await;
    let newest = ids(&desk, &id).await[1].clone();
    assert_eq!(desk.delete(&format!("/files/{id}/revisions/{newest}")).await.status, 403);
    assert_eq!(desk.delete(&format!("/files/{id}/revisions/{only}")).await.status, 204);
    assert_eq!(ids(&desk, &id).await.len(), 1);
    let document =
        desk.post("/files", json!({ "mimeType": "application/vnd.google-apps.document" })).await.ok();
    let id = document["id"].as_str().unwrap();
    let head = ids(&desk, id).await[0].clone();
    assert_eq!(desk.delete(&format!("/files/{id}/revisions/{head}")).await.status, 403);
    let keep = json!({ "keepForever": true });
    assert_eq!(desk.patch(&format!("/files/{id}/revisions/{head}"), keep).await.status, 403);
}
