//! The pages of Drive and SharePoint: what a person sees and does there by hand, and that an application learns of it.

#![allow(clippy::unwrap_used, reason = "tests end at the first surprise")]

#[path = "../common/browser.rs"]
mod browser;

mod drive;
mod sharepoint;

use browser::{Browser, Seen, json};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use twin::control::TokenOrder;
use twin::{Surface, Twin};

/// Opens an address, as this person.
async fn open_as(browser: &Browser<'_>, path: &str, who: &str) -> Seen {
    let chooser = browser.open(path).await;
    assert!(chooser.text.contains("Who looks?"), "{}", chooser.text);
    browser.press(&chooser, "type=\"email\"", &[("person", who)]).await
}

/// An application's call with a token.
async fn api(twin: &Twin, surface: Surface, token: &str, method: Method, path: &str, body: Value) -> Value {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(if body.is_null() { Vec::new() } else { body.to_string().into_bytes() })
        .unwrap();
    let (status, value) = json(twin, surface, request).await;
    assert!(status.is_success(), "{path}: {status} {value}");
    value
}

fn inside(twin: &Twin, surface: Surface, url: &Value) -> String {
    let url = url.as_str().unwrap();
    url.strip_prefix(twin.house().surfaces.base(surface))
        .unwrap_or_else(|| panic!("{url} is elsewhere"))
        .to_owned()
}
