//! Discovery, keys, user info and token info.

use super::browser::order;
use super::*;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use twin::core::keys::peek;

async fn keys(twin: &Twin) -> Vec<Value> {
    get(twin, Surface::GoogleApis, "/oauth2/v3/certs", "").await.1["keys"].as_array().unwrap().clone()
}

fn signed_by(token: &str, keys: &[Value]) -> bool {
    let kid = peek(token).unwrap().0["kid"].clone();
    let Some(key) = keys.iter().find(|key| key["kid"] == kid) else { return false };
    let number = |name: &str| URL_SAFE_NO_PAD.decode(text(&key[name])).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn discovery_names_the_twins_addresses_and_may_be_kept() {
    let twin = ready();
    let request = Request::builder().uri("/.well-known/openid-configuration").body(Vec::new()).unwrap();
    let response = twin.call(Surface::GoogleAccounts, request).await.unwrap();
    assert!(response.headers()["cache-control"].to_str().unwrap().starts_with("public, max-age="));
    let document: Value = serde_json::from_slice(response.body()).unwrap();
    for (member, address) in [
        ("issuer", "https://google-accounts.test"),
        ("authorization_endpoint", "https://google-accounts.test/o/oauth2/v2/auth"),
        ("token_endpoint", "https://google-apis.test/token"),
        ("jwks_uri", "https://google-apis.test/oauth2/v3/certs"),
        ("userinfo_endpoint", "https://google-apis.test/v1/userinfo"),
        ("revocation_endpoint", "https://google-apis.test/revoke"),
    ] {
        assert_eq!(document[member], address);
    }
    assert_eq!(document.as_object().unwrap().len(), 15, "the members that Google has");
}

// G-11
#[tokio::test]
async fn keys_rotate_with_overlap() {
    let twin = ready();
    let before = keys(&twin).await;
    let old = connected(&twin, "openid").await;
    twin.google(|google, house| google.identity.rotate_keys(house));
    let new = connected(&twin, "openid").await;
    let after = keys(&twin).await;
    assert_eq!((before.len(), after.len()), (2, 2));
    let (old, new) = (text(&old["id_token"]), text(&new["id_token"]));
    assert!(signed_by(old, &before) && signed_by(old, &after) && signed_by(new, &after));
    assert!(!signed_by(new, &before), "a client that kept the keys meets one that it does not know");
    order(&twin, "google-stale-keys", json!(true));
    assert!(!signed_by(new, &keys(&twin).await));
}

#[tokio::test]
async fn the_id_token_tells_what_the_scopes_reach() {
    let twin = ready();
    let tokens = connected(&twin, "openid email profile").await;
    let claims = peek(text(&tokens["id_token"])).unwrap().1;
    let access = text(&tokens["access_token"]);
    let digest = twin::core::digest::sha256(access.as_bytes());
    for (name, value) in [
        ("iss", json!("https://google-accounts.test")),
        ("aud", json!(CLIENT)),
        ("azp", json!(CLIENT)),
        ("email", json!(INGRID)),
        ("email_verified", json!(true)),
        ("hd", json!("solsiden.example")),
        ("given_name", json!("Ingrid")),
        ("at_hash", json!(URL_SAFE_NO_PAD.encode(&digest[..16]))),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let bare = peek(text(&connected(&twin, "openid").await["id_token"])).unwrap().1;
    assert!(bare["email"].is_null() && bare["name"].is_null());
    assert_eq!(bare["sub"], claims["sub"]);
}

#[tokio::test]
async fn a_personal_account_has_no_domain() {
    let twin = ready();
    let browser = Browser::new(&twin, Surface::GoogleAccounts);
    let path = authorize_path("openid email", &[("nonce", "n-1")]);
    let seen = walk(&browser, &path, "ola.nordmann@gmail.example", &[]).await;
    assert_eq!(seen.parameter("hd"), None);
    let tokens = exchange(&twin, &seen.parameter("code").unwrap()).await.1;
    let claims = peek(text(&tokens["id_token"])).unwrap().1;
    assert!(claims["hd"].is_null());
    assert_eq!(claims["nonce"], "n-1");
}

#[tokio::test]
async fn user_info_and_token_info_agree_with_the_token() {
    let twin = ready();
    let tokens = connected(&twin, "openid email profile").await;
    let access = text(&tokens["access_token"]);
    let claims = peek(text(&tokens["id_token"])).unwrap().1;
    for path in ["/v1/userinfo", "/oauth2/v3/userinfo"] {
        let (status, info) = get(&twin, Surface::GoogleApis, path, access).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            (&info["sub"], &info["email"], &info["name"]),
            (&claims["sub"], &claims["email"], &claims["name"])
        );
    }
    let info = get(&twin, Surface::GoogleApis, "/oauth2/v2/userinfo", access).await.1;
    assert_eq!((&info["id"], &info["verified_email"]), (&claims["sub"], &json!(true)));
    let info = get(&twin, Surface::GoogleApis, &format!("/tokeninfo?access_token={access}"), "").await.1;
    assert_eq!((text(&info["aud"]), text(&info["expires_in"])), (CLIENT, "3599"));
    let id_token = text(&tokens["id_token"]);
    let info = get(&twin, Surface::GoogleApis, &format!("/tokeninfo?id_token={id_token}"), "").await.1;
    assert_eq!((&info["sub"], &info["email_verified"]), (&claims["sub"], &json!("true")));
    let forged = format!("{id_token}x");
    let (status, _) = get(&twin, Surface::GoogleApis, &format!("/tokeninfo?id_token={forged}"), "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn user_info_without_a_valid_token_is_refused() {
    let twin = ready();
    let (status, body) = get(&twin, Surface::GoogleApis, "/v1/userinfo", "ya29.nothing").await;
    assert_eq!((status.as_u16(), text(&body["error_description"])), (401, "Invalid Credentials"));
    let tokens = connected(&twin, "openid").await;
    browser::advance(&twin, 3600);
    let access = text(&tokens["access_token"]);
    assert_eq!(get(&twin, Surface::GoogleApis, "/v1/userinfo", access).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn unknown_addresses_are_errors_and_nothing_panics() {
    let twin = ready();
    for (surface, path) in [
        (Surface::GoogleAccounts, "/nowhere"),
        (Surface::GoogleAccounts, "/picture/%FF"),
        (Surface::GoogleApis, "/token/more"),
    ] {
        assert_eq!(get(&twin, surface, path, "x").await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for path in
        ["/signin/consent", "/signin/consent?request=%25&account=1", "/o/oauth2/v2/auth?%00=%FF&client_id"]
    {
        assert!(get(&twin, Surface::GoogleAccounts, path, "x").await.0.is_client_error(), "{path}");
    }
}
