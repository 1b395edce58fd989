//! The refusals of Entra's token endpoint.

use super::{Said, differences, entries, judge};
use crate::graph::{APP, House};
use http::{Method, Request};
use serde_json::Value;
use twin::Surface;

/// Where the twin differs on purpose.
const MEANT: &[(&str, &str, &str)] = &[(
    "invalid_client-AADSTS7000218",
    "status 401 Unauthorized",
    "the live service answers 401, as the entry's own note says; the library's sample says 400",
)];

async fn token(house: &House, tenant: &str, pairs: &[(&str, &str)]) -> Said {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/{tenant}/oauth2/v2.0/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.into_bytes())
        .unwrap();
    let response = house.twin.call(Surface::MicrosoftLogin, request).await.unwrap();
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    Said { status: response.status(), headers: response.headers().clone(), body }
}

#[tokio::test]
async fn the_token_endpoint_refuses_in_the_shapes_that_were_seen() {
    let secret = ("client_secret", "simulated-microsoft-secret");
    let own = [("grant_type", "client_credentials"), ("client_id", APP)];
    let graph = ("scope", "https://graph.microsoft.com/.default");
    let unknown = ("scope", "api://nobody-knows-it/.default");
    let mut found = Vec::new();
    for entry in entries("microsoft", "entraToken") {
        let name = entry["name"].as_str().unwrap().to_owned();
        let house = House::new();
        let said = match name.as_str() {
            "invalid_request-AADSTS90010" => token(&house, "common", &[own[0], own[1], graph, secret]).await,
            "invalid_client-AADSTS7000218" => {
                token(&house, "kaffehuset.example", &[own[0], own[1], graph]).await
            }
            "invalid_resource-AADSTS500011" => {
                token(&house, "kaffehuset.example", &[own[0], own[1], unknown, secret]).await
            }
            other => panic!("nothing brings about {other}"),
        };
        found.extend(differences(&entry, &said).into_iter().map(|fault| (name.clone(), fault)));
        let description = said.body["error_description"].as_str().unwrap();
        assert!(description.starts_with("AADSTS"), "{description}");
    }
    judge(found, MEANT);
}
