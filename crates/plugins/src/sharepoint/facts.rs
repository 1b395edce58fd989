//! The columns of a file follow the facts of its document.

use super::desk::{Desk, Thing};
use super::ids;
use super::record::Record;
use domain::Result;
use domain::plugin::{ExternalRef, Placement, Shelf};
use domain::sharepoint::Facts;

impl Record {
    /// Whether the columns of these facts hold what is true of the document already.
    fn shows(&self, facts: &Placement, columns: &Facts) -> bool {
        let known = self.facts.as_ref().unwrap_or(&self.place);
        known == facts && !self.facts_wait && columns.are_among(&self.shown)
    }
}

impl Desk<'_> {
    /// Writes down what is true of a document now, and shows it in its columns. A file that somebody else holds is left
    /// alone: its columns follow when it is given back. SharePoint is not asked where the columns hold it already. It is
    /// written down before anything is asked, so that whatever happens the columns follow later.
    pub async fn set_facts(&self, reference: &ExternalRef, facts: &Placement) -> Result<()> {
        let id = ids::checked(reference)?;
        let _turn = self.shared.turn(&reference.0).await;
        let Some(known) = self.shared.record(self.call.installation, id).await?.filter(|known| !known.gone)
        else {
            return Err(ids::missing());
        };
        if known.shows(facts, &self.place.columns) {
            return Ok(());
        }
        let set = |record: &mut Record| {
            record.facts = Some(facts.clone());
            record.facts_wait = true;
        };
        self.shared.note(self.call.installation, id, set).await?;
        Box::pin(self.settle(reference, None)).await?;
        let thing = self.find_usable(reference).await?;
        if thing.not_held_by_other().is_ok() {
            self.show_facts(&thing).await?;
        }
        Ok(())
    }

    /// The columns follow what they do not show yet: what was changed while somebody held the file, by what it was filed
    /// anew, what a copy lost. A file without them is a file all the same; what goes wrong is tried with the next change.
    pub async fn catch_up(&self, thing: &Thing) {
        if !thing.record.facts_wait || self.place.columns.is_empty() {
            return;
        }
        if let Err(error) = self.show_facts(thing).await {
            tracing::warn!(reference = thing.reference, ?error, "columns were not kept up to date");
        }
    }

    /// Writes the facts of a file into its columns, and that it is done.
    pub async fn show_facts(&self, thing: &Thing) -> Result<()> {
        let whole = thing.record.shelf() != Shelf::Documents
            || self.stamp(self.way(thing), &thing.reference, &thing.record, &thing.item).await?.whole;
        // What is written into a draft goes with it when the check-out is undone: it is written again then.
        let stays = whole && !thing.item.is_checked_out();
        let done = |record: &mut Record| {
            if record.facts == thing.record.facts && record.place == thing.record.place {
                record.facts_wait = !stays;
            }
            if whole {
                record.shown.clone_from(&self.place.columns);
            }
        };
        self.shared.note(self.call.installation, &thing.reference, done).await.map(drop)
    }
}
