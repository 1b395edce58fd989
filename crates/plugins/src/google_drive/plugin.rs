//! The contract's methods, each at a desk of its own.

use super::{GoogleDrive, LARGEST};
use crate::{blanks, filing};
use async_trait::async_trait;
use domain::locking::CheckoutState;
use domain::plugin::{
    Access, Audience, BlankType, Body, ByteRange, Call, Capabilities, ChangePage, CommandInfo, Content,
    Cursor, DocumentPlugin, Done, ExternalRef, Fate, Finding, Inventory, Item, Meter, NewItem, Notice,
    OpenAs, Placement, PluginInfo, Removal, Revision, Shelf, Told, VersionId, VersionInfo, VersionNote,
    Watch, Which,
};
use domain::{OperationId, Result};
use std::collections::BTreeMap;

#[async_trait]
impl DocumentPlugin for GoogleDrive {
    fn info(&self) -> PluginInfo {
        PluginInfo { id: self.shared.id, name: "Google Drive".into(), kind: "google_drive" }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            locking: self.shared.locking,
            templates: true,
            blank_templates: true,
            trash: true,
            copy: true,
            place: true,
            open_url: true,
            open_desktop: false,
            metadata: true,
            version_notes: self.shared.locking.versions(),
            facts: false,
            audience: true,
            changes: true,
            watch: true,
            commands: true,
            paths: true,
            fast_lock_status: false,
            fast_version_list: false,
            fast_exists: false,
            max_content: LARGEST,
        }
    }

    async fn create(&self, call: &Call, new: NewItem, body: Option<Body>) -> Result<Item> {
        call.recorded()?;
        self.shared.desk(call).await?.create(new, body).await
    }

    async fn fate(&self, call: &Call, operation: OperationId, item: Option<&ExternalRef>) -> Result<Fate> {
        self.shared.desk(call).await?.fate(operation, item).await
    }

    async fn stat(&self, call: &Call, item: &ExternalRef) -> Result<Option<Item>> {
        let found = self.shared.desk(call).await?.look(item).await?;
        Ok(found.map(|thing| thing.seen(call)))
    }

    async fn load(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content> {
        self.shared.desk(call).await?.load(item, which, range).await
    }

    async fn length(&self, call: &Call, item: &ExternalRef, which: &Which) -> Result<u64> {
        self.shared.desk(call).await?.length(item, which).await
    }

    async fn save(
        &self,
        call: &Call,
        item: &ExternalRef,
        expected: Option<&Revision>,
        body: Body,
    ) -> Result<Done> {
        call.recorded()?;
        self.shared.desk(call).await?.save(item, expected, body).await
    }

    async fn copy(&self, call: &Call, item: &ExternalRef, new: NewItem) -> Result<Item> {
        call.recorded()?;
        self.shared.desk(call).await?.copy(item, new).await
    }

    async fn rename(&self, call: &Call, item: &ExternalRef, suggested: &str) -> Result<Item> {
        call.recorded()?;
        self.shared.desk(call).await?.rename(item, suggested).await
    }

    fn folder_of(&self, shelf: Shelf, place: &Placement) -> Vec<String> {
        filing::folder(shelf, None, place)
    }

    async fn place(&self, call: &Call, item: &ExternalRef, place: &Placement) -> Result<Item> {
        call.recorded()?;
        self.shared.desk(call).await?.place(item, place).await
    }

    async fn remove(&self, call: &Call, item: &ExternalRef, how: Removal) -> Result<Done> {
        call.recorded()?;
        let desk = self.shared.desk(call).await?;
        match how {
            Removal::Trash => desk.trash(item).await,
            Removal::Destroy => desk.destroy(item).await,
        }
    }

    async fn restore(&self, call: &Call, item: &ExternalRef) -> Result<Item> {
        call.recorded()?;
        self.shared.desk(call).await?.restore(item).await
    }

    async fn open_url(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        open: OpenAs,
    ) -> Result<Option<String>> {
        self.shared.desk(call).await?.open_url(item, which, open).await
    }

    async fn properties(
        &self,
        call: &Call,
        item: &ExternalRef,
        names: &[String],
    ) -> Result<BTreeMap<String, String>> {
        self.shared.desk(call).await?.properties(item, names).await
    }

    async fn metadata(&self, call: &Call, item: &ExternalRef) -> Result<BTreeMap<String, String>> {
        let desk = self.shared.desk(call).await?;
        let thing = desk.find_usable(item).await?;
        Ok(self.shared.record(call.installation, thing.id()).await?.metadata)
    }

    async fn set_metadata(
        &self,
        call: &Call,
        item: &ExternalRef,
        values: &BTreeMap<String, String>,
    ) -> Result<()> {
        call.recorded()?;
        let desk = self.shared.desk(call).await?;
        let thing = desk.find_usable(item).await?;
        let keep = |record: &mut super::record::Record| record.keep(values.clone());
        self.shared.note(call.installation, thing.id(), keep).await.map(drop)
    }

    async fn check_out(&self, call: &Call, item: &ExternalRef) -> Result<Done> {
        call.recorded()?;
        self.shared.desk(call).await?.check_out(item).await
    }

    async fn check_in(&self, call: &Call, item: &ExternalRef, note: &VersionNote) -> Result<Done> {
        call.recorded()?;
        self.shared.desk(call).await?.check_in(item, note).await
    }

    async fn undo_check_out(&self, call: &Call, item: &ExternalRef, force: bool) -> Result<Done> {
        call.recorded()?;
        self.shared.desk(call).await?.undo_check_out(item, force).await
    }

    async fn checkout_state(&self, call: &Call, item: &ExternalRef) -> Result<CheckoutState> {
        let thing = self.shared.desk(call).await?.find_usable(item).await?;
        Ok(thing.marks.checkout_state(call.associate))
    }

    async fn versions(&self, call: &Call, item: &ExternalRef) -> Result<Vec<VersionInfo>> {
        self.shared.desk(call).await?.versions(item).await
    }

    async fn set_version_note(
        &self,
        call: &Call,
        item: &ExternalRef,
        version: &VersionId,
        note: &VersionNote,
    ) -> Result<VersionInfo> {
        self.shared.desk(call).await?.set_version_note(item, version, note).await
    }

    async fn restore_version(&self, call: &Call, item: &ExternalRef, version: &VersionId) -> Result<Done> {
        self.shared.desk(call).await?.restore_version(item, version).await
    }

    async fn set_audience(&self, call: &Call, item: &ExternalRef, audience: &Audience) -> Result<()> {
        call.recorded()?;
        self.shared.desk(call).await?.set_audience(item, audience).await
    }

    async fn audience(&self, call: &Call, item: &ExternalRef) -> Result<Audience> {
        Ok(self.shared.desk(call).await?.find_usable(item).await?.marks.audience)
    }

    async fn access(&self, call: &Call, item: &ExternalRef) -> Result<Option<Access>> {
        self.shared.desk(call).await?.access(item).await.map(Some)
    }

    async fn changes(&self, call: &Call, cursor: Option<&Cursor>) -> Result<ChangePage> {
        self.shared.desk(call).await?.changes(cursor).await
    }

    async fn inventory(&self, call: &Call, after: Option<&Cursor>) -> Result<Inventory> {
        self.shared.desk(call).await?.inventory(after).await
    }

    async fn meter(&self, call: &Call) -> Result<Option<Meter>> {
        let connected = self.shared.places.of(call.installation).await?;
        Ok(Some(self.shared.client.budget.meter(&connected.account)))
    }

    fn told(&self, watch: &Watch, notice: &Notice) -> Vec<Told> {
        if super::feed::is_notice(watch, notice) { vec![Told::Changed] } else { Vec::new() }
    }

    async fn watch(&self, call: &Call, address: &str) -> Result<Watch> {
        self.shared.desk(call).await?.watch(address).await
    }

    async fn unwatch(&self, call: &Call, watch: &Watch) -> Result<()> {
        self.shared.desk(call).await?.unwatch(watch).await
    }

    async fn commands(&self, call: &Call, item: &ExternalRef) -> Result<Vec<CommandInfo>> {
        self.shared.desk(call).await?.commands(item).await
    }

    async fn execute(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        command: &str,
        _: &BTreeMap<String, String>,
    ) -> Result<Done> {
        self.shared.desk(call).await?.execute(item, which, command).await
    }

    async fn resolve_path(&self, call: &Call, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>> {
        self.shared.desk(call).await?.resolve_path(shelf, path).await
    }

    fn blank_types(&self) -> Vec<BlankType> {
        blanks::types()
    }

    fn blank(&self, key: &str) -> Option<Vec<u8>> {
        blanks::content(key)
    }

    async fn check(&self, call: &Call) -> Result<Vec<Finding>> {
        Ok(self.shared.desk(call).await?.check().await)
    }

    async fn provision(&self, call: &Call) -> Result<Vec<Finding>> {
        self.shared.desk(call).await?.provision().await
    }
}
