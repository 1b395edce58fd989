//! The token endpoint (microsoft.md 1.4, 1.5; M-02 to M-05).

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::problem::{Problem, ordered};
use super::{Access, Declared, Done, Refresh, credentials, is_openid, pairwise, present_in, short};
use crate::core::answer::Answer;
use crate::core::call::Pairs;
use crate::core::digest::sha256;
use crate::core::env::Env;
use crate::microsoft::Microsoft;
use crate::microsoft::directory::{App, Consent, Tenant, User};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A refresh token dies after so much disuse, in microseconds: 90 days.
const IDLE: i64 = 90 * 86_400 * 1_000_000;
/// So many identical requests in five minutes are a client that runs in circles.
const CIRCLES: u32 = 60;

/// `POST /{tenant}/oauth2/v2.0/token`
pub fn token(state: &mut Microsoft, env: &mut Env<'_>) -> Done {
    let form = env.call.body.form();
    if let Some(id) = form.filled("client_id") {
        id.clone_into(&mut env.note.app);
    }
    ordered(env)?;
    let kind = form.get("grant_type").unwrap_or_default().to_owned();
    if !matches!(
        kind.as_str(),
        "authorization_code"
            | "refresh_token"
            | "client_credentials"
            | "urn:ietf:params:oauth:grant-type:jwt-bearer"
    ) {
        return Err(Problem::of(70003));
    }
    if state.directory.tenant(env.param("tenant")).is_none()
        && !matches!(env.param("tenant"), "common" | "organizations")
    {
        return Err(Problem::of(90002));
    }
    let app = credentials::client(state, env, &form)?;
    match kind.as_str() {
        "authorization_code" => by_code(state, env, &form, &app),
        "refresh_token" => by_refresh(state, env, &form, &app),
        "client_credentials" => by_itself(state, env, &form, &app),
        _ => on_behalf(state, env, &form, &app),
    }
}

fn scopes_of(form: &Pairs) -> BTreeSet<String> {
    form.get("scope").unwrap_or_default().split_whitespace().map(short).collect()
}

fn by_code(state: &mut Microsoft, env: &mut Env<'_>, form: &Pairs, app: &App) -> Done {
    let word = form.get("code").unwrap_or_default();
    let code = state.entra.codes.get_mut(word).filter(|code| code.app == app.client_id);
    let code = code.ok_or_else(|| Problem::of(70000).saying("The authorization code is malformed."))?;
    if code.used {
        return Err(Problem::of(54005));
    }
    if code.expires <= env.now.as_microsecond() {
        return Err(Problem::of(70008));
    }
    if code.at != env.param("tenant") {
        return Err(Problem::of(700_005));
    }
    if form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(Problem::of(50011));
    }
    if !proves(code.challenge.as_deref(), form.filled("code_verifier")) {
        return Err(Problem::of(501_481));
    }
    code.used = true;
    let code = code.clone();
    let wanted = scopes_of(form);
    let scopes =
        if wanted.is_empty() { code.scopes.clone() } else { code.scopes.union(&wanted).cloned().collect() };
    let tenant = state.directory.tenants.get(&code.tenant).ok_or_else(|| Problem::of(90002))?.clone();
    let user =
        tenant.users.get(&code.user).filter(|user| user.enabled).ok_or_else(|| Problem::of(50057))?.clone();
    let declared = declared([code.claims.as_deref(), form.get("claims")]);
    answer(state, env, app, &tenant, &user, &scopes, code.nonce.as_deref(), declared)
}

/// Whether a verifier fits the challenge (RFC 7636, section 4.6).
fn proves(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge.and_then(|text| text.split_once(' ')), verifier) {
        (None, None) => true,
        (Some(("S256", wanted)), Some(verifier)) => {
            URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())) == wanted
        }
        (Some((_, wanted)), Some(verifier)) => wanted == verifier,
        _ => false,
    }
}

/// What a client said in any of these `claims`: that it understands challenges (`cp1`), and which authentication contexts
/// it wants to see fulfilled.
pub(super) fn declared(claims: [Option<&str>; 2]) -> Declared {
    let mut declared = Declared::default();
    for claims in claims.into_iter().flatten() {
        let claims: Value = serde_json::from_str(claims).unwrap_or_default();
        let values = claims["access_token"]["xms_cc"]["values"].as_array();
        declared.continuous |=
            values.is_some_and(|values| values.iter().any(|value| value == "cp1" || value == "CP1"));
        declared.contexts.extend(claims["access_token"]["acrs"]["value"].as_str().map(str::to_owned));
    }
    declared
}

fn by_refresh(state: &mut Microsoft, env: &mut Env<'_>, form: &Pairs, app: &App) -> Done {
    let word = form.get("refresh_token").unwrap_or_default();
    let now = env.now.as_microsecond();
    let known = state.entra.refresh_tokens.get(word).filter(|known| known.app == app.client_id);
    let known = known
        .ok_or_else(|| Problem::of(70000).saying("The refresh token is malformed or not the client's."))?
        .clone();
    in_circles(state, &format!("{} {} {word}", app.client_id, form.get("scope").unwrap_or_default()), now)?;
    if now - known.used > IDLE {
        return Err(Problem::of(700_082));
    }
    let home = state.directory.tenants.get(&known.tenant).and_then(|tenant| tenant.users.get(&known.user));
    let home = home.ok_or_else(|| Problem::of(50034))?;
    if known.revoked || home.valid_from > known.issued {
        return Err(Problem::of(50173));
    }
    if !home.enabled {
        return Err(Problem::of(50057));
    }
    let at_home = home.home.clone().unwrap_or_else(|| (known.tenant.clone(), known.user.clone()));
    let wanted = if matches!(env.param("tenant"), "common" | "organizations") {
        known.tenant.clone()
    } else {
        env.param("tenant").to_owned()
    };
    let tenant = state.directory.tenant(&wanted).ok_or_else(|| Problem::of(90002))?.clone();
    let user = present_in(&state.directory, &tenant.id, (&at_home.0, &at_home.1))
        .ok_or_else(|| Problem::of(50020))?
        .clone();
    let Some(consent) = tenant.consents.get(&app.client_id) else { return Err(Problem::of(65001)) };
    let granted = granted(consent, &user);
    let scopes = scopes_of(form);
    let scopes = if scopes.is_empty() { granted.clone() } else { scopes };
    if scopes
        .iter()
        .any(|scope| !is_openid(scope) && !scope.ends_with(".default") && !granted.contains(scope))
        || granted.is_empty()
    {
        return Err(Problem::of(65001));
    }
    if let Some(used) = state.entra.refresh_tokens.get_mut(word) {
        used.used = now;
    }
    let mut scopes = scopes;
    // A refresh token gives another one, whatever was asked.
    scopes.insert("offline_access".to_owned());
    let declared = declared([form.get("claims"), None]);
    answer(state, env, app, &tenant, &user, &scopes, None, declared)
}

fn in_circles(state: &mut Microsoft, what: &str, now: i64) -> Result<(), Problem> {
    if state.entra.circles.len() > 10_000 {
        state.entra.circles.clear();
    }
    let (began, count) = state.entra.circles.entry(what.to_owned()).or_insert((now, 0));
    if now - *began > 300_000_000 {
        (*began, *count) = (now, 0);
    }
    *count += 1;
    if *count > CIRCLES { Err(Problem::of(50196)) } else { Ok(()) }
}

/// What a user has granted, or somebody for them.
fn granted(consent: &Consent, user: &User) -> BTreeSet<String> {
    let own = consent.by_user.get(&user.id).into_iter().flatten();
    consent.for_all.iter().chain(own).cloned().collect()
}

fn by_itself(state: &mut Microsoft, env: &mut Env<'_>, form: &Pairs, app: &App) -> Done {
    let tenant = state.directory.tenant(env.param("tenant")).ok_or_else(|| Problem::of(90010))?.clone();
    let scope = form.get("scope").unwrap_or_default();
    if scope.strip_suffix("/.default").is_some_and(|resource| resource != "https://graph.microsoft.com") {
        return Err(Problem::of(500_011));
    }
    if scope != "https://graph.microsoft.com/.default" {
        return Err(Problem::of(70011).saying("Use https://graph.microsoft.com/.default."));
    }
    let roles = tenant.consents.get(&app.client_id).map(|consent| consent.roles.clone()).unwrap_or_default();
    let Declared { continuous, contexts } = declared([form.get("claims"), None]);
    let seconds = if continuous { 86_399 } else { 3599 };
    let access = Access {
        tenant: tenant.id,
        user: None,
        app: app.client_id.clone(),
        scopes: BTreeSet::new(),
        roles,
        issued: env.now,
        expires: env.now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(env.now),
        continuous,
        contexts,
    };
    let token = state.entra.issue(access, &env.house.random);
    Ok(Answer::ok(&json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token }))
        .with("cache-control", "no-store, no-cache"))
}

fn on_behalf(state: &mut Microsoft, env: &mut Env<'_>, form: &Pairs, app: &App) -> Done {
    let given = state.entra.access(form.get("assertion").unwrap_or_default(), env.now).cloned();
    let given = given.filter(|_| form.get("requested_token_use") == Some("on_behalf_of"));
    let given =
        given.ok_or_else(|| Problem::of(70000).saying("The assertion is not a valid access token."))?;
    let tenant = state.directory.tenants.get(&given.tenant).ok_or_else(|| Problem::of(90002))?.clone();
    let user = given.user.as_ref().and_then(|id| tenant.users.get(id)).filter(|user| user.enabled);
    let user = user.ok_or_else(|| Problem::of(50057))?.clone();
    let wanted = scopes_of(form);
    let allowed =
        tenant.consents.get(&app.client_id).map(|consent| granted(consent, &user)).unwrap_or_default();
    if wanted
        .iter()
        .any(|scope| !is_openid(scope) && !scope.ends_with(".default") && !allowed.contains(scope))
    {
        return Err(Problem { error: "interaction_required", ..Problem::of(65001) });
    }
    let declared = Declared { continuous: given.continuous, contexts: given.contexts };
    answer(state, env, app, &tenant, &user, &wanted, None, declared)
}

/// The tokens of a user for an application.
#[expect(clippy::too_many_arguments, reason = "all of it goes into the tokens")]
fn answer(
    state: &mut Microsoft,
    env: &mut Env<'_>,
    app: &App,
    tenant: &Tenant,
    user: &User,
    scopes: &BTreeSet<String>,
    nonce: Option<&str>,
    Declared { continuous, contexts }: Declared,
) -> Done {
    tenant.id.clone_into(&mut env.note.tenant);
    user.id.clone_into(&mut env.note.user);
    let all = tenant.consents.get(&app.client_id).map(|consent| granted(consent, user)).unwrap_or_default();
    let content: BTreeSet<String> =
        all.iter().chain(scopes).filter(|scope| !scope.ends_with(".default")).cloned().collect();
    let seconds = if continuous { 86_399 } else { 3600 + env.house.random.below(1800) as i64 };
    let access = Access {
        tenant: tenant.id.clone(),
        user: Some(user.id.clone()),
        app: app.client_id.clone(),
        scopes: content.iter().filter(|scope| *scope != "offline_access").cloned().collect(),
        roles: BTreeSet::new(),
        issued: env.now,
        expires: env.now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(env.now),
        continuous,
        contexts,
    };
    let shown: Vec<&str> =
        content.iter().map(String::as_str).filter(|scope| *scope != "offline_access").collect();
    let mut body = json!({
        "token_type": "Bearer",
        "scope": shown.join(" "),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": state.entra.issue(access, &env.house.random),
        "client_info": URL_SAFE_NO_PAD.encode(json!({ "uid": user.id, "utid": tenant.id }).to_string()),
    });
    if seconds > 7200 {
        body["refresh_in"] = json!(seconds / 2);
    }
    if scopes.contains("offline_access") {
        let word = format!("1.{}", env.house.random.token(300));
        let now = env.now.as_microsecond();
        let refresh = Refresh {
            tenant: tenant.id.clone(),
            user: user.id.clone(),
            app: app.client_id.clone(),
            issued: now,
            used: now,
            revoked: false,
        };
        state.entra.refresh_tokens.insert(word.clone(), refresh);
        body["refresh_token"] = json!(word);
    }
    if scopes.contains("openid") {
        let claims = id_claims(state, env, app, tenant, user, scopes, nonce);
        body["id_token"] = json!(state.entra.keys.first().map(|key| key.sign(&claims)));
    }
    Ok(Answer::ok(&body).with("cache-control", "no-store, no-cache").with("pragma", "no-cache"))
}

/// The claims of an id token, version 2.0.
fn id_claims(
    state: &Microsoft,
    env: &Env<'_>,
    app: &App,
    tenant: &Tenant,
    user: &User,
    scopes: &BTreeSet<String>,
    nonce: Option<&str>,
) -> Value {
    let now = env.now.as_second();
    // The right key for the wrong tenant: only a client that compares issuer and tenant notices (M-02).
    let wrong = env.behaves("wrong-tid").and_then(|value| value.as_str().map(str::to_owned));
    let tid = wrong.unwrap_or_else(|| tenant.id.clone());
    let mut claims = json!({
        "aud": app.client_id,
        "iss": format!("{}/{}/v2.0", env.house.surfaces.microsoft_login, tenant.id),
        "iat": now, "nbf": now, "exp": now + 3900,
        "rh": format!("1.{}.", env.house.random.token(40)),
        "sid": env.house.random.uuid().to_string(),
        "sub": pairwise(&app.client_id, &user.id),
        "tid": tid,
        "uti": env.house.random.token(22),
        "ver": "2.0",
    });
    if scopes.contains("profile") {
        claims["oid"] = json!(user.id);
        claims["name"] = json!(user.display_name);
        let home = user.home.as_ref().and_then(|(at, id)| state.directory.tenants.get(at)?.users.get(id));
        claims["preferred_username"] =
            json!(home.map_or(&user.user_principal_name, |home| &home.user_principal_name));
        if let Some((at, _)) = &user.home {
            claims["idp"] = json!(format!("{}/{at}/v2.0", env.house.surfaces.microsoft_login));
        }
    }
    let forced = env.behaves("email-claim");
    let by_default = scopes.contains("email") && user.home.is_some();
    match (forced.as_ref().and_then(Value::as_str), &user.mail) {
        // Whatever an administrator of the attacker's own tenant wrote there (M-03).
        (Some(other), _) => claims["email"] = json!(other),
        (None, Some(mail)) if by_default || forced.is_some() => claims["email"] = json!(mail),
        _ => {}
    }
    optional_claims(state, app, tenant, user, &mut claims);
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    claims
}

/// The template id of the role Global Administrator (Microsoft Entra built-in roles).
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// The role everybody who is no guest has.
const USER: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/// Claims that the application's registration asks for (optional claims reference).
fn optional_claims(state: &Microsoft, app: &App, tenant: &Tenant, user: &User, claims: &mut Value) {
    let asked = |name: &str| app.optional_claims.iter().any(|claim| claim == name);
    if asked("wids") {
        claims["wids"] =
            json!(if user.administrator { vec![GLOBAL_ADMINISTRATOR, USER] } else { vec![USER] });
    }
    if asked("xms_edov") {
        let home = user.home.as_ref().and_then(|(at, _)| state.directory.tenants.get(at)).unwrap_or(tenant);
        let domain =
            claims["email"].as_str().and_then(|mail| mail.rsplit_once('@')).map(|(_, domain)| domain);
        if let Some(domain) = domain {
            claims["xms_edov"] = json!(home.domains.iter().any(|verified| verified == domain));
        }
    }
}
