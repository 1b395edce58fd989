//! The pages of documents and templates through their own door: in-process requests against a whole service.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod daily;
mod life;
mod new;
mod templates;
mod uploads;

use testkit::world::{Answer, BASE, Client};

/// Posts a form as the browser does. Values are plain words.
async fn post(browser: &Client<'_>, path: &str, fields: &str) -> Answer {
    let body = format!("csrf={}&{fields}", browser.csrf());
    let request = browser.post(path).header("content-type", "application/x-www-form-urlencoded");
    request.bytes(body).send().await
}

/// A part of a form with files: name, file name (blank for text), content.
type Part<'a> = (&'a str, &'a str, &'a [u8]);

/// Posts a form with files as the browser does: the token first, then the parts in their order.
async fn send(browser: &Client<'_>, path: &str, parts: &[Part<'_>]) -> Answer {
    sent(browser, path, parts, "text/html").await
}

/// The same from our script, which sends one file and wants JSON.
async fn send_by_script(browser: &Client<'_>, path: &str, parts: &[Part<'_>]) -> Answer {
    sent(browser, path, parts, "application/json").await
}

async fn sent(browser: &Client<'_>, path: &str, parts: &[Part<'_>], accept: &str) -> Answer {
    let mut body = Vec::new();
    let token = browser.csrf().to_owned();
    for (name, file, content) in [("csrf", "", token.as_bytes())].iter().chain(parts) {
        let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
        body.extend_from_slice(
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    // The proof stands in the form, as without our script.
    let request = browser.clone().without("x-csrf-token").post(path).header("accept", accept);
    request.header("content-type", "multipart/form-data; boundary=XX").bytes(body).send().await
}

/// What is shown after an answer that leads elsewhere: the message left for it, and the page.
async fn follow(browser: &Client<'_>, answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let page = browser.get(answer.header("location")).send().await.expect(200).text();
    format!("{}\n{page}", message(answer))
}

/// The message an answer leaves for the next page.
fn message(answer: &Answer) -> String {
    let name = web::cookies::flash_name(&web::Base::parse(BASE).unwrap());
    let all = answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok());
    let value = all.filter_map(|line| line.split(';').next()?.split_once('=')).find(|(n, _)| *n == name);
    let Some((tone, text)) = value.and_then(|(_, value)| value.split_at_checked(1)) else {
        return String::new();
    };
    let mut words = Vec::new();
    let mut parts = text.split('%');
    words.extend_from_slice(parts.next().unwrap().as_bytes());
    for part in parts {
        words.push(u8::from_str_radix(&part[..2], 16).unwrap());
        words.extend_from_slice(&part.as_bytes()[2..]);
    }
    let class = if tone == "f" { "note bad" } else { "note" };
    format!("<p class=\"{class}\">{}</p>", String::from_utf8(words).unwrap())
}

/// Makes a document from a template by the form, and says where it is.
async fn make(browser: &Client<'_>, template: impl std::fmt::Display, fields: &str) -> String {
    let made = post(browser, &format!("/documents/new/{template}"), fields).await.expect(303);
    made.header("location").to_owned()
}
