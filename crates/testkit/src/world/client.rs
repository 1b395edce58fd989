//! Somebody at the door: a browser with its cookie, a program with its token, or nobody in particular.

use super::{BASE, World};
use axum::body::Body;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Client<'w> {
    world: &'w World,
    headers: HeaderMap,
}

impl<'w> Client<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Self { world, headers: HeaderMap::new() }
    }

    /// The same with an API token.
    pub fn with_bearer(mut self, token: impl AsRef<str>) -> Self {
        self.set(AUTHORIZATION, &format!("Bearer {}", token.as_ref()));
        self
    }

    /// The same with a session, and with everything a page of ours sends along.
    pub fn with_session(mut self, token: &str, csrf: &str) -> Self {
        let base = web::Base::parse(BASE).unwrap();
        self.set(COOKIE, &format!("{}={token}", web::cookies::session_name(&base)));
        self.set(ORIGIN, BASE);
        self.set(HeaderName::from_static(web::csrf::HEADER), &web::csrf::mask(csrf));
        self
    }

    /// The same without one of the headers it sends each time.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// The same with another header each time.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name.parse().unwrap(), value);
        self
    }

    /// The proof that a page of ours sends along, for a form's field; blank for a program.
    pub fn csrf(&self) -> &str {
        self.headers.get(web::csrf::HEADER).map_or("", |v| v.to_str().unwrap_or(""))
    }

    fn set(&mut self, name: HeaderName, value: &str) {
        self.headers.insert(name, HeaderValue::try_from(value).unwrap());
    }

    /// A request by this method.
    pub fn request(&self, method: Method, path: &str) -> Request<'w> {
        let (headers, path) = (self.headers.clone(), path.to_owned());
        Request { world: self.world, method, path, headers, body: Body::empty() }
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> Request<'w> {
        self.request(Method::GET, path)
    }

    /// A POST request.
    pub fn post(&self, path: &str) -> Request<'w> {
        self.request(Method::POST, path)
    }

    /// A PUT request.
    pub fn put(&self, path: &str) -> Request<'w> {
        self.request(Method::PUT, path)
    }

    /// A PATCH request.
    pub fn patch(&self, path: &str) -> Request<'w> {
        self.request(Method::PATCH, path)
    }

    /// A DELETE request.
    pub fn delete(&self, path: &str) -> Request<'w> {
        self.request(Method::DELETE, path)
    }
}

/// A request that has not been sent.
#[derive(Debug)]
pub struct Request<'w> {
    world: &'w World,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
}

impl Request<'_> {
    /// Its method and address.
    pub fn target(&self) -> (Method, String) {
        (self.method.clone(), self.path.clone())
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.insert(name, HeaderValue::try_from(value).unwrap());
        self
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header(CONTENT_TYPE.as_str(), "application/json").bytes(body.to_string())
    }

    /// Sets a body and its length.
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        self = self.header(CONTENT_LENGTH.as_str(), &body.len().to_string());
        self.body = Body::from(body);
        self
    }

    /// Sets a body of which nothing is announced.
    pub fn stream(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sets a body of two parts: properties as JSON, and a file.
    pub fn upload(self, properties: &Value, file_name: &str, content: &[u8]) -> Self {
        let head = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"properties\"\r\nContent-Type: application/json\r\n\r\n\
             {properties}\r\n--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--XX--\r\n"].concat();
        self.header(CONTENT_TYPE.as_str(), "multipart/form-data; boundary=XX").bytes(body)
    }

    /// Sends it and reads the answer to its end. An answer that breaks off has no body that can be read.
    pub async fn send(self) -> Answer {
        let mut request = http::Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() =
            self.path.parse().unwrap_or_else(|e| panic!("{:?} is no address: {e}", self.path));
        *request.headers_mut() = self.headers;
        let response = self.world.router().clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let (body, complete) = match body.collect().await {
            Ok(body) => (body.to_bytes(), true),
            Err(_) => (Bytes::new(), false),
        };
        Answer { status: parts.status, headers: parts.headers, body, complete }
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Whether the body arrived completely.
    pub complete: bool,
}

impl Answer {
    /// The same, when it has this status.
    /// # Panics
    /// With the answer, when it has another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "the answer was {:?} {}", self.headers, self.text());
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text()))
    }

    /// A header; blank when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap_or("?"))
    }

    /// The entity tag.
    pub fn etag(&self) -> String {
        self.header(ETAG.as_str()).to_owned()
    }
}
