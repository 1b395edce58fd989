//! A second place for documents: an archive behind a number, a name and references of its own, which can be made
//! to fall silent or to lose its answers.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "test code: a failed expectation is a failed test"
)]

use app::{App, Parts, Settings};
use async_trait::async_trait;
use domain::locking::CheckoutState;
use domain::plugin::{
    Audience, BlankType, Body, ByteRange, Call, Capabilities, ChangePage, CommandInfo, Content, Cursor,
    DocumentPlugin, Done, ExternalRef, Fate, Finding, Item, NewItem, OpenAs, Placement, PluginInfo, Removal,
    Revision, Shelf, VersionId, VersionInfo, VersionNote, Watch, Which,
};
use domain::steps::Unwatched;
use domain::{Error, ErrorKind, OperationId, PluginId, Result};
use plugins::archive::{ArchivePlugin, ArchiveSettings};
use plugins::guard::Guarded;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use testkit::house::House;

/// Its number.
pub const ELSEWHERE: PluginId = PluginId(7);

/// A command of this place that changes the content.
pub const STAMP: &str = "elsewhere.stamp";

/// How the place behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    Well = 0,
    /// It answers nothing and does nothing.
    Silent = 1,
    /// It makes what it is told to make, and its answer is lost; so is every answer about what became of it.
    LosesAnswers = 2,
    /// It refuses to make anything.
    Full = 3,
}

/// A second place for documents.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    inner: ArchivePlugin,
    mood: Arc<AtomicU8>,
    /// The folders items were placed in, in the order they were made.
    pub placed: Arc<Mutex<Vec<Placement>>>,
}

impl Elsewhere {
    /// A place beside the archive of a house.
    pub fn beside(house: &House) -> Self {
        let settings =
            ArchiveSettings { reserve_bytes: 0, ..ArchiveSettings::new(house.directory().join("elsewhere")) };
        let inner = ArchivePlugin::open(settings).expect("a second archive can be opened");
        Self { inner, mood: Arc::default(), placed: Arc::default() }
    }

    /// An application over the tables of a house, with its archive and this place.
    pub fn app(&self, house: &House) -> App {
        let plugins: Vec<Arc<dyn DocumentPlugin>> = vec![
            Arc::new(Guarded::new(Arc::new(house.archive.clone()))),
            Arc::new(Guarded::new(Arc::new(self.clone()))),
        ];
        let store = house.app.store().clone();
        App::new(Parts { store, plugins, settings: Settings::default(), steps: Arc::new(Unwatched) })
    }

    /// From now on it behaves like this.
    pub fn be(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    fn is(&self, mood: Mood) -> bool {
        self.mood.load(Ordering::SeqCst) == mood as u8
    }

    fn answers(&self) -> Result<()> {
        if self.is(Mood::Silent) || self.is(Mood::LosesAnswers) { Err(silence()) } else { Ok(()) }
    }

    fn heard<T>(&self, answer: Result<T>) -> Result<T> {
        self.answers()?;
        answer
    }

    /// Whether it may be asked to make something.
    fn makes(&self) -> Result<()> {
        if self.is(Mood::Silent) {
            return Err(silence());
        }
        if self.is(Mood::Full) {
            return Err(Error::new(ErrorKind::Forbidden, "The place is full. Choose another."));
        }
        Ok(())
    }
}

fn silence() -> Error {
    Error::new(ErrorKind::Unavailable, "The place does not answer. Try again later.")
}

/// A reference as this place writes it: nothing that a file system, an address or a table would like.
fn outer(inner: &ExternalRef) -> ExternalRef {
    ExternalRef(format!("{{\"%00\": '../{}?x=1&y=2#'}} øæ", inner.0))
}

fn inner(reference: &ExternalRef) -> Result<ExternalRef> {
    let cut = reference.0.strip_prefix("{\"%00\": '../").and_then(|r| r.strip_suffix("?x=1&y=2#'} øæ"));
    cut.map(|r| ExternalRef(r.to_owned())).ok_or_else(|| Error::not_found("file"))
}

fn shown(item: Item) -> Item {
    Item { reference: outer(&item.reference), ..item }
}

fn done(done: Done) -> Done {
    Done { item: done.item.map(shown), answer: done.answer }
}

#[async_trait]
impl DocumentPlugin for Elsewhere {
    fn info(&self) -> PluginInfo {
        PluginInfo { id: ELSEWHERE, name: "Elsewhere".into(), kind: "elsewhere" }
    }
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }
    async fn create(&self, call: &Call, new: NewItem, body: Option<Body>) -> Result<Item> {
        self.makes()?;
        self.placed.lock().expect("nobody panicked").push(new.place.clone());
        self.heard(self.inner.create(call, new, body).await.map(shown))
    }
    async fn fate(&self, call: &Call, operation: OperationId, item: Option<&ExternalRef>) -> Result<Fate> {
        self.answers()?;
        let item = item.map(inner).transpose()?;
        Ok(match self.inner.fate(call, operation, item.as_ref()).await? {
            Fate::Applied(item) => Fate::Applied(Box::new(shown(*item))),
            other => other,
        })
    }
    async fn stat(&self, call: &Call, item: &ExternalRef) -> Result<Option<Item>> {
        self.answers()?;
        Ok(self.inner.stat(call, &inner(item)?).await?.map(shown))
    }
    async fn load(
        &self,
        c: &Call,
        item: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content> {
        self.answers()?;
        self.inner.load(c, &inner(item)?, which, range).await
    }
    async fn length(&self, call: &Call, item: &ExternalRef, which: &Which) -> Result<u64> {
        self.inner.length(call, &inner(item)?, which).await
    }
    async fn save(
        &self,
        c: &Call,
        item: &ExternalRef,
        expected: Option<&Revision>,
        body: Body,
    ) -> Result<Done> {
        self.makes()?;
        self.heard(self.inner.save(c, &inner(item)?, expected, body).await.map(done))
    }
    async fn copy(&self, call: &Call, item: &ExternalRef, new: NewItem) -> Result<Item> {
        self.makes()?;
        self.heard(self.inner.copy(call, &inner(item)?, new).await.map(shown))
    }
    async fn rename(&self, call: &Call, item: &ExternalRef, suggested: &str) -> Result<Item> {
        self.inner.rename(call, &inner(item)?, suggested).await.map(shown)
    }
    fn folder_of(&self, shelf: Shelf, place: &Placement) -> Vec<String> {
        self.inner.folder_of(shelf, place)
    }
    async fn place(&self, call: &Call, item: &ExternalRef, place: &Placement) -> Result<Item> {
        self.inner.place(call, &inner(item)?, place).await.map(shown)
    }
    async fn remove(&self, call: &Call, item: &ExternalRef, how: Removal) -> Result<Done> {
        self.inner.remove(call, &inner(item)?, how).await.map(done)
    }
    async fn restore(&self, call: &Call, item: &ExternalRef) -> Result<Item> {
        self.inner.restore(call, &inner(item)?).await.map(shown)
    }
    async fn open_url(
        &self,
        c: &Call,
        item: &ExternalRef,
        which: &Which,
        open: OpenAs,
    ) -> Result<Option<String>> {
        self.inner.open_url(c, &inner(item)?, which, open).await
    }
    async fn properties(
        &self,
        c: &Call,
        item: &ExternalRef,
        names: &[String],
    ) -> Result<BTreeMap<String, String>> {
        self.inner.properties(c, &inner(item)?, names).await
    }
    async fn metadata(&self, call: &Call, item: &ExternalRef) -> Result<BTreeMap<String, String>> {
        self.inner.metadata(call, &inner(item)?).await
    }
    async fn set_metadata(
        &self,
        c: &Call,
        item: &ExternalRef,
        values: &BTreeMap<String, String>,
    ) -> Result<()> {
        self.inner.set_metadata(c, &inner(item)?, values).await
    }
    async fn check_out(&self, call: &Call, item: &ExternalRef) -> Result<Done> {
        self.heard(self.inner.check_out(call, &inner(item)?).await.map(done))
    }
    async fn check_in(&self, call: &Call, item: &ExternalRef, note: &VersionNote) -> Result<Done> {
        self.heard(self.inner.check_in(call, &inner(item)?, note).await.map(done))
    }
    async fn undo_check_out(&self, call: &Call, item: &ExternalRef, force: bool) -> Result<Done> {
        self.heard(self.inner.undo_check_out(call, &inner(item)?, force).await.map(done))
    }
    async fn checkout_state(&self, call: &Call, item: &ExternalRef) -> Result<CheckoutState> {
        self.inner.checkout_state(call, &inner(item)?).await
    }
    async fn versions(&self, call: &Call, item: &ExternalRef) -> Result<Vec<VersionInfo>> {
        self.inner.versions(call, &inner(item)?).await
    }
    async fn set_version_note(
        &self,
        call: &Call,
        item: &ExternalRef,
        version: &VersionId,
        note: &VersionNote,
    ) -> Result<VersionInfo> {
        self.inner.set_version_note(call, &inner(item)?, version, note).await
    }
    async fn restore_version(&self, call: &Call, item: &ExternalRef, version: &VersionId) -> Result<Done> {
        self.inner.restore_version(call, &inner(item)?, version).await.map(done)
    }
    async fn set_audience(&self, call: &Call, item: &ExternalRef, audience: &Audience) -> Result<()> {
        self.inner.set_audience(call, &inner(item)?, audience).await
    }
    async fn audience(&self, call: &Call, item: &ExternalRef) -> Result<Audience> {
        self.inner.audience(call, &inner(item)?).await
    }
    async fn changes(&self, call: &Call, cursor: Option<&Cursor>) -> Result<ChangePage> {
        self.inner.changes(call, cursor).await
    }
    async fn watch(&self, call: &Call, address: &str) -> Result<Watch> {
        self.inner.watch(call, address).await
    }
    async fn unwatch(&self, call: &Call, watch: &Watch) -> Result<()> {
        self.inner.unwatch(call, watch).await
    }
    async fn commands(&self, call: &Call, item: &ExternalRef) -> Result<Vec<CommandInfo>> {
        let mut commands = self.inner.commands(call, &inner(item)?).await?;
        if let Some(like) = commands.first().cloned() {
            let stamp = CommandInfo { name: STAMP.into(), label: "Stamp".into(), reads_only: false, ..like };
            commands.push(stamp);
        }
        Ok(commands)
    }
    async fn execute(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        command: &str,
        arguments: &BTreeMap<String, String>,
    ) -> Result<Done> {
        if command == STAMP {
            self.makes()?;
            let stamped = self.inner.save(call, &inner(item)?, None, Body::from_bytes("stamped")).await;
            return self.heard(stamped.map(done));
        }
        self.inner.execute(call, &inner(item)?, which, command, arguments).await.map(done)
    }
    async fn resolve_path(&self, call: &Call, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>> {
        Ok(self.inner.resolve_path(call, shelf, path).await?.as_ref().map(outer))
    }
    fn blank_types(&self) -> Vec<BlankType> {
        self.inner.blank_types()
    }
    fn blank(&self, key: &str) -> Option<Vec<u8>> {
        self.inner.blank(key)
    }
    async fn check(&self, call: &Call) -> Result<Vec<Finding>> {
        self.inner.check(call).await
    }
    async fn provision(&self, call: &Call) -> Result<Vec<Finding>> {
        self.inner.provision(call).await
    }
}
