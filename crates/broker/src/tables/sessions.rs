//! Browsers that are signed in here.

use super::people::{self, Person};
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// A new session.
    INSERT = "INSERT INTO sessions (token_hash, created_at, last_seen, expires_at, user_agent)
        VALUES ($1, $2, $2, $3, $4)";
    /// A session.
    GET = "SELECT token_hash, created_at, last_seen, expires_at, user_agent FROM sessions WHERE token_hash = $1";
    /// A session is used.
    TOUCH = "UPDATE sessions SET last_seen = $2 WHERE token_hash = $1";
    /// A session ends.
    REMOVE = "DELETE FROM sessions WHERE token_hash = $1";
    /// Its people.
    REMOVE_PEOPLE = "DELETE FROM session_people WHERE session = $1";
    /// Its visits.
    REMOVE_VISITS = "DELETE FROM session_visits WHERE session = $1";
    /// Its people move to a session with a new token.
    MOVE_PEOPLE = "UPDATE session_people SET session = $2 WHERE session = $1";
    /// Its visits move along.
    MOVE_VISITS = "UPDATE session_visits SET session = $2 WHERE session = $1";
    /// Somebody has signed in here.
    PUT_PERSON = "INSERT INTO session_people (session, handle, signed_in_at) VALUES ($1, $2, $3)
        ON CONFLICT (session, handle) DO UPDATE SET signed_in_at = excluded.signed_in_at";
    /// One person signs out.
    REMOVE_PERSON = "DELETE FROM session_people WHERE session = $1 AND handle = $2";
    /// One person's visits.
    REMOVE_PERSON_VISITS = "DELETE FROM session_visits WHERE session = $1 AND handle = $2";
    /// Who has signed in here, the latest first.
    PEOPLE = "SELECT p.handle, p.provider, p.realm, p.subject, p.address, p.vouched, p.name, p.workspace, s.signed_in_at
        FROM session_people s JOIN people p ON p.handle = s.handle WHERE s.session = $1
        ORDER BY s.signed_in_at DESC, p.handle";
    /// Sessions of one person.
    OF_PERSON = "SELECT s.token_hash, s.created_at, s.last_seen, s.expires_at, s.user_agent FROM session_people p
        JOIN sessions s ON s.token_hash = p.session WHERE p.handle = $1 ORDER BY s.last_seen DESC";
    /// Somebody goes to an installation.
    PUT_VISIT = "INSERT INTO session_visits (session, installation_id, handle, sid, last_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (session, installation_id, handle) DO UPDATE SET last_at = excluded.last_at RETURNING sid";
    /// Visits of a browser, the latest first.
    VISITS = "SELECT installation_id, handle, sid, last_at FROM session_visits WHERE session = $1
        ORDER BY last_at DESC, installation_id";
    /// Where somebody has gone from any browser.
    PLACES = "SELECT DISTINCT installation_id FROM session_visits WHERE handle = $1 ORDER BY installation_id";
    /// Somebody's visits to an installation are over.
    REMOVE_VISITS_TO = "DELETE FROM session_visits WHERE handle = $1 AND installation_id = $2";
}

/// A browser's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionRow {
    pub token_hash: String,
    pub created: Timestamp,
    pub last_seen: Timestamp,
    pub expires: Timestamp,
    pub user_agent: String,
}

/// Somebody's visit to an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    pub installation: InstallationId,
    pub handle: String,
    /// The public id of this visit (`sid`, Back-Channel Logout 1.0).
    pub sid: String,
    pub last: Timestamp,
}

pub(crate) fn insert(tx: Tx<'_>, new: &SessionRow) -> Result<()> {
    tx.execute(&INSERT, params![&new.token_hash, new.created, new.expires, &new.user_agent]).map(drop)
}

pub(crate) fn get(tx: Tx<'_>, token_hash: &str) -> Result<Option<SessionRow>> {
    tx.one(&GET, params![token_hash], read)
}

pub(crate) fn touch(tx: Tx<'_>, token_hash: &str, now: Timestamp) -> Result<()> {
    tx.execute(&TOUCH, params![token_hash, now]).map(drop)
}

/// Gives a session a new token; the old one is dead at once.
pub(crate) fn rotate(tx: Tx<'_>, old: &str, new: &SessionRow) -> Result<()> {
    insert(tx, new)?;
    tx.execute(&MOVE_PEOPLE, params![old, &new.token_hash])?;
    tx.execute(&MOVE_VISITS, params![old, &new.token_hash])?;
    tx.execute(&REMOVE, params![old]).map(drop)
}

pub(crate) fn remove(tx: Tx<'_>, token_hash: &str) -> Result<()> {
    tx.execute(&REMOVE_VISITS, params![token_hash])?;
    tx.execute(&REMOVE_PEOPLE, params![token_hash])?;
    tx.execute(&REMOVE, params![token_hash]).map(drop)
}

pub(crate) fn put_person(tx: Tx<'_>, session: &str, handle: &str, now: Timestamp) -> Result<()> {
    tx.execute(&PUT_PERSON, params![session, handle, now]).map(drop)
}

pub(crate) fn remove_person(tx: Tx<'_>, session: &str, handle: &str) -> Result<()> {
    tx.execute(&REMOVE_PERSON_VISITS, params![session, handle])?;
    tx.execute(&REMOVE_PERSON, params![session, handle]).map(drop)
}

pub(crate) fn people(tx: Tx<'_>, session: &str) -> Result<Vec<(Person, Timestamp)>> {
    tx.all(&PEOPLE, params![session], |row| Ok((people::read(row)?, row.get(8)?)))
}

pub(crate) fn of_person(tx: Tx<'_>, handle: &str) -> Result<Vec<SessionRow>> {
    tx.all(&OF_PERSON, params![handle], read)
}

/// Notes a visit; `fresh` is its public id if it is the first. Gives the public id.
pub(crate) fn put_visit(tx: Tx<'_>, session: &str, visit: &Visit) -> Result<String> {
    let values = params![session, visit.installation, &visit.handle, &visit.sid, visit.last];
    tx.one(&PUT_VISIT, values, |row| row.get(0))?
        .ok_or_else(|| domain::Error::internal("a visit was kept and has no id"))
}

pub(crate) fn visits(tx: Tx<'_>, session: &str) -> Result<Vec<Visit>> {
    tx.all(&VISITS, params![session], |row| {
        let mut c = row.columns();
        Ok(Visit { installation: c.take()?, handle: c.take()?, sid: c.take()?, last: c.take()? })
    })
}

pub(crate) fn places(tx: Tx<'_>, handle: &str) -> Result<Vec<InstallationId>> {
    tx.all(&PLACES, params![handle], |row| row.get(0))
}

pub(crate) fn remove_visits(tx: Tx<'_>, handle: &str, installation: InstallationId) -> Result<()> {
    tx.execute(&REMOVE_VISITS_TO, params![handle, installation]).map(drop)
}

fn read(row: &platform::sql::Row<'_>) -> Result<SessionRow> {
    let mut c = row.columns();
    Ok(SessionRow {
        token_hash: c.take()?,
        created: c.take()?,
        last_seen: c.take()?,
        expires: c.take()?,
        user_agent: c.take()?,
    })
}
