//! Content on its way from Google: as it arrives, taken up again where a connection broke, and compared with its
//! checksum before its end is handed on.
//!
//! A revision is read, not "the file": a revision never changes, so content that is replaced meanwhile is not mixed.

use super::client::{Asked, Line, Trouble};
use bytes::Bytes;
use domain::plugin::ByteStream;
use domain::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use http::StatusCode;
use http::header::RANGE;
use md5::Digest as _;
use platform::digest::hex;
use std::ops::Range;

/// How often a broken download is taken up again without a byte having arrived in between.
const TRIES: u32 = 5;

/// What is read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub file: String,
    pub revision: String,
    pub size: u64,
    /// In lower-case hexadecimal.
    pub md5: String,
}

struct Download {
    line: Line,
    source: Source,
    /// The next byte to come, and where it ends.
    at: u64,
    end: u64,
    incoming: ByteStream,
    /// Of all bytes so far; nothing when only a part is read, which cannot be compared.
    sum: Option<md5::Md5>,
    /// Handed on when more has come, or the whole is known to be right.
    held: Option<Bytes>,
    tried: u32,
}

/// Opens content. The first answer is there when this returns, so what cannot be read fails here.
pub(crate) async fn open(line: &Line, source: Source, span: Range<u64>) -> Asked<ByteStream> {
    if span.is_empty() {
        return Ok(Box::pin(futures_util::stream::empty()));
    }
    let incoming = ask(line, &source, span.start, span.end).await?;
    let sum = (span == (0..source.size) && !source.md5.is_empty()).then(md5::Md5::new);
    let line = line.clone();
    let state = Download { line, source, at: span.start, end: span.end, incoming, sum, held: None, tried: 0 };
    Ok(Box::pin(futures_util::stream::unfold(Some(state), |state| async move {
        let mut state = state?;
        match state.next().await {
            Ok(Some(piece)) => Some((Ok(piece), Some(state))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })))
}

async fn ask(line: &Line, source: &Source, from: u64, end: u64) -> Asked<ByteStream> {
    let mut ask = Line::media(&source.file, Some(&source.revision));
    let whole = from == 0 && end == source.size;
    if !whole {
        ask = ask.header(RANGE, format!("bytes={from}-{}", end - 1));
    }
    let answer = line.open(&ask).await?;
    let expected = if whole { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
    if answer.status() != expected {
        return Err(Trouble::Unsure(broken().with("google_status", answer.status().as_str())));
    }
    Ok(answer.into_body())
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
                    if let Some(before) = self.took(piece)? {
                        return Ok(Some(before));
                    }
                }
                // Short is as good as broken.
                None | Some(Err(_)) => self.again().await?,
            }
        }
    }

    /// Counts a piece and holds it; gives the one held before.
    fn took(&mut self, piece: Bytes) -> Result<Option<Bytes>> {
        self.at += piece.len() as u64;
        if self.at > self.end {
            return Err(damaged("Google sent more than the file has", &self.source));
        }
        if let Some(sum) = &mut self.sum {
            sum.update(&piece);
        }
        Ok(self.held.replace(piece))
    }

    fn compare(&mut self) -> Result<()> {
        match self.sum.take().map(|sum| hex(&sum.finalize())) {
            Some(sum) if sum != self.source.md5 => {
                Err(damaged("What Google sent does not match its checksum", &self.source))
            }
            _ => Ok(()),
        }
    }

    async fn again(&mut self) -> Result<()> {
        if self.tried >= TRIES {
            return Err(broken());
        }
        self.line.pause(self.tried).await;
        self.tried += 1;
        match ask(&self.line, &self.source, self.at, self.end).await {
            Ok(incoming) => self.incoming = incoming,
            Err(Trouble::Unsure(_)) => {}
            Err(trouble) => return Err(trouble.into()),
        }
        Ok(())
    }
}

fn broken() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The connection to Google broke while the file was being read. Nothing was changed; open it again.",
    )
}

fn damaged(why: &str, source: &Source) -> Error {
    tracing::error!(file = source.file, revision = source.revision, why, "content from Google is not right");
    Error::new(
        ErrorKind::Damaged,
        "The file could not be read from Google as it was stored. Open it again; if it stays so, open it at Google and \
         restore an earlier version there.",
    )
    .with("why", why)
}

/// What a document of Google's own is exported as, and the ending of its name.
pub(crate) fn export_type(native: &str) -> Option<(&'static str, &'static str)> {
    match native.strip_prefix(super::wire::NATIVE)? {
        "document" => {
            Some(("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"))
        }
        "spreadsheet" => Some(("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")),
        "presentation" => {
            Some(("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"))
        }
        "drawing" => Some(("application/pdf", ".pdf")),
        _ => None,
    }
}
