use crate::drive::{ADA, BEN, CLEO, FULL, Got};
use crate::{OLGA, desk};
use jiff::SignedDuration;
use serde_json::{Value, json};

fn user(email: &str, role: &str) -> Value {
    json!({ "type": "user", "role": role, "emailAddress": email })
}

fn found(got: &Got) -> u16 {
    got.status.as_u16()
}

#[tokio::test]
async fn what_is_given_on_a_folder_reaches_what_lies_below_and_goes_with_it() {
    let desk = desk();
    let (folder, ben) = (desk.folder("f", "root").await, desk.as_user(BEN, FULL));
    let file = desk.text("a", &folder, "x").await;
    assert_eq!(ben.get(&format!("/files/{file}")).await.reason(), (404, "notFound".into()));
    let given =
        desk.post(&format!("/files/{folder}/permissions?fields=*"), user("ben@example.com", "reader")).await;
    let given = given.ok();
    assert_eq!(
        (&given["type"], &given["role"], &given["emailAddress"]),
        (&json!("user"), &json!("reader"), &json!("ben@example.com"))
    );
    let id = given["id"].as_str().unwrap();
    let seen = ben
        .get(&format!("/files/{file}?fields=ownedByMe,shared,capabilities(canEdit),permissions"))
        .await
        .ok();
    assert_eq!(seen, json!({ "ownedByMe": false, "shared": true, "capabilities": { "canEdit": false } }));
    let refused = ben.patch(&format!("/files/{file}"), json!({ "name": "b" })).await;
    assert_eq!(refused.reason(), (403, "insufficientFilePermissions".into()));
    desk.patch(&format!("/files/{folder}/permissions/{id}"), json!({ "role": "writer" })).await.ok();
    ben.patch(&format!("/files/{file}"), json!({ "name": "b" })).await.ok();
    desk.delete(&format!("/files/{folder}/permissions/{id}")).await;
    assert_eq!(found(&ben.get(&format!("/files/{file}")).await), 404);
}

#[tokio::test]
async fn inherited_permissions_show_below_and_are_changed_only_where_they_were_given() {
    let desk = desk();
    let folder = desk.folder("f", "root").await;
    let file = desk.text("a", &folder, "x").await;
    let given =
        desk.post(&format!("/files/{folder}/permissions"), user("ben@example.com", "writer")).await.ok();
    let id = given["id"].as_str().unwrap();
    let list = desk.get(&format!("/files/{file}/permissions?fields=*")).await.ok();
    let roles: Vec<&str> =
        list["permissions"].as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["owner", "writer"]);
    assert_eq!(list["permissions"][1]["permissionDetails"][0]["inherited"], true);
    let refused = desk.delete(&format!("/files/{file}/permissions/{id}")).await;
    assert_eq!(refused.reason(), (403, "cannotModifyInheritedPermission".into()));
    let unknown = desk.get(&format!("/files/{file}/permissions/1")).await;
    assert_eq!(unknown.reason(), (404, "notFound".into()));
}

#[tokio::test]
async fn members_of_a_group_and_of_the_domain_are_let_in_others_are_not() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let (ben, cleo, olga) = (desk.as_user(BEN, FULL), desk.as_user(CLEO, FULL), desk.as_user(OLGA, FULL));
    let path = format!("/files/{file}/permissions");
    desk.post(&path, json!({ "type": "group", "role": "reader", "emailAddress": "team@example.com" }))
        .await
        .ok();
    assert_eq!(
        (found(&cleo.get(&format!("/files/{file}")).await), found(&ben.get(&format!("/files/{file}")).await)),
        (200, 404)
    );
    desk.post(&path, json!({ "type": "domain", "role": "reader", "domain": "example.com" })).await.ok();
    assert_eq!(
        (found(&ben.get(&format!("/files/{file}")).await), found(&olga.get(&format!("/files/{file}")).await)),
        (200, 404)
    );
    let other =
        desk.post(&path, json!({ "type": "domain", "role": "reader", "domain": "example.org" })).await;
    assert_eq!(other.reason(), (400, "invalidSharingRequest".into()));
    let link = desk.post(&path, json!({ "type": "anyone", "role": "reader" })).await.ok();
    assert_eq!(link["id"], "anyoneWithLink");
    assert_eq!(found(&olga.get(&format!("/files/{file}")).await), 200);
}

#[tokio::test]
async fn mails_are_asked_for_where_there_is_somebody_to_get_them() {
    // G-14
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let path = |mail: &str| format!("/files/{file}/permissions?sendNotificationEmail={mail}");
    let domain = json!({ "type": "domain", "role": "reader", "domain": "example.com" });
    assert_eq!(desk.post(&path("true"), domain.clone()).await.reason().0, 400);
    assert_eq!(desk.post(&path("false"), domain.clone()).await.reason().0, 400);
    desk.behave("no-mail-for-domain-allowed", Value::Null, Some(1));
    desk.post(&path("false"), domain).await.ok();
    let stranger = user("nobody@elsewhere.example", "reader");
    assert_eq!(
        desk.post(&path("false"), stranger.clone()).await.reason(),
        (400, "invalidSharingRequest".into())
    );
    desk.post(&path("true"), stranger).await.ok();
}

#[tokio::test]
async fn ownership_goes_over_only_when_the_call_says_so_and_within_the_domain() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let path = format!("/files/{file}/permissions");
    let ben = user("ben@example.com", "owner");
    assert_eq!(desk.post(&path, ben.clone()).await.reason(), (403, "forbidden".into()));
    let silent = format!("{path}?transferOwnership=true&sendNotificationEmail=false");
    assert_eq!(desk.post(&silent, ben.clone()).await.reason().0, 400);
    let outside =
        desk.post(&format!("{path}?transferOwnership=true"), user("olga@gmail.example", "owner")).await;
    assert_eq!(outside.reason().0, 403);
    desk.post(&format!("{path}?transferOwnership=true"), ben).await.ok();
    let seen = desk
        .get(&format!("/files/{file}?fields=ownedByMe,owners(emailAddress),capabilities(canEdit)"))
        .await
        .ok();
    assert_eq!(
        seen,
        json!({ "ownedByMe": false, "owners": [{ "emailAddress": "ben@example.com" }], "capabilities": { "canEdit": true } })
    );
    let used = desk.as_user(BEN, FULL).get("/about?fields=storageQuota").await.ok();
    assert_eq!(used["storageQuota"]["usage"], "1");
}

#[tokio::test]
async fn a_permission_ends_when_it_was_said_to_end() {
    let mut desk = desk();
    let file = desk.text("a", "root", "x").await;
    let path = format!("/files/{file}/permissions");
    let until = |kind: &str, at: &str| json!({ "type": kind, "role": "reader", "emailAddress": "ben@example.com", "expirationTime": at });
    for (kind, at) in [
        ("user", "2026-05-01T00:00:00Z"),
        ("user", "2027-07-01T00:00:00Z"),
        ("anyone", "2026-06-02T00:00:00Z"),
    ] {
        assert_eq!(desk.post(&path, until(kind, at)).await.reason().0, 403, "{kind} {at}");
    }
    desk.post(&path, until("user", "2026-06-02T00:00:00Z")).await.ok();
    desk.as_user(BEN, FULL).get(&format!("/files/{file}")).await.ok();
    desk.later(SignedDuration::from_hours(13));
    assert_eq!(found(&desk.as_user(BEN, FULL).get(&format!("/files/{file}")).await), 404);
}

#[tokio::test]
async fn roles_that_do_not_exist_here_and_fields_that_are_not_there_are_refused() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let path = format!("/files/{file}/permissions");
    let cases = [
        (json!({ "role": "reader" }), 400),
        (json!({ "type": "user" }), 400),
        (json!({ "type": "user", "role": "king", "emailAddress": "ben@example.com" }), 400),
        (json!({ "type": "user", "role": "reader" }), 400),
        (json!({ "type": "user", "role": "organizer", "emailAddress": "ben@example.com" }), 403),
        (json!({ "type": "domain", "role": "reader" }), 400),
        (json!({ "type": "group", "role": "reader", "emailAddress": "ben@example.com" }), 400),
    ];
    for (body, status) in cases {
        assert_eq!(desk.post(&path, body.clone()).await.reason().0, status, "{body}");
    }
    let ben = desk.as_user(BEN, FULL);
    desk.post(&path, user("ben@example.com", "reader")).await.ok();
    assert_eq!(ben.get(&path).await.reason(), (403, "insufficientFilePermissions".into()));
    assert_eq!(ben.post(&path, user("cleo@example.com", "reader")).await.reason().0, 403);
}

#[tokio::test]
async fn writers_share_unless_the_owner_says_otherwise() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    let path = format!("/files/{file}/permissions");
    desk.post(&path, user("ben@example.com", "writer")).await.ok();
    let ben = desk.as_user(BEN, FULL);
    ben.post(&path, user("cleo@example.com", "reader")).await.ok();
    desk.patch(&format!("/files/{file}"), json!({ "writersCanShare": false })).await.ok();
    assert_eq!(ben.post(&path, user("cleo@example.com", "writer")).await.reason().0, 403);
    desk.patch(&format!("/files/{file}"), json!({ "copyRequiresWriterPermission": true })).await.ok();
    let cleo = desk.as_user(CLEO, FULL);
    assert_eq!(
        cleo.get(&format!("/files/{file}?alt=media")).await.reason(),
        (403, "cannotDownloadFile".into())
    );
}

#[tokio::test]
async fn a_folder_with_limited_access_keeps_away_what_is_given_above() {
    let desk = desk();
    let outer = desk.folder("outer", "root").await;
    let inner = desk.folder("inner", &outer).await;
    desk.post(&format!("/files/{outer}/permissions"), user("ben@example.com", "writer")).await.ok();
    let ben = desk.as_user(BEN, FULL);
    ben.get(&format!("/files/{inner}")).await.ok();
    desk.patch(&format!("/files/{inner}"), json!({ "inheritedPermissionsDisabled": true })).await.ok();
    assert_eq!(found(&ben.get(&format!("/files/{inner}")).await), 404);
    desk.as_user(ADA, FULL).get(&format!("/files/{inner}")).await.ok();
}

#[tokio::test]
async fn a_domain_that_forbids_sharing_outside_is_obeyed() {
    let desk = desk();
    let file = desk.text("a", "root", "x").await;
    desk.twin.google(|google, _| {
        google.directory.domains.get_mut("example.com").unwrap().external_sharing = false;
    });
    let path = format!("/files/{file}/permissions");
    assert_eq!(
        desk.post(&path, user("olga@gmail.example", "reader")).await.reason(),
        (403, "domainPolicy".into())
    );
    assert_eq!(desk.post(&path, json!({ "type": "anyone", "role": "reader" })).await.reason().0, 403);
    desk.post(&path, user("ben@example.com", "reader")).await.ok();
}
