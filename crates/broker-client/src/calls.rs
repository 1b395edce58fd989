//! The calls of a sign-in: push, send the browser, redeem.

use crate::keys::{ClientKey, ClientKeys};
use bytes::Bytes;
use domain::connections::{Provider, Purpose};
use domain::{Error, ErrorKind, Result, Retry};
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use platform::jwt::KeySet;
use platform::outbound::Transport;
use platform::{digest, jwt, random};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// A client of one login page, for all installations of this CRM side. Clones share it.
#[derive(Debug, Clone)]
pub struct BrokerClient {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    issuer: String,
    transport: Arc<dyn Transport>,
    pub(crate) keys: Arc<dyn ClientKeys>,
    /// The login page's public keys, and when they were fetched.
    published: RwLock<Option<(Arc<KeySet>, Timestamp)>>,
}

/// What an installation wants of somebody.
#[derive(Debug, Clone)]
pub struct SignInAsk<'a> {
    /// Where the answer comes back to: registered at the login page.
    pub redirect_uri: &'a str,
    /// Why.
    pub purpose: Purpose,
    /// At which provider, when it has to be one.
    pub provider: Option<&'a Provider>,
    /// The address to suggest.
    pub login_hint: &'a str,
    /// The person whose account it has to be, by the login page's handle.
    pub account: &'a str,
    /// Whether the person is asked who they are even if the login page knows.
    pub ask_again: bool,
}

/// A request that was pushed, with what has to be remembered until the answer.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// Where to send the browser.
    pub url: String,
    /// What comes back as `state`.
    pub state: String,
    /// What comes back inside the statement.
    pub nonce: String,
    /// What proves that the code is ours.
    pub verifier: String,
}

/// How long the login page's keys are used before they are fetched anew, and the least time between two fetches.
const KEYS_LIFE: Duration = Duration::from_hours(1);
const KEYS_COOL_DOWN: Duration = Duration::from_mins(1);

impl BrokerClient {
    /// A client of the login page with this issuer identifier.
    pub fn new(issuer: &str, transport: Arc<dyn Transport>, keys: Arc<dyn ClientKeys>) -> Self {
        let issuer = issuer.trim_end_matches('/').to_owned();
        Self { inner: Arc::new(Inner { issuer, transport, keys, published: RwLock::default() }) }
    }

    /// The login page's issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    /// The key of an installation.
    pub fn key(&self, installation: &str) -> Result<ClientKey> {
        self.inner.keys.of(installation)
    }

    /// Pushes a request (RFC 9126) and gives where to send the browser.
    /// # Errors
    /// `Unavailable` when the login page does not answer; `Internal` when it does not know this installation.
    pub async fn push(&self, installation: &str, ask: &SignInAsk<'_>, now: Timestamp) -> Result<Pushed> {
        let (state, nonce, verifier) = (random::token()?, random::token()?, random::token()?);
        let challenge = jwt::base64url(&digest::sha256(verifier.as_bytes()));
        let mut form = vec![
            ("response_type", "code"),
            ("redirect_uri", ask.redirect_uri),
            ("scope", "openid"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("purpose", ask.purpose.as_str()),
            ("login_hint", ask.login_hint),
            ("account", ask.account),
        ];
        if let Some(provider) = ask.provider {
            form.push(("provider", provider.as_str()));
        }
        if ask.ask_again {
            form.push(("prompt", "select_account"));
        }
        let answer = self.post(installation, "/par", &form, now).await?;
        let request_uri = text(&answer, "request_uri")?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", installation)
            .append_pair("request_uri", request_uri)
            .finish();
        Ok(Pushed { url: format!("{}/authorize?{query}", self.issuer()), state, nonce, verifier })
    }

    /// Redeems a code for a statement, unverified: a token for an authentication plugin to look at.
    /// # Errors
    /// `Unauthenticated` when the code is not accepted: used, too old, or not ours.
    pub async fn redeem(
        &self,
        installation: &str,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<String> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri),
        ];
        let answer = self.post(installation, "/token", &form, now).await?;
        text(&answer, "id_token").map(str::to_owned)
    }

    /// The login page's keys; fetched anew when they are old, or this key id is not among them.
    pub(crate) async fn keys(&self, kid: Option<&str>, now: Timestamp) -> Result<Arc<KeySet>> {
        let known = self.inner.published.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((keys, at)) = &known {
            let fits = kid.is_none_or(|kid| keys.knows(kid)) && now < *at + KEYS_LIFE;
            if fits || now < *at + KEYS_COOL_DOWN {
                return Ok(Arc::clone(keys));
            }
        }
        match self.fetch_keys().await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                *self.inner.published.write().unwrap_or_else(PoisonError::into_inner) =
                    Some((Arc::clone(&keys), now));
                Ok(keys)
            }
            // The last good copy serves until the login page answers again; an unknown key is refused with it.
            Err(e) => known.map(|(keys, _)| keys).ok_or(e),
        }
    }

    async fn fetch_keys(&self) -> Result<KeySet> {
        let request = Request::get(format!("{}/jwks", self.issuer())).body(Bytes::new()).map_err(defect)?;
        let answer = self.inner.transport.send(request).await?;
        KeySet::read(answer.body()).filter(|_| answer.status() == StatusCode::OK).ok_or_else(unavailable)
    }

    /// Sends a form with a fresh assertion (RFC 7523).
    pub(crate) async fn post(
        &self,
        installation: &str,
        path: &str,
        form: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Value> {
        let answer = self.ask(installation, path, form, now).await?;
        read(&answer)
    }

    /// As [`BrokerClient::post`], giving the answer whatever it is.
    pub(crate) async fn ask(
        &self,
        installation: &str,
        path: &str,
        form: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Response<Bytes>> {
        let key = self.inner.keys.of(installation)?;
        let at = now.as_second();
        // One audience, as text; a minute; an id that is never used again.
        let claims = json!({"iss": key.client_id, "sub": key.client_id, "aud": self.issuer(), "iat": at,
            "exp": at + 60, "jti": random::token()?});
        let assertion = key.signing.sign("JWT", &claims)?;
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form.iter().filter(|(_, value)| !value.is_empty()))
            .append_pair("client_id", &key.client_id)
            .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .append_pair("client_assertion", &assertion)
            .finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.issuer()))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Bytes::from(body))
            .map_err(defect)?;
        self.send(request).await
    }

    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.inner.transport.send(request).await
    }
}

pub(crate) fn defect(e: http::Error) -> Error {
    Error::internal("a request to the login page has no form").caused_by(e)
}

pub(crate) fn unavailable() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The login page does not answer at the moment. Nothing was changed; try again in a few minutes.",
    )
}

/// Reads an answer that has to be a success.
pub(crate) fn read(answer: &Response<Bytes>) -> Result<Value> {
    if answer.status().is_success() {
        if answer.body().is_empty() {
            return Ok(Value::Null);
        }
        return serde_json::from_slice(answer.body()).map_err(|e| unavailable().caused_by(e));
    }
    Err(failure(answer))
}

/// What an answer that is no success means.
pub(crate) fn failure(answer: &Response<Bytes>) -> Error {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    let word = body.get("error").and_then(Value::as_str).unwrap_or_default();
    let sentence = body.get("error_description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let error = match (answer.status(), word) {
        (StatusCode::TOO_MANY_REQUESTS, _) => {
            Error::new(ErrorKind::Throttled, "That was too often. Wait a minute and try again.")
                .retry(Retry::Later)
        }
        (_, "temporarily_unavailable") => unavailable(),
        (StatusCode::NOT_FOUND, _) => Error::new(ErrorKind::NotFound, sentence),
        (_, "invalid_grant") => Error::new(
            ErrorKind::Unauthenticated,
            "This sign-in was used already or is too old. Begin again; it takes a moment.",
        ),
        (_, "invalid_client" | "invalid_token") => Error::new(
            ErrorKind::Unavailable,
            "The login page does not know this installation, or it is switched off there. Ask whoever runs the login \
             page.",
        ),
        (status, _) if status.is_client_error() && !sentence.is_empty() => Error::invalid(sentence),
        _ => unavailable(),
    };
    error
        .with("status", answer.status().as_u16().to_string())
        .with("error", word.chars().take(60).collect::<String>())
}

fn text<'v>(answer: &'v Value, name: &'static str) -> Result<&'v str> {
    answer.get(name).and_then(Value::as_str).ok_or_else(|| unavailable().with("missing", name))
}
