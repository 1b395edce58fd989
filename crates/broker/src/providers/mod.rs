//! One side of the login page: Google, Microsoft, and any OpenID Connect provider.
//!
//! Invariant: codes, refresh tokens and our credentials go to the configured provider's token endpoint and nowhere else;
//! its host is checked by the outbound list.

mod authorize;
mod metadata;
mod tokens;

pub use authorize::AuthorizeAsk;
pub use tokens::{Granted, Presented};

use crate::rules::situations::Trouble;
use crate::rules::targets;
use crate::settings::{Credential, ProviderSettings};
use domain::{Error, Result};
use jiff::Timestamp;
use metadata::Metadata;
use platform::outbound::Transport;
use std::sync::{Arc, Mutex, PoisonError};

/// A provider as it is used: its settings, what it published, and our credentials there.
#[derive(Debug)]
pub struct Upstream {
    /// Settings.
    pub settings: ProviderSettings,
    transport: Arc<dyn Transport>,
    metadata: Metadata,
    credentials: Mutex<Vec<Credential>>,
    /// Set while the provider refuses us as a client: nobody is sent there, the operator has been told.
    breaker: Mutex<Option<Timestamp>>,
}

/// What a call to a provider comes to: an answer, trouble that is a rule's to judge, or no answer at all.
#[derive(Debug)]
pub enum Asked<T> {
    /// It worked.
    Good(T),
    /// The provider said no, or nothing that could be read.
    Trouble(Trouble),
}

/// How long a provider that refuses us as a client is left alone.
const BREAKER: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// How long somebody waits for a provider's discovery document before a page is shown without it.
const ORIGIN_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

/// How a provider stands.
#[derive(Debug, Clone)]
pub struct Look {
    /// What proves who we are, in the order to try.
    pub credentials: Vec<Shown>,
    /// When its discovery document was fetched; `None` when there is none to use.
    pub fetched: Option<Timestamp>,
    /// When it will be fetched again.
    pub next: Option<Timestamp>,
    /// How many keys it publishes.
    pub keys: usize,
    /// Where people are sent.
    pub authorization_endpoint: Option<String>,
    /// When the last fetch failed, if it did.
    pub failed: Option<Timestamp>,
    /// Until when nobody is sent there, because it refuses us as a client.
    pub refused_until: Option<Timestamp>,
}

/// A credential without what is secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A certificate: its SHA-256 in base64url, and when it ends.
    Certificate {
        /// What it is registered under.
        thumbprint: String,
        /// When it ends, where that could be read.
        ends: Option<Timestamp>,
    },
    /// A shared secret.
    Secret,
}

impl Shown {
    fn of(credential: &Credential) -> Self {
        match credential {
            Credential::Certificate(key) => {
                Self::Certificate { thumbprint: key.thumbprint().to_owned(), ends: key.ends() }
            }
            Credential::Secret(_) => Self::Secret,
        }
    }
}

impl Upstream {
    /// A provider that is asked through this transport.
    /// # Errors
    /// `Invalid` when its credentials cannot be read.
    pub fn new(settings: ProviderSettings, transport: Arc<dyn Transport>) -> Result<Self> {
        let credentials = settings.credentials.load()?;
        Ok(Self {
            metadata: Metadata::of(&settings),
            settings,
            transport,
            credentials: Mutex::new(credentials),
            breaker: Mutex::new(None),
        })
    }

    /// Reads the credentials anew. What cannot be read is reported, and what was read before stays in use.
    pub fn reload(&self) {
        match self.settings.credentials.load() {
            Ok(fresh) if !fresh.is_empty() => {
                *self.credentials.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
            }
            Ok(_) => {
                tracing::error!(provider = %self.settings.name, "there is no client credential any more");
            }
            Err(e) => {
                tracing::error!(provider = %self.settings.name, error = ?e, "a client credential cannot be read");
            }
        }
    }

    /// Fetches what the provider publishes, ahead of the first request and then in the background.
    pub async fn refresh_metadata(&self, now: Timestamp) {
        self.metadata.refresh(&*self.transport, now).await;
    }

    /// Fetches what the provider publishes now, unless that was tried within the last minute, and reads our credentials.
    pub async fn check(&self, now: Timestamp) {
        self.reload();
        self.metadata.fetch_now(&*self.transport, now).await;
    }

    /// How the provider stands. Nothing secret is in it.
    pub fn look(&self, now: Timestamp) -> Look {
        let known = self.metadata.known(now);
        let credentials = self.credentials().iter().map(Shown::of).collect();
        Look {
            credentials,
            fetched: known.as_ref().map(|p| p.fetched),
            next: known.as_ref().map(|p| p.renew),
            keys: known.as_ref().map_or(0, |p| p.keys.len()),
            authorization_endpoint: known.as_ref().map(|p| p.authorization_endpoint.clone()),
            failed: self.metadata.failed(),
            refused_until: *self.breaker.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The origin people are sent to, which may be another than the issuer's. Fetched when it is not known yet, but
    /// nobody waits long for it.
    pub async fn origin(self: &Arc<Self>, now: Timestamp) -> Option<String> {
        if self.metadata.known(now).is_none() {
            let upstream = Arc::clone(self);
            // On its own, so that a fetch goes on when we no longer wait for it.
            let fetching = tokio::spawn(async move { upstream.refresh_metadata(now).await });
            let _in_time = tokio::time::timeout(ORIGIN_WITHIN, fetching).await;
        }
        let known = self.metadata.known(now)?;
        targets::origin(&self.at_tenant(&known.authorization_endpoint, "authorize", "organizations"))
    }

    fn credentials(&self) -> Vec<Credential> {
        self.credentials.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the provider refuses us as a client at the moment.
    pub fn is_refused(&self, now: Timestamp) -> bool {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }

    fn open_breaker(&self, now: Timestamp, log: &str) {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        if breaker.is_none_or(|until| until <= now) {
            metrics::counter!("broker_client_refused_total", "provider" => self.settings.name.as_str().to_owned())
                .increment(1);
            tracing::error!(
                provider = %self.settings.name, %log,
                "the provider refuses our client credentials; no connection is marked, nobody is asked again for a minute"
            );
        }
        *breaker = Some(now + BREAKER);
    }

    fn close_breaker(&self) {
        *self.breaker.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn unreachable(&self) -> Error {
        Error::new(
            domain::ErrorKind::Unavailable,
            format!(
                "{} does not answer at the moment. Nothing was changed; try again in a few minutes.",
                self.settings.title
            ),
        )
    }
}
