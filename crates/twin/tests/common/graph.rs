//! A twin, people with tokens, and calls to Graph without a socket.

#![allow(dead_code, reason = "each test binary uses its own part")]

use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use twin::control::TokenOrder;
use twin::core::faults::{Effect, Rule};
use twin::{Outward, Surface, Surfaces, Twin, World};

pub const APP: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";
const SCOPES: &[&str] = &["Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All"];

/// The ready world with time standing still. Every answer is held to the contract when the contracts are there.
pub struct House {
    pub twin: Twin,
    #[cfg(feature = "contracts")]
    findings: Option<twin::contracts::Findings>,
}

#[cfg(feature = "contracts")]
#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn watch(twin: &Twin) -> Option<twin::contracts::Findings> {
    // One process of many tests reads them once.
    static READ: std::sync::OnceLock<std::sync::Arc<twin::contracts::Contracts>> = std::sync::OnceLock::new();
    let folder = std::env::var_os("CHANCERY_CONTRACTS").filter(|value| !value.is_empty())?;
    let contracts = READ.get_or_init(|| {
        std::sync::Arc::new(twin::contracts::Contracts::load(std::path::Path::new(&folder)).unwrap())
    });
    Some(contracts.watch(twin))
}

#[cfg(feature = "contracts")]
impl Drop for House {
    fn drop(&mut self) {
        if let Some(findings) = self.findings.as_ref().filter(|_| !std::thread::panicking()) {
            assert!(findings.list().is_empty(), "{:#?}", findings.list());
        }
    }
}

/// Somebody who calls.
#[derive(Clone)]
pub struct Caller {
    twin: Twin,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub struct Heard {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, String::from_utf8_lossy(&self.bytes));
        self.json()
    }
}

impl House {
    pub fn new() -> Self {
        let mut world = World::ready().unwrap();
        world.stopped_at = Some("2026-06-01T12:00:00Z".parse().unwrap());
        let surfaces = Surfaces::of(|surface| format!("https://{}.test", surface.name()));
        let twin = Twin::new(&world, surfaces, "word".into(), None, Outward::default()).unwrap();
        Self::of(twin)
    }

    /// A house around a twin that runs already.
    pub fn of(twin: Twin) -> Self {
        Self {
            #[cfg(feature = "contracts")]
            findings: watch(&twin),
            twin,
        }
    }

    pub fn caller(&self, user: Option<&str>, scopes: &[&str]) -> Caller {
        let order = TokenOrder::Microsoft {
            tenant: "kaffehuset.example".into(),
            user: user.map(|user| format!("{user}@kaffehuset.example")),
            app: APP.into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        Caller { twin: self.twin.clone(), token: self.twin.mint(&order).unwrap() }
    }

    pub fn solveig(&self) -> Caller {
        self.caller(Some("solveig"), SCOPES)
    }

    pub fn erik(&self) -> Caller {
        self.caller(Some("erik"), SCOPES)
    }

    pub fn pass(&self, seconds: i64) {
        self.twin.house().clock.advance(jiff::SignedDuration::from_secs(seconds));
    }

    /// Orders a behaviour for one call.
    pub fn once(&self, name: &str, value: Value) {
        self.twin.house().faults.order(Rule::new(Effect::Behave { name: name.into(), value }).times(1));
    }

    /// The library of the sales site: `/drives/{id}`.
    pub async fn library(&self) -> String {
        let drive = self.solveig().get("/sites/kaffehuset.sharepoint.example:/sites/sales:/drive").await.ok();
        format!("/drives/{}", drive["id"].as_str().unwrap())
    }

    /// A request to the SharePoint hosts, without a token.
    pub async fn plain(&self, method: Method, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Heard {
        send(&self.twin, Surface::Sharepoint, method, url, headers, body).await
    }
}

impl Caller {
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Heard {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend(headers);
        send(&self.twin, Surface::Graph, method, &format!("/v1.0{path}"), &all, body).await
    }

    pub async fn get(&self, path: &str) -> Heard {
        self.send(Method::GET, path, &[], b"").await
    }

    pub async fn post(&self, path: &str, body: Value) -> Heard {
        self.send(Method::POST, path, &[("content-type", "application/json")], body.to_string().as_bytes())
            .await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Heard {
        self.send(Method::PATCH, path, &[("content-type", "application/json")], body.to_string().as_bytes())
            .await
    }

    pub async fn delete(&self, path: &str) -> Heard {
        self.send(Method::DELETE, path, &[], b"").await
    }

    pub async fn put(&self, path: &str, body: &[u8]) -> Heard {
        self.send(Method::PUT, path, &[("content-type", "text/plain")], body).await
    }

    pub async fn folder(&self, drive: &str, name: &str) -> Value {
        self.post(&format!("{drive}/root/children"), json!({ "name": name, "folder": {} })).await.ok()
    }

    /// What a download gives, through the redirect.
    pub async fn read(&self, item: &str) -> Vec<u8> {
        let redirect = self.get(&format!("{item}/content")).await;
        assert_eq!(redirect.status, StatusCode::FOUND, "{}", String::from_utf8_lossy(&redirect.bytes));
        let url = redirect.headers["location"].to_str().unwrap().to_owned();
        send(&self.twin, Surface::Sharepoint, Method::GET, &url, &[], b"").await.bytes
    }
}

async fn send(
    twin: &Twin,
    surface: Surface,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Heard {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = twin.call(surface, request.body(body.to_vec()).unwrap()).await.unwrap();
    Heard {
        status: response.status(),
        headers: response.headers().clone(),
        bytes: response.into_body().to_vec(),
    }
}

/// Answers validation as it must, and keeps what it is sent.
pub async fn receiver(honest: bool) -> (String, tokio::sync::mpsc::UnboundedReceiver<Value>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (send, received) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let send = send.clone();
            tokio::spawn(async move {
                let mut text = Vec::new();
                let mut piece = [0; 4096];
                while let Ok(read) = stream.read(&mut piece).await {
                    text.extend_from_slice(&piece[..read]);
                    let all = String::from_utf8_lossy(&text).into_owned();
                    let Some((head, body)) = all.split_once("\r\n\r\n") else { continue };
                    let length = head
                        .to_lowercase()
                        .split("content-length: ")
                        .nth(1)
                        .and_then(|rest| rest.lines().next()?.trim().parse().ok())
                        .unwrap_or(0);
                    if body.len() < length && read > 0 {
                        continue;
                    }
                    let token =
                        head.split("validationToken=").nth(1).and_then(|rest| rest.split([' ', '&']).next());
                    let answer = match token {
                        Some(token) if honest => {
                            percent_encoding::percent_decode_str(token).decode_utf8_lossy().into_owned()
                        }
                        Some(_) => "something else".to_owned(),
                        None => {
                            let _ = send.send(serde_json::from_str(body).unwrap_or(Value::Null));
                            String::new()
                        }
                    };
                    let reply = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                        answer.len()
                    );
                    let _ = stream.write_all(reply.as_bytes()).await;
                    return;
                }
            });
        }
    });
    (url, received)
}
