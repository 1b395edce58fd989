use super::call;
use serde_json::json;
use testkit::world::World;

#[tokio::test]
async fn each_kind_of_record_is_listed_found_and_read() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let place = &world.first;
    let table = [
        ("companies", place.companies[0].0, "name", "Bergen Sjømat 1 AS", "sjømat%201"),
        ("contacts", place.contacts[0].0, "full_name", "Hanne 1 Hansen", "hansen%201"),
        ("projects", place.projects[0].0, "name", "Cold store 1", "cold%201"),
        ("sales", place.sales[0].0, "title", "Salmon, lot 1", "salmon%201"),
        ("associates", place.people[1].0, "full_name", "Bjorn Test", "bjorn"),
    ];
    for (kind, id, member, value, words) in table {
        let all = call(bjorn.get(&format!("/api/v1/{kind}"))).await.expect(200).json();
        assert!(all["items"].as_array().unwrap().len() >= 3, "{kind}");
        let found = call(bjorn.get(&format!("/api/v1/{kind}?q={words}"))).await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{kind}: {found}");
        assert_eq!(found["items"][0]["id"], id, "{kind}");
        let one = call(bjorn.get(&format!("/api/v1/{kind}/{id}"))).await.expect(200).json();
        assert_eq!(one[member], value, "{kind}");
        call(bjorn.get(&format!("/api/v1/{kind}/999"))).await.expect(404);
        for fault in ["limit=0", "limit=x", "nonsense=1", "after=%00"] {
            call(bjorn.get(&format!("/api/v1/{kind}?{fault}"))).await.expect(422);
        }
    }
}

#[tokio::test]
async fn pages_of_records_join_without_gap_or_repetition() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let mut names = Vec::new();
    let mut address = "/api/v1/companies?limit=1".to_owned();
    loop {
        let page = call(bjorn.get(&address)).await.expect(200);
        let body = page.json();
        names
            .extend(body["items"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()));
        let Some((next, _)) = page.header("link").split_once('>') else { break };
        address = next.trim_start_matches('<').to_owned();
    }
    assert_eq!(names, ["Bergen Sjømat 1 AS", "Bergen Sjømat 2 AS", "Bergen Sjømat 3 AS"]);
}

#[tokio::test]
async fn money_keeps_its_digits_and_its_currency() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let sale = call(bjorn.get(&format!("/api/v1/sales/{}", world.first.sales[0]))).await.expect(200).json();
    assert_eq!(sale["amount"], json!({ "amount": "123450.50", "currency": "NOK" }));
    assert_eq!(sale["project"]["name"], "Cold store 1");
}

#[tokio::test]
async fn search_finds_every_kind_and_keeps_its_limit() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let hits = call(bjorn.get("/api/v1/search?q=s&limit=2")).await.expect(200).json();
    let of = |kind: &str| hits["items"].as_array().unwrap().iter().filter(|h| h["kind"] == kind).count();
    assert_eq!((of("company"), of("project"), of("sale")), (2, 2, 2), "{hits}");
    assert_eq!(call(bjorn.get("/api/v1/search?q=")).await.expect(200).json()["items"], json!([]));
    for fault in ["q=a&limit=21", "limit=3", "q=a&kind=company"] {
        call(bjorn.get(&format!("/api/v1/search?{fault}"))).await.expect(422);
    }
}

#[tokio::test]
async fn everybody_can_ask_who_and_where_they_are() {
    let world = World::new().await;
    let carla = world.as_("carla").await;
    let me = call(carla.get("/api/v1/me")).await.expect(200).json();
    assert_eq!((&me["login"], &me["named_groups"][0]["name"]), (&json!("carla"), &json!("Support")));
    let installation = call(carla.get("/api/v1/installation")).await.expect(200).json();
    assert_eq!(
        (&installation["key"], &installation["time_zone"]),
        (&json!("nordlys"), &json!("Europe/Oslo"))
    );
}

#[tokio::test]
async fn groups_are_listed_for_all_and_made_by_administrators() {
    let world = World::new().await;
    let (astrid, carla) = (world.as_("astrid").await, world.as_("carla").await);
    let new = json!({ "name": "Export" });
    call(carla.post("/api/v1/groups").json(&new)).await.expect(403);
    let made = call(astrid.post("/api/v1/groups").json(&new)).await.expect(201);
    let one = call(carla.get(made.header("location"))).await.expect(200).json();
    assert_eq!(one["name"], "Export");
    call(astrid.post("/api/v1/groups").json(&new)).await.expect(409);
    let all = call(carla.get("/api/v1/groups")).await.expect(200).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    call(carla.get("/api/v1/groups/999")).await.expect(404);
}
