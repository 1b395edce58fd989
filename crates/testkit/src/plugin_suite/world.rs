//! What a case works with.

use bytes::Bytes;
use domain::locking::LockSemantics;
use domain::plugin::{
    AnswerKind, Body, ByteRange, Call, Capabilities, DocumentPlugin, ExternalRef, Item, NewItem, VersionNote,
    Which,
};
use domain::{AssociateId, Error, ErrorKind, InstallationId, OperationId, Result};
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// A fresh plugin and two associates, A and B, of one installation.
pub struct World {
    /// The plugin under test.
    pub plugin: Arc<dyn DocumentPlugin>,
    /// What it claims.
    pub can: Capabilities,
    /// A metadata name the plugin keeps, without its value.
    pub kept_name: String,
    /// A command the plugin knows and does not list, when it has one.
    pub private_command: Option<String>,
    installation: InstallationId,
    calls: AtomicU64,
    _kept: Box<dyn Any + Send + Sync>,
}

impl Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("plugin", &self.plugin).finish_non_exhaustive()
    }
}

/// A media type for cases in which it does not matter.
pub(super) const TEXT: &str = "text/plain";

impl World {
    /// A world around a fresh plugin. `kept_name` is a metadata name it keeps; `kept` lives as long as the
    /// world: a temporary folder, a simulator.
    pub fn new(plugin: Arc<dyn DocumentPlugin>, kept_name: &str, kept: impl Any + Send + Sync) -> Self {
        let can = plugin.capabilities();
        Self {
            plugin,
            can,
            kept_name: kept_name.into(),
            private_command: None,
            installation: InstallationId(7),
            calls: AtomicU64::new(1),
            _kept: Box::new(kept),
        }
    }

    /// Names a command that works without being listed.
    #[must_use]
    pub fn with_private_command(mut self, command: &str) -> Self {
        self.private_command = Some(command.into());
        self
    }

    /// A call by an associate, with an operation and an instant of its own.
    pub fn call(&self, associate: Option<AssociateId>, name: &str) -> Call {
        let n = self.calls.fetch_add(1, Ordering::Relaxed);
        let start = Timestamp::from_second(1_767_225_600).expect("1 January 2026 is an instant");
        Call {
            installation: self.installation,
            associate,
            name: name.into(),
            operation: Some(OperationId(Uuid::from_u64_pair(
                0x019b_0000_0000_7000,
                0x8000_0000_0000_0000 | n,
            ))),
            now: start + SignedDuration::from_secs(i64::try_from(n).expect("few calls")),
            accepts: Vec::new(),
        }
    }

    /// A call by associate A.
    pub fn a(&self) -> Call {
        self.call(Some(AssociateId(1)), "Anna Berg")
    }

    /// A call by associate B.
    pub fn b(&self) -> Call {
        self.call(Some(AssociateId(2)), "Bruno Keller")
    }

    /// A call by A that can handle these kinds of answer.
    pub fn a_accepting(&self, accepts: &[AnswerKind]) -> Call {
        Call { accepts: accepts.to_vec(), ..self.a() }
    }

    /// A call by the associate with A's number in another installation.
    pub fn elsewhere(&self) -> Call {
        Call { installation: InstallationId(8), ..self.a() }
    }

    /// What becomes of a level this plugin is asked for.
    pub fn level(&self, asked: LockSemantics) -> LockSemantics {
        LockSemantics::effective(asked, self.can.locking)
    }

    /// The levels with locks. When the plugin has none, checks that asking for one gives none.
    pub async fn locking_levels(&self) -> Vec<LockSemantics> {
        let asked = [LockSemantics::Locking, LockSemantics::Versioning];
        let levels: Vec<_> = asked.into_iter().filter(|level| self.can.locking >= *level).collect();
        if levels.is_empty() {
            let item = self.draft(LockSemantics::Locking, b"no locks here").await;
            assert_eq!(item.semantics, LockSemantics::None);
            self.plugin
                .check_in(&self.b(), &item.reference, &VersionNote::default())
                .await
                .expect("nothing to do");
        }
        levels
    }

    /// Whether the plugin keeps versions. When it does not, checks that it lists none after two check-ins.
    pub async fn keeps_versions(&self) -> bool {
        if self.can.locking.versions() {
            return true;
        }
        let item = self.public(LockSemantics::Versioning, b"one").await;
        self.check_in_new(&item.reference, b"two").await;
        let listed = self.plugin.versions(&self.a(), &item.reference).await.expect("a list");
        assert!(listed.is_empty(), "versions without versioning: {listed:?}");
        assert_eq!(self.read(&self.b(), &item.reference).await, b"two");
        false
    }

    /// A new item, checked out to A with locking.
    pub async fn draft(&self, level: LockSemantics, bytes: &[u8]) -> Item {
        let new = NewItem { semantics: level, ..NewItem::document("Draft.txt", TEXT) };
        let made = self.plugin.create(&self.a(), new, Some(Body::from_bytes(bytes.to_vec()))).await;
        made.expect("a draft is made")
    }

    /// A new item made by A that everybody can read; with versioning it has version 1.
    pub async fn public(&self, level: LockSemantics, bytes: &[u8]) -> Item {
        self.public_named("Letter.txt", level, bytes).await
    }

    /// As [`World::public`], with a name.
    pub async fn public_named(&self, name: &str, level: LockSemantics, bytes: &[u8]) -> Item {
        let check_in = Some(VersionNote::text("first"));
        let new = NewItem { semantics: level, check_in, ..NewItem::document(name, TEXT) };
        let made = self.plugin.create(&self.a(), new, Some(Body::from_bytes(bytes.to_vec()))).await;
        made.expect("a public item is made")
    }

    /// A checks out, saves and checks in.
    pub async fn check_in_new(&self, item: &ExternalRef, bytes: &[u8]) {
        self.plugin.check_out(&self.a(), item).await.expect("A checks out");
        self.save(&self.a(), item, bytes).await;
        let note = VersionNote::text(String::from_utf8_lossy(bytes));
        self.plugin.check_in(&self.a(), item, &note).await.expect("A checks in");
    }

    /// Saves bytes, which must succeed.
    pub async fn save(&self, call: &Call, item: &ExternalRef, bytes: &[u8]) {
        let done = self.plugin.save(call, item, None, Body::from_bytes(bytes.to_vec())).await;
        done.expect("the save succeeds");
    }

    /// What the caller reads.
    pub async fn read(&self, call: &Call, item: &ExternalRef) -> Vec<u8> {
        self.read_which(call, item, &Which::Latest).await
    }

    /// What the caller reads of a version.
    pub async fn read_which(&self, call: &Call, item: &ExternalRef, which: &Which) -> Vec<u8> {
        let content = self.plugin.load(call, item, which, None).await.expect("the content opens");
        assert_eq!(content.span, 0..content.size, "without a range everything is delivered");
        drain(content.stream).await.expect("the content is whole")
    }

    /// The bytes of a range.
    pub async fn read_range(&self, call: &Call, item: &ExternalRef, range: ByteRange) -> Result<Vec<u8>> {
        let content = self.plugin.load(call, item, &Which::Latest, Some(range)).await?;
        let span = content.span.clone();
        let bytes = drain(content.stream).await?;
        assert_eq!(bytes.len() as u64, span.end - span.start, "the span is what is delivered");
        Ok(bytes)
    }

    /// The item as the caller sees it.
    pub async fn stat(&self, call: &Call, item: &ExternalRef) -> Item {
        self.plugin.stat(call, item).await.expect("the item can be described").expect("the item exists")
    }

    /// How many versions are listed.
    pub async fn count_versions(&self, item: &ExternalRef) -> usize {
        self.plugin.versions(&self.b(), item).await.expect("a list").len()
    }
}

/// All bytes of a stream.
pub(super) async fn drain(mut stream: domain::plugin::ByteStream) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part?);
    }
    Ok(bytes)
}

/// The kind of failure of a call that must fail.
#[track_caller]
pub(super) fn failure<T: Debug>(outcome: Result<T>) -> ErrorKind {
    outcome.expect_err("this call must fail").kind()
}

/// A body that arrives in parts.
pub(super) fn body_of(length: Option<u64>, parts: Vec<Result<Bytes>>) -> Body {
    Body { length, stream: Box::pin(futures_util::stream::iter(parts)) }
}

/// Bodies that must fail, and leave what was there: one ends early, one runs over, one fails midway.
pub(super) fn early() -> Body {
    body_of(Some(100), vec![Ok(Bytes::from_static(b"half of wh"))])
}

/// See [`early`].
pub(super) fn over() -> Body {
    body_of(Some(4), vec![Ok(Bytes::from_static(b"four")), Ok(Bytes::from_static(b" and more"))])
}

/// See [`early`].
pub(super) fn failing() -> Body {
    let lost = Error::new(ErrorKind::Unavailable, "The connection was lost. Send the file again.");
    body_of(None, vec![Ok(Bytes::from_static(b"half of what")), Err(lost), Ok(Bytes::from_static(b" more"))])
}

/// Bytes that look random and are the same for the same seed (`xorshift64*`, Vigna 2014).
pub(super) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
