//! The authorization request: its parameters, who may ask for what, and where refusals go (google.md 1.2, 1.3).

use super::super::Google;
use super::super::directory::{Client, Publishing, User};
use super::grants::Challenge;
use super::{keys, scopes};
use crate::core::call::Pairs;
use crate::core::env::Env;
use std::collections::BTreeSet;

/// A request that was found good.
#[derive(Debug, Clone)]
pub struct Ask {
    pub client: Client,
    pub redirect_uri: String,
    pub scopes: BTreeSet<String>,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub challenge: Option<Challenge>,
    pub offline: bool,
    pub prompt: Prompt,
    pub login_hint: Option<String>,
    pub hd: Option<String>,
    pub include_granted: bool,
    /// The number of the session's account.
    pub authuser: Option<usize>,
    /// Whether folders are to be chosen on the way (Google Picker for desktop applications, `trigger_onepick`).
    pub picks: bool,
}

/// What `prompt` asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prompt {
    pub none: bool,
    pub consent: bool,
    pub select_account: bool,
}

/// A refusal shown on Google's own page, never sent to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub status: u16,
    pub error: &'static str,
    pub words: String,
}

impl Shown {
    pub(super) fn new(status: u16, error: &'static str, words: impl Into<String>) -> Self {
        Self { status, error, words: words.into() }
    }
}

/// Reads a request. Whatever is wrong with it is shown, since nothing is known yet of where answers may go.
/// # Errors
/// What is wrong.
pub fn read(state: &Google, env: &Env<'_>, query: &Pairs) -> Result<Ask, Shown> {
    let invalid = |words: String| Shown::new(400, "invalid_request", words);
    if let Some((name, _)) = query.0.iter().find(|(name, _)| query.count(name) > 1) {
        return Err(invalid(format!("OAuth 2 parameters can only have a single value: {name}")));
    }
    if is_embedded(env.call.header("user-agent").unwrap_or_default()) {
        return Err(Shown::new(
            403,
            "disallowed_useragent",
            "This browser is embedded in an app; sign in with a browser of its own.",
        ));
    }
    let client = client(state, query)?;
    let redirect_uri = redirect(&client, query)?;
    match query.filled("response_type") {
        Some("code") => {}
        None => return Err(invalid("Required parameter is missing: response_type".to_owned())),
        Some("token" | "id_token" | "none") => {
            return Err(Shown::new(
                400,
                "unsupported_response_type",
                "Only response_type=code is served here.",
            ));
        }
        Some(other) => return Err(invalid(format!("Invalid response_type: {other}"))),
    }
    let scopes = scopes::read(
        query.filled("scope").ok_or_else(|| invalid("Missing required parameter: scope".to_owned()))?,
    );
    let unknown: Vec<&str> =
        scopes.iter().map(String::as_str).filter(|scope| !scopes::is_known(scope)).collect();
    if !unknown.is_empty() {
        let words = format!("Some requested scopes were invalid. {{invalid=[{}]}}", unknown.join(", "));
        return Err(Shown::new(400, "invalid_scope", words));
    }
    let offline = match query.filled("access_type") {
        None | Some("online") => false,
        Some("offline") => true,
        Some(other) => return Err(invalid(format!("Invalid access_type: {other}"))),
    };
    let picks = query.flag("trigger_onepick");
    let only = scopes.len() == 1 && scopes.iter().all(|s| s.ends_with("/auth/drive.file"));
    if picks && !only {
        return Err(invalid("The picker needs drive.file and no other scope.".to_owned()));
    }
    let owned = |name: &str| query.filled(name).map(str::to_owned);
    Ok(Ask {
        redirect_uri,
        scopes,
        state: query.get("state").map(str::to_owned),
        nonce: owned("nonce"),
        challenge: challenge(query)?,
        offline,
        prompt: prompt(query.get("prompt").unwrap_or_default())?,
        login_hint: owned("login_hint"),
        hd: owned("hd").map(|domain| domain.to_lowercase()),
        include_granted: query.flag("include_granted_scopes"),
        picks,
        authuser: query.filled("authuser").and_then(|number| number.parse().ok()),
        client,
    })
}

fn client(state: &Google, query: &Pairs) -> Result<Client, Shown> {
    let Some(id) = query.filled("client_id") else {
        return Err(Shown::new(400, "invalid_request", "Missing required parameter: client_id"));
    };
    match state.directory.clients.get(id) {
        None => Err(Shown::new(401, "invalid_client", "The OAuth client was not found.")),
        Some(client) if client.deleted => {
            Err(Shown::new(401, "deleted_client", "The OAuth client was deleted."))
        }
        Some(client) => Ok(client.clone()),
    }
}

/// The redirect must be a registered one, character for character.
fn redirect(client: &Client, query: &Pairs) -> Result<String, Shown> {
    let Some(uri) = query.filled("redirect_uri") else {
        return Err(Shown::new(400, "invalid_request", "Missing required parameter: redirect_uri"));
    };
    if client.redirect_uris.iter().any(|known| known == uri) {
        return Ok(uri.to_owned());
    }
    let words = format!("The redirect address of this request is not registered for the application: {uri}");
    Err(Shown::new(400, "redirect_uri_mismatch", words))
}

fn prompt(list: &str) -> Result<Prompt, Shown> {
    let mut prompt = Prompt::default();
    for word in list.split_whitespace() {
        match word {
            "none" => prompt.none = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            other => return Err(Shown::new(400, "invalid_request", format!("Invalid prompt: {other}"))),
        }
    }
    if prompt.none && (prompt.consent || prompt.select_account) {
        return Err(Shown::new(400, "invalid_request", "Invalid prompt: none stands alone"));
    }
    Ok(prompt)
}

fn challenge(query: &Pairs) -> Result<Option<Challenge>, Shown> {
    let invalid = |words: &str| Shown::new(400, "invalid_request", words);
    let method = query.filled("code_challenge_method");
    let Some(value) = query.filled("code_challenge") else {
        return match method {
            Some(_) => Err(invalid("Code challenge method must not be given without a code challenge.")),
            None => Ok(None),
        };
    };
    let hashed = match method {
        None | Some("plain") => false,
        Some("S256") => true,
        Some(_) => return Err(invalid("Invalid code_challenge_method")),
    };
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&value.len()) || !value.bytes().all(letters) {
        return Err(invalid("Invalid code_challenge"));
    }
    Ok(Some(Challenge { value: value.to_owned(), hashed }))
}

/// Whether a browser is one that sits inside an app.
fn is_embedded(agent: &str) -> bool {
    let apple = agent.contains("iPhone") || agent.contains("iPad");
    agent.contains("; wv)") || (apple && agent.contains("AppleWebKit/") && !agent.contains("Safari/"))
}

/// Whether an account may use the application at all.
/// # Errors
/// What is shown instead (G-22).
pub fn admit(state: &Google, ask: &Ask, user: &User) -> Result<(), Shown> {
    if user.suspended {
        return Err(Shown::new(
            403,
            "account_disabled",
            "This account is disabled. Ask the administrator of your domain.",
        ));
    }
    let Some(project) = state.directory.projects.get(&ask.client.project) else { return Ok(()) };
    if project.publishing == Publishing::Internal && user.domain != project.owner {
        let words =
            format!("{} can only be used by accounts of the organisation that owns it.", project.name);
        return Err(Shown::new(403, "org_internal", words));
    }
    let testers = project.test_users.as_ref().filter(|_| project.publishing == Publishing::Testing);
    if testers.is_some_and(|list| !list.iter().any(|known| known.eq_ignore_ascii_case(&user.email))) {
        let words =
            format!("{} is being tested and lets in only people whom its developers invited.", project.name);
        return Err(Shown::new(403, "access_denied", words));
    }
    let domain = user.domain.as_ref().and_then(|name| state.directory.domains.get(name));
    let blocked =
        |domain: &super::super::directory::Domain| domain.blocked_projects.contains(&project.number);
    if domain.is_some_and(blocked) {
        let words =
            format!("The administrator of your domain does not allow {} to see your data.", project.name);
        return Err(Shown::new(400, "admin_policy_enforced", words));
    }
    Ok(())
}

/// The address that a refusal is sent to.
pub fn refusal(ask: &Ask, env: &Env<'_>, error: &str) -> String {
    let mut pairs = vec![("error", error.to_owned())];
    if let Some(state) = &ask.state {
        pairs.insert(0, ("state", state.clone()));
    }
    if announces_issuer(ask, env) {
        pairs.push(("iss", keys::issuer(&env.house.surfaces).to_owned()));
    }
    address(&ask.redirect_uri, &pairs)
}

/// The address that a code is sent to.
pub fn success(
    ask: &Ask,
    env: &Env<'_>,
    code: &str,
    granted: &BTreeSet<String>,
    user: &User,
    authuser: usize,
    (asked, picked): (bool, &str),
) -> String {
    let mut pairs = Vec::new();
    if let Some(state) = &ask.state {
        pairs.push(("state", state.clone()));
    }
    if announces_issuer(ask, env) {
        pairs.push(("iss", keys::issuer(&env.house.surfaces).to_owned()));
    }
    pairs.push(("code", code.to_owned()));
    pairs.push(("scope", scopes::write(granted)));
    pairs.push(("authuser", authuser.to_string()));
    if let Some(domain) = &user.domain {
        pairs.push(("hd", domain.clone()));
    }
    pairs.push(("prompt", if asked { "consent" } else { "none" }.to_owned()));
    if !picked.is_empty() {
        pairs.push(("picked_file_ids", picked.to_owned()));
    }
    address(&ask.redirect_uri, &pairs)
}

/// Some callbacks carry `iss`, some do not (G-10).
fn announces_issuer(ask: &Ask, env: &Env<'_>) -> bool {
    match env.behaves("google-iss-in-callback") {
        Some(value) => value.as_bool().unwrap_or(true),
        None => ask.client.iss_in_callback,
    }
}

fn address(base: &str, pairs: &[(&str, String)]) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let joint = if base.contains('?') { '&' } else { '?' };
    format!("{base}{joint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_a_list_of_known_words() {
        assert_eq!(prompt(""), Ok(Prompt::default()));
        assert!(prompt("consent select_account").is_ok_and(|prompt| prompt.consent && prompt.select_account));
        for bad in ["login", "none consent", "none select_account"] {
            assert!(prompt(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn embedded_browsers_are_known_by_their_names() {
        assert!(is_embedded(
            "Mozilla/5.0 (Linux; Android 14; Pixel; wv) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"
        ));
        assert!(is_embedded("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605.1.15 Mobile/15E148"));
        assert!(!is_embedded(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1"
        ));
        assert!(!is_embedded("node"));
    }
}
