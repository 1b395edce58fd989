//! The demo's second installation, whose documents lie in Google Drive, looked at in a real browser with Drive's own page
//! beside it: what is done there is seen here.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testkit::browser::{Browser, Result, View};

const LETTER: &str = "Coffee for the reading evenings";

/// The pages whose pictures stand in docs/how-to/connect-google-drive.md.
const PICTURES: [&str; 4] = ["document", "beside", "happened", "places"];

/// A demo that runs, and where it is entered.
struct Demo {
    child: Child,
    link: String,
    drive: String,
    _folder: tempfile::TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the program is")]
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::var("CHANCERY_BIN")
            .unwrap_or_else(|e| panic!("CHANCERY_BIN is set by `cargo xtask test`: {e}"));
        let mut child = Command::new(program)
            .args(["demo", "--fresh", "--port", "0", "--data"])
            .arg(folder.path().join("demo"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut after = |words: &str| {
            let mut found = lines.by_ref().map_while(std::result::Result::ok);
            let line = found.find(|line| line.contains(words)).unwrap();
            line.split(words).nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
        };
        let link = after("in Google Drive already: ");
        let drive = after("Both providers are simulated: ");
        // What it says later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.map_while(std::result::Result::ok).for_each(drop));
        Self { child, link, drive, _folder: folder }
    }
}

async fn look(browser: &Browser, page: &str) -> Result<()> {
    if browser.view() == View::DESKTOP && PICTURES.contains(&page) {
        browser.picture(&format!("drive-{page}")).await?;
    } else {
        browser.screenshot(page).await?;
    }
    browser.expect_no_sideways_scroll().await?;
    browser.expect_accessible().await
}

async fn press(browser: &Browser, button: &str) -> Result<()> {
    browser.click("button", button).await
}

async fn walk(name: &str, view: View) -> Result<()> {
    let demo = Demo::start();
    let browser = Browser::open(&format!("places-{name}"), view).await?;
    browser.tolerate("Failed to load resource");
    browser.goto(&demo.link).await?;
    press(&browser, "Enter").await?;
    browser.see("Solsiden Kaffebrenneri").await?;
    let home = browser.address().await?;
    let crm = home.trim_end_matches('/').to_owned();
    browser.goto(&format!("{crm}/documents")).await?;
    browser.click("link", LETTER).await?;
    browser.by_role("heading", LETTER).await?;
    let document = browser.address().await?;
    browser.see("Solsiden documents").await?;
    look(&browser, "document").await?;

    // Somebody renames it in Drive, where it lies under the account that keeps it.
    let beside = Browser::open(&format!("places-drive-{name}"), view).await?;
    beside.tolerate("Failed to load resource");
    beside.goto(&format!("{}drive/my-drive", demo.drive)).await?;
    press(&beside, "documents@solsiden.example").await?;
    for folder in ["Solsiden documents", "Everyone", "Fløyen Bokhandel AS", "year"] {
        // The year of the letter is that of the day on which the demo was made.
        let next = match folder {
            "year" => beside.wait_for("a year", async || Ok(year(&beside.names_of("link").await?))).await?,
            name => name.to_owned(),
        };
        beside.click("link", &next).await?;
        beside.by_role("heading", &next).await?;
    }
    beside.screenshot("folder").await?;
    beside.click("link", LETTER).await?;
    beside.by_label("Name").await?;
    look(&beside, "beside").await?;
    beside.fill("Name", "Renamed in Drive.docx").await?;
    press(&beside, "Rename").await?;
    beside.by_role("heading", "Renamed in Drive.docx").await?;
    beside.close().await?;

    browser.goto(&format!("{crm}/settings/places")).await?;
    browser.see("Asked freely").await?;
    look(&browser, "places").await?;
    press(&browser, "Compare everything now").await?;
    browser.see("Everything is being compared").await?;
    browser.goto(&document).await?;
    let seen = async || {
        tokio::time::sleep(Duration::from_millis(700)).await;
        browser.reload().await?;
        browser.shows("Renamed from").await
    };
    browser.wait_until("what happened in Drive", seen).await?;
    look(&browser, "happened").await?;
    browser.goto(&format!("{crm}/settings/places")).await?;
    press(&browser, "Throw them away").await?;
    browser.see("The copies were thrown away").await?;
    browser.close().await
}

/// The only folder of a year among the links of a page.
fn year(links: &[String]) -> Option<String> {
    links.iter().find(|link| link.len() == 4 && link.starts_with("20")).cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_in_drive_is_seen_in_the_light() -> Result<()> {
    walk("light", View::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_in_drive_is_seen_in_the_dark_on_a_phone() -> Result<()> {
    walk("dark", View::PHONE.in_the_dark()).await
}
