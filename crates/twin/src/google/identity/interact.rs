//! The way of a person through sign-in: account chooser, warning, consent, back to the application.
//!
//! The pages carry the application's request with them, so a half-finished sign-in leaves nothing behind.

use super::super::Google;
use super::super::directory::{Publishing, User};
use super::authorize::{self, Ask, Shown};
use super::grants::{self, Code};
use super::{Done, pages, scopes};
use crate::core::answer::Answer;
use crate::core::call::{Call, Pairs};
use crate::core::digest::{hex, sha256};
use crate::core::env::Env;
use std::collections::BTreeSet;

const COOKIE: &str = "google_accounts_session";

/// What a browser is known by.
pub(super) struct Browser {
    pub cookie: String,
    fresh: bool,
    pub accounts: Vec<String>,
}

impl Browser {
    fn of(state: &Google, env: &Env<'_>) -> Self {
        let sent = env.call.cookie(COOKIE).filter(|value| value.len() == 43);
        let cookie = sent.map_or_else(|| env.house.random.token(43), str::to_owned);
        let session = state.identity.sessions.get(&cookie);
        let known = |id: &&String| state.directory.users.contains_key(*id);
        let accounts = session.map(|session| session.accounts.iter().filter(known).cloned().collect());
        Self { fresh: sent.is_none(), accounts: accounts.unwrap_or_default(), cookie }
    }

    /// What a form of this browser's pages carries.
    pub fn form_token(&self) -> String {
        hex(&sha256(format!("form {}", self.cookie).as_bytes())[..16])
    }

    fn finish(&self, env: &Env<'_>, answer: Answer) -> Answer {
        let answer = answer.with("cache-control", "no-store").with("x-frame-options", "DENY");
        if !self.fresh {
            return answer;
        }
        let secure = if env.house.surfaces.google_accounts.starts_with("https:") { "; Secure" } else { "" };
        answer
            .with("set-cookie", &format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.cookie))
    }
}

/// The application's request, as the pages carry it.
fn carried(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.0.iter()).finish()
}

fn consent_address(request: &str, account: &str, more: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("account", account)
        .extend_pairs(more)
        .append_pair("request", request)
        .finish();
    format!("/signin/consent?{query}")
}

fn request_of(call: &Call) -> Pairs {
    let mut pairs = call.query.clone();
    if call.method == http::Method::POST {
        pairs.0.extend(call.body.form().0);
    }
    pairs
}

/// `GET /o/oauth2/v2/auth`.
pub(super) fn begin(state: &mut Google, env: &mut Env<'_>) -> Done {
    let pairs = request_of(env.call);
    let ask = match authorize::read(state, env, &pairs) {
        Ok(ask) => ask,
        Err(shown) => return Ok(pages::shown(&shown)),
    };
    env.note.app.clone_from(&ask.client.id);
    let browser = Browser::of(state, env);
    let known = chosen(state, &ask, &browser);
    if ask.prompt.none {
        return Ok(silently(state, env, &ask, &browser, known));
    }
    let answer = match known.filter(|_| !ask.prompt.select_account) {
        Some(user) => Answer::redirect(&consent_address(&carried(&pairs), &user.id, &[])),
        None => pages::chooser(state, &ask, &browser, &carried(&pairs), ""),
    };
    Ok(browser.finish(env, answer))
}

/// The account that needs no chooser: the one that is hinted at or numbered, or the only one there is.
fn chosen(state: &Google, ask: &Ask, browser: &Browser) -> Option<User> {
    let signed_in: Vec<&User> =
        browser.accounts.iter().filter_map(|id| state.directory.users.get(id)).collect();
    if let Some(hint) = &ask.login_hint {
        let fits = |user: &&&User| user.id == *hint || user.email.eq_ignore_ascii_case(hint);
        return signed_in.iter().find(fits).map(|user| (*user).clone());
    }
    if let Some(number) = ask.authuser {
        return signed_in.get(number).map(|user| (*user).clone());
    }
    let mut fitting = signed_in.into_iter().filter(|user| in_domain(user, ask.hd.as_deref()));
    let first = fitting.next()?;
    fitting.next().is_none().then(|| first.clone())
}

/// Whether `hd` shows an account in the chooser. It binds nobody: any address can be typed.
pub(super) fn in_domain(user: &User, hd: Option<&str>) -> bool {
    match hd {
        None => true,
        Some("*") => user.domain.is_some(),
        Some(domain) => user.domain.as_deref() == Some(domain),
    }
}

/// `prompt=none`: no page may be needed.
fn silently(
    state: &mut Google,
    env: &mut Env<'_>,
    ask: &Ask,
    browser: &Browser,
    known: Option<User>,
) -> Answer {
    let back = |error: &str, env: &Env<'_>| Answer::redirect(&authorize::refusal(ask, env, error));
    let Some(user) = known else {
        let error = if browser.accounts.is_empty() { "login_required" } else { "interaction_required" };
        return back(error, env);
    };
    if let Err(shown) = authorize::admit(state, ask, &user) {
        return match shown.error {
            "account_disabled" => back("login_required", env),
            _ => refused(env, ask, &shown),
        };
    }
    if !ask.scopes.is_subset(&state.identity.consented(&user.id, &ask.client.project)) {
        return back("consent_required", env);
    }
    let granted = ask.scopes.clone();
    leave(state, env, ask, browser, &user, granted, None)
}

/// What is shown, or sent back when it is ordered so.
fn refused(env: &Env<'_>, ask: &Ask, shown: &Shown) -> Answer {
    if shown.error == "admin_policy_enforced" && env.behaves("google-admin-policy-redirected").is_some() {
        return Answer::redirect(&authorize::refusal(ask, env, shown.error));
    }
    pages::shown(shown)
}

/// `POST /signin/account`: somebody says who they are.
pub(super) fn account(state: &mut Google, env: &mut Env<'_>) -> Done {
    let form = env.call.body.form();
    let mut browser = Browser::of(state, env);
    if form.get("form") != Some(browser.form_token().as_str()) {
        return Ok(pages::stale_form());
    }
    let request = form.get("request").unwrap_or_default();
    let pairs = Pairs::parse(request);
    let ask = match authorize::read(state, env, &pairs) {
        Ok(ask) => ask,
        Err(shown) => return Ok(pages::shown(&shown)),
    };
    env.note.app.clone_from(&ask.client.id);
    let typed = form.filled("account").or_else(|| form.filled("email")).unwrap_or_default().trim();
    let Some(user) = state.directory.user(typed).cloned() else {
        let page = pages::chooser(state, &ask, &browser, request, "There is no account of this address.");
        return Ok(browser.finish(env, page));
    };
    env.note.user.clone_from(&user.id);
    if user.suspended {
        return Ok(pages::shown(&Shown::new(
            403,
            "account_disabled",
            "This account is disabled. Ask the administrator of your domain.",
        )));
    }
    let session = state.identity.sessions.entry(browser.cookie.clone()).or_default();
    if !session.accounts.contains(&user.id) {
        session.accounts.push(user.id.clone());
    }
    browser.accounts.clone_from(&session.accounts);
    let answer = Answer::see_other(&consent_address(request, &user.id, &[]));
    Ok(browser.finish(env, answer))
}

/// Who asks, and for whom; or what to answer at once.
struct Standing {
    browser: Browser,
    ask: Ask,
    user: User,
    request: String,
}

fn standing(state: &Google, env: &mut Env<'_>, pairs: &Pairs) -> Result<Standing, Box<Answer>> {
    let browser = Browser::of(state, env);
    let request = pairs.get("request").unwrap_or_default().to_owned();
    let ask = authorize::read(state, env, &Pairs::parse(&request))
        .map_err(|shown| Box::new(pages::shown(&shown)))?;
    let account = pairs.get("account").unwrap_or_default();
    let user = browser.accounts.iter().find(|id| *id == account).and_then(|id| state.directory.users.get(id));
    let Some(user) = user.cloned() else {
        let page = pages::chooser(state, &ask, &browser, &request, "Choose an account first.");
        return Err(Box::new(browser.finish(env, page)));
    };
    env.note.app.clone_from(&ask.client.id);
    env.note.user.clone_from(&user.id);
    env.note.tenant = user.domain.clone().unwrap_or_default();
    authorize::admit(state, &ask, &user).map_err(|shown| Box::new(refused(env, &ask, &shown)))?;
    Ok(Standing { browser, ask, user, request })
}

/// `GET /signin/consent`: the warning, the consent page, or straight back to the application.
pub(super) fn show_consent(state: &mut Google, env: &mut Env<'_>) -> Done {
    let Standing { browser, ask, user, request } = match standing(state, env, &env.call.query) {
        Ok(standing) => standing,
        Err(answer) => return Ok(*answer),
    };
    let before = state.identity.consented(&user.id, &ask.client.project);
    if ask.scopes.is_subset(&before) && !ask.prompt.consent {
        let granted = ask.scopes.clone();
        return Ok(leave(state, env, &ask, &browser, &user, granted, None));
    }
    let project = state.directory.projects.get(&ask.client.project);
    let testing = project.is_some_and(|project| project.publishing == Publishing::Testing);
    let beyond_login = ask.scopes.iter().any(|scope| !scopes::is_login(scope));
    let name = project.map(|project| project.name.clone()).unwrap_or_default();
    let answer = if testing && beyond_login && env.call.query.get("warned") != Some("1") {
        let further = consent_address(&request, &user.id, &[("warned", "1")]);
        pages::warning(&name, &user, &further, &authorize::refusal(&ask, env, "access_denied"))
    } else {
        let folders = if ask.picks { state.folders_of(&user.id, env.now) } else { Vec::new() };
        pages::consent(&name, &ask, &user, &before, &browser, &request, &folders)
    };
    Ok(browser.finish(env, answer))
}

/// `POST /signin/consent`: yes or no, and to what (G-23).
pub(super) fn consent(state: &mut Google, env: &mut Env<'_>) -> Done {
    let form = env.call.body.form();
    let Standing { browser, ask, user, .. } = match standing(state, env, &form) {
        Ok(standing) => standing,
        Err(answer) => return Ok(*answer),
    };
    if form.get("form") != Some(browser.form_token().as_str()) {
        return Ok(pages::stale_form());
    }
    let ticked: BTreeSet<&str> =
        form.0.iter().filter(|(name, _)| name == "scope").map(|(_, value)| value.as_str()).collect();
    let granted: BTreeSet<String> = ask
        .scopes
        .iter()
        .filter(|scope| scopes::is_login(scope) || ticked.contains(scope.as_str()))
        .cloned()
        .collect();
    if form.get("decision") != Some("allow") || granted.is_empty() {
        let back = authorize::refusal(&ask, env, "access_denied");
        return Ok(browser.finish(env, Answer::see_other(&back)));
    }
    let lifetime = form.filled("duration").and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0);
    state.identity.consent(&user.id, &ask.client.project, &granted);
    let mut picked = Vec::new();
    if ask.picks {
        let seen = state.folders_of(&user.id, env.now);
        let chosen = form.0.iter().filter(|(name, _)| name == "pick").map(|(_, id)| id);
        picked.extend(chosen.filter(|id| seen.iter().any(|(known, _)| known == *id)).cloned());
        for id in &picked {
            // What was just listed can be opened.
            let _ = state.opened_with(id, &ask.client.project, true);
        }
    }
    Ok(leave(
        state,
        env,
        &ask,
        &browser,
        &user,
        granted,
        Some(Consented { lifetime, picked: picked.join(",") }),
    ))
}

/// That the consent page was shown in this very sign-in.
struct Consented {
    lifetime: Option<i64>,
    /// The folders that were chosen, with commas between.
    picked: String,
}

/// Makes a code and goes back to the application. A refresh token will come with it when offline access was asked
/// for and the person was asked now (google.md 1.2).
fn leave(
    state: &mut Google,
    env: &mut Env<'_>,
    ask: &Ask,
    browser: &Browser,
    user: &User,
    mut granted: BTreeSet<String>,
    asked: Option<Consented>,
) -> Answer {
    if ask.include_granted {
        granted.extend(state.identity.consented(&user.id, &ask.client.project));
    }
    env.note.user.clone_from(&user.id);
    env.note.tenant = user.domain.clone().unwrap_or_default();
    let ordered = env.behaves("google-time-based-access").map(|value| value.as_i64().unwrap_or(3600));
    let lifetime = asked.as_ref().and_then(|consented| consented.lifetime).or(ordered);
    let code = Code {
        user: user.id.clone(),
        client: ask.client.id.clone(),
        project: ask.client.project.clone(),
        scopes: granted.clone(),
        redirect_uri: ask.redirect_uri.clone(),
        nonce: ask.nonce.clone(),
        challenge: ask.challenge.clone(),
        refresh: ask.offline && asked.is_some(),
        offline: ask.offline,
        lifetime,
        expires: env.now.checked_add(grants::CODE).unwrap_or(env.now),
    };
    let code = state.identity.issue_code(code, &env.house.random, env.now);
    let authuser = browser.accounts.iter().position(|id| *id == user.id).unwrap_or_default();
    let picked = asked.as_ref().map_or("", |consented| consented.picked.as_str());
    let to = authorize::success(ask, env, &code, &granted, user, authuser, (asked.is_some(), picked));
    let answer =
        if env.call.method == http::Method::POST { Answer::see_other(&to) } else { Answer::redirect(&to) };
    browser.finish(env, answer)
}

/// `GET /logout`: nobody is signed in in this browser any more. Applications keep what they were granted.
pub(super) fn logout(state: &mut Google, env: &mut Env<'_>) -> Done {
    if let Some(cookie) = env.call.cookie(COOKIE) {
        state.identity.sessions.remove(cookie);
    }
    Ok(pages::signed_out())
}
