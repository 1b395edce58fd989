//! People and their identities: bind, unbind, retire, end sessions; and the tasks that refused sign-ins leave.

use super::SignIn;
use super::admission::task_sentence;
use domain::audit::Entry;
use domain::identity::{AddressTrust, Identity, IdentityKey};
use domain::records::Associate;
use domain::{AssociateId, Ctx, Error, InstallationId, Result};
use jiff::Timestamp;
use store::{BoundIdentity, NewAudit, SignInTask, Tx};

/// An associate with how they sign in.
#[derive(Debug, Clone)]
pub struct PersonSignIns {
    /// Who.
    pub associate: Associate,
    /// Their identities.
    pub identities: Vec<BoundIdentity>,
    /// The open invitation: to which address, until when.
    pub invitation: Option<(String, Timestamp)>,
}

/// A task with its words.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task.
    pub task: SignInTask,
    /// What it says.
    pub sentence: &'static str,
    /// The associate it may be, by name.
    pub associate: String,
}

impl SignIn<'_> {
    /// Everybody, and how they sign in.
    pub async fn people(&self, ctx: &Ctx) -> Result<Vec<PersonSignIns>> {
        ctx.require_administrator()?;
        let (of, now) = (ctx.installation, ctx.now);
        self.app
            .store()
            .read(move |tx| {
                let mut bound = tx.identities(of).all()?;
                let invitations = tx.sign_ins().invitations(of, now)?;
                let mut people = Vec::new();
                for associate in tx.associates(of).list()? {
                    let id = associate.id;
                    let (mine, rest) = bound.into_iter().partition(|b| b.associate == id);
                    bound = rest;
                    let invitation = invitations
                        .iter()
                        .find(|(who, _, _)| *who == id)
                        .map(|(_, a, until)| (a.clone(), *until));
                    people.push(PersonSignIns { associate, identities: mine, invitation });
                }
                Ok(people)
            })
            .await
    }

    /// One associate, and how they sign in.
    /// # Errors
    /// `NotFound` when there is no such associate.
    pub async fn person(&self, ctx: &Ctx, id: AssociateId) -> Result<PersonSignIns> {
        ctx.require_administrator()?;
        let (of, now) = (ctx.installation, ctx.now);
        self.app
            .store()
            .read(move |tx| {
                let associate = tx.associates(of).get(id)?.ok_or_else(|| Error::not_found("associate"))?;
                let open = tx.sign_ins().invitations(of, now)?;
                let invitation =
                    open.into_iter().find(|(who, _, _)| *who == id).map(|(_, a, until)| (a, until));
                Ok(PersonSignIns { associate, identities: tx.identities(of).of(id)?, invitation })
            })
            .await
    }

    /// The caller's own identities.
    pub async fn own(&self, ctx: &Ctx) -> Result<Vec<BoundIdentity>> {
        let (of, me) = (ctx.installation, ctx.associate()?.id);
        self.app.store().read(move |tx| tx.identities(of).of(me)).await
    }

    /// Open tasks, the latest first.
    pub async fn tasks(&self, ctx: &Ctx) -> Result<Vec<TaskView>> {
        ctx.require_administrator()?;
        let of = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let mut views = Vec::new();
                for task in tx.sign_in_tasks(of).open(100)? {
                    let who = match task.associate {
                        Some(id) => tx.associates(of).get(id)?,
                        None => None,
                    };
                    let associate = who.map(|a| a.full_name()).unwrap_or_default();
                    views.push(TaskView { sentence: task_sentence(&task.reason), associate, task });
                }
                Ok(views)
            })
            .await
    }

    /// Binds the account of a task to an associate: the administrator knows that it is theirs.
    /// # Errors
    /// `NotFound` for a task or associate that is not there; `Conflict` for an account that is bound already.
    pub async fn bind_task(&self, ctx: &Ctx, task: i64, to: AssociateId) -> Result<()> {
        ctx.require_administrator()?;
        let (of, now, by) = (ctx.installation, ctx.now, actor(ctx));
        let audit = NewAudit::of(ctx, Entry::done("identity.bound", format!("associate:{to}")));
        self.app
            .store()
            .write(move |tx| {
                let task = tx.sign_in_tasks(of).get(task)?.filter(|t| t.resolved.is_none());
                let task = task.ok_or_else(|| Error::not_found("task"))?;
                tx.associates(of).get(to)?.ok_or_else(|| Error::not_found("associate"))?;
                let identity = Identity {
                    key: task.key.clone(),
                    address: Some(task.address).filter(|a| !a.is_empty()),
                    trust: AddressTrust::Claimed,
                    name: task.name,
                    workspace: None,
                };
                tx.identities(of).bind(to, &identity, &task.handle, &by, now)?;
                tx.sign_in_tasks(of).resolve_key(&task.key, &by, "bound", now)?;
                tx.audit(of).record(&audit).map(drop)
            })
            .await
    }

    /// Puts a task away without letting anybody in.
    pub async fn dismiss_task(&self, ctx: &Ctx, task: i64) -> Result<()> {
        ctx.require_administrator()?;
        let (of, now, by) = (ctx.installation, ctx.now, actor(ctx));
        let audit = NewAudit::of(ctx, Entry::done("sign_in_task.dismissed", format!("task:{task}")));
        self.app
            .store()
            .write(move |tx| {
                if !tx.sign_in_tasks(of).resolve(task, &by, "dismissed", now)? {
                    return Err(Error::not_found("task"));
                }
                tx.audit(of).record(&audit).map(drop)
            })
            .await
    }

    /// Takes an account from an associate and ends their sessions. The account can be matched again later.
    /// # Errors
    /// `NotFound` when it is not bound here.
    pub async fn unbind(&self, ctx: &Ctx, key: &IdentityKey) -> Result<()> {
        ctx.require_administrator()?;
        let (of, now, bound) = (ctx.installation, ctx.now, key.clone());
        let audit_ctx = ctx.clone();
        self.app
            .store()
            .write(move |tx| {
                let found = tx.identities(of).get(&bound)?.ok_or_else(|| Error::not_found("account"))?;
                tx.identities(of).unbind(&bound)?;
                end_all(tx, of, found.associate, now)?;
                let entry = Entry::done("identity.unbound", format!("associate:{}", found.associate));
                tx.audit(of).record(&NewAudit::of(&audit_ctx, entry)).map(drop)
            })
            .await?;
        self.tell_login_page(ctx, std::slice::from_ref(key)).await;
        Ok(())
    }

    /// The same, for an account that has to be this associate's.
    /// # Errors
    /// `NotFound` when it is not theirs.
    pub async fn unbind_from(&self, ctx: &Ctx, who: AssociateId, key: &IdentityKey) -> Result<()> {
        let theirs = self.person(ctx, who).await?.identities.into_iter().any(|i| i.key == *key);
        if theirs { self.unbind(ctx, key).await } else { Err(Error::not_found("account")) }
    }

    /// Marks somebody as gone, or takes that back. Whoever goes is out at once, everywhere.
    pub async fn set_retired(&self, ctx: &Ctx, id: AssociateId, retired: bool) -> Result<()> {
        ctx.require_administrator()?;
        if ctx.associate_id() == Some(id) && retired {
            return Err(Error::conflict("You cannot retire yourself. Ask another administrator."));
        }
        let (of, now) = (ctx.installation, ctx.now);
        let what = if retired { "associate.retired" } else { "associate.returned" };
        let audit = NewAudit::of(ctx, Entry::done(what, format!("associate:{id}")));
        let keys = self
            .app
            .store()
            .write(move |tx| {
                let mut who = tx.associates(of).get(id)?.ok_or_else(|| Error::not_found("associate"))?;
                who.retired = retired;
                tx.associates(of).update(&who, now)?;
                if retired {
                    end_all(tx, of, id, now)?;
                    tx.sign_ins().uninvite(of, id)?;
                }
                tx.audit(of).record(&audit)?;
                Ok(tx.identities(of).of(id)?.into_iter().map(|b| b.key).collect::<Vec<_>>())
            })
            .await?;
        if retired {
            self.tell_login_page(ctx, &keys).await;
        }
        Ok(())
    }

    /// Ends every session of somebody.
    pub async fn end_sessions_of(&self, ctx: &Ctx, id: AssociateId) -> Result<usize> {
        ctx.require_administrator()?;
        let (of, now) = (ctx.installation, ctx.now);
        let audit =
            NewAudit::of(ctx, Entry::done("session.ended_by_administrator", format!("associate:{id}")));
        let (ended, keys) = self
            .app
            .store()
            .write(move |tx| {
                tx.associates(of).get(id)?.ok_or_else(|| Error::not_found("associate"))?;
                let ended = end_all(tx, of, id, now)?;
                tx.audit(of).record(&audit)?;
                Ok((ended, tx.identities(of).of(id)?.into_iter().map(|b| b.key).collect::<Vec<_>>()))
            })
            .await?;
        self.tell_login_page(ctx, &keys).await;
        Ok(ended)
    }

    /// Ends the sessions that began from one of the login page's, because it says that one is over.
    /// # Errors
    /// `Invalid` when the statement is not accepted.
    pub async fn logged_out(&self, token: &str, now: Timestamp) -> Result<usize> {
        let key = audience(token).ok_or_else(|| Error::invalid("This is no logout token."))?;
        let ended = self.page()?.client.verify_logout(token, &key, now).await?;
        self.app
            .store()
            .write(move |tx| {
                let Some(at) = tx.installations().by_key(&key)? else { return Ok(0) };
                let sessions = tx.sign_ins().sessions_of(at.id, &ended.sid)?;
                for token_hash in &sessions {
                    tx.sessions().end(token_hash, now)?;
                }
                Ok(sessions.len())
            })
            .await
    }

    /// The login page forgets that they may come here without being asked. When it does not answer, their sessions here
    /// are over all the same.
    async fn tell_login_page(&self, ctx: &Ctx, keys: &[IdentityKey]) {
        let Ok(page) = self.page() else { return };
        let Ok(installation) = self.key_of(ctx.installation).await else { return };
        for key in keys {
            if let Err(e) = page.client.sign_out(&installation, key, ctx.now).await {
                tracing::warn!(error = ?e, "the login page could not be told that sessions are over");
            }
        }
    }
}

fn end_all(tx: &Tx<'_>, of: InstallationId, id: AssociateId, now: Timestamp) -> Result<usize> {
    let live = tx.sessions().live_of(of, id, now)?;
    for session in &live {
        tx.sessions().end(&session.token_hash, now)?;
    }
    Ok(live.len())
}

fn actor(ctx: &Ctx) -> String {
    ctx.associate_id().map_or_else(|| "system".to_owned(), |id| format!("associate:{id}"))
}

/// The installation a logout token says it is for, to be verified for that one.
fn audience(token: &str) -> Option<String> {
    let claims = token.split('.').nth(1)?;
    let claims = platform::jwt::strict_object(&platform::jwt::from_base64url(claims)?)?;
    claims.get("aud")?.as_str().map(str::to_owned)
}
