//! The token endpoint and the revocation endpoint (google.md 1.4, 1.5).

use super::super::Google;
use super::super::directory::{Client, Publishing};
use super::grants::{self, Challenge, Code, Grant};
use super::{Access, Done, Problem, claims, scopes};
use crate::core::answer::Answer;
use crate::core::call::{Pairs, decode};
use crate::core::digest::sha256;
use crate::core::env::Env;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn invalid_request(words: &str) -> Problem {
    Problem::new(400, "invalid_request", words)
}

fn invalid_grant(words: &str) -> Problem {
    Problem::new(400, "invalid_grant", words)
}

fn dead() -> Problem {
    invalid_grant("Token has been expired or revoked.")
}

/// `POST /token`.
pub(super) fn token(state: &mut Google, env: &mut Env<'_>) -> Done {
    if env.call.media_type() != "application/x-www-form-urlencoded" {
        return Err(invalid_request("Could not determine client ID from request."));
    }
    let form = env.call.body.form();
    if let Some((name, _)) = form.0.iter().find(|(name, _)| form.count(name) > 1) {
        return Err(invalid_request(&format!("OAuth 2 parameters can only have a single value: {name}")));
    }
    let client = authenticate(state, env, &form)?;
    match form.filled("grant_type") {
        Some("authorization_code") => exchange(state, env, &form, &client),
        Some("refresh_token") => refresh(state, env, &form, &client),
        None => Err(invalid_request("Required parameter is missing: grant_type")),
        Some(other) => {
            Err(Problem::new(400, "unsupported_grant_type", format!("Invalid grant_type: {other}")))
        }
    }
}

/// The client of a request, by its secret in the form or in the header, not in both.
fn authenticate(state: &Google, env: &mut Env<'_>, form: &Pairs) -> Result<Client, Problem> {
    let basic = env.call.header("authorization").and_then(basic);
    if basic.is_some() && form.filled("client_secret").is_some() {
        return Err(invalid_request("The request uses more than one way to authenticate the client."));
    }
    let (id, secret) = match basic {
        Some((id, secret)) => (Some(id), Some(secret)),
        None => {
            (form.filled("client_id").map(str::to_owned), form.filled("client_secret").map(str::to_owned))
        }
    };
    let id = id.ok_or_else(|| invalid_request("Could not determine client ID from request."))?;
    env.note.app.clone_from(&id);
    let client = state.directory.clients.get(&id);
    let client =
        client.ok_or_else(|| Problem::new(401, "invalid_client", "The OAuth client was not found."))?;
    if client.deleted {
        return Err(Problem::new(401, "deleted_client", "The OAuth client was deleted."));
    }
    let secret = secret.ok_or_else(|| invalid_request("client_secret is missing."))?;
    // Digests are compared, so that the time taken says nothing of the secret.
    if sha256(secret.as_bytes()) != sha256(client.secret.as_bytes()) {
        return Err(Problem::new(401, "invalid_client", "Unauthorized"));
    }
    Ok(client.clone())
}

/// Name and secret of `Authorization: Basic`, decoded (RFC 6749, section 2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, text) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |text: &str| decode(&text.replace('+', " "));
    scheme.eq_ignore_ascii_case("basic").then(|| (plain(id), plain(secret)))
}

fn exchange(state: &mut Google, env: &mut Env<'_>, form: &Pairs, client: &Client) -> Done {
    let text = form.filled("code").ok_or_else(|| invalid_request("Missing required parameter: code"))?;
    if !text.starts_with("4/") {
        return Err(invalid_grant("Malformed auth code."));
    }
    // Whatever comes of it, a code that was shown is spent.
    let code = state.identity.codes.remove(text).ok_or_else(|| invalid_grant("Bad Request"))?;
    if code.client != client.id || code.expires <= env.now {
        return Err(invalid_grant("Bad Request"));
    }
    let redirect = form.filled("redirect_uri");
    let redirect = redirect.ok_or_else(|| invalid_request("Missing parameter: redirect_uri"))?;
    if redirect != code.redirect_uri {
        return Err(Problem::new(400, "redirect_uri_mismatch", "Bad Request"));
    }
    if let Some(challenge) = &code.challenge {
        let verifier = form.filled("code_verifier").ok_or_else(|| invalid_grant("Missing code verifier."))?;
        if !fits(challenge, verifier) {
            return Err(invalid_grant("Invalid code verifier."));
        }
    }
    note(state, env, &code.user);
    if state.directory.users.get(&code.user).is_none_or(|user| user.suspended) {
        return Err(invalid_grant("Bad Request"));
    }
    let refresh = code.refresh.then(|| keep(state, env, &code));
    let (mut body, access) = answer(state, env, client, &code.user, &code.scopes);
    if let Some(refresh) = refresh {
        body["refresh_token"] = json!(refresh);
        if let Some(seconds) = code.lifetime {
            body["refresh_token_expires_in"] = json!(seconds);
        }
    }
    if code.scopes.contains("openid") {
        let claims =
            claims::id_token(state, env, client, &code.user, &code.scopes, code.nonce.as_deref(), &access);
        body["id_token"] = json!(sign(state, env, &claims));
    }
    Ok(uncached(&body))
}

fn keep(state: &mut Google, env: &Env<'_>, code: &Code) -> String {
    let ends = code.lifetime.and_then(|seconds| env.now.checked_add(SignedDuration::from_secs(seconds)).ok());
    let grant = Grant {
        user: code.user.clone(),
        client: code.client.clone(),
        project: code.project.clone(),
        scopes: code.scopes.clone(),
        issued: env.now,
        used: env.now,
        ends,
        time_based: ends.is_some(),
    };
    state.identity.issue_grant(grant, &env.house.random)
}

fn fits(challenge: &Challenge, verifier: &str) -> bool {
    if challenge.hashed {
        URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())) == challenge.value
    } else {
        verifier == challenge.value
    }
}

/// A refresh. It brings no new refresh token (G-07).
fn refresh(state: &mut Google, env: &mut Env<'_>, form: &Pairs, client: &Client) -> Done {
    let token = form.filled("refresh_token");
    let token = token.ok_or_else(|| invalid_request("Missing required parameter: refresh_token"))?;
    let Some(grant) = state.identity.grants.get(token).cloned() else {
        return Err(if token.starts_with("1//") { dead() } else { invalid_grant("Bad Request") });
    };
    note(state, env, &grant.user);
    if grant.client != client.id {
        return Err(Problem::new(401, "unauthorized_client", "Unauthorized"));
    }
    let project = state.directory.projects.get(&grant.project);
    let testing = project.is_some_and(|project| project.publishing == Publishing::Testing);
    let suspended = state.directory.users.get(&grant.user).is_none_or(|user| user.suspended);
    if suspended || !grant.is_alive(testing, env.now) {
        return Err(dead());
    }
    if env.behaves("google-session-control").is_some() {
        let problem = invalid_grant("reauth related error (invalid_rapt)");
        return Err(Problem { subtype: Some("invalid_rapt"), ..problem });
    }
    let wanted = match form.filled("scope").map(scopes::read) {
        Some(wanted) if !wanted.is_subset(&grant.scopes) => {
            return Err(Problem::new(400, "invalid_scope", "Bad Request"));
        }
        Some(wanted) => wanted,
        None => grant.scopes.clone(),
    };
    if let Some(kept) = state.identity.grants.get_mut(token) {
        kept.used = env.now;
    }
    let (mut body, access) = answer(state, env, client, &grant.user, &wanted);
    if let Some(ends) = grant.ends.filter(|_| grant.time_based) {
        body["refresh_token_expires_in"] = json!(ends.duration_since(env.now).as_secs());
    }
    if wanted.contains("openid") {
        let claims = claims::id_token(state, env, client, &grant.user, &wanted, None, &access);
        body["id_token"] = json!(sign(state, env, &claims));
    }
    Ok(uncached(&body))
}

fn note(state: &Google, env: &mut Env<'_>, user: &str) {
    user.clone_into(&mut env.note.user);
    let domain = state.directory.users.get(user).and_then(|user| user.domain.clone());
    env.note.tenant = domain.unwrap_or_default();
}

/// The members that every success has, and the access token.
fn answer(
    state: &mut Google,
    env: &Env<'_>,
    client: &Client,
    user: &str,
    granted: &BTreeSet<String>,
) -> (Value, String) {
    let ordered = env.behaves("google-expires-in").and_then(|value| value.as_i64());
    let seconds = ordered.unwrap_or(grants::ACCESS_SECONDS).clamp(1, 86_400);
    let access = Access {
        user: user.to_owned(),
        client: client.id.clone(),
        project: client.project.clone(),
        scopes: granted.clone(),
        expires: env.now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(env.now),
    };
    let token = state.identity.issue_access(access, env.now, &env.house.random);
    let body = json!({
        "access_token": token, "expires_in": seconds, "scope": scopes::write(granted), "token_type": "Bearer",
    });
    (body, token)
}

/// Signs with the newest key, or, when ordered so, with one that is not published yet (G-11).
fn sign(state: &Google, env: &Env<'_>, claims: &Value) -> String {
    if env.behaves("google-unpublished-key").is_some() {
        return super::keys::new(env.house).sign(claims);
    }
    state.identity.keys.first().map(|key| key.sign(claims)).unwrap_or_default()
}

fn uncached(body: &Value) -> Answer {
    Answer::ok(body)
        .with("cache-control", "no-cache, no-store, max-age=0, must-revalidate")
        .with("pragma", "no-cache")
}

/// `POST /revoke`: ends all that the account granted to the project, for all its clients (G-09).
pub(super) fn revoke(state: &mut Google, env: &mut Env<'_>) -> Done {
    let form = env.call.body.form();
    let token = form.filled("token").or_else(|| env.call.query.filled("token"));
    let token = token.ok_or_else(|| invalid_request("Missing required parameter: token"))?;
    let by_access =
        state.identity.access(token, env.now).map(|access| (access.user.clone(), access.project.clone()));
    let by_refresh = || {
        let grant = state.identity.grants.get(token)?;
        let project = state.directory.projects.get(&grant.project);
        let testing = project.is_some_and(|project| project.publishing == Publishing::Testing);
        grant.is_alive(testing, env.now).then(|| (grant.user.clone(), grant.project.clone()))
    };
    let Some((user, project)) = by_access.or_else(by_refresh) else {
        return Err(Problem::new(400, "invalid_token", "Token expired or revoked"));
    };
    note(state, env, &user);
    let lag =
        env.behaves("google-revoke-lag").map_or(0, |value| value.as_i64().unwrap_or(60)).clamp(0, 86_400);
    let from = env.now.checked_add(SignedDuration::from_secs(lag)).unwrap_or(env.now);
    state.identity.revoke(&user, &project, from, env.now);
    Ok(uncached(&json!({})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_is_held_to_its_challenge() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let hashed = Challenge { value: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(), hashed: true };
        assert!(fits(&hashed, verifier));
        assert!(!fits(&hashed, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(fits(&Challenge { value: verifier.into(), hashed: false }, verifier));
    }

    #[test]
    fn a_basic_header_is_decoded() {
        let header = format!("Basic {}", STANDARD.encode("an%3Aid:a%20secret:more"));
        assert_eq!(basic(&header), Some(("an:id".into(), "a secret:more".into())));
        for bad in ["Basic", "Basic !", "Bearer YTpi", "Basic YQ=="] {
            assert_eq!(basic(bad), None, "{bad}");
        }
    }
}
