//! What the tests do again and again: signing in, connecting, asking for a token.

use domain::connections::Purpose;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::login::{Installation, Jar, LOGIN, Page, Pushed, Stage, claims};

/// Where the twin's Google signs people in.
pub const AT_GOOGLE: &str = "google-accounts.test";
/// Where the twin's Entra signs people in.
pub const AT_MICROSOFT: &str = "microsoft-login.test";

/// Types an address on the login page's form and goes through whatever the provider asks.
pub async fn type_address(jar: &mut Jar, stage: &Stage, page: &Page, address: &str) -> Page {
    let page = jar.press(stage, page, "name=\"email\"", &[("email", address)]).await;
    through(jar, stage, page, address).await
}

/// Whatever a provider asks on the way; everything is granted.
pub async fn through(jar: &mut Jar, stage: &Stage, mut page: Page, address: &str) -> Page {
    for _ in 0..8 {
        if page.url.contains(AT_MICROSOFT) {
            if page.text.contains("Need admin approval") || !page.text.contains("<button") {
                return page;
            }
            page = jar.press(stage, &page, "<button", &[("login", address)]).await;
        } else if page.url.contains(AT_GOOGLE) {
            page = if page.text.contains("name=\"decision\"") {
                jar.press(stage, &page, "name=\"decision\"", &[("decision", "allow")]).await
            } else {
                jar.press(stage, &page, "name=\"email\"", &[("email", address)]).await
            };
        } else {
            return page;
        }
    }
    panic!("still at {}:\n{}", page.url, page.text);
}

/// A fresh browser at an installation's request, still at the login page's form.
pub async fn at_the_form(stage: &Stage, crm: &Installation, jar: &mut Jar) -> (Pushed, Page) {
    let pushed = crm.push(stage, &[]).await;
    let page = jar.go(stage, &pushed.url).await;
    assert!(page.url.starts_with(LOGIN) && page.status == StatusCode::OK, "{}\n{}", page.url, page.text);
    (pushed, page)
}

/// Somebody is back at the installation: its state fits, the code is redeemed. The statement's claims.
pub async fn arrived(stage: &Stage, crm: &Installation, pushed: &Pushed, page: &Page) -> Value {
    assert!(page.url.starts_with(&crm.redirect), "{}\n{}", page.url, page.text);
    assert_eq!(page.query("state").as_deref(), Some(pushed.state.as_str()), "{}", page.url);
    assert_eq!(page.query("iss").as_deref(), Some(LOGIN));
    let code = page.query("code").unwrap_or_else(|| panic!("no code: {}", page.url));
    let heard = crm.redeem(stage, &code, &pushed.verifier).await;
    assert_eq!(heard.status, StatusCode::OK, "{:?}", heard.json);
    let claims = claims(&heard.json["id_token"]);
    assert_eq!(
        (claims["aud"].as_str(), claims["nonce"].as_str()),
        (Some(crm.key.as_str()), Some(pushed.nonce.as_str()))
    );
    claims
}

/// Signs somebody in at an installation.
pub async fn sign_in(stage: &Stage, crm: &Installation, jar: &mut Jar, address: &str) -> Value {
    let (pushed, page) = at_the_form(stage, crm, jar).await;
    let page = type_address(jar, stage, &page, address).await;
    arrived(stage, crm, &pushed, &page).await
}

/// Goes to a provider to connect, and as far as it leads.
pub async fn connect(
    stage: &Stage,
    crm: &Installation,
    jar: &mut Jar,
    (purpose, provider): (Purpose, &str),
    address: &str,
    more: &[(&str, &str)],
) -> (Pushed, Page) {
    let mut fields = vec![("purpose", purpose.as_str()), ("provider", provider)];
    fields.extend_from_slice(more);
    let pushed = crm.push(stage, &fields).await;
    let page = jar.go(stage, &pushed.url).await;
    let page = jar.press(stage, &page, "Go on at", &[]).await;
    (pushed, through(jar, stage, page, address).await)
}

/// The system user is connected at Google. The connection's id.
pub async fn system_user(stage: &Stage, crm: &Installation) -> String {
    let ask = (Purpose::SystemUserConnect, "google");
    let mut jar = Jar::default();
    let (pushed, page) = connect(stage, crm, &mut jar, ask, "documents@solsiden.example", &[]).await;
    connection_of(&arrived(stage, crm, &pushed, &page).await)
}

/// A person of Nordlys is connected at Microsoft. The connection's id and the person's handle.
pub async fn user(stage: &Stage, crm: &Installation, jar: &mut Jar) -> (String, String) {
    let ask = (Purpose::UserConnect, "microsoft");
    let (pushed, page) = connect(stage, crm, jar, ask, "liv@nordlys.example", &[]).await;
    let claims = arrived(stage, crm, &pushed, &page).await;
    (connection_of(&claims), claims["sub"].as_str().unwrap().to_owned())
}

/// The id of the connection a statement tells of.
pub fn connection_of(claims: &Value) -> String {
    assert_eq!(claims["connection"]["state"], "active", "{claims}");
    claims["connection"]["id"].as_str().unwrap().to_owned()
}

/// A connection as its installation sees it.
pub async fn shown(stage: &Stage, crm: &Installation, id: &str) -> Value {
    crm.manage(stage, Method::GET, &format!("/manage/connections/{id}"), None).await.json
}

/// The installation's audit records, the newest first.
pub async fn records(stage: &Stage, crm: &Installation) -> Vec<Value> {
    let heard = crm.manage(stage, Method::GET, "/manage/audit", None).await;
    heard.json["records"].as_array().unwrap().clone()
}

/// Whether the audit log has a record of this action with this reason.
pub async fn recorded(stage: &Stage, crm: &Installation, action: &str, reason: &str) -> bool {
    records(stage, crm)
        .await
        .iter()
        .any(|r| r["action"] == action && r["reason"].as_str().unwrap().contains(reason))
}

/// Registers a domain.
pub async fn register(stage: &Stage, crm: &Installation, domain: &str, provider: &str) {
    let body = json!({"domain": domain, "provider": provider});
    let heard = crm.manage(stage, Method::POST, "/manage/domains", Some(body)).await;
    assert_eq!(heard.status, StatusCode::OK, "{:?}", heard.json);
}

/// An administrator of Kaffehuset agrees by a link. The app connection's id.
pub async fn consent(stage: &Stage, crm: &Installation) -> String {
    let body = json!({"provider": "microsoft"});
    let heard = crm.manage(stage, Method::POST, "/manage/consent-links", Some(body)).await;
    assert_eq!(heard.status, StatusCode::CREATED, "{:?}", heard.json);
    let mut jar = Jar::default();
    let page = jar.go(stage, heard.json["url"].as_str().unwrap()).await;
    let page = jar.press(stage, &page, "Go on at", &[]).await;
    let page = through(&mut jar, stage, page, "solveig@kaffehuset.example").await;
    assert!(page.text.contains("Your organisation has agreed"), "{}\n{}", page.url, page.text);
    heard.json["connection"].as_str().unwrap().to_owned()
}
