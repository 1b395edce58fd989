//! The log of requests: what was asked, by whom, what it cost, what went wrong by order.

use super::surfaces::Surface;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Mutex;

/// How many requests are remembered.
const KEPT: usize = 100_000;

/// A request that was answered, or broken on purpose.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Counts from 1 and never repeats.
    pub number: u64,
    pub at: Timestamp,
    pub surface: Surface,
    pub method: String,
    pub path: String,
    /// Names of the query's parameters, without their values.
    pub query: Vec<String>,
    /// The operation's name; empty for routes that the provider does not have.
    pub operation: String,
    /// An Entra tenant's id or a Workspace domain; empty when nobody was recognised.
    pub tenant: String,
    /// A user's id; empty for applications and strangers.
    pub user: String,
    /// An application's client id.
    pub app: String,
    /// The cost in the provider's quota units; throttled calls cost as well.
    pub units: u32,
    /// 0 when the connection was broken before an answer.
    pub status: u16,
    /// Whether an `Authorization` header came with it.
    pub authorization: bool,
    /// The `User-Agent` header.
    pub user_agent: String,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// The common faults that hit it.
    pub faults: Vec<String>,
}

/// Which entries are wanted. Members that are absent do not restrict.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub after_number: Option<u64>,
    pub surface: Option<Surface>,
    pub tenant: Option<String>,
    pub user: Option<String>,
    pub app: Option<String>,
    pub operation: Option<String>,
    pub from: Option<Timestamp>,
    /// Not included.
    pub until: Option<Timestamp>,
}

/// The log.
#[derive(Debug, Default)]
pub struct Journal {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    entries: VecDeque<Entry>,
    /// Requests to routes that the provider does not have.
    unknown: u64,
}

impl Journal {
    /// Writes an entry down and numbers it.
    pub fn write(&self, mut entry: Entry) -> u64 {
        let mut inner = crate::lock(&self.inner);
        inner.last += 1;
        entry.number = inner.last;
        if entry.operation.is_empty() {
            inner.unknown += 1;
        }
        if inner.entries.len() == KEPT {
            inner.entries.pop_front();
        }
        inner.entries.push_back(entry);
        inner.last
    }

    /// The entries that fit, oldest first.
    pub fn find(&self, query: &Query) -> Vec<Entry> {
        crate::lock(&self.inner).entries.iter().filter(|entry| query.includes(entry)).cloned().collect()
    }

    /// How many units the fitting requests cost together.
    pub fn units(&self, query: &Query) -> u64 {
        let inner = crate::lock(&self.inner);
        inner.entries.iter().filter(|entry| query.includes(entry)).map(|entry| u64::from(entry.units)).sum()
    }

    /// How many requests met a route that the provider does not have.
    pub fn unknown(&self) -> u64 {
        crate::lock(&self.inner).unknown
    }

    /// How many requests there were.
    pub fn count(&self) -> u64 {
        crate::lock(&self.inner).last
    }

    /// Whether an `Authorization` header ever reached a surface.
    pub fn authorization_reached(&self, surface: Surface) -> bool {
        let inner = crate::lock(&self.inner);
        inner.entries.iter().any(|entry| entry.surface == surface && entry.authorization)
    }

    /// Forgets all entries; numbers go on.
    pub fn clear(&self) {
        let mut inner = crate::lock(&self.inner);
        inner.entries.clear();
        inner.unknown = 0;
    }
}

impl Query {
    /// The minute that begins at an instant.
    pub fn minute(from: Timestamp) -> Self {
        Self {
            from: Some(from),
            until: from.checked_add(SignedDuration::from_secs(60)).ok(),
            ..Self::default()
        }
    }

    fn includes(&self, entry: &Entry) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(found))
        };
        self.after_number.is_none_or(|number| entry.number > number)
            && self.surface.is_none_or(|surface| entry.surface == surface)
            && same(&self.tenant, &entry.tenant)
            && same(&self.user, &entry.user)
            && same(&self.app, &entry.app)
            && self
                .operation
                .as_ref()
                .is_none_or(|wanted| super::faults::matches_glob(wanted, &entry.operation))
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
    }
}
