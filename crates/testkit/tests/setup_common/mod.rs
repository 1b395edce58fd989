//! Setting a cloud up through the pages: a program beside them, and what a page says.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "test code: a failed expectation is a failed test")]

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use testkit::login::{Jar, Net as _, Page, Processes};

/// A program with a token of whoever is in.
pub struct Program<'p> {
    place: &'p Processes,
    token: String,
}

impl<'p> Program<'p> {
    /// Makes a token on the page for them.
    pub async fn of(place: &'p Processes, jar: &mut Jar) -> Self {
        let page = jar.go(place, &place.at("/settings/tokens")).await;
        let page = jar.press(place, &page, "name=\"name\"", &[("name", "test")]).await;
        let token = page.text.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        Self { place, token }
    }

    /// A template under a heading of its own, whose documents go to the archive. Its id.
    pub async fn letter(&self) -> i64 {
        let heading =
            self.ask(Method::POST, "/headings", Some(json!({ "name": "Letters" }))).await.1["id"].clone();
        let new =
            json!({ "from": { "blank": "docx" }, "name": "Letter", "headings": [heading], "stored_in": 0 });
        let (status, made) = self.ask(Method::POST, "/templates", Some(new)).await;
        assert_eq!(status, 201, "{made}");
        made["id"].as_i64().unwrap()
    }

    /// Asks the interface for programs.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(self.place.at(&format!("/api/v1{path}")))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("if-match", "*")
            .body(Bytes::from(body.map(|b| b.to_string()).unwrap_or_default()))
            .unwrap();
        let answer = self.place.serve(request).await;
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or(Value::Null))
    }
}

/// What a page says, without its dress.
pub fn gist(page: &Page) -> String {
    let main = page.text.split("<main").nth(1).unwrap_or(&page.text);
    let plain = main.split('<').filter_map(|t| t.split_once('>')).map(|(_, text)| text.trim());
    format!(
        "{} {} {}",
        page.status,
        page.url,
        plain.filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ")
    )
}

/// Makes Solveig an administrator of the CRM.
pub fn appoint(place: &Processes) {
    let file = place.path("administrators.csv");
    let line = "e9,solveig,Dahl,solveig@kaffehuset.example,true,Everyone,true";
    let text = format!("external_id,login,last_name,email,has_plan,primary_group,administrator\n{line}\n");
    std::fs::write(&file, text).unwrap();
    place.run("crm.toml", &["import", "associates", &file.display().to_string()]);
}
