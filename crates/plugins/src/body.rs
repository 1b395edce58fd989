//! Content on its way in, held to its announced length and to the largest size allowed.

use bytes::{Bytes, BytesMut};
use domain::plugin::{Body, ByteStream};
use domain::{Error, ErrorKind, Result};
use futures_core::Stream;
use futures_util::StreamExt as _;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The stream of a body, with an error item where it ends early, runs over its announced length, or grows
/// beyond `max` bytes. After an error nothing more is delivered.
///
/// # Errors
/// `TooLarge` at once when the announced length is over `max`.
pub fn checked(body: Body, max: u64) -> Result<ByteStream> {
    if body.length.is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    Ok(Box::pin(Checked { inner: body.stream, announced: body.length, max, seen: 0, ended: false }))
}

/// All of it in memory; `None` when it is longer than so many bytes.
pub(crate) async fn whole(mut body: ByteStream, most: usize) -> Result<Option<Bytes>> {
    let mut whole = BytesMut::new();
    while let Some(piece) = body.next().await {
        let piece = piece?;
        if whole.len() + piece.len() > most {
            return Ok(None);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(Some(whole.freeze()))
}

/// The error for content over the limit.
pub(crate) fn too_large(max: u64) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("The content is larger than {max} bytes, the limit of this place. Choose a smaller file."),
    )
}

/// The error for a range that begins behind the end of content.
pub(crate) fn unsatisfiable(size: u64) -> Error {
    Error::new(
        ErrorKind::RangeNotSatisfiable,
        format!(
            "The range begins beyond the end: the content has {size} bytes. Ask for a range within them."
        ),
    )
}

struct Checked {
    inner: ByteStream,
    announced: Option<u64>,
    max: u64,
    seen: u64,
    ended: bool,
}

impl Checked {
    /// What is wrong with the bytes seen so far, if anything.
    fn over(&self) -> Option<Error> {
        if self.seen > self.max {
            return Some(too_large(self.max));
        }
        let announced = self.announced.filter(|a| self.seen > *a)?;
        Some(Error::invalid(format!(
            "The content is longer than the {announced} bytes announced. Send the file again."
        )))
    }

    fn short(&self) -> Option<Error> {
        let announced = self.announced.filter(|a| self.seen < *a)?;
        Some(Error::invalid(format!(
            "The content ended after {} of {announced} bytes. Send the file again.",
            self.seen
        )))
    }
}

impl Stream for Checked {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = std::task::ready!(self.inner.as_mut().poll_next(cx));
        let item = match next {
            Some(Ok(bytes)) => {
                self.seen = self.seen.saturating_add(bytes.len() as u64);
                match self.over() {
                    Some(error) => Some(Err(error)),
                    None => Some(Ok(bytes)),
                }
            }
            Some(Err(error)) => Some(Err(error)),
            None => self.short().map(Err),
        };
        self.ended = !matches!(item, Some(Ok(_)));
        Poll::Ready(item)
    }
}
