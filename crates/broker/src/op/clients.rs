//! Who asks: installations prove it with a signed assertion (RFC 7523), each with its own keys.

use super::OauthError;
use crate::house::{House, note};
use crate::rules::tally::{self, Met};
use crate::tables::codes;
use crate::tables::installations::{self, Installation};
use crate::tables::overview;
use crate::vault;
use domain::audit::Entry;
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::jwt::{Alg, Claims, Fault, KeySet, Unverified, Window};
use platform::sql::Tx;
use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What an installation may sign its assertions with.
pub(crate) const ASSERTED: &[Alg] = &[Alg::Es256, Alg::EdDsa, Alg::Ps256];
/// Longest life of an assertion, and the allowed difference of clocks.
const LONGEST: Duration = Duration::from_mins(5);
const SKEW: Duration = Duration::from_mins(1);

/// An installation that has proved who it is.
#[derive(Debug, Clone)]
pub(crate) struct Client(pub Installation);

/// What a good assertion says.
struct Asserted {
    /// Its id.
    id: String,
    /// How long that is remembered, so that it is not used twice.
    until: Timestamp,
    /// The id of the key it was signed with.
    kid: String,
}

/// A form, each parameter at most once (RFC 6749 section 3.2).
#[expect(clippy::result_large_err, reason = "made once for a request that fails")]
pub(crate) fn form(body: &[u8]) -> Result<HashMap<String, String>, OauthError> {
    let mut form = HashMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if form.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(OauthError::request("A parameter was sent more than once."));
        }
    }
    Ok(form)
}

impl House {
    /// Finds out which installation sends a form to this endpoint.
    pub(crate) async fn client(
        &self,
        form: &HashMap<String, String>,
        endpoint: &str,
    ) -> Result<Client, OauthError> {
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if text("client_assertion_type") != ASSERTION {
            return Err(OauthError::client());
        }
        let assertion = text("client_assertion");
        let named = Unverified::read(assertion, ASSERTED)
            .ok()
            .and_then(|u| u.unproven().text("sub").ok().map(str::to_owned))
            .unwrap_or_default();
        let installation = {
            let named = named.clone();
            self.db.read(move |tx| installations::by_key(tx, &named)).await?
        };
        let Some(installation) = installation else {
            return Err(self.unknown_client(InstallationId(0), "client.unknown").await);
        };
        let checked = self.check_assertion(&installation, assertion, text("client_id"), endpoint);
        match checked {
            Err(fault) => Err(self.unknown_client(installation.id, &fault.code()).await),
            Ok(_) if !installation.enabled => {
                Err(self.unknown_client(installation.id, "client.disabled").await)
            }
            Ok(Asserted { id, until, kid }) => {
                let (of, now) = (installation.id, self.now());
                let first = self
                    .db
                    .write(move |tx| {
                        overview::used(tx, of, &kid, now)?;
                        codes::use_assertion(tx, of, &id, until)
                    })
                    .await?;
                if first {
                    Ok(Client(installation))
                } else {
                    Err(self.unknown_client(of, "client.replay").await)
                }
            }
        }
    }

    fn check_assertion(
        &self,
        of: &Installation,
        assertion: &str,
        client_id: &str,
        endpoint: &str,
    ) -> Result<Asserted, Fault> {
        let keys = KeySet::from_value(&of.public_keys).ok_or(Fault::UnknownKey)?;
        let unverified = Unverified::read(assertion, ASSERTED)?;
        let (claims, key) = unverified.verify(&keys)?;
        let claims = Claims::of(&claims);
        if claims.text("iss")? != of.key || claims.text("sub")? != of.key {
            return Err(Fault::Wrong("iss"));
        }
        if !client_id.is_empty() && client_id != of.key {
            return Err(Fault::Wrong("client_id"));
        }
        let endpoint = format!("{}{endpoint}", self.issuer());
        claims.single_audience(&[self.issuer(), &endpoint])?;
        claims.times(Window { now: self.now(), skew: SKEW, longest: Some(LONGEST) })?;
        let id = claims.text("jti")?;
        if id.len() > 256 {
            return Err(Fault::Wrong("jti"));
        }
        let kid = key.kid().unwrap_or_default().to_owned();
        Ok(Asserted { id: id.to_owned(), until: claims.instant("exp")? + SKEW, kid })
    }

    async fn unknown_client(&self, of: InstallationId, why: &str) -> OauthError {
        tracing::warn!(installation = of.0, why, "a client could not be authenticated");
        metrics::counter!("broker_clients_refused_total").increment(1);
        let (why, now) = (why.to_owned(), self.now());
        let met = {
            let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
            let mut tally = refusals.get(&(of, why.clone())).copied();
            let met = tally::meet(&mut tally, now);
            refusals.extend(tally.map(|tally| ((of, why.clone()), tally)));
            met
        };
        let Met::Write(missed) = met else { return OauthError::client() };
        let written = self.db.write(move |tx| {
            counted(tx, of, &why, missed, now)?;
            note(tx, of, "client", Entry::refused("client.refused", "", why), now)
        });
        match written.await {
            Ok(()) => OauthError::client(),
            Err(e) => e.into(),
        }
    }

    /// Writes down the refusals that were only counted, when their minute is over.
    pub(crate) async fn write_down_refusals(&self) -> Result<()> {
        let now = self.now();
        let mut over = Vec::new();
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, why), tally| {
            let Some(missed) = tally::over(*tally, now) else { return true };
            over.push((*of, why.clone(), missed));
            false
        });
        over.retain(|(_, _, missed)| *missed > 0);
        if over.is_empty() {
            return Ok(());
        }
        self.db
            .write(move |tx| {
                over.iter().try_for_each(|(of, why, missed)| counted(tx, *of, why, *missed, now))
            })
            .await
    }

    /// A token for the installation's own administration.
    pub(crate) async fn manage_token(&self, of: &Installation) -> Result<(String, u64)> {
        let (now, life) = (self.now().as_second(), self.settings.lifetimes.manage.as_secs());
        let claims = serde_json::json!({
            "iss": self.issuer(), "sub": of.key, "client_id": of.key, "aud": format!("{}/manage", self.issuer()),
            "iat": now, "exp": now + life as i64, "jti": vault::word()?, "scope": "installation",
        });
        Ok((self.sign(super::MANAGE, &claims).await?, life))
    }

    /// The installation that a token for its administration speaks for.
    pub(crate) async fn managed(&self, bearer: &str) -> Result<Installation, OauthError> {
        let refused =
            || OauthError::new(http::StatusCode::UNAUTHORIZED, "invalid_token", "Ask for a new token.");
        let keys = self.published_keys().await?;
        let read = || {
            let unverified = Unverified::read(bearer, &[Alg::Es256])?;
            unverified.is_type(super::MANAGE)?;
            let (claims, _) = unverified.verify(&keys)?;
            let claims = Claims::of(&claims);
            claims.single_audience(&[&format!("{}/manage", self.issuer())])?;
            claims.times(Window { now: self.now(), skew: Duration::ZERO, longest: None })?;
            Ok::<_, Fault>(claims.text("sub")?.to_owned())
        };
        let key = read().map_err(|_| refused())?;
        let found = self.db.read(move |tx| installations::by_key(tx, &key)).await?;
        // Switched off is off at once, whatever is still in somebody's hands.
        found.filter(|i| i.enabled).ok_or_else(refused)
    }
}

/// One record for refusals that were only counted.
fn counted(tx: Tx<'_>, of: InstallationId, why: &str, missed: u64, now: Timestamp) -> Result<()> {
    if missed == 0 {
        return Ok(());
    }
    note(tx, of, "client", Entry::refused("client.refused", format!("times:{missed}"), why), now)
}
