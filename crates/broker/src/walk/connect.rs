//! Making connections of what was granted.

use super::Visitor;
use crate::house::{House, note_of};
use crate::providers::Granted;
use crate::rules::flight::{self, Standing};
use crate::rules::scopes;
use crate::rules::situations::{Situation, Trouble};
use crate::rules::upstream::Proven;
use crate::tables::connections::{self, ConnectionRow, LinkRow};
use crate::tables::requests::AttemptRow;
use crate::tables::{hash, installations};
use crate::vault::{self, refresh_place};
use domain::audit::Entry;
use domain::connections::{ConnectionKind, ConnectionState, Need, Provider};
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::Tx;

/// A link for an administrator, with the word that stands in its address.
#[derive(Debug, Clone)]
pub(crate) struct ConsentLink {
    pub word: String,
    pub expires: Timestamp,
    pub connection: String,
}

impl House {
    /// Makes a connection of a trip that was made for one, or says why not. The connection's id.
    pub(crate) async fn connect(
        &self,
        attempt: &AttemptRow,
        proven: &Proven,
        granted: &Granted,
        visitor: &Visitor,
    ) -> Result<Result<String, Trouble>> {
        let Some(kind) = attempt.purpose.makes() else {
            return Err(Error::internal("a sign-in makes no connection"));
        };
        let of = attempt.installation;
        let domains = self.db.read(move |tx| installations::domains(tx, of)).await?;
        if let Some(situation) = objection(kind, attempt, proven, granted, &domains) {
            let log = format!("connect {} refused", kind.as_str());
            return Ok(Err(Trouble { situation, pause: None, claims: None, refuses_client: false, log }));
        }
        let (keys, now, ip) = (self.keys.clone(), self.now(), visitor.ip.to_string());
        let (attempt, proven, granted) = (attempt.clone(), proven.clone(), granted.clone());
        let fresh = platform::random::id()?.hyphenated().to_string();
        self.db
            .write(move |tx| {
                if kind == ConnectionKind::App && moves(tx, of, &attempt, &proven)? {
                    let log = "an active connection has another tenant".to_owned();
                    let situation = Situation::WrongAccount;
                    return Ok(Err(Trouble {
                        situation,
                        pause: None,
                        claims: None,
                        refuses_client: false,
                        log,
                    }));
                }
                let mut row = row(tx, of, kind, &attempt, &proven, &granted, &fresh, now)?;
                row.refresh_token = match &granted.refresh_token {
                    Some(token) => Some(keys.seal_secret(tx, refresh_place(of, &row.id), token, now)?),
                    None => None,
                };
                connections::put(tx, &row, vault::keep_alive_of(&row, now))?;
                if kind == ConnectionKind::App {
                    installations::set_tenant(tx, of, &row.provider, &row.realm)?;
                    if let Some(link) = &attempt.consent_link {
                        connections::use_link(tx, link, now)?;
                    }
                } else {
                    vault::put_access(tx, &keys, of, &row.id, Need::Documents, &granted, now)?;
                }
                let entry =
                    Entry::done("connection.made", format!("connection:{} {}", row.id, kind.as_str()));
                note_of(tx, of, "browser", entry, now, &ip)?;
                Ok(Ok(row.id))
            })
            .await
    }

    /// Takes a connection back. The secrets are destroyed here; `revoke` also tells the provider, which at Google ends
    /// the account's grants to the whole project.
    /// # Errors
    /// `NotFound` for one that is not this installation's.
    pub(crate) async fn disconnect(
        &self,
        of: InstallationId,
        id: &str,
        revoke: bool,
        actor: &str,
    ) -> Result<()> {
        let (keys, name, now) = (self.keys.clone(), id.to_owned(), self.now());
        let actor = actor.to_owned();
        let (row, token) = self
            .db
            .write(move |tx| {
                let mut row =
                    connections::get(tx, of, &name)?.ok_or_else(|| Error::not_found("connection"))?;
                let place = refresh_place(of, &name);
                // A token that does not open must not keep anybody from disconnecting.
                let token = row.refresh_token.as_deref().and_then(|s| keys.open_secret(tx, place, s).ok());
                row.standing.state = ConnectionState::Disconnected;
                row.standing.attention = None;
                row.standing.generation += 1;
                row.standing.fence += 1;
                row.standing.lease_until = None;
                connections::set_standing(tx, &row)?;
                connections::forget(tx, of, &name)?;
                let entry = Entry::done("connection.disconnected", format!("connection:{name}"));
                note_of(tx, of, &actor, entry, now, "")?;
                Ok((row, token))
            })
            .await?;
        if let (true, Some(token), Some(upstream)) = (revoke, token, self.upstream(&row.provider)) {
            match upstream.revoke(&token, self.now()).await {
                Ok(done) => tracing::info!(connection = id, done, "the provider was told of a disconnection"),
                Err(e) => {
                    tracing::warn!(connection = id, error = ?e, "the provider could not be told of a disconnection");
                }
            }
        }
        Ok(())
    }

    /// A link that asks an administrator of a tenant to agree. The connection waits meanwhile; an active one stays active.
    pub(crate) async fn ask_administrator(
        &self,
        of: InstallationId,
        provider: Provider,
    ) -> Result<ConsentLink> {
        if !self.settings.provider(&provider).is_some_and(|p| p.dialect == scopes::Dialect::Microsoft) {
            return Err(
                Error::invalid("Only Microsoft 365 asks an administrator for consent.").field("provider")
            );
        }
        let (word, fresh) = (vault::word()?, platform::random::id()?.hyphenated().to_string());
        let (now, expires) = (self.now(), self.now() + self.settings.lifetimes.consent_link);
        let token_hash = hash(&word);
        let connection = self
            .db
            .write(move |tx| {
                let existing =
                    connections::of_kind(tx, of, ConnectionKind::App, &provider)?.into_iter().next();
                let id = if let Some(row) = existing {
                    let mut row = row;
                    if row.standing.state != ConnectionState::Active {
                        row.standing.state = ConnectionState::WaitingForAdministrator;
                        row.standing.attention = None;
                        connections::set_standing(tx, &row)?;
                    }
                    row.id
                } else {
                    let row = waiting(of, provider, fresh, now);
                    connections::put(tx, &row, None)?;
                    row.id
                };
                let link = LinkRow { installation: of, connection: id.clone(), expires, used: None };
                connections::put_link(tx, &token_hash, &link, now)?;
                let entry = Entry::done("consent.asked", format!("connection:{id}"));
                note_of(tx, of, "installation", entry, now, "")?;
                Ok(id)
            })
            .await?;
        Ok(ConsentLink { word, expires, connection })
    }

    /// The installation a consent link speaks for.
    /// # Errors
    /// `NotFound` when it is unknown, used or too old.
    pub(crate) async fn consent_link(&self, word: &str) -> Result<installations::Installation> {
        let (link, now) = (hash(word), self.now());
        let found = self
            .db
            .read(move |tx| {
                let link = connections::get_link(tx, &link)?.filter(|l| l.used.is_none() && now < l.expires);
                match link {
                    Some(link) => Ok(installations::get(tx, link.installation)?.filter(|i| i.enabled)),
                    None => Ok(None),
                }
            })
            .await?;
        found.ok_or_else(|| {
            Error::new(
                domain::ErrorKind::NotFound,
                "This link was used already or is too old. Ask whoever sent it to make a new one in Settings.",
            )
        })
    }
}

/// Why a grant makes no connection, if it does not.
fn objection(
    kind: ConnectionKind,
    attempt: &AttemptRow,
    proven: &Proven,
    granted: &Granted,
    domains: &[domain::identity::Registration],
) -> Option<Situation> {
    let unticked = !scopes::missing(&attempt.scopes, &granted.scopes).is_empty();
    match kind {
        ConnectionKind::App if !proven.administrator => Some(Situation::WrongAccount),
        ConnectionKind::App => None,
        _ if unticked || granted.refresh_token.is_none() => Some(Situation::ConsentMissing),
        ConnectionKind::User => None,
        // A personal account, or one of a Workspace that is not the installation's.
        ConnectionKind::SystemUser => {
            let ours = |w: &str| domains.iter().any(|d| d.provider == attempt.provider && d.covers(w));
            let inside = proven.identity.workspace.as_deref().is_some_and(ours);
            (!inside).then_some(Situation::WrongAccount)
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "a row is made of all of them")]
fn row(
    tx: Tx<'_>,
    of: InstallationId,
    kind: ConnectionKind,
    attempt: &AttemptRow,
    proven: &Proven,
    granted: &Granted,
    fresh: &str,
    now: Timestamp,
) -> Result<ConnectionRow> {
    let key = &proven.identity.key;
    let (realm, subject) = match kind {
        ConnectionKind::App => (key.realm.clone(), String::new()),
        ConnectionKind::User | ConnectionKind::SystemUser => (key.realm.clone(), key.subject.clone()),
    };
    let mut before = connections::find(tx, of, kind, &key.provider, &realm, &subject)?;
    if before.is_none() && kind == ConnectionKind::App {
        before = asked(tx, of, attempt)?;
    }
    let mut row = before.unwrap_or_else(|| waiting(of, key.provider.clone(), fresh.to_owned(), now));
    flight::reconnect(&mut row.standing);
    row.kind = kind;
    row.realm = realm;
    row.subject = subject;
    row.address = proven.identity.address.clone().unwrap_or_default();
    row.name.clone_from(&proven.identity.name);
    row.scopes.clone_from(&granted.scopes);
    row.claims = None;
    row.granted = now;
    row.renewed = now;
    Ok(row)
}

/// Whether an active connection would get another tenant. Whoever holds a link must not move an installation to a tenant
/// of theirs; it is disconnected first by those who may.
fn moves(tx: Tx<'_>, of: InstallationId, attempt: &AttemptRow, proven: &Proven) -> Result<bool> {
    let all = connections::of_kind(tx, of, ConnectionKind::App, &attempt.provider)?;
    let other = |c: &ConnectionRow| {
        c.standing.state == ConnectionState::Active && c.realm != proven.identity.key.realm
    };
    Ok(all.iter().any(other))
}

/// The connection an administrator was asked for: that of the link, or one that waits and has no tenant yet.
fn asked(tx: Tx<'_>, of: InstallationId, attempt: &AttemptRow) -> Result<Option<ConnectionRow>> {
    if let Some(link) = &attempt.consent_link
        && let Some(link) = connections::get_link(tx, link)?
    {
        return connections::get(tx, of, &link.connection);
    }
    let all = connections::of_kind(tx, of, ConnectionKind::App, &attempt.provider)?;
    Ok(all.into_iter().find(|c| c.realm.is_empty()))
}

fn waiting(of: InstallationId, provider: Provider, id: String, now: Timestamp) -> ConnectionRow {
    ConnectionRow {
        id,
        installation: of,
        kind: ConnectionKind::App,
        provider,
        realm: String::new(),
        subject: String::new(),
        address: String::new(),
        name: String::new(),
        standing: Standing {
            state: ConnectionState::WaitingForAdministrator,
            attention: None,
            generation: 0,
            fence: 0,
            lease_until: None,
            cooling_until: None,
        },
        scopes: String::new(),
        refresh_token: None,
        previous_token: None,
        claims: None,
        granted: now,
        renewed: now,
    }
}
