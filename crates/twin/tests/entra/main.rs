//! Sign-in at Microsoft, as a client and a browser meet it. Each test names the behaviour it shows.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use twin::core::faults::{Effect, Rule};
use twin::{Outward, Surface, Surfaces, Twin, World};

const APP: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";
const SECRET: &str = "simulated-microsoft-secret";
const REDIRECT: &str = "http://localhost:8080/callback/microsoft";
const KAFFEHUSET: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01";
const NORDLYS: &str = "5d2c9a44-3b1e-4c8f-8a66-2e9b7d4c0b02";
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// A browser and a client of one twin.
struct Stage {
    twin: Twin,
    cookie: Option<String>,
}

struct Heard {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The pairs of the address that the browser is sent to.
    fn callback(&self) -> Vec<(String, String)> {
        let location = self.headers.get("location").map_or("", |value| value.to_str().unwrap());
        let query = location.split_once(['?', '#']).map_or("", |(_, query)| query);
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn got(&self, name: &str) -> String {
        self.callback().into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    }
}

impl Stage {
    fn new() -> Self {
        let mut world = World::ready().unwrap();
        world.stopped_at = Some("2026-06-01T12:00:00Z".parse().unwrap());
        let surfaces = Surfaces::of(|surface| format!("https://{}.test", surface.name()));
        Self {
            twin: Twin::new(&world, surfaces, "word".into(), None, Outward::default()).unwrap(),
            cookie: None,
        }
    }

    async fn send(
        &mut self,
        surface: Surface,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Heard {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let answer = self.twin.call(surface, request.body(body.into_bytes()).unwrap()).await.unwrap();
        if let Some(set) = answer.headers().get("set-cookie") {
            self.cookie = set.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        Heard {
            status: answer.status(),
            headers: answer.headers().clone(),
            text: String::from_utf8_lossy(answer.body()).into_owned(),
        }
    }

    async fn get(&mut self, path: &str) -> Heard {
        self.send(Surface::MicrosoftLogin, Method::GET, path, &[], String::new()).await
    }

    async fn authorize(&mut self, tenant: &str, more: &[(&str, &str)]) -> Heard {
        let query = form(
            &[
                &[
                    ("client_id", APP),
                    ("response_type", "code"),
                    ("redirect_uri", REDIRECT),
                    ("state", "s1"),
                    ("nonce", "n1"),
                ],
                more,
            ]
            .concat(),
        );
        self.get(&format!("/{tenant}/oauth2/v2.0/authorize?{query}")).await
    }

    /// Presses a button of a page: its hidden fields and what is given.
    async fn press(&mut self, page: &Heard, wanted: &str, more: &[(&str, &str)]) -> Heard {
        let form_text = page
            .text
            .split("<form")
            .skip(1)
            .find(|text| text.split("</form>").next().unwrap().contains(wanted));
        let form_text = form_text
            .unwrap_or_else(|| panic!("no form with {wanted} on:\n{}", page.text))
            .split("</form>")
            .next()
            .unwrap();
        let action = attribute(form_text, "action");
        let mut pairs: Vec<(String, String)> = form_text
            .split("<input")
            .skip(1)
            .map(|tag| (attribute(tag, "name"), attribute(tag, "value")))
            .collect();
        for (name, value) in more {
            pairs.retain(|(known, _)| known != name);
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.send(
            Surface::MicrosoftLogin,
            Method::POST,
            &action,
            &[("content-type", "application/x-www-form-urlencoded")],
            body,
        )
        .await
    }

    /// A whole sign-in with whatever it asks; gives the last answer, which leads back to the application.
    async fn sign_in(&mut self, tenant: &str, login: &str, scope: &str, more: &[(&str, &str)]) -> Heard {
        let mut page = self.authorize(tenant, &[&[("scope", scope)], more].concat()).await;
        for _ in 0..4 {
            if page.headers.contains_key("location") {
                return page;
            }
            page = if page.text.contains("Use another account") {
                self.press(&page, "Use another account", &[]).await
            } else if page.text.contains("type=\"email\"") {
                self.press(&page, "type=\"email\"", &[("login", login)]).await
            } else if page.text.contains("second_factor\" value=\"done\"")
                && page.text.contains("Approve and continue")
            {
                self.press(&page, "Approve and continue", &[]).await
            } else if page.text.contains(">Accept<") {
                self.press(&page, ">Accept<", &[]).await
            } else {
                return page;
            };
        }
        page
    }

    async fn token(&mut self, tenant: &str, pairs: &[(&str, &str)]) -> Heard {
        let all = [&[("client_id", APP), ("client_secret", SECRET)], pairs].concat();
        self.bare_token(tenant, &all).await
    }

    async fn bare_token(&mut self, tenant: &str, pairs: &[(&str, &str)]) -> Heard {
        let path = format!("/{tenant}/oauth2/v2.0/token");
        self.send(
            Surface::MicrosoftLogin,
            Method::POST,
            &path,
            &[("content-type", "application/x-www-form-urlencoded")],
            form(pairs),
        )
        .await
    }

    async fn redeem(&mut self, tenant: &str, back: &Heard) -> Heard {
        let code = back.got("code");
        self.token(
            tenant,
            &[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)],
        )
        .await
    }

    async fn tokens(&mut self, tenant: &str, login: &str, scope: &str) -> Value {
        let back = self.sign_in(tenant, login, scope, &[]).await;
        let answer = self.redeem(tenant, &back).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn refresh(&mut self, tenant: &str, word: &Value) -> Heard {
        self.token(tenant, &[("grant_type", "refresh_token"), ("refresh_token", word.as_str().unwrap())])
            .await
    }

    async fn me(&mut self, token: &Value) -> Heard {
        let bearer = format!("Bearer {}", token.as_str().unwrap());
        self.send(Surface::Graph, Method::GET, "/v1.0/me", &[("authorization", &bearer)], String::new()).await
    }

    fn pass(&self, seconds: i64) {
        self.twin.house().clock.advance(jiff::SignedDuration::from_secs(seconds));
    }

    fn once(&self, name: &str, value: Value) {
        self.twin.house().faults.order(Rule::new(Effect::Behave { name: name.into(), value }).times(1));
    }

    fn user(&self, tenant: &str, login: &str, change: impl FnOnce(&mut twin::microsoft::directory::User)) {
        self.twin.microsoft(|microsoft, _| {
            let tenant = microsoft.directory.tenants.get_mut(tenant).unwrap();
            let id = tenant.user(login).unwrap().id.clone();
            change(tenant.users.get_mut(&id).unwrap());
        });
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn attribute(tag: &str, name: &str) -> String {
    let value =
        tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn claims(token: &Value) -> Value {
    twin::core::keys::peek(token.as_str().unwrap()).unwrap().1
}

fn refused(answer: &Heard, code: u32) -> Value {
    let body = answer.json();
    assert_eq!(body["error_codes"], json!([code]), "{} {}", answer.status, answer.text);
    for member in ["error", "error_description", "timestamp", "trace_id", "correlation_id"] {
        assert!(body[member].is_string(), "{member}: {body}");
    }
    body
}

#[tokio::test]
async fn many_tenants_share_a_templated_issuer_and_every_key_says_whose_it_is() {
    // M-01
    let mut stage = Stage::new();
    let common = stage.get("/common/v2.0/.well-known/openid-configuration").await.json();
    assert_eq!(common["issuer"], "https://microsoft-login.test/{tenantid}/v2.0");
    assert!(common.get("code_challenge_methods_supported").is_none());
    let one = stage.get("/kaffehuset.example/v2.0/.well-known/openid-configuration").await.json();
    assert_eq!(one["issuer"], format!("https://microsoft-login.test/{KAFFEHUSET}/v2.0"));
    let keys = stage.get("/common/discovery/v2.0/keys").await.json();
    let issuers: Vec<&str> =
        keys["keys"].as_array().unwrap().iter().map(|key| key["issuer"].as_str().unwrap()).collect();
    assert!(issuers.contains(&"https://microsoft-login.test/{tenantid}/v2.0"));
    assert!(issuers.contains(&format!("https://microsoft-login.test/{CONSUMERS}/v2.0").as_str()));
    assert_eq!(
        stage.get("/nowhere.example/v2.0/.well-known/openid-configuration").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_id_token_names_tenant_and_object_and_a_members_mail_stays_out() {
    let mut stage = Stage::new();
    let tokens = stage.tokens("common", "liv@nordlys.example", "openid profile email User.Read").await;
    let claims = claims(&tokens["id_token"]);
    assert_eq!(
        (&claims["tid"], &claims["ver"], &claims["nonce"], &claims["aud"]),
        (&json!(NORDLYS), &json!("2.0"), &json!("n1"), &json!(APP))
    );
    assert_eq!(claims["iss"], format!("https://microsoft-login.test/{NORDLYS}/v2.0"));
    assert!(claims["oid"].is_string() && claims["sub"] != claims["oid"] && claims.get("email").is_none());
    assert!(tokens.get("refresh_token").is_none(), "offline_access was not asked for");
    assert_eq!(stage.me(&tokens["access_token"]).await.json()["id"], claims["oid"]);
}

#[tokio::test]
async fn tokens_lie_in_the_ways_an_attacker_makes_them() {
    // M-02, M-03
    let mut stage = Stage::new();
    stage.once("wrong-tid", json!(KAFFEHUSET));
    let wrong = claims(&stage.tokens("common", "liv@nordlys.example", "openid profile").await["id_token"]);
    assert_eq!(
        (&wrong["tid"], &wrong["iss"]),
        (&json!(KAFFEHUSET), &json!(format!("https://microsoft-login.test/{NORDLYS}/v2.0")))
    );
    stage.once("email-claim", json!("solveig@kaffehuset.example"));
    let mail = claims(&stage.tokens("common", "liv@nordlys.example", "openid profile").await["id_token"]);
    assert_eq!((&mail["tid"], &mail["email"]), (&json!(NORDLYS), &json!("solveig@kaffehuset.example")));
}

#[tokio::test]
async fn a_refresh_gives_a_new_token_and_the_old_one_stays_good_until_it_is_unused_for_90_days() {
    // M-04
    let mut stage = Stage::new();
    let first = stage.tokens("common", "liv@nordlys.example", "openid offline_access User.Read").await;
    let second = stage.refresh("common", &first["refresh_token"]).await.json();
    assert!(second["refresh_token"].is_string() && second["refresh_token"] != first["refresh_token"]);
    stage.pass(89 * 86_400);
    assert_eq!(
        stage.refresh("common", &first["refresh_token"]).await.status,
        StatusCode::OK,
        "old ones live on"
    );
    stage.pass(2 * 86_400);
    refused(&stage.refresh("common", &second["refresh_token"]).await, 700_082);
    assert_eq!(
        stage.refresh("common", &first["refresh_token"]).await.status,
        StatusCode::OK,
        "use keeps it alive"
    );
    stage.twin.microsoft(|microsoft, house| {
        assert!(microsoft.directory.revoke_sessions(NORDLYS, "liv@nordlys.example", house.clock.now()));
    });
    refused(&stage.refresh("common", &first["refresh_token"]).await, 50173);
}

#[tokio::test]
async fn a_grant_dies_with_its_user_its_consent_and_its_application() {
    let mut stage = Stage::new();
    let tokens = stage.tokens("common", "liv@nordlys.example", "openid offline_access User.Read").await;
    stage.user(NORDLYS, "liv@nordlys.example", |user| user.enabled = false);
    refused(&stage.refresh("common", &tokens["refresh_token"]).await, 50057);
    stage.user(NORDLYS, "liv@nordlys.example", |user| user.enabled = true);
    stage.twin.microsoft(|microsoft, _| microsoft.directory.revoke_consent(NORDLYS, APP));
    assert_eq!(
        refused(&stage.refresh("common", &tokens["refresh_token"]).await, 65001)["suberror"],
        "consent_required"
    );
    stage.twin.microsoft(|microsoft, _| microsoft.directory.apps.get_mut(APP).unwrap().enabled = false);
    refused(&stage.refresh("common", &tokens["refresh_token"]).await, 7_000_112);
}

#[tokio::test]
async fn every_refusal_can_be_ordered_and_those_that_need_a_person_carry_claims() {
    // M-05
    let mut stage = Stage::new();
    let tokens = stage.tokens("common", "liv@nordlys.example", "openid offline_access User.Read").await;
    for (code, error, claims) in [
        (50076, "invalid_grant", true),
        (65001, "invalid_grant", false),
        (700_082, "invalid_grant", false),
        (70043, "invalid_grant", false),
        (53003, "invalid_grant", false),
        (7_000_222, "invalid_client", false),
        (90033, "temporarily_unavailable", false),
    ] {
        stage.once("entra-error", json!(code));
        let body = refused(&stage.refresh("common", &tokens["refresh_token"]).await, code);
        assert_eq!(
            (body["error"].as_str().unwrap(), body.get("claims").is_some()),
            (error, claims),
            "{code}"
        );
        assert!(body["error_description"].as_str().unwrap().starts_with(&format!("AADSTS{code}: ")));
    }
    for _ in 0..60 {
        stage.refresh("common", &tokens["refresh_token"]).await;
    }
    refused(&stage.refresh("common", &tokens["refresh_token"]).await, 50196);
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_at_its_own_address() {
    let mut stage = Stage::new();
    let back = stage.sign_in("common", "liv@nordlys.example", "openid User.Read", &[]).await;
    assert_eq!(back.got("state"), "s1");
    refused(&stage.redeem(NORDLYS, &back).await, 700_005);
    assert_eq!(stage.redeem("common", &back).await.status, StatusCode::OK);
    refused(&stage.redeem("common", &back).await, 54005);
    let late = stage.sign_in("common", "liv@nordlys.example", "openid User.Read", &[]).await;
    stage.pass(601);
    refused(&stage.redeem("common", &late).await, 70008);
    let challenge = URL_SAFE_NO_PAD
        .encode(twin::core::digest::sha256(b"the verifier of this sign-in, long enough to be one"));
    let bound = stage
        .sign_in(
            "common",
            "liv@nordlys.example",
            "openid User.Read",
            &[("code_challenge", &challenge), ("code_challenge_method", "S256")],
        )
        .await;
    refused(&stage.redeem("common", &bound).await, 501_481);
    let code = bound.got("code");
    let proven = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", "the verifier of this sign-in, long enough to be one"),
    ];
    assert_eq!(stage.token("common", &proven).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_client_is_shown_a_page_and_sent_nowhere() {
    let mut stage = Stage::new();
    let query = form(&[
        ("client_id", APP),
        ("response_type", "code"),
        ("redirect_uri", "https://elsewhere.example/"),
        ("scope", "openid"),
    ]);
    let page = stage.get(&format!("/common/oauth2/v2.0/authorize?{query}")).await;
    assert!(page.status == StatusCode::BAD_REQUEST && page.text.contains("AADSTS50011"), "{}", page.text);
    let unknown =
        stage.get("/common/oauth2/v2.0/authorize?client_id=nobody&response_type=code&scope=openid").await;
    assert!(unknown.text.contains("AADSTS700016"));
}

#[tokio::test]
async fn files_need_an_administrator_who_may_consent_for_everybody() {
    let mut stage = Stage::new();
    let scope = "openid profile offline_access Files.ReadWrite.All";
    let blocked = stage.sign_in("common", "erik@kaffehuset.example", scope, &[]).await;
    assert!(blocked.text.contains("AADSTS90094"), "{}", blocked.text);
    let declined = stage.press(&blocked, "declined", &[]).await;
    assert_eq!(declined.got("error"), "access_denied");
    stage.cookie = None;
    let asked = stage.authorize("common", &[("scope", scope)]).await;
    let asked = stage.press(&asked, "type=\"email\"", &[("login", "solveig@kaffehuset.example")]).await;
    let done = stage.press(&asked, "on behalf of", &[]).await;
    assert!(!done.got("code").is_empty());
    stage.cookie = None;
    let erik = stage.tokens("common", "erik@kaffehuset.example", scope).await;
    assert!(erik["scope"].as_str().unwrap().contains("Files.ReadWrite.All"));
    let liv = stage.sign_in("common", "liv@nordlys.example", "openid Sites.FullControl.All", &[]).await;
    assert!(liv.headers.contains_key("location") || liv.text.contains("AADSTS90094"));
}

#[tokio::test]
async fn somebody_who_is_signed_in_may_be_another_as_well() {
    let mut stage = Stage::new();
    stage.sign_in("organizations", "liv@nordlys.example", "openid User.Read", &[]).await;
    let again = [("scope", "openid User.Read"), ("prompt", "select_account")];
    let page = stage.authorize("organizations", &again).await;
    assert!(page.text.contains("liv@nordlys.example") && !page.text.contains("type=\"email\""));
    let page = stage.press(&page, "Use another account", &[]).await;
    let page = stage.press(&page, "type=\"email\"", &[("login", "nobody@nordlys.example")]).await;
    assert!(page.text.contains("AADSTS50034") && page.text.contains("liv@nordlys.example"));
    let page = stage.press(&page, "type=\"email\"", &[("login", "harald@nordlys.example")]).await;
    assert!(!page.got("code").is_empty());
    let page = stage.authorize("organizations", &again).await;
    assert!(page.text.contains("liv@nordlys.example") && page.text.contains("harald@nordlys.example"));
}

#[tokio::test]
async fn an_administrators_consent_comes_back_with_a_tenant_that_proves_nothing() {
    // M-06
    let mut stage = Stage::new();
    let query = form(&[
        ("client_id", APP),
        ("redirect_uri", REDIRECT),
        ("state", "s1"),
        ("scope", "https://graph.microsoft.com/Sites.ReadWrite.All openid"),
    ]);
    let page = stage.get(&format!("/organizations/v2.0/adminconsent?{query}")).await;
    let erik = stage.press(&page, "type=\"email\"", &[("login", "erik@kaffehuset.example")]).await;
    assert!(erik.text.contains("Only an administrator"), "{}", erik.text);
    stage.once("forged-admin-consent", json!(NORDLYS));
    let review = stage.press(&page, "type=\"email\"", &[("login", "solveig@kaffehuset.example")]).await;
    let back = stage.press(&review, "everybody", &[]).await;
    assert_eq!(
        (back.got("admin_consent"), back.got("tenant"), back.got("state")),
        ("True".into(), NORDLYS.into(), "s1".into())
    );
    let granted = stage
        .twin
        .microsoft(|microsoft, _| microsoft.directory.tenants[KAFFEHUSET].consents[APP].for_all.clone());
    assert!(granted.contains("Sites.ReadWrite.All"));
    assert!(stage.get(&format!("/common/v2.0/adminconsent?{query}")).await.text.contains("AADSTS90002"));
}

#[tokio::test]
async fn a_client_that_understands_claims_is_challenged_at_once_and_others_are_not() {
    // M-07
    let mut stage = Stage::new();
    let cp1 = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let plain = stage.tokens("common", "liv@nordlys.example", "openid offline_access User.Read").await;
    let back = stage
        .sign_in("common", "liv@nordlys.example", "openid offline_access User.Read", &[("claims", cp1)])
        .await;
    let declared = stage.redeem("common", &back).await.json();
    assert!(
        declared["expires_in"].as_i64().unwrap() > 70_000 && plain["expires_in"].as_i64().unwrap() < 5_500
    );
    stage.pass(5);
    stage.twin.microsoft(|microsoft, house| {
        microsoft.directory.revoke_sessions(NORDLYS, "liv@nordlys.example", house.clock.now())
    });
    let challenged = stage.me(&declared["access_token"]).await;
    let header = challenged.headers["www-authenticate"].to_str().unwrap();
    assert!(
        challenged.status == StatusCode::UNAUTHORIZED
            && header.contains("insufficient_claims")
            && header.contains("claims=\""),
        "{header}"
    );
    assert_eq!(
        stage.me(&plain["access_token"]).await.status,
        StatusCode::OK,
        "without cp1 a token lives until it expires"
    );
    stage.pass(5);
    let again = stage.sign_in("common", "liv@nordlys.example", "openid User.Read", &[("claims", cp1)]).await;
    let fresh = stage.redeem("common", &again).await.json();
    assert_eq!(stage.me(&fresh["access_token"]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_answer_comes_as_a_form_when_it_is_asked_for() {
    // M-08
    let mut stage = Stage::new();
    let page = stage
        .sign_in("common", "liv@nordlys.example", "openid User.Read", &[("response_mode", "form_post")])
        .await;
    assert!(
        page.text.contains(&format!("action=\"{REDIRECT}\""))
            && page.text.contains("name=\"code\"")
            && page.text.contains("name=\"state\" value=\"s1\"")
    );
}

#[tokio::test]
async fn a_session_is_silent_and_without_one_a_person_is_needed() {
    let mut stage = Stage::new();
    let stranger = stage.authorize("common", &[("scope", "openid"), ("prompt", "none")]).await;
    assert_eq!(stranger.got("error"), "login_required");
    assert!(stranger.got("error_description").starts_with("AADSTS50058"));
    stage.tokens("common", "liv@nordlys.example", "openid User.Read").await;
    assert!(
        !stage.authorize("common", &[("scope", "openid"), ("prompt", "none")]).await.got("code").is_empty()
    );
    let more =
        stage.authorize("common", &[("scope", "openid Sites.FullControl.All"), ("prompt", "none")]).await;
    assert_eq!(more.got("error"), "interaction_required");
    stage.get("/common/oauth2/v2.0/logout").await;
    assert_eq!(
        stage.authorize("common", &[("scope", "openid"), ("prompt", "none")]).await.got("error"),
        "login_required"
    );
}

#[tokio::test]
async fn a_guest_is_another_object_at_the_other_tenants_address() {
    let mut stage = Stage::new();
    let home = claims(&stage.tokens("common", "harald@nordlys.example", "openid profile").await["id_token"]);
    let guest =
        claims(&stage.tokens(KAFFEHUSET, "harald@nordlys.example", "openid profile email").await["id_token"]);
    assert_eq!((&home["tid"], &guest["tid"]), (&json!(NORDLYS), &json!(KAFFEHUSET)));
    assert!(
        home["oid"] != guest["oid"] && guest["email"] == "harald@nordlys.example" && guest["idp"].is_string()
    );
    stage.cookie = None;
    let stranger = stage.sign_in(KAFFEHUSET, "liv@nordlys.example", "openid", &[]).await;
    assert!(stranger.text.contains("AADSTS50020"), "{}", stranger.text);
}

#[tokio::test]
async fn a_client_proves_itself_by_a_certificate_whose_assertion_is_good_once() {
    let mut stage = Stage::new();
    let key = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'static> = aws_lc_rs::encoding::AsDer::as_der(&key).unwrap();
    let pair = rcgen::KeyPair::try_from(der.as_ref()).unwrap();
    let certificate = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&pair).unwrap();
    stage.twin.microsoft(|microsoft, _| {
        microsoft.directory.apps.get_mut(APP).unwrap().certificates.push(certificate.pem());
    });
    let thumb = URL_SAFE_NO_PAD.encode(twin::core::digest::sha256(certificate.der()));
    let assertion = |aud: &str, id: &str, key: &aws_lc_rs::rsa::KeyPair| {
        let header =
            URL_SAFE_NO_PAD.encode(json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumb }).to_string());
        let now = 1_780_315_200;
        let body = json!({ "aud": aud, "iss": APP, "sub": APP, "jti": id, "nbf": now, "iat": now, "exp": now + 600 });
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(body.to_string()));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &aws_lc_rs::signature::RSA_PSS_SHA256,
            &aws_lc_rs::rand::SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let aud = format!("https://microsoft-login.test/{NORDLYS}/oauth2/v2.0/token");
    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let rest = [
        ("client_id", APP),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
        kind,
    ];
    let good = assertion(&aud, "1", &key);
    assert_eq!(
        stage.bare_token(NORDLYS, &[&rest[..], &[("client_assertion", &good)]].concat()).await.status,
        StatusCode::OK
    );
    refused(&stage.bare_token(NORDLYS, &[&rest[..], &[("client_assertion", &good)]].concat()).await, 700_027);
    let other = assertion("https://elsewhere.example", "2", &key);
    refused(
        &stage.bare_token(NORDLYS, &[&rest[..], &[("client_assertion", &other)]].concat()).await,
        700_023,
    );
    let stranger = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let forged = assertion(&aud, "3", &stranger);
    refused(
        &stage.bare_token(NORDLYS, &[&rest[..], &[("client_assertion", &forged)]].concat()).await,
        700_027,
    );
    refused(&stage.bare_token(NORDLYS, &rest[..3]).await, 7_000_218);
}

#[tokio::test]
async fn a_secret_expires_and_another_takes_its_place() {
    let mut stage = Stage::new();
    let soon = stage.twin.house().clock.now() + jiff::SignedDuration::from_hours(1);
    stage.twin.microsoft(|microsoft, _| {
        microsoft.directory.apps.get_mut(APP).unwrap().secrets.clear();
        microsoft.directory.add_secret(APP, "old", Some(soon));
        microsoft.directory.add_secret(APP, "new", None);
    });
    let ask = |secret: &'static str| {
        [
            ("client_id", APP),
            ("client_secret", secret),
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ]
    };
    assert_eq!(stage.bare_token(NORDLYS, &ask("old")).await.status, StatusCode::OK);
    stage.pass(3601);
    refused(&stage.bare_token(NORDLYS, &ask("old")).await, 7_000_222);
    assert_eq!(stage.bare_token(NORDLYS, &ask("new")).await.status, StatusCode::OK);
    refused(&stage.bare_token(NORDLYS, &ask("wrong")).await, 7_000_215);
}

#[tokio::test]
async fn a_form_without_its_token_is_refused() {
    let mut stage = Stage::new();
    let page = stage.authorize("common", &[("scope", "openid")]).await;
    let forged =
        stage.press(&page, "type=\"email\"", &[("login", "liv@nordlys.example"), ("token", "x")]).await;
    assert!(forged.status == StatusCode::BAD_REQUEST && !forged.headers.contains_key("location"));
}
