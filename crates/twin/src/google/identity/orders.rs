//! Changes that the control door makes.

use super::super::Google;
use super::super::directory::Publishing;
use super::{Identity, keys};
use crate::core::env::House;
use crate::{Error, Result};
use jiff::Timestamp;

impl Identity {
    /// A new key signs from now on; the one before stays published, older ones go (G-11).
    pub fn rotate_keys(&mut self, house: &House) {
        self.keys.insert(0, keys::new(house));
        self.keys.truncate(3);
    }

    /// Access tokens end now: of one account, or of all. Refresh tokens stay.
    pub fn expire_tokens(&mut self, user: Option<&str>, now: Timestamp) {
        self.access_tokens
            .retain(|_, access| access.expires > now && user.is_some_and(|user| access.user != user));
    }
}

impl Google {
    /// Ends all that an account granted to a project, or to all projects without one.
    /// # Errors
    /// When there is no such account.
    pub fn revoke(&mut self, user: &str, project: Option<&str>, now: Timestamp) -> Result<()> {
        let user = self.account(user)?;
        let all: Vec<String> = match project {
            Some(project) => vec![project.to_owned()],
            None => self.directory.projects.keys().cloned().collect(),
        };
        for project in &all {
            self.identity.revoke(&user, project, now, now);
        }
        Ok(())
    }

    /// Suspends an account, or lets it back in. Its access tokens and sessions end; its refresh tokens work again
    /// when it is let back in.
    /// # Errors
    /// When there is no such account.
    pub fn suspend_user(&mut self, user: &str, suspended: bool, now: Timestamp) -> Result<()> {
        let id = self.account(user)?;
        if let Some(user) = self.directory.users.get_mut(&id) {
            user.suspended = suspended;
        }
        if suspended {
            self.identity.expire_tokens(Some(&id), now);
            for session in self.identity.sessions.values_mut() {
                session.accounts.retain(|account| *account != id);
            }
        }
        Ok(())
    }

    /// Access tokens end now: of one account, or of all.
    /// # Errors
    /// When there is no such account.
    pub fn expire_tokens(&mut self, user: Option<&str>, now: Timestamp) -> Result<()> {
        let id = user.map(|user| self.account(user)).transpose()?;
        self.identity.expire_tokens(id.as_deref(), now);
        Ok(())
    }

    /// Deletes a client, or restores it.
    /// # Errors
    /// When there is no such client.
    pub fn delete_client(&mut self, client: &str, deleted: bool) -> Result<()> {
        let found = self.directory.clients.get_mut(client);
        found.ok_or_else(|| Error(format!("Google has no client {client}")))?.deleted = deleted;
        Ok(())
    }

    /// Changes how far an application's consent screen is.
    /// # Errors
    /// When there is no such project.
    pub fn set_publishing(&mut self, project: &str, publishing: Publishing) -> Result<()> {
        let found = self.directory.projects.get_mut(project);
        found.ok_or_else(|| Error(format!("Google has no project {project}")))?.publishing = publishing;
        Ok(())
    }

    fn account(&self, user: &str) -> Result<String> {
        let found = self.directory.user(user).map(|user| user.id.clone());
        found.ok_or_else(|| Error(format!("Google has no account {user}")))
    }
}
