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
