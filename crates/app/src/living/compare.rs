//! Comparing everything: what the place keeps with what the rows say.
//!
//! A place that lists is listed, so a thousand documents cost one call. What the list does not show may only be late
//! there, so it is asked for by itself before anybody is told that it is missing (FLT-40).

use super::Living;
use super::listen::Ear;
use super::system;
use domain::documents::{Document, DocumentState};
use domain::living::Outside;
use domain::plugin::{Cursor, ExternalRef, Item};
use domain::{DocumentId, ErrorKind, Result};
use jiff::Timestamp;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

/// How many rows are read at a time.
const ROWS: u32 = 500;

/// The keys that were listed. A million of them are 16 MB.
struct Listed {
    hasher: RandomState,
    keys: HashSet<u64>,
}

impl Listed {
    fn add(&mut self, key: &ExternalRef) {
        self.keys.insert(self.hasher.hash_one(&key.0));
    }

    fn has(&self, key: &ExternalRef) -> bool {
        self.keys.contains(&self.hasher.hash_one(&key.0))
    }
}

impl Living<'_> {
    /// Compares everything at a place with the rows. Gives how many documents were otherwise. A run that is cut off
    /// begins again from the first: what it has settled leaves no difference.
    pub(super) async fn compare(&self, ear: &Ear<'_>, now: Timestamp) -> Result<u64> {
        let (of, plugin) = (ear.of, ear.plugin);
        let ears = &self.app.0.ears;
        ears.compares(of, plugin, Some(0));
        let compared = self.compare_all(ear, now).await;
        ears.compares(of, plugin, None);
        let changed = compared?;
        self.app.store().write(move |tx| tx.feeds(of).compared(plugin, now)).await?;
        Ok(changed)
    }

    async fn compare_all(&self, ear: &Ear<'_>, now: Timestamp) -> Result<u64> {
        let (of, plugin) = (ear.of, ear.plugin);
        let mut listed = Listed { hasher: RandomState::new(), keys: HashSet::new() };
        let mut changed = 0;
        let mut looked_at = 0;
        let (mut after, mut again): (Option<Cursor>, bool) = (None, false);
        loop {
            let page = match ear.place.inventory(&system(of, now), after.as_ref()).await {
                Ok(page) => page,
                Err(e) if e.kind() == ErrorKind::Unsupported => break,
                // It does not know any more where we were: once from the beginning.
                Err(e) if e.kind() == ErrorKind::Gone && after.is_some() && !again => {
                    (after, again, looked_at) = (None, true, 0);
                    continue;
                }
                Err(e) => return Err(e),
            };
            page.items.iter().for_each(|item| listed.add(&item.reference));
            looked_at += page.items.len() as u64;
            for key in self.that_differ(ear, page.items, false).await? {
                changed += u64::from(self.settle(ear, &key, false, now).await?);
            }
            self.app.0.ears.compares(of, plugin, Some(looked_at));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut last: Option<DocumentId> = None;
        loop {
            let rows =
                self.app.store().read(move |tx| tx.documents(of).references(plugin, last, ROWS)).await?;
            let Some((id, _)) = rows.last() else { return Ok(changed) };
            last = Some(*id);
            for (_, key) in rows.iter().filter(|(_, key)| !listed.has(key)) {
                changed += u64::from(self.settle(ear, key, false, now).await?);
            }
        }
    }

    /// Those of the items that do not look like their rows. `as_left`: nobody else has changed them.
    pub(super) async fn that_differ(
        &self,
        ear: &Ear<'_>,
        items: Vec<Item>,
        as_left: bool,
    ) -> Result<Vec<ExternalRef>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let (of, plugin) = (ear.of, ear.plugin);
        self.app
            .store()
            .read(move |tx| {
                let mut keys = Vec::new();
                for item in items {
                    let Some(row) = tx.documents(of).by_reference(plugin, &item.reference)? else { continue };
                    let outside = tx.outside(of).get(row.id)?;
                    if differs(&row, &outside, &item, as_left) {
                        keys.push(item.reference);
                    }
                }
                Ok(keys)
            })
            .await
    }
}

impl Living<'_> {
    /// Those of the keys whose documents are in the trash, missing, or not where they were filed, as far as we know.
    pub(super) async fn that_stand_otherwise(
        &self,
        ear: &Ear<'_>,
        keys: Vec<ExternalRef>,
    ) -> Result<Vec<ExternalRef>> {
        if keys.is_empty() {
            return Ok(keys);
        }
        let (of, plugin) = (ear.of, ear.plugin);
        self.app
            .store()
            .read(move |tx| {
                let mut otherwise = Vec::new();
                for key in keys {
                    let Some(row) = tx.documents(of).by_reference(plugin, &key)? else { continue };
                    let stands = row.state != DocumentState::Trashed
                        && tx.outside(of).get(row.id)? == Outside::default();
                    if !stands {
                        otherwise.push(key);
                    }
                }
                Ok(otherwise)
            })
            .await
    }
}

/// Whether an item, as the product itself sees it, may be otherwise than its row. What somebody holds looks otherwise to
/// the product than to that person, so it is looked at as that person afterwards, unless it is as they left it.
fn differs(row: &Document, outside: &Outside, item: &Item, as_left: bool) -> bool {
    let trashed = row.state == DocumentState::Trashed;
    let content = match row.held_by {
        Some(_) => !as_left,
        None => row.revision.as_ref() != Some(&item.revision),
    };
    trashed != item.trashed
        || outside.missing.is_some()
        || (as_left && outside.moved_to.is_some())
        || row.file_name != item.name
        || content
}
