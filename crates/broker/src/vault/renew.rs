//! Handing out access tokens, and renewing grants: one call to the provider for all who wait.

use super::{access_place, refresh_place};
use crate::house::House;
use crate::providers::{Asked, Granted, Presented, Upstream};
use crate::rules::flight::{self, Look, Outcome, Settled};
use crate::rules::scopes;
use crate::rules::situations::{Situation, Trouble};
use crate::tables::connections::{self, AccessRow, ConnectionRow};
use domain::audit::Entry;
use domain::connections::{Attention, Claims, ConnectionKind, ConnectionState, Need};
use domain::{Error, InstallationId, Result};
use jiff::{SignedDuration, Timestamp};
use platform::sql::Tx;
use platform::{Secret, digest, jwt};
use std::sync::Arc;
use std::time::Duration;

/// An access token that is handed out.
#[derive(Debug, Clone)]
pub struct Handed {
    /// The token.
    pub token: Secret,
    /// When it ends.
    pub expires: Timestamp,
    /// Its scopes, in the provider's words.
    pub scopes: String,
}

/// Why none is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is no such connection of this installation, or it is not connected.
    Absent,
    /// The grant does not work until somebody repairs it.
    Broken(Option<Attention>),
    /// The provider does not answer well; ask again after this long.
    Later(SignedDuration),
    /// The provider has nothing for this need.
    Unsupported,
}

/// What is wrong with the access token that is stored, for whoever needs another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unfit {
    /// One made at this instant or before will not do.
    pub at: Option<Timestamp>,
    /// The one with this SHA-256, in base64url, was refused by a resource.
    pub token: Option<String>,
    /// What the resource wants to see in the next one.
    pub claims: Option<Claims>,
}

impl From<Option<Timestamp>> for Unfit {
    fn from(at: Option<Timestamp>) -> Self {
        Self { at, ..Self::default() }
    }
}

/// What has to be done for somebody who wants a token.
#[expect(clippy::large_enum_variant, reason = "lives for one step, on the stack")]
enum Next {
    Hand(Handed),
    Refuse(Refused),
    Wait,
    Ask(Turn),
}

/// The right to ask the provider.
struct Turn {
    fence: i64,
    row: ConnectionRow,
    current: Option<Secret>,
    previous: Option<Secret>,
    /// What the new token has to fulfil.
    claims: Option<Claims>,
}

/// How often somebody who waits for another node looks again, and how often at most.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
const LOOKS: u32 = 170;
/// A token that was made so short a while ago was got for the same challenge by somebody else.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(60);
/// How often a write of new tokens is tried before they are given up.
const WRITES: u32 = 5;

impl House {
    /// An access token of a connection for a need.
    ///
    /// Everybody in this process who wants the same one waits behind one caller; other nodes wait for its lease.
    /// `unfit` says what is wrong with the stored one, when a resource has refused it: it is not handed out then. What was
    /// begun at the provider is finished and stored even when the caller goes away.
    pub async fn access_token(
        self: &Arc<Self>,
        installation: InstallationId,
        connection: &str,
        need: Need,
        unfit: impl Into<Unfit>,
    ) -> Result<Result<Handed, Refused>> {
        let unfit = unfit.into();
        let line = self.line(connection);
        let _turn = line.lock().await;
        for _ in 0..LOOKS {
            let keys = self.keys.clone();
            let (id, now, unfit) = (connection.to_owned(), self.now(), unfit.clone());
            let next = self
                .db
                .write(move |tx| {
                    let Some(mut row) = connections::get(tx, installation, &id)? else {
                        return Ok(Next::Refuse(Refused::Absent));
                    };
                    let stored = fit(tx, &keys, &row, need, &unfit, now)?;
                    let mut next = next(tx, &keys, &mut row, need, stored, now)?;
                    if let (Next::Ask(turn), Some(claims)) = (&mut next, unfit.claims) {
                        turn.row.claims = Some(claims.as_str().to_owned());
                        turn.claims = Some(claims);
                    }
                    Ok(next)
                })
                .await?;
            match next {
                Next::Hand(handed) => return Ok(Ok(handed)),
                Next::Refuse(why) => return Ok(Err(why)),
                Next::Wait => tokio::time::sleep(LOOK_AGAIN).await,
                Next::Ask(turn) => {
                    let house = Arc::clone(self);
                    let asking = tokio::spawn(async move { house.ask(turn, need).await });
                    return asking
                        .await
                        .map_err(|e| Error::internal("asking a provider broke off").caused_by(e))?;
                }
            }
        }
        Ok(Err(Refused::Later(flight::PAUSE)))
    }

    /// Asks the provider with the current token; when that one is dead and an earlier one is kept, with that.
    async fn ask(&self, turn: Turn, need: Need) -> Result<Result<Handed, Refused>> {
        let row = &turn.row;
        let Some(upstream) = self.upstream(&row.provider) else {
            return Ok(Err(Refused::Later(flight::LONGEST_PAUSE)));
        };
        let dialect = upstream.settings.dialect;
        let wanted = scopes::of_need(dialect, need);
        if wanted.is_empty() {
            // The lease is given back; nothing was asked.
            let _given_back =
                self.settle(&turn, need, Err(passing(Some(SignedDuration::from_secs(1))))).await?;
            return Ok(Err(Refused::Unsupported));
        }
        let wanted = (wanted.join(" "), turn.claims.as_ref());
        let tenant = tenant_of(row);
        let mut answer = self.present(&upstream, row.kind, turn.current.as_ref(), &wanted, tenant).await?;
        if let (Asked::Trouble(trouble), Some(previous)) = (&answer, &turn.previous)
            && trouble.situation == Situation::GrantEnded
        {
            answer = self.present(&upstream, row.kind, Some(previous), &wanted, tenant).await?;
        }
        let outcome = match answer {
            Asked::Good(granted) => Ok(granted),
            Asked::Trouble(trouble) => Err(trouble),
        };
        self.settle(&turn, need, outcome).await
    }

    async fn present(
        &self,
        upstream: &Upstream,
        kind: ConnectionKind,
        token: Option<&Secret>,
        (scopes, claims): &(String, Option<&Claims>),
        tenant: &str,
    ) -> Result<Asked<Granted>> {
        metrics::counter!("broker_renewals_total", "provider" => upstream.settings.name.as_str().to_owned())
            .increment(1);
        let claims = claims.map(Claims::as_str);
        let presented = match (kind, token) {
            (ConnectionKind::App, _) => {
                Presented::Client { scopes: "https://graph.microsoft.com/.default", claims }
            }
            (_, Some(token)) => Presented::Refresh { token, scopes, claims },
            (_, None) => {
                return Ok(Asked::Trouble(Trouble { situation: Situation::GrantEnded, ..passing(None) }));
            }
        };
        upstream.token(presented, tenant, self.now()).await
    }

    /// Writes what came back. New tokens are written before anybody gets them; a write that fails is tried again, and the
    /// old token stays stored and valid at the provider meanwhile.
    async fn settle(
        &self,
        turn: &Turn,
        need: Need,
        answer: Result<Granted, Trouble>,
    ) -> Result<Result<Handed, Refused>> {
        let answer = Arc::new(answer);
        let mut tries = 0;
        loop {
            let (keys, row, fence) = (self.keys.clone(), turn.row.clone(), turn.fence);
            let (answer, now) = (Arc::clone(&answer), self.now());
            let written = self.db.write(move |tx| write(tx, &keys, &row, fence, need, &answer, now)).await;
            match written {
                Ok(result) => return Ok(result),
                Err(e) if tries < WRITES && e.kind() == domain::ErrorKind::Unavailable => {
                    tracing::warn!(error = ?e, tries, "new tokens could not be written; trying again");
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(50 << tries)).await;
                }
                Err(e) => return Err(e),
            }
        }
    }
}

fn next(
    tx: Tx<'_>,
    keys: &super::DataKeys,
    row: &mut ConnectionRow,
    need: Need,
    stored: Option<AccessRow>,
    now: Timestamp,
) -> Result<Next> {
    // A token is renewed at the time the provider recommends, but until its end it is better than none.
    let due = stored.as_ref().is_some_and(|a| a.renew <= now);
    let good_until = stored.as_ref().map(|a| a.expires);
    let look = flight::look(&row.standing, good_until.filter(|_| !due), now);
    Ok(match (look, stored) {
        (Look::Fresh, Some(access)) => Next::Hand(open_access(tx, keys, row, need, &access)?),
        // Somebody else renews, or the provider does not answer: what is stored still works.
        (Look::Busy(_) | Look::Cooling(_), Some(access)) if now < access.expires => {
            Next::Hand(open_access(tx, keys, row, need, &access)?)
        }
        (Look::Broken(attention), _) => Next::Refuse(Refused::Broken(attention)),
        (Look::Absent, _) => Next::Refuse(Refused::Absent),
        (Look::Cooling(until), _) => Next::Refuse(Refused::Later(until.duration_since(now))),
        (Look::Busy(_) | Look::Fresh, _) => Next::Wait,
        (Look::Free, _) => {
            let Some(fence) = flight::take(&mut row.standing, None, now) else { return Ok(Next::Wait) };
            connections::set_standing(tx, row)?;
            let place = refresh_place(row.installation, &row.id);
            let open = |sealed: Option<&[u8]>| sealed.map(|s| keys.open_secret(tx, place, s)).transpose();
            let (current, previous) =
                (open(row.refresh_token.as_deref())?, open(row.previous_token.as_deref())?);
            Next::Ask(Turn { fence, row: row.clone(), current, previous, claims: None })
        }
    })
}

/// The stored token, unless it is the one that will not do. What a challenge wants to see is only in a token that was got
/// because of it.
fn fit(
    tx: Tx<'_>,
    keys: &super::DataKeys,
    row: &ConnectionRow,
    need: Need,
    unfit: &Unfit,
    now: Timestamp,
) -> Result<Option<AccessRow>> {
    let Some(stored) = connections::get_access(tx, &row.id, need)? else { return Ok(None) };
    let later = unfit.at.is_none_or(|at| stored.made > at);
    let fulfils = unfit.claims.is_none() || now < stored.made + JUST_NOW;
    if !later || !fulfils {
        return Ok(None);
    }
    if let Some(refused) = &unfit.token {
        let token = open_access(tx, keys, row, need, &stored)?.token;
        let hash = jwt::base64url(&digest::sha256(token.reveal().as_bytes()));
        if digest::equal(hash.as_bytes(), refused.as_bytes()) {
            return Ok(None);
        }
    }
    Ok(Some(stored))
}

fn open_access(
    tx: Tx<'_>,
    keys: &super::DataKeys,
    row: &ConnectionRow,
    need: Need,
    access: &AccessRow,
) -> Result<Handed> {
    let place = access_row(&row.id, need);
    let token = keys.open_secret(tx, access_place(row.installation, &place), &access.token)?;
    Ok(Handed { token, expires: access.expires, scopes: access.scopes.clone() })
}

pub(crate) fn access_row(connection: &str, need: Need) -> String {
    format!("{connection}/{}", need.as_str())
}

fn write(
    tx: Tx<'_>,
    keys: &super::DataKeys,
    asked: &ConnectionRow,
    fence: i64,
    need: Need,
    answer: &Result<Granted, Trouble>,
    now: Timestamp,
) -> Result<Result<Handed, Refused>> {
    let Some(mut row) = connections::get(tx, asked.installation, &asked.id)? else {
        return Ok(Err(Refused::Absent));
    };
    let outcome = match answer {
        Ok(granted) => Outcome::Renewed { replaced: granted.refresh_token.is_some() },
        Err(trouble) => outcome(trouble),
    };
    let settled = flight::settle(&mut row.standing, fence, asked.standing.generation, outcome, now);
    if let Err(trouble) = answer {
        // The challenge itself, where the provider wants to see the person because of it and names no other.
        let challenge = asked.claims.clone().filter(|_| trouble.situation.attention().is_some());
        row.claims = trouble.claims.clone().or(challenge).or(row.claims);
    }
    if settled != Settled::Superseded {
        connections::set_standing(tx, &row)?;
    }
    match (settled, answer) {
        (Settled::Store, Ok(granted)) => store(tx, keys, &row, need, granted, now).map(Ok),
        // Somebody newer is in charge of the row; the token itself is good for whoever asked for it.
        (_, Ok(granted)) if row.standing.state == ConnectionState::Active => Ok(Ok(handed(granted, now))),
        (Settled::Marked(attention), Err(trouble)) => {
            connections::drop_access(tx, &row.id)?;
            let entry = Entry::refused(
                "connection.needs_attention",
                format!("connection:{}", row.id),
                attention.as_str(),
            );
            crate::house::note(tx, row.installation, "system", entry, now)?;
            tracing::warn!(connection = %row.id, attention = attention.as_str(), log = %trouble.log, "a grant has ended");
            metrics::counter!("broker_grants_ended_total", "reason" => attention.as_str()).increment(1);
            Ok(Err(Refused::Broken(Some(attention))))
        }
        (Settled::Paused(until), _) => Ok(Err(Refused::Later(until.duration_since(now)))),
        _ => Ok(Err(Refused::Later(SignedDuration::from_secs(1)))),
    }
}

fn store(
    tx: Tx<'_>,
    keys: &super::DataKeys,
    row: &ConnectionRow,
    need: Need,
    granted: &Granted,
    now: Timestamp,
) -> Result<Handed> {
    if let Some(refresh) = &granted.refresh_token {
        let sealed = keys.seal_secret(tx, refresh_place(row.installation, &row.id), refresh, now)?;
        connections::replace_refresh(tx, row.installation, &row.id, &sealed)?;
    }
    connections::renewed(tx, row.installation, &row.id, now, super::keep_alive::next(row, now))?;
    put_access(tx, keys, row.installation, &row.id, need, granted, now)?;
    Ok(handed(granted, now))
}

/// Keeps an access token, sealed.
pub(crate) fn put_access(
    tx: Tx<'_>,
    keys: &super::DataKeys,
    installation: InstallationId,
    connection: &str,
    need: Need,
    granted: &Granted,
    now: Timestamp,
) -> Result<()> {
    let place = access_row(connection, need);
    let token = keys.seal_secret(tx, access_place(installation, &place), &granted.access_token, now)?;
    let whole = handed(granted, now);
    let renew =
        granted.refresh_in.map_or(whole.expires - flight::MARGIN, |s| now + SignedDuration::from_secs(s));
    let access = AccessRow {
        token,
        scopes: whole.scopes,
        made: now,
        expires: whole.expires,
        renew: renew.min(whole.expires),
    };
    connections::put_access(tx, connection, need, &access)
}

fn handed(granted: &Granted, now: Timestamp) -> Handed {
    Handed {
        token: granted.access_token.clone(),
        expires: now + SignedDuration::from_secs(granted.expires_in),
        scopes: granted.scopes.clone(),
    }
}

/// What trouble means for the grant it is about.
fn outcome(trouble: &Trouble) -> Outcome {
    match (trouble.situation, trouble.situation.attention()) {
        (Situation::SignInAgain, Some(attention)) => Outcome::Interaction(attention),
        (_, Some(attention)) => Outcome::Broken(attention),
        (Situation::Loop, None) => Outcome::Passing { pause: Some(SignedDuration::from_mins(5)) },
        (_, None) => Outcome::Passing { pause: trouble.pause },
    }
}

fn passing(pause: Option<SignedDuration>) -> Trouble {
    Trouble { situation: Situation::Busy, pause, claims: None, refuses_client: false, log: String::new() }
}

/// The Microsoft tenant whose endpoint a connection's tokens come from.
pub(crate) fn tenant_of(row: &ConnectionRow) -> &str {
    if row.provider.is_microsoft() && !row.realm.is_empty() { &row.realm } else { "organizations" }
}
