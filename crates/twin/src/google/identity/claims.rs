//! What is told of a person: id tokens, user info, token info (google.md 1.6).

use super::super::Google;
use super::super::directory::{Client, User};
use super::{Access, Done, Problem, keys, scopes};
use crate::core::answer::{Answer, escape};
use crate::core::digest::sha256;
use crate::core::env::Env;
use crate::core::keys::peek;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn picture_of(user: &User, env: &Env<'_>) -> String {
    format!("{}/picture/{}", env.house.surfaces.google_accounts, user.id)
}

/// The claims of an id token. Those of a refresh have no nonce.
pub(super) fn id_token(
    state: &Google,
    env: &Env<'_>,
    client: &Client,
    user: &str,
    granted: &BTreeSet<String>,
    nonce: Option<&str>,
    access_token: &str,
) -> Value {
    let issuer = keys::issuer(&env.house.surfaces);
    let issuer = match env.behaves("google-short-issuer") {
        Some(_) => issuer.split_once("://").map_or(issuer, |(_, host)| host),
        None => issuer,
    };
    let now = env.now.as_second();
    let mut claims = json!({
        "iss": issuer, "azp": client.id, "aud": client.id, "sub": user,
        "at_hash": URL_SAFE_NO_PAD.encode(&sha256(access_token.as_bytes())[..16]),
        "iat": now, "exp": now + 3600,
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    if let Some(user) = state.directory.users.get(user) {
        describe(&mut claims, user, granted, env);
    }
    claims
}

/// Address, name and domain, as far as the scopes reach.
fn describe(claims: &mut Value, user: &User, granted: &BTreeSet<String>, env: &Env<'_>) {
    if let Some(domain) = &user.domain {
        claims["hd"] = json!(domain);
    }
    if scopes::has_email(granted) {
        claims["email"] = json!(user.email);
        claims["email_verified"] = json!(user.email_verified);
    }
    if scopes::has_profile(granted) {
        claims["name"] = json!(user.name());
        claims["given_name"] = json!(user.given_name);
        claims["family_name"] = json!(user.family_name);
        claims["picture"] = json!(picture_of(user, env));
    }
}

/// The token of a call and whose it is. Suspended accounts have none.
fn bearer<'s>(state: &'s Google, env: &Env<'_>) -> Option<(&'s Access, &'s User)> {
    let form = env.call.body.form();
    let token = env.call.bearer().or_else(|| env.call.query.filled("access_token"));
    let token = token.or_else(|| form.filled("access_token"))?;
    let access = state.identity.access(token, env.now)?;
    let user = state.directory.users.get(&access.user).filter(|user| !user.suspended)?;
    Some((access, user))
}

/// `GET /v1/userinfo`.
pub(super) fn userinfo(state: &mut Google, env: &mut Env<'_>) -> Done {
    let Some((access, user)) = bearer(state, env) else {
        return Err(Problem::new(401, "invalid_request", "Invalid Credentials"));
    };
    if !access.scopes.iter().any(|scope| scopes::is_login(scope)) {
        let words = "Request had insufficient authentication scopes.";
        return Err(Problem::new(403, "insufficient_scope", words));
    }
    let sub = match env.behaves("google-userinfo-other-sub") {
        Some(_) => "100000000000000000000".to_owned(),
        None => user.id.clone(),
    };
    let mut claims = json!({ "sub": sub });
    describe(&mut claims, user, &access.scopes, env);
    Ok(private(&claims))
}

/// `GET /oauth2/v2/userinfo`, with the older names.
pub(super) fn userinfo_v2(state: &mut Google, env: &mut Env<'_>) -> Done {
    let Some((access, user)) = bearer(state, env) else {
        return Ok(super::super::error::Refusal::unauthenticated().into());
    };
    let mut claims = json!({ "id": user.id });
    describe(&mut claims, user, &access.scopes, env);
    if let Some(verified) = claims.as_object_mut().and_then(|claims| claims.remove("email_verified")) {
        claims["verified_email"] = verified;
    }
    Ok(private(&claims))
}

fn private(value: &Value) -> Answer {
    Answer::ok(value).with("cache-control", "no-cache, no-store, max-age=0, must-revalidate")
}

fn parameter(env: &Env<'_>, name: &str) -> Option<String> {
    let form = env.call.body.form();
    env.call.query.filled(name).or_else(|| form.filled(name)).map(str::to_owned)
}

/// `GET /tokeninfo`: all values are text.
pub(super) fn tokeninfo(state: &mut Google, env: &mut Env<'_>) -> Done {
    let invalid = || Problem::new(400, "invalid_token", "Invalid Value");
    if let Some(token) = parameter(env, "id_token") {
        return id_tokeninfo(state, env, &token).ok_or_else(invalid);
    }
    let token = parameter(env, "access_token").or_else(|| env.call.bearer().map(str::to_owned));
    let token = token.ok_or_else(|| {
        Problem::new(400, "invalid_request", "either access_token, id_token, or token_handle required")
    })?;
    let access = state.identity.access(&token, env.now).ok_or_else(invalid)?;
    let user = state.directory.users.get(&access.user).ok_or_else(invalid)?;
    let mut info = json!({
        "azp": access.client, "aud": access.client, "scope": scopes::write(&access.scopes),
        "exp": access.expires.as_second().to_string(),
        "expires_in": access.expires.duration_since(env.now).as_secs().to_string(),
        "access_type": "offline",
    });
    if access.scopes.contains("openid") || scopes::has_email(&access.scopes) {
        info["sub"] = json!(user.id);
    }
    if scopes::has_email(&access.scopes) {
        info["email"] = json!(user.email);
        info["email_verified"] = json!(user.email_verified.to_string());
    }
    Ok(private(&info))
}

/// The claims of an id token, when it was signed with a published key and is not over.
fn id_tokeninfo(state: &Google, env: &Env<'_>, token: &str) -> Option<Answer> {
    let (header, claims) = peek(token)?;
    let known = state.identity.keys.iter().find(|key| header["kid"] == key.kid())?;
    // RS256 gives the same signature for the same content and key.
    if known.sign(&claims).rsplit_once('.') != token.rsplit_once('.')
        || claims["exp"].as_i64()? <= env.now.as_second()
    {
        return None;
    }
    let mut info = json!({ "alg": "RS256", "kid": header["kid"], "typ": "JWT" });
    for (name, value) in claims.as_object()? {
        info[name] = match value {
            Value::String(text) => json!(text),
            other => json!(other.to_string()),
        };
    }
    Some(private(&info))
}

/// `POST /oauth2/v2/tokeninfo`, with the older names.
pub(super) fn tokeninfo_v2(state: &mut Google, env: &mut Env<'_>) -> Done {
    let invalid = || Problem::new(400, "invalid_token", "Invalid Value");
    let token = parameter(env, "access_token").ok_or_else(invalid)?;
    let access = state.identity.access(&token, env.now).ok_or_else(invalid)?;
    let user = state.directory.users.get(&access.user).ok_or_else(invalid)?;
    let mut info = json!({
        "issued_to": access.client, "audience": access.client, "user_id": user.id,
        "scope": scopes::write(&access.scopes),
        "expires_in": access.expires.duration_since(env.now).as_secs(),
    });
    if scopes::has_email(&access.scopes) {
        info["email"] = json!(user.email);
        info["verified_email"] = json!(user.email_verified);
    }
    Ok(private(&info))
}

/// `GET /picture/{user}`: the initials of a person.
pub(super) fn picture(state: &mut Google, env: &mut Env<'_>) -> Done {
    let Some(user) = state.directory.users.get(env.param("user")) else {
        return Ok(super::pages::nothing_here(404, "Not Found"));
    };
    let initials: String =
        [&user.given_name, &user.family_name].iter().filter_map(|name| name.chars().next()).collect();
    let drawing = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\"><rect width=\"96\" height=\"96\" fill=\"#456\"/>\
         <text x=\"48\" y=\"60\" font-size=\"36\" font-family=\"sans-serif\" text-anchor=\"middle\" fill=\"#fff\">{}</text></svg>",
        escape(&initials)
    );
    Ok(Answer::bytes(StatusCode::OK, "image/svg+xml", drawing))
}
