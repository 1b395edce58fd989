//! Sign-in links and sessions.

use super::{Access, hash};
use domain::audit::Entry;
use domain::records::{Admission, Associate, Installation};
use domain::{Actor, AssociateId, Ctx, Error, ErrorKind, InstallationId, Result, text};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use store::{LinkUse, NewAudit, Tx};
use uuid::Uuid;

/// A single-use sign-in link.
#[derive(Debug, Clone)]
pub struct SignInLink {
    /// The token for the address `/enter/{token}`.
    pub token: String,
    /// When it can no longer be used.
    pub expires: Timestamp,
    /// Whom it admits.
    pub associate: Associate,
}

/// How a request proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// The session cookie of a browser.
    Cookie,
    /// An API token, by its name.
    Bearer(String),
}

/// Somebody who is in.
#[derive(Debug, Clone)]
pub struct Session {
    /// A public name for lists and for ending it; not the token.
    pub id: String,
    /// The token every form carries.
    pub csrf: String,
    /// Who.
    pub associate: Arc<Associate>,
    /// Where.
    pub installation: Arc<Installation>,
    /// How.
    pub via: Via,
}

impl Session {
    /// The context of one request of this session.
    pub fn ctx(&self, now: Timestamp, request: Uuid, seed: u64) -> Ctx {
        Ctx::new(self.installation.id, Actor::Associate(Arc::clone(&self.associate)), now, request, seed)
    }
}

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The token for the cookie. Shown to the browser once, stored hashed.
    pub token: String,
    /// The session.
    pub session: Session,
}

/// A session in the list of one's own.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its public name.
    pub id: String,
    /// Begun at.
    pub created: Timestamp,
    /// Last used at.
    pub last_seen: Timestamp,
    /// The browser, as it described itself.
    pub user_agent: String,
}

/// A session about to begin: its secrets, made before the transaction that begins it.
#[derive(Debug)]
pub(crate) struct Prepared {
    token: String,
    csrf: String,
    user_agent: String,
    now: Timestamp,
    expires: Timestamp,
}

impl Prepared {
    /// Begins the session, for somebody who may sign in. Gives it with the hash of its token.
    pub(crate) fn insert(
        self,
        tx: &Tx<'_>,
        installation: InstallationId,
        associate: AssociateId,
    ) -> Result<Option<(NewSession, String)>> {
        let Some((who, at)) = person(tx, installation, associate)? else { return Ok(None) };
        if admitted(&who).is_err() {
            return Ok(None);
        }
        let token_hash = hash(&self.token);
        let row = store::Session {
            token_hash: token_hash.clone(),
            installation,
            associate,
            csrf: self.csrf.clone(),
            created: self.now,
            last_seen: self.now,
            expires: self.expires,
            user_agent: self.user_agent,
            ended: None,
        };
        tx.sessions().insert(&row)?;
        let session = Session {
            id: public_id(&token_hash),
            csrf: self.csrf,
            associate: Arc::new(who),
            installation: Arc::new(at),
            via: Via::Cookie,
        };
        Ok(Some((NewSession { token: self.token, session }, token_hash)))
    }
}

impl Access<'_> {
    /// Prepares a session for a browser.
    pub(crate) fn prepare(self, user_agent: &str, now: Timestamp) -> Result<Prepared> {
        Ok(Prepared {
            token: platform::random::token()?,
            csrf: platform::random::token()?,
            user_agent: user_agent.chars().filter(|c| !c.is_control()).take(200).collect(),
            now,
            expires: now + self.app.settings().session_absolute,
        })
    }

    /// Makes a single-use sign-in link for an associate. The product itself (command line) may make one for
    /// anybody who may sign in, an administrator for anybody in their installation.
    /// # Errors
    /// `NotFound` for an unknown login; `Conflict` for somebody who may not sign in.
    pub async fn make_link(&self, ctx: &Ctx, login: &str) -> Result<SignInLink> {
        ctx.require_administrator()?;
        let (installation, now) = (ctx.installation, ctx.now);
        let login = text::required_line("login", login, 120)?;
        let token = platform::random::token()?;
        let (token_hash, expires) = (hash(&token), now + self.app.settings().link_life);
        let made_by = match &ctx.actor {
            Actor::Associate(a) => a.login.clone(),
            Actor::System => "command line".to_owned(),
        };
        let ctx = ctx.clone();
        let associate = self
            .app
            .store()
            .write(move |tx| {
                let who =
                    tx.associates(installation).by_login(&login)?.ok_or_else(|| unknown_login(&login))?;
                admitted(&who)?;
                let link = store::SignInLink {
                    token_hash,
                    installation,
                    associate: who.id,
                    created: now,
                    expires,
                    used: None,
                    made_by,
                };
                tx.sign_in_links().insert(&link)?;
                let entry = Entry::done("sign_in_link.made", format!("associate:{}", who.id));
                tx.audit(installation).record(&NewAudit::of(&ctx, entry))?;
                Ok(who)
            })
            .await?;
        Ok(SignInLink { token, expires, associate })
    }

    /// Enters with a sign-in link: consumes it and begins a fresh session.
    /// # Errors
    /// `Unauthenticated`, saying whether the link is unknown, used or expired; the same for somebody who may no
    /// longer sign in.
    pub async fn enter(
        &self,
        token: &str,
        now: Timestamp,
        request: Uuid,
        user_agent: &str,
        ip: &str,
    ) -> Result<NewSession> {
        let prepared = self.prepare(user_agent, now)?;
        let (link_hash, ip) = (hash(token), ip.to_owned());
        let entered = self
            .app
            .store()
            .write(move |tx| {
                let link = match tx.sign_in_links().consume(&link_hash, now)? {
                    LinkUse::Consumed(link) => link,
                    LinkUse::Used(link) => return refuse(tx, &link, now, request, &ip, "used"),
                    LinkUse::Expired(link) => return refuse(tx, &link, now, request, &ip, "expired"),
                    LinkUse::Unknown => return Ok(Err(Refusal::Unknown)),
                };
                let Some((who, _)) = person(tx, link.installation, link.associate)? else {
                    return Ok(Err(Refusal::Unknown));
                };
                if admitted(&who).is_err() {
                    return refuse(tx, &link, now, request, &ip, "not admitted");
                }
                let Some((new, _)) = prepared.insert(tx, link.installation, link.associate)? else {
                    return Ok(Err(Refusal::Unknown));
                };
                record(tx, &link, now, request, &ip, Entry::done("session.begun", object(link.associate)))?;
                Ok(Ok(new))
            })
            .await?;
        metrics::counter!("chancery_sign_ins_total", "outcome" => if entered.is_ok() { "done" } else { "refused" })
            .increment(1);
        entered.map_err(Refusal::into_error)
    }

    /// The live session of a cookie, or `None` when it is unknown, ended, unused for too long, or of somebody who
    /// may no longer sign in.
    pub async fn resume(&self, session_token: &str, now: Timestamp) -> Result<Option<Session>> {
        let token_hash = hash(session_token);
        let idle = self.app.settings().session_idle;
        let looked_up = token_hash.clone();
        let found = self
            .app
            .store()
            .read(move |tx| {
                let Some(row) = tx.sessions().get(&looked_up)?.filter(|s| is_live(s, now, idle)) else {
                    return Ok(None);
                };
                let person = person(tx, row.installation, row.associate)?;
                Ok(person.filter(|(a, _)| a.admission() == Admission::Admitted).map(|p| (row, p)))
            })
            .await?;
        let Some((row, (associate, installation))) = found else {
            return Ok(None);
        };
        if self.app.0.session_touch.is_due(&token_hash, now) {
            let hash = token_hash.clone();
            self.app.store().write(move |tx| tx.sessions().touch(&hash, now)).await?;
        }
        Ok(Some(Session {
            id: public_id(&token_hash),
            csrf: row.csrf,
            associate: Arc::new(associate),
            installation: Arc::new(installation),
            via: Via::Cookie,
        }))
    }

    /// The caller's live sessions, newest first.
    pub async fn sessions(&self, ctx: &Ctx) -> Result<Vec<SessionRow>> {
        let rows = self.live(ctx).await?;
        Ok(rows
            .into_iter()
            .map(|s| SessionRow {
                id: public_id(&s.token_hash),
                created: s.created,
                last_seen: s.last_seen,
                user_agent: s.user_agent,
            })
            .collect())
    }

    /// Ends one of the caller's sessions: signing out, here or elsewhere. Ending one that is over changes nothing.
    pub async fn end_session(&self, ctx: &Ctx, id: &str) -> Result<()> {
        let row = self.live(ctx).await?.into_iter().find(|s| public_id(&s.token_hash) == id);
        let Some(row) = row else {
            return Ok(());
        };
        let (installation, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done("session.ended", object(row.associate)));
        self.app
            .store()
            .write(move |tx| {
                tx.sessions().end(&row.token_hash, now)?;
                tx.audit(installation).record(&audit)?;
                Ok(())
            })
            .await
    }

    /// Ends all sessions of the caller but this one. The number that were ended.
    pub async fn end_other_sessions(&self, ctx: &Ctx, this: &str) -> Result<usize> {
        let others: Vec<_> =
            self.live(ctx).await?.into_iter().filter(|s| public_id(&s.token_hash) != this).collect();
        let (installation, now, count) = (ctx.installation, ctx.now, others.len());
        let audit = NewAudit::of(ctx, Entry::done("session.others_ended", object(ctx.associate()?.id)));
        self.app
            .store()
            .write(move |tx| {
                for session in &others {
                    tx.sessions().end(&session.token_hash, now)?;
                }
                tx.audit(installation).record(&audit)?;
                Ok(())
            })
            .await?;
        Ok(count)
    }

    async fn live(&self, ctx: &Ctx) -> Result<Vec<store::Session>> {
        let (installation, associate, now) = (ctx.installation, ctx.associate()?.id, ctx.now);
        let idle = self.app.settings().session_idle;
        let mut rows =
            self.app.store().read(move |tx| tx.sessions().live_of(installation, associate, now)).await?;
        rows.retain(|row| is_live(row, now, idle));
        Ok(rows)
    }
}

/// Why a link was refused. Refusals are recorded, so the transaction that finds them must commit.
enum Refusal {
    Unknown,
    Because(&'static str),
}

impl Refusal {
    fn into_error(self) -> Error {
        let sentence = match self {
            Self::Unknown => {
                "This sign-in link is not known here. Check that you copied all of it, or ask for a new one."
            }
            Self::Because("used") => {
                "This sign-in link has been used already; each works once. Ask for a new one."
            }
            Self::Because("expired") => "This sign-in link is too old. Ask for a new one.",
            Self::Because(_) => {
                "You cannot sign in at the moment. Ask an administrator of your installation to look at your user."
            }
        };
        Error::new(ErrorKind::Unauthenticated, sentence)
    }
}

fn refuse<T>(
    tx: &Tx<'_>,
    link: &store::SignInLink,
    now: Timestamp,
    request: Uuid,
    ip: &str,
    reason: &'static str,
) -> Result<std::result::Result<T, Refusal>> {
    record(tx, link, now, request, ip, Entry::refused("session.refused", object(link.associate), reason))?;
    Ok(Err(Refusal::Because(reason)))
}

fn record(
    tx: &Tx<'_>,
    link: &store::SignInLink,
    now: Timestamp,
    request: Uuid,
    ip: &str,
    entry: Entry,
) -> Result<()> {
    let actor = object(link.associate);
    tx.audit(link.installation).record(&NewAudit { at: now, actor, entry, request, ip: ip.to_owned() })?;
    Ok(())
}

pub(super) fn person(
    tx: &Tx<'_>,
    installation: InstallationId,
    associate: AssociateId,
) -> Result<Option<(Associate, Installation)>> {
    let who = tx.associates(installation).get(associate)?;
    Ok(who.zip(tx.installations().by_id(installation)?))
}

fn admitted(who: &Associate) -> Result<()> {
    match who.admission() {
        Admission::Admitted => Ok(()),
        Admission::Retired => Err(Error::conflict(format!(
            "{} has left and cannot sign in. Take back the retirement first.",
            who.full_name()
        ))),
        Admission::NoPlan => Err(Error::conflict(format!(
            "{} has no user plan and cannot sign in. Give them a plan first.",
            who.full_name()
        ))),
    }
}

fn unknown_login(login: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("Nobody here has the login {login:?}. Look at the list of associates and try again."),
    )
}

fn is_live(session: &store::Session, now: Timestamp, idle: Duration) -> bool {
    session.ended.is_none() && now < session.expires && now < session.last_seen + idle
}

/// The first 16 digits of the token's hash: enough to name a session among one's own, useless to enter with.
fn public_id(token_hash: &str) -> String {
    token_hash.chars().take(16).collect()
}

pub(super) fn object(id: AssociateId) -> String {
    format!("associate:{id}")
}
