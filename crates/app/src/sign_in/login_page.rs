//! The installation's own part at the login page: its key, and the records the login page keeps about it.

use super::SignIn;
use broker_client::{AuditPage, Verification};
use domain::{Ctx, Result};
use serde_json::Value;

impl SignIn<'_> {
    /// Changes the key the installation proves itself with at the login page; gives the new key's id.
    /// # Errors
    /// `Unavailable` when the login page does not answer. Doing it again is harmless.
    pub async fn rotate_key(&self, ctx: &Ctx) -> Result<String> {
        let (client, key) = self.administered(ctx).await?;
        let kid = client.rotate_key(&key, ctx.now).await?;
        self.noted(ctx, "installation.key_rotated", format!("key:{kid}")).await?;
        Ok(kid)
    }

    /// The id of the key in use.
    pub async fn key_id(&self, ctx: &Ctx) -> Result<String> {
        let (client, key) = self.administered(ctx).await?;
        Ok(client.key(&key)?.signing.kid().to_owned())
    }

    /// What the login page has written down about this installation, the newest first.
    pub async fn login_page_audit(&self, ctx: &Ctx, before: Option<i64>) -> Result<AuditPage> {
        let (client, key) = self.administered(ctx).await?;
        client.audit(&key, before, ctx.now).await
    }

    /// Whether that is as it was written.
    pub async fn login_page_chain(&self, ctx: &Ctx) -> Result<Verification> {
        let (client, key) = self.administered(ctx).await?;
        client.audit_verification(&key, ctx.now).await
    }

    /// The same records behind a number, the oldest first, with all that went into their hashes.
    pub async fn login_page_export(&self, ctx: &Ctx, after: i64) -> Result<Vec<Value>> {
        let (client, key) = self.administered(ctx).await?;
        client.audit_export(&key, after, ctx.now).await
    }
}
