//! Invitations: somebody may come in before they ever signed in, also from outside the installation's domains.

use super::{SignIn, hash};
use domain::audit::Entry;
use domain::identity::Address;
use domain::records::Admission;
use domain::{AssociateId, Ctx, Error, Result};
use jiff::Timestamp;
use std::time::Duration;
use store::{Invitation, NewAudit};

/// How long an invitation can be used.
const LIFE: Duration = Duration::from_hours(24 * 7);

/// An invitation that has just been made.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// The secret for its address. Shown this once.
    pub token: String,
    /// When it stops working.
    pub expires: Timestamp,
    /// Whom it invites.
    pub name: String,
    /// The one address it is for.
    pub address: String,
}

impl SignIn<'_> {
    /// Invites an associate: whoever signs in with this link and proves the address is bound to them. An earlier
    /// invitation stops working.
    /// # Errors
    /// `Conflict` for somebody who may not sign in or has no address.
    pub async fn invite(&self, ctx: &Ctx, associate: AssociateId) -> Result<NewInvitation> {
        ctx.require_administrator()?;
        self.page()?;
        let token = platform::random::token()?;
        let (of, now, until, token_hash) = (ctx.installation, ctx.now, ctx.now + LIFE, hash(&token));
        let by = ctx.associate_id().map_or_else(|| "system".to_owned(), |id| format!("associate:{id}"));
        let audit = NewAudit::of(ctx, Entry::done("invitation.made", format!("associate:{associate}")));
        let who = self
            .app
            .store()
            .write(move |tx| {
                let who = tx.associates(of).get(associate)?.ok_or_else(|| Error::not_found("associate"))?;
                if who.admission() != Admission::Admitted {
                    return Err(Error::conflict(format!(
                        "{} has left or has no user plan, and cannot sign in. Change that first.",
                        who.full_name()
                    )));
                }
                if Address::parse(&who.email).is_none() {
                    return Err(Error::conflict(format!(
                        "{} has no e-mail address an invitation could be for. Add one first.",
                        who.full_name()
                    )));
                }
                let new = Invitation { installation: of, associate, address: who.email.clone() };
                tx.sign_ins().invite(&token_hash, &new, &by, now, until)?;
                tx.audit(of).record(&audit)?;
                Ok(who)
            })
            .await?;
        Ok(NewInvitation { token, expires: until, name: who.full_name(), address: who.email })
    }

    /// Takes back an invitation that was not used.
    pub async fn uninvite(&self, ctx: &Ctx, associate: AssociateId) -> Result<()> {
        ctx.require_administrator()?;
        let of = ctx.installation;
        let audit = NewAudit::of(ctx, Entry::done("invitation.taken_back", format!("associate:{associate}")));
        self.app
            .store()
            .write(move |tx| {
                tx.associates(of).get(associate)?.ok_or_else(|| Error::not_found("associate"))?;
                tx.sign_ins().uninvite(of, associate)?;
                tx.audit(of).record(&audit).map(drop)
            })
            .await
    }

    /// Whom an invitation is for, for the page it leads to.
    /// # Errors
    /// `NotFound` when it was used or is too old.
    pub async fn invited(&self, token: &str, now: Timestamp) -> Result<(String, String)> {
        let token_hash = hash(token);
        let found = self
            .app
            .store()
            .read(move |tx| {
                let Some(open) = tx.sign_ins().invitation(&token_hash, now)? else { return Ok(None) };
                let who = tx.associates(open.installation).get(open.associate)?;
                let at = tx.installations().by_id(open.installation)?;
                Ok(who.zip(at).map(|(who, at)| (who.full_name(), at.name)))
            })
            .await?;
        found.ok_or_else(|| {
            Error::new(
                domain::ErrorKind::NotFound,
                "This invitation was used already or is too old. Ask an administrator of your CRM for a new one.",
            )
        })
    }
}
