//! Both halves together: a person types an address, signs in at a provider, and is in their CRM.

use crate::steps::{through, type_address};
use domain::connections::Provider;
use http::StatusCode;
use testkit::login::{Crm, Jar, Page, Stage};

/// Begins at the CRM's own page and goes on to the login page.
async fn to_login(jar: &mut Jar, stage: &Stage, crm: &Crm) -> Page {
    let page = jar.go(stage, &format!("{}/sign-in", crm.base)).await;
    assert!(page.text.contains("/sign-in/start"), "{}", page.text);
    jar.go(stage, &format!("{}/sign-in/start", crm.base)).await
}

/// Lets an administrator of Kaffehuset agree, so that the tenant is connected.
async fn connect_tenant(stage: &Stage, crm: &Crm) {
    let ctx = crm.house.as_("ada").await;
    let link = crm.house.app.sign_in().consent_link(&ctx, &Provider::microsoft()).await.unwrap();
    let mut jar = Jar::default();
    let page = jar.go(stage, &link.url).await;
    let page = jar.press(stage, &page, "/consent/", &[]).await;
    let page = through(&mut jar, stage, page, "solveig@kaffehuset.example").await;
    assert!(page.text.contains("Your organisation has agreed"), "{}\n{}", page.url, page.text);
}

#[tokio::test]
async fn the_first_sign_in_binds_the_second_asks_nothing_and_a_stranger_is_turned_away_politely() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    crm.domain("kaffehuset.example", "microsoft").await;
    connect_tenant(&stage, &crm).await;
    let bo = crm.address("bo", "erik@kaffehuset.example").await;

    let mut jar = Jar::default();
    let page = to_login(&mut jar, &stage, &crm).await;
    let page = type_address(&mut jar, &stage, &page, "erik@kaffehuset.example").await;
    assert_eq!((page.url.as_str(), page.status), ("https://nordlys.test/", StatusCode::OK), "{}", page.text);
    let ctx = crm.house.as_("bo").await;
    let mine = crm.house.app.sign_in().own(&ctx).await.unwrap();
    assert_eq!((mine.len(), mine[0].associate, mine[0].bound_by.as_str()), (1, bo, "address"));

    // Signed out of the CRM, still known at the login page: the second time nobody is asked anything.
    jar.cookies.remove("nordlys.test");
    let page = jar.go(&stage, &format!("{}/sign-in/start", crm.base)).await;
    assert_eq!(page.url, "https://nordlys.test/", "{}", page.text);

    let mut stranger = Jar::default();
    let page = to_login(&mut stranger, &stage, &crm).await;
    let page = type_address(&mut stranger, &stage, &page, "nora@kaffehuset.example").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert!(page.text.contains("does not open this CRM"), "{}", page.text);
    assert!(!stranger.cookies["nordlys.test"].keys().any(|k| k == "__Host-chancery"));
    // The login page remembers the account that was refused; the way out is to be asked again.
    assert!(page.text.contains("/sign-in/start?again=true"), "{}", page.text);
    let page = stranger.go(&stage, &format!("{}/sign-in/start?again=true", crm.base)).await;
    assert!(page.url.starts_with("https://login.test/authorize"), "{}", page.url);
    assert!(page.text.contains("Use another account"), "{}", page.text);

    // Among several installations the way out leads to the one that was meant.
    crm.house.second_installation().await;
    let page = stranger.press(&stage, &page, ">Continue as", &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    let again = "/sign-in/start?installation=nordlys&amp;again=true";
    assert!(page.text.contains(again) && page.text.contains("Use another account"), "{}", page.text);
    let again = format!("{}/sign-in/start?installation=nordlys&again=true", crm.base);
    let page = stranger.go(&stage, &again).await;
    assert!(page.text.contains("Use another account"), "{}", page.text);
}

#[tokio::test]
async fn an_address_is_not_believed_before_the_tenant_is_connected_and_an_administrator_hears_of_it() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    crm.domain("kaffehuset.example", "microsoft").await;
    let bo = crm.address("bo", "erik@kaffehuset.example").await;
    let mut jar = Jar::default();
    let page = to_login(&mut jar, &stage, &crm).await;
    let page = type_address(&mut jar, &stage, &page, "erik@kaffehuset.example").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let ctx = crm.house.as_("ada").await;
    let tasks = crm.house.app.sign_in().tasks(&ctx).await.unwrap();
    assert_eq!((tasks.len(), tasks[0].task.reason.as_str()), (1, "identity.foreign_tenant"));
    crm.house.app.sign_in().bind_task(&ctx, tasks[0].task.id, bo).await.unwrap();
    let page = jar.go(&stage, &format!("{}/sign-in/start", crm.base)).await;
    assert_eq!(page.url, "https://nordlys.test/", "{}", page.text);
}

#[tokio::test]
async fn somebody_invited_from_outside_comes_in_with_the_invited_address_and_no_other() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    let cy = crm.address("cy", "astrid@fjordvik.example").await;
    let ctx = crm.house.as_("ada").await;
    let made = crm.house.app.sign_in().invite(&ctx, cy).await.unwrap();
    let mut jar = Jar::default();
    let page = jar.go(&stage, &format!("{}/invited/{}", crm.base, made.token)).await;
    assert!(page.text.contains("Welcome, "), "{}", page.text);
    let start = format!("{}/sign-in/start?invitation={}", crm.base, made.token);
    let page = jar.go(&stage, &start).await;
    let mut page = jar.press(&stage, &page, "value=\"google\"", &[]).await;
    for _ in 0..6 {
        if !page.url.contains("google-accounts.test") {
            break;
        }
        page = jar
            .press(&stage, &page, "<button", &[("email", "astrid@fjordvik.example"), ("decision", "allow")])
            .await;
    }
    assert_eq!(page.url, "https://nordlys.test/", "{}", page.text);
    assert!(crm.house.app.sign_in().invited(&made.token, stage.now()).await.is_err(), "it works once");
}

#[tokio::test]
async fn signing_out_everywhere_at_the_login_page_ends_the_session_here() {
    let stage = Stage::new().await;
    let crm = Crm::open(&stage).await;
    crm.domain("kaffehuset.example", "microsoft").await;
    connect_tenant(&stage, &crm).await;
    crm.address("bo", "erik@kaffehuset.example").await;
    let mut jar = Jar::default();
    let page = to_login(&mut jar, &stage, &crm).await;
    type_address(&mut jar, &stage, &page, "erik@kaffehuset.example").await;
    let page = jar.go(&stage, "https://login.test/browser").await;
    jar.press(&stage, &page, "sign-out-everywhere", &[]).await;
    let (to, body) = stage.told.lock().unwrap().last().cloned().unwrap();
    assert_eq!(to, "https://nordlys.test/sign-in/logout");
    let request = http::Request::post(&to)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(bytes::Bytes::from(body))
        .unwrap();
    assert_eq!(stage.serve(request).await.status(), StatusCode::OK);
    let page = jar.look(&stage, "https://nordlys.test/").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "the session is over");
}
