//! What is sent back, as a value.

use super::blobs::Blob;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use std::ops::Range;

/// An answer to a request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Content,
}

/// The body of an answer.
#[derive(Debug, Clone)]
pub enum Content {
    Bytes(Bytes),
    /// Part of stored content, streamed.
    Blob(Blob, Range<u64>),
}

impl Answer {
    /// No body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Content::Bytes(Bytes::new()) }
    }

    /// A body with its media type.
    pub fn bytes(status: StatusCode, media_type: &str, body: impl Into<Bytes>) -> Self {
        let mut answer = Self::empty(status);
        answer.body = Content::Bytes(body.into());
        answer.with("content-type", media_type)
    }

    /// JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let text = serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec());
        Self::bytes(status, "application/json; charset=utf-8", text)
    }

    /// 200 with JSON.
    pub fn ok(value: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, value)
    }

    /// A page.
    pub fn html(status: StatusCode, page: String) -> Self {
        Self::bytes(status, "text/html; charset=utf-8", page)
    }

    /// 302 to an address.
    pub fn redirect(to: &str) -> Self {
        Self::empty(StatusCode::FOUND).with("location", to)
    }

    /// 303 to an address, after a form was sent.
    pub fn see_other(to: &str) -> Self {
        Self::empty(StatusCode::SEE_OTHER).with("location", to)
    }

    /// The same with one more header. A value that no header can carry is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.append(name, value);
        }
        self
    }

    /// Stored content, or the part that a `Range` header asks for: 200, 206 or 416 (RFC 9110, section 14).
    /// A header that is malformed or asks for several parts is passed over, as the RFC allows.
    pub fn content(blob: Blob, media_type: &str, range: Option<&str>) -> Self {
        let size = blob.size();
        let mut answer =
            Self::empty(StatusCode::OK).with("content-type", media_type).with("accept-ranges", "bytes");
        match range.and_then(|text| byte_range(text, size)) {
            None => answer.body = Content::Blob(blob, 0..size),
            Some(Asked::Outside) => {
                answer.status = StatusCode::RANGE_NOT_SATISFIABLE;
                return answer.with("content-range", &format!("bytes */{size}"));
            }
            Some(Asked::Part(part)) => {
                answer.status = StatusCode::PARTIAL_CONTENT;
                let text = format!("bytes {}-{}/{size}", part.start, part.end - 1);
                answer.body = Content::Blob(blob, part);
                return answer.with("content-range", &text);
            }
        }
        answer
    }

    /// How many bytes the body has.
    pub fn length(&self) -> u64 {
        match &self.body {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Blob(_, range) => range.end - range.start,
        }
    }

    /// The body's bytes, for answers that are small.
    pub fn small_body(&self) -> Vec<u8> {
        match &self.body {
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::Blob(blob, range) => blob.read(range.clone()).unwrap_or_default(),
        }
    }

    /// The address it redirects to.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok())
    }
}

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Part(Range<u64>),
    /// It lies outside the content.
    Outside,
}

/// Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`. Nothing when it is not one such range.
fn byte_range(text: &str, size: u64) -> Option<Asked> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    if from.is_empty() {
        let last: u64 = to.parse().ok()?;
        let some = last > 0 && size > 0;
        return Some(if some { Asked::Part(size.saturating_sub(last)..size) } else { Asked::Outside });
    }
    let from: u64 = from.parse().ok()?;
    let to: u64 = if to.is_empty() { u64::MAX } else { to.parse().ok()? };
    if to < from {
        return None;
    }
    let some = from < size;
    Some(if some { Asked::Part(from..to.saturating_add(1).min(size)) } else { Asked::Outside })
}

/// Text that is safe in HTML, in text and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_rfc_says() {
        let part = |range| Some(Asked::Part(range));
        let cases = [
            ("bytes=0-0", 10, part(0..1)),
            ("bytes=2-", 10, part(2..10)),
            ("bytes=-3", 10, part(7..10)),
            ("bytes=-30", 10, part(0..10)),
            ("bytes=5-99", 10, part(5..10)),
            ("bytes=10-", 10, Some(Asked::Outside)),
            ("bytes=0-", 0, Some(Asked::Outside)),
            ("bytes=-0", 10, Some(Asked::Outside)),
            ("bytes=4-2", 10, None),
            ("bytes=0-1,4-5", 10, None),
            ("items=0-1", 10, None),
        ];
        for (text, size, expected) in cases {
            assert_eq!(byte_range(text, size), expected, "{text} of {size}");
        }
    }
}
