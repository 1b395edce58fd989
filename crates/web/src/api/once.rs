//! `Idempotency-Key`: a creating request that arrives twice makes one thing and gets one answer.

use crate::errors::Problem;
use app::App;
use app::idempotency::Thing;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use domain::{Ctx, Error, ErrorKind, Result};
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use platform::digest::Sha256;
use serde::{Deserialize, Serialize};
use std::future::Future;

/// The request header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before (draft-ietf-httpapi-idempotency-key-header leaves this to the server).
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The idempotency key of a request and the address it came to.
#[derive(Debug, Clone)]
pub(super) struct Once {
    key: Option<String>,
    address: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |o| &o.0);
        let address = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let mut given = parts.headers.get_all(KEY).iter();
        let key = match (given.next(), given.next()) {
            (None, _) => None,
            (Some(key), None) => Some(readable(key)?),
            (Some(_), Some(_)) => return Err(unusable().into()),
        };
        Ok(Self { key, address })
    }
}

fn readable(key: &HeaderValue) -> Result<String> {
    let text = key.to_str().map_err(|_| unusable())?.trim();
    if text.is_empty() || text.len() > 200 { Err(unusable()) } else { Ok(text.to_owned()) }
}

fn unusable() -> Error {
    Error::invalid("Idempotency-Key is one value of 1 to 200 letters, digits and signs, for example a UUID.")
        .field("Idempotency-Key")
}

/// Something that was made: what is answered, now and again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Made {
    /// The body, JSON.
    pub body: String,
    /// Where it is from now on.
    pub location: String,
    /// Its entity tag.
    pub row_version: Option<i64>,
    /// The SHA-256 of the content that arrived with it, where there was any.
    pub content: Option<String>,
}

impl Made {
    /// Something made, found at `location`.
    pub fn at(location: String, body: &impl Serialize) -> Result<Self> {
        let body = written(body)?;
        Ok(Self { body, location, row_version: None, content: None })
    }

    /// The same with an entity tag.
    pub fn tagged(self, row_version: i64) -> Self {
        Self { row_version: Some(row_version), ..self }
    }
}

/// What [`Once::run`] found: something new, or the answer of an earlier request.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What was made.
    pub made: Made,
    /// Whether an earlier request made it.
    pub replayed: bool,
}

impl Once {
    /// Runs `work` once for this key. Without a key it runs.
    ///
    /// The work runs as a task of its own, so that a caller who hangs up does not leave a key that is neither
    /// used nor free.
    /// # Errors
    /// `KeyReused` when the key came with another request; `Conflict` while the first one is still running.
    pub async fn run<F>(
        self,
        app: &App,
        ctx: &Ctx,
        route: &'static str,
        body: &[u8],
        work: F,
    ) -> Result<Outcome>
    where
        F: Future<Output = Result<Made>> + Send + 'static,
    {
        let never = |_| async {
            Err(Error::internal("only documents and templates are made by operations of their own"))
        };
        self.run_or(app, ctx, route, body, work, never).await
    }

    /// The same for work that makes a document or a template; `again` answers for one that was made when the request
    /// which made it was interrupted.
    pub async fn run_or<F, A, Again>(
        self,
        app: &App,
        ctx: &Ctx,
        route: &'static str,
        body: &[u8],
        work: F,
        again: A,
    ) -> Result<Outcome>
    where
        F: Future<Output = Result<Made>> + Send + 'static,
        A: FnOnce(Thing) -> Again + Send + 'static,
        Again: Future<Output = Result<Made>> + Send + 'static,
    {
        let Some(key) = self.key else {
            return Ok(Outcome { made: work.await?, replayed: false });
        };
        let mut hash = Sha256::default();
        hash.update(self.address.as_bytes());
        hash.update(&[0]);
        hash.update(body);
        let (app, ctx) = (app.clone(), ctx.clone());
        let task = tokio::spawn(async move {
            let keep = || async move { work.await.and_then(|made| Ok((201, written(&made)?))) };
            let again = |thing| async move { again(thing).await.and_then(|made| Ok((201, written(&made)?))) };
            app.idempotency().run(&ctx, route, &key, hash.finish(), keep, again).await
        });
        let kept =
            task.await.map_err(|e| Error::internal("a creating request ended abnormally").caused_by(e))??;
        let made = serde_json::from_str(&kept.body)
            .map_err(|e| Error::internal("a kept answer cannot be read").caused_by(e))?;
        Ok(Outcome { made, replayed: kept.replayed })
    }
}

/// Something as JSON.
pub(super) fn written(thing: &impl Serialize) -> Result<String> {
    serde_json::to_string(thing).map_err(|e| Error::internal("an answer could not be written").caused_by(e))
}

/// The refusal of a key that came with other content before.
pub(super) fn other_content() -> Error {
    Error::new(
        ErrorKind::KeyReused,
        "This Idempotency-Key was used before with other content. Use a fresh key for each new request.",
    )
    .field("Idempotency-Key")
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, self.made.body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(location) = HeaderValue::try_from(self.made.location) {
            headers.insert(LOCATION, location);
        }
        if let Some(version) = self.made.row_version {
            headers.insert(ETAG, super::precondition::row_tag(version));
        }
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}
