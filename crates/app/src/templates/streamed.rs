//! Filling on a thread of its own, handed on while it is made.
//!
//! Related records are read a page at a time while the document is written, and what is written goes to its place at
//! once: the memory of a document does not grow with its rows.

use super::filling::{Filling, refused};
use super::related::Related;
use crate::documents::Row;
use crate::subjects::Material;
use bytes::Bytes;
use domain::plugin::Body;
use domain::records::Associate;
use domain::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What is held before a document is handed on in pieces; smaller ones are handed on whole, with their size.
const WHOLE: usize = 1 << 20;
/// How many pieces wait between the one who writes and the one who takes.
const WAITING: usize = 4;

/// Everything one document is made of.
#[derive(Debug)]
pub(crate) struct Writing {
    pub filling: Arc<Filling>,
    pub material: Material,
    pub related: Related,
    pub row: Row,
    pub sender: Associate,
    pub date: Date,
    pub now: Timestamp,
    pub custom: BTreeMap<String, String>,
}

impl Writing {
    /// The document as one piece.
    pub async fn whole(self) -> Result<Vec<u8>> {
        on_a_thread(move || {
            let mut out = Vec::new();
            self.write(&mut out)?;
            Ok(out)
        })
        .await
    }

    /// The document as a body: whole where it is small, or else in pieces while it is made.
    /// # Errors
    /// What is wrong with a value, where that is known before much was written.
    pub async fn body(self) -> Result<Written> {
        let (to, mut from) = mpsc::channel::<Result<Bytes>>(WAITING);
        let writer = tokio::task::spawn_blocking(move || {
            let mut sink = Sink { held: Vec::new(), started: false, to };
            let written = self.write(&mut sink);
            sink.end(written)
        });
        match from.recv().await {
            // All of it: the writer ended without beginning to hand on.
            None => {
                let whole = ended(writer.await)??;
                Ok(Written { body: Body::from_bytes(whole), writer: None })
            }
            Some(first) => {
                let rest = futures_util::stream::unfold(from, |mut from| async move {
                    from.recv().await.map(|piece| (piece, from))
                });
                let stream = futures_util::stream::StreamExt::chain(
                    futures_util::stream::once(async move { first }),
                    rest,
                );
                Ok(Written { body: Body { length: None, stream: Box::pin(stream) }, writer: Some(writer) })
            }
        }
    }

    fn write(&self, sink: &mut dyn Write) -> Result<()> {
        match self.filling.as_ref() {
            Filling::Verbatim(bytes) => {
                sink.write_all(bytes).map_err(|e| Error::internal("a copy broke off").caused_by(e))
            }
            Filling::Merge(template) => {
                let answers =
                    self.material.answering(&self.row, &self.sender, self.date, self.now, &self.custom);
                let values = merge::Layered(&[&answers, &self.related]);
                template.fill_to(&values, &self.material.culture(), sink).map_err(|e| refused(&e))
            }
        }
    }
}

/// A document on its way.
pub(crate) struct Written {
    /// For the plugin.
    pub body: Body,
    writer: Option<JoinHandle<Result<Vec<u8>>>>,
}

impl Written {
    /// The body, and how to hear afterwards what the one who wrote it has to say.
    pub fn split(self) -> (Body, Verdict) {
        (self.body, Verdict(self.writer))
    }
}

/// What the one who writes has to say, once the body was taken.
pub(crate) struct Verdict(Option<JoinHandle<Result<Vec<u8>>>>);

impl Verdict {
    /// The plugin's answer; where the document could not be written, the reason for that instead of the plugin's
    /// words about a body that broke off.
    pub async fn over<T>(self, taken: Result<T>) -> Result<T> {
        let Some(writer) = self.0 else { return taken };
        match (taken, ended(writer.await)?) {
            (Err(_), Err(why)) if why.kind() != domain::ErrorKind::Internal => Err(why),
            (taken, _) => taken,
        }
    }
}

/// Holds the first megabyte, hands on everything from there.
struct Sink {
    held: Vec<u8>,
    started: bool,
    to: mpsc::Sender<Result<Bytes>>,
}

impl Sink {
    fn hand_on(&mut self) -> io::Result<()> {
        self.started = true;
        let piece = Bytes::from(std::mem::take(&mut self.held));
        self.to.blocking_send(Ok(piece)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }

    /// The end of the document: what was never handed on, or the reason there is none.
    fn end(mut self, written: Result<()>) -> Result<Vec<u8>> {
        match written {
            Ok(()) if !self.started => Ok(self.held),
            Ok(()) => {
                // Whoever took the pieces may have gone; then they have said so themselves.
                let _ = self.hand_on();
                Ok(Vec::new())
            }
            Err(why) => {
                if self.started {
                    // The body ends in an error, so that half a document is never kept.
                    let broken = Error::new(why.kind(), why.public().to_owned());
                    let _ = self.to.blocking_send(Err(broken));
                }
                Err(why)
            }
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= if self.started { WHOLE / 4 } else { WHOLE } {
            self.hand_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    ended(tokio::task::spawn_blocking(work).await)?
}

fn ended<T>(joined: std::result::Result<T, tokio::task::JoinError>) -> Result<T> {
    joined.map_err(|e| Error::internal("filling broke off").caused_by(e))
}
