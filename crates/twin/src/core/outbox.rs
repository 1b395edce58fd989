//! Requests that the twin makes itself: notifications to a client's addresses.
//!
//! Handlers only put them here; a task of the running twin sends them. Addresses are the client's own, so nothing
//! is sent anywhere that the client did not ask for.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::Notify;

/// A request to send: always a POST.
#[derive(Debug, Clone)]
pub struct Outbound {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// How long the other side may take.
    pub within: Duration,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Delivered {
    /// An answer, with at most the first 64 KiB of its body.
    Answered { status: StatusCode, media_type: String, body: Bytes },
    /// No answer: the reason in words.
    Failed(String),
}

impl Delivered {
    /// Whether it was answered with 2xx.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Answered { status, .. } if status.is_success())
    }
}

/// Which outcomes are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOn {
    /// Nothing.
    Never,
    /// No answer, or 5xx: Google's channels.
    ServerErrors,
    /// Everything but 2xx: Graph's subscriptions.
    AnyFailure,
}

/// A notification on its way.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What it belongs to, for the record: a channel's or a subscription's id.
    pub about: String,
    pub request: Outbound,
    /// How long to wait before it is sent.
    pub after: Duration,
    pub retry_on: RetryOn,
    /// How often it may still be sent again, each time after twice the pause of before.
    pub retries: u32,
    /// The pause before the first repetition.
    pub pause: Duration,
}

/// What became of a notification.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub about: String,
    pub url: String,
    /// 0 when nobody answered.
    pub status: u16,
    pub attempts: u32,
    pub delivered: bool,
}

/// Notifications that wait, and the records of those that were sent.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<VecDeque<Delivery>>,
    records: Mutex<VecDeque<Record>>,
    pub(crate) arrived: Notify,
    under_way: std::sync::atomic::AtomicUsize,
}

impl Outbox {
    /// Puts a notification in.
    pub fn send(&self, delivery: Delivery) {
        self.under_way.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        crate::lock(&self.waiting).push_back(delivery);
        self.arrived.notify_one();
    }

    /// Takes the next out. Whoever takes it reports what became of it.
    pub fn take(&self) -> Option<Delivery> {
        crate::lock(&self.waiting).pop_front()
    }

    /// Writes down what became of one.
    pub fn report(&self, record: Record) {
        let mut records = crate::lock(&self.records);
        if records.len() == 10_000 {
            records.pop_front();
        }
        records.push_back(record);
        drop(records);
        self.under_way.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
    }

    /// How many are waiting or on their way.
    pub fn under_way(&self) -> usize {
        self.under_way.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// What became of those that were sent, oldest first.
    pub fn records(&self) -> Vec<Record> {
        crate::lock(&self.records).iter().cloned().collect()
    }
}
