use super::{at, call, letter};
use serde_json::json;
use std::time::Duration;
use testkit::world::World;

/// ATT-48.
#[tokio::test]
async fn a_request_that_may_come_from_another_site_changes_nothing() {
    let world = World::new().await;
    let browser = world.browser("bjorn").await;
    let document = letter(&world, &browser, "Offer").await;
    let patch = json!({ "heading": "Changed" });
    for (name, client) in [
        ("no token", browser.clone().without("x-csrf-token")),
        ("a wrong token", browser.clone().with("x-csrf-token", &"0".repeat(128))),
        ("a foreign origin", browser.clone().with("origin", "https://evil.test")),
        ("no origin", browser.clone().without("origin")),
        ("a cross-site fetch", browser.clone().with("sec-fetch-site", "cross-site")),
    ] {
        let change = client.patch(&at(&document)).header("if-match", "*").json(&patch);
        assert_eq!(call(change).await.status, 403, "{name}");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let request = browser.patch(&at(&document)).header("if-match", "*").bytes(patch.to_string());
        let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
        call(request).await.expect(415);
    }
    let through_get = browser.get(&at(&document)).json(&patch);
    assert_eq!(call(through_get).await.expect(200).json()["heading"], "Offer");
    call(browser.patch(&at(&document)).header("if-match", "*").json(&patch)).await.expect(200);
}

#[tokio::test]
async fn a_token_needs_no_proof_of_origin_and_works_until_it_is_withdrawn() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let made = call(bjorn.post("/api/v1/tokens").json(&json!({ "name": "Nightly", "days": 1 })))
        .await
        .expect(201)
        .json();
    let program = world.anonymous().with_bearer(made["secret"].as_str().unwrap());
    assert_eq!(call(program.get("/api/v1/me")).await.expect(200).json()["login"], "bjorn");
    letter(&world, &program, "By a program").await;
    world.clock.advance(Duration::from_hours(25));
    call(program.get("/api/v1/me")).await.expect(401);

    let made = call(bjorn.post("/api/v1/tokens").json(&json!({ "name": "Daily" }))).await.expect(201).json();
    let program = world.anonymous().with_bearer(made["secret"].as_str().unwrap());
    call(program.get("/api/v1/me")).await.expect(200);
    let address = format!("/api/v1/tokens/{}", made["id"]);
    call(world.as_("carla").await.delete(&address)).await.expect(404);
    call(bjorn.delete(&address)).await.expect(204);
    call(program.get("/api/v1/me")).await.expect(401);
}

#[tokio::test]
async fn somebody_who_has_left_or_lost_their_plan_is_nobody() {
    let world = World::new().await;
    for login in ["dag", "eva"] {
        let client = world.as_(login).await;
        call(client.get("/api/v1/me")).await.expect(401);
    }
}

#[tokio::test]
async fn a_malformed_proof_is_refused_and_says_what_is_wanted() {
    let world = World::new().await;
    for proof in ["Bearer", "Bearer ", "Basic YTpi", "bearer chy_unknown", "Bearer a b c", "chy_x"] {
        let client = world.anonymous().with("authorization", proof);
        let refused = call(client.get("/api/v1/me")).await.expect(401);
        assert!(refused.header("www-authenticate").starts_with("Bearer"), "{proof}");
        assert!(refused.json()["detail"].as_str().unwrap().len() > 20);
    }
    call(world.anonymous().get("/api/v1/me")).await.expect(401);
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist_are_problems_too() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    for path in ["/api/v1/nonsense", "/api/v2/documents", "/api/v1/", "/api/v1/documents/1/nonsense"] {
        let answer = bjorn.get(path).send().await.expect(404);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
    let answer = bjorn.put("/api/v1/documents").json(&json!({})).send().await.expect(405);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let allowed = answer.header("allow");
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
}

#[tokio::test]
async fn a_body_has_a_limit_of_size_and_depth() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let large = json!({ "name": "x".repeat(2 << 20) });
    call(bjorn.post("/api/v1/tokens").json(&large)).await.expect(413);
    let deep = format!("{{\"name\":{}", "[".repeat(200_000));
    let request = bjorn.post("/api/v1/tokens").bytes(deep).header("content-type", "application/json");
    call(request).await.expect(422);
    let packed =
        bjorn.post("/api/v1/tokens").json(&json!({ "name": "x" })).header("content-encoding", "gzip");
    call(packed).await.expect(415);
}
