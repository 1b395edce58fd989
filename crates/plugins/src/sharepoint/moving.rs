//! From one library to another, and out of permissions that were given by hand. Graph cannot move between libraries, and
//! cannot open again what somebody has closed: the file is copied with its versions, watched until it has arrived, and the
//! old one is removed (microsoft.md 2.6, 2.11; M-16). Our reference stays, so links stay (T11, T31).

use super::calls::At;
use super::client::{Asked, Trouble};
use super::desk::{Desk, Thing};
use super::folders::Wanted;
use super::record::{Deed, Pending, Record};
use super::wire::DriveItem;
use domain::plugin::{Audience, Placement};
use domain::{Error, ErrorKind, Result};
use serde_json::json;

/// How often a copy is looked at until it is left to somebody who finds out later.
const LOOKS: u32 = 40;

impl Desk<'_> {
    /// Carries a file into a folder of any library.
    pub async fn carry(
        &self,
        thing: &Thing,
        folder: &str,
        place: &Placement,
        audience: Option<&Audience>,
    ) -> Result<Thing> {
        thing.not_held_by_other()?;
        if thing.item.is_checked_out() {
            return Err(Error::conflict(format!(
                "“{}” is checked out and cannot be carried to where it belongs. Check it in first.",
                thing.item.name
            )));
        }
        let drive = self.root(thing.record.shelf()).drive.to_owned();
        // The copy arrives in a folder of its own, so that nobody else's file is taken for it.
        let parent = At { drive: &drive, item: folder };
        let own = format!("chancery-{}", thing.reference);
        let wanted = Wanted { parent, name: own.clone(), mark: own };
        let landing = self.child(&wanted, &self.app).await?;
        let name = self.reserve(&drive, folder, &thing.item.name, &thing.reference).await?;
        let deed = Deed::Carry {
            old: (thing.record.drive.clone(), thing.record.item.clone()),
            drive: drive.clone(),
            folder: folder.to_owned(),
            landing: landing.clone(),
            name,
            place: place.clone(),
            audience: audience.cloned(),
        };
        self.begin(thing, deed).await?;
        let to = At { drive: &drive, item: &landing };
        if self.arrived(to).await?.is_none() {
            match self.copy_over(thing, to).await {
                Ok(()) => {}
                Err(Trouble::Unsure(error)) => {
                    self.arrived(to).await?.ok_or(error)?;
                }
                Err(trouble) => {
                    let clear = |record: &mut Record| record.pending = None;
                    self.shared.note(self.call.installation, &thing.reference, clear).await?;
                    return Err(trouble.into());
                }
            }
        }
        Box::pin(self.land(&thing.reference)).await
    }

    async fn copy_over(&self, thing: &Thing, to: At<'_>) -> Asked<()> {
        let monitor = self.app.copy(thing.at(), to).await?;
        for tried in 0..LOOKS {
            let state = self.app.monitor(&monitor).await?;
            match state.status.as_str() {
                "completed" => return Ok(()),
                "failed" | "deleteFailed" => {
                    let code = state.error_code.unwrap_or_default();
                    return Err(Trouble::Other(failed().with("graph_code", code)));
                }
                _ => self.app.pause(tried.min(4)).await,
            }
        }
        Err(Trouble::Unsure(slow()))
    }

    async fn arrived(&self, landing: At<'_>) -> Result<Option<DriveItem>> {
        let found = self.app.children(landing, 1).await?;
        Ok(found.into_iter().find(|item| item.folder.is_none()))
    }

    /// The rest: the copy goes to its folder, the record names it, the old file and the folder of its own go. Doing it
    /// again is harmless.
    async fn land(&self, reference: &str) -> Result<Thing> {
        let record = self.shared.record(self.call.installation, reference).await?;
        let record = record.ok_or_else(super::ids::missing)?;
        let Some(Pending { deed, mark, .. }) = record.pending.clone() else { return Err(not_carried()) };
        let Deed::Carry { old, drive, folder, landing, name, place, audience } = deed else {
            return Err(not_carried());
        };
        let to = At { drive: &drive, item: &landing };
        let mut moved = record.clone();
        if moved.item == old.1 {
            let copy = self.arrived(to).await?.ok_or_else(slow)?;
            self.shared.point(self.call.installation, &copy.id, reference).await?;
            let set = |record: &mut Record| {
                record.drive.clone_from(&drive);
                record.item.clone_from(&copy.id);
            };
            moved = self.shared.note(self.call.installation, reference, set).await?;
        }
        self.app.destroy(At { drive: &old.0, item: &old.1 }).await?;
        self.shared.unpoint(self.call.installation, &old.1).await?;
        if record.folder != folder || record.name != name {
            self.shared.names.release(&record.folder, &record.name, reference).await;
        }
        let at = At { drive: &moved.drive, item: &moved.item };
        let body = json!({ "name": name, "parentReference": { "id": folder } });
        self.app.patch(at, &body).await?;
        self.app.destroy(to).await?;
        let done = |record: &mut Record| {
            record.pending = None;
            record.folder.clone_from(&folder);
            record.name.clone_from(&name);
            if let Some(audience) = &audience {
                record.audience = audience.clone();
            } else {
                // Filed anew by these facts, which are the newest.
                (record.place, record.facts) = (place.clone(), None);
            }
            // A copy does not have every column (M-16).
            record.facts_wait = true;
            record.remember(&mark);
        };
        let record = self.shared.note(self.call.installation, reference, done).await?;
        Box::pin(self.look_at(reference, record)).await?.ok_or_else(super::ids::missing)
    }

    /// What became of an interrupted journey: what has arrived lands, anything else has not begun.
    pub async fn settle_carry(
        &self,
        reference: &str,
        record: &Record,
        pending: &Pending,
        knows: impl Fn(&Record) -> bool,
    ) -> Result<bool> {
        let Deed::Carry { old, drive, landing, .. } = &pending.deed else { return Ok(false) };
        let to = At { drive, item: landing };
        let whole = record.item != old.1 || self.arrived(to).await?.is_some();
        if whole {
            let landed = Box::pin(self.land(reference)).await?;
            self.catch_up(&landed).await;
            return Ok(knows(&landed.record));
        }
        let clear = |record: &mut Record| record.pending = None;
        let record = self.shared.note(self.call.installation, reference, clear).await?;
        Ok(knows(&record))
    }
}

fn not_carried() -> Error {
    Error::internal("a file that is carried is not being carried")
}

fn failed() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "SharePoint did not copy the file to where it belongs. It is where it was; try again later.",
    )
}

fn slow() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "SharePoint takes its time to copy the file to where it belongs. Nothing is lost; it is finished by itself.",
    )
}
