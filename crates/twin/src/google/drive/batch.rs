//! `POST /batch/drive/v3`: up to a hundred calls in one (developers.google.com, "Batch requests"). Each part is a
//! request of its own with its own answer, and costs what it costs alone.

use super::routes;
use crate::core::answer::{Answer, Content};
use crate::core::blobs::Blob;
use crate::core::call::{Call, Pairs, Received};
use crate::core::env::Env;
use crate::core::visit::{parameter, parts};
use crate::google::error::Refusal;
use crate::google::{Google, describe};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

const MOST: usize = 100;

/// Whether a call is a batch.
pub(super) fn is_batch(call: &Call) -> bool {
    call.path.trim_end_matches('/') == "/batch/drive/v3"
}

fn refuse(message: &str) -> Answer {
    Refusal::new(400, "badRequest", message).into()
}

/// Handles a batch.
pub(super) fn serve(google: &mut Google, env: &mut Env<'_>) -> Answer {
    if env.call.method != Method::POST {
        return Answer::empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    let boundary = env.call.header("content-type").and_then(|value| parameter(value, "boundary"));
    let body = env.call.body.small();
    let found = boundary.as_deref().and_then(|boundary| parts(&body, boundary));
    let Some(found) = found.filter(|_| env.call.media_type() == "multipart/mixed") else {
        return refuse("Failed to parse batch request, error: missing or malformed boundary.");
    };
    if found.len() > MOST {
        return refuse("The batch request contains too many calls; at most 100 are allowed.");
    }
    let calls: Option<Vec<(Option<String>, Call)>> =
        found.into_iter().map(|(head, content)| one(env.call, head, content)).collect();
    let Some(calls) = calls else {
        return refuse("Failed to parse batch request, error: a part is no request.");
    };
    let edge = format!("batch_{}", env.house.random.token(32));
    let mut out = Vec::new();
    for (id, call) in calls {
        let answer = answer(google, env, &call);
        out.extend_from_slice(format!("--{edge}\r\nContent-Type: application/http\r\n").as_bytes());
        if let Some(id) = id {
            let id = match id.strip_prefix('<') {
                Some(inner) => format!("<response-{inner}"),
                None => format!("response-{id}"),
            };
            out.extend_from_slice(format!("Content-ID: {id}\r\n").as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        write(&mut out, &answer);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{edge}--\r\n").as_bytes());
    Answer::bytes(StatusCode::OK, &format!("multipart/mixed; boundary={edge}"), out)
}

fn answer(google: &mut Google, env: &Env<'_>, call: &Call) -> Answer {
    let media = call.query.get("alt") == Some("media");
    if !call.path.starts_with("/drive/v3/") || media || call.query.get("uploadType").is_some() {
        return refuse("Uploads and downloads cannot be part of a batch.");
    }
    let mut inner = Env::new(call, env.house);
    inner.now = env.now;
    inner.note = describe(google, call);
    routes::answer(google, &mut inner)
}

/// The call of a part: a request line, headers, and a body.
fn one(outer: &Call, head: &[u8], content: &[u8]) -> Option<(Option<String>, Call)> {
    let head = String::from_utf8_lossy(head).into_owned();
    let id = headers(head.lines()).get("content-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let text = String::from_utf8_lossy(content).into_owned();
    let text = text.trim_start_matches(['\r', '\n']);
    let (start, body) = match text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")) {
        Some((start, body)) => (start, body),
        None => (text, ""),
    };
    let mut lines = start.lines();
    let mut words = lines.next()?.split_whitespace();
    let method = Method::from_bytes(words.next()?.as_bytes()).ok()?;
    let target = words.next()?;
    let target = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = headers(lines);
    if !headers.contains_key("authorization")
        && let Some(value) = outer.headers.get("authorization")
    {
        headers.insert("authorization", value.clone());
    }
    let call = Call {
        surface: outer.surface,
        method,
        path: path.to_owned(),
        query: Pairs::parse(query),
        headers,
        body: Received::whole(Blob::from(body.trim_end().as_bytes().to_vec())),
        at: outer.at,
    };
    Some((id, call))
}

fn headers<'t>(lines: impl Iterator<Item = &'t str>) -> HeaderMap {
    let one = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value.trim()).ok()?))
    };
    lines.filter_map(one).collect()
}

fn write(out: &mut Vec<u8>, answer: &Answer) {
    let reason = answer.status.canonical_reason().unwrap_or_default();
    out.extend_from_slice(format!("HTTP/1.1 {} {reason}\r\n", answer.status.as_u16()).as_bytes());
    for (name, value) in &answer.headers {
        out.extend_from_slice(format!("{name}: ").as_bytes());
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("content-length: {}\r\n\r\n", answer.length()).as_bytes());
    match &answer.body {
        Content::Bytes(bytes) => out.extend_from_slice(bytes),
        Content::Blob(blob, range) => out.extend_from_slice(&blob.read(range.clone()).unwrap_or_default()),
    }
}
