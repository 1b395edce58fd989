//! The facts of a request that hold from its first byte to its last.

use super::Signed;
use crate::state::Peer;
use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;
use jiff::Timestamp;
use platform::random;
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// Which request this is and when it arrived; and, once somebody has asked, who sent it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Correlates the log, the audit and the error page.
    pub request: Uuid,
    /// The one instant this request sees.
    pub now: Timestamp,
    signed: Arc<OnceLock<Signed>>,
}

impl Arrival {
    /// A request that arrives now.
    pub(crate) fn at(now: Timestamp) -> Self {
        // Without randomness requests share an id; they can still be served.
        Self { request: random::id().unwrap_or_default(), now, signed: Arc::default() }
    }

    /// The facts the middleware has put there. A request that came past it (in a test) gets new ones.
    pub(crate) fn of(parts: &mut Parts, now: impl FnOnce() -> Timestamp) -> Self {
        if let Some(arrival) = parts.extensions.get::<Self>() {
            return arrival.clone();
        }
        let arrival = Self::at(now());
        parts.extensions.insert(arrival.clone());
        arrival
    }

    /// Who sent it, if a handler asked and there was a session.
    pub fn signed(&self) -> Option<&Signed> {
        self.signed.get()
    }

    pub(super) fn remember(&self, signed: &Signed) {
        // Two extractors of one request find the same session; the first one's word stands.
        let _ = self.signed.set(signed.clone());
    }
}

/// Where a request comes from: for the audit, for lists of sessions, and for limits.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address of the other end; blank when the server does not tell.
    pub ip: String,
    /// What the browser calls itself, at most 300 characters.
    pub user_agent: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let ip = parts.extensions.get::<Peer>().map(|peer| peer.0.to_string()).unwrap_or_default();
        let user_agent = parts.headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Ok(Self { ip, user_agent: user_agent.chars().take(300).collect() })
    }
}
