//! What a provider publishes: endpoints and keys, kept and fetched as section 5 of the security bar says.
//!
//! Invariant: nothing in a token decides which address is fetched. An unknown key id causes at most one fetch a minute.
//! A fetch that fails leaves the last good copy in use.

use crate::rules::scopes::Dialect;
use crate::settings::ProviderSettings;
use bytes::Bytes;
use domain::Result;
use http::{Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use platform::jwt::{KeySet, strict_object};
use platform::outbound::Transport;
use std::sync::{Arc, PoisonError, RwLock};

/// The least time between two fetches that an unknown key id or a failure causes.
const COOL_DOWN: SignedDuration = SignedDuration::from_secs(60);
/// Documents are fetched anew after this, or after their `max-age` within these bounds.
const LEAST: SignedDuration = SignedDuration::from_mins(5);
const MOST: SignedDuration = SignedDuration::from_hours(24);
/// Keys of a provider that does not answer are used this long after they should have been fetched anew.
const STALE: SignedDuration = SignedDuration::from_hours(24);

/// Endpoints and keys of a provider.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// The issuer; Microsoft's carries `{tenantid}`.
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub revocation_endpoint: Option<String>,
    pub userinfo_endpoint: Option<String>,
    /// Whether every authorization response carries `iss` (RFC 9207).
    pub announces_iss: bool,
    pub keys: Arc<KeySet>,
    /// Ways to prove who we are that its token endpoint knows; none when it does not say.
    pub client_authentication: Vec<String>,
    /// When it was fetched.
    pub fetched: Timestamp,
    /// When to fetch again.
    pub renew: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Metadata {
    discovery: String,
    /// What the document's issuer has to be.
    issuer: String,
    published: RwLock<Option<Arc<Published>>>,
    /// When a fetch was last begun out of need.
    asked: RwLock<Option<Timestamp>>,
    /// When the last fetch failed, if it did.
    failed: RwLock<Option<Timestamp>>,
    fetching: tokio::sync::Mutex<()>,
}

impl Metadata {
    pub fn of(settings: &ProviderSettings) -> Self {
        let base = settings.issuer.trim_end_matches('/');
        let (discovery, issuer) = match settings.dialect {
            Dialect::Microsoft => (
                format!("{base}/organizations/v2.0/.well-known/openid-configuration"),
                format!("{base}/{{tenantid}}/v2.0"),
            ),
            Dialect::Google | Dialect::OpenId => {
                (format!("{base}/.well-known/openid-configuration"), settings.issuer.clone())
            }
        };
        Self {
            discovery,
            issuer,
            published: RwLock::default(),
            asked: RwLock::default(),
            failed: RwLock::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// What is published, fetched if it never was.
    pub async fn get(&self, transport: &dyn Transport, now: Timestamp) -> Option<Arc<Published>> {
        if let Some(known) = self.known(now) {
            return Some(known);
        }
        self.fetch_if_due(transport, now).await;
        self.known(now)
    }

    /// Fetches what is due. Called in the background.
    pub async fn refresh(&self, transport: &dyn Transport, now: Timestamp) {
        let due = self.read().is_none_or(|p| p.renew <= now);
        if due {
            self.fetch_if_due(transport, now).await;
        }
    }

    /// The keys, fetched once more when this key id is not among them and that was not tried within the last minute.
    pub async fn keys(&self, transport: &dyn Transport, kid: Option<&str>, now: Timestamp) -> Arc<KeySet> {
        let known = self.get(transport, now).await;
        if let Some(known) = &known
            && kid.is_none_or(|kid| known.keys.knows(kid))
        {
            return Arc::clone(&known.keys);
        }
        self.fetch_if_due(transport, now).await;
        self.known(now).map(|p| Arc::clone(&p.keys)).unwrap_or_default()
    }

    /// Fetches anew now, unless that was tried within the last minute.
    pub async fn fetch_now(&self, transport: &dyn Transport, now: Timestamp) {
        self.fetch_if_due(transport, now).await;
    }

    /// When the last fetch failed; `None` when it worked or there was none.
    pub fn failed(&self) -> Option<Timestamp> {
        *self.failed.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known and not too old to be used.
    pub fn known(&self, now: Timestamp) -> Option<Arc<Published>> {
        self.read().filter(|p| now < p.renew + STALE)
    }

    fn read(&self) -> Option<Arc<Published>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetch_if_due(&self, transport: &dyn Transport, now: Timestamp) {
        // Whoever waits here while another fetches finds that it was tried just now.
        let _turn = self.fetching.lock().await;
        {
            let mut asked = self.asked.write().unwrap_or_else(PoisonError::into_inner);
            if asked.is_some_and(|at| now < at + COOL_DOWN) {
                return;
            }
            *asked = Some(now);
        }
        match self.fetch(transport, now).await {
            Ok(fresh) => {
                *self.published.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(fresh));
                *self.failed.write().unwrap_or_else(PoisonError::into_inner) = None;
            }
            Err(why) => {
                *self.failed.write().unwrap_or_else(PoisonError::into_inner) = Some(now);
                metrics::counter!("broker_metadata_failures_total").increment(1);
                tracing::error!(discovery = %self.discovery, %why, "what a provider publishes could not be fetched");
            }
        }
    }

    async fn fetch(&self, transport: &dyn Transport, now: Timestamp) -> Result<Published, String> {
        let (document, _) = get(transport, &self.discovery).await?;
        let document = strict_object(&document).ok_or("the discovery document is no JSON object")?;
        let text = |name: &str| document.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let issuer = text("issuer").ok_or("the discovery document names no issuer")?;
        if issuer != self.issuer {
            return Err(format!("the discovery document is of another issuer: {issuer:.80}"));
        }
        let needed = |name: &str| text(name).ok_or_else(|| format!("the discovery document has no {name}"));
        let (keys, max_age) = get(transport, &needed("jwks_uri")?).await?;
        let keys = KeySet::read(&keys).filter(|k| !k.is_empty()).ok_or("the key set has no usable key")?;
        Ok(Published {
            issuer,
            authorization_endpoint: needed("authorization_endpoint")?,
            token_endpoint: needed("token_endpoint")?,
            revocation_endpoint: text("revocation_endpoint"),
            userinfo_endpoint: text("userinfo_endpoint"),
            announces_iss: document.get("authorization_response_iss_parameter_supported")
                == Some(&serde_json::Value::Bool(true)),
            keys: Arc::new(keys),
            client_authentication: words(document.get("token_endpoint_auth_methods_supported")),
            fetched: now,
            renew: now + max_age.clamp(LEAST, MOST),
        })
    }
}

/// The words of a list, the first twenty of them.
fn words(value: Option<&serde_json::Value>) -> Vec<String> {
    let all = value.and_then(serde_json::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(serde_json::Value::as_str).take(20).map(str::to_owned).collect()
}

async fn get(transport: &dyn Transport, url: &str) -> Result<(Bytes, SignedDuration), String> {
    let request = Request::get(url).header("accept", "application/json").body(Bytes::new());
    let request = request.map_err(|e| format!("{url:.200} is no address: {e}"))?;
    let answer = transport.send(request).await.map_err(|e| format!("{e:?}"))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("{url:.200} answered {}", answer.status()));
    }
    let age = max_age(&answer);
    Ok((answer.into_body(), age))
}

/// `max-age` of an answer, or an hour.
fn max_age(answer: &Response<Bytes>) -> SignedDuration {
    let header = answer.headers().get("cache-control").and_then(|v| v.to_str().ok()).unwrap_or_default();
    header
        .split(',')
        .find_map(|part| part.trim().strip_prefix("max-age=")?.parse::<i64>().ok())
        .map_or(SignedDuration::from_hours(1), SignedDuration::from_secs)
}
