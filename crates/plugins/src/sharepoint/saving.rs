//! New content for a file. SharePoint takes it only while the file has the tag that we saw, so nothing is overwritten
//! unseen; a tag that changed although the content did not is looked at again (M-15, FLT-11).

use super::client::{Asked, Trouble};
use super::desk::{Desk, Found, Holding, Thing};
use super::record::{Deed, Known, Record};
use super::refusals::Class;
use super::upload::{Intake, Target};
use super::{LARGEST, fault};
use bytes::Bytes;
use domain::plugin::{Answer, Body, Done, ExternalRef, Revision};
use domain::{Error, Result};

/// How often a changed tag is looked at again.
const TRIES: u32 = 3;

impl Desk<'_> {
    pub async fn save(
        &self,
        reference: &ExternalRef,
        expected: Option<&Revision>,
        body: Body,
    ) -> Result<Done> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => thing,
        };
        self.may_save(&thing, expected).await?;
        let intake = Intake::begin(Some(body), LARGEST).await?;
        let draft = thing.record.level.locks() || thing.is_own();
        // A strict library wants the lock for every change; without locking it is given back at once.
        let took = (draft || thing.record.strict) && thing.holding == Holding::Free;
        let deed = Deed::Save {
            before: thing.item.hash(),
            version: thing.item.version().to_owned(),
            after: intake.known(&thing.item.name, self.call.now),
            took,
            draft,
        };
        let mut met = None;
        let written =
            Box::pin(self.carry_out(&thing, deed, self.write(&thing, intake, took, expected, &mut met)))
                .await;
        match written {
            Ok(written) => {
                let answer = met.map_or(Answer::Nothing, |by: String| both(&written.item.name, &by));
                Ok(Done { item: Some(written.seen(self.call)), answer: self.call.answer(answer) })
            }
            Err(error) if took => {
                self.give_back(&thing).await;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn may_save(&self, thing: &Thing, expected: Option<&Revision>) -> Result<()> {
        let name = &thing.item.name;
        if thing.hidden {
            let whose = self.whose(&thing.record.audience).await?;
            return Err(fault::shut_out(name, &whose));
        }
        thing.not_held_by_other()?;
        // The holder may not have seen what is there now: it was written in an office program.
        let unseen = thing.is_own() && thing.record.draft.is_some() && !thing.is_known();
        match expected {
            Some(expected) if *expected != thing.revision() => Err(fault::stale(name)),
            None if unseen => {
                let by = thing.item.last_modified_by.user.as_ref().and_then(|user| user.display_name.clone());
                Err(fault::edited_outside(name, &by.unwrap_or_default()))
            }
            _ => Ok(()),
        }
    }

    /// Takes the lock where it must be taken, and writes. `met` tells who was in between.
    async fn write(
        &self,
        thing: &Thing,
        mut intake: Intake,
        mut took: bool,
        expected: Option<&Revision>,
        met: &mut Option<String>,
    ) -> Asked<Option<super::wire::DriveItem>> {
        let line = self.way(thing);
        if took {
            line.check_out(thing.at()).await?;
        }
        let long = matches!(intake, Intake::Large { .. });
        let mut tag = thing.item.c_tag.clone().filter(|_| !took && !thing.is_own());
        for tried in 0..=TRIES {
            let (now, next) = again(intake);
            intake = next;
            let target = Target::File { at: thing.at(), tag: tag.as_deref() };
            match Box::pin(self.upload(line, &thing.reference, target, &thing.item.name, now)).await {
                Ok((_, known)) => {
                    self.note_written(thing, known).await?;
                    if took && !thing.record.level.locks() {
                        line.check_in(thing.at(), "").await?;
                    }
                    return Ok(None);
                }
                // The library has become strict since.
                Err(trouble) if trouble.is(Class::CheckOutFirst) && !took && !long => {
                    self.is_strict(thing).await?;
                    line.check_out(thing.at()).await?;
                    (took, tag) = (true, None);
                }
                Err(trouble) if trouble.is(Class::Changed) && tried < TRIES && !long => {
                    let seen = line.item(thing.at()).await?.ok_or(trouble)?;
                    let same = self.is_same(thing, &seen).await?;
                    if !same && expected.is_some() {
                        return Err(Trouble::Other(fault::stale(&thing.item.name)));
                    }
                    if !same {
                        let by =
                            seen.last_modified_by.user.as_ref().and_then(|user| user.display_name.clone());
                        *met = Some(by.unwrap_or_else(|| "Somebody".to_owned()));
                    }
                    tag.clone_from(&seen.c_tag);
                    line.pause(tried).await;
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Err(Trouble::Other(fault::stale(&thing.item.name)))
    }

    /// From now on every change of this file takes the lock first, and an interruption gives it back.
    async fn is_strict(&self, thing: &Thing) -> Result<()> {
        let set = |record: &mut Record| {
            record.strict = true;
            if let Some(pending) = &mut record.pending
                && let Deed::Save { took, .. } = &mut pending.deed
            {
                *took = true;
            }
        };
        self.shared.note(self.call.installation, &thing.reference, set).await.map(drop)
    }

    /// Whether a file has the content that was looked at before, rewritten by SharePoint or not.
    async fn is_same(&self, thing: &Thing, seen: &super::wire::DriveItem) -> Result<bool> {
        if seen.hash() == thing.item.hash() {
            return Ok(true);
        }
        match &thing.known().print {
            Some(print) => {
                Ok(self.print_of(self.way(thing), thing.at(), seen.size).await?.as_ref() == Some(print))
            }
            None => Ok(false),
        }
    }

    /// What was sent is known when it has passed.
    async fn note_written(&self, thing: &Thing, known: Known) -> Result<()> {
        let set = |record: &mut Record| {
            if let Some(pending) = &mut record.pending
                && let Deed::Save { after, .. } = &mut pending.deed
            {
                *after = Some(known.clone());
            }
        };
        self.shared.note(self.call.installation, &thing.reference, set).await.map(drop)
    }

    /// After a failure: a lock that was taken for this is given back.
    async fn give_back(&self, thing: &Thing) {
        match self.mine.discard(thing.at()).await {
            Ok(()) => {}
            Err(trouble) if trouble.is(Class::NotHeld) || trouble.is(Class::Bug) => {}
            Err(trouble) => {
                let error = Error::from(trouble);
                tracing::warn!(
                    reference = thing.reference,
                    ?error,
                    "a lock was left; whoever may can undo the check-out"
                );
            }
        }
    }
}

/// Content in memory can be sent again; a stream cannot.
fn again(intake: Intake) -> (Intake, Intake) {
    match intake {
        Intake::Small(bytes) => (Intake::Small(bytes.clone()), Intake::Small(bytes)),
        large @ Intake::Large { .. } => (large, Intake::Small(Bytes::new())),
    }
}

fn both(name: &str, by: &str) -> Answer {
    Answer::Message(format!(
        "{by} edited “{name}” in SharePoint while you saved it. Your text is the newest; theirs is kept in the version \
         history in SharePoint. Look at both."
    ))
}
