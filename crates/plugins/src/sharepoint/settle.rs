//! Doing one thing to a file so that it is known afterwards whether it was done, and finding out when it is not.
//!
//! What is about to be done is written into the record first. When it is known to be done, the record changes and the
//! operation is remembered, at once. What an interruption left in between is found out by looking at the file.

use super::calls::At;
use super::client::{Ask, Asked, Line, Repeat, Trouble};
use super::desk::{Desk, Holding, Thing};
use super::record::{Deed, Holder, Known, Pending, Record, Trash, Version};
use super::wire::DriveItem;
use super::{fault, ids};
use domain::locking::LockSemantics;
use domain::plugin::{ExternalRef, Fate, VersionNote};
use domain::{OperationId, Result};
use http::Method;

impl Desk<'_> {
    /// Writes down what is about to be done.
    pub async fn begin(&self, thing: &Thing, deed: Deed) -> Result<()> {
        let mut pending = Pending::new(self.call, self.call.recorded()?, deed);
        // The same operation goes on with the upload it had begun.
        let before = thing.record.pending.as_ref().filter(|before| before.mark == pending.mark);
        pending.session = before.and_then(|before| before.session.clone());
        let set = |record: &mut Record| record.pending = Some(pending.clone());
        self.shared.note(self.call.installation, &thing.reference, set).await.map(drop)
    }

    /// Does what was written down. Afterwards it is known whether it was done, or somebody finds out later.
    pub async fn carry_out(
        &self,
        thing: &Thing,
        deed: Deed,
        work: impl Future<Output = Asked<Option<DriveItem>>>,
    ) -> Result<Thing> {
        self.begin(thing, deed).await?;
        let reference = ExternalRef(thing.reference.clone());
        match work.await {
            Ok(shown) => {
                // An answer tells neither the lock nor SharePoint's own ids; they are as they were.
                let shown = shown.map(|mut item| {
                    item.publication.clone_from(&thing.item.publication);
                    item.sharepoint_ids.clone_from(&thing.item.sharepoint_ids);
                    item
                });
                Box::pin(self.finish(thing, shown)).await
            }
            Err(Trouble::Unsure(error)) => {
                let operation = self.call.recorded()?;
                match Box::pin(self.settle(&reference, Some(operation))).await {
                    Ok(true) => Box::pin(self.find(&reference)).await,
                    Ok(false) => Err(error),
                    Err(e) => Err(error.with("found_out", e.public().to_owned())),
                }
            }
            Err(trouble) => {
                self.withdraw(thing, trouble.is(super::refusals::Class::Locked)).await?;
                Err(trouble.into())
            }
        }
    }

    /// It was done: the record follows.
    pub async fn finish(&self, thing: &Thing, shown: Option<DriveItem>) -> Result<Thing> {
        let item = match shown {
            Some(item) => item,
            None => match self.way(thing).item(thing.at()).await? {
                Some(item) => item,
                // Moved to where the caller does not see it.
                None => self.app.item(thing.at()).await?.ok_or_else(fault::unsure)?,
            },
        };
        let object = self.mine.access.object.clone();
        let apply = |record: &mut Record| done(record, &item, &object);
        let record = self.shared.note(self.call.installation, &thing.reference, apply).await?;
        self.thing(&thing.reference, record, item, thing.hidden).await
    }

    /// It was not done; because somebody has it open, or for another reason.
    async fn withdraw(&self, thing: &Thing, open: bool) -> Result<()> {
        let found_open = open.then_some(self.call.now);
        let clear = |record: &mut Record| {
            record.pending = None;
            record.found_open = found_open.or(record.found_open);
        };
        self.shared.note(self.call.installation, &thing.reference, clear).await.map(drop)
    }

    /// Finds out what became of what an interruption left. Whether `operation` was applied.
    pub async fn settle(&self, reference: &ExternalRef, operation: Option<OperationId>) -> Result<bool> {
        let id = ids::checked(reference)?;
        let Some(record) = self.shared.record(self.call.installation, id).await? else { return Ok(false) };
        let knows = |record: &Record| operation.is_some_and(|operation| record.knows(operation));
        let Some(pending) = record.pending.clone() else { return Ok(knows(&record)) };
        if matches!(pending.deed, Deed::Create { .. }) || record.item.is_empty() {
            return Ok(knows(&record));
        }
        let mut line = self.way_of(pending.by).await?;
        let object = line.access.object.clone();
        if let Deed::Carry { .. } = &pending.deed {
            return Box::pin(self.settle_carry(id, &record, &pending, knows)).await;
        }
        let at = At { drive: &record.drive, item: &record.item };
        let item = match line.item(at).await {
            Ok(Some(item)) => item,
            // Who began it sees it no more.
            Ok(None) | Err(Trouble::Refused(_)) => match self.app.item(at).await? {
                Some(item) => item,
                None => return Ok(knows(&record)),
            },
            // Their connection does not work any more, which is no reason to keep everybody else waiting.
            Err(_) if pending.by != self.call.associate => {
                line = self.app.clone();
                match line.item(at).await? {
                    Some(item) => item,
                    None => return Ok(knows(&record)),
                }
            }
            Err(trouble) => return Err(trouble.into()),
        };
        let is_own = operation.is_some_and(|operation| ids::mark(operation) == pending.mark);
        let own = item.is_checked_out() && held_by(&item) == object;
        if Box::pin(self.is_done((&line, &object), at, &record, &pending, &item)).await? {
            let apply = |record: &mut Record| done(record, &item, &object);
            let record = self.shared.note(self.call.installation, id, apply).await?;
            return Ok(knows(&record));
        }
        self.undo_half(&line, at, &pending, own, is_own).await?;
        // The same operation goes on with its upload.
        let keeps = is_own && pending.session.is_some();
        let clear = |record: &mut Record| {
            if !keeps {
                record.pending = None;
            }
        };
        let record = self.shared.note(self.call.installation, id, clear).await?;
        Ok(knows(&record))
    }

    /// Whether a file shows that something was done to it, by whom the object id names.
    async fn is_done(
        &self,
        (line, object): (&Line, &str),
        at: At<'_>,
        record: &Record,
        pending: &Pending,
        item: &DriveItem,
    ) -> Result<bool> {
        let own = item.is_checked_out() && held_by(item) == object;
        Ok(match &pending.deed {
            Deed::Create { .. } | Deed::Carry { .. } => false,
            Deed::Nothing { .. } => true,
            Deed::Save { before, after, version, draft, .. } => {
                let hash = item.hash();
                let moved = hash != *before || (!draft && item.version() != version);
                let ours = match after {
                    Some(after) if after.hash == hash => true,
                    Some(after) if moved && after.print.is_some() => {
                        self.print_of(line, at, item.size).await? == after.print
                    }
                    Some(_) => false,
                    // A long upload arrives whole or not at all.
                    None => moved && modified_by(item) == object,
                };
                ours && own == *draft
            }
            Deed::CheckOut => own,
            Deed::CheckIn { version, .. } => !item.is_checked_out() && item.version() != version,
            Deed::Undo { version } => !item.is_checked_out() && item.version() == version,
            Deed::Rename { name } => item.name == *name,
            Deed::Move { folder, name, .. } => item.parent() == *folder && item.name == *name,
            Deed::Restore { number, version, draft } => {
                let old = record.versions.iter().find(|known| known.number == *number);
                let same = old.is_some_and(|old| old.content.hash == item.hash());
                same && (*draft || item.version() != version)
            }
        })
    }

    /// Takes back the half of something that was not done whole.
    async fn undo_half(
        &self,
        line: &Line,
        at: At<'_>,
        pending: &Pending,
        held: bool,
        is_own: bool,
    ) -> Result<()> {
        if let (Some(session), false) = (&pending.session, is_own) {
            cancel(&self.app, session).await;
        }
        let took = match &pending.deed {
            Deed::Save { took, .. } => *took,
            Deed::Restore { draft, .. } => !draft,
            _ => false,
        };
        if took && held {
            line.discard(at).await?;
        }
        Ok(())
    }

    pub async fn fate(&self, operation: OperationId, item: Option<&ExternalRef>) -> Result<Fate> {
        let Some(reference) = item else {
            // Whoever runs this operation now finishes first.
            let reference = ids::reference_of(operation);
            let _turn = self.shared.turn(&reference.0).await;
            return Ok(match Box::pin(self.made(operation, false)).await? {
                Some(thing) => Fate::Applied(Box::new(thing.seen(self.call))),
                None => Fate::NotApplied,
            });
        };
        if ids::checked(reference).is_err() {
            return Ok(Fate::Gone);
        }
        let _turn = self.shared.turn(&reference.0).await;
        Box::pin(self.settle(reference, Some(operation))).await?;
        Ok(match Box::pin(self.look(reference)).await? {
            None => Fate::Gone,
            Some(thing) if thing.record.knows(operation) => Fate::Applied(Box::new(thing.seen(self.call))),
            Some(_) => Fate::NotApplied,
        })
    }
}

/// Gives an upload up. Left alone it ends by itself.
pub(crate) async fn cancel(line: &Line, session: &str) {
    let ask = Ask::bare(Method::DELETE, session, Repeat::Unsafe);
    if let Err(trouble) = line.send(&ask).await {
        tracing::debug!(?trouble, "an upload session was not closed; it ends by itself");
    }
}

/// The object id of who has a file checked out; blank for an application.
pub(crate) fn held_by(item: &DriveItem) -> String {
    let by = item.publication.as_ref().and_then(|publication| publication.checked_out_by.as_ref());
    by.and_then(|by| by.user.as_ref()?.id.clone()).unwrap_or_default()
}

fn modified_by(item: &DriveItem) -> String {
    item.last_modified_by.user.as_ref().and_then(|user| user.id.clone()).unwrap_or_default()
}

/// What the record says after what was written down in it was done.
fn done(record: &mut Record, item: &DriveItem, object: &str) {
    let Some(pending) = record.pending.take() else { return };
    record.found_open = None;
    let Pending { mark, by, by_name, at, deed, session: _ } = pending;
    let holder = || Holder { associate: by, name: by_name.clone(), object: object.to_owned() };
    let shown = |hash: String| Known {
        revision: super::desk::revision_of(&hash),
        hash,
        print: None,
        size: item.size,
        modified: Some(at),
    };
    let commit = |record: &mut Record, note: VersionNote| {
        if record.level == LockSemantics::Versioning {
            let (number, id) = (record.next(), item.version().to_owned());
            let content = record.public.clone();
            record.versions.push(Version { number, id, content, at, by, by_name: by_name.clone(), note });
        }
    };
    match deed {
        Deed::Create { .. } | Deed::Carry { .. } => {}
        Deed::Nothing { audience } => record.audience = audience.unwrap_or_else(|| record.audience.clone()),
        Deed::Save { after, took, draft, .. } => {
            if took && draft {
                record.holder = Some(holder());
            }
            write(record, draft, after.unwrap_or_else(|| shown(item.hash())));
        }
        Deed::CheckOut => {
            if record.holder.is_none() {
                record.draft = None;
            }
            record.holder = Some(holder());
        }
        Deed::CheckIn { note, .. } => {
            publish(record, item, shown(item.hash()));
            record.public.modified = Some(at);
            record.published = true;
            record.holder = None;
            commit(record, note);
        }
        Deed::Undo { .. } => {
            record.draft = None;
            record.holder = None;
        }
        Deed::Rename { name } => {
            record.name = name;
            touch(record, at);
        }
        Deed::Move { folder, name, place, audience, trash } => {
            record.folder = folder;
            if record.name != name {
                touch(record, at);
            }
            record.name = name;
            if let Some(place) = place {
                (record.place, record.facts, record.facts_wait) = (place, None, true);
            }
            record.audience = audience.unwrap_or_else(|| record.audience.clone());
            record.trashed_from = match trash {
                Some(Trash::Into { from }) => Some(from),
                Some(Trash::Out) => None,
                None => record.trashed_from.take(),
            };
        }
        Deed::Restore { number, draft, .. } => {
            let old = record.versions.iter().find(|version| version.number == number);
            let mut content = old.map_or_else(|| shown(item.hash()), |old| old.content.clone());
            content.modified = Some(at);
            write(record, draft, content);
            if !draft {
                record.published = true;
                commit(record, VersionNote::text(format!("Version {number} restored")));
            }
        }
    }
    record.remember(&mark);
}

fn write(record: &mut Record, draft: bool, content: Known) {
    if draft {
        record.draft = Some(content);
    } else {
        record.public = content;
    }
}

/// The draft becomes what everybody reads; `shown` stands in where the file was
/// written in an office program meanwhile.
fn publish(record: &mut Record, item: &DriveItem, shown: Known) {
    let hash = item.hash();
    let draft = record.draft.take().filter(|draft| draft.hash == hash || draft.print.is_some());
    if let Some(content) = draft {
        record.public = content;
    } else if record.public.hash != hash && record.public.print.is_none() {
        record.public = shown;
    }
}

fn touch(record: &mut Record, at: jiff::Timestamp) {
    record.public.modified = Some(at);
    if let Some(draft) = &mut record.draft {
        draft.modified = Some(at);
    }
}

impl Thing {
    /// Whether the caller holds it.
    pub fn is_own(&self) -> bool {
        self.holding == Holding::Own
    }
}
