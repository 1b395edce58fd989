//! Getting in: single-use sign-in links, sessions, and bearer tokens of the API.
//!
//! Tokens are 256 random bits. Only their SHA-256 is stored; whoever reads the database cannot enter with it.

mod sessions;
mod tokens;

pub use sessions::{NewSession, Session, SessionRow, SignInLink, Via};
pub use tokens::{NewToken, TokenRow};

use crate::App;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Use cases of getting in.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    pub(crate) app: &'a App,
}

/// When each session or token was last written as used, so that not every request costs a write.
#[derive(Debug, Default)]
pub(crate) struct Touches(Mutex<HashMap<String, Timestamp>>);

impl Touches {
    /// Whether the last use of `hash` should be written now: at most once a minute.
    pub fn is_due(&self, hash: &str, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > 10_000 {
            all.clear();
        }
        match all.get(hash) {
            Some(last) if now.duration_since(*last).as_secs() < 60 => false,
            _ => {
                all.insert(hash.to_owned(), now);
                true
            }
        }
    }
}

fn hash(token: &str) -> String {
    platform::digest::sha256_hex(token.as_bytes())
}
