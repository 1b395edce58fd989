//! Multipart forms: text fields first, then files that stream as they arrive.
//!
//! Invariant: a file is never held in memory as a whole unless its reader asks for it with a limit.

use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use domain::plugin::Body;
use domain::{Error, ErrorKind, Result};
use futures_util::{Stream, StreamExt as _};
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The longest text field accepted, in bytes.
const MAX_TEXT: usize = 64 * 1024;
/// The most text fields accepted in one form.
const MAX_FIELDS: usize = 100;
/// How many bytes are taken from the connection before the reader gets its turn.
const PACE: usize = 256 * 1024;

/// A multipart form, read in order.
#[derive(Debug)]
pub struct Incoming {
    multipart: Multipart<'static>,
    fields: BTreeMap<String, String>,
}

/// One file of a form, not yet read.
#[derive(Debug)]
pub struct IncomingFile {
    /// The name of the form field.
    pub field: String,
    /// Its file name, as the browser says. Never blank.
    pub name: String,
    content: Field<'static>,
}

impl Incoming {
    /// The form in the body of a request. Nothing is read yet.
    /// # Errors
    /// `UnsupportedMedia` when the request carries no multipart form.
    pub fn new(request: Request) -> Result<Self> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|e| {
            let sentence =
                "Files are sent as a form (multipart/form-data). Choose the file in the form again.";
            Error::new(ErrorKind::UnsupportedMedia, sentence).caused_by(e)
        })?;
        let stream = Paced { inner: request.into_body().into_data_stream(), taken: 0 };
        Ok(Self { multipart: Multipart::new(stream, boundary), fields: BTreeMap::new() })
    }

    /// The text fields read so far. A browser sends fields in the order of the page, so those that stand before
    /// the files are all here when the first file comes.
    pub fn fields(&self) -> &BTreeMap<String, String> {
        &self.fields
    }

    /// A field read so far; blank when it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Reads on to the next file that was really chosen; `None` at the end of the form. What is left of the file
    /// before it is skipped.
    /// # Errors
    /// `Invalid` for a body that breaks off or is no form; `TooLarge` for text without measure.
    pub async fn next_file(&mut self) -> Result<Option<IncomingFile>> {
        while let Some(mut part) = self.multipart.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                // A file input that was left alone is sent as a file without a name.
                Some(name) if name.trim().is_empty() => {}
                Some(name) => return Ok(Some(IncomingFile { field, name, content: part })),
                None if self.fields.len() >= MAX_FIELDS => {
                    return Err(Error::invalid(
                        "The form has too many fields. Reload the page and try again.",
                    ));
                }
                None => {
                    let text = collect(&mut part, MAX_TEXT, &field).await?;
                    self.fields.insert(field, String::from_utf8_lossy(&text).into_owned());
                }
            }
        }
        Ok(None)
    }
}

impl IncomingFile {
    /// The content as it arrives. A body that breaks off ends in an error, so that nothing is kept of it.
    pub fn stream(self) -> Body {
        let stream = futures_util::stream::unfold(Some(self.content), |content| async {
            let mut content = content?;
            match content.chunk().await {
                Ok(Some(chunk)) => Some((Ok(chunk), Some(content))),
                Ok(None) => None,
                // The parser repeats its error for ever; a reader hears it once.
                Err(error) => Some((Err(broken(error)), None)),
            }
        });
        // Readers may ask again after the end.
        Body { length: None, stream: Box::pin(stream.fuse()) }
    }

    /// The whole content.
    /// # Errors
    /// `TooLarge` beyond `max` bytes, naming the limit.
    pub async fn bytes(mut self, max: u64) -> Result<Bytes> {
        collect(&mut self.content, usize::try_from(max).unwrap_or(usize::MAX), "file").await
    }
}

async fn collect(part: &mut Field<'static>, max: usize, field: &str) -> Result<Bytes> {
    let mut all = BytesMut::new();
    while let Some(chunk) = part.chunk().await.map_err(broken)? {
        if all.len() + chunk.len() > max {
            let limit = crate::presenters::size(max as u64);
            let sentence =
                format!("This is larger than {limit}, the most that is accepted here. Make it smaller.");
            return Err(Error::new(ErrorKind::TooLarge, sentence).field(field.to_owned()));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

fn broken(error: multer::Error) -> Error {
    let too_large = |e: &multer::Error| matches!(e, multer::Error::StreamSizeExceeded { .. });
    if too_large(&error) {
        let sentence = "The request is larger than is accepted here. Send less at once.";
        return Error::new(ErrorKind::TooLarge, sentence).caused_by(error);
    }
    Error::invalid("The upload broke off or is malformed, and nothing of it was kept. Try again.")
        .caused_by(error)
}

/// A stream that lets its reader take a turn every [`PACE`] bytes. The form parser reads as long as bytes are
/// ready, so a fast sender and a slow disk would otherwise fill the memory.
struct Paced<S> {
    inner: S,
    taken: usize,
}

impl<S: Stream<Item = Result<Bytes, axum::Error>> + Unpin> Stream for Paced<S> {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.taken >= PACE {
            self.taken = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let chunk = Pin::new(&mut self.inner).poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &chunk {
            self.taken += bytes.len();
        }
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body as RequestBody;
    use futures_util::stream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn request(body: RequestBody) -> Request {
        Request::builder().header(CONTENT_TYPE, "multipart/form-data; boundary=XX").body(body).unwrap()
    }

    fn form(parts: &[(&str, &str)]) -> Request {
        let mut body = String::new();
        for (head, content) in parts {
            body.push_str("--XX\r\nContent-Disposition: form-data; ");
            body.push_str(head);
            body.push_str("\r\n\r\n");
            body.push_str(content);
            body.push_str("\r\n");
        }
        request(RequestBody::from(body + "--XX--\r\n"))
    }

    #[tokio::test]
    async fn fields_come_before_files_and_empty_inputs_are_skipped() {
        let mut form = Incoming::new(form(&[
            ("name=\"heading\"", "Offer"),
            ("name=\"file\"; filename=\"\"", ""),
            ("name=\"file\"; filename=\"a.txt\"", "one"),
            ("name=\"file\"; filename=\"b.txt\"", "two"),
        ]))
        .unwrap();
        let first = form.next_file().await.unwrap().unwrap();
        assert_eq!((form.field("heading"), first.name.as_str()), ("Offer", "a.txt"));
        drop(first);
        let second = form.next_file().await.unwrap().unwrap();
        assert_eq!(second.bytes(10).await.unwrap(), "two");
        assert!(form.next_file().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_file_beyond_its_limit_and_a_body_that_breaks_off_are_refused() {
        let mut large = Incoming::new(form(&[("name=\"file\"; filename=\"a\"", "12345")])).unwrap();
        let error = large.next_file().await.unwrap().unwrap().bytes(4).await.unwrap_err();
        assert_eq!((error.kind(), error.field_name()), (ErrorKind::TooLarge, Some("file")));

        let cut = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhal";
        let mut cut = Incoming::new(request(RequestBody::from(cut))).unwrap();
        let mut stream = cut.next_file().await.unwrap().unwrap().stream().stream;
        let mut last = None;
        while let Some(chunk) = stream.next().await {
            last = Some(chunk);
        }
        assert_eq!(last.unwrap().unwrap_err().kind(), ErrorKind::Invalid);
        assert!(stream.next().await.is_none(), "the end stays the end");
        assert_eq!(
            Incoming::new(Request::new(RequestBody::empty())).unwrap_err().kind(),
            ErrorKind::UnsupportedMedia
        );
    }

    #[tokio::test]
    async fn a_fast_sender_is_not_read_ahead_of_its_reader() {
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let head = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        let chunks = (0..1000).map(move |_| {
            count.fetch_add(64 * 1024, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(vec![7_u8; 64 * 1024]))
        });
        let body = stream::once(async move { Ok(Bytes::from(head)) }).chain(stream::iter(chunks));
        let mut form = Incoming::new(request(RequestBody::from_stream(body))).unwrap();
        let mut content = form.next_file().await.unwrap().unwrap().stream().stream;
        for _ in 0..3 {
            content.next().await.unwrap().unwrap();
        }
        // Each turn of the reader takes one pace; finding the file was a turn as well.
        assert!(
            sent.load(Ordering::Relaxed) <= 5 * PACE,
            "{} bytes were taken",
            sent.load(Ordering::Relaxed)
        );
    }
}
