//! The outermost wrapper of every plugin: refuses what is not claimed or malformed, and measures each call.

mod checks;

use crate::copies::{Copies, Kept};
use async_trait::async_trait;
use checks::{
    change_of, changing, check_map, check_note, check_reference, check_version, heard, is_plain, settled,
    word,
};
use domain::locking::CheckoutState;
use domain::plugin::{
    Access, Audience, BlankType, Body, ByteRange, Call, Capabilities, ChangePage, CommandInfo, Content,
    Cursor, DocumentPlugin, Done, ExternalRef, Fate, Finding, Inventory, Item, Meter, NewItem, Notice,
    OpenAs, Placement, PluginInfo, Removal, Revision, Shelf, Told, VersionId, VersionInfo, VersionNote,
    Watch, Which,
};
use domain::{Error, ErrorKind, OperationId, Result};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument as _;

/// A plugin that is asked only for what it claims, with input that is well formed, and whose answers are of a
/// kind the caller can handle. Each call is a tracing span with `plugin.kind` and `operation`, counts in
/// `chancery_plugin_calls_total{plugin,method,outcome}` and is timed in `chancery_plugin_seconds{plugin,method}`.
#[derive(Debug)]
pub struct Guarded {
    inner: Arc<dyn DocumentPlugin>,
    info: PluginInfo,
    can: Capabilities,
    copies: Option<Kept>,
}

impl Guarded {
    /// Wraps a plugin. Its number, name and capabilities are asked for once, here.
    pub fn new(inner: Arc<dyn DocumentPlugin>) -> Self {
        let (info, can) = (inner.info(), inner.capabilities());
        Self { inner, info, can, copies: None }
    }

    /// The same, with temporary copies of what is read.
    #[must_use]
    pub fn with_copies(self, copies: Arc<Copies>) -> Self {
        let place = Arc::clone(&self.inner);
        Self { copies: Some(Kept { place, copies }), ..self }
    }

    /// Refuses a capability that is not claimed. `what` completes "does not offer …".
    fn claims(&self, claimed: bool, what: &str) -> Result<()> {
        if claimed {
            return Ok(());
        }
        let text = format!("“{}” does not offer {what}. Choose another place for it.", self.info.name);
        Err(Error::new(ErrorKind::Unsupported, text))
    }

    /// Refuses a shelf that is not claimed.
    fn claims_shelf(&self, shelf: Shelf) -> Result<()> {
        self.claims(shelf == Shelf::Documents || self.can.templates, "to keep templates")
    }

    async fn measured<T>(
        &self,
        method: &'static str,
        call: &Call,
        checked: Result<()>,
        work: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let span = tracing::info_span!(
            "plugin_call",
            plugin.kind = self.info.kind,
            method,
            installation = call.installation.0,
            operation = call.operation.map(tracing::field::display),
            outcome = tracing::field::Empty,
        );
        let began = Instant::now();
        let done = match checked {
            Ok(()) => work.instrument(span.clone()).await,
            Err(refused) => Err(refused),
        };
        let outcome = done.as_ref().map_or_else(|e| word(e.kind()), |_| "ok");
        span.record("outcome", outcome);
        let kind = self.info.kind;
        metrics::counter!("chancery_plugin_calls_total", "plugin" => kind, "method" => method, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("chancery_plugin_seconds", "plugin" => kind, "method" => method)
            .record(began.elapsed().as_secs_f64());
        done
    }

    fn check_body(&self, body: Option<&Body>) -> Result<()> {
        match body.and_then(|b| b.length) {
            Some(length) if length > self.can.max_content => {
                Err(crate::body::too_large(self.can.max_content))
            }
            _ => Ok(()),
        }
    }

    fn check_new(&self, call: &Call, new: &NewItem, body: Option<&Body>) -> Result<()> {
        self.claims_shelf(new.shelf)?;
        changing(call)?;
        check_map(&new.metadata, "metadata")?;
        new.check_in.as_ref().map_or(Ok(()), check_note)?;
        self.check_body(body)
    }
}

#[async_trait]
impl DocumentPlugin for Guarded {
    fn info(&self) -> PluginInfo {
        self.info.clone()
    }

    fn capabilities(&self) -> Capabilities {
        self.can.clone()
    }

    async fn create(&self, call: &Call, new: NewItem, body: Option<Body>) -> Result<Item> {
        let checked = self.check_new(call, &new, body.as_ref());
        self.measured("create", call, checked, self.inner.create(call, new, body)).await
    }

    async fn fate(&self, call: &Call, operation: OperationId, item: Option<&ExternalRef>) -> Result<Fate> {
        if item.is_some_and(|item| check_reference(item).is_err()) {
            return Ok(Fate::Gone);
        }
        self.measured("fate", call, Ok(()), self.inner.fate(call, operation, item)).await
    }

    async fn stat(&self, call: &Call, item: &ExternalRef) -> Result<Option<Item>> {
        if check_reference(item).is_err() {
            return Ok(None);
        }
        self.measured("stat", call, Ok(()), self.inner.stat(call, item)).await
    }

    async fn load(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content> {
        let which = settled(which);
        let work = async {
            match &self.copies {
                Some(kept) => kept.load(call, item, &which, range).await,
                None => self.inner.load(call, item, &which, range).await,
            }
        };
        self.measured("load", call, check_reference(item), work).await
    }

    async fn length(&self, call: &Call, item: &ExternalRef, which: &Which) -> Result<u64> {
        let which = settled(which);
        self.measured("length", call, check_reference(item), self.inner.length(call, item, &which)).await
    }

    async fn save(
        &self,
        call: &Call,
        item: &ExternalRef,
        expected: Option<&Revision>,
        body: Body,
    ) -> Result<Done> {
        let checked = change_of(call, item).and_then(|()| self.check_body(Some(&body)));
        let done = self.measured("save", call, checked, self.inner.save(call, item, expected, body)).await?;
        Ok(heard(call, done))
    }

    async fn copy(&self, call: &Call, item: &ExternalRef, new: NewItem) -> Result<Item> {
        let checked = self
            .claims(self.can.copy, "copies")
            .and_then(|()| check_reference(item))
            .and_then(|()| self.check_new(call, &new, None));
        self.measured("copy", call, checked, self.inner.copy(call, item, new)).await
    }

    async fn rename(&self, call: &Call, item: &ExternalRef, suggested: &str) -> Result<Item> {
        self.measured("rename", call, change_of(call, item), self.inner.rename(call, item, suggested)).await
    }

    fn folder_of(&self, shelf: Shelf, place: &Placement) -> Vec<String> {
        self.inner.folder_of(shelf, place)
    }

    async fn place(&self, call: &Call, item: &ExternalRef, place: &Placement) -> Result<Item> {
        let checked = self.claims(self.can.place, "moving files").and_then(|()| change_of(call, item));
        self.measured("place", call, checked, self.inner.place(call, item, place)).await
    }

    async fn remove(&self, call: &Call, item: &ExternalRef, how: Removal) -> Result<Done> {
        let checked = self
            .claims(how == Removal::Destroy || self.can.trash, "a trash")
            .and_then(|()| change_of(call, item));
        let done = self.measured("remove", call, checked, self.inner.remove(call, item, how)).await?;
        Ok(heard(call, done))
    }

    async fn restore(&self, call: &Call, item: &ExternalRef) -> Result<Item> {
        let checked = self.claims(self.can.trash, "a trash").and_then(|()| change_of(call, item));
        self.measured("restore", call, checked, self.inner.restore(call, item)).await
    }

    async fn open_url(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        open: OpenAs,
    ) -> Result<Option<String>> {
        let which = settled(which);
        let checked = self.claims(self.can.open_url, "addresses").and_then(|()| check_reference(item));
        self.measured("open_url", call, checked, self.inner.open_url(call, item, &which, open)).await
    }

    async fn properties(
        &self,
        call: &Call,
        item: &ExternalRef,
        names: &[String],
    ) -> Result<BTreeMap<String, String>> {
        self.measured("properties", call, check_reference(item), self.inner.properties(call, item, names))
            .await
    }

    async fn metadata(&self, call: &Call, item: &ExternalRef) -> Result<BTreeMap<String, String>> {
        let checked = self.claims(self.can.metadata, "metadata").and_then(|()| check_reference(item));
        self.measured("metadata", call, checked, self.inner.metadata(call, item)).await
    }

    async fn set_metadata(
        &self,
        call: &Call,
        item: &ExternalRef,
        values: &BTreeMap<String, String>,
    ) -> Result<()> {
        let checked = self
            .claims(self.can.metadata, "metadata")
            .and_then(|()| change_of(call, item))
            .and_then(|()| check_map(values, "metadata"));
        self.measured("set_metadata", call, checked, self.inner.set_metadata(call, item, values)).await
    }

    async fn set_facts(&self, call: &Call, item: &ExternalRef, facts: &Placement) -> Result<()> {
        let checked = change_of(call, item);
        self.measured("set_facts", call, checked, self.inner.set_facts(call, item, facts)).await
    }

    async fn check_out(&self, call: &Call, item: &ExternalRef) -> Result<Done> {
        let done =
            self.measured("check_out", call, change_of(call, item), self.inner.check_out(call, item)).await?;
        Ok(heard(call, done))
    }

    async fn check_in(&self, call: &Call, item: &ExternalRef, note: &VersionNote) -> Result<Done> {
        let checked = change_of(call, item).and_then(|()| check_note(note));
        let done = self.measured("check_in", call, checked, self.inner.check_in(call, item, note)).await?;
        Ok(heard(call, done))
    }

    async fn undo_check_out(&self, call: &Call, item: &ExternalRef, force: bool) -> Result<Done> {
        let work = self.inner.undo_check_out(call, item, force);
        let done = self.measured("undo_check_out", call, change_of(call, item), work).await?;
        Ok(heard(call, done))
    }

    async fn checkout_state(&self, call: &Call, item: &ExternalRef) -> Result<CheckoutState> {
        self.measured("checkout_state", call, check_reference(item), self.inner.checkout_state(call, item))
            .await
    }

    async fn versions(&self, call: &Call, item: &ExternalRef) -> Result<Vec<VersionInfo>> {
        self.measured("versions", call, check_reference(item), self.inner.versions(call, item)).await
    }

    async fn set_version_note(
        &self,
        call: &Call,
        item: &ExternalRef,
        version: &VersionId,
        note: &VersionNote,
    ) -> Result<VersionInfo> {
        let checked = self
            .claims(self.can.version_notes, "notes on versions")
            .and_then(|()| change_of(call, item))
            .and_then(|()| check_version(version))
            .and_then(|()| check_note(note));
        let work = self.inner.set_version_note(call, item, version, note);
        self.measured("set_version_note", call, checked, work).await
    }

    async fn restore_version(&self, call: &Call, item: &ExternalRef, version: &VersionId) -> Result<Done> {
        let checked = self
            .claims(self.can.version_notes, "restoring versions")
            .and_then(|()| change_of(call, item))
            .and_then(|()| check_version(version));
        let work = self.inner.restore_version(call, item, version);
        let done = self.measured("restore_version", call, checked, work).await?;
        Ok(heard(call, done))
    }

    async fn set_audience(&self, call: &Call, item: &ExternalRef, audience: &Audience) -> Result<()> {
        let checked =
            self.claims(self.can.audience, "rights of its own").and_then(|()| change_of(call, item));
        self.measured("set_audience", call, checked, self.inner.set_audience(call, item, audience)).await
    }

    async fn audience(&self, call: &Call, item: &ExternalRef) -> Result<Audience> {
        let checked =
            self.claims(self.can.audience, "rights of its own").and_then(|()| check_reference(item));
        self.measured("audience", call, checked, self.inner.audience(call, item)).await
    }

    async fn access(&self, call: &Call, item: &ExternalRef) -> Result<Option<Access>> {
        self.measured("access", call, check_reference(item), self.inner.access(call, item)).await
    }

    async fn changes(&self, call: &Call, cursor: Option<&Cursor>) -> Result<ChangePage> {
        let checked = self.claims(self.can.changes, "a list of changes");
        self.measured("changes", call, checked, self.inner.changes(call, cursor)).await
    }

    async fn inventory(&self, call: &Call, after: Option<&Cursor>) -> Result<Inventory> {
        let checked = self.claims(self.can.changes, "a list of what it keeps");
        self.measured("inventory", call, checked, self.inner.inventory(call, after)).await
    }

    async fn meter(&self, call: &Call) -> Result<Option<Meter>> {
        self.inner.meter(call).await
    }

    fn watch_answer(&self, query: &str) -> Option<String> {
        if self.can.watch { self.inner.watch_answer(query) } else { None }
    }

    fn told(&self, watch: &Watch, notice: &Notice) -> Vec<Told> {
        if self.can.watch { self.inner.told(watch, notice) } else { Vec::new() }
    }

    async fn prolong(&self, call: &Call, watch: &Watch) -> Result<Watch> {
        let checked = self.claims(self.can.watch, "notices of changes");
        self.measured("prolong", call, checked, self.inner.prolong(call, watch)).await
    }

    async fn watch(&self, call: &Call, address: &str) -> Result<Watch> {
        let checked = self.claims(self.can.watch, "notices of changes").and_then(|()| {
            let text =
                "The address to be told at is blank, too long or holds control characters. Correct it.";
            if is_plain(address) { Ok(()) } else { Err(Error::invalid(text)) }
        });
        self.measured("watch", call, checked, self.inner.watch(call, address)).await
    }

    async fn unwatch(&self, call: &Call, watch: &Watch) -> Result<()> {
        let checked = self.claims(self.can.watch, "notices of changes");
        self.measured("unwatch", call, checked, self.inner.unwatch(call, watch)).await
    }

    async fn commands(&self, call: &Call, item: &ExternalRef) -> Result<Vec<CommandInfo>> {
        let checked = self.claims(self.can.commands, "commands").and_then(|()| check_reference(item));
        let mut listed = self.measured("commands", call, checked, self.inner.commands(call, item)).await?;
        listed.retain(|command| call.accepts.is_empty() || call.accepts.contains(&command.answers));
        Ok(listed)
    }

    async fn execute(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        command: &str,
        arguments: &BTreeMap<String, String>,
    ) -> Result<Done> {
        let which = settled(which);
        let checked = self
            .claims(self.can.commands, "commands")
            .and_then(|()| check_reference(item))
            .and_then(|()| if is_plain(command) { Ok(()) } else { Err(Error::not_found("command")) })
            .and_then(|()| check_map(arguments, "arguments"));
        let work = self.inner.execute(call, item, &which, command, arguments);
        let done = self.measured("execute", call, checked, work).await?;
        Ok(heard(call, done))
    }

    async fn resolve_path(&self, call: &Call, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>> {
        let checked = self.claims(self.can.paths, "paths").and_then(|()| self.claims_shelf(shelf));
        if checked.is_ok() && !is_plain(path) {
            return Ok(None);
        }
        self.measured("resolve_path", call, checked, self.inner.resolve_path(call, shelf, path)).await
    }

    fn blank_types(&self) -> Vec<BlankType> {
        if self.can.blank_templates { self.inner.blank_types() } else { Vec::new() }
    }

    fn blank(&self, key: &str) -> Option<Vec<u8>> {
        if self.can.blank_templates { self.inner.blank(key) } else { None }
    }

    async fn check(&self, call: &Call) -> Result<Vec<Finding>> {
        self.measured("check", call, Ok(()), self.inner.check(call)).await
    }

    async fn provision(&self, call: &Call) -> Result<Vec<Finding>> {
        self.measured("provision", call, Ok(()), self.inner.provision(call)).await
    }
}
