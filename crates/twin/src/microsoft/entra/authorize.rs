//! The authorization request (microsoft.md 1.2, 1.3).

use super::problem::Problem;
use super::{is_openid, short};
use crate::core::call::Pairs;
use crate::microsoft::Microsoft;
use crate::microsoft::directory::{App, Tenant};
use std::collections::BTreeSet;

/// A request that is well formed.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The tenant's word in the address.
    pub at: String,
    pub app: App,
    pub redirect_uri: String,
    pub scopes: BTreeSet<String>,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub mode: Mode,
    pub prompt: Option<String>,
    pub login_hint: Option<String>,
    pub domain_hint: Option<String>,
    pub claims: Option<String>,
}

/// How the answer goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// Reads a request. What is wrong with the client or its address is shown on a page and never sent anywhere.
/// # Errors
/// With the page's number.
pub fn read(state: &Microsoft, at: &str, pairs: &Pairs) -> Result<Ask, Problem> {
    let app = application(state, at, pairs.get("client_id").unwrap_or_default())?;
    let redirect_uri = pairs.filled("redirect_uri").ok_or_else(|| Problem::of(900_144).on_page())?;
    if !app.redirect_uris.iter().any(|known| same_address(known, redirect_uri)) {
        return Err(Problem::of(50011).on_page());
    }
    let challenge = pairs.filled("code_challenge").map(str::to_owned);
    let method = pairs.get("code_challenge_method").unwrap_or("plain");
    if challenge.as_ref().is_some_and(|text| !(43..=128).contains(&text.len()))
        || !matches!(method, "S256" | "plain")
    {
        return Err(Problem::of(50147).on_page());
    }
    Ok(Ask {
        at: at.to_owned(),
        app,
        redirect_uri: redirect_uri.to_owned(),
        scopes: pairs.get("scope").unwrap_or_default().split_whitespace().map(short).collect(),
        state: pairs.get("state").map(|text| text.replace(['<', '>'], "")),
        nonce: pairs.filled("nonce").map(str::to_owned),
        challenge: challenge.map(|text| format!("{method} {text}")),
        mode: match pairs.get("response_mode") {
            Some("form_post") => Mode::FormPost,
            Some("fragment") => Mode::Fragment,
            _ => Mode::Query,
        },
        prompt: pairs.filled("prompt").map(str::to_owned),
        login_hint: pairs.filled("login_hint").map(str::to_owned),
        domain_hint: pairs.filled("domain_hint").map(str::to_owned),
        claims: pairs.filled("claims").map(str::to_owned),
    })
}

/// What is wrong with a request that may be told to the client.
pub fn faults(ask: &Ask, pairs: &Pairs) -> Option<Problem> {
    match pairs.get("response_type") {
        Some("code") => {}
        Some(other) if other.contains("id_token") || other.contains("token") => {
            return Some(Problem::of(700_054));
        }
        _ => {
            return Some(
                Problem::of(900_144)
                    .saying("The request body must contain the following parameter: 'response_type'."),
            );
        }
    }
    let default = ask.scopes.iter().any(|scope| scope.ends_with(".default"));
    let others = ask.scopes.iter().any(|scope| !scope.ends_with(".default") && !is_openid(scope));
    if ask.scopes.is_empty()
        || (default && others)
        || ask.scopes.iter().any(|scope| matches!(scope.as_str(), "address" | "phone"))
    {
        return Some(Problem::of(70011));
    }
    // A hint names the account that the chooser is to be shown for: they cannot be combined.
    let contradicts = ask.prompt.as_deref() == Some("select_account") && ask.login_hint.is_some();
    contradicts.then(|| Problem::of(90014))
}

/// The application, when it may be used at this address.
/// # Errors
/// 700016, 50194, 7000112.
pub fn application(state: &Microsoft, at: &str, client_id: &str) -> Result<App, Problem> {
    let app = state.directory.apps.get(client_id).ok_or_else(|| Problem::of(700_016).on_page())?;
    if !app.enabled {
        return Err(Problem::of(7_000_112).on_page());
    }
    if app.multi_tenant {
        return Ok(app.clone());
    }
    match at {
        "common" | "organizations" => Err(Problem::of(50194).on_page()),
        other => match state.directory.tenant(other) {
            Some(tenant) if tenant.id == app.tenant => Ok(app.clone()),
            Some(_) => Err(Problem::of(700_016).on_page()),
            None => Err(Problem::of(90002).on_page()),
        },
    }
}

/// Whether a redirect address is a registered one: to the letter, but for the port of localhost.
fn same_address(known: &str, asked: &str) -> bool {
    if known == asked {
        return true;
    }
    let local = |address: &str| -> Option<String> {
        let rest = address.strip_prefix("http://localhost")?;
        let rest = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|letter: char| letter.is_ascii_digit()),
            None => rest,
        };
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
    };
    matches!((local(known), local(asked)), (Some(one), Some(two)) if one == two)
}

/// The tenant that a user signs in to: the address's own, or the one at home.
/// # Errors
/// 90002 when there is none.
pub fn resource_tenant<'a>(state: &'a Microsoft, at: &str, home: &str) -> Result<&'a Tenant, Problem> {
    let word = if matches!(at, "common" | "organizations") { home } else { at };
    state.directory.tenant(word).ok_or_else(|| Problem::of(90002).on_page())
}

/// Whether only an administrator may consent to a scope. Since 2025 that includes files and sites, unless the tenant
/// has another policy (microsoft.md 0.1).
pub fn needs_administrator(tenant: &Tenant, scope: &str) -> bool {
    if is_openid(scope)
        || matches!(
            scope,
            "User.Read" | "User.ReadBasic.All" | "Files.Read" | "Files.ReadWrite" | "Calendars.Read"
        )
    {
        return false;
    }
    let content = scope.starts_with("Files.") || matches!(scope, "Sites.Read.All" | "Sites.ReadWrite.All");
    !(content && tenant.users_may_consent)
}

#[cfg(test)]
mod tests {
    use super::same_address;

    #[test]
    fn redirect_addresses_are_compared_to_the_letter_but_for_localhosts_port() {
        for (known, asked, expected) in [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/CB", false),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("http://localhost:8080/cb", "http://localhost:9/cb", true),
            ("http://localhost/cb", "http://localhost:9/cb", true),
            ("http://localhost/cb", "http://localhost.evil.example/cb", false),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", false),
        ] {
            assert_eq!(same_address(known, asked), expected, "{known} {asked}");
        }
    }
}
