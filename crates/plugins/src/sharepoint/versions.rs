//! Committed versions: SharePoint's own, with their notes in the notebook.

use super::desk::{Desk, Found};
use super::fault;
use super::record::{Deed, Record};
use domain::Result;
use domain::plugin::{Done, ExternalRef, VersionId, VersionInfo, VersionNote};

impl Desk<'_> {
    fn require_versions(&self) -> Result<()> {
        if self.shared.locking.versions() { Ok(()) } else { Err(fault::no_versions()) }
    }

    pub async fn versions(&self, reference: &ExternalRef) -> Result<Vec<VersionInfo>> {
        let thing = Box::pin(self.find_usable(reference)).await?;
        Ok(thing.record.versions.iter().map(super::record::Version::info).collect())
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
        let thing = Box::pin(self.find_usable(reference)).await?;
        thing.record.version(id)?;
        let change = |record: &mut Record| {
            for version in record.versions.iter_mut().filter(|v| v.number.to_string() == id.0) {
                version.note.description.clone_from(&note.description);
                version.note.extra.extend(note.extra.clone());
            }
        };
        let record = self.shared.note(self.call.installation, &thing.reference, change).await?;
        Ok(record.version(id)?.info())
    }

    /// An earlier version becomes the newest: at once when the file is free, as the work copy when the caller holds it.
    pub async fn restore_version(&self, reference: &ExternalRef, id: &VersionId) -> Result<Done> {
        self.require_versions()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => *thing,
        };
        self.open_to(&thing).await?;
        thing.not_held_by_other()?;
        let old = thing.record.version(id)?.clone();
        let version = thing.item.version().to_owned();
        let deed = Deed::Restore { number: old.number, version, draft: thing.is_own() };
        let strict = thing.record.strict && !thing.is_own();
        let work = async {
            if strict {
                self.mine.check_out(thing.at()).await?;
            }
            self.mine.restore_version(thing.at(), &old.id).await?;
            if strict {
                self.mine.check_in(thing.at(), "").await?;
            }
            Ok(None)
        };
        Ok(Done::with(Box::pin(self.carry_out(&thing, deed, work)).await?.seen(self.call)))
    }
}
