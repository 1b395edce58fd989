//! Chooser, consent, callbacks and refusals.

use super::browser::order;
use super::*;
use serde_json::json;

#[tokio::test]
async fn the_callback_tells_state_scope_domain_and_issuer() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let seen = walk(&browser, &authorize_path("openid email", &[]), INGRID, &[]).await;
    assert!(seen.left.as_ref().unwrap().starts_with(BACK));
    for (name, value) in [
        ("state", "s&t"),
        ("scope", "https://www.googleapis.com/auth/userinfo.email openid"),
        ("authuser", "0"),
        ("hd", "solsiden.example"),
        ("prompt", "consent"),
        ("iss", "https://google-accounts.test"),
    ] {
        assert_eq!(seen.parameter(name).as_deref(), Some(value), "{name}");
    }
}

// G-10
#[tokio::test]
async fn some_callbacks_carry_no_issuer() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let seen = walk(&browser, &authorize_path("openid", &[("client_id", OTHER)]), INGRID, &[]).await;
    assert_eq!(seen.parameter("iss"), None);
    order(&twin, "google-iss-in-callback", json!(true));
    let seen = browser.open(&authorize_path("openid", &[("client_id", OTHER)])).await;
    assert!(seen.parameter("iss").is_some());
}

#[tokio::test]
async fn a_consent_is_remembered_for_the_whole_project() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    walk(&browser, &authorize_path("openid", &[]), INGRID, &[]).await;
    let seen = browser.open(&authorize_path("openid", &[("client_id", OTHER)])).await;
    assert_eq!(seen.parameter("prompt").as_deref(), Some("none"));
}

#[tokio::test]
async fn refresh_tokens_follow_the_matrix() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let offline = ("access_type", "offline");
    let consent = ("prompt", "consent");
    let cases: [(&[(&str, &str)], bool); 6] = [
        (&[offline], true),
        (&[offline], false),
        (&[], false),
        (&[consent], false),
        (&[offline, consent], true),
        (&[offline, consent], true),
    ];
    for (number, (more, expected)) in cases.iter().enumerate() {
        let seen = walk(&browser, &authorize_path("openid", more), INGRID, &[]).await;
        let (_, tokens) = exchange(&twin, &seen.parameter("code").unwrap()).await;
        assert_eq!(tokens["refresh_token"].is_string(), *expected, "case {number}: {tokens}");
    }
}

// G-23
#[tokio::test]
async fn an_unticked_scope_is_not_granted() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let scope = format!("openid {FILE} {DRIVE}");
    let seen = walk(&browser, &authorize_path(&scope, &[]), INGRID, &[FILE]).await;
    assert_eq!(seen.parameter("scope").unwrap(), format!("{FILE} openid"));
    let (_, tokens) = exchange(&twin, &seen.parameter("code").unwrap()).await;
    assert_eq!(tokens["scope"], format!("{FILE} openid"));
    let again = browser.open(&authorize_path(&scope, &[])).await;
    assert!(again.text.contains("granted before"), "asked again for the other");
}

#[tokio::test]
async fn nothing_ticked_is_a_refusal() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let seen = walk(&browser, &authorize_path(FILE, &[]), INGRID, &[]).await;
    assert_eq!(seen.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(seen.parameter("state").as_deref(), Some("s&t"));
}

#[tokio::test]
async fn cancel_is_a_refusal() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let chooser = browser.open(&authorize_path("openid", &[])).await;
    let consent = browser.press(&chooser, "type=\"email\"", &[("email", INGRID)]).await;
    let seen = browser.press(&consent, "decision", &[("decision", "deny")]).await;
    assert_eq!(seen.parameter("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn earlier_grants_are_included_when_asked_for() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    walk(&browser, &authorize_path(&format!("openid {FILE}"), &[]), INGRID, &[FILE]).await;
    let plain = browser.open(&authorize_path("openid", &[])).await;
    assert_eq!(plain.parameter("scope").as_deref(), Some("openid"));
    let wide = browser.open(&authorize_path("openid", &[("include_granted_scopes", "true")])).await;
    assert_eq!(wide.parameter("scope").unwrap(), format!("{FILE} openid"));
}

#[tokio::test]
async fn without_a_page_each_need_has_its_error() {
    let twin = ready();
    let none = ("prompt", "none");
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let error = async |more: &[(&str, &str)], scope: &str| {
        browser.open(&authorize_path(scope, more)).await.parameter("error")
    };
    assert_eq!(error(&[none], "openid").await.as_deref(), Some("login_required"));
    walk(&browser, &authorize_path("openid", &[]), INGRID, &[]).await;
    assert_eq!(error(&[none], "openid").await, None);
    assert_eq!(error(&[none], FILE).await.as_deref(), Some("consent_required"));
    let hint = ("login_hint", "jonas@solsiden.example");
    walk(&browser, &authorize_path("openid", &[hint]), "jonas@solsiden.example", &[]).await;
    assert_eq!(error(&[none], "openid").await.as_deref(), Some("interaction_required"));
    let silent = browser.open(&authorize_path("openid", &[none, hint])).await;
    assert_eq!(silent.parameter("authuser").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_hint_skips_the_chooser_and_select_account_shows_it() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    for who in [INGRID, "jonas@solsiden.example"] {
        walk(&browser, &authorize_path("openid", &[("login_hint", who)]), who, &[]).await;
    }
    assert!(browser.open(&authorize_path("openid", &[])).await.text.contains("Choose an account"));
    let id = twin.google(|google, _| google.directory.user(INGRID).unwrap().id.clone());
    for hint in [INGRID, &id] {
        let seen = browser.open(&authorize_path("openid", &[("login_hint", hint)])).await;
        assert!(seen.parameter("code").is_some(), "{hint}");
        let more = [("login_hint", hint), ("prompt", "select_account")];
        assert!(browser.open(&authorize_path("openid", &more)).await.text.contains("Choose an account"));
    }
}

#[tokio::test]
async fn a_domain_narrows_the_chooser_and_binds_nobody() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let path = authorize_path("openid", &[("hd", "fjordvik.example")]);
    let chooser = browser.open(&path).await;
    assert!(chooser.text.contains("astrid@fjordvik.example") && !chooser.text.contains(INGRID));
    let seen = walk(&browser, &path, INGRID, &[]).await;
    assert_eq!(seen.parameter("hd").as_deref(), Some("solsiden.example"));
}

#[tokio::test]
async fn what_is_wrong_with_the_request_stays_on_googles_page() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let cases: &[(&[(&str, &str)], &str, u16, &str)] = &[
        (
            &[("redirect_uri", "http://localhost:8080/callback/google/")],
            "openid",
            400,
            "redirect_uri_mismatch",
        ),
        (&[("client_id", "nobody")], "openid", 401, "invalid_client"),
        (&[("client_id", "")], "openid", 400, "invalid_request"),
        (&[("redirect_uri", "")], "openid", 400, "invalid_request"),
        (&[("response_type", "")], "openid", 400, "invalid_request"),
        (&[("response_type", "token")], "openid", 400, "unsupported_response_type"),
        (&[], "", 400, "invalid_request"),
        (&[], "openid https://www.googleapis.com/auth/everything", 400, "invalid_scope"),
        (&[("prompt", "login")], "openid", 400, "invalid_request"),
        (&[("access_type", "always")], "openid", 400, "invalid_request"),
        (&[("code_challenge", "short")], "openid", 400, "invalid_request"),
        (&[("code_challenge_method", "S256")], "openid", 400, "invalid_request"),
    ];
    for (more, scope, status, error) in cases {
        let seen = browser.open(&authorize_path(scope, more)).await;
        assert_eq!(seen.left, None, "{more:?}");
        assert_eq!(seen.status.as_u16(), *status, "{more:?}");
        assert!(seen.text.contains(error), "{more:?}: {}", seen.text);
    }
    let twice = format!("{}&scope=email", authorize_path("openid", &[]));
    assert!(browser.open(&twice).await.text.contains("invalid_request"));
}

#[tokio::test]
async fn a_deleted_client_is_told_apart() {
    let twin = ready();
    twin.google(|google, _| google.delete_client(CLIENT, true)).unwrap();
    let seen = Browser::new(&twin, Surface::GoogleAccounts).open(&authorize_path("openid", &[])).await;
    assert!(seen.status == StatusCode::UNAUTHORIZED && seen.text.contains("deleted_client"));
    let (status, body) = exchange(&twin, "4/0Ax").await;
    assert_eq!((status.as_u16(), text(&body["error"])), (401, "deleted_client"));
}

#[tokio::test]
async fn a_browser_inside_an_app_is_refused() {
    let twin = ready();
    let mut browser = Browser::new(&twin, Surface::GoogleAccounts);
    browser.agent =
        "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36";
    let seen = browser.open(&authorize_path("openid", &[])).await;
    assert!(seen.status == StatusCode::FORBIDDEN && seen.text.contains("disallowed_useragent"));
}

// G-22
#[tokio::test]
async fn an_internal_application_keeps_strangers_out_on_googles_page() {
    let twin = browser::twin(|world| {
        world.google.projects[0].publishing = Publishing::Internal;
        world.google.projects[0].owner = Some("solsiden.example".into());
    });
    let stranger = Browser::new(&twin, Surface::GoogleAccounts);
    let seen = walk(&stranger, &authorize_path("openid", &[]), "ola.nordmann@gmail.example", &[]).await;
    assert!(
        seen.left.is_none() && seen.status == StatusCode::FORBIDDEN && seen.text.contains("org_internal")
    );
    let member = Browser::new(&twin, Surface::GoogleAccounts);
    assert!(walk(&member, &authorize_path("openid", &[]), INGRID, &[]).await.parameter("code").is_some());
}

// G-22
#[tokio::test]
async fn an_administrators_block_is_shown_and_by_order_sent_back() {
    let twin = browser::twin(|world| world.google.domains[0].blocked_projects = vec![PROJECT.into()]);
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let seen = walk(&browser, &authorize_path("openid", &[]), INGRID, &[]).await;
    assert!(seen.left.is_none() && seen.text.contains("admin_policy_enforced"));
    order(&twin, "google-admin-policy-redirected", json!(true));
    let seen = walk(&browser, &authorize_path("openid", &[]), INGRID, &[]).await;
    assert_eq!(seen.parameter("error").as_deref(), Some("admin_policy_enforced"));
}

#[tokio::test]
async fn an_application_in_testing_warns_and_lets_in_only_invited_people() {
    let twin = browser::twin(|world| {
        world.google.projects[0].publishing = Publishing::Testing;
        world.google.projects[0].test_users = Some(vec![INGRID.into()]);
    });
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let chooser = browser.open(&authorize_path(FILE, &[])).await;
    let warning = browser.press(&chooser, "type=\"email\"", &[("email", INGRID)]).await;
    assert!(warning.text.contains("has not been verified"), "{}", warning.text);
    let consent = browser.press(&warning, "Continue", &[]).await;
    assert!(consent.text.contains("type=\"checkbox\""));
    let other = Browser::new(&twin, Surface::GoogleAccounts);
    let seen = walk(&other, &authorize_path("openid", &[]), "jonas@solsiden.example", &[]).await;
    assert!(seen.left.is_none() && seen.text.contains("access_denied"));
}

#[tokio::test]
async fn a_suspended_account_cannot_sign_in_and_an_unknown_one_is_asked_again() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let chooser = browser.open(&authorize_path("openid", &[])).await;
    let seen = browser.press(&chooser, "type=\"email\"", &[("email", "former@solsiden.example")]).await;
    assert!(seen.text.contains("disabled"));
    let seen = browser.press(&chooser, "type=\"email\"", &[("email", "no@where.example")]).await;
    assert!(seen.text.contains("no account") && seen.text.contains("type=\"email\""));
}

#[tokio::test]
async fn a_form_of_another_browser_does_nothing() {
    let twin = ready();
    let (one, two) =
        (Browser::new(&twin, Surface::GoogleAccounts), Browser::new(&twin, Surface::GoogleAccounts));
    two.open(&authorize_path("openid", &[])).await;
    let chooser = one.open(&authorize_path("openid", &[])).await;
    let seen = two.press(&chooser, "type=\"email\"", &[("email", INGRID)]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
}
