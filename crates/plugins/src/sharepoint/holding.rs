//! Check-out, check-in, undo: SharePoint's own (microsoft.md 2.7).

use super::client::Trouble;
use super::desk::{Desk, Found, Holding, Thing};
use super::fault;
use super::record::Deed;
use super::refusals::Class;
use domain::Result;
use domain::plugin::{Audience, Done, ExternalRef, VersionNote};

/// The longest comment that SharePoint keeps, in characters.
const COMMENT: usize = 1023;

impl Desk<'_> {
    pub async fn check_out(&self, reference: &ExternalRef) -> Result<Done> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => thing,
        };
        if !thing.record.level.locks() {
            return self.nothing_to_do(&thing, None).await;
        }
        self.open_to(&thing).await?;
        thing.not_held_by_other()?;
        let work = async {
            if thing.holding == Holding::Free {
                self.mine.check_out(thing.at()).await?;
            }
            Ok(None)
        };
        let held = Box::pin(self.carry_out(&thing, Deed::CheckOut, work)).await?;
        if !held.is_own() {
            return Err(fault::held_by(&held.item.name, &held.holder.1));
        }
        Ok(Done::with(held.seen(self.call)))
    }

    /// Refuses who may not see the file in SharePoint (T01).
    pub async fn open_to(&self, thing: &Thing) -> Result<()> {
        if !thing.hidden {
            return Ok(());
        }
        let whose = self.whose(&thing.record.audience).await?;
        Err(fault::shut_out(&thing.item.name, &whose))
    }

    /// An operation that has nothing to change is remembered all the same: it was done.
    pub async fn nothing_to_do(&self, thing: &Thing, audience: Option<Audience>) -> Result<Done> {
        self.begin(thing, Deed::Nothing { audience }).await?;
        Ok(Done::with(Box::pin(self.finish(thing, Some(thing.item.clone()))).await?.seen(self.call)))
    }

    pub async fn check_in(&self, reference: &ExternalRef, note: &VersionNote) -> Result<Done> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => thing,
        };
        if !thing.record.level.locks() {
            return self.nothing_to_do(&thing, None).await;
        }
        thing.not_held_by_other()?;
        if thing.holding == Holding::Free {
            return Err(fault::not_held(&thing.item.name));
        }
        let comment: String = note.description.chars().take(COMMENT).collect();
        let deed = Deed::CheckIn { version: thing.item.version().to_owned(), note: note.clone() };
        let work = async { self.mine.check_in(thing.at(), &comment).await.map(|()| None) };
        let given = Box::pin(self.carry_out(&thing, deed, work)).await?;
        self.catch_up(&given).await;
        Ok(Done::with(given.seen(self.call)))
    }

    /// Discards the work. Somebody else's is discarded by the application: Graph does not let a person (M-13).
    pub async fn undo_check_out(&self, reference: &ExternalRef, force: bool) -> Result<Done> {
        let _turn = self.shared.turn(&reference.0).await;
        let thing = match Box::pin(self.find_to_change(reference, false)).await? {
            Found::Applied(thing) => return Ok(Done::with(thing.seen(self.call))),
            Found::Now(thing) => *thing,
        };
        if !thing.record.level.locks() || thing.holding == Holding::Free {
            return self.nothing_to_do(&thing, None).await;
        }
        if !force {
            thing.not_held_by_other()?;
        }
        let line = if thing.is_own() { &self.mine } else { &self.app };
        let deed = Deed::Undo { version: thing.item.version().to_owned() };
        let work = async {
            match line.discard(thing.at()).await {
                // It was given back in SharePoint a moment ago.
                Err(trouble) if trouble.is(Class::NotHeld) => Ok(None),
                Err(trouble @ (Trouble::Refused(_) | Trouble::Unsure(_) | Trouble::Other(_))) => Err(trouble),
                Ok(()) => Ok(None),
            }
        };
        let given = Box::pin(self.carry_out(&thing, deed, work)).await?;
        self.catch_up(&given).await;
        Ok(Done::with(given.seen(self.call)))
    }
}
