//! People at Google: who may open what, and what they do there.

use crate::drive_common::{ANNA, BRUNO, CARLA, SYSTEM, Scene, Stage, read};
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, Change, Cursor, DocumentPlugin, ExternalRef, NewItem, Removal, VersionNote, Which,
};
use domain::{AssociateId, ErrorKind, GroupId};
use plugins::google_drive::{Access, Group, is_notice_of};
use serde_json::{Value, json};

async fn made(stage: &Stage, name: &str) -> ExternalRef {
    let new = NewItem::document(name, "text/plain");
    stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("text"))).await.unwrap().reference
}

/// Whether each of the three can open a file at Google.
async fn can_open(stage: &Stage, item: &ExternalRef) -> [bool; 3] {
    let mut can = [false; 3];
    for (can, person) in can.iter_mut().zip([ANNA, BRUNO, CARLA]) {
        let path = format!("/drive/v3/files/{}?supportsAllDrives=true", item.0);
        *can = stage.as_person(person, "GET", &path, Value::Null).await.0 == 200;
    }
    can
}

fn group() -> Audience {
    Audience::Group { group: GroupId(3), owner: AssociateId(2) }
}

fn domain_wide() -> Access {
    Access::Domain { domain: "example.com".into() }
}

#[tokio::test]
async fn t13_an_audience_is_a_folder_and_taking_it_away_is_one_move() {
    for shared in [false, true] {
        let stage = Scene { shared, access: domain_wide(), ..Scene::default() }.build().await;
        let item = made(&stage, "Letter.txt").await;
        let set = async |audience: Audience| {
            stage.plugin.set_audience(&stage.a(), &item, &audience).await.unwrap();
        };
        assert_eq!(can_open(&stage, &item).await, [true, true, true], "everyone of the domain");
        set(Audience::Person { associate: AssociateId(1) }).await;
        assert_eq!(can_open(&stage, &item).await, [true, false, false], "Anna alone");
        set(group()).await;
        assert_eq!(can_open(&stage, &item).await, [false, true, false], "the group, of which Bruno is");
        // The owner is not of the group.
        set(Audience::Group { group: GroupId(3), owner: AssociateId(3) }).await;
        assert_eq!(can_open(&stage, &item).await, [false, true, true]);
        set(Audience::Inherited).await;
        assert_eq!(can_open(&stage, &item).await, [true, true, true]);
        let file = stage.file(&item.0).await;
        let own = file["permissions"].as_array().into_iter().flatten().filter(|permission| {
            let inherited = permission["permissionDetails"][0]["inherited"].as_bool().unwrap_or(true);
            permission["role"] != "owner" && !inherited
        });
        assert_eq!(own.count(), 0, "no document has a permission of its own: {}", file["permissions"]);
    }
}

#[tokio::test]
async fn t05_a_group_that_changes_is_put_in_order_and_who_left_is_out() {
    let stage = Stage::new().await;
    let by_names = |members: &[i64]| Group {
        name: "Sales".into(),
        address: None,
        members: members.iter().copied().map(AssociateId).collect(),
    };
    let set = |members: &[i64]| {
        stage.workspace.groups.lock().unwrap().insert(GroupId(3), by_names(members));
    };
    set(&[1, 2]);
    let item = made(&stage, "Letter.txt").await;
    stage.plugin.set_audience(&stage.a(), &item, &group()).await.unwrap();
    assert_eq!(can_open(&stage, &item).await, [true, true, false]);
    set(&[2, 3]);
    stage.plugin.provision(&stage.system()).await.unwrap();
    assert_eq!(can_open(&stage, &item).await, [false, true, true]);
    // Also after a restart, when a document comes into the folder.
    set(&[2]);
    let stage = stage.restarted();
    let other = made(&stage, "Other.txt").await;
    stage.plugin.set_audience(&stage.a(), &other, &group()).await.unwrap();
    assert_eq!(can_open(&stage, &item).await, [false, true, false]);
}

#[tokio::test]
async fn t11_who_may_open_can_be_changed_later_and_every_link_stays() {
    let stage = Stage::new().await;
    let item = made(&stage, "Letter.txt").await;
    assert_eq!(can_open(&stage, &item).await, [false, false, false], "nothing is given");
    for (access, expected) in [
        (domain_wide(), [true, true, true]),
        (Access::Group { address: "everybody@example.com".into() }, [true, true, false]),
        (Access::Inherit, [false, false, false]),
    ] {
        stage.set_place(|place| place.access = access.clone());
        stage.plugin.provision(&stage.system()).await.unwrap();
        assert_eq!(can_open(&stage, &item).await, expected, "{access:?}");
        assert_eq!(read(&stage, &stage.b(), &item).await, b"text");
    }
}

#[tokio::test]
async fn g_14_nobody_is_sent_a_message_and_a_domain_is_not_even_asked() {
    let stage = Scene { access: domain_wide(), ..Scene::default() }.build().await;
    let item = made(&stage, "Letter.txt").await;
    stage.plugin.set_audience(&stage.a(), &item, &group()).await.unwrap();
    let asked: Vec<_> = stage
        .take_sent()
        .into_iter()
        .filter(|sent| sent.method == "POST" && sent.path.ends_with("/permissions"))
        .map(|sent| {
            let body: Value = serde_json::from_slice(&sent.body).unwrap();
            let told = sent.query.iter().find(|(name, _)| name == "sendNotificationEmail");
            (body["type"].as_str().unwrap().to_owned(), told.map(|(_, value)| value.clone()))
        })
        .collect();
    assert_eq!(asked, [("domain".into(), None), ("group".into(), Some("false".to_owned()))]);
}

async fn changes(stage: &Stage, cursor: &mut Cursor) -> Vec<Change> {
    let mut all = Vec::new();
    loop {
        let page = stage.plugin.changes(&stage.system(), Some(cursor)).await.unwrap();
        all.extend(page.changes.into_iter().filter(|change| !change.as_left));
        *cursor = page.next;
        if !page.more {
            return all;
        }
    }
}

#[tokio::test]
async fn g_15_what_people_do_at_google_is_told_and_what_we_do_is_not() {
    for shared in [false, true] {
        let stage = Scene { shared, ..Scene::default() }.build().await;
        let mut cursor = stage.plugin.changes(&stage.system(), None).await.unwrap().next;
        let new = NewItem {
            semantics: LockSemantics::Versioning,
            check_in: Some(VersionNote::default()),
            ..NewItem::document("Letter.txt", "text/plain")
        };
        let p = &stage.plugin;
        let item = p.create(&stage.a(), new, Some(Body::from_bytes("one"))).await.unwrap().reference;
        p.save(&stage.a(), &item, None, Body::from_bytes("two")).await.unwrap();
        p.check_in(&stage.a(), &item, &VersionNote::default()).await.unwrap();
        p.rename(&stage.a(), &item, "Offer.txt").await.unwrap();
        p.set_audience(&stage.a(), &item, &Audience::Person { associate: AssociateId(1) }).await.unwrap();
        p.remove(&stage.a(), &item, Removal::Trash).await.unwrap();
        p.restore(&stage.a(), &item).await.unwrap();
        let long = Body::from_bytes(vec![7; 5 << 20]);
        p.save(&stage.a(), &item, None, long).await.unwrap();
        p.undo_check_out(&stage.a(), &item, false).await.unwrap();
        assert_eq!(changes(&stage, &mut cursor).await, [], "our own writes come back to nobody");

        let path = format!("/drive/v3/files/{}?supportsAllDrives=true", item.0);
        stage.edit(SYSTEM, &item.0, "by hand").await;
        let told = changes(&stage, &mut cursor).await;
        let now = told[0].now.as_ref().unwrap();
        assert_eq!((told.len(), &told[0].item, now.size), (1, &item, 7));
        stage.as_person(SYSTEM, "PATCH", &path, json!({ "name": "By hand.txt" })).await;
        let told = changes(&stage, &mut cursor).await;
        assert_eq!(told[0].now.as_ref().unwrap().name, "By hand.txt");
        stage.as_person(SYSTEM, "PATCH", &path, json!({ "trashed": true })).await;
        assert!(changes(&stage, &mut cursor).await[0].now.as_ref().unwrap().trashed);
        stage.as_person(SYSTEM, "DELETE", &path, Value::Null).await;
        let told = changes(&stage, &mut cursor).await;
        assert!(
            told.contains(&Change { item: item.clone(), now: None, as_left: false, sharing: false }),
            "{told:?}"
        );
        assert_eq!(p.stat(&stage.a(), &item).await.unwrap(), None);
    }
}

#[tokio::test]
async fn flt_40_repeated_entries_count_once_and_a_rejected_mark_asks_for_a_new_beginning() {
    let stage = Stage::new().await;
    let item = made(&stage, "Letter.txt").await;
    let mut cursor = stage.plugin.changes(&stage.system(), None).await.unwrap().next;
    stage.edit(SYSTEM, &item.0, "by hand").await;
    stage.behave("changes-repeated", Value::Null, Some(1));
    assert_eq!(changes(&stage, &mut cursor).await.len(), 1);
    stage.behave("changes-token-rejected", Value::Null, Some(1));
    let rejected = stage.plugin.changes(&stage.system(), Some(&cursor)).await.unwrap_err();
    assert_eq!(rejected.kind(), ErrorKind::Gone);
    assert!(changes(&stage, &mut cursor).await.is_empty(), "the old mark was not lost");
}

#[tokio::test]
async fn g_16_a_channel_tells_with_a_secret_and_can_be_closed_twice() {
    for shared in [false, true] {
        let stage = Scene { shared, ..Scene::default() }.build().await;
        let call = stage.now(stage.system());
        let refused = stage.plugin.watch(&call, "http://crm.example.com/hook").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        let watch = stage.plugin.watch(&call, "https://crm.example.com/hook").await.unwrap();
        let sent = stage.take_sent();
        let body: Value = serde_json::from_slice(
            &sent.iter().find(|sent| sent.path.ends_with("/changes/watch")).unwrap().body,
        )
        .unwrap();
        let (id, token) = (body["id"].as_str().unwrap(), body["token"].as_str().unwrap());
        assert!(is_notice_of(&watch, id, token) && !is_notice_of(&watch, id, "guessed"));
        assert!(watch.until > call.now);
        let other = stage.plugin.watch(&call, "https://crm.example.com/hook").await.unwrap();
        assert_ne!(watch.id, other.id, "a channel's id is used once");
        for _ in 0..2 {
            stage.plugin.unwatch(&stage.system(), &watch).await.unwrap();
        }
    }
}

#[tokio::test]
async fn g_18_an_edit_at_google_of_a_free_document_is_what_everybody_reads() {
    let stage = Stage::new().await;
    for level in [LockSemantics::None, LockSemantics::Locking, LockSemantics::Versioning] {
        let new = NewItem {
            semantics: level,
            check_in: Some(VersionNote::default()),
            ..NewItem::document("Letter.txt", "text/plain")
        };
        let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("one"))).await.unwrap();
        stage.edit(SYSTEM, &item.reference.0, "edited at Google").await;
        assert_eq!(read(&stage, &stage.b(), &item.reference).await, b"edited at Google");
        let now = stage.plugin.stat(&stage.b(), &item.reference).await.unwrap().unwrap();
        assert_ne!(now.revision, item.revision);
        let told = stage.plugin.properties(&stage.a(), &item.reference, &[]).await.unwrap();
        assert_eq!(told["ChangedOutside"], "true");
        stage.plugin.check_out(&stage.a(), &item.reference).await.unwrap();
        stage.plugin.save(&stage.a(), &item.reference, None, Body::from_bytes("two")).await.unwrap();
        stage.plugin.check_in(&stage.a(), &item.reference, &VersionNote::default()).await.unwrap();
        assert_eq!(read(&stage, &stage.b(), &item.reference).await, b"two");
    }
}

#[tokio::test]
async fn an_office_file_stays_an_office_file_and_opens_in_googles_editor() {
    let stage = Scene { access: domain_wide(), ..Scene::default() }.build().await;
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let blank = stage.plugin.blank("docx").unwrap();
    let new = NewItem::document("Offer.docx", docx);
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(blank.clone()))).await.unwrap();
    assert_eq!(item.media_type, docx);
    assert_eq!(read(&stage, &stage.b(), &item.reference).await, blank, "no byte is converted");
    let open = |desktop| domain::plugin::OpenAs { desktop, write: true };
    let url = async |desktop| {
        stage.plugin.open_url(&stage.a(), &item.reference, &Which::Latest, open(desktop)).await.unwrap()
    };
    let link = url(false).await.unwrap();
    assert!(link.contains("/document/d/") && link.contains("rtpof=true"), "Office editing: {link}");
    assert_eq!(url(true).await, None, "Google has no address for a desktop application");
}

#[tokio::test]
async fn bad_24_another_account_that_does_not_reach_the_files_makes_none_anew() {
    let stage = Stage::new().await;
    let item = made(&stage, "Letter.txt").await;
    let files = async || {
        let (_, list) = stage.as_person(SYSTEM, "GET", "/drive/v3/files?pageSize=1000", Value::Null).await;
        list["files"].as_array().unwrap().len()
    };
    let before = files().await;
    let mut other = stage.workspace.connected(7);
    other.tokens = stage.tokens_of(CARLA);
    other.account = "carla@example.com".into();
    stage.workspace.connect(7, other);
    let stranger = stage.restarted();
    assert_eq!(stranger.plugin.stat(&stage.a(), &item).await.unwrap(), None);
    let new = NewItem::document("New.txt", "text/plain");
    let refused = stranger.plugin.create(&stage.a(), new, None).await.unwrap_err();
    assert!(refused.public().contains("choose another place in Settings"), "{}", refused.public());
    assert_eq!(files().await, before);
    // The new account can be given folders of its own.
    let founder = plugins::google_drive::Founder {
        connection: "system".into(),
        account: "carla@example.com".into(),
        tokens: stage.tokens_of(CARLA),
    };
    let drive = plugins::google_drive::DriveKind::MyDrive;
    let place = stranger.plugin.found(&stage.a(), founder, drive, "Documents", "Templates").await.unwrap();
    assert_ne!(place.documents, stage.place().documents);
}
