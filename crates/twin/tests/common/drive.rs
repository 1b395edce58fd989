//! A Workspace domain with three people and a client, and calls to Drive in their names.

use http::{HeaderMap, Method, Request, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use twin::core::faults::{Effect, Rule};
use twin::{Outward, Surface, Surfaces, Twin, World};

pub const FULL: &str = "https://www.googleapis.com/auth/drive";
pub const FILE: &str = "https://www.googleapis.com/auth/drive.file";
pub const FOLDER: &str = "application/vnd.google-apps.folder";

const WORLD: &str = r#"
seed = 11
stopped_at = "2026-06-01T12:00:00Z"
[[google.domains]]
name = "example.com"
[[google.domains.users]]
email = "ada@example.com"
given_name = "Ada"
family_name = "Sample"
id = "100000000000000000001"
[[google.domains.users]]
email = "ben@example.com"
given_name = "Ben"
family_name = "Sample"
id = "100000000000000000002"
[[google.domains.users]]
email = "cleo@example.com"
given_name = "Cleo"
family_name = "Sample"
id = "100000000000000000003"
storage_limit = 1000
[[google.projects]]
name = "Trial"
number = "700000000001"
[[google.projects.clients]]
id = "client-one"
secret = "s"
[[google.projects]]
name = "Other"
number = "700000000002"
[[google.projects.clients]]
id = "client-two"
secret = "s"
"#;

pub const ADA: &str = "100000000000000000001";
pub const BEN: &str = "100000000000000000002";
pub const CLEO: &str = "100000000000000000003";

/// One person's connection to a twin. Every answer is held to the contract when the contracts are there.
pub struct Desk {
    pub twin: Twin,
    pub token: String,
    #[cfg(feature = "contracts")]
    findings: Option<twin::contracts::Findings>,
}

/// An answer.
#[derive(Debug)]
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The JSON of a success.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// Status and reason of a refusal.
    pub fn reason(&self) -> (u16, String) {
        let reason = self.json()["error"]["errors"][0]["reason"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), reason)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Desk {
    /// Ada with all of Drive.
    pub fn new() -> Self {
        Self::with_world("")
    }

    /// The same with more in the world's file.
    pub fn with_world(more: &str) -> Self {
        let world = World::from_toml(&format!("{WORLD}{more}"), "the test's world").unwrap();
        let surfaces = Surfaces::of(|surface| format!("http://{}.test", surface.name()));
        let twin = Twin::new(&world, surfaces, "word".into(), None, Outward::default()).unwrap();
        let mut desk = Self {
            #[cfg(feature = "contracts")]
            findings: watch(&twin),
            twin,
            token: String::new(),
        };
        desk.token = desk.mint(ADA, "client-one", "700000000001", FULL);
        desk
    }

    fn mint(&self, user: &str, client: &str, project: &str, scope: &str) -> String {
        self.twin.google(|google, house| {
            google.identity.mint(user, client, project, &[scope], house.clock.now(), &house.random)
        })
    }

    /// The same twin for another person or scope.
    pub fn as_user(&self, user: &str, scope: &str) -> Self {
        self.through("client-one", "700000000001", user, scope)
    }

    /// The same twin through another client.
    pub fn through(&self, client: &str, project: &str, user: &str, scope: &str) -> Self {
        Self {
            twin: self.twin.clone(),
            token: self.mint(user, client, project, scope),
            #[cfg(feature = "contracts")]
            findings: self.findings.clone(),
        }
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Got {
        let mut request = Request::builder().method(method).uri(path);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.twin.call(Surface::GoogleApis, request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        Got { status: head.status, headers: head.headers, body: body.to_vec() }
    }

    pub async fn get(&self, path: &str) -> Got {
        self.send(Method::GET, &format!("/drive/v3{path}"), &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Got {
        self.body(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Got {
        self.body(Method::PATCH, path, body).await
    }

    async fn body(&self, method: Method, path: &str, body: Value) -> Got {
        let json = [("content-type", "application/json")];
        self.send(method, &format!("/drive/v3{path}"), &json, body.to_string().into_bytes()).await
    }

    pub async fn delete(&self, path: &str) -> Got {
        self.send(Method::DELETE, &format!("/drive/v3{path}"), &[], Vec::new()).await
    }

    /// Makes a folder and gives its id.
    pub async fn folder(&self, name: &str, parent: &str) -> String {
        let meta = json!({ "name": name, "mimeType": FOLDER, "parents": [parent] });
        let made = self.post("/files", meta).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }

    /// Uploads a small file with its metadata and gives what is shown of it.
    pub async fn upload(&self, meta: Value, media_type: &str, content: &[u8]) -> Got {
        self.multipart(Method::POST, "/files?uploadType=multipart&fields=*", meta, media_type, content).await
    }

    pub async fn multipart(
        &self,
        method: Method,
        path: &str,
        meta: Value,
        media_type: &str,
        content: &[u8],
    ) -> Got {
        let mut body = format!(
            "--edge\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{meta}\r\n--edge\r\nContent-Type: {media_type}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let kind = [("content-type", "multipart/related; boundary=edge")];
        self.send(method, &format!("/upload/drive/v3{path}"), &kind, body).await
    }

    /// A text file's id.
    pub async fn text(&self, name: &str, parent: &str, text: &str) -> String {
        let made = self
            .upload(json!({ "name": name, "parents": [parent] }), "text/plain", text.as_bytes())
            .await
            .ok();
        made["id"].as_str().unwrap().to_owned()
    }

    /// The names that a query finds, in the order of the answer.
    pub async fn names(&self, q: &str) -> Vec<String> {
        let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let list = self.get(&format!("/files?q={q}&fields=files/name&pageSize=1000")).await.ok();
        list["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Begins a resumable upload and gives the session's path and query.
    pub async fn session(&self, method: Method, path: &str, meta: Value, headers: &[(&str, &str)]) -> String {
        let path = format!("/upload/drive/v3{path}");
        let begun = self.send(method, &path, headers, meta.to_string().into_bytes()).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", String::from_utf8_lossy(&begun.body));
        assert!(begun.body.is_empty());
        let location = begun.header("location").unwrap();
        location.strip_prefix("http://google-apis.test").unwrap().to_owned()
    }

    /// Sends a chunk without a token: the session's address is enough.
    pub async fn chunk(&self, session: &str, range: &str, body: Vec<u8>) -> Got {
        let headers: Vec<(&str, &str)> =
            if range.is_empty() { vec![] } else { vec![("content-range", range)] };
        let bare = Self {
            twin: self.twin.clone(),
            token: String::new(),
            #[cfg(feature = "contracts")]
            findings: self.findings.clone(),
        };
        bare.send(Method::PUT, session, &headers, body).await
    }

    /// Orders a behaviour by name.
    pub fn behave(&self, name: &str, value: Value, times: Option<u64>) {
        let mut rule = Rule::new(Effect::Behave { name: name.to_owned(), value });
        rule.times = times;
        self.twin.house().faults.order(rule);
    }

    pub fn later(&mut self, by: SignedDuration) {
        self.twin.house().clock.advance(by);
        self.token = self.mint(ADA, "client-one", "700000000001", FULL);
    }
}

#[cfg(feature = "contracts")]
#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn watch(twin: &Twin) -> Option<twin::contracts::Findings> {
    let folder = std::env::var_os("CHANCERY_CONTRACTS")?;
    let contracts = twin::contracts::Contracts::load(std::path::Path::new(&folder)).unwrap();
    Some(std::sync::Arc::new(contracts).watch(twin))
}

#[cfg(feature = "contracts")]
impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(findings) = self.findings.as_ref().filter(|_| !std::thread::panicking()) {
            assert!(findings.list().is_empty(), "{:#?}", findings.list());
        }
    }
}
