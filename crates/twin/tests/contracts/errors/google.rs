//! The refusals of Drive and of Google's token endpoint.

use super::{Said, differences, entries, judge};
use crate::drive::{BEN, CLEO, Desk, FILE, FULL, Got};
use http::{Method, Request};
use serde_json::{Value, json};
use twin::Surface;
use twin::core::faults::{Effect, RetryAfter, Rule};

/// Where the twin differs on purpose.
const MEANT: &[(&str, &str, &str)] = &[];
/// What the twin never says, and why.
const NEVER: &[(&str, &str)] = &[
    ("401-authError-older", "recorded in 2018; the newer shape is said"),
    ("403-dailyLimitExceededUnreg", "recorded in 2017; today a call without a token is answered 401"),
];

impl From<Got> for Said {
    fn from(got: Got) -> Self {
        let body = got.json();
        Self { status: got.status, headers: got.headers, body }
    }
}

/// An entry's shape with the placeholders of its codes left alone.
async fn provoke(name: &str) -> Said {
    let desk = Desk::new();
    let throttle = |status, reason: &str| {
        let effect =
            Effect::Throttle { status, retry_after: RetryAfter::Absent, reason: Some(reason.into()) };
        desk.twin.house().faults.order(Rule::new(effect).times(1));
    };
    match name {
        "400-badRequest" => desk.get("/files?q=fullText%20contains%20'a'&orderBy=name").await.into(),
        "400-invalidSharingRequest" => {
            let id = desk.text("a.txt", "root", "text").await;
            desk.behave("sharing-mail-fails", json!(null), Some(1));
            let reader = json!({ "type": "user", "role": "reader", "emailAddress": "ben@example.com" });
            let refused = desk.post(&format!("/files/{id}/permissions"), reader).await;
            desk.as_user(BEN, FULL).get(&format!("/files/{id}")).await.ok();
            refused.into()
        }
        "403-domainPolicy" => {
            desk.behave("domain-policy", json!(null), Some(1));
            desk.get("/about?fields=user").await.into()
        }
        "401-authError" => {
            let mut other = desk.as_user(BEN, FULL);
            other.token = "ya29.unknown".into();
            other.get("/about?fields=user").await.into()
        }
        "401-required-no-token" => {
            let mut other = desk.as_user(BEN, FULL);
            other.token = String::new();
            other.get("/about?fields=user").await.into()
        }
        "403-userRateLimitExceeded"
        | "403-rateLimitExceeded"
        | "403-dailyLimitExceeded"
        | "403-sharingRateLimitExceeded" => {
            throttle(403, name.trim_start_matches("403-"));
            desk.get("/about?fields=user").await.into()
        }
        "403-appNotAuthorizedToFile" => {
            let id = desk.text("a.txt", "root", "text").await;
            let narrow = desk.through("client-two", "700000000002", crate::drive::ADA, FILE);
            narrow.get(&format!("/files/{id}")).await.into()
        }
        "403-insufficientFilePermissions" => {
            let id = desk.text("a.txt", "root", "text").await;
            let reader = json!({ "type": "user", "role": "reader", "emailAddress": "ben@example.com" });
            desk.post(&format!("/files/{id}/permissions?sendNotificationEmail=false"), reader).await.ok();
            desk.as_user(BEN, FULL).patch(&format!("/files/{id}"), json!({ "name": "b.txt" })).await.into()
        }
        "403-storageQuotaExceeded" => desk
            .as_user(CLEO, FULL)
            .upload(json!({ "name": "a.bin" }), "text/plain", &[7; 2_000])
            .await
            .into(),
        "403-fileNotDownloadable" => {
            let kind = json!({ "name": "Doc", "mimeType": "application/vnd.google-apps.document" });
            let made = desk.post("/files", kind).await.ok();
            desk.get(&format!("/files/{}?alt=media", made["id"].as_str().unwrap())).await.into()
        }
        "404-notFound" => desk.get("/files/none").await.into(),
        other => panic!("nothing brings about {other}"),
    }
}

#[tokio::test]
async fn drive_refuses_in_the_shapes_that_were_seen() {
    let mut found = Vec::new();
    for entry in entries("google", "drive") {
        let name = entry["name"].as_str().unwrap().to_owned();
        if NEVER.iter().any(|(never, _)| *never == name) {
            continue;
        }
        let said = provoke(&name).await;
        found.extend(differences(&entry, &said).into_iter().map(|fault| (name.clone(), fault)));
    }
    judge(found, MEANT);
}

#[tokio::test]
async fn googles_token_endpoint_refuses_in_the_shapes_that_were_seen() {
    let twin = crate::browser::twin(|_| {});
    let client = [
        ("client_id", "412345678901-signin.apps.googleusercontent.example"),
        ("client_secret", "simulated-google-secret"),
    ];
    let code = |code: &'static str| {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", "http://localhost:8080/callback/google"),
        ]
    };
    let mut found = Vec::new();
    for entry in entries("google", "oauth") {
        let name = entry["name"].as_str().unwrap().to_owned();
        let mut pairs = match name.as_str() {
            "invalid_grant-revoked" => vec![("grant_type", "refresh_token"), ("refresh_token", "1//revoked")],
            "invalid_grant-bad-code" => code("4/unknown"),
            // A whole sign-in that ends so is in the tests of the sign-in itself.
            "invalid_grant-bad-verifier" => continue,
            other => panic!("nothing brings about {other}"),
        };
        pairs.extend(client);
        let request = Request::builder()
            .method(Method::POST)
            .uri("/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(crate::browser::form(&pairs).into_bytes())
            .unwrap();
        let response = twin.call(Surface::GoogleApis, request).await.unwrap();
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["error_description"], entry["body"]["error_description"]);
        let said = Said { status: response.status(), headers: response.headers().clone(), body };
        found.extend(differences(&entry, &said).into_iter().map(|fault| (name.clone(), fault)));
    }
    judge(found, &[]);
}
