use super::{at, call, headings, letter, note};
use serde_json::{Value, json};
use testkit::world::World;

#[tokio::test]
async fn a_document_is_made_from_a_template_read_changed_and_found() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let body = json!({
        "template": world.first.letter, "company": world.first.companies[0], "contact": world.first.contacts[0],
        "heading": "Offer on salmon", "attention": "Dear Hanne", "date": "2026-11-30",
        "codes": { "xyzz": "now known" }
    });
    let made = call(bjorn.post("/api/v1/documents").json(&body)).await.expect(201);
    let document = made.json();
    assert_eq!(made.header("location"), at(&document));
    assert_eq!(document["our_reference"], "L-1");
    assert_eq!(document["date"], "2026-11-30");
    assert_eq!(document["company"]["name"], "Bergen Sjømat 1 AS");
    assert_eq!(document["file_name"], "Offer on salmon.txt");

    let content = call(bjorn.get(&format!("{}/content", at(&document)))).await.expect(200);
    assert_eq!(content.text(), "To Dear Hanne\nRef L-1\n\nOffer on salmon\n\nnow known\n");

    let read = call(bjorn.get(&at(&document))).await.expect(200);
    assert_eq!(read.etag(), made.etag());
    let patch =
        json!({ "heading": "Offer, second draft", "attention": null, "visible_for": { "kind": "owner" } });
    let changed =
        call(bjorn.patch(&at(&document)).header("if-match", &read.etag()).json(&patch)).await.expect(200);
    assert_ne!(changed.etag(), read.etag());
    let changed = changed.json();
    assert_eq!(changed["heading"], "Offer, second draft");
    assert_eq!(changed["attention"], "");
    assert_eq!(changed["company"]["id"], document["company"]["id"], "what is left out stays");

    let list = call(bjorn.get("/api/v1/documents?q=second")).await.expect(200).json();
    assert_eq!(headings(&list), ["Offer, second draft"]);
}

#[tokio::test]
async fn a_change_needs_the_entity_tag_of_what_is_there() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let document = letter(&world, &bjorn, "Offer").await;
    let patch = json!({ "heading": "Changed" });
    for (tag, status) in [
        (None, 428),
        (Some("\"999\""), 412),
        (Some("\"abc\""), 412),
        (Some("W/\"1\""), 412),
        (Some("x"), 422),
    ] {
        let mut request = bjorn.patch(&at(&document)).json(&patch);
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let refused = call(request).await.expect(status).json();
        assert!(refused["detail"].as_str().unwrap().len() > 20, "{refused}");
    }
    assert_eq!(call(bjorn.get(&at(&document))).await.json()["heading"], "Offer");
    let renamed = json!({ "file_name": "Renamed" });
    call(bjorn.post(&format!("{}/rename", at(&document))).json(&renamed)).await.expect(428);
    let any = bjorn.post(&format!("{}/rename", at(&document))).header("if-match", "*").json(&renamed);
    assert_eq!(call(any).await.expect(200).json()["file_name"], "Renamed.txt");
}

#[tokio::test]
async fn every_fault_in_a_request_is_named() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let letter = world.first.letter;
    let long = "x".repeat(221);
    let table: [(Value, u16, Option<&str>); 13] = [
        (json!({}), 422, Some("template")),
        (json!({ "template": "one" }), 422, Some("template")),
        (json!({ "template": letter, "installation": 2 }), 422, Some("installation")),
        (json!({ "template": letter, "external_reference": "x" }), 422, Some("external_reference")),
        (json!({ "template": letter, "heading": long }), 422, Some("heading")),
        (json!({ "template": letter, "heading": "a\nb" }), 422, Some("heading")),
        (json!({ "template": letter, "date": "30.11.2026" }), 422, Some("date")),
        (json!({ "template": letter, "company": 999 }), 422, Some("company")),
        (json!({ "template": letter, "contact": -1 }), 422, Some("contact")),
        (json!({ "template": letter, "status": "done" }), 422, Some("status")),
        (json!({ "template": letter, "visible_for": { "kind": "group" } }), 422, Some("visible_for.group")),
        (json!({ "template": 999 }), 404, None),
        (json!({ "template": world.first.memo }), 404, None),
    ];
    for (body, status, field) in table {
        let refused = call(bjorn.post("/api/v1/documents").json(&body)).await.expect(status).json();
        assert_eq!(refused.get("field").and_then(Value::as_str), field, "{body}: {refused}");
    }
    assert_eq!(call(bjorn.get("/api/v1/documents")).await.json()["items"], json!([]));
}

#[tokio::test]
async fn faults_in_queries_and_paths_are_named() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let table = [
        ("?limit=0", Some("limit")),
        ("?limit=201", Some("limit")),
        ("?limit=ten", Some("limit")),
        ("?limit=99999999999999999999", Some("limit")),
        ("?compny=1", Some("compny")),
        ("?from=yesterday", Some("from")),
        ("?trashed=perhaps", Some("trashed")),
        ("?after=nonsense", None),
        ("?company=", Some("company")),
    ];
    for (query, field) in table {
        let refused = call(bjorn.get(&format!("/api/v1/documents{query}"))).await.expect(422).json();
        if field.is_some() {
            assert_eq!(refused["field"].as_str(), field, "{query}: {refused}");
        }
    }
    for id in ["x", "0", "-1", "1.5", "99999999999999999999", "%00", "..%2F1", "1%20"] {
        let refused = call(bjorn.get(&format!("/api/v1/documents/{id}"))).await;
        assert!(matches!(refused.status.as_u16(), 404 | 422), "{id}: {}", refused.text());
    }
    call(bjorn.get("/api/v1/documents/%FF")).await.expect(422);
}

#[tokio::test]
async fn a_list_is_filtered_and_paged_by_cursor() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    for n in 1..=5 {
        let company = world.first.companies[n % 2];
        let body = json!({ "template": world.first.note, "heading": format!("Note {n}"), "company": company,
            "date": format!("2026-11-0{n}") });
        call(bjorn.post("/api/v1/documents").json(&body)).await.expect(201);
    }
    let mut seen = Vec::new();
    let mut next = "/api/v1/documents?limit=2".to_owned();
    for _ in 0..3 {
        let page = call(bjorn.get(&next)).await.expect(200);
        let link = page.header("link").to_owned();
        let body = page.json();
        seen.extend(headings(&body));
        if body["next"].is_null() {
            assert_eq!(link, "");
            break;
        }
        let (address, rel) = link.split_once('>').unwrap();
        assert_eq!(rel, "; rel=\"next\"");
        next = address.trim_start_matches('<').to_owned();
    }
    assert_eq!(seen, ["Note 5", "Note 4", "Note 3", "Note 2", "Note 1"]);

    let company = world.first.companies[1];
    let filters = [
        (format!("company={company}"), vec!["Note 5", "Note 3", "Note 1"]),
        ("from=2026-11-02&to=2026-11-03".to_owned(), vec!["Note 3", "Note 2"]),
        (format!("template={}", world.first.letter), vec![]),
        (format!("owner={}", world.first.people[1]), vec!["Note 5", "Note 4", "Note 3", "Note 2", "Note 1"]),
        ("q=note%204".to_owned(), vec!["Note 4"]),
        ("trashed=true".to_owned(), vec![]),
        ("checked_out_by_me=true".to_owned(), vec![]),
    ];
    for (filter, expected) in filters {
        let list = call(bjorn.get(&format!("/api/v1/documents?{filter}"))).await.expect(200).json();
        assert_eq!(headings(&list), expected, "{filter}");
    }
}

#[tokio::test]
async fn what_a_new_document_would_get_is_told_before_it_is_made() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let query = format!("?template={}&sale={}", world.first.letter, world.first.sales[0]);
    let defaults = call(bjorn.get(&format!("/api/v1/documents/defaults{query}"))).await.expect(200).json();
    assert_eq!(defaults["company"], world.first.companies[0].0);
    assert_eq!(defaults["contact"], world.first.contacts[0].0);
    assert_eq!(defaults["stored_in"]["id"], 0);
    assert_eq!(defaults["locking"], "versioning");
    assert_eq!(call(bjorn.get("/api/v1/documents")).await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_private_document_is_hidden_from_everybody_else_at_every_address() {
    let world = World::new().await;
    let (bjorn, carla, astrid) =
        (world.as_("bjorn").await, world.as_("carla").await, world.as_("astrid").await);
    let document = note(&world, &bjorn, "Salary talk").await;
    let patch = json!({ "visible_for": { "kind": "owner" } });
    call(bjorn.patch(&at(&document)).header("if-match", "*").json(&patch)).await.expect(200);
    for other in [&carla, &astrid] {
        for tail in ["", "/content", "/preview", "/properties", "/commands", "/lock", "/versions"] {
            call(other.get(&format!("{}{tail}", at(&document)))).await.expect(404);
        }
        assert_eq!(call(other.get("/api/v1/documents")).await.json()["items"], json!([]));
        assert_eq!(call(other.get("/api/v1/search?q=salary")).await.json()["items"], json!([]));
        call(other.post(&format!("{}/copy", at(&document)))).await.expect(404);
        call(other.delete(&at(&document))).await.expect(404);
    }
    let for_group = json!({ "visible_for": { "kind": "group", "group": world.first.groups[0] } });
    call(bjorn.patch(&at(&document)).header("if-match", "*").json(&for_group)).await.expect(200);
    call(astrid.get(&at(&document))).await.expect(200);
    call(carla.get(&at(&document))).await.expect(404);
    let of_others = json!({ "visible_for": { "kind": "group", "group": world.first.groups[1] } });
    call(bjorn.patch(&at(&document)).header("if-match", "*").json(&of_others)).await.expect(422);
}
