//! New content for a file. Somebody may edit at Google between our look and our write; Google cannot refuse ours then,
//! so afterwards we look who was in between, keep theirs for good, and say so (google.md 4).

use super::client::Trouble;
use super::desk::{Desk, Found, Thing, change, more, when};
use super::marks::{Holding, Marks};
use super::upload::{Intake, Target, Upload};
use super::{LARGEST, fault};
use domain::plugin::{Answer, Body, Done, ExternalRef, Revision};
use domain::{OperationId, Result};
use serde_json::{Map, Value, json};

/// How often a change of content is tried when nobody knows what became of it.
const TRIES: u32 = 4;

/// Content to be written.
pub(crate) struct Writing<'w> {
    pub operation: OperationId,
    pub intake: Intake,
    pub marks: Marks,
    pub more: Map<String, Value>,
    pub media_type: &'w str,
    /// Whether Google keeps it for good.
    pub keep: bool,
}

impl Desk<'_> {
    pub async fn save(
        &self,
        reference: &ExternalRef,
        expected: Option<&Revision>,
        body: Body,
    ) -> Result<Done> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => thing,
        };
        self.may_save(&thing, expected)?;
        let intake = Intake::begin(Some(body), LARGEST).await?;
        let took = thing.marks.semantics.locks() && thing.holding(self.call) == Holding::Free;
        let held = if took { self.take(&thing, false).await? } else { *thing };
        let held = self.unlock(held).await?;
        let mut marks = held.marks.clone();
        marks.remember(operation);
        marks.wrote(intake.md5());
        let media_type = held.file.mime_type.clone();
        let more = more(&[("modifiedTime", when(self.call.now))]);
        let writing = Writing { operation, intake, marks, more, media_type: &media_type, keep: false };
        match self.write(&held, writing).await {
            Ok((written, answer)) => {
                let written = self.lock_again(self.told(written).await?).await?;
                Ok(Done { item: Some(written.seen(self.call)), answer: self.call.answer(answer) })
            }
            Err(error) => {
                self.as_before(&held, took, operation).await;
                Err(error)
            }
        }
    }

    fn may_save(&self, thing: &Thing, expected: Option<&Revision>) -> Result<()> {
        let name = &thing.file.name;
        if thing.file.is_native() {
            return Err(fault::native(name));
        }
        thing.not_held_by_other(self.call)?;
        match expected {
            Some(expected) if *expected != thing.revision(self.call) => return Err(fault::stale(name)),
            Some(_) => return Ok(()),
            None => {}
        }
        // The holder has not seen what is there now.
        let own = thing.holding(self.call) == Holding::Own;
        if own && thing.marks.base.as_deref().is_some_and(|base| base != thing.file.md5()) {
            let by = thing.file.last_modifying_user.as_ref().map(|user| user.display_name.as_str());
            return Err(fault::edited_outside(name, by));
        }
        Ok(())
    }

    /// Writes content and what goes with it, and looks who was in between.
    pub async fn write(&self, thing: &Thing, writing: Writing<'_>) -> Result<(Thing, Answer)> {
        let upload = Upload {
            target: Target::File(thing.id()),
            meta: change(thing, &writing.marks, writing.more),
            media_type: writing.media_type,
            keep: writing.keep,
        };
        let written = match writing.intake {
            Intake::Small(bytes) => {
                let mut tried = 0;
                loop {
                    match self.line.upload(&upload, Intake::of(bytes.clone())).await {
                        Err(Trouble::Unsure(error)) => {
                            match self.arrived(thing, writing.operation).await? {
                                Some(written) => break written,
                                None if tried == TRIES => return Err(error),
                                None => self.line.pause(tried).await,
                            }
                            tried += 1;
                        }
                        other => break self.again(other?)?,
                    }
                }
            }
            large @ Intake::Large { .. } => match self.line.upload(&upload, large).await {
                Err(Trouble::Unsure(error)) => self.arrived(thing, writing.operation).await?.ok_or(error)?,
                other => self.again(other?)?,
            },
        };
        let answer = self.between(thing, &written).await?;
        Ok((written, answer))
    }

    /// The file, when a change whose answer was lost has arrived.
    async fn arrived(&self, thing: &Thing, operation: OperationId) -> Result<Option<Thing>> {
        let found = self.line.file(thing.id()).await?.and_then(|file| Thing::of(file, self.call));
        Ok(found.filter(|thing| thing.marks.knows(operation)))
    }

    /// Whether somebody edited between what we saw and what we wrote: theirs is kept for good (FLT-12).
    ///
    /// A version that is exactly one higher was counted up by us alone. Otherwise the revisions tell.
    async fn between(&self, before: &Thing, after: &Thing) -> Result<Answer> {
        let counts = before.file.version.zip(after.file.version);
        if counts.is_some_and(|(before, after)| after == before + 1) {
            return Ok(Answer::Nothing);
        }
        let (Some(base), Some(ours)) = (&before.file.head_revision_id, &after.file.head_revision_id) else {
            return Ok(Answer::Nothing);
        };
        let revisions = self.line.revisions(before.id()).await?;
        let at = |id: &String| revisions.iter().position(|revision| revision.id == *id);
        let (Some(from), Some(to)) = (at(base), at(ours)) else { return Ok(Answer::Nothing) };
        let foreign = revisions.get(from + 1..to).unwrap_or_default();
        if foreign.is_empty() {
            return Ok(Answer::Nothing);
        }
        for revision in foreign {
            self.line.pin(before.id(), &revision.id, true).await?;
        }
        self.line.pin(before.id(), base, true).await?;
        let who = foreign.iter().find_map(|revision| revision.last_modifying_user.as_ref());
        let who = who.map_or("", |user| user.display_name.as_str());
        let who = if who.is_empty() { "Somebody" } else { who };
        tracing::warn!(
            file = before.id(),
            count = foreign.len(),
            "an edit at Google met a save; both are kept"
        );
        Ok(Answer::Message(format!(
            "{who} edited “{}” at Google while you saved it. Your text is the newest; theirs is kept in the file's version \
             history at Google. Look at both.",
            after.file.name
        )))
    }

    /// Takes our own content restriction away, so that we can write (google.md 2.14).
    pub async fn unlock(&self, thing: Thing) -> Result<Thing> {
        if !is_shown(&thing) {
            return Ok(thing);
        }
        let marks = thing.marks.clone();
        self.apply(&thing, &marks, more(&[("contentRestrictions", json!([]))])).await
    }

    /// Shows a held file as locked, where the place is set up so.
    pub async fn lock_again(&self, thing: Thing) -> Result<Thing> {
        let shown = thing.file.content_restrictions.iter().any(|lock| lock.read_only);
        if !self.line.connected.place.show_check_out || shown || thing.marks.leases.is_empty() {
            return Ok(thing);
        }
        let marks = thing.marks.clone();
        let lock = restriction(&marks);
        self.apply(&thing, &marks, more(&[("contentRestrictions", lock)])).await
    }

    /// After a failure: a lock that was taken for this is given back, one that is shown is shown again. When the content
    /// has arrived after all, the lock stays: what is under work must not become public.
    async fn as_before(&self, held: &Thing, took: bool, operation: OperationId) {
        let Ok(Some(now)) = self.look(&ExternalRef(held.id().to_owned())).await else { return };
        let outcome = if took && !now.marks.knows(operation) {
            let mut next = now.marks.clone();
            next.release();
            self.apply(&now, &next, Map::new()).await
        } else {
            self.lock_again(now).await
        };
        if let Err(error) = outcome {
            tracing::warn!(file = held.id(), ?error, "a lock was left; whoever may can undo the check-out");
        }
    }
}

/// Whether a file carries our own content restriction.
pub(crate) fn is_shown(thing: &Thing) -> bool {
    let ours = |reason: &Option<String>| reason.as_ref().is_some_and(|r| r.starts_with(REASON));
    !thing.marks.leases.is_empty()
        && thing.file.content_restrictions.iter().any(|lock| lock.read_only && ours(&lock.reason))
}

/// The content restriction of a held file.
pub(crate) fn restriction(marks: &Marks) -> Value {
    let holder = marks.leases.first().map_or("", |lease| lease.name.as_str());
    json!([{ "readOnly": true, "reason": format!("{REASON}{holder}") }])
}

/// What our content restrictions begin with.
const REASON: &str = "Checked out by ";
