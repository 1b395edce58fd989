//! One document: what the place says now is recorded, and what happened is noted.

use super::listen::Ear;
use super::{Living, system};
use crate::operations::object;
use domain::audit::Entry;
use domain::documents::{Document, DocumentState};
use domain::living::{ByHand, Happening, Outside, Sight, happenings};
use domain::operations::OperationState;
use domain::plugin::{Call, DocumentPlugin, ExternalRef, Item, property};
use domain::{Actor, Ctx, InstallationId, PluginId, Result};
use jiff::Timestamp;
use std::sync::Arc;
use store::{Happened, ItemFacts, NewAudit, Tx};

/// What was seen of a document at its place.
struct Seen {
    item: Option<Item>,
    moved_to: Option<String>,
    by_hand: ByHand,
    by: String,
    /// Whether it was seen as whoever holds it sees it.
    as_holder: bool,
}

impl Living<'_> {
    /// Looks again who can open a document by a right that was given by hand, and notes what has changed.
    pub(crate) async fn look_at_rights(
        &self,
        of: InstallationId,
        plugin: PluginId,
        place: &Arc<dyn DocumentPlugin>,
        document: &Document,
        now: Timestamp,
    ) -> Result<()> {
        let ear = Ear { of, plugin, place };
        self.settle(&ear, document.reference()?, true, now).await.map(drop)
    }

    /// Brings a document into line with its place. Gives whether anything was otherwise than known.
    ///
    /// The document's turn is waited for, so nothing of ours is on the way; what another node is doing is recorded by
    /// whoever does it.
    /// `sharing`: who may open it is looked at, too.
    pub(super) async fn settle(
        &self,
        ear: &Ear<'_>,
        item: &ExternalRef,
        sharing: bool,
        now: Timestamp,
    ) -> Result<bool> {
        let (of, plugin, key) = (ear.of, ear.plugin, item.clone());
        let found = self.app.store().read(move |tx| tx.documents(of).by_reference(plugin, &key)).await?;
        let Some(id) = found.map(|document| document.id) else { return Ok(false) };
        let _turn = self.app.0.running.turn(of, id).await;
        let known = self
            .app
            .store()
            .read(move |tx| {
                let Some(document) = tx.documents(of).get(id)? else { return Ok(None) };
                let last = tx.operations(of).of_document(id, 5)?;
                let busy =
                    last.iter().any(|o| matches!(o.state, OperationState::Intended | OperationState::Parked));
                let in_use = matches!(document.state, DocumentState::Ready | DocumentState::Trashed);
                if busy || !in_use {
                    return Ok(None);
                }
                Ok(Some((document, tx.outside(of).get(id)?)))
            })
            .await?;
        let Some((document, outside)) = known else { return Ok(false) };
        // What was given by hand is looked at again whenever anything is told of the document.
        let sharing = sharing || outside.shared.is_some();
        let Some(seen) = self.look(ear, &document, sharing, now).await? else { return Ok(false) };
        let sight = Sight {
            item: seen.item.as_ref(),
            moved_to: seen.moved_to.clone(),
            by_hand: seen.by_hand.clone(),
        };
        let mut what = happenings(&document, &outside, &sight);
        if !seen.as_holder {
            // The holder's work is not what others see.
            what.retain(|one| !is_of_content(one));
        }
        if let (None, Some(copies)) = (&seen.item, self.app.copies()) {
            copies.forget(of, plugin, item);
        }
        let facts =
            seen.item.as_ref().filter(|_| seen.as_holder).map(|item| ItemFacts::of(item, document.held_by));
        let differs = facts.as_ref().is_some_and(|facts| !mirrors(&document, facts));
        if what.is_empty() && !differs {
            return Ok(false);
        }
        let ctx = Ctx::new(of, Actor::System, now, platform::random::id()?, platform::random::seed()?);
        let audits: Vec<NewAudit> =
            what.iter().map(|one| NewAudit::of(&ctx, Entry::done(one.action(), object(id)))).collect();
        self.app
            .store()
            .write(move |tx| {
                record(tx, of, &document, &outside, &seen, facts.as_ref(), &what, now)?;
                audits.iter().try_for_each(|audit| tx.audit(of).record(audit).map(drop))
            })
            .await?;
        Ok(true)
    }

    /// The item as its holder sees it, or as the product does where nobody can ask as the holder: their connection is
    /// theirs to repair, and no reason not to hear of anybody else's documents. Nothing where nothing can be told.
    async fn look(
        &self,
        ear: &Ear<'_>,
        document: &Document,
        sharing: bool,
        now: Timestamp,
    ) -> Result<Option<Seen>> {
        let product = system(ear.of, now);
        if document.held_by.is_none() {
            return self.look_as(ear, document, product, sharing).await.map(Some);
        }
        let holder = Call { associate: document.held_by, ..product.clone() };
        match self.look_as(ear, document, holder, sharing).await {
            Ok(seen) => Ok(Some(seen)),
            Err(error) => {
                tracing::info!(document = %document.id, ?error, "a document is not seen as its holder sees it");
                let seen = self.look_as(ear, document, product, sharing).await?;
                // Nobody else sees what was never published.
                let told = seen.item.is_some() || document.published;
                Ok(told.then_some(Seen { as_holder: false, ..seen }))
            }
        }
    }

    async fn look_as(&self, ear: &Ear<'_>, document: &Document, call: Call, sharing: bool) -> Result<Seen> {
        let reference = document.reference()?;
        let item = ear.place.stat(&call, reference).await?;
        if item.as_ref().is_none_or(|item| item.trashed) {
            let by = String::new();
            return Ok(Seen { item, moved_to: None, by_hand: ByHand::Unseen, by, as_holder: true });
        }
        let mut names = [property::MOVED, property::PATH, property::LAST_EDITOR].map(str::to_owned).to_vec();
        names.extend(sharing.then(|| property::SHARED.to_owned()));
        let mut told = ear.place.properties(&call, reference, &names).await?;
        let moved = told.get(property::MOVED).is_some_and(|moved| moved == "true");
        Ok(Seen {
            item,
            by_hand: match told.remove(property::SHARED) {
                None => ByHand::Unseen,
                Some(names) if names.is_empty() => ByHand::Nobody,
                Some(names) => ByHand::These(names),
            },
            moved_to: moved.then(|| told.remove(property::PATH).unwrap_or_default()),
            by: told.remove(property::LAST_EDITOR).unwrap_or_default(),
            as_holder: true,
        })
    }
}

/// Whether something is about what a file is called and what is in it.
fn is_of_content(one: &Happening) -> bool {
    matches!(one, Happening::Edited | Happening::Renamed { .. })
}

/// Whether the row says the same.
fn mirrors(document: &Document, facts: &ItemFacts) -> bool {
    document.file_name == facts.file_name
        && document.size == facts.size
        && document.revision.as_ref() == Some(&facts.revision)
        && document.published == facts.published
        && document.held_by == facts.held_by
}

#[expect(clippy::too_many_arguments, reason = "one transaction writes all of what was seen")]
fn record(
    tx: &Tx<'_>,
    of: InstallationId,
    document: &Document,
    outside: &Outside,
    seen: &Seen,
    facts: Option<&ItemFacts>,
    what: &[Happening],
    now: Timestamp,
) -> Result<()> {
    use DocumentState::{Ready, Trashed};
    let (id, documents) = (document.id, tx.documents(of));
    if let Some(facts) = facts {
        documents.record_item(id, facts, None, now)?;
    }
    for one in what {
        match one {
            Happening::Trashed => drop(documents.set_state(id, Ready, Trashed, None, now)?),
            Happening::Restored => drop(documents.set_state(id, Trashed, Ready, None, now)?),
            _ => {}
        }
        let by = if is_of_content(one) { seen.by.clone() } else { String::new() };
        tx.outside(of).add(id, &Happened { at: now, by, what: one.clone() })?;
    }
    let next = match &seen.item {
        None => Outside { missing: outside.missing.or(Some(now)), ..outside.clone() },
        Some(item) if item.trashed => Outside { missing: None, ..outside.clone() },
        Some(_) => Outside {
            missing: None,
            moved_to: seen.moved_to.clone(),
            shared: seen.by_hand.after(outside.shared.as_ref()),
        },
    };
    if next == *outside { Ok(()) } else { tx.outside(of).put(id, &next) }
}
