//! Grants at providers: state, sealed tokens, and the standing of their renewal.

use crate::rules::flight::Standing;
use domain::connections::{Attention, ConnectionKind, ConnectionState, Need, Provider};
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// A connection, new or given anew.
    PUT = "INSERT INTO connections (id, installation_id, kind, provider, realm, subject, address, name, state,
        attention, scopes, refresh_token, previous_token, generation, fence, lease_until, cooling_until, claims,
        granted_at, renewed_at, keep_alive_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL, $13, $14, $15, $16, $17, $18, $18, $19)
        ON CONFLICT (id) DO UPDATE SET realm = excluded.realm, subject = excluded.subject, address = excluded.address,
        name = excluded.name, state = excluded.state, attention = excluded.attention, scopes = excluded.scopes,
        refresh_token = excluded.refresh_token, previous_token = NULL, generation = excluded.generation,
        fence = excluded.fence, lease_until = excluded.lease_until, cooling_until = excluded.cooling_until,
        claims = excluded.claims, granted_at = excluded.granted_at, renewed_at = excluded.renewed_at,
        keep_alive_at = excluded.keep_alive_at";
    /// A connection of an installation.
    GET = "SELECT id, installation_id, kind, provider, realm, subject, address, name, state, attention, scopes,
        refresh_token, previous_token, generation, fence, lease_until, cooling_until, claims, granted_at, renewed_at
        FROM connections WHERE installation_id = $1 AND id = $2";
    /// A connection by whose access it is.
    FIND = "SELECT id, installation_id, kind, provider, realm, subject, address, name, state, attention, scopes,
        refresh_token, previous_token, generation, fence, lease_until, cooling_until, claims, granted_at, renewed_at
        FROM connections WHERE installation_id = $1 AND kind = $2 AND provider = $3 AND realm = $4 AND subject = $5";
    /// Connections of an installation.
    LIST = "SELECT id, installation_id, kind, provider, realm, subject, address, name, state, attention, scopes,
        refresh_token, previous_token, generation, fence, lease_until, cooling_until, claims, granted_at, renewed_at
        FROM connections WHERE installation_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    /// Connections of a kind at a provider.
    OF_KIND = "SELECT id, installation_id, kind, provider, realm, subject, address, name, state, attention, scopes,
        refresh_token, previous_token, generation, fence, lease_until, cooling_until, claims, granted_at, renewed_at
        FROM connections WHERE installation_id = $1 AND kind = $2 AND provider = $3 ORDER BY granted_at DESC, id LIMIT 50";
    /// How the renewal stands.
    STANDING = "UPDATE connections SET state = $3, attention = $4, generation = $5, fence = $6, lease_until = $7,
        cooling_until = $8, claims = $9 WHERE installation_id = $1 AND id = $2";
    /// A new refresh token; the one before is kept once.
    REPLACE = "UPDATE connections SET previous_token = refresh_token, refresh_token = $3
        WHERE installation_id = $1 AND id = $2";
    /// When it was renewed, what was granted, and when to keep it alive.
    RENEWED = "UPDATE connections SET renewed_at = $3, keep_alive_at = $4 WHERE installation_id = $1 AND id = $2";
    /// When to keep it alive.
    KEEP_ALIVE = "UPDATE connections SET keep_alive_at = $3 WHERE installation_id = $1 AND id = $2";
    /// Its secrets are destroyed.
    FORGET = "UPDATE connections SET refresh_token = NULL, previous_token = NULL, keep_alive_at = NULL
        WHERE installation_id = $1 AND id = $2";
    /// Its sealed tokens under another key.
    RESEAL = "UPDATE connections SET refresh_token = $3, previous_token = $4
        WHERE installation_id = $1 AND id = $2 AND generation = $5";
    /// An access token for a need.
    PUT_ACCESS = "INSERT INTO access_tokens (connection, need, token, scopes, made_at, expires_at, renew_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (connection, need) DO UPDATE SET token = excluded.token,
        scopes = excluded.scopes, made_at = excluded.made_at, expires_at = excluded.expires_at,
        renew_at = excluded.renew_at";
    /// An access token for a need.
    GET_ACCESS = "SELECT token, scopes, made_at, expires_at, renew_at FROM access_tokens WHERE connection = $1 AND need = $2";
    /// Access tokens that must not be used any more.
    DROP_ACCESS = "DELETE FROM access_tokens WHERE connection = $1";
    /// Access tokens of a whole installation.
    DROP_ALL_ACCESS = "DELETE FROM access_tokens WHERE connection IN
        (SELECT id FROM connections WHERE installation_id = $1)";
    /// Grants that would die of disuse.
    DUE = "SELECT installation_id, id FROM connections WHERE keep_alive_at IS NOT NULL AND keep_alive_at <= $1
        ORDER BY keep_alive_at LIMIT $2";
    /// Grants with sealed tokens, for sealing them anew.
    SEALED = "SELECT id FROM connections WHERE installation_id = $1 AND refresh_token IS NOT NULL AND id > $2
        ORDER BY id LIMIT $3";
    /// A link for an administrator.
    PUT_LINK = "INSERT INTO consent_links (token_hash, installation_id, connection, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    /// A link for an administrator.
    GET_LINK = "SELECT installation_id, connection, expires_at, used_at FROM consent_links WHERE token_hash = $1";
    /// A link has done its work.
    USE_LINK = "UPDATE consent_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL";
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionRow {
    pub id: String,
    pub installation: InstallationId,
    pub kind: ConnectionKind,
    pub provider: Provider,
    /// Microsoft: the tenant. Google: the Workspace domain.
    pub realm: String,
    /// Whose access it is; blank for the application's own.
    pub subject: String,
    pub address: String,
    pub name: String,
    pub standing: Standing,
    pub scopes: String,
    pub refresh_token: Option<Vec<u8>>,
    pub previous_token: Option<Vec<u8>>,
    /// What the provider wants to see fulfilled at the next sign-in (a claims challenge).
    pub claims: Option<String>,
    pub granted: Timestamp,
    pub renewed: Timestamp,
}

/// A stored access token.
#[derive(Debug, Clone)]
pub(crate) struct AccessRow {
    pub token: Vec<u8>,
    pub scopes: String,
    pub made: Timestamp,
    pub expires: Timestamp,
    pub renew: Timestamp,
}

/// A link for an administrator.
#[derive(Debug, Clone)]
pub(crate) struct LinkRow {
    pub installation: InstallationId,
    pub connection: String,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
}

pub(crate) fn put(tx: Tx<'_>, c: &ConnectionRow, keep_alive: Option<Timestamp>) -> Result<()> {
    let s = &c.standing;
    let values = params![
        &c.id,
        c.installation,
        c.kind.as_str(),
        c.provider.as_str(),
        &c.realm,
        &c.subject,
        &c.address,
        &c.name,
        s.state.as_str(),
        s.attention.map(Attention::as_str),
        &c.scopes,
        c.refresh_token.as_deref(),
        s.generation,
        s.fence,
        s.lease_until,
        s.cooling_until,
        c.claims.as_deref(),
        c.granted,
        keep_alive
    ];
    tx.execute(&PUT, values)?;
    tx.execute(&DROP_ACCESS, params![&c.id]).map(drop)
}

pub(crate) fn get(tx: Tx<'_>, of: InstallationId, id: &str) -> Result<Option<ConnectionRow>> {
    tx.one(&GET, params![of, id], read)
}

pub(crate) fn find(
    tx: Tx<'_>,
    of: InstallationId,
    kind: ConnectionKind,
    provider: &Provider,
    realm: &str,
    subject: &str,
) -> Result<Option<ConnectionRow>> {
    tx.one(&FIND, params![of, kind.as_str(), provider.as_str(), realm, subject], read)
}

pub(crate) fn list(tx: Tx<'_>, of: InstallationId, after: &str, limit: u32) -> Result<Vec<ConnectionRow>> {
    tx.all(&LIST, params![of, after, limit.clamp(1, 500)], read)
}

pub(crate) fn of_kind(
    tx: Tx<'_>,
    of: InstallationId,
    kind: ConnectionKind,
    provider: &Provider,
) -> Result<Vec<ConnectionRow>> {
    tx.all(&OF_KIND, params![of, kind.as_str(), provider.as_str()], read)
}

/// Writes how the renewal stands.
pub(crate) fn set_standing(tx: Tx<'_>, c: &ConnectionRow) -> Result<()> {
    let s = &c.standing;
    let values = params![
        c.installation,
        &c.id,
        s.state.as_str(),
        s.attention.map(Attention::as_str),
        s.generation,
        s.fence,
        s.lease_until,
        s.cooling_until,
        c.claims.as_deref()
    ];
    tx.execute(&STANDING, values).map(drop)
}

pub(crate) fn replace_refresh(tx: Tx<'_>, of: InstallationId, id: &str, sealed: &[u8]) -> Result<()> {
    tx.execute(&REPLACE, params![of, id, sealed]).map(drop)
}

pub(crate) fn renewed(
    tx: Tx<'_>,
    of: InstallationId,
    id: &str,
    now: Timestamp,
    keep_alive: Option<Timestamp>,
) -> Result<()> {
    tx.execute(&RENEWED, params![of, id, now, keep_alive]).map(drop)
}

pub(crate) fn keep_alive_at(tx: Tx<'_>, of: InstallationId, id: &str, at: Option<Timestamp>) -> Result<()> {
    tx.execute(&KEEP_ALIVE, params![of, id, at]).map(drop)
}

pub(crate) fn forget(tx: Tx<'_>, of: InstallationId, id: &str) -> Result<()> {
    tx.execute(&DROP_ACCESS, params![id])?;
    tx.execute(&FORGET, params![of, id]).map(drop)
}

pub(crate) fn reseal(
    tx: Tx<'_>,
    c: &ConnectionRow,
    refresh: Option<&[u8]>,
    previous: Option<&[u8]>,
) -> Result<bool> {
    let values = params![c.installation, &c.id, refresh, previous, c.standing.generation];
    Ok(tx.execute(&RESEAL, values)? == 1)
}

pub(crate) fn put_access(tx: Tx<'_>, id: &str, need: Need, access: &AccessRow) -> Result<()> {
    let values = params![
        id,
        need.as_str(),
        access.token.as_slice(),
        &access.scopes,
        access.made,
        access.expires,
        access.renew
    ];
    tx.execute(&PUT_ACCESS, values).map(drop)
}

pub(crate) fn get_access(tx: Tx<'_>, id: &str, need: Need) -> Result<Option<AccessRow>> {
    tx.one(&GET_ACCESS, params![id, need.as_str()], |row| {
        let mut c = row.columns();
        Ok(AccessRow {
            token: c.take()?,
            scopes: c.take()?,
            made: c.take()?,
            expires: c.take()?,
            renew: c.take()?,
        })
    })
}

pub(crate) fn drop_access(tx: Tx<'_>, id: &str) -> Result<()> {
    tx.execute(&DROP_ACCESS, params![id]).map(drop)
}

pub(crate) fn drop_all_access(tx: Tx<'_>, of: InstallationId) -> Result<()> {
    tx.execute(&DROP_ALL_ACCESS, params![of]).map(drop)
}

pub(crate) fn due(tx: Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<(InstallationId, String)>> {
    tx.all(&DUE, params![now, limit], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(crate) fn sealed(tx: Tx<'_>, of: InstallationId, after: &str, limit: u32) -> Result<Vec<String>> {
    tx.all(&SEALED, params![of, after, limit], |row| row.get(0))
}

pub(crate) fn put_link(tx: Tx<'_>, hash: &str, link: &LinkRow, now: Timestamp) -> Result<()> {
    tx.execute(&PUT_LINK, params![hash, link.installation, &link.connection, now, link.expires]).map(drop)
}

pub(crate) fn get_link(tx: Tx<'_>, hash: &str) -> Result<Option<LinkRow>> {
    tx.one(&GET_LINK, params![hash], |row| {
        let mut c = row.columns();
        Ok(LinkRow { installation: c.take()?, connection: c.take()?, expires: c.take()?, used: c.take()? })
    })
}

pub(crate) fn use_link(tx: Tx<'_>, hash: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&USE_LINK, params![hash, now])? == 1)
}

fn read(row: &Row<'_>) -> Result<ConnectionRow> {
    let mut c = row.columns();
    Ok(ConnectionRow {
        id: c.take()?,
        installation: c.take()?,
        kind: c.word(|w| w.parse().ok())?,
        provider: c.word(|w| w.parse().ok())?,
        realm: c.take()?,
        subject: c.take()?,
        address: c.take()?,
        name: c.take()?,
        standing: Standing {
            state: c.word(|w| w.parse::<ConnectionState>().ok())?,
            attention: c.take::<Option<String>>()?.map(|w| w.parse()).transpose()?,
            generation: 0,
            fence: 0,
            lease_until: None,
            cooling_until: None,
        },
        scopes: c.take()?,
        refresh_token: c.take()?,
        previous_token: c.take()?,
        claims: None,
        granted: Timestamp::UNIX_EPOCH,
        renewed: Timestamp::UNIX_EPOCH,
    })
    .and_then(|mut row| {
        row.standing.generation = c.take()?;
        row.standing.fence = c.take()?;
        row.standing.lease_until = c.take()?;
        row.standing.cooling_until = c.take()?;
        row.claims = c.take()?;
        row.granted = c.take()?;
        row.renewed = c.take()?;
        Ok(row)
    })
}
