//! Sign-in at Google as a browser and a client meet it.

#![allow(
    clippy::unwrap_used,
    clippy::type_complexity,
    reason = "tests end at the first surprise; their cases are tables"
)]

#[path = "../common/browser.rs"]
mod browser;

mod accounts;
mod authorize;
mod tokens;

use browser::{Browser, Seen, form, json};
use http::{Method, Request, StatusCode};
use serde_json::Value;
use twin::google::directory::Publishing;
use twin::{Surface, Twin, World};

const CLIENT: &str = "412345678901-signin.apps.googleusercontent.example";
const SECRET: &str = "simulated-google-secret";
const OTHER: &str = "412345678901-drive.apps.googleusercontent.example";
const OTHER_SECRET: &str = "simulated-google-drive-secret";
const PROJECT: &str = "412345678901";
const BACK: &str = "http://localhost:8080/callback/google";
const INGRID: &str = "ingrid@solsiden.example";
const FILE: &str = "https://www.googleapis.com/auth/drive.file";
const DRIVE: &str = "https://www.googleapis.com/auth/drive";

fn ready() -> Twin {
    browser::twin(|_| {})
}

fn published(publishing: Publishing) -> Twin {
    browser::twin(|world: &mut World| world.google.projects[0].publishing = publishing)
}

fn authorize_path(scope: &str, more: &[(&str, &str)]) -> String {
    let mut pairs =
        vec![("client_id", CLIENT), ("redirect_uri", BACK), ("response_type", "code"), ("state", "s&t")];
    if !scope.is_empty() {
        pairs.push(("scope", scope));
    }
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    pairs.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    format!("/o/oauth2/v2/auth?{}", form(&pairs))
}

/// Chooses an account when asked, and allows everything when asked.
async fn walk(browser: &Browser<'_>, path: &str, who: &str, scopes: &[&str]) -> Seen {
    let mut seen = browser.open(path).await;
    for _ in 0..4 {
        seen = if seen.left.is_some() {
            return seen;
        } else if seen.text.contains("Choose an account") {
            browser.press(&seen, "type=\"email\"", &[("email", who)]).await
        } else if seen.text.contains("has not been verified") {
            browser.press(&seen, "Continue", &[]).await
        } else if seen.text.contains("wants access") {
            let mut more: Vec<(&str, &str)> = scopes.iter().map(|scope| ("scope", *scope)).collect();
            more.push(("decision", "allow"));
            browser.press(&seen, "decision", &more).await
        } else {
            return seen;
        };
    }
    seen
}

async fn token(twin: &Twin, pairs: &[(&str, &str)]) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(pairs).into_bytes())
        .unwrap();
    json(twin, Surface::GoogleApis, request).await
}

async fn exchange(twin: &Twin, code: &str) -> (StatusCode, Value) {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ];
    token(twin, &pairs).await
}

async fn refresh(twin: &Twin, refresh_token: &str) -> (StatusCode, Value) {
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ];
    token(twin, &pairs).await
}

/// A whole sign-in in a browser of its own, with offline access and consent asked for.
async fn connected(twin: &Twin, scope: &str) -> Value {
    let browser = Browser::new(twin, Surface::GoogleAccounts);
    let path = authorize_path(scope, &[("access_type", "offline"), ("prompt", "consent")]);
    let ticked: Vec<&str> = scope.split(' ').collect();
    let seen = walk(&browser, &path, INGRID, &ticked).await;
    let (status, tokens) = exchange(twin, &seen.parameter("code").unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    tokens
}

async fn get(twin: &Twin, surface: Surface, path: &str, bearer: &str) -> (StatusCode, Value) {
    let request = Request::builder().uri(path).header("authorization", format!("Bearer {bearer}"));
    json(twin, surface, request.body(Vec::new()).unwrap()).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
