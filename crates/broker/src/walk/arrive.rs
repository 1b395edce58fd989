//! Coming back from a provider: the callback.
//!
//! Order matters: the browser, the path and the age of the trip are checked before it is used up, and everything is
//! checked before the code is redeemed.

use super::Visitor;
use super::begin::{TripAsk, start_again};
use crate::house::{House, note_of};
use crate::providers::{Asked, Granted, Presented, Upstream};
use crate::rules::situations::{self, Situation, Trouble};
use crate::rules::upstream::Proven;
use crate::tables::hash;
use crate::tables::requests::{self, AttemptRow, Leg};
use crate::vault::verifier_place;
use domain::Result;
use domain::audit::Entry;
use domain::connections::{Provider, Purpose};
use platform::Secret;
use platform::jwt::Fault;
use std::sync::Arc;

/// What a provider sent back with the browser. Each parameter was there at most once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Callback {
    pub state: String,
    pub code: Option<Secret>,
    pub iss: Option<String>,
    pub error: Option<String>,
    pub description: String,
    /// Microsoft's answer to an administrator's consent: a hint.
    pub admin_consent: bool,
    pub tenant: Option<String>,
    /// Google: the folders that were chosen, with commas between.
    pub picked: Option<String>,
}

/// What a callback comes to.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// Somebody has proved who they are; the trip it belongs to, and what was granted.
    Proved(Box<(AttemptRow, Proven, Granted)>),
    /// Folders were chosen. Nobody has proved anything by it, and nothing of what was granted is kept.
    Picked(AttemptRow, String),
    /// One more leg: go there.
    On(String),
    /// It did not work out: the trip it was, and why.
    Failed(AttemptRow, Trouble),
}

/// Why a callback is turned away before it is used up.
#[derive(Debug, Clone, Copy)]
enum TurnedAway {
    State,
    OtherBrowser,
    OtherPath,
    Used,
    TooOld,
}

impl TurnedAway {
    fn code(self) -> &'static str {
        match self {
            Self::State => "login.state",
            Self::OtherBrowser => "login.other_browser",
            Self::OtherPath => "login.other_path",
            Self::Used => "login.used",
            Self::TooOld => "login.too_old",
        }
    }
}

impl House {
    /// Takes a callback on the path of a provider.
    /// # Errors
    /// `Invalid` when it belongs to no trip of this browser; the trip is left alone then.
    pub(crate) async fn arrive(
        &self,
        path: &Provider,
        callback: Callback,
        visitor: &Visitor,
    ) -> Result<Arrived> {
        let (attempt, verifier) = self.use_up(path, &callback, visitor).await?;
        let upstream = self.upstream(path).ok_or_else(start_again)?;
        let now = self.now();
        let dialect = upstream.settings.dialect;
        if let Some(error) = &callback.error {
            let trouble = situations::of_callback(dialect, error, &callback.description);
            return self.failed(attempt, trouble, visitor).await;
        }
        if attempt.leg == Leg::Consent {
            return self.prove_consent(attempt, &callback, visitor).await;
        }
        upstream.check_issuer(callback.iss.as_deref(), callback.tenant.as_deref(), now).await?;
        let Some(code) = &callback.code else {
            return self.failed(attempt, trouble(Situation::StartAgain, "no code"), visitor).await;
        };
        let redirect_uri = self.callback(path);
        let presented = Presented::Code {
            code,
            verifier: &verifier,
            redirect_uri: &redirect_uri,
            scopes: &attempt.scopes,
        };
        let granted = match upstream.token(presented, &attempt.tenant, now).await? {
            Asked::Good(granted) => granted,
            Asked::Trouble(trouble) => return self.failed(attempt, trouble, visitor).await,
        };
        if attempt.purpose == Purpose::PickFolders {
            return match callback.picked.filter(|ids| is_list(ids)) {
                Some(ids) => Ok(Arrived::Picked(attempt, ids)),
                None => self.failed(attempt, trouble(Situation::Cancelled, "nothing picked"), visitor).await,
            };
        }
        match self.prove(&upstream, &attempt, &granted).await {
            Ok(proven) => Ok(Arrived::Proved(Box::new((attempt, proven, granted)))),
            Err(fault) => {
                let situation = match fault {
                    Fault::Wrong("tid") => Situation::WrongAccount,
                    _ => Situation::StartAgain,
                };
                self.failed(attempt, trouble(situation, &fault.code()), visitor).await
            }
        }
    }

    async fn prove(
        &self,
        upstream: &Arc<Upstream>,
        attempt: &AttemptRow,
        granted: &Granted,
    ) -> Result<Proven, Fault> {
        let tenant = (attempt.tenant != "organizations").then_some(attempt.tenant.as_str());
        let tenant = tenant.filter(|_| attempt.provider.is_microsoft());
        upstream.prove(granted, &attempt.nonce, tenant, self.now()).await
    }

    /// Finds the trip and uses it up, or leaves it alone.
    async fn use_up(
        &self,
        path: &Provider,
        callback: &Callback,
        visitor: &Visitor,
    ) -> Result<(AttemptRow, Secret)> {
        let (state_hash, path, now) = (hash(&callback.state), path.clone(), self.now());
        let (browser, keys, asked) = (visitor.browser.clone(), self.keys.clone(), path.clone());
        let found = self
            .db
            .write(move |tx| {
                let attempt = requests::get_attempt(tx, &state_hash)?;
                let away = match &attempt {
                    None => Some(TurnedAway::State),
                    Some(a) if a.browser != browser => Some(TurnedAway::OtherBrowser),
                    Some(a) if a.provider != asked => Some(TurnedAway::OtherPath),
                    Some(a) if a.used.is_some() => Some(TurnedAway::Used),
                    Some(a) if a.expires <= now => Some(TurnedAway::TooOld),
                    Some(_) => None,
                };
                let of = attempt.as_ref().map_or(domain::InstallationId(0), |a| a.installation);
                if let Some(away) = away {
                    return Ok(Err((away, of)));
                }
                let Some(attempt) = attempt else { return Ok(Err((TurnedAway::State, of))) };
                requests::use_attempt(tx, &state_hash, now)?;
                let verifier = keys.open_secret(tx, verifier_place(of, &state_hash), &attempt.verifier)?;
                Ok(Ok((attempt, verifier)))
            })
            .await?;
        let (away, of) = match found {
            Ok(found) => return Ok(found),
            Err(away) => away,
        };
        metrics::counter!("broker_callbacks_refused_total", "reason" => away.code()).increment(1);
        // Whoever fails too often is turned away without another record: a stranger cannot fill the log.
        self.limits.failure(visitor.ip)?;
        let (entry, ip) = (
            Entry::refused("login.callback", format!("provider:{path}"), away.code()),
            visitor.ip.to_string(),
        );
        self.db.write(move |tx| note_of(tx, of, "browser", entry, now, &ip)).await?;
        Err(start_again().with("why", away.code()))
    }

    /// An administrator says to have agreed, and names a tenant. Whether that is so, they prove by signing in there.
    async fn prove_consent(
        &self,
        attempt: AttemptRow,
        callback: &Callback,
        visitor: &Visitor,
    ) -> Result<Arrived> {
        let tenant = callback.tenant.as_deref().filter(|t| uuid::Uuid::try_parse(t).is_ok());
        let (true, Some(tenant)) = (callback.admin_consent, tenant) else {
            return self.failed(attempt, trouble(Situation::StartAgain, "no consent"), visitor).await;
        };
        let ask = TripAsk {
            provider: attempt.provider.clone(),
            purpose: Purpose::AdminConsent,
            installation: attempt.installation,
            request: attempt.request.clone(),
            consent_link: attempt.consent_link.clone(),
            tenant: Some(tenant.to_owned()),
            leg: Leg::Prove,
            login_hint: String::new(),
            claims: None,
            choose: false,
            fresh: false,
        };
        Ok(Arrived::On(self.set_out(ask, visitor).await?))
    }

    async fn failed(&self, attempt: AttemptRow, trouble: Trouble, visitor: &Visitor) -> Result<Arrived> {
        self.record_failure(&attempt, &trouble, visitor).await?;
        Ok(Arrived::Failed(attempt, trouble))
    }

    /// Writes down that a trip came to nothing, and why.
    pub(crate) async fn record_failure(
        &self,
        attempt: &AttemptRow,
        trouble: &Trouble,
        visitor: &Visitor,
    ) -> Result<()> {
        let (of, now, ip) = (attempt.installation, self.now(), visitor.ip.to_string());
        let entry = Entry::refused(
            "login.failed",
            format!("provider:{}", attempt.provider),
            format!("{} {}", trouble.situation.code(), attempt.purpose.as_str()),
        );
        tracing::info!(provider = %attempt.provider, situation = trouble.situation.code(), log = %trouble.log, "a trip failed");
        metrics::counter!("broker_trips_failed_total", "situation" => trouble.situation.code()).increment(1);
        self.db.write(move |tx| note_of(tx, of, "browser", entry, now, &ip)).await
    }
}

/// Whether a text is a list of ids as Google sends it.
fn is_list(ids: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b',');
    !ids.is_empty() && ids.len() <= 2000 && ids.bytes().all(letter)
}

fn trouble(situation: Situation, log: &str) -> Trouble {
    Trouble { situation, pause: None, claims: None, refuses_client: false, log: log.to_owned() }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        trouble(Situation::StartAgain, &fault.code())
    }
}
