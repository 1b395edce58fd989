use super::{at, call, note};
use serde_json::Value;
use testkit::world::{Client, World};

const TEXT: &str = "0123456789";

async fn ten_bytes(world: &World, client: &Client<'_>) -> Value {
    let document = note(world, client, "Ten bytes").await;
    let content = format!("{}/content", at(&document));
    call(client.put(&content).header("if-match", "*").bytes(TEXT)).await.expect(200).json()
}

/// BAD-13.
#[tokio::test]
async fn ranges_are_answered_as_rfc_9110_says() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let content = format!("{}/content", at(&ten_bytes(&world, &bjorn).await));
    let table = [
        ("bytes=0-3", 206, "0123", "bytes 0-3/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-4", 206, "6789", "bytes 6-9/10"),
        ("bytes=-99", 206, TEXT, "bytes 0-9/10"),
        ("bytes=5-18446744073709551615", 206, "56789", "bytes 5-9/10"),
        ("bytes=0-99999999999999999999999999", 206, TEXT, "bytes 0-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=99999999999999999999999999-", 416, "", "bytes */10"),
        ("bytes=-0", 416, "", "bytes */10"),
        ("bytes=5-3", 200, TEXT, ""),
        ("bytes=0-1,3-4", 200, TEXT, ""),
        ("bytes=--4", 200, TEXT, ""),
        ("bytes=-", 200, TEXT, ""),
        ("bytes=a-b", 200, TEXT, ""),
        ("lines=1-2", 200, TEXT, ""),
        ("nonsense", 200, TEXT, ""),
    ];
    for (range, status, body, span) in table {
        let answer = call(bjorn.get(&content).header("range", range)).await.expect(status);
        assert!(answer.complete, "{range}");
        assert_eq!(answer.header("content-range"), span, "{range}");
        if status != 416 {
            assert_eq!(answer.text(), body, "{range}");
            assert_eq!(answer.header("content-length"), body.len().to_string(), "{range}");
        }
    }
}

#[tokio::test]
async fn content_is_revalidated_by_its_entity_tag() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let document = ten_bytes(&world, &bjorn).await;
    let content = format!("{}/content", at(&document));
    let etag = call(bjorn.get(&content)).await.expect(200).etag();
    assert_eq!(document["content_etag"], etag.as_str());
    call(bjorn.get(&content).header("if-none-match", &etag)).await.expect(304);
    call(bjorn.get(&content).header("if-none-match", "\"other\"")).await.expect(200);
    let part = bjorn.get(&content).header("range", "bytes=0-1").header("if-range", &etag);
    assert_eq!(call(part).await.expect(206).text(), "01");
    let whole = bjorn.get(&content).header("range", "bytes=0-1").header("if-range", "\"other\"");
    assert_eq!(call(whole).await.expect(200).text(), TEXT);
    let head = bjorn.request(http::Method::HEAD, &content).send().await.expect(200);
    assert_eq!((head.header("content-length"), head.body.len()), ("10", 0));
}

#[tokio::test]
async fn delivered_content_can_do_no_harm_in_a_browser() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let upload = bjorn.post("/api/v1/documents/upload").upload(
        &serde_json::json!({}),
        "evil\u{202e}.html",
        b"<script>alert(1)</script>",
    );
    let document = call(upload).await.expect(201).json();
    let answer = call(bjorn.get(&format!("{}/content", at(&document)))).await.expect(200);
    assert!(answer.header("content-disposition").starts_with("attachment;"));
    assert!(answer.header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "private, no-store");
}
