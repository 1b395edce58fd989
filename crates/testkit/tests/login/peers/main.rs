//! Independent, certified programs on both sides of the login page: a client that is an installation, and a provider
//! that people sign in at.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "test code: a failed expectation is a failed test"
)]

#[allow(dead_code, reason = "shared with the other tests of the login page")]
#[path = "../steps.rs"]
mod steps;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use broker::{Credential, Dialect, ProviderSettings};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use platform::Secret;
use platform::outbound::{Host, Outbound, OutboundSettings, Transport as _};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use testkit::login::{Installation, Jar, Stage};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;

fn node(script: &str) -> Command {
    let clients = variable("CHANCERY_CLIENTS")
        .expect("CHANCERY_CLIENTS names the folder with the libraries; `cargo xtask test` sets it");
    let mut command = Command::new("node");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/login/peers").join(script));
    command.env("CLIENTS", clients).kill_on_drop(true);
    command
}

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    (listener, origin)
}

/// A browser for a script: it is given an address and a person, and answers where that person arrived.
async fn browse(State(stage): State<Arc<Stage>>, body: String) -> Response {
    let (address, person) = body.split_once(' ').unwrap();
    let mut jar = Jar::default();
    let page = jar.go(&stage, address).await;
    let page = if person.is_empty() || !page.text.contains("name=\"email\"") {
        page
    } else {
        steps::type_address(&mut jar, &stage, &page, person).await
    };
    page.url.into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certified_client_signs_people_in_at_the_login_page() {
    let (listener, origin) = listen().await;
    let public_url = origin.clone();
    let stage = Stage::with(move |world, settings| {
        world.stopped_at = None;
        for client in world.google.projects.iter_mut().flat_map(|p| &mut p.clients) {
            client.redirect_uris.push(format!("{public_url}/callback/google"));
        }
        settings.public_url = public_url;
    })
    .await;
    let router = broker::router(Arc::clone(&stage.house));
    stage.doors.lock().unwrap().insert("127.0.0.1".to_owned(), router.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let crm = Installation::register(&stage, "nordlys").await.unwrap();
    let of = stage.house.installations().await.unwrap()[0].id;
    let domain = format!(
        "INSERT INTO domains (installation_id, domain, provider, subdomains, tenant, created_at)
         VALUES ({}, 'solsiden.example', 'google', 0, NULL, 0);",
        of.0
    );
    stage.database().unwrap().write(move |tx| tx.script(&domain)).await.unwrap();
    let key = crm.signing.to_pkcs8().unwrap();
    let told = json!({"issuer": origin, "client": crm.key, "redirect": crm.redirect, "kid": crm.signing.kid(),
        "key": platform::jwt::base64url(&key)});
    let (browser, at) = listen().await;
    let browsing = Router::new().fallback(axum::routing::post(browse)).with_state(Arc::new(stage));
    tokio::spawn(async move { axum::serve(browser, browsing).await });
    let output = node("client.mjs").env("LOGIN", told.to_string()).env("BROWSER", at).output().await.unwrap();
    println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
}

/// Hands requests on to a socket, without following what comes back.
async fn hand_on(State((origin, outbound)): State<(String, Outbound)>, request: Request<Body>) -> Response {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    head.uri = format!("{origin}{path}").parse().unwrap();
    let body = body.collect().await.unwrap().to_bytes();
    let (head, body) = outbound.send(Request::from_parts(head, body)).await.unwrap().into_parts();
    Response::from_parts(head, Body::from(body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_at_a_certified_provider_that_is_neither_google_nor_microsoft() {
    let mut provider = node("provider.mjs").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(provider.stdout.take().unwrap()).lines();
    let origin = lines.next_line().await.unwrap().expect("the provider says where it listens");
    let issuer = origin.clone();
    let stage = Stage::with(move |world, settings| {
        world.stopped_at = None;
        settings.providers.push(ProviderSettings {
            name: "independent".parse().unwrap(),
            title: "Independent".to_owned(),
            dialect: Dialect::OpenId,
            issuer,
            client_id: "us".to_owned(),
            credentials: Arc::new(vec![Credential::Secret(Secret::new("independent-secret"))]),
            secret_by: broker::SecretBy::Discovery,
        });
    })
    .await;
    let settings =
        OutboundSettings { hosts: vec![Host::Simulated(origin.clone())], ..OutboundSettings::default() };
    let outbound = Outbound::new(settings).unwrap();
    let door = Router::new().fallback(hand_on).with_state((origin.clone(), outbound));
    stage.doors.lock().unwrap().insert("127.0.0.1".to_owned(), door);
    let crm = Installation::ready(&stage, "nordlys").await;
    steps::register(&stage, &crm, "independent.example", "independent").await;
    let mut jar = Jar::default();
    let who = round(&stage, &crm, &mut jar, &origin, "kim@independent.example").await;
    assert_eq!(
        (who["provider"].as_str(), who["realm"].as_str()),
        (Some("independent"), Some(origin.as_str()))
    );
    assert_eq!(who["subject"], "kim@independent.example");
    assert_eq!(
        (who["email"].as_str(), who["vouched"].as_bool()),
        (Some("kim@independent.example"), Some(true))
    );
    // The second time nobody is asked, here or there.
    let pushed = crm.push(&stage, &[]).await;
    let page = jar.go(&stage, &pushed.url).await;
    assert_eq!(steps::arrived(&stage, &crm, &pushed, &page).await["sub"], who["sub"]);
    // Cancelled there is cancelled here.
    let mut jar = Jar::default();
    let (_, page) = steps::at_the_form(&stage, &crm, &mut jar).await;
    let page = jar.press(&stage, &page, "name=\"email\"", &[("email", "kim@independent.example")]).await;
    let abort = page.text.split("href=\"").find(|part| part.contains("/abort\"")).unwrap();
    let abort = format!("{origin}{}", abort.split('"').next().unwrap().trim_start_matches(origin.as_str()));
    let page = jar.go(&stage, &abort).await;
    assert_eq!(page.query("error_description").as_deref(), Some("cancelled"), "{}\n{}", page.url, page.text);
    assert_eq!(page.status, StatusCode::from_u16(299).unwrap());
}

/// The whole way round, with the provider's own pages.
async fn round(
    stage: &Stage,
    crm: &Installation,
    jar: &mut Jar,
    origin: &str,
    person: &str,
) -> serde_json::Value {
    let (pushed, page) = steps::at_the_form(stage, crm, jar).await;
    let mut page = jar.press(stage, &page, "name=\"email\"", &[("email", person)]).await;
    for _ in 0..4 {
        if !page.url.starts_with(origin) {
            break;
        }
        let fields: &[_] = if page.text.contains("name=\"password\"") {
            &[("login", person), ("password", "whatever")]
        } else {
            &[]
        };
        page = jar.press(stage, &page, "<button", fields).await;
    }
    steps::arrived(stage, crm, &pushed, &page).await
}
