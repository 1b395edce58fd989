//! Installations and their domains.

use domain::connections::Provider;
use domain::identity::Registration;
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx, counters};
use platform::{params, statements};
use serde_json::Value;

statements! {
    /// A new installation.
    INSERT = "INSERT INTO installations (id, key, name, public_keys, redirects, start_url, logout_url, enabled,
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// An installation by its key.
    BY_KEY = "SELECT id, key, name, public_keys, redirects, start_url, logout_url, enabled, created_at
        FROM installations WHERE key = $1";
    /// An installation.
    GET = "SELECT id, key, name, public_keys, redirects, start_url, logout_url, enabled, created_at
        FROM installations WHERE id = $1";
    /// Every installation.
    LIST = "SELECT id, key, name, public_keys, redirects, start_url, logout_url, enabled, created_at
        FROM installations ORDER BY key";
    /// Its facts have changed.
    UPDATE = "UPDATE installations SET name = $2, public_keys = $3, redirects = $4, start_url = $5, logout_url = $6,
        enabled = $7 WHERE id = $1";
    /// A domain is registered, or its facts change.
    PUT_DOMAIN = "INSERT INTO domains (installation_id, domain, provider, subdomains, tenant, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (installation_id, domain, provider)
        DO UPDATE SET subdomains = excluded.subdomains, tenant = COALESCE(excluded.tenant, domains.tenant)";
    /// A domain is registered no more.
    REMOVE_DOMAIN = "DELETE FROM domains WHERE installation_id = $1 AND domain = $2 AND provider = $3";
    /// The domains of an installation.
    DOMAINS = "SELECT domain, provider, subdomains, tenant FROM domains WHERE installation_id = $1
        ORDER BY domain, provider";
    /// The tenant that an administrator of it has vouched for.
    SET_TENANT = "UPDATE domains SET tenant = $3 WHERE installation_id = $1 AND provider = $2 AND tenant IS NULL";
    /// Who has registered this domain or one above it.
    COVERING = "SELECT d.installation_id, d.domain, d.provider, d.subdomains, d.tenant FROM domains d
        JOIN installations i ON i.id = d.installation_id AND i.enabled = 1
        WHERE d.domain = $1 OR (d.subdomains = 1 AND d.domain = $2) OR (d.subdomains = 1 AND d.domain = $3)
        OR (d.subdomains = 1 AND d.domain = $4) ORDER BY d.installation_id";
}

/// A client of the login page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Its id here.
    pub id: InstallationId,
    /// Its client id: a short stable word.
    pub key: String,
    /// The name people read on the login page.
    pub name: String,
    /// Its public keys as a JWK set.
    pub public_keys: Value,
    /// The addresses answers may go to, compared character for character.
    pub redirects: Vec<String>,
    /// Where a sign-in that began here is taken up (`initiate_login_uri`, OpenID Connect Core section 4).
    pub start_url: String,
    /// Where it hears that a session has ended (Back-Channel Logout 1.0 section 2.2); blank for nowhere.
    pub logout_url: String,
    /// Off: nothing is handed out any more.
    pub enabled: bool,
    /// Since when it is known.
    pub created: Timestamp,
}

pub(crate) fn insert(tx: Tx<'_>, new: &Installation) -> Result<InstallationId> {
    let id = InstallationId(counters::next(tx, InstallationId(0), "installation")?);
    let (keys, redirects) = (new.public_keys.to_string(), to_json(&new.redirects));
    let values = params![
        id,
        &new.key,
        &new.name,
        keys,
        redirects,
        &new.start_url,
        &new.logout_url,
        new.enabled,
        new.created
    ];
    tx.execute(&INSERT, values)?;
    Ok(id)
}

pub(crate) fn update(tx: Tx<'_>, changed: &Installation) -> Result<()> {
    let (keys, redirects) = (changed.public_keys.to_string(), to_json(&changed.redirects));
    let values = params![
        changed.id,
        &changed.name,
        keys,
        redirects,
        &changed.start_url,
        &changed.logout_url,
        changed.enabled
    ];
    tx.execute(&UPDATE, values).map(drop)
}

pub(crate) fn by_key(tx: Tx<'_>, key: &str) -> Result<Option<Installation>> {
    tx.one(&BY_KEY, params![key], read)
}

pub(crate) fn get(tx: Tx<'_>, id: InstallationId) -> Result<Option<Installation>> {
    tx.one(&GET, params![id], read)
}

pub(crate) fn list(tx: Tx<'_>) -> Result<Vec<Installation>> {
    tx.all(&LIST, params![], read)
}

pub(crate) fn put_domain(tx: Tx<'_>, id: InstallationId, new: &Registration, now: Timestamp) -> Result<()> {
    let tenant = new.tenant.as_deref();
    let values = params![id, &new.domain, new.provider.as_str(), new.subdomains, tenant, now];
    tx.execute(&PUT_DOMAIN, values).map(drop)
}

pub(crate) fn remove_domain(
    tx: Tx<'_>,
    id: InstallationId,
    domain: &str,
    provider: &Provider,
) -> Result<bool> {
    Ok(tx.execute(&REMOVE_DOMAIN, params![id, domain, provider.as_str()])? == 1)
}

pub(crate) fn domains(tx: Tx<'_>, id: InstallationId) -> Result<Vec<Registration>> {
    tx.all(&DOMAINS, params![id], |row| registration(row, 0))
}

pub(crate) fn set_tenant(tx: Tx<'_>, id: InstallationId, provider: &Provider, tenant: &str) -> Result<()> {
    tx.execute(&SET_TENANT, params![id, provider.as_str(), tenant]).map(drop)
}

/// Registrations of this domain and of up to three above it, in every enabled installation.
pub(crate) fn covering(tx: Tx<'_>, domain: &str) -> Result<Vec<(InstallationId, Registration)>> {
    let mut above = domain.match_indices('.').map(|(at, _)| domain.get(at + 1..).unwrap_or_default());
    let mut next = || above.next().unwrap_or_default().to_owned();
    let (one, two, three) = (next(), next(), next());
    tx.all(&COVERING, params![domain, one, two, three], |row| Ok((row.get(0)?, registration(row, 1)?)))
}

fn registration(row: &Row<'_>, from: usize) -> Result<Registration> {
    let provider: String = row.get(from + 1)?;
    Ok(Registration {
        domain: row.get(from)?,
        provider: provider.parse()?,
        subdomains: row.get(from + 2)?,
        tenant: row.get(from + 3)?,
    })
}

fn to_json(list: &[String]) -> String {
    Value::from(list.to_vec()).to_string()
}

pub(super) fn read(row: &Row<'_>) -> Result<Installation> {
    let mut c = row.columns();
    let damaged = |e: serde_json::Error| Error::internal("an installation's row cannot be read").caused_by(e);
    Ok(Installation {
        id: c.take()?,
        key: c.take()?,
        name: c.take()?,
        public_keys: serde_json::from_str(&c.take::<String>()?).map_err(damaged)?,
        redirects: serde_json::from_str(&c.take::<String>()?).map_err(damaged)?,
        start_url: c.take()?,
        logout_url: c.take()?,
        enabled: c.take()?,
        created: c.take()?,
    })
}
