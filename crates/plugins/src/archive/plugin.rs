//! The contract's methods, each handed to a thread that may block.

use super::area::Area;
use super::content::{CHUNK, Incoming};
use super::core::{Core, InTrash, blocking};
use super::items::{self, Upload};
use super::{ArchivePlugin, findings};
use crate::blanks;
use crate::body;
use async_trait::async_trait;
use domain::locking::CheckoutState;
use domain::plugin::{
    Audience, BlankType, Body, ByteRange, Call, Capabilities, ChangePage, CommandInfo, Content, Cursor,
    DocumentPlugin, Done, ExternalRef, Fate, Finding, Item, NewItem, OpenAs, Placement, PluginInfo, Removal,
    Revision, Shelf, VersionId, VersionInfo, VersionNote, Watch, Which,
};
use domain::{Error, ErrorKind, InstallationId, OperationId, PluginId, Result};
use futures_util::StreamExt as _;
use std::collections::BTreeMap;
use std::sync::Arc;

fn unsupported(what: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("The archive does not offer {what}. Use Chancery itself for it."),
    )
}

impl ArchivePlugin {
    /// Takes in a body: short ones stay in memory, long ones go to a temporary file, chunk by chunk.
    async fn receive(&self, call: &Call, body: Body) -> Result<Upload> {
        let mut stream = body::checked(body, self.core.settings.max_content)?;
        let mut buffer: Vec<u8> = Vec::new();
        let mut arriving: Arriving = None;
        while let Some(part) = stream.next().await {
            let mut part = part?;
            while !part.is_empty() {
                let take = part.len().min(CHUNK - buffer.len());
                buffer.extend_from_slice(&part.split_to(take));
                if buffer.len() == CHUNK {
                    let (core, installation) = (Arc::clone(&self.core), call.installation);
                    (arriving, buffer) = blocking(move || add(&core, installation, arriving, buffer)).await?;
                }
            }
        }
        let Some((mut incoming, area)) = arriving else {
            return Ok(if buffer.is_empty() { Upload::Nothing } else { Upload::Short(buffer) });
        };
        self.run(move |core| {
            if !buffer.is_empty() {
                incoming.add(core, &buffer)?;
            }
            let arrived = incoming.finish(core, &area)?;
            arrived.settle()?;
            Ok(Upload::Long(Box::new(arrived)))
        })
        .await
    }
}

/// What has arrived so far; `None` before the first full buffer.
type Arriving = Option<(Incoming, Area)>;

/// Adds a full buffer to what is arriving, which begins with the first; gives the emptied buffer back.
fn add(
    core: &Core,
    installation: InstallationId,
    arriving: Arriving,
    mut buffer: Vec<u8>,
) -> Result<(Arriving, Vec<u8>)> {
    let (mut incoming, area) = if let Some(going) = arriving {
        going
    } else {
        let area = core.provision(installation)?;
        (Incoming::start(core, &area)?, area)
    };
    incoming.add(core, &buffer)?;
    buffer.clear();
    Ok((Some((incoming, area)), buffer))
}

#[async_trait]
impl DocumentPlugin for ArchivePlugin {
    fn info(&self) -> PluginInfo {
        PluginInfo { id: PluginId::ARCHIVE, name: "Archive".into(), kind: "archive" }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            locking: self.core.settings.locking,
            templates: true,
            blank_templates: true,
            trash: true,
            copy: true,
            place: true,
            open_url: false,
            open_desktop: false,
            metadata: true,
            version_notes: self.core.settings.locking.versions(),
            facts: false,
            audience: true,
            changes: false,
            watch: false,
            commands: true,
            paths: true,
            fast_lock_status: true,
            fast_version_list: true,
            fast_exists: true,
            max_content: self.core.settings.max_content,
        }
    }

    async fn create(&self, call: &Call, new: NewItem, body: Option<Body>) -> Result<Item> {
        call.recorded()?;
        let upload = match body {
            Some(body) => self.receive(call, body).await?,
            None => Upload::Nothing,
        };
        let call = call.clone();
        self.run(move |core| items::create(core, &call, new, upload)).await
    }

    async fn fate(&self, call: &Call, operation: OperationId, item: Option<&ExternalRef>) -> Result<Fate> {
        let (call, item) = (call.clone(), item.cloned());
        self.run(move |core| items::fate(core, &call, operation, item.as_ref())).await
    }

    async fn stat(&self, call: &Call, item: &ExternalRef) -> Result<Option<Item>> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| items::stat(core, &call, &item)).await
    }

    async fn load(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        range: Option<ByteRange>,
    ) -> Result<Content> {
        let (call, item, which) = (call.clone(), item.clone(), which.clone());
        self.run(move |core| items::load(core, &call, &item, &which, range)).await
    }

    async fn length(&self, call: &Call, item: &ExternalRef, which: &Which) -> Result<u64> {
        let (call, item, which) = (call.clone(), item.clone(), which.clone());
        self.run(move |core| {
            let (_, item) = core.find_usable(&call, &item)?;
            Ok(items::chosen(&item, &call, &which)?.size)
        })
        .await
    }

    async fn save(
        &self,
        call: &Call,
        item: &ExternalRef,
        expected: Option<&Revision>,
        body: Body,
    ) -> Result<Done> {
        let (call, item, expected) = (call.clone(), item.clone(), expected.cloned());
        let (early, reference, revision) = (call.clone(), item.clone(), expected.clone());
        let known =
            self.run(move |core| items::may_save(core, &early, &reference, revision.as_ref())).await?;
        if let Some(item) = known {
            return Ok(Done::with(item));
        }
        let upload = self.receive(&call, body).await?;
        self.run(move |core| items::save(core, &call, &item, expected.as_ref(), upload)).await
    }

    async fn copy(&self, call: &Call, item: &ExternalRef, new: NewItem) -> Result<Item> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| items::copy(core, &call, &item, new)).await
    }

    async fn rename(&self, call: &Call, item: &ExternalRef, suggested: &str) -> Result<Item> {
        let (call, item, suggested) = (call.clone(), item.clone(), suggested.to_owned());
        self.run(move |core| items::rename(core, &call, &item, &suggested)).await
    }

    fn folder_of(&self, shelf: Shelf, place: &Placement) -> Vec<String> {
        crate::filing::folder(shelf, None, place)
    }

    async fn place(&self, call: &Call, item: &ExternalRef, place: &Placement) -> Result<Item> {
        let (call, item, place) = (call.clone(), item.clone(), place.clone());
        self.run(move |core| items::place(core, &call, &item, place)).await
    }

    async fn remove(&self, call: &Call, item: &ExternalRef, how: Removal) -> Result<Done> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| match how {
            Removal::Trash => items::trash(core, &call, &item),
            Removal::Destroy => items::destroy(core, &call, &item),
        })
        .await
    }

    async fn restore(&self, call: &Call, item: &ExternalRef) -> Result<Item> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| {
            let restored = items::adjust(core, &call, &item, InTrash::Allowed, |item| {
                item.trashed = None;
                Ok(())
            })?;
            restored.seen_by(call.associate)
        })
        .await
    }

    async fn open_url(&self, _: &Call, _: &ExternalRef, _: &Which, _: OpenAs) -> Result<Option<String>> {
        Err(unsupported("addresses of its own"))
    }

    async fn properties(
        &self,
        call: &Call,
        item: &ExternalRef,
        names: &[String],
    ) -> Result<BTreeMap<String, String>> {
        let (call, item, names) = (call.clone(), item.clone(), names.to_vec());
        self.run(move |core| {
            let (_, item) = core.find_usable(&call, &item)?;
            let mut all = findings::properties(&item, &call)?;
            all.retain(|name, _| names.is_empty() || names.contains(name));
            Ok(all)
        })
        .await
    }

    async fn metadata(&self, call: &Call, item: &ExternalRef) -> Result<BTreeMap<String, String>> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| Ok(core.find_usable(&call, &item)?.1.metadata)).await
    }

    async fn set_metadata(
        &self,
        call: &Call,
        item: &ExternalRef,
        values: &BTreeMap<String, String>,
    ) -> Result<()> {
        let (call, item, values) = (call.clone(), item.clone(), values.clone());
        self.run(move |core| items::set_metadata(core, &call, &item, values)).await
    }

    async fn check_out(&self, call: &Call, item: &ExternalRef) -> Result<Done> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| {
            let held = items::adjust(core, &call, &item, InTrash::Refused, |item| item.check_out(&call))?;
            Ok(Done::with(held.seen_by(call.associate)?))
        })
        .await
    }

    async fn check_in(&self, call: &Call, item: &ExternalRef, note: &VersionNote) -> Result<Done> {
        let (call, item, note) = (call.clone(), item.clone(), note.clone());
        self.run(move |core| items::check_in(core, &call, &item, &note)).await
    }

    async fn undo_check_out(&self, call: &Call, item: &ExternalRef, force: bool) -> Result<Done> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| {
            let freed = items::adjust(core, &call, &item, InTrash::Refused, |item| {
                item.undo_check_out(&call, force)
            })?;
            Ok(Done::with(freed.seen_by(call.associate)?))
        })
        .await
    }

    async fn checkout_state(&self, call: &Call, item: &ExternalRef) -> Result<CheckoutState> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| Ok(core.find_usable(&call, &item)?.1.checkout_state(call.associate))).await
    }

    async fn versions(&self, call: &Call, item: &ExternalRef) -> Result<Vec<VersionInfo>> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| {
            Ok(core
                .find_usable(&call, &item)?
                .1
                .versions
                .iter()
                .map(super::manifest::Version::info)
                .collect())
        })
        .await
    }

    async fn set_version_note(
        &self,
        call: &Call,
        item: &ExternalRef,
        version: &VersionId,
        note: &VersionNote,
    ) -> Result<VersionInfo> {
        let (call, item, version, note) = (call.clone(), item.clone(), version.clone(), note.clone());
        self.run(move |core| {
            core.require_versions()?;
            let change = |item: &mut super::manifest::Manifest| item.set_version_note(&version, &note);
            let noted = items::adjust(core, &call, &item, InTrash::Refused, change)?;
            Ok(noted.version(&version)?.info())
        })
        .await
    }

    async fn restore_version(&self, call: &Call, item: &ExternalRef, version: &VersionId) -> Result<Done> {
        let (call, item, version) = (call.clone(), item.clone(), version.clone());
        self.run(move |core| {
            core.require_versions()?;
            let change = |item: &mut super::manifest::Manifest| item.restore_version(&call, &version);
            let restored = items::adjust(core, &call, &item, InTrash::Refused, change)?;
            Ok(Done::with(restored.seen_by(call.associate)?))
        })
        .await
    }

    async fn set_audience(&self, call: &Call, item: &ExternalRef, audience: &Audience) -> Result<()> {
        let (call, item, audience) = (call.clone(), item.clone(), audience.clone());
        self.run(move |core| {
            items::adjust(core, &call, &item, InTrash::Refused, |item| {
                item.audience = audience;
                Ok(())
            })?;
            Ok(())
        })
        .await
    }

    async fn audience(&self, call: &Call, item: &ExternalRef) -> Result<Audience> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| Ok(core.find_usable(&call, &item)?.1.audience)).await
    }

    async fn changes(&self, _: &Call, _: Option<&Cursor>) -> Result<ChangePage> {
        Err(unsupported("a list of changes from outside"))
    }

    async fn watch(&self, _: &Call, _: &str) -> Result<Watch> {
        Err(unsupported("notices of changes"))
    }

    async fn unwatch(&self, _: &Call, _: &Watch) -> Result<()> {
        Err(unsupported("notices of changes"))
    }

    async fn commands(&self, call: &Call, item: &ExternalRef) -> Result<Vec<CommandInfo>> {
        let (call, item) = (call.clone(), item.clone());
        self.run(move |core| {
            core.find_usable(&call, &item)?;
            Ok(findings::commands(&call))
        })
        .await
    }

    async fn execute(
        &self,
        call: &Call,
        item: &ExternalRef,
        which: &Which,
        command: &str,
        _: &BTreeMap<String, String>,
    ) -> Result<Done> {
        let (call, item, which, command) = (call.clone(), item.clone(), which.clone(), command.to_owned());
        self.run(move |core| findings::execute(core, &call, &item, &which, &command)).await
    }

    async fn resolve_path(&self, call: &Call, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>> {
        let (call, path) = (call.clone(), path.to_owned());
        self.run(move |core| items::at_path(core, &call, shelf, &path)).await
    }

    fn blank_types(&self) -> Vec<BlankType> {
        blanks::types()
    }

    fn blank(&self, key: &str) -> Option<Vec<u8>> {
        blanks::content(key)
    }

    async fn check(&self, call: &Call) -> Result<Vec<Finding>> {
        let call = call.clone();
        self.run(move |core| Ok(findings::check(core, call.installation))).await
    }

    async fn provision(&self, call: &Call) -> Result<Vec<Finding>> {
        let call = call.clone();
        self.run(move |core| {
            core.provision(call.installation)?;
            Ok(findings::check(core, call.installation))
        })
        .await
    }
}
