//! One person's trouble is nobody else's: a connection that its owner has to repair, a column that somebody took away, an
//! answer that says how long to wait and nothing about what was done.

use crate::sharepoint_common::{BRUNO, OLGA, Scene, Stage, read};
use crate::sharepoint_jobs::{SHAREPOINT, app, at, upload};
use domain::ErrorKind;
use domain::living::Happening;
use domain::locking::LockSemantics;
use domain::plugin::{Body, DocumentPlugin as _, NewItem, VersionNote};
use domain::sharepoint::Facts;
use domain::visibility::VisibleFor;
use serde_json::{Value, json};
use testkit::house::House;
use twin::core::faults::{Effect, Rule};

fn breaks(stage: &Stage, who: i64) {
    stage.tokens.broken.lock().unwrap().push(format!("person-{who}"));
}

#[tokio::test]
async fn changes_are_heard_although_somebody_who_holds_a_document_cannot_be_asked() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let here = app(&house, &stage);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let open = upload(&here, &ada, "Open", VisibleFor::Everyone).await;
    let held = upload(&here, &bo, "Held", VisibleFor::Everyone).await;
    here.documents().check_out(&bo, held).await.unwrap();
    let path = at(&here, &house, &ada, open).await;
    let stage = stage.restarted();
    let here = app(&house, &stage);
    breaks(&stage, BRUNO);
    here.living().run_due(house.now(), None).await.unwrap();
    for (n, name) in ["One.txt", "Two.txt"].into_iter().enumerate() {
        assert_eq!(stage.as_person(OLGA, "PATCH", &path, json!({ "name": name })).await.0, 200);
        house.pass(60);
        stage.pass(60);
        if n == 1 {
            here.living().compare_soon(&ada, SHAREPOINT).await.unwrap();
        }
        here.living().run_due(house.now(), None).await.unwrap();
        assert_eq!(here.documents().get(&ada, open).await.unwrap().document.file_name, name);
    }
    assert!(here.living().places(&ada).await.unwrap()[0].feed.trouble.is_empty());
    let still = here.documents().get(&ada, held).await.unwrap().document;
    assert!(still.held_by.is_some(), "it is theirs as before");
    let told = here.living().history(&ada, held).await.unwrap().happened;
    assert!(
        !told.iter().any(|one| one.what == Happening::Edited || one.what == Happening::Missing),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_somebody_began_whose_connection_is_broken_keeps_nobody_waiting() {
    let stage = Stage::new().await;
    let new = NewItem {
        semantics: LockSemantics::Locking,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Offer.txt", "text/plain")
    };
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("first"))).await.unwrap().reference;
    // A rename in the middle of which everything is away.
    for skip in 0.. {
        stage.twin.house().faults.order(Rule { skip, ..Rule::new(Effect::Refused) });
        stage.plugin.rename(&stage.b(), &item, "Letter.txt").await.unwrap_err();
        stage.calm();
        stage.pass(600);
        if stage.record(&item).await["pending"].is_object() {
            break;
        }
    }
    let stage = stage.restarted();
    breaks(&stage, BRUNO);
    stage.pass(600);
    stage.plugin.check_out(&stage.a(), &item).await.unwrap();
    assert_eq!(read(&stage, &stage.a(), &item).await, b"first");
}

#[tokio::test]
async fn a_column_that_somebody_took_away_stops_no_new_document() {
    let stage = Scene { columns: true, ..Scene::default() }.build().await;
    let path = format!("/drives/{}/list/columns", stage.place().documents.drive);
    let (_, all) = stage.as_person(OLGA, "GET", &path, Value::Null).await;
    let all = all["value"].as_array().unwrap();
    let company = all.iter().find(|column| column["name"] == "ChanceryCompany").unwrap();
    let path = format!("{path}/{}", company["id"].as_str().unwrap());
    assert_eq!(stage.as_person(OLGA, "DELETE", &path, Value::Null).await.0, 204);
    let new = NewItem::document("Offer.txt", "text/plain");
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.unwrap().reference;
    assert_eq!(read(&stage, &stage.b(), &item).await, b"x");
    let record = stage.record(&item).await;
    assert!(record["facts_wait"] == true && record["pending"].is_null(), "they wait: {record}");
    // The set-up makes it again, and the next look fills it in.
    stage.plugin.make_columns(&stage.system(), stage.tenant.connected(7)).await.unwrap();
    stage.plugin.set_facts(&stage.system(), &item, &domain::plugin::Placement::default()).await.unwrap();
    let record = stage.record(&item).await;
    assert_eq!((&record["facts_wait"], &record["shown"]), (&json!(false), &json!(Facts::usual())));
}

#[tokio::test]
async fn a_gateway_that_tells_how_long_to_wait_says_nothing_about_what_was_done() {
    let stage = Stage::new().await;
    let new = NewItem {
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Offer.txt", "text/plain")
    };
    let item = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("x"))).await.unwrap().reference;
    stage.plugin.check_out(&stage.a(), &item).await.unwrap();
    let headers = vec![("RateLimit-Reset".to_owned(), "2".to_owned())];
    let effect = Effect::Answer { status: 504, headers, body: Value::Null };
    stage.twin.house().faults.order(Rule::new(effect).at("driveItem.checkin"));
    stage.wire.sent.lock().unwrap().clear();
    let note = VersionNote::text("second");
    let unsure = stage.plugin.check_in(&stage.a(), &item, &note).await.unwrap_err();
    assert_eq!(unsure.kind(), ErrorKind::Unavailable, "{unsure:?}");
    let asked = stage.wire.sent.lock().unwrap().iter().filter(|sent| sent.path.ends_with("/checkin")).count();
    assert_eq!(asked, 1, "it may have been done, and is found out about");
    stage.calm();
    stage.plugin.check_in(&stage.a(), &item, &note).await.unwrap();
    assert_eq!(stage.plugin.versions(&stage.a(), &item).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_upload_that_is_held_back_waits_as_long_as_it_is_told() {
    use domain::plugin::Placement;
    use plugins::budget::Pace as _;

    let stage = Stage::new().await;
    let new =
        NewItem { place: Placement::default(), ..NewItem::document("Long.bin", "application/octet-stream") };
    let effect = Effect::Answer {
        status: 429,
        headers: vec![("Retry-After".to_owned(), "30".to_owned())],
        body: Value::Null,
    };
    let mut rule = Rule::new(effect);
    (rule.place.surface, rule.place.method) = (Some(twin::Surface::Sharepoint), Some("PUT".into()));
    stage.twin.house().faults.order(Rule { times: Some(2), ..rule });
    let (before, content) = (stage.pace.now(), vec![7u8; 12 << 20]);
    let made = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes(content.clone()))).await.unwrap();
    let waited = stage.pace.now().checked_sub(before).unwrap();
    assert!(waited >= std::time::Duration::from_mins(1), "twice: {waited:?}");
    assert_eq!(read(&stage, &stage.a(), &made.reference).await, content);
}
