//! The pages of the simulated providers in a real browser: a person signs in, consents, and works on files by hand.
//! Every page on the way is checked for accessibility and kept as a picture, in light and dark, wide and narrow.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use testkit::browser::{Browser, Result, View};
use twin::{Options, Running, World};

const GOOGLE: &str = "412345678901-drive.apps.googleusercontent.example";
const ENTRA: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";

/// A width that leaves a desktop page little room.
const SMALL: View = View { width: 1000, ..View::DESKTOP };

/// The providers, an application that people come back to, and a folder with two versions of a file.
struct Stage {
    running: Running,
    application: String,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let application = application();
        let mut world = World::ready().unwrap();
        for client in world.google.projects.iter_mut().flat_map(|project| &mut project.clients) {
            client.redirect_uris.push(application.clone());
        }
        world.microsoft.apps[0].redirect_uris.push(application.clone());
        let running = twin::start(Options { world, ..Options::default() }).await.unwrap();
        Self { running, application, folder: tempfile::tempdir().unwrap() }
    }

    fn google(&self, prompt: &str) -> String {
        let scopes = "openid%20email%20profile%20https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdrive";
        format!(
            "{}/o/oauth2/v2/auth?client_id={GOOGLE}&redirect_uri={}&response_type=code&scope={scopes}&state=s&prompt={prompt}",
            self.running.surfaces().google_accounts,
            self.application
        )
    }

    fn entra(&self, path: &str, more: &str) -> String {
        format!(
            "{}/{path}?client_id={ENTRA}&redirect_uri={}&response_type=code&state=s&scope=openid%20offline_access%20Files.ReadWrite.All{more}",
            self.running.surfaces().microsoft_login,
            self.application
        )
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// An application that says `Welcome back` to whoever comes.
fn application() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/callback", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(std::result::Result::ok) {
            let mut head = BufReader::new(&stream).lines().map_while(std::result::Result::ok);
            while head.next().is_some_and(|line| !line.is_empty()) {}
            let page = "<!doctype html><html lang=en><title>App</title><h1>Welcome back</h1>";
            let _ = write!(
                &stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                page.len()
            );
        }
    });
    address
}

/// A picture of the page, which must fit its screen, be usable by everybody and say what it is.
async fn look(browser: &Browser, page: &str) -> Result<()> {
    browser.screenshot(page).await?;
    browser.see("Nothing here is real").await?;
    browser.expect_no_sideways_scroll().await?;
    browser.expect_accessible().await
}

async fn press(browser: &Browser, button: &str) -> Result<()> {
    browser.click("button", button).await
}

async fn follow(browser: &Browser, link: &str) -> Result<()> {
    browser.click("link", link).await
}

/// The browser itself remarks on an answer that is a refusal.
fn tolerate(browser: &Browser) {
    browser.tolerate("Failed to load resource");
}

async fn google(name: &str, view: View) -> Result<()> {
    let stage = Stage::new().await;
    let browser = Browser::open(&format!("twin-google-{name}"), view).await?;
    tolerate(&browser);
    browser.goto(&stage.google("consent")).await?;
    look(&browser, "chooser").await?;
    browser.fill("Address", "nobody@solsiden.example").await?;
    press(&browser, "Next").await?;
    browser.see("There is no account of this address").await?;
    look(&browser, "no-account").await?;
    press(&browser, "Ingrid Berg").await?;
    browser.see("wants access to your account").await?;
    look(&browser, "consent").await?;
    press(&browser, "Continue").await?;
    browser.see("Welcome back").await?;
    browser.goto(&stage.google("select_account")).await?;
    browser.see("Signed in").await?;
    look(&browser, "known").await?;
    browser.goto(&stage.google("consent").replace(GOOGLE, "nobody")).await?;
    browser.see("Access blocked").await?;
    look(&browser, "blocked").await?;
    by_hand_at_google(&stage, &browser).await?;
    browser.close().await
}

async fn by_hand_at_google(stage: &Stage, browser: &Browser) -> Result<()> {
    let drive = stage.running.surfaces().google_drive.clone();
    browser.goto(&format!("{drive}/drive/my-drive")).await?;
    look(browser, "who").await?;
    press(browser, "Ingrid Berg").await?;
    browser.see("The folder is empty").await?;
    look(browser, "empty").await?;
    browser.fill("New folder", "Archive").await?;
    press(browser, "Make folder").await?;
    browser.see("Archive").await?;
    browser.goto(&format!("{drive}/drive/my-drive")).await?;
    let first = stage.file("A plan for the whole of the coming year.txt", "one");
    browser.upload("New files", &[&first]).await?;
    press(browser, "Upload").await?;
    look(browser, "library").await?;
    follow(browser, "A plan for the whole").await?;
    browser.see("Version").await?;
    browser.upload("New version", &[&stage.file("second.txt", "two")]).await?;
    press(browser, "Upload").await?;
    browser.see("Version 2").await?;
    look(browser, "file").await?;
    browser.fill("Name", "Plan.txt").await?;
    press(browser, "Rename").await?;
    browser.by_role("heading", "Plan.txt").await?;
    press(browser, "Move").await?;
    browser.by_role("link", "Archive").await?;
    press(browser, "Move to trash").await?;
    follow(browser, "Trash").await?;
    look(browser, "trash").await?;
    press(browser, "Restore").await?;
    browser.by_role("heading", "Plan.txt").await?;
    press(browser, "Move to trash").await?;
    follow(browser, "Trash").await?;
    follow(browser, "Plan.txt").await?;
    look(browser, "trashed").await?;
    press(browser, "Delete for good").await?;
    browser.see_no("Delete for good").await?;
    browser.goto(&format!("{drive}/drive/trash")).await?;
    browser.see("The trash is empty").await?;
    browser.goto(&format!("{drive}/file/d/none/view")).await?;
    look(browser, "missing").await
}

async fn microsoft(name: &str, view: View) -> Result<()> {
    let stage = Stage::new().await;
    let browser = Browser::open(&format!("twin-microsoft-{name}"), view).await?;
    tolerate(&browser);
    let authorize = "organizations/oauth2/v2.0/authorize";
    browser.goto(&stage.entra(authorize, "")).await?;
    look(&browser, "sign-in").await?;
    browser.fill("Account", "nora@kaffehuset.example").await?;
    press(&browser, "Next").await?;
    browser.see("second factor").await?;
    look(&browser, "second-factor").await?;
    press(&browser, "Approve and continue").await?;
    browser.see("Need admin approval").await?;
    look(&browser, "need-approval").await?;
    press(&browser, "Back without consent").await?;
    browser.see("Welcome back").await?;
    browser.goto(&stage.entra(authorize, "&prompt=select_account")).await?;
    browser.see("Signed in").await?;
    look(&browser, "known").await?;
    press(&browser, "Use another account").await?;
    browser.fill("Account", "solveig@kaffehuset.example").await?;
    look(&browser, "another").await?;
    press(&browser, "Next").await?;
    browser.see("Permissions requested").await?;
    look(&browser, "consent").await?;
    press(&browser, "Accept on behalf of Kaffehuset").await?;
    browser.see("Welcome back").await?;
    browser.goto(&stage.entra("organizations/v2.0/adminconsent", "")).await?;
    browser.see("Administrator sign-in").await?;
    look(&browser, "administrator").await?;
    press(&browser, "Solveig Dahl").await?;
    browser.see("for everybody").await?;
    look(&browser, "admin-consent").await?;
    press(&browser, "Accept").await?;
    browser.see("Welcome back").await?;
    browser.goto(&stage.entra(authorize, "").replace(ENTRA, "nobody")).await?;
    browser.see("AADSTS700016").await?;
    look(&browser, "problem").await?;
    by_hand_at_microsoft(&stage, &browser).await?;
    browser.close().await
}

async fn by_hand_at_microsoft(stage: &Stage, browser: &Browser) -> Result<()> {
    browser.goto(&stage.running.surfaces().sharepoint).await?;
    look(browser, "organisations").await?;
    follow(browser, "Kaffehuset").await?;
    look(browser, "who").await?;
    press(browser, "Solveig Dahl").await?;
    look(browser, "sites").await?;
    follow(browser, "Sales").await?;
    look(browser, "site").await?;
    follow(browser, "Documents").await?;
    let library = browser.address().await?;
    browser.fill("New folder", "Archive").await?;
    press(browser, "Make folder").await?;
    browser.see("Archive").await?;
    browser.goto(&library).await?;
    let first = stage.file("A plan for the whole of the coming year.txt", "one");
    browser.upload("New files", &[&first]).await?;
    press(browser, "Upload").await?;
    look(browser, "library").await?;
    follow(browser, "A plan for the whole").await?;
    browser.upload("New version", &[&stage.file("second.txt", "two")]).await?;
    press(browser, "Upload").await?;
    browser.see("Version 2.0").await?;
    look(browser, "file").await?;
    press(browser, "Check out").await?;
    browser.see("Checked out by").await?;
    look(browser, "checked-out").await?;
    browser.fill("Comment", "as agreed").await?;
    press(browser, "Check in").await?;
    browser.see("as agreed").await?;
    browser.fill("Name", "Plan.txt").await?;
    press(browser, "Rename").await?;
    browser.by_role("heading", "Plan.txt").await?;
    press(browser, "Move").await?;
    browser.by_role("link", "Archive").await?;
    press(browser, "Delete").await?;
    follow(browser, "Recycle bin").await?;
    look(browser, "recycle-bin").await?;
    press(browser, "Restore").await?;
    browser.see("The recycle bin is empty").await?;
    browser.goto(&format!("{library}/Archive")).await?;
    browser.by_role("link", "Plan.txt").await?;
    browser.goto(&format!("{library}/nothing")).await?;
    look(browser, "missing").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_google_and_works_in_drive_by_hand_in_the_light() -> Result<()> {
    google("light", SMALL).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_google_and_works_in_drive_by_hand_in_the_dark() -> Result<()> {
    google("dark", SMALL.in_the_dark()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_google_and_works_in_drive_by_hand_on_a_phone() -> Result<()> {
    google("phone", View::PHONE.in_the_dark()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_microsoft_and_works_in_a_library_by_hand_in_the_light() -> Result<()> {
    microsoft("light", SMALL).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_microsoft_and_works_in_a_library_by_hand_in_the_dark() -> Result<()> {
    microsoft("dark", SMALL.in_the_dark()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_microsoft_and_works_in_a_library_by_hand_on_a_phone() -> Result<()> {
    microsoft("phone", View::PHONE.in_the_dark()).await
}
