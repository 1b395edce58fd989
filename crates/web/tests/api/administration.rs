use super::{call, letter};
use serde_json::json;
use testkit::world::World;

const CSV: &str = "external_id,name\nC-1,Bergen Sjømat AS\nC-9,Tromsø Fisk AS\n,Nameless\n";

#[tokio::test]
async fn records_are_imported_and_imported_again_without_change() {
    let world = World::new().await;
    let astrid = world.as_("astrid").await;
    let import = || astrid.post("/api/v1/imports/companies").header("content-type", "text/csv").bytes(CSV);
    let report = call(import()).await.expect(200).json();
    let counts =
        |r: &serde_json::Value| ["new", "changed", "unchanged", "refused"].map(|n| r[n].as_i64().unwrap());
    assert_eq!(counts(&report), [1, 1, 0, 1]);
    assert_eq!(report["lines"][0]["fields"], json!(["name"]));
    assert!(report["lines"][2]["reason"].as_str().unwrap().len() > 10);
    assert_eq!(counts(&call(import()).await.json()), [0, 0, 2, 1]);
    let records = json!([{ "external_id": "C-9", "name": "Tromsø Fisk og Skalldyr AS" }]);
    let again = call(astrid.post("/api/v1/imports/companies").json(&records)).await.expect(200).json();
    assert_eq!(counts(&again), [0, 1, 0, 0]);
}

#[tokio::test]
async fn an_import_that_cannot_be_read_says_why() {
    let world = World::new().await;
    let (astrid, bjorn) = (world.as_("astrid").await, world.as_("bjorn").await);
    let import = |path: &str, body: &'static str| astrid.post(&format!("/api/v1/imports/{path}")).bytes(body);
    call(bjorn.post("/api/v1/imports/companies?format=csv").bytes(CSV)).await.expect(403);
    call(import("companies", CSV)).await.expect(415);
    call(import("companies?format=xml", CSV)).await.expect(422);
    call(import("invoices?format=csv", CSV)).await.expect(404);
    call(import("companies?format=csv", "name\nx\n")).await.expect(422);
    call(import("companies?format=csv", "external_id,nonsense\n1,x\n")).await.expect(422);
    call(import("companies?format=csv", "")).await.expect(422);
    call(import("companies?format=json", "{\"external_id\":")).await.expect(422);
    let all = call(astrid.get("/api/v1/companies")).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn tokens_and_sessions_are_each_persons_own() {
    let world = World::new().await;
    let (bjorn, carla) = (world.browser("bjorn").await, world.browser("carla").await);
    for (body, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "name": "x", "days": 0 }), "days"),
        (json!({ "name": "x", "days": -1 }), "days"),
        (json!({ "name": "x", "days": 731 }), "days"),
        (json!({ "name": "x", "associate": 1 }), "associate"),
    ] {
        let refused = call(bjorn.post("/api/v1/tokens").json(&body)).await.expect(422).json();
        assert_eq!(refused["field"], field, "{body}");
    }
    let made =
        call(bjorn.post("/api/v1/tokens").json(&json!({ "name": "Nightly" }))).await.expect(201).json();
    let list = call(bjorn.get("/api/v1/tokens")).await.expect(200);
    assert!(!list.text().contains(made["secret"].as_str().unwrap()));
    assert_eq!(list.json()["items"][0]["name"], "Nightly");
    assert_eq!(call(carla.get("/api/v1/tokens")).await.json()["items"], json!([]));

    let second = world.browser("bjorn").await;
    let sessions = call(bjorn.get("/api/v1/sessions")).await.expect(200).json();
    let sessions = sessions["items"].as_array().unwrap().clone();
    assert_eq!((sessions.len(), sessions.iter().filter(|s| s["current"] == true).count()), (2, 1));
    let other = sessions.iter().find(|s| s["current"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    call(carla.delete(&format!("/api/v1/sessions/{other}"))).await.expect(204);
    call(second.get("/api/v1/me")).await.expect(200);
    call(bjorn.delete(&format!("/api/v1/sessions/{other}"))).await.expect(204);
    call(second.get("/api/v1/me")).await.expect(401);
}

#[tokio::test]
async fn administrators_read_the_log_the_operations_and_the_plugins() {
    let world = World::new().await;
    let (astrid, bjorn) = (world.as_("astrid").await, world.as_("bjorn").await);
    letter(&world, &bjorn, "Offer").await;
    for path in ["audit", "operations", "plugins", "plugins/0/blank-types"] {
        call(bjorn.get(&format!("/api/v1/{path}"))).await.expect(403);
    }
    let page = call(astrid.get("/api/v1/audit?limit=1")).await.expect(200).json();
    assert_eq!(page["items"][0]["action"], "document.created");
    let next = page["next"].as_str().unwrap();
    let more = call(astrid.get(&format!("/api/v1/audit?after={next}"))).await.expect(200).json();
    assert!(more["items"].as_array().unwrap().iter().all(|r| r["action"] != "document.created"));
    call(astrid.get("/api/v1/audit?after=x")).await.expect(422);

    let operations = call(astrid.get("/api/v1/operations?limit=1")).await.expect(200).json();
    assert_eq!(
        (&operations["items"][0]["kind"], &operations["items"][0]["state"]),
        (&json!("create"), &json!("completed"))
    );
    let plugins = call(astrid.get("/api/v1/plugins")).await.expect(200).json();
    assert_eq!(
        (&plugins["items"][0]["kind"], &plugins["items"][0]["capabilities"]["locking"]),
        (&json!("archive"), &json!("versioning"))
    );
    let blanks = call(astrid.get("/api/v1/plugins/0/blank-types")).await.expect(200).json();
    assert!(blanks["items"].as_array().unwrap().iter().any(|b| b["key"] == "docx"));
    call(astrid.get("/api/v1/plugins/7/blank-types")).await.expect(404);
}
