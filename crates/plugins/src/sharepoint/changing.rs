//! Names, folders, audiences, the trash.
//!
//! Graph v1.0 puts files into a site's recycle bin and cannot bring them back (microsoft.md 2.6). What is removed here
//! therefore goes into a folder *Removed* beside it: who may see it stays the same, and it comes back as it was.

use super::calls::At;
use super::client::{Asked, Line, Trouble};
use super::desk::{Desk, Found, Thing};
use super::folders::{Wanted, folder_name};
use super::ids::{self, short};
use super::record::{Deed, Record, Trash};
use super::refusals::Class;
use super::wire::DriveItem;
use domain::plugin::{Answer, Audience, Done, ExternalRef, Item, Placement, Shelf};
use domain::{Result, names};
use serde_json::json;

/// How many names are tried where others have taken them.
const NAMES: u32 = 40;

/// Where a file goes and what changes with it.
#[derive(Debug, Default)]
struct Going {
    place: Option<Placement>,
    audience: Option<Audience>,
    trash: Option<Trash>,
}

impl Desk<'_> {
    pub async fn rename(&self, reference: &ExternalRef, suggested: &str) -> Result<Item> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(thing) => return Ok(thing.seen(self.call)),
            Found::Now(thing) => *thing,
        };
        let wanted = names::amend(suggested, "Document");
        // Where nothing usable is left of the suggestion, the fallback decides the outcome: keep the name.
        if wanted == thing.item.name || wanted != names::amend(suggested, "File") {
            return self.nothing_to_do(&thing, None).await?.item();
        }
        thing.not_held_by_other()?;
        let folder = thing.item.parent().to_owned();
        for _ in 0..NAMES {
            let name = self.reserve(thing.at().drive, &folder, &wanted, &thing.reference).await?;
            let work = async { self.way(&thing).patch(thing.at(), &json!({ "name": name })).await.map(Some) };
            match Box::pin(self.changed(&thing, Deed::Rename { name: name.clone() }, work)).await {
                Ok(renamed) => {
                    self.give_up_name(&thing, &folder, &name).await;
                    return Ok(renamed.seen(self.call));
                }
                Err(trouble) if trouble.is(Class::Taken) => {
                    self.shared.names.release(&folder, &name, &thing.reference).await;
                    self.is_taken(thing.at().drive, &folder, &name).await?;
                }
                Err(trouble) => {
                    if names::folded(&name) != names::folded(&thing.item.name) {
                        self.shared.names.release(&folder, &name, &thing.reference).await;
                    }
                    return Err(trouble.into());
                }
            }
        }
        Err(no_name())
    }

    /// As [`Desk::carry_out`], with a refusal as it came.
    async fn changed(
        &self,
        thing: &Thing,
        deed: Deed,
        work: impl Future<Output = Asked<Option<DriveItem>>>,
    ) -> Asked<Thing> {
        let mut refused = None;
        let watched = async {
            match work.await {
                Err(Trouble::Refused(refusal)) => {
                    refused = Some(refusal.clone());
                    Err(Trouble::Refused(refusal))
                }
                other => other,
            }
        };
        let outcome = Box::pin(self.carry_out(thing, deed, watched)).await;
        outcome.map_err(|error| refused.map_or(Trouble::Other(error), Trouble::Refused))
    }

    /// The old name is free again when a file has the new one.
    async fn give_up_name(&self, before: &Thing, folder: &str, name: &str) {
        let old = before.item.name.as_str();
        if before.item.parent() != folder || names::folded(old) != names::folded(name) {
            self.shared.names.release(before.item.parent(), old, &before.reference).await;
        }
    }

    /// Puts a file into another folder of its library, under a name that is free there. Where the caller may not, the
    /// application does.
    async fn move_to(
        &self,
        thing: &Thing,
        folder: &str,
        keeps_name_in: Option<&str>,
        going: Going,
    ) -> Result<Thing> {
        let names_in = keeps_name_in.unwrap_or(folder);
        let mut line: &Line = self.way(thing);
        for _ in 0..NAMES {
            let name = self.reserve(thing.at().drive, names_in, &thing.item.name, &thing.reference).await?;
            let deed = Deed::Move {
                folder: folder.to_owned(),
                name: name.clone(),
                place: going.place.clone(),
                audience: going.audience.clone(),
                trash: going.trash.clone(),
            };
            let body = json!({ "name": name, "parentReference": { "id": folder } });
            let work = async { line.patch(thing.at(), &body).await.map(Some) };
            match Box::pin(self.changed(thing, deed, work)).await {
                Ok(moved) => {
                    if keeps_name_in.is_none() {
                        self.give_up_name(thing, folder, &name).await;
                    }
                    return Ok(moved);
                }
                Err(trouble) if trouble.is(Class::Taken) => {
                    self.shared.names.release(names_in, &name, &thing.reference).await;
                    self.is_taken(thing.at().drive, names_in, &name).await?;
                }
                Err(trouble)
                    if !line.access.object.is_empty()
                        && (trouble.is(Class::Permission) || trouble.is(Class::Missing)) =>
                {
                    line = &self.app;
                }
                Err(trouble) => {
                    if keeps_name_in.is_none() && names_in != thing.item.parent() {
                        self.shared.names.release(names_in, &name, &thing.reference).await;
                    }
                    return Err(trouble.into());
                }
            }
        }
        Err(no_name())
    }

    pub async fn place(&self, reference: &ExternalRef, place: &Placement) -> Result<Item> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(thing) => {
                self.catch_up(&thing).await;
                return Ok(thing.seen(self.call));
            }
            Found::Now(thing) => *thing,
        };
        let record = &thing.record;
        let folder =
            Box::pin(self.folder_for(record.shelf(), &record.audience, place, record.language.as_deref()))
                .await?;
        let same_library = self.root(record.shelf()).drive == record.drive;
        if same_library && folder == thing.item.parent() && record.place == *place {
            let thing = self.as_filed(thing).await?;
            self.catch_up(&thing).await;
            return self.nothing_to_do(&thing, None).await?.item();
        }
        let going = Going { place: Some(place.clone()), ..Going::default() };
        let moved = if same_library {
            Box::pin(self.move_to(&thing, &folder, None, going)).await?
        } else {
            Box::pin(self.carry(&thing, &folder, place, None)).await?
        };
        self.catch_up(&moved).await;
        Ok(moved.seen(self.call))
    }

    /// A file that is filed by what is true of it again: nothing else is shown in its columns.
    async fn as_filed(&self, mut thing: Thing) -> Result<Thing> {
        if thing.record.facts.as_ref().is_some_and(|facts| *facts != thing.record.place) {
            let set = |record: &mut Record| (record.facts, record.facts_wait) = (None, true);
            thing.record = self.shared.note(self.call.installation, &thing.reference, set).await?;
        }
        Ok(thing)
    }

    pub async fn set_audience(&self, reference: &ExternalRef, audience: &Audience) -> Result<()> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(_) => return Ok(()),
            Found::Now(thing) => *thing,
        };
        let record = &thing.record;
        // Templates are opened through the host; their folder is nobody else's.
        if record.shelf() == Shelf::Templates {
            return self.nothing_to_do(&thing, Some(audience.clone())).await.map(drop);
        }
        let scope = self.scope_of(audience);
        if *audience == record.audience {
            // Somebody asks for what should be: nothing is believed.
            if let Some(folder) = self.existing_scope(&scope).await? {
                self.shared.folders.unsettle(&folder);
            }
        }
        let closed = self.take_back(&thing).await?;
        let language = record.language.as_deref();
        let folder = Box::pin(self.folder_for(Shelf::Documents, audience, &record.place, language)).await?;
        if closed {
            let carried = Box::pin(self.carry(&thing, &folder, &record.place, Some(audience))).await?;
            self.catch_up(&carried).await;
            return Ok(());
        }
        let going = Going { audience: Some(audience.clone()), ..Going::default() };
        Box::pin(self.move_to(&thing, &folder, None, going)).await.map(drop)
    }

    pub async fn trash(&self, reference: &ExternalRef) -> Result<Done> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, true)).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => *thing,
        };
        if thing.is_trashed() {
            return self.nothing_to_do(&thing, None).await;
        }
        thing.not_held_by_other()?;
        let from = thing.item.parent().to_owned();
        let folder = self.removed_in(thing.at().drive, &from, self.way(&thing)).await?;
        let going = Going { trash: Some(Trash::Into { from: from.clone() }), ..Going::default() };
        Ok(Done::with(Box::pin(self.move_to(&thing, &folder, Some(&from), going)).await?.seen(self.call)))
    }

    pub async fn restore(&self, reference: &ExternalRef) -> Result<Item> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, true)).await? {
            Found::Applied(thing) => return Ok(thing.seen(self.call)),
            Found::Now(thing) => *thing,
        };
        let Some(from) = thing.record.trashed_from.clone().filter(|_| thing.is_trashed()) else {
            return self.nothing_to_do(&thing, None).await?.item();
        };
        let there = self.app.item(At { drive: thing.at().drive, item: &from }).await?;
        let record = &thing.record;
        let folder = if there.is_some() {
            from
        } else {
            // People have removed the folder meanwhile.
            let language = record.language.as_deref();
            Box::pin(self.folder_for(record.shelf(), &record.audience, &record.place, language)).await?
        };
        let going = Going { trash: Some(Trash::Out), ..Going::default() };
        Ok(Box::pin(self.move_to(&thing, &folder, Some(&folder), going)).await?.seen(self.call))
    }

    pub async fn destroy(&self, reference: &ExternalRef) -> Result<Done> {
        self.call.recorded()?;
        let gone = Done { item: None, answer: Answer::Nothing };
        let id = ids::checked(reference)?;
        let _turn = self.shared.turn(&reference.0).await;
        Box::pin(self.settle(reference, None)).await?;
        let Some(thing) = Box::pin(self.look(reference)).await? else {
            if let Some(record) = self.shared.record(self.call.installation, id).await?.filter(|r| !r.gone) {
                self.bury(id, &record).await?;
            }
            return Ok(gone);
        };
        thing.not_held_by_other()?;
        let removed = match self.way(&thing).destroy(thing.at()).await {
            Err(trouble) if trouble.is(Class::Permission) => self.app.destroy(thing.at()).await,
            other => other,
        };
        match removed {
            Ok(()) => {}
            // SharePoint may have done it all the same.
            Err(Trouble::Unsure(error)) => {
                if self.app.item(thing.at()).await?.is_some() {
                    return Err(error);
                }
            }
            Err(trouble) => return Err(trouble.into()),
        }
        let names_in = thing.record.trashed_from.as_deref().unwrap_or(thing.item.parent());
        self.shared.names.release(names_in, &thing.item.name, &thing.reference).await;
        self.bury(id, &thing.record).await?;
        Ok(gone)
    }

    /// What is left of a file that was removed for good: that it is not made again.
    async fn bury(&self, reference: &str, record: &Record) -> Result<()> {
        self.shared.unpoint(self.call.installation, &record.item).await?;
        let set = |record: &mut Record| *record = Record { gone: true, ..Record::default() };
        self.shared.note(self.call.installation, reference, set).await.map(drop)
    }

    /// The file with this path.
    pub async fn resolve_path(&self, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>> {
        let mut parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
        let Some(name) = parts.pop() else { return Ok(None) };
        let root = self.root(shelf);
        let found = match shelf {
            Shelf::Templates => Some(root.item.to_owned()),
            Shelf::Documents => self.existing_scope(&super::audience::Scope::Everyone).await?,
        };
        let Some(mut folder) = found else { return Ok(None) };
        for part in parts {
            let name = folder_name(part);
            let mark = short(&names::folded(&name));
            let parent = At { drive: root.drive, item: &folder };
            match self.existing_child(&Wanted { parent, name, mark }).await? {
                Some(child) => folder = child,
                None => return Ok(None),
            }
        }
        if name != names::amend(name, "") {
            return Ok(None);
        }
        let Some(item) = self.mine.named(At { drive: root.drive, item: &folder }, name).await? else {
            return Ok(None);
        };
        let reference = self.shared.pointed(self.call.installation, &item.id).await?.map(ExternalRef);
        let Some(reference) = reference else { return Ok(None) };
        let known = self.shared.record(self.call.installation, &reference.0).await?;
        Ok(known.filter(|record| !record.gone && record.item == item.id).map(|_| reference))
    }
}

fn no_name() -> domain::Error {
    domain::Error::conflict("No free name was found in the folder. Choose another name.")
}
