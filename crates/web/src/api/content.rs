//! Content on its way in: streamed, never held whole, never trusted to end where it says.

use super::json::{parse, require_plain};
use crate::errors::Problem;
use crate::incoming::{Incoming, IncomingFile};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use domain::plugin::{Body as Content, ByteStream};
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use platform::digest::Sha256;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a sender may pause within a body.
const STALL: Duration = Duration::from_mins(1);

/// A raw body that becomes content.
#[derive(Debug)]
pub(super) struct Raw(pub Content);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_plain(request.headers())?;
        let length = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
        Ok(Self(Content { length, stream: incoming(request.into_body()) }))
    }
}

/// The chunks of a body, ending in an error when it breaks off or stalls.
fn incoming(body: Body) -> ByteStream {
    let chunks = body.into_data_stream();
    let stream = futures_util::stream::unfold(Some(chunks), |state| async move {
        let mut chunks = state?;
        match tokio::time::timeout(STALL, chunks.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
            Ok(Some(Err(e))) => Some((Err(ended_early(e)), None)),
            Err(_) => Some((Err(stalled()), None)),
        }
    });
    // Readers may ask again after the end.
    Box::pin(stream.fuse())
}

/// A body that broke off.
pub(super) fn ended_early(cause: axum::Error) -> Error {
    Error::invalid("The body ended before it was complete, and nothing was kept. Send it again.")
        .caused_by(cause)
}

fn stalled() -> Error {
    Error::invalid(
        "Nothing arrived for a minute, so the transfer was given up and nothing was kept. Send it again.",
    )
}

/// What has passed through a stream, known when it has passed completely.
#[derive(Debug, Clone, Default)]
pub(super) struct Passed(Arc<Mutex<Option<String>>>);

impl Passed {
    /// The SHA-256 of the whole content in hexadecimal; `None` when it has not passed completely.
    pub fn sha256(&self) -> Option<String> {
        self.0.lock().ok()?.clone()
    }
}

/// The same content, hashed while it passes.
pub(super) fn hashed(content: Content) -> (Content, Passed) {
    let passed = Passed::default();
    let told = passed.clone();
    let stream = futures_util::stream::unfold(
        (content.stream, Sha256::default(), told),
        |(mut stream, mut hash, told)| async move {
            match stream.next().await {
                Some(Ok(chunk)) => {
                    hash.update(&chunk);
                    Some((Ok(chunk), (stream, hash, told)))
                }
                Some(Err(e)) => Some((Err(e), (stream, hash, told))),
                None => {
                    if let Ok(mut slot) = told.0.lock() {
                        *slot = Some(hash.finish_hex());
                    }
                    None
                }
            }
        },
    );
    (Content { length: content.length, stream: Box::pin(stream.fuse()) }, passed)
}

/// Reads content to its end and forgets it.
pub(super) async fn drain(content: Content) -> Result<()> {
    let mut stream = content.stream;
    while let Some(chunk) = stream.next().await {
        chunk?;
    }
    Ok(())
}

/// A file that arrives in `multipart/form-data` after a part `properties` that describes it in JSON. In this order, so
/// that the file can be streamed.
#[derive(Debug)]
pub(super) struct Described<T> {
    /// What the part `properties` says.
    pub ask: T,
    /// The part `properties` as it arrived.
    pub bytes: Bytes,
    /// The file's name. Never blank.
    pub file_name: String,
    /// Its bytes. The stream ends in an error when the request breaks off or carries more files, so that nothing is
    /// kept of it.
    pub content: Content,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Described<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_plain(request.headers())?;
        let given =
            request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("nothing").to_owned();
        let mut form = Incoming::new(request).map_err(|_| {
            let sentence =
                "This address takes multipart/form-data with the parts properties and file, and was sent";
            Error::new(ErrorKind::UnsupportedMedia, format!("{sentence} {given}."))
        })?;
        let Some(file) = form.next_file().await?.filter(|f| f.field == "file") else {
            return Err(missing("file").into());
        };
        if let Some(other) = form.fields().keys().find(|k| *k != "properties") {
            let sentence =
                format!("There is no part {other:?} here. Known are: properties, file. Leave it out.");
            return Err(Error::invalid(sentence).field(other.clone()).into());
        }
        let bytes =
            Bytes::from(form.fields().get("properties").ok_or_else(|| missing("properties"))?.clone());
        let ask = parse(&bytes)?;
        let file_name = file.name.clone();
        Ok(Self { ask, bytes, file_name, content: the_only_file(form, file) })
    }
}

fn missing(part: &'static str) -> Error {
    Error::invalid(format!(
        "The part {part:?} is missing. Send two parts in this order: properties (JSON), then file (the content, with \
         its file name)."
    ))
    .field(part)
}

/// The content of a file that must be the last of its form.
fn the_only_file(form: Incoming, file: IncomingFile) -> Content {
    let Content { length, stream } = file.stream();
    let stream = futures_util::stream::unfold((Some(form), stream), |(form, mut stream)| async move {
        let mut form = form?;
        match tokio::time::timeout(STALL, stream.next()).await {
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), (Some(form), stream))),
            Ok(Some(Err(e))) => Some((Err(e), (None, stream))),
            Err(_) => Some((Err(stalled()), (None, stream))),
            Ok(None) => {
                drop(stream);
                let error = match form.next_file().await {
                    Ok(None) => return None,
                    Ok(Some(_)) => Error::invalid("One file is taken at a time. Send the others one by one.")
                        .field("file"),
                    Err(e) => e,
                };
                Some((Err(error), (None, Box::pin(futures_util::stream::empty()) as ByteStream)))
            }
        }
    });
    Content { length, stream: Box::pin(stream.fuse()) }
}

/// Content as one piece.
/// # Errors
/// `TooLarge` beyond `max` bytes.
pub(super) async fn whole(content: Content, max: u64) -> Result<Bytes> {
    let mut stream = app::within(content, max)?.stream;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(bytes.into())
}
