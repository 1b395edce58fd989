//! Entra ID v2.0: discovery, keys, authorize, token, consent, logout.

use super::Microsoft;
use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::{Env, House, Reply};
use crate::core::random::Random;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Tokens and what stands behind them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Entra {
    access_tokens: BTreeMap<String, Access>,
}

/// What an access token grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The tenant's id.
    pub tenant: String,
    /// The user's object id; absent for an application that acts for itself.
    pub user: Option<String>,
    /// The client id.
    pub app: String,
    /// Delegated scopes, short form: `Files.ReadWrite.All`.
    pub scopes: BTreeSet<String>,
    /// Application permissions.
    pub roles: BTreeSet<String>,
    pub issued: Timestamp,
    pub expires: Timestamp,
    /// Whether the client declared that it understands claims challenges (`cp1`).
    pub continuous: bool,
}

impl Access {
    /// Whether a delegated scope or an application permission was granted.
    pub fn has(&self, name: &str) -> bool {
        self.scopes.contains(name) || self.roles.contains(name)
    }
}

impl Entra {
    /// Nobody is signed in.
    pub fn new(_house: &House) -> Self {
        Self::default()
    }

    /// What a token grants now; nothing when it is unknown, expired or revoked.
    pub fn access(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access_tokens.get(token).filter(|access| access.expires > now)
    }

    /// Makes an access token of an hour without a browser: for a user with scopes, or for an application with roles.
    pub fn mint(
        &mut self,
        tenant: &str,
        user: Option<&str>,
        app: &str,
        rights: &[&str],
        now: Timestamp,
        random: &Random,
    ) -> String {
        let token = format!("eyJ0eXAiOiJKV1Qi.{}.{}", random.token(400), random.token(86));
        let expires = now.checked_add(SignedDuration::from_secs(4500)).unwrap_or(now);
        let rights: BTreeSet<String> = rights.iter().map(|right| (*right).to_owned()).collect();
        let (scopes, roles) =
            if user.is_some() { (rights, BTreeSet::new()) } else { (BTreeSet::new(), rights) };
        let access = Access {
            tenant: tenant.to_owned(),
            user: user.map(str::to_owned),
            app: app.to_owned(),
            scopes,
            roles,
            issued: now,
            expires,
            continuous: false,
        };
        self.access_tokens.insert(token.clone(), access);
        token
    }
}

/// The operation of a call and its cost; nothing when Entra has no such route.
pub(crate) fn operation(_call: &Call) -> Option<(&'static str, u32)> {
    None
}

/// Handles a call to Entra.
pub(crate) fn serve(_state: &mut Microsoft, _env: &mut Env<'_>) -> Reply<Microsoft> {
    Answer::empty(StatusCode::NOT_FOUND).into()
}
