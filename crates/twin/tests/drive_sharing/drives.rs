use crate::desk;
use crate::drive::{BEN, CLEO, Desk, FILE, FULL};
use jiff::SignedDuration;
use serde_json::{Value, json};

async fn made(desk: &Desk) -> String {
    let drive = desk.post("/drives?requestId=one&fields=*", json!({ "name": "Sales" })).await.ok();
    drive["id"].as_str().unwrap().to_owned()
}

fn member(email: &str, role: &str) -> Value {
    json!({ "type": "user", "role": role, "emailAddress": email })
}

#[tokio::test]
async fn a_shared_drive_is_made_once_for_a_request() {
    let desk = desk();
    let id = made(&desk).await;
    assert_eq!(desk.post("/drives?requestId=one", json!({ "name": "Sales" })).await.reason().0, 409);
    assert_eq!(desk.post("/drives", json!({ "name": "Sales" })).await.reason().0, 400);
    let list = desk.get("/drives?q=name%20contains%20'sal'&fields=*").await.ok();
    assert_eq!((list["drives"].as_array().unwrap().len(), &list["drives"][0]["id"]), (1, &json!(id)));
    let ben = desk.as_user(BEN, FULL);
    assert_eq!(ben.get(&format!("/drives/{id}")).await.reason(), (404, "notFound".into()));
    assert_eq!(
        desk.as_user(crate::OLGA, FULL).post("/drives?requestId=1", json!({ "name": "x" })).await.reason().0,
        403
    );
    assert_eq!(desk.as_user(BEN, FILE).get("/drives").await.reason().0, 403);
}

#[tokio::test]
async fn members_have_the_rights_of_their_roles() {
    let desk = desk();
    let id = made(&desk).await;
    let path = format!("/files/{id}/permissions");
    assert_eq!(desk.post(&path, member("ben@example.com", "reader")).await.reason().0, 404);
    let all = format!("{path}?supportsAllDrives=true&fields=*");
    let ben_is = desk.post(&all, member("ben@example.com", "fileOrganizer")).await.ok();
    assert_eq!(ben_is["permissionDetails"][0]["permissionType"], "member");
    let ben = desk.as_user(BEN, FULL);
    assert_eq!(ben.post(&all, member("cleo@example.com", "reader")).await.reason().0, 403);
    let made = ben.post("/files?supportsAllDrives=true", json!({ "name": "a", "parents": [id] })).await.ok();
    let file = format!("/files/{}?supportsAllDrives=true", made["id"].as_str().unwrap());
    ben.patch(&file, json!({ "trashed": true })).await.ok();
    assert_eq!(ben.delete(&file).await.reason(), (403, "insufficientFilePermissions".into()));
    assert_eq!(desk.delete(&file).await.status, 204);
    let inherited =
        ben.post("/files?supportsAllDrives=true", json!({ "name": "b", "parents": [id] })).await.ok();
    let of_ben = format!(
        "/files/{}/permissions/{}?supportsAllDrives=true",
        inherited["id"].as_str().unwrap(),
        ben_is["id"].as_str().unwrap()
    );
    assert_eq!(desk.delete(&of_ben).await.reason(), (403, "cannotModifyInheritedTeamDrivePermission".into()));
    let members = desk.get(&all).await.ok();
    let ada =
        members["permissions"].as_array().unwrap().iter().find(|one| one["role"] == "organizer").unwrap();
    let last = format!("{path}/{}?supportsAllDrives=true", ada["id"].as_str().unwrap());
    assert_eq!(desk.delete(&last).await.reason().0, 403);
}

#[tokio::test]
async fn restrictions_of_a_shared_drive_hold() {
    let desk = desk();
    let id = made(&desk).await;
    let only = json!({ "restrictions": { "domainUsersOnly": true, "driveMembersOnly": true } });
    let changed = desk.patch(&format!("/drives/{id}?fields=restrictions"), only).await.ok();
    assert_eq!(changed["restrictions"]["driveMembersOnly"], true);
    let made = desk.post("/files?supportsAllDrives=true", json!({ "name": "a", "parents": [id] })).await.ok();
    let path = format!("/files/{}/permissions?supportsAllDrives=true", made["id"].as_str().unwrap());
    let refused = desk.post(&path, member("olga@gmail.example", "reader")).await;
    assert_eq!(refused.reason(), (403, "teamDriveDomainUsersOnlyRestriction".into()));
    let refused = desk.post(&path, member("ben@example.com", "reader")).await;
    assert_eq!(refused.reason(), (403, "teamDriveTeamMembersOnlyRestriction".into()));
    let ben = desk.as_user(BEN, FULL);
    assert_eq!(ben.patch(&format!("/drives/{id}"), json!({ "name": "x" })).await.reason().0, 404);
}

#[tokio::test]
async fn a_shared_drive_is_hidden_and_deleted_when_it_is_empty() {
    let mut desk = desk();
    let id = made(&desk).await;
    let hidden = desk.post(&format!("/drives/{id}/hide?fields=hidden"), json!({})).await.ok();
    assert_eq!(hidden, json!({ "hidden": true }));
    desk.post(&format!("/drives/{id}/unhide"), json!({})).await.ok();
    let made = desk.post("/files?supportsAllDrives=true", json!({ "name": "a", "parents": [id] })).await.ok();
    assert_eq!(desk.delete(&format!("/drives/{id}")).await.reason(), (403, "teamDriveNotEmpty".into()));
    desk.delete(&format!("/files/{}?supportsAllDrives=true", made["id"].as_str().unwrap())).await;
    desk.behave("fresh-drive-unknown", Value::Null, None);
    assert_eq!(desk.patch(&format!("/drives/{id}"), json!({ "name": "x" })).await.reason().0, 404);
    desk.later(SignedDuration::from_secs(10));
    desk.patch(&format!("/drives/{id}"), json!({ "name": "x" })).await.ok();
    assert_eq!(desk.delete(&format!("/drives/{id}")).await.status, 204);
    assert_eq!(desk.get(&format!("/drives/{id}")).await.reason().0, 404);
}

#[tokio::test]
async fn an_administrator_manages_drives_it_is_no_member_of() {
    let desk = desk();
    let id = made(&desk).await;
    desk.twin.google(|google, _| google.directory.users.get_mut(CLEO).unwrap().administrator = true);
    let cleo = desk.as_user(CLEO, FULL);
    assert_eq!(cleo.get(&format!("/drives/{id}")).await.reason().0, 404);
    cleo.get(&format!("/drives/{id}?useDomainAdminAccess=true")).await.ok();
    let path = format!("/files/{id}/permissions?useDomainAdminAccess=true&supportsAllDrives=true");
    cleo.post(&path, member("cleo@example.com", "organizer")).await.ok();
    cleo.get(&format!("/drives/{id}")).await.ok();
}

#[tokio::test]
async fn a_world_has_shared_drives_with_members_and_files() {
    let desk = Desk::with_world("");
    let world = twin::World::from_toml(
        r#"
[[google.domains]]
name = "example.com"
[[google.domains.users]]
email = "ada@example.com"
given_name = "Ada"
family_name = "Sample"
[[google.domains.shared_drives]]
name = "Sales"
id = "0ASalesUk9PVA"
members = [{ email = "ada@example.com", role = "organizer" }]
files = [{ name = "Offers", children = [{ name = "a.txt", text = "a" }] }]
"#,
        "a world",
    )
    .unwrap();
    let surfaces = twin::Surfaces::of(|surface| format!("http://{}.test", surface.name()));
    let twin = twin::Twin::new(&world, surfaces, "word".into(), None, twin::Outward::default()).unwrap();
    let count = twin.google(|google, _| {
        let root = google.drive.files.find("0ASalesUk9PVA").unwrap();
        google.drive.files.space_count(root)
    });
    assert_eq!(count, 2);
    drop(desk);
}
