//! The guard refuses before the plugin is asked, and lets everything else through.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use async_trait::async_trait;
use common::{a, bytes, folder, settings};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::*;
use domain::{Error, ErrorKind, OperationId, PluginId, Result};
use plugins::archive::ArchivePlugin;
use plugins::guard::Guarded;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A plugin that counts how often it is asked, and claims nothing or everything.
#[derive(Debug)]
struct Counting {
    asked: AtomicU64,
    claims: bool,
}

impl Counting {
    fn new(claims: bool) -> Arc<Self> {
        Arc::new(Self { asked: AtomicU64::new(0), claims })
    }

    fn asked<T>(&self) -> Result<T> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Err(Error::conflict("asked"))
    }
}

type Map = BTreeMap<String, String>;

#[async_trait]
impl DocumentPlugin for Counting {
    fn info(&self) -> PluginInfo {
        PluginInfo { id: PluginId(9), name: "Counting".into(), kind: "counting" }
    }
    fn capabilities(&self) -> Capabilities {
        let c = self.claims;
        Capabilities {
            locking: LockSemantics::Versioning,
            templates: c,
            blank_templates: c,
            trash: c,
            copy: c,
            place: c,
            open_url: c,
            open_desktop: c,
            metadata: c,
            version_notes: c,
            facts: c,
            audience: c,
            changes: c,
            watch: c,
            commands: c,
            paths: c,
            fast_lock_status: c,
            fast_version_list: c,
            fast_exists: c,
            max_content: 100,
        }
    }
    async fn create(&self, _: &Call, _: NewItem, _: Option<Body>) -> Result<Item> {
        self.asked()
    }
    async fn fate(&self, _: &Call, _: OperationId, _: Option<&ExternalRef>) -> Result<Fate> {
        self.asked()
    }
    async fn stat(&self, _: &Call, _: &ExternalRef) -> Result<Option<Item>> {
        self.asked()
    }
    async fn load(&self, _: &Call, _: &ExternalRef, which: &Which, _: Option<ByteRange>) -> Result<Content> {
        assert_ne!(which, &Which::Version(VersionId(String::new())), "a blank version means the latest");
        self.asked()
    }
    async fn length(&self, _: &Call, _: &ExternalRef, _: &Which) -> Result<u64> {
        self.asked()
    }
    async fn save(&self, _: &Call, _: &ExternalRef, _: Option<&Revision>, _: Body) -> Result<Done> {
        self.asked()
    }
    async fn copy(&self, _: &Call, _: &ExternalRef, _: NewItem) -> Result<Item> {
        self.asked()
    }
    async fn rename(&self, _: &Call, _: &ExternalRef, _: &str) -> Result<Item> {
        self.asked()
    }
    fn folder_of(&self, _: Shelf, _: &Placement) -> Vec<String> {
        vec!["Here".into()]
    }
    async fn place(&self, _: &Call, _: &ExternalRef, _: &Placement) -> Result<Item> {
        self.asked()
    }
    async fn remove(&self, _: &Call, _: &ExternalRef, _: Removal) -> Result<Done> {
        self.asked()
    }
    async fn restore(&self, _: &Call, _: &ExternalRef) -> Result<Item> {
        self.asked()
    }
    async fn open_url(&self, _: &Call, _: &ExternalRef, _: &Which, _: OpenAs) -> Result<Option<String>> {
        self.asked()
    }
    async fn properties(&self, _: &Call, _: &ExternalRef, _: &[String]) -> Result<Map> {
        self.asked()
    }
    async fn metadata(&self, _: &Call, _: &ExternalRef) -> Result<Map> {
        self.asked()
    }
    async fn set_metadata(&self, _: &Call, _: &ExternalRef, _: &Map) -> Result<()> {
        self.asked()
    }
    async fn check_out(&self, _: &Call, _: &ExternalRef) -> Result<Done> {
        self.asked()
    }
    async fn check_in(&self, _: &Call, _: &ExternalRef, _: &VersionNote) -> Result<Done> {
        self.asked()
    }
    async fn undo_check_out(&self, _: &Call, _: &ExternalRef, _: bool) -> Result<Done> {
        self.asked()
    }
    async fn checkout_state(&self, _: &Call, _: &ExternalRef) -> Result<CheckoutState> {
        self.asked()
    }
    async fn versions(&self, _: &Call, _: &ExternalRef) -> Result<Vec<VersionInfo>> {
        self.asked()
    }
    async fn set_version_note(
        &self,
        _: &Call,
        _: &ExternalRef,
        _: &VersionId,
        _: &VersionNote,
    ) -> Result<VersionInfo> {
        self.asked()
    }
    async fn restore_version(&self, _: &Call, _: &ExternalRef, _: &VersionId) -> Result<Done> {
        self.asked()
    }
    async fn set_audience(&self, _: &Call, _: &ExternalRef, _: &Audience) -> Result<()> {
        self.asked()
    }
    async fn audience(&self, _: &Call, _: &ExternalRef) -> Result<Audience> {
        self.asked()
    }
    async fn changes(&self, _: &Call, _: Option<&Cursor>) -> Result<ChangePage> {
        self.asked()
    }
    async fn watch(&self, _: &Call, _: &str) -> Result<Watch> {
        self.asked()
    }
    async fn unwatch(&self, _: &Call, _: &Watch) -> Result<()> {
        self.asked()
    }
    async fn commands(&self, call: &Call, _: &ExternalRef) -> Result<Vec<CommandInfo>> {
        let text = |s: &str| s.to_owned();
        let command = |name: &str, answers| CommandInfo {
            name: text(name),
            label: text(name),
            tooltip: text(""),
            icon: text(""),
            answers,
            reads_only: true,
        };
        let _ = call;
        Ok(vec![command("counting.url", AnswerKind::Url), command("counting.text", AnswerKind::Message)])
    }
    async fn execute(&self, _: &Call, _: &ExternalRef, _: &Which, _: &str, _: &Map) -> Result<Done> {
        Ok(Done { item: None, answer: Answer::Url("https://example.com".into()) })
    }
    async fn resolve_path(&self, _: &Call, _: Shelf, _: &str) -> Result<Option<ExternalRef>> {
        self.asked()
    }
    fn blank_types(&self) -> Vec<BlankType> {
        let text = |s: &str| s.to_owned();
        vec![BlankType { key: text("x"), label: text("X"), extension: text(".x"), media_type: text("a/x") }]
    }
    fn blank(&self, _: &str) -> Option<Vec<u8>> {
        Some(Vec::new())
    }
    async fn check(&self, _: &Call) -> Result<Vec<Finding>> {
        self.asked()
    }
    async fn provision(&self, _: &Call) -> Result<Vec<Finding>> {
        self.asked()
    }
}

fn item() -> ExternalRef {
    ExternalRef("some-item".into())
}

fn new() -> NewItem {
    NewItem::document("X.txt", "text/plain")
}

/// Every call that needs a claim.
async fn claimed_calls(p: &dyn DocumentPlugin) -> Vec<(&'static str, Result<()>)> {
    let (r, none, note, v) = (item(), Map::new(), VersionNote::default(), VersionId("1".into()));
    let open = OpenAs { desktop: false, write: false };
    let watch = Watch { id: "w".into(), until: a(1).now };
    let template = NewItem { shelf: Shelf::Templates, ..new() };
    vec![
        ("template", p.create(&a(1), template, None).await.map(drop)),
        ("copy", p.copy(&a(1), &r, new()).await.map(drop)),
        ("place", p.place(&a(1), &r, &Placement::default()).await.map(drop)),
        ("trash", p.remove(&a(1), &r, Removal::Trash).await.map(drop)),
        ("restore", p.restore(&a(1), &r).await.map(drop)),
        ("open_url", p.open_url(&a(1), &r, &Which::Latest, open).await.map(drop)),
        ("metadata", p.metadata(&a(1), &r).await.map(drop)),
        ("set_metadata", p.set_metadata(&a(1), &r, &none).await),
        ("set_version_note", p.set_version_note(&a(1), &r, &v, &note).await.map(drop)),
        ("restore_version", p.restore_version(&a(1), &r, &v).await.map(drop)),
        ("set_audience", p.set_audience(&a(1), &r, &Audience::Inherited).await),
        ("audience", p.audience(&a(1), &r).await.map(drop)),
        ("changes", p.changes(&a(1), None).await.map(drop)),
        ("watch", p.watch(&a(1), "https://example.com").await.map(drop)),
        ("unwatch", p.unwatch(&a(1), &watch).await),
        ("resolve_path", p.resolve_path(&a(1), Shelf::Documents, "a/b").await.map(drop)),
    ]
}

#[tokio::test]
async fn what_is_not_claimed_never_reaches_the_plugin() {
    let inner = Counting::new(false);
    let guarded = Guarded::new(Arc::clone(&inner) as _);
    for (name, outcome) in claimed_calls(&guarded).await {
        let error = outcome.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}");
        assert!(error.public().contains("Counting"), "{name}: the person reads whose limit it is");
    }
    let commands = guarded.commands(&a(1), &item()).await.expect_err("not claimed");
    assert_eq!(commands.kind(), ErrorKind::Unsupported);
    let run = guarded.execute(&a(1), &item(), &Which::Latest, "counting.url", &Map::new()).await;
    assert_eq!(run.expect_err("not claimed").kind(), ErrorKind::Unsupported);
    assert!(guarded.blank_types().is_empty() && guarded.blank("x").is_none());
    assert_eq!(inner.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_claimed_reaches_the_plugin() {
    let inner = Counting::new(true);
    let guarded = Guarded::new(Arc::clone(&inner) as _);
    let calls = claimed_calls(&guarded).await;
    let count = calls.len() as u64;
    for (name, outcome) in calls {
        assert_eq!(outcome.expect_err(name).kind(), ErrorKind::Conflict, "{name}");
    }
    assert_eq!(inner.asked.load(Ordering::SeqCst), count);
    assert_eq!(guarded.blank_types().len(), 1);
    assert_eq!(guarded.folder_of(Shelf::Documents, &Placement::default()), ["Here"]);
    assert_eq!(guarded.info().kind, "counting");
}

#[tokio::test]
async fn malformed_input_never_reaches_the_plugin() {
    let inner = Counting::new(true);
    let g = Guarded::new(Arc::clone(&inner) as _);
    for text in ["", "a\0b", "line\nbreak"] {
        let r = ExternalRef(text.into());
        assert_eq!(g.stat(&a(1), &r).await.unwrap(), None);
        assert_eq!(g.fate(&a(1), a(1).operation.unwrap(), Some(&r)).await.unwrap(), Fate::Gone);
        assert_eq!(g.check_out(&a(1), &r).await.expect_err("no such item").kind(), ErrorKind::NotFound);
        assert_eq!(
            g.load(&a(1), &r, &Which::Latest, None).await.expect_err("none").kind(),
            ErrorKind::NotFound
        );
        assert_eq!(g.resolve_path(&a(1), Shelf::Documents, text).await.unwrap(), None);
        let version = VersionId(text.into());
        let noted = g.set_version_note(&a(1), &item(), &version, &VersionNote::default()).await;
        assert_eq!(noted.expect_err("no such version").kind(), ErrorKind::NotFound);
        let run = g.execute(&a(1), &item(), &Which::Latest, text, &Map::new()).await;
        assert_eq!(run.expect_err("no such command").kind(), ErrorKind::NotFound);
        assert_eq!(g.watch(&a(1), text).await.expect_err("no address").kind(), ErrorKind::Invalid);
    }
    let note = VersionNote::text("x".repeat(5000));
    assert_eq!(g.check_in(&a(1), &item(), &note).await.expect_err("too long").kind(), ErrorKind::Invalid);
    let huge = Map::from([("archive.x".to_owned(), "x".repeat(100_000))]);
    assert_eq!(g.set_metadata(&a(1), &item(), &huge).await.expect_err("too much").kind(), ErrorKind::Invalid);
    let body = || bytes(&[0; 101]);
    assert_eq!(
        g.save(&a(1), &item(), None, body()).await.expect_err("too large").kind(),
        ErrorKind::TooLarge
    );
    let made = g.create(&a(1), new(), Some(body())).await;
    assert_eq!(made.expect_err("too large").kind(), ErrorKind::TooLarge);
    let unrecorded = Call { operation: None, ..a(1) };
    assert_eq!(g.check_out(&unrecorded, &item()).await.expect_err("a defect").kind(), ErrorKind::Internal);
    assert_eq!(inner.asked.load(Ordering::SeqCst), 0);
    let blank = Which::Version(VersionId(String::new()));
    g.load(&a(1), &item(), &blank, None).await.expect_err("asked");
    assert_eq!(inner.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn answers_and_commands_are_limited_to_what_the_caller_can_show() {
    let g = Guarded::new(Counting::new(true));
    let accepting = |kinds: &[AnswerKind]| Call { accepts: kinds.to_vec(), ..a(1) };
    let run = |call| {
        let g = &g;
        async move { g.execute(&call, &item(), &Which::Latest, "counting.url", &Map::new()).await.unwrap().answer }
    };
    assert_eq!(run(accepting(&[AnswerKind::Message])).await, Answer::Nothing);
    assert_eq!(run(accepting(&[AnswerKind::Url])).await.kind(), AnswerKind::Url);
    assert_eq!(run(accepting(&[])).await.kind(), AnswerKind::Url);
    let listed = g.commands(&accepting(&[AnswerKind::Message]), &item()).await.unwrap();
    assert_eq!(listed.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["counting.text"]);
    assert_eq!(g.commands(&accepting(&[]), &item()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_guarded_archive_is_an_archive() {
    let place = folder();
    let archive = ArchivePlugin::open(settings(&place.path().join("archive"))).unwrap();
    let info = archive.info();
    let guarded = Guarded::new(Arc::new(archive));
    assert_eq!(guarded.info(), info);
    assert_eq!(guarded.info().id, PluginId::ARCHIVE);
    let item = guarded.create(&a(1), new(), Some(bytes(b"x"))).await.unwrap();
    assert_eq!(guarded.length(&a(2), &item.reference, &Which::Latest).await.unwrap(), 1);
}
