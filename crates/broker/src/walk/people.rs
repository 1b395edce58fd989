//! Sessions of browsers: signing in, switching, signing out here and everywhere.

use super::{Session, Visitor};
use crate::house::{House, note};
use crate::rules::upstream::Proven;
use crate::tables::people;
use crate::tables::sessions::{self, SessionRow, Visit};
use crate::tables::{hash, installations};
use crate::vault;
use domain::audit::Entry;
use domain::identity::{Address, IdentityKey};
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::random;
use std::collections::BTreeSet;

/// An installation somebody can go to.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub name: String,
    pub start_url: String,
    /// Whether they have been there before.
    pub known: bool,
}

/// A session in the list of this person's browsers.
#[derive(Debug, Clone)]
pub(crate) struct SessionView {
    pub begun: Timestamp,
    pub last: Timestamp,
    pub user_agent: String,
    pub this: bool,
}

impl House {
    /// The live session of a cookie.
    pub(crate) async fn session(&self, token: &str) -> Result<Option<Session>> {
        let (token_hash, now, idle) = (hash(token), self.now(), self.settings.lifetimes.idle);
        let found = self
            .db
            .read(move |tx| {
                let live = |s: &SessionRow| now < s.expires && now < s.last_seen + idle;
                let Some(row) = sessions::get(tx, &token_hash)?.filter(live) else { return Ok(None) };
                let people = sessions::people(tx, &token_hash)?;
                Ok(Some(Session { row, people }))
            })
            .await?;
        let Some(session) = found else { return Ok(None) };
        if now > session.row.last_seen + std::time::Duration::from_mins(1) {
            let token_hash = session.row.token_hash.clone();
            self.db.write(move |tx| sessions::touch(tx, &token_hash, now)).await?;
        }
        Ok(Some(session))
    }

    /// Somebody has proved who they are: they join this browser's session, which gets a new token. Whatever token the
    /// browser had before is dead from now on (session fixation, ATT-18).
    pub(crate) async fn sign_in(
        &self,
        proven: &Proven,
        visitor: &Visitor,
    ) -> Result<(String, Session, String)> {
        let (token, fresh) = (random::token()?, random::id()?.hyphenated().to_string());
        let (now, absolute) = (self.now(), self.settings.lifetimes.absolute);
        let old = visitor.session.as_ref().map(|s| s.row.token_hash.clone());
        let row = SessionRow {
            token_hash: hash(&token),
            created: now,
            last_seen: now,
            expires: now + absolute,
            user_agent: visitor.user_agent.clone(),
        };
        let identity = proven.identity.clone();
        let (session, handle) = self
            .db
            .write(move |tx| {
                match &old {
                    Some(old) => sessions::rotate(tx, old, &row)?,
                    None => sessions::insert(tx, &row)?,
                }
                let handle = people::put(tx, &identity, &fresh, now)?;
                sessions::put_person(tx, &row.token_hash, &handle, now)?;
                note(
                    tx,
                    InstallationId(0),
                    "browser",
                    Entry::done("session.begun", format!("person:{handle}")),
                    now,
                )?;
                let people = sessions::people(tx, &row.token_hash)?;
                Ok((Session { row, people }, handle))
            })
            .await?;
        metrics::counter!("broker_sign_ins_total", "provider" => proven.identity.key.provider.as_str().to_owned())
            .increment(1);
        Ok((token, session, handle))
    }

    /// As [`House::sign_in`], or, when they are not to join, only noting who it was. The cookie's new word, if it changes.
    pub(crate) async fn sign_in_or_note(
        &self,
        proven: &Proven,
        visitor: &Visitor,
        joins: bool,
    ) -> Result<(Option<String>, Session, String)> {
        if joins {
            let (token, session, handle) = self.sign_in(proven, visitor).await?;
            return Ok((Some(token), session, handle));
        }
        let (fresh, identity, now) =
            (random::id()?.hyphenated().to_string(), proven.identity.clone(), self.now());
        let person = self
            .db
            .write(move |tx| {
                let handle = people::put(tx, &identity, &fresh, now)?;
                Ok(people::Person { handle, identity })
            })
            .await?;
        let handle = person.handle.clone();
        let row = match &visitor.session {
            Some(session) => session.row.clone(),
            None => SessionRow {
                token_hash: hash(&random::token()?),
                created: now,
                last_seen: now,
                expires: now,
                user_agent: String::new(),
            },
        };
        Ok((None, Session { row, people: vec![(person, now)] }, handle))
    }

    /// What installations know somebody by, if they have ever been here.
    pub(crate) async fn handle_of(&self, key: &IdentityKey) -> Result<Option<String>> {
        let key = key.clone();
        self.db.read(move |tx| Ok(people::by_key(tx, &key)?.map(|p| p.handle))).await
    }

    /// Where somebody can go: where they have been, and what has registered their address's domain.
    pub(crate) async fn places(&self, person: &people::Person) -> Result<Vec<Place>> {
        let handle = person.handle.clone();
        let domain = person.identity.address.as_deref().and_then(Address::parse).map(|a| a.domain);
        let provider = person.identity.key.provider.clone();
        self.db
            .read(move |tx| {
                let known: BTreeSet<InstallationId> = sessions::places(tx, &handle)?.into_iter().collect();
                let mut all = known.clone();
                if let Some(domain) = domain {
                    let covering = installations::covering(tx, &domain)?;
                    all.extend(
                        covering
                            .into_iter()
                            .filter(|(_, r)| r.covers(&domain) && r.provider == provider)
                            .map(|(i, _)| i),
                    );
                }
                let mut places = Vec::new();
                for id in all {
                    if let Some(i) =
                        installations::get(tx, id)?.filter(|i| i.enabled && !i.start_url.is_empty())
                    {
                        places.push(Place {
                            name: i.name,
                            start_url: i.start_url,
                            known: known.contains(&id),
                        });
                    }
                }
                places.sort_by(|a, b| b.known.cmp(&a.known).then_with(|| a.name.cmp(&b.name)));
                Ok(places)
            })
            .await
    }

    /// The browsers somebody is signed in with.
    pub(crate) async fn browsers(&self, handle: &str, this: &str) -> Result<Vec<SessionView>> {
        let (handle, this, now) = (handle.to_owned(), this.to_owned(), self.now());
        let rows = self.db.read(move |tx| sessions::of_person(tx, &handle)).await?;
        Ok(rows
            .into_iter()
            .filter(|r| now < r.expires)
            .map(|r| SessionView {
                begun: r.created,
                last: r.last_seen,
                user_agent: r.user_agent,
                this: r.token_hash == this,
            })
            .collect())
    }

    /// Signs everybody out of this browser, and tells the installations it went to.
    pub(crate) async fn sign_out(&self, session: &Session) -> Result<()> {
        let (token, now) = (session.row.token_hash.clone(), self.now());
        let visits = self
            .db
            .write(move |tx| {
                let visits = sessions::visits(tx, &token)?;
                sessions::remove(tx, &token)?;
                note(tx, InstallationId(0), "browser", Entry::done("session.ended", ""), now)?;
                Ok(visits)
            })
            .await?;
        self.tell(visits).await;
        Ok(())
    }

    /// Signs one person out of every browser, and tells the installations.
    pub(crate) async fn sign_out_everywhere(&self, handle: &str) -> Result<()> {
        let (handle, now) = (handle.to_owned(), self.now());
        let visits = self
            .db
            .write(move |tx| {
                let mut visits = Vec::new();
                for row in sessions::of_person(tx, &handle)? {
                    let theirs = sessions::visits(tx, &row.token_hash)?;
                    visits.extend(theirs.into_iter().filter(|v| v.handle == handle));
                    sessions::remove_person(tx, &row.token_hash, &handle)?;
                    if sessions::people(tx, &row.token_hash)?.is_empty() {
                        sessions::remove(tx, &row.token_hash)?;
                    }
                }
                let entry = Entry::done("session.ended_everywhere", format!("person:{handle}"));
                note(tx, InstallationId(0), "browser", entry, now)?;
                Ok(visits)
            })
            .await?;
        self.tell(visits).await;
        Ok(())
    }

    /// Ends somebody's visits to one installation, because it says so: the next sign-in there asks again.
    pub(crate) async fn sign_out_from(&self, of: InstallationId, key: &IdentityKey) -> Result<()> {
        let (key, now) = (key.clone(), self.now());
        self.db
            .write(move |tx| {
                let Some(person) = people::by_key(tx, &key)? else { return Ok(()) };
                sessions::remove_visits(tx, &person.handle, of)?;
                let entry = Entry::done("session.ended_by_installation", format!("person:{}", person.handle));
                note(tx, of, "client", entry, now)
            })
            .await
    }

    /// Tells installations that visits are over (Back-Channel Logout 1.0). One that cannot be reached ends its sessions by
    /// their own age.
    pub(crate) async fn tell(&self, visits: Vec<Visit>) {
        for visit in visits {
            if let Err(e) = self.tell_one(&visit).await {
                tracing::warn!(installation = visit.installation.0, error = ?e, "an installation could not be told of a sign-out");
            }
        }
    }

    /// A browser that has no session gets an unguessable word of its own, to bind its trips to.
    pub(crate) fn new_browser() -> Result<String> {
        vault::word()
    }
}
