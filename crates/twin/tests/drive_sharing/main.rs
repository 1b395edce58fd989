//! Sharing, shared drives, changes, channels, locks, export, batches and quota in Drive.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

#[expect(dead_code, reason = "tests of files use the rest")]
#[path = "../common/drive.rs"]
mod drive;

mod changes;
mod comments;
mod drives;
mod native;
mod permissions;
mod rest;

/// A folder's world with two more people outside, a group and a shared drive.
const MORE: &str = r#"
[[google.personal_accounts]]
email = "olga@gmail.example"
given_name = "Olga"
family_name = "Sample"
id = "100000000000000000009"
"#;

const OLGA: &str = "100000000000000000009";

/// Ada's desk in a world with a group and a shared drive of hers.
fn desk() -> drive::Desk {
    let desk = drive::Desk::with_world(MORE);
    desk.twin.google(|google, _| {
        let group = twin::google::directory::Group {
            email: "team@example.com".into(),
            name: "Team".into(),
            members: std::iter::once("cleo@example.com".to_owned()).collect(),
        };
        google.directory.groups.insert(group.email.clone(), group);
    });
    desk
}
