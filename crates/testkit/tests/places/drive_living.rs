//! Living links: what people do at Google is seen in the CRM, told or not, once, and without feedback from our own work.

use crate::acceptance_common;
use crate::acceptance_common::kind;
use crate::drive_common::application::{GOOGLE, app, made};
use crate::drive_common::{SYSTEM, Stage};
use app::App;
use app::documents::{CheckIn, ReplaceContent};
use app::living::{History, Run};
use domain::documents::{Document, DocumentState};
use domain::living::Happening;
use domain::plugin::{Body, Notice, Which};
use domain::{Ctx, DocumentId, ErrorKind};
use serde_json::{Value, json};
use testkit::house::{House, heading};
use twin::core::faults::Effect;

const ORIGIN: &str = "https://crm.example.com";

/// A house with one document at Google, listened to.
struct Scene {
    house: House,
    stage: Stage,
    app: App,
    document: Document,
}

impl Scene {
    async fn new() -> Self {
        let (house, stage) = (House::new().await, Stage::new().await);
        let app = app(&house, &stage);
        let document = made(&app, &house, heading("Offer"), "the offer").await;
        let scene = Self { house, stage, app, document };
        scene.pass(0).await;
        scene
    }

    /// Lets time go by, then listens.
    async fn pass(&self, seconds: i64) -> Run {
        self.house.pass(seconds);
        self.app.living().run_due(self.house.now(), None).await.unwrap()
    }

    async fn ada(&self) -> Ctx {
        self.house.as_("ada").await
    }

    fn id(&self) -> DocumentId {
        self.document.id
    }

    fn path(&self) -> String {
        format!("/drive/v3/files/{}?supportsAllDrives=true", self.document.reference().unwrap().0)
    }

    async fn by_hand(&self, change: Value) {
        let (status, answer) = self.stage.as_person(SYSTEM, "PATCH", &self.path(), change).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn now(&self) -> Document {
        self.app.documents().get(&self.ada().await, self.id()).await.unwrap().document
    }

    async fn history(&self) -> History {
        self.app.living().history(&self.ada().await, self.id()).await.unwrap()
    }

    /// What happened, the oldest first.
    async fn happened(&self) -> Vec<Happening> {
        self.history().await.happened.into_iter().rev().map(|one| one.what).collect()
    }

    /// Makes a folder at Google, in another one or at the top.
    async fn folder(&self, name: &str, parent: Option<&str>) -> String {
        let mut body = json!({ "name": name, "mimeType": "application/vnd.google-apps.folder" });
        if let Some(parent) = parent {
            body["parents"] = json!([parent]);
        }
        let (_, made) = self.stage.as_person(SYSTEM, "POST", "/drive/v3/files", body).await;
        made["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn renamed_edited_trashed_and_restored_at_google_is_seen_within_a_minute() {
    let scene = Scene::new().await;
    scene.by_hand(json!({ "name": "Offer to Solsiden.txt" })).await;
    assert_eq!(scene.pass(59).await.changed, 1);
    assert_eq!(scene.now().await.file_name, "Offer to Solsiden.txt");
    let item = scene.document.reference().unwrap().0.clone();
    scene.stage.edit(SYSTEM, &item, "a longer offer").await;
    scene.pass(59).await;
    let now = scene.now().await;
    assert_eq!(now.size, 14);
    assert_ne!(now.revision, scene.document.revision);
    scene.by_hand(json!({ "trashed": true })).await;
    scene.pass(59).await;
    assert_eq!(scene.now().await.state, DocumentState::Trashed);
    scene.by_hand(json!({ "trashed": false })).await;
    scene.pass(59).await;
    assert_eq!(scene.now().await.state, DocumentState::Ready);
    let from = "Offer.txt".to_owned();
    assert_eq!(
        scene.happened().await,
        [
            Happening::Renamed { from, to: "Offer to Solsiden.txt".into() },
            Happening::Edited,
            Happening::Trashed,
            Happening::Restored,
        ]
    );
    let found = scene.app.documents().get(&scene.ada().await, scene.id()).await.unwrap();
    assert!(found.document.updated_by.is_none(), "nobody of ours did it");
    let listed = acceptance_common::listed(&scene.app, &scene.ada().await, "Solsiden").await;
    assert_eq!(listed.len(), 1, "the new name is found by search");
}

#[tokio::test]
async fn moved_by_hand_is_told_with_the_way_there_and_moved_back_as_well() {
    let scene = Scene::new().await;
    let file = scene.stage.file(&scene.document.reference().unwrap().0).await;
    let home = file["parents"][0].as_str().unwrap().to_owned();
    let top = scene.folder("Sales", None).await;
    let inner = scene.folder("Won", Some(&top)).await;
    let shift = async |to: &str, from: &str| {
        let path = format!("{}&addParents={to}&removeParents={from}", scene.path());
        assert_eq!(scene.stage.as_person(SYSTEM, "PATCH", &path, json!({})).await.0, 200);
    };
    shift(&inner, &home).await;
    scene.pass(60).await;
    let at = scene.app.living().at_place(&scene.ada().await, scene.id()).await.unwrap().unwrap();
    assert!(at.moved && at.path.ends_with("Sales/Won/Offer.txt"), "{at:?}");
    assert_eq!(scene.happened().await, [Happening::Moved { to: at.path }]);
    shift(&home, &inner).await;
    scene.pass(60).await;
    assert_eq!(scene.happened().await.last(), Some(&Happening::MovedBack));
    assert_eq!(scene.history().await.outside, domain::living::Outside::default());
}

#[tokio::test]
async fn removed_for_good_is_missing_and_nothing_of_ours_is_deleted() {
    let scene = Scene::new().await;
    scene.stage.as_person(SYSTEM, "DELETE", &scene.path(), Value::Null).await;
    assert_eq!(scene.pass(60).await.changed, 1);
    let now = scene.now().await;
    assert_eq!((now.state, now.properties.heading.as_str()), (DocumentState::Ready, "Offer"));
    assert!(scene.history().await.outside.missing.is_some());
    assert_eq!(scene.happened().await, [Happening::Missing]);
    assert_eq!(scene.pass(60).await.changed, 0, "it is told once");
    let view = scene.app.living().places(&scene.ada().await).await.unwrap();
    assert_eq!(view[0].missing, 1);
}

#[tokio::test]
async fn a_folder_in_the_trash_takes_its_documents_with_it_and_brings_them_back() {
    let scene = Scene::new().await;
    let file = scene.stage.file(&scene.document.reference().unwrap().0).await;
    let folder = format!("/drive/v3/files/{}?supportsAllDrives=true", file["parents"][0].as_str().unwrap());
    scene.stage.as_person(SYSTEM, "PATCH", &folder, json!({ "trashed": true })).await;
    scene.pass(60).await;
    assert_eq!(scene.now().await.state, DocumentState::Trashed);
    scene.stage.as_person(SYSTEM, "PATCH", &folder, json!({ "trashed": false })).await;
    scene.pass(60).await;
    assert_eq!(scene.now().await.state, DocumentState::Ready);
    assert_eq!(scene.happened().await, [Happening::Trashed, Happening::Restored]);
}

#[tokio::test]
async fn our_own_work_leaves_nothing_to_tell() {
    let scene = Scene::new().await;
    let ada = scene.ada().await;
    let documents = scene.app.documents();
    documents.check_out(&ada, scene.id()).await.unwrap();
    documents.replace(&ada, scene.id(), ReplaceContent::default(), Body::from_bytes("second")).await.unwrap();
    documents.check_in(&ada, scene.id(), CheckIn::default()).await.unwrap();
    documents.rename(&ada, scene.id(), None, "Offer 2.txt").await.unwrap();
    documents.trash(&ada, scene.id()).await.unwrap();
    documents.restore(&ada, scene.id()).await.unwrap();
    let before = scene.now().await;
    scene.pass(60).await;
    // Also when everything is compared.
    scene.pass(86_400).await;
    assert_eq!(scene.happened().await, []);
    assert_eq!(scene.now().await.row_version, before.row_version, "the row was not touched");
}

#[tokio::test]
async fn an_edit_at_google_during_a_check_out_is_told_to_the_holder_and_overwritten_by_nobody() {
    let scene = Scene::new().await;
    let ada = scene.ada().await;
    scene.app.documents().check_out(&ada, scene.id()).await.unwrap();
    let seen = scene.now().await.revision;
    scene.stage.edit(SYSTEM, &scene.document.reference().unwrap().0, "from outside").await;
    scene.pass(60).await;
    assert_eq!(scene.happened().await, [Happening::Edited]);
    let now = scene.now().await;
    assert_eq!(now.held_by, Some(ada.associate().unwrap().id), "it is still hers");
    let ask = ReplaceContent { expected: seen, file_name: None };
    let refused = scene.app.documents().replace(&ada, scene.id(), ask, Body::from_bytes("mine")).await;
    assert_eq!(kind(refused), ErrorKind::Stale);
}

#[tokio::test]
async fn flt_39_whatever_was_told_or_lost_the_state_is_googles_after_the_daily_comparison() {
    let scene = Scene::new().await;
    // The list of changes does not tell of what follows; nor does anybody else.
    scene.stage.behave("changes-lag", json!(40 * 86_400), None);
    scene.by_hand(json!({ "name": "Unheard of.txt" })).await;
    scene.pass(60).await;
    assert_eq!(scene.now().await.file_name, "Offer.txt", "the control: the list is silent");
    scene.pass(86_400).await;
    assert_eq!(scene.now().await.file_name, "Unheard of.txt");
}

#[tokio::test]
async fn flt_40_a_mark_that_is_not_accepted_any_more_means_comparing_and_removes_nothing() {
    let scene = Scene::new().await;
    let others = made(&scene.app, &scene.house, heading("Other"), "other").await;
    scene.by_hand(json!({ "name": "While nobody listened.txt" })).await;
    scene.stage.behave("changes-token-rejected", Value::Null, Some(1));
    // The list of files is late, too: it shows nothing.
    scene.stage.behave("list-lag", json!(4_000 * 86_400), Some(1));
    scene.pass(60).await;
    assert_eq!(scene.now().await.file_name, "While nobody listened.txt");
    assert_eq!(scene.happened().await.len(), 1);
    let other = scene.app.living().history(&scene.ada().await, others.id).await.unwrap();
    assert_eq!((other.outside.missing, other.happened.len()), (None, 0), "late is not missing");
    assert_eq!(scene.pass(60).await.changed, 0, "and it goes on from there");
}

#[tokio::test]
async fn flt_39_a_notice_with_the_secret_is_heard_and_any_other_is_not() {
    let scene = Scene::new().await;
    let living = scene.app.living();
    let of = scene.house.installation.id;
    scene.stage.twin.house().clock.stop_at(scene.house.now());
    scene.house.pass(60);
    living.run_due(scene.house.now(), Some(ORIGIN)).await.unwrap();
    let sent = scene.stage.take_sent();
    let asked =
        sent.iter().find(|sent| sent.path.ends_with("/changes/watch")).expect("a watch was asked for");
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(body["address"], format!("{ORIGIN}/notices/{of}/{GOOGLE}"));
    let notice = |token: &str| Notice {
        headers: [("x-goog-channel-id", body["id"].as_str().unwrap()), ("x-goog-channel-token", token)]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into(),
        body: bytes::Bytes::new(),
    };
    let told = notice(body["token"].as_str().unwrap());
    // Nothing is due by itself: who is told asks less.
    scene.house.pass(60);
    assert_eq!(living.run_due(scene.house.now(), Some(ORIGIN)).await.unwrap().asked, 0);
    scene.by_hand(json!({ "name": "Told.txt" })).await;
    assert!(!living.hear(of, GOOGLE, &notice("guessed"), scene.house.now()).await.unwrap());
    assert_eq!(living.run_due(scene.house.now(), Some(ORIGIN)).await.unwrap().asked, 0);
    for _ in 0..3 {
        assert!(living.hear(of, GOOGLE, &told, scene.house.now()).await.unwrap(), "also when it comes again");
    }
    living.told_of_changes().await;
    assert_eq!(living.run_due(scene.house.now(), Some(ORIGIN)).await.unwrap().changed, 1);
    assert_eq!(scene.now().await.file_name, "Told.txt");

    // It is renewed a day before it ends, and the old one closed.
    scene.house.pass(6 * 86_400 + 3600);
    scene.stage.twin.house().clock.stop_at(scene.house.now());
    scene.stage.take_sent();
    living.run_due(scene.house.now(), Some(ORIGIN)).await.unwrap();
    let sent = scene.stage.take_sent();
    let count = |end: &str| sent.iter().filter(|sent| sent.path.ends_with(end)).count();
    assert_eq!((count("/changes/watch"), count("/channels/stop")), (1, 1));
    assert!(
        !living.hear(of, GOOGLE, &told, scene.house.now()).await.unwrap(),
        "the old secret is worth nothing"
    );
}

#[tokio::test]
async fn flt_39_a_renewal_that_fails_is_an_alarm_before_the_end_and_changes_are_still_seen() {
    let scene = Scene::new().await;
    scene.stage.twin.house().clock.stop_at(scene.house.now());
    scene.house.pass(60);
    scene.app.living().run_due(scene.house.now(), Some(ORIGIN)).await.unwrap();
    let view = async || scene.app.living().places(&scene.ada().await).await.unwrap().remove(0);
    assert!(view().await.watched && !view().await.ending);
    scene.stage.fault(
        Effect::Answer { status: 400, headers: Vec::new(), body: Value::Null },
        "changes.watch",
        1000,
    );
    scene.house.pass(7 * 86_400 - 3600);
    scene.app.living().run_due(scene.house.now(), Some(ORIGIN)).await.unwrap();
    assert!(view().await.ending, "somebody has to know");
    scene.house.pass(2 * 3600);
    scene.by_hand(json!({ "name": "Seen all the same.txt" })).await;
    scene.app.living().run_due(scene.house.now(), Some(ORIGIN)).await.unwrap();
    assert_eq!(scene.now().await.file_name, "Seen all the same.txt");
    assert!(!view().await.watched);
}

#[tokio::test]
async fn a_place_that_fails_is_left_alone_longer_each_time_and_says_why() {
    let scene = Scene::new().await;
    let of = scene.house.installation.id;
    let connected = scene.stage.workspace.disconnect(of.0);
    assert_eq!(scene.pass(60).await.failed, 1);
    assert_eq!(scene.pass(20).await, Run::default(), "not yet");
    assert_eq!(scene.pass(15).await.failed, 1);
    assert_eq!(scene.pass(45).await, Run::default(), "twice as long");
    let view = scene.app.living().places(&scene.ada().await).await.unwrap().remove(0);
    assert!(!view.feed.trouble.is_empty());
    scene.stage.workspace.connect(of.0, connected);
    scene.by_hand(json!({ "name": "Later.txt" })).await;
    assert_eq!(scene.pass(60).await.changed, 1, "nothing was lost meanwhile");
    let view = scene.app.living().places(&scene.ada().await).await.unwrap().remove(0);
    assert_eq!(view.feed.trouble, "");
}

#[tokio::test]
async fn opening_leads_to_google_and_people_who_may_not_see_a_document_learn_nothing() {
    let scene = Scene::new().await;
    let (ada, living) = (scene.ada().await, scene.app.living());
    let open = domain::plugin::OpenAs { desktop: false, write: true };
    let refused = scene.app.documents().open(&ada, scene.id(), open).await;
    assert_eq!(kind(refused), ErrorKind::Forbidden, "the folder lets nobody in");
    let of = scene.house.installation.id;
    let mut connected = scene.stage.workspace.connected(of.0);
    connected.place.let_in = true;
    scene.stage.workspace.connect(of.0, connected);
    let url = scene.app.documents().open(&ada, scene.id(), open).await.unwrap().unwrap();
    assert!(url.starts_with("http"), "{url}");
    let private = made(
        &scene.app,
        &scene.house,
        domain::documents::Properties {
            visible_for: domain::visibility::VisibleFor::Owner,
            ..heading("Private")
        },
        "mine",
    )
    .await;
    let bo = scene.house.as_("bo").await;
    assert_eq!(kind(living.history(&bo, private.id).await), ErrorKind::NotFound);
    assert_eq!(kind(living.at_place(&bo, private.id).await), ErrorKind::NotFound);
    assert_eq!(kind(scene.app.documents().open(&bo, private.id, open).await), ErrorKind::NotFound);
    assert_eq!(kind(living.places(&bo).await), ErrorKind::Forbidden);
    let content = scene.app.documents().read(&ada, private.id, &Which::Latest, None).await.unwrap();
    assert_eq!(acceptance_common::collect(content.content.stream).await.unwrap(), b"mine");
}
