//! SharePoint is set up in a real browser; every step is checked for accessibility and kept as a picture.

use crate::setup_common;
use crate::setup_common::Program;
use merge::build::{Docx, Paragraph};
use std::time::Duration;
use testkit::browser::{Browser, Result, View};
use testkit::login::{KAFFEHUSET, MICROSOFT_APP, Processes};

const SOLVEIG: &str = "solveig@kaffehuset.example";
const PEOPLE: &str = "e1,erik,Erik,erik@kaffehuset.example,true,Everyone\ne2,kim,Kim,,true,Everyone\n";

/// The pages whose pictures stand in docs/how-to/connect-sharepoint.md.
const PICTURES: [&str; 13] = [
    "check",
    "link",
    "making",
    "sites",
    "properties",
    "access",
    "review",
    "done",
    "document",
    "beside",
    "happened",
    "openers",
    "works",
];

/// The beginning of the heading that a picture is about, where that is not the top of the page.
fn subject(page: &str) -> Option<&'static str> {
    Some(match page {
        "link" => "The organisation agrees",
        "making" => "The new site",
        "sites" => "2 · ",
        "properties" => "3 · ",
        "access" => "4 · ",
        "review" => "5 · ",
        _ => return None,
    })
}

async fn look(browser: &Browser, page: &str) -> Result<()> {
    if let Some(words) = subject(page) {
        let show = format!(
            "const one = [...document.querySelectorAll('h2, h3')].find(h => h.textContent.trim().startsWith('{words}')); \
             one.scrollIntoView({{block: 'start', behavior: 'instant'}}); window.scrollBy(0, -80); return true"
        );
        browser.script(&show, Vec::new()).await?;
    }
    if browser.view() == View::DESKTOP && PICTURES.contains(&page) {
        browser.picture(&format!("sharepoint-{page}")).await?;
    } else {
        browser.screenshot(page).await?;
    }
    browser.expect_no_sideways_scroll().await?;
    browser.expect_accessible().await
}

async fn press(browser: &Browser, button: &str) -> Result<()> {
    browser.click("button", button).await
}

/// Whatever Microsoft asks, until we are back at `origin` and read these words there.
async fn at_microsoft(browser: &Browser, place: &Processes, origin: &str, words: &str) -> Result<()> {
    let theirs = place.providers.surfaces().microsoft_login.clone();
    for _ in 0..60 {
        if browser.address().await?.starts_with(origin) && browser.shows(words).await? {
            return Ok(());
        }
        // The page may go away while it is looked at.
        let buttons = browser.names_of("button").await.unwrap_or_default();
        let there = browser.address().await?.starts_with(&theirs);
        let has = |name: &str| there && buttons.iter().any(|b| b == name);
        if has("Next") {
            browser.fill("Account", SOLVEIG).await?;
            press(browser, "Next").await?;
        } else if let Some(name) = ["Approve and continue", "Accept"].into_iter().find(|name| has(name)) {
            press(browser, name).await?;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    browser.see(words).await
}

/// What the application may do in the tenant.
fn give(place: &Processes) {
    place.providers.twin().microsoft(|microsoft, _| {
        let tenant = microsoft.directory.tenants.get_mut(KAFFEHUSET).unwrap();
        let roles = &mut tenant.consents.entry(MICROSOFT_APP.into()).or_default().roles;
        roles.extend(["Sites.Selected", "Group.Create", "GroupMember.Read.All"].map(str::to_owned));
    });
}

/// The site that the tenant's administrator grants the application.
fn grant(place: &Processes) {
    use twin::microsoft::graph::state::Grant;
    place.providers.twin().microsoft(|microsoft, _| {
        let sites = &mut microsoft.graph.content.sites;
        let sales = sites.iter_mut().find(|s| s.tenant == KAFFEHUSET && s.path == "/sites/sales").unwrap();
        let grant = Grant { id: "g".into(), name: "Chancery".into(), roles: vec!["owner".into()] };
        sales.grants.insert(MICROSOFT_APP.into(), grant);
    });
}

/// Another administrator signs in with Microsoft and connects her documents.
async fn as_herself(browser: &Browser, place: &Processes) -> Result<()> {
    setup_common::appoint(place);
    browser.goto(&place.at("/sign-in/start")).await?;
    browser.fill("E-mail address", SOLVEIG).await?;
    press(browser, "Continue").await?;
    at_microsoft(browser, place, &place.crm, "Nordlys Trading").await?;
    browser.goto(&place.at("/settings/accounts")).await?;
    press(browser, "Connect my documents").await?;
    press(browser, "Go on at Microsoft").await?;
    at_microsoft(browser, place, &place.crm, "You open and edit documents there as yourself").await
}

async fn walk(name: &str, view: View) -> Result<()> {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let browser = Browser::open(&format!("sharepoint-{name}"), view).await?;
    let other = Browser::open(&format!("sharepoint-other-{name}"), view).await?;
    browser.tolerate("Failed to load resource");
    other.tolerate("Failed to load resource");
    browser.goto(&place.run("crm.toml", &["admin", "sign-in-link", "ada"])).await?;
    press(&browser, "Enter").await?;
    browser.see("Nordlys Trading").await?;
    browser.goto(&place.at("/settings/sign-in")).await?;
    browser.fill("Domain", "kaffehuset.example").await?;
    browser.choose("Its people sign in at", "Microsoft").await?;
    press(&browser, "Register").await?;
    browser.see("kaffehuset.example is registered").await?;
    browser.goto(&place.at("/settings/sharepoint")).await?;
    look(&browser, "check").await?;
    press(&browser, "Make a link").await?;
    look(&browser, "link").await?;
    other.goto(&browser.value_of("Send this link to an administrator of your Microsoft 365").await?).await?;
    press(&other, "Go on at Microsoft").await?;
    at_microsoft(&other, &place, &place.login, "Your organisation has agreed").await?;
    give(&place);
    other.close().await?;
    let (admin, browser) = (browser, Browser::open(&format!("sharepoint-herself-{name}"), view).await?);
    browser.tolerate("Failed to load resource");
    as_herself(&browser, &place).await?;
    admin.close().await?;
    browser.goto(&place.at("/settings/sharepoint")).await?;
    press(&browser, "Go on").await?;
    browser.by_role("button", "Find the site").await?;
    making(&browser).await?;
    let sharepoint = place.providers.surfaces().sharepoint.clone();
    browser
        .fill("Address of the site", &format!("{sharepoint}/kaffehuset.sharepoint.example/sites/sales"))
        .await?;
    press(&browser, "Find the site").await?;
    browser.see("Sites.FullControl.All").await?;
    look(&browser, "ungranted").await?;
    grant(&place);
    press(&browser, "Look at it again").await?;
    browser.see("The site was found").await?;
    look(&browser, "sites").await?;
    press(&browser, "Make the folders").await?;
    browser.see("Both folders can be used").await?;
    look(&browser, "properties").await?;
    press(&browser, "Go on").await?;
    browser.by_role("heading", "4 · Groups and access").await?;
    look(&browser, "access").await?;
    press(&browser, "Go on").await?;
    browser.by_role("button", "Switch on and try").await?;
    look(&browser, "review").await?;
    press(&browser, "Switch on and try").await?;
    browser.see("nothing of the trial is left").await?;
    look(&browser, "done").await?;
    daily(&browser, &place, name).await?;
    browser.close().await
}

/// A site is asked for; while Microsoft makes it ready, one that is there is taken.
async fn making(browser: &Browser) -> Result<()> {
    browser.click_first("section[aria-labelledby=sites] summary").await?;
    browser.fill("Name of the site", "Letters and offers").await?;
    press(browser, "Make the site").await?;
    browser.see("Microsoft makes its site ready").await?;
    look(browser, "making").await?;
    press(browser, "Look again").await?;
    browser.see("Microsoft makes its site ready").await?;
    press(browser, "Give up").await?;
    browser.accept_question().await?;
    browser.see("Make a new site").await
}

/// A template is kept in SharePoint and edited there; the same file again is its new version when somebody says so (T06).
async fn templates(browser: &Browser, place: &Processes) -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Terms.docx");
    for words in ["Dear {attn},", "Dear {attn}, welcome to"] {
        let text = |text: &str| Paragraph::new().text(text);
        std::fs::write(&file, Docx::new().paragraph(text(words)).paragraph(text("{name}")).finish()).unwrap();
        browser.goto(&place.at("/templates/new")).await?;
        browser.fill("Name", "Terms").await?;
        browser.choose("Store template in", "SharePoint").await?;
        browser.click("radio", "A file of mine").await?;
        browser.upload("File", &[&file]).await?;
        press(browser, "Create").await?;
        if words.contains("welcome") {
            browser.see("Is this a new version of it?").await?;
            look(browser, "same").await?;
            press(browser, "Make it the new version").await?;
        }
        browser.by_role("heading", "Terms").await?;
    }
    let template = browser.address().await?.split(['?', '#']).next().unwrap_or_default().to_owned();
    browser.goto(&format!("{template}/file?language=")).await?;
    browser.by_role("link", "Edit").await?;
    look(browser, "template-file").await
}

/// A letter goes to SharePoint; the library's own page stands beside it, and what is done there is seen here.
async fn daily(browser: &Browser, place: &Processes, name: &str) -> Result<()> {
    let mut ada = place.ada().await;
    let template = Program::of(place, &mut ada).await.letter().await;
    browser.goto(&place.at("/settings/sharepoint")).await?;
    press(browser, "Make it the preferred place").await?;
    browser.see("New documents of every template go to SharePoint").await?;
    browser.goto(&place.at(&format!("/documents/new/{template}"))).await?;
    browser.fill("Heading", "Offer for the autumn").await?;
    press(browser, "Create").await?;
    browser.see("was made").await?;
    let document = browser.address().await?.split(['?', '#']).next().unwrap_or_default().to_owned();
    browser.goto(&document).await?;
    browser.see("Documents").await?;
    look(browser, "document").await?;

    // The library, as the tenant's administrator sees it.
    let sharepoint = &place.providers.surfaces().sharepoint;
    let beside = Browser::open(&format!("sharepoint-library-{name}"), browser.view()).await?;
    beside.tolerate("Failed to load resource");
    beside.goto(&format!("{sharepoint}/kaffehuset.sharepoint.example/sites/sales")).await?;
    let accounts = beside.names_of("button").await?;
    let solveig = accounts.into_iter().find(|account| account.contains(SOLVEIG)).unwrap();
    press(&beside, &solveig).await?;
    beside.by_role("heading", "Sales").await?;
    for folder in ["Documents", "CRM documents", "Everyone", "General"] {
        beside.click("link", folder).await?;
        beside.by_role("heading", folder).await?;
    }
    let year = async || Ok(beside.names_of("link").await?.into_iter().find(|name| name.starts_with("20")));
    let year = beside.wait_for("a year", year).await?;
    beside.click("link", &year).await?;
    beside.click("link", "Offer for the autumn.docx").await?;
    beside.by_role("heading", "Offer for the autumn.docx").await?;
    look(&beside, "beside").await?;

    beside.fill("Name", "Offer for the winter.docx").await?;
    press(&beside, "Rename").await?;
    beside.by_role("heading", "Offer for the winter.docx").await?;
    browser.goto(&place.at("/settings/places")).await?;
    press(browser, "Compare everything now").await?;
    browser.goto(&document).await?;
    let seen = async || {
        tokio::time::sleep(Duration::from_millis(700)).await;
        browser.reload().await?;
        browser.shows("Renamed from").await
    };
    browser.wait_until("what happened in SharePoint", seen).await?;
    look(browser, "happened").await?;

    browser.goto(&format!("{document}/access")).await?;
    browser.see("Person by person").await?;
    look(browser, "openers").await?;
    press(browser, "Put the rights in order").await?;
    browser.see("is as it is here now").await?;

    browser.goto(&place.at("/settings/places")).await?;
    press(browser, "Look who can open what").await?;
    browser.see("It runs in the background").await?;
    browser.see("Finished").await?;
    look(browser, "works").await?;
    press(browser, "Fill in the columns").await?;
    browser.see("Filling in the columns").await?;

    browser.goto(&place.at("/settings/accounts")).await?;
    browser.choose("“Open” leads", "In the desktop application, from their place").await?;
    press(browser, "Save").await?;
    browser.see("Your documents open like this from now on").await?;
    look(browser, "opening").await?;
    browser.goto(&place.at(&format!("/templates/{template}"))).await?;
    look(browser, "template").await?;
    templates(browser, place).await?;
    beside.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn sharepoint_is_set_up_in_the_light() -> Result<()> {
    walk("light", View::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sharepoint_is_set_up_in_the_dark_on_a_phone() -> Result<()> {
    walk("dark", View::PHONE.in_the_dark()).await
}
