//! Installations: who they are, their domains, what is known about their tenants.

use crate::house::{House, Who, note};
use crate::op::ASSERTED;
use crate::rules::targets;
use crate::tables::connections;
use crate::tables::installations::{self, Installation};
use crate::tables::people;
use domain::audit::Entry;
use domain::connections::{ConnectionKind, Provider};
use domain::identity::Registration;
use domain::{Error, InstallationId, Result};
use platform::jwt::KeySet;
use serde_json::Value;

/// What an operator says about an installation.
#[derive(Debug, Clone)]
pub struct NewInstallation {
    /// Its client id: 1 to 60 lower-case letters, digits and hyphens.
    pub key: String,
    /// The name people read.
    pub name: String,
    /// Its public keys as a JWK set.
    pub public_keys: Value,
    /// The addresses answers may go to.
    pub redirects: Vec<String>,
    /// Where a sign-in that began here is taken up; blank for nowhere.
    pub start_url: String,
    /// Where it hears of sign-outs; blank for nowhere.
    pub logout_url: String,
}

/// Whether somebody means an installation that is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// A known one is to be changed.
    Yes,
    /// A new one is to be registered.
    No,
    /// Whichever it is.
    Either,
}

impl House {
    /// Registers an installation, or changes what is known about it. Its connections, domains and switch stay.
    /// # Errors
    /// `Invalid` for an address that no answer may go to, or keys that cannot be used.
    pub async fn put_installation(&self, new: NewInstallation) -> Result<()> {
        self.keep_installation(new, Known::Either, Who::command()).await
    }

    /// As [`House::put_installation`], by somebody who says whether it is known.
    /// # Errors
    /// Also `Conflict` when a new one's key is taken, `NotFound` when a known one is unknown.
    pub(crate) async fn keep_installation(&self, new: NewInstallation, known: Known, who: Who) -> Result<()> {
        check(&new)?;
        let now = self.now();
        self.db
            .write(move |tx| {
                let before = installations::by_key(tx, &new.key)?;
                match (&before, known) {
                    (Some(_), Known::No) => {
                        let sentence =
                            "Another installation has this key. Choose another one, or change that one.";
                        return Err(Error::conflict(sentence).field("key"));
                    }
                    (None, Known::Yes) => return Err(Error::not_found("installation")),
                    _ => {}
                }
                let action =
                    if before.is_some() { "installation.changed" } else { "installation.registered" };
                let mut row = Installation {
                    id: InstallationId(0),
                    key: new.key,
                    name: new.name,
                    public_keys: new.public_keys,
                    redirects: new.redirects,
                    start_url: new.start_url,
                    logout_url: new.logout_url,
                    enabled: true,
                    created: now,
                };
                let id = match before {
                    Some(before) => {
                        row.id = before.id;
                        row.enabled = before.enabled;
                        if row == (Installation { created: row.created, ..before }) {
                            return Ok(());
                        }
                        installations::update(tx, &row)?;
                        row.id
                    }
                    None => installations::insert(tx, &row)?,
                };
                who.note(tx, id, Entry::done(action, format!("installation:{}", row.key)), now)
            })
            .await
    }

    /// The one switch that cuts an installation off: no code, no token, no administration from this moment.
    /// # Errors
    /// `NotFound` for an unknown key.
    pub async fn switch_installation(&self, key: &str, enabled: bool) -> Result<()> {
        self.switch(key, enabled, Who::command()).await
    }

    /// As [`House::switch_installation`], by somebody. Turning it where it stands already changes nothing.
    pub(crate) async fn switch(&self, key: &str, enabled: bool, who: Who) -> Result<()> {
        let (key, now) = (key.to_owned(), self.now());
        self.db
            .write(move |tx| {
                let mut row =
                    installations::by_key(tx, &key)?.ok_or_else(|| Error::not_found("installation"))?;
                if row.enabled == enabled {
                    return Ok(());
                }
                row.enabled = enabled;
                installations::update(tx, &row)?;
                let what = if enabled { "installation.enabled" } else { "installation.disabled" };
                who.note(tx, row.id, Entry::done(what, format!("installation:{key}")), now)
            })
            .await
    }

    /// The operator vouches that a Microsoft tenant is an installation's, where that was established by other means than
    /// an administrator's consent. Domains of the installation that name no tenant yet get this one.
    /// # Errors
    /// `NotFound` for an unknown key; `Invalid` for what is no tenant id.
    pub async fn vouch_for_tenant(&self, key: &str, tenant: &str) -> Result<()> {
        if uuid::Uuid::try_parse(tenant).is_err() {
            return Err(Error::invalid("A tenant id is a UUID, as Microsoft Entra shows it."));
        }
        let (key, tenant, now) = (key.to_owned(), tenant.to_owned(), self.now());
        self.db
            .write(move |tx| {
                let row = installations::by_key(tx, &key)?.ok_or_else(|| Error::not_found("installation"))?;
                installations::set_tenant(tx, row.id, &Provider::microsoft(), &tenant)?;
                note(tx, row.id, "operator", Entry::done("tenant.vouched", format!("tenant:{tenant}")), now)
            })
            .await
    }

    /// Every installation.
    pub async fn installations(&self) -> Result<Vec<Installation>> {
        self.db.read(installations::list).await
    }

    /// An installation that is switched on.
    pub(crate) async fn installation(&self, key: &str) -> Result<Option<Installation>> {
        let key = key.to_owned();
        self.db.read(move |tx| Ok(installations::by_key(tx, &key)?.filter(|i| i.enabled))).await
    }

    /// Gives an installation other keys, made of those it has, by an operator.
    /// # Errors
    /// `NotFound` for an unknown key; what `make` says; `Invalid` for keys that cannot be used.
    pub(crate) async fn change_keys(
        &self,
        key: &str,
        make: impl FnOnce(&Value) -> Result<Value> + Send + 'static,
        who: Who,
    ) -> Result<()> {
        let (key, now) = (key.to_owned(), self.now());
        self.db
            .write(move |tx| {
                let mut row =
                    installations::by_key(tx, &key)?.ok_or_else(|| Error::not_found("installation"))?;
                row.public_keys = make(&row.public_keys)?;
                check_keys(&row.public_keys)?;
                installations::update(tx, &row)?;
                let entry = Entry::done("installation.keys_changed", format!("installation:{key}"));
                who.note(tx, row.id, entry, now)
            })
            .await
    }

    /// Gives an installation other public keys: how it rotates its own.
    pub(crate) async fn put_keys(&self, of: InstallationId, keys: Value) -> Result<()> {
        check_keys(&keys)?;
        let now = self.now();
        self.db
            .write(move |tx| {
                let mut row = installations::get(tx, of)?.ok_or_else(|| Error::not_found("installation"))?;
                row.public_keys = keys;
                installations::update(tx, &row)?;
                note(tx, of, "client", Entry::done("installation.keys_changed", ""), now)
            })
            .await
    }

    pub(crate) async fn domains(&self, of: InstallationId) -> Result<Vec<Registration>> {
        self.db.read(move |tx| installations::domains(tx, of)).await
    }

    /// Registers a domain. Registering it again changes whether domains below it count.
    pub(crate) async fn put_domain(&self, of: InstallationId, mut new: Registration) -> Result<Registration> {
        new.domain = domain::identity::registrable(&new.domain)?;
        if self.settings.provider(&new.provider).is_none() {
            return Err(Error::invalid(format!("This login page has no provider {}.", new.provider))
                .field("provider"));
        }
        // A tenant is only believed from an administrator of it; see `connect`.
        new.tenant = None;
        let now = self.now();
        self.db
            .write(move |tx| {
                let proven = connections::of_kind(tx, of, ConnectionKind::App, &new.provider)?;
                new.tenant = proven.into_iter().map(|c| c.realm).find(|r| !r.is_empty());
                installations::put_domain(tx, of, &new, now)?;
                let entry =
                    Entry::done("domain.registered", format!("domain:{} {}", new.domain, new.provider));
                note(tx, of, "client", entry, now)?;
                Ok(new)
            })
            .await
    }

    /// Registers no more. People who are bound stay bound.
    pub(crate) async fn remove_domain(
        &self,
        of: InstallationId,
        domain: &str,
        provider: &Provider,
    ) -> Result<()> {
        let (domain, provider, now) = (domain.to_owned(), provider.clone(), self.now());
        self.db
            .write(move |tx| {
                if !installations::remove_domain(tx, of, &domain, &provider)? {
                    return Err(Error::not_found("domain"));
                }
                note(
                    tx,
                    of,
                    "client",
                    Entry::done("domain.removed", format!("domain:{domain} {provider}")),
                    now,
                )
            })
            .await
    }

    /// The Microsoft tenant to send somebody to: the account's own, or the one that an administrator of it has vouched for,
    /// when it is one.
    pub(crate) async fn tenant(
        &self,
        of: InstallationId,
        provider: &Provider,
        account: &str,
    ) -> Result<Option<String>> {
        let (provider, account) = (provider.clone(), account.to_owned());
        self.db
            .read(move |tx| {
                let key = people::get(tx, &account)?.map(|person| person.identity.key);
                if let Some(key) = key.filter(|key| provider.is_microsoft() && key.provider == provider) {
                    return Ok(Some(key.realm));
                }
                let mut tenants: Vec<String> = installations::domains(tx, of)?
                    .into_iter()
                    .filter(|d| d.provider == provider)
                    .filter_map(|d| d.tenant)
                    .collect();
                tenants.sort();
                tenants.dedup();
                Ok(if tenants.len() == 1 { tenants.pop() } else { None })
            })
            .await
    }

    /// A claims challenge that the next connection of this person has to fulfil.
    pub(crate) async fn pending_claims(
        &self,
        of: InstallationId,
        provider: &Provider,
        account: &str,
    ) -> Result<Option<String>> {
        let (provider, account) = (provider.clone(), account.to_owned());
        self.db
            .read(move |tx| {
                let Some(person) = people::get(tx, &account)? else { return Ok(None) };
                let key = person.identity.key;
                let found =
                    connections::find(tx, of, ConnectionKind::User, &provider, &key.realm, &key.subject)?;
                Ok(found.and_then(|c| c.claims))
            })
            .await
    }
}

fn check(new: &NewInstallation) -> Result<()> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=60).contains(&new.key.len()) || !new.key.bytes().all(plain) {
        return Err(Error::invalid(
            "An installation's key is 1 to 60 lower-case letters, digits and hyphens.",
        ));
    }
    if new.name.trim().is_empty() || new.name.chars().count() > 120 || new.name.chars().any(char::is_control)
    {
        return Err(Error::invalid("An installation needs a name of at most 120 characters."));
    }
    let optional = [&new.start_url, &new.logout_url];
    let addresses = new.redirects.iter().chain(optional.into_iter().filter(|u| !u.is_empty()));
    for url in addresses {
        if !targets::may_be_registered(url) {
            return Err(Error::invalid(format!("{url:?} must be an https address without a fragment.")));
        }
    }
    if new.redirects.is_empty() {
        return Err(Error::invalid("An installation needs at least one address that answers may go to."));
    }
    check_keys(&new.public_keys)
}

fn check_keys(keys: &Value) -> Result<()> {
    // A key that no assertion can be signed with would be a key that never works.
    let usable = |set: &KeySet| set.iter().all(|key| ASSERTED.iter().any(|alg| key.fits(*alg)));
    match KeySet::from_value(keys) {
        Some(set) if !set.is_empty() && set.len() <= 10 && usable(&set) => Ok(()),
        _ => Err(Error::invalid(
            "The keys must be a JWK set of 1 to 10 public keys for signatures: P-256, Ed25519, or RSA of 2,048 bits or more.",
        )
        .field("keys")),
    }
}
