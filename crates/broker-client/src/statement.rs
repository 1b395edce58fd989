//! The login page's statements, verified in full. That one came from the login page is no verification.

use crate::calls::BrokerClient;
use domain::connections::{ConnectionKind, ConnectionState, Purpose};
use domain::identity::{AddressTrust, Identity, IdentityKey};
use domain::{Error, Result};
use jiff::Timestamp;
use platform::digest;
use platform::jwt::{Alg, Claims, Fault, Unverified, Window};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The type of a statement about who signed in.
const STATEMENT: &str = "chancery-identity+jwt";
/// The type of a statement that a session is over.
const LOGOUT: &str = "logout+jwt";
/// The longest a statement may be valid, and the allowed difference of clocks.
const LONGEST: Duration = Duration::from_mins(5);
const SKEW: Duration = Duration::from_mins(1);

/// Who signed in, as the login page states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Who.
    pub identity: Identity,
    /// What the login page calls them.
    pub handle: String,
    /// The login page's session: named when it ends.
    pub sid: String,
    /// Why they were sent.
    pub purpose: Purpose,
    /// The connection that was made, if one was.
    pub connection: Option<Linked>,
    /// The number of this statement, to be used once.
    pub id: String,
    /// When it stops being worth anything.
    pub expires: Timestamp,
}

/// A connection that was made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Linked {
    /// Its id.
    pub id: String,
    /// Whose access it is.
    pub kind: ConnectionKind,
    /// Its state.
    pub state: ConnectionState,
}

/// A session that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What the login page calls the person.
    pub handle: String,
    /// The session.
    pub sid: String,
}

impl BrokerClient {
    /// Verifies a statement for an installation: type, key, signature, issuer, audience, times, nonce.
    /// # Errors
    /// The fault, for the log; `Internal` only when the keys cannot be had.
    pub async fn verify(
        &self,
        token: &str,
        installation: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Result<Statement, Fault>> {
        let unverified = match Unverified::read(token, &[Alg::Es256]) {
            Ok(unverified) => unverified,
            Err(fault) => return Ok(Err(fault)),
        };
        let keys = self.keys(unverified.kid(), now).await?;
        let check = || {
            unverified.is_type(STATEMENT)?;
            let (claims, _) = unverified.verify(&keys)?;
            let claims = Claims::of(&claims);
            self.common(claims, installation, now)?;
            let given = claims.text("nonce")?;
            if nonce.is_empty() || !digest::equal(given.as_bytes(), nonce.as_bytes()) {
                return Err(Fault::Wrong("nonce"));
            }
            statement(claims)
        };
        Ok(check())
    }

    /// Verifies that a session is over (Back-Channel Logout 1.0 section 2.6).
    /// # Errors
    /// `Invalid` when it is no such statement for this installation.
    pub async fn verify_logout(&self, token: &str, installation: &str, now: Timestamp) -> Result<Ended> {
        let wrong =
            |fault: Fault| Error::invalid("The logout token is not accepted.").with("fault", fault.code());
        let unverified = Unverified::read(token, &[Alg::Es256]).map_err(wrong)?;
        let keys = self.keys(unverified.kid(), now).await?;
        let check = || {
            unverified.is_type(LOGOUT)?;
            let (claims, _) = unverified.verify(&keys)?;
            let claims = Claims::of(&claims);
            self.common(claims, installation, now)?;
            let event = claims.get("events").and_then(Value::as_object).is_some_and(|events| {
                events.contains_key("http://schemas.openid.net/event/backchannel-logout")
            });
            if !event || claims.get("nonce").is_some() {
                return Err(Fault::Wrong("events"));
            }
            Ok(Ended { handle: claims.text("sub")?.to_owned(), sid: claims.text("sid")?.to_owned() })
        };
        check().map_err(wrong)
    }

    fn common(&self, claims: Claims<'_>, installation: &str, now: Timestamp) -> Result<(), Fault> {
        if claims.text("iss")? != self.issuer() {
            return Err(Fault::Wrong("iss"));
        }
        claims.single_audience(&[installation])?;
        claims.times(Window { now, skew: SKEW, longest: Some(LONGEST) })
    }
}

fn statement(claims: Claims<'_>) -> Result<Statement, Fault> {
    let provider = claims.text("provider")?.parse().map_err(|_| Fault::Wrong("provider"))?;
    let key = IdentityKey {
        provider,
        realm: claims.text("realm")?.to_owned(),
        subject: claims.text("subject")?.to_owned(),
    };
    let identity = Identity {
        key,
        address: claims.optional("email")?.map(str::to_owned),
        // A missing claim vouches for nothing.
        trust: match claims.get("vouched") {
            Some(Value::Bool(true)) => AddressTrust::Vouched,
            _ => AddressTrust::Claimed,
        },
        name: claims.optional("name")?.unwrap_or_default().to_owned(),
        workspace: claims.optional("workspace")?.map(str::to_owned),
    };
    let connection = match claims.get("connection") {
        None => None,
        Some(value) => Some(Linked::deserialize(value).map_err(|_| Fault::Wrong("connection"))?),
    };
    Ok(Statement {
        identity,
        handle: claims.text("sub")?.to_owned(),
        sid: claims.text("sid")?.to_owned(),
        purpose: claims.text("purpose")?.parse().map_err(|_| Fault::Wrong("purpose"))?,
        connection,
        id: claims.text("jti")?.to_owned(),
        expires: claims.instant("exp")?,
    })
}
