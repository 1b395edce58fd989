use crate::drive::{ADA, BEN, Desk, FULL};
use serde_json::json;
use std::collections::BTreeSet;
use twin::google::drive::state::{Grantee, Permission, Role, SharedDrive, When};

/// A shared drive with Ada as its manager and Ben as a reader.
fn shared_drive(desk: &Desk) -> String {
    desk.twin.google(|google, house| {
        let now = When::from(house.clock.now());
        let (ada, ben) = (google.drive.person(ADA), google.drive.person(BEN));
        let id = twin::google::drive::state::Id::new("0ASharedDrive1Uk9PVA").unwrap();
        let mut root = google.drive.files.get(google.drive.roots[&ada]).unwrap().clone();
        (root.id, root.owner, root.name) = (id, None, "Sales".into());
        let given = |person, role, id: &str| Permission {
            id: id.into(),
            grantee: Grantee::User(person),
            role,
            expires: None,
            discoverable: false,
            given: now,
            pending_owner: false,
        };
        let key = google.drive.files.insert(root);
        google.drive.files.edit(key, |root| root.space = Some(key));
        google
            .drive
            .files
            .set_permissions(key, vec![given(ada, Role::Organizer, "1"), given(ben, Role::Reader, "2")]);
        let drive = SharedDrive {
            name: "Sales".into(),
            created: now,
            domain: "example.com".into(),
            hidden_for: BTreeSet::default(),
            domain_users_only: false,
            drive_members_only: false,
            copy_requires_writer_permission: false,
            admin_managed_restrictions: false,
            sharing_folders_requires_organizer: false,
            color: None,
            theme: None,
        };
        google.drive.shared_drives.insert(key, drive);
        id.to_string()
    })
}

#[tokio::test]
async fn what_lies_in_a_shared_drive_is_reached_only_by_who_says_so() {
    // G-20
    let desk = Desk::new();
    let drive = shared_drive(&desk);
    let meta = json!({ "name": "a", "parents": [drive] });
    assert_eq!(desk.post("/files", meta.clone()).await.reason(), (404, "notFound".into()));
    let made = desk.post("/files?supportsAllDrives=true&fields=*", meta).await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["driveId"], made.get("owners"), made.get("permissions")), (&json!(drive), None, None));
    assert_eq!(desk.get(&format!("/files/{id}")).await.reason(), (404, "notFound".into()));
    desk.get(&format!("/files/{id}?supportsAllDrives=true")).await.ok();
    assert_eq!(desk.names(&format!("'{drive}' in parents")).await.len(), 0);
    let all = "supportsAllDrives=true&includeItemsFromAllDrives=true";
    let count = |list: serde_json::Value| list["files"].as_array().unwrap().len();
    assert_eq!(count(desk.get(&format!("/files?q='{drive}'+in+parents&{all}")).await.ok()), 1);
    assert_eq!(count(desk.get(&format!("/files?corpora=drive&driveId={drive}&{all}")).await.ok()), 1);
    assert_eq!(count(desk.get(&format!("/files?corpora=allDrives&{all}")).await.ok()), 1);
    assert_eq!(desk.get(&format!("/files?corpora=drive&driveId={drive}")).await.status, 403);
    let ben = desk.as_user(BEN, FULL);
    let refused = ben.patch(&format!("/files/{id}?supportsAllDrives=true"), json!({ "trashed": true })).await;
    assert_eq!(refused.reason(), (403, "insufficientFilePermissions".into()));
    let trashed = desk
        .patch(
            &format!("/files/{id}?supportsAllDrives=true&fields=trashed,trashedTime"),
            json!({ "trashed": true }),
        )
        .await
        .ok();
    assert_eq!(trashed, json!({ "trashed": true, "trashedTime": "2026-06-01T12:00:00.000Z" }));
}

#[tokio::test]
async fn a_shared_drive_takes_files_without_their_owner_and_no_folders() {
    let desk = Desk::new();
    let drive = shared_drive(&desk);
    let (file, folder) = (desk.text("a", "root", "x").await, desk.folder("f", "root").await);
    let into = |id: &str| {
        format!(
            "/files/{id}?addParents={drive}&removeParents=root&supportsAllDrives=true&fields=driveId,owners"
        )
    };
    let moved = desk.patch(&into(&file), json!({})).await.ok();
    assert_eq!(moved, json!({ "driveId": drive }));
    assert_eq!(
        desk.patch(&into(&folder), json!({})).await.reason(),
        (403, "teamDrivesFolderMoveInNotSupported".into())
    );
    desk.twin.google(|google, _| google.drive.limits.shared_drive_items = 1);
    let full = desk.post("/files?supportsAllDrives=true", json!({ "parents": [drive] })).await;
    assert_eq!(full.reason(), (403, "teamDriveFileLimitExceeded".into()));
}
