//! From one library to another, and out of permissions that were given by hand. Graph cannot move between libraries, and
//! cannot open again what somebody has closed: the file is copied with its versions, watched until it has arrived, and the
//! old one is removed (microsoft.md 2.6, 2.11; M-16). Our reference stays, so links stay (T11, T31).
//!
//! People may work on the file meanwhile. The original goes only while it has the content that was copied, and into the
//! recycle bin; otherwise the copy goes, and the file is carried another time.

use super::calls::At;
use super::client::{Asked, Trouble};
use super::desk::{Desk, Thing};
use super::folders::Wanted;
use super::making::shortened;
use super::record::{Deed, Pending, Record};
use super::refusals::Class;
use super::wire::DriveItem;
use domain::plugin::{Audience, Placement};
use domain::{Error, ErrorKind, Result};
use serde_json::json;

/// How often a copy is looked at until it is left to somebody who finds out later.
const LOOKS: u32 = 40;
/// How often a tag that changed without the content is looked at again (M-15).
const TAGS: u32 = 3;
/// How many names are tried.
const NAMES: u32 = 20;

/// What came of a journey that was written down.
enum Landed {
    /// The file is there.
    There(Box<Thing>),
    /// The file is where it was, and this is why. Nothing is left of the journey.
    GivenUp(Error),
}

/// The folder in which a copy arrives: of this file's own, so that nobody else's file is taken for it.
fn landing_in<'a>(drive: &'a str, folder: &'a str, reference: &str) -> Wanted<'a> {
    let own = format!("chancery-{reference}");
    Wanted { parent: At { drive, item: folder }, name: own.clone(), mark: own }
}

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
            return Err(checked_out(&thing.item.name));
        }
        let drive = self.root(thing.record.shelf()).drive.to_owned();
        let landing = self.empty_landing(&landing_in(&drive, folder, &thing.reference)).await?;
        let name = self.reserve(&drive, folder, &thing.item.name, &thing.reference).await?;
        let deed = Deed::Carry {
            old: (thing.record.drive.clone(), thing.record.item.clone()),
            drive: drive.clone(),
            folder: folder.to_owned(),
            landing: landing.clone(),
            name,
            place: place.clone(),
            audience: audience.cloned(),
            source: thing.item.hash(),
            monitor: None,
        };
        self.begin(thing, deed).await?;
        let to = At { drive: &drive, item: &landing };
        match Box::pin(self.copy_over(thing, to)).await {
            Ok(()) => {}
            Err(Trouble::Unsure(error)) => {
                self.arrived(to).await?.ok_or(error)?;
            }
            Err(trouble) => {
                self.give_up(&thing.reference, &drive, folder, &landing).await?;
                return Err(trouble.into());
            }
        }
        match Box::pin(self.land(&thing.reference)).await? {
            Landed::There(thing) => Ok(*thing),
            Landed::GivenUp(why) => Err(why),
        }
    }

    /// A folder for a copy. What an earlier journey left in it would be older than the file, and goes.
    async fn empty_landing(&self, wanted: &Wanted<'_>) -> Result<String> {
        let landing = self.child(wanted, &self.app).await?;
        let found = self.app.children(At { drive: wanted.parent.drive, item: &landing }, 1).await;
        if found.is_ok_and(|found| found.is_empty()) {
            return Ok(landing);
        }
        self.remove_child(wanted, &landing).await?;
        self.child(wanted, &self.app).await
    }

    async fn copy_over(&self, thing: &Thing, to: At<'_>) -> Asked<()> {
        let address = self.app.copy(thing.at(), to).await?;
        let set = |record: &mut Record| {
            if let Some(Pending { deed: Deed::Carry { monitor, .. }, .. }) = &mut record.pending {
                *monitor = Some(address.clone());
            }
        };
        self.shared.note(self.call.installation, &thing.reference, set).await?;
        for tried in 0..LOOKS {
            let state = self.app.monitor(&address).await?;
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

    /// Whether a copy is still on its way. One that nobody knows any more is not.
    async fn is_under_way(&self, monitor: &str) -> Result<bool> {
        match self.app.monitor(monitor).await {
            Ok(state) => Ok(!matches!(state.status.as_str(), "completed" | "failed" | "deleteFailed")),
            Err(Trouble::Refused(_)) => Ok(false),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// What lies in the folder for a copy. Where people have tidied that away, nothing does.
    async fn arrived(&self, landing: At<'_>) -> Result<Option<DriveItem>> {
        match self.app.children(landing, 1).await {
            Ok(found) => Ok(found.into_iter().find(|item| item.folder.is_none())),
            Err(trouble) if trouble.is(Class::Missing) => Ok(None),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Nothing is left of a journey whose original is still there. A copy that is still on its way finds no folder.
    async fn give_up(&self, reference: &str, drive: &str, folder: &str, landing: &str) -> Result<()> {
        self.remove_child(&landing_in(drive, folder, reference), landing).await?;
        let clear = |record: &mut Record| record.pending = None;
        self.shared.note(self.call.installation, reference, clear).await.map(drop)
    }

    /// Removes the original while it is what was copied; otherwise tells why it stays.
    async fn remove_original(&self, old: At<'_>, source: &str) -> Result<Option<Error>> {
        for _ in 0..TAGS {
            let Some(now) = self.app.item(old).await? else { return Ok(None) };
            if now.is_checked_out() {
                return Ok(Some(checked_out(&now.name)));
            }
            if !source.is_empty() && now.hash() != source {
                return Ok(Some(changed()));
            }
            match self.app.bin(old, now.c_tag.as_deref()).await {
                Ok(()) => return Ok(None),
                Err(trouble) if trouble.is(Class::Changed) => {}
                // A program has it open, and will save into it.
                Err(trouble) if trouble.is(Class::Locked) => return Ok(Some(trouble.into())),
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Ok(Some(changed()))
    }

    /// The rest: the old file goes, the record names the copy, that goes to its folder, and the folder of its own goes.
    /// Doing it again is harmless.
    async fn land(&self, reference: &str) -> Result<Landed> {
        let record = self.shared.record(self.call.installation, reference).await?;
        let record = record.ok_or_else(super::ids::missing)?;
        let Some(Pending { deed, mark, .. }) = record.pending.clone() else { return Err(not_carried()) };
        let Deed::Carry { old, drive, folder, landing, name, place, audience, source, .. } = deed else {
            return Err(not_carried());
        };
        let mut moved = record.clone();
        if moved.item == old.1 {
            let copy = self.arrived(At { drive: &drive, item: &landing }).await?.ok_or_else(slow)?;
            if let Some(why) = self.remove_original(At { drive: &old.0, item: &old.1 }, &source).await? {
                self.give_up(reference, &drive, &folder, &landing).await?;
                return Ok(Landed::GivenUp(why));
            }
            self.shared.point(self.call.installation, &copy.id, reference).await?;
            let set = |record: &mut Record| {
                record.drive.clone_from(&drive);
                record.item.clone_from(&copy.id);
            };
            moved = self.shared.note(self.call.installation, reference, set).await?;
        }
        self.shared.unpoint(self.call.installation, &old.1).await?;
        if record.folder != folder || record.name != name {
            self.shared.names.release(&record.folder, &record.name, reference).await;
        }
        let at = At { drive: &moved.drive, item: &moved.item };
        let name = self.settle_in(reference, at, &folder, name).await?;
        self.remove_child(&landing_in(&drive, &folder, reference), &landing).await?;
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
        let there = Box::pin(self.look_at(reference, record)).await?.ok_or_else(super::ids::missing)?;
        Ok(Landed::There(Box::new(there)))
    }

    /// Moves a copy from where it arrived to its folder, under the next name that is free where somebody else has its
    /// own by now. Gives its name.
    async fn settle_in(&self, reference: &str, at: At<'_>, folder: &str, wanted: String) -> Result<String> {
        let mut name = wanted.clone();
        for _ in 0..NAMES {
            match self.app.patch(at, &json!({ "name": name, "parentReference": { "id": folder } })).await {
                Ok(_) => return Ok(name),
                Err(trouble) if trouble.is(Class::Taken) => {
                    self.shared.names.release(folder, &name, reference).await;
                    self.is_taken(at.drive, folder, &name).await?;
                    name = self.reserve(at.drive, folder, &wanted, reference).await?;
                }
                Err(trouble) if trouble.is(Class::Path) => {
                    self.shared.names.release(folder, &name, reference).await;
                    let shorter = shortened(&name).ok_or(trouble)?;
                    name = self.reserve(at.drive, folder, &shorter, reference).await?;
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Err(Error::conflict("No free name was found in the folder. Choose another name."))
    }

    /// What became of an interrupted journey: what has arrived lands, what is on its way is waited for, anything else has
    /// not begun.
    pub async fn settle_carry(
        &self,
        reference: &str,
        record: &Record,
        pending: &Pending,
        knows: impl Fn(&Record) -> bool,
    ) -> Result<bool> {
        let Deed::Carry { old, drive, folder, landing, monitor, .. } = &pending.deed else {
            return Ok(false);
        };
        let to = At { drive, item: landing };
        if record.item == old.1 && self.arrived(to).await?.is_none() {
            if let Some(monitor) = monitor
                && self.is_under_way(monitor).await?
            {
                return Err(slow());
            }
            if self.arrived(to).await?.is_none() {
                self.give_up(reference, drive, folder, landing).await?;
                return Ok(knows(record));
            }
        }
        match Box::pin(self.land(reference)).await? {
            Landed::There(landed) => {
                self.catch_up(&landed).await;
                Ok(knows(&landed.record))
            }
            Landed::GivenUp(why) => {
                tracing::info!(reference, ?why, "a file was not carried to where it belongs");
                Ok(knows(record))
            }
        }
    }
}

fn checked_out(name: &str) -> Error {
    Error::conflict(format!(
        "“{name}” is checked out and cannot be carried to where it belongs. Check it in first."
    ))
}

fn changed() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "Somebody changed the file while it was carried to where it belongs. It is where it was, with what they wrote; try \
         again later.",
    )
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
