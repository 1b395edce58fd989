//! What installations ask for, and the trips to providers that answer it.

use domain::connections::{Provider, Purpose};
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// A new request.
    INSERT = "INSERT INTO requests (id, installation_id, purpose, provider, redirect_uri, state, nonce, challenge,
        prompt, login_hint, account, browser, approved, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14)";
    /// A request.
    GET = "SELECT id, installation_id, purpose, provider, redirect_uri, state, nonce, challenge, prompt, login_hint,
        account, browser, approved, expires_at, done_at FROM requests WHERE id = $1";
    /// A pushed request is taken up by a browser, once.
    TAKE_UP = "UPDATE requests SET browser = $2, expires_at = $3 WHERE id = $1 AND browser IS NULL";
    /// The person has pressed a button on the page that names the installation.
    APPROVE = "UPDATE requests SET approved = 1 WHERE id = $1";
    /// A request has been answered.
    DONE = "UPDATE requests SET done_at = $2 WHERE id = $1 AND done_at IS NULL";
    /// A trip begins.
    INSERT_ATTEMPT = "INSERT INTO attempts (state_hash, browser, provider, purpose, installation_id, request,
        consent_link, tenant, leg, nonce, verifier, scopes, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// Trips of a browser that are under way beyond the newest `$2`.
    EVICT_ATTEMPTS = "DELETE FROM attempts WHERE browser = $1 AND used_at IS NULL AND state_hash NOT IN
        (SELECT state_hash FROM attempts WHERE browser = $1 AND used_at IS NULL
        ORDER BY created_at DESC, state_hash LIMIT $2)";
    /// A trip.
    GET_ATTEMPT = "SELECT state_hash, browser, provider, purpose, installation_id, request, consent_link, tenant, leg,
        nonce, verifier, scopes, created_at, expires_at, used_at FROM attempts WHERE state_hash = $1";
    /// A trip comes back, once.
    USE_ATTEMPT = "UPDATE attempts SET used_at = $2 WHERE state_hash = $1 AND used_at IS NULL";
}

/// What an installation asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestRow {
    pub id: String,
    pub installation: InstallationId,
    pub purpose: Purpose,
    pub provider: Option<Provider>,
    pub redirect_uri: String,
    pub state: String,
    pub nonce: String,
    pub challenge: String,
    pub prompt: String,
    pub login_hint: String,
    /// The person whose account it has to be, by the handle the installation knows; blank for anybody.
    pub account: String,
    /// The browser it belongs to, as a hash; none while it has only been pushed.
    pub browser: Option<String>,
    pub approved: bool,
    pub expires: Timestamp,
    pub done: Option<Timestamp>,
}

/// Which part of a trip is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leg {
    /// Sign-in, or consent by the person.
    Authorize,
    /// An administrator is asked to agree for everybody; what comes back is only a hint.
    Consent,
    /// The administrator proves who they are.
    Prove,
}

impl Leg {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Consent => "consent",
            Self::Prove => "prove",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Authorize, Self::Consent, Self::Prove].into_iter().find(|l| l.as_str() == word)
    }
}

/// A trip to a provider.
#[derive(Debug, Clone)]
pub(crate) struct AttemptRow {
    pub state_hash: String,
    pub browser: String,
    pub provider: Provider,
    pub purpose: Purpose,
    /// The installation, or 0 when the sign-in began at the login page itself.
    pub installation: InstallationId,
    pub request: Option<String>,
    pub consent_link: Option<String>,
    /// Microsoft: the tenant's endpoint that was used.
    pub tenant: String,
    pub leg: Leg,
    pub nonce: String,
    pub verifier: Vec<u8>,
    pub scopes: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
}

pub(crate) fn insert(tx: Tx<'_>, new: &RequestRow, now: Timestamp) -> Result<()> {
    let values = params![
        &new.id,
        new.installation,
        new.purpose.as_str(),
        new.provider.as_ref().map(Provider::as_str),
        &new.redirect_uri,
        &new.state,
        &new.nonce,
        &new.challenge,
        &new.prompt,
        &new.login_hint,
        &new.account,
        new.browser.as_deref(),
        now,
        new.expires
    ];
    tx.execute(&INSERT, values).map(drop)
}

pub(crate) fn get(tx: Tx<'_>, id: &str) -> Result<Option<RequestRow>> {
    tx.one(&GET, params![id], |row| {
        let mut c = row.columns();
        Ok(RequestRow {
            id: c.take()?,
            installation: c.take()?,
            purpose: c.word(|w| w.parse().ok())?,
            provider: c.take::<Option<String>>()?.map(|p| p.parse()).transpose()?,
            redirect_uri: c.take()?,
            state: c.take()?,
            nonce: c.take()?,
            challenge: c.take()?,
            prompt: c.take()?,
            login_hint: c.take()?,
            account: c.take()?,
            browser: c.take()?,
            approved: c.take()?,
            expires: c.take()?,
            done: c.take()?,
        })
    })
}

pub(crate) fn take_up(tx: Tx<'_>, id: &str, browser: &str, until: Timestamp) -> Result<bool> {
    Ok(tx.execute(&TAKE_UP, params![id, browser, until])? == 1)
}

pub(crate) fn approve(tx: Tx<'_>, id: &str) -> Result<()> {
    tx.execute(&APPROVE, params![id]).map(drop)
}

pub(crate) fn done(tx: Tx<'_>, id: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&DONE, params![id, now])? == 1)
}

/// Keeps a new trip, and of the browser's others the newest `keep - 1`.
pub(crate) fn insert_attempt(tx: Tx<'_>, new: &AttemptRow, keep: u32) -> Result<()> {
    let values = params![
        &new.state_hash,
        &new.browser,
        new.provider.as_str(),
        new.purpose.as_str(),
        new.installation,
        new.request.as_deref(),
        new.consent_link.as_deref(),
        &new.tenant,
        new.leg.as_str(),
        &new.nonce,
        new.verifier.as_slice(),
        &new.scopes,
        new.created,
        new.expires
    ];
    tx.execute(&INSERT_ATTEMPT, values)?;
    tx.execute(&EVICT_ATTEMPTS, params![&new.browser, keep]).map(drop)
}

pub(crate) fn get_attempt(tx: Tx<'_>, state_hash: &str) -> Result<Option<AttemptRow>> {
    tx.one(&GET_ATTEMPT, params![state_hash], read_attempt)
}

pub(crate) fn use_attempt(tx: Tx<'_>, state_hash: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&USE_ATTEMPT, params![state_hash, now])? == 1)
}

fn read_attempt(row: &Row<'_>) -> Result<AttemptRow> {
    let mut c = row.columns();
    Ok(AttemptRow {
        state_hash: c.take()?,
        browser: c.take()?,
        provider: c.word(|w| w.parse().ok())?,
        purpose: c.word(|w| w.parse().ok())?,
        installation: c.take()?,
        request: c.take()?,
        consent_link: c.take()?,
        tenant: c.take()?,
        leg: c.word(Leg::read)?,
        nonce: c.take()?,
        verifier: c.take()?,
        scopes: c.take()?,
        created: c.take()?,
        expires: c.take()?,
        used: c.take()?,
    })
}
