//! The main job in a real browser: choose a company, new document, a template, a finished letter.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use testkit::browser::{Browser, Result, View};

/// The demo, running for one test.
struct Demo {
    child: Child,
    enter: String,
    _folder: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(program())
            .args(["demo", "--port", "0", "--data"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let enter = line.trim().strip_prefix("ready: ").expect("the demo says where it is").to_owned();
        Self { child, enter, _folder: folder }
    }

    fn at(&self, path: &str) -> String {
        let origin = self.enter.split("/enter/").next().unwrap();
        format!("{origin}{path}")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the program is")]
fn program() -> String {
    std::env::var("CHANCERY_BIN").expect("CHANCERY_BIN is set by `cargo xtask test`")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_made_by_somebody_who_has_never_seen_it_in_the_light() -> Result<()> {
    main_job("light", View::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_made_by_somebody_who_has_never_seen_it_in_the_dark() -> Result<()> {
    main_job("dark", View::DESKTOP.in_the_dark()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_made_by_somebody_who_has_never_seen_it_on_a_phone() -> Result<()> {
    main_job("phone", View::PHONE).await
}

/// Walks the main job and keeps a picture of every page on the way.
async fn main_job(name: &str, view: View) -> Result<()> {
    let demo = Demo::start();
    let browser = Browser::open(name, view).await?;
    browser.goto(&demo.enter).await?;
    look(&browser, "enter").await?;
    browser.click("button", "Enter").await?;
    browser.wait_for_address("/").await?;
    look(&browser, "home").await?;

    browser.goto(&demo.at("/companies?q=solsiden")).await?;
    browser.click("link", "Kaffehuset Solsiden AS").await?;
    look(&browser, "company").await?;
    browser.click("link", "New document").await?;
    browser.see("Choose what it is made from").await?;
    look(&browser, "choose").await?;
    browser.click("link", "Thank-you note").await?;
    browser.see("Will be stored in").await?;
    look(&browser, "new").await?;
    browser.fill("Heading", "Thank you for the first order").await?;
    browser.click("button", "Create").await?;
    browser.see("Thank you for the first order").await?;
    browser.see("Kaffehuset Solsiden AS").await?;
    look(&browser, "document").await?;

    for (page, path) in PAGES {
        browser.goto(&demo.at(path)).await?;
        look(&browser, page).await?;
    }
    browser.goto(&demo.at("/documents")).await?;
    browser.see("Thank you for the first order").await?;
    if name == "light" {
        browser.picture("documents").await?;
    }
    browser.expect_quiet_console().await?;
    // The browser itself remarks on a page that is not found.
    browser.tolerate("/documents/987654 - Failed to load resource");
    browser.goto(&demo.at("/documents/987654")).await?;
    look(&browser, "not-found").await?;
    browser.close().await
}

/// The strips of links that are too high, or in which the present place is out of sight.
const STRIPS: &str = "
    const wrong = [];
    for (const strip of document.querySelectorAll('.rail-inner, .tabs')) {
      const box = strip.getBoundingClientRect();
      const here = strip.querySelector('[aria-current]')?.getBoundingClientRect();
      const flat = getComputedStyle(strip).flexDirection === 'row';
      const outer = strip.parentElement.getBoundingClientRect();
      if (flat && (box.height > 80 || (strip.matches('.rail-inner') && outer.height > 80))) wrong.push('too high');
      if (here && (here.left < box.left - 1 || here.right > box.right + 1)) wrong.push('out of sight');
    }
    return wrong;";

/// Further pages that must look right and be usable by everybody.
const PAGES: [(&str, &str); 22] = [
    ("documents", "/documents"),
    ("companies", "/companies"),
    ("contacts", "/contacts"),
    ("contact", "/contacts/1"),
    ("projects", "/projects"),
    ("project", "/projects/1"),
    ("sales", "/sales"),
    ("sale", "/sales/1"),
    ("templates", "/templates"),
    ("template", "/templates/1"),
    ("upload", "/documents/upload"),
    ("search", "/search?q=kaffe"),
    ("sessions", "/settings"),
    ("tokens", "/settings/tokens"),
    ("health", "/settings/health"),
    ("people", "/settings/people"),
    ("import", "/settings/import"),
    ("audit", "/settings/audit"),
    ("about", "/settings/about"),
    ("headings", "/templates/headings"),
    ("new-template", "/templates/new"),
    ("empty-trash", "/documents?view=trash"),
];

async fn look(browser: &Browser, page: &str) -> Result<()> {
    browser.screenshot(page).await?;
    browser.expect_no_sideways_scroll().await?;
    let hidden = browser.script(STRIPS, Vec::new()).await?;
    assert_eq!(
        hidden,
        serde_json::json!([]),
        "{page}: strips are as high as their words and show the present place"
    );
    browser.expect_accessible().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_made_with_the_keyboard_alone() -> Result<()> {
    let demo = Demo::start();
    let browser = Browser::open("keyboard", View::DESKTOP).await?;
    browser.goto(&demo.enter).await?;
    browser.tab_to("Enter").await?;
    browser.press("Enter").await?;
    browser.wait_for_address("/").await?;
    browser.see("Nordlys Trading").await?;
    browser.press("/").await?;
    browser.type_text("solsiden").await?;
    browser.see("Kaffehuset Solsiden AS").await?;
    browser.press("ArrowDown").await?;
    browser.press("Enter").await?;
    browser.wait_for_address("/companies/").await?;
    browser.tab_to("New document").await?;
    browser.press("Enter").await?;
    browser.see("Choose what it is made from").await?;
    browser.tab_to("Thank-you note").await?;
    browser.press("Enter").await?;
    browser.see("Will be stored in").await?;
    browser.tab_to("Create").await?;
    browser.press("Enter").await?;
    browser.wait_for_address("/documents/").await?;
    browser.see("Kaffehuset Solsiden AS").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_suggests_whom_it_is_to_and_may_be_to_nobody_in_particular() -> Result<()> {
    let demo = Demo::start();
    let browser = Browser::open("recipient", View::DESKTOP).await?;
    browser.goto(&demo.enter).await?;
    browser.click("button", "Enter").await?;
    browser.wait_for_address("/").await?;
    browser.goto(&demo.at("/documents/new/1")).await?;
    browser.fill("Company", "kaffehuset s").await?;
    let found = "return document.querySelectorAll('.combo-option').length === 1";
    browser
        .wait_until("one company is offered", async || Ok(browser.script(found, Vec::new()).await? == true))
        .await?;
    browser.press("Enter").await?;
    browser.see("The first contact there").await?;
    assert_eq!(browser.value_of("Contact").await?, "Ingvild Marie Solheim");
    look(&browser, "suggested").await?;
    browser.click("button", "Contact: choose none").await?;
    browser.see_no("The first contact there").await?;
    browser.press("Escape").await?;
    browser.click("button", "Create").await?;
    browser.see("was made").await?;
    let document = browser.address().await?;
    let document = document.split(['?', '#']).next().unwrap_or_default();
    browser.goto(&format!("{document}/preview")).await?;
    browser.see("Dear Kaffehuset Solsiden AS,").await?;
    browser.close().await
}
