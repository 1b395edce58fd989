//! What surrounds every handler: the request's id and instant, its log line and numbers, the presentation of its
//! error, and the headers no answer may lack.

use crate::State;
use crate::cookies;
use crate::errors;
use crate::extract::Arrival;
use crate::page::Carried;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use tower_http::compression::predicate::{Predicate, SizeAbove};
use tracing::Instrument as _;

/// The policy of every page: our own files and nothing else, in nobody's frame. `frame-src` lets a document's page
/// hold its preview, the one answer that allows our own pages to frame it (and has no powers there).
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// The same policy for a page whose forms may also lead to this origin.
pub(crate) fn policy_with(origin: &str) -> String {
    let whole = POLICY;
    let policy = whole.to_str().unwrap_or_default();
    policy.replace("form-action 'self'", &format!("form-action 'self' {origin}"))
}

/// Powers a page of ours never needs.
const NO_POWERS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const POWERS: HeaderName = HeaderName::from_static("permissions-policy");

/// The middleware around all routes.
pub(crate) async fn surround(
    axum::extract::State(state): axum::extract::State<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let arrival = Arrival::at((state.settings.now)());
    let asked = request.headers().clone();
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    // The pattern, never the address: ids and tokens stay out of logs and metrics.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(arrival.clone());
    let span = tracing::info_span!("request", request.id = %arrival.request, http.method = %method, http.route = route);
    let response = async {
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response = answered.unwrap_or_else(|_| errors::after_panic(&path));
        let mut response = errors::present(response, &asked, &arrival);
        secure(&mut response, &state, &arrival);
        carry_flash(&mut response, &state);
        forget_flash(&mut response, &asked, &state);
        tracing::info!(
            http.status = response.status().as_u16(),
            elapsed_ms = started.elapsed().as_millis() as u64,
            "answered"
        );
        response
    }
    .instrument(span)
    .await;
    count(&method, &route, response.status(), started);
    response
}

fn secure(response: &mut Response, state: &State, arrival: &Arrival) {
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    allow_frames(headers, state.settings.base.frames());
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(OPENER).or_insert(HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE, HeaderValue::from_static("same-origin"));
    headers.insert(POWERS, NO_POWERS);
    if state.settings.base.is_secure() {
        let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, two_years);
    }
    if let Ok(id) = HeaderValue::try_from(arrival.request.hyphenated().to_string()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Lets pages stand in frames of these origins. Where our own pages may hold one, they may do so there as well.
fn allow_frames(headers: &mut HeaderMap, origins: &[String]) {
    if origins.is_empty() {
        return;
    }
    let Some(policy) = headers.get(CONTENT_SECURITY_POLICY).and_then(|p| p.to_str().ok()) else { return };
    let origins = origins.join(" ");
    let wider = policy
        .replace("frame-ancestors 'none'", &format!("frame-ancestors {origins}"))
        .replace("frame-ancestors 'self'", &format!("frame-ancestors 'self' {origins}"));
    if let Ok(wider) = HeaderValue::try_from(wider) {
        headers.insert(CONTENT_SECURITY_POLICY, wider);
    }
}

/// Lets a page that was opened as a window keep its tie to the page that opened it: sign-ins in a window need it, and
/// nothing else has it.
pub(crate) fn keep_opener(response: &mut Response) {
    response.headers_mut().insert(OPENER, HeaderValue::from_static("unsafe-none"));
}

/// A message for the next page goes into its cookie.
fn carry_flash(response: &mut Response, state: &State) {
    if let Some(carried) = response.extensions_mut().remove::<Carried>() {
        carried.set(response.headers_mut(), &state.settings.base);
    }
}

/// A message is shown once: the page that showed it takes the cookie away.
fn forget_flash(response: &mut Response, asked: &HeaderMap, state: &State) {
    let base = &state.settings.base;
    let name = cookies::flash_name(base);
    let shown = response.status() == StatusCode::OK
        && is_html(response.headers())
        && !asked.contains_key(errors::FRAGMENT);
    if shown && cookies::read(asked, &name).is_ok_and(|value| value.is_some()) {
        cookies::clear(response.headers_mut(), base, &name);
    }
}

fn count(method: &http::Method, route: &str, status: StatusCode, started: Instant) {
    let method = if is_usual(method) { method.as_str().to_owned() } else { "OTHER".to_owned() };
    let labels = [("method", method), ("route", route.to_owned()), ("status", status.as_u16().to_string())];
    metrics::counter!("chancery_http_requests_total", &labels).increment(1);
    metrics::histogram!("chancery_http_request_seconds", "route" => route.to_owned())
        .record(started.elapsed().as_secs_f64());
}

/// A method anybody may invent would be a label anybody may invent.
fn is_usual(method: &http::Method) -> bool {
    use http::Method;
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method)
}

fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Texts of ours are worth compressing. Content people stored is delivered as it is, so that ranges stay exact.
pub(crate) fn worth_compressing() -> impl Predicate {
    SizeAbove::new(1024).and(|_: StatusCode, _: http::Version, headers: &HeaderMap, _: &http::Extensions| {
        const TEXTS: [&str; 5] =
            ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"];
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        TEXTS.iter().any(|text| kind.starts_with(text))
            && !headers.contains_key(CONTENT_ENCODING)
            && !headers.contains_key(http::header::CONTENT_DISPOSITION)
            && !headers.contains_key(http::header::CONTENT_RANGE)
    })
}
