//! Committed versions: revisions that Google keeps for good, with their notes in the notebook.

use super::desk::{Desk, Found, more, when};
use super::download;
use super::marks::Holding;
use super::record::Record;
use super::saving::Writing;
use super::upload::Intake;
use super::{LARGEST, fault};
use domain::Result;
use domain::plugin::{Body, Done, ExternalRef, VersionId, VersionInfo, VersionNote};

impl Desk<'_> {
    fn require_versions(&self) -> Result<()> {
        if self.shared.locking.versions() { Ok(()) } else { Err(fault::no_versions()) }
    }

    pub async fn versions(&self, reference: &ExternalRef) -> Result<Vec<VersionInfo>> {
        let thing = self.find_usable(reference).await?;
        if thing.marks.versions == 0 {
            return Ok(Vec::new());
        }
        let record = self.complete_record(&thing).await?;
        let committed = record.versions.iter().filter(|version| version.number <= thing.marks.versions);
        Ok(committed.map(super::record::Version::info).collect())
    }

    pub async fn set_version_note(
        &self,
        reference: &ExternalRef,
        id: &VersionId,
        note: &VersionNote,
    ) -> Result<VersionInfo> {
        self.require_versions()?;
        self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = self.find_usable(reference).await?;
        self.complete_record(&thing).await?.version(thing.marks.versions, id)?;
        let change = |record: &mut Record| {
            for version in record.versions.iter_mut().filter(|v| v.number.to_string() == id.0) {
                version.note.description.clone_from(&note.description);
                version.note.extra.extend(note.extra.clone());
            }
        };
        let record = self.shared.note(self.call.installation, thing.id(), change).await?;
        Ok(record.version(thing.marks.versions, id)?.info())
    }

    /// An earlier version becomes the newest: at once when the file is free, as the work copy when the caller holds it.
    ///
    /// Google cannot do that itself; the bytes go through us, in pieces (google.md 2.11). The new version's content is
    /// the same as the old one's, so its record names the old one's revision.
    pub async fn restore_version(&self, reference: &ExternalRef, id: &VersionId) -> Result<Done> {
        self.require_versions()?;
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => *thing,
        };
        thing.not_held_by_other(self.call)?;
        let record = self.complete_record(&thing).await?;
        let old = record.version(thing.marks.versions, id)?.clone();
        let readable = self.content_of(&thing, Some(id)).await?;
        let stream = match readable.source {
            Some(source) => download::open(&self.line, source, 0..readable.size).await?,
            None => Body::from_bytes(readable.bytes).stream,
        };
        let intake = Intake::begin(Some(Body { length: Some(readable.size), stream }), LARGEST).await?;
        let thing = self.unlock(thing).await?;
        let mut next = thing.marks.clone();
        next.remember(operation);
        next.wrote(Some(old.md5.clone()));
        if thing.holding(self.call) == Holding::Free {
            next.published = true;
            next.versions += 1;
            let note = VersionNote::text(format!("Version {} restored", old.number));
            let new = super::record::Version {
                note,
                number: next.versions,
                revision: old.revision.clone(),
                md5: old.md5.clone(),
                sha256: old.sha256.clone(),
                size: old.size,
                ..self.version(next.versions, VersionNote::default())
            };
            let add = |record: &mut Record| record.add(new.clone());
            self.shared.note(self.call.installation, thing.id(), add).await?;
        }
        let media_type = thing.file.mime_type.clone();
        let more = more(&[("modifiedTime", when(self.call.now))]);
        let writing = Writing { operation, intake, marks: next, more, media_type: &media_type, keep: false };
        let (written, answer) = self.write(&thing, writing).await?;
        let written = self.lock_again(written).await?;
        Ok(Done { item: Some(written.seen(self.call)), answer: self.call.answer(answer) })
    }
}
