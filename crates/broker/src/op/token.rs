//! The token endpoint: codes, the installation's own tokens, and token exchange.

use super::clients::form;
use super::exchange::exchange;
use super::{Client, OauthError, STATEMENT};
use crate::house::{House, note};
use crate::tables::codes::{self, CodeRow};
use crate::tables::people::{self, Person};
use crate::tables::sessions::Visit;
use crate::tables::{connections, hash};
use crate::vault;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::audit::Entry;
use domain::identity::AddressTrust;
use domain::{Error, Result};
use http::header::{CACHE_CONTROL, PRAGMA};
use platform::{digest, jwt};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// `POST /token`
pub(crate) async fn token(State(house): State<Arc<House>>, body: Bytes) -> Result<Response, OauthError> {
    let form = form(&body)?;
    let Client(installation) = house.client(&form, "/token").await?;
    let client = Client(installation);
    let answer = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => house.redeem(&client, &form).await?,
        Some("client_credentials") => {
            let (token, life) = house.manage_token(&client.0).await?;
            json!({"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": "installation"})
        }
        Some("urn:ietf:params:oauth:grant-type:token-exchange") => exchange(&house, &client, &form).await?,
        _ => {
            let words = "grant_type must be authorization_code, client_credentials or token exchange.";
            return Err(OauthError::new(http::StatusCode::BAD_REQUEST, "unsupported_grant_type", words));
        }
    };
    Ok(([(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(answer)).into_response())
}

/// Why a code was not redeemed.
enum Burnt {
    Unknown,
    Foreign,
    Again(Box<CodeRow>),
    Expired,
    Redirect,
    Verifier,
}

impl Burnt {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "code.unknown",
            Self::Foreign => "code.foreign",
            Self::Again(_) => "code.again",
            Self::Expired => "code.expired",
            Self::Redirect => "code.redirect",
            Self::Verifier => "code.verifier",
        }
    }
}

impl House {
    /// Redeems a one-time code. However it is presented, it is burnt; one that comes a second time ends what the first
    /// began (RFC 9700 section 2.1.1).
    async fn redeem(&self, client: &Client, form: &HashMap<String, String>) -> Result<Value, OauthError> {
        let text = |name: &str| form.get(name).cloned().unwrap_or_default();
        let (code_hash, redirect, verifier) =
            (hash(&text("code")), text("redirect_uri"), text("code_verifier"));
        let (of, now) = (client.0.id, self.now());
        let redeemed = self
            .db
            .write(move |tx| {
                let row = codes::burn(tx, &code_hash, now)?;
                let burnt = match &row {
                    None => Some(Burnt::Unknown),
                    Some(c) if c.installation != of => Some(Burnt::Foreign),
                    Some(c) if c.used.is_some() => Some(Burnt::Again(Box::new(c.clone()))),
                    Some(c) if c.expires <= now => Some(Burnt::Expired),
                    Some(c) if c.redirect_uri != redirect => Some(Burnt::Redirect),
                    Some(c) if !fits(&verifier, &c.challenge) => Some(Burnt::Verifier),
                    Some(_) => None,
                };
                if let Some(burnt) = burnt {
                    let entry = Entry::refused("code.refused", "", burnt.code());
                    note(tx, of, "client", entry.clone(), now)?;
                    if let (Burnt::Foreign, Some(row)) = (&burnt, &row) {
                        note(tx, row.installation, "client", entry, now)?;
                    }
                    return Ok(Err(burnt));
                }
                let Some(row) = row else { return Ok(Err(Burnt::Unknown)) };
                let person =
                    people::get(tx, &row.handle)?.ok_or_else(|| Error::internal("a code is of nobody"))?;
                let connection = match &row.connection {
                    Some(id) => connections::get(tx, of, id)?,
                    None => None,
                };
                note(tx, of, "client", Entry::done("code.redeemed", format!("person:{}", row.handle)), now)?;
                Ok(Ok((row, person, connection)))
            })
            .await?;
        match redeemed {
            Ok((row, person, connection)) => {
                let statement = self.state(client, &row, &person, connection.as_ref()).await?;
                // There is nothing to be asked with it; OpenID Connect wants one all the same.
                Ok(json!({"access_token": vault::word()?, "token_type": "Bearer",
                    "expires_in": self.settings.lifetimes.statement.as_secs(), "id_token": statement, "scope": "openid"}))
            }
            Err(burnt) => {
                if let Burnt::Again(row) = burnt {
                    let CodeRow { installation, handle, sid, .. } = *row;
                    self.tell(vec![Visit { installation, handle, sid, last: now }]).await;
                }
                Err(OauthError::grant(
                    "The code is unknown, used, too old, or was presented wrongly. Begin again.",
                ))
            }
        }
    }

    /// Our statement about who signed in, for one installation and two minutes.
    async fn state(
        &self,
        client: &Client,
        code: &CodeRow,
        person: &Person,
        connection: Option<&connections::ConnectionRow>,
    ) -> Result<String> {
        let now = self.now().as_second();
        let identity = &person.identity;
        let mut claims = json!({
            "iss": self.issuer(), "sub": person.handle, "aud": client.0.key, "nonce": code.nonce,
            "iat": now, "exp": now + self.settings.lifetimes.statement.as_secs() as i64,
            "auth_time": code.signed_in.as_second(), "jti": vault::word()?, "sid": code.sid,
            "provider": identity.key.provider, "realm": identity.key.realm, "subject": identity.key.subject,
            "name": identity.name, "vouched": identity.trust == AddressTrust::Vouched,
            "purpose": code.purpose.as_str(),
        });
        if let Some(address) = &identity.address {
            claims["email"] = json!(address);
        }
        if let Some(workspace) = &identity.workspace {
            claims["workspace"] = json!(workspace);
        }
        if let Some(connection) = connection {
            claims["connection"] =
                json!({"id": connection.id, "kind": connection.kind, "state": connection.standing.state});
        }
        self.sign(STATEMENT, &claims).await
    }
}

/// RFC 7636 section 4.6, S256 only.
fn fits(verifier: &str, challenge: &str) -> bool {
    let sound = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let hashed = jwt::base64url(&digest::sha256(verifier.as_bytes()));
    sound && digest::equal(hashed.as_bytes(), challenge.as_bytes())
}
