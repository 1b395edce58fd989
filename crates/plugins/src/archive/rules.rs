//! Who may do what to an item, and what becomes of it: the table of contract section d.4, without any disk.

use super::fault;
use super::manifest::{Holder, Manifest, Stored, Version, Work};
use crate::versions::display;
use domain::locking::CheckoutState;
use domain::plugin::{Call, Item, Revision, VersionId, VersionInfo, VersionNote};
use domain::{AssociateId, Error, Result};

/// How the lock of an item looks to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    Free,
    Own,
    Other,
}

impl Manifest {
    pub fn holding(&self, who: Option<AssociateId>) -> Holding {
        match &self.holder {
            None => Holding::Free,
            Some(holder) if holder.associate == who => Holding::Own,
            Some(_) => Holding::Other,
        }
    }

    /// Refuses when somebody else holds the item.
    pub fn not_held_by_other(&self, who: Option<AssociateId>) -> Result<()> {
        match (self.holding(who), &self.holder) {
            (Holding::Other, Some(holder)) => Err(fault::held_by(&self.name, &holder.name)),
            _ => Ok(()),
        }
    }

    /// What the caller reads: the holder his newest work, everybody else what is public.
    pub fn readable(&self, who: Option<AssociateId>) -> &Stored {
        match &self.work {
            Some(work) if self.holding(who) == Holding::Own => &work.content,
            _ => &self.head,
        }
    }

    /// A committed version.
    /// # Errors
    /// `NotFound` when there is none of this id.
    pub fn version(&self, id: &VersionId) -> Result<&Version> {
        self.position(id).map(|at| &self.versions[at])
    }

    fn position(&self, id: &VersionId) -> Result<usize> {
        self.versions
            .iter()
            .position(|v| v.number.to_string() == id.0)
            .ok_or_else(|| Error::not_found("version"))
    }

    pub fn checkout_state(&self, who: Option<AssociateId>) -> CheckoutState {
        match &self.holder {
            None => CheckoutState::NotCheckedOut,
            Some(holder) if holder.associate == who => CheckoutState::Own,
            Some(holder) => CheckoutState::Other { associate: holder.associate, name: holder.name.clone() },
        }
    }

    /// The item as the caller sees it.
    pub fn seen_by(&self, who: Option<AssociateId>) -> Result<Item> {
        let id = self.item_id().ok_or_else(|| Error::internal("an item has a malformed id"))?;
        let content = self.readable(who);
        let modified = match &self.work {
            Some(work) if self.holding(who) == Holding::Own => work.at,
            _ => self.modified,
        };
        Ok(Item {
            reference: id.reference(),
            name: self.name.clone(),
            media_type: self.media_type.clone(),
            revision: Revision(content.sha256.clone()),
            size: content.size,
            sha256: Some(content.sha256.clone()),
            semantics: self.semantics,
            published: self.published,
            checkout: self.checkout_state(who),
            version: self.versions.last().map(|v| VersionId(v.number.to_string())),
            trashed: self.trashed.is_some(),
            modified,
        })
    }

    fn take_lock(&mut self, call: &Call) {
        self.holder =
            Some(Holder { associate: call.associate, name: call.name.to_string(), since: call.now });
    }

    /// The first content of a new item: public at once without locking or with `check_in`, otherwise the work
    /// copy of its maker.
    pub fn begin(&mut self, call: &Call, content: Stored, check_in: Option<&VersionNote>) {
        if !self.semantics.locks() {
            self.head = content;
            self.published = true;
            return;
        }
        self.take_lock(call);
        self.work = Some(Work { content, at: call.now });
        if let Some(note) = check_in {
            self.publish(call, note);
        }
    }

    /// Whether content may be saved by this caller now.
    pub fn may_accept(&self, call: &Call, expected: Option<&Revision>) -> Result<()> {
        self.not_held_by_other(call.associate)?;
        match expected {
            Some(expected) if expected.0 != self.readable(call.associate).sha256 => {
                Err(fault::stale(&self.name))
            }
            _ => Ok(()),
        }
    }

    /// Saved content. A free item with locking is checked out first.
    pub fn accept(&mut self, call: &Call, content: Stored) {
        if self.semantics.locks() {
            if self.holder.is_none() {
                self.take_lock(call);
            }
            self.work = Some(Work { content, at: call.now });
        } else {
            self.head = content;
            self.modified = call.now;
        }
    }

    pub fn check_out(&mut self, call: &Call) -> Result<()> {
        self.not_held_by_other(call.associate)?;
        if self.semantics.locks() && self.holder.is_none() {
            self.take_lock(call);
        }
        Ok(())
    }

    pub fn check_in(&mut self, call: &Call, note: &VersionNote) -> Result<()> {
        if !self.semantics.locks() {
            return Ok(());
        }
        self.not_held_by_other(call.associate)?;
        if self.holder.is_none() {
            return Err(Error::conflict(format!(
                "“{}” is not checked out. Check it out before checking it in.",
                self.name
            )));
        }
        self.publish(call, note);
        Ok(())
    }

    fn publish(&mut self, call: &Call, note: &VersionNote) {
        if let Some(work) = self.work.take() {
            self.head = work.content;
        }
        self.holder = None;
        self.published = true;
        self.modified = call.now;
        if self.semantics.versions() {
            self.add_version(call, note.clone());
        }
    }

    fn add_version(&mut self, call: &Call, note: VersionNote) {
        let number = self.versions.last().map_or(1, |v| v.number.saturating_add(1));
        let content = self.head.clone();
        let by_name = call.name.to_string();
        self.versions.push(Version { number, content, at: call.now, by: call.associate, by_name, note });
    }

    pub fn undo_check_out(&mut self, call: &Call, force: bool) -> Result<()> {
        if !force {
            self.not_held_by_other(call.associate)?;
        }
        self.work = None;
        self.holder = None;
        Ok(())
    }

    /// An earlier version becomes the newest: at once when the item is free, as the work copy when the caller
    /// holds it, so that undoing the check-out takes it back.
    pub fn restore_version(&mut self, call: &Call, id: &VersionId) -> Result<()> {
        self.not_held_by_other(call.associate)?;
        let version = self.version(id)?;
        let content = version.content.clone();
        if self.holder.is_some() {
            self.work = Some(Work { content, at: call.now });
            return Ok(());
        }
        let note = VersionNote::text(format!("Version {} restored", version.number));
        self.head = content;
        self.published = true;
        self.modified = call.now;
        self.add_version(call, note);
        Ok(())
    }

    /// Changes the note of a version; extra fields that are not named stay.
    pub fn set_version_note(&mut self, id: &VersionId, note: &VersionNote) -> Result<()> {
        let at = self.position(id)?;
        let kept = &mut self.versions[at].note;
        kept.description.clone_from(&note.description);
        kept.extra.extend(note.extra.clone());
        Ok(())
    }
}

impl Version {
    pub fn info(&self) -> VersionInfo {
        VersionInfo {
            id: VersionId(self.number.to_string()),
            number: self.number,
            at: self.at,
            by: self.by,
            by_name: self.by_name.clone(),
            note: self.note.clone(),
            display: display(self.number, &self.note.description),
            size: self.content.size,
            sha256: Some(self.content.sha256.clone()),
        }
    }
}
