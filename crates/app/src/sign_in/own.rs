//! One's own accounts: how one signs in, and the documents one has connected.

use super::SignIn;
use broker_client::Connection;
use domain::audit::Entry;
use domain::connections::Provider;
use domain::{Ctx, Error, Result};
use store::{BoundIdentity, NewAudit};

/// One account of the caller.
#[derive(Debug, Clone)]
pub struct OwnAccount {
    /// The identity they sign in with.
    pub identity: BoundIdentity,
    /// Their documents there, when they are connected or were.
    pub connection: Option<Connection>,
    /// Whether people connect their own documents at this provider.
    pub can_connect: bool,
}

impl SignIn<'_> {
    /// The caller's own accounts and connections.
    /// # Errors
    /// `Unavailable` when the login page does not answer.
    pub async fn accounts(&self, ctx: &Ctx) -> Result<Vec<OwnAccount>> {
        let mine = self.own(ctx).await?;
        let key = self.key_of(ctx.installation).await?;
        let mut accounts = Vec::with_capacity(mine.len());
        for identity in mine {
            let can_connect = connects_own(&identity.key.provider);
            let connection = match self.page() {
                Ok(page) if can_connect => page.client.user_connection(&key, &identity.key, ctx.now).await?,
                _ => None,
            };
            accounts.push(OwnAccount { identity, connection, can_connect });
        }
        Ok(accounts)
    }

    /// Tries a connection of the caller's own at its provider. How it is afterwards.
    /// # Errors
    /// `NotFound` when it is not theirs; `Unavailable` when the provider does not answer.
    pub async fn check_own(&self, ctx: &Ctx, id: &str) -> Result<Connection> {
        let key = self.theirs(ctx, id).await?;
        self.page()?.client.check(&key, id, ctx.now).await
    }

    async fn theirs(&self, ctx: &Ctx, id: &str) -> Result<String> {
        let accounts = self.accounts(ctx).await?;
        if !accounts.iter().any(|a| a.connection.as_ref().is_some_and(|c| c.id == id)) {
            return Err(Error::not_found("connection"));
        }
        self.key_of(ctx.installation).await
    }

    /// Takes a connection of the caller's own back.
    /// # Errors
    /// `NotFound` when it is not theirs.
    pub async fn disconnect_own(&self, ctx: &Ctx, id: &str) -> Result<()> {
        let key = self.theirs(ctx, id).await?;
        self.page()?.client.disconnect(&key, id, false, ctx.now).await?;
        let of = ctx.installation;
        let audit = NewAudit::of(ctx, Entry::done("connection.disconnected", format!("connection:{id}")));
        self.app.store().write(move |tx| tx.audit(of).record(&audit).map(drop)).await
    }
}

/// At Microsoft everybody works as themselves; at Google one system account keeps everybody's documents.
fn connects_own(provider: &Provider) -> bool {
    provider.is_microsoft()
}
