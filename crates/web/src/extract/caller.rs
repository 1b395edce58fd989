//! Who asks, by a bearer token or the session cookie: for the API.

use super::{Arrival, Signed};
use crate::State;
use crate::csrf;
use crate::errors::Problem;
use app::access::Session;
use axum::extract::FromRequestParts;
use domain::{Ctx, Error, ErrorKind, Result};
use http::header::AUTHORIZATION;
use http::request::Parts;
use platform::random;

/// A program with a token, or one of our own pages with its session.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The session, made from the token or resumed from the cookie.
    pub session: Session,
    /// What the use cases want to know.
    pub ctx: Ctx,
}

/// The same, for an administrator.
#[derive(Debug, Clone)]
pub struct AdminCaller(pub Caller);

impl FromRequestParts<State> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let caller = match bearer(parts)? {
            Some(token) => by_token(parts, state, &token).await?,
            None => by_cookie(parts, state).await?,
        };
        Ok(caller)
    }
}

impl FromRequestParts<State> for AdminCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.ctx.require_administrator()?;
        Ok(Self(caller))
    }
}

async fn by_token(parts: &mut Parts, state: &State, token: &str) -> Result<Caller> {
    let arrival = Arrival::of(parts, || (state.settings.now)());
    let session = state.app.access().bearer(token, arrival.now).await?.ok_or_else(|| {
        nobody("This API token is unknown, expired or withdrawn. Make a new one in Settings.")
    })?;
    let ctx = session.ctx(arrival.now, arrival.request, random::seed()?);
    Ok(Caller { session, ctx })
}

/// A cookie is sent by the browser whoever wrote the page, so changes need the two proofs of [`csrf`].
async fn by_cookie(parts: &mut Parts, state: &State) -> Result<Caller> {
    let signed = Signed::find(parts, state).await?.ok_or_else(|| {
        nobody("Send an API token: \"Authorization: Bearer chy_...\". Tokens are made in Settings.")
    })?;
    if !parts.method.is_safe() {
        csrf::check_source(&parts.headers, &state.settings.base)?;
        let token = parts.headers.get(csrf::HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default();
        csrf::check_token(&signed.session.csrf, token)?;
    }
    Ok(Caller { session: signed.session, ctx: signed.ctx })
}

/// The bearer token of the request, if it carries one (RFC 6750 section 2.1).
fn bearer(parts: &Parts) -> Result<Option<String>> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(|v| v.split_once(' ')).and_then(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned()).filter(|t| !t.is_empty())
    });
    match (token, values.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(nobody(
            "The Authorization header is not of the form \"Bearer chy_...\". Send one such header.",
        )),
    }
}

fn nobody(sentence: &'static str) -> Error {
    Error::new(ErrorKind::Unauthenticated, sentence)
}
