//! Bearer tokens of the API: made and withdrawn in Settings, shown once, stored hashed.

use super::sessions::person;
use super::{Access, Session, Via, hash};
use domain::audit::Entry;
use domain::records::Admission;
use domain::{Ctx, Error, Result, text};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use store::{ApiToken, ApiTokenId, NewApiToken, NewAudit};

/// What a token begins with, so that it is recognised when it leaks.
const PREFIX: &str = "chy_";

/// A token in the list.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// Its id.
    pub id: i64,
    /// The name its maker gave it.
    pub name: String,
    /// Made at.
    pub created: Timestamp,
    /// Ends at; `None` for one without an end.
    pub expires: Option<Timestamp>,
    /// Last used at, to the minute.
    pub last_used: Option<Timestamp>,
    /// Withdrawn at.
    pub revoked: Option<Timestamp>,
}

/// A token that has just been made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its row.
    pub row: TokenRow,
    /// The secret. Shown this once.
    pub secret: String,
}

impl Access<'_> {
    /// The session of a bearer token, or `None` when it is unknown, withdrawn, expired, or of somebody who may no
    /// longer sign in. It may do what its associate may do.
    pub async fn bearer(&self, token: &str, now: Timestamp) -> Result<Option<Session>> {
        let token_hash = hash(token);
        let looked_up = token_hash.clone();
        let found = self
            .app
            .store()
            .read(move |tx| {
                let Some(row) = tx.api_tokens().by_hash(&looked_up)?.filter(|t| t.is_live(now)) else {
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
            let (i, id) = (row.installation, row.id);
            self.app.store().write(move |tx| tx.api_tokens().touch(i, id, now)).await?;
        }
        Ok(Some(Session {
            id: format!("token-{}", row.id.0),
            csrf: String::new(),
            associate: Arc::new(associate),
            installation: Arc::new(installation),
            via: Via::Bearer(row.name),
        }))
    }

    /// The caller's tokens, newest first.
    pub async fn tokens(&self, ctx: &Ctx) -> Result<Vec<TokenRow>> {
        let (installation, me) = (ctx.installation, ctx.associate()?.id);
        let all = self.app.store().read(move |tx| tx.api_tokens().list(installation)).await?;
        Ok(all.into_iter().filter(|t| t.associate == me).map(row).collect())
    }

    /// Makes a token for the caller that lasts `days` (1 to 730), or until it is withdrawn.
    pub async fn make_token(&self, ctx: &Ctx, name: &str, days: Option<u32>) -> Result<NewToken> {
        let name = text::required_line("name", name, 80)?;
        if days.is_some_and(|d| d == 0 || d > 730) {
            return Err(Error::invalid("A token lasts 1 to 730 days. Choose a number of days in between.")
                .field("days"));
        }
        let me = ctx.associate()?.id;
        let secret = format!("{PREFIX}{}", platform::random::token()?);
        let expires = days.map(|d| ctx.now + Duration::from_secs(u64::from(d) * 86_400));
        let new = NewApiToken {
            name: name.clone(),
            token_hash: hash(&secret),
            associate: me,
            expires,
            made_by: me,
        };
        let (installation, now, ctx) = (ctx.installation, ctx.now, ctx.clone());
        let id = self
            .app
            .store()
            .write(move |tx| {
                let id = tx.api_tokens().insert(installation, &new, now)?;
                let entry = Entry::done("api_token.made", format!("api_token:{}", id.0));
                tx.audit(installation).record(&NewAudit::of(&ctx, entry))?;
                Ok(id)
            })
            .await?;
        let row = TokenRow { id: id.0, name, created: now, expires, last_used: None, revoked: None };
        Ok(NewToken { row, secret })
    }

    /// Withdraws one of the caller's tokens; it stops working at once.
    pub async fn withdraw_token(&self, ctx: &Ctx, id: i64) -> Result<()> {
        if !self.tokens(ctx).await?.iter().any(|t| t.id == id) {
            return Err(Error::not_found("API token"));
        }
        let (installation, now) = (ctx.installation, ctx.now);
        let audit = NewAudit::of(ctx, Entry::done("api_token.withdrawn", format!("api_token:{id}")));
        self.app
            .store()
            .write(move |tx| {
                tx.api_tokens().revoke(installation, ApiTokenId(id), now)?;
                tx.audit(installation).record(&audit)?;
                Ok(())
            })
            .await
    }
}

fn row(token: ApiToken) -> TokenRow {
    TokenRow {
        id: token.id.0,
        name: token.name,
        created: token.created,
        expires: token.expires,
        last_used: token.last_used,
        revoked: token.revoked,
    }
}
