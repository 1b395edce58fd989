//! Requests that may arrive twice: the first result is kept for a day and answered again.

use crate::App;
use domain::{Ctx, Error, ErrorKind, Result, Retry, text};
use platform::digest::hex;
use std::time::Duration;
use store::{Begun, Key};

/// How long a request may run before a repetition takes it over: the process that ran it is gone.
const STALE: Duration = Duration::from_mins(15);

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

impl Idempotency<'_> {
    /// Runs `work` once for a key of this caller on this route, and answers repetitions with its result. A failure
    /// is not kept: the next request with the key tries again.
    /// # Errors
    /// `KeyReused` when the key came with another body before; `Conflict`, with a hint when to try again, while
    /// the first request is still running; whatever `work` answers.
    pub async fn run<F, Fut>(
        &self,
        ctx: &Ctx,
        route: &str,
        key: &str,
        body_hash: [u8; 32],
        work: F,
    ) -> Result<Kept>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<(u16, String)>>,
    {
        let key = text::required_line("Idempotency-Key", key, 200)?;
        let key =
            Key { associate: ctx.associate()?.id, route: route.to_owned(), key, body_hash: hex(&body_hash) };
        let (installation, now) = (ctx.installation, ctx.now);
        let begin = key.clone();
        let stale_before = now - STALE;
        let begun = self
            .app
            .store()
            .write(move |tx| tx.idempotency(installation).begin(&begin, now, stale_before))
            .await?;
        match begun {
            Begun::Done { status, response } => return Ok(Kept { status, body: response, replayed: true }),
            Begun::Mismatch => return Err(mismatch()),
            Begun::Running => return Err(running()),
            Begun::Fresh => {}
        }
        let done = work().await;
        let finish = key;
        match done {
            Ok((status, body)) => {
                let response = body.clone();
                let finish =
                    move |tx: &store::Tx<'_>| tx.idempotency(installation).finish(&finish, status, &response);
                self.app.store().write(finish).await?;
                Ok(Kept { status, body, replayed: false })
            }
            Err(e) => {
                self.app.store().write(move |tx| tx.idempotency(installation).abandon(&finish)).await?;
                Err(e)
            }
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
