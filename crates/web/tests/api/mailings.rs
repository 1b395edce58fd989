use super::call;
use serde_json::json;
use testkit::world::World;

#[tokio::test]
async fn a_mail_merge_is_forecast_begun_once_watched_and_stopped() {
    let world = World::new().await;
    let (bjorn, carla) = (world.as_("bjorn").await, world.as_("carla").await);
    let body = json!({ "template": world.first.letter, "kind": "contact", "heading": "Invitation" });
    let forecast = call(bjorn.post("/api/v1/mailings/forecast").json(&body)).await.expect(200).json();
    let many = forecast["documents"].as_u64().unwrap();
    assert!(many > 1 && forecast["stored_in"] == "Archive", "{forecast}");
    let begin = || bjorn.post("/api/v1/mailings").header("idempotency-key", "one").json(&body);
    let begun = call(begin()).await.expect(201);
    let again = call(begin()).await.expect(201);
    assert_eq!(begun.json()["id"], again.json()["id"], "the same key begins it once");
    let address = begun.header("location").to_owned();
    call(carla.get(&address)).await.expect(404);
    assert_eq!(call(bjorn.post(&format!("{address}/pause"))).await.expect(200).json()["state"], "paused");
    assert_eq!(call(bjorn.post(&format!("{address}/resume"))).await.expect(200).json()["state"], "running");
    while world.app().mailings().work(world.clock.now()).await.unwrap() == app::mailings::Left::More {}
    let done = call(bjorn.get(&address)).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["done"].as_u64()), (Some("finished"), Some(many)), "{done}");
    let records = call(bjorn.get(&format!("{address}/records?state=done"))).await.expect(200).json();
    let document = records["items"][0]["document"].to_string();
    let made = call(bjorn.get(&format!("/api/v1/documents/{document}"))).await.expect(200).json();
    assert_eq!(made["heading"], "Invitation");
    call(bjorn.post(&format!("{address}/retry"))).await.expect(409);
    call(bjorn.post(&format!("{address}/stop"))).await.expect(409);
    call(bjorn.get(&format!("{address}/records?state=gone"))).await.expect(422);
    let all = call(bjorn.get("/api/v1/mailings")).await.expect(200).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_mail_merge_that_cannot_be_names_the_member() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    for (body, field) in [
        (json!({ "template": world.first.letter, "kind": "contact", "ids": [] }), "records"),
        (json!({ "template": world.first.letter, "kind": "contact", "joined": true }), "joined"),
        (json!({ "template": world.first.letter, "kind": "sale" }), "kind"),
    ] {
        let refused = call(bjorn.post("/api/v1/mailings").json(&body)).await.expect(422).json();
        assert_eq!(refused["field"], field, "{refused}");
    }
    let hidden = json!({ "template": world.first.memo, "kind": "contact" });
    call(bjorn.post("/api/v1/mailings").json(&hidden)).await.expect(404);
}

#[tokio::test]
async fn templates_are_exported_and_an_import_tells_its_plan_before_it_is_carried_out() {
    let world = World::new().await;
    let astrid = world.as_("astrid").await;
    let new = json!({ "from": { "blank": "txt" }, "name": "Blank" });
    call(astrid.post("/api/v1/templates").json(&new)).await.expect(201);
    let bundle = call(astrid.get("/api/v1/templates/bundle")).await.expect(200);
    let plan =
        call(astrid.put("/api/v1/templates/bundle").bytes(bundle.body.clone())).await.expect(200).json();
    let blank = plan["templates"].as_array().unwrap().iter().find(|t| t["name"] == "Blank").unwrap().clone();
    assert_eq!(blank["change"], "same", "{plan}");
    let other = world.as_in(&world.second, "frida").await;
    let there =
        call(other.put("/api/v1/templates/bundle").bytes(bundle.body.clone())).await.expect(200).json();
    let blank = |plan: &serde_json::Value| {
        plan["templates"].as_array().unwrap().iter().find(|t| t["name"] == "Blank").unwrap()["change"].clone()
    };
    assert_eq!(blank(&there), "new", "{there}");
    let put = other.put("/api/v1/templates/bundle?apply=true").bytes(bundle.body.clone());
    call(put).await.expect(200);
    let after = call(other.put("/api/v1/templates/bundle").bytes(bundle.body)).await.expect(200).json();
    assert_eq!(blank(&after), "same", "{after}");
    call(other.put("/api/v1/templates/bundle").bytes("no bundle")).await.expect(422);
}
