use super::{at, call, note};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use std::io;
use testkit::world::{Client, MAX_UPLOAD, Request, World};

#[tokio::test]
async fn a_file_becomes_a_document() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let properties = json!({ "company": world.first.companies[0], "locking": "versioning" });
    let upload =
        bjorn.post("/api/v1/documents/upload").upload(&properties, "Signed offer.pdf", b"%PDF-1.7 x");
    let made = call(upload).await.expect(201);
    let document = made.json();
    assert_eq!(made.header("location"), at(&document));
    assert_eq!(document["heading"], "Signed offer");
    assert_eq!(document["media_type"], "application/pdf");
    assert_eq!(document["locking"], "versioning");
    assert_eq!(document["size"], 10);
    let content = call(bjorn.get(&format!("{}/content", at(&document)))).await.expect(200);
    assert_eq!(content.text(), "%PDF-1.7 x");
}

#[tokio::test]
async fn an_empty_file_stays_empty() {
    let world = World::new().await;
    let bjorn = world.as_("bjorn").await;
    let document = call(bjorn.post("/api/v1/documents/upload").upload(&json!({}), "empty.txt", b""))
        .await
        .expect(201)
        .json();
    let content = call(bjorn.get(&format!("{}/content", at(&document)))).await.expect(200);
    assert_eq!((content.body.len(), document["size"].as_i64()), (0, Some(0)));
}

const FORM: &str = "multipart/form-data; boundary=XX";

fn form(client: &Client<'static>, body: &str) -> Request<'static> {
    client.post("/api/v1/documents/upload").header("content-type", FORM).bytes(body.to_owned())
}

#[tokio::test]
async fn a_malformed_upload_is_refused_and_leaves_nothing() {
    let world: &'static World = Box::leak(Box::new(World::new().await));
    let bjorn = world.as_("bjorn").await;
    let before = world.content_files();
    let part =
        |head: &str, body: &str| format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let properties = part("name=\"properties\"", "{}");
    let file = part("name=\"file\"; filename=\"a.txt\"", "content");
    let end = "--XX--\r\n";
    let table = [
        ("nothing", String::new(), 422, None),
        ("no file", format!("{properties}{end}"), 422, Some("file")),
        ("no properties", format!("{file}{end}"), 422, Some("properties")),
        ("wrong order", format!("{file}{properties}{end}"), 422, Some("properties")),
        ("two files", format!("{properties}{file}{file}{end}"), 422, Some("file")),
        ("an unknown part", format!("{}{properties}{file}{end}", part("name=\"x\"", "y")), 422, Some("x")),
        ("broken JSON", format!("{}{file}{end}", part("name=\"properties\"", "{")), 422, None),
        (
            "unknown member",
            format!("{}{file}{end}", part("name=\"properties\"", "{\"owner\":1}")),
            422,
            Some("owner"),
        ),
        (
            "an unknown plugin",
            format!("{}{file}{end}", part("name=\"properties\"", "{\"stored_in\":7}")),
            422,
            Some("stored in"),
        ),
        ("cut within the file", format!("{properties}{}", &file[..file.len() - 4]), 422, None),
        ("cut before the end", format!("{properties}{file}"), 422, None),
    ];
    for (name, body, status, field) in table {
        let refused = call(form(&bjorn, &body)).await.expect(status).json();
        if field.is_some() {
            assert_eq!(refused["field"].as_str(), field, "{name}: {refused}");
        }
    }
    call(bjorn.post("/api/v1/documents/upload").json(&json!({}))).await.expect(415);
    nothing_is_left(world, &bjorn, before).await;
}

/// BAD-11.
#[tokio::test]
async fn a_body_that_is_not_what_it_announces_leaves_nothing() {
    let world: &'static World = Box::leak(Box::new(World::new().await));
    let bjorn = world.as_("bjorn").await;
    let document = note(world, &bjorn, "Note").await;
    let content = format!("{}/content", at(&document));
    let text = call(bjorn.get(&content)).await.text();
    let before = world.content_files();
    let put = || bjorn.put(&content).header("if-match", "*");
    let broken = || {
        let chunks = [Ok(Bytes::from_static(b"half")), Err(io::Error::other("the line went dead"))];
        Body::from_stream(stream::iter(chunks))
    };
    let endless = || {
        let chunk = Bytes::from(vec![7_u8; 64 * 1024]);
        Body::from_stream(stream::repeat_with(move || Ok::<_, io::Error>(chunk.clone())))
    };
    let too_much = (MAX_UPLOAD + 1).to_string();
    let table = [
        ("shorter than announced", put().bytes("12345").header("content-length", "10"), 422),
        ("longer than announced", put().bytes("12345").header("content-length", "3"), 422),
        ("broken off", put().stream(broken()), 422),
        ("broken off, announced", put().stream(broken()).header("content-length", "8"), 422),
        ("without end", put().stream(endless()), 413),
        ("announced too large", put().stream(endless()).header("content-length", &too_much), 413),
        ("compressed", put().bytes("x").header("content-encoding", "gzip"), 415),
    ];
    for (name, request, status) in table {
        let refused = call(request).await;
        assert_eq!(refused.status.as_u16(), status, "{name}: {}", refused.text());
        assert_eq!(call(bjorn.get(&content)).await.text(), text, "{name}: the content is as it was");
    }
    assert_eq!(world.content_files(), before);

    let head = "--XX\r\nContent-Disposition: form-data; name=\"properties\"\r\n\r\n{}\r\n\
                --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
    let form = |chunks: Vec<Result<Bytes, io::Error>>| {
        let first = Ok(Bytes::from_static(head.as_bytes()));
        let body = Body::from_stream(stream::iter(std::iter::once(first).chain(chunks)));
        bjorn.post("/api/v1/documents/upload").header("content-type", FORM).stream(body)
    };
    let large = (0..40).map(|_| Ok(Bytes::from(vec![7_u8; 64 * 1024]))).collect();
    call(form(large)).await.expect(413);
    call(form(vec![Ok(Bytes::from_static(b"half")), Err(io::Error::other("dead"))])).await.expect(422);
    call(bjorn.delete(&at(&document))).await.expect(200);
    call(bjorn.delete(&format!("{}?permanent=true", at(&document)))).await.expect(204);
    let list = call(bjorn.get("/api/v1/documents")).await.json();
    assert_eq!(list["items"], json!([]));
    assert_eq!(call(bjorn.get("/api/v1/documents?trashed=true")).await.json()["items"], json!([]));
}

async fn nothing_is_left(world: &World, client: &Client<'_>, files: usize) {
    let list = call(client.get("/api/v1/documents")).await.json();
    assert_eq!(list["items"], json!([]));
    assert_eq!(world.content_files(), files);
    let astrid = world.as_("astrid").await;
    let operations = call(astrid.get("/api/v1/operations")).await.json();
    let open = |o: &&serde_json::Value| matches!(o["state"].as_str(), Some("intended" | "parked"));
    assert_eq!(operations["items"].as_array().unwrap().iter().filter(open).count(), 0, "{operations}");
}
