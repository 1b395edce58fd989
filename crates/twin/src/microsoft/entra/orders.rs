//! What the control door changes.

use super::Entra;
use crate::core::keys::SigningKey;
use crate::microsoft::directory::{Directory, Secret};
use jiff::Timestamp;

impl Entra {
    /// Signs with the next key from now on; the old one stays published, a new one is announced.
    pub fn rotate_keys(&mut self) {
        if self.keys.len() > 1 {
            // The signing key, the announced one, then the retired ones, newest first.
            let old = self.keys.remove(0);
            self.keys.insert(1, SigningKey::named_by_certificate());
            self.keys.insert(2, old);
            self.keys.truncate(4);
        }
    }

    /// Ends every access token now.
    pub fn expire_tokens(&mut self, now: Timestamp) {
        self.access_tokens.values_mut().for_each(|access| access.expires = access.expires.min(now));
    }

    /// Ends every browser's session.
    pub fn end_sessions(&mut self) {
        self.sessions.clear();
    }

    /// Kills the refresh tokens of an application for a user of a tenant, or for all.
    pub fn revoke(&mut self, app: &str, tenant: &str, user: Option<&str>) {
        let hit = |known: &&mut super::Refresh| {
            known.app == app && known.tenant == tenant && user.is_none_or(|user| known.user == user)
        };
        self.refresh_tokens.values_mut().filter(hit).for_each(|known| known.revoked = true);
    }
}

impl Directory {
    /// Ends all tokens of a user that were issued before: what an administrator's *revoke sessions* does.
    /// False when there is no such user.
    pub fn revoke_sessions(&mut self, tenant: &str, user: &str, now: Timestamp) -> bool {
        let id = self.tenant(tenant).map(|tenant| tenant.id.clone());
        let tenant = id.and_then(|id| self.tenants.get_mut(&id));
        let found = tenant.and_then(|tenant| {
            let id = tenant.user(user)?.id.clone();
            tenant.users.get_mut(&id)
        });
        found.is_some_and(|user| {
            user.valid_from = now.as_microsecond() + 1;
            true
        })
    }

    /// Takes back what a tenant has granted to an application. False when nothing was granted.
    pub fn revoke_consent(&mut self, tenant: &str, app: &str) -> bool {
        let id = self.tenant(tenant).map(|tenant| tenant.id.clone());
        id.and_then(|id| self.tenants.get_mut(&id))
            .is_some_and(|tenant| tenant.consents.remove(app).is_some())
    }

    /// Registers another secret for an application. False when there is no such application.
    pub fn add_secret(&mut self, app: &str, value: &str, expires: Option<Timestamp>) -> bool {
        self.apps.get_mut(app).is_some_and(|app| {
            app.secrets.push(Secret { value: value.to_owned(), expires });
            true
        })
    }
}
