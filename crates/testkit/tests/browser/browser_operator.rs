//! The operator's area in a real browser: every page in light and dark, wide and on a phone, usable by everybody; and the
//! keyboard alone is enough.

use crate::steps;
use std::sync::Arc;
use testkit::browser::{Browser, Result, View};
use testkit::login::{Installation, Jar, Stage};
use tokio::net::TcpListener;

/// A login page with three installations at an address of this computer.
async fn served() -> (Stage, String) {
    let mut stage = Stage::new().await;
    let crm = Installation::ready(&stage, "nordlys").await;
    for key in ["fjord", "a-key-as-long-as-a-key-of-an-installation-may-be-in-this-page"] {
        Installation::register(&stage, &key[..key.len().min(60)]).await.unwrap();
    }
    steps::sign_in(&stage, &crm, &mut Jar::default(), "ingrid@solsiden.example").await;
    steps::system_user(&stage, &crm).await;
    let (broken, _) = steps::user(&stage, &crm, &mut Jar::default()).await;
    let change = format!(
        "UPDATE connections SET state = 'needs_attention', attention = 'grant_ended' WHERE id = '{broken}'"
    );
    stage.database().unwrap().write(move |tx| tx.script(&change)).await.unwrap();
    stage.house.switch_installation("fjord", false).await.unwrap();
    stage.house.operator_token("backup", 90).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    stage.settings.public_url.clone_from(&origin);
    let house = stage.reopen_with(vec![stage.master.clone()]).await.unwrap();
    stage.enter(house);
    stage.house.tend().await.unwrap();
    let router = broker::router(Arc::clone(&stage.house));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (stage, origin)
}

/// A page is looked at once its heading is there.
async fn look(browser: &Browser, page: &str) -> Result<()> {
    let drawn = async || Ok(browser.names_of("heading").await?.iter().any(|name| !name.is_empty()));
    browser.wait_until("a heading", drawn).await?;
    browser.screenshot(page).await?;
    browser.expect_no_sideways_scroll().await?;
    browser.expect_accessible().await
}

async fn every_page(name: &str, view: View) -> Result<()> {
    let (stage, origin) = served().await;
    let browser = Browser::open(&format!("operator-{name}"), view).await?;
    // The browser itself remarks on an answer that is a refusal.
    browser.tolerate("Failed to load resource");
    browser.goto(&stage.house.operator_link("ada").await.unwrap()).await?;
    browser.see("It works once").await?;
    look(&browser, "enter").await?;
    browser.click("button", "Enter").await?;
    browser.see("You are here as ada").await?;
    look(&browser, "overview").await?;
    for (page, path) in [
        ("installations", "/installations"),
        ("nothing-found", "/installations?q=zzz"),
        ("installation", "/installations/nordlys"),
        ("cut-off-already", "/installations/fjord"),
        ("change", "/installations/nordlys/change"),
        ("cut-off", "/installations/nordlys/switch"),
        ("public-keys", "/installations/nordlys/keys"),
        ("register", "/register"),
        ("keys", "/keys"),
        ("withdraw", "/keys/withdraw"),
        ("providers", "/providers"),
        ("audit", "/audit?installation=nordlys&verify=yes"),
        ("audit-nothing", "/audit?installation=nordlys&action=zzz"),
        ("audit-unknown", "/audit?installation=zzz"),
        ("access", "/access"),
    ] {
        browser.goto(&format!("{origin}/operator{path}")).await?;
        look(&browser, page).await?;
    }
    browser.goto(&format!("{origin}/operator/installations/nordlys/keys")).await?;
    browser.fill("Key set", "{").await?;
    browser.click("button", "Replace the keys").await?;
    browser.see("The keys cannot be read").await?;
    look(&browser, "wrong-keys").await?;
    browser.goto(&format!("{origin}/operator/keys")).await?;
    browser.click("button", "Rotate now").await?;
    browser.see("A new key signs from now on").await?;
    look(&browser, "rotated").await?;
    browser.click("button", "Leave the operator's area").await?;
    browser.see("Sign in").await?;
    browser.goto(&format!("{origin}/operator")).await?;
    browser.see("There is nothing at this address").await?;
    look(&browser, "outside").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_area_is_usable_in_light() -> Result<()> {
    every_page("light", View::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_area_is_usable_in_the_dark() -> Result<()> {
    every_page("dark", View::DESKTOP.in_the_dark()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_area_is_usable_on_a_phone() -> Result<()> {
    every_page("phone", View::PHONE).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_is_cut_off_and_let_in_by_the_keyboard_alone() -> Result<()> {
    let (stage, origin) = served().await;
    let browser = Browser::open("operator-keyboard", View::DESKTOP).await?;
    browser.goto(&stage.house.operator_link("ada").await.unwrap()).await?;
    browser.tab_to("Enter").await?;
    browser.press("Enter").await?;
    browser.see("You are here as ada").await?;
    browser.tab_to("Installations").await?;
    browser.press("Enter").await?;
    browser.tab_to("NORDLYS").await?;
    browser.press("Enter").await?;
    browser.tab_to("Cut off").await?;
    browser.press("Enter").await?;
    browser.see("Cut off NORDLYS?").await?;
    browser.tab_to("Cut off").await?;
    browser.press("Enter").await?;
    browser.see("is cut off from this moment").await?;
    assert_eq!(browser.address().await?, format!("{origin}/operator/installations/nordlys?done=off"));
    browser.tab_to("Let in again").await?;
    browser.press("Enter").await?;
    browser.tab_to("Let in again").await?;
    browser.press("Enter").await?;
    browser.see("is let in again").await?;
    browser.close().await
}
