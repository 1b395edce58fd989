//! The way of a person through sign-in: account, second factor, consent, back to the application.
//!
//! The pages carry the application's request with them, so a half-finished sign-in leaves nothing behind.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::authorize::{self, Ask, Mode};
use super::pages::Chooser;
use super::problem::Problem;
use super::{Code, Done, is_openid, pages, present_in};
use crate::core::answer::Answer;
use crate::core::call::Pairs;
use crate::core::digest::{hex, sha256};
use crate::core::env::Env;
use crate::microsoft::Microsoft;
use crate::microsoft::directory::{CONSUMERS, Tenant, User};
use http::Method;
use std::collections::BTreeSet;

const COOKIE: &str = "entra_session";
const NO_ACCOUNT: &str = "We could not find an account with that name. (AADSTS50034)";
/// How long a code is good, in microseconds: ten minutes.
const CODE_LIFE: i64 = 600_000_000;

/// A browser, by its cookie.
#[derive(Debug, Clone)]
pub struct Browser {
    cookie: String,
    fresh: bool,
}

impl Browser {
    fn of(env: &Env<'_>) -> Self {
        let sent = env.call.cookie(COOKIE).filter(|value| value.len() == 43);
        Self { fresh: sent.is_none(), cookie: sent.map_or_else(|| env.house.random.token(43), str::to_owned) }
    }

    /// What a form of this browser's pages carries, so that no other site can press its buttons.
    pub fn form_token(&self) -> String {
        hex(&sha256(format!("form {}", self.cookie).as_bytes())[..16])
    }

    fn finish(&self, env: &Env<'_>, answer: Answer) -> Answer {
        let answer = answer.with("cache-control", "no-store, no-cache").with("x-frame-options", "DENY");
        if !self.fresh {
            return answer;
        }
        let secure = if env.house.surfaces.microsoft_login.starts_with("https:") { "; Secure" } else { "" };
        answer
            .with("set-cookie", &format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.cookie))
    }
}

/// What a page carries of the application's request.
fn carried(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.0.iter()).finish()
}

/// `GET /{tenant}/oauth2/v2.0/authorize`
pub fn begin(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let mut pairs = env.call.query.clone();
    if env.call.method == Method::POST {
        pairs.0.extend(env.call.body.form().0);
    }
    let ask = authorize::read(state, env.param("tenant"), &pairs)?;
    env.note.app.clone_from(&ask.app.client_id);
    if let Some(problem) = authorize::faults(&ask, &pairs) {
        return Ok(back_with(env, &ask, &problem));
    }
    let browser = Browser::of(env);
    let known = signed_in(state, &browser, &ask);
    let fresh = matches!(ask.prompt.as_deref(), Some("login" | "select_account"));
    let answer = match known.filter(|_| !fresh) {
        Some(home) => decide(state, env, &ask, &pairs, &browser, &home, &Steps::default())?,
        None if ask.prompt.as_deref() == Some("none") => back_with(env, &ask, &Problem::of(50058)),
        None => {
            let accounts = accounts(state, &browser);
            pages::account(&ask, &browser, &carried(&pairs), &chooser(state, &accounts, "", false))
        }
    };
    Ok(browser.finish(env, answer))
}

/// The account that needs no chooser: the hinted one, or the only one that is signed in.
fn signed_in(state: &Microsoft, browser: &Browser, ask: &Ask) -> Option<(String, String)> {
    let all = state.entra.sessions.get(&browser.cookie)?;
    if let Some(hint) = &ask.login_hint {
        let called = |home: &&(String, String)| {
            present_in(&state.directory, &home.0, (&home.0, &home.1)).is_some_and(|user| user.is_called(hint))
        };
        return all.iter().find(called).cloned();
    }
    match all.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// How many people of the world a chooser offers beside those who are signed in.
const OFFERED: usize = 12;

/// Who may be chosen on a page.
fn chooser<'a>(state: &Microsoft, accounts: &'a [User], message: &'a str, another: bool) -> Chooser<'a> {
    let people = state.directory.tenants.values().flat_map(|tenant| tenant.users.values());
    let known = |user: &User| accounts.iter().any(|account| account.id == user.id);
    let others = people.filter(|user| user.enabled && user.home.is_none() && !known(user));
    Chooser { accounts, others: others.take(OFFERED).cloned().collect(), message, another }
}

fn accounts(state: &Microsoft, browser: &Browser) -> Vec<User> {
    let all = state.entra.sessions.get(&browser.cookie).map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|home| present_in(&state.directory, &home.0, (&home.0, &home.1)).cloned()).collect()
}

/// How far a person has come.
#[derive(Debug, Clone, Default)]
struct Steps {
    second_factor: bool,
    consent: Option<Consent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consent {
    Mine,
    Everybody,
    Declined,
}

/// `POST /{tenant}/signin`: a form of one of the pages.
pub fn go_on(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let form = env.call.body.form();
    let browser = Browser::of(env);
    if browser.fresh || form.get("token") != Some(browser.form_token().as_str()) {
        return Err(Problem::of(9_002_313)
            .saying("The page is too old. Go back to the application and begin again.")
            .on_page());
    }
    let pairs = Pairs::parse(form.get("request").unwrap_or_default());
    if form.get("purpose") == Some("adminconsent") {
        return admin_consent(state, env, &pairs, &form, &browser);
    }
    let ask = authorize::read(state, env.param("tenant"), &pairs)?;
    env.note.app.clone_from(&ask.app.client_id);
    let login = form.get("login").unwrap_or_default().trim().to_owned();
    let known = accounts(state, &browser);
    if form.get("another").is_some() {
        let page = pages::account(&ask, &browser, &carried(&pairs), &chooser(state, &known, "", true));
        return Ok(browser.finish(env, page));
    }
    let Some((tenant, user)) = state.directory.find_user(&login) else {
        let chooser = chooser(state, &known, NO_ACCOUNT, false);
        return Ok(browser.finish(env, pages::account(&ask, &browser, &carried(&pairs), &chooser)));
    };
    let home = (tenant.id.clone(), user.id.clone());
    let steps = Steps {
        second_factor: form.get("second_factor") == Some("done"),
        consent: match form.get("consent") {
            Some("mine") => Some(Consent::Mine),
            Some("everybody") => Some(Consent::Everybody),
            Some("declined") => Some(Consent::Declined),
            _ => None,
        },
    };
    let answer = decide(state, env, &ask, &pairs, &browser, &home, &steps)?;
    Ok(browser.finish(env, answer))
}

/// What comes next for somebody who said who they are.
fn decide(
    state: &mut Microsoft,
    env: &Env<'_>,
    ask: &Ask,
    pairs: &Pairs,
    browser: &Browser,
    home: &(String, String),
    steps: &Steps,
) -> Result<Answer, Problem> {
    let silent = ask.prompt.as_deref() == Some("none");
    if matches!(ask.at.as_str(), "consumers" | CONSUMERS) {
        return Err(Problem::of(50020).on_page());
    }
    let tenant = authorize::resource_tenant(state, &ask.at, &home.0)?.clone();
    let Some(user) = present_in(&state.directory, &tenant.id, (&home.0, &home.1)).cloned() else {
        return Err(Problem::of(50020).on_page());
    };
    if !user.enabled {
        return Err(Problem::of(50057).on_page());
    }
    if !ask.app.multi_tenant && ask.app.tenant != tenant.id {
        return Err(Problem::of(700_016).on_page());
    }
    // What the pages carry on: the name at home, which is the same at every tenant's address.
    let at_home = present_in(&state.directory, &home.0, (&home.0, &home.1));
    let login = at_home.map(|user| user.user_principal_name.clone()).unwrap_or_default();
    let known = state.entra.sessions.get(&browser.cookie).is_some_and(|all| all.contains(home));
    if user.second_factor && !known && !steps.second_factor {
        return Ok(pages::second_factor(ask, browser, &carried(pairs), &user, &login));
    }
    if !known {
        state.entra.sessions.entry(browser.cookie.clone()).or_default().push(home.clone());
    }
    let missing = missing(&tenant, &user, ask);
    let asked_again = ask.prompt.as_deref() == Some("consent") && steps.consent.is_none();
    if !missing.is_empty() || asked_again {
        let blocked =
            !user.administrator && missing.iter().any(|scope| authorize::needs_administrator(&tenant, scope));
        match steps.consent {
            Some(_) if blocked => return Ok(back_with(env, ask, &Problem::of(90094))),
            Some(Consent::Declined) => return Ok(back_with(env, ask, &Problem::of(65004))),
            Some(choice) => {
                consent(state, &tenant.id, &user.id, ask, choice == Consent::Everybody && user.administrator);
            }
            None if silent => {
                return Ok(back_with(
                    env,
                    ask,
                    &Problem { error: "interaction_required", ..Problem::of(65001) },
                ));
            }
            None => {
                return Ok(pages::consent(ask, browser, &carried(pairs), &tenant, &user, &missing, &login));
            }
        }
    }
    Ok(leave(state, env, ask, &tenant, &user))
}

/// Scopes that nobody has consented to yet.
fn missing(tenant: &Tenant, user: &User, ask: &Ask) -> BTreeSet<String> {
    let consent = tenant.consents.get(&ask.app.client_id);
    let granted = |scope: &String| {
        consent.is_some_and(|consent| {
            consent.for_all.contains(scope)
                || consent.by_user.get(&user.id).is_some_and(|own| own.contains(scope))
        })
    };
    // A consent to anything covers the scopes of OpenID Connect.
    let any =
        consent.is_some_and(|consent| !consent.for_all.is_empty() || consent.by_user.contains_key(&user.id));
    ask.scopes
        .iter()
        .filter(|scope| !(scope.ends_with(".default") || granted(scope) || (any && is_openid(scope))))
        .cloned()
        .collect()
}

fn consent(state: &mut Microsoft, tenant: &str, user: &str, ask: &Ask, everybody: bool) {
    let Some(tenant) = state.directory.tenants.get_mut(tenant) else { return };
    let consent = tenant.consents.entry(ask.app.client_id.clone()).or_default();
    let set =
        if everybody { &mut consent.for_all } else { consent.by_user.entry(user.to_owned()).or_default() };
    set.extend(ask.scopes.iter().cloned());
    // `.default` stands for all that the application is registered for.
    if ask.scopes.iter().any(|scope| scope.ends_with(".default")) {
        set.extend(ask.app.permissions.iter().cloned());
    }
}

/// Back to the application with a code.
fn leave(state: &mut Microsoft, env: &Env<'_>, ask: &Ask, tenant: &Tenant, user: &User) -> Answer {
    let code = format!("1.{}", env.house.random.token(180));
    let made = Code {
        at: ask.at.clone(),
        tenant: tenant.id.clone(),
        user: user.id.clone(),
        app: ask.app.client_id.clone(),
        redirect_uri: ask.redirect_uri.clone(),
        scopes: ask.scopes.clone(),
        nonce: ask.nonce.clone(),
        challenge: ask.challenge.clone(),
        claims: ask.claims.clone(),
        expires: env.now.as_microsecond() + CODE_LIFE,
        used: false,
    };
    let now = env.now.as_microsecond();
    state.entra.codes.retain(|_, known| known.expires + 3_600_000_000 > now);
    state.entra.codes.insert(code.clone(), made);
    let session = env.house.random.uuid().to_string();
    back(ask, &[("code", &code), ("session_state", &session)])
}

/// Back to the application with a refusal.
fn back_with(env: &Env<'_>, ask: &Ask, problem: &Problem) -> Answer {
    let description = problem.description(env);
    back(ask, &[("error", problem.error), ("error_description", &description)])
}

/// Back to the application, as it asked: in the query, in the fragment, or in a form (M-08).
fn back(ask: &Ask, pairs: &[(&str, &str)]) -> Answer {
    let mut pairs: Vec<(&str, &str)> = pairs.to_vec();
    if let Some(state) = &ask.state {
        pairs.push(("state", state));
    }
    if ask.mode == Mode::FormPost {
        return pages::form_post(&ask.redirect_uri, &pairs);
    }
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mut address = ask.redirect_uri.clone();
    // An address without a path comes back with one.
    if address.split_once("://").is_some_and(|(_, rest)| !rest.contains('/')) {
        address.push('/');
    }
    let mark = match (ask.mode, address.contains('?')) {
        (Mode::Fragment, _) => '#',
        (_, true) => '&',
        _ => '?',
    };
    Answer::redirect(&format!("{address}{mark}{text}"))
}

/// `GET /{tenant}/v2.0/adminconsent`
pub fn begin_admin_consent(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let pairs = env.call.query.clone();
    admin_ask(state, env, &pairs)?;
    let browser = Browser::of(env);
    let known = accounts(state, &browser);
    let chooser = chooser(state, &known, "", false);
    let page = pages::admin_account(env.param("tenant"), &browser, &carried(&pairs), &chooser);
    Ok(browser.finish(env, page))
}

fn admin_ask(state: &Microsoft, env: &Env<'_>, pairs: &Pairs) -> Result<Ask, Problem> {
    let at = env.param("tenant");
    if at == "common" || at == "consumers" {
        return Err(Problem::of(90002).saying("Use the tenant's own address, or /organizations.").on_page());
    }
    authorize::read(state, at, pairs)
}

/// The form of an administrator who consents, or does not.
fn admin_consent(
    state: &mut Microsoft,
    env: &mut Env<'_>,
    pairs: &Pairs,
    form: &Pairs,
    browser: &Browser,
) -> Done {
    let ask = admin_ask(state, env, pairs)?;
    let login = form.get("login").unwrap_or_default().trim().to_owned();
    let found = state.directory.find_user(&login).map(|(tenant, user)| (tenant.id.clone(), user.clone()));
    let another = form.get("another").is_some();
    let Some((home, user)) = found else {
        let known = accounts(state, browser);
        let message = if another { "" } else { NO_ACCOUNT };
        let chooser = chooser(state, &known, message, another);
        return Ok(browser.finish(env, pages::admin_account(&ask.at, browser, &carried(pairs), &chooser)));
    };
    let tenant = authorize::resource_tenant(state, &ask.at, &home)?.clone();
    if present_in(&state.directory, &tenant.id, (&home, &user.id))
        .is_none_or(|there| !there.administrator || !there.enabled)
    {
        return Err(Problem::of(90094).saying("Only an administrator can give this consent.").on_page());
    }
    let answer = match form.get("consent") {
        Some("everybody") => {
            let scopes = ask.scopes.iter().cloned().collect::<Vec<_>>().join(" ");
            consent(state, &tenant.id, &user.id, &ask, true);
            // The tenant in this address can be forged; nobody should believe it (M-06).
            let forged =
                env.behaves("forged-admin-consent").and_then(|value| value.as_str().map(str::to_owned));
            back(
                &ask,
                &[
                    ("admin_consent", "True"),
                    ("tenant", forged.as_deref().unwrap_or(&tenant.id)),
                    ("scope", &scopes),
                ],
            )
        }
        Some("declined") => back(
            &ask,
            &[
                ("error", "access_denied"),
                ("error_description", &Problem::of(65004).description(env)),
                ("admin_consent", "True"),
            ],
        ),
        _ => pages::admin_consent(&ask, browser, &carried(pairs), &tenant, &user),
    };
    Ok(browser.finish(env, answer))
}

/// `GET /{tenant}/oauth2/v2.0/logout`
pub fn logout(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let browser = Browser::of(env);
    let hint = env.call.query.filled("logout_hint");
    if let Some(all) = state.entra.sessions.get_mut(&browser.cookie) {
        let directory = &state.directory;
        all.retain(|home| {
            hint.is_some_and(|hint| {
                present_in(directory, &home.0, (&home.0, &home.1)).is_some_and(|user| !user.is_called(hint))
            })
        });
    }
    let to = env.call.query.filled("post_logout_redirect_uri");
    let known = to.filter(|to| {
        state
            .directory
            .apps
            .values()
            .any(|app| app.redirect_uris.iter().any(|known| to.starts_with(origin(known))))
    });
    Ok(match known {
        Some(to) => Answer::redirect(to),
        None => pages::signed_out(),
    })
}

fn origin(address: &str) -> &str {
    let rest = address.find("://").map_or(0, |at| at + 3);
    address[rest..].find('/').map_or(address, |at| &address[..rest + at])
}

/// The front page: who is signed in.
pub fn home(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let browser = Browser::of(env);
    Ok(browser.finish(env, pages::home(&accounts(state, &browser))))
}
