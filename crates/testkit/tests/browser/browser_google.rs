//! Google Drive is set up in a real browser; every step is checked for accessibility and kept as a picture.

use std::time::Duration;
use testkit::browser::{Browser, Result, View};
use testkit::login::Processes;

const PEOPLE: &str = "e1,ingrid,Ingrid,ingrid@solsiden.example,true,Everyone\n\
    e2,liv,Liv,liv@nordlys.example,true,Everyone\ne3,kim,Kim,,true,Everyone\n";

/// The pages whose pictures stand in docs/how-to/connect-google-drive.md.
const PICTURES: [&str; 4] = ["people", "place", "review", "done"];

async fn look(browser: &Browser, page: &str) -> Result<()> {
    if browser.view() == View::DESKTOP && PICTURES.contains(&page) {
        browser.picture(&format!("google-{page}")).await?;
    } else {
        browser.screenshot(page).await?;
    }
    browser.expect_no_sideways_scroll().await?;
    browser.expect_accessible().await
}

async fn press(browser: &Browser, button: &str) -> Result<()> {
    browser.click("button", button).await
}

/// Whatever Google asks, until we are back.
async fn at_google(browser: &Browser, place: &Processes, address: &str) -> Result<()> {
    let theirs = place.providers.surfaces().google_accounts.clone();
    for _ in 0..60 {
        if browser.address().await?.starts_with(&place.crm) {
            return Ok(());
        }
        let buttons = browser.names_of("button").await?;
        let there = browser.address().await?.starts_with(&theirs);
        if there && buttons.iter().any(|b| b == "Continue") {
            press(browser, "Continue").await?;
        } else if there && buttons.iter().any(|b| b == "Next") {
            browser.fill("Address", address).await?;
            press(browser, "Next").await?;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    browser.wait_for_address("/settings/google").await
}

async fn walk(name: &str, view: View) -> Result<()> {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let browser = Browser::open(&format!("google-{name}"), view).await?;
    browser.tolerate("Failed to load resource");
    browser.goto(&place.run("crm.toml", &["admin", "sign-in-link", "ada"])).await?;
    press(&browser, "Enter").await?;
    browser.see("Nordlys Trading").await?;
    browser.goto(&place.at("/settings/sign-in")).await?;
    browser.fill("Domain", "solsiden.example").await?;
    browser.choose("Its people sign in at", "Google").await?;
    press(&browser, "Register").await?;
    browser.see("solsiden.example is registered").await?;
    browser.goto(&place.at("/settings/google")).await?;
    look(&browser, "people").await?;
    press(&browser, "Go on").await?;
    browser.by_role("button", "Connect at Google").await?;
    look(&browser, "account").await?;
    press(&browser, "Connect at Google").await?;
    press(&browser, "Go on at Google").await?;
    at_google(&browser, &place, "documents@solsiden.example").await?;
    browser.by_role("button", "Make the folders").await?;
    look(&browser, "place").await?;
    press(&browser, "Make the folders").await?;
    browser.see("Both folders can be used").await?;
    look(&browser, "access").await?;
    press(&browser, "Go on").await?;
    browser.by_role("heading", "5 · Templates").await?;
    look(&browser, "templates").await?;
    press(&browser, "Go on").await?;
    browser.by_role("button", "Switch on and try").await?;
    look(&browser, "review").await?;
    press(&browser, "Switch on and try").await?;
    browser.see("nothing of the trial is left").await?;
    look(&browser, "done").await?;
    browser.goto(&place.at("/settings/health")).await?;
    browser.see("Google Drive").await?;
    look(&browser, "health").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn google_drive_is_set_up_in_the_light() -> Result<()> {
    walk("light", View::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn google_drive_is_set_up_in_the_dark_on_a_phone() -> Result<()> {
    walk("dark", View::PHONE.in_the_dark()).await
}
