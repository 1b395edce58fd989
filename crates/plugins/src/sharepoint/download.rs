//! Content on its way from SharePoint: by an address on another host that needs no token, as it arrives, taken up again
//! where a connection broke, and compared with its hash before its end is handed on (M-12).

use super::calls::At;
use super::client::{Ask, Asked, Line, Repeat, Trouble};
use super::desk::Desk;
use super::fingerprint::{QuickXor, TAIL, of_tail};
use bytes::{Bytes, BytesMut};
use domain::plugin::ByteStream;
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use http::header::RANGE;
use http::{Method, StatusCode};
use std::ops::Range;

/// How often a broken download is taken up again without a byte having arrived in between.
const TRIES: u32 = 5;

/// What is read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub drive: String,
    pub item: String,
    /// An earlier version.
    pub version: Option<String>,
    pub size: u64,
    /// What it should be; nothing when SharePoint does not tell.
    pub hash: Option<String>,
}

struct Download {
    line: Line,
    source: Source,
    address: String,
    /// The next byte to come, and where it ends.
    at: u64,
    end: u64,
    incoming: ByteStream,
    /// Of all bytes so far; nothing when only a part is read, which cannot be compared.
    sum: Option<QuickXor>,
    /// Handed on when more has come, or the whole is known to be right.
    held: Option<Bytes>,
    tried: u32,
}

impl Source {
    async fn address(&self, line: &Line) -> Asked<String> {
        line.download(At { drive: &self.drive, item: &self.item }, self.version.as_deref()).await
    }
}

/// Content that is not what was looked at a moment ago.
pub(crate) const REPLACED: &str = "replaced";

/// Opens content. The first answer is there when this returns, so what cannot be read fails here.
pub(crate) async fn open(line: &Line, source: Source, span: Range<u64>) -> Asked<ByteStream> {
    if span.is_empty() {
        return Ok(Box::pin(futures_util::stream::empty()));
    }
    let address = source.address(line).await?;
    let incoming = ask(line, &address, &source, span.clone()).await?;
    let sum = (span == (0..source.size) && source.hash.is_some()).then(QuickXor::default);
    let line = line.clone();
    let state = Download {
        line,
        source,
        address,
        at: span.start,
        end: span.end,
        incoming,
        sum,
        held: None,
        tried: 0,
    };
    Ok(Box::pin(futures_util::stream::unfold(Some(state), |state| async move {
        let mut state = state?;
        match state.next().await {
            Ok(Some(piece)) => Some((Ok(piece), Some(state))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })))
}

async fn ask(line: &Line, address: &str, source: &Source, span: Range<u64>) -> Asked<ByteStream> {
    let range = format!("bytes={}-{}", span.start, span.end - 1);
    let answer = line.open(&Ask::bare(Method::GET, address, Repeat::Safe).header(RANGE, range)).await?;
    let text = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let whole = match answer.status() {
        StatusCode::PARTIAL_CONTENT => {
            text("content-range").rsplit('/').next().and_then(|n| n.parse::<u64>().ok())
        }
        // Some places send everything all the same.
        StatusCode::OK if span.start == 0 => text("content-length").parse::<u64>().ok(),
        _ => None,
    };
    match whole {
        Some(size) if size == source.size => Ok(answer.into_body()),
        None if answer.status() == StatusCode::OK && span.start == 0 => Ok(answer.into_body()),
        Some(_) => Err(Trouble::Unsure(broken().with(REPLACED, "the size has changed"))),
        None => Err(Trouble::Unsure(broken().with("status", answer.status().as_str()))),
    }
}

impl Download {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if self.at == self.end {
                self.compare()?;
                return Ok(self.held.take());
            }
            match self.incoming.next().await {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    self.tried = 0;
                    if let Some(before) = self.took(piece) {
                        return Ok(Some(before));
                    }
                }
                // Short is as good as broken.
                None | Some(Err(_)) => self.again().await?,
            }
        }
    }

    /// Counts a piece and holds it; gives the one held before. What goes beyond the span is not wanted.
    fn took(&mut self, mut piece: Bytes) -> Option<Bytes> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        piece.truncate(left);
        self.at += piece.len() as u64;
        if let Some(sum) = &mut self.sum {
            sum.update(&piece);
        }
        self.held.replace(piece)
    }

    fn compare(&mut self) -> Result<()> {
        let sum = self.sum.take().map(QuickXor::finish);
        if sum.is_some() && sum != self.source.hash {
            tracing::error!(item = self.source.item, "content from SharePoint does not match its hash");
            return Err(Error::new(
                ErrorKind::Damaged,
                "The file could not be read from SharePoint as it was stored. Open it again; if it stays so, open it in \
                 SharePoint and restore an earlier version there.",
            ));
        }
        Ok(())
    }

    async fn again(&mut self) -> Result<()> {
        if self.tried >= TRIES {
            return Err(broken());
        }
        self.line.pause(self.tried).await;
        self.tried += 1;
        match ask(&self.line, &self.address, &self.source, self.at..self.end).await {
            Ok(incoming) => self.incoming = incoming,
            Err(Trouble::Unsure(_)) => {}
            // The address has ended; another one leads to the same content, which the hash at the end proves.
            Err(Trouble::Refused(_)) => self.address = self.source.address(&self.line).await?,
            Err(trouble) => return Err(trouble.into()),
        }
        Ok(())
    }
}

impl Desk<'_> {
    /// The fingerprint of a file's content, from its end.
    pub async fn print_of(&self, line: &Line, at: At<'_>, size: u64) -> Result<Option<String>> {
        if size == 0 {
            return Ok(None);
        }
        let source = Source { drive: at.drive.into(), item: at.item.into(), version: None, size, hash: None };
        let begin = size.saturating_sub(TAIL as u64);
        let mut stream = match open(line, source, begin..size).await {
            Ok(stream) => stream,
            // Rewritten at this very moment: the next look tells.
            Err(Trouble::Unsure(_)) => return Ok(None),
            Err(trouble) => return Err(trouble.into()),
        };
        let mut tail = BytesMut::new();
        while let Some(piece) = stream.next().await {
            tail.extend_from_slice(&piece?);
        }
        Ok(of_tail(&tail, size))
    }
}

pub(crate) fn broken() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The connection to SharePoint broke while the file was being read. Nothing was changed; open it again.",
    )
}
