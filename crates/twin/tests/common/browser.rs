#![allow(dead_code, reason = "each test binary uses a part")]
//! A browser without scripts for pages of one surface: cookies, redirects, forms; and requests of a client.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use twin::{Outward, Surface, Surfaces, Twin, World};

/// A twin of the ready world, changed as a test needs it.
pub fn twin(change: impl FnOnce(&mut World)) -> Twin {
    let mut world = World::ready().unwrap();
    world.stopped_at = Some("2026-06-01T12:00:00Z".parse().unwrap());
    change(&mut world);
    let surfaces = Surfaces::of(|surface| format!("https://{}.test", surface.name()));
    Twin::new(&world, surfaces, "word".into(), None, Outward::default()).unwrap()
}

/// Moves the twin's clock on.
pub fn advance(twin: &Twin, seconds: i64) {
    twin.house().clock.advance(jiff::SignedDuration::from_secs(seconds));
}

/// Orders a behaviour by name, for all calls from now on.
pub fn order(twin: &Twin, name: &str, value: Value) {
    let rule = serde_json::json!({ "effect": { "kind": "behave", "name": name, "value": value } });
    twin.house().faults.order(serde_json::from_value(rule).unwrap());
}

/// A form's pairs as a body.
pub fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Sends a request and gives status and JSON.
pub async fn json(twin: &Twin, surface: Surface, request: Request<Vec<u8>>) -> (StatusCode, Value) {
    let response = twin.call(surface, request).await.unwrap();
    (response.status(), serde_json::from_slice(response.body()).unwrap_or(Value::Null))
}

/// What a page shows, or where its last answer leads outside.
#[derive(Debug)]
pub struct Seen {
    pub status: StatusCode,
    pub text: String,
    /// An address outside the surface.
    pub left: Option<String>,
}

impl Seen {
    /// A parameter of the address that it leads to.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let left =
            self.left.as_ref().unwrap_or_else(|| panic!("still inside: {} {}", self.status, self.text));
        let (_, query) = left.split_once('?')?;
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// The address of a link by its text.
    pub fn link(&self, text: &str) -> String {
        let end = self
            .text
            .find(&format!(">{text}</a>"))
            .unwrap_or_else(|| panic!("no link {text}: {}", self.text));
        attribute(&self.text[self.text[..end].rfind("<a").unwrap()..end], "href")
    }

    /// The forms of the page that have some text in them: action, method and hidden fields.
    fn form(&self, containing: &str) -> (String, String, Vec<(String, String)>) {
        let forms = self.text.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        let text = forms.into_iter().find(|form| form.contains(containing));
        let text = text.unwrap_or_else(|| panic!("no form with {containing}: {}", self.text));
        let hidden = text.split("<input").skip(1).filter(|tag| tag.contains("type=\"hidden\""));
        let fields = hidden.map(|tag| (attribute(tag, "name"), attribute(tag, "value"))).collect();
        (attribute(text, "action"), attribute(text, "method"), fields)
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let rest = tag.split(&format!(" {name}=\"")).nth(1).unwrap_or_default();
    let value = rest.split('"').next().unwrap_or_default();
    value
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// A browser.
#[derive(Debug)]
pub struct Browser<'t> {
    pub twin: &'t Twin,
    pub surface: Surface,
    pub agent: &'static str,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'t> Browser<'t> {
    pub fn new(twin: &'t Twin, surface: Surface) -> Self {
        Self { twin, surface, agent: "test", cookies: RefCell::default() }
    }

    /// Opens an address of the surface and follows its redirects.
    pub async fn open(&self, path: &str) -> Seen {
        self.send(Method::GET, path, "text/plain", Vec::new()).await
    }

    /// Sends a form with its hidden fields and these.
    pub async fn press(&self, seen: &Seen, containing: &str, more: &[(&str, &str)]) -> Seen {
        let (action, method, mut fields) = seen.form(containing);
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        if method == "get" {
            return self.open(&format!("{action}?{body}")).await;
        }
        self.send(Method::POST, &action, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    /// Sends a form with its hidden fields and files.
    pub async fn upload(&self, seen: &Seen, containing: &str, files: &[(&str, &[u8])]) -> Seen {
        let (action, _, fields) = seen.form(containing);
        let mut body = Vec::new();
        for (name, value) in &fields {
            let head =
                format!("--mark\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        for (name, content) in files {
            let head = format!(
                "--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--mark--\r\n");
        self.send(Method::POST, &action, "multipart/form-data; boundary=mark", body).await
    }

    /// Sends a request and follows its redirects.
    pub async fn send(&self, method: Method, path: &str, media_type: &str, body: Vec<u8>) -> Seen {
        let mut response = self.once(method, path, media_type, body).await;
        for _ in 0..10 {
            let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
            let Some(location) = location else { break };
            let base = self.twin.house().surfaces.base(self.surface).to_owned();
            let inside = location.strip_prefix(&base).unwrap_or(&location).to_owned();
            if !inside.starts_with('/') {
                let text = String::new();
                return Seen { status: response.status(), text, left: Some(location) };
            }
            response = self.once(Method::GET, &inside, "text/plain", Vec::new()).await;
        }
        let text = String::from_utf8_lossy(response.body()).into_owned();
        Seen { status: response.status(), text, left: None }
    }

    /// Sends one request.
    pub async fn once(&self, method: Method, path: &str, media_type: &str, body: Vec<u8>) -> Response<Bytes> {
        let cookies =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookies.join("; "))
            .header("user-agent", self.agent)
            .header("content-type", media_type)
            .body(body)
            .unwrap();
        let response = self.twin.call(self.surface, request).await.unwrap();
        for line in response.headers().get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        response
    }
}
