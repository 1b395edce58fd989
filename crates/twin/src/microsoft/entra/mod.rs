//! Entra ID v2.0: discovery, keys, authorize, token, consent, logout. The device flow, which discovery names as the
//! real one does, is not served: everybody who signs in here has a browser.

mod authorize;
mod credentials;
mod discovery;
mod orders;
mod pages;
mod problem;
mod token;
mod walk;

use super::Microsoft;
use super::directory::{Directory, User};
use super::error::Refusal;
use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::{Env, Reply};
use crate::core::keys::SigningKey;
use crate::core::random::Random;
use crate::core::routes::{Met, Route, Table};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Tokens and what stands behind them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Entra {
    access_tokens: BTreeMap<String, Access>,
    /// The first signs; all are published.
    keys: Vec<SigningKey>,
    /// Published with the issuer of personal accounts, and never used for others (M-01).
    consumer_key: Option<SigningKey>,
    codes: BTreeMap<String, Code>,
    refresh_tokens: BTreeMap<String, Refresh>,
    /// Who is signed in, by the cookie's value: tenant and object id, at home.
    sessions: BTreeMap<String, Vec<(String, String)>>,
    /// Ids of client assertions that were used, with the instant after which they may be forgotten.
    assertions: BTreeMap<String, i64>,
    /// Identical requests, to find a client that runs in circles: the window's beginning and how many there were.
    circles: BTreeMap<String, (i64, u32)>,
}

/// What an access token grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The tenant's id.
    pub tenant: String,
    /// The user's object id; absent for an application that acts for itself.
    pub user: Option<String>,
    /// The client id.
    pub app: String,
    /// Delegated scopes, short form: `Files.ReadWrite.All`.
    pub scopes: BTreeSet<String>,
    /// Application permissions.
    pub roles: BTreeSet<String>,
    pub issued: Timestamp,
    pub expires: Timestamp,
    /// Whether the client declared that it understands claims challenges (`cp1`).
    pub continuous: bool,
    /// Authentication contexts that were asked for when it was issued, and are fulfilled: `c1`.
    #[serde(default)]
    pub contexts: BTreeSet<String>,
}

/// What a client said about a token when it asked for it, in the parameter `claims`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Declared {
    continuous: bool,
    contexts: BTreeSet<String>,
}

/// An authorization code.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Code {
    /// The tenant's word in the address it was issued at.
    at: String,
    tenant: String,
    user: String,
    app: String,
    redirect_uri: String,
    scopes: BTreeSet<String>,
    nonce: Option<String>,
    challenge: Option<String>,
    claims: Option<String>,
    expires: i64,
    used: bool,
}

/// A refresh token: bound to a user and an application, not to a tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Refresh {
    /// The tenant it was issued in and the object id there.
    tenant: String,
    user: String,
    app: String,
    issued: i64,
    used: i64,
    revoked: bool,
}

impl Access {
    /// Whether a delegated scope or an application permission was granted.
    pub fn has(&self, name: &str) -> bool {
        self.scopes.contains(name) || self.roles.contains(name)
    }
}

impl Entra {
    /// Nobody is signed in.
    pub fn new() -> Self {
        let key = SigningKey::named_by_certificate;
        Self { keys: vec![key(), key()], consumer_key: Some(key()), ..Self::default() }
    }

    /// What a token grants now; nothing when it is unknown or expired.
    pub fn access(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access_tokens.get(token).filter(|access| access.expires > now)
    }

    /// Makes an access token of an hour and a quarter without a browser: for a user with scopes, or for an
    /// application with roles.
    pub fn mint(
        &mut self,
        tenant: &str,
        user: Option<&str>,
        app: &str,
        rights: &[&str],
        now: Timestamp,
        random: &Random,
    ) -> String {
        let rights: BTreeSet<String> = rights.iter().map(|right| short(right)).collect();
        let (scopes, roles) =
            if user.is_some() { (rights, BTreeSet::new()) } else { (BTreeSet::new(), rights) };
        let access = Access {
            tenant: tenant.to_owned(),
            user: user.map(str::to_owned),
            app: app.to_owned(),
            scopes,
            roles,
            issued: now,
            expires: now.checked_add(SignedDuration::from_secs(4500)).unwrap_or(now),
            continuous: false,
            contexts: BTreeSet::new(),
        };
        self.issue(access, random)
    }

    /// Makes a token one of a client that understands claims challenges, issued with these `claims`. For tokens that were
    /// made without the token endpoint.
    pub fn declare(&mut self, token: &str, claims: &str) {
        if let Some(access) = self.access_tokens.get_mut(token) {
            (access.continuous, access.contexts) = (true, token::declared([Some(claims), None]).contexts);
        }
    }

    fn issue(&mut self, access: Access, random: &Random) -> String {
        if self.access_tokens.len() > 100_000 {
            let now = access.issued;
            self.access_tokens.retain(|_, known| known.expires > now);
        }
        let token = format!("eyJ0eXAiOiJKV1Qi.{}.{}", random.token(400), random.token(86));
        self.access_tokens.insert(token.clone(), access);
        token
    }

    /// 401 with a claims challenge, for a client that understands it and whose user was cut off since (M-07).
    /// Without `cp1` a token lives until it expires.
    pub fn challenge(&self, directory: &Directory, access: &Access, env: &Env<'_>) -> Option<Refusal> {
        let user = access.user.as_ref().and_then(|id| directory.tenants.get(&access.tenant)?.users.get(id));
        let cut_off =
            user.is_some_and(|user| !user.enabled || user.valid_from > access.issued.as_microsecond());
        if !access.continuous {
            return None;
        }
        let ordered = env.behaves("cae-challenge");
        let context = ordered.as_ref().and_then(serde_json::Value::as_str);
        let claims = match context {
            Some(context) if !cut_off => {
                if access.contexts.contains(context) {
                    return None;
                }
                json!({ "access_token": { "acrs": { "essential": true, "value": context } } })
            }
            _ if cut_off || ordered.is_some() => {
                let since = access.issued.as_second() + 1;
                json!({ "access_token": { "nbf": { "essential": true, "value": since.to_string() } } })
            }
            _ => return None,
        };
        let claims = STANDARD.encode(claims.to_string());
        let header = format!(
            "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/v2.0/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", claims=\"{claims}\"",
            env.house.surfaces.microsoft_login
        );
        let message = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp.";
        Some(Refusal::new(401, "InvalidAuthenticationToken", message).with("www-authenticate", header))
    }
}

/// A scope without Graph's address in front.
fn short(scope: &str) -> String {
    scope.strip_prefix("https://graph.microsoft.com/").unwrap_or(scope).to_owned()
}

/// Whether a scope is one of OpenID Connect's, which need no resource.
fn is_openid(scope: &str) -> bool {
    matches!(scope, "openid" | "profile" | "email" | "offline_access")
}

type Done = Result<Answer, Problem>;
type Handler = fn(&mut Microsoft, &mut Env<'_>) -> Done;

static TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| {
    let line = |method, template, operation, handler: Handler| Route {
        method,
        template,
        operation,
        units: 0,
        handler,
    };
    let (get, post) = (Method::GET, Method::POST);
    Table::new(vec![
        line(
            get.clone(),
            "/{tenant}/v2.0/.well-known/openid-configuration",
            "entra.discovery",
            discovery::configuration,
        ),
        line(get.clone(), "/{tenant}/discovery/v2.0/keys", "entra.keys", discovery::keys),
        line(get.clone(), "/{tenant}/oauth2/v2.0/authorize", "entra.authorize", walk::begin),
        line(post.clone(), "/{tenant}/oauth2/v2.0/authorize", "entra.authorize", walk::begin),
        line(post.clone(), "/{tenant}/signin", "entra.signin", walk::go_on),
        line(get.clone(), "/{tenant}/v2.0/adminconsent", "entra.adminconsent", walk::begin_admin_consent),
        line(post, "/{tenant}/oauth2/v2.0/token", "entra.token", token::token),
        line(get.clone(), "/{tenant}/oauth2/v2.0/logout", "entra.logout", walk::logout),
        line(get, "/", "entra.home", walk::home),
    ])
});

/// The operation of a call and its cost; nothing when Entra has no such route.
pub(crate) fn operation(call: &Call) -> Option<(&'static str, u32)> {
    match TABLE.find(&call.method, &call.path) {
        Met::Route(route, _) => Some((route.operation, route.units)),
        _ => None,
    }
}

/// Handles a call to Entra.
pub(crate) fn serve(state: &mut Microsoft, env: &mut Env<'_>) -> Reply<Microsoft> {
    let (handler, params) = match TABLE.find(&env.call.method, &env.call.path) {
        Met::Route(route, params) => (route.handler, params),
        Met::WrongMethod => return Answer::empty(StatusCode::METHOD_NOT_ALLOWED).into(),
        Met::Nothing => return pages::nothing().into(),
    };
    env.params = params;
    handler(state, env).unwrap_or_else(|problem| problem.answer(env)).into()
}

/// `GET {graph}/oidc/userinfo`
pub(crate) fn user_info(state: &Microsoft, env: &Env<'_>) -> Result<Answer, Refusal> {
    let access = env.call.bearer().and_then(|token| state.entra.access(token, env.now));
    let access = access.filter(|access| access.scopes.contains("openid") || access.user.is_some());
    let found = access.and_then(|access| {
        let user = state.directory.tenants.get(&access.tenant)?.users.get(access.user.as_ref()?)?;
        Some((access, user))
    });
    let (access, user) =
        found.ok_or_else(|| super::graph::access::unauthenticated(env.call.bearer().is_some()))?;
    let mut claims = json!({
        "sub": pairwise(&access.app, &user.id), "name": user.display_name,
        "given_name": user.given_name, "family_name": user.surname,
        "picture": format!("{}/v1.0/me/photo/$value", env.house.surfaces.graph),
    });
    if let Some(mail) = &user.mail {
        claims["email"] = json!(mail);
    }
    Ok(Answer::ok(&claims))
}

/// The subject that only one application knows a user by.
fn pairwise(app: &str, user: &str) -> String {
    let digest = crate::core::digest::sha256(format!("{app} {user}").as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}

/// The user of a tenant that somebody at home in another is there, or the one at home.
fn present_in<'a>(directory: &'a Directory, tenant: &str, home: (&str, &str)) -> Option<&'a User> {
    let tenant = directory.tenants.get(tenant)?;
    if tenant.id == home.0 {
        return tenant.users.get(home.1);
    }
    tenant.users.values().find(|user| user.home.as_ref().is_some_and(|(at, id)| at == home.0 && id == home.1))
}
