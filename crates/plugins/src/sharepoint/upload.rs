//! Content on its way to SharePoint: in one request when it is small, in pieces when it is not, never in memory whole.
//!
//! The address of an upload in pieces is written down before the first byte leaves: a crash that lost it would block the
//! name, and with it the same operation goes on where it was (microsoft.md 0.8, 2.4).

use super::calls::At;
use super::client::{Ask, Asked, Line, Repeat, Trouble};
use super::desk::{Desk, revision_of};
use super::fingerprint::{QuickXor, TAIL, is_rewritten, of_tail};
use super::record::{Known, Record};
use super::refusals::Class;
use super::settle::cancel;
use super::wire::{DriveItem, Session};
use crate::body;
use bytes::{Bytes, BytesMut};
use domain::plugin::{Body, ByteStream};
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use http::header::CONTENT_RANGE;
use http::{Method, StatusCode};
use jiff::Timestamp;

/// What fits goes in one request (microsoft.md 2.3).
pub(crate) const SMALL: usize = 4 << 20;
/// Pieces of this size are sent, a multiple of 320 KiB (microsoft.md 2.4).
const PIECE: usize = 16 * 327_680;
/// Content of unknown length is taken into memory up to here: SharePoint wants to know the length first.
const UNKNOWN: usize = 64 << 20;
/// How often a piece is taken up again without a byte having arrived in between.
const TRIES: u32 = 6;

/// Content that has arrived as far as it must before anything is asked of Graph.
pub(crate) enum Intake {
    /// All of it.
    Small(Bytes),
    /// The first part of more, and how much it is.
    Large { first: Bytes, rest: ByteStream, length: u64 },
}

impl Intake {
    /// Takes in the beginning of a body. A small body that is not what it was announced to be fails here.
    pub async fn begin(body: Option<Body>, max: u64) -> Result<Self> {
        let Some(body) = body else { return Ok(Self::Small(Bytes::new())) };
        let announced = body.length;
        let mut rest = body::checked(body, max)?;
        let mut first = BytesMut::new();
        let most = if announced.is_some() { SMALL } else { UNKNOWN };
        while first.len() <= most {
            match rest.next().await {
                None if first.len() <= SMALL => return Ok(Self::Small(first.freeze())),
                None => {
                    let length = first.len() as u64;
                    return Ok(Self::Large { first: first.freeze(), rest, length });
                }
                Some(piece) => first.extend_from_slice(&piece?),
            }
        }
        match announced {
            Some(length) => Ok(Self::Large { first: first.freeze(), rest, length }),
            None => Err(Error::new(
                ErrorKind::TooLarge,
                "SharePoint takes more than 64 MB only when the size is announced. Send the file with its size.",
            )),
        }
    }

    /// What it is, when all of it is there.
    pub fn known(&self, name: &str, at: Timestamp) -> Option<Known> {
        let Self::Small(bytes) = self else { return None };
        let mut sum = Sum::default();
        sum.update(bytes);
        Some(sum.known(name, at))
    }
}

/// What content is, as it passes.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    xor: QuickXor,
    tail: Vec<u8>,
    size: u64,
}

impl Sum {
    pub fn update(&mut self, bytes: &[u8]) {
        self.xor.update(bytes);
        self.size += bytes.len() as u64;
        self.tail.extend_from_slice(bytes);
        if self.tail.len() > 4 * TAIL {
            let over = self.tail.len() - TAIL;
            self.tail.drain(..over);
        }
    }

    pub fn known(self, name: &str, at: Timestamp) -> Known {
        let hash = self.xor.finish();
        let print = is_rewritten(name).then(|| of_tail(&self.tail, self.size)).flatten();
        Known { revision: revision_of(&hash), hash, print, size: self.size, modified: Some(at) }
    }
}

/// Where content goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// A new file of a name of our own.
    New { folder: At<'a>, name: &'a str },
    /// New content for a file that still has this tag.
    File { at: At<'a>, tag: Option<&'a str> },
}

impl Desk<'_> {
    /// Sends content. `Unsure` when nobody knows whether it was taken. Gives the file, and what was sent.
    pub async fn upload(
        &self,
        line: &Line,
        reference: &str,
        target: Target<'_>,
        name: &str,
        intake: Intake,
    ) -> Asked<(DriveItem, Known)> {
        match intake {
            Intake::Small(bytes) => {
                let mut sum = Sum::default();
                sum.update(&bytes);
                let item = match target {
                    Target::New { folder, name } => line.put_new(folder, name, bytes).await?,
                    Target::File { at, tag } => line.put(at, tag, bytes).await?,
                };
                Ok((item, sum.known(name, self.call.now)))
            }
            Intake::Large { first, rest, length } => {
                let (session, from) = self.session(line, reference, target).await?;
                let sent = send(line, &session, from, first, rest, length).await;
                if let Err(Trouble::Other(_)) = &sent {
                    // The body broke: the rest will never come.
                    cancel(line, &session).await;
                }
                if !matches!(&sent, Err(Trouble::Unsure(_))) {
                    self.note_session(reference, None).await?;
                }
                let (item, sum) = sent?;
                Ok((item, sum.known(name, self.call.now)))
            }
        }
    }

    /// The session that this operation had begun, and how far it is, or a fresh one that is written down.
    async fn session(&self, line: &Line, reference: &str, target: Target<'_>) -> Asked<(String, u64)> {
        let known = self.shared.record(self.call.installation, reference).await?;
        if let Some(session) = known.and_then(|record| record.pending?.session)
            && let Ok(Some(at)) = how_far(line, &session).await
        {
            return Ok((session, at));
        }
        let begun = match target {
            Target::New { folder, name } => line.session_new(folder, name).await?,
            Target::File { at, tag } => line.session(at, tag).await?,
        };
        self.note_session(reference, Some(&begun.upload_url)).await?;
        Ok((begun.upload_url, 0))
    }

    async fn note_session(&self, reference: &str, session: Option<&str>) -> Result<()> {
        let set = |record: &mut Record| {
            if let Some(pending) = &mut record.pending {
                pending.session = session.map(str::to_owned);
            }
        };
        self.shared.note(self.call.installation, reference, set).await.map(drop)
    }
}

/// Where an upload wants to go on; nothing when it has all.
async fn how_far(line: &Line, session: &str) -> Asked<Option<u64>> {
    let state: Session = line.json(Ask::bare(Method::GET, session, Repeat::Safe)).await?;
    Ok(state.next())
}

async fn send(
    line: &Line,
    session: &str,
    from: u64,
    first: Bytes,
    mut rest: ByteStream,
    length: u64,
) -> Asked<(DriveItem, Sum)> {
    let (mut held, mut sum) = (BytesMut::from(first.as_ref()), Sum::default());
    drop(first);
    let mut at: u64 = 0;
    loop {
        while held.len() < PIECE {
            match rest.next().await {
                None => break,
                Some(more) => held.extend_from_slice(&more?),
            }
        }
        let piece = held.split_to(held.len().min(PIECE)).freeze();
        if piece.is_empty() {
            return Err(Trouble::Unsure(lost()));
        }
        sum.update(&piece);
        let end = at + piece.len() as u64;
        // What arrived before an interruption is not sent again.
        if end > from {
            let skip = usize::try_from(from.saturating_sub(at)).unwrap_or(0);
            if let Some(item) =
                send_piece(line, session, at + skip as u64, piece.slice(skip..), length).await?
            {
                return Ok((item, sum));
            }
        }
        at = end;
    }
}

/// Sends a piece until SharePoint has all of it. Gives the file when it was the last.
async fn send_piece(
    line: &Line,
    session: &str,
    at: u64,
    piece: Bytes,
    length: u64,
) -> Asked<Option<DriveItem>> {
    let end = at + piece.len() as u64;
    let mut from = at;
    for tried in 0..TRIES {
        let body = piece.slice(usize::try_from(from - at).unwrap_or(0)..);
        let range = format!("bytes {from}-{}/{length}", end - 1);
        let ask = Ask::bare(Method::PUT, session, Repeat::Unsafe).header(CONTENT_RANGE, range);
        let next = match line.send(&ask.body("application/octet-stream", body)).await {
            Ok(answer) if answer.status() == StatusCode::ACCEPTED => {
                match serde_json::from_slice::<Session>(answer.body()) {
                    Ok(state) => state.next(),
                    Err(_) => how_far(line, session).await.map_err(ended)?,
                }
            }
            Ok(answer) => {
                return serde_json::from_slice(answer.body())
                    .map(Some)
                    .map_err(|e| Trouble::Unsure(lost().caused_by(e)));
            }
            // It arrived before, or nobody knows: the session tells.
            Err(trouble) if trouble.is(Class::Range) || matches!(trouble, Trouble::Unsure(_)) => {
                line.pause(tried).await;
                how_far(line, session).await.map_err(ended)?
            }
            Err(trouble) => return Err(ended(trouble)),
        };
        match next {
            Some(next) if next >= end => return Ok(None),
            Some(next) if next >= at => from = next,
            // Less than it had before, or all of it without having said so.
            _ => return Err(Trouble::Unsure(lost())),
        }
    }
    Err(Trouble::Unsure(lost()))
}

/// A session that is unknown or has expired may have ended because it is complete: nobody is sure.
fn ended(trouble: Trouble) -> Trouble {
    if trouble.is(Class::Missing) || trouble.is(Class::Token) { Trouble::Unsure(lost()) } else { trouble }
}

fn lost() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The connection to SharePoint broke while the file was being sent. What was there before is still there; send \
         the file again.",
    )
}
