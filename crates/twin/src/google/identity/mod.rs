//! Sign-in at Google: discovery, keys, authorize, token, revoke, userinfo.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

pub mod authorize;
pub mod claims;
pub mod grants;
mod interact;
pub mod keys;
mod orders;
mod pages;
pub mod scopes;
mod token;

use super::Google;
use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::{Env, House, Reply};
use crate::core::keys::SigningKey;
use crate::core::random::Random;
use crate::core::routes::{Met, Route, Table};
use crate::core::surfaces::Surface;
use grants::{Code, Grant, Session};
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Tokens and what stands behind them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Identity {
    access_tokens: BTreeMap<String, Access>,
    /// The first signs; the first two are published.
    #[serde(default)]
    keys: Vec<SigningKey>,
    #[serde(default)]
    codes: BTreeMap<String, Code>,
    /// By refresh token.
    #[serde(default)]
    grants: BTreeMap<String, Grant>,
    /// Refresh tokens of each user, oldest first.
    #[serde(default)]
    by_user: BTreeMap<String, Vec<String>>,
    /// Scopes by user and project.
    #[serde(default)]
    consents: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// By the cookie's value.
    #[serde(default)]
    sessions: BTreeMap<String, Session>,
}

/// What an access token grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The user's id.
    pub user: String,
    pub client: String,
    /// The project's number.
    pub project: String,
    /// In their long form.
    pub scopes: BTreeSet<String>,
    pub expires: Timestamp,
}

impl Identity {
    /// Nobody is signed in.
    pub fn new(house: &House) -> Self {
        Self { keys: vec![keys::new(house), keys::new(house)], ..Self::default() }
    }

    /// What a token grants now; nothing when it is unknown, expired or revoked.
    pub fn access(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access_tokens.get(token).filter(|access| access.expires > now)
    }

    /// Makes an access token of an hour without a browser.
    pub fn mint(
        &mut self,
        user: &str,
        client: &str,
        project: &str,
        scopes: &[&str],
        now: Timestamp,
        random: &Random,
    ) -> String {
        let expires = now.checked_add(SignedDuration::from_secs(grants::ACCESS_SECONDS)).unwrap_or(now);
        let access = Access {
            user: user.to_owned(),
            client: client.to_owned(),
            project: project.to_owned(),
            scopes: scopes.iter().map(|scope| scopes::long(scope)).collect(),
            expires,
        };
        self.issue_access(access, now, random)
    }
}

/// A refusal by the token endpoint and its neighbours: `{"error","error_description"}` (google.md 1.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    error: &'static str,
    description: String,
    subtype: Option<&'static str>,
}

impl Problem {
    fn new(status: u16, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into(), subtype: None }
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let mut body = json!({ "error": problem.error, "error_description": problem.description });
        if let Some(subtype) = problem.subtype {
            body["error_subtype"] = json!(subtype);
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        let answer = Self::json(status, &body).with("cache-control", "no-cache, no-store, max-age=0");
        // Only who sends a bearer token is challenged: the token endpoint tells clients in the body alone.
        if status == StatusCode::UNAUTHORIZED && problem.error == "invalid_request" {
            return answer.with("www-authenticate", "Bearer realm=\"https://accounts.google.com/\"");
        }
        answer
    }
}

type Done = Result<Answer, Problem>;

/// A handler.
pub type Handler = fn(&mut Google, &mut Env<'_>) -> Done;

fn line(method: Method, template: &'static str, operation: &'static str, handler: Handler) -> Route<Handler> {
    Route { method, template, operation, units: 0, handler }
}

static ACCOUNTS: LazyLock<Table<Handler>> = LazyLock::new(|| {
    let (get, post) = (Method::GET, Method::POST);
    Table::new(vec![
        line(get.clone(), "/.well-known/openid-configuration", "openid.discovery", keys::discovery),
        line(get.clone(), "/o/oauth2/v2/auth", "oauth2.authorize", interact::begin),
        line(post.clone(), "/o/oauth2/v2/auth", "oauth2.authorize", interact::begin),
        line(get.clone(), "/o/oauth2/auth", "oauth2.authorize", interact::begin),
        line(post.clone(), "/signin/account", "signin.account", interact::account),
        line(get.clone(), "/signin/consent", "signin.consent.show", interact::show_consent),
        line(post.clone(), "/signin/consent", "signin.consent", interact::consent),
        line(get.clone(), "/logout", "signin.logout", interact::logout),
        line(get, "/picture/{user}", "signin.picture", claims::picture),
        line(post, "/o/oauth2/revoke", "oauth2.revoke", token::revoke),
    ])
});

static APIS: LazyLock<Table<Handler>> = LazyLock::new(|| {
    let (get, post) = (Method::GET, Method::POST);
    Table::new(vec![
        line(get.clone(), "/oauth2/v3/certs", "oauth2.certs", keys::certs),
        line(post.clone(), "/token", "oauth2.token", token::token),
        line(post.clone(), "/oauth2/v4/token", "oauth2.token", token::token),
        line(post.clone(), "/revoke", "oauth2.revoke", token::revoke),
        line(get.clone(), "/v1/userinfo", "openid.userinfo", claims::userinfo),
        line(post.clone(), "/v1/userinfo", "openid.userinfo", claims::userinfo),
        line(get.clone(), "/oauth2/v3/userinfo", "openid.userinfo", claims::userinfo),
        line(post.clone(), "/oauth2/v3/userinfo", "openid.userinfo", claims::userinfo),
        line(get.clone(), "/oauth2/v2/userinfo", "oauth2.userinfo.get", claims::userinfo_v2),
        line(get.clone(), "/userinfo/v2/me", "oauth2.userinfo.v2.me.get", claims::userinfo_v2),
        line(get.clone(), "/tokeninfo", "oauth2.tokeninfo.v3", claims::tokeninfo),
        line(post.clone(), "/tokeninfo", "oauth2.tokeninfo.v3", claims::tokeninfo),
        line(get.clone(), "/oauth2/v3/tokeninfo", "oauth2.tokeninfo.v3", claims::tokeninfo),
        line(post.clone(), "/oauth2/v3/tokeninfo", "oauth2.tokeninfo.v3", claims::tokeninfo),
        line(get, "/oauth2/v2/tokeninfo", "oauth2.tokeninfo", claims::tokeninfo_v2),
        line(post, "/oauth2/v2/tokeninfo", "oauth2.tokeninfo", claims::tokeninfo_v2),
    ])
});

/// What is served at a host.
pub fn routes(surface: Surface) -> Option<&'static Table<Handler>> {
    match surface {
        Surface::GoogleAccounts => Some(&ACCOUNTS),
        Surface::GoogleApis => Some(&APIS),
        _ => None,
    }
}

fn find(call: &Call) -> Met<'static, Handler> {
    let method = if call.method == Method::HEAD { &Method::GET } else { &call.method };
    routes(call.surface).map_or(Met::Nothing, |table| table.find(method, &call.path))
}

/// The operation of a call and its cost; nothing when Google has no such route.
pub(crate) fn operation(call: &Call) -> Option<(&'static str, u32)> {
    match find(call) {
        Met::Route(route, _) => Some((route.operation, route.units)),
        _ => None,
    }
}

/// Handles a call about identity, or to a host that has nothing else.
pub(crate) fn serve(state: &mut Google, env: &mut Env<'_>) -> Reply<Google> {
    let answer = match find(env.call) {
        Met::Route(route, params) => {
            env.params = params;
            (route.handler)(state, env).unwrap_or_else(Answer::from)
        }
        Met::WrongMethod => pages::nothing_here(405, "Method Not Allowed"),
        Met::Nothing => pages::nothing_here(404, "Not Found"),
    };
    answer.into()
}
