//! Everything of an installation, for the host to compare: each library by delta from its beginning, a page at a time.
//!
//! Delta and not the folders' children: only delta is complete while people work, and folders are as many as companies
//! (microsoft.md 2, 2.12). A library may hold far more than what is ours; a page of others costs a request all the same.

use super::desk::Desk;
use super::feed::{is_forgotten, out_of_date};
use super::wire::DriveItem;
use domain::plugin::{Cursor, Inventory, Item};
use domain::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Where a listing was left: in which library, and at which path that Graph told; none at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct At {
    drive: String,
    page: Option<String>,
}

impl At {
    fn beginning(drive: &str) -> Self {
        Self { drive: drive.to_owned(), page: None }
    }

    fn read(cursor: &Cursor, drives: &[&str]) -> Result<Self> {
        let at: Self = serde_json::from_str(&cursor.0).map_err(|_| out_of_date())?;
        // Another place has been chosen since.
        let known = drives.contains(&at.drive.as_str());
        let sound = at.page.as_ref().is_none_or(|page| page.starts_with("/drives/"));
        if known && sound { Ok(at) } else { Err(out_of_date()) }
    }

    fn write(&self) -> Result<Cursor> {
        serde_json::to_string(self)
            .map(Cursor)
            .map_err(|e| Error::internal("a cursor has no form").caused_by(e))
    }
}

impl Desk<'_> {
    /// A page of what is ours. Left out are drafts and what is being changed just now, and what does not lie where it
    /// was left: the host looks at those by themselves, which tells it where they are.
    pub async fn inventory(&self, after: Option<&Cursor>) -> Result<Inventory> {
        let drives = self.drives();
        let first = drives.first().copied().unwrap_or_default();
        let at = after.map_or_else(|| Ok(At::beginning(first)), |cursor| At::read(cursor, &drives))?;
        let page = self.app.everything(&at.drive, at.page.as_deref()).await.map_err(|trouble| {
            let forgotten = at.page.is_some() && is_forgotten(&trouble);
            if forgotten { out_of_date() } else { trouble.into() }
        })?;
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        // The last entry about an item is the one that counts (M-18).
        for entry in page.value.into_iter().rev() {
            if seen.insert(entry.id.clone()) {
                items.extend(Box::pin(self.ours(entry)).await?);
            }
        }
        items.reverse();
        let next = match page.next_link {
            Some(link) => {
                let page = self.app.path_of(&link).ok_or_else(out_of_date)?;
                Some(At { drive: at.drive, page: Some(page) })
            }
            None => drives.iter().skip_while(|drive| **drive != at.drive).nth(1).map(|d| At::beginning(d)),
        };
        Ok(Inventory { items, next: next.map(|at| at.write()).transpose()? })
    }

    /// The item of an entry, when it is a file of this installation that is as a whole where we left it.
    async fn ours(&self, entry: DriveItem) -> Result<Option<Item>> {
        if entry.folder.is_some() || entry.deleted.is_some() {
            return Ok(None);
        }
        let of = self.call.installation;
        let Some(reference) = self.shared.pointed(of, &entry.id).await? else { return Ok(None) };
        let Some(record) = self.shared.record(of, &reference).await? else { return Ok(None) };
        let under_way = record.gone || record.pending.is_some() || record.item != entry.id;
        if under_way || !record.published || entry.parent() != record.folder {
            return Ok(None);
        }
        match Box::pin(self.thing(&reference, record, entry, false)).await {
            Ok(thing) => Ok(Some(thing.seen(self.call))),
            // It went away just now.
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_goes_on_only_in_a_library_of_the_place() {
        let at = At { drive: "b!1".into(), page: Some("/drives/b!1/root/delta?token=x".into()) };
        let cursor = at.write().unwrap();
        assert_eq!(At::read(&cursor, &["b!0", "b!1"]).unwrap(), at);
        assert_eq!(At::read(&cursor, &["b!2"]).unwrap_err().kind(), ErrorKind::Gone);
        for nonsense in ["", "[]", r#"{"drive":"b!1","page":"https://evil.example"}"#] {
            let refused = At::read(&Cursor(nonsense.into()), &["b!1"]).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Gone, "{nonsense}");
        }
    }
}
