//! Signing in, in a real browser: the first time, the second time, refused, through an administrator's consent, with a grant
//! that breaks and is repaired, and inside another site's frame. The login page and the CRM are processes of their own;
//! every page on the way is checked for accessibility and kept as a picture.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use testkit::browser::{Browser, Result, View};
use testkit::login::{NORDLYS, Processes};

const PEOPLE: &str =
    "e1,erik,Erik,erik@kaffehuset.example,true,Everyone\ne2,liv,Liv,liv@nordlys.example,true,Everyone\n";

/// The pages whose pictures stand in docs/how-to/sign-in.md.
const PICTURES: [&str; 12] = [
    "crm-sign-in",
    "login-page",
    "unknown-domain",
    "refused",
    "settings-sign-in-task",
    "settings-connections-link",
    "consent-asked",
    "consent-given",
    "second-home",
    "connect-asked",
    "accounts-broken",
    "accounts-repaired",
];

/// A picture of one of our pages, which must fit its screen and be usable by everybody.
async fn look(browser: &Browser, page: &str) -> Result<()> {
    let plain = browser.view() == View::DESKTOP;
    if plain && PICTURES.contains(&page) {
        browser.picture(&format!("sign-in-{page}")).await?;
    } else {
        browser.screenshot(page).await?;
    }
    browser.expect_no_sideways_scroll().await?;
    browser.expect_accessible().await
}

async fn press(browser: &Browser, button: &str) -> Result<()> {
    browser.click("button", button).await
}

/// An administrator comes in by link.
async fn enter(browser: &Browser, place: &Processes) -> Result<()> {
    browser.goto(&place.run("crm.toml", &["admin", "sign-in-link", "ada"])).await?;
    press(browser, "Enter").await?;
    browser.see("Nordlys Trading").await
}

async fn register(browser: &Browser, place: &Processes, domain: &str) -> Result<()> {
    browser.goto(&place.at("/settings/sign-in")).await?;
    browser.fill("Domain", domain).await?;
    browser.choose("Its people sign in at", "Microsoft").await?;
    press(browser, "Register").await?;
    browser.see(&format!("{domain} is registered")).await
}

/// Signs in at Microsoft, from the login page's field.
async fn sign_in(browser: &Browser, address: &str) -> Result<()> {
    browser.fill("E-mail address", address).await?;
    press(browser, "Continue").await
}

async fn walk(name: &str, view: View) -> Result<()> {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let admin = Browser::open(&format!("login-admin-{name}"), view).await?;
    admin.tolerate("Failed to load resource");
    enter(&admin, place).await?;
    admin.goto(&place.at("/settings/sign-in")).await?;
    look(&admin, "settings-sign-in-empty").await?;
    register(&admin, place, "kaffehuset.example").await?;
    look(&admin, "settings-sign-in-waits").await?;

    refused(place, name, view).await?;
    admin.goto(&place.at("/settings/sign-in")).await?;
    admin.see("To decide").await?;
    look(&admin, "settings-sign-in-task").await?;

    consent(&admin, place, name, view).await?;
    first_and_second(place, name, view).await?;
    broken_and_repaired(&admin, place, name, view).await?;
    for (page, path) in [
        ("settings-sign-in", "/settings/sign-in"),
        ("settings-connections", "/settings/connections"),
        ("settings-people", "/settings/people"),
        ("settings-audit", "/settings/audit?check=1"),
        ("settings-audit-login-page", "/settings/audit/login-page?check=1"),
        ("settings-accounts-none", "/settings/accounts"),
    ] {
        admin.goto(&place.at(path)).await?;
        look(&admin, page).await?;
    }
    admin.close().await
}

/// Somebody whose tenant is not proven yet, and somebody of an unknown domain.
async fn refused(place: &Processes, name: &str, view: View) -> Result<()> {
    let browser = Browser::open(&format!("login-refused-{name}"), view).await?;
    browser.tolerate("Failed to load resource");
    browser.goto(&place.at("/sign-in")).await?;
    look(&browser, "crm-sign-in").await?;
    browser.click("link", "Sign in").await?;
    browser.by_role("heading", "Sign in").await?;
    look(&browser, "login-page").await?;
    sign_in(&browser, "kim@nowhere.example").await?;
    browser.see("Nobody has registered this address's domain").await?;
    look(&browser, "unknown-domain").await?;
    sign_in(&browser, "erik@kaffehuset.example").await?;
    at_microsoft(&browser, place, "erik@kaffehuset.example").await?;
    browser.see("does not open this CRM").await?;
    look(&browser, "refused").await?;
    browser.close().await
}

/// The provider's own pages: an account, and whatever it asks, until we are back.
async fn at_microsoft(browser: &Browser, place: &Processes, address: &str) -> Result<()> {
    let theirs = place.providers.surfaces().microsoft_login.clone();
    // A button of the login page was pressed; that page may still stand here for a moment. Who is known at the provider
    // may be back already.
    browser.wait_until("Microsoft", async || Ok(!browser.address().await?.starts_with(&place.login))).await?;
    let mut done = Vec::new();
    for _ in 0..60 {
        if !browser.address().await?.starts_with(&theirs) {
            return Ok(());
        }
        // A page that was answered may still stand there for a moment.
        let title = browser.title().await?;
        if done.contains(&title) {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            continue;
        }
        let buttons = browser.names_of("button").await?;
        let has = |name: &str| buttons.iter().any(|b| b == name);
        if has("Next") {
            browser.fill("Account", address).await?;
            press(browser, "Next").await?;
            done.push(title);
        } else if let Some(name) = ["Approve and continue", "Accept"].into_iter().find(|n| has(n)) {
            press(browser, name).await?;
            done.push(title);
        }
    }
    browser.wait_until("the way back", async || Ok(!browser.address().await?.starts_with(&theirs))).await
}

async fn consent(admin: &Browser, place: &Processes, name: &str, view: View) -> Result<()> {
    admin.goto(&place.at("/settings/connections")).await?;
    look(admin, "settings-connections-empty").await?;
    press(admin, "Make a link for an administrator").await?;
    admin.see("A link for an administrator of your organisation").await?;
    look(admin, "settings-connections-link").await?;
    let link = admin.text_of("#secret").await?;
    let browser = Browser::open(&format!("login-consent-{name}"), view).await?;
    browser.tolerate("Failed to load resource");
    browser.goto(&link).await?;
    look(&browser, "consent-asked").await?;
    press(&browser, "Go on at Microsoft").await?;
    at_microsoft(&browser, place, "solveig@kaffehuset.example").await?;
    browser.see("Your organisation has agreed").await?;
    look(&browser, "consent-given").await?;
    browser.close().await
}

async fn first_and_second(place: &Processes, name: &str, view: View) -> Result<()> {
    let browser = Browser::open(&format!("login-first-{name}"), view).await?;
    browser.tolerate("Failed to load resource");
    browser.goto(&place.at("/sign-in")).await?;
    browser.click("link", "Sign in").await?;
    sign_in(&browser, "erik@kaffehuset.example").await?;
    at_microsoft(&browser, place, "erik@kaffehuset.example").await?;
    browser.wait_for_address("/").await?;
    look(&browser, "first-home").await?;
    browser.goto(&place.at("/settings/accounts")).await?;
    look(&browser, "accounts").await?;
    browser.goto(&format!("{}/browser", place.login)).await?;
    look(&browser, "this-browser").await?;

    // The second time nobody is asked anything.
    let port = place.crm.rsplit(':').next().unwrap();
    browser.goto(&place.at("/")).await?;
    browser.forget_cookie(&format!("chancery-{port}")).await?;
    browser.goto(&place.at("/sign-in")).await?;
    browser.click("link", "Sign in").await?;
    browser.wait_for_address("/").await?;
    look(&browser, "second-home").await?;
    browser.close().await
}

async fn broken_and_repaired(admin: &Browser, place: &Processes, name: &str, view: View) -> Result<()> {
    register(admin, place, "nordlys.example").await?;
    let browser = Browser::open(&format!("login-broken-{name}"), view).await?;
    browser.tolerate("Failed to load resource");
    browser.goto(&place.at("/sign-in/start")).await?;
    sign_in(&browser, "liv@nordlys.example").await?;
    at_microsoft(&browser, place, "liv@nordlys.example").await?;
    // Her tenant is not proven; the administrator knows her and binds the account.
    browser.see("does not open this CRM").await?;
    admin.goto(&place.at("/settings/sign-in")).await?;
    admin.choose("Associate", "Liv").await?;
    press(admin, "Bind this account").await?;
    admin.accept_question().await?;
    admin.see("The account is bound").await?;
    browser.goto(&place.at("/sign-in/start")).await?;
    browser.wait_for_address("/").await?;

    connect(&browser, place).await?;
    look(&browser, "accounts-connected").await?;
    place.providers.twin().microsoft(|m, house| {
        m.directory.revoke_sessions(NORDLYS, "liv@nordlys.example", house.clock.now());
        house.clock.advance(jiff::SignedDuration::from_secs(1));
    });
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    press(&browser, "Check").await?;
    browser.see("Needs attention").await?;
    look(&browser, "accounts-broken").await?;
    admin.goto(&place.at("/settings/connections")).await?;
    admin.see("Needs attention").await?;
    look(admin, "settings-connections-broken").await?;
    press(&browser, "Connect again").await?;
    press(&browser, "Go on at Microsoft").await?;
    at_microsoft(&browser, place, "liv@nordlys.example").await?;
    browser.see("You open and edit documents there as yourself").await?;
    look(&browser, "accounts-repaired").await?;
    browser.close().await
}

async fn connect(browser: &Browser, place: &Processes) -> Result<()> {
    browser.goto(&place.at("/settings/accounts")).await?;
    press(browser, "Connect my documents").await?;
    browser.by_role("button", "Go on at Microsoft").await?;
    look(browser, "connect-asked").await?;
    press(browser, "Go on at Microsoft").await?;
    at_microsoft(browser, place, "liv@nordlys.example").await?;
    browser.see("You open and edit documents there as yourself").await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_is_refused_and_repairs_a_broken_grant_in_the_light() -> Result<()> {
    walk("light", View::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_is_refused_and_repairs_a_broken_grant_in_the_dark_on_a_phone() -> Result<()> {
    walk("dark", View::PHONE.in_the_dark()).await
}

/// Another site, which holds the CRM in a frame. It is another site because localhost is not 127.0.0.1.
fn portal(listener: TcpListener, inside: &str) {
    let page = format!(
        "<!doctype html><html lang=en><title>Portal</title><h1>Portal</h1>\
         <iframe src=\"{inside}/sign-in\" title=\"CRM\" width=900 height=600></iframe>"
    );
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(std::result::Result::ok) {
            let mut head = BufReader::new(&stream).lines().map_while(std::result::Result::ok);
            while head.next().is_some_and(|line| !line.is_empty()) {}
            let _ = write!(
                &stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                page.len()
            );
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_another_sites_frame_sign_in_opens_a_window_and_returns() -> Result<()> {
    // T23
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let outside = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let (place, _login, _crm) =
        Processes::running(false, &format!("framed_by = [{outside:?}]"), PEOPLE).await;
    portal(listener, &place.crm);
    let place = &place;
    let admin = Browser::open("login-frame-admin", View::DESKTOP).await?;
    enter(&admin, place).await?;
    register(&admin, place, "kaffehuset.example").await?;
    consent(&admin, place, "frame", View::DESKTOP).await?;
    admin.close().await?;

    let browser = Browser::open("login-frame", View::DESKTOP).await?;
    browser.tolerate("Failed to load resource");
    browser.goto(&outside).await?;
    browser.enter_frame("CRM").await?;
    browser.see("in a window of their own").await?;
    browser.screenshot("framed").await?;
    browser.click_first("[data-sign-in-window]").await?;
    browser.to_newest_window().await?;
    browser.by_role("button", "Continue").await?;
    sign_in(&browser, "erik@kaffehuset.example").await?;
    browser
        .wait_until("Microsoft", async || {
            Ok(browser.address().await?.starts_with(&place.providers.surfaces().microsoft_login))
        })
        .await?;
    browser.fill("Account", "erik@kaffehuset.example").await?;
    press(&browser, "Next").await?;
    browser.to_window_that_is_left().await?;
    browser.enter_frame("CRM").await?;
    browser.see("Nordlys Trading").await?;
    browser.screenshot("inside").await?;
    // The frame has a session of its own, and reloading it keeps it.
    browser.goto(&outside).await?;
    browser.enter_frame("CRM").await?;
    browser.see("Nordlys Trading").await?;
    browser.close().await
}
