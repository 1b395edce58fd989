//! Requests that may arrive twice: the first result is kept for a day and answered again.
//!
//! A key stands for the first operation that its request records. A request that was interrupted is not guessed at:
//! its operation says whether the thing was made, was withdrawn, or is still being found out about.

use crate::App;
use domain::operations::OperationState;
use domain::{Ctx, DocumentId, Error, ErrorKind, OperationId, Result, Retry, TemplateId, text};
use platform::digest::hex;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Begun, Key, Operation, Tx};

/// Use cases of repeated requests.
#[derive(Debug, Clone, Copy)]
pub struct Idempotency<'a> {
    pub(crate) app: &'a App,
}

/// An answer that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Whether it was kept from an earlier request.
    pub replayed: bool,
}

/// What an interrupted request has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A document.
    Document(DocumentId),
    /// A template with its files.
    Template(TemplateId),
}

/// The keys this process is working on now.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeysAtWork(Arc<Mutex<HashSet<(i64, Key)>>>);

/// A key at work until this is dropped.
#[derive(Debug)]
struct AtWork {
    key: (i64, Key),
    all: KeysAtWork,
}

impl KeysAtWork {
    /// Marks a key; nothing when it is at work already.
    fn mark(&self, key: (i64, Key)) -> Option<AtWork> {
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        fresh.then(|| AtWork { key, all: self.clone() })
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// What is known of a request before it is worked on.
enum Known {
    /// It was answered, with this.
    Answered(Kept),
    /// It has yet to be done.
    ToDo,
    /// It was done, and interrupted before it was answered.
    Made(Thing),
}

impl Idempotency<'_> {
    /// Runs `work` once for a key of this caller on this route, and answers repetitions with its result. A failure
    /// is not kept: the next request with the key tries again.
    ///
    /// The key stands for the first operation that `work` records with a clone of `ctx`. When a request was
    /// interrupted after its document or template was made, `again` gives the answer that it would have had.
    /// # Errors
    /// `KeyReused` when the key came with another body before; `Conflict`, with a hint when to try again, while
    /// the first request is still running or it is not known yet what became of it; whatever `work` answers.
    pub async fn run<F, Fut, A, Again>(
        &self,
        ctx: &Ctx,
        route: &str,
        key: &str,
        body_hash: [u8; 32],
        work: F,
        again: A,
    ) -> Result<Kept>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<(u16, String)>>,
        A: FnOnce(Thing) -> Again,
        Again: Future<Output = Result<(u16, String)>>,
    {
        let key = text::required_line("Idempotency-Key", key, 200)?;
        let key =
            Key { associate: ctx.associate()?.id, route: route.to_owned(), key, body_hash: hex(&body_hash) };
        let Some(_at_work) = self.app.0.keys.mark((ctx.installation.0, key.clone())) else {
            return Err(running());
        };
        let operation = ctx.next_operation();
        match self.known(ctx, &key, operation).await? {
            Known::Answered(kept) => Ok(kept),
            Known::Made(thing) => {
                let (status, body) = again(thing).await?;
                self.keep(ctx, &key, status, &body).await?;
                Ok(Kept { status, body, replayed: true })
            }
            Known::ToDo => {
                self.app.reached("key.begun");
                match work().await {
                    Ok((status, body)) => {
                        self.keep(ctx, &key, status, &body).await?;
                        self.app.reached("key.answered");
                        Ok(Kept { status, body, replayed: false })
                    }
                    Err(e) => {
                        self.give_up(ctx, key, operation).await?;
                        Err(e)
                    }
                }
            }
        }
    }

    /// Looks the key up, and begins it where nothing was done yet.
    async fn known(&self, ctx: &Ctx, key: &Key, operation: OperationId) -> Result<Known> {
        let (installation, now, key) = (ctx.installation, ctx.now, key.clone());
        self.app
            .store()
            .write(move |tx| {
                let keys = tx.idempotency(installation);
                let left = match keys.begin(&key, operation, now)? {
                    Begun::Fresh => return Ok(Known::ToDo),
                    Begun::Mismatch => return Err(mismatch()),
                    Begun::Done { status, response } => {
                        return Ok(Known::Answered(Kept { status, body: response, replayed: true }));
                    }
                    Begun::Unanswered { operation } => operation,
                };
                if let Some(found) = tx.operations(installation).get(left)?
                    && let Some(thing) = made_by(tx, &found)?
                {
                    return Ok(Known::Made(thing));
                }
                if keys.take_over(&key, left, operation, now)? { Ok(Known::ToDo) } else { Err(running()) }
            })
            .await
    }

    async fn keep(&self, ctx: &Ctx, key: &Key, status: u16, body: &str) -> Result<()> {
        let (installation, key, body) = (ctx.installation, key.clone(), body.to_owned());
        self.app.store().write(move |tx| tx.idempotency(installation).finish(&key, status, &body)).await
    }

    /// Frees the key of a request that failed, unless its operation went through or may yet.
    async fn give_up(&self, ctx: &Ctx, key: Key, operation: OperationId) -> Result<()> {
        let installation = ctx.installation;
        self.app
            .store()
            .write(move |tx| match tx.operations(installation).get(operation)? {
                Some(found) if found.state != OperationState::Withdrawn => Ok(()),
                _ => tx.idempotency(installation).abandon(&key),
            })
            .await
    }
}

/// What an operation has made, if anything.
/// # Errors
/// `Conflict` while it is not known.
fn made_by(tx: &Tx<'_>, found: &Operation) -> Result<Option<Thing>> {
    match found.state {
        OperationState::Withdrawn => Ok(None),
        OperationState::Intended | OperationState::Parked => Err(running()),
        OperationState::Completed => {
            if let Some(document) = found.document {
                return Ok(Some(Thing::Document(document)));
            }
            // A template is retired until all its files are there: one that was interrupted stays so, and is made
            // anew.
            let Some(id) = found.template else { return Ok(None) };
            let template = tx.templates(found.installation).get(id)?;
            Ok(template.filter(|t| !t.retired).map(|t| Thing::Template(t.id)))
        }
    }
}

fn mismatch() -> Error {
    Error::new(
        ErrorKind::KeyReused,
        "This Idempotency-Key was used before with another request. Use a fresh key for each new request.",
    )
    .field("Idempotency-Key")
}

fn running() -> Error {
    Error::conflict("A request with this Idempotency-Key is still running. Send it again in a moment.")
        .retry(Retry::After(Duration::from_secs(1)))
}
