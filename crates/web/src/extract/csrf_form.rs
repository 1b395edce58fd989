//! Forms of our own pages.

use super::Signed;
use crate::State;
use crate::csrf;
use crate::errors::PageError;
use axum::extract::{FromRequest, FromRequestParts, Request};
use domain::{Error, ErrorKind, Result};
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The largest form accepted, in bytes.
const MAX_FORM: usize = 256 * 1024;
/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A form posted by somebody who has signed in, with both proofs of [`csrf`] checked.
#[derive(Debug, Clone)]
pub struct CsrfForm<T>(pub T);

/// A form posted before there is a session: the browser's word about its source is the only proof.
#[derive(Debug, Clone)]
pub struct OwnForm<T>(pub T);

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest<State> for CsrfForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &State) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, state).await?;
        csrf::check_source(&parts.headers, &state.settings.base)?;
        let bytes = read(Request::from_parts(parts, body)).await?;
        let token: Token = serde_html_form::from_bytes(&bytes).map_err(unreadable)?;
        csrf::check_token(&signed.session.csrf, &token.csrf)?;
        Ok(Self(serde_html_form::from_bytes(&bytes).map_err(unreadable)?))
    }
}

impl<T: DeserializeOwned> FromRequest<State> for OwnForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &State) -> Result<Self, PageError> {
        csrf::check_source(request.headers(), &state.settings.base)?;
        let bytes = read(request).await?;
        Ok(Self(serde_html_form::from_bytes(&bytes).map_err(unreadable)?))
    }
}

async fn read(request: Request) -> Result<bytes::Bytes> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind
        .split(';')
        .next()
        .is_none_or(|k| !k.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        let sentence = "This address takes a form of ours only. Go back, reload the page and try again.";
        return Err(Error::new(ErrorKind::UnsupportedMedia, sentence));
    }
    let reading = axum::body::to_bytes(request.into_body(), MAX_FORM);
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(e)) => {
            let sentence =
                "The form did not arrive whole, or is larger than 256 KB. Shorten your texts and try again.";
            Err(Error::new(ErrorKind::TooLarge, sentence).caused_by(e))
        }
        Err(_) => {
            Err(Error::invalid("The form took too long to arrive. Check your connection and try again."))
        }
    }
}

fn unreadable(error: serde_html_form::de::Error) -> Error {
    Error::invalid("The form could not be read. Go back, reload the page and try again.").caused_by(error)
}
