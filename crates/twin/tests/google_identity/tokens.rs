//! The token endpoint, and how tokens die.

use super::browser::{advance, order};
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

fn dead() -> Value {
    json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." })
}

const DAY: i64 = 86_400;

async fn code(twin: &Twin, more: &[(&str, &str)]) -> String {
    let browser = Browser::new(twin, Surface::GoogleAccounts);
    walk(&browser, &authorize_path("openid", more), INGRID, &[]).await.parameter("code").unwrap()
}

async fn revoke(twin: &Twin, token: &str) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/revoke")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[("token", token)]).into_bytes())
        .unwrap();
    json(twin, Surface::GoogleApis, request).await
}

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let twin = ready();
    let first = code(&twin, &[]).await;
    assert_eq!(exchange(&twin, &first).await.0, StatusCode::OK);
    let bad = json!({ "error": "invalid_grant", "error_description": "Bad Request" });
    assert_eq!(exchange(&twin, &first).await, (StatusCode::BAD_REQUEST, bad.clone()));
    let late = code(&twin, &[]).await;
    advance(&twin, 601);
    assert_eq!(exchange(&twin, &late).await, (StatusCode::BAD_REQUEST, bad));
    assert_eq!(exchange(&twin, "x").await.1["error_description"], "Malformed auth code.");
}

#[tokio::test]
async fn a_verifier_must_fit() {
    let twin = ready();
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = URL_SAFE_NO_PAD.encode(twin::core::digest::sha256(verifier.as_bytes()));
    for (method, challenge) in [("S256", challenge.as_str()), ("plain", verifier)] {
        for (sent, status, words) in [
            (verifier, 200, Value::Null),
            ("wrong", 400, json!("Invalid code verifier.")),
            ("", 400, json!("Missing code verifier.")),
        ] {
            let code = code(&twin, &[("code_challenge", challenge), ("code_challenge_method", method)]).await;
            let pairs = [
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", BACK),
                ("client_id", CLIENT),
                ("client_secret", SECRET),
                ("code_verifier", sent),
            ];
            let (found, body) = token(&twin, &pairs).await;
            assert_eq!((found.as_u16(), &body["error_description"]), (status, &words), "{method} {sent}");
        }
    }
}

#[tokio::test]
async fn a_client_may_authenticate_by_header() {
    let twin = ready();
    let code = code(&twin, &[]).await;
    for (secret, status) in [("wrong", 401), (SECRET, 200)] {
        let body = form(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", BACK)]);
        let basic = STANDARD.encode(format!("{CLIENT}:{secret}"));
        let request = Request::builder()
            .method(Method::POST)
            .uri("/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", format!("Basic {basic}"))
            .body(body.into_bytes())
            .unwrap();
        assert_eq!(json(&twin, Surface::GoogleApis, request).await.0.as_u16(), status);
    }
}

#[tokio::test]
async fn refusals_of_the_token_endpoint_are_googles() {
    let twin = ready();
    let with =
        |grant: &'static str| [("grant_type", grant), ("client_id", CLIENT), ("client_secret", SECRET)];
    let cases: [(&[(&str, &str)], u16, &str); 7] = [
        (&[("grant_type", "authorization_code")], 400, "invalid_request"),
        (&[("client_id", "nobody"), ("client_secret", "x")], 401, "invalid_client"),
        (&[("client_id", CLIENT), ("client_secret", "x")], 401, "invalid_client"),
        (&[("client_id", CLIENT), ("client_secret", SECRET)], 400, "invalid_request"),
        (&with("password"), 400, "unsupported_grant_type"),
        (&with("authorization_code"), 400, "invalid_request"),
        (&with("refresh_token"), 400, "invalid_request"),
    ];
    for (pairs, status, error) in cases {
        let (found, body) = token(&twin, pairs).await;
        assert_eq!((found.as_u16(), text(&body["error"])), (status, error), "{pairs:?}");
        assert!(body["error_description"].is_string());
    }
    let code = code(&twin, &[]).await;
    let mut pairs = with("authorization_code").to_vec();
    pairs.extend([("code", code.as_str()), ("redirect_uri", "http://127.0.0.1:8080/callback/google")]);
    assert_eq!(token(&twin, &pairs).await.1["error"], "redirect_uri_mismatch");
}

// G-07
#[tokio::test]
async fn a_refresh_brings_no_refresh_token() {
    let twin = ready();
    let tokens = connected(&twin, &format!("openid {FILE}")).await;
    let (status, fresh) = refresh(&twin, text(&tokens["refresh_token"])).await;
    assert_eq!(status, StatusCode::OK);
    assert!(fresh["refresh_token"].is_null() && fresh["id_token"].is_string());
    assert_eq!((&fresh["scope"], &fresh["expires_in"]), (&tokens["scope"], &json!(3599)));
    assert_ne!(fresh["access_token"], tokens["access_token"]);
}

#[tokio::test]
async fn a_refresh_token_belongs_to_its_client() {
    let twin = ready();
    let tokens = connected(&twin, FILE).await;
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens["refresh_token"])),
        ("client_id", OTHER),
        ("client_secret", OTHER_SECRET),
    ];
    assert_eq!(token(&twin, &pairs).await.1["error"], "unauthorized_client");
}

// G-08
#[tokio::test]
async fn the_hundred_and_first_grant_kills_the_first() {
    let twin = ready();
    let mut grants = Vec::new();
    for _ in 0..101 {
        grants.push(text(&connected(&twin, FILE).await["refresh_token"]).to_owned());
    }
    assert_eq!(refresh(&twin, &grants[0]).await, (StatusCode::BAD_REQUEST, dead()));
    for alive in [1, 2, 100] {
        assert_eq!(refresh(&twin, &grants[alive]).await.0, StatusCode::OK, "{alive}");
    }
}

// G-09
#[tokio::test]
async fn revoking_one_token_ends_the_whole_project_for_the_account() {
    let twin = ready();
    let one = connected(&twin, FILE).await;
    let two = connected(&twin, "openid").await;
    let (status, body) = revoke(&twin, text(&one["access_token"])).await;
    assert_eq!((status, body), (StatusCode::OK, json!({})));
    assert_eq!(refresh(&twin, text(&one["refresh_token"])).await.1, dead());
    assert_eq!(refresh(&twin, text(&two["refresh_token"])).await.1, dead());
    let access = text(&two["access_token"]);
    assert_eq!(get(&twin, Surface::GoogleApis, "/v1/userinfo", access).await.0, StatusCode::UNAUTHORIZED);
    let (status, body) = revoke(&twin, text(&one["refresh_token"])).await;
    assert_eq!((status.as_u16(), text(&body["error"])), (400, "invalid_token"));
    let again = Browser::new(&twin, Surface::GoogleAccounts);
    let seen = walk(&again, &authorize_path("openid", &[]), INGRID, &[]).await;
    assert_eq!(seen.parameter("prompt").as_deref(), Some("consent"), "consent is asked for again");
}

// G-09
#[tokio::test]
async fn a_revocation_may_lag() {
    let twin = ready();
    let tokens = connected(&twin, "openid").await;
    order(&twin, "google-revoke-lag", json!(30));
    revoke(&twin, text(&tokens["refresh_token"])).await;
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await.0, StatusCode::OK);
    advance(&twin, 31);
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await.1, dead());
}

// G-24
#[tokio::test]
async fn in_testing_a_grant_dies_after_seven_days_unless_it_is_only_sign_in() {
    let twin = published(Publishing::Testing);
    let login = connected(&twin, "openid email profile").await;
    let files = connected(&twin, FILE).await;
    advance(&twin, 7 * DAY - 1);
    assert_eq!(refresh(&twin, text(&files["refresh_token"])).await.0, StatusCode::OK);
    advance(&twin, 1);
    assert_eq!(refresh(&twin, text(&files["refresh_token"])).await, (StatusCode::BAD_REQUEST, dead()));
    assert_eq!(refresh(&twin, text(&login["refresh_token"])).await.0, StatusCode::OK);
}

// G-24
#[tokio::test]
async fn six_months_unused_is_the_end_and_use_prolongs() {
    let twin = ready();
    let (used, unused) = (connected(&twin, FILE).await, connected(&twin, FILE).await);
    advance(&twin, 100 * DAY);
    assert_eq!(refresh(&twin, text(&used["refresh_token"])).await.0, StatusCode::OK);
    advance(&twin, 81 * DAY);
    assert_eq!(refresh(&twin, text(&used["refresh_token"])).await.0, StatusCode::OK);
    assert_eq!(refresh(&twin, text(&unused["refresh_token"])).await.1, dead());
}

#[tokio::test]
async fn access_for_a_time_is_announced_and_ends() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let path = authorize_path(FILE, &[("access_type", "offline"), ("prompt", "consent")]);
    let chooser = browser.open(&path).await;
    let consent = browser.press(&chooser, "type=\"email\"", &[("email", INGRID)]).await;
    let more = [("decision", "allow"), ("scope", FILE), ("duration", "86400")];
    let seen = browser.press(&consent, "decision", &more).await;
    let tokens = exchange(&twin, &seen.parameter("code").unwrap()).await.1;
    assert_eq!(tokens["refresh_token_expires_in"], 86_400);
    advance(&twin, DAY - 10);
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await.1["refresh_token_expires_in"], 10);
    advance(&twin, 10);
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await.1, dead());
}

#[tokio::test]
async fn session_control_asks_for_a_new_sign_in() {
    let twin = ready();
    let tokens = connected(&twin, FILE).await;
    order(&twin, "google-session-control", json!(true));
    let (status, body) = refresh(&twin, text(&tokens["refresh_token"])).await;
    assert_eq!((status.as_u16(), text(&body["error_subtype"])), (400, "invalid_rapt"));
}

#[tokio::test]
async fn a_suspended_accounts_tokens_do_not_work() {
    let twin = ready();
    let tokens = connected(&twin, "openid").await;
    let suspend = |suspended| {
        twin.google(|google, house| google.suspend_user(INGRID, suspended, house.clock.now())).unwrap();
    };
    suspend(true);
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await, (StatusCode::BAD_REQUEST, dead()));
    let access = text(&tokens["access_token"]);
    assert_eq!(get(&twin, Surface::GoogleApis, "/v1/userinfo", access).await.0, StatusCode::UNAUTHORIZED);
    suspend(false);
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await.0, StatusCode::OK);
}

#[tokio::test]
async fn access_tokens_can_be_ended_without_the_grant() {
    let twin = ready();
    let tokens = connected(&twin, "openid").await;
    twin.google(|google, house| google.expire_tokens(Some(INGRID), house.clock.now())).unwrap();
    let access = text(&tokens["access_token"]);
    assert_eq!(get(&twin, Surface::GoogleApis, "/v1/userinfo", access).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_was_granted_survives_saving() {
    let twin = ready();
    let tokens = connected(&twin, "openid").await;
    twin.google(|google, _| {
        let kept = serde_json::to_string(&google.identity).unwrap();
        google.identity = serde_json::from_str(&kept).unwrap();
    });
    assert_eq!(refresh(&twin, text(&tokens["refresh_token"])).await.0, StatusCode::OK);
}
