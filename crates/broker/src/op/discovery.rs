//! What we publish about ourselves (OpenID Connect Discovery 1.0, RFC 8414).

use super::OauthError;
use crate::house::House;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde_json::json;
use std::sync::Arc;

/// `/.well-known/openid-configuration`
pub(crate) async fn configuration(State(house): State<Arc<House>>) -> Response {
    let at = |path: &str| format!("{}{path}", house.issuer());
    let document = json!({
        "issuer": house.issuer(),
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "pushed_authorization_request_endpoint": at("/par"),
        "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/sign-out"),
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported":
            ["authorization_code", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "jti", "email", "name",
            "provider", "realm", "subject", "vouched", "workspace", "purpose", "connection"],
        "prompt_values_supported": ["none", "login", "select_account"],
    });
    cached(document, 3600)
}

/// `/jwks`
pub(crate) async fn jwks(State(house): State<Arc<House>>) -> Result<Response, OauthError> {
    // Keys are published a day before they sign, so an hour in a cache is harmless.
    Ok(cached(house.key_set().await?, 3600))
}

fn cached(document: serde_json::Value, seconds: u32) -> Response {
    ([(CACHE_CONTROL, format!("public, max-age={seconds}"))], Json(document)).into_response()
}
