//! The pages through their own door: in-process requests against a whole service.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod entrance;
mod headers;
mod proof;
mod records;
mod settings;

use testkit::world::{Answer, Client};

/// The token in the forms of a page.
#[track_caller]
fn token(page: &Answer) -> String {
    let html = page.text();
    let (_, rest) = html.split_once("name=\"csrf\" value=\"").expect("the page has a form with a token");
    rest.split('"').next().unwrap().to_owned()
}

/// The token in the forms that this browser sees.
async fn token_of(browser: &Client<'_>) -> String {
    token(&browser.get("/settings/about").send().await.expect(200))
}

/// Posts a form as the browser does. Values are plain words.
async fn post(browser: &Client<'_>, path: &str, fields: &str) -> Answer {
    let body = format!("csrf={}&{fields}", token_of(browser).await);
    form(browser, path, &body).await
}

/// Posts a body as a form.
async fn form(browser: &Client<'_>, path: &str, body: &str) -> Answer {
    let request = browser.post(path).header("content-type", "application/x-www-form-urlencoded");
    request.bytes(body.to_owned()).send().await
}

/// The value of a cookie that an answer sets.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok());
    all.filter_map(|line| line.split(';').next()?.split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, v)| v.to_owned())
}
