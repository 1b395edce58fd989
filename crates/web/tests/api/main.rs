//! The API through its own door: in-process requests against a whole service. Every JSON answer is compared with the
//! OpenAPI document on the way.

#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends the test")]

mod administration;
mod concurrency;
mod content;
mod description;
mod documents;
mod doors;
mod interruptions;
mod life;
mod mailings;
mod records;
mod schema;
mod templates;
mod uploads;

use serde_json::{Value, json};
use testkit::world::{Answer, Client, Request, World};

/// Sends a request and holds the answer to what the document promises.
#[track_caller]
fn call(request: Request<'_>) -> impl Future<Output = Answer> + use<'_> {
    let place = std::panic::Location::caller();
    async move {
        let (method, path) = request.target();
        let answer = request.send().await;
        if let Err(fault) = schema::check(method.as_str(), &path, &answer) {
            panic!("{place}: {method} {path} breaks the document: {fault}\n{}", answer.text());
        }
        answer
    }
}

/// A document made from the letter by this client.
async fn letter(world: &World, client: &Client<'_>, heading: &str) -> Value {
    let body = json!({ "template": world.first.letter, "heading": heading });
    call(client.post("/api/v1/documents").json(&body)).await.expect(201).json()
}

/// A document made from the note, which has no locks.
async fn note(world: &World, client: &Client<'_>, heading: &str) -> Value {
    let body = json!({ "template": world.first.note, "heading": heading });
    call(client.post("/api/v1/documents").json(&body)).await.expect(201).json()
}

/// The address of a document.
fn at(document: &Value) -> String {
    format!("/api/v1/documents/{}", document["id"])
}

/// The headings in a list of documents.
fn headings(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|d| d["heading"].as_str().unwrap().to_owned()).collect()
}
