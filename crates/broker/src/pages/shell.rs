//! What surrounds every page: the browser's cookies, the headers, the files.

use crate::house::House;
use crate::walk::Visitor;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::{Error, ErrorKind};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, REFERRER_POLICY, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, USER_AGENT, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use platform::digest;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::view::Failure;

/// The network address of the caller, put into the request by whoever listens.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Origins besides our own that a form's way may lead to. Chromium applies `form-action` to redirects as well.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormTargets(pub Vec<String>);

/// A browser, with the words of its cookies.
#[derive(Debug)]
pub(crate) struct Browser {
    pub visitor: Visitor,
    /// The word trips are bound to.
    word: String,
    /// Whether it is new and has to be set.
    fresh: bool,
}

impl Browser {
    /// What forms of this browser carry: a hash of its word, so that no other site knows it.
    pub fn token(&self) -> String {
        form_token(&self.word)
    }

    /// Sets the browser's own cookie where it is new.
    pub fn keep(&self, house: &House, mut response: Response) -> Response {
        if self.fresh {
            set(response.headers_mut(), house, BROWSER, &self.word);
        }
        response
    }
}

pub(super) fn form_token(word: &str) -> String {
    digest::sha256_hex(format!("form {word}").as_bytes())
}

const BROWSER: &str = "chancery-browser";
const SESSION: &str = "chancery-login";

/// The cookie's name: locked to the host behind TLS (ATT-19). On the loopback interface it carries the port, because
/// cookies do not tell ports apart.
fn name(house: &House, word: &str) -> String {
    if house.settings.is_secure() {
        return format!("__Host-{word}");
    }
    let port = house.settings.public_url.rsplit(':').next().unwrap_or_default();
    format!("{word}-{port}")
}

fn set(headers: &mut HeaderMap, house: &House, word: &str, value: &str) {
    // A provider sends people back by a link of its own site.
    set_cookie(headers, house, word, value, "Lax");
}

/// Sets a cookie locked to this host, or takes it away with a blank value.
pub(crate) fn set_cookie(headers: &mut HeaderMap, house: &House, word: &str, value: &str, same_site: &str) {
    let secure = if house.settings.is_secure() { "; Secure" } else { "" };
    let ended = if value.is_empty() { "; Max-Age=0" } else { "" };
    let line =
        format!("{}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{ended}", name(house, word));
    // Our values are hexadecimal, so they fit a header.
    if let Ok(line) = HeaderValue::try_from(line) {
        headers.append(SET_COOKIE, line);
    }
}

/// Gives the browser its session's new token, or takes the cookie away with a blank one.
pub(super) fn set_session(house: &House, response: &mut Response, token: &str) {
    set(response.headers_mut(), house, SESSION, token);
}

/// The cookie that [`set_cookie`] has set.
/// # Errors
/// `Invalid` when there are two of that name.
pub(crate) fn read_cookie(headers: &HeaderMap, house: &House, word: &str) -> Result<Option<String>, Error> {
    read(headers, &name(house, word))
}

/// The caller's network address.
pub(crate) fn address(parts: &Parts) -> IpAddr {
    parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |p| p.0)
}

/// The first words a browser says about itself.
fn user_agent(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    agent.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// The one cookie of this name. Two of them: one was planted, and nobody can say which.
fn read(headers: &HeaderMap, name: &str) -> Result<Option<String>, Error> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned());
    let first = values.next();
    if values.next().is_some() {
        return Err(Error::invalid(
            "Your browser sent two cookies of one name, and one of them is not ours. Delete the cookies of this site, \
             then begin again.",
        ));
    }
    Ok(first.filter(|v| v.len() == 64 && v.bytes().all(|b| b.is_ascii_hexdigit())))
}

impl FromRequestParts<Arc<House>> for Browser {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Failure> {
        let word = read_cookie(&parts.headers, house, BROWSER)?;
        let token = read_cookie(&parts.headers, house, SESSION)?;
        let session = match token {
            Some(token) => house.session(&token).await?,
            None => None,
        };
        let fresh = word.is_none();
        let word = match word {
            Some(word) => word,
            None => House::new_browser()?,
        };
        let visitor = Visitor {
            browser: digest::sha256_hex(word.as_bytes()),
            session,
            ip: address(parts),
            user_agent: user_agent(&parts.headers),
        };
        Ok(Self { visitor, word, fresh })
    }
}

const NO_POWERS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), serial=(), usb=()",
);

/// The headers of every answer, and its line in the log.
pub(crate) async fn surround(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let (method, route) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    // The path of a callback or link carries nothing secret but the link's word; only its first step is logged.
    let first = route.split('/').nth(1).unwrap_or_default();
    tracing::info!(%method, route = first, status = response.status().as_u16(), "answered");
    let targets = response.extensions_mut().remove::<FormTargets>().unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {}; base-uri 'none'; \
         frame-ancestors 'none'",
        targets.0.join(" ")
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // A CRM inside another site's frame opens this walk as a window and is told when it is over: the tie between the
    // two has to last. Everywhere else nobody keeps one.
    let walk = ["authorize", "sign-in", "continue", "another", "cancel", "callback"].contains(&first);
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static(if walk { "unsafe-none" } else { "same-origin" }),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(HeaderName::from_static("permissions-policy"), NO_POWERS);
    if house.settings.is_secure() {
        let years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, years);
    }
    response
}

/// `/static/{name}`
pub(crate) async fn asset(Path(asset): Path<String>) -> Response {
    let (kind, text) = match asset.as_str() {
        "login.css" => ("text/css; charset=utf-8", include_str!("../../static/login.css")),
        "operator.css" => ("text/css; charset=utf-8", include_str!("../../static/operator.css")),
        "mark.svg" => ("image/svg+xml", include_str!("../../static/mark.svg")),
        _ => {
            return Failure::from(Error::new(ErrorKind::NotFound, "There is nothing at this address."))
                .into_response();
        }
    };
    (StatusCode::OK, [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=3600")], text).into_response()
}
