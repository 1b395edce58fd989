//! The attack catalogue, as far as it concerns the login page, each by its number. `docs/attacks.md` says where the
//! others are.

use crate::haven::{self, HAVEN, Haven};
use crate::steps::{
    self, AT_MICROSOFT, arrived, at_the_form, consent, recorded, records, register, shown, sign_in, through,
    type_address,
};
use bytes::Bytes;
use domain::InstallationId;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use platform::audit::Audit;
use platform::jwt::{SigningKey, base64url};
use serde_json::{Value, json};
use testkit::login::{Installation, Jar, LOGIN, NORDLYS, Page, Stage};
use twin::core::faults::{Effect, Rule};

/// The browser at the moment it comes back from Google: the callback's address, not yet visited.
async fn before_callback(stage: &Stage, crm: &Installation, jar: &mut Jar, address: &str) -> String {
    let (_, page) = at_the_form(stage, crm, jar).await;
    let page = jar.press_once(stage, &page, "name=\"email\"", &[("email", address)]).await;
    walk_to_callback(stage, jar, page, address).await
}

async fn walk_to_callback(stage: &Stage, jar: &mut Jar, mut page: Page, address: &str) -> String {
    for _ in 0..12 {
        if let Some(to) = page.headers.get("location").map(|v| v.to_str().unwrap().to_owned()) {
            if to.contains("/callback/") {
                return to;
            }
            let to = if to.starts_with('/') {
                let host = page.url.split('/').take(3).collect::<Vec<_>>().join("/");
                format!("{host}{to}")
            } else {
                to
            };
            page = jar.look(stage, &to).await;
            continue;
        }
        let wanted = if page.text.contains("name=\"decision\"") {
            "name=\"decision\""
        } else if page.url.contains(AT_MICROSOFT) {
            "<button"
        } else {
            "name=\"email\""
        };
        let fields = [("email", address), ("login", address), ("decision", "allow")];
        page = jar.press_once(stage, &page, wanted, &fields).await;
    }
    panic!("no callback: {}\n{}", page.url, page.text);
}

fn tokens_asked(stage: &Stage) -> usize {
    stage.count_sent("/token")
}

#[tokio::test]
async fn a_callback_without_a_known_state_is_refused_before_any_token_request() {
    // ATT-01
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    before_callback(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    for query in ["code=x", "code=x&state=", "code=x&state=unknown", "", "error=access_denied&state=unknown"]
    {
        let page = jar.go(&stage, &format!("{LOGIN}/callback/google?{query}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(page.text.contains("Begin again"), "{}", page.text);
    }
    assert_eq!(tokens_asked(&stage), 0);
    let db = stage.database().unwrap();
    let own = db.read(|tx| Audit::of(tx, InstallationId(0)).list(None, 100)).await.unwrap();
    assert!(own.iter().any(|r| r.action == "login.callback" && r.reason == "login.state"), "{own:?}");
}

#[tokio::test]
async fn a_callback_replayed_in_another_browser_is_refused_and_the_first_browser_goes_on() {
    // ATT-02, ATT-08
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut attacker = Jar::default();
    let callback = before_callback(&stage, &crm, &mut attacker, "ingrid@solsiden.example").await;
    let mut victim = Jar::default();
    sign_in(&stage, &crm, &mut victim, "solveig@kaffehuset.example").await;
    let before = tokens_asked(&stage);
    for jar in [&mut victim, &mut Jar::default()] {
        assert_eq!(jar.go(&stage, &callback).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(tokens_asked(&stage), before);
    assert!(recorded(&stage, &crm, "login.callback", "login.other_browser").await);
    let page = attacker.go(&stage, &callback).await;
    assert!(page.query("code").is_some(), "{}", page.url);
}

#[tokio::test]
async fn a_callback_delivered_twice_is_redeemed_once() {
    // ATT-03
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let callback = before_callback(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    assert!(jar.go(&stage, &callback).await.query("code").is_some());
    assert_eq!(jar.go(&stage, &callback).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(tokens_asked(&stage), 1);
    assert!(recorded(&stage, &crm, "login.callback", "login.used").await);
}

#[tokio::test]
async fn a_trip_older_than_ten_minutes_begins_again() {
    // ATT-04
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let callback = before_callback(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    stage.advance(601);
    let page = jar.go(&stage, &callback).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("too old"), "{}", page.text);
    assert_eq!(tokens_asked(&stage), 0);
}

#[tokio::test]
async fn two_tabs_at_two_providers_come_back_in_any_order() {
    // ATT-05
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let google = before_callback(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    let microsoft = before_callback(&stage, &crm, &mut jar, "solveig@kaffehuset.example").await;
    for callback in [microsoft, google] {
        let page = jar.go(&stage, &callback).await;
        assert!(page.query("code").is_some(), "{}\n{}", page.url, page.text);
    }
}

#[tokio::test]
async fn the_ninth_parallel_trip_evicts_the_oldest_only() {
    // ATT-05
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let mut callbacks = Vec::new();
    for _ in 0..9 {
        callbacks.push(before_callback(&stage, &crm, &mut jar, "ingrid@solsiden.example").await);
        stage.advance(1);
    }
    assert_eq!(jar.go(&stage, &callbacks[0]).await.status, StatusCode::BAD_REQUEST, "the oldest is gone");
    for callback in &callbacks[1..] {
        let page = jar.go(&stage, callback).await;
        assert!(page.query("code").is_some(), "{}\n{}", page.url, page.text);
    }
}

#[tokio::test]
async fn a_code_on_the_other_providers_path_is_refused_and_neither_provider_asked() {
    // ATT-06
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for (address, path) in [
        ("ingrid@solsiden.example", "/callback/google"),
        ("solveig@kaffehuset.example", "/callback/microsoft"),
    ] {
        let mut jar = Jar::default();
        let callback = before_callback(&stage, &crm, &mut jar, address).await;
        let other = if path.ends_with("google") { "/callback/microsoft" } else { "/callback/google" };
        let page = jar.go(&stage, &callback.replace(path, other)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(tokens_asked(&stage), 0);
    }
    assert!(recorded(&stage, &crm, "login.callback", "login.other_path").await);
}

#[tokio::test]
async fn an_issuer_in_the_answer_has_to_be_the_providers_own_to_the_letter() {
    // ATT-07
    for (iss, announced, works) in [
        (Some(HAVEN), false, true),
        (None, false, true),
        (None, true, false),
        (Some(HAVEN), true, true),
        (Some("https://evil.test"), false, false),
        (Some("haven.test"), false, false),
        (Some("https://haven.test/"), false, false),
        (Some("https://HAVEN.test"), false, false),
        (Some(""), false, false),
    ] {
        let (stage, haven) = haven::stage().await;
        haven.lock().unwrap().announces =
            json!({"authorization_response_iss_parameter_supported": announced});
        haven.lock().unwrap().answers = iss.iter().map(|i| ("iss".to_owned(), (*i).to_owned())).collect();
        let crm = Installation::ready(&stage, "nordlys").await;
        let page = at_haven(&stage, &crm, &mut Jar::default()).await;
        assert_eq!(page.url.starts_with(&crm.redirect), works, "{iss:?} {announced}: {}", page.url);
        assert_eq!(haven.lock().unwrap().redeemed, usize::from(works), "{iss:?}");
    }
    let (stage, haven) = haven::stage().await;
    let twice = ("iss".to_owned(), HAVEN.to_owned());
    haven.lock().unwrap().answers = vec![twice.clone(), twice];
    let crm = Installation::ready(&stage, "nordlys").await;
    let page = at_haven(&stage, &crm, &mut Jar::default()).await;
    assert_eq!((page.status, haven.lock().unwrap().redeemed), (StatusCode::BAD_REQUEST, 0));
}

#[tokio::test]
async fn a_request_taken_up_in_one_browser_is_nobody_elses() {
    // ATT-09
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (mut attacker, mut victim) = (Jar::default(), Jar::default());
    let (pushed, page) = at_the_form(&stage, &crm, &mut attacker).await;
    // The same link in the victim's browser.
    assert_eq!(victim.go(&stage, &pushed.url).await.status, StatusCode::BAD_REQUEST);
    // The victim's own form, with the attacker's request in it.
    let (_, own) = at_the_form(&stage, &crm, &mut victim).await;
    let request = page.text.split("name=\"request\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("request", request), ("email", "ingrid@solsiden.example")];
    let answer = victim.press_once(&stage, &own, "name=\"email\"", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    // Words in an address are no proof of anything: a session id or a browser's word there is passed over.
    let word = attacker.cookies["login.test"].values().next().unwrap().clone();
    let fresh = crm.push(&stage, &[]).await;
    let url = format!("{}&chancery-browser={word}&attempt={request}&session={word}", fresh.url);
    let page = victim.go(&stage, &url).await;
    let page = type_address(&mut victim, &stage, &page, "ingrid@solsiden.example").await;
    let who = arrived(&stage, &crm, &fresh, &page).await;
    assert_eq!(who["email"], "ingrid@solsiden.example");
    assert!(attacker.go(&stage, &format!("{LOGIN}/browser")).await.text.contains("Nobody is signed in here"));
}

#[tokio::test]
async fn a_sign_in_never_comes_back_as_a_connection_nor_for_another_installation() {
    // ATT-10
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let other = Installation::ready(&stage, "fjord").await;
    let mut jar = Jar::default();
    let signing = before_callback(&stage, &crm, &mut jar, "documents@solsiden.example").await;
    let fields = [("purpose", "system_user_connect"), ("provider", "google")];
    let pushed = other.push(&stage, &fields).await;
    let page = jar.go(&stage, &pushed.url).await;
    let page = jar.press_once(&stage, &page, "Go on at", &[]).await;
    let connecting = walk_to_callback(&stage, &mut jar, page, "documents@solsiden.example").await;
    // The code of one with the state of the other: Google's PKCE check refuses it, and nothing is made.
    let part = |url: &str, name: &str| {
        let query = url.split_once('?').unwrap().1.to_owned();
        form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).unwrap().1.into_owned()
    };
    let mixed = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &part(&signing, "code"))
        .append_pair("state", &part(&connecting, "state"))
        .finish();
    let page = jar.go(&stage, &format!("{LOGIN}/callback/google?{mixed}")).await;
    assert!(page.query("code").is_none(), "{}", page.url);
    for crm in [&crm, &other] {
        let all = crm.manage(&stage, Method::GET, "/manage/connections", None).await;
        assert_eq!(all.json["connections"], json!([]));
    }
    assert!(recorded(&stage, &other, "login.failed", "system_user_connect").await);
    // A request for a connection only comes from the installation's back end.
    let link = format!(
        "{LOGIN}/authorize?client_id=nordlys&response_type=code&scope=openid&redirect_uri={}&nonce=n&state=s\
         &code_challenge={}&code_challenge_method=S256&purpose=system_user_connect&provider=google",
        form_urlencoded::byte_serialize(crm.redirect.as_bytes()).collect::<String>(),
        "x".repeat(43),
    );
    let page = Jar::default().go(&stage, &link).await;
    assert!(page.status == StatusCode::BAD_REQUEST && page.text.contains("pushed"), "{}", page.text);
}

/// A browser that is back with a code.
async fn code(stage: &Stage, crm: &Installation) -> (String, String) {
    let mut jar = Jar::default();
    let (pushed, page) = at_the_form(stage, crm, &mut jar).await;
    let page = type_address(&mut jar, stage, &page, "ingrid@solsiden.example").await;
    (page.query("code").unwrap(), pushed.verifier)
}

#[tokio::test]
async fn a_code_of_one_installation_is_burnt_by_another() {
    // ATT-11
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let other = Installation::ready(&stage, "fjord").await;
    let (code, verifier) = code(&stage, &crm).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", crm.redirect.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    assert_eq!(other.post(&stage, "/token", &fields).await.error(), "invalid_grant");
    assert_eq!(crm.redeem(&stage, &code, &verifier).await.error(), "invalid_grant", "burnt");
    for crm in [&crm, &other] {
        assert!(recorded(&stage, crm, "code.refused", "code.foreign").await);
    }
}

#[tokio::test]
async fn a_code_with_a_wrong_verifier_or_address_or_too_late_is_refused_and_burnt() {
    // ATT-12
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for wrong in ["", "short", &"x".repeat(43), &"x".repeat(129), &"\u{e9}".repeat(43)] {
        let (code, verifier) = code(&stage, &crm).await;
        assert_eq!(crm.redeem(&stage, &code, wrong).await.error(), "invalid_grant", "{wrong}");
        assert_eq!(crm.redeem(&stage, &code, &verifier).await.error(), "invalid_grant", "burnt");
    }
    let (one, verifier) = code(&stage, &crm).await;
    let elsewhere = Installation { redirect: format!("{}/", crm.redirect), ..crm.clone() };
    assert_eq!(elsewhere.redeem(&stage, &one, &verifier).await.error(), "invalid_grant");
    let (late, verifier) = code(&stage, &crm).await;
    stage.advance(61);
    assert_eq!(crm.redeem(&stage, &late, &verifier).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_the_first_began() {
    // ATT-13
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (code, verifier) = code(&stage, &crm).await;
    assert_eq!(crm.redeem(&stage, &code, &verifier).await.status, StatusCode::OK);
    assert!(stage.told.lock().unwrap().is_empty());
    assert_eq!(crm.redeem(&stage, &code, &verifier).await.error(), "invalid_grant");
    let told = stage.told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "the installation is told to end the session");
    assert_eq!(told[0].0, "https://nordlys.test/sign-in/logout");
}

#[tokio::test]
async fn a_request_without_an_s256_challenge_is_not_taken() {
    // ATT-14
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let challenge = "x".repeat(43);
    for (challenge, method) in
        [("", "S256"), (challenge.as_str(), "plain"), (challenge.as_str(), ""), ("short", "S256")]
    {
        let fields = [
            ("response_type", "code"),
            ("redirect_uri", crm.redirect.as_str()),
            ("scope", "openid"),
            ("nonce", "n"),
            ("code_challenge", challenge),
            ("code_challenge_method", method),
        ];
        let heard = crm.post(&stage, "/par", &fields).await;
        assert_eq!((heard.status, heard.error()), (StatusCode::BAD_REQUEST, "invalid_request"), "{method}");
    }
    // A code is always bound to a challenge, so leaving the verifier out is refused too.
    let (code, _) = code(&stage, &crm).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", crm.redirect.as_str()),
    ];
    assert_eq!(crm.post(&stage, "/token", &fields).await.error(), "invalid_grant");
}

#[tokio::test]
async fn answers_go_to_registered_addresses_only() {
    // ATT-15; the table of spellings is in broker::rules::targets.
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for target in [
        "//evil",
        "/\\evil",
        "https:evil",
        "%2f%2fevil",
        "https://nordlys.test@evil/sign-in/return",
        "https://nordlys.test:444/sign-in/return",
        "https://nordlys.test.evil/sign-in/return",
        "https://nordlys.test/sign-in/return\r\nSet-Cookie: x=y",
        "javascript:alert(1)",
    ] {
        let challenge = "x".repeat(43);
        let fields = [
            ("response_type", "code"),
            ("redirect_uri", target),
            ("scope", "openid"),
            ("nonce", "n"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let heard = crm.post(&stage, "/par", &fields).await;
        assert_eq!(heard.status, StatusCode::BAD_REQUEST, "{target}");
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", "nordlys")
            .extend_pairs(fields)
            .finish();
        let page = Jar::default().look(&stage, &format!("{LOGIN}/authorize?{query}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{target}");
        assert!(!page.headers.contains_key("location") && !page.text.contains("evil"), "{}", page.text);
    }
}

#[tokio::test]
async fn a_providers_words_are_never_shown_however_long_or_sharp() {
    // ATT-16
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let page = Jar::default().go(&stage, &format!("{LOGIN}/")).await;
    let mut jar = Jar::default();
    let page2 = jar.go(&stage, &page.url).await;
    let page2 =
        jar.press_once(&stage, &page2, "name=\"email\"", &[("email", "ingrid@solsiden.example")]).await;
    let callback = walk_to_callback(&stage, &mut jar, page2, "ingrid@solsiden.example").await;
    let state = Page { url: callback, ..page }.query("state").unwrap();
    let sharp = "<script>alert(1)</script>\r\n\u{1b}[31m\0";
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("error", "access_denied")
        .append_pair("error_description", &format!("{sharp}{}", "x".repeat(60_000)))
        .append_pair("state", &state)
        .finish();
    let url = format!("{LOGIN}/callback/google?{query}");
    let shown = jar.go(&stage, &url).await;
    assert!(shown.text.contains("You did not sign in"), "{}", shown.text);
    assert!(!shown.text.contains("script") && !shown.text.contains("xxxx") && shown.text.len() < 5000);
    assert_eq!(jar.go(&stage, &url).await.status, StatusCode::BAD_REQUEST, "the trip is used up");
    drop(crm);
}

#[tokio::test]
async fn m_08_a_callback_says_everything_once_and_by_get() {
    // ATT-17
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let callback = before_callback(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    for more in ["&code=x", "&state=x", "&state=", "&error=x&error=y"] {
        assert_eq!(
            jar.go(&stage, &format!("{callback}{more}")).await.status,
            StatusCode::BAD_REQUEST,
            "{more}"
        );
    }
    let (path, query) = callback.split_once('?').unwrap();
    let posted = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(query.to_owned()))
        .unwrap();
    assert_eq!(stage.serve(posted).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(tokens_asked(&stage), 0);
    assert!(jar.go(&stage, &callback).await.query("code").is_some(), "it was left alone");
}

#[tokio::test]
async fn a_planted_session_is_worth_nothing_after_the_sign_in() {
    // ATT-18
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut attacker = Jar::default();
    sign_in(&stage, &crm, &mut attacker, "jonas@solsiden.example").await;
    let session = "__Host-chancery-login";
    let planted = attacker.cookies["login.test"][session].clone();
    let mut victim = Jar::default();
    let jar = victim.cookies.entry("login.test".into()).or_default();
    jar.insert(session.to_owned(), planted.clone());
    let pushed = crm.push(&stage, &[("prompt", "login")]).await;
    let page = victim.go(&stage, &pushed.url).await;
    let page = type_address(&mut victim, &stage, &page, "ingrid@solsiden.example").await;
    arrived(&stage, &crm, &pushed, &page).await;
    assert_ne!(victim.cookies["login.test"][session], planted);
    assert!(attacker.go(&stage, &format!("{LOGIN}/browser")).await.text.contains("Nobody is signed in here"));
    // A made-up session is none.
    let mut made_up = Jar::default();
    made_up.cookies.entry("login.test".into()).or_default().insert(session.to_owned(), "0".repeat(64));
    assert!(made_up.go(&stage, &format!("{LOGIN}/browser")).await.text.contains("Nobody is signed in here"));
}

#[tokio::test]
async fn cookies_are_locked_to_the_host_and_two_of_one_name_are_refused() {
    // ATT-19
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let pushed = crm.push(&stage, &[]).await;
    let page = jar.look(&stage, &pushed.url).await;
    let line = page.headers["set-cookie"].to_str().unwrap();
    assert!(line.starts_with("__Host-") && !line.contains("Domain"), "{line}");
    for part in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(line.contains(part), "{line}");
    }
    let one = line.split(';').next().unwrap();
    let twice = format!("{one}; __Host-chancery-browser={}", "0".repeat(64));
    let request = Request::get(format!("{LOGIN}/")).header("cookie", twice).body(Bytes::new()).unwrap();
    assert_eq!(stage.serve(request).await.status(), StatusCode::BAD_REQUEST);
    // Without the prefix, as a sibling domain or plain http could set it, it is not ours.
    let bare = one.replace("__Host-", "");
    let request = Request::get(format!("{LOGIN}/")).header("cookie", bare).body(Bytes::new()).unwrap();
    assert!(stage.serve(request).await.headers().contains_key("set-cookie"), "a new one is set");
}

/// From the login page's form to Haven and back to wherever that leads.
async fn at_haven(stage: &Stage, crm: &Installation, jar: &mut Jar) -> Page {
    let (_, page) = at_the_form(stage, crm, jar).await;
    jar.press(stage, &page, "value=\"haven\"", &[]).await
}

/// Haven says this; it must come to nothing.
async fn refused(
    stage: &Stage,
    crm: &Installation,
    haven: &Haven,
    name: &str,
    make: fn(&haven::Said) -> String,
) {
    haven.lock().unwrap().make = Box::new(make);
    let mut jar = Jar::default();
    let page = at_haven(stage, crm, &mut jar).await;
    assert!(
        page.query("code").is_none() && page.query("error").is_some(),
        "{name}: {}\n{}",
        page.url,
        page.text
    );
    assert!(!jar.cookies["login.test"].contains_key("__Host-chancery-login"), "{name}: no session");
    let page = jar.go(stage, &format!("{LOGIN}/browser")).await;
    assert!(page.text.contains("Nobody is signed in here"), "{name}");
}

fn by_hand(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |v: &Value| base64url(v.to_string().as_bytes());
    format!("{}.{}.{}", part(header), part(claims), base64url(signature))
}

#[tokio::test]
async fn tokens_signed_in_any_other_way_than_agreed_are_refused() {
    // ATT-20, ATT-22, ATT-23, ATT-28; the tables of spellings are in platform::jwt.
    let (stage, haven) = haven::stage().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for (name, make) in [
        ("alg none", (|s| by_hand(&json!({"alg": "none"}), &s.claims(), &[])) as fn(&haven::Said) -> String),
        ("alg None", |s| by_hand(&json!({"alg": "None", "kid": s.key.kid()}), &s.claims(), &[0; 32])),
        ("alg HS256", |s| by_hand(&json!({"alg": "HS256", "kid": s.key.kid()}), &s.claims(), &[7; 32])),
        ("alg RS256 with a key of another kind", |s| {
            by_hand(&json!({"alg": "RS256", "kid": s.key.kid()}), &s.claims(), &[7; 256])
        }),
        ("no alg", |s| by_hand(&json!({"kid": s.key.kid()}), &s.claims(), &[7; 64])),
        ("an unknown key", |s| SigningKey::generate().unwrap().sign("JWT", &s.claims()).unwrap()),
        ("its own key in the header", |s| {
            let own = SigningKey::generate().unwrap();
            by_hand(
                &json!({"alg": "ES256", "jwk": own.public_jwk(), "kid": own.kid()}),
                &s.claims(),
                &[7; 64],
            )
        }),
        ("no signature", |s| {
            let token = s.token(json!({}));
            format!("{}.", token.rsplit_once('.').unwrap().0)
        }),
        ("cut short", |s| s.token(json!({})).chars().take(120).collect()),
        ("four parts", |s| format!("{}.x", s.token(json!({})))),
        ("a megabyte", |s| s.token(json!({"name": "x".repeat(1 << 20)}))),
        ("nothing", |_| String::new()),
    ] {
        refused(&stage, &crm, &haven, name, make).await;
    }
    haven.lock().unwrap().make = Box::new(|s| s.token(json!({})));
    let page = at_haven(&stage, &crm, &mut Jar::default()).await;
    assert!(page.query("code").is_some(), "the good one works: {}", page.url);
}

#[tokio::test]
async fn a_thousand_unknown_keys_cause_one_fetch_and_a_new_key_works_after_a_minute() {
    // ATT-21
    let (stage, haven) = haven::stage().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    at_haven(&stage, &crm, &mut Jar::default()).await;
    stage.advance(61);
    let before = haven.lock().unwrap().fetched;
    haven.lock().unwrap().make =
        Box::new(|s| SigningKey::generate().unwrap().sign("JWT", &s.claims()).unwrap());
    for n in 0..1000 {
        let page = at_haven(&stage, &crm, &mut Jar::default()).await;
        assert!(page.query("error").is_some(), "{n}: {}", page.url);
    }
    assert_eq!(haven.lock().unwrap().fetched, before + 1);
    {
        let mut said = haven.lock().unwrap();
        said.key = SigningKey::generate().unwrap();
        said.keys = json!({"keys": [said.key.public_jwk()]});
        said.make = Box::new(|s| s.token(json!({})));
    }
    assert!(at_haven(&stage, &crm, &mut Jar::default()).await.query("error").is_some(), "not yet");
    stage.advance(61);
    haven.lock().unwrap().now = stage.now().as_second();
    assert!(at_haven(&stage, &crm, &mut Jar::default()).await.query("code").is_some());
}

#[tokio::test]
async fn tokens_for_somebody_else_or_another_time_are_refused() {
    // ATT-24, ATT-26, ATT-27, ATT-29, ATT-30; the whole tables are in broker::rules::upstream and platform::jwt.
    let (stage, haven) = haven::stage().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for (name, make) in [
        ("audience", (|s| s.token(json!({"aud": "them"}))) as fn(&haven::Said) -> String),
        ("two audiences", |s| s.token(json!({"aud": ["us", "them"]}))),
        ("no audience", |s| s.token(json!({"aud": null}))),
        ("another authorized party", |s| s.token(json!({"azp": "them"}))),
        ("another issuer", |s| s.token(json!({"iss": "https://haven.test/"}))),
        ("ended", |s| s.token(json!({"exp": s.now - 121}))),
        ("of tomorrow", |s| s.token(json!({"iat": s.now + 600}))),
        ("no end", |s| s.token(json!({"exp": null}))),
        ("a number as text", |s| s.token(json!({"exp": (s.now + 600).to_string()}))),
        ("beyond numbers", |s| s.token(json!({"exp": 1e300}))),
        ("nobody", |s| s.token(json!({"sub": null}))),
        ("no nonce", |s| s.token(json!({"nonce": null}))),
        ("another nonce", |s| s.token(json!({"nonce": "x"}))),
        ("an earlier nonce", |s| s.token(json!({"nonce": s.nonces.first()}))),
        ("another access token's hash", |s| s.token(json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}))),
        ("an access token", |_| "haven-access".to_owned()),
    ] {
        refused(&stage, &crm, &haven, name, make).await;
    }
    // Our own statement for an installation is no sign-in here.
    let (code, verifier) = code(&stage, &crm).await;
    let statement = crm.redeem(&stage, &code, &verifier).await.json["id_token"].as_str().unwrap().to_owned();
    haven.lock().unwrap().make = Box::new(move |_| statement.clone());
    let page = at_haven(&stage, &crm, &mut Jar::default()).await;
    assert!(page.query("error").is_some(), "{}", page.url);
}

#[tokio::test]
async fn user_info_completes_a_person_and_never_replaces_one() {
    // ATT-30
    let (stage, haven) = haven::stage().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let bare = |s: &haven::Said| s.token(json!({"email": null, "email_verified": null, "name": null}));
    haven.lock().unwrap().make = Box::new(bare);
    haven.lock().unwrap().info =
        json!({"sub": "h-1", "email": "kim@haven.example", "email_verified": true, "name": "Kim"});
    let mut jar = Jar::default();
    let (pushed, page) = at_the_form(&stage, &crm, &mut jar).await;
    let page = jar.press(&stage, &page, "value=\"haven\"", &[]).await;
    let who = arrived(&stage, &crm, &pushed, &page).await;
    assert_eq!((who["email"].as_str(), who["vouched"].as_bool()), (Some("kim@haven.example"), Some(true)));
    assert_eq!(who["name"], "Kim");
    haven.lock().unwrap().info =
        json!({"sub": "h-2", "email": "victim@haven.example", "email_verified": true});
    refused(&stage, &crm, &haven, "user info of somebody else", bare).await;
}

#[tokio::test]
async fn m_02_microsofts_token_of_another_tenant_under_the_right_issuer_is_refused() {
    // ATT-25, M-02
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let wrong = Effect::Behave { name: "wrong-tid".into(), value: json!(NORDLYS) };
    stage.twin.house().faults.order(Rule::new(wrong));
    let mut jar = Jar::default();
    let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
    let page = type_address(&mut jar, &stage, &page, "solveig@kaffehuset.example").await;
    assert!(page.query("code").is_none() && page.query("error").is_some(), "{}", page.url);
}

#[tokio::test]
async fn m_03_an_address_the_provider_does_not_vouch_for_is_only_claimed() {
    // ATT-31; that such an address binds nobody is in domain::identity::decide.
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    register(&stage, &crm, "nordlys.example", "microsoft").await;
    let spoof = Effect::Behave { name: "email-claim".into(), value: json!("solveig@kaffehuset.example") };
    stage.twin.house().faults.order(Rule::new(spoof));
    let who = sign_in(&stage, &crm, &mut Jar::default(), "liv@nordlys.example").await;
    assert_eq!(who["realm"], NORDLYS);
    assert_ne!(who["email"], "solveig@kaffehuset.example", "{who}");
}

#[tokio::test]
async fn a_consumer_account_is_turned_away_from_an_installation_for_work() {
    // ATT-34
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
    let page = jar.press(&stage, &page, "value=\"google\"", &[]).await;
    let page = through(&mut jar, &stage, page, "ola.nordmann@gmail.example").await;
    assert_eq!(page.query("error").as_deref(), Some("access_denied"), "{}", page.url);
    assert_eq!(page.query("error_description").as_deref(), Some("wrong_account"));
}

/// A link for an administrator, and the browser's page after the provider's consent.
async fn asked(stage: &Stage, crm: &Installation) -> (String, String) {
    let body = json!({"provider": "microsoft"});
    let heard = crm.manage(stage, Method::POST, "/manage/consent-links", Some(body)).await;
    (heard.json["url"].as_str().unwrap().to_owned(), heard.json["connection"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn m_06_a_forged_consent_leaves_the_connection_waiting() {
    // ATT-35, M-06: the redirect after an administrator's consent names another tenant than theirs.
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (url, id) = asked(&stage, &crm).await;
    let forged = Effect::Behave { name: "forged-admin-consent".into(), value: json!(NORDLYS) };
    stage.twin.house().faults.order(Rule::new(forged));
    let mut jar = Jar::default();
    let page = jar.go(&stage, &url).await;
    let mut page = jar.press(&stage, &page, "Go on at", &[]).await;
    for _ in 0..6 {
        if !page.url.contains(AT_MICROSOFT) || !page.text.contains("<button") {
            break;
        }
        page = jar.press(&stage, &page, "<button", &[("login", "solveig@kaffehuset.example")]).await;
    }
    assert!(!page.text.contains("Your organisation has agreed"), "{}\n{}", page.url, page.text);
    assert_eq!(shown(&stage, &crm, &id).await["state"], "waiting_for_administrator");
}

#[tokio::test]
async fn a_consent_made_up_in_the_browser_or_proved_by_a_non_administrator_changes_nothing() {
    // ATT-35
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (url, id) = asked(&stage, &crm).await;
    let mut jar = Jar::default();
    let page = jar.go(&stage, &url).await;
    let page = jar.press_once(&stage, &page, "Go on at", &[]).await;
    let to = page.headers["location"].to_str().unwrap().to_owned();
    let state = Page { url: to, ..page }.query("state").unwrap();
    // The attacker never agreed anywhere: they write the answer themselves, with the victim's tenant.
    let tenant = testkit::login::KAFFEHUSET;
    let forged = format!("{LOGIN}/callback/microsoft?admin_consent=True&tenant={tenant}&state={state}");
    let page = jar.go(&stage, &forged).await;
    assert!(
        page.url.contains(&format!("{AT_MICROSOFT}/{tenant}/")),
        "they have to sign in there: {}",
        page.url
    );
    let page = through(&mut jar, &stage, page, "erik@kaffehuset.example").await;
    assert!(page.text.contains("not the right account"), "{}\n{}", page.url, page.text);
    assert_eq!(shown(&stage, &crm, &id).await["state"], "waiting_for_administrator");
    assert!(recorded(&stage, &crm, "login.failed", "wrong_account").await);
    // Nor does a tenant that is none.
    for tenant in ["common", "../x", ""] {
        let page = jar.go(&stage, &url).await;
        let page = jar.press_once(&stage, &page, "Go on at", &[]).await;
        let to = page.headers["location"].to_str().unwrap().to_owned();
        let state = Page { url: to, ..page }.query("state").unwrap();
        let forged = format!("{LOGIN}/callback/microsoft?admin_consent=True&tenant={tenant}&state={state}");
        let page = jar.go(&stage, &forged).await;
        assert!(
            page.url.starts_with(LOGIN) && page.text.contains("begin again"),
            "{}\n{}",
            page.url,
            page.text
        );
    }
}

#[tokio::test]
async fn a_made_up_code_or_tenant_shuts_the_login_page_to_nobody() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (url, _) = asked(&stage, &crm).await;
    let mut jar = Jar::default();
    let state_of = |page: &Page| {
        let to = page.headers["location"].to_str().unwrap().to_owned();
        Page { url: to, ..page.clone() }.query("state").unwrap()
    };
    for tenant in ["00000000-0000-4000-8000-000000000000", testkit::login::KAFFEHUSET] {
        for code in ["x", "0.AX%00", &"x".repeat(3000)] {
            let page = jar.go(&stage, &url).await;
            let page = jar.press_once(&stage, &page, "Go on at", &[]).await;
            let state = state_of(&page);
            let forged =
                format!("{LOGIN}/callback/microsoft?admin_consent=True&tenant={tenant}&state={state}");
            let state = state_of(&jar.look(&stage, &forged).await);
            let page = jar.go(&stage, &format!("{LOGIN}/callback/microsoft?code={code}&state={state}")).await;
            assert!(page.url.starts_with(LOGIN), "{}", page.url);
        }
    }
    assert!(stage.count_sent("/token") >= 6, "the provider was asked");
    sign_in(&stage, &crm, &mut Jar::default(), "solveig@kaffehuset.example").await;
}

#[tokio::test]
async fn a_link_does_not_move_an_installation_to_another_tenant() {
    // ATT-35
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let id = consent(&stage, &crm).await;
    let (url, again) = asked(&stage, &crm).await;
    assert_eq!(id, again);
    let mut jar = Jar::default();
    let page = jar.go(&stage, &url).await;
    let page = jar.press(&stage, &page, "Go on at", &[]).await;
    let page = through(&mut jar, &stage, page, "harald@nordlys.example").await;
    assert!(page.text.contains("not the right account"), "{}\n{}", page.url, page.text);
    let seen = shown(&stage, &crm, &id).await;
    assert_eq!(
        (seen["state"].as_str(), seen["realm"].as_str()),
        (Some("active"), Some(testkit::login::KAFFEHUSET))
    );
}

#[tokio::test]
async fn a_foreign_connection_looks_like_none_and_the_provider_is_not_asked() {
    // ATT-40, ATT-44
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let other = Installation::ready(&stage, "fjord").await;
    let id = steps::system_user(&stage, &crm).await;
    stage.advance(3600);
    let before = stage.sent.lock().unwrap().len();
    let foreign = other.exchange(&stage, &id, "documents").await;
    let unknown = other.exchange(&stage, "0198c0de-0000-7000-8000-000000000000", "documents").await;
    assert_eq!((foreign.status, &foreign.json), (StatusCode::NOT_FOUND, &unknown.json));
    for (method, path, body) in [
        (Method::GET, format!("/manage/connections/{id}"), None),
        (Method::POST, format!("/manage/connections/{id}/disconnect"), Some(json!({}))),
    ] {
        let heard = other.manage(&stage, method, &path, body).await;
        assert_eq!(heard.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(stage.sent.lock().unwrap().len(), before, "no provider was asked");
    assert!(recorded(&stage, &other, "token.refused", "absent").await);
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK, "nothing happened to it");
}

#[tokio::test]
async fn client_assertions_are_fresh_ours_and_used_once() {
    // ATT-40
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let other = Installation::ready(&stage, "fjord").await;
    let now = stage.now().as_second();
    let ask = async |assertion: &str| {
        let fields = [("grant_type", "client_credentials"), ("client_assertion", assertion)];
        crm.post(&stage, "/token", &fields).await
    };
    for changes in [
        json!({"aud": [LOGIN, "https://elsewhere.test"]}),
        json!({"aud": "https://elsewhere.test"}),
        json!({"aud": format!("{LOGIN}/par")}),
        json!({"exp": now - 61}),
        json!({"exp": now + 3600}),
        json!({"iat": now + 600}),
        json!({"sub": "fjord"}),
        json!({"iss": "fjord"}),
        json!({"jti": ""}),
    ] {
        let heard = ask(&crm.assertion_with(&stage, changes.clone())).await;
        assert_eq!((heard.status, heard.error()), (StatusCode::UNAUTHORIZED, "invalid_client"), "{changes}");
    }
    // Another installation's key for our name.
    let forged = Installation { signing: other.signing.clone(), ..crm.clone() };
    assert_eq!(ask(&forged.assertion(&stage)).await.error(), "invalid_client");
    let once = crm.assertion(&stage);
    assert_eq!(ask(&once).await.status, StatusCode::OK);
    assert_eq!(ask(&once).await.error(), "invalid_client", "replayed");
    assert!(recorded(&stage, &crm, "client.refused", "client.replay").await);
}

#[tokio::test]
async fn the_switch_cuts_an_installation_off_at_once() {
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let id = steps::system_user(&stage, &crm).await;
    let mut jar = Jar::default();
    let (_, page) = at_the_form(&stage, &crm, &mut jar).await;
    let token = crm.post(&stage, "/token", &[("grant_type", "client_credentials")]).await;
    stage.house.switch_installation("nordlys", false).await.unwrap();
    assert_eq!(crm.exchange(&stage, &id, "documents").await.error(), "invalid_client");
    let request = Request::get(format!("{LOGIN}/manage/connections"))
        .header("authorization", format!("Bearer {}", token.json["access_token"].as_str().unwrap()))
        .body(Bytes::new())
        .unwrap();
    assert_eq!(stage.serve(request).await.status(), StatusCode::UNAUTHORIZED);
    let answer = jar.press(&stage, &page, "name=\"email\"", &[("email", "ingrid@solsiden.example")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    stage.house.switch_installation("nordlys", true).await.unwrap();
    assert_eq!(crm.exchange(&stage, &id, "documents").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sealed_token_on_another_row_does_not_open() {
    // ATT-41
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let other = Installation::ready(&stage, "fjord").await;
    let (one, two) = (steps::system_user(&stage, &crm).await, steps::system_user(&stage, &other).await);
    stage.advance(3600);
    let db = stage.database().unwrap();
    let copy = format!(
        "UPDATE connections SET refresh_token = (SELECT refresh_token FROM connections WHERE id = '{one}')
         WHERE id = '{two}'"
    );
    db.write(move |tx| tx.script(&copy)).await.unwrap();
    let before = tokens_asked(&stage);
    let heard = other.exchange(&stage, &two, "documents").await;
    assert_eq!(heard.status, StatusCode::INTERNAL_SERVER_ERROR, "{:?}", heard.json);
    assert_eq!(tokens_asked(&stage), before, "nothing was presented to the provider");
    assert_eq!(crm.exchange(&stage, &one, "documents").await.status, StatusCode::OK);
}

/// Every JSON answer an installation can get, by asking for everything with good and bad words.
#[tokio::test]
async fn no_answer_to_an_installation_has_a_refresh_token_or_a_secret() {
    // ATT-43
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    register(&stage, &crm, "nordlys.example", "microsoft").await;
    let system = steps::system_user(&stage, &crm).await;
    let (user, _) = steps::user(&stage, &crm, &mut Jar::default()).await;
    let app = consent(&stage, &crm).await;
    let mut answers = Vec::new();
    for id in [system.as_str(), user.as_str(), app.as_str(), "", "x", "../../x", "' OR 1=1 --"] {
        for need in ["documents", "provisioning", "directory", "", "offline_access", "documents directory"] {
            answers.push(crm.exchange(&stage, id, need).await.json);
        }
        for kind in ["access_token", "refresh_token", "id_token"] {
            let fields = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", id),
                ("subject_token_type", "urn:chancery:params:oauth:token-type:connection"),
                ("requested_token_type", &format!("urn:ietf:params:oauth:token-type:{kind}")),
                ("scope", "documents"),
            ];
            answers.push(crm.post(&stage, "/token", &fields).await.json);
        }
    }
    for path in ["installation", "connections", "audit", "audit/verification"] {
        answers.push(crm.manage(&stage, Method::GET, &format!("/manage/{path}"), None).await.json);
    }
    for id in [&system, &user, &app] {
        answers.push(shown(&stage, &crm, id).await);
    }
    assert!(answers.iter().any(|a| a.get("access_token").is_some()), "the control: tokens are there");
    for answer in &answers {
        let text = answer.to_string();
        for never in ["refresh_token", "client_secret", "\"claims\"", "previous_token", "1//", "simulated-"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
        if let Some(granted) = answer.as_object().filter(|a| a.contains_key("access_token")) {
            assert_eq!(granted.len(), 5, "{text}");
        }
    }
}

#[tokio::test]
async fn nothing_changes_without_a_form_of_ours() {
    // ATT-48
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let mut jar = Jar::default();
    sign_in(&stage, &crm, &mut jar, "ingrid@solsiden.example").await;
    let page = jar.go(&stage, &format!("{LOGIN}/browser")).await;
    let form =
        page.text.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let cookies: Vec<_> = jar.cookies["login.test"].iter().map(|(n, v)| format!("{n}={v}")).collect();
    let cookies = cookies.join("; ");
    let ask = async |change: fn(&mut Request<Bytes>), body: String| {
        let mut request = Request::post(format!("{LOGIN}/sign-out"))
            .header("cookie", &cookies)
            .header("origin", LOGIN)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        change(&mut request);
        stage.serve(request).await.status()
    };
    let good = format!("form={form}");
    assert_eq!(ask(|_| (), String::new()).await, StatusCode::FORBIDDEN, "no token");
    assert_eq!(ask(|_| (), format!("form={}", "0".repeat(64))).await, StatusCode::FORBIDDEN, "another token");
    let foreign: fn(&mut Request<Bytes>) = |r| {
        r.headers_mut().insert("origin", HeaderValue::from_static("https://evil.test"));
    };
    assert_eq!(ask(foreign, good.clone()).await, StatusCode::FORBIDDEN);
    let cross: fn(&mut Request<Bytes>) = |r| {
        r.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
    };
    assert_eq!(ask(cross, good.clone()).await, StatusCode::FORBIDDEN);
    let silent: fn(&mut Request<Bytes>) = |r| {
        r.headers_mut().remove("sec-fetch-site");
        r.headers_mut().remove("origin");
    };
    assert_eq!(ask(silent, good.clone()).await, StatusCode::FORBIDDEN);
    let plain: fn(&mut Request<Bytes>) = |r| {
        r.headers_mut().insert("content-type", HeaderValue::from_static("text/plain"));
    };
    assert_eq!(ask(plain, good.clone()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let got: fn(&mut Request<Bytes>) = |r| *r.method_mut() = Method::GET;
    assert!(ask(got, good.clone()).await.is_redirection(), "looking signs nobody out");
    for path in ["sign-in", "continue", "another", "cancel", "sign-out-everywhere"] {
        let page = jar.go(&stage, &format!("{LOGIN}/{path}")).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert!(jar.go(&stage, &format!("{LOGIN}/browser")).await.text.contains("Ingrid"), "still signed in");
    assert!(ask(|_| (), good).await.is_redirection());
    assert!(jar.go(&stage, &format!("{LOGIN}/browser")).await.text.contains("Nobody is signed in here"));
    // What an installation changes takes JSON that names only what it may.
    let request = Request::post(format!("{LOGIN}/manage/domains"))
        .header("content-type", "text/plain")
        .header("authorization", format!("Bearer {}", manage_token(&stage, &crm).await))
        .body(Bytes::from(r#"{"domain":"x.example","provider":"google"}"#))
        .unwrap();
    assert_eq!(stage.serve(request).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let body = json!({"domain": "x.example", "provider": "google", "tenant": NORDLYS});
    let heard = crm.manage(&stage, Method::POST, "/manage/domains", Some(body)).await;
    assert!(heard.status.is_client_error(), "a tenant is only believed from an administrator of it");
}

async fn manage_token(stage: &Stage, crm: &Installation) -> String {
    let token = crm.post(stage, "/token", &[("grant_type", "client_credentials")]).await;
    token.json["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn pages_cannot_be_framed_and_names_are_text() {
    // ATT-49
    let stage = Stage::with(|world, _| {
        world.google.domains[0].users[1].given_name = "<img src=x onerror=alert(1)>".into();
    })
    .await;
    let sharp = "NORD<script>alert(1)</script>";
    let crm = Installation::ready(&stage, "nordlys").await;
    let new = broker::NewInstallation {
        key: "nordlys".into(),
        name: sharp.into(),
        public_keys: json!({"keys": [crm.signing.public_jwk()]}),
        redirects: vec![crm.redirect.clone()],
        start_url: "https://nordlys.test/sign-in/start".into(),
        logout_url: String::new(),
    };
    stage.house.put_installation(new).await.unwrap();
    let mut jar = Jar::default();
    let (_, form) = at_the_form(&stage, &crm, &mut jar).await;
    let typed = jar.press(&stage, &form, "name=\"email\"", &[("email", "\"><script>@x.example")]).await;
    let back = type_address(&mut jar, &stage, &form, "ingrid@solsiden.example").await;
    assert!(back.query("code").is_some(), "{}", back.url);
    let places = jar.go(&stage, &format!("{LOGIN}/")).await;
    let browser = jar.go(&stage, &format!("{LOGIN}/browser")).await;
    let lost = jar.go(&stage, &format!("{LOGIN}/%3Cscript%3E")).await;
    for page in [&form, &typed, &places, &browser, &lost] {
        assert!(!page.text.contains("<script") && !page.text.contains("<img src=x"), "{}", page.text);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        // A sign-in in a window of its own keeps its tie to the page that opened it (T23); no other page keeps one.
        let walk = ["/authorize", "/sign-in"].iter().any(|w| page.url.contains(w));
        let opener = if walk { "unsafe-none" } else { "same-origin" };
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", opener),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(page.headers[name], value, "{name} at {}", page.url);
        }
        assert!(page.headers["strict-transport-security"].to_str().unwrap().contains("max-age=63072000"));
    }
    assert!(places.text.contains("&#60;img") || places.text.contains("&lt;img"), "{}", places.text);
}

#[tokio::test]
async fn an_address_in_a_discovery_document_leads_nowhere_outside_the_list() {
    // ATT-51; addresses, redirects and rebinding are tested where requests leave, in platform::outbound.
    for (name, value) in [
        ("jwks_uri", "http://169.254.169.254/latest/meta-data"),
        ("jwks_uri", "https://metadata.internal/keys"),
        ("token_endpoint", "https://evil.internal/token"),
    ] {
        let (stage, haven) = haven::stage().await;
        haven.lock().unwrap().announces = json!({name: value});
        let crm = Installation::ready(&stage, "nordlys").await;
        let page = at_haven(&stage, &crm, &mut Jar::default()).await;
        let signed_in = page.url.starts_with(&crm.redirect) && page.query("code").is_some();
        assert!(!signed_in, "{}", page.url);
        assert_eq!(haven.lock().unwrap().redeemed, 0);
    }
}

#[tokio::test]
async fn a_stranger_who_fails_too_often_waits_and_others_do_not() {
    // ATT-53; addresses and networks are in broker::limits.
    let stage = Stage::with(|_, settings| settings.limits.failures_per_ip = 3).await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let ask = async |ip: &str| {
        let mut request =
            Request::get(format!("{LOGIN}/callback/google?state=x&code=y")).body(Bytes::new()).unwrap();
        request.extensions_mut().insert(broker::Peer(ip.parse().unwrap()));
        stage.serve(request).await
    };
    for _ in 0..3 {
        assert_eq!(ask("192.0.2.7").await.status(), StatusCode::BAD_REQUEST);
    }
    let slow: Response<Bytes> = ask("192.0.2.7").await;
    assert_eq!(slow.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(slow.headers().contains_key("retry-after"));
    assert_eq!(ask("192.0.2.8").await.status(), StatusCode::BAD_REQUEST);
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
}

#[tokio::test]
async fn an_audit_record_that_was_changed_is_named() {
    // ATT-54
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
    let of = records(&stage, &crm).await;
    let seq = of.iter().find(|r| r["action"] == "login.answered").unwrap()["seq"].as_i64().unwrap();
    let db = stage.database().unwrap();
    let change = format!(
        "DROP TRIGGER audit_changes_no_record;
         UPDATE audit SET outcome = 'refused' WHERE action = 'login.answered' AND seq = {seq};"
    );
    db.write(move |tx| tx.script(&change)).await.unwrap();
    let heard = crm.manage(&stage, Method::GET, "/manage/audit/verification", None).await;
    assert_eq!(heard.json, json!({"intact": false, "first_bad": seq}));
}

#[tokio::test]
async fn a_statement_can_be_read_by_its_installation_only_and_ends_in_two_minutes() {
    // ATT-29
    let stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    let (code, verifier) = code(&stage, &crm).await;
    let token = crm.redeem(&stage, &code, &verifier).await.json["id_token"].as_str().unwrap().to_owned();
    let header = token.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&platform::jwt::from_base64url(header).unwrap()).unwrap();
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some(broker::STATEMENT), Some("ES256")));
    // It is no key to the installation's administration.
    let request = Request::get(format!("{LOGIN}/manage/connections"))
        .header("authorization", format!("Bearer {token}"))
        .body(Bytes::new())
        .unwrap();
    assert_eq!(stage.serve(request).await.status(), StatusCode::UNAUTHORIZED);
    let claims = testkit::login::claims(&json!(token));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert_eq!(claims["aud"], "nordlys", "one text, not a list");
}
