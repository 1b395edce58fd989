//! The vault under faults: one call for all who wait, nothing lost, keys changed while it is used, secrets nowhere else.

use crate::steps::{self, AT_MICROSOFT, at_the_form, connect, recorded, records, shown, sign_in};
use bytes::Bytes;
use domain::InstallationId;
use domain::connections::Purpose;
use futures_util::future::join_all;
use http::{Method, Request, StatusCode};
use platform::seal::MasterKey;
use platform::{Secret, digest, jwt};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};
use testkit::login::{Heard, Installation, Jar, LOGIN, MICROSOFT_SECRET, Stage};
use twin::Surface;
use twin::control::{GoogleOrder, MicrosoftOrder};
use twin::core::answer::Content;
use twin::core::faults::{Effect, Rule};

const DAY: i64 = 24 * 3600;
/// When every access token has ended: those that Entra can cut off live up to 28 hours.
const LATER: i64 = 30 * 3600;
const ENTRA: &str = "entra.token";

fn order(stage: &Stage, rule: Rule) -> u64 {
    stage.twin.house().faults.order(rule)
}

fn behave(name: &str, value: Value) -> Effect {
    Effect::Behave { name: name.into(), value }
}

fn tokens_asked(stage: &Stage) -> usize {
    stage.count_sent("/token")
}

/// A connected person of Nordlys.
async fn ready() -> (Stage, Installation, String, String) {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (id, handle) = steps::user(&stage, &crm, &mut Jar::default()).await;
    (stage, crm, id, handle)
}

#[tokio::test]
async fn two_hundred_who_wait_cause_one_call_and_get_one_token() {
    // FLT-18
    let (stage, crm, id, _) = ready().await;
    stage.advance(LATER);
    order(&stage, Rule::new(Effect::Latency { milliseconds: 200 }).at(ENTRA).times(1));
    let before = tokens_asked(&stage);
    let all = join_all((0..200).map(|_| crm.exchange(&stage, &id, "documents"))).await;
    assert!(all.iter().all(|h| h.status == StatusCode::OK), "{:?}", all[0].json);
    let tokens: BTreeSet<_> = all.iter().map(|h| h.json["access_token"].as_str().unwrap()).collect();
    assert_eq!((tokens.len(), tokens_asked(&stage) - before), (1, 1));
}

#[tokio::test]
async fn a_failure_is_shared_by_all_who_wait_and_cools_down() {
    // FLT-18
    let (stage, crm, id, _) = ready().await;
    stage.advance(LATER);
    let fault = order(&stage, Rule::new(Effect::BadGateway).at(ENTRA));
    let before = tokens_asked(&stage);
    let all = join_all((0..200).map(|_| crm.exchange(&stage, &id, "documents"))).await;
    assert!(all.iter().all(|h| h.status == StatusCode::SERVICE_UNAVAILABLE && h.retry.is_some()));
    assert_eq!(tokens_asked(&stage) - before, 1);
    stage.twin.house().faults.withdraw(fault);
    assert_eq!(
        crm.exchange(&stage, &id, "documents").await.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "cooling"
    );
    assert_eq!(tokens_asked(&stage) - before, 1);
    stage.advance(61);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_stored_token_is_handed_out_while_the_provider_is_away() {
    let (stage, crm, id, _) = ready().await;
    let first = crm.exchange(&stage, &id, "documents").await;
    stage.advance(first.json["expires_in"].as_i64().unwrap() - 120);
    order(&stage, Rule::new(Effect::Refused).at(ENTRA));
    for _ in 0..3 {
        let heard = crm.exchange(&stage, &id, "documents").await;
        // It is due for renewal and still good for minutes; an error first, the stored one while it cools down.
        assert!(heard.status == StatusCode::OK || heard.retry.is_some(), "{:?}", heard.json);
    }
    let heard = crm.exchange(&stage, &id, "documents").await;
    assert_eq!(heard.status, StatusCode::OK, "{:?}", heard.json);
}

#[tokio::test]
async fn an_answer_that_is_lost_or_cannot_be_read_loses_no_grant() {
    // FLT-19, BAD-17
    for effect in [
        Effect::LostResponse,
        Effect::Refused,
        Effect::Malformed,
        Effect::BadGateway,
        Effect::Answer { status: 200, headers: Vec::new(), body: json!({"access_token": ""}) },
        Effect::Answer { status: 200, headers: Vec::new(), body: json!([]) },
        Effect::Answer { status: 500, headers: Vec::new(), body: json!({"error": "invalid_grant"}) },
    ] {
        let (stage, crm, id, _) = ready().await;
        stage.advance(LATER);
        order(&stage, Rule::new(effect.clone()).at(ENTRA).times(1));
        let heard = crm.exchange(&stage, &id, "documents").await;
        assert_eq!(heard.status, StatusCode::SERVICE_UNAVAILABLE, "{effect:?}: {:?}", heard.json);
        assert_eq!(shown(&stage, &crm, &id).await["state"], "active", "{effect:?}");
        stage.advance(61);
        let heard = crm.exchange(&stage, &id, "documents").await;
        assert_eq!(heard.status, StatusCode::OK, "{effect:?}: {:?}", heard.json);
    }
}

#[tokio::test]
async fn a_write_that_fails_loses_no_grant() {
    // FLT-19
    let (stage, crm, id, _) = ready().await;
    stage.advance(LATER);
    let db = stage.database().unwrap();
    let fail = "CREATE TRIGGER full BEFORE UPDATE OF refresh_token ON connections
                BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;";
    db.write(move |tx| tx.script(fail)).await.unwrap();
    let heard = crm.exchange(&stage, &id, "documents").await;
    assert!(heard.status.is_server_error() || heard.status.is_client_error(), "{:?}", heard.json);
    assert!(heard.json.get("access_token").is_none(), "nobody gets a token that is not kept");
    db.write(|tx| tx.script("DROP TRIGGER full;")).await.unwrap();
    stage.advance(61);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    stage.advance(LATER);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_caller_who_goes_away_loses_no_grant() {
    // FLT-19
    let (stage, crm, id, _) = ready().await;
    stage.advance(LATER);
    order(&stage, Rule::new(Effect::Latency { milliseconds: 300 }).at(ENTRA).times(1));
    let before = tokens_asked(&stage);
    let gone =
        tokio::time::timeout(std::time::Duration::from_millis(100), crm.exchange(&stage, &id, "documents"));
    assert!(gone.await.is_err(), "the caller has gone before the answer came");
    let heard = crm.exchange(&stage, &id, "documents").await;
    assert_eq!(heard.status, StatusCode::OK, "{:?}", heard.json);
    assert_eq!(tokens_asked(&stage) - before, 1, "what was begun for the first was finished and kept");
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_keeps_the_stored_one() {
    // FLT-19: Google gives none when it renews.
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let id = steps::system_user(&stage, &crm).await;
    for _ in 0..3 {
        stage.advance(LATER);
        assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_token_that_a_resource_refused_is_not_handed_out_again() {
    let (stage, crm, id, _) = ready().await;
    let first = crm.exchange(&stage, &id, "documents").await;
    stage.advance(5);
    let refused_at = stage.now().to_string();
    stage.advance(5);
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", id.as_str()),
        ("subject_token_type", "urn:chancery:params:oauth:token-type:connection"),
        ("scope", "documents"),
        ("refused_at", refused_at.as_str()),
    ];
    let second = crm.post(&stage, "/token", &fields).await;
    assert_eq!(second.status, StatusCode::OK, "{:?}", second.json);
    assert_ne!(first.json["access_token"], second.json["access_token"]);
    // Many who were refused the same one cause one call.
    let before = tokens_asked(&stage);
    assert_eq!(crm.post(&stage, "/token", &fields).await.json["access_token"], second.json["access_token"]);
    assert_eq!(tokens_asked(&stage), before);
}

/// Asks for another token than this one, with what a resource wants to see in it.
async fn exchange_refused(stage: &Stage, crm: &Installation, id: &str, token: &str, claims: &str) -> Heard {
    let hash = jwt::base64url(&digest::sha256(token.as_bytes()));
    let mut fields = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", id),
        ("subject_token_type", "urn:chancery:params:oauth:token-type:connection"),
        ("scope", "documents"),
        ("refused_token", &hash),
    ];
    if !claims.is_empty() {
        fields.push(("claims", claims));
    }
    crm.post(stage, "/token", &fields).await
}

/// What a resource is shown with a token at Microsoft.
async fn at_graph(stage: &Stage, token: &Value) -> (StatusCode, String) {
    let request = Request::builder()
        .uri("/v1.0/me")
        .header("authorization", format!("Bearer {}", token.as_str().unwrap()))
        .body(Vec::new())
        .unwrap();
    let answer = stage.twin.call(Surface::Graph, request).await.unwrap();
    let challenge =
        answer.headers().get("www-authenticate").and_then(|v| v.to_str().ok()).unwrap_or_default();
    (answer.status(), challenge.to_owned())
}

const CONTEXT: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

#[tokio::test]
async fn m_07_a_token_that_was_challenged_is_replaced_by_one_that_fulfils_it() {
    let (stage, crm, id, _) = ready().await;
    let first = crm.exchange(&stage, &id, "documents").await.json["access_token"].clone();
    order(&stage, Rule::new(behave("cae-challenge", json!("c1"))));
    let (status, challenge) = at_graph(&stage, &first).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(challenge.contains("insufficient_claims"), "it understands challenges: {challenge}");
    let text = first.as_str().unwrap();
    let before = tokens_asked(&stage);
    // Many at once, on several nodes: one call.
    let all = join_all((0..20).map(|_| exchange_refused(&stage, &crm, &id, text, CONTEXT))).await;
    let tokens: BTreeSet<_> = all.iter().map(|h| h.json["access_token"].as_str().unwrap()).collect();
    assert_eq!((tokens.len(), tokens_asked(&stage) - before), (1, 1));
    let second = all[0].json["access_token"].clone();
    assert_ne!(second, first);
    assert_eq!(at_graph(&stage, &second).await.0, StatusCode::OK);
    // Everybody gets it from now on, also after it was renewed by time.
    assert_eq!(crm.exchange(&stage, &id, "documents").await.json["access_token"], second);
    // One that is refused without a reason is replaced as well, and once.
    let third = exchange_refused(&stage, &crm, &id, second.as_str().unwrap(), "").await;
    assert_ne!(third.json["access_token"], second);
    assert_eq!(
        exchange_refused(&stage, &crm, &id, text, "").await.json["access_token"],
        third.json["access_token"]
    );
}

#[tokio::test]
async fn m_07_a_challenge_that_needs_the_person_is_carried_into_their_next_sign_in() {
    let (stage, crm, id, handle) = ready().await;
    let first = crm.exchange(&stage, &id, "documents").await;
    // Entra names no claims of its own.
    let fault = order(&stage, Rule::new(behave("entra-error", json!(50078))));
    let text = first.json["access_token"].as_str().unwrap();
    let heard = exchange_refused(&stage, &crm, &id, text, CONTEXT).await;
    assert_eq!(heard.json["attention"], "sign_in_again", "{:?}", heard.json);
    assert_eq!(shown(&stage, &crm, &id).await["attention"], "sign_in_again");
    stage.twin.house().faults.withdraw(fault);
    let account = [("account", handle.as_str())];
    let (mut jar, ask) = (Jar::default(), (Purpose::UserConnect, "microsoft"));
    let (pushed, page) = connect(&stage, &crm, &mut jar, ask, "liv@nordlys.example", &account).await;
    let begun = jar.history.iter().find(|u| u.contains("/authorize?") && u.contains(AT_MICROSOFT)).unwrap();
    assert!(begun.contains("acrs") && begun.contains("c1"), "{begun}");
    steps::arrived(&stage, &crm, &pushed, &page).await;
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_said_about_a_refused_token_is_read_strictly() {
    let (stage, crm, id, _) = ready().await;
    let before = tokens_asked(&stage);
    let long = format!(r#"{{"access_token":{{"x":"{}"}}}}"#, "y".repeat(5000));
    for claims in ["[]", "{", r#"{"access_token":1}"#, &long] {
        let heard = exchange_refused(&stage, &crm, &id, "token", claims).await;
        assert_eq!(heard.json["error"], "invalid_request", "{claims}");
    }
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", id.as_str()),
        ("subject_token_type", "urn:chancery:params:oauth:token-type:connection"),
        ("scope", "documents"),
        ("refused_token", "the token itself"),
    ];
    assert_eq!(crm.post(&stage, "/token", &fields).await.json["error"], "invalid_request");
    assert_eq!(tokens_asked(&stage), before);
}

#[tokio::test]
async fn m_05_every_way_a_grant_ends_has_its_name_and_is_asked_for_once() {
    // FLT-20
    for (code, attention) in [
        (700_082, "grant_ended"),
        (50173, "grant_ended"),
        (50057, "account_disabled"),
        (65001, "consent_missing"),
        (53003, "blocked_by_policy"),
        (50079, "sign_in_again"),
    ] {
        let (stage, crm, id, _) = ready().await;
        stage.advance(LATER);
        order(&stage, Rule::new(behave("entra-error", json!(code))));
        for _ in 0..3 {
            let heard = crm.exchange(&stage, &id, "documents").await;
            assert_eq!(
                (heard.status, &heard.json["attention"]),
                (StatusCode::BAD_REQUEST, &json!(attention)),
                "{code}"
            );
        }
        let marked = records(&stage, &crm).await;
        let marked = marked.iter().filter(|r| r["action"] == "connection.needs_attention");
        assert_eq!(marked.count(), 1, "{code}");
    }
    // 50196, a loop of ours, is no fault of the grant.
    let (stage, crm, id, _) = ready().await;
    stage.advance(LATER);
    let fault = order(&stage, Rule::new(behave("entra-error", json!(50196))));
    let before = tokens_asked(&stage);
    for _ in 0..3 {
        assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(tokens_asked(&stage) - before, 1);
    stage.twin.house().faults.withdraw(fault);
    stage.advance(301);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_provider_wants_to_see_is_carried_into_the_next_connection() {
    // FLT-21
    let (stage, crm, id, handle) = ready().await;
    stage.advance(LATER);
    let fault = order(&stage, Rule::new(behave("entra-error", json!(50076))));
    let heard = crm.exchange(&stage, &id, "documents").await;
    assert_eq!(heard.json["attention"], "sign_in_again", "{:?}", heard.json);
    stage.twin.house().faults.withdraw(fault);
    let mut jar = Jar::default();
    let account = [("account", handle.as_str())];
    let ask = (Purpose::UserConnect, "microsoft");
    let (pushed, page) = connect(&stage, &crm, &mut jar, ask, "liv@nordlys.example", &account).await;
    let begun = jar.history.iter().find(|u| u.contains("/authorize?") && u.contains(AT_MICROSOFT)).unwrap();
    assert!(begun.contains("acrs") && begun.contains("c1") && begun.contains("cp1"), "{begun}");
    assert_eq!(steps::connection_of(&steps::arrived(&stage, &crm, &pushed, &page).await), id);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    // It is fulfilled, and asked for no more.
    let mut jar = Jar::default();
    connect(&stage, &crm, &mut jar, ask, "liv@nordlys.example", &account).await;
    let begun = jar.history.iter().find(|u| u.contains("/authorize?") && u.contains(AT_MICROSOFT)).unwrap();
    assert!(!begun.contains("acrs"), "{begun}");
}

#[tokio::test]
async fn a_refused_client_marks_no_connection_and_is_left_alone_for_a_minute() {
    // FLT-22
    let (stage, crm, id, _) = ready().await;
    stage.advance(LATER);
    let fault = order(&stage, Rule::new(behave("entra-error", json!(7_000_222))));
    let before = tokens_asked(&stage);
    for _ in 0..3 {
        assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(tokens_asked(&stage) - before, 1);
    assert_eq!(shown(&stage, &crm, &id).await["state"], "active");
    let mut jar = Jar::default();
    let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
    let page = jar.press(&stage, &page, "name=\"email\"", &[("email", "solveig@kaffehuset.example")]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.text.contains("does not accept this login page"), "{}", page.text);
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
    stage.twin.house().faults.withdraw(fault);
    stage.advance(61);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
}

#[tokio::test]
async fn the_second_credential_is_tried_when_the_first_is_refused() {
    // FLT-22
    let stage = Stage::with(|_, settings| {
        let both = vec![
            broker::Credential::Secret(Secret::new("not-registered-yet")),
            broker::Credential::Secret(Secret::new(MICROSOFT_SECRET)),
        ];
        settings.providers[1].credentials = Arc::new(both);
    })
    .await;
    let crm = Installation::ready(&stage, "nordlys").await;
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
    assert_eq!(tokens_asked(&stage), 2);
}

#[tokio::test]
async fn a_provider_that_publishes_nothing_readable_is_explained() {
    // FLT-23
    let elsewhere = json!({"issuer": "https://elsewhere.test", "authorization_endpoint": "https://elsewhere.test/a",
        "token_endpoint": "https://elsewhere.test/t", "jwks_uri": "https://elsewhere.test/k"});
    for effect in [
        Effect::Refused,
        Effect::BadGateway,
        Effect::Malformed,
        Effect::Answer { status: 200, headers: Vec::new(), body: elsewhere },
    ] {
        let stage = Stage::new().await;
        let crm = Installation::ready(&stage, "nordlys").await;
        let fault = order(&stage, Rule::new(effect.clone()).at("entra.discovery"));
        let mut jar = Jar::default();
        let (_, form) = at_the_form(&stage, &crm, &mut jar).await;
        let fields = [("email", "solveig@kaffehuset.example")];
        let page = jar.press(&stage, &form, "name=\"email\"", &fields).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{effect:?}");
        assert!(page.text.contains("Microsoft does not answer at the moment"), "{}", page.text);
        stage.twin.house().faults.withdraw(fault);
        stage.advance(61);
        let page = jar.press(&stage, &form, "name=\"email\"", &fields).await;
        assert!(page.url.contains(AT_MICROSOFT), "{effect:?}: {}", page.url);
    }
}

#[tokio::test]
async fn the_last_good_keys_serve_while_the_provider_publishes_nothing() {
    // FLT-23, FLT-24
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
    order(&stage, Rule::new(Effect::BadGateway).at("entra.discovery"));
    order(&stage, Rule::new(Effect::BadGateway).at("entra.keys"));
    stage.advance(6 * 3600);
    stage.house.tend().await.unwrap();
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
    // A key nobody has published is not believed.
    // (Entra publishes its next key ahead, so several changes.)
    for _ in 0..3 {
        stage.twin.order_microsoft(&MicrosoftOrder::RotateKeys).unwrap();
    }
    stage.advance(61);
    let mut jar = Jar::default();
    let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
    let page = steps::type_address(&mut jar, &stage, &page, "solveig@kaffehuset.example").await;
    assert_eq!(page.query("error").as_deref(), Some("login_required"), "{}", page.url);
    // After a day without a word nothing is believed any more, and then the provider is back.
    stage.advance(2 * DAY);
    let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
    let page = jar.press(&stage, &page, "name=\"email\"", &[("email", "solveig@kaffehuset.example")]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    stage.twin.house().faults.clear();
    stage.advance(61);
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
}

#[tokio::test]
async fn a_providers_new_key_is_fetched_when_it_is_met() {
    // FLT-24
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
    stage.advance(61);
    for _ in 0..3 {
        stage.twin.order_microsoft(&MicrosoftOrder::RotateKeys).unwrap();
    }
    stage.twin.order_google(&GoogleOrder::RotateKeys).unwrap();
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
}

async fn published(stage: &Stage) -> Vec<String> {
    let answer = stage.serve(Request::get(format!("{LOGIN}/jwks")).body(Bytes::new()).unwrap()).await;
    let set: Value = serde_json::from_slice(answer.body()).unwrap();
    set["keys"].as_array().unwrap().iter().map(|k| k["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid_of(token: &str) -> String {
    let header = jwt::from_base64url(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn our_own_keys_are_published_before_they_sign_and_after() {
    // FLT-24
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let sign = async || {
        let heard = crm.post(&stage, "/token", &[("grant_type", "client_credentials")]).await;
        heard.json["access_token"].as_str().unwrap().to_owned()
    };
    let first = kid_of(&sign().await);
    let mut kids = BTreeSet::from([first.clone()]);
    let mut before = published(&stage).await;
    for _ in 0..(24 * 35) {
        stage.advance(3600);
        stage.house.tend().await.unwrap();
        let kid = kid_of(&sign().await);
        assert!(before.contains(&kid), "a key signs only after an hour in which it was published");
        before = published(&stage).await;
        assert!(before.contains(&kid));
        kids.insert(kid);
    }
    assert_eq!(kids.len(), 2, "one change in 35 days");
    assert!(!published(&stage).await.contains(&first), "the old one has gone");
}

#[tokio::test]
async fn a_key_can_be_changed_at_once_and_withdrawn() {
    // FLT-24
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let (pushed, page) = at_the_form(&stage, &crm, &mut jar).await;
    stage.house.rotate_signing_key(false).await.unwrap();
    let page = steps::type_address(&mut jar, &stage, &page, "ingrid@solsiden.example").await;
    let heard = crm.redeem(&stage, &page.query("code").unwrap(), &pushed.verifier).await;
    let statement = heard.json["id_token"].as_str().unwrap();
    assert!(published(&stage).await.contains(&kid_of(statement)), "no sign-in is lost");
    assert_eq!(published(&stage).await.len(), 2);
    let manage = crm.post(&stage, "/token", &[("grant_type", "client_credentials")]).await;
    let bearer = manage.json["access_token"].as_str().unwrap();
    let ask = async || {
        let request = Request::get(format!("{LOGIN}/manage/installation"))
            .header("authorization", format!("Bearer {bearer}"))
            .body(Bytes::new())
            .unwrap();
        stage.serve(request).await.status()
    };
    assert_eq!(ask().await, StatusCode::OK);
    stage.house.rotate_signing_key(true).await.unwrap();
    assert_eq!(published(&stage).await.len(), 1);
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED, "what the withdrawn key signed is not believed");
}

#[tokio::test]
async fn m_04_grants_are_used_before_they_die_of_disuse() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (user, _) = steps::user(&stage, &crm, &mut Jar::default()).await;
    let system = steps::system_user(&stage, &crm).await;
    let mut used = 0;
    for _ in 0..210 {
        stage.advance(DAY);
        used += stage.house.keep_alive().await.unwrap();
    }
    assert!(
        (8..=11).contains(&used),
        "{used} uses in 210 days: monthly at Microsoft, every two months at Google"
    );
    for id in [&user, &system] {
        assert_eq!(crm.exchange(&stage, id, "documents").await.status, StatusCode::OK, "{id}");
    }
}

#[tokio::test]
async fn m_04_a_grant_that_lay_idle_is_dead_and_noticed() {
    // The control of the test above: the provider does end it.
    let (stage, crm, id, _) = ready().await;
    stage.advance(91 * DAY);
    let heard = crm.exchange(&stage, &id, "documents").await;
    assert_eq!(heard.json["attention"], "grant_ended", "{:?}", heard.json);
    assert!(recorded(&stage, &crm, "connection.needs_attention", "grant_ended").await);
    assert_eq!(stage.house.keep_alive().await.unwrap(), 0, "a dead one is not asked for");
}

#[tokio::test]
async fn master_keys_are_changed_while_everything_can_be_read() {
    // FLT-37
    let (mut stage, crm, id, _) = ready().await;
    let system = steps::system_user(&stage, &crm).await;
    let (old, new) = (stage.master.clone(), MasterKey::generate(2).unwrap());
    let missing = stage.reopen_with(vec![new.clone()]).await.unwrap_err();
    assert_eq!(missing.kind(), domain::ErrorKind::Damaged, "{missing:?}");
    let both = stage.reopen_with(vec![old.clone(), new.clone()]).await.unwrap();
    let done = both.rewrap().await.unwrap();
    assert!(done.rewrapped >= 2, "{done:?}");
    assert_eq!(both.rewrap().await.unwrap().rewrapped, 0, "again is nothing");
    // Whoever was open meanwhile reads on.
    stage.advance(LATER);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    assert!(stage.reopen_with(vec![old]).await.is_err(), "the old key alone is not enough any more");
    let only_new = stage.reopen_with(vec![new]).await.unwrap();
    stage.enter(only_new);
    stage.advance(LATER);
    for id in [&id, &system] {
        assert_eq!(crm.exchange(&stage, id, "documents").await.status, StatusCode::OK);
    }
}

async fn sealed_by(stage: &Stage) -> BTreeSet<u32> {
    let db = stage.database().unwrap();
    let sql = "SELECT refresh_token FROM connections WHERE refresh_token IS NOT NULL";
    let all: Vec<Vec<u8>> = db.read(move |tx| tx.all_dynamic(sql, &[], |row| row.get(0))).await.unwrap();
    assert!(!all.is_empty());
    all.iter().map(|sealed| platform::seal::number_of(sealed).unwrap()).collect()
}

#[tokio::test]
async fn data_keys_are_changed_and_a_change_that_was_killed_is_finished_by_the_next() {
    // FLT-37
    let (mut stage, crm, id, _) = ready().await;
    let system = steps::system_user(&stage, &crm).await;
    let of = stage.house.installations().await.unwrap()[0].id;
    // Killed between the last value and the dropping of the old key.
    let house = Arc::clone(&stage.house);
    let killed = tokio::spawn(async move { house.reseal(of, &mut |_| panic!("killed")).await }).await;
    assert!(killed.is_err());
    let restarted = stage.reopen_with(vec![stage.master.clone()]).await.unwrap();
    stage.enter(restarted);
    stage.advance(LATER);
    for id in [&id, &system] {
        assert_eq!(crm.exchange(&stage, id, "documents").await.status, StatusCode::OK, "read in between");
    }
    let mut told = Vec::new();
    let done = stage.house.reseal(of, &mut |n| told.push(n)).await.unwrap();
    assert_eq!((done.resealed, done.dropped, told.last()), (2, 2, Some(&2)), "{done:?}");
    assert_eq!(sealed_by(&stage).await, BTreeSet::from([3]));
    stage.advance(LATER);
    for id in [&id, &system] {
        assert_eq!(crm.exchange(&stage, id, "documents").await.status, StatusCode::OK);
    }
    stage.house.reseal(InstallationId(0), &mut |_| ()).await.unwrap();
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
}

#[tokio::test]
async fn tokens_renewed_on_another_node_during_a_change_of_keys_are_not_lost() {
    // FLT-37: the other node has the old key in memory and knows nothing of the change.
    let (mut stage, crm, id, _) = ready().await;
    let of = stage.house.installations().await.unwrap()[0].id;
    let other = stage.reopen_with(vec![stage.master.clone()]).await.unwrap();
    stage.advance(LATER);
    assert_eq!(
        crm.exchange(&stage, &id, "documents").await.status,
        StatusCode::OK,
        "the old key is in memory"
    );
    let first = Arc::clone(&stage.house);
    stage.enter(Arc::clone(&first));
    // A renewal on the first node, in the middle of the second node's change.
    let mut seen = false;
    other.reseal(of, &mut |_| seen = true).await.unwrap();
    assert!(seen);
    stage.advance(LATER);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    assert_eq!(sealed_by(&stage).await, BTreeSet::from([2]), "the first node seals under the new key");
    let restarted = stage.reopen_with(vec![stage.master.clone()]).await.unwrap();
    stage.enter(restarted);
    stage.advance(LATER);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
}

/// What is written to the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|w| w == word.as_bytes())
}

fn files(folder: &std::path::Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

#[tokio::test]
async fn secrets_are_in_no_file_no_log_and_no_answer() {
    // ATT-42, ATT-52
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _listening = tracing::subscriber::set_default(subscriber);
    let stage = Stage::new().await;
    let given = Arc::<Mutex<BTreeSet<String>>>::default();
    let kept = Arc::clone(&given);
    stage.twin.observe(move |_, _, answer| {
        let Content::Bytes(body) = &answer.body else { return };
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
        for name in ["refresh_token", "access_token", "id_token"] {
            if let Some(token) = body[name].as_str() {
                kept.lock().unwrap().insert(token.to_owned());
            }
        }
    });
    let crm = Installation::ready(&stage, "nordlys").await;
    let (mut jar, mut answers) = (Jar::default(), Vec::new());
    sign_in(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    let (user, handle) = steps::user(&stage, &crm, &mut jar).await;
    let system = steps::system_user(&stage, &crm).await;
    steps::consent(&stage, &crm).await;
    for id in [&user, &system] {
        for _ in 0..2 {
            stage.advance(LATER);
            crm.exchange(&stage, id, "documents").await;
        }
        answers.push(shown(&stage, &crm, id).await.to_string());
    }
    // Everything that can go wrong, with whatever is said then.
    for rule in [
        Rule::new(behave("entra-error", json!(7_000_222))),
        Rule::new(Effect::Malformed).at(ENTRA),
        Rule::new(behave("entra-error", json!(50173))),
    ] {
        let fault = order(&stage, rule);
        stage.advance(LATER);
        let heard = crm.exchange(&stage, &user, "documents").await;
        assert!(!heard.status.is_success(), "{:?}", heard.json);
        answers.push(heard.json.to_string());
        stage.twin.house().faults.withdraw(fault);
    }
    let account = [("account", handle.as_str())];
    let ask = (Purpose::UserConnect, "microsoft");
    answers.push(connect(&stage, &crm, &mut jar, ask, "harald@nordlys.example", &account).await.1.text);
    answers.push(
        jar.go(&stage, &format!("{LOGIN}/callback/google?code=planted-code-canary&state=x")).await.text,
    );
    answers.push(crm.manage(&stage, Method::GET, "/manage/audit", None).await.json.to_string());
    answers.push(crm.manage(&stage, Method::GET, "/manage/connections", None).await.json.to_string());

    let mut words: BTreeSet<String> = given.lock().unwrap().clone();
    assert!(words.len() >= 8, "tokens were given: {}", words.len());
    words.extend([MICROSOFT_SECRET, testkit::login::GOOGLE_SECRET, "planted-code-canary"].map(str::to_owned));
    for url in &jar.history {
        let (at, query) = url.split_once('?').unwrap_or((url, ""));
        // The providers' codes and our states, our references, and our codes; an installation's own state is its own.
        let names: &[&str] = match at {
            _ if at.contains("login.test/callback/") => &["code", "state"],
            _ if at.contains("login.test/authorize") => &["request_uri"],
            _ if at == crm.redirect => &["code"],
            _ => &[],
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if names.contains(&&*name) && value.len() > 12 {
                words.insert(value.rsplit(':').next().unwrap_or_default().to_owned());
            }
        }
    }
    words.extend(jar.cookies["login.test"].values().cloned());
    // The planted control is found in both places.
    tracing::info!(word = "control-of-the-search", "planted");
    std::fs::write(stage.folder().join("planted"), b"...control-of-the-search...").unwrap();
    let (files, log) = (files(stage.folder()), log.0.lock().unwrap().clone());
    assert!(holds(&files, "control-of-the-search") && holds(&log, "control-of-the-search"));
    assert!(log.len() > 2000, "the log was written: {} bytes", log.len());
    let answers = answers.concat();
    for word in &words {
        let shown = &word[..word.len().min(12)];
        assert!(!holds(&files, word), "{shown}… is in the database's files");
        assert!(!holds(&log, word), "{shown}… is in the log");
        assert!(!answers.contains(word.as_str()), "{shown}… is in an answer");
    }
}
