//! Uploads in one request: content alone, or metadata and content in `multipart/related`.

use super::actions;
use super::content::{SMALL_UPLOAD, Upload};
use super::files::{change, shown};
use super::meta::{Meta, Purpose};
use super::routes::{Caller, Outcome, reach_file};
use super::{access, resumable};
use crate::core::blobs::Blob;
use crate::core::env::Env;
use crate::google::Google;
use crate::google::error::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `files.create` below `/upload`.
pub(super) fn create(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    if is_resumable(env) {
        return resumable::begin(google, env, caller, None);
    }
    let (meta, upload) = read(env, Purpose::Create)?;
    fresh_parents(google, env, caller, &meta)?;
    let key = actions::create(google, caller, &meta, Some(&upload))?;
    Ok(shown(google, caller, key))
}

/// `files.update` below `/upload`.
pub(super) fn update(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    let key = reach_file(google, env, caller)?;
    if is_resumable(env) {
        return resumable::begin(google, env, caller, Some(key));
    }
    let (meta, upload) = read(env, Purpose::Update)?;
    let mut change = change(env, meta);
    change.upload = Some(upload);
    actions::update(google, caller, key, &change)?;
    Ok(shown(google, caller, key))
}

fn is_resumable(env: &Env<'_>) -> bool {
    env.call.query.get("uploadType") == Some("resumable")
}

/// A folder made a moment ago may not be known yet where the child is made (google.md 4): by order, for so many
/// seconds.
pub(super) fn fresh_parents(
    google: &Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
    meta: &Meta,
) -> Result<(), Refusal> {
    for id in meta.parents.iter().flatten() {
        let Some(folder) = google.drive.files.find(id).and_then(|key| google.drive.files.get(key)) else {
            continue;
        };
        if folder.created.plus(3_600_000) < caller.now {
            continue;
        }
        let Some(value) = env.behaves("fresh-folder-unknown") else { continue };
        let seconds = value.as_i64().unwrap_or(5);
        if caller.now < folder.created.plus(seconds * 1000) {
            return Err(Refusal::no_file(id));
        }
    }
    Ok(())
}

fn read(env: &Env<'_>, purpose: Purpose) -> Result<(Meta, Upload), Refusal> {
    let body = &env.call.body.content;
    let keep_forever = env.call.query.flag("keepRevisionForever");
    match env.call.query.get("uploadType") {
        Some("media") => {
            need_small(body.size())?;
            let media_type = env.call.header("content-type").unwrap_or_default().to_owned();
            Ok((Meta::default(), Upload { content: body.clone(), media_type, keep_forever }))
        }
        Some("multipart") => {
            // Room for the metadata beside the largest content.
            need_small(body.size().saturating_sub(1 << 20))?;
            let bytes = body.read(0..body.size()).unwrap_or_default();
            let whole = env.call.header("content-type").unwrap_or_default();
            let boundary = boundary(whole).ok_or_else(bad_multipart)?;
            let parts = parts(&bytes, &boundary).ok_or_else(bad_multipart)?;
            let [first, second] = parts.as_slice() else { return Err(bad_multipart()) };
            let meta = Meta::read(&first.content(), purpose)?;
            let content = second.content();
            need_small(content.len() as u64)?;
            let media_type = second.header("content-type").unwrap_or_default();
            Ok((meta, Upload { content: Blob::from(content), media_type, keep_forever }))
        }
        Some(_) | None => Err(Refusal::new(400, "badRequest", "Bad Request").about("uploadType")),
    }
}

fn need_small(size: u64) -> Result<(), Refusal> {
    if size > SMALL_UPLOAD { Err(too_large()) } else { Ok(()) }
}

/// 413 for more than the kind of upload takes.
pub(super) fn too_large() -> Refusal {
    Refusal::new(413, "uploadTooLarge", "Request Too Large")
}

fn bad_multipart() -> Refusal {
    Refusal::new(400, "badContent", "Malformed multipart body.")
}

/// A part of a multipart body: its head and its bytes.
struct Part<'b> {
    head: &'b [u8],
    body: &'b [u8],
}

impl Part<'_> {
    fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(self.head);
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    fn content(&self) -> Vec<u8> {
        let encoding = self.header("content-transfer-encoding").unwrap_or_default();
        if encoding.eq_ignore_ascii_case("base64") {
            let letters: Vec<u8> =
                self.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            return STANDARD.decode(letters).unwrap_or_default();
        }
        self.body.to_vec()
    }
}

/// The boundary of a `multipart/…` media type.
fn boundary(media_type: &str) -> Option<String> {
    if !media_type.trim_start().get(..10)?.eq_ignore_ascii_case("multipart/") {
        return None;
    }
    let value = media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    })?;
    (!value.is_empty() && value.len() <= 200).then_some(value)
}

/// The parts of a multipart body (RFC 2046, section 5.1.1); lines may end in LF alone. Nothing when the last
/// boundary is missing.
fn parts<'b>(body: &'b [u8], boundary: &str) -> Option<Vec<Part<'b>>> {
    let marker = format!("--{boundary}").into_bytes();
    let mut at = find_marker(body, &marker, 0)?;
    let mut parts = Vec::new();
    loop {
        let after = at + marker.len();
        if body[after..].starts_with(b"--") {
            return Some(parts);
        }
        let start = after + body[after..].iter().position(|byte| *byte == b'\n')? + 1;
        let next = find_marker(body, &marker, start)?;
        let mut end = next.checked_sub(1).filter(|end| *end >= start)?;
        if end > start && body[end - 1] == b'\r' {
            end -= 1;
        }
        parts.push(split_head(&body[start..end.max(start)]));
        at = next;
        if parts.len() > 10 {
            return None;
        }
    }
}

/// A boundary at the beginning of a line.
fn find_marker(body: &[u8], marker: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at + marker.len() <= body.len() {
        if body[at..].starts_with(marker) && (at == 0 || body[at - 1] == b'\n') {
            return Some(at);
        }
        at += body[at..].iter().position(|byte| *byte == b'\n')? + 1;
    }
    None
}

fn split_head(part: &[u8]) -> Part<'_> {
    if let Some(rest) = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n")) {
        return Part { head: &[], body: rest };
    }
    for at in 0..part.len() {
        if part[at..].starts_with(b"\r\n\r\n") {
            return Part { head: &part[..at], body: &part[at + 4..] };
        }
        if part[at..].starts_with(b"\n\n") {
            return Part { head: &part[..at], body: &part[at + 2..] };
        }
    }
    Part { head: part, body: &[] }
}

/// Who begins an upload into a folder must reach it already.
pub(super) fn need_parents(google: &Google, caller: &Caller<'_>, meta: &Meta) -> Result<(), Refusal> {
    for id in meta.parents.iter().flatten() {
        access::reach(&google.directory, &google.drive, caller, id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_parts(body: &str) -> Option<Vec<(Option<String>, String)>> {
        let parts = parts(body.as_bytes(), "xx")?;
        let text = |part: &Part<'_>| String::from_utf8(part.content()).unwrap();
        Some(parts.iter().map(|part| (part.header("content-type"), text(part))).collect())
    }

    #[test]
    fn parts_are_read_with_their_heads_whatever_ends_the_lines() {
        let json = Some("application/json".to_owned());
        let cases = [
            (
                "--xx\r\nContent-Type: application/json\r\n\r\n{}\r\n--xx\r\n\r\nab\r\n\r\ncd\r\n--xx--\r\n",
                vec![(json.clone(), "{}"), (None, "ab\r\n\r\ncd")],
            ),
            (
                "--xx\nContent-Type: application/json\n\n{}\n--xx\nContent-Transfer-Encoding: base64\n\nYWI=\n--xx--",
                vec![(json.clone(), "{}"), (None, "ab")],
            ),
            ("preamble\r\n--xx\r\ncontent-type: application/json\r\n\r\n\r\n--xx--", vec![(json, "")]),
        ];
        for (body, expected) in cases {
            let expected: Vec<_> = expected.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
            assert_eq!(read_parts(body).unwrap(), expected, "{body:?}");
        }
        assert!(read_parts("--xx\r\n\r\nno end").is_none());
        assert!(read_parts("").is_none());
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_fall_over(body in "(--xx|--|\r\n|\n|a|:|Content-Type){0,30}") {
            let _ = read_parts(&body);
        }
    }
}
