//! Making files, and what became of an operation.

use super::calls::none_when_missing;
use super::client::Trouble;
use super::desk::{Desk, Thing, when};
use super::marks::Marks;
use super::record::{Record, Version};
use super::refusals::Class;
use super::upload::{Intake, Target, Upload};
use super::wire::{File, NATIVE};
use super::{LARGEST, fault};
use domain::locking::LockSemantics;
use domain::plugin::{Body, ExternalRef, Fate, Item, NewItem, Shelf};
use domain::{Error, ErrorKind, OperationId, Result, names};
use serde_json::{Value, json};

/// A file about to be made.
pub(crate) struct Draft {
    pub id: String,
    pub folder: String,
    pub name: String,
    pub marks: Marks,
    pub record: Record,
    pub media_type: String,
}

impl Draft {
    /// Its metadata.
    pub fn meta(&self, desk: &Desk<'_>) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "mimeType": self.media_type,
            "parents": [self.folder],
            "modifiedTime": when(desk.call.now),
            "appProperties": Value::Object(self.marks.write()),
        })
    }

    /// Whether it begins with version 1.
    pub fn is_version(&self) -> bool {
        self.marks.versions > 0
    }
}

fn note_of(operation: OperationId) -> String {
    format!("op/{}", operation.0.simple())
}

impl Desk<'_> {
    pub async fn create(&self, new: NewItem, body: Option<Body>) -> Result<Item> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&note_of(operation)).await;
        if let Some(made) = self.made(operation).await? {
            return Ok(made.seen(self.call));
        }
        let intake = Intake::begin(body, LARGEST).await?;
        let mut draft = self.draft(operation, new, Record::default()).await?;
        draft.marks.wrote(intake.md5());
        let made = self.make(&draft, intake).await;
        Ok(self.settle_made(&draft, made).await?.seen(self.call))
    }

    /// What this operation has made before, if anything.
    pub async fn made(&self, operation: OperationId) -> Result<Option<Thing>> {
        let Some(id) = self.noted(operation).await? else { return Ok(None) };
        let found = self.line.file(&id).await?.and_then(|file| Thing::of(file, self.call));
        Ok(found.filter(|thing| thing.marks.knows(operation)))
    }

    async fn noted(&self, operation: OperationId) -> Result<Option<String>> {
        self.shared.notebook.read(self.call.installation, self.shared.id, &note_of(operation)).await
    }

    /// The id of the file that this operation makes: written down before anything is made.
    async fn id_for(&self, operation: OperationId) -> Result<String> {
        if let Some(id) = self.noted(operation).await? {
            return Ok(id);
        }
        let fresh = self.shared.fresh_id(&self.line).await?;
        let (installation, plugin) = (self.call.installation, self.shared.id);
        let name = note_of(operation);
        let standing = self.shared.notebook.swap(installation, plugin, &name, None, Some(&fresh)).await?;
        standing.ok_or_else(|| Error::internal("the notebook did not keep an id"))
    }

    /// Everything about a new file but its content. Its name is given out; whoever does not make it gives it back.
    pub async fn draft(&self, operation: OperationId, new: NewItem, mut record: Record) -> Result<Draft> {
        let id = self.id_for(operation).await?;
        let folder = self.folder_for(new.shelf, &new.audience, &new.place, new.language.as_deref()).await?;
        let fallback = if new.shelf == Shelf::Templates { "Template" } else { "Document" };
        let name = self.reserve(&folder, &names::amend(&new.name, fallback), &id).await?;
        let semantics = LockSemantics::effective(new.semantics, self.shared.locking);
        let mut marks = Marks::new(self.call, operation, new.shelf, semantics);
        marks.published = !semantics.locks() || new.check_in.is_some();
        if !marks.published {
            marks.take(self.call, operation);
        }
        marks.leave(&name, &folder, false);
        marks.audience = new.audience;
        record.place = new.place;
        record.language = new.language;
        record.keep(new.metadata);
        if let Some(note) = new.check_in.filter(|_| semantics.versions()) {
            marks.versions = 1;
            record.add(self.version(1, note));
        }
        // A type of Google's own would convert the content.
        let plain = !new.media_type.is_empty() && !new.media_type.starts_with(NATIVE);
        let media_type = if plain { new.media_type } else { "application/octet-stream".into() };
        Ok(Draft { id, folder, name, marks, record, media_type })
    }

    /// A version that the caller commits now, its content still to be told.
    pub fn version(&self, number: u32, note: domain::plugin::VersionNote) -> Version {
        Version {
            number,
            revision: None,
            md5: String::new(),
            sha256: None,
            size: 0,
            at: self.call.now,
            by: self.call.associate,
            by_name: self.call.name.to_string(),
            note,
        }
    }

    async fn make(&self, draft: &Draft, intake: Intake) -> std::result::Result<File, Trouble> {
        self.keep_record(draft).await?;
        let upload = Upload {
            target: Target::New,
            meta: draft.meta(self),
            media_type: &draft.media_type,
            keep: draft.is_version(),
        };
        match intake {
            Intake::Small(bytes) => {
                let once = || self.line.upload(&upload, Intake::of(bytes.clone()));
                self.patiently(&draft.folder, once).await
            }
            large @ Intake::Large { .. } => self.line.upload(&upload, large).await,
        }
    }

    /// Writes the record of a new file, when there is anything to remember.
    pub async fn keep_record(&self, draft: &Draft) -> Result<()> {
        let record = draft.record.clone();
        self.shared.note(self.call.installation, &draft.id, |known| *known = record.clone()).await.map(drop)
    }

    /// The file that was made, also when the answer was lost. When it was not made, its name is free again.
    pub async fn settle_made(
        &self,
        draft: &Draft,
        made: std::result::Result<File, Trouble>,
    ) -> Result<Thing> {
        let settled = match made {
            Ok(file) => Ok(Some(file)),
            // It was made by the try before this one, or by a call that repeats the operation elsewhere.
            Err(Trouble::Refused(refused)) if refused.class == Class::Done => {
                none_when_missing(self.line.file(&draft.id).await).map(Option::flatten)
            }
            Err(Trouble::Unsure(error)) => match self.line.file(&draft.id).await {
                Ok(Some(file)) => Ok(Some(file)),
                _ => Err(Trouble::Unsure(error)),
            },
            Err(trouble) => Err(trouble),
        };
        match settled {
            Ok(Some(file)) => self.finish_made(draft, self.again(file)?).await,
            Ok(None) => {
                self.shared.names.release(&draft.folder, &draft.name, &draft.id).await;
                Err(fault::removed())
            }
            Err(trouble) => {
                self.shared.names.release(&draft.folder, &draft.name, &draft.id).await;
                Err(self.of_folder(trouble))
            }
        }
    }

    /// 404 while making a file is its folder's.
    fn of_folder(&self, trouble: Trouble) -> Error {
        if !trouble.is(Class::Missing) {
            return trouble.into();
        }
        self.shared.folders.forget();
        Error::new(
            ErrorKind::Unavailable,
            "The folder at Google was removed a moment ago. Nothing was made; try again, and it is made anew.",
        )
    }

    /// Notes what could not be known before: the revision of version 1, and the checksum of long content.
    async fn finish_made(&self, draft: &Draft, made: Thing) -> Result<Thing> {
        if draft.is_version() {
            let file = made.file.clone();
            let fill = |record: &mut Record| {
                if let Some(first) = record.versions.first_mut().filter(|v| v.revision.is_none()) {
                    first.of(&file);
                }
            };
            self.shared.note(self.call.installation, &draft.id, fill).await?;
        }
        self.told(made).await
    }

    /// Long content is written without its checksum being known. Afterwards it is, and is written down.
    pub async fn told(&self, thing: Thing) -> Result<Thing> {
        if thing.marks.written.is_some() || thing.file.md5().is_empty() {
            return Ok(thing);
        }
        let mut next = thing.marks.clone();
        next.wrote(Some(thing.file.md5().to_owned()));
        self.apply(&thing, &next, serde_json::Map::new()).await
    }

    pub async fn fate(&self, operation: OperationId, item: Option<&ExternalRef>) -> Result<Fate> {
        let Some(reference) = item else {
            // Whoever runs this operation now finishes first.
            let _turn = self.shared.turn(&note_of(operation)).await;
            return Ok(match self.made(operation).await? {
                Some(thing) => Fate::Applied(Box::new(thing.seen(self.call))),
                None => Fate::NotApplied,
            });
        };
        let _turn = self.shared.turn(&reference.0).await;
        Ok(match self.look(reference).await? {
            None => Fate::Gone,
            Some(thing) if thing.marks.knows(operation) => Fate::Applied(Box::new(thing.seen(self.call))),
            Some(thing) => {
                // A lock that was taken for it and not given back, because something broke in between.
                if thing.marks.is_begun(operation) {
                    let mut next = thing.marks.clone();
                    next.release();
                    self.apply(&thing, &next, serde_json::Map::new()).await?;
                }
                Fate::NotApplied
            }
        })
    }
}

impl Version {
    /// What its content is: the newest of a file.
    pub fn of(&mut self, file: &File) {
        self.revision.clone_from(&file.head_revision_id);
        file.md5().clone_into(&mut self.md5);
        self.sha256.clone_from(&file.sha256_checksum);
        self.size = file.size.unwrap_or(0);
    }
}
