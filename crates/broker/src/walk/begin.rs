//! Beginning: what an installation asked for, and setting out to a provider.

use super::Visitor;
use crate::house::{House, note_of};
use crate::providers::AuthorizeAsk;
use crate::rules::scopes::Dialect;
use crate::rules::targets;
use crate::settings::ProviderSettings;
use crate::tables::hash;
use crate::tables::installations::{self, Installation};
use crate::tables::requests::{self, AttemptRow, Leg, RequestRow};
use crate::vault::{self, verifier_place};
use domain::audit::Entry;
use domain::connections::{Provider, Purpose};
use domain::identity::{Address, Realm, realm_of};
use domain::{Error, ErrorKind, InstallationId, Result};
use platform::Secret;

/// Trips of one browser that may be under way.
const PARALLEL: u32 = 8;

/// What an installation asks for, checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    pub redirect_uri: String,
    pub state: String,
    pub nonce: String,
    pub challenge: String,
    pub prompt: String,
    pub login_hint: String,
    pub account: String,
    pub purpose: Option<Purpose>,
    pub provider: Option<Provider>,
}

/// A request that a browser has taken up.
#[derive(Debug, Clone)]
pub(crate) struct Began {
    pub request: RequestRow,
    pub installation: Installation,
}

/// A trip to be made.
#[derive(Debug, Clone)]
pub(crate) struct TripAsk {
    pub provider: Provider,
    pub purpose: Purpose,
    /// The installation, or 0.
    pub installation: InstallationId,
    pub request: Option<String>,
    pub consent_link: Option<String>,
    pub tenant: Option<String>,
    pub leg: Leg,
    pub login_hint: String,
    pub claims: Option<String>,
    pub choose: bool,
    /// Whether the installation wants the person to prove anew who they are (`prompt=login`).
    pub fresh: bool,
}

impl House {
    /// Keeps what an installation asked for. `browser` is set when it came through the browser and was not pushed.
    pub(crate) async fn keep_request(
        &self,
        of: &Installation,
        ask: Ask,
        browser: Option<String>,
    ) -> Result<(String, u64)> {
        check(of, &ask, self)?;
        let now = self.now();
        let life =
            if browser.is_some() { self.settings.lifetimes.attempt } else { self.settings.lifetimes.pushed };
        let word = vault::word()?;
        let row = RequestRow {
            id: hash(&word),
            installation: of.id,
            purpose: ask.purpose.unwrap_or(Purpose::SignIn),
            provider: ask.provider,
            redirect_uri: ask.redirect_uri,
            state: ask.state,
            nonce: ask.nonce,
            challenge: ask.challenge,
            prompt: ask.prompt,
            login_hint: ask.login_hint,
            account: ask.account,
            browser,
            approved: false,
            expires: now + life,
            done: None,
        };
        self.db.write(move |tx| requests::insert(tx, &row, now)).await?;
        Ok((word, life.as_secs()))
    }

    /// A browser takes up a pushed request: once, and only that browser may go on with it.
    pub(crate) async fn take_up(&self, word: &str, client: &str, visitor: &Visitor) -> Result<Began> {
        let (id, client, browser) = (hash(word), client.to_owned(), visitor.browser.clone());
        let (now, until) = (self.now(), self.now() + self.settings.lifetimes.attempt);
        let began = self
            .db
            .write(move |tx| {
                let Some(installation) = installations::by_key(tx, &client)?.filter(|i| i.enabled) else {
                    return Ok(None);
                };
                let found =
                    requests::get(tx, &id)?.filter(|r| r.installation == installation.id && now < r.expires);
                let Some(request) = found else { return Ok(None) };
                // Reloading the page is no second use.
                let mine = request.browser.as_deref() == Some(browser.as_str());
                if !mine && !requests::take_up(tx, &id, &browser, until)? {
                    return Ok(None);
                }
                Ok(Some(Began { request, installation }))
            })
            .await?;
        let began = began.ok_or_else(start_again)?;
        self.limits.start(visitor.ip, began.installation.id)?;
        Ok(began)
    }

    /// A request this browser has taken up and not finished.
    pub(crate) async fn open_request(&self, id: &str, visitor: &Visitor) -> Result<Began> {
        let (id, browser, now) = (id.to_owned(), visitor.browser.clone(), self.now());
        let found = self
            .db
            .read(move |tx| {
                let request = requests::get(tx, &id)?.filter(|r| {
                    r.browser.as_deref() == Some(browser.as_str()) && now < r.expires && r.done.is_none()
                });
                let Some(request) = request else { return Ok(None) };
                let installation = installations::get(tx, request.installation)?.filter(|i| i.enabled);
                Ok(installation.map(|installation| Began { request, installation }))
            })
            .await?;
        found.ok_or_else(start_again)
    }

    /// The person pressed a button on a page that names the installation.
    pub(crate) async fn approve(&self, request: &str) -> Result<()> {
        let id = request.to_owned();
        self.db.write(move |tx| requests::approve(tx, &id)).await
    }

    /// Where somebody with this address signs in: for an installation, by its own domains; at the login page itself, by
    /// everybody's.
    pub(crate) async fn realm(&self, address: &str, of: Option<InstallationId>) -> Result<Realm> {
        let address = Address::parse(address).ok_or_else(|| {
            Error::invalid("Write your whole e-mail address, for example kim@example.com.").field("email")
        })?;
        let domain = address.domain.clone();
        let registered = self
            .db
            .read(move |tx| match of {
                Some(of) => installations::domains(tx, of),
                None => Ok(installations::covering(tx, &domain)?.into_iter().map(|(_, r)| r).collect()),
            })
            .await?;
        let known: Vec<_> =
            registered.into_iter().filter(|r| self.settings.provider(&r.provider).is_some()).collect();
        Ok(realm_of(&address, &known))
    }

    /// Sets out: keeps the trip, bound to this browser, and gives the provider's address.
    pub(crate) async fn set_out(&self, ask: TripAsk, visitor: &Visitor) -> Result<String> {
        let upstream = self.upstream(&ask.provider).ok_or_else(|| no_such_provider(&ask.provider))?;
        fits(&upstream.settings, ask.purpose)?;
        let now = self.now();
        if upstream.is_refused(now) {
            return Err(Error::new(
                ErrorKind::Unavailable,
                format!(
                    "{} does not accept this login page at the moment. Its operator has been told; try again later.",
                    upstream.settings.title
                ),
            ));
        }
        let (state, nonce, verifier) = (vault::word()?, vault::word()?, Secret::new(vault::word()?));
        let redirect_uri = self.callback(&ask.provider);
        let tenant = ask.tenant.clone().unwrap_or_else(|| "organizations".to_owned());
        let (url, scopes) = if ask.leg == Leg::Consent {
            (upstream.consent_url(&tenant, &redirect_uri, &state), String::new())
        } else {
            let trip = AuthorizeAsk {
                purpose: ask.purpose,
                redirect_uri: &redirect_uri,
                state: &state,
                nonce: &nonce,
                verifier: &verifier,
                login_hint: &ask.login_hint,
                tenant: &tenant,
                claims: ask.claims.as_deref(),
                choose: ask.choose,
                fresh: ask.fresh,
            };
            let trip = upstream.trip(&trip, now).await?;
            (trip.url, trip.scopes)
        };
        self.keep_trip(ask, tenant, scopes, (state, nonce, verifier), visitor).await?;
        Ok(url)
    }

    async fn keep_trip(
        &self,
        ask: TripAsk,
        tenant: String,
        scopes: String,
        (state, nonce, verifier): (String, String, Secret),
        visitor: &Visitor,
    ) -> Result<()> {
        let (keys, now) = (self.keys.clone(), self.now());
        let expires = now + self.settings.lifetimes.attempt;
        let (browser, ip) = (visitor.browser.clone(), visitor.ip.to_string());
        self.db
            .write(move |tx| {
                let state_hash = hash(&state);
                let place = verifier_place(ask.installation, &state_hash);
                let verifier = keys.seal_secret(tx, place, &verifier, now)?;
                let entry = Entry::done("trip.begun", format!("provider:{}", ask.provider));
                note_of(tx, ask.installation, "browser", entry, now, &ip)?;
                let row = AttemptRow {
                    state_hash,
                    browser,
                    provider: ask.provider,
                    purpose: ask.purpose,
                    installation: ask.installation,
                    request: ask.request,
                    consent_link: ask.consent_link,
                    tenant,
                    leg: ask.leg,
                    nonce,
                    verifier,
                    scopes,
                    created: now,
                    expires,
                    used: None,
                };
                requests::insert_attempt(tx, &row, PARALLEL)
            })
            .await
    }
}

/// Refuses what no installation may ask for.
fn check(of: &Installation, ask: &Ask, house: &House) -> Result<()> {
    if !targets::is_registered(&ask.redirect_uri, &of.redirects) {
        return Err(Error::invalid("redirect_uri is not registered for this client.").field("redirect_uri"));
    }
    let challenge = ask.challenge.len() == 43
        && ask.challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !challenge {
        return Err(Error::invalid("code_challenge must be the S256 of a verifier, 43 characters.")
            .field("code_challenge"));
    }
    for (name, value, most) in
        [("state", &ask.state, 512), ("nonce", &ask.nonce, 512), ("login_hint", &ask.login_hint, 254)]
    {
        if value.len() > most || value.chars().any(char::is_control) {
            return Err(Error::invalid(format!("{name} is too long or has control characters.")).field(name));
        }
    }
    if ask.nonce.is_empty() {
        return Err(Error::invalid("nonce is required.").field("nonce"));
    }
    if let Some(provider) = &ask.provider {
        let settings = house.settings.provider(provider).ok_or_else(|| no_such_provider(provider))?;
        fits(settings, ask.purpose.unwrap_or(Purpose::SignIn))?;
    } else if ask.purpose.is_some_and(|p| p != Purpose::SignIn) {
        return Err(Error::invalid("provider is required for this purpose.").field("provider"));
    }
    Ok(())
}

/// Refuses a purpose that a provider does not serve.
fn fits(provider: &ProviderSettings, purpose: Purpose) -> Result<()> {
    let good = match purpose {
        Purpose::SignIn => true,
        Purpose::UserConnect | Purpose::AdminConsent => provider.dialect == Dialect::Microsoft,
        Purpose::SystemUserConnect | Purpose::PickFolders => provider.dialect == Dialect::Google,
    };
    if good {
        return Ok(());
    }
    Err(Error::invalid(format!("{} cannot be connected in this way.", provider.title)).field("purpose"))
}

fn no_such_provider(provider: &Provider) -> Error {
    Error::invalid(format!("This login page has no provider {provider}.")).field("provider")
}

pub(super) fn start_again() -> Error {
    let words = crate::rules::situations::Situation::StartAgain.words();
    Error::new(ErrorKind::Invalid, words.sentence).with("situation", "start_again")
}
