use super::call;
use super::schema::document;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::world::World;

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    let each = |(path, item): (&'static String, &'static Value)| {
        METHODS.iter().filter_map(move |m| item.get(m).map(|o| (*m, path.as_str(), o)))
    };
    paths.iter().flat_map(each).collect()
}

#[test]
fn every_route_is_described_and_everything_described_is_a_route() {
    let described: BTreeSet<_> =
        operations().iter().map(|(m, p, _)| format!("{} {p}", m.to_uppercase())).collect();
    let routes: BTreeSet<_> = web::routes()
        .iter()
        .filter(|r| r.path.starts_with("/api/"))
        .map(|r| format!("{} {}", r.method, r.path))
        .collect();
    assert_eq!(described, routes);
    assert!(routes.len() > 50);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations() {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{method} {path} shares its name");
        assert!(operation["summary"].as_str().is_some_and(|s| s.len() > 5), "{method} {path} has no summary");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')) {
            let described =
                |p: &Value| p["name"] == parameter && p["in"] == "path" && p["description"].is_string();
            assert!(parameters.iter().any(described), "{method} {path} does not describe {parameter}");
        }
    }
}

#[test]
fn no_answer_and_no_request_has_room_for_a_foreign_installation_or_a_stored_secret() {
    let text = document()["components"]["schemas"].to_string();
    for word in
        ["\"installation\"", "\"installation_id\"", "\"token_hash\"", "\"external_reference\"", "\"csrf\""]
    {
        assert!(!text.contains(word), "{word} is described");
    }
}

#[test]
fn the_committed_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    // Compared as values: which order members are written in depends on what else is compiled in.
    let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
    let generated: Value = serde_json::from_str(&web::api::openapi().to_pretty_json().unwrap()).unwrap();
    assert!(committed == generated, "docs/openapi.json is out of date. Run: cargo xtask generate");
}

/// The example of a schema, through references.
fn example(schema: &Value) -> Option<Value> {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(name) => document().pointer(name.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if let Some(example) = schema.get("example") {
        return Some(example.clone());
    }
    let parts = schema.get("oneOf").or(schema.get("allOf")).and_then(Value::as_array)?;
    parts.iter().find_map(example)
}

/// The world of the examples is the one they are written for: every id in them exists.
#[tokio::test]
async fn every_example_can_be_sent_as_it_stands() {
    let mut sent = 0;
    for (method, path, operation) in operations() {
        let Some(body) = operation.pointer("/requestBody/content") else { continue };
        for (kind, media) in body.as_object().unwrap() {
            if kind == "application/octet-stream" {
                continue;
            }
            // These lead to a login page, which this world has not; `testkit`'s suite of the login page sends them.
            if path.contains("/sign-in/") || path.contains("/connections") {
                continue;
            }
            let world = World::new().await;
            let astrid = world.as_("astrid").await;
            super::letter(&world, &astrid, "Offer").await;
            if path.ends_with("/lock") {
                call(astrid.post("/api/v1/documents/1/lock")).await.expect(200);
            }
            let address = address(path, operation);
            let request = astrid.request(method.to_uppercase().parse::<Method>().unwrap(), &address);
            let request = request.header("if-match", "*");
            let request = if kind == "multipart/form-data" {
                let name = media["schema"]["$ref"].as_str().unwrap();
                let properties =
                    &document().pointer(name.trim_start_matches('#')).unwrap()["properties"]["properties"];
                request.upload(&example(properties).expect(path), "Example.txt", b"content")
            } else {
                let example = media.get("example").cloned().or_else(|| example(&media["schema"]));
                let example = example.unwrap_or_else(|| panic!("{method} {path} shows no example"));
                match &example {
                    Value::String(text) => request.header("content-type", kind).bytes(text.clone()),
                    _ => request.json(&example),
                }
            };
            let answer = call(request).await;
            assert!(answer.status.is_success(), "{method} {address} {kind}: {}", answer.text());
            sent += 1;
        }
    }
    assert!(sent > 10, "{sent}");
}

/// A path with the examples of its parameters.
fn address(path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let mut address = path.to_owned();
    for parameter in &parameters {
        let example = match &parameter["example"] {
            Value::String(text) => text.clone(),
            Value::Null => continue,
            other => other.to_string(),
        };
        let name = parameter["name"].as_str().unwrap();
        address = match parameter["in"].as_str() {
            Some("path") => address.replace(&format!("{{{name}}}"), &example),
            _ => address,
        };
    }
    let required = |p: &&Value| p["in"] == "query" && p["required"] == json!(true);
    let query: Vec<_> = parameters
        .iter()
        .filter(required)
        .map(|p| format!("{}={}", p["name"].as_str().unwrap(), p["example"].as_str().unwrap_or("x")))
        .collect();
    if query.is_empty() { address } else { format!("{address}?{}", query.join("&")) }
}
