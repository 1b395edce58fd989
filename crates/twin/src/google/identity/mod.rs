//! Sign-in at Google: discovery, keys, authorize, token, revoke, userinfo.

use super::Google;
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
pub struct Identity {
    access_tokens: BTreeMap<String, Access>,
}

/// What an access token grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The user's id.
    pub user: String,
    pub client: String,
    /// The project's number.
    pub project: String,
    /// In their long form.
    pub scopes: BTreeSet<String>,
    pub expires: Timestamp,
}

impl Identity {
    /// Nobody is signed in.
    pub fn new(_house: &House) -> Self {
        Self::default()
    }

    /// What a token grants now; nothing when it is unknown, expired or revoked.
    pub fn access(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access_tokens.get(token).filter(|access| access.expires > now)
    }

    /// Makes an access token of an hour without a browser.
    pub fn mint(
        &mut self,
        user: &str,
        client: &str,
        project: &str,
        scopes: &[&str],
        now: Timestamp,
        random: &Random,
    ) -> String {
        let token = format!("ya29.{}", random.token(120));
        let expires = now.checked_add(SignedDuration::from_secs(3599)).unwrap_or(now);
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let access = Access {
            user: user.to_owned(),
            client: client.to_owned(),
            project: project.to_owned(),
            scopes,
            expires,
        };
        self.access_tokens.insert(token.clone(), access);
        token
    }
}

/// The operation of a call and its cost; nothing when Google has no such route.
pub(crate) fn operation(_call: &Call) -> Option<(&'static str, u32)> {
    None
}

/// Handles a call about identity, or to a host that has nothing else.
pub(crate) fn serve(_state: &mut Google, _env: &mut Env<'_>) -> Reply<Google> {
    Answer::empty(StatusCode::NOT_FOUND).into()
}
