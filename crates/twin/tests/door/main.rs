//! The control door and what it moves, through its addresses.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use twin::{Surface, Surfaces, Twin, World};

fn twin() -> Twin {
    let surfaces = Surfaces::of(|surface| format!("http://{}.test", surface.name()));
    Twin::new(&World::ready().unwrap(), surfaces, "word".into(), None, twin::Outward::default()).unwrap()
}

async fn ask(twin: &Twin, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer word")
        .body(body)
        .unwrap();
    let response = twin.call(Surface::Control, request).await.unwrap();
    let status = response.status();
    (status, serde_json::from_slice(response.body()).unwrap_or(Value::Null))
}

async fn get(twin: &Twin, path: &str) -> Value {
    let (status, value) = ask(twin, Method::GET, path, Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{value}");
    value
}

#[tokio::test]
async fn without_its_token_the_door_stays_shut() {
    let request = Request::builder().uri("/state").body(Vec::new()).unwrap();
    assert_eq!(twin().call(Surface::Control, request).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_unknown_address_is_told_which_there_are() {
    let (status, value) = ask(&twin(), Method::GET, "/nowhere", Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(value["error"].as_str().unwrap().contains("POST /faults"));
}

#[tokio::test]
async fn the_clock_is_stopped_and_moved() {
    let twin = twin();
    ask(&twin, Method::POST, "/clock", json!({ "stopAt": "2026-06-01T12:00:00Z" })).await;
    ask(&twin, Method::POST, "/clock", json!({ "advanceSeconds": 90 * 86_400 })).await;
    assert_eq!(get(&twin, "/clock").await["now"], "2026-08-30T12:00:00Z");
}

#[tokio::test]
async fn a_malformed_order_is_refused_with_the_place() {
    let (status, value) =
        ask(&twin(), Method::POST, "/faults", json!({ "effect": { "kind": "explode" } })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(value["error"].as_str().unwrap().contains("explode"), "{value}");
}

#[tokio::test]
async fn an_ordered_fault_hits_the_calls_it_names_and_is_logged() {
    let twin = twin();
    let rule = json!({
        "where": { "surface": "graph", "path": "/v1.0/me" }, "times": 1,
        "effect": { "kind": "throttle", "status": 429, "retryAfter": { "fraction": 2.128 } },
    });
    assert_eq!(ask(&twin, Method::POST, "/faults", rule).await.0, StatusCode::CREATED);
    let me = || Request::builder().uri("/v1.0/me").body(Vec::new()).unwrap();
    let first = twin.call(Surface::Graph, me()).await.unwrap();
    assert_eq!(
        (first.status(), first.headers()["retry-after"].to_str().unwrap()),
        (StatusCode::TOO_MANY_REQUESTS, "2.128")
    );
    assert_ne!(twin.call(Surface::Graph, me()).await.unwrap().status(), StatusCode::TOO_MANY_REQUESTS);
    let log = get(&twin, "/log?surface=graph").await;
    assert_eq!((&log[0]["status"], &log[0]["faults"][0]), (&json!(429), &json!("throttle")));
    assert_eq!(get(&twin, "/log/authorization?surface=graph").await["reached"], false);
}

#[tokio::test]
async fn a_lost_response_breaks_the_connection_after_the_call_was_applied() {
    let twin = twin();
    ask(
        &twin,
        Method::POST,
        "/faults",
        json!({ "where": { "surface": "graph" }, "effect": { "kind": "lost-response" } }),
    )
    .await;
    let request = Request::builder().uri("/v1.0/me").body(Vec::new()).unwrap();
    assert!(twin.call(Surface::Graph, request).await.is_err());
    assert_eq!(get(&twin, "/log?surface=graph").await[0]["status"], 0);
}

#[tokio::test]
async fn a_token_is_minted_for_who_exists_and_refused_for_others() {
    let twin = twin();
    let order = |user: &str| {
        json!({ "provider": "microsoft", "tenant": "kaffehuset.example", "user": user,
        "app": "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03", "scopes": ["User.Read"] })
    };
    let (status, value) = ask(&twin, Method::POST, "/tokens", order("erik@kaffehuset.example")).await;
    assert!(status.is_success() && value["accessToken"].as_str().unwrap().len() > 100);
    let (status, value) = ask(&twin, Method::POST, "/tokens", order("nobody@kaffehuset.example")).await;
    assert_eq!(
        (status, value["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("Microsoft has no user nobody@kaffehuset.example"))
    );
}

#[tokio::test]
async fn a_malformed_world_is_refused_with_its_line_and_nothing_changes() {
    let twin = twin();
    let before = get(&twin, "/state/microsoft").await;
    let (status, value) = ask(&twin, Method::PUT, "/world", json!({ "seed": 1, "gogle": {} })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(value["error"].as_str().unwrap().contains("line 1"), "{value}");
    assert_eq!(get(&twin, "/state/microsoft").await, before);
    let error = World::from_toml("seed = 1\n\n[[google.domains]]\nname = 7\n", "world.toml").unwrap_err();
    assert!(error.0.starts_with("world.toml, line 4:"), "{error}");
}

#[test]
fn what_cannot_be_saved_to_is_told_before() {
    let folder = tempfile::tempdir().unwrap();
    Twin::may_save(&folder.path().join("world.twin")).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    for (path, why) in [(folder.path().to_owned(), "a folder"), (folder.path().join("a/b"), "No such file")] {
        let error = Twin::may_save(&path).unwrap_err();
        assert!(error.0.contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_world_is_saved_to_one_file_and_goes_on_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.twin");
    let first = twin();
    let (status, value) = ask(&first, Method::POST, "/save", json!({ "file": file })).await;
    assert!(status.is_success(), "{value}");
    let second = twin();
    second.reseed(&World::default()).unwrap();
    let (status, value) = ask(&second, Method::POST, "/load", json!({ "file": file })).await;
    assert!(status.is_success(), "{value}");
    assert_eq!(get(&second, "/state").await, get(&first, "/state").await);
    let before = get(&second, "/state").await;
    std::fs::write(&file, b"not a world").unwrap();
    for (file, why) in [
        (file.as_path(), "is no state that a twin saved"),
        (folder.path(), "is no state that a twin saved: it is no file"),
        (&folder.path().join("nothing"), "cannot be loaded"),
    ] {
        let (status, value) = ask(&second, Method::POST, "/load", json!({ "file": file })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(value["error"].as_str().unwrap().contains(why), "{value}");
    }
    assert_eq!(get(&second, "/state").await, before);
}
