//! How a request reaches Drive: a turn in the budget, a token, the request, and what its answer means.
//!
//! A request that was refused for asking too often was not carried out and is repeated. One that got no answer, or a
//! fault of Google's own, may have been carried out: it is repeated only when twice is as good as once.

use super::place::Connected;
use super::refusals::{self, Class, Refused};
use crate::access::{Owner, Tokens};
use crate::body;
use crate::budget::{Budget, Pace, Spender, Urgency, backoff};
use bytes::Bytes;
use domain::connections::AccessToken;
use domain::plugin::{ByteStream, Call};
use domain::{Error, ErrorKind, Result};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use platform::outbound::{LONGEST_ANSWER, Transport};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// How often a request is tried, the first time included: refusals for asking too often may last for the rest of a
/// minute.
const TRIES: u32 = 8;
/// How often a request that gets no answer, or a fault of Google's own, is tried.
const FAULTS: u32 = 5;
/// A token that ends sooner than this is not used any more.
const TOKEN_MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// Why there is no answer to work with.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Drive refused: nothing was done.
    Refused(Refused),
    /// It may have been carried out, or not.
    Unsure(Error),
    /// It never left, or is none of Drive's business.
    Other(Error),
}

/// What a request gives.
pub(crate) type Asked<T> = Result<T, Trouble>;

impl Trouble {
    /// Whether Drive refused with this meaning.
    pub fn is(&self, class: Class) -> bool {
        matches!(self, Self::Refused(refused) if refused.class == class)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(refused) => refused.into(),
            Trouble::Unsure(error) | Trouble::Other(error) => error,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Whether a request may be repeated when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice is as good as once.
    Safe,
    /// The caller finds out first.
    Unsafe,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, String)>,
    body: Bytes,
    /// Quota units (google.md 3.1).
    units: u64,
    repeat: Repeat,
    /// A session's address is its own right: no token goes with it.
    bare: bool,
}

impl Ask {
    /// A request to a path below Drive's address, or to a session's whole address.
    pub fn new(method: Method, path: impl Into<String>, units: u64, repeat: Repeat) -> Self {
        let (query, headers) = (Vec::new(), Vec::new());
        Self { method, path: path.into(), query, headers, body: Bytes::new(), units, repeat, bare: false }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn json(self, body: &serde_json::Value) -> Self {
        self.body("application/json; charset=UTF-8", body.to_string())
    }

    #[must_use]
    pub fn body(mut self, media_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE, media_type)
    }

    /// The same to a session's address.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }
}

/// The way to Drive. One for the process.
#[derive(Debug)]
pub(crate) struct Client {
    pub transport: Arc<dyn Transport>,
    /// `https://www.googleapis.com`, or a simulator's origin.
    pub address: String,
    pub budget: Arc<Budget>,
    pub pace: Arc<dyn Pace>,
    tokens: Tokens,
}

impl Client {
    pub fn new(
        transport: Arc<dyn Transport>,
        address: String,
        budget: Arc<Budget>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        Self { transport, address, budget, pace, tokens: Tokens::new(TOKEN_MARGIN) }
    }

    /// The way of one call.
    pub fn line(self: &Arc<Self>, call: &Call, connected: Connected) -> Line {
        let urgency = if call.associate.is_some() { Urgency::Interactive } else { Urgency::Background };
        let spender =
            Spender { account: Arc::clone(&connected.account), installation: call.installation, urgency };
        Line { client: Arc::clone(self), connected, spender, now: call.now }
    }
}

/// The way to Drive on behalf of one installation.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    client: Arc<Client>,
    pub connected: Connected,
    spender: Spender,
    now: Timestamp,
}

impl Line {
    /// Drive's answer as JSON.
    pub async fn json<T: DeserializeOwned>(&self, ask: Ask) -> Asked<T> {
        let mut tried = 0;
        loop {
            let answer = self.send(&ask).await?;
            match serde_json::from_slice(answer.body()) {
                Ok(read) => return Ok(read),
                Err(_) if ask.repeat == Repeat::Safe && tried + 1 < FAULTS => {
                    self.client.pace.sleep(backoff(self.client.pace.as_ref(), tried)).await;
                    tried += 1;
                }
                Err(e) => return Err(Trouble::Unsure(garbled().caused_by(e))),
            }
        }
    }

    /// Drive's answer whole.
    pub async fn send(&self, ask: &Ask) -> Asked<Response<Bytes>> {
        let mut tried = 0;
        loop {
            let (head, body) = self.exchange(ask, false).await?.into_parts();
            match collect(body).await {
                Ok(body) => return Ok(Response::from_parts(head, body)),
                Err(_) if ask.repeat == Repeat::Safe && tried + 1 < FAULTS => {
                    self.client.pace.sleep(backoff(self.client.pace.as_ref(), tried)).await;
                    tried += 1;
                }
                Err(e) => return Err(Trouble::Unsure(e)),
            }
        }
    }

    /// Drive's answer as it arrives.
    pub async fn open(&self, ask: &Ask) -> Asked<Response<ByteStream>> {
        self.exchange(ask, true).await
    }

    async fn exchange(&self, ask: &Ask, stream: bool) -> Asked<Response<ByteStream>> {
        let (pace, budget) = (self.client.pace.as_ref(), &self.client.budget);
        let mut refreshed = false;
        let mut faults = 0;
        for tried in 0..TRIES {
            budget.spend(&self.spender, ask.units).await?;
            let token = if ask.bare {
                None
            } else {
                Some(self.client.tokens.get(&self.owner(), self.connected.tokens.as_ref(), self.now).await?)
            };
            let sent = self.transmit(ask, token.as_ref(), stream).await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(e) if e.kind() != ErrorKind::Unavailable => return Err(Trouble::Other(e)),
                Err(e) => {
                    budget.failed();
                    faults += 1;
                    if faults == FAULTS || ask.repeat == Repeat::Unsafe {
                        return Err(Trouble::Unsure(e));
                    }
                    pace.sleep(backoff(pace, faults - 1)).await;
                    continue;
                }
            };
            if answer.status().is_success() || answer.status() == StatusCode::PERMANENT_REDIRECT {
                budget.answered();
                return Ok(answer);
            }
            let refused = refusal(answer, self.now).await;
            match refused.class {
                Class::Token if !refreshed && self.is_refused(token.as_ref()) => refreshed = true,
                Class::Throttle => {
                    budget.answered();
                    let wait = refused.retry_after.unwrap_or_else(|| backoff(pace, tried));
                    budget.refused(&self.spender, wait, refused.reason == "rateLimitExceeded");
                    if tried + 1 == TRIES {
                        return Err(Trouble::Refused(refused));
                    }
                }
                Class::Passing => {
                    budget.failed();
                    faults += 1;
                    if faults == FAULTS || ask.repeat == Repeat::Unsafe {
                        return Err(Trouble::Unsure(refused.into()));
                    }
                    pace.sleep(refused.retry_after.unwrap_or_else(|| backoff(pace, faults - 1))).await;
                }
                _ => {
                    budget.answered();
                    return Err(Trouble::Refused(refused));
                }
            }
        }
        Err(Trouble::Unsure(garbled()))
    }

    async fn transmit(
        &self,
        ask: &Ask,
        token: Option<&AccessToken>,
        stream: bool,
    ) -> Result<Response<ByteStream>> {
        let request = self.request(ask, token)?;
        if stream {
            return self.client.transport.open(request).await;
        }
        let (head, body) = self.client.transport.send(request).await?.into_parts();
        let whole: ByteStream = Box::pin(futures_util::stream::once(async move { Ok(body) }));
        Ok(Response::from_parts(head, whole))
    }

    fn request(&self, ask: &Ask, token: Option<&AccessToken>) -> Result<Request<Bytes>> {
        let mut address = if ask.bare {
            self.session(&ask.path)?.to_owned()
        } else {
            format!("{}{}", self.client.address, ask.path)
        };
        if !ask.query.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(ask.query.iter().map(|(name, value)| (*name, value.as_str())));
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(&query.finish());
        }
        let mut request = Request::builder().method(ask.method.clone()).uri(address);
        if let Some(token) = token {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.reveal()))
                .map_err(|_| Error::internal("a token cannot stand in a header"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        request.body(ask.body.clone()).map_err(|e| Error::internal("a request has no form").caused_by(e))
    }

    /// A session's address must be Drive's own: it is told by an answer and carries content.
    fn session<'a>(&self, address: &'a str) -> Result<&'a str> {
        let own = address.strip_prefix(self.client.address.as_str());
        if own.is_some_and(|path| path.starts_with('/')) {
            return Ok(address);
        }
        Err(Error::internal("an upload session has an address that is not Drive's"))
    }

    /// Tells that a token was refused before its end. Gives whether it makes sense to ask again with another one.
    fn is_refused(&self, token: Option<&AccessToken>) -> bool {
        token.is_some_and(|token| self.client.tokens.refuse(&self.owner(), token, None, self.now))
    }

    fn owner(&self) -> Owner {
        (self.spender.installation, self.connected.connection.clone())
    }

    /// Waits before the try after the `tried`-th.
    pub async fn pause(&self, tried: u32) {
        self.client.pace.sleep(backoff(self.client.pace.as_ref(), tried)).await;
    }
}

async fn refusal(answer: Response<ByteStream>, now: Timestamp) -> Refused {
    let (head, body) = answer.into_parts();
    let body = collect(body).await.unwrap_or_default();
    refusals::read(head.status, &head.headers, &body, now)
}

async fn collect(body: ByteStream) -> Result<Bytes> {
    body::whole(body, LONGEST_ANSWER).await?.ok_or_else(garbled)
}

fn garbled() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "Google's answer could not be understood. It is looked into by itself; try again in a few minutes.",
    )
}

/// The text of a header.
pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
