//! A request, read whole, as the handlers see it.

use super::blobs::Blob;
use super::surfaces::Surface;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Call {
    pub surface: Surface,
    pub method: Method,
    /// The path as it was sent: percent-encoded, without the query.
    pub path: String,
    /// The query's pairs, decoded.
    pub query: Pairs,
    pub headers: HeaderMap,
    pub body: Received,
    /// When it arrived, by the twin's clock.
    pub at: Timestamp,
}

impl Call {
    /// A header's value, when it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The token of `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.header("cookie")?.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }

    /// The media type of the body, lower case, without parameters; empty when there is none.
    pub fn media_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// A body that arrived.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub content: Blob,
    /// False when the connection broke before the end.
    pub complete: bool,
}

impl Received {
    /// A whole body, for calls made inside the process.
    pub fn whole(content: Blob) -> Self {
        Self { content, complete: true }
    }

    /// The body as bytes, up to 8 MiB; longer bodies are not small answers to questions.
    pub fn small(&self) -> Vec<u8> {
        self.content.read(0..self.content.size().min(8 << 20)).unwrap_or_default()
    }

    /// The body as JSON; the reason in words when it is none.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        let bytes = self.small();
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| error.to_string())
    }

    /// The body as a form's pairs.
    pub fn form(&self) -> Pairs {
        Pairs::parse(&String::from_utf8_lossy(&self.small()))
    }
}

/// Names and values in the order they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Reads `a=b&c=d`, with `+` as a space.
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name, or nothing when it is empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Whether a name is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// How often a name stands.
    pub fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(key, _)| key == name).count()
    }
}

/// Decodes one segment of a path. `+` stays what it is.
pub fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// The segments of a path, still encoded; a slash at the end makes none.
pub fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}
