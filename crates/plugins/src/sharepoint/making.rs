//! Making files: under a name of the operation's own, stamped, and renamed when they are whole. What an interruption
//! left is finished when all content is there, and taken away when it is not.

use super::LARGEST;
use super::calls::At;
use super::client::{Line, Trouble};
use super::desk::{Desk, Thing};
use super::fault;
use super::ids;
use super::record::{Deed, Holder, Known, Pending, Record, Version};
use super::refusals::Class;
use super::settle::cancel;
use super::upload::{Intake, Target};
use super::wire::{DriveItem, EMPTY_HASH};
use bytes::Bytes;
use domain::locking::LockSemantics;
use domain::plugin::{Audience, Body, Item, NewItem, Shelf, VersionNote};
use domain::{Error, ErrorKind, OperationId, Result, names};
use serde_json::json;

/// How many names are tried where others have taken them.
const NAMES: u32 = 40;
/// How often a file is looked for that was made a moment ago (M-25).
const YOUNG: u32 = 4;

/// A file about to be made.
struct Draft {
    reference: String,
    record: Record,
    /// What it is called until it is whole.
    own_name: String,
    note: Option<VersionNote>,
}

impl Draft {
    fn folder(&self) -> At<'_> {
        At { drive: &self.record.drive, item: &self.record.folder }
    }
}

/// What a file is called until it is whole. The extension tells SharePoint what it is.
fn own_name(reference: &str, name: &str) -> String {
    format!("chancery-{reference}{}", names::extension(name))
}

/// What writing columns came to.
pub(crate) struct Stamped {
    /// Whether they show everything that was chosen.
    pub whole: bool,
    /// SharePoint's name of the version that this made.
    version: Option<String>,
}

impl Desk<'_> {
    pub async fn create(&self, new: NewItem, body: Option<Body>) -> Result<Item> {
        let operation = self.call.recorded()?;
        let reference = ids::reference_of(operation).0;
        let _turn = self.shared.turn(&reference).await;
        if let Some(made) = Box::pin(self.made(operation, true)).await? {
            return Ok(made.seen(self.call));
        }
        let intake = Intake::begin(body, LARGEST).await?;
        let draft = self.draft(operation, new).await?;
        match Box::pin(self.fill(&draft, intake)).await {
            Ok(item) => {
                Ok(Box::pin(self.complete(&draft.reference, &self.mine, item)).await?.seen(self.call))
            }
            Err(Trouble::Unsure(error)) => match Box::pin(self.made(operation, true)).await {
                Ok(Some(made)) => Ok(made.seen(self.call)),
                Ok(None) => Err(error),
                Err(e) => Err(error.with("found_out", e.public().to_owned())),
            },
            Err(trouble) => {
                self.withdraw_made(&draft.reference, &self.mine).await;
                Err(self.of_folder(trouble, &draft.record.audience).await?)
            }
        }
    }

    /// What this operation has made before, if anything. What is there whole is completed, half of it is taken away,
    /// unless it `goes_on` with the upload that it had begun.
    pub async fn made(&self, operation: OperationId, goes_on: bool) -> Result<Option<Thing>> {
        let reference = ids::reference_of(operation);
        let Some(record) = self.shared.record(self.call.installation, &reference.0).await? else {
            return Ok(None);
        };
        if record.gone {
            return Err(fault::removed());
        }
        let Some(pending) = record.pending.clone().filter(|p| matches!(p.deed, Deed::Create { .. })) else {
            return Box::pin(self.look(&reference)).await;
        };
        let line = self.way_of(pending.by).await?;
        match self.whole(&line, &reference.0, &record, &pending).await? {
            Some(item) => Box::pin(self.complete(&reference.0, &line, item)).await.map(Some),
            // An upload of its own name shows nothing to anybody; an empty file would.
            None if pending.session.is_some() && (goes_on || record.published) => Ok(None),
            None => {
                self.withdraw_made(&reference.0, &line).await;
                Ok(None)
            }
        }
    }

    /// The file of an interrupted operation, when all content is there.
    async fn whole(
        &self,
        line: &Line,
        reference: &str,
        record: &Record,
        pending: &Pending,
    ) -> Result<Option<DriveItem>> {
        let Deed::Create { whole, .. } = &pending.deed else { return Ok(None) };
        if !record.item.is_empty() {
            let at = At { drive: &record.drive, item: &record.item };
            let found = line.item(at).await?;
            return Ok(found.filter(|_| *whole));
        }
        // The answer that told its id was lost.
        let folder = At { drive: &record.drive, item: &record.folder };
        let found = line.named(folder, &own_name(reference, &record.name)).await?;
        let Some(found) = found else { return Ok(None) };
        self.note_item(reference, &found.id).await?;
        // Content arrives whole or not at all; a draft's file is empty at first.
        Ok(Some(found).filter(|_| record.published))
    }

    async fn note_item(&self, reference: &str, item: &str) -> Result<()> {
        let set = |record: &mut Record| item.clone_into(&mut record.item);
        self.shared.note(self.call.installation, reference, set).await?;
        self.shared.folders.made(item, self.now());
        self.shared.point(self.call.installation, item, reference).await
    }

    /// Takes away what was made of a file that did not become whole. Its name is free again.
    async fn withdraw_made(&self, reference: &str, line: &Line) {
        let outcome = async {
            let Some(record) = self.shared.record(self.call.installation, reference).await? else {
                return Ok(());
            };
            let folder = At { drive: &record.drive, item: &record.folder };
            let item = if record.item.is_empty() {
                line.named(folder, &own_name(reference, &record.name)).await?.map(|found| found.id)
            } else {
                Some(record.item.clone())
            };
            if let Some(session) = record.pending.as_ref().and_then(|pending| pending.session.as_ref()) {
                cancel(line, session).await;
            }
            if let Some(item) = item {
                line.destroy(At { drive: &record.drive, item: &item }).await?;
                self.shared.unpoint(self.call.installation, &item).await?;
            }
            self.shared.names.release(&record.folder, &record.name, reference).await;
            self.shared.forget(self.call.installation, reference).await
        };
        if let Err(error) = outcome.await {
            tracing::warn!(reference, ?error, "half a file was left; the same operation finds it again");
        }
    }

    /// Everything about a new file but its content, written down.
    async fn draft(&self, operation: OperationId, new: NewItem) -> Result<Draft> {
        let reference = ids::reference_of(operation).0;
        let folder =
            Box::pin(self.folder_for(new.shelf, &new.audience, &new.place, new.language.as_deref())).await?;
        let drive = self.root(new.shelf).drive.to_owned();
        let fallback = if new.shelf == Shelf::Templates { "Template" } else { "Document" };
        let name = self.reserve(&drive, &folder, &names::amend(&new.name, fallback), &reference).await?;
        let level = LockSemantics::effective(new.semantics, self.shared.locking);
        let published = !level.locks() || new.check_in.is_some();
        let note = new.check_in.filter(|_| level.versions());
        let deed = Deed::Create { whole: false, note: note.clone(), after: None };
        let mut pending = Pending::new(self.call, operation, deed);
        // The same operation goes on with the upload it had begun.
        let before = self.shared.record(self.call.installation, &reference).await?.and_then(|r| r.pending);
        pending.session = before.and_then(|before| before.session);
        let mut record = Record {
            template: new.shelf == Shelf::Templates,
            drive,
            folder,
            name: name.clone(),
            level,
            published,
            ..Record::default()
        };
        record.media_type =
            if new.media_type.is_empty() { "application/octet-stream".into() } else { new.media_type };
        record.language = new.language;
        record.place = new.place;
        record.audience = new.audience;
        record.pending = Some(pending);
        record.keep(new.metadata);
        let own_name = own_name(&reference, &name);
        let set = |known: &mut Record| *known = record.clone();
        let record = self.shared.note(self.call.installation, &reference, set).await?;
        Ok(Draft { reference, record, own_name, note })
    }

    /// Puts the content there under the operation's own name.
    async fn fill(&self, draft: &Draft, intake: Intake) -> std::result::Result<DriveItem, Trouble> {
        let line = &self.mine;
        let record = &draft.record;
        if record.published {
            let target = Target::New { folder: draft.folder(), name: &draft.own_name };
            let (item, known) =
                Box::pin(self.upload(line, &draft.reference, target, &record.name, intake)).await?;
            self.note_item(&draft.reference, &item.id).await?;
            self.note_whole(draft, known).await?;
            return self.fresh(line, &record.drive, &item.id).await;
        }
        // Nothing is public before the first check-in: an empty file, and the content as its holder's draft.
        let made = line.put_new(draft.folder(), &draft.own_name, Bytes::new()).await?;
        self.note_item(&draft.reference, &made.id).await?;
        let at = At { drive: &record.drive, item: &made.id };
        if self.fresh(line, &record.drive, &made.id).await?.is_checked_out() {
            // The library keeps new files checked out, invisible to everybody else (M-13).
            line.check_in(at, "").await?;
            self.note_strict(&draft.reference).await?;
        }
        line.check_out(at).await?;
        let empty = matches!(&intake, Intake::Small(bytes) if bytes.is_empty());
        let known = if empty {
            intake.known(&record.name, self.call.now).unwrap_or_default()
        } else {
            let target = Target::File { at, tag: None };
            Box::pin(self.upload(line, &draft.reference, target, &record.name, intake)).await?.1
        };
        self.note_whole(draft, known).await?;
        self.fresh(line, &record.drive, &made.id).await
    }

    async fn note_strict(&self, reference: &str) -> Result<()> {
        let set = |record: &mut Record| record.strict = true;
        self.shared.note(self.call.installation, reference, set).await.map(drop)
    }

    async fn note_whole(&self, draft: &Draft, known: Known) -> Result<()> {
        let set = |record: &mut Record| {
            if let Some(pending) = &mut record.pending {
                let (note, after) = (draft.note.clone(), Some(known.clone()));
                pending.deed = Deed::Create { whole: true, note, after };
                pending.session = None;
            }
        };
        self.shared.note(self.call.installation, &draft.reference, set).await.map(drop)
    }

    /// A file that was made a moment ago: it may not be known everywhere yet (M-25).
    async fn fresh(&self, line: &Line, drive: &str, item: &str) -> std::result::Result<DriveItem, Trouble> {
        let mut tried = 0;
        loop {
            match line.item(At { drive, item }).await? {
                Some(found) => return Ok(found),
                None if tried == YOUNG => return Err(Trouble::Unsure(fault::unsure())),
                None => line.pause(tried).await,
            }
            tried += 1;
        }
    }

    /// The rest of making a file whose content is there: published, stamped, under its name. Doing it again is harmless.
    async fn complete(&self, reference: &str, line: &Line, mut item: DriveItem) -> Result<Thing> {
        let record = self.shared.record(self.call.installation, reference).await?;
        let record = record.ok_or_else(ids::missing)?;
        let Some(Pending { deed: Deed::Create { note, after, .. }, by, by_name, at: when, mark, .. }) =
            record.pending.clone()
        else {
            return Err(Error::internal("a file that is made is not being made"));
        };
        let at = At { drive: &record.drive, item: &record.item };
        if record.published && item.is_checked_out() {
            let comment = note.as_ref().map_or("", |note| note.description.as_str());
            line.check_in(at, comment).await?;
            self.note_strict(reference).await?;
            item = self.fresh(line, at.drive, at.item).await?;
        }
        let stamped = self.stamped(line, reference, &record, &item).await?;
        let version = stamped.version.unwrap_or_else(|| item.version().to_owned());
        let name = self.under_its_name(line, reference, &record).await?;
        item.name.clone_from(&name);
        let content = after.unwrap_or_else(|| Known {
            revision: super::desk::revision_of(&item.hash()),
            hash: item.hash(),
            print: None,
            size: item.size,
            modified: Some(when),
        });
        let object = line.access.object.clone();
        let done = |record: &mut Record| {
            record.pending = None;
            record.name.clone_from(&name);
            record.facts_wait = !stamped.whole;
            if stamped.whole {
                record.shown.clone_from(&self.place.columns);
            }
            record.remember(&mark);
            if record.published {
                record.public = content.clone();
            } else {
                record.public = empty(when);
                record.draft = Some(content.clone());
                let (associate, name) = (by, by_name.clone());
                record.holder = Some(Holder { associate, name, object: object.clone() });
            }
            if let Some(note) = note.clone() {
                let (id, content) = (version.clone(), content.clone());
                record.versions =
                    vec![Version { number: 1, id, content, at: when, by, by_name: by_name.clone(), note }];
            }
        };
        let record = self.shared.note(self.call.installation, reference, done).await?;
        if record.published || by == self.call.associate {
            let hidden = line.access.object != self.mine.access.object;
            if let Some(publication) = item.publication.as_mut().filter(|_| record.published) {
                publication.version_id = version;
            }
            return self.thing(reference, record, item, hidden).await;
        }
        Box::pin(self.look_at(reference, record)).await?.ok_or_else(ids::missing)
    }

    /// Gives a file its name, or the next one that is free.
    async fn under_its_name(&self, line: &Line, reference: &str, record: &Record) -> Result<String> {
        let at = At { drive: &record.drive, item: &record.item };
        let mut name = record.name.clone();
        for tried in 0..NAMES {
            match line.patch(at, &json!({ "name": name })).await {
                Ok(_) => return Ok(name),
                Err(trouble) if trouble.is(Class::Taken) => {
                    self.shared.names.release(&record.folder, &name, reference).await;
                    self.is_taken(at.drive, &record.folder, &name).await?;
                    name = self.reserve(at.drive, &record.folder, &record.name, reference).await?;
                }
                Err(trouble) if trouble.is(Class::Path) => {
                    self.shared.names.release(&record.folder, &name, reference).await;
                    let shorter = shortened(&name).ok_or(trouble)?;
                    name = self.reserve(at.drive, &record.folder, &shorter, reference).await?;
                }
                Err(trouble) if trouble.is(Class::Missing) && tried < YOUNG => line.pause(tried).await,
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Err(Error::conflict("No free name was found in the folder. Choose another name."))
    }

    /// The columns of a file that is made. One that cannot have them, because somebody took a column away for example, is a
    /// file all the same: its columns wait.
    async fn stamped(
        &self,
        line: &Line,
        reference: &str,
        record: &Record,
        item: &DriveItem,
    ) -> Result<Stamped> {
        match self.stamp(line, reference, record, item).await {
            Err(error) if !matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Throttled) => {
                tracing::warn!(reference, ?error, "the columns of a new file were not written");
                Ok(Stamped { whole: false, version: None })
            }
            other => other,
        }
    }

    /// Writes our reference and the document's facts into the library's columns, where it has them.
    pub async fn stamp(
        &self,
        line: &Line,
        reference: &str,
        record: &Record,
        item: &DriveItem,
    ) -> Result<Stamped> {
        let list_item = item.sharepoint_ids.as_ref().and_then(|ids| ids.list_item_id.clone());
        let none = self.place.columns.is_empty();
        let (false, Some(list_item)) = (none, list_item) else {
            return Ok(Stamped { whole: none, version: None });
        };
        let facts = record.facts.as_ref().unwrap_or(&record.place);
        let mut fields = super::columns::fields(&self.place.columns, facts);
        fields[super::columns::STAMP] = json!(reference);
        let mut tried = 0;
        let written = loop {
            match line.set_fields(&record.drive, &list_item, &fields).await {
                // A list item may appear a moment later than its file (microsoft.md 2.21).
                Err(trouble) if trouble.is(Class::Missing) && tried < YOUNG => line.pause(tried).await,
                other => break other?,
            }
            tried += 1;
        };
        let version = written["_UIVersionString"].as_str().map(str::to_owned);
        Ok(Stamped { whole: true, version: version.filter(|_| !item.is_checked_out()) })
    }

    /// What a refusal while making a file means: 404 and 403 are its folder's.
    async fn of_folder(&self, trouble: Trouble, audience: &Audience) -> Result<Error> {
        if trouble.is(Class::Permission) && !self.mine.access.object.is_empty() {
            let whose = self.whose(audience).await?;
            return Ok(Error::forbidden(format!(
                "You may not store a document there in SharePoint: {whose}. An owner of the site in Microsoft 365 can let \
                 you in."
            )));
        }
        if !trouble.is(Class::Missing) {
            return Ok(trouble.into());
        }
        self.shared.folders.forget();
        Ok(Error::new(
            ErrorKind::Unavailable,
            "The folder in SharePoint is gone, or you may not use it. Nothing was made; try again, and a missing folder is \
             made anew. If it stays so, ask an owner of the site, who can let you in.",
        ))
    }
}

/// What is public of a file that was never published.
fn empty(at: jiff::Timestamp) -> Known {
    let hash = EMPTY_HASH.to_owned();
    Known { revision: super::desk::revision_of(&hash), hash, print: None, size: 0, modified: Some(at) }
}

/// A name with half of its stem; nothing when it cannot be shorter.
pub(crate) fn shortened(name: &str) -> Option<String> {
    let (stem, extension) = names::split(name);
    let letters = stem.chars().count();
    (letters > 8).then(|| {
        let half: String = stem.chars().take(letters / 2).collect();
        names::amend(&format!("{}{extension}", half.trim_end()), "Document")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_becomes_shorter_until_it_cannot() {
        assert_eq!(shortened("A long name of a letter.docx").as_deref(), Some("A long name.docx"));
        assert_eq!(shortened("Letter.docx"), None);
    }

    #[test]
    fn a_file_in_the_making_keeps_its_extension() {
        assert_eq!(own_name("s1", "Offer.docx"), "chancery-s1.docx");
        assert_eq!(own_name("s1", "Offer"), "chancery-s1");
    }
}
