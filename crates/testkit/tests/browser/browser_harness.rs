//! The browser harness itself, against a few static pages.
//! The pages send the product's content security policy, so what works here works there.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use testkit::browser::{Browser, Result, View};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HOME: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Letters</title>
<link rel="stylesheet" href="/page.css"><link rel="icon" href="data:,">
<script type="module" src="/page.js"></script>
</head>
<body>
<main>
<h1>Letters</h1>
<p><a href="/second">Second page</a></p>
<p><a href="/letter.txt" download>Fetch the letter</a></p>
<form action="/second">
<p><label>Subject <input name="subject"></label></p>
<p><label for="due">Due</label> <input id="due" name="due" type="date"></p>
<p><label for="kind">Kind</label> <select id="kind" name="kind"><option>Letter</option><option>Offer</option></select></p>
<p><label><input type="checkbox" name="done"> Completed</label></p>
<p><label for="file">Your file</label> <input id="file" type="file" multiple></p>
<p><button type="button" id="greet">Greet</button> <button>Save</button></p>
</form>
<section id="drop" aria-label="Drop area">Drop files here</section>
<output id="said"></output>
</main>
</body>
</html>"#;

const SECOND: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Second</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/page.css"><link rel="icon" href="data:,"></head>
<body><main><h1>The second page</h1><p><a href="/">Back home</a></p></main></body></html>"#;

/// An image without a text, a control without a label, a script the policy refuses, and a page that is too wide.
const FAULTY: &str = r#"<!doctype html>
<html><head><meta charset="utf-8"><title>Faulty</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/page.css"><link rel="icon" href="data:,"></head>
<body><main><h1>Faulty</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">
<input class="bare"><p class="wide">wide</p><script>alert(1)</script></main></body></html>"#;

const STYLE: &str = ":root { color-scheme: light dark } body { background: Canvas; color: CanvasText }
    #drop { padding: 40px; border: 2px dashed } .wide { width: 2000px } .bare:focus { outline: none }";

const SCRIPT: &str = r"
    const say = text => document.getElementById('said').textContent = text;
    document.getElementById('greet').addEventListener('click', () => setTimeout(() => say('Good day'), 150));
    document.getElementById('file').addEventListener('change', event =>
        say('chosen: ' + [...event.target.files].map(file => file.name + ' ' + file.size).join(', ')));
    const drop = document.getElementById('drop');
    drop.addEventListener('dragover', event => event.preventDefault());
    drop.addEventListener('drop', event => {
        event.preventDefault();
        say('dropped: ' + [...event.dataTransfer.files].map(file => file.name).join(', '));
    });
    document.addEventListener('keydown', event => {
        if (event.key === '/') { event.preventDefault(); document.querySelector('[name=subject]').focus(); }
        if (event.key === 's' && event.ctrlKey) { event.preventDefault(); say('saved by key'); }
    });
";

/// Serves the pages until the process ends and returns their address.
fn serve() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A connection the browser opened and dropped again is no failure of a test.
            std::thread::spawn(move || stream.and_then(answer));
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    request.read_line(&mut line)?;
    let mut header = String::new();
    while request.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/");
    let (status, kind, body) = match path {
        "/" => ("200 OK", "text/html", HOME),
        "/second" => ("200 OK", "text/html", SECOND),
        "/faulty" => ("200 OK", "text/html", FAULTY),
        "/page.css" => ("200 OK", "text/css", STYLE),
        "/page.js" => ("200 OK", "text/javascript", SCRIPT),
        "/letter.txt" => ("200 OK", "text/plain", "Dear reader"),
        _ => ("404 Not Found", "text/plain", "nothing here"),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    stream.shutdown(std::net::Shutdown::Write)?;
    std::io::copy(&mut stream.take(1024), &mut std::io::sink()).map(drop)
}

async fn open(name: &str, view: View) -> Result<(Browser, String)> {
    let home = serve()?;
    let browser = Browser::open(name, view).await?;
    browser.goto(&home).await?;
    Ok((browser, home))
}

#[tokio::test]
async fn things_are_found_by_role_label_and_text() -> Result<()> {
    let (browser, _) = open("found", View::DESKTOP).await?;
    browser.click("button", "Greet").await?;
    browser.see("Good day").await?;
    browser.fill("Subject", "An offer").await?;
    browser.fill("Subject", "A letter").await?;
    browser.fill("Due", "2026-11-30").await?;
    browser.choose("Kind", "Offer").await?;
    browser.tick("Completed", true).await?;
    assert_eq!(browser.value_of("Subject").await?, "A letter");
    assert_eq!(browser.names_of("link").await?, ["Second page", "Fetch the letter"]);
    let form = browser.by_text("Subject").await?;
    assert_eq!(form.tag_name().await?, "label");
    browser.click("button", "Save").await?;
    browser.wait_for_address("/second?subject=A+letter&due=2026-11-30&kind=Offer&done=on").await?;
    browser.see_no("Good day").await?;
    browser.back().await?;
    browser.click("link", "Second page").await?;
    browser.see("The second page").await?;
    assert_eq!(browser.title().await?, "Second");
    browser.close().await
}

#[tokio::test]
async fn what_is_not_there_is_named_with_the_place() -> Result<()> {
    let (browser, home) = open("missing", View::DESKTOP).await?;
    let said = browser.choose("Kind", "Poem").await.unwrap_err().to_string();
    assert_eq!(said, "`Kind` has no option `Poem`");
    let said = browser.click("button", "Burn").await.unwrap_err().to_string();
    assert!(said.starts_with("a click on the button `Burn` did not come within 10 s"), "{said}");
    assert!(said.contains(&format!("address: {home}/")) && said.contains("title: Letters"), "{said}");
    assert!(said.contains("missing-failure.png"), "{said}");
    browser.close().await
}

#[tokio::test]
async fn the_screen_is_light_dark_or_a_phone_as_asked() -> Result<()> {
    let dark = "return matchMedia('(prefers-color-scheme: dark)').matches;";
    let width = "return innerWidth;";
    for (name, view) in [("light", View::DESKTOP), ("dark", View::WIDE.in_the_dark()), ("phone", View::PHONE)]
    {
        let (browser, _) = open(name, view).await?;
        browser.click("link", "Second page").await?;
        browser.see("The second page").await?;
        assert_eq!(browser.script(dark, Vec::new()).await?, view.dark);
        assert_eq!(browser.script(width, Vec::new()).await?, view.width);
        let touch = browser.script("return navigator.maxTouchPoints > 0;", Vec::new()).await?;
        assert_eq!(touch, view.phone);
        let picture = std::fs::read(browser.screenshot("second").await?)?;
        assert_eq!(&picture[1..4], b"PNG");
        let picture_width = u32::from_be_bytes(picture[16..20].try_into().unwrap());
        assert_eq!(picture_width, view.width);
        browser.expect_no_sideways_scroll().await?;
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_keyboard_alone_reaches_and_uses_everything() -> Result<()> {
    let (browser, _) = open("keyboard", View::DESKTOP).await?;
    assert_eq!(browser.focus().await?, None);
    browser.press("/").await?;
    browser.type_text("Typed").await?;
    assert_eq!(browser.value_of("Subject").await?, "Typed");
    let focus = browser.tab_to("Greet").await?;
    assert_eq!(focus.role, "button");
    browser.press("Enter").await?;
    browser.see("Good day").await?;
    browser.press("Shift+Tab").await?;
    assert_eq!(browser.focus().await?.map(|focus| focus.name), Some("Your file".to_owned()));
    browser.press("Control+s").await?;
    browser.see("saved by key").await?;
    let said = browser.tab_to("Burn").await.unwrap_err().to_string();
    assert!(said.starts_with("Tab never reaches `Burn`") && said.contains("link `Second page`"), "{said}");
    browser.close().await
}

#[tokio::test]
async fn a_page_without_faults_is_accessible_under_the_strict_policy() -> Result<()> {
    let (browser, _) = open("accessible", View::DESKTOP).await?;
    browser.expect_accessible().await?;
    browser.close().await
}

#[tokio::test]
async fn faults_of_a_page_are_found() -> Result<()> {
    let (browser, home) = open("faulty", View::PHONE).await?;
    browser.goto(&format!("{home}/faulty")).await?;
    let violations = browser.axe().await?;
    let rules: Vec<&str> = violations.iter().map(|one| one.rule.as_str()).collect();
    assert!(["image-alt", "label", "html-has-lang"].iter().all(|rule| rules.contains(rule)), "{rules:?}");
    let said = browser.expect_accessible().await.unwrap_err().to_string();
    assert!(said.contains("image-alt (critical): ") && said.contains("\n    img: "), "{said}");
    let said = browser.expect_no_sideways_scroll().await.unwrap_err().to_string();
    assert!(said.ends_with("wider than 400 px: p.wide"), "{said}");
    let said = browser.tab_to("anything").await.unwrap_err().to_string();
    assert_eq!(said, "nothing shows that the focus is on the textbox ``");
    let said = browser.close().await.unwrap_err().to_string();
    assert!(said.contains("Content Security Policy"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_complaint_that_is_expected_is_tolerated() -> Result<()> {
    let (browser, home) = open("tolerated", View::DESKTOP).await?;
    browser.goto(&format!("{home}/nowhere")).await?;
    let said = browser.expect_quiet_console().await.unwrap_err().to_string();
    assert!(said.contains("404"), "{said}");
    browser.tolerate("404");
    browser.close().await
}

#[tokio::test]
async fn files_go_in_by_dialog_and_by_dropping_and_come_out() -> Result<()> {
    let (browser, _) = open("files", View::DESKTOP).await?;
    let folder = tempfile::tempdir()?;
    let paths = ["one.txt", "two.txt"].map(|name| folder.path().join(name));
    for path in &paths {
        std::fs::write(path, "hello")?;
    }
    let both = [paths[0].as_path(), paths[1].as_path()];
    browser.upload("Your file", &both).await?;
    browser.see("chosen: one.txt 5, two.txt 5").await?;
    let area = browser.by_text("Drop files here").await?;
    browser.drop_files(&area, &both).await?;
    browser.see("dropped: one.txt, two.txt").await?;
    browser.click("link", "Fetch the letter").await?;
    assert_eq!(std::fs::read_to_string(browser.downloaded("letter.txt").await?)?, "Dear reader");
    browser.close().await
}

#[tokio::test]
async fn nothing_keeps_running_after_a_test_that_stopped_early() -> Result<()> {
    let (browser, _) = open("early", View::DESKTOP).await?;
    let started = descendants(std::process::id())?;
    // The driver, the browser, and at least one page.
    assert!(started.len() > 2, "{started:?}");
    drop(browser);
    for _ in 0..100 {
        if !started.iter().any(|id| process(*id).is_some()) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let left: Vec<u32> = started.into_iter().filter(|id| process(*id).is_some()).collect();
    panic!("still running: {left:?}");
}

/// The processes that descend from `ancestor`, by the process table of Linux.
fn descendants(ancestor: u32) -> std::io::Result<Vec<u32>> {
    let mut parents = std::collections::HashMap::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        parents.extend(process(id).map(|parent| (id, parent)));
    }
    let line = |id: u32| std::iter::successors(Some(id), |id| parents.get(id).copied()).skip(1).take(64);
    Ok(parents.keys().copied().filter(|id| line(*id).any(|above| above == ancestor)).collect())
}

/// The parent of a process that is alive: neither gone nor only waiting to be counted.
fn process(id: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    if fields.next()? == "Z" { None } else { fields.next()?.parse().ok() }
}
