//! The work place of one call: finding a file, who may change it now, and how it looks to the caller.

use super::calls::At;
use super::client::Line;
use super::fingerprint::is_rewritten;
use super::record::{Known, Record};
use super::refusals::Class;
use super::wire::DriveItem;
use super::{Place, Shared, fault, ids};
use domain::locking::CheckoutState;
use domain::plugin::{Audience, Call, ExternalRef, Item, Revision, Shelf, VersionId};
use domain::{AssociateId, Result};

/// How often a file that was made a moment ago is looked for (M-25).
const YOUNG: u32 = 4;

/// What a call works with.
pub(crate) struct Desk<'a> {
    pub shared: &'a Shared,
    pub place: Place,
    /// As the caller; as the application itself when nobody in particular calls.
    pub mine: Line,
    /// As the application itself.
    pub app: Line,
    pub call: &'a Call,
}

/// How the lock of a file looks to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    Free,
    Own,
    Other,
}

/// A file of ours, as the caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub reference: String,
    pub record: Record,
    pub item: DriveItem,
    /// The caller may not see it in SharePoint; the item is as the application sees it.
    pub hidden: bool,
    pub holding: Holding,
    /// Who holds it.
    pub holder: (Option<AssociateId>, String),
}

impl Thing {
    pub fn at(&self) -> At<'_> {
        At { drive: &self.record.drive, item: &self.record.item }
    }

    /// The content the caller reads, as we know it.
    pub fn known(&self) -> &Known {
        self.record.known(self.holding == Holding::Own)
    }

    /// Whether what the caller reads is what we know.
    pub fn is_known(&self) -> bool {
        self.known().hash == self.item.hash()
    }

    /// The revision the caller reads.
    pub fn revision(&self) -> Revision {
        let known = self.known();
        Revision(if self.is_known() { known.revision.clone() } else { revision_of(&self.item.hash()) })
    }

    pub fn is_trashed(&self) -> bool {
        self.record.trashed_from.is_some() && self.item.parent() == self.record.folder
    }

    pub fn checkout(&self) -> CheckoutState {
        match self.holding {
            Holding::Free => CheckoutState::NotCheckedOut,
            Holding::Own => CheckoutState::Own,
            Holding::Other => CheckoutState::Other { associate: self.holder.0, name: self.holder.1.clone() },
        }
    }

    /// The item as the caller sees it.
    pub fn seen(&self, call: &Call) -> Item {
        let record = &self.record;
        let as_left = self.is_known() && self.item.name == record.name;
        let modified = self.known().modified.filter(|_| as_left).or(self.item.last_modified_date_time);
        Item {
            reference: ExternalRef(self.reference.clone()),
            name: self.item.name.clone(),
            media_type: record.media_type.clone(),
            revision: self.revision(),
            size: self.item.size,
            sha256: None,
            semantics: record.level,
            published: record.published,
            checkout: self.checkout(),
            version: record.versions.last().map(|last| VersionId(last.number.to_string())),
            trashed: self.is_trashed(),
            modified: modified.unwrap_or(call.now),
        }
    }

    /// Refuses when somebody else holds it.
    pub fn not_held_by_other(&self) -> Result<()> {
        match self.holding {
            Holding::Other => Err(fault::held_by(&self.item.name, &self.holder.1)),
            _ => Ok(()),
        }
    }
}

/// The revision of content with this hash.
pub(crate) fn revision_of(hash: &str) -> String {
    format!("x{hash}")
}

/// A file to be changed.
pub(crate) enum Found {
    /// The operation was applied before.
    Applied(Box<Thing>),
    /// It is to be applied now.
    Now(Box<Thing>),
}

impl Desk<'_> {
    /// The folder of a shelf.
    pub fn root(&self, shelf: Shelf) -> At<'_> {
        let library = match shelf {
            Shelf::Documents => &self.place.documents,
            Shelf::Templates => &self.place.templates,
        };
        At { drive: &library.drive, item: &library.folder }
    }

    /// The way of the caller, or the application's own to what the caller may not see.
    pub fn way(&self, thing: &Thing) -> &Line {
        if thing.hidden { &self.app } else { &self.mine }
    }

    /// The way of somebody who began something; the application's own when they are not connected any more.
    pub async fn way_of(&self, by: Option<AssociateId>) -> Result<Line> {
        if by == self.call.associate {
            return Ok(self.mine.clone());
        }
        let Some(by) = by else { return Ok(self.app.clone()) };
        let person = self.shared.people.person(self.call.installation, &self.place.tenant, by).await?;
        let known = person.and_then(|person| person.connection.zip(person.object));
        let mut line = self.app.clone();
        if let Some((connection, object)) = known {
            (line.access.connection, line.access.object) = (connection, object);
        }
        Ok(line)
    }

    /// A file of this installation, in the trash or not; nothing when there is none.
    pub async fn look(&self, reference: &ExternalRef) -> Result<Option<Thing>> {
        let Ok(id) = ids::checked(reference) else { return Ok(None) };
        let Some(record) = self.shared.record(self.call.installation, id).await? else { return Ok(None) };
        let making =
            record.pending.as_ref().is_some_and(|p| matches!(p.deed, super::record::Deed::Create { .. }));
        if record.gone || record.item.is_empty() || making {
            return Ok(None);
        }
        Box::pin(self.look_at(id, record)).await
    }

    /// The file of a record, as the caller sees it, or as the application does.
    pub async fn look_at(&self, reference: &str, record: Record) -> Result<Option<Thing>> {
        let person = !self.mine.access.object.is_empty();
        let young = self.shared.folders.is_young(&record.item, self.now());
        // What was made a moment ago is looked for again, by the caller once where the application sees it (M-25).
        for tried in 0..=YOUNG {
            if let Some(item) = self.item_of(&self.mine, &record).await? {
                return self.thing(reference, record, item, false).await.map(Some);
            }
            let others = if person { self.item_of(&self.app, &record).await? } else { None };
            match others {
                Some(item) if !young || tried > 0 => {
                    return self.thing(reference, record, item, true).await.map(Some);
                }
                _ if young && tried < YOUNG => self.mine.pause(tried).await,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// A file, where somebody sees it.
    async fn item_of(&self, line: &Line, record: &Record) -> Result<Option<DriveItem>> {
        match line.item(At { drive: &record.drive, item: &record.item }).await {
            Err(trouble) if trouble.is(Class::Permission) => Ok(None),
            other => Ok(other?),
        }
    }

    pub fn now(&self) -> std::time::Duration {
        self.shared.client.pace.now()
    }

    /// A file from what Graph shows of it.
    pub async fn thing(
        &self,
        reference: &str,
        record: Record,
        item: DriveItem,
        hidden: bool,
    ) -> Result<Thing> {
        let (holding, holder) = self.holding(&record, &item).await?;
        let thing = Thing { reference: reference.to_owned(), record, item, hidden, holding, holder };
        self.recognised(thing).await
    }

    async fn holding(
        &self,
        record: &Record,
        item: &DriveItem,
    ) -> Result<(Holding, (Option<AssociateId>, String))> {
        let nobody = (None, String::new());
        if !item.is_checked_out() {
            return Ok((Holding::Free, nobody));
        }
        let by = item.publication.as_ref().and_then(|p| p.checked_out_by.as_ref()?.user.clone());
        let object = by.as_ref().and_then(|user| user.id.clone()).unwrap_or_default();
        if object == self.mine.access.object {
            return Ok((Holding::Own, (self.call.associate, self.call.name.to_string())));
        }
        if let Some(holder) = record.holder.as_ref().filter(|holder| holder.object == object) {
            return Ok((Holding::Other, (holder.associate, holder.name.clone())));
        }
        let associate = self.known([object]).await?.pop_first();
        let name = by.and_then(|user| user.display_name).unwrap_or_default();
        Ok((Holding::Other, (associate, name)))
    }

    /// The same file, recognised where SharePoint has rewritten what it keeps (FLT-09, M-11).
    async fn recognised(&self, thing: Thing) -> Result<Thing> {
        let known = thing.known();
        let Some(print) = known.print.clone().filter(|_| !thing.is_known() && is_rewritten(&thing.item.name))
        else {
            return Ok(thing);
        };
        let line = self.way(&thing).clone();
        let (hash, size) = (thing.item.hash(), thing.item.size);
        if self.print_of(&line, thing.at(), size).await? != Some(print) {
            return Ok(thing);
        }
        let own = thing.holding == Holding::Own;
        let seen = |known: &mut Known| {
            known.hash.clone_from(&hash);
            known.size = size;
        };
        let change = |record: &mut Record| {
            if own && record.draft.is_some() {
                record.draft.iter_mut().for_each(seen);
            } else {
                seen(&mut record.public);
            }
        };
        let record = self.shared.note(self.call.installation, &thing.reference, change).await?;
        Ok(Thing { record, ..thing })
    }

    /// A file of this installation.
    /// # Errors
    /// `NotFound` for a reference that is not one of ours or names nothing here.
    pub async fn find(&self, reference: &ExternalRef) -> Result<Thing> {
        Box::pin(self.look(reference)).await?.ok_or_else(ids::missing)
    }

    /// As [`Desk::find`], and not in the trash.
    pub async fn find_usable(&self, reference: &ExternalRef) -> Result<Thing> {
        let thing = Box::pin(self.find(reference)).await?;
        if thing.is_trashed() {
            return Err(fault::in_trash(&thing.item.name));
        }
        Ok(thing)
    }

    /// As [`Desk::find_usable`], for content that the caller may see in SharePoint (T01). Who may use a template is the
    /// host's to decide: its content is read by the application where the caller is not let in there.
    pub async fn find_open(&self, reference: &ExternalRef) -> Result<Thing> {
        let thing = Box::pin(self.find_usable(reference)).await?;
        if thing.hidden && thing.record.shelf() == Shelf::Documents {
            let whose = self.whose(&thing.record.audience).await?;
            return Err(fault::shut_out(&thing.item.name, &whose));
        }
        Ok(thing)
    }

    /// The file to be changed by a recorded operation. What an interrupted operation left is settled first.
    pub async fn find_to_change(&self, reference: &ExternalRef, in_trash: bool) -> Result<Found> {
        let operation = self.call.recorded()?;
        Box::pin(self.settle(reference, Some(operation))).await?;
        let thing = Box::pin(self.find(reference)).await?;
        if thing.record.knows(operation) {
            return Ok(Found::Applied(Box::new(thing)));
        }
        if thing.is_trashed() && !in_trash {
            return Err(fault::in_trash(&thing.item.name));
        }
        Ok(Found::Now(Box::new(thing)))
    }

    /// Whose a file is, in words.
    pub async fn whose(&self, audience: &Audience) -> Result<String> {
        Ok(match audience {
            Audience::Inherited => {
                "it is for everybody whom the library lets in, and you are not among them".into()
            }
            Audience::Person { associate } => {
                format!("it is for {} alone", self.person(*associate).await?.name)
            }
            Audience::Group { group, .. } => {
                let group = self.shared.people.group(self.call.installation, *group).await?;
                let name = group.map_or_else(|| "one".to_owned(), |group| format!("“{}”", group.name));
                format!("it is for the group {name}, of which you are not a member there")
            }
        })
    }
}
