//! JSON bodies, read strictly: the right content type, a bounded size, no unknown members, no trailing text.

use crate::errors::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::DeserializeOwned;

/// The largest JSON body, in bytes.
pub(super) const MAX_JSON: usize = 1 << 20;

/// A JSON body of type `T` with the bytes it was read from.
#[derive(Debug)]
pub(super) struct Json<T> {
    /// What was asked for.
    pub ask: T,
    /// The body as it arrived, for the fingerprint of an idempotency key.
    pub bytes: Bytes,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let bytes = read(request, MAX_JSON).await?;
        Ok(Self { ask: parse(&bytes)?, bytes })
    }
}

/// A JSON body that may be left out: no body at all means the default of `T`.
#[derive(Debug)]
pub(super) struct JsonOrNothing<T> {
    /// What was asked for.
    pub ask: T,
    /// The body as it arrived.
    pub bytes: Bytes,
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for JsonOrNothing<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !request.headers().contains_key(CONTENT_TYPE) {
            let bytes = read(request, MAX_JSON).await?;
            if bytes.is_empty() {
                return Ok(Self { ask: T::default(), bytes });
            }
            return Err(not_json("nothing").into());
        }
        let Json { ask, bytes } = Json::from_request(request, state).await?;
        Ok(Self { ask, bytes })
    }
}

/// Refuses every content type but JSON's own. A form or plain text that happens to contain JSON is what another
/// site can make a browser send.
fn require_json(headers: &HeaderMap) -> Result<()> {
    require_plain(headers)?;
    let given = headers.get(CONTENT_TYPE).map_or("nothing", |v| v.to_str().unwrap_or("something unreadable"));
    let media = given.split(';').next().unwrap_or("").trim();
    let known = ["application/json", "application/merge-patch+json"];
    if known.iter().any(|k| media.eq_ignore_ascii_case(k)) { Ok(()) } else { Err(not_json(given)) }
}

fn not_json(given: &str) -> Error {
    Error::new(
        ErrorKind::UnsupportedMedia,
        format!(
            "This address takes JSON and was sent {given}. Send the header Content-Type: application/json."
        ),
    )
}

/// Refuses bodies in a content coding: nothing here unpacks what somebody else has packed.
pub(super) fn require_plain(headers: &HeaderMap) -> Result<()> {
    match headers.get(CONTENT_ENCODING).map(|v| v.as_bytes().to_ascii_lowercase()) {
        None => Ok(()),
        Some(coding) if coding == b"identity" => Ok(()),
        Some(_) => Err(Error::new(
            ErrorKind::UnsupportedMedia,
            "The body is compressed, which is not accepted here. Send it without Content-Encoding.",
        )),
    }
}

/// A body as one piece, at most `max` bytes.
pub(super) async fn read(request: Request, max: usize) -> Result<Bytes> {
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|n| n > max) {
        return Err(too_large(max));
    }
    let mut stream = request.into_body().into_data_stream();
    let mut whole = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(super::content::ended_early)?;
        if whole.len() + chunk.len() > max {
            return Err(too_large(max));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

fn too_large(max: usize) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("The body is larger than {} KB, which is the limit at this address. Send less.", max >> 10),
    )
}

/// Reads JSON and says in words what is wrong with it.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let path = e.path().to_string();
        explain(&path, &e.into_inner())
    })?;
    reader.end().map_err(|e| malformed(&e))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Error {
    let place = format!("line {}, column {}", error.line(), error.column());
    Error::invalid(if error.is_eof() && error.line() <= 1 && error.column() == 0 {
        "The body is empty. Send a JSON object, at least {}.".to_owned()
    } else {
        format!("The body is not well-formed JSON at {place}. Check quotes, commas and brackets there.")
    })
}

fn explain(path: &str, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return malformed(error);
    }
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    describe(path, reason)
}

/// Turns what serde says about a member into a sentence with a remedy, and names the field.
pub(super) fn describe(path: &str, reason: &str) -> Error {
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    if reason.starts_with("unknown field") {
        let name = quoted(reason).unwrap_or_default();
        let known = reason.split_once("expected ").map_or("none", |(_, k)| k.trim_start_matches("one of "));
        return Error::invalid(format!(
            "There is no {name:?} here. Known are: {}. Check the spelling, or leave it out.",
            known.replace('`', "")
        ))
        .field(name);
    }
    if reason.starts_with("missing field") {
        let name = quoted(reason).unwrap_or_default();
        return Error::invalid(format!(
            "{name:?} is missing. Add it; the API's description says what it holds."
        ))
        .field(name);
    }
    let reason = reason.replace('`', "\"");
    if path == "." || path.is_empty() {
        return Error::invalid(format!(
            "What was sent cannot be used: {reason}. Compare it with the API's description."
        ));
    }
    Error::invalid(format!("{path:?} cannot be used: {reason}. Compare it with the API's description."))
        .field(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors matter here")]
    struct Sample {
        company: i64,
        note: Option<String>,
    }

    #[test]
    fn every_fault_in_a_body_is_named_with_its_field() {
        let table: [(&str, &str, Option<&str>); 9] = [
            ("", "The body is empty", None),
            ("{\"company\":1", "not well-formed JSON at line 1, column 12", None),
            ("{\"company\":1} x", "not well-formed JSON", None),
            (
                "{\"company\":1,\"compny\":2}",
                "There is no \"compny\" here. Known are: company or note.",
                Some("compny"),
            ),
            ("{}", "\"company\" is missing", Some("company")),
            ("{\"company\":\"x\"}", "\"company\" cannot be used: invalid type", Some("company")),
            ("{\"company\":1,\"company\":2}", "duplicate field", None),
            ("[]", "cannot be used", None),
            ("{\"company\":1,\"note\":[1]}", "\"note\" cannot be used", Some("note")),
        ];
        for (body, says, field) in table {
            let error = parse::<Sample>(body.as_bytes()).unwrap_err();
            assert!(error.public().contains(says), "{body}: {}", error.public());
            assert_eq!(error.field_name(), field, "{body}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let deep = format!("{{\"company\":1,\"note\":{}}}", "[".repeat(100_000));
        assert!(parse::<Sample>(deep.as_bytes()).is_err());
        let value = "[".repeat(100_000);
        assert!(parse::<serde_json::Value>(value.as_bytes()).is_err());
    }
}
