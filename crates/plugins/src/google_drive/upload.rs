//! Content on its way to Google: in one request when it is small, in pieces when it is not, never in memory whole.

use super::client::{Ask, Asked, Line, Repeat, Trouble, text};
use super::refusals::Class;
use super::wire::{FILE_FIELDS, File};
use crate::body;
use bytes::{Bytes, BytesMut};
use domain::plugin::{Body, ByteStream};
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use http::header::{CONTENT_RANGE, HeaderName};
use http::{Method, Response, StatusCode};
use md5::Digest as _;
use platform::digest::{hex, sha256_hex};
use serde_json::Value;

/// Pieces of this size are sent, a multiple of 256 KiB (google.md 2.4). What fits into one goes in one request, which
/// may have 5 MB.
pub(crate) const PIECE: usize = 4 << 20;
/// The cost of making or changing a file.
const WRITE: u64 = 50;

const CONTENT_TYPE_OF_UPLOAD: HeaderName = HeaderName::from_static("x-upload-content-type");
const CONTENT_LENGTH_OF_UPLOAD: HeaderName = HeaderName::from_static("x-upload-content-length");

/// Content that has arrived as far as it must before anything is asked of Google.
pub(crate) enum Intake {
    /// All of it.
    Small(Bytes),
    /// The first piece of more.
    Large { first: Bytes, rest: ByteStream, length: Option<u64> },
}

impl Intake {
    /// Takes in the beginning of a body. A small body that is not what it was announced to be fails here.
    pub async fn begin(body: Option<Body>, max: u64) -> Result<Self> {
        let Some(body) = body else { return Ok(Self::Small(Bytes::new())) };
        let length = body.length;
        let mut rest = body::checked(body, max)?;
        let mut first = BytesMut::new();
        while first.len() <= PIECE {
            match rest.next().await {
                None => return Ok(Self::Small(first.freeze())),
                Some(piece) => first.extend_from_slice(&piece?),
            }
        }
        let first = first.freeze();
        Ok(Self::Large { first, rest, length })
    }

    /// Content that is in memory.
    pub fn of(bytes: Bytes) -> Self {
        Self::Small(bytes)
    }

    /// The MD5 of all of it, when all of it is there.
    pub fn md5(&self) -> Option<String> {
        match self {
            Self::Small(bytes) => Some(md5_hex(bytes)),
            Self::Large { .. } => None,
        }
    }
}

/// MD5 in lower-case hexadecimal, as Google tells it.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    hex(&md5::Md5::digest(bytes))
}

/// Where content goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// A new file, whose metadata have its id.
    New,
    /// New content for a file.
    File(&'a str),
}

/// Content and what goes with it, in one change.
pub(crate) struct Upload<'a> {
    pub target: Target<'a>,
    pub meta: Value,
    pub media_type: &'a str,
    /// Whether Google keeps this revision for good.
    pub keep: bool,
}

impl Upload<'_> {
    fn ask(&self, kind: &'static str, repeat: Repeat) -> Ask {
        let (method, path) = match self.target {
            Target::New => (Method::POST, "/upload/drive/v3/files".to_owned()),
            Target::File(id) => (Method::PATCH, format!("/upload/drive/v3/files/{id}")),
        };
        let mut ask = Ask::new(method, path, WRITE, repeat)
            .with("uploadType", kind)
            .with("supportsAllDrives", "true")
            .with("fields", FILE_FIELDS);
        if matches!(self.target, Target::New) {
            ask = ask.with("ignoreDefaultVisibility", "true");
        }
        if self.keep { ask.with("keepRevisionForever", "true") } else { ask }
    }
}

impl Line {
    /// Sends content. `Unsure` when nobody knows whether it was taken.
    pub async fn upload(&self, upload: &Upload<'_>, intake: Intake) -> Asked<File> {
        match intake {
            Intake::Small(bytes) => self.upload_small(upload, &bytes).await,
            Intake::Large { first, rest, length } => {
                let session = self.begin_session(upload, length).await?;
                let sent = self.send_pieces(&session, first, rest).await;
                if let Err(Trouble::Other(_)) = &sent {
                    // Half of it is there and never more will come. Left alone it ends by itself after a week.
                    let cancel = Ask::new(Method::DELETE, session, 0, Repeat::Unsafe).bare();
                    drop(self.send(&cancel).await);
                }
                sent
            }
        }
    }

    async fn upload_small(&self, upload: &Upload<'_>, bytes: &Bytes) -> Asked<File> {
        // What stands between the parts: content cannot hold a hash of itself.
        let edge = sha256_hex(bytes);
        let mut body = BytesMut::with_capacity(bytes.len() + 4096);
        let head = format!(
            "--{edge}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{}\r\n--{edge}\r\nContent-Type: {}\r\n\r\n",
            upload.meta,
            plain_type(upload.media_type)
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
        // With an id of its own a new file is made once, however often it is asked for.
        let repeat = if matches!(upload.target, Target::New) { Repeat::Safe } else { Repeat::Unsafe };
        let ask = upload.ask("multipart", repeat);
        self.json(ask.body(format!("multipart/related; boundary={edge}"), body.freeze())).await
    }

    /// Begins a session and gives its address. A session nobody sends to makes nothing, so beginning may be repeated.
    async fn begin_session(&self, upload: &Upload<'_>, length: Option<u64>) -> Asked<String> {
        let mut ask = upload
            .ask("resumable", Repeat::Safe)
            .header(CONTENT_TYPE_OF_UPLOAD, plain_type(upload.media_type))
            .json(&upload.meta);
        if let Some(length) = length {
            ask = ask.header(CONTENT_LENGTH_OF_UPLOAD, length.to_string());
        }
        let begun = self.send(&ask).await?;
        let address = text(begun.headers(), "location").map(str::to_owned);
        address.ok_or_else(|| Error::internal("an upload session has no address").into())
    }

    async fn send_pieces(&self, session: &str, first: Bytes, mut rest: ByteStream) -> Asked<File> {
        let mut held = BytesMut::from(first.as_ref());
        drop(first);
        let mut at: u64 = 0;
        loop {
            // One byte more than a piece tells that this is not the last one.
            let mut ended = false;
            while held.len() <= PIECE && !ended {
                match rest.next().await {
                    None => ended = true,
                    Some(more) => held.extend_from_slice(&more?),
                }
            }
            let last = ended && held.len() <= PIECE;
            let piece = held.split_to(held.len().min(PIECE)).freeze();
            let next = at + piece.len() as u64;
            if let Some(file) = self.send_piece(session, at, &piece, last.then_some(next)).await? {
                return Ok(file);
            }
            if last {
                return Err(Trouble::Unsure(lost()));
            }
            at = next;
        }
    }

    /// Sends a piece until Google has all of it. Gives the file when it was the last.
    async fn send_piece(
        &self,
        session: &str,
        at: u64,
        piece: &Bytes,
        total: Option<u64>,
    ) -> Asked<Option<File>> {
        let end = at + piece.len() as u64;
        let mut from = at;
        let mut tried = 0;
        let whole = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
        loop {
            let body = piece.slice(usize::try_from(from - at).unwrap_or(0)..);
            let range = format!("bytes {from}-{}/{whole}", end - 1);
            let ask = Ask::new(Method::PUT, session, 0, Repeat::Unsafe).bare().header(CONTENT_RANGE, range);
            let answer = match self.send(&ask.body("application/octet-stream", body)).await {
                Err(Trouble::Unsure(_)) => self.ask_how_far(session, &whole, &mut tried).await?,
                other => other.map_err(session_lost)?,
            };
            if answer.status() != StatusCode::PERMANENT_REDIRECT {
                return read_file(&answer).map(Some);
            }
            from = match kept(&answer) {
                kept if kept >= end && total.is_none() => return Ok(None),
                kept if (at..end).contains(&kept) => kept,
                // Less than it had before: what came earlier is not in memory any more.
                _ => return Err(Trouble::Unsure(lost())),
            };
            tried += 1;
            if tried > 8 {
                return Err(Trouble::Unsure(lost()));
            }
        }
    }

    /// An empty request tells how far an upload has come (google.md 2.4, step 5).
    async fn ask_how_far(&self, session: &str, whole: &str, tried: &mut u32) -> Asked<Response<Bytes>> {
        let range = format!("bytes */{whole}");
        let ask = Ask::new(Method::PUT, session, 0, Repeat::Safe).bare().header(CONTENT_RANGE, range);
        self.pause(*tried).await;
        *tried += 1;
        self.send(&ask).await.map_err(session_lost)
    }
}

/// A session that is unknown may have ended because it is complete: nobody is sure.
fn session_lost(trouble: Trouble) -> Trouble {
    if trouble.is(Class::Missing) || trouble.is(Class::OutOfDate) { Trouble::Unsure(lost()) } else { trouble }
}

/// How many bytes Google has: `Range: bytes=0-N` means N + 1, no header means none.
fn kept(answer: &Response<Bytes>) -> u64 {
    let range = text(answer.headers(), "range");
    let last = range.and_then(|range| range.trim().strip_prefix("bytes=0-")?.parse::<u64>().ok());
    last.map_or(0, |last| last + 1)
}

fn read_file(answer: &Response<Bytes>) -> Asked<File> {
    serde_json::from_slice(answer.body()).map_err(|e| Trouble::Unsure(lost().caused_by(e)))
}

/// A type that can stand in a header.
fn plain_type(media_type: &str) -> &str {
    let plain = !media_type.is_empty() && media_type.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if plain { media_type } else { "application/octet-stream" }
}

fn lost() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The connection to Google broke while the file was being sent. What was there before is still there; send the \
         file again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_google_has_is_read_from_the_range() {
        let of = |range: Option<&str>| {
            let mut answer = Response::builder().status(308);
            if let Some(range) = range {
                answer = answer.header("range", range);
            }
            kept(&answer.body(Bytes::new()).unwrap())
        };
        assert_eq!(of(None), 0);
        assert_eq!(of(Some("bytes=0-262143")), 262_144);
        assert_eq!(of(Some("nonsense")), 0);
    }

    #[test]
    fn a_type_that_could_break_out_of_a_header_is_not_sent() {
        assert_eq!(plain_type("text/plain; charset=utf-8"), "text/plain; charset=utf-8");
        for wrong in ["", "text/plain\r\nX: y", "tëxt/plain"] {
            assert_eq!(plain_type(wrong), "application/octet-stream");
        }
    }
}
