//! The token endpoint: codes, refresh tokens, and the application's own tokens.

use super::authorize::claims_parameter;
use super::{Asked, Upstream};
use crate::rules::scopes::Dialect;
use crate::rules::situations::{self, Situation, Trouble};
use crate::rules::upstream::{self, Expected, Proven};
use crate::settings::{Credential, SecretBy};
use bytes::Bytes;
use domain::Result;
use http::{Method, Request, Response};
use jiff::Timestamp;
use platform::jwt::{Alg, Fault, Unverified, strict_object};
use platform::{Secret, digest, random};
use serde_json::{Map, Value, json};

/// What the token endpoint gave.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The access token.
    pub access_token: Secret,
    /// Seconds it lives.
    pub expires_in: i64,
    /// Seconds after which to renew it, when the provider says.
    pub refresh_in: Option<i64>,
    /// The scopes that were granted.
    pub scopes: String,
    /// A refresh token. A missing one never replaces one that is stored.
    pub refresh_token: Option<Secret>,
    /// The id token, unread.
    pub id_token: Option<Secret>,
}

/// What is presented to the token endpoint.
#[derive(Debug, Clone, Copy)]
pub enum Presented<'p> {
    /// A code of a trip.
    Code {
        /// The code.
        code: &'p Secret,
        /// The verifier of its challenge.
        verifier: &'p Secret,
        /// Where it was sent to.
        redirect_uri: &'p str,
        /// What was asked for.
        scopes: &'p str,
    },
    /// A refresh token, for these scopes.
    Refresh {
        /// The token.
        token: &'p Secret,
        /// The scopes, separated by spaces; blank for those it was granted.
        scopes: &'p str,
        /// A claims challenge to fulfil, as JSON: Microsoft.
        claims: Option<&'p str>,
    },
    /// Ourselves.
    Client {
        /// The scopes.
        scopes: &'p str,
        /// A claims challenge to fulfil, as JSON: Microsoft.
        claims: Option<&'p str>,
    },
}

impl Upstream {
    /// Asks the token endpoint. `tenant` is the Microsoft tenant whose endpoint it is.
    ///
    /// When our first credential is refused, the next is tried: that is how one is rotated without a gap.
    /// # Errors
    /// Only when our own credentials cannot be used; everything the provider may do is in the answer.
    pub async fn token(
        &self,
        presented: Presented<'_>,
        tenant: &str,
        now: Timestamp,
    ) -> Result<Asked<Granted>> {
        let refresh = matches!(presented, Presented::Refresh { .. });
        let Some(published) = self.metadata.get(&*self.transport, now).await else {
            return Ok(Asked::Trouble(silent()));
        };
        if self.is_refused(now) {
            return Ok(Asked::Trouble(Trouble { situation: Situation::Operator, ..silent() }));
        }
        let endpoint = self.at_tenant(&published.token_endpoint, "token", tenant);
        let mut last = silent();
        let credentials = self.credentials();
        let in_header = self.secret_in_header(&published.client_authentication);
        for credential in &credentials {
            let header = match credential {
                Credential::Secret(secret) if in_header => Some(basic(&self.settings.client_id, secret)),
                _ => None,
            };
            let body = self.body(presented, credential, header.is_some(), &endpoint, now)?;
            match self.post(&endpoint, body, header.as_ref()).await {
                Err(e) => {
                    tracing::warn!(provider = %self.settings.name, error = ?e, "the token endpoint does not answer");
                    return Ok(Asked::Trouble(silent()));
                }
                Ok(answer) => match read(&answer, self.settings.dialect, refresh) {
                    Ok(granted) => {
                        self.close_breaker();
                        return Ok(Asked::Good(granted));
                    }
                    Err(trouble) => last = trouble,
                },
            }
            if !last.refuses_client {
                break;
            }
        }
        if last.refuses_client {
            self.open_breaker(now, &last.log);
            self.reload();
        }
        Ok(Asked::Trouble(last))
    }

    /// Checks an id token and says who it is about.
    pub async fn prove(
        &self,
        granted: &Granted,
        nonce: &str,
        tenant: Option<&str>,
        now: Timestamp,
    ) -> Result<Proven, Fault> {
        let token = granted.id_token.as_ref().ok_or(Fault::Missing("id_token"))?;
        let algorithms: &[Alg] = match self.settings.dialect {
            Dialect::Google | Dialect::Microsoft => &[Alg::Rs256],
            Dialect::OpenId => Alg::ALL,
        };
        let unverified = Unverified::read(token.reveal(), algorithms)?;
        let alg = unverified.alg();
        let keys = self.metadata.keys(&*self.transport, unverified.kid(), now).await;
        let (mut claims, key) = unverified.verify(&keys)?;
        if self.settings.dialect == Dialect::OpenId && !claims.contains_key("email") {
            self.complete(&mut claims, &granted.access_token, now).await?;
        }
        let issuer =
            self.metadata.get(&*self.transport, now).await.map(|p| p.issuer.clone()).unwrap_or_default();
        let expected = Expected {
            provider: &self.settings.name,
            dialect: self.settings.dialect,
            issuer: &issuer,
            client_id: &self.settings.client_id,
            nonce,
            access_token: Some(granted.access_token.reveal()),
            alg,
            key_issuer: key.issuer(),
            tenant,
            now,
        };
        upstream::check(&claims, &expected)
    }

    /// Many providers keep address and name out of the id token; they are asked for (OpenID Connect Core section 5.3).
    /// What is said about somebody else ends the sign-in; no answer leaves the claims as they are.
    async fn complete(
        &self,
        claims: &mut Map<String, Value>,
        access: &Secret,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let published = self.metadata.get(&*self.transport, now).await;
        let Some(endpoint) = published.and_then(|p| p.userinfo_endpoint.clone()) else { return Ok(()) };
        let request = Request::get(&endpoint)
            .header("authorization", format!("Bearer {}", access.reveal()))
            .header("accept", "application/json")
            .body(Bytes::new());
        let Ok(request) = request else { return Ok(()) };
        let answer = match self.transport.send(request).await {
            Ok(answer) if answer.status().is_success() => answer,
            Ok(_) | Err(_) => {
                tracing::info!(provider = %self.settings.name, "who signed in could not be asked for");
                return Ok(());
            }
        };
        let Some(told) = strict_object(answer.body()) else { return Ok(()) };
        if told.get("sub") != claims.get("sub") {
            return Err(Fault::Wrong("userinfo sub"));
        }
        for name in ["email", "email_verified", "name"] {
            if let (None, Some(value)) = (claims.get(name), told.get(name)) {
                claims.insert(name.to_owned(), value.clone());
            }
        }
        Ok(())
    }

    /// Takes a grant back at the provider. Only where a person asked for that: at Google it ends the account's grants to
    /// the whole project.
    pub async fn revoke(&self, token: &Secret, now: Timestamp) -> Result<bool> {
        let published = self.metadata.get(&*self.transport, now).await;
        let Some(endpoint) = published.and_then(|p| p.revocation_endpoint.clone()) else {
            return Ok(false);
        };
        let body =
            form_urlencoded::Serializer::new(String::new()).append_pair("token", token.reveal()).finish();
        let answer = self.post(&endpoint, body, None).await?;
        Ok(answer.status().is_success())
    }

    fn body(
        &self,
        presented: Presented<'_>,
        credential: &Credential,
        in_header: bool,
        endpoint: &str,
        now: Timestamp,
    ) -> Result<String> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        if !in_header {
            form.append_pair("client_id", &self.settings.client_id);
        }
        match presented {
            Presented::Code { code, verifier, redirect_uri, scopes } => {
                form.append_pair("grant_type", "authorization_code")
                    .append_pair("code", code.reveal())
                    .append_pair("code_verifier", verifier.reveal())
                    .append_pair("redirect_uri", redirect_uri);
                if self.settings.dialect == Dialect::Microsoft {
                    form.append_pair("scope", scopes);
                }
            }
            Presented::Refresh { token, scopes, claims } => {
                form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token.reveal());
                if !scopes.is_empty() && self.settings.dialect == Dialect::Microsoft {
                    form.append_pair("scope", scopes);
                }
                if self.settings.dialect == Dialect::Microsoft {
                    form.append_pair("claims", &claims_parameter(claims));
                }
            }
            Presented::Client { scopes, claims } => {
                form.append_pair("grant_type", "client_credentials").append_pair("scope", scopes);
                if self.settings.dialect == Dialect::Microsoft {
                    form.append_pair("claims", &claims_parameter(claims));
                }
            }
        }
        match credential {
            Credential::Secret(_) if in_header => {}
            Credential::Secret(secret) => {
                form.append_pair("client_secret", secret.reveal());
            }
            Credential::Certificate(key) => {
                let assertion = key.sign(&self.assertion(endpoint, now)?)?;
                form.append_pair(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .append_pair("client_assertion", &assertion);
            }
        }
        Ok(form.finish())
    }

    /// RFC 7523 section 3: one audience, the very endpoint that is asked; ten minutes.
    fn assertion(&self, endpoint: &str, now: Timestamp) -> Result<Value> {
        let id = &self.settings.client_id;
        let at = now.as_second();
        Ok(
            json!({"iss": id, "sub": id, "aud": endpoint, "jti": random::token()?, "nbf": at, "iat": at, "exp": at + 600}),
        )
    }

    /// Whether our secret goes into the header, as the configuration or else the provider's discovery document says.
    fn secret_in_header(&self, listed: &[String]) -> bool {
        match (self.settings.dialect, self.settings.secret_by) {
            (Dialect::Google | Dialect::Microsoft, _) | (_, SecretBy::Post) => false,
            (_, SecretBy::Basic) => true,
            (_, SecretBy::Discovery) => !listed.iter().any(|method| method == "client_secret_post"),
        }
    }

    async fn post(
        &self,
        endpoint: &str,
        body: String,
        authorization: Option<&Secret>,
    ) -> Result<Response<Bytes>> {
        let mut request = Request::builder();
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization.reveal());
        }
        let request = request
            .method(Method::POST)
            .uri(endpoint)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Bytes::from(body))
            .map_err(|e| domain::Error::internal("a provider's endpoint is no address").caused_by(e))?;
        self.transport.send(request).await
    }
}

/// Id and secret as a header carries them, each encoded as in a form first (RFC 6749 section 2.3.1).
fn basic(id: &str, secret: &Secret) -> Secret {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", encoded(id), encoded(secret.reveal())));
    Secret::new(format!("Basic {}", digest::base64(pair.reveal().as_bytes())))
}

fn silent() -> Trouble {
    Trouble {
        situation: Situation::Busy,
        pause: None,
        claims: None,
        refuses_client: false,
        log: "no answer".into(),
    }
}

/// Reads a token answer, whatever it may be.
fn read(answer: &Response<Bytes>, dialect: Dialect, refresh: bool) -> Result<Granted, Trouble> {
    let retry =
        answer.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
    let trouble = || situations::of_token(dialect, answer.status().as_u16(), retry, answer.body(), refresh);
    if !answer.status().is_success() {
        return Err(trouble());
    }
    let value: Value = serde_json::from_slice(answer.body()).map_err(|_| trouble())?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
    let bearer = text("token_type").is_some_and(|t| t.eq_ignore_ascii_case("bearer"));
    // Some write numbers as text.
    let number = |name: &str| {
        let member = value.get(name)?;
        member.as_i64().or_else(|| member.as_str()?.parse().ok())
    };
    match (text("access_token"), number("expires_in")) {
        (Some(access), Some(expires_in)) if bearer => Ok(Granted {
            access_token: Secret::new(access),
            expires_in: expires_in.clamp(0, 7 * 24 * 3600),
            refresh_in: number("refresh_in").filter(|n| *n > 0),
            scopes: text("scope").unwrap_or_default().to_owned(),
            refresh_token: text("refresh_token").map(Secret::new),
            id_token: text("id_token").map(Secret::new),
        }),
        _ => Err(Trouble { situation: Situation::Busy, ..trouble() }),
    }
}
