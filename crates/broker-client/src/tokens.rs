//! Access tokens of providers, by token exchange (RFC 8693).

use crate::calls::{BrokerClient, failure, unavailable};
use async_trait::async_trait;
use domain::connections::{AccessToken, Attention, Claims, Need, TokenRefused, TokenSource};
use domain::{Error, ErrorKind, Result, Retry};
use jiff::{SignedDuration, Timestamp};
use platform::{digest, jwt};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const CONNECTION: &str = "urn:chancery:params:oauth:token-type:connection";

/// Why there is no token.
#[derive(Debug)]
pub enum NoToken {
    /// The connection needs attention before there can be one.
    Attention(Option<Attention>),
    /// Something else.
    Error(Error),
}

/// The tokens of one installation.
pub struct InstallationTokens {
    client: BrokerClient,
    installation: String,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl std::fmt::Debug for InstallationTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstallationTokens").field("installation", &self.installation).finish_non_exhaustive()
    }
}

impl InstallationTokens {
    /// The tokens of an installation, by its key.
    pub fn of(
        client: BrokerClient,
        installation: &str,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> Self {
        Self { client, installation: installation.to_owned(), clock }
    }
}

#[async_trait]
impl TokenSource for InstallationTokens {
    async fn access_token(
        &self,
        connection: &str,
        need: Need,
        refused: Option<&TokenRefused>,
    ) -> Result<AccessToken> {
        match self.client.exchange(&self.installation, connection, need, refused, (self.clock)()).await {
            Ok(token) => Ok(token),
            Err(NoToken::Error(e)) => Err(e),
            Err(NoToken::Attention(attention)) => {
                Err(Error::new(ErrorKind::Unavailable, needs_attention(attention)).retry(Retry::Never))
            }
        }
    }
}

/// What is the matter with a connection, and where who can do what about it.
fn needs_attention(attention: Option<Attention>) -> String {
    let (sentence, button) = attention
        .map_or(("The connection to the provider needs attention.", "Connect again"), |attention| {
            (attention.repair().sentence, attention.repair().button)
        });
    format!(
        "{sentence} Nothing was changed; open Connections, under your name or in Settings, and choose “{button}”."
    )
}

impl BrokerClient {
    /// An access token of a connection for a need, and not the one that was refused.
    pub async fn exchange(
        &self,
        installation: &str,
        connection: &str,
        need: Need,
        refused: Option<&TokenRefused>,
        now: Timestamp,
    ) -> std::result::Result<AccessToken, NoToken> {
        // Which token it was, without the token.
        let refused_token = refused
            .map(|refused| jwt::base64url(&digest::sha256(refused.token.reveal().as_bytes())))
            .unwrap_or_default();
        let claims = refused.and_then(|refused| refused.claims.as_ref()).map(Claims::as_str);
        let form = [
            ("grant_type", GRANT),
            ("subject_token", connection),
            ("subject_token_type", CONNECTION),
            ("scope", need.as_str()),
            ("refused_token", &refused_token),
            ("claims", claims.unwrap_or_default()),
        ];
        let answer = self.ask(installation, "/token", &form, now).await.map_err(NoToken::Error)?;
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        if !answer.status().is_success() {
            if body.get("error").and_then(Value::as_str) == Some("invalid_grant") {
                let attention = body.get("attention").and_then(Value::as_str).and_then(|a| a.parse().ok());
                return Err(NoToken::Attention(attention));
            }
            let seconds = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
            let error = failure(&answer);
            return Err(NoToken::Error(match seconds {
                Some(seconds) => error.retry(Retry::After(Duration::from_secs(seconds))),
                None => error,
            }));
        }
        let token = body.get("access_token").and_then(Value::as_str);
        let life = body.get("expires_in").and_then(Value::as_i64);
        match (token, life) {
            (Some(token), Some(life)) => Ok(AccessToken::new(token, now + SignedDuration::from_secs(life))),
            _ => Err(NoToken::Error(unavailable())),
        }
    }
}
