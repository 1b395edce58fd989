use super::call;
use serde_json::{Value, json};
use testkit::world::{Client, World};

fn names(sections: &Value) -> Vec<String> {
    let sections = sections["items"].as_array().unwrap();
    let each = |s: &Value| s["templates"].as_array().unwrap().clone();
    sections.iter().flat_map(each).map(|t| t["name"].as_str().unwrap().to_owned()).collect()
}

async fn template(client: &Client<'_>, body: &Value) -> String {
    call(client.post("/api/v1/templates").json(body)).await.expect(201).header("location").to_owned()
}

#[tokio::test]
async fn people_see_the_templates_of_their_groups_and_administrators_all() {
    let world = World::new().await;
    let (astrid, bjorn, carla) =
        (world.as_("astrid").await, world.as_("bjorn").await, world.as_("carla").await);
    let of = async |client: &Client<'_>, query: &str| {
        names(&call(client.get(&format!("/api/v1/templates{query}"))).await.expect(200).json())
    };
    assert_eq!(of(&bjorn, "").await, ["Letter", "Note"]);
    assert_eq!(of(&carla, "").await, ["Letter", "Memo", "Note"]);
    assert_eq!(of(&astrid, "?all=true").await, ["Letter", "Memo", "Note"]);
    call(bjorn.get("/api/v1/templates?all=true")).await.expect(403);
    call(astrid.get("/api/v1/templates?retired=true")).await.expect(422);
    let memo = format!("/api/v1/templates/{}", world.first.memo);
    call(bjorn.get(&memo)).await.expect(404);
    call(bjorn.get(&format!("{memo}/variants/neutral/content"))).await.expect(404);
    call(carla.get(&memo)).await.expect(200);
}

#[tokio::test]
async fn a_template_is_made_blank_copied_and_uploaded() {
    let world = World::new().await;
    let astrid = world.as_("astrid").await;
    let blank = template(&astrid, &json!({ "from": { "blank": "docx" }, "name": "Short letter" })).await;
    let read = call(astrid.get(&blank)).await.expect(200).json();
    assert_eq!(read["variants"][0]["language"], "");
    assert_eq!(read["stored_in"]["id"], 0);
    let copy = json!({ "from": { "copy": world.first.letter }, "name": "Copy of the letter" });
    let copied = template(&astrid, &copy).await;
    let file = call(astrid.get(&format!("{copied}/variants/neutral/content"))).await.expect(200);
    assert!(file.text().starts_with("To {attn}"));
    let upload = astrid.post("/api/v1/templates/upload").upload(&json!({}), "Offer.txt", b"{head}");
    assert_eq!(call(upload).await.expect(201).json()["name"], "Offer");
    for (body, field) in [
        (json!({ "name": "x" }), "from"),
        (json!({ "from": { "blank": "docx" } }), "name"),
        (json!({ "from": { "blank": "docx" }, "name": "x", "headings": [99] }), "headings"),
        (
            json!({ "from": { "blank": "docx" }, "name": "x", "numbering": { "pattern": "{snum}" } }),
            "our reference",
        ),
    ] {
        let refused = call(astrid.post("/api/v1/templates").json(&body)).await.expect(422).json();
        assert_eq!(refused["field"], field, "{body}: {refused}");
    }
    for from in
        [json!({ "blank": "exe" }), json!({ "copy": 999 }), json!({ "blank": "docx", "copy": 1 }), json!({})]
    {
        let body = json!({ "from": from, "name": "x" });
        let refused = call(astrid.post("/api/v1/templates").json(&body)).await;
        assert!(matches!(refused.status.as_u16(), 404 | 422), "{body}: {}", refused.text());
    }
    let damaged = astrid.post("/api/v1/templates/upload").upload(&json!({}), "Broken.docx", b"PK no package");
    call(damaged).await.expect(422);
}

#[tokio::test]
async fn a_template_is_changed_retired_and_brought_back() {
    let world = World::new().await;
    let (astrid, bjorn) = (world.as_("astrid").await, world.as_("bjorn").await);
    let address = format!("/api/v1/templates/{}", world.first.letter);
    let patch = json!({ "description": "For everything", "groups": [world.first.groups[0]], "rank": 9 });
    call(astrid.patch(&address).json(&patch)).await.expect(428);
    call(astrid.patch(&address).header("if-match", "\"999\"").json(&patch)).await.expect(412);
    call(bjorn.patch(&address).header("if-match", "*").json(&patch)).await.expect(403);
    let etag = call(astrid.get(&address)).await.expect(200).etag();
    let changed =
        call(astrid.patch(&address).header("if-match", &etag).json(&patch)).await.expect(200).json();
    assert_eq!(changed["groups"][0]["name"], "Sales");
    assert_eq!(changed["headings"][0]["name"], "Letters", "what is left out stays");
    assert_eq!(call(astrid.delete(&address)).await.expect(200).json()["retired"], true);
    call(bjorn.get(&address)).await.expect(404);
    call(astrid.post(&format!("{address}/restore"))).await.expect(200);
    call(bjorn.get(&address)).await.expect(200);
}

#[tokio::test]
async fn a_template_has_a_file_for_each_language_with_versions() {
    let world = World::new().await;
    let (astrid, bjorn) = (world.as_("astrid").await, world.as_("bjorn").await);
    let address = format!("/api/v1/templates/{}", world.first.letter);
    let norwegian = format!("{address}/variants/nb-NO");
    call(bjorn.put(&format!("{norwegian}?file_name=brev.txt")).bytes("Til {attn}")).await.expect(403);
    let slip = call(astrid.put(&format!("{norwegian}?file_name=brev.txt")).bytes("Til {attm}")).await;
    assert!(slip.expect(422).json()["detail"].as_str().unwrap().contains("Did you mean {attn}?"));
    let asked = call(astrid.put(&format!("{norwegian}?file_name=brev.txt")).bytes("Til {attn}")).await;
    assert!(asked.expect(409).json()["detail"].as_str().unwrap().contains("accept_warnings=true"));
    let meant = format!("{norwegian}?file_name=brev.txt&accept_warnings=true");
    let put = call(astrid.put(&meant).bytes("Til {attn}")).await.expect(200);
    let languages: Vec<_> =
        put.json()["variants"].as_array().unwrap().iter().map(|v| v["language"].clone()).collect();
    assert_eq!(languages, ["", "nb-NO"]);
    assert_eq!(call(bjorn.get(&format!("{norwegian}/content"))).await.expect(200).text(), "Til {attn}");
    let neutral = format!("{address}/variants/neutral");
    let codes = call(bjorn.get(&format!("{neutral}/codes"))).await.expect(200).json();
    let unknown = codes["items"].as_array().unwrap().iter().filter(|c| c["label"].is_null());
    assert_eq!(unknown.map(|c| &c["code"]).collect::<Vec<_>>(), ["xyzz"], "{codes}");
    assert!(call(bjorn.get(&format!("{neutral}/preview"))).await.expect(200).json()["html"].is_string());

    let second = format!("{neutral}?file_name=letter.txt&accept_warnings=true");
    call(astrid.put(&second).bytes("Second")).await.expect(200);
    let versions = call(astrid.get(&format!("{neutral}/versions"))).await.expect(200).json();
    let first = versions["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(versions["items"].as_array().unwrap().len(), 3);
    call(astrid.post(&format!("{neutral}/versions/{first}/restore"))).await.expect(200);
    assert!(call(bjorn.get(&format!("{neutral}/content"))).await.text().starts_with("To {attn}"));

    call(astrid.delete(&norwegian)).await.expect(200);
    call(astrid.delete(&norwegian)).await.expect(404);
    for (path, status) in [
        (format!("{address}/variants/english?file_name=a.txt"), 422),
        (norwegian.clone(), 422),
        (format!("{neutral}?file_name=letter.exe"), 422),
    ] {
        call(astrid.put(&path).bytes("x")).await.expect(status);
    }
}

#[tokio::test]
async fn headings_are_kept_in_order_and_removed_when_empty() {
    let world = World::new().await;
    let (astrid, bjorn) = (world.as_("astrid").await, world.as_("bjorn").await);
    call(bjorn.post("/api/v1/headings").json(&json!({ "name": "Reports" }))).await.expect(403);
    let made = call(astrid.post("/api/v1/headings").json(&json!({ "name": "Reports", "rank": 0 })))
        .await
        .expect(201);
    let address = made.header("location").to_owned();
    let renamed = call(astrid.patch(&address).json(&json!({ "name": "Papers" }))).await.expect(200).json();
    assert_eq!((&renamed["name"], &renamed["rank"]), (&json!("Papers"), &json!(0)));
    let all = call(bjorn.get("/api/v1/headings")).await.expect(200).json();
    assert_eq!(all["items"][0]["name"], "Papers");
    call(astrid.patch(&address).json(&json!({ "name": " " }))).await.expect(422);
    call(astrid.delete(&format!("/api/v1/headings/{}", world.first.heading))).await.expect(409);
    call(astrid.delete(&address)).await.expect(204);
    call(astrid.delete(&address)).await.expect(404);
    call(astrid.patch(&address).json(&json!({ "rank": 1 }))).await.expect(404);
}
