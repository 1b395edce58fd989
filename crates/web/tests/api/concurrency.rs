use super::{at, call, headings};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::world::{Answer, Request, World};

/// Sends a request until the one before it with the same key has finished.
async fn insist<'w>(request: impl Fn() -> Request<'w>) -> Answer {
    for _ in 0..200 {
        let answer = call(request()).await;
        if answer.status != 409 {
            return answer;
        }
        assert_eq!(answer.header("retry-after"), "1");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the first request never finished");
}

/// FLT-31.
#[tokio::test(flavor = "multi_thread")]
async fn one_key_makes_one_document_however_often_it_comes() {
    let mut world = World::new().await;
    let body = json!({ "template": world.first.letter, "heading": "Once" });
    let first = {
        let bjorn = world.as_("bjorn").await;
        let request = || bjorn.post("/api/v1/documents").header("idempotency-key", "k-1").json(&body);
        let answers = join_all((0..20).map(|_| insist(request))).await;
        let bodies: Vec<Value> = answers.into_iter().map(|a| a.expect(201).json()).collect();
        assert!(bodies.iter().all(|b| *b == bodies[0]));
        bodies[0].clone()
    };
    world.restart();
    let (bjorn, carla) = (world.as_("bjorn").await, world.as_("carla").await);
    let again =
        call(bjorn.post("/api/v1/documents").header("idempotency-key", "k-1").json(&body)).await.expect(201);
    assert_eq!(again.json(), first);
    assert_eq!(again.header("location"), at(&first));
    assert_eq!(again.header("idempotency-replayed"), "true");

    let other = json!({ "template": world.first.letter, "heading": "Twice" });
    let reused =
        call(bjorn.post("/api/v1/documents").header("idempotency-key", "k-1").json(&other)).await.expect(422);
    assert_eq!(reused.json()["type"], "urn:chancery:problem:key-reused");
    assert_eq!(headings(&call(bjorn.get("/api/v1/documents")).await.json()), ["Once"]);

    call(carla.post("/api/v1/documents").header("idempotency-key", "k-1").json(&other)).await.expect(201);
    assert_eq!(
        headings(&call(bjorn.get("/api/v1/documents")).await.json()).len(),
        2,
        "keys are each caller's own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_upload_is_compared_by_its_content() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let upload = |content: &'static [u8]| {
        let request = bjorn.post("/api/v1/documents/upload").header("idempotency-key", "u-1");
        request.upload(&json!({}), "a.txt", content)
    };
    let answers = join_all((0..20).map(|_| insist(|| upload(b"content")))).await;
    let bodies: Vec<Value> = answers.into_iter().map(|a| a.expect(201).json()).collect();
    assert!(bodies.iter().all(|b| *b == bodies[0]));
    call(upload(b"CONTENT")).await.expect(422);
    call(upload(b"content and more")).await.expect(422);
    assert_eq!(headings(&call(bjorn.get("/api/v1/documents")).await.json()), ["a"]);
}

#[tokio::test]
async fn a_failed_request_gives_its_key_back() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let wrong = json!({ "template": 999 });
    call(bjorn.post("/api/v1/documents").header("idempotency-key", "k").json(&wrong)).await.expect(404);
    let right = json!({ "template": world.first.letter });
    call(bjorn.post("/api/v1/documents").header("idempotency-key", "k").json(&right)).await.expect(201);
    for key in ["", " ", &"x".repeat(201), "é"] {
        let bytes = http::HeaderValue::from_bytes(key.as_bytes()).unwrap();
        let _ = bytes.to_str();
        if bytes.to_str().is_ok() {
            call(bjorn.post("/api/v1/documents").header("idempotency-key", key).json(&right))
                .await
                .expect(422);
        }
    }
}

#[tokio::test]
async fn every_creating_operation_takes_a_key() {
    let world = World::new().await;
    let astrid = world.as_("astrid").await;
    let document = super::letter(&world, &astrid, "Offer").await;
    let table = [
        (format!("{}/copy", at(&document)), json!({})),
        ("/api/v1/templates".to_owned(), json!({ "from": { "blank": "txt" }, "name": "New" })),
        ("/api/v1/headings".to_owned(), json!({ "name": "Reports" })),
        ("/api/v1/groups".to_owned(), json!({ "name": "Export" })),
        ("/api/v1/tokens".to_owned(), json!({ "name": "Nightly" })),
    ];
    for (path, body) in table {
        let request = || astrid.post(&path).header("idempotency-key", "k").json(&body);
        let (one, two) = (call(request()).await.expect(201), call(request()).await.expect(201));
        assert_eq!(one.json()["id"], two.json()["id"], "{path}");
        assert_eq!(two.header("idempotency-replayed"), "true", "{path}");
    }
}

#[tokio::test]
async fn a_repeated_token_request_makes_no_second_token_and_shows_no_secret() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let request =
        || bjorn.post("/api/v1/tokens").header("idempotency-key", "k").json(&json!({ "name": "Nightly" }));
    let first = call(request()).await.expect(201).json();
    assert!(first["secret"].as_str().unwrap().starts_with("chy_"));
    let again = call(request()).await.expect(201).json();
    assert_eq!((&again["id"], &again["secret"]), (&first["id"], &Value::Null));
    let installation = world.first.installation;
    let kept = world.store.read(move |tx| tx.api_tokens().list(installation)).await.unwrap();
    assert_eq!(kept.iter().filter(|t| t.name == "Nightly").count(), 1);
}
