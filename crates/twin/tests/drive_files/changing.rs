use crate::drive::{BEN, Desk, FOLDER, FULL};
use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use twin::core::blobs::Blob;
use twin::google::drive::actions;

#[tokio::test]
async fn a_rename_keeps_id_content_and_extension_and_counts_up_the_version() {
    let desk = Desk::new();
    let before = desk.upload(json!({ "name": "a.txt" }), "text/plain", b"x").await.ok();
    let id = before["id"].as_str().unwrap();
    let after = desk.patch(&format!("/files/{id}?fields=*"), json!({ "name": "b" })).await.ok();
    let number = |value: &serde_json::Value| value["version"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(number(&after) > number(&before));
    assert_eq!((&after["name"], &after["headRevisionId"]), (&json!("b"), &before["headRevisionId"]));
    assert_eq!((&after["originalFilename"], &after["fullFileExtension"]), (&json!("a.txt"), &json!("txt")));
    // An invisible change counts as well.
    let starred = desk.patch(&format!("/files/{id}?fields=*"), json!({ "starred": true })).await.ok();
    assert!(number(&starred) > number(&after) && starred["starred"] == true);
    assert_eq!(
        desk.patch(&format!("/files/{id}"), json!({ "parents": ["root"] })).await.reason(),
        (403, "fieldNotWritable".into())
    );
}

#[tokio::test]
async fn a_file_has_one_parent_and_moves_by_adding_and_removing() {
    let desk = Desk::new();
    let (a, b) = (desk.folder("a", "root").await, desk.folder("b", "root").await);
    let file = desk.text("f", &a, "x").await;
    let only_added = desk.patch(&format!("/files/{file}?addParents={b}"), json!({})).await;
    assert_eq!(only_added.reason(), (403, "cannotAddParent".into()));
    let moved = desk
        .patch(&format!("/files/{file}?addParents={b}&removeParents={a}&fields=parents"), json!({}))
        .await
        .ok();
    assert_eq!(moved, json!({ "parents": [b] }));
    assert_eq!(desk.names(&format!("'{a}' in parents")).await.len(), 0);
    assert_eq!(desk.names(&format!("'{b}' in parents")).await, ["f"]);
    let inner = desk.folder("inner", &a).await;
    let cycle = desk
        .send(
            Method::PATCH,
            &format!("/drive/v3/files/{a}?addParents={inner}&removeParents=root"),
            &[],
            Vec::new(),
        )
        .await;
    assert_eq!(cycle.reason(), (400, "invalid".into()));
}

#[tokio::test]
async fn a_trashed_folder_takes_its_contents_along_without_marking_them() {
    let desk = Desk::new();
    let folder = desk.folder("f", "root").await;
    let file = desk.text("x", &folder, "x").await;
    desk.patch(&format!("/files/{folder}"), json!({ "trashed": true })).await.ok();
    let fields = "fields=trashed,explicitlyTrashed";
    let inner = desk.get(&format!("/files/{file}?{fields}")).await.ok();
    assert_eq!(inner, json!({ "trashed": true, "explicitlyTrashed": false }));
    assert_eq!(desk.names("trashed = false").await.len(), 0);
    assert_eq!(desk.names("trashed = true").await.len(), 2);
    // Without a query the trash is listed too.
    assert_eq!(desk.get("/files").await.ok()["files"].as_array().unwrap().len(), 2);
    desk.patch(&format!("/files/{folder}"), json!({ "trashed": false })).await.ok();
    let inner = desk.get(&format!("/files/{file}?{fields}")).await.ok();
    assert_eq!(inner, json!({ "trashed": false, "explicitlyTrashed": false }));
}

#[tokio::test]
async fn the_trash_is_emptied_by_its_owner_or_after_thirty_days() {
    let mut desk = Desk::new();
    let (one, two, three) = (
        desk.text("1", "root", "").await,
        desk.text("2", "root", "").await,
        desk.text("3", "root", "").await,
    );
    desk.patch(&format!("/files/{one}"), json!({ "trashed": true })).await.ok();
    assert_eq!(desk.delete("/files/trash").await.status, 204);
    assert_eq!(desk.get(&format!("/files/{one}")).await.status, 404);
    desk.patch(&format!("/files/{two}"), json!({ "trashed": true })).await.ok();
    desk.later(SignedDuration::from_hours(29 * 24));
    assert_eq!(desk.get(&format!("/files/{two}")).await.status, 200);
    desk.later(SignedDuration::from_hours(25));
    assert_eq!(desk.get(&format!("/files/{two}")).await.status, 404);
    assert_eq!(desk.get(&format!("/files/{three}")).await.status, 200);
}

#[tokio::test]
async fn deleting_is_for_good_and_a_second_time_is_404() {
    let desk = Desk::new();
    let folder = desk.folder("f", "root").await;
    let file = desk.text("x", &folder, "x").await;
    let deleted = desk.delete(&format!("/files/{folder}")).await;
    assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
    assert_eq!(desk.get(&format!("/files/{file}")).await.reason(), (404, "notFound".into()));
    assert_eq!(desk.delete(&format!("/files/{folder}")).await.reason(), (404, "notFound".into()));
    assert!(desk.delete("/files/root").await.status.is_client_error());
}

#[tokio::test]
async fn a_copy_has_the_content_and_the_properties_and_another_id() {
    let desk = Desk::new();
    let folder = desk.folder("f", "root").await;
    let meta =
        json!({ "name": "a.txt", "parents": [folder], "appProperties": { "doc": "1", "attempt": "1" } });
    let original = desk.upload(meta, "text/plain", b"content").await.ok();
    let id = original["id"].as_str().unwrap();
    let change = json!({ "appProperties": { "attempt": "2" } });
    let copy = desk.post(&format!("/files/{id}/copy?fields=*"), change).await.ok();
    assert_eq!(copy["name"], "Copy of a.txt");
    assert_eq!(copy["md5Checksum"], original["md5Checksum"]);
    assert_eq!(copy["parents"], json!([folder]));
    assert_eq!(copy["appProperties"], json!({ "doc": "1", "attempt": "2" }));
    assert_ne!(copy["id"], original["id"]);
    let refused = desk.post(&format!("/files/{folder}/copy"), json!({})).await;
    assert_eq!(refused.reason(), (403, "cannotCopyFile".into()));
    let ids = desk.get("/files/generateIds?count=1").await.ok();
    let with_id = json!({ "id": ids["ids"][0], "name": "c" });
    assert_eq!(desk.post(&format!("/files/{id}/copy"), with_id.clone()).await.ok()["id"], ids["ids"][0]);
    assert_eq!(desk.post(&format!("/files/{id}/copy"), with_id).await.reason(), (409, "fileIdInUse".into()));
}

#[tokio::test]
async fn new_content_is_a_new_revision_of_the_same_file() {
    let desk = Desk::new();
    let before = desk.upload(json!({ "name": "a.txt" }), "text/plain", b"one").await.ok();
    let id = before["id"].as_str().unwrap();
    let path = format!("/upload/drive/v3/files/{id}?uploadType=media&fields=*");
    let after =
        desk.send(Method::PATCH, &path, &[("content-type", "text/plain")], b"two!".to_vec()).await.ok();
    assert_eq!((&after["id"], &after["size"]), (&before["id"], &json!("4")));
    assert_ne!(after["headRevisionId"], before["headRevisionId"]);
    let path = format!("/files/{id}?uploadType=multipart&fields=*");
    let meta = json!({ "name": "b.txt", "modifiedTime": "2020-01-02T03:04:05.678Z" });
    let third = desk.multipart(Method::PATCH, &path, meta, "text/plain", b"three").await.ok();
    assert_eq!(
        (&third["name"], &third["size"], &third["modifiedTime"]),
        (&json!("b.txt"), &json!("5"), &json!("2020-01-02T03:04:05.678Z"))
    );
}

#[tokio::test]
async fn an_edit_from_outside_changes_version_head_and_checksum() {
    // G-18
    let desk = Desk::new();
    let before = desk.upload(json!({ "name": "a.txt" }), "text/plain", b"one").await.ok();
    let id = before["id"].as_str().unwrap();
    desk.twin.google(|google, house| {
        actions::edit_content(google, house, id, crate::drive::ADA, Blob::from(b"two".to_vec())).unwrap();
    });
    let after = desk.get(&format!("/files/{id}?fields=*")).await.ok();
    for member in ["version", "headRevisionId", "md5Checksum", "sha256Checksum"] {
        assert_ne!(after[member], before[member], "{member}");
    }
    assert_eq!((&after["id"], &after["mimeType"]), (&before["id"], &before["mimeType"]));
}

#[tokio::test]
async fn a_locked_file_takes_no_content_and_no_name_but_goes_to_the_trash() {
    // G-17
    let desk = Desk::new();
    let id = desk.text("a", "root", "x").await;
    let lock = json!({ "contentRestrictions": [{ "readOnly": true, "reason": "signed" }] });
    let locked = desk.patch(&format!("/files/{id}?fields=contentRestrictions"), lock).await.ok();
    assert_eq!(locked["contentRestrictions"][0]["reason"], "signed");
    assert_eq!(desk.patch(&format!("/files/{id}"), json!({ "name": "b" })).await.status, 403);
    let path = format!("/upload/drive/v3/files/{id}?uploadType=media");
    assert_eq!(desk.send(Method::PATCH, &path, &[], b"y".to_vec()).await.status, 403);
    desk.patch(&format!("/files/{id}"), json!({ "trashed": true })).await.ok();
}

#[tokio::test]
async fn a_shortcut_remembers_what_its_target_was() {
    let desk = Desk::new();
    let target = desk.text("a", "root", "x").await;
    let meta = json!({ "mimeType": "application/vnd.google-apps.shortcut", "shortcutDetails": { "targetId": target } });
    let made = desk.post("/files?fields=shortcutDetails,size", meta).await.ok();
    assert_eq!(made, json!({ "shortcutDetails": { "targetId": target, "targetMimeType": "text/plain" } }));
    assert_eq!(desk.names(&format!("shortcutDetails.targetId = '{target}'")).await.len(), 1);
}

#[tokio::test]
async fn whoever_may_only_look_changes_nothing() {
    let desk = Desk::new();
    let id = desk.text("a", "root", "x").await;
    let ben = desk.as_user(BEN, FULL);
    for body in [json!({ "name": "b" }), json!({ "trashed": true })] {
        assert_eq!(ben.patch(&format!("/files/{id}"), body).await.status, 404);
    }
    assert_eq!(ben.delete(&format!("/files/{id}")).await.status, 404);
    assert_eq!(ben.post("/files", json!({ "mimeType": FOLDER, "parents": [id] })).await.status, 404);
}
