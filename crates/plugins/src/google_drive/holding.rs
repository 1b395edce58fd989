//! Check-out, check-in, undo.

use super::desk::{Desk, Found, Thing, more, when};
use super::download::{self, Source};
use super::fault;
use super::marks::Holding;
use super::record::Record;
use super::saving::{Writing, is_shown, restriction};
use super::upload::Intake;
use bytes::Bytes;
use domain::plugin::{Body, Done, ExternalRef, VersionNote};
use domain::{Error, Result};
use serde_json::{Map, json};

impl Desk<'_> {
    pub async fn check_out(&self, reference: &ExternalRef) -> Result<Done> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => thing,
        };
        if !thing.marks.semantics.locks() {
            return self.nothing_to_do(&thing).await;
        }
        thing.not_held_by_other(self.call)?;
        let held = match thing.holding(self.call) {
            Holding::Own => {
                // Who takes his own lock again has seen what is there now.
                let mut next = thing.marks.clone();
                next.remember(self.call.recorded()?);
                next.base = Some(thing.file.md5().to_owned());
                self.apply(&thing, &next, Map::new()).await?
            }
            _ => self.take(&thing, true).await?,
        };
        Ok(Done::with(held.seen(self.call)))
    }

    /// An operation that has nothing to change is remembered all the same: it was done.
    pub async fn nothing_to_do(&self, thing: &Thing) -> Result<Done> {
        let mut next = thing.marks.clone();
        next.remember(self.call.recorded()?);
        Ok(Done::with(self.apply(thing, &next, Map::new()).await?.seen(self.call)))
    }

    /// Takes the lock of a free file. What is public is kept for good meanwhile. `whole` says that this is all the
    /// operation does.
    ///
    /// The lock is a property of its own name. Google merges what two write at the same moment, and each answer shows
    /// what was there before it: whoever sees another lock beside his own was second and gives his back.
    pub async fn take(&self, thing: &Thing, whole: bool) -> Result<Thing> {
        let operation = self.call.recorded()?;
        let mut next = thing.marks.clone();
        next.take(self.call, operation);
        if whole {
            next.remember(operation);
        }
        next.public = thing.public_now();
        next.base = Some(thing.file.md5().to_owned());
        if let Some(public) = &next.public {
            self.line.pin(thing.id(), &public.revision, true).await?;
        }
        let mut with = Map::new();
        if whole && self.line.connected.place.show_check_out {
            with.insert("contentRestrictions".into(), restriction(&next));
        }
        let held = self.apply(thing, &next, with).await?;
        let mine = next.leases.first().map(|lease| lease.taken_by.clone()).unwrap_or_default();
        let Some(first) = held.marks.leases.iter().find(|lease| lease.taken_by != mine).cloned() else {
            return Ok(held);
        };
        let mut back = held.marks.clone();
        back.leases.retain(|lease| lease.taken_by != mine);
        self.apply(&held, &back, Map::new()).await?;
        Err(fault::held_by(&thing.file.name, &first.name))
    }

    pub async fn check_in(&self, reference: &ExternalRef, note: &VersionNote) -> Result<Done> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => thing,
        };
        if !thing.marks.semantics.locks() {
            return self.nothing_to_do(&thing).await;
        }
        thing.not_held_by_other(self.call)?;
        if thing.holding(self.call) == Holding::Free {
            return Err(fault::not_held(&thing.file.name));
        }
        let mut next = thing.marks.clone();
        if next.semantics.versions() {
            next.versions += 1;
            self.commit(&thing, next.versions, note).await?;
        }
        let before = next.public.take();
        next.release();
        next.published = true;
        next.remember(operation);
        let mut with = more(&[("modifiedTime", when(self.call.now))]);
        if is_shown(&thing) {
            with.insert("contentRestrictions".into(), json!([]));
        }
        let free = self.apply(&thing, &next, with).await?;
        if let Some(before) = before.filter(|_| !next.semantics.versions()) {
            self.let_go(&free, &before.revision).await;
        }
        Ok(Done::with(free.seen(self.call)))
    }

    /// Writes down a version whose content is the file's newest, and has Google keep that for good. It counts when the
    /// file says so.
    async fn commit(&self, thing: &Thing, number: u32, note: &VersionNote) -> Result<()> {
        if let Some(head) = &thing.file.head_revision_id {
            self.line.pin(thing.id(), head, true).await?;
        }
        let mut version = self.version(number, note.clone());
        version.of(&thing.file);
        let add = |record: &mut Record| record.add(version.clone());
        self.shared.note(self.call.installation, thing.id(), add).await.map(drop)
    }

    /// Google need not keep a revision any more. That it does all the same harms nobody.
    async fn let_go(&self, thing: &Thing, revision: &str) {
        if thing.file.head_revision_id.as_deref() == Some(revision) {
            return;
        }
        if let Err(trouble) = self.line.pin(thing.id(), revision, false).await {
            let error = Error::from(trouble);
            tracing::info!(file = thing.id(), ?error, "a revision is kept that nobody needs");
        }
    }

    pub async fn undo_check_out(&self, reference: &ExternalRef, force: bool) -> Result<Done> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => *thing,
        };
        if !thing.marks.semantics.locks() || thing.holding(self.call) == Holding::Free {
            return self.nothing_to_do(&thing).await;
        }
        if !force {
            thing.not_held_by_other(self.call)?;
        }
        // What others wrote at Google meanwhile is not ours to discard.
        let foreign = thing.marks.base.as_deref().is_some_and(|base| base != thing.file.md5());
        if let Some(head) = thing.file.head_revision_id.as_ref().filter(|_| foreign) {
            self.line.pin(thing.id(), head, true).await?;
        }
        let thing = self.unlock(thing).await?;
        let before = thing.marks.public.clone();
        let mut next = thing.marks.clone();
        next.release();
        next.remember(operation);
        let md5 = before.as_ref().map_or(super::wire::EMPTY_MD5, |public| public.md5.as_str()).to_owned();
        let modified = before.as_ref().map_or(self.call.now, |public| public.modified);
        let more = more(&[("modifiedTime", when(modified))]);
        let free = if thing.file.is_native() || thing.file.md5() == md5 {
            self.apply(&thing, &next, more).await?
        } else {
            let intake = self.public_content(&thing, before.as_ref()).await?;
            next.wrote(Some(md5));
            let media_type = thing.file.mime_type.clone();
            let writing =
                Writing { operation, intake, marks: next, more, media_type: &media_type, keep: false };
            self.write(&thing, writing).await?.0
        };
        Ok(Done::with(free.seen(self.call)))
    }

    /// What was public before somebody took the file: nothing, when it never was.
    async fn public_content(&self, thing: &Thing, public: Option<&super::marks::Public>) -> Result<Intake> {
        let Some(public) = public else { return Ok(Intake::of(Bytes::new())) };
        let source = Source {
            file: thing.id().to_owned(),
            revision: public.revision.clone(),
            size: public.size,
            md5: public.md5.clone(),
        };
        let stream = download::open(&self.line, source, 0..public.size).await?;
        Intake::begin(Some(Body { length: Some(public.size), stream }), super::LARGEST).await
    }
}
