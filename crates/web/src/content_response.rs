//! Content on its way to a browser or a program: ranges (RFC 9110 section 14), safe headers, nothing inline.
//!
//! Every delivery is an attachment with `nosniff`, a sandboxing policy and no storing by caches, whatever the
//! content claims to be (security reference, section 8.5).

use app::documents::Reading;
use axum::body::Body;
use axum::response::Response;
use domain::plugin::{ByteRange, Content, Revision};
use domain::{Error, ErrorKind, Result};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, IF_RANGE, RANGE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::fmt::Write as _;

/// The policy on delivered content, should a browser ever show it in spite of everything.
const POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");

/// The part of the content a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RangeAsk {
    /// The range; `None` asks for everything. Several ranges, other units and malformed ranges ask for everything
    /// too, which RFC 9110 section 14.2 allows and every client understands.
    pub range: Option<ByteRange>,
    /// The entity tag of `If-Range`, quotes included: the range holds only while the content still has it.
    pub only_if: Option<String>,
}

/// Reads `Range` and `If-Range`. Never fails: what cannot be understood is ignored, as RFC 9110 wants it.
pub fn parse_range(headers: &HeaderMap) -> RangeAsk {
    let mut values = headers.get_all(RANGE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return RangeAsk::default();
    };
    let Some(range) = value.to_str().ok().and_then(one_range) else {
        return RangeAsk::default();
    };
    let only_if = headers.get(IF_RANGE).map(|v| v.to_str().unwrap_or("").trim().to_owned());
    RangeAsk { range: Some(range), only_if }
}

fn one_range(text: &str) -> Option<ByteRange> {
    let (unit, spec) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = spec.trim().split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    match (first.is_empty(), last.is_empty()) {
        (true, true) => None,
        (true, false) => Some(ByteRange::Suffix(position(last)?)),
        (false, true) => Some(ByteRange::From { first: position(first)?, last: None }),
        (false, false) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(ByteRange::From { first, last: Some(last) })
        }
    }
}

/// A whole number of digits only; numbers beyond 64 bits count as the largest, which is beyond any content.
fn position(digits: &str) -> Option<u64> {
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    numeric.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Reads and answers a request for content: ranges, `If-Range`, `If-None-Match` and 416 included.
///
/// `read` opens the content, with or without a range; it is called again only where the first answer shows that
/// the range does not apply. A HEAD request takes the same way; the server leaves the body out.
pub async fn deliver<F, Fut>(headers: &HeaderMap, read: F) -> Result<Response>
where
    F: Fn(Option<ByteRange>) -> Fut,
    Fut: Future<Output = Result<Reading>>,
{
    let ask = parse_range(headers);
    let range = match &ask.only_if {
        Some(tag) if ask.range.is_some() => {
            let whole = read(None).await?;
            if entity_tag(&whole.content.revision) != *tag {
                return Ok(content_response(whole, headers));
            }
            ask.range
        }
        _ => ask.range,
    };
    match read(range).await {
        Ok(reading) => Ok(content_response(reading, headers)),
        Err(error) if range.is_some() && error.kind() == ErrorKind::RangeNotSatisfiable => {
            Ok(unsatisfiable(read(None).await?.content.size, &error))
        }
        Err(error) => Err(error),
    }
}

/// The answer that carries `reading`: 200, 206 when the request's range was read, or 304 when `If-None-Match`
/// names the present content.
pub fn content_response(reading: Reading, headers: &HeaderMap) -> Response {
    let Reading { content, file_name } = reading;
    let tag = entity_tag(&content.revision);
    if if_none_match(headers, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        set(&mut response, ETAG, tag);
        set_safety(&mut response);
        return response;
    }
    let ask = parse_range(headers);
    let partial = ask.range.is_some() && ask.only_if.is_none_or(|only| only == tag) && content.size > 0;
    let Content { size, span, media_type, stream, .. } = content;
    let mut response = Response::new(Body::from_stream(stream));
    if partial {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        set(
            &mut response,
            CONTENT_RANGE,
            format!("bytes {}-{}/{size}", span.start, span.end.saturating_sub(1)),
        );
    }
    set(&mut response, CONTENT_LENGTH, (span.end - span.start).to_string());
    set(&mut response, CONTENT_TYPE, media_type);
    set(&mut response, CONTENT_DISPOSITION, disposition(&file_name));
    set(&mut response, ETAG, tag);
    response.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set_safety(&mut response);
    response
}

/// The entity tag of content at this revision, quotes included. Strong: a revision names exact bytes.
pub fn entity_tag(revision: &Revision) -> String {
    let plain = |b: u8| matches!(b, 0x21 | 0x23..=0x7E) && b != b'\\';
    // What begins like an encoded one is encoded too, so that two revisions never share a tag.
    if !revision.0.is_empty() && !revision.0.starts_with("x-") && revision.0.bytes().all(plain) {
        return format!("\"{}\"", revision.0);
    }
    let mut tag = String::from("\"x-");
    for byte in revision.0.bytes() {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

fn if_none_match(headers: &HeaderMap, tag: &str) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(
        |one| {
            let one = one.trim();
            one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
        },
    )
}

/// The value of `Content-Disposition` (RFC 6266, RFC 8187): always an attachment, a plain name for old clients,
/// the real one beside it.
pub fn disposition(file_name: &str) -> String {
    let mut fallback = String::with_capacity(file_name.len());
    let mut encoded = String::with_capacity(file_name.len() * 2);
    for c in file_name.chars() {
        match c {
            '"' | '\\' | '%' | '/' | ':' | ';' => fallback.push('_'),
            ' '..='~' => fallback.push(c),
            _ => fallback.push('_'),
        }
        let mut buffer = [0; 4];
        for byte in c.encode_utf8(&mut buffer).bytes() {
            // attr-char of RFC 8187 section 3.2.1
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
}

fn unsatisfiable(size: u64, error: &Error) -> Response {
    let mut response = Response::new(Body::from(error.public().to_owned()));
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    set(&mut response, CONTENT_RANGE, format!("bytes */{size}"));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    set_safety(&mut response);
    response
}

fn set_safety(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
}

/// Sets a header; a value no header can carry (a media type with a line break) becomes the unknown type.
fn set(response: &mut Response, name: HeaderName, value: String) {
    let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(name, value);
}

#[cfg(test)]
mod tests;
