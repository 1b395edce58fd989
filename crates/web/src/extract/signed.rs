//! Who asks, by the session cookie.

use super::Arrival;
use crate::State;
use crate::cookies;
use crate::errors::PageError;
use crate::page::Flash;
use app::access::Session;
use axum::extract::FromRequestParts;
use domain::{Ctx, Error, ErrorKind};
use http::request::Parts;
use platform::random;

/// A person with a session. Without one the answer leads to the sign-in page.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The session.
    pub session: Session,
    /// What the use cases want to know.
    pub ctx: Ctx,
    /// A message left for this page by the one before.
    pub flash: Option<Flash>,
}

/// An administrator with a session. Others read that they may not.
#[derive(Debug, Clone)]
pub struct AdminSigned(pub Signed);

impl Signed {
    /// The person with a session, or nobody.
    /// # Errors
    /// `Invalid` for two session cookies; what the database says otherwise.
    pub async fn find(parts: &mut Parts, state: &State) -> domain::Result<Option<Self>> {
        let arrival = Arrival::of(parts, || (state.settings.now)());
        if let Some(signed) = arrival.signed() {
            return Ok(Some(signed.clone()));
        }
        let base = &state.settings.base;
        let Some(token) = cookies::read(&parts.headers, &cookies::session_name(base))? else {
            return Ok(None);
        };
        let Some(session) = state.app.access().resume(token, arrival.now).await? else {
            return Ok(None);
        };
        let ctx = session.ctx(arrival.now, arrival.request, random::seed()?);
        let flash = cookies::read(&parts.headers, &cookies::flash_name(base)).ok().flatten();
        let signed = Self { session, ctx, flash: flash.and_then(Flash::from_cookie) };
        arrival.remember(&signed);
        Ok(Some(signed))
    }
}

impl FromRequestParts<State> for Signed {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, PageError> {
        Ok(Self::find(parts, state).await?.ok_or_else(nobody)?)
    }
}

impl FromRequestParts<State> for AdminSigned {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, PageError> {
        let signed = Signed::from_request_parts(parts, state).await?;
        signed.ctx.require_administrator()?;
        Ok(Self(signed))
    }
}

fn nobody() -> Error {
    Error::new(ErrorKind::Unauthenticated, "Your session has ended. Sign in again, then repeat what you did.")
}
