//! Templates and mail merges in a real browser: a bad file is refused and kept, a good one published; letters to many.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use merge::build::{Docx, Paragraph};
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
async fn a_bad_template_is_refused_with_its_places_and_letters_go_to_many_in_the_light() -> Result<()> {
    walk("templates-light", View { width: 1000, ..View::DESKTOP }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_template_is_refused_with_its_places_and_letters_go_to_many_on_a_dark_phone() -> Result<()> {
    walk("templates-phone", View::PHONE.in_the_dark()).await
}

/// The pages whose pictures stand in docs/templates.md.
const PICTURES: [&str; 2] = ["draft-with-errors", "mail-merge-finished"];

async fn look(browser: &Browser, page: &str) -> Result<()> {
    if browser.view().width > View::PHONE.width && PICTURES.contains(&page) {
        browser.picture(&format!("templates-{page}")).await?;
    } else {
        browser.screenshot(page).await?;
    }
    browser.expect_no_sideways_scroll().await?;
    browser.expect_accessible().await
}

/// A letter with a slip, a loop without its end, and a good code.
fn bad() -> Vec<u8> {
    let text = |text: &str| Paragraph::new().text(text);
    Docx::new()
        .header(text("{onam}"))
        .paragraph(text("Dear {atmn},"))
        .paragraph(text("{#if sale.amount > 1000}A large sale to {company.nmae}."))
        .paragraph(text("{name}"))
        .finish()
}

async fn walk(name: &str, view: View) -> Result<()> {
    let demo = Demo::start();
    let files = tempfile::tempdir().unwrap();
    let (slip, good) = (files.path().join("Slip.docx"), files.path().join("Good.docx"));
    std::fs::write(&slip, bad()).unwrap();
    let words = Docx::new().paragraph(Paragraph::new().text("Dear {attn}, you are invited. {name}"));
    std::fs::write(&good, words.finish()).unwrap();
    let browser = Browser::open(name, view).await?;
    browser.goto(&demo.enter).await?;
    browser.click("button", "Enter").await?;
    browser.wait_for_address("/").await?;

    browser.goto(&demo.at("/templates/new")).await?;
    browser.fill("Name", "Invitation").await?;
    browser.click("radio", "A file of mine").await?;
    browser.upload("File", &[&slip]).await?;
    browser.click("button", "Create").await?;
    browser.see("Not published").await?;
    browser.see("Did you mean").await?;
    look(&browser, "draft-with-errors").await?;
    browser.upload("Corrected file", &[&good]).await?;
    browser.click("button", "Send").await?;
    browser.see("The file is in place").await?;
    let template = browser.address().await?;
    look(&browser, "template").await?;
    browser.goto(&format!("{template}/file?language=&contact=1")).await?;
    browser.see("The preview shows it for").await?;
    look(&browser, "file-tried").await?;
    browser.enter_frame("Preview of Good.docx").await?;
    browser.see("you are invited").await?;

    browser.goto(&demo.at("/contacts?q=a")).await?;
    browser.click("link", "Mail merge").await?;
    look(&browser, "mail-merge-new").await?;
    browser.choose("Template", "Invitation").await?;
    browser.click("button", "Forecast").await?;
    browser.see("Nothing has been made yet").await?;
    look(&browser, "mail-merge-forecast").await?;
    browser.click("button", "Start").await?;
    browser.see("It has begun").await?;
    browser.see("Finished").await?;
    look(&browser, "mail-merge-finished").await?;
    browser.goto(&demo.at("/mailings")).await?;
    look(&browser, "mail-merges").await?;

    for (page, path) in [
        ("custom-tags", "/templates/custom-tags"),
        ("bundle", "/templates/bundle"),
        ("templates", "/templates"),
        ("contacts", "/contacts"),
    ] {
        browser.goto(&demo.at(path)).await?;
        look(&browser, page).await?;
    }
    browser.expect_quiet_console().await?;
    browser.close().await
}
