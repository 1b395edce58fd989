//! What an installation administers about itself at the login page.

use crate::calls::{BrokerClient, defect, read, unavailable};
use bytes::Bytes;
use domain::Result;
use domain::connections::{Attention, ConnectionKind, ConnectionState, Provider};
use domain::identity::{IdentityKey, Registration};
use http::{Method, Request};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The installation as the login page knows it.
#[derive(Debug, Clone, Deserialize)]
pub struct Overview {
    /// Its domains.
    pub domains: Vec<Registration>,
    /// Where people can sign in at all.
    pub providers: Vec<ProviderName>,
}

/// A provider of the login page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProviderName {
    /// Its name.
    pub name: Provider,
    /// What its button says.
    pub title: String,
    /// The client id of the application there, which is no secret; blank when an older login page does not tell.
    #[serde(default)]
    pub client_id: String,
}

/// A connection.
#[derive(Debug, Clone, Deserialize)]
pub struct Connection {
    /// Its id.
    pub id: String,
    /// Whose access it is.
    pub kind: ConnectionKind,
    /// At which provider.
    pub provider: Provider,
    /// Microsoft: the tenant.
    pub realm: String,
    /// Whose, by the provider's key; blank for the application's own.
    pub subject: String,
    /// Their address.
    pub address: String,
    /// Their name.
    pub name: String,
    /// The state.
    pub state: ConnectionState,
    /// What is the matter, if something is.
    pub attention: Option<Attention>,
    /// When it was given.
    pub granted: Timestamp,
    /// When it last worked.
    pub renewed: Timestamp,
}

/// A link that asks an administrator to agree.
#[derive(Debug, Clone, Deserialize)]
pub struct ConsentLink {
    /// Its address.
    pub url: String,
    /// When it stops working.
    pub expires: Timestamp,
    /// The connection that waits.
    pub connection: String,
}

/// A page of the login page's audit log.
#[derive(Debug, Clone, Deserialize)]
pub struct AuditPage {
    /// The newest first.
    pub records: Vec<AuditLine>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

/// A record of the login page's audit log.
#[derive(Debug, Clone, Deserialize)]
pub struct AuditLine {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// How it ended: done, refused or failed.
    pub outcome: String,
    /// Why it ended so.
    pub reason: String,
}

/// Whether an audit log is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Verification {
    /// It is.
    pub intact: bool,
    /// How many records it has.
    #[serde(default)]
    pub records: i64,
    /// The newest record's hash.
    #[serde(default)]
    pub head: String,
    /// The first record that is not.
    pub first_bad: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Exported {
    records: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Connections {
    connections: Vec<Connection>,
    next: Option<String>,
}

impl BrokerClient {
    /// What the login page knows about the installation.
    pub async fn overview(&self, installation: &str, now: Timestamp) -> Result<Overview> {
        self.manage(installation, Method::GET, "/manage/installation", None, now).await
    }

    /// Registers a domain.
    pub async fn put_domain(
        &self,
        installation: &str,
        domain: &str,
        provider: &Provider,
        subdomains: bool,
        now: Timestamp,
    ) -> Result<Registration> {
        let body = json!({"domain": domain, "provider": provider, "subdomains": subdomains});
        self.manage(installation, Method::POST, "/manage/domains", Some(body), now).await
    }

    /// Registers a domain no more.
    pub async fn remove_domain(
        &self,
        installation: &str,
        domain: &str,
        provider: &Provider,
        now: Timestamp,
    ) -> Result<()> {
        let path = format!("/manage/domains/{provider}/{}", path_segment(domain));
        self.manage::<Value>(installation, Method::DELETE, &path, None, now).await.map(drop)
    }

    /// Every connection of the installation.
    pub async fn connections(&self, installation: &str, now: Timestamp) -> Result<Vec<Connection>> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/manage/connections?after={}", path_segment(&after));
            let page: Connections = self.manage(installation, Method::GET, &path, None, now).await?;
            all.extend(page.connections);
            match page.next {
                Some(next) => after = next,
                None => return Ok(all),
            }
        }
    }

    /// The connection of one person's own account, when there is one.
    pub async fn user_connection(
        &self,
        installation: &str,
        key: &IdentityKey,
        now: Timestamp,
    ) -> Result<Option<Connection>> {
        let (realm, subject) = (path_segment(&key.realm), path_segment(&key.subject));
        let path = format!("/manage/connections?provider={}&realm={realm}&subject={subject}", key.provider);
        let page: Connections = self.manage(installation, Method::GET, &path, None, now).await?;
        Ok(page.connections.into_iter().next())
    }

    /// Records of the installation's part of the login page's audit log, the newest first.
    pub async fn audit(&self, installation: &str, before: Option<i64>, now: Timestamp) -> Result<AuditPage> {
        let path = before.map_or_else(|| "/manage/audit".to_owned(), |b| format!("/manage/audit?before={b}"));
        self.manage(installation, Method::GET, &path, None, now).await
    }

    /// Whether that part is as it was written: how many records, or the first that is not.
    pub async fn audit_verification(&self, installation: &str, now: Timestamp) -> Result<Verification> {
        self.manage(installation, Method::GET, "/manage/audit/verification", None, now).await
    }

    /// Records of that part behind a number, the oldest first, with all that went into their hashes.
    pub async fn audit_export(&self, installation: &str, after: i64, now: Timestamp) -> Result<Vec<Value>> {
        let path = format!("/manage/audit/export?after={after}");
        let page: Exported = self.manage(installation, Method::GET, &path, None, now).await?;
        Ok(page.records)
    }

    /// Changes the installation's key: the login page is told both, the new one is used from then on, and the old one is
    /// withdrawn. Interrupted anywhere, one of the two works, and doing it again finishes it.
    /// # Errors
    /// `Unavailable` when the login page does not answer; the key in use works on.
    pub async fn rotate_key(&self, installation: &str, now: Timestamp) -> Result<String> {
        let keys = &self.inner.keys;
        let (old, new) = (keys.of(installation)?, keys.next(installation)?);
        let both = json!({"keys": [old.signing.public_jwk(), new.signing.public_jwk()]});
        self.put_keys(installation, both, now).await?;
        keys.advance(installation)?;
        let only = json!({"keys": [new.signing.public_jwk()]});
        self.put_keys(installation, only, now).await?;
        Ok(new.signing.kid().to_owned())
    }

    /// Takes a connection back.
    pub async fn disconnect(&self, installation: &str, id: &str, revoke: bool, now: Timestamp) -> Result<()> {
        let path = format!("/manage/connections/{}/disconnect", path_segment(id));
        let body = json!({ "revoke": revoke });
        self.manage::<Value>(installation, Method::POST, &path, Some(body), now).await.map(drop)
    }

    /// Uses a connection's grant at the provider now. The connection as it is afterwards.
    /// # Errors
    /// `NotFound` when it is not the installation's; `Unavailable` when the provider does not answer.
    pub async fn check(&self, installation: &str, id: &str, now: Timestamp) -> Result<Connection> {
        let path = format!("/manage/connections/{}/check", path_segment(id));
        self.manage(installation, Method::POST, &path, Some(json!({})), now).await
    }

    /// A link for an administrator of a tenant.
    pub async fn consent_link(
        &self,
        installation: &str,
        provider: &Provider,
        now: Timestamp,
    ) -> Result<ConsentLink> {
        let body = json!({ "provider": provider });
        self.manage(installation, Method::POST, "/manage/consent-links", Some(body), now).await
    }

    /// Ends somebody's visits to this installation at the login page.
    pub async fn sign_out(&self, installation: &str, key: &IdentityKey, now: Timestamp) -> Result<()> {
        self.manage::<Value>(installation, Method::POST, "/manage/sign-outs", Some(json!(key)), now)
            .await
            .map(drop)
    }

    /// Gives the login page other public keys of the installation.
    pub async fn put_keys(&self, installation: &str, keys: Value, now: Timestamp) -> Result<()> {
        self.manage::<Value>(installation, Method::PUT, "/manage/keys", Some(keys), now).await.map(drop)
    }

    async fn manage<T: DeserializeOwned>(
        &self,
        installation: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
        now: Timestamp,
    ) -> Result<T> {
        let token = self.post(installation, "/token", &[("grant_type", "client_credentials")], now).await?;
        let bearer = token.get("access_token").and_then(Value::as_str).ok_or_else(unavailable)?;
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.issuer()))
            .header("authorization", format!("Bearer {bearer}"))
            .header("content-type", "application/json")
            .body(Bytes::from(body.map(|b| b.to_string()).unwrap_or_default()))
            .map_err(defect)?;
        let answer = read(&self.send(request).await?)?;
        serde_json::from_value(answer).map_err(|e| unavailable().caused_by(e))
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn path_segment(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
