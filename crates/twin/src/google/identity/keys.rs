//! Discovery and signing keys.

use super::super::Google;
use super::Done;
use crate::core::answer::Answer;
use crate::core::env::{Env, House};
use crate::core::keys::SigningKey;
use crate::core::surfaces::Surfaces;
use serde_json::{Value, json};

/// A key of a new name.
pub(super) fn new(house: &House) -> SigningKey {
    SigningKey::new(house.random.word(40, "0123456789abcdef"))
}

/// The issuer of id tokens.
pub fn issuer(surfaces: &Surfaces) -> &str {
    &surfaces.google_accounts
}

/// `GET /.well-known/openid-configuration`, with the twin's addresses.
pub(super) fn discovery(_: &mut Google, env: &mut Env<'_>) -> Done {
    let surfaces = &env.house.surfaces;
    let (accounts, apis) = (&surfaces.google_accounts, &surfaces.google_apis);
    let mut document = json!({
        "issuer": issuer(surfaces),
        "authorization_endpoint": format!("{accounts}/o/oauth2/v2/auth"),
        "device_authorization_endpoint": format!("{apis}/device/code"),
        "token_endpoint": format!("{apis}/token"),
        "userinfo_endpoint": format!("{apis}/v1/userinfo"),
        "revocation_endpoint": format!("{apis}/revoke"),
        "jwks_uri": format!("{apis}/oauth2/v3/certs"),
        "response_types_supported": [
            "code", "token", "id_token", "code token", "code id_token", "token id_token",
            "code token id_token", "none",
        ],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name",
            "picture", "sub",
        ],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
    });
    if env.behaves("google-iss-announced").is_some() {
        document["authorization_response_iss_parameter_supported"] = json!(true);
    }
    cached(&document, 3600)
}

/// `GET /oauth2/v3/certs`: the key that signs and the one before it (google.md 1.1).
pub(super) fn certs(state: &mut Google, env: &mut Env<'_>) -> Done {
    let skip = usize::from(env.behaves("google-stale-keys").is_some() && state.identity.keys.len() > 2);
    let keys: Vec<Value> = state.identity.keys.iter().skip(skip).take(2).map(SigningKey::jwk).collect();
    cached(&json!({ "keys": keys }), 19_800)
}

fn cached(value: &Value, seconds: u32) -> Done {
    let control = format!("public, max-age={seconds}, must-revalidate, no-transform");
    Ok(Answer::ok(value).with("cache-control", &control).with("vary", "Origin"))
}
