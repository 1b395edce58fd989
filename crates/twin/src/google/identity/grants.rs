//! What people granted: consents, codes, refresh tokens, and how they die.

use super::{Access, Identity, scopes};
use crate::core::random::Random;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many refresh tokens of one account and client live; the next kills the oldest (google.md 1.7, G-08).
pub const LIVE_GRANTS: usize = 100;
/// How long a refresh token lives unused: six months (G-24).
pub const IDLE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How long a grant to an application in testing lives (G-24).
pub const TESTING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a code can be exchanged.
pub const CODE: SignedDuration = SignedDuration::from_mins(10);
/// How long an access token lives, in seconds.
pub const ACCESS_SECONDS: i64 = 3599;

/// A code on its way to the token endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub user: String,
    pub client: String,
    pub project: String,
    pub scopes: BTreeSet<String>,
    pub redirect_uri: String,
    pub nonce: Option<String>,
    pub challenge: Option<Challenge>,
    /// Whether a refresh token comes with it.
    pub refresh: bool,
    pub offline: bool,
    /// How long the person gives access, in seconds; without it, for good.
    pub lifetime: Option<i64>,
    pub expires: Timestamp,
}

/// What the token endpoint compares a verifier with (RFC 7636).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub value: String,
    /// `S256`; otherwise `plain`.
    pub hashed: bool,
}

/// What stands behind a refresh token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    pub user: String,
    pub client: String,
    pub project: String,
    pub scopes: BTreeSet<String>,
    pub issued: Timestamp,
    pub used: Timestamp,
    /// When it ends; absent is never.
    pub ends: Option<Timestamp>,
    /// Whether the end is a choice of the person's, which clients are told.
    pub time_based: bool,
}

impl Grant {
    /// Whether it can still be used. `testing` is whether its application is in testing now.
    pub fn is_alive(&self, testing: bool, now: Timestamp) -> bool {
        let within = |from: Timestamp, life: SignedDuration| now.duration_since(from) < life;
        let beyond_login = self.scopes.iter().any(|scope| !scopes::is_login(scope));
        self.ends.is_none_or(|ends| now < ends)
            && within(self.used, IDLE)
            && (!testing || !beyond_login || within(self.issued, TESTING))
    }
}

/// A browser's session: who is signed in, in the order of `authuser`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Session {
    /// Ids.
    pub accounts: Vec<String>,
}

impl Identity {
    /// What a user granted to a project so far.
    pub fn consented(&self, user: &str, project: &str) -> BTreeSet<String> {
        self.consents.get(user).and_then(|projects| projects.get(project)).cloned().unwrap_or_default()
    }

    /// Remembers that a user granted these too.
    pub fn consent(&mut self, user: &str, project: &str, granted: &BTreeSet<String>) {
        let projects = self.consents.entry(user.to_owned()).or_default();
        projects.entry(project.to_owned()).or_default().extend(granted.iter().cloned());
    }

    /// Keeps a code.
    pub fn issue_code(&mut self, code: Code, random: &Random, now: Timestamp) -> String {
        self.codes.retain(|_, code| code.expires > now);
        let text = format!("4/0A{}", random.token(70));
        self.codes.insert(text.clone(), code);
        text
    }

    /// Makes a refresh token. The oldest living one of the account and client dies when there are too many (G-08).
    pub fn issue_grant(&mut self, grant: Grant, random: &Random) -> String {
        let token = format!("1//0{}", random.token(100));
        let grants = &self.grants;
        let tokens = self.by_user.entry(grant.user.clone()).or_default();
        tokens.retain(|token| grants.contains_key(token));
        let same = |token: &&String| grants.get(*token).is_some_and(|known| known.client == grant.client);
        let living = tokens.iter().filter(same).count();
        if living >= LIVE_GRANTS {
            let dead: Vec<String> =
                tokens.iter().filter(same).take(living + 1 - LIVE_GRANTS).cloned().collect();
            tokens.retain(|token| !dead.contains(token));
            for token in dead {
                self.grants.remove(&token);
            }
        }
        tokens.push(token.clone());
        self.grants.insert(token.clone(), grant);
        token
    }

    /// Makes an access token that lives so many seconds.
    pub fn issue_access(&mut self, access: Access, now: Timestamp, random: &Random) -> String {
        if self.access_tokens.len().is_multiple_of(4096) {
            self.access_tokens.retain(|_, access| access.expires > now);
        }
        let token = format!("ya29.a0A{}", random.token(180));
        self.access_tokens.insert(token.clone(), access);
        token
    }

    /// Ends all that an account granted to a project, for all its clients, from an instant on (G-09). Consents are
    /// forgotten at once.
    pub fn revoke(&mut self, user: &str, project: &str, from: Timestamp, now: Timestamp) {
        if let Some(projects) = self.consents.get_mut(user) {
            projects.remove(project);
        }
        self.codes.retain(|_, code| code.user != user || code.project != project);
        self.access_tokens.retain(|_, access| access.expires > now);
        for access in self.access_tokens.values_mut() {
            if access.user == user && access.project == project {
                access.expires = access.expires.min(from);
            }
        }
        for token in self.by_user.get(user).into_iter().flatten() {
            if let Some(grant) = self.grants.get_mut(token).filter(|grant| grant.project == project) {
                grant.ends = Some(grant.ends.map_or(from, |ends| ends.min(from)));
            }
        }
        self.forget_ended(user, now);
    }

    /// Drops a user's grants that have ended.
    fn forget_ended(&mut self, user: &str, now: Timestamp) {
        let Some(tokens) = self.by_user.get_mut(user) else { return };
        let grants = &mut self.grants;
        tokens.retain(|token| match grants.get(token) {
            Some(grant) if grant.ends.is_some_and(|ends| ends <= now) => {
                grants.remove(token);
                false
            }
            found => found.is_some(),
        });
    }
}
