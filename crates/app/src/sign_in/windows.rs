//! Sign-ins in a window of their own, for pages that stand in another site's frame: providers refuse to be framed.
//!
//! The session begins where the window comes back, and waits there. The page that opened the window is told a code, once,
//! by the browser and only if it is a page of ours; with it the session goes on under another token, where the frame keeps
//! its cookies. What a script saw is worth nothing afterwards.

use super::{SignIn, hash};
use domain::{Error, Result};
use jiff::Timestamp;
use std::time::Duration;

/// How long a session waits.
const WAITS: Duration = Duration::from_mins(1);

impl SignIn<'_> {
    /// Leaves a session, by its token, for the page that opened the window. Gives the code it is taken over with.
    pub async fn hand_over(&self, token: &str, now: Timestamp) -> Result<String> {
        let code = platform::random::token()?;
        let (code_hash, token_hash) = (hash(&code), hash(token));
        self.app
            .store()
            .write(move |tx| tx.sign_ins().hand_over(&code_hash, &token_hash, now + WAITS))
            .await?;
        Ok(code)
    }

    /// Takes a session over. Gives its new token.
    /// # Errors
    /// `Forbidden` when the code was used, is too old, or its session has ended.
    pub async fn take_over(&self, code: &str, now: Timestamp) -> Result<String> {
        let code_hash = hash(code);
        let (token, csrf) = (platform::random::token()?, platform::random::token()?);
        let token_hash = hash(&token);
        let taken = self
            .app
            .store()
            .write(move |tx| {
                let Some(old) = tx.sign_ins().take_over(&code_hash, now)? else { return Ok(false) };
                let Some(session) = tx.sessions().get(&old)? else { return Ok(false) };
                if session.ended.is_some() || session.expires <= now {
                    return Ok(false);
                }
                let of = session.installation;
                let next = store::Session { token_hash: token_hash.clone(), csrf, last_seen: now, ..session };
                tx.sessions().rotate(&old, &next)?;
                tx.sign_ins().moved(of, &old, &token_hash)?;
                Ok(true)
            })
            .await?;
        if taken { Ok(token) } else { Err(too_late()) }
    }
}

fn too_late() -> Error {
    Error::forbidden(
        "This sign-in was used already or waited too long. Go back and press Sign in again; it takes a moment.",
    )
}
