//! Pushed requests (RFC 9126): the browser carries a reference and nothing that could be changed.

use super::clients::form;
use super::{Client, OauthError};
use crate::house::House;
use crate::walk::Ask;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// What a `request_uri` begins with.
pub(crate) const REFERENCE: &str = "urn:ietf:params:oauth:request_uri:";

/// `POST /par`
pub(crate) async fn push(State(house): State<Arc<House>>, body: Bytes) -> Result<Response, OauthError> {
    let form = form(&body)?;
    let Client(installation) = house.client(&form, "/par").await?;
    let ask = ask_of(&form)?;
    let (word, seconds) = house.keep_request(&installation, ask, None).await?;
    let answer = json!({"request_uri": format!("{REFERENCE}{word}"), "expires_in": seconds});
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Reads the parameters of an authorization request.
#[expect(clippy::result_large_err, reason = "made once for a request that fails")]
pub(crate) fn ask_of(form: &HashMap<String, String>) -> Result<Ask, OauthError> {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default().to_owned();
    if text("response_type") != "code" {
        return Err(OauthError::new(
            StatusCode::BAD_REQUEST,
            "unsupported_response_type",
            "response_type must be code.",
        ));
    }
    if !matches!(text("response_mode").as_str(), "" | "query") {
        return Err(OauthError::request("response_mode must be query."));
    }
    if form.contains_key("request") || form.contains_key("request_uri") {
        return Err(OauthError::new(
            StatusCode::BAD_REQUEST,
            "request_not_supported",
            "Push plain parameters.",
        ));
    }
    if !text("scope").split_whitespace().any(|s| s == "openid") {
        return Err(OauthError::new(StatusCode::BAD_REQUEST, "invalid_scope", "scope must contain openid."));
    }
    if text("code_challenge_method") != "S256" {
        return Err(OauthError::request("code_challenge_method must be S256."));
    }
    let prompt = text("prompt");
    if !matches!(prompt.as_str(), "" | "none" | "login" | "select_account" | "consent") {
        return Err(OauthError::request("prompt must be none, login or select_account."));
    }
    let purpose = match text("purpose").as_str() {
        "" => None,
        word => Some(word.parse().map_err(|_| OauthError::request("purpose is not known."))?),
    };
    let provider = match text("provider").as_str() {
        "" => None,
        word => Some(word.parse().map_err(|_| OauthError::request("provider is not known."))?),
    };
    Ok(Ask {
        redirect_uri: text("redirect_uri"),
        state: text("state"),
        nonce: text("nonce"),
        challenge: text("code_challenge"),
        prompt,
        login_hint: text("login_hint"),
        account: text("account"),
        purpose,
        provider,
    })
}
