//! Names, folders, audiences, the trash.

use super::audience::Scope;
use super::client::Trouble;
use super::desk::{Desk, Found, Thing, more, when};
use super::ids;
use super::record::Record;
use super::refusals::Class;
use domain::plugin::{Answer, Audience, Done, ExternalRef, Item, Placement, Shelf};
use domain::{Result, names};
use serde_json::{Map, json};

impl Desk<'_> {
    pub async fn rename(&self, reference: &ExternalRef, suggested: &str) -> Result<Item> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(thing) => return Ok(thing.seen(self.call)),
            Found::Now(thing) => *thing,
        };
        let name = names::amend(suggested, "Document");
        // Where nothing usable is left of the suggestion, the fallback decides the outcome: keep the name.
        if name == thing.file.name || name != names::amend(suggested, "File") {
            return self.nothing_to_do(&thing).await?.item();
        }
        let thing = self.unlock(thing).await?;
        let folder = thing.file.parent().to_owned();
        let name = self.reserve(&folder, &name, thing.id()).await?;
        let mut next = thing.marks.clone();
        next.remember(operation);
        next.leave_name(&name);
        let with = more(&[("name", json!(name)), ("modifiedTime", when(self.call.now))]);
        let renamed = self.apply(&thing, &next, with).await;
        let renamed = self.kept_name(&thing, &folder, &name, renamed).await?;
        Ok(self.lock_again(renamed).await?.seen(self.call))
    }

    /// One of two names is free again: the old one when a file has the new one, the new one when it has not.
    async fn kept_name(
        &self,
        before: &Thing,
        folder: &str,
        name: &str,
        changed: Result<Thing>,
    ) -> Result<Thing> {
        let (old, id) = (before.file.name.as_str(), before.id());
        let moved = before.file.parent() != folder;
        if changed.is_ok() {
            if moved || names::folded(old) != names::folded(name) {
                self.shared.names.release(before.file.parent(), old, id).await;
            }
        } else if moved || names::folded(old) != names::folded(name) {
            self.shared.names.release(folder, name, id).await;
        }
        changed
    }

    /// Puts a file into another folder, under a name that is free there.
    async fn move_to(&self, thing: &Thing, folder: &str, mut next: super::marks::Marks) -> Result<Thing> {
        let name = self.reserve(folder, &thing.file.name, thing.id()).await?;
        next.leave(&name, folder, thing.file.trashed);
        let mut with = Map::new();
        if name != thing.file.name {
            with.insert("name".into(), json!(name));
        }
        let moved = self.apply_in(thing, &next, with, folder).await;
        self.kept_name(thing, folder, &name, moved).await
    }

    pub async fn place(&self, reference: &ExternalRef, place: &Placement) -> Result<Item> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(thing) => return Ok(thing.seen(self.call)),
            Found::Now(thing) => *thing,
        };
        let record = self.shared.record(self.call.installation, thing.id()).await?;
        let (shelf, audience) = (thing.marks.shelf, thing.marks.audience.clone());
        let folder = self.folder_for(shelf, &audience, place, record.language.as_deref()).await?;
        let mut next = thing.marks.clone();
        next.remember(operation);
        let thing = self.unlock(thing).await?;
        let moved = self.move_to(&thing, &folder, next).await?;
        let file = |record: &mut Record| record.place = place.clone();
        self.shared.note(self.call.installation, moved.id(), file).await?;
        Ok(self.lock_again(moved).await?.seen(self.call))
    }

    pub async fn set_audience(&self, reference: &ExternalRef, audience: &Audience) -> Result<()> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, false).await? {
            Found::Applied(_) => return Ok(()),
            Found::Now(thing) => *thing,
        };
        let mut next = thing.marks.clone();
        next.remember(operation);
        next.audience = audience.clone();
        if thing.marks.shelf == Shelf::Templates {
            // Templates are opened through the host; their folder is nobody else's.
            return self.apply(&thing, &next, Map::new()).await.map(drop);
        }
        let record = self.shared.record(self.call.installation, thing.id()).await?;
        let folder =
            self.folder_for(Shelf::Documents, audience, &record.place, record.language.as_deref()).await?;
        self.take_back(thing.id()).await?;
        let thing = self.unlock(thing).await?;
        let moved = self.move_to(&thing, &folder, next).await?;
        self.lock_again(moved).await.map(drop)
    }

    pub async fn trash(&self, reference: &ExternalRef) -> Result<Done> {
        self.set_trashed(reference, true).await.map(|item| Done { item: Some(item), answer: Answer::Nothing })
    }

    pub async fn restore(&self, reference: &ExternalRef) -> Result<Item> {
        self.set_trashed(reference, false).await
    }

    async fn set_trashed(&self, reference: &ExternalRef, trashed: bool) -> Result<Item> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match self.find_to_change(reference, true).await? {
            Found::Applied(thing) => return Ok(thing.seen(self.call)),
            Found::Now(thing) => *thing,
        };
        let mut next = thing.marks.clone();
        next.remember(operation);
        next.leave_trash(trashed);
        let mut with = Map::new();
        if thing.file.trashed != trashed {
            if trashed {
                thing.not_held_by_other(self.call)?;
            }
            with.insert("trashed".into(), json!(trashed));
        }
        Ok(self.apply(&thing, &next, with).await?.seen(self.call))
    }

    pub async fn destroy(&self, reference: &ExternalRef) -> Result<Done> {
        self.call.recorded()?;
        let gone = Done { item: None, answer: Answer::Nothing };
        if ids::file_of(reference).is_err() {
            return Err(ids::missing());
        }
        let _turn = self.shared.turn(&reference.0).await;
        let Some(thing) = self.look(reference).await? else { return Ok(gone) };
        thing.not_held_by_other(self.call)?;
        match self.line.delete(thing.id()).await {
            Ok(()) => {}
            // Google may have done it all the same.
            Err(Trouble::Unsure(error)) => {
                if self.line.file(thing.id()).await?.is_some() {
                    return Err(error);
                }
            }
            Err(trouble) if trouble.is(Class::Permission) => {
                return Err(domain::Error::from(trouble).with("needs", "manager of the shared drive"));
            }
            Err(trouble) => return Err(trouble.into()),
        }
        self.shared.names.release(thing.file.parent(), &thing.file.name, thing.id()).await;
        self.shared.forget(self.call.installation, thing.id()).await?;
        Ok(gone)
    }

    /// The file with this path.
    pub async fn resolve_path(&self, shelf: Shelf, path: &str) -> Result<Option<ExternalRef>> {
        let mut parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
        let Some(name) = parts.pop() else { return Ok(None) };
        let root = match shelf {
            Shelf::Templates => Some(self.root(shelf).to_owned()),
            Shelf::Documents => self.existing_scope(&Scope::Everyone).await?,
        };
        let Some(mut folder) = root else { return Ok(None) };
        for part in parts {
            let mark = ids::short(&names::folded(part));
            let wanted =
                super::folders::Wanted { parent: &folder, name: part.to_owned(), mark, closed: false };
            match self.existing_child(&wanted).await? {
                Some(child) => folder = child,
                None => return Ok(None),
            }
        }
        for id in self.named(&folder, name).await? {
            let reference = ExternalRef(id);
            if let Some(thing) = self.look(&reference).await? {
                let same = names::folded(&thing.file.name) == names::folded(name);
                if same && thing.file.parent() == folder && !thing.file.trashed {
                    return Ok(Some(reference));
                }
            }
        }
        Ok(None)
    }
}
