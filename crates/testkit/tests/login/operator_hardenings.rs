//! Smaller things that make the login page harder to hurt and easier to run.

use crate::haven::{self, HAVEN};
use crate::operator::{call, said};
use crate::steps::{self, at_the_form, records};
use broker::SecretBy;
use http::{Method, StatusCode};
use platform::seal::MasterKey;
use serde_json::json;
use testkit::login::{Installation, Jar, LOGIN, Page, Stage};

/// The address a trip to a provider begins with.
async fn trip(stage: &Stage, crm: &Installation, provider: &str, prompt: &str) -> String {
    let mut jar = Jar::default();
    let more = [("prompt", prompt)];
    let pushed = crm.push(stage, if prompt.is_empty() { &[] } else { &more }).await;
    let page = jar.go(stage, &pushed.url).await;
    let page = jar.press_once(stage, &page, &format!("value=\"{provider}\""), &[]).await;
    page.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn refusals_of_a_client_are_counted_and_not_written_down_one_by_one() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let refused = async || {
        let all = records(&stage, &crm).await;
        let theirs = all.into_iter().filter(|r| r["action"] == "client.refused");
        theirs.map(|r| (r["object"].as_str().unwrap().to_owned(), r["reason"].clone())).collect::<Vec<_>>()
    };
    let bad = async || {
        let assertion = crm.assertion_with(&stage, json!({"aud": "https://elsewhere.test"}));
        crm.post(&stage, "/token", &[("grant_type", "client_credentials"), ("client_assertion", &assertion)])
            .await
    };
    for _ in 0..500 {
        assert_eq!(bad().await.error(), "invalid_client");
    }
    let once = [(String::new(), json!("token.wrong.aud"))];
    assert_eq!(refused().await, once);
    stage.house.tend().await.unwrap();
    assert_eq!(refused().await, once, "the minute lasts");
    stage.advance(61);
    stage.house.tend().await.unwrap();
    let counted = [("times:499".to_owned(), json!("token.wrong.aud")), once[0].clone()];
    assert_eq!(refused().await, counted);
    stage.house.tend().await.unwrap();
    assert_eq!(refused().await, counted, "once");
    // Another reason, and another client, are told apart; nobody who is unknown fills the log either.
    bad().await;
    let stranger = Installation { key: "stranger".into(), ..crm.clone() };
    for _ in 0..50 {
        stranger.post(&stage, "/token", &[("grant_type", "client_credentials")]).await;
    }
    assert_eq!(refused().await.len(), 3);
    let token = stage.house.operator_token("tools", 1).await.unwrap().1;
    let ours = said(&call(&stage, &token, Method::GET, "/audit?action=client.", None).await);
    assert_eq!(ours["records"].as_array().unwrap().len(), 1, "{ours}");
}

#[tokio::test]
async fn callbacks_of_a_stranger_fill_no_log() {
    // ATT-53
    let stage = Stage::with(|_, settings| settings.limits.failures_per_ip = 3).await;
    let mut jar = Jar::default();
    for _ in 0..50 {
        jar.go(&stage, &format!("{LOGIN}/callback/google?state=x&code=y")).await;
    }
    let token = stage.house.operator_token("tools", 1).await.unwrap().1;
    let ours = said(&call(&stage, &token, Method::GET, "/audit?action=login.callback", None).await);
    assert_eq!(ours["records"].as_array().unwrap().len(), 3, "{ours}");
}

#[tokio::test]
async fn who_has_to_prove_anew_is_asked_to_by_the_provider() {
    let (stage, _haven) = haven::stage().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for (provider, prompt, expected) in [
        ("haven", "login", "prompt=login"),
        ("microsoft", "login", "prompt=login"),
        // Google has no such word.
        ("google", "login", "prompt=select_account"),
        ("haven", "", "prompt=select_account"),
        ("microsoft", "select_account", "prompt=select_account"),
    ] {
        let url = trip(&stage, &crm, provider, prompt).await;
        assert!(url.contains(expected), "{provider} {prompt}: {url}");
        assert_eq!(url.matches("prompt=").count(), 1, "{url}");
    }
    // All the way round, although the browser has a session here.
    let mut jar = Jar::default();
    steps::sign_in(&stage, &crm, &mut jar, "solveig@kaffehuset.example").await;
    let pushed = crm.push(&stage, &[("prompt", "login")]).await;
    let page = jar.go(&stage, &pushed.url).await;
    assert!(page.url.starts_with(LOGIN), "{}", page.url);
    let page = steps::type_address(&mut jar, &stage, &page, "solveig@kaffehuset.example").await;
    steps::arrived(&stage, &crm, &pushed, &page).await;
}

async fn signed_in_by(methods: Option<&[&str]>, configured: SecretBy) -> &'static str {
    let (mut stage, haven) = haven::stage().await;
    if let Some(methods) = methods {
        haven.lock().unwrap().announces = json!({"token_endpoint_auth_methods_supported": methods});
    }
    stage.settings.providers.iter_mut().filter(|p| p.issuer == HAVEN).for_each(|p| p.secret_by = configured);
    let house = stage.reopen_with(vec![stage.master.clone()]).await.unwrap();
    stage.enter(house);
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
    let page = jar.press(&stage, &page, "value=\"haven\"", &[]).await;
    assert!(page.query("code").is_some(), "{}\n{}", page.url, page.text);
    haven.lock().unwrap().proved_by
}

#[tokio::test]
async fn a_secret_is_sent_as_the_configuration_or_the_provider_says() {
    // OpenID Connect Discovery section 3: without a list, the header.
    assert_eq!(signed_in_by(None, SecretBy::Discovery).await, "header");
    assert_eq!(signed_in_by(Some(&["client_secret_basic"]), SecretBy::Discovery).await, "header");
    assert_eq!(
        signed_in_by(Some(&["private_key_jwt", "client_secret_post"]), SecretBy::Discovery).await,
        "form"
    );
    assert_eq!(signed_in_by(Some(&["client_secret_basic"]), SecretBy::Post).await, "form");
    assert_eq!(signed_in_by(Some(&["client_secret_post"]), SecretBy::Basic).await, "header");
}

fn form_action(page: &Page) -> String {
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    policy.split(';').find(|part| part.trim().starts_with("form-action")).unwrap().to_owned()
}

#[tokio::test]
async fn a_page_may_lead_to_where_a_provider_really_sends_people() {
    for (endpoint, named) in [
        ("https://sign-in.haven.test/authorize", Some("https://sign-in.haven.test")),
        ("https://x;script-src/authorize", None),
        ("https://evil.test,https:/authorize", None),
    ] {
        let (stage, haven) = haven::stage().await;
        haven.lock().unwrap().announces = json!({"authorization_endpoint": endpoint});
        let page = Jar::default().go(&stage, &format!("{LOGIN}/")).await;
        let action = form_action(&page);
        assert!(action.contains(HAVEN), "{action}");
        match named {
            Some(named) => assert!(action.split(' ').any(|origin| origin == named), "{action}"),
            None => assert!(!action.contains("script-src") && !action.contains("evil"), "{action}"),
        }
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("script-src"), "{policy}");
    }
}

#[tokio::test]
async fn master_keys_are_read_again_while_it_runs_and_unusable_ones_are_not_used() {
    // FLT-37
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (id, _) = steps::user(&stage, &crm, &mut Jar::default()).await;
    let token = stage.house.operator_token("tools", 1).await.unwrap().1;
    let masters = async || {
        let all =
            said(&call(&stage, &token, Method::GET, "/sealing-keys", None).await)["master_keys"].clone();
        all.as_array().unwrap().iter().map(|m| m["number"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let (old, new) = (stage.master.clone(), MasterKey::generate(2).unwrap());
    let put = |keys: Vec<MasterKey>| *stage.masters.0.lock().unwrap() = keys;
    put(vec![old.clone(), new.clone()]);
    assert_eq!(masters().await, [1]);
    stage.house.tend().await.unwrap();
    assert_eq!(masters().await, [1, 2], "without a restart");
    let waits = said(&call(&stage, &token, Method::GET, "/health", None).await);
    assert_eq!(waits["to_rewrap"], 2, "{waits}");
    // Without the key that everything is wrapped under, and with another key under its number.
    for unusable in [vec![new.clone()], vec![MasterKey::generate(1).unwrap(), new.clone()], Vec::new()] {
        put(unusable);
        stage.house.tend().await.unwrap();
        assert_eq!(masters().await, [1, 2], "those read before stay in use");
    }
    put(vec![old, new.clone()]);
    assert_eq!(stage.house.rewrap().await.unwrap().rewrapped, 2);
    put(vec![new.clone()]);
    stage.house.tend().await.unwrap();
    assert_eq!(masters().await, [2], "the old one may go now");
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    let log = said(&call(&stage, &token, Method::GET, "/audit?action=master_keys.", None).await);
    assert_eq!(log["records"].as_array().unwrap().len(), 2, "{log}");

    // Another process adds a key and wraps everything under it before we have looked: what is needed is read then.
    let third = MasterKey::generate(3).unwrap();
    put(vec![new.clone(), third.clone()]);
    let both = stage.reopen_with(vec![new, third.clone()]).await.unwrap();
    assert_eq!(both.rewrap().await.unwrap().rewrapped, 2);
    both.reseal(domain::InstallationId(1), &mut |_| ()).await.unwrap();
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
    assert_eq!(masters().await, [2, 3]);
}
