//! Setting out for the login page.

use super::{SignIn, hash};
use broker_client::{Pushed, SignInAsk};
use domain::connections::{Provider, Purpose};
use domain::records::Installation;
use domain::{AssociateId, Ctx, Error, ErrorKind, Result};
use jiff::Timestamp;
use std::time::Duration;
use store::Trip;

/// How long somebody may stay away.
const AWAY: Duration = Duration::from_mins(10);

/// What somebody wants of the login page.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The short word of the installation; blank where there is one only.
    pub installation: String,
    /// The address to suggest.
    pub login_hint: String,
    /// The secret of an invitation; blank for none.
    pub invitation: String,
    /// A path of ours to go to afterwards; blank for home.
    pub target: String,
    /// Whether to ask who they are although the login page may know.
    pub ask_again: bool,
}

/// Where to send a browser, and what it has to keep until it comes back.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The login page.
    pub url: String,
    /// The `state` it comes back with.
    pub state: String,
    /// The value of the cookie it has to come back with: verifier and nonce, 128 hexadecimal digits.
    pub proof: String,
}

impl SignIn<'_> {
    /// Begins a sign-in.
    /// # Errors
    /// `NotFound` for an unknown installation or invitation; `Unavailable` when the login page does not answer.
    pub async fn begin(&self, wish: &Wish, now: Timestamp) -> Result<Begun> {
        let page = self.page()?;
        let (installation, hint) = self.wished(wish, now).await?;
        let ask = SignInAsk {
            redirect_uri: &page.redirect_uri,
            purpose: Purpose::SignIn,
            provider: None,
            login_hint: &hint,
            account: "",
            ask_again: wish.ask_again,
        };
        let pushed = page.client.push(&installation.key, &ask, now).await?;
        let invitation = if wish.invitation.is_empty() { String::new() } else { hash(&wish.invitation) };
        let trip = Trip {
            installation: installation.id,
            purpose: Purpose::SignIn,
            invitation,
            associate: None,
            target: inside(&wish.target),
        };
        self.keep(trip, pushed, now).await
    }

    /// Begins to connect: the caller's own documents at Microsoft, or the system account at Google.
    /// # Errors
    /// `Conflict` when the caller has no identity at that provider, whose account could be compared.
    pub async fn begin_connection(
        &self,
        ctx: &Ctx,
        purpose: Purpose,
        provider: &Provider,
        target: &str,
    ) -> Result<Begun> {
        let page = self.page()?;
        let (me, installation) = (ctx.associate()?.id, ctx.installation);
        let (account, hint) = match purpose {
            Purpose::UserConnect => self.own_account(ctx, me, provider).await?,
            Purpose::SystemUserConnect => {
                ctx.require_administrator()?;
                (String::new(), String::new())
            }
            Purpose::PickFolders => {
                ctx.require_administrator()?;
                (String::new(), self.app.google().system_user(ctx).await?.account)
            }
            Purpose::SignIn | Purpose::AdminConsent => {
                return Err(Error::invalid("This is not begun here."));
            }
        };
        let key = self.key_of(installation).await?;
        let ask = SignInAsk {
            redirect_uri: &page.redirect_uri,
            purpose,
            provider: Some(provider),
            login_hint: &hint,
            account: &account,
            ask_again: false,
        };
        let pushed = page.client.push(&key, &ask, ctx.now).await?;
        let trip = Trip {
            installation,
            purpose,
            invitation: String::new(),
            associate: Some(me),
            target: inside(target),
        };
        self.keep(trip, pushed, ctx.now).await
    }

    async fn own_account(&self, ctx: &Ctx, me: AssociateId, provider: &Provider) -> Result<(String, String)> {
        let (installation, provider) = (ctx.installation, provider.clone());
        let mine = self.app.store().read(move |tx| tx.identities(installation).of(me)).await?;
        let bound = mine.into_iter().find(|i| i.key.provider == provider).ok_or_else(|| {
            Error::conflict(
                "You do not sign in at this provider, so it cannot be told which account is yours. Sign in there once, or \
                 ask an administrator to bind your account.",
            )
        })?;
        Ok((bound.handle, bound.address))
    }

    async fn keep(&self, trip: Trip, pushed: Pushed, now: Timestamp) -> Result<Begun> {
        let proof = format!("{}{}", pushed.verifier, pushed.nonce);
        let (state_hash, proof_hash) = (hash(&pushed.state), hash(&proof));
        self.app
            .store()
            .write(move |tx| tx.sign_ins().set_out(&state_hash, &proof_hash, &trip, now, now + AWAY))
            .await?;
        Ok(Begun { url: pushed.url, state: pushed.state, proof })
    }

    async fn wished(&self, wish: &Wish, now: Timestamp) -> Result<(Installation, String)> {
        let (key, invitation) = (wish.installation.clone(), wish.invitation.clone());
        let found = self
            .app
            .store()
            .read(move |tx| {
                if !invitation.is_empty() {
                    let open = tx.sign_ins().invitation(&hash(&invitation), now)?;
                    return Ok(match open {
                        Some(i) => tx.installations().by_id(i.installation)?.map(|at| (at, i.address)),
                        None => None,
                    });
                }
                let mut all = tx.installations().list()?;
                let chosen = match key.as_str() {
                    "" if all.len() == 1 => all.pop(),
                    "" => None,
                    key => all.into_iter().find(|i| i.key == key),
                };
                Ok(chosen.map(|i| (i, String::new())))
            })
            .await?;
        let (installation, invited) = found.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                if wish.invitation.is_empty() {
                    "There is no such CRM here. Check the address you were given."
                } else {
                    "This invitation was used already or is too old. Ask an administrator of your CRM for a new one."
                },
            )
        })?;
        let hint = if invited.is_empty() { wish.login_hint.clone() } else { invited };
        Ok((installation, hint))
    }
}

/// A target inside: a path of ours, never another site's address (ATT-15); home for anything else.
pub fn inside(target: &str) -> String {
    let sound = target.starts_with('/')
        && !target.starts_with("//")
        && target.len() <= 1000
        && !target.contains(['\\', '\r', '\n', '\t'])
        && !target.chars().any(char::is_control);
    if sound { target.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn a_target_is_a_path_of_ours_or_home() {
        for (given, expected) in [("/documents/7?x=1", "/documents/7?x=1"), ("", "/"), ("x", "/")] {
            assert_eq!(inside(given), expected);
        }
        for evil in
            ["//evil", "/\\evil", "https://evil", "javascript:alert(1)", "/\t/evil", "/x\r\ny", "\\/evil"]
        {
            assert_eq!(inside(evil), "/", "{evil:?}");
        }
    }
}
