use super::{at, call, headings, letter, note};
use serde_json::{Value, json};
use testkit::world::World;

#[tokio::test]
async fn a_document_is_checked_out_saved_checked_in_and_brought_back() {
    let world = World::new().await;
    let (bjorn, carla) = (world.as_("bjorn").await, world.as_("carla").await);
    let document = letter(&world, &bjorn, "Offer").await;
    let (lock, content) = (format!("{}/lock", at(&document)), format!("{}/content", at(&document)));
    let first = call(carla.get(&content)).await.expect(200).text();

    assert_eq!(call(bjorn.get(&lock)).await.expect(200).json()["state"], "not_checked_out");
    let out = call(bjorn.post(&lock)).await.expect(200).json();
    assert_eq!(out["document"]["checked_out_by"]["name"], "Bjorn Test");
    assert_eq!(call(bjorn.get(&lock)).await.json()["state"], "own");
    assert_eq!(call(carla.get(&lock)).await.json()["state"], "other");

    let etag = call(bjorn.get(&content)).await.etag();
    call(bjorn.put(&content).bytes("second draft")).await.expect(428);
    call(bjorn.put(&content).header("if-match", "\"stale\"").bytes("second draft")).await.expect(412);
    call(bjorn.put(&content).header("if-match", &etag).bytes("second draft")).await.expect(200);
    assert_eq!(call(carla.get(&content)).await.text(), first, "unpublished work is the holder's alone");
    call(carla.put(&lock)).await.expect(409);
    call(carla.delete(&lock)).await.expect(409);
    call(carla.put(&content).header("if-match", "*").bytes("mine")).await.expect(409);
    assert_eq!(call(bjorn.get(&content)).await.text(), "second draft", "a foreign check-in changes nothing");

    let comment = json!({ "comment": "Prices of December", "extra": { "reviewed": "yes" } });
    call(bjorn.put(&lock).json(&comment)).await.expect(200);
    assert_eq!(call(carla.get(&content)).await.text(), "second draft");
    let versions = call(carla.get(&format!("{}/versions", at(&document)))).await.expect(200).json();
    let versions = versions["items"].as_array().unwrap().clone();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[1]["comment"], "Prices of December");
    assert_eq!(versions[1]["by"]["name"], "Bjorn Test");

    let old = format!("{}/versions/{}", at(&document), versions[0]["id"].as_str().unwrap());
    assert_eq!(call(carla.get(&format!("{old}/content"))).await.expect(200).text(), first);
    call(carla.post(&format!("{old}/restore"))).await.expect(200);
    assert_eq!(call(bjorn.get(&content)).await.text(), first);
    call(carla.get(&format!("{}/versions/nonsense/content", at(&document)))).await.expect(404);
    call(carla.post(&format!("{}/versions/nonsense/restore", at(&document)))).await.expect(404);
}

#[tokio::test]
async fn somebody_elses_work_is_discarded_by_right_only() {
    let world = World::new().await;
    let (astrid, bjorn, carla) =
        (world.as_("astrid").await, world.as_("bjorn").await, world.as_("carla").await);
    let document = letter(&world, &bjorn, "Offer").await;
    let lock = format!("{}/lock", at(&document));
    call(bjorn.post(&lock)).await.expect(200);
    call(carla.delete(&format!("{lock}?force=true"))).await.expect(403);
    call(astrid.delete(&lock)).await.expect(409);
    call(carla.delete(&format!("{lock}?force=maybe"))).await.expect(422);
    call(astrid.delete(&format!("{lock}?force=true"))).await.expect(200);
    assert_eq!(call(bjorn.get(&lock)).await.json()["state"], "not_checked_out");
}

#[tokio::test]
async fn a_completed_document_keeps_its_content_until_the_mark_is_taken_away() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let document = letter(&world, &bjorn, "Offer").await;
    let completed = json!({ "status": "completed" });
    call(bjorn.patch(&at(&document)).header("if-match", "*").json(&completed)).await.expect(200);
    let content = format!("{}/content", at(&document));
    call(bjorn.put(&content).header("if-match", "*").bytes("late")).await.expect(409);
    call(bjorn.post(&format!("{}/lock", at(&document)))).await.expect(409);
    let started = json!({ "status": "started" });
    call(bjorn.patch(&at(&document)).header("if-match", "*").json(&started)).await.expect(200);
    call(bjorn.put(&content).header("if-match", "*").bytes("late")).await.expect(200);
}

#[tokio::test]
async fn a_document_goes_to_the_trash_comes_back_and_is_removed_for_good() {
    let world = World::new().await;
    let (bjorn, carla) = (world.as_("bjorn").await, world.as_("carla").await);
    let document = note(&world, &bjorn, "Note").await;
    let address = at(&document);
    call(carla.delete(&address)).await.expect(403);
    call(bjorn.delete(&format!("{address}?permanent=true"))).await.expect(409);
    assert_eq!(call(bjorn.delete(&address)).await.expect(200).json()["document"]["state"], "trashed");
    call(bjorn.get(&format!("{address}/content"))).await.expect(409);
    let trash = call(bjorn.get("/api/v1/documents?trashed=true")).await.json();
    assert_eq!(headings(&trash), ["Note"]);
    assert_eq!(
        call(bjorn.post(&format!("{address}/restore"))).await.expect(200).json()["document"]["state"],
        "ready"
    );
    call(bjorn.post(&format!("{address}/restore"))).await.expect(409);
    call(bjorn.delete(&address)).await.expect(200);
    call(bjorn.delete(&format!("{address}?permanent=true"))).await.expect(204);
    call(bjorn.get(&address)).await.expect(404);
}

#[tokio::test]
async fn a_copy_belongs_to_whoever_made_it() {
    let world = World::new().await;
    let (bjorn, carla) = (world.as_("bjorn").await, world.as_("carla").await);
    let document = letter(&world, &bjorn, "Offer").await;
    let copy = format!("{}/copy", at(&document));
    let made = call(carla.post(&copy).json(&json!({ "heading": "Offer for Bergen" }))).await.expect(201);
    let copied = made.json();
    assert_eq!(made.header("location"), at(&copied));
    assert_eq!(
        (&copied["heading"], &copied["owner"]["name"]),
        (&json!("Offer for Bergen"), &json!("Carla Test"))
    );
    call(carla.post(&copy)).await.expect(201);
    call(carla.post(&copy).bytes("heading=x")).await.expect(415);
}

#[tokio::test]
async fn what_the_plugin_offers_is_passed_through() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let document = letter(&world, &bjorn, "Offer").await;
    let preview = call(bjorn.get(&format!("{}/preview", at(&document)))).await.expect(200).json();
    assert!(preview["html"].as_str().unwrap().contains("Offer"), "{preview}");
    let properties = call(bjorn.get(&format!("{}/properties", at(&document)))).await.expect(200).json();
    let all = properties["properties"].as_object().unwrap();
    let (name, value) = all.iter().next().unwrap();
    let one = call(bjorn.get(&format!("{}/properties?names={name},nonsense", at(&document)))).await.json();
    assert_eq!(one["properties"], json!({ name: value }));
    let commands = call(bjorn.get(&format!("{}/commands", at(&document)))).await.expect(200).json();
    let name = commands["items"][0]["name"].as_str().unwrap().to_owned();
    let run = call(bjorn.post(&format!("{}/commands/{name}", at(&document)))).await.expect(200).json();
    assert_ne!(run["answer"]["kind"], Value::Null);
    call(bjorn.post(&format!("{}/commands/nonsense", at(&document))).json(&json!({}))).await.expect(404);
}
