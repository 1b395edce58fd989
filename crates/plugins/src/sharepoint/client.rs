//! How a request reaches Graph: a turn in the budgets, a token of whoever asks, the request, and what its answer means.
//!
//! A request that was refused for asking too often was not carried out and is repeated. One that got no answer, or a
//! fault of Microsoft's own, may have been carried out: it is repeated only when twice is as good as once.

use super::refusals::{self, Class, Refused};
use crate::access::{Owner, Tokens};
use crate::body;
use crate::budget::{Budget, Pace, Spender, Urgency, backoff};
use bytes::Bytes;
use domain::connections::{AccessToken, TokenSource};
use domain::plugin::ByteStream;
use domain::{Error, ErrorKind, InstallationId, Result};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use platform::outbound::{LONGEST_ANSWER, Transport};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// How often a request is tried, the first time included: refusals for asking too often may last for the rest of a
/// minute.
const TRIES: u32 = 8;
/// How often a request that gets no answer, or a fault of Microsoft's own, is tried.
const FAULTS: u32 = 5;
/// How often work that nobody waits for meets a lock before it gives up.
const LOCKS: u32 = 4;
/// A token that ends sooner than this is not used any more.
const TOKEN_MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// Who asks; undecorated traffic comes last (microsoft.md 2).
const AGENT: &str = "ISV|Chancery|Chancery/1.0";

/// Why there is no answer to work with.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Graph refused: nothing was done.
    Refused(Refused),
    /// It may have been carried out, or not.
    Unsure(Error),
    /// It never left, or is none of Graph's business.
    Other(Error),
}

/// What a request gives.
pub(crate) type Asked<T> = Result<T, Trouble>;

impl Trouble {
    /// Whether Graph refused with this meaning.
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
    /// Units of the tenant's budget (microsoft.md 2.15).
    units: u64,
    repeat: Repeat,
    /// An address that is its own right: no token goes with it, also to another host.
    bare: bool,
}

impl Ask {
    /// A request to a path below Graph's version, or to a whole address.
    pub fn new(method: Method, path: impl Into<String>, units: u64, repeat: Repeat) -> Self {
        let (query, headers) = (Vec::new(), Vec::new());
        Self { method, path: path.into(), query, headers, body: Bytes::new(), units, repeat, bare: false }
    }

    /// A request to an address that is its own right: a download, an upload session, a monitor (M-12, M-10, M-16).
    pub fn bare(method: Method, address: impl Into<String>, repeat: Repeat) -> Self {
        Self { bare: true, ..Self::new(method, address, 0, repeat) }
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
        self.body("application/json", body.to_string())
    }

    #[must_use]
    pub fn body(mut self, media_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE, media_type)
    }
}

/// The way to Graph. One for the process.
#[derive(Debug)]
pub(crate) struct Client {
    pub transport: Arc<dyn Transport>,
    /// `https://graph.microsoft.com/v1.0`, or a simulator's.
    pub address: String,
    /// Units, by tenant.
    pub tenants: Arc<Budget>,
    /// Requests, by person.
    pub persons: Arc<Budget>,
    pub pace: Arc<dyn Pace>,
    tokens: Tokens,
}

impl Client {
    pub fn new(
        transport: Arc<dyn Transport>,
        address: String,
        tenants: Arc<Budget>,
        persons: Arc<Budget>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        Self { transport, address, tenants, persons, pace, tokens: Tokens::new(TOKEN_MARGIN) }
    }
}

/// Whose access is used.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub installation: InstallationId,
    pub tenant: Arc<str>,
    pub connection: String,
    /// The object id; blank for the application itself.
    pub object: String,
    pub tokens: Arc<dyn TokenSource>,
}

/// The way to Graph as somebody.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub client: Arc<Client>,
    pub access: Access,
    urgency: Urgency,
    now: Timestamp,
}

/// Whether nothing was done and it is a matter of waiting: 429, and 503 with a time to wait (microsoft.md 2.15). Other
/// answers may tell a time too, from four fifths of the budget on, and say nothing about what was done.
fn is_throttle(refused: &Refused) -> bool {
    refused.class == Class::Throttle || (refused.status == 503 && refused.retry_after.is_some())
}

impl Line {
    pub fn new(client: &Arc<Client>, access: Access, urgency: Urgency, now: Timestamp) -> Self {
        Self { client: Arc::clone(client), access, urgency, now }
    }

    /// Graph's answer as JSON.
    pub async fn json<T: DeserializeOwned>(&self, ask: Ask) -> Asked<T> {
        let mut tried = 0;
        loop {
            let answer = self.send(&ask).await?;
            match serde_json::from_slice(answer.body()) {
                Ok(read) => return Ok(read),
                Err(_) if ask.repeat == Repeat::Safe && tried + 1 < FAULTS => {
                    self.pause(tried).await;
                    tried += 1;
                }
                Err(e) => return Err(Trouble::Unsure(garbled().caused_by(e))),
            }
        }
    }

    /// Graph's answer whole.
    pub async fn send(&self, ask: &Ask) -> Asked<Response<Bytes>> {
        let mut tried = 0;
        loop {
            let (head, body) = Box::pin(self.exchange(ask, false)).await?.into_parts();
            match collect(body).await {
                Ok(body) => return Ok(Response::from_parts(head, body)),
                Err(_) if ask.repeat == Repeat::Safe && tried + 1 < FAULTS => {
                    self.pause(tried).await;
                    tried += 1;
                }
                Err(e) => return Err(Trouble::Unsure(e)),
            }
        }
    }

    /// An answer as it arrives.
    pub async fn open(&self, ask: &Ask) -> Asked<Response<ByteStream>> {
        Box::pin(self.exchange(ask, true)).await
    }

    fn spender(&self, account: String) -> Spender {
        Spender { account: account.into(), installation: self.access.installation, urgency: self.urgency }
    }

    async fn spend(&self, ask: &Ask, tenant: &Spender) -> Result<()> {
        if ask.bare {
            return Ok(());
        }
        if !self.access.object.is_empty() {
            let person = self.spender(format!("{}/{}", self.access.tenant, self.access.object));
            self.client.persons.spend(&person, 1).await?;
        }
        self.client.tenants.spend(tenant, ask.units).await
    }

    async fn exchange(&self, ask: &Ask, stream: bool) -> Asked<Response<ByteStream>> {
        let (pace, budget) = (self.client.pace.as_ref(), &self.client.tenants);
        let tenant = self.spender(self.access.tenant.to_string());
        let (mut refreshed, mut faults, mut locks) = (false, 0, 0);
        for tried in 0..TRIES {
            self.spend(ask, &tenant).await?;
            let token = if ask.bare {
                None
            } else {
                Some(self.client.tokens.get(&self.owner(), self.access.tokens.as_ref(), self.now).await?)
            };
            let answer = match self.transmit(ask, token.as_ref(), stream).await {
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
            if answer.status().is_success() || answer.status().is_redirection() {
                budget.answered();
                if let Some(rest) = refusals::rest(answer.headers()) {
                    budget.rest(&tenant, rest);
                }
                return Ok(answer);
            }
            let refused = refusal(answer, self.now).await;
            let told = refused.retry_after;
            match refused.class {
                Class::Token if !refreshed && self.is_refused(token.as_ref(), &refused) => refreshed = true,
                Class::Throttle | Class::Passing if is_throttle(&refused) => {
                    budget.answered();
                    let wait = told.unwrap_or_else(|| backoff(pace, tried));
                    budget.refused(&tenant, wait, false);
                    match (ask.bare, tried + 1 == TRIES) {
                        (false, true) => return Err(Trouble::Refused(refused)),
                        // What was begun at an address of its own goes on there later.
                        (true, true) => return Err(Trouble::Unsure(refused.into())),
                        // Nobody's budget holds it back.
                        (true, false) => pace.sleep(wait).await,
                        (false, false) => {}
                    }
                }
                Class::Passing => {
                    budget.failed();
                    faults += 1;
                    if faults == FAULTS || ask.repeat == Repeat::Unsafe {
                        return Err(Trouble::Unsure(refused.into()));
                    }
                    pace.sleep(told.unwrap_or_default().max(backoff(pace, faults - 1))).await;
                }
                // Nobody waits: the lock of a program that is open may go (microsoft.md 2.8).
                Class::Locked if self.urgency == Urgency::Background && locks < LOCKS => {
                    budget.answered();
                    locks += 1;
                    pace.sleep(backoff(pace, locks)).await;
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
        let mut address =
            if ask.bare { ask.path.clone() } else { format!("{}{}", self.client.address, ask.path) };
        if !ask.query.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(ask.query.iter().map(|(name, value)| (*name, value.as_str())));
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(&query.finish());
        }
        let mut request =
            Request::builder().method(ask.method.clone()).uri(address).header(USER_AGENT, AGENT);
        if let Some(token) = token {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.reveal()))
                .map_err(|_| Error::internal("a token cannot stand in a header"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
            if let Ok(id) = platform::random::id() {
                request = request.header("client-request-id", id.to_string());
            }
        }
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        request.body(ask.body.clone()).map_err(|e| Error::internal("a request has no form").caused_by(e))
    }

    /// Tells that a token was refused before its end, and what the next one has to have. Gives whether it makes sense to
    /// ask again with another one.
    fn is_refused(&self, token: Option<&AccessToken>, refused: &Refused) -> bool {
        let tokens = &self.client.tokens;
        token.is_some_and(|token| {
            tokens.refuse(&self.owner(), token, refused.claims.as_deref().cloned(), self.now)
        })
    }

    fn owner(&self) -> Owner {
        (self.access.installation, self.access.connection.clone())
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
        "SharePoint's answer could not be understood. It is looked into by itself; try again in a few minutes.",
    )
}
