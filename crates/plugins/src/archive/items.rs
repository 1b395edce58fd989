//! The calls that change an item or read its content, as blocking steps on the shared core.

use super::area::Area;
use super::content::{Arrived, Incoming, Placed};
use super::core::{Core, InTrash, Needs, not_found};
use super::manifest::{FORMAT, ItemId, Manifest, Stored};
use super::{fault, naming, reading};
use domain::locking::LockSemantics;
use domain::plugin::{
    ByteRange, Call, Content, Done, ExternalRef, Fate, Item, NewItem, Placement, Revision, Shelf,
    VersionNote, Which,
};
use domain::{Error, ErrorKind, OperationId, Result, names};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;

/// What every metadata name we keep begins with.
const OURS: &str = "archive.";

/// Content as far as it has come when an item is about to take it.
pub(crate) enum Upload {
    Nothing,
    Short(Vec<u8>),
    Long(Box<Arrived>),
}

impl Upload {
    pub fn place(self, core: &Core, area: &Area) -> Result<Placed> {
        match self {
            Self::Nothing => Ok(Placed::empty()),
            Self::Short(bytes) => {
                let mut incoming = Incoming::start(core, area)?;
                incoming.add(core, &bytes)?;
                incoming.finish(core, area)?.place(core, area)
            }
            Self::Long(arrived) => arrived.place(core, area),
        }
    }
}

/// The metadata we keep: names with our prefix.
fn kept(values: BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    values.into_iter().filter(|(name, _)| name.starts_with(OURS) && name.len() > OURS.len())
}

pub(crate) fn create(core: &Arc<Core>, call: &Call, new: NewItem, upload: Upload) -> Result<Item> {
    make(core, call, new, |area| Ok((upload.place(core, area)?, BTreeMap::new())))
}

pub(crate) fn copy(core: &Arc<Core>, call: &Call, source: &ExternalRef, new: NewItem) -> Result<Item> {
    make(core, call, new, |area| {
        // The source may be saved and swept between reading which content it has and keeping that content.
        for _ in 0..3 {
            let (_, item) = core.find_usable(call, source)?;
            if let Some(placed) = Placed::existing(core, area, item.readable(call.associate))? {
                return Ok((placed, item.metadata));
            }
        }
        Err(fault::damaged("The stored content of this file is missing"))
    })
}

/// Makes an item, unless this operation has made it before.
fn make(
    core: &Arc<Core>,
    call: &Call,
    new: NewItem,
    content: impl FnOnce(&Area) -> Result<(Placed, BTreeMap<String, String>)>,
) -> Result<Item> {
    let operation = call.recorded()?;
    let id = ItemId::made_by(call.installation, operation);
    let area = core.provision(call.installation)?;
    let _lock = core.lock(id);
    if let Some(made) = area.item(id)? {
        return made.seen_by(call.associate);
    }
    if area.is_destroyed(id)? {
        return Err(Error::new(
            ErrorKind::Gone,
            "This file was made before and has been removed for good. Make a new one.",
        ));
    }
    core.require_space(0)?;
    let (placed, mut metadata) = content(&area)?;
    metadata.extend(kept(new.metadata));
    let fallback = if new.shelf == Shelf::Templates { "Template" } else { "Document" };
    let mut item = Manifest {
        format: FORMAT,
        id: id.to_string(),
        shelf: new.shelf,
        name: names::amend(&new.name, fallback),
        media_type: new.media_type,
        semantics: LockSemantics::effective(new.semantics, core.settings.locking),
        language: new.language,
        place: new.place,
        head: Stored::empty(),
        published: false,
        work: None,
        holder: None,
        versions: Vec::new(),
        metadata,
        audience: new.audience,
        trashed: None,
        modified: call.now,
        made_by: operation,
        applied: VecDeque::new(),
    };
    item.begin(call, placed.stored.clone(), new.check_in.as_ref());
    let reserved = naming::reserve(core, &area, &item, id)?;
    core.reached("archive.name.reserved");
    reserved.name().clone_into(&mut item.name);
    let needs = Needs { content: Some(placed), name: Some(reserved), former: None };
    core.commit(&area, id, &item, None, &needs)?;
    if let Some(reserved) = needs.name {
        reserved.keep();
    }
    item.seen_by(call.associate)
}

/// What became of an operation.
pub(crate) fn fate(
    core: &Core,
    call: &Call,
    operation: OperationId,
    item: Option<&ExternalRef>,
) -> Result<Fate> {
    let id = match item {
        Some(reference) => ItemId::from_reference(reference),
        None => Some(ItemId::made_by(call.installation, operation)),
    };
    let absent = if item.is_some() { Fate::Gone } else { Fate::NotApplied };
    let (Some(id), Some(area)) = (id, core.area(call.installation)?) else { return Ok(absent) };
    // A running call with this operation finishes first.
    let _lock = core.lock(id);
    match area.item(id)? {
        Some(item) if item.knows(operation) => Ok(Fate::Applied(Box::new(item.seen_by(call.associate)?))),
        Some(_) => Ok(Fate::NotApplied),
        None if area.is_destroyed(id)? => Ok(Fate::Gone),
        None => Ok(absent),
    }
}

pub(crate) fn stat(core: &Core, call: &Call, reference: &ExternalRef) -> Result<Option<Item>> {
    match core.find(call, reference) {
        Ok((_, item)) => item.seen_by(call.associate).map(Some),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// The content asked for.
pub(crate) fn chosen<'a>(item: &'a Manifest, call: &Call, which: &Which) -> Result<&'a Stored> {
    match which {
        Which::Version(id) if !id.0.is_empty() => Ok(&item.version(id)?.content),
        Which::Version(_) | Which::Latest => Ok(item.readable(call.associate)),
    }
}

pub(crate) fn load(
    core: &Core,
    call: &Call,
    reference: &ExternalRef,
    which: &Which,
    range: Option<ByteRange>,
) -> Result<Content> {
    // Content that was replaced and swept while we looked is not missing: look again.
    for _ in 0..3 {
        let (area, item) = core.find_usable(call, reference)?;
        let stored = chosen(&item, call, which)?;
        let size = stored.size;
        let span = match range {
            Some(range) if size > 0 => range.resolve(size).ok_or_else(|| unsatisfiable(size))?,
            _ => 0..size,
        };
        if let Some(opened) = reading::open(&area, stored)? {
            return Ok(Content {
                size,
                span: span.clone(),
                media_type: item.media_type.clone(),
                revision: Revision(stored.sha256.clone()),
                stream: opened.stream(span),
            });
        }
    }
    tracing::error!(item = reference.0, "content of the archive is missing");
    Err(fault::damaged("The stored content of this file is missing").with("item", reference.0.clone()))
}

fn unsatisfiable(size: u64) -> Error {
    Error::new(
        ErrorKind::RangeNotSatisfiable,
        format!(
            "The range begins beyond the end: the content has {size} bytes. Ask for a range within them."
        ),
    )
}

/// Whether content may be saved now; `Some` when this operation has been applied before.
pub(crate) fn may_save(
    core: &Core,
    call: &Call,
    reference: &ExternalRef,
    expected: Option<&Revision>,
) -> Result<Option<Item>> {
    let operation = call.recorded()?;
    let (_, item) = core.find(call, reference)?;
    if item.knows(operation) {
        return item.seen_by(call.associate).map(Some);
    }
    if item.trashed.is_some() {
        return Err(fault::in_trash(&item.name));
    }
    item.may_accept(call, expected)?;
    Ok(None)
}

pub(crate) fn save(
    core: &Core,
    call: &Call,
    reference: &ExternalRef,
    expected: Option<&Revision>,
    upload: Upload,
) -> Result<Done> {
    let saved = core.change(call, reference, InTrash::Refused, |area, item| {
        item.may_accept(call, expected)?;
        let placed = upload.place(core, area)?;
        item.accept(call, placed.stored.clone());
        Ok(Needs { content: Some(placed), ..Needs::default() })
    })?;
    Ok(Done::with(saved.seen_by(call.associate)?))
}

/// A change that needs nothing but the item itself.
pub(crate) fn adjust(
    core: &Core,
    call: &Call,
    reference: &ExternalRef,
    in_trash: InTrash,
    change: impl FnOnce(&mut Manifest) -> Result<()>,
) -> Result<Manifest> {
    core.change(call, reference, in_trash, |_, item| {
        change(item)?;
        Ok(Needs::default())
    })
}

pub(crate) fn rename(
    core: &Arc<Core>,
    call: &Call,
    reference: &ExternalRef,
    suggested: &str,
) -> Result<Item> {
    let renamed = core.change(call, reference, InTrash::Refused, |area, item| {
        let name = names::amend(suggested, "Document");
        // Where nothing usable is left of the suggestion, the fallback decides the outcome: keep the name.
        if name == item.name || name != names::amend(suggested, "File") {
            return Ok(Needs::default());
        }
        let former = naming::key_of(item);
        item.name = name;
        item.modified = call.now;
        resettle(core, area, item, former)
    })?;
    renamed.seen_by(call.associate)
}

pub(crate) fn place(
    core: &Arc<Core>,
    call: &Call,
    reference: &ExternalRef,
    place: Placement,
) -> Result<Item> {
    let placed = core.change(call, reference, InTrash::Refused, |area, item| {
        let former = naming::key_of(item);
        item.place = place;
        if naming::key_of(item) == former {
            return Ok(Needs::default());
        }
        resettle(core, area, item, former)
    })?;
    placed.seen_by(call.associate)
}

/// Gives an item its name in its present folder; `former` is what it had before.
fn resettle(core: &Arc<Core>, area: &Area, item: &mut Manifest, former: String) -> Result<Needs> {
    let id = item.item_id().ok_or_else(not_found)?;
    let reserved = naming::reserve(core, area, item, id)?;
    core.reached("archive.name.reserved");
    reserved.name().clone_into(&mut item.name);
    let former = (naming::key_of(item) != former).then_some(former);
    Ok(Needs { content: None, name: Some(reserved), former })
}

pub(crate) fn trash(core: &Core, call: &Call, reference: &ExternalRef) -> Result<Done> {
    let item = adjust(core, call, reference, InTrash::Allowed, |item| {
        if item.trashed.is_none() {
            item.not_held_by_other(call.associate)?;
            item.trashed = Some(call.now);
        }
        Ok(())
    })?;
    Ok(Done::with(item.seen_by(call.associate)?))
}

/// Removes an item for good. Its content stays until the sweep finds that nothing refers to it.
pub(crate) fn destroy(core: &Core, call: &Call, reference: &ExternalRef) -> Result<Done> {
    call.recorded()?;
    let gone = Done { item: None, answer: domain::plugin::Answer::Nothing };
    let id = ItemId::from_reference(reference).ok_or_else(not_found)?;
    let Some(area) = core.area(call.installation)? else { return Ok(gone) };
    let _lock = core.lock(id);
    let Some(item) = area.item(id)? else { return Ok(gone) };
    item.not_held_by_other(call.associate)?;
    let Some(folder) = area.items_of(id)? else { return Ok(gone) };
    let fault = |e: io::Error| fault::disk(e, "removing an item", &folder.path().join(id.file()));
    match folder.create(&id.tombstone()) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(fault(e)),
        _ => core.reached("archive.item.marked_gone"),
    }
    folder.remove(&id.file()).map_err(fault)?;
    core.reached("archive.item.removed");
    if let Err(e) = folder.sync() {
        core.put_back(&area, &folder, id, Some(&item));
        return Err(fault(e));
    }
    naming::release(core, &area, &naming::key_of(&item), id);
    core.reached("archive.name.released");
    Ok(gone)
}

pub(crate) fn set_metadata(
    core: &Core,
    call: &Call,
    reference: &ExternalRef,
    values: BTreeMap<String, String>,
) -> Result<()> {
    adjust(core, call, reference, InTrash::Refused, |item| {
        item.metadata.extend(kept(values));
        Ok(())
    })?;
    Ok(())
}

pub(crate) fn check_in(
    core: &Core,
    call: &Call,
    reference: &ExternalRef,
    note: &VersionNote,
) -> Result<Done> {
    let item = adjust(core, call, reference, InTrash::Refused, |item| item.check_in(call, note))?;
    Ok(Done::with(item.seen_by(call.associate)?))
}

/// The item with this path.
pub(crate) fn at_path(core: &Core, call: &Call, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>> {
    let (Some(key), Some(area)) = (naming::key_of_path(shelf, path), core.area(call.installation)?) else {
        return Ok(None);
    };
    let Some(folder) = area.names_of(&key)? else { return Ok(None) };
    let holder = folder.marked(&key).map_err(|e| fault::disk(e, "looking up a path", folder.path()))?;
    let Some(id) = holder.as_deref().and_then(ItemId::parse) else { return Ok(None) };
    let item = area.item(id)?.filter(|item| item.trashed.is_none() && naming::key_of(item) == key);
    Ok(item.map(|_| id.reference()))
}
